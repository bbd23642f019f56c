//! Writing rows that every spreadsheet opens: UTF-8 with its mark, RFC 4180, inert cells.

use ::csv::{QuoteStyle, Terminator, WriterBuilder};

use super::inert::guard;

/// Turns rows into bytes, which are taken out piece by piece, so that a file of any length needs little memory.
#[derive(Debug)]
pub struct Writer {
    rows: ::csv::Writer<Vec<u8>>,
    begun: bool,
}

impl Writer {
    /// A file with these heads.
    pub fn new(heads: &[&str]) -> Self {
        let mut writer = Self { rows: rows(), begun: false };
        writer.row(heads);
        writer
    }

    /// Adds a row; texts and numbers alike, a missing value is an empty cell.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        for (at, cell) in cells.iter().enumerate() {
            // Writing into memory does not fail, and rows may differ in length.
            let _ = self.rows.write_field(guard(cell.as_ref(), at == 0).as_ref());
        }
        let _ = self.rows.write_record(None::<&[u8]>);
    }

    /// The bytes since the last call; the first ones begin with the mark of UTF-8.
    pub fn take(&mut self) -> Vec<u8> {
        let rows = std::mem::replace(&mut self.rows, rows());
        // Memory is always flushed; an error would be the writer's own, and then it holds nothing.
        let own = rows.into_inner().unwrap_or_default();
        if self.begun {
            return own;
        }
        self.begun = true;
        [&b"\xEF\xBB\xBF"[..], &own].concat()
    }
}

fn rows() -> ::csv::Writer<Vec<u8>> {
    WriterBuilder::new()
        .flexible(true)
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_marked_once_and_quoted_where_it_must_be() {
        let mut writer = Writer::new(&["name", "cost"]);
        writer.row(&["Falcon, \"UCS\"", "-1.50"]);
        let first = writer.take();
        writer.row(&["=cmd", ""]);
        let text = String::from_utf8([first, writer.take()].concat()).unwrap();
        assert_eq!(text, "\u{feff}name,cost\r\n\"Falcon, \"\"UCS\"\"\",-1.50\r\n'=cmd,\r\n");
    }

    /// The cells of a text as programs read it that separate by `separator`.
    fn cells(text: &str, separator: u8) -> Vec<String> {
        let mut reader = ::csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(separator);
        let records = reader.from_reader(text.as_bytes()).into_records().map(Result::unwrap);
        records.flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    /// Line ends come first only where a foreign separator tears a quote open, and the next row stands behind them.
    fn begins_a_formula(cell: &str) -> bool {
        cell.starts_with('\t') || cell.trim_start().starts_with(['=', '+', '-', '@', '＝'])
    }

    #[test]
    fn no_cell_runs_whatever_the_separator_is() {
        let hostile =
            ["Falcon;=1+1;x", "a;=1", "a;\t=1", "a;\"=1", "a,=1", "a\t=1", "\"=1", "-5", "x,b;", "a;\"\n=1"];
        let mut writer = Writer::new(&["name", "cost", "note"]);
        for one in hostile {
            for other in hostile {
                writer.row(&[one, "-1.50", other]);
                // The rest of a row would belong to a number that leads it.
                writer.row(&["-5", "1+cmd|' /C calc'!A0;x", other]);
            }
        }
        let text = String::from_utf8(writer.take()).unwrap();
        for separator in [b',', b';', b'\t'] {
            for cell in cells(text.trim_start_matches('\u{feff}'), separator) {
                let is_number = separator == b',' && cell.parse::<f64>().is_ok();
                assert!(is_number || !begins_a_formula(&cell), "{cell:?} by {:?}", char::from(separator));
            }
        }
    }
}
