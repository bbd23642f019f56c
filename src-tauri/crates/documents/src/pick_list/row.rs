//! A row: tick, place, item, how many, for whom, how many were found.

use std::rc::Rc;

use packlight_domain::picking::{PickRow, PickedOrder};

use super::Layout;
use super::orders::{self, Place};
use super::plan::Part;
use super::stamps::Key;
use crate::fonts::{Line, Weight};
use crate::page::{self, Align, Code, Dots, Ink, Sheet, Style};

const TITLE_LINES: usize = 2;
const PAD: i32 = 3_50;
/// Between the set number, with the frame of its condition, and the title.
const BELOW_SET: i32 = 1_40;

/// Between the set number and the frame of its condition, and inside that frame.
const CHIP_GAP: i32 = 5_00;
const CHIP_PAD: i32 = 3_00;

/// The sizes of a row's texts.
struct Sizes {
    set: Style,
    title: Style,
    small: Style,
    place: Style,
    /// For places that do not fit in the size before.
    narrow_place: Style,
    tick: i32,
    least: i32,
}

const SHEET: Sizes = Sizes {
    set: Style::bold(12_00),
    title: Style::regular(8_50),
    small: Style::regular(7_00),
    place: Style::bold(15_00),
    narrow_place: Style::bold(11_00),
    tick: 15_00,
    least: 24_00,
};

const LABEL: Sizes = Sizes {
    set: Style::bold(16_00),
    title: Style::regular(9_50),
    small: Style::regular(7_50),
    place: Style::bold(14_00),
    narrow_place: Style::bold(11_00),
    tick: 17_00,
    least: 34_00,
};

/// What a row shows, measured.
struct Shown<'a> {
    row: &'a PickRow,
    orders: &'a [PickedOrder],
    /// Whether its orders are named: a run of singles names none.
    named: bool,
    quantity: u32,
    place: Vec<Line>,
    place_style: Style,
    title: Vec<Line>,
    /// SKU and ASIN; beside the set number if there is room.
    numbers: Option<Line>,
    numbers_beside: bool,
    bars: Option<(Rc<Code>, Dots)>,
}

impl<'a> Layout<'a> {
    fn sizes(&self) -> &'static Sizes {
        if self.form.label { &LABEL } else { &SHEET }
    }

    /// Whether the place of a row stands above its item instead of in a column.
    fn place_above(&self) -> bool {
        self.form.label && self.by_order()
    }

    /// The column of the item.
    fn item_width(&self) -> i32 {
        self.form.columns.item.1
    }

    fn shown(&self, part: &Part) -> Shown<'a> {
        let list = self.list;
        let row = &list.groups[part.group].rows[part.row];
        let sizes = self.sizes();
        let all = row.orders.len() == part.orders.len();
        let orders = row.orders.get(part.orders.clone()).unwrap_or_default();
        let units = orders.iter().map(|order| order.units.len()).sum::<usize>();
        let width = self.item_width();
        let (place, place_style) = if part.shows_place && (!self.form.label || self.by_order()) {
            let place = self.form.columns.place.1;
            let room = sizes.place.thousandths(place);
            let lines = self.fonts.wrapped(Weight::Bold, &row.location, room, 2);
            let whole = self.fonts.line(Weight::Bold, &row.location);
            if whole.width <= room {
                (lines, sizes.place)
            } else {
                let room = sizes.narrow_place.thousandths(place);
                (self.fonts.wrapped(Weight::Bold, &row.location, room, 4), sizes.narrow_place)
            }
        } else {
            (Vec::new(), sizes.place)
        };
        let named = !self.by_order() && !self.is_single_run(orders);
        // Different SKUs stand beside their orders; where those are not named, together here.
        let mut skus: Vec<&str> =
            orders.iter().filter(|_| !named).filter_map(|own| own.sku.as_deref()).collect();
        skus.sort_unstable();
        skus.dedup();
        let skus = row.sku.clone().unwrap_or_else(|| skus.join(" / "));
        let numbers = self.numbers(&skus, row.asin.as_deref(), sizes.small.thousandths(width));
        let beside = numbers.as_ref().is_some_and(|line| {
            self.set_width(row) + 8_00 + sizes.small.length(line.width) <= width && !self.form.label
        });
        Shown {
            row,
            orders,
            named,
            quantity: if all { row.quantity } else { u32::try_from(units).unwrap_or(u32::MAX) },
            place,
            place_style,
            title: self.fonts.wrapped(
                Weight::Regular,
                &row.name,
                sizes.title.thousandths(width),
                TITLE_LINES,
            ),
            numbers,
            numbers_beside: beside,
            bars: row.sku.as_deref().filter(|_| list.sku_barcodes).and_then(|sku| self.bars(sku, width)),
        }
    }

    /// SKU and ASIN on one line; where both do not fit it is the SKU that is cut, so it comes last.
    fn numbers(&self, sku: &str, asin: Option<&str>, room: i32) -> Option<Line> {
        fn present(number: Option<&str>) -> Option<&str> {
            number.filter(|number| !number.trim().is_empty())
        }
        let parts = |first: Option<&str>, second: Option<&str>| -> String {
            first.into_iter().chain(second).collect::<Vec<&str>>().join("  ·  ")
        };
        let (sku, asin) = (present(Some(sku)), present(asin));
        let line = self.fonts.line(Weight::Regular, &parts(sku, asin));
        let line = if line.width > room {
            self.fonts.fitted(Weight::Regular, &parts(asin, sku), room)
        } else {
            line
        };
        (!line.runs.is_empty()).then_some(line)
    }

    /// How far the set number and its condition reach.
    fn set_width(&self, row: &PickRow) -> i32 {
        let (set, chip) = self.head_of_row(row);
        self.sizes().set.length(set.width) + chip.map_or(0, |(_, width)| width + CHIP_GAP)
    }

    /// The set number, and the condition with the width of its frame: both whole where they fit side by side. Where they
    /// do not, the condition keeps two fifths of the room.
    fn head_of_row(&self, row: &PickRow) -> (Line, Option<(Line, i32)>) {
        let (style, room) = (self.sizes().set, self.item_width());
        let set = self.fonts.line(Weight::Bold, &row.set_number);
        let least = room * 2 / 5;
        let beside = room - style.length(set.width) - CHIP_GAP;
        let chip = self.chip(row, beside.max(least));
        let taken = chip.as_ref().map_or(0, |(_, width)| width + CHIP_GAP);
        let fitted = style.thousandths(room - taken);
        let set =
            if set.width > fitted { self.fonts.fitted(Weight::Bold, &row.set_number, fitted) } else { set };
        (set, chip)
    }

    /// The condition in so much room, and how wide its frame is.
    fn chip(&self, row: &PickRow, room: i32) -> Option<(Line, i32)> {
        let style = self.chip_style();
        let line = self.fonts.fitted(Weight::Bold, &row.condition, style.thousandths(room - 2 * CHIP_PAD));
        let width = style.length(line.width) + 2 * CHIP_PAD;
        (!line.runs.is_empty()).then_some((line, width))
    }

    fn chip_style(&self) -> Style {
        if self.form.label { Style::bold(8_00) } else { Style::bold(7_00) }
    }

    /// The code of a SKU in the widest modules that fit with their quiet zone; `None` where it cannot be one.
    fn bars(&self, sku: &str, width: i32) -> Option<(Rc<Code>, Dots)> {
        let code = Rc::new(page::code128(sku.trim())?);
        let dots = self.form.bars.into_iter().find(|dots| dots.length(code.modules + 20) <= width)?;
        Some((code, dots))
    }
}

/// Height of a row.
pub(super) fn height(layout: &Layout<'_>, part: &Part) -> i32 {
    let shown = layout.shown(part);
    let sizes = layout.sizes();
    let mut item = PAD + place_above(layout, &shown) + item_height(sizes, &shown);
    let mut beside = 0;
    if shown.named {
        let orders = layout.orders_height(shown.orders);
        match layout.place_of(shown.orders.len()) {
            Place::Beside => beside = orders + 5_00,
            Place::Beneath(_) => item += orders + 2_00,
        }
    }
    let continued = if part.continued { 8_50 } else { 0 };
    let place = if layout.place_above() {
        0
    } else {
        lines(&shown.place) * shown.place_style.size * 112 / 100 + continued
    };
    let label = if layout.form.label { 10_00 } else { 0 };
    (item + PAD + label).max(beside).max(place + 6_00).max(sizes.least)
}

fn place_above(layout: &Layout<'_>, shown: &Shown<'_>) -> i32 {
    if layout.place_above() { lines(&shown.place) * shown.place_style.size * 112 / 100 + 2_00 } else { 0 }
}

fn item_height(sizes: &Sizes, shown: &Shown<'_>) -> i32 {
    let numbers = if shown.numbers.is_some() && !shown.numbers_beside { sizes.small.size + 1_50 } else { 0 };
    let bars = shown.bars.as_ref().map_or(0, |_| 25_00);
    sizes.set.size + BELOW_SET + lines(&shown.title) * (sizes.title.size + 1_70) + numbers + bars
}

/// Draws a row.
pub(super) fn draw(layout: &Layout<'_>, sheet: &mut Sheet<'_>, (top, height): (i32, i32), part: &Part) {
    let shown = layout.shown(part);
    let (form, sizes) = (&layout.form, layout.sizes());
    let columns = &form.columns;
    let left = form.left();
    let above = place_above(layout, &shown);
    if form.label {
        sheet.filled(left, top, form.inner(), 30, Ink::Hair);
        sheet.frame(left, top + PAD + 1_00, sizes.tick, sizes.tick, 90);
        draw_quantity(layout, sheet, left, top + above, shown.quantity);
        draw_found(layout, sheet, (left, top, height), shown.quantity);
    } else {
        let is_first = part.shows_place && !layout.by_order();
        let key = Key::Row { is_first, quantity: shown.quantity };
        let furniture = layout.stamp(key, (form.inner(), sizes.least), |sheet| {
            if is_first {
                sheet.filled(0, 0, form.inner(), 80, Ink::Black);
            } else {
                sheet.filled(columns.item.0, 0, form.inner() - columns.item.0, 30, Ink::Hair);
            }
            sheet.frame(0, PAD + 1_00, sizes.tick, sizes.tick, 90);
            draw_quantity(layout, sheet, 0, 0, shown.quantity);
            draw_found(layout, sheet, (0, 0, sizes.least), shown.quantity);
        });
        sheet.stamp(left, top, &furniture);
    }
    draw_place(layout, sheet, top, part, &shown);
    let mut y = top + PAD + above + sizes.set.size * 80 / 100 + 40;
    let x = left + columns.item.0;
    draw_set(layout, sheet, x, y, &shown);
    y += BELOW_SET;
    for line in &shown.title {
        y += sizes.title.size + 1_70;
        sheet.line((x, y), Align::Left, sizes.title, line.clone());
    }
    if let Some(numbers) = shown.numbers.clone().filter(|_| !shown.numbers_beside) {
        y += sizes.small.size + 1_50;
        sheet.line((x, y), Align::Left, sizes.small.ink(Ink::Grey), numbers);
    }
    if let Some((code, dots)) = &shown.bars {
        sheet.code(x + dots.length(10), y + 5_00, form.bar_height, *dots, code);
        y += 25_00;
    }
    if shown.named {
        match layout.place_of(shown.orders.len()) {
            Place::Beside => {
                let at = (left + columns.orders.0, top + PAD);
                layout.draw_orders(sheet, at, columns.orders.1, shown.orders);
            }
            Place::Beneath(_) => {
                let end = if form.label { columns.orders.0 + columns.orders.1 } else { columns.found.0 };
                layout.draw_orders(sheet, (x, y + 4_50), end - columns.item.0, shown.orders);
            }
        }
    } else if !layout.by_order() {
        let x = if form.label { left + columns.item.0 } else { left + columns.orders.0 };
        let at = if form.label { y + 4_50 } else { top + PAD + 80 };
        layout.draw_flags(sheet, x, at, orders::together(shown.orders.iter().map(|order| order.flags)));
    }
}

fn draw_place(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, part: &Part, shown: &Shown<'_>) {
    let columns = &layout.form.columns;
    let style = shown.place_style;
    let x = layout.form.left() + if layout.place_above() { columns.item.0 } else { columns.place.0 };
    let mut y = top + PAD + style.size * 82 / 100 + 50;
    for line in &shown.place {
        sheet.line((x, y), Align::Left, style, line.clone());
        y += style.size * 112 / 100;
    }
    if part.continued {
        let y = y - style.size * 112 / 100 + 9_00;
        sheet.text((x, y), Align::Left, Style::regular(7_50), "(cont.)");
    }
}

fn draw_set(layout: &Layout<'_>, sheet: &mut Sheet<'_>, x: i32, y: i32, shown: &Shown<'_>) {
    let sizes = layout.sizes();
    let (set, chip) = layout.head_of_row(shown.row);
    let mut end = sheet.line((x, y), Align::Left, sizes.set, set);
    if let Some((chip, width)) = chip {
        let style = layout.chip_style();
        let left = end + CHIP_GAP;
        let (high, above) = (style.size + 3_00, style.size * 86 / 100 + 80);
        let stamp = layout.stamp(Key::Chip(shown.row.condition.clone(), width), (width, high), |sheet| {
            sheet.frame(0, 0, width, high, 60);
            sheet.line((CHIP_PAD, above - 10), Align::Left, style, chip);
        });
        sheet.stamp(left, y - above, &stamp);
        end = left + width;
    }
    if let Some(numbers) = shown.numbers.clone().filter(|_| shown.numbers_beside) {
        sheet.line((end + 8_00, y), Align::Left, sizes.small.ink(Ink::Grey), numbers);
    }
}

/// A quantity above one is white on black: people overlook a 2.
fn draw_quantity(layout: &Layout<'_>, sheet: &mut Sheet<'_>, left: i32, top: i32, quantity: u32) {
    let (x, width) = layout.form.columns.quantity;
    let x = left + x;
    let (size, box_height) = if layout.form.label { (20_00, 24_00) } else { (15_00, 18_00) };
    let digits = sheet.fonts.line(Weight::Bold, &quantity.to_string());
    let widest = Style::bold(size).thousandths(width - 5_00);
    let size = if digits.width > widest { size * widest / digits.width.max(1) } else { size };
    let baseline = top + PAD + box_height / 2 + size * 37 / 100;
    let style = if quantity > 1 {
        sheet.filled(x, top + PAD, width, box_height, Ink::Black);
        Style::bold(size).ink(Ink::White)
    } else {
        Style::bold(size)
    };
    sheet.line((x + width / 2, baseline), Align::Middle, style, digits);
}

/// The blank in which a short pick is noted.
fn draw_found(
    layout: &Layout<'_>,
    sheet: &mut Sheet<'_>,
    (left, top, height): (i32, i32, i32),
    quantity: u32,
) {
    let form = &layout.form;
    let (x, width) = form.columns.found;
    let left = left + x;
    if form.label {
        let y = top + height - 4_00;
        sheet.text((left - 3_00, y), Align::Right, Style::regular(7_50).ink(Ink::Grey), "found");
        sheet.filled(left, y, width, 60, Ink::Black);
    } else {
        sheet.filled(left, top + PAD + 16_50, width, 60, Ink::Black);
        if quantity > 1 {
            let of = format!("of {quantity}");
            sheet.text(
                (left + width, top + PAD + 15_00),
                Align::Right,
                Style::regular(6_50).ink(Ink::Grey),
                &of,
            );
        }
    }
}

/// Their number.
pub(super) fn lines(lines: &[Line]) -> i32 {
    i32::try_from(lines.len()).unwrap_or(0)
}
