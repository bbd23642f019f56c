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
        for cell in cells {
            // Writing into memory does not fail, and rows may differ in length.
            let _ = self.rows.write_field(guard(cell.as_ref()).as_ref());
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
}
