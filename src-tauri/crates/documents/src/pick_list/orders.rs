//! The orders a row goes to: tote, end of the id, units, and flags that are told apart by letter and by shape, so that
//! they can be read without colour.

use std::rc::Rc;

use packlight_domain::picking::{PickFlags, PickedOrder};

use super::Layout;
use super::stamps::Key;
use crate::fonts::Weight;
use crate::page::{self, Align, Ink, Sheet, Style};

/// Orders that stand beside a row; more stand beneath it.
const BESIDE: usize = 3;
const ENTRY: i32 = 12_50;
const TAIL: Style = Style::bold(8_50);
/// What an order grows by to name its SKU.
const SKU_LINE: i32 = 8_50;
const SKU: Style = Style::regular(7_00);
/// How wide an order is beneath a row.
const BENEATH: i32 = 106_00;

/// Where the orders of a row stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In their column.
    Beside,
    /// Under the row, in so many columns.
    Beneath(usize),
}

impl Layout<'_> {
    /// How many orders one row may have: what is about a third of a page.
    pub(super) fn orders_in_a_row(&self) -> usize {
        match (self.form.label, self.list.order_codes) {
            (false, false) => 72,
            (false, true) => 24,
            (true, false) => 16,
            (true, true) => 4,
        }
    }

    pub(super) fn place_of(&self, orders: usize) -> Place {
        if self.form.label {
            Place::Beneath(2)
        } else if orders <= if self.list.order_codes { 1 } else { BESIDE } {
            Place::Beside
        } else {
            let columns = (self.form.columns.found.0 - self.form.columns.item.0) / BENEATH;
            Place::Beneath(usize::try_from(columns).unwrap_or(1).max(1))
        }
    }

    /// Height of each of these orders.
    fn entry(&self, orders: &[PickedOrder]) -> i32 {
        let text = text_height(orders);
        if self.list.order_codes { self.form.qr.length(21 + 8).max(text) } else { text }
    }

    /// Height of these orders.
    pub(super) fn orders_height(&self, orders: &[PickedOrder]) -> i32 {
        let lines = match self.place_of(orders.len()) {
            Place::Beside => orders.len(),
            Place::Beneath(columns) => orders.len().div_ceil(columns),
        };
        i32::try_from(lines).unwrap_or(0) * self.entry(orders)
    }

    /// Draws orders from there on, each so wide.
    pub(super) fn draw_orders(
        &self,
        sheet: &mut Sheet<'_>,
        (x, y): (i32, i32),
        width: i32,
        orders: &[PickedOrder],
    ) {
        let (columns, width) = match self.place_of(orders.len()) {
            Place::Beside => (1, width),
            Place::Beneath(columns) => (columns, width / i32::try_from(columns).unwrap_or(1)),
        };
        for (index, order) in orders.iter().enumerate() {
            let (line, column) = (index / columns, index % columns);
            let place = |index: usize| i32::try_from(index).unwrap_or(0);
            let entry = self.entry(orders);
            let middle = (entry - text_height(orders)) / 2;
            let at = (x + place(column) * width, y + place(line) * entry);
            self.draw_order(sheet, at, width, (order, middle));
        }
    }

    /// Draws one order; beside a code its text begins so far down.
    fn draw_order(
        &self,
        sheet: &mut Sheet<'_>,
        (left, top): (i32, i32),
        width: i32,
        (order, down): (&PickedOrder, i32),
    ) {
        let (mut x, mut y) = (left, top);
        if self.list.order_codes
            && let Some(code) = page::qr(&order.platform_order_id)
        {
            let (quiet, side) = (self.form.qr.length(4), self.form.qr.length(code.modules));
            sheet.code(x + quiet, y + quiet / 2, side, self.form.qr, &Rc::new(code));
            x += side + 2 * quiet;
            y += down;
        }
        if let Some(sku) = &order.sku {
            let line = sheet.fonts.fitted(Weight::Regular, sku, SKU.thousandths(left + width - x - 2_00));
            sheet.line((x, y + ENTRY + 5_00), Align::Left, SKU.ink(Ink::Grey), line);
        }
        if let Some(tote) = order.tote {
            self.draw_tote(sheet, x, y + 60, 11_00, tote);
            x += 14_00;
        }
        let id = order.platform_order_id.as_str();
        let tail = self.tails.get(id).copied().unwrap_or(id);
        let text = if tail.len() < id.len() { format!("…{tail}") } else { tail.to_owned() };
        let flags = width_of(order.flags);
        let line = sheet.fonts.fitted(Weight::Bold, &text, TAIL.thousandths(left + width - x - flags - 2_00));
        x = sheet.line((x, y + 9_20), Align::Left, TAIL, line) + 3_00;
        if order.units.len() > 1 {
            let words = format!("×{}", order.units.len());
            x = sheet.text((x, y + 9_20), Align::Left, TAIL, &words) + 3_00;
        }
        self.draw_flags(sheet, x, y + 80, order.flags);
    }

    /// A tote's letter in its box.
    pub(super) fn draw_tote(&self, sheet: &mut Sheet<'_>, x: i32, y: i32, side: i32, tote: char) {
        let stamp = self.stamp(Key::Tote(tote, side), (side, side), |sheet| {
            sheet.frame(0, 0, side, side, 90);
            let size = side * 78 / 100;
            let baseline = side / 2 + size * 36 / 100;
            sheet.text((side / 2, baseline), Align::Middle, Style::bold(size), &tote.to_string());
        });
        sheet.stamp(x, y, &stamp);
    }

    /// Draws flags one after the other; answers where they end.
    pub(super) fn draw_flags(&self, sheet: &mut Sheet<'_>, x: i32, y: i32, flags: PickFlags) -> i32 {
        of(flags).fold(x, |x, flag| {
            let stamp = self.stamp(Key::Flag(flag), (SIDE, SIDE), |sheet| draw_flag(sheet, 0, 0, SIDE, flag));
            sheet.stamp(x, y, &stamp);
            x + SIDE + 1_50
        })
    }
}

/// How high the text of these orders is; all of a row are alike, so that they stand in lines.
fn text_height(orders: &[PickedOrder]) -> i32 {
    if orders.iter().any(|order| order.sku.is_some()) { ENTRY + SKU_LINE } else { ENTRY }
}

/// Side of a flag.
const SIDE: i32 = 10_50;

/// A kind of flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Flag {
    Late,
    Today,
    Gift,
    Prime,
}

fn of(flags: PickFlags) -> impl Iterator<Item = Flag> {
    let all = [
        (flags.late, Flag::Late),
        (flags.ship_today && !flags.late, Flag::Today),
        (flags.gift, Flag::Gift),
        (flags.prime, Flag::Prime),
    ];
    all.into_iter().filter_map(|(raised, flag)| raised.then_some(flag))
}

/// The flags of several orders as those of one.
pub(super) fn together(all: impl Iterator<Item = PickFlags>) -> PickFlags {
    all.fold(PickFlags::default(), |all, one| PickFlags {
        late: all.late || one.late,
        ship_today: all.ship_today || one.ship_today,
        gift: all.gift || one.gift,
        prime: all.prime || one.prime,
    })
}

fn width_of(flags: PickFlags) -> i32 {
    of(flags).map(|_| SIDE + 1_50).sum()
}

fn draw_flag(sheet: &mut Sheet<'_>, x: i32, y: i32, side: i32, flag: Flag) {
    let at = |across: i32, down: i32| (x + side * across / 100, y + side * down / 100);
    let (letter, size, baseline, ink) = match flag {
        Flag::Late => {
            let corners = [(30, 0), (70, 0), (100, 30), (100, 70), (70, 100), (30, 100), (0, 70), (0, 30)];
            sheet.shape(corners.map(|(across, down)| at(across, down)).to_vec(), None, Ink::Black);
            ("!!", 76, 78, Ink::White)
        }
        Flag::Today => {
            sheet.shape(vec![at(50, 2), at(100, 96), at(0, 96)], Some(80), Ink::Black);
            ("!", 66, 89, Ink::Black)
        }
        Flag::Gift => {
            // A circle in sixteen steps.
            let steps = [(50, 0), (69, 4), (85, 15), (96, 31), (100, 50), (96, 69), (85, 85), (69, 96)];
            let half = steps.iter().copied();
            let rest = steps.iter().map(|(across, down)| (100 - across, 100 - down));
            sheet.shape(
                half.chain(rest).map(|(across, down)| at(across, down)).collect(),
                Some(80),
                Ink::Black,
            );
            ("G", 66, 74, Ink::Black)
        }
        Flag::Prime => {
            sheet.shape(vec![at(50, -6), at(106, 50), at(50, 106), at(-6, 50)], Some(80), Ink::Black);
            ("P", 62, 72, Ink::Black)
        }
    };
    let style = Style::bold(side * size / 100).ink(ink);
    sheet.text(at(50, baseline), Align::Middle, style, letter);
}

/// What the flags mean, at the bottom of each page.
pub(super) fn legend(sheet: &mut Sheet<'_>, left: i32, baseline: i32, size: i32) {
    let style = Style::regular(size).ink(Ink::Grey);
    let side = size * 13 / 10;
    let words =
        [(Flag::Late, "late"), (Flag::Today, "ships today"), (Flag::Gift, "gift"), (Flag::Prime, "Prime")];
    let mut x = left;
    for (flag, word) in words {
        draw_flag(sheet, x, baseline - side * 82 / 100, side, flag);
        x = sheet.text((x + side + 3_50, baseline), Align::Left, style, word) + 10_00;
    }
    sheet.frame(x, baseline - side * 82 / 100, side, side, 70);
    let letter = Style::bold(side * 70 / 100);
    sheet.text((x + side / 2, baseline - side * 8 / 100), Align::Middle, letter, "A");
    sheet.text((x + side + 3_50, baseline), Align::Left, style, "tote");
}
