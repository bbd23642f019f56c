//! The fonts of paper: two that are carried along, and what the system has for Chinese, Japanese and Korean.
//!
//! Invariant: no character is dropped. Each one is looked up in the chain of faces before it is set; one that no face has
//! becomes □. Widths are whole thousandths of an em, cut off exactly as the PDF writes them, so that what is measured is
//! what a viewer shows.

mod face;
mod setting;
mod system;

use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;

pub(crate) use self::face::Face;
pub(crate) use self::setting::{Glyph, Glyphs, Line};

/// DejaVu Sans Condensed 2.37, as zlib streams; see `assets/LICENSE-DejaVu.txt`.
const REGULAR: &[u8] = include_bytes!("../assets/DejaVuSansCondensed.ttf.zz");
const BOLD: &[u8] = include_bytes!("../assets/DejaVuSansCondensed-Bold.ttf.zz");

/// How strong a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Weight {
    /// As most of it.
    #[default]
    Regular,
    /// What the eye looks for first.
    Bold,
}

/// The faces that paper is set in. Made once and kept: making it unpacks two fonts, and a font of the system is read when
/// a text first needs it.
#[derive(Debug)]
pub struct Fonts {
    regular: Option<Face>,
    bold: Option<Face>,
    system: Vec<Candidate>,
}

/// A font file of the system and, once it was needed, its face; `None` inside where it cannot be read.
#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    face: OnceLock<Option<Face>>,
}

impl Fonts {
    /// Only the fonts that are carried along: Latin, Greek, Cyrillic, Hebrew, Arabic and symbols.
    #[must_use]
    pub fn bundled() -> Self {
        Self::with_files(Vec::new())
    }

    /// The carried fonts and the Chinese, Japanese and Korean ones of this system, where it has any.
    #[must_use]
    pub fn system() -> Self {
        Self::with_files(system::files())
    }

    /// The carried fonts and those files after them, in this order; a file that is no font is as if it were not there.
    #[must_use]
    pub fn with_files(files: Vec<PathBuf>) -> Self {
        let system = files.into_iter().map(|path| Candidate { path, face: OnceLock::new() }).collect();
        Self { regular: unpacked(REGULAR), bold: unpacked(BOLD), system }
    }

    /// A face by its place in the chain: 0 regular, 1 bold, then the system's.
    pub(crate) fn face(&self, index: usize) -> Option<&Face> {
        match index {
            0 => self.regular.as_ref(),
            1 => self.bold.as_ref(),
            _ => self.system.get(index - 2)?.face(),
        }
    }

    /// How many places the chain has.
    pub(crate) fn len(&self) -> usize {
        2 + self.system.len()
    }

    /// The first face of the chain that has the character, and its advance in thousandths of an em.
    fn find(&self, weight: Weight, character: char) -> Option<(usize, i32)> {
        let (first, second) = match weight {
            Weight::Regular => (0, 1),
            Weight::Bold => (1, 0),
        };
        let own = [first, second].into_iter();
        // The system's fonts are large: they are read for characters that only they are there for.
        let more = if u32::from(character) >= 0x1100 { 2..self.len() } else { 2..2 };
        own.chain(more).find_map(|index| {
            let (_, advance) = self.face(index)?.glyph(character)?;
            Some((index, advance))
        })
    }
}

impl Candidate {
    fn face(&self) -> Option<&Face> {
        self.face.get_or_init(|| Face::new(std::fs::read(&self.path).ok()?)).as_ref()
    }
}

fn unpacked(packed: &[u8]) -> Option<Face> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed).read_to_end(&mut bytes).ok()?;
    Face::new(bytes)
}
