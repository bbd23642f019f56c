//! The marks of a page in the words of PDF. Numbers are written from whole hundredths, so nothing is rounded on the way.
//!
//! Which code stands for a glyph is known only when the fonts are cut down to what all pages use: until then a text is kept
//! as its glyphs, beside the place where it belongs.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::rc::Rc;

use super::{Code, Dots, Ink, Mark, Page};
use crate::fonts::{Fonts, Glyph, Glyphs, Line};

/// Glyphs of each face and the text that each stands for.
pub(super) type Used = BTreeMap<usize, BTreeMap<u16, String>>;

/// Codes by face and glyph.
pub(super) type Codes = BTreeMap<usize, BTreeMap<u16, u16>>;

/// The drawings that pages share, each drawn once, in the order in which pages first show them.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// With the measures of each.
    pub(super) drawn: Vec<(Rc<Page>, Content)>,
    numbers: HashMap<*const Page, usize>,
}

impl Stamps {
    /// The number of a stamp; it is drawn when it is first asked for.
    fn number(&mut self, stamp: &Rc<Page>, fonts: &Fonts, used: &mut Used) -> usize {
        if let Some(number) = self.numbers.get(&Rc::as_ptr(stamp)) {
            return *number;
        }
        let content = content(stamp, fonts, used, self);
        let number = self.drawn.len();
        // It is kept, so no other comes to lie at its address.
        self.drawn.push((Rc::clone(stamp), content));
        self.numbers.insert(Rc::as_ptr(stamp), number);
        number
    }
}

/// The name of a stamp in pages.
pub(super) fn stamp_name(number: usize) -> String {
    format!("S{number}")
}

/// The name of a face in pages: six capitals, which printpdf also puts before the name of a font that is there in part, as
/// the format wants it.
pub(super) fn face_name(face: usize) -> String {
    let letter = |number: usize| u8::try_from(number % 26).map_or('A', |number| char::from(b'A' + number));
    format!("FACE{}{}", letter(face / 26), letter(face))
}

/// A page whose texts have no codes yet.
#[derive(Debug, Default)]
pub(super) struct Content {
    bytes: Vec<u8>,
    glyphs: Vec<u16>,
    texts: Vec<Text>,
}

/// A string of glyphs that belongs at a place.
#[derive(Debug)]
struct Text {
    at: usize,
    face: usize,
    glyphs: usize,
}

impl Content {
    /// The page with its codes.
    pub(super) fn finished(&self, codes: &Codes) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.bytes.len() + self.glyphs.len() * 2 + self.texts.len() * 2);
        let (mut at, mut glyphs) = (0, self.glyphs.as_slice());
        for text in &self.texts {
            bytes.extend_from_slice(&self.bytes[at..text.at]);
            at = text.at;
            let (own, rest) = glyphs.split_at(text.glyphs);
            glyphs = rest;
            let face = codes.get(&text.face);
            bytes.push(b'(');
            for glyph in own {
                let code = face.and_then(|face| face.get(glyph)).copied().unwrap_or(0);
                for byte in code.to_be_bytes() {
                    match byte {
                        b'(' | b')' | b'\\' => bytes.extend([b'\\', byte]),
                        // A reader may take a carriage return for a line feed.
                        b'\r' => bytes.extend(b"\\r"),
                        _ => bytes.push(byte),
                    }
                }
            }
            bytes.push(b')');
        }
        bytes.extend_from_slice(&self.bytes[at..]);
        bytes
    }
}

/// What is drawn on a page: stamps and shapes first, then text, so that one text section is enough.
pub(super) fn content(page: &Page, fonts: &Fonts, used: &mut Used, stamps: &mut Stamps) -> Content {
    let mut pen =
        Pen { height: page.height, fonts, used, content: Content::default(), ink: Ink::Black, open: false };
    for mark in &page.marks {
        match mark {
            Mark::Stamp { x, y, stamp } => {
                let number = stamps.number(stamp, fonts, pen.used);
                pen.stamp(*x, page.height - y - stamp.height, number);
            }
            Mark::Box { x, y, width, height, ink } => pen.filled(*x, *y, *width, *height, *ink),
            Mark::Shape { points, stroke, ink } => pen.shape(points, *stroke, *ink),
            Mark::Code { x, y, height, dots, code } => pen.code(*x, *y, *height, *dots, code),
            Mark::Text { .. } => {}
        }
    }
    pen.fill();
    if !page.marks.iter().any(|mark| matches!(mark, Mark::Text { .. })) {
        return pen.content;
    }
    pen.put("BT\n");
    let mut state = State { font: None, x: 0, y: 0 };
    for mark in &page.marks {
        if let Mark::Text { x, y, size, ink, line } = mark {
            pen.line(&mut state, (*x, page.height - y), *size, *ink, line);
        }
    }
    pen.put("ET");
    pen.content
}

/// What the text section has set so far.
struct State {
    font: Option<(usize, i32)>,
    x: i32,
    y: i32,
}

struct Pen<'page> {
    height: i32,
    fonts: &'page Fonts,
    used: &'page mut Used,
    content: Content,
    ink: Ink,
    /// There are rectangles that are not filled yet.
    open: bool,
}

impl Pen<'_> {
    fn put(&mut self, words: &str) {
        self.content.bytes.extend_from_slice(words.as_bytes());
    }

    /// A number of hundredths, and a blank.
    fn number(&mut self, hundredths: i32) {
        self.decimal(hundredths, 100);
    }

    /// A fraction in as few digits as it has, and a blank.
    fn decimal(&mut self, number: i32, parts: i32) {
        if number < 0 {
            self.content.bytes.push(b'-');
        }
        let number = number.abs();
        let (whole, mut rest, mut step) = (number / parts, number % parts, parts);
        // Writing into memory does not fail.
        let _ = write!(self.content.bytes, "{whole}");
        if rest > 0 {
            self.content.bytes.push(b'.');
        }
        while rest > 0 {
            step /= 10;
            let _ = write!(self.content.bytes, "{}", rest / step);
            rest %= step;
        }
        self.content.bytes.push(b' ');
    }

    fn whole(&mut self, number: i32) {
        let _ = write!(self.content.bytes, "{number} ");
    }

    fn use_ink(&mut self, ink: Ink) {
        if self.ink != ink {
            self.fill();
            self.ink = ink;
            self.number(ink.light());
            self.put("g\n");
        }
    }

    fn fill(&mut self) {
        if self.open {
            self.put("f\n");
            self.open = false;
        }
    }

    /// Rectangles of one ink are one path.
    fn filled(&mut self, x: i32, y: i32, width: i32, height: i32, ink: Ink) {
        self.use_ink(ink);
        for number in [x, self.height - y - height, width, height] {
            self.number(number);
        }
        self.put("re\n");
        self.open = true;
    }

    /// A stamp with its lower left corner there; it begins in black and leaves the ink as it is.
    fn stamp(&mut self, x: i32, y: i32, number: usize) {
        self.use_ink(Ink::Black);
        self.fill();
        if (x, y) == (0, 0) {
            self.put("/");
            self.put(&stamp_name(number));
            self.put(" Do\n");
            return;
        }
        self.put("q 1 0 0 1 ");
        self.number(x);
        self.number(y);
        self.put("cm/");
        self.put(&stamp_name(number));
        self.put(" Do Q\n");
    }

    fn shape(&mut self, points: &[(i32, i32)], stroke: Option<i32>, ink: Ink) {
        self.fill();
        match stroke {
            None => self.use_ink(ink),
            Some(thickness) => {
                self.number(thickness);
                self.put("w ");
            }
        }
        if let ([(left, top), (right, _), (_, bottom), _], true) = (points, is_rectangle(points)) {
            for number in [*left, self.height - bottom, right - left, bottom - top] {
                self.number(number);
            }
            self.put(if stroke.is_some() { "re s\n" } else { "re f\n" });
            return;
        }
        for (index, (x, y)) in points.iter().enumerate() {
            self.number(*x);
            self.number(self.height - y);
            self.put(if index == 0 { "m " } else { "l " });
        }
        self.put(if stroke.is_some() { "s\n" } else { "f\n" });
    }

    /// All bars or squares as one path with a dot for its unit, so that every number is whole.
    fn code(&mut self, x: i32, y: i32, height: i32, dots: Dots, code: &Code) {
        self.use_ink(Ink::Black);
        self.fill();
        let (left, top, high) = (dots.snapped(x), dots.snapped(self.height - y), dots.snapped(height));
        // A dot in ten-millionths of a point, and the corner in thousandths.
        let dot = 720_000_000 / dots.per_inch;
        let place = |dots: i32| i32::try_from(i64::from(dots) * i64::from(dot) / 10_000).unwrap_or(0);
        self.put("q ");
        self.decimal(dot, 10_000_000);
        self.put("0 0 ");
        self.decimal(dot, 10_000_000);
        self.decimal(place(left), 1_000);
        self.decimal(place(top), 1_000);
        self.put("cm\n");
        for (column, row, columns, rows) in &code.dark {
            let (x, wide) = (column * dots.per_module, columns * dots.per_module);
            let tall = if *rows == 0 { high } else { rows * dots.per_module };
            for number in [x, -row * dots.per_module - tall, wide, tall] {
                self.whole(number);
            }
            self.put("re\n");
        }
        self.put("f Q\n");
    }

    fn line(&mut self, state: &mut State, (x, y): (i32, i32), size: i32, ink: Ink, line: &Line) {
        self.use_ink(ink);
        let mut pen = 0;
        for run in &line.runs {
            if state.font != Some((run.face, size)) {
                state.font = Some((run.face, size));
                self.put("/");
                self.put(&face_name(run.face));
                self.put(" ");
                self.number(size);
                self.put("Tf ");
            }
            let x = x + pen * size / 1000;
            // The place is told from the start of the text before.
            self.number(x - state.x);
            self.number(y - state.y);
            self.put("Td");
            (state.x, state.y) = (x, y);
            match &run.glyphs {
                Glyphs::Plain(text) => self.plain(run.face, text),
                Glyphs::Shaped(glyphs) => self.shaped(run.face, size, glyphs),
            }
            pen += run.width;
        }
    }

    fn plain(&mut self, index: usize, text: &str) {
        let Some(face) = self.fonts.face(index) else { return };
        let used = self.used.entry(index).or_default();
        let before = self.content.glyphs.len();
        for character in text.chars() {
            if let Some((glyph, _)) = face.glyph(character) {
                used.entry(glyph).or_insert_with(|| character.to_string());
                self.content.glyphs.push(glyph);
            }
        }
        self.show(index, before);
        self.put("Tj\n");
    }

    /// Glyphs at their places: the pen is moved where the font's own advance would leave it elsewhere.
    fn shaped(&mut self, index: usize, size: i32, glyphs: &[Glyph]) {
        let Some(face) = self.fonts.face(index) else { return };
        let mut rise = 0;
        let mut owed = 0;
        self.put("[");
        for glyph in glyphs {
            if glyph.up != rise {
                rise = glyph.up;
                self.put("]TJ ");
                self.number(rise * size / 1000);
                self.put("Ts[");
            }
            // A positive number moves the pen back.
            let back = owed - glyph.right;
            if back != 0 {
                self.whole(back);
            }
            owed = face.advance(glyph.id) + glyph.right - glyph.advance;
            let before = self.content.glyphs.len();
            let used = self.used.entry(index).or_default();
            used.entry(glyph.id).or_insert_with(|| glyph.text.clone());
            self.content.glyphs.push(glyph.id);
            self.show(index, before);
        }
        self.put("]TJ\n");
        if rise != 0 {
            self.put("0 Ts\n");
        }
    }

    /// Notes that the glyphs since `before` are shown here.
    fn show(&mut self, face: usize, before: usize) {
        let glyphs = self.content.glyphs.len() - before;
        self.content.texts.push(Text { at: self.content.bytes.len(), face, glyphs });
    }
}

/// Four corners as a frame names them: clockwise from the upper left.
fn is_rectangle(points: &[(i32, i32)]) -> bool {
    matches!(points, [a, b, c, d] if a.1 == b.1 && b.0 == c.0 && c.1 == d.1 && d.0 == a.0)
}
