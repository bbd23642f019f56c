//! From text to lines: which face each character has, where a line ends, in which direction its parts run.
//!
//! Lines are broken in the order in which text is read; each line is then brought into the order in which it is seen.
//! Plain text stays text; Arabic, Hebrew and combining marks are shaped to glyphs.

use rustybuzz::{BufferClusterLevel, Direction, UnicodeBuffer};
use unicode_bidi::BidiInfo;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{Fonts, Weight};

/// Stands for a character that no face has.
const MISSING: char = '□';
const ELLIPSIS: char = '…';

/// One line of text as it is seen, left to right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    /// Its parts, each of one face.
    pub(crate) runs: Vec<Run>,
    /// Its width in thousandths of an em.
    pub(crate) width: i32,
}

/// Part of a line in one face.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The face's place in the chain.
    pub(crate) face: usize,
    /// Width in thousandths of an em.
    pub(crate) width: i32,
    /// What it shows.
    pub(crate) glyphs: Glyphs,
}

/// What a run shows.
#[derive(Debug, Clone)]
pub(crate) enum Glyphs {
    /// Characters that stand for their own glyphs, one after the other.
    Plain(String),
    /// Glyphs that were chosen and placed.
    Shaped(Vec<Glyph>),
}

/// A glyph that was chosen and placed; lengths in thousandths of an em.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    /// Number in the face.
    pub(crate) id: u16,
    /// How far the pen moves.
    pub(crate) advance: i32,
    /// Shift to the right of the pen.
    pub(crate) right: i32,
    /// Shift above the baseline.
    pub(crate) up: i32,
    /// The text that it stands for; empty where its neighbour stands for it.
    pub(crate) text: String,
}

/// A character with its face; what nobody can see is left out before.
#[derive(Debug, Clone, Copy)]
struct Cell {
    character: char,
    face: usize,
    advance: i32,
}

impl Fonts {
    /// A text on one line, however long.
    pub(crate) fn line(&self, weight: Weight, text: &str) -> Line {
        self.seen(&self.cells(weight, text))
    }

    /// A text on one line of that width, in thousandths of an em, cut with an ellipsis where it is longer.
    pub(crate) fn fitted(&self, weight: Weight, text: &str, width: i32) -> Line {
        self.wrapped(weight, text, width, 1).pop().unwrap_or_default()
    }

    /// A text on at most that many lines of that width, in thousandths of an em; the last is cut with an ellipsis where
    /// there is more. Lines end between words, and inside a word only where it is wider than a line.
    pub(crate) fn wrapped(&self, weight: Weight, text: &str, width: i32, lines: usize) -> Vec<Line> {
        let cells = self.cells(weight, text);
        let mut rest = cells.as_slice();
        let mut set = Vec::new();
        while !rest.is_empty() && set.len() < lines {
            let end = line_end(rest, width);
            if end < rest.len() && set.len() + 1 == lines {
                set.push(self.seen(&self.cut(weight, rest, width)));
                break;
            }
            let (line, more) = rest.split_at(end);
            set.push(self.seen(trimmed_end(line)));
            rest = trimmed_start(more);
        }
        set
    }

    fn cells(&self, weight: Weight, text: &str) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::with_capacity(text.len());
        let plain = text.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        if plain {
            text.chars().for_each(|character| self.push(weight, character, &mut cells));
        } else {
            for character in text.nfc() {
                match cells.last() {
                    // Between Arabic letters the joiners decide how these look.
                    Some(Cell { character: '\u{600}'..='\u{8ff}', face, .. })
                        if matches!(character, '\u{200c}' | '\u{200d}') =>
                    {
                        let face = *face;
                        cells.push(Cell { character, face, advance: 0 });
                    }
                    _ if invisible(character) => {}
                    _ if character.is_whitespace() || character.is_control() => {
                        self.push(weight, ' ', &mut cells);
                    }
                    _ => self.push(weight, character, &mut cells),
                }
            }
        }
        let end = trimmed_end(&cells).len();
        cells.truncate(end);
        cells
    }

    /// Adds a character; blanks at the start and after another are one.
    fn push(&self, weight: Weight, character: char, cells: &mut Vec<Cell>) {
        if character == ' ' && cells.last().is_none_or(|last| last.character == ' ') {
            return;
        }
        let found = self.find(weight, character).map(|(face, advance)| (character, face, advance));
        let found =
            found.or_else(|| self.find(weight, MISSING).map(|(face, advance)| (MISSING, face, advance)));
        if let Some((character, face, advance)) = found {
            let advance = if combining(character) { 0 } else { advance };
            cells.push(Cell { character, face, advance });
        }
    }

    /// As much of the cells as fits on a line together with an ellipsis.
    fn cut(&self, weight: Weight, cells: &[Cell], width: i32) -> Vec<Cell> {
        let ellipsis =
            self.find(weight, ELLIPSIS).map(|(face, advance)| Cell { character: ELLIPSIS, face, advance });
        let room = width - ellipsis.map_or(0, |cell| cell.advance);
        let end = line_end_anywhere(cells, room);
        let mut kept = trimmed_end(&cells[..end]).to_vec();
        kept.extend(ellipsis);
        kept
    }

    /// The line in the order in which it is seen.
    fn seen(&self, cells: &[Cell]) -> Line {
        let mut line = Line::default();
        if cells.iter().any(|cell| needs_shaping(cell.character)) {
            let text: String = cells.iter().map(|cell| cell.character).collect();
            let bidi = BidiInfo::new(&text, None);
            let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
            for paragraph in &bidi.paragraphs {
                let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
                for run in runs {
                    let rtl = levels[run.start].is_rtl();
                    let from = starts.partition_point(|start| *start < run.start);
                    let to = starts.partition_point(|start| *start < run.end);
                    self.add_level(&cells[from..to], rtl, &mut line);
                }
            }
        } else {
            for part in cells.chunk_by(|one, other| one.face == other.face) {
                line.add_plain(part);
            }
        }
        line
    }

    /// Adds a part of one direction.
    fn add_level(&self, cells: &[Cell], rtl: bool, line: &mut Line) {
        let mut parts: Vec<&[Cell]> = cells.chunk_by(|one, other| one.face == other.face).collect();
        if rtl {
            parts.reverse();
        }
        for part in parts {
            let shaped = (rtl || part.iter().any(|cell| needs_shaping(cell.character)))
                .then(|| self.shaped(part, rtl))
                .flatten();
            match shaped {
                Some(run) => line.add(run),
                None => line.add_plain(part),
            }
        }
    }

    /// Glyphs of a part of one face and direction.
    fn shaped(&self, cells: &[Cell], rtl: bool) -> Option<Run> {
        let index = cells.first()?.face;
        let face = self.face(index)?;
        let text: String = cells.iter().map(|cell| cell.character).collect();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.set_direction(if rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
        buffer.guess_segment_properties();
        let buffer = rustybuzz::shape(&face.shaper()?, &[], buffer);
        let mut starts: Vec<usize> = buffer.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut told = Vec::new();
        let glyphs: Vec<Glyph> = buffer
            .glyph_infos()
            .iter()
            .zip(buffer.glyph_positions())
            .map(|(info, position)| {
                let start = info.cluster as usize;
                let next = starts.partition_point(|other| *other <= start);
                let end = starts.get(next).copied().unwrap_or(text.len());
                let first = !told.contains(&start);
                told.push(start);
                Glyph {
                    id: u16::try_from(info.glyph_id).unwrap_or(0),
                    advance: face.thousandths(position.x_advance),
                    right: face.thousandths(position.x_offset),
                    up: face.thousandths(position.y_offset),
                    text: if first {
                        text.get(start..end).unwrap_or_default().to_owned()
                    } else {
                        String::new()
                    },
                }
            })
            .collect();
        Some(Run {
            face: index,
            width: glyphs.iter().map(|glyph| glyph.advance).sum(),
            glyphs: Glyphs::Shaped(glyphs),
        })
    }
}

impl Line {
    fn add(&mut self, run: Run) {
        self.width += run.width;
        self.runs.push(run);
    }

    fn add_plain(&mut self, cells: &[Cell]) {
        let Some(first) = cells.first() else { return };
        let text: String = cells.iter().map(|cell| cell.character).collect();
        self.add(Run { face: first.face, width: width(cells), glyphs: Glyphs::Plain(text) });
    }
}

fn width(cells: &[Cell]) -> i32 {
    cells.iter().map(|cell| cell.advance).sum()
}

/// Where the line ends: behind the last word that fits, else behind the last character, and behind one at least.
fn line_end(cells: &[Cell], width: i32) -> usize {
    let fits = line_end_anywhere(cells, width);
    if fits == cells.len() {
        return fits;
    }
    let between = (1..=fits).rev().find(|end| {
        let (before, after) = (cells[end - 1].character, cells[*end].character);
        after == ' '
            || before == ' '
            || matches!(before, '-' | '/' | '–' | '—')
            || ideograph(before)
            || ideograph(after)
    });
    between.unwrap_or(fits)
}

/// How many cells fit, letters and their marks kept together; one at least.
fn line_end_anywhere(cells: &[Cell], width: i32) -> usize {
    let mut used = 0;
    let fits = cells
        .iter()
        .position(|cell| {
            used += cell.advance;
            used > width
        })
        .unwrap_or(cells.len());
    if fits == cells.len() {
        return fits;
    }
    let text: String = cells.iter().take(fits + 8).map(|cell| cell.character).collect();
    let mut end = 0;
    for letter in text.graphemes(true) {
        let next = end + letter.chars().count();
        if next > fits {
            break;
        }
        end = next;
    }
    end.max(1).min(cells.len())
}

fn trimmed_end(cells: &[Cell]) -> &[Cell] {
    let end = cells.iter().rposition(|cell| cell.character != ' ').map_or(0, |last| last + 1);
    &cells[..end]
}

fn trimmed_start(cells: &[Cell]) -> &[Cell] {
    let start = cells.iter().position(|cell| cell.character != ' ').unwrap_or(cells.len());
    &cells[start..]
}

/// Characters that have no shape of their own: joiners, direction marks, variation selectors, tags.
fn invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xe0000..=0xe0fff)
}

/// Marks that stand on the character before.
fn combining(character: char) -> bool {
    matches!(u32::from(character),
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x5bf | 0x5c1 | 0x5c2 | 0x5c4 | 0x5c5 | 0x5c7 | 0x610..=0x61a
        | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6dc | 0x6df..=0x6e4 | 0x6e7 | 0x6e8 | 0x6ea..=0x6ed | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// Text that runs to the left, or whose glyphs depend on their neighbours.
fn needs_shaping(character: char) -> bool {
    combining(character)
        || matches!(u32::from(character),
            0x590..=0x8ff | 0x900..=0xdff | 0xe00..=0xfff | 0x1000..=0x109f | 0x1780..=0x18af | 0xfb1d..=0xfdff
            | 0xfe70..=0xfeff | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

/// Scripts that may be broken between any two characters.
fn ideograph(character: char) -> bool {
    matches!(u32::from(character), 0x2e80..=0x9fff | 0xac00..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xffef | 0x20000..=0x3ffff)
}
