//! Cells that no spreadsheet runs (fault 66), and the way back.
//!
//! A cell that a spreadsheet could take for a formula gets an apostrophe in front, which it shows as text; and so does every
//! piece of a cell that would be a cell of its own where the separator of lists is another: a file of commas is opened
//! with semicolons in half of Europe. Taking the apostrophes away again is exact: a text that itself looks like a guarded
//! one is guarded once more.

use std::borrow::Cow;

/// What parts cells and rows, in one country or another.
const PARTING: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// The cell with every piece guarded that could run. A plain number stays a number, below zero too; but not where it
/// `leads` its row: with another separator the rest of the row would belong to it.
pub(super) fn guard(cell: &str, leads: bool) -> Cow<'_, str> {
    if (is_plain_number(cell) && !leads) || !pieces(cell).any(|piece| runs(piece.rest, piece.after)) {
        return Cow::Borrowed(cell);
    }
    let mut guarded = String::with_capacity(cell.len() + 4);
    for piece in pieces(cell) {
        if runs(piece.rest, piece.after) {
            guarded.push('\'');
        }
        guarded.push_str(piece.own);
    }
    Cow::Owned(guarded)
}

/// The cell without its guards.
pub(super) fn unguard(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') || !pieces(cell).any(|piece| piece.is_guarded()) {
        return Cow::Borrowed(cell);
    }
    Cow::Owned(
        pieces(cell).map(|piece| if piece.is_guarded() { &piece.own[1..] } else { piece.own }).collect(),
    )
}

struct Piece<'a> {
    /// The piece with what parts it from the next one.
    own: &'a str,
    /// The cell from this piece on.
    rest: &'a str,
    /// What parts it from the piece before; nothing at the beginning of the cell.
    after: Option<char>,
}

impl Piece<'_> {
    fn is_guarded(&self) -> bool {
        self.rest.strip_prefix('\'').is_some_and(|rest| runs(rest, self.after))
    }
}

/// The pieces of a cell.
fn pieces(cell: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    cell.split_inclusive(PARTING).map(move |own| {
        let piece = Piece { own, rest: &cell[at..], after: cell[..at].chars().next_back() };
        at += own.len();
        piece
    })
}

/// Whether a spreadsheet could take the beginning of `text` for a formula: after blanks, quotes and invisible marks stands a
/// sign that begins one, in any width; or a cell would begin with a tab or a line end.
///
/// Apostrophes count as little as quotes, so guards before it or within the blanks change nothing.
fn runs(text: &str, after: Option<char>) -> bool {
    let is_quote = |c: char| matches!(c, '\'' | '"');
    let bare = text.trim_start_matches(is_quote);
    let begins_blank = match after {
        None => bare.starts_with(['\t', '\r', '\n']),
        Some(',' | ';') => bare.starts_with('\t'),
        Some(_) => false,
    };
    let is_hidden = |c: char| {
        is_quote(c)
            || (c.is_whitespace() && !matches!(c, '\n' | '\r'))
            || (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    begins_blank
        || text
            .trim_start_matches(is_hidden)
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
    use proptest::prelude::*;

    use super::*;

    /// Texts of little else than what matters here.
    const HARD: &str = "[a5 .,;\t\r\n\"'=+\\-@＝\u{feff}]{0,12}";

    #[test]
    fn what_could_run_is_guarded() {
        for (cell, guarded) in [
            ("=1+1", "'=1+1"),
            ("+44 20", "'+44 20"),
            ("-1+1|cmd", "'-1+1|cmd"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
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
            ("Falcon;=1+1;x", "Falcon;'=1+1;x"),
            ("a,=1", "a,'=1"),
            ("a;\t=1", "a;'\t'=1"),
            ("a;\"=1", "a;'\"=1"),
            ("a; \" \"\u{feff}=1", "a;' \" \"\u{feff}=1"),
            ("a\t@x", "a\t'@x"),
            ("a;\tx", "a;'\tx"),
            ("a;-5", "a;'-5"),
            ("\"=1", "'\"=1"),
            ("a;'=1", "a;''=1"),
            ("a;\t'=1", "a;'\t''=1"),
        ] {
            assert_eq!(guard(cell, false), guarded, "{cell:?}");
            assert_eq!(unguard(guarded), cell, "{guarded:?}");
        }
    }

    #[test]
    fn what_cannot_run_stays_as_it_is() {
        for cell in [
            "",
            "Falcon",
            "-12.50",
            "-5",
            "12.50",
            "a=b",
            "'90s set",
            "10-in-1",
            "Falcon\nX-wing",
            "don't",
            "a; b, c",
            "from the fair;\r\nbox dented",
            "12\" x 5\"",
            "LEGO, \"Star Wars\"",
            "notes\n\tindented",
        ] {
            assert_eq!(guard(cell, false), cell);
            assert_eq!(unguard(cell), cell);
        }
    }

    #[test]
    fn a_number_that_leads_its_row_is_text() {
        assert_eq!(guard("-5", true), "'-5");
        assert_eq!(unguard("'-5"), "-5");
        assert_eq!(guard("12.50", true), "12.50");
    }

    proptest! {
        #[test]
        fn what_is_guarded_comes_back(cell in HARD, leads in any::<bool>()) {
            let guarded = guard(&cell, leads);
            prop_assert_eq!(unguard(&guarded), cell.as_str());
        }

        #[test]
        fn no_piece_runs_once_it_is_guarded(cell in HARD) {
            for piece in guard(&cell, true).split(PARTING) {
                let bare = piece.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\u{feff}'));
                prop_assert!(!bare.starts_with(['=', '+', '-', '@', '＝']), "{:?} in {:?}", piece, cell);
            }
        }
    }
}
