//! Pages as a PDF, by printpdf: fonts embedded and cut down to what is used, nothing in it that changes from one run to
//! the next.
//!
//! Invariants: same pages, same bytes: font names, dates and the file's identifier are ours, and nothing asks the clock.
//! And little memory: printpdf makes the document, its fonts and its page tree; what stands on a page is written by
//! `content`, in a tenth of the room that printpdf's operations for it would take.

use std::io::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};
use flate2::{Compression, write::ZlibEncoder};
use lopdf::content::Content as Operations;
use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};
use printpdf::{
    Codepoint, FontId, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Pt,
    Rect, TextItem,
};
use xxhash_rust::xxh3::Xxh3;

use super::content::{Codes, Content, Stamps, Used, content, face_name, stamp_name};
use super::{BLEED, Page};
use crate::fonts::Fonts;

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
    let mut used = Used::new();
    let mut stamps = Stamps::default();
    let mut size = (0, 0);
    let contents: Vec<Content> = pages
        .map(|page| {
            size = (page.width, page.height);
            content(&page, fonts, &mut used, &mut stamps)
        })
        .collect();
    let mut file = skeleton(contents.len(), size, facts, &used, fonts);
    let places = content_places(&file);
    let codes = places.first().map(|first| codes(&file, *first, &used)).unwrap_or_default();
    let mut identifier = Xxh3::new();
    for (place, content) in places.into_iter().zip(contents) {
        let bytes = content.finished(&codes);
        identifier.update(&bytes);
        if let Some(Object::Stream(stream)) = file.objects.get_mut(&place) {
            stream.dict.set("Filter", "FlateDecode");
            stream.set_content(packed(&bytes));
        }
    }
    let first = file.page_iter().next();
    if let Some(first) = first {
        // Every page has the resources of the first; printpdf always writes them.
        let _ = put_stamps(&mut file, first, &stamps, &codes);
    }
    file.compress();
    for object in file.objects.values() {
        if let Object::Stream(stream) = object {
            identifier.update(&stream.content);
        }
    }
    let id = Object::String(identifier.digest128().to_be_bytes().to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
    // The dictionaries of pages are packed as well.
    "1.5".clone_into(&mut file.version);
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = file.save_modern(&mut bytes);
    bytes
}

/// The document with its fonts and with pages that are still empty, but for the first: it shows every glyph once.
fn skeleton(
    pages: usize,
    (width, height): (i32, i32),
    facts: &Facts,
    used: &Used,
    fonts: &Fonts,
) -> Document {
    let mut document = PdfDocument::new(&facts.title);
    let date = date(facts.as_of);
    let info = &mut document.metadata.info;
    info.creation_date = date;
    info.modification_date = date;
    info.metadata_date = date;
    info.identifier = String::new();
    "Packlight".clone_into(&mut info.creator);
    "Packlight".clone_into(&mut info.producer);
    let mut shown = vec![Op::StartTextSection];
    for (face, glyphs) in used {
        let parsed =
            fonts.face(*face).and_then(|face| ParsedFont::from_bytes(face.bytes(), 0, &mut Vec::new()));
        let Some(parsed) = parsed else { continue };
        document.resources.fonts.map.insert(FontId(face_name(*face)), PdfFont::new(parsed));
        shown.push(Op::SetFont { font: PdfFontHandle::External(FontId(face_name(*face))), size: Pt(1.0) });
        let glyphs = glyphs.iter().map(|(glyph, text)| Codepoint::with_cid(*glyph, 0.0, text.clone()));
        shown.push(Op::ShowText { items: vec![TextItem::GlyphIds(glyphs.collect())] });
    }
    shown.push(Op::EndTextSection);
    let area = Rect {
        x: Pt(0.0),
        y: Pt(0.0),
        width: pt(width),
        height: pt(height),
        mode: None,
        winding_order: None,
    };
    let page = |ops| PdfPage { media_box: area.clone(), trim_box: area.clone(), crop_box: area.clone(), ops };
    let rest = std::iter::repeat_with(|| page(Vec::new())).take(pages.saturating_sub(1));
    document.pages = std::iter::once(page(shown)).chain(rest).collect();
    let options = PdfSaveOptions { image_optimization: None, ..PdfSaveOptions::default() };
    document.to_lopdf_document(&options, &mut Vec::new())
}

/// Adds the stamps as forms that every page can name; they use the fonts of the pages.
fn put_stamps(file: &mut Document, page: ObjectId, stamps: &Stamps, codes: &Codes) -> lopdf::Result<()> {
    let resources = file.get_dictionary(page)?.get(b"Resources")?.as_reference()?;
    let resources = file.get_dictionary(resources)?;
    let fonts = resources.get(b"Font")?.clone();
    let forms = resources.get(b"XObject")?.as_reference()?;
    let own = file.add_object(dictionary! { "Font" => fonts });
    for (number, (stamp, content)) in stamps.drawn.iter().enumerate() {
        let edge = |hundredths: i32| Object::Real(pt(hundredths).0);
        let area = [-BLEED, -BLEED, stamp.width + BLEED, stamp.height + BLEED].map(edge);
        let head = dictionary! {
            "Type" => "XObject",
            "Subtype" => "Form",
            "BBox" => area.to_vec(),
            "Resources" => own,
        };
        let form = file.add_object(Stream::new(head, content.finished(codes)));
        file.get_dictionary_mut(forms)?.set(stamp_name(number), form);
    }
    Ok(())
}

/// Where the content of each page is, in order.
fn content_places(file: &Document) -> Vec<ObjectId> {
    let place = |page: ObjectId| file.get_dictionary(page).ok()?.get(b"Contents").ok()?.as_reference().ok();
    file.page_iter().filter_map(place).collect()
}

/// The code of each glyph, as printpdf wrote it on the first page: faces and glyphs stand there in the order of `used`.
fn codes(file: &Document, page: ObjectId, used: &Used) -> Codes {
    let mut codes = Codes::new();
    let stream = file.get_object(page).and_then(Object::as_stream);
    let Some(operations) = stream.ok().and_then(|stream| Operations::decode(&stream.content).ok()) else {
        return codes;
    };
    let mut face = None;
    for operation in &operations.operations {
        match (operation.operator.as_str(), operation.operands.first()) {
            ("Tf", Some(Object::Name(name))) => {
                face = used.iter().find(|(face, _)| face_name(**face).as_bytes() == name.as_slice());
            }
            ("TJ" | "Tj", Some(shown)) => {
                let mut strings = Vec::new();
                gather(shown, &mut strings);
                if let Some((face, glyphs)) = face {
                    let pairs = strings.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                    codes.insert(*face, glyphs.keys().copied().zip(pairs).collect());
                }
            }
            _ => {}
        }
    }
    codes
}

/// The bytes of all strings of an operand, one after the other.
fn gather(object: &Object, bytes: &mut Vec<u8>) {
    match object {
        Object::String(string, _) => bytes.extend_from_slice(string),
        Object::Array(parts) => parts.iter().for_each(|part| gather(part, bytes)),
        _ => {}
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(7));
    // Writing into memory does not fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

fn date(at: Option<DateTime<Utc>>) -> printpdf::OffsetDateTime {
    let epoch = printpdf::OffsetDateTime::epoch();
    let Some(at) = at else { return epoch };
    let (date, time) = (at.date_naive(), at.time());
    let day = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    let text = format!("D:{day}{:02}{:02}{:02}Z", time.hour(), time.minute(), time.second());
    printpdf::parse_pdf_date(&text).unwrap_or(epoch)
}

/// Hundredths of a point as printpdf wants them.
#[allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a page is less than 2^24 hundredths"
)]
fn pt(hundredths: i32) -> Pt {
    Pt(hundredths as f32 / 100.0)
}
