//! The measures of each paper, in hundredths of a point. Large sheets are a table; a label is one place with what lies
//! there, for a printer of 203 dots an inch.

use packlight_domain::picking::Paper;

use crate::page::Dots;

/// Measures of a paper.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) margin: i32,
    /// One group a page, one column.
    pub(super) label: bool,
    /// Height of what stands on top of each page.
    pub(super) header: i32,
    /// Height of what stands at the bottom of each page.
    pub(super) footer: i32,
    /// Em of a sentence that stands for a list.
    pub(super) message: i32,
    /// Modules of the list's code and of orders' codes.
    pub(super) qr: Dots,
    /// Modules of Code 128; the second where the first is too wide.
    pub(super) bars: [Dots; 2],
    /// Height of the bars: 6.4 mm and more.
    pub(super) bar_height: i32,
    /// The place of each column from the left edge of the table, and its width.
    pub(super) columns: Columns,
}

/// Columns of a row: where each begins from the left margin, and how wide it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns {
    pub(super) place: (i32, i32),
    pub(super) item: (i32, i32),
    pub(super) quantity: (i32, i32),
    pub(super) orders: (i32, i32),
    pub(super) found: (i32, i32),
}

const OFFICE: Dots = Dots { per_inch: 300, per_module: 5 };
const THERMAL: Dots = Dots { per_inch: 203, per_module: 4 };

impl Form {
    pub(super) fn of(paper: Paper) -> Self {
        match paper {
            Paper::A4 => Self::sheet(595_28, 841_89),
            Paper::Letter => Self::sheet(612_00, 792_00),
            Paper::Label4x6 => Self::label(),
        }
    }

    fn sheet(width: i32, height: i32) -> Self {
        let margin = 28_35;
        let inner = width - 2 * margin;
        let found = (inner - 32_00, 32_00);
        let orders = (found.0 - 5_00 - 108_00, 108_00);
        let quantity = (orders.0 - 7_00 - 28_00, 28_00);
        let place = (21_00, 88_00);
        let item = (114_00, quantity.0 - 6_00 - 114_00);
        Self {
            width,
            height,
            margin,
            label: false,
            header: 64_00,
            footer: 14_00,
            message: 13_00,
            qr: OFFICE,
            bars: [Dots { per_module: 3, ..OFFICE }, Dots { per_module: 2, ..OFFICE }],
            bar_height: 18_48,
            columns: Columns { place, item, quantity, orders, found },
        }
    }

    fn label() -> Self {
        let (width, margin) = (288_00, 11_00);
        let inner = width - 2 * margin;
        let quantity = (inner - 40_00, 40_00);
        Self {
            width,
            height: 432_00,
            margin,
            label: true,
            header: 52_00,
            footer: 12_00,
            message: 11_00,
            qr: THERMAL,
            bars: [Dots { per_module: 2, ..THERMAL }; 2],
            bar_height: 22_00,
            columns: Columns {
                place: (0, inner),
                item: (22_00, quantity.0 - 5_00 - 22_00),
                quantity,
                orders: (22_00, inner - 22_00),
                found: (inner - 40_00, 40_00),
            },
        }
    }

    pub(super) fn left(&self) -> i32 {
        self.margin
    }

    pub(super) fn right(&self) -> i32 {
        self.width - self.margin
    }

    pub(super) fn inner(&self) -> i32 {
        self.width - 2 * self.margin
    }

    pub(super) fn body_top(&self) -> i32 {
        self.margin + self.header
    }

    pub(super) fn body(&self) -> i32 {
        self.height - 2 * self.margin - self.header - self.footer
    }
}
