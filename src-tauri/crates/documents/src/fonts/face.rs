//! One face of a font file: which characters it has, how wide they are, and what they look like.

use std::fmt::{self, Write as _};

use rustybuzz::ttf_parser::{self, GlyphId, OutlineBuilder};

/// Characters below this are looked up once, when the face is made.
const TABLE: usize = 0x500;

/// A face and its file.
pub(crate) struct Face {
    bytes: Vec<u8>,
    units_per_em: i32,
    /// Glyph and advance of the first characters.
    table: Vec<Option<(u16, i32)>>,
}

impl Face {
    /// Reads the first face of a font file or collection; `None` if it is no font with a Unicode table.
    pub(crate) fn new(bytes: Vec<u8>) -> Option<Self> {
        let parsed = ttf_parser::Face::parse(&bytes, 0).ok()?;
        let units_per_em = i32::from(parsed.units_per_em());
        parsed.tables().cmap?;
        let table = (0..TABLE)
            .map(|code| looked_up(&parsed, units_per_em, char::from_u32(u32::try_from(code).ok()?)?))
            .collect();
        Some(Self { bytes, units_per_em, table })
    }

    /// The file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Glyph of a character and its advance in thousandths of an em, if the face has it.
    pub(crate) fn glyph(&self, character: char) -> Option<(u16, i32)> {
        let known = usize::try_from(u32::from(character)).ok().and_then(|code| self.table.get(code));
        match known {
            Some(found) => *found,
            None => looked_up(&self.parsed()?, self.units_per_em, character),
        }
    }

    /// Advance of a glyph as the PDF writes it, in thousandths of an em.
    pub(crate) fn advance(&self, glyph: u16) -> i32 {
        self.parsed().map_or(0, |face| advance(&face, self.units_per_em, GlyphId(glyph)))
    }

    /// Font units as thousandths of an em.
    pub(crate) fn thousandths(&self, units: i32) -> i32 {
        units * 1000 / self.units_per_em
    }

    /// For shaping.
    pub(crate) fn shaper(&self) -> Option<rustybuzz::Face<'_>> {
        rustybuzz::Face::from_slice(&self.bytes, 0)
    }

    /// The outline of a glyph as path data in thousandths of an em, y downwards; empty for blanks.
    pub(crate) fn outline(&self, glyph: u16) -> String {
        let mut path = PathData { data: String::new(), units_per_em: self.units_per_em };
        if let Some(face) = self.parsed() {
            face.outline_glyph(GlyphId(glyph), &mut path);
        }
        path.data
    }

    fn parsed(&self) -> Option<ttf_parser::Face<'_>> {
        ttf_parser::Face::parse(&self.bytes, 0).ok()
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Face").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

fn looked_up(face: &ttf_parser::Face<'_>, units_per_em: i32, character: char) -> Option<(u16, i32)> {
    let glyph = face.glyph_index(character).filter(|glyph| glyph.0 != 0)?;
    Some((glyph.0, advance(face, units_per_em, glyph)))
}

fn advance(face: &ttf_parser::Face<'_>, units_per_em: i32, glyph: GlyphId) -> i32 {
    i32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * 1000 / units_per_em
}

/// Collects an outline as SVG path data.
struct PathData {
    data: String,
    units_per_em: i32,
}

impl PathData {
    fn add(&mut self, command: char, points: &[(f32, f32)]) {
        self.data.push(command);
        for (index, (x, y)) in points.iter().enumerate() {
            let (x, y) = (self.scaled(*x), -self.scaled(*y));
            if index > 0 {
                self.data.push(' ');
            }
            // Writing into memory does not fail.
            let _ = write!(self.data, "{x} {y}");
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "font coordinates have 16 bits")]
    fn scaled(&self, units: f32) -> i32 {
        units as i32 * 1000 / self.units_per_em
    }
}

impl OutlineBuilder for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.add('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.add('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.data.push('Z');
    }
}
