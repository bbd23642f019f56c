//! A page as SVG: glyphs as outlines, each drawn once and used where it stands.
//!
//! Presentation attributes only, no style, no script, nothing from outside: it may stand in a window with a strict content
//! security policy. No text of the seller's gets into it, only numbers.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Mark, Page};
use crate::fonts::{Fonts, Glyphs, Line};

/// The page as an SVG document.
pub(crate) fn svg(page: &Page, fonts: &Fonts) -> String {
    let mut used = BTreeSet::new();
    let mut body = String::new();
    for mark in &page.marks {
        draw(mark, fonts, &mut used, &mut body);
    }
    let (width, height) = (page.width, page.height);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}pt\" height=\"{}pt\" viewBox=\"0 0 {width} {height}\">\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/><defs>",
        decimal(width),
        decimal(height),
    );
    for (face, glyph) in used {
        let outline = fonts.face(face).map(|face| face.outline(glyph)).unwrap_or_default();
        let _ = write!(svg, "<path id=\"{}{glyph}\" d=\"{outline}\"/>", letter(face));
    }
    svg.push_str("</defs>");
    svg.push_str(&body);
    svg.push_str("</svg>");
    svg
}

fn draw(mark: &Mark, fonts: &Fonts, used: &mut BTreeSet<(usize, u16)>, svg: &mut String) {
    let _ = match mark {
        Mark::Text { x, y, size, ink, line } => {
            let _ = write!(
                svg,
                "<g transform=\"translate({x} {y})scale({}.{:03})\" fill=\"{}\">",
                size / 1000,
                size % 1000,
                color(*ink)
            );
            draw_line(line, fonts, used, svg);
            write!(svg, "</g>")
        }
        Mark::Box { x, y, width, height, ink } => write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
            color(*ink)
        ),
        Mark::Shape { points, stroke, ink } => {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
            let points = points.join(" ");
            match stroke {
                Some(stroke) => write!(
                    svg,
                    "<polygon points=\"{points}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{stroke}\"/>",
                    color(*ink)
                ),
                None => write!(svg, "<polygon points=\"{points}\" fill=\"{}\"/>", color(*ink)),
            }
        }
        Mark::Code { x, y, height, dots, code } => {
            // Dots are the unit inside: whole numbers, however many of them make an inch.
            let (x, per_module) = (dots.snapped(*x), dots.per_module);
            let (y, height) = (dots.snapped(*y), dots.snapped(*height));
            let scale = 7200 * 1000 / dots.per_inch;
            let _ = write!(
                svg,
                "<path transform=\"scale({}.{:03})\" shape-rendering=\"crispEdges\" d=\"",
                scale / 1000,
                scale % 1000
            );
            for (column, row, columns, rows) in &code.dark {
                let high = if *rows == 0 { height } else { rows * per_module };
                let wide = columns * per_module;
                let _ = write!(
                    svg,
                    "M{} {}h{wide}v{high}h-{wide}z",
                    x + column * per_module,
                    y + row * per_module
                );
            }
            write!(svg, "\"/>")
        }
        Mark::Stamp { x, y, stamp } => {
            let _ = write!(svg, "<g transform=\"translate({x} {y})\">");
            for mark in &stamp.marks {
                draw(mark, fonts, used, svg);
            }
            write!(svg, "</g>")
        }
    };
}

fn draw_line(line: &Line, fonts: &Fonts, used: &mut BTreeSet<(usize, u16)>, svg: &mut String) {
    let mut pen = 0;
    for run in &line.runs {
        let Some(face) = fonts.face(run.face) else { continue };
        let mut place = |glyph: u16, x: i32, y: i32| {
            used.insert((run.face, glyph));
            let _ = write!(svg, "<use href=\"#{}{glyph}\" x=\"{x}\"", letter(run.face));
            if y != 0 {
                let _ = write!(svg, " y=\"{y}\"");
            }
            svg.push_str("/>");
        };
        match &run.glyphs {
            Glyphs::Plain(text) => {
                for character in text.chars() {
                    if let Some((glyph, advance)) = face.glyph(character) {
                        if character != ' ' {
                            place(glyph, pen, 0);
                        }
                        pen += advance;
                    }
                }
            }
            Glyphs::Shaped(glyphs) => {
                for glyph in glyphs {
                    place(glyph.id, pen + glyph.right, -glyph.up);
                    pen += glyph.advance;
                }
            }
        }
    }
}

fn color(ink: super::Ink) -> String {
    let level = ink.light() * 255 / 100;
    format!("#{level:02x}{level:02x}{level:02x}")
}

/// The letter of a face in the names of its glyphs: a glyph is drawn thousands of times, so its name is short.
fn letter(face: usize) -> char {
    u8::try_from(face).map_or('z', |face| char::from(b'a' + face.min(25)))
}

/// Hundredths as a decimal number.
fn decimal(hundredths: i32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
