//! Reading a file of any make into rows of cells.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord};
use packlight_domain::file_import::Sheet;
use packlight_domain::text::storable;

use super::charset::Charset;
use super::inert::unguard;
use super::mistaken::Mistaken;
use super::separator::Separator;

/// The largest file that is read.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// How many quotes that are never closed are lived with; each means reading the rest of the file once more.
const MAX_TORN: usize = 100;

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its character set.
    pub charset: Charset,
    /// What stands between its cells.
    pub separator: Separator,
    /// Its rows.
    pub sheet: Sheet,
}

/// Why a file gives no rows at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More than [`MAX_BYTES`].
    #[error(
        "the file has {megabytes} MB, and 64 MB is the most that is read at once: split it into several files"
    )]
    TooLarge {
        /// Its size.
        megabytes: usize,
    },
    /// No cell holds anything.
    #[error("the file is empty")]
    Empty,
    /// It is something else.
    #[error(transparent)]
    Mistaken(#[from] Mistaken),
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { megabytes: bytes.len().div_ceil(1024 * 1024) });
    }
    if let Some(mistaken) = Mistaken::find(bytes) {
        return Err(mistaken.into());
    }
    let (charset, text) = Charset::decode(bytes);
    if Mistaken::is_no_text(&text) {
        return Err(Mistaken::NoText.into());
    }
    let (separator, text) = Separator::find(&text);
    let mut sheet = Sheet::default();
    for record in records(text, separator) {
        if record.is_torn {
            sheet.push_torn(record.number);
        } else {
            sheet.push(record.number, record.cells.iter().map(|cell| storable(&plain(cell))));
        }
    }
    if sheet.is_empty() {
        return Err(ReadError::Empty);
    }
    Ok(Document { charset, separator, sheet })
}

/// The cell without guards of its own, and without the formula by which people keep spreadsheets from turning numbers
/// into others (`="00123"`).
fn plain(cell: &str) -> Cow<'_, str> {
    match unguard(cell) {
        Cow::Borrowed(cell) => {
            let text = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
            Cow::Borrowed(text.filter(|text| !text.contains('"')).unwrap_or(cell))
        }
        unguarded @ Cow::Owned(_) => unguarded,
    }
}

/// A row of the file.
pub(super) struct Record {
    /// As a spreadsheet counts: empty lines count, line ends inside quotes do not.
    pub(super) number: u32,
    pub(super) cells: StringRecord,
    /// A quote opens in it and is never closed; reading goes on with the next line.
    pub(super) is_torn: bool,
}

/// The rows of a text but empty lines.
pub(super) fn records(text: &str, separator: Separator) -> impl Iterator<Item = Record> {
    let reader_at = move |at: usize| {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator.byte())
            .from_reader(&text.as_bytes()[at..])
    };
    let (mut begun, mut reader, mut number, mut torn) = (0, reader_at(0), 0_u32, 0);
    std::iter::from_fn(move || {
        let mut cells = StringRecord::new();
        let before = position(begun, &reader);
        // The bytes are valid text in memory: reading fails never, and an end is an end.
        if torn > MAX_TORN || !reader.read_record(&mut cells).unwrap_or(false) {
            return None;
        }
        let after = position(begun, &reader);
        let (start, empty) = first_full_line(text, before);
        number = number.saturating_add(empty).saturating_add(1);
        let is_torn = after == text.len() && ends_in_quotes(&text[start..], separator);
        if is_torn {
            torn += 1;
            begun = next_line(text, start);
            reader = reader_at(begun);
        }
        Some(Record { number, cells, is_torn })
    })
}

fn position<R: std::io::Read>(begun: usize, reader: &::csv::Reader<R>) -> usize {
    begun + usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// Where the next line with anything in it begins, and how many empty ones stand before it.
fn first_full_line(text: &str, before: usize) -> (usize, u32) {
    let bytes = text.as_bytes();
    let mut at = before;
    // The reader leaves the line feed of the row before where a carriage return came first.
    if follows_return(text, at) && bytes.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut empty = 0;
    loop {
        match bytes.get(at) {
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            Some(b'\r' | b'\n') => at += 1,
            _ => return (at, empty),
        }
        empty += 1;
    }
}

/// Where the line behind the one at `start` begins.
fn next_line(text: &str, start: usize) -> usize {
    match text[start..].find(['\n', '\r']) {
        Some(end) if text[start + end..].starts_with("\r\n") => start + end + 2,
        Some(end) => start + end + 1,
        None => text.len(),
    }
}

fn follows_return(text: &str, at: usize) -> bool {
    at > 0 && text.as_bytes()[at - 1] == b'\r'
}

/// Whether a row, read as the reader reads it, ends inside quotes.
fn ends_in_quotes(row: &str, separator: Separator) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    let mut bytes = row.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                quoted = false;
            }
        } else if byte == b'"' && at_start {
            quoted = true;
        }
        at_start = !quoted && byte == separator.byte();
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as `number: cell|cell`, torn ones as `number!`.
    fn rows(text: &str) -> Vec<String> {
        let shown = |record: Record| {
            if record.is_torn {
                return format!("{}!", record.number);
            }
            format!("{}: {}", record.number, record.cells.iter().collect::<Vec<_>>().join("|"))
        };
        records(text, Separator::COMMA).map(shown).collect()
    }

    #[test]
    fn rows_count_as_a_spreadsheet_counts_them() {
        let expected = ["1: a|b", "4: 1|x\ny", "5: 2|z"];
        assert_eq!(rows("a,b\n\n\n1,\"x\ny\"\n2,z"), expected);
        assert_eq!(rows("a,b\n\n\n1,\"x\ny\"\n2,z\n\n\n"), expected);
        assert_eq!(rows("\r\na,b\r\n\r\n1,\"x\r\ny\"\r\n2,z\r\n"), ["2: a|b", "4: 1|x\r\ny", "5: 2|z"]);
        assert_eq!(rows("a,b\r\r1,x\r2,z"), ["1: a|b", "3: 1|x", "4: 2|z"]);
    }

    #[test]
    fn ragged_rows_and_quotes_inside_words_are_taken() {
        assert_eq!(
            rows("a,b,c\n1\n1,2,3,4\n5\" tall,\"say \"\"hi\"\"\",\"a\"b\n"),
            ["1: a|b|c", "2: 1", "3: 1|2|3|4", "4: 5\" tall|say \"hi\"|ab"]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_row_only() {
        assert_eq!(rows("a,b\n\"1,x\n2,y\n3,z\n"), ["1: a|b", "2!", "3: 2|y", "4: 3|z"]);
        assert_eq!(rows("a,b\r\n1,\"x\r\n\r\n2,y\r\n"), ["1: a|b", "2!", "4: 2|y"]);
        assert_eq!(rows("a,b\r1,\"x\r2,y\r"), ["1: a|b", "2!", "3: 2|y"]);
        assert_eq!(rows("a\n\""), ["1: a", "2!"]);
        assert_eq!(rows("a\n\"\n"), ["1: a", "2!"]);
    }

    #[test]
    fn numbers_that_were_kept_as_text_are_that_text() {
        let document = read(b"set,sku\n=\"00123\",\"=\"\"A-1\"\"\"\n=A1,'=1\n").unwrap();
        let rows: Vec<Vec<&str>> = document.sheet.rows().map(|row| row.cells().collect()).collect();
        assert_eq!(rows[1..], [["00123", "A-1"], ["=A1", "=1"]]);
    }

    #[test]
    fn files_that_cannot_be_read_say_what_would_do() {
        assert_eq!(read(b" \n,,\n").unwrap_err().to_string(), "the file is empty");
        assert_eq!(
            read(&vec![b'a'; MAX_BYTES + 1]).unwrap_err().to_string(),
            "the file has 65 MB, and 64 MB is the most that is read at once: split it into several files"
        );
        assert_eq!(read(b"%PDF-1.4").unwrap_err(), ReadError::Mistaken(Mistaken::Pdf));
        assert_eq!(read(&[1; 99]).unwrap_err(), ReadError::Mistaken(Mistaken::NoText));
    }
}
