//! Pages as a PDF, by printpdf: fonts embedded and cut down to what is used, nothing in it that changes from one run to
//! the next.
//!
//! Invariant: same pages, same bytes. Font names, dates and the file's identifier are ours, and nothing asks the clock.

// printpdf takes lengths as floats; ours are whole numbers until here.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss)]

use chrono::{DateTime, Datelike, Timelike, Utc};
use printpdf::{
    Codepoint, Color, CurTransMat, FontId, Greyscale, LinePoint, Op, PaintMode, ParsedFont, PdfDocument,
    PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rect, TextItem,
    WindingOrder,
};
use xxhash_rust::xxh3::Xxh3;

use super::{Code, Dots, Ink, Mark, Page};
use crate::fonts::{Fonts, Glyph, Glyphs, Line};

/// What is said about the document beside its pages.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// Its title, as a viewer shows it.
    pub(crate) title: String,
    /// When the data were as shown, UTC; takes the place of the dates of making and changing.
    pub(crate) as_of: Option<DateTime<Utc>>,
}

/// The pages as a PDF.
pub(crate) fn pdf(pages: impl Iterator<Item = Page>, facts: &Facts, fonts: &Fonts) -> Vec<u8> {
    let mut document = PdfDocument::new(&facts.title);
    let date = date(facts.as_of);
    let info = &mut document.metadata.info;
    info.creation_date = date;
    info.modification_date = date;
    info.metadata_date = date;
    info.identifier = String::new();
    "Packlight".clone_into(&mut info.creator);
    "Packlight".clone_into(&mut info.producer);
    let mut used = vec![false; fonts.len()];
    document.pages = pages.map(|page| drawn(&page, fonts, &mut used)).collect();
    for (index, _) in used.iter().enumerate().filter(|(_, used)| **used) {
        let parsed =
            fonts.face(index).and_then(|face| ParsedFont::from_bytes(face.bytes(), 0, &mut Vec::new()));
        if let Some(parsed) = parsed {
            document.resources.fonts.map.insert(font_id(index), PdfFont::new(parsed));
        }
    }
    let options = PdfSaveOptions { image_optimization: None, ..PdfSaveOptions::default() };
    let mut file = document.to_lopdf_document(&options, &mut Vec::new());
    drop(document);
    // Written small: page dictionaries are packed as well.
    "1.5".clone_into(&mut file.version);
    let id = identifier(&file);
    file.trailer.set("ID", vec![id.clone(), id]);
    file.compress();
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = file.save_modern(&mut bytes);
    bytes
}

/// The identifier of the file: a hash of everything it shows.
fn identifier(file: &lopdf::Document) -> lopdf::Object {
    let mut hash = Xxh3::new();
    for object in file.objects.values() {
        if let lopdf::Object::Stream(stream) = object {
            hash.update(&stream.content);
        }
    }
    let bytes = hash.digest128().to_be_bytes().to_vec();
    lopdf::Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}

fn date(at: Option<DateTime<Utc>>) -> printpdf::OffsetDateTime {
    let epoch = printpdf::OffsetDateTime::epoch();
    let Some(at) = at else { return epoch };
    let text = format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    printpdf::parse_pdf_date(&text).unwrap_or(epoch)
}

fn font_id(index: usize) -> FontId {
    FontId(format!("T{index}"))
}

/// What is drawn on a page: shapes first, then text, so that one text section is enough.
fn drawn(page: &Page, fonts: &Fonts, used: &mut [bool]) -> PdfPage {
    let mut pen = Pen { height: page.height, fonts, used, ops: Vec::new(), ink: Ink::Black };
    let mut boxes: Vec<PolygonRing> = Vec::new();
    let mut boxes_ink = Ink::Black;
    for mark in &page.marks {
        if let Mark::Box { x, y, width, height, ink } = mark {
            if *ink != boxes_ink {
                pen.fill(std::mem::take(&mut boxes), boxes_ink);
                boxes_ink = *ink;
            }
            boxes.push(pen.ring(&[(*x, *y), (x + width, *y), (x + width, y + height), (*x, y + height)]));
            continue;
        }
        if matches!(mark, Mark::Text { .. }) {
            continue;
        }
        pen.fill(std::mem::take(&mut boxes), boxes_ink);
        match mark {
            Mark::Shape { points, stroke, ink } => pen.shape(points, *stroke, *ink),
            Mark::Code { x, y, height, dots, code } => pen.code(*x, *y, *height, *dots, code),
            Mark::Text { .. } | Mark::Box { .. } => {}
        }
    }
    pen.fill(boxes, boxes_ink);
    pen.ops.push(Op::StartTextSection);
    let mut text = Text { font: None, x: 0, y: 0 };
    for mark in &page.marks {
        if let Mark::Text { x, y, size, ink, line } = mark {
            pen.text(&mut text, (*x, page.height - y), *size, *ink, line);
        }
    }
    pen.ops.push(Op::EndTextSection);
    let area = Rect {
        x: Pt(0.0),
        y: Pt(0.0),
        width: pt(page.width),
        height: pt(page.height),
        mode: None,
        winding_order: None,
    };
    PdfPage { media_box: area.clone(), trim_box: area.clone(), crop_box: area, ops: pen.ops }
}

/// Hundredths of a point as printpdf wants them.
fn pt(hundredths: i32) -> Pt {
    Pt(hundredths as f32 / 100.0)
}

/// What the text section has set so far.
struct Text {
    font: Option<(usize, i32)>,
    x: i32,
    y: i32,
}

struct Pen<'page> {
    height: i32,
    fonts: &'page Fonts,
    used: &'page mut [bool],
    ops: Vec<Op>,
    ink: Ink,
}

impl Pen<'_> {
    fn ring(&self, points: &[(i32, i32)]) -> PolygonRing {
        let point =
            |(x, y): &(i32, i32)| LinePoint { p: Point { x: pt(*x), y: pt(self.height - y) }, bezier: false };
        PolygonRing { points: points.iter().map(point).collect() }
    }

    fn use_ink(&mut self, ink: Ink) {
        if self.ink != ink {
            self.ink = ink;
            self.ops.push(Op::SetFillColor { col: grey(ink) });
        }
    }

    fn fill(&mut self, rings: Vec<PolygonRing>, ink: Ink) {
        if !rings.is_empty() {
            self.use_ink(ink);
            let polygon = Polygon { rings, mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
            self.ops.push(Op::DrawPolygon { polygon });
        }
    }

    fn shape(&mut self, points: &[(i32, i32)], stroke: Option<i32>, ink: Ink) {
        let rings = vec![self.ring(points)];
        match stroke {
            None => self.fill(rings, ink),
            Some(stroke) => {
                self.ops.push(Op::SetOutlineColor { col: grey(ink) });
                self.ops.push(Op::SetOutlineThickness { pt: pt(stroke) });
                let polygon =
                    Polygon { rings, mode: PaintMode::Stroke, winding_order: WindingOrder::NonZero };
                self.ops.push(Op::DrawPolygon { polygon });
            }
        }
    }

    /// All bars or squares as one path, in dots, so that its numbers are whole.
    fn code(&mut self, x: i32, y: i32, height: i32, dots: Dots, code: &Code) {
        self.use_ink(Ink::Black);
        let (left, top) = (dots.snapped(x), dots.snapped(self.height - y));
        let high = dots.snapped(height);
        let scale = 72.0 / dots.per_inch as f32;
        self.ops.push(Op::SaveGraphicsState);
        self.ops.push(Op::SetTransformationMatrix {
            matrix: CurTransMat::Raw([scale, 0.0, 0.0, scale, left as f32 * scale, top as f32 * scale]),
        });
        let rings = code.dark.iter().map(|(column, row, columns, rows)| {
            let (x, y) = (column * dots.per_module, -row * dots.per_module);
            let (right, bottom) =
                (x + columns * dots.per_module, if *rows == 0 { -high } else { y - rows * dots.per_module });
            let corner =
                |x: i32, y: i32| LinePoint { p: Point { x: Pt(x as f32), y: Pt(y as f32) }, bezier: false };
            PolygonRing {
                points: vec![corner(x, y), corner(right, y), corner(right, bottom), corner(x, bottom)],
            }
        });
        let polygon =
            Polygon { rings: rings.collect(), mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
        self.ops.push(Op::DrawPolygon { polygon });
        self.ops.push(Op::RestoreGraphicsState);
    }

    fn text(&mut self, state: &mut Text, (x, y): (i32, i32), size: i32, ink: Ink, line: &Line) {
        self.use_ink(ink);
        let mut pen = 0;
        for run in &line.runs {
            if state.font != Some((run.face, size)) {
                state.font = Some((run.face, size));
                self.ops
                    .push(Op::SetFont { font: PdfFontHandle::External(font_id(run.face)), size: pt(size) });
            }
            if let Some(used) = self.used.get_mut(run.face) {
                *used = true;
            }
            let x = x + pen * size / 1000;
            // The cursor moves from the start of the text before.
            self.ops.push(Op::SetTextCursor { pos: Point { x: pt(x - state.x), y: pt(y - state.y) } });
            (state.x, state.y) = (x, y);
            match &run.glyphs {
                Glyphs::Plain(text) => {
                    self.ops.push(Op::ShowText { items: vec![TextItem::Text(text.clone())] })
                }
                Glyphs::Shaped(glyphs) => self.shaped(run.face, size, glyphs),
            }
            pen += run.width;
        }
    }

    /// Glyphs at their places: the pen is moved where the font's own advance would leave it elsewhere.
    fn shaped(&mut self, face: usize, size: i32, glyphs: &[Glyph]) {
        let Some(face) = self.fonts.face(face) else { return };
        let mut rise = 0;
        let mut owed = 0;
        for glyph in glyphs {
            if glyph.up != rise {
                rise = glyph.up;
                self.ops.push(Op::SetLineOffset { multiplier: (rise * size) as f32 / 100_000.0 });
            }
            let mut items = Vec::new();
            // A positive number moves the pen back.
            let before = owed - glyph.right;
            if before != 0 {
                items.push(TextItem::Offset(before as f32));
            }
            owed = face.advance(glyph.id) + glyph.right - glyph.advance;
            items.push(TextItem::GlyphIds(vec![Codepoint::with_cid(glyph.id, 0.0, glyph.text.clone())]));
            self.ops.push(Op::ShowText { items });
        }
        if rise != 0 {
            self.ops.push(Op::SetLineOffset { multiplier: 0.0 });
        }
    }
}

fn grey(ink: Ink) -> Color {
    Color::Greyscale(Greyscale { percent: ink.light() as f32 / 100.0, icc_profile: None })
}
