//! Cells that no spreadsheet runs (fault 66), and the way back.
//!
//! A cell, or a line of one, that a spreadsheet could take for a formula gets an apostrophe in front, which it shows as
//! text. Taking the apostrophe away again is exact: a text that itself looks like a guarded one is guarded once more.

use std::borrow::Cow;

/// The cell with every line guarded that could run. A plain number stays a number, below zero too.
pub(super) fn guard(cell: &str) -> Cow<'_, str> {
    if is_plain_number(cell) || !lines(cell).any(|line| runs(line.rest, line.is_first)) {
        return Cow::Borrowed(cell);
    }
    let mut guarded = String::with_capacity(cell.len() + 4);
    for line in lines(cell) {
        if runs(line.rest, line.is_first) {
            guarded.push('\'');
        }
        guarded.push_str(line.own);
    }
    Cow::Owned(guarded)
}

/// The cell without its guards.
pub(super) fn unguard(cell: &str) -> Cow<'_, str> {
    let is_guarded =
        |line: &Line<'_>| line.rest.strip_prefix('\'').is_some_and(|rest| runs(rest, line.is_first));
    if !cell.contains('\'') || !lines(cell).any(|line| is_guarded(&line)) {
        return Cow::Borrowed(cell);
    }
    Cow::Owned(lines(cell).map(|line| if is_guarded(&line) { &line.own[1..] } else { line.own }).collect())
}

struct Line<'a> {
    /// The line with its line feed or carriage return.
    own: &'a str,
    /// The cell from this line on.
    rest: &'a str,
    is_first: bool,
}

/// The lines of a cell; either of carriage return and line feed ends one.
fn lines(cell: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    cell.split_inclusive(['\n', '\r']).map(move |own| {
        let line = Line { own, rest: &cell[at..], is_first: at == 0 };
        at += own.len();
        line
    })
}

/// Whether a spreadsheet could take the beginning of `text` for a formula: after blanks and invisible marks stands a sign
/// that begins one, in any width; or the cell begins with a tab or a line end. Guards before it do not count.
fn runs(text: &str, is_first: bool) -> bool {
    let text = text.trim_start_matches('\'');
    if is_first && text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let hidden = |c: char| {
        (c.is_whitespace() && !matches!(c, '\n' | '\r'))
            || (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    text.trim_start_matches(hidden)
        .starts_with(['=', '+', '-', '@', '\u{2212}', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'])
}

/// `-12.50`: digits with at most one point, and a minus sign at most.
fn is_plain_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_guarded() {
        for (cell, guarded) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("-1+1|cmd", "'-1+1|cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r'=1"),
            ("\tx", "'\tx"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{200b}\u{feff}=1", "'\u{200b}\u{feff}=1"),
            ("＝1", "'＝1"),
            ("\u{2212}1+1", "'\u{2212}1+1"),
            ("Falcon\n=1", "Falcon\n'=1"),
            ("Falcon\r\n =1", "Falcon\r\n' =1"),
            ("'=1", "''=1"),
            ("-", "'-"),
            ("-5e3", "'-5e3"),
        ] {
            assert_eq!(guard(cell), guarded, "{cell:?}");
            assert_eq!(unguard(guarded), cell, "{guarded:?}");
        }
    }

    #[test]
    fn what_cannot_run_stays_as_it_is() {
        for cell in
            ["", "Falcon", "-12.50", "-5", "12.50", "a=b", "'90s set", "10-in-1", "Falcon\nX-wing", "don't"]
        {
            assert_eq!(guard(cell), cell);
            assert_eq!(unguard(cell), cell);
        }
    }
}
