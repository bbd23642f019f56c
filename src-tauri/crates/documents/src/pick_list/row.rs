//! A row: tick, place, item, how many, for whom, how many were found. And the heading of a group on labels and order sheets.

use std::rc::Rc;

use packlight_domain::picking::{PickFlags, PickRow, PickedOrder};

use super::orders::Place;
use super::plan::Part;
use super::{Layout, orders};
use crate::fonts::{Line, Weight};
use crate::page::{self, Align, Code, Dots, Ink, Sheet, Style};

const TITLE_LINES: usize = 2;
const PAD: i32 = 3_50;
/// Between the set number, with the frame of its condition, and the title.
const BELOW_SET: i32 = 1_40;

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

    /// The column of the item; it takes that of the orders too where they stand in the heading.
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
        let numbers = [row.sku.as_deref(), row.asin.as_deref()];
        let numbers: Vec<&str> =
            numbers.into_iter().flatten().filter(|number| !number.trim().is_empty()).collect();
        let numbers = (!numbers.is_empty()).then(|| {
            self.fonts.fitted(Weight::Regular, &numbers.join("  ·  "), sizes.small.thousandths(width))
        });
        let beside = numbers.as_ref().is_some_and(|line| {
            self.set_width(row) + 8_00 + sizes.small.length(line.width) <= width && !self.form.label
        });
        Shown {
            row,
            orders,
            named: !self.by_order() && !self.is_single_run(orders),
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

    /// How far the set number and its condition reach.
    fn set_width(&self, row: &PickRow) -> i32 {
        let sizes = self.sizes();
        let set = sizes.set.length(self.fonts.line(Weight::Bold, &row.set_number).width);
        let chip = self.chip(row).map_or(0, |(_, width)| width + 5_00);
        set.min(self.item_width() * 6 / 10) + chip
    }

    /// The condition and how wide its frame is.
    fn chip(&self, row: &PickRow) -> Option<(Line, i32)> {
        let style = self.chip_style();
        let room = style.thousandths(self.item_width() * 35 / 100);
        let line = self.fonts.fitted(Weight::Bold, &row.condition, room);
        let width = style.length(line.width) + 6_00;
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
        let orders = layout.orders_height(shown.orders.len());
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
    if part.shows_place && !form.label && !layout.by_order() {
        sheet.filled(left, top, form.inner(), 80, Ink::Black);
    } else {
        sheet.filled(
            left + if form.label { 0 } else { columns.item.0 },
            top,
            form.inner() - if form.label { 0 } else { columns.item.0 },
            30,
            Ink::Hair,
        );
    }
    sheet.frame(left, top + PAD + 1_00, sizes.tick, sizes.tick, 90);
    draw_place(layout, sheet, top, part, &shown);
    let above = place_above(layout, &shown);
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
    draw_quantity(layout, sheet, top + above, shown.quantity);
    draw_found(layout, sheet, top, height, &shown);
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
        orders::draw_flags(sheet, x, at, together(shown.orders));
    }
}

/// The flags of several orders as those of one.
fn together(orders: &[PickedOrder]) -> PickFlags {
    orders.iter().map(|order| order.flags).fold(PickFlags::default(), |all, one| PickFlags {
        late: all.late || one.late,
        ship_today: all.ship_today || one.ship_today,
        gift: all.gift || one.gift,
        prime: all.prime || one.prime,
    })
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
    let room = sizes.set.thousandths(layout.item_width() * 6 / 10);
    let set = sheet.fonts.fitted(Weight::Bold, &shown.row.set_number, room);
    let mut end = sheet.line((x, y), Align::Left, sizes.set, set);
    if let Some((chip, width)) = layout.chip(shown.row) {
        let style = layout.chip_style();
        let left = end + 5_00;
        sheet.frame(left, y - style.size * 86 / 100 - 80, width, style.size + 3_00, 60);
        sheet.line((left + 3_00, y - 10), Align::Left, style, chip);
        end = left + width;
    }
    if let Some(numbers) = shown.numbers.clone().filter(|_| shown.numbers_beside) {
        sheet.line((end + 8_00, y), Align::Left, sizes.small.ink(Ink::Grey), numbers);
    }
}

/// A quantity above one is white on black: people overlook a 2.
fn draw_quantity(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, quantity: u32) {
    let (x, width) = layout.form.columns.quantity;
    let x = layout.form.left() + x;
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
fn draw_found(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, height: i32, shown: &Shown<'_>) {
    let form = &layout.form;
    let (x, width) = form.columns.found;
    let left = form.left() + x;
    if form.label {
        let y = top + height - 4_00;
        sheet.text((left - 3_00, y), Align::Right, Style::regular(7_50).ink(Ink::Grey), "found");
        sheet.filled(left, y, width, 60, Ink::Black);
    } else {
        sheet.filled(left, top + PAD + 16_50, width, 60, Ink::Black);
        if shown.quantity > 1 {
            let of = format!("of {}", shown.quantity);
            sheet.text(
                (left + width, top + PAD + 15_00),
                Align::Right,
                Style::regular(6_50).ink(Ink::Grey),
                &of,
            );
        }
    }
}

/// The text of a heading, in the first size in which it fits.
fn heading(layout: &Layout<'_>, group: usize, room: i32) -> (Vec<Line>, Style) {
    let text = &layout.list.groups[group].heading;
    let large = if layout.by_order() { 14_00 } else { 28_00 };
    let sizes = [large, large * 8 / 10, large * 6 / 10].map(Style::bold);
    for style in sizes {
        if layout.fonts.line(Weight::Bold, text).width <= style.thousandths(room) {
            return (layout.fonts.wrapped(Weight::Bold, text, style.thousandths(room), 1), style);
        }
    }
    (layout.fonts.wrapped(Weight::Bold, text, sizes[2].thousandths(room), 3), sizes[2])
}

/// Room of the heading's text: from the tote on to the code.
fn heading_room(layout: &Layout<'_>) -> i32 {
    let code = if layout.by_order() && layout.list.order_codes { layout.form.qr.length(29) } else { 0 };
    let around = if layout.by_order() { 100_00 } else { 4_00 };
    layout.form.inner() - code - around
}

/// Height of a heading.
pub(super) fn head_height(layout: &Layout<'_>, group: usize, continued: bool) -> i32 {
    let (text, style) = heading(layout, group, heading_room(layout));
    let code = if layout.by_order() && layout.list.order_codes && !continued {
        layout.form.qr.length(29) + 2_00
    } else {
        0
    };
    let text = lines(&text) * style.size * 115 / 100;
    let least = if layout.by_order() { 32_00 } else { 0 };
    let continued = if continued && !layout.by_order() { 10_00 } else { 0 };
    (text + 8_00 + continued).max(code).max(least)
}

/// Draws a heading.
pub(super) fn draw_head(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, group: usize, continued: bool) {
    let form = &layout.form;
    let source = &layout.list.groups[group];
    let mut x = form.left();
    let height = head_height(layout, group, continued);
    let (text, style) = heading(layout, group, heading_room(layout));
    if layout.by_order() {
        sheet.filled(x, top + 2_00, form.inner(), 80, Ink::Black);
        let mut letters = source.zone.chars();
        if let (Some(tote), None) = (letters.next(), letters.next()) {
            orders::draw_tote(sheet, x, top + 6_00, 22_00, tote);
            x += 28_00;
        }
        if layout.list.order_codes
            && !continued
            && let Some(code) = page::qr(&source.heading)
        {
            let (side, quiet) = (form.qr.length(code.modules), form.qr.length(4));
            sheet.code(form.right() - side - quiet, top + quiet, side, form.qr, &Rc::new(code));
        }
    }
    let mut y = top + 6_00 + style.size * 85 / 100;
    if layout.by_order() {
        y = top + 6_00 + 11_00 + style.size * 36 / 100;
    }
    let mut end = x;
    for line in text {
        end = sheet.line((x, y), Align::Left, style, line);
        y += style.size * 115 / 100;
    }
    y -= style.size * 115 / 100;
    if layout.by_order() {
        let mut after = end + 8_00;
        if continued {
            after = sheet.text((after, y), Align::Left, Style::regular(8_00), "(cont.)") + 6_00;
        }
        let flags =
            source.rows.iter().map(|row| together(&row.orders)).fold(PickFlags::default(), |all, one| {
                PickFlags {
                    late: all.late || one.late,
                    ship_today: all.ship_today || one.ship_today,
                    gift: all.gift || one.gift,
                    prime: all.prime || one.prime,
                }
            });
        orders::draw_flags(sheet, after, y - 9_00, flags);
    } else if continued {
        sheet.text((x, top + height - 3_00), Align::Left, Style::regular(8_00), "(cont.)");
    }
}

fn lines(lines: &[Line]) -> i32 {
    i32::try_from(lines.len()).unwrap_or(0)
}
