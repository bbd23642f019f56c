//! One page of paper as marks at places, before it is a PDF or a picture.
//!
//! Lengths are whole hundredths of a point from the upper left corner, so that the same page is always the same numbers.
//! Both writers draw the same marks: what the preview shows is what is printed.

#![allow(clippy::inconsistent_digit_grouping, reason = "a length of 2 points is written 2_00")]

mod code;
mod content;
mod pdf;
mod svg;

use std::rc::Rc;

pub(crate) use self::code::{Code, Dots, code128, qr};
pub(crate) use self::pdf::{Facts, pdf};
pub(crate) use self::svg::svg;

use crate::fonts::{Fonts, Line, Weight};

/// How far a stamp may reach beyond its measures: half a line, or what a viewer blurs at its edges.
pub(crate) const BLEED: i32 = 2_00;

/// How dark a mark is. All greys keep a contrast of 4.5 and more on white, but for hairlines and bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ink {
    /// Behind text.
    Band,
    /// Hairlines.
    Hair,
    /// Text that is not looked for first.
    Grey,
    /// All else.
    Black,
    /// On black.
    White,
}

impl Ink {
    /// Hundredths of full light.
    pub(crate) fn light(self) -> i32 {
        match self {
            Self::Black => 0,
            Self::Grey => 30,
            Self::Hair => 65,
            Self::Band => 92,
            Self::White => 100,
        }
    }
}

/// Something on a page.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// A line of text; `y` is its baseline, `size` its em.
    Text { x: i32, y: i32, size: i32, ink: Ink, line: Line },
    /// A filled rectangle.
    Box { x: i32, y: i32, width: i32, height: i32, ink: Ink },
    /// A closed line through points, filled or drawn with that thickness.
    Shape { points: Vec<(i32, i32)>, stroke: Option<i32>, ink: Ink },
    /// A code; its quiet zone is the layout's business.
    Code { x: i32, y: i32, height: i32, dots: Dots, code: Rc<Code> },
    /// A drawing that stands in several places, with its upper left corner there. A stamp carries none itself.
    Stamp { x: i32, y: i32, stamp: Rc<Page> },
}

/// A page, or a part of pages that is drawn once and stamped wherever it belongs.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its width.
    pub(crate) width: i32,
    /// Its height.
    pub(crate) height: i32,
    /// What is on it, from behind to the front.
    pub(crate) marks: Vec<Mark>,
}

/// A page that is being filled.
pub(crate) struct Sheet<'fonts> {
    /// Measures and breaks text.
    pub(crate) fonts: &'fonts Fonts,
    page: Page,
}

/// Where a text stands at its `x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// It begins there.
    Left,
    /// Its middle is there.
    Middle,
    /// It ends there.
    Right,
}

impl<'fonts> Sheet<'fonts> {
    /// An empty page.
    pub(crate) fn new(fonts: &'fonts Fonts, width: i32, height: i32) -> Self {
        Self { fonts, page: Page { width, height, marks: Vec::new() } }
    }

    /// The page as it was filled.
    pub(crate) fn finished(self) -> Page {
        self.page
    }

    /// A text on one line; answers where it ends.
    pub(crate) fn text(&mut self, at: (i32, i32), align: Align, style: Style, text: &str) -> i32 {
        let line = self.fonts.line(style.weight, text);
        self.line(at, align, style, line)
    }

    /// A line that was set before; answers where it ends.
    pub(crate) fn line(&mut self, (x, y): (i32, i32), align: Align, style: Style, line: Line) -> i32 {
        let width = style.length(line.width);
        let x = match align {
            Align::Left => x,
            Align::Middle => x - width / 2,
            Align::Right => x - width,
        };
        if !line.runs.is_empty() {
            self.page.marks.push(Mark::Text { x, y, size: style.size, ink: style.ink, line });
        }
        x + width
    }

    /// A filled rectangle.
    pub(crate) fn filled(&mut self, x: i32, y: i32, width: i32, height: i32, ink: Ink) {
        self.page.marks.push(Mark::Box { x, y, width, height, ink });
    }

    /// The outline of a rectangle, drawn inside it.
    pub(crate) fn frame(&mut self, x: i32, y: i32, width: i32, height: i32, stroke: i32) {
        let (left, top, right, bottom) =
            (x + stroke / 2, y + stroke / 2, x + width - stroke / 2, y + height - stroke / 2);
        self.shape(
            vec![(left, top), (right, top), (right, bottom), (left, bottom)],
            Some(stroke),
            Ink::Black,
        );
    }

    /// A closed shape.
    pub(crate) fn shape(&mut self, points: Vec<(i32, i32)>, stroke: Option<i32>, ink: Ink) {
        self.page.marks.push(Mark::Shape { points, stroke, ink });
    }

    /// A drawing that is the same in other places, with its upper left corner there; it may reach beyond its measures by
    /// [`BLEED`].
    pub(crate) fn stamp(&mut self, x: i32, y: i32, stamp: &Rc<Page>) {
        self.page.marks.push(Mark::Stamp { x, y, stamp: Rc::clone(stamp) });
    }

    /// A code with its upper left corner there.
    pub(crate) fn code(&mut self, x: i32, y: i32, height: i32, dots: Dots, code: &Rc<Code>) {
        self.page.marks.push(Mark::Code { x, y, height, dots, code: Rc::clone(code) });
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Its em.
    pub(crate) size: i32,
    /// How strong.
    pub(crate) weight: Weight,
    /// How dark.
    pub(crate) ink: Ink,
}

impl Style {
    /// Black, of that size in points.
    pub(crate) const fn regular(size: i32) -> Self {
        Self { size, weight: Weight::Regular, ink: Ink::Black }
    }

    /// Black and bold.
    pub(crate) const fn bold(size: i32) -> Self {
        Self { size, weight: Weight::Bold, ink: Ink::Black }
    }

    /// The same in another ink.
    pub(crate) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// Thousandths of an em as a length.
    pub(crate) fn length(self, thousandths: i32) -> i32 {
        thousandths * self.size / 1000
    }

    /// A length as thousandths of an em.
    pub(crate) fn thousandths(self, length: i32) -> i32 {
        length * 1000 / self.size.max(1)
    }
}
