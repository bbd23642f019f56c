//! The last pages: what is not on the walk, why, and what to do about it. Never mixed into the walk.

use packlight_domain::picking::ExceptionReason;

use super::{Layout, header::counted};
use crate::fonts::{Line, Weight};
use crate::page::{Align, Ink, Sheet, Style};

const TEXT: Style = Style::regular(8_50);
const SMALL: Style = Style::regular(7_00);
const ACTION: Style = Style::regular(8_50);

pub(super) fn title_height(_: &Layout<'_>) -> i32 {
    26_00
}

/// Draws the heading.
pub(super) fn draw_title(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32) {
    let totals = &layout.list.totals;
    let words = format!(
        "Not on the walk: {}, {}",
        counted(totals.exceptions, "line", "lines"),
        counted(totals.exception_units, "unit", "units")
    );
    let size = if layout.form.label { 12_00 } else { 14_00 };
    sheet.text((layout.form.left(), top + 16_00), Align::Left, Style::bold(size), &words);
}

/// A reason in the seller's words, and what to do.
fn words(reason: ExceptionReason) -> (&'static str, &'static str) {
    match reason {
        ExceptionReason::CancelRequested => (
            "The buyer asked to cancel",
            "Do not send it. Cancel the order where it was sold; if the buyer wants it after all, link a unit and send it.",
        ),
        ExceptionReason::OnOpenList => (
            "Already on another open list",
            "Pick it from that list. Finish or discard that list if it is not walked any more.",
        ),
        ExceptionReason::AlreadyPicked => (
            "Taken already on a list that is done",
            "Look at the packing table: its order is not shipped yet. If the unit went back to its place, link it anew.",
        ),
        ExceptionReason::NoAsin => {
            ("Amazon gave no ASIN", "Find the item by its title and link a unit to the line by hand.")
        }
        ExceptionReason::NoMatch => {
            ("Not matched to a set", "Match its ASIN once; then every order of it finds its units.")
        }
        ExceptionReason::NoStock => (
            "No free unit in stock",
            "Add the unit to the stock, free one that is linked elsewhere, or cancel the order.",
        ),
        ExceptionReason::NoLocation => (
            "The unit has no storage location",
            "Find the unit and give it a location; it is on the next list.",
        ),
        ExceptionReason::MissingItems => {
            ("What was ordered is not known yet", "Sync again; the lines come with one of the next updates.")
        }
    }
}

fn action(layout: &Layout<'_>, reason: ExceptionReason) -> Vec<Line> {
    let room = ACTION.thousandths(layout.form.inner() - 12_00);
    layout.fonts.wrapped(Weight::Regular, words(reason).1, room, 4)
}

pub(super) fn reason_height(layout: &Layout<'_>, reason: ExceptionReason) -> i32 {
    27_00 + lines(action(layout, reason).len()) * 10_50
}

/// Draws a reason.
pub(super) fn draw_reason(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, reason: ExceptionReason) {
    let form = &layout.form;
    let action = action(layout, reason);
    let height = 19_00 + lines(action.len()) * 10_50;
    sheet.filled(form.left(), top + 4_00, form.inner(), height, Ink::Band);
    sheet.text((form.left() + 6_00, top + 16_50), Align::Left, Style::bold(10_50), words(reason).0);
    let mut y = top + 28_00;
    for line in action {
        sheet.line((form.left() + 6_00, y), Align::Left, ACTION, line);
        y += 10_50;
    }
}

/// Where the text of an exception begins and how wide it is.
fn text_column(layout: &Layout<'_>) -> (i32, i32) {
    if layout.form.label {
        (30_00, layout.form.inner() - 30_00)
    } else {
        (166_00, layout.form.inner() - 166_00)
    }
}

fn title(layout: &Layout<'_>, index: usize) -> Vec<Line> {
    let name = &layout.list.exceptions[index].name;
    layout.fonts.wrapped(Weight::Regular, name, TEXT.thousandths(text_column(layout).1), 2)
}

/// SKU, ASIN and what the reason is about.
fn details(layout: &Layout<'_>, index: usize) -> Option<Line> {
    let line = &layout.list.exceptions[index];
    let parts = [line.sku.as_deref(), line.asin.as_deref(), Some(line.detail.as_str())];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    let room = SMALL.thousandths(text_column(layout).1);
    (!parts.is_empty()).then(|| layout.fonts.fitted(Weight::Regular, &parts.join("  ·  "), room))
}

pub(super) fn height(layout: &Layout<'_>, index: usize) -> i32 {
    let own_line = if layout.form.label { 11_00 } else { 0 };
    let text =
        lines(title(layout, index).len()) * 10_50 + if details(layout, index).is_some() { 9_00 } else { 0 };
    own_line + text.max(10_50) + 7_00
}

/// Draws an exception.
pub(super) fn draw(layout: &Layout<'_>, sheet: &mut Sheet<'_>, (top, height): (i32, i32), index: usize) {
    let form = &layout.form;
    let line = &layout.list.exceptions[index];
    let (left, mut y) = (form.left(), top + 11_00);
    // Of an order whose lines are not told yet nobody knows how many.
    let quantity = if line.quantity == 0 { "? ×".to_owned() } else { format!("{} ×", line.quantity) };
    sheet.text((left + 22_00, y), Align::Right, Style::bold(10_00), &quantity);
    let style = Style::bold(9_00);
    let room = style.thousandths(if form.label { text_column(layout).1 } else { 132_00 });
    let order = sheet.fonts.fitted(Weight::Bold, &line.platform_order_id, room);
    sheet.line((left + 30_00, y), Align::Left, style, order);
    if form.label {
        y += 11_00;
    }
    let x = left + text_column(layout).0;
    for text in title(layout, index) {
        sheet.line((x, y), Align::Left, TEXT, text);
        y += 10_50;
    }
    if let Some(details) = details(layout, index) {
        sheet.line((x, y - 1_00), Align::Left, SMALL.ink(Ink::Grey), details);
    }
    sheet.filled(left, top + height - 50, form.inner(), 30, Ink::Hair);
}

fn lines(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(0)
}
