//! What stands between the cells of a row.

use super::read::records;

/// A separator of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separator(u8);

/// How many rows are looked at.
const LOOK: usize = 50;

impl Separator {
    /// `,`
    pub const COMMA: Self = Self(b',');
    /// `;`, where the comma parts decimals.
    pub const SEMICOLON: Self = Self(b';');
    /// The tab.
    pub const TAB: Self = Self(b'\t');

    /// What it is called: `comma`, `semicolon`, `tab`, else the sign itself.
    pub fn name(self) -> String {
        match self.0 {
            b',' => "comma".to_owned(),
            b';' => "semicolon".to_owned(),
            b'\t' => "tab".to_owned(),
            other => char::from(other).to_string(),
        }
    }

    pub(super) fn byte(self) -> u8 {
        self.0
    }

    /// Finds the separator and gives the text without the line by which Excel is told it (`sep=;`).
    pub(super) fn find(text: &str) -> (Self, &str) {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let first = first.trim_end_matches('\r').trim_matches('"');
        if let Some(sign) =
            first.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &first[4..])
            && let [sign] = sign.as_bytes()
            && (sign.is_ascii_punctuation() || *sign == b'\t')
            && *sign != b'"'
        {
            return (Self(*sign), rest);
        }
        (Self::sniff(text), text)
    }

    /// The separator by which most rows have the same number of columns, and many of them.
    fn sniff(text: &str) -> Self {
        let mut best = (0, Self::COMMA);
        for separator in [Self::COMMA, Self::SEMICOLON, Self::TAB] {
            let widths: Vec<usize> =
                records(text, separator).take(LOOK).map(|record| record.cells.len()).collect();
            let score = widths
                .iter()
                .map(|width| widths.iter().filter(|other| *other == width).count() * (width - 1))
                .max()
                .unwrap_or(0);
            if score > best.0 {
                best = (score, separator);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_that_makes_columns() {
        for (text, separator) in [
            ("a,b,c\n1,2,3\n", Separator::COMMA),
            ("a;b;c\n1,5;2,5;3,5\n", Separator::SEMICOLON),
            ("set;cost\n75192;12,50\n", Separator::SEMICOLON),
            ("a\tb\nLEGO, Star Wars; Falcon\t1\n", Separator::TAB),
            ("set_number\n75192\n", Separator::COMMA),
            ("a,b\n\"x;y;z\",\"1;2;3\"\n", Separator::COMMA),
            (",,,\nno;te,b,c,d\n1,2,3,4\n", Separator::COMMA),
            ("", Separator::COMMA),
        ] {
            assert_eq!(Separator::find(text), (separator, text), "{text:?}");
        }
    }

    #[test]
    fn the_line_for_excel_decides_and_is_gone() {
        assert_eq!(Separator::find("sep=;\r\na,b\r\n"), (Separator::SEMICOLON, "a,b\r\n"));
        assert_eq!(Separator::find("\"SEP=\t\"\na,b"), (Separator::TAB, "a,b"));
        assert_eq!(Separator::find("sep=|\na").0.name(), "|");
        assert_eq!(Separator::find("sep=ab\na").0, Separator::COMMA);
    }
}
