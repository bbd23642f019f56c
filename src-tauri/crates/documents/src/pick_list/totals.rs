//! Units by zone and altogether, behind the walk: the picker counts before leaving.

use std::ops::Range;

use super::Layout;
use crate::fonts::Weight;
use crate::page::{Align, Ink, Sheet, Style};

const LINE: i32 = 13_00;
/// Lines of zones that stay together.
const LINES: usize = 12;

/// Zones of each block.
pub(super) fn blocks(layout: &Layout<'_>) -> Vec<Range<usize>> {
    let zones = layout.list.zones.len();
    if layout.list.groups.is_empty() {
        return Vec::new();
    }
    let step = LINES * columns(layout);
    (0..zones.max(1)).step_by(step).map(|start| start..zones.min(start + step)).collect()
}

fn columns(layout: &Layout<'_>) -> usize {
    if layout.form.label { 2 } else { 4 }
}

/// Height of a block.
pub(super) fn height(layout: &Layout<'_>, zones: &Range<usize>) -> i32 {
    let lines = i32::try_from(zones.len().div_ceil(columns(layout))).unwrap_or(0);
    let sum = if zones.end == layout.list.zones.len() { 24_00 } else { 0 };
    12_00 + lines * LINE + sum
}

/// Draws a block.
pub(super) fn draw(layout: &Layout<'_>, sheet: &mut Sheet<'_>, top: i32, zones: Range<usize>) {
    let form = &layout.form;
    let (left, inner) = (form.left(), form.inner());
    sheet.filled(left, top + 4_00, inner, 1_20, Ink::Black);
    let count = columns(layout);
    let width = inner / i32::try_from(count).unwrap_or(1);
    let mut y = top + 12_00;
    let last = zones.end == layout.list.zones.len();
    for line in layout.list.zones.get(zones).unwrap_or_default().chunks(count) {
        y += LINE;
        let mut x = left;
        for zone in line {
            let units = sheet.fonts.line(Weight::Bold, &zone.units.to_string());
            let end = sheet.line((x, y - 3_00), Align::Left, Style::bold(10_00), units);
            let style = Style::regular(9_00);
            let name =
                sheet.fonts.fitted(Weight::Regular, &zone.zone, style.thousandths(x + width - end - 12_00));
            sheet.line((end + 5_00, y - 3_00), Align::Left, style, name);
            x += width;
        }
    }
    if last {
        let totals = &layout.list.totals;
        let words = super::header::counted(totals.units, "unit", "units");
        sheet.text((left, y + 17_00), Align::Left, Style::bold(14_00), &format!("{words} in all"));
    }
}
