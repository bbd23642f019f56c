//! The top and bottom of every page: which list, whose orders, how fresh the data, how much there is, which page.

use packlight_domain::picking::PickMode;
use packlight_domain::text::grouped;

use super::stamps::Key;
use super::{Layout, orders};
use crate::fonts::Weight;
use crate::page::{Align, Ink, Sheet, Style};

/// Draws both; the columns are named where there are rows beneath.
pub(super) fn draw(
    layout: &Layout<'_>,
    sheet: &mut Sheet<'_>,
    (number, count): (usize, usize),
    in_columns: bool,
) {
    let form = &layout.form;
    let same = layout.stamp(Key::Frame { in_columns }, (form.width, form.height), |sheet| {
        draw_frame(layout, sheet, in_columns);
    });
    sheet.stamp(0, 0, &same);
    let page = format!("Page {number} of {count}");
    if form.label {
        let style = Style::bold(7_00);
        sheet.text((form.left(), form.margin + LABEL_LINES[0]), Align::Left, style, &page);
    } else {
        let right = code_left(layout) - 2_00;
        sheet.text((right, form.margin + 14_00), Align::Right, Style::bold(10_00), &page);
    }
}

/// What is the same on all pages.
fn draw_frame(layout: &Layout<'_>, sheet: &mut Sheet<'_>, in_columns: bool) {
    let form = &layout.form;
    if let Some(code) = &layout.list_code {
        let side = form.qr.length(code.modules);
        sheet.code(form.right() - side, form.margin + 2_00, side, form.qr, code);
    }
    if form.label {
        draw_label(layout, sheet);
    } else {
        draw_sheet(layout, sheet);
    }
    let rule = form.body_top() - if form.label { 4_00 } else { 14_00 };
    sheet.filled(form.left(), rule, form.inner(), 1_20, Ink::Black);
    if in_columns && !form.label {
        captions(layout, sheet, rule + 9_00);
    }
    orders::legend(
        sheet,
        form.left(),
        form.height - form.margin - 1_00,
        if form.label { 6_00 } else { 7_00 },
    );
}

/// Where the quiet zone of the list's code in the upper right corner begins.
fn code_left(layout: &Layout<'_>) -> i32 {
    let form = &layout.form;
    let code = layout.list_code.as_ref().map_or(0, |code| form.qr.length(code.modules) + form.qr.length(4));
    form.right() - code
}

fn draw_sheet(layout: &Layout<'_>, sheet: &mut Sheet<'_>) {
    let (form, list) = (&layout.form, layout.list);
    let (left, top) = (form.left(), form.margin);
    let title = match list.mode {
        PickMode::Walk => "Pick list",
        PickMode::OrderSheets => "Order sheets",
        PickMode::Singles => "Singles run",
    };
    let x = sheet.text((left, top + 14_00), Align::Left, Style::regular(16_00), title);
    let x = sheet.text((x + 7_00, top + 14_00), Align::Left, Style::bold(16_00), &list.id);
    if list.reprint > 0 {
        let words = sheet.fonts.line(Weight::Bold, &format!("Reprint {}", list.reprint));
        let style = Style::bold(10_00).ink(Ink::White);
        let width = style.length(words.width) + 10_00;
        sheet.filled(x + 9_00, top + 1_50, width, 14_50, Ink::Black);
        sheet.line((x + 14_00, top + 12_30), Align::Left, style, words);
    }
    let room = code_left(layout) - 4_00 - left;
    let style = Style::regular(9_00);
    let accounts = sheet.fonts.fitted(Weight::Regular, &list.accounts.join(", "), style.thousandths(room));
    sheet.line((left, top + 28_50), Align::Left, style, accounts);
    let x = sheet.text((left, top + 41_00), Align::Left, Style::bold(9_00), &counts(layout));
    sheet.text((x + 12_00, top + 41_00), Align::Left, style, &freshness(layout));
}

/// Baselines beneath the id on a label; the first is the page's number.
const LABEL_LINES: [i32; 4] = [20_00, 28_00, 36_00, 44_00];

fn draw_label(layout: &Layout<'_>, sheet: &mut Sheet<'_>) {
    let (form, list) = (&layout.form, layout.list);
    let (left, top) = (form.left(), form.margin);
    let x = sheet.text((left, top + 11_00), Align::Left, Style::bold(12_00), &list.id);
    if list.reprint > 0 {
        sheet.text(
            (x + 6_00, top + 11_00),
            Align::Left,
            Style::bold(8_00),
            &format!("Reprint {}", list.reprint),
        );
    }
    let style = Style::regular(7_00);
    let room = style.thousandths(code_left(layout) - 2_00 - left);
    let lines = [counts(layout), freshness(layout), list.accounts.join(", ")];
    for (line, y) in lines.iter().zip(LABEL_LINES.into_iter().skip(1)) {
        let line = sheet.fonts.fitted(Weight::Regular, line, room);
        sheet.line((left, top + y), Align::Left, style, line);
    }
}

fn captions(layout: &Layout<'_>, sheet: &mut Sheet<'_>, y: i32) {
    let (form, columns) = (&layout.form, &layout.form.columns);
    let style = Style::regular(6_50).ink(Ink::Grey);
    let orders = if layout.by_order() { "" } else { "for order" };
    let names = [(columns.place.0, "where"), (columns.item.0, "what"), (columns.orders.0, orders)];
    for (x, name) in names {
        sheet.text((form.left() + x, y), Align::Left, style, name);
    }
    let middle = |(x, width): (i32, i32)| form.left() + x + width / 2;
    sheet.text((middle(columns.quantity), y), Align::Middle, style, "how many");
    sheet.text((middle(columns.found), y), Align::Middle, style, "found");
}

fn counts(layout: &Layout<'_>) -> String {
    let totals = &layout.list.totals;
    let mut text = format!(
        "{} · {} · {}",
        counted(totals.orders, "order", "orders"),
        counted(totals.lines, "line", "lines"),
        counted(totals.units, "unit", "units")
    );
    if totals.exceptions > 0 {
        text.push_str(" · ");
        text.push_str(&counted(totals.exceptions, "exception", "exceptions"));
    }
    text
}

fn freshness(layout: &Layout<'_>) -> String {
    match &layout.list.data_as_of_text {
        Some(text) => format!("Data as of {text}"),
        None => "Never synced".to_owned(),
    }
}

/// A number and its noun: "1 order", "2,345 orders".
pub(super) fn counted(number: u32, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&number.to_string()), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn a_number_has_the_noun_that_fits() {
        for (number, text) in [
            (0, "0 units"),
            (1, "1 unit"),
            (999, "999 units"),
            (1_000, "1,000 units"),
            (1_234_567, "1,234,567 units"),
        ] {
            assert_eq!(counted(number, "unit", "units"), text);
        }
    }
}
