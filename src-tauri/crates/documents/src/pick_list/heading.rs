//! The heading of a group: the place on a label, the order with its tote and flags on an order sheet.

use std::rc::Rc;

use super::row::lines;
use super::{Layout, orders};
use crate::fonts::{Line, Weight};
use crate::page::{self, Align, Ink, Sheet, Style};

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
pub(super) fn height(layout: &Layout<'_>, group: usize, continued: bool) -> i32 {
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
pub(super) fn draw(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, group: usize, continued: bool) {
    let form = &layout.form;
    let source = &layout.list.groups[group];
    let mut x = form.left();
    let high = height(layout, group, continued);
    let (text, style) = heading(layout, group, heading_room(layout));
    if layout.by_order() {
        sheet.filled(x, top + 2_00, form.inner(), 80, Ink::Black);
        let mut letters = source.zone.chars();
        if let (Some(tote), None) = (letters.next(), letters.next()) {
            layout.draw_tote(sheet, x, top + 6_00, 22_00, tote);
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
        let rows = source.rows.iter().flat_map(|row| &row.orders);
        let flags = orders::together(rows.map(|order| order.flags));
        layout.draw_flags(sheet, after, y - 9_00, flags);
    } else if continued {
        sheet.text((x, top + high - 3_00), Align::Left, Style::regular(8_00), "(cont.)");
    }
}
