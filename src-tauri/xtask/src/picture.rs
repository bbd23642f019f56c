//! A picture of the screen: whether the app has really painted it, whether it has come to rest, and as a file.
//!
//! A window exists long before its web view draws. An empty one has a single colour; drawn text alone brings
//! dozens through smoothing, so colours are what is counted. All arithmetic is whole thousandths.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

/// Fewer colours than this are a frame and a background, not a page.
const COLOURS_OF_A_PAGE: usize = 48;
/// No page leaves more than this many thousandths to one colour, not even a few lines that tell why there is nothing else.
const LARGEST_GROUND: usize = 995;
/// A page at rest still has a clock that counts: this many thousandths of it may change.
const STIRRING: usize = 5;

/// Pixels in rows from the top, three bytes each: red, green, blue.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// From the X server's 32-bit pixels, which hold blue first and leave the fourth byte unused.
    pub(crate) fn from_bgrx(width: u16, height: u16, bytes: &[u8]) -> Self {
        let (pixels, _) = bytes.as_chunks::<4>();
        let pixels = pixels.iter().map(|&[blue, green, red, _]| [red, green, blue]).collect();
        Self { width: width.into(), height: height.into(), pixels }
    }

    /// Whether something has been drawn that can be read.
    pub(crate) fn is_painted(&self) -> bool {
        let mut colours: HashMap<[u8; 3], usize> = HashMap::new();
        for pixel in &self.pixels {
            *colours.entry(*pixel).or_default() += 1;
        }
        let ground = colours.values().max().copied().unwrap_or(0);
        colours.len() >= COLOURS_OF_A_PAGE && ground * 1000 <= self.pixels.len() * LARGEST_GROUND
    }

    /// Whether this is `before` but for a small part.
    pub(crate) fn is_at_rest_since(&self, before: &Self) -> bool {
        let changed = self.pixels.iter().zip(&before.pixels).filter(|(now, then)| now != then).count();
        (self.width, self.height) == (before.width, before.height)
            && changed * 1000 <= self.pixels.len() * STIRRING
    }

    /// Writes the picture as PNG, making the folder where needed.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let says = || format!("cannot write {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(says)?;
        }
        let file = BufWriter::new(File::create(path).with_context(says)?);
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header()?.write_image_data(self.pixels.as_flattened()).with_context(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixel: impl Fn(u32) -> [u8; 3]) -> Picture {
        Picture { width: 100, height: 100, pixels: (0..10_000).map(pixel).collect() }
    }

    fn shades(from: u32) -> Picture {
        picture(|i| if i < from { [u8::try_from(i % 200).unwrap(), 0, 0] } else { [255, 255, 255] })
    }

    #[test]
    fn one_colour_and_a_frame_are_not_painted() {
        assert!(!picture(|_| [255, 255, 255]).is_painted());
        assert!(!picture(|i| if i % 100 == 0 { [0, 0, 0] } else { [255, 255, 255] }).is_painted());
    }

    #[test]
    fn a_few_smoothed_letters_are_not_a_page_yet() {
        assert!(!shades(49).is_painted());
        assert!(shades(150).is_painted());
    }

    #[test]
    fn a_clock_may_count_but_a_row_may_not_appear() {
        let before = shades(1000);
        assert!(shades(1040).is_at_rest_since(&before));
        assert!(!shades(1100).is_at_rest_since(&before));
        let smaller = Picture { width: 10, height: 10, pixels: before.pixels[..100].to_vec() };
        assert!(!smaller.is_at_rest_since(&before));
    }

    #[test]
    fn the_order_of_the_bytes_is_turned() {
        let picture = Picture::from_bgrx(1, 1, &[1, 2, 3, 0]);
        assert_eq!(picture.pixels, [[3, 2, 1]]);
    }
}
