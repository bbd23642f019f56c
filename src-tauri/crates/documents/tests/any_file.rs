//! Any bytes can be read, and what is written is read back as it was.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may fail like tests")]

use packlight_documents::csv::{self, Charset, Separator};
use proptest::prelude::*;

/// The rows of a file, cells joined by `|`.
fn rows(bytes: &[u8]) -> Vec<String> {
    let document = csv::read(bytes).unwrap();
    document.sheet.rows().map(|row| row.cells().collect::<Vec<_>>().join("|")).collect()
}

#[test]
fn every_charset_with_every_separator_and_line_end() {
    let rows_of = [["set_number", "name", "prix"], ["75192", "Château, \"grand\"\nmodèle; Œ", "12,50 €"]];
    for separator in [',', ';', '\t'] {
        for line_end in ["\n", "\r\n", "\r"] {
            let line = |row: &[&str; 3]| {
                let cells: Vec<String> =
                    row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                cells.join(&separator.to_string()) + line_end
            };
            let text: String = rows_of.iter().map(line).collect();
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let western = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
            for (charset, bytes) in [
                (Charset::Utf8, text.clone().into_bytes()),
                (Charset::Utf8, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
                (Charset::Utf16Le, little.clone()),
                (Charset::Utf16Le, [&b"\xFF\xFE"[..], &little].concat()),
                (Charset::Utf16Be, big.clone()),
                (Charset::Utf16Be, [&b"\xFE\xFF"[..], &big].concat()),
                (Charset::Windows1252, western),
            ] {
                let document = csv::read(&bytes).unwrap();
                assert_eq!(document.charset, charset);
                assert_eq!(
                    document.separator.name().as_str(),
                    match separator {
                        ',' => "comma",
                        ';' => "semicolon",
                        _ => "tab",
                    }
                );
                let expected: Vec<String> = rows_of.iter().map(|row| row.join("|")).collect();
                assert_eq!(rows(&bytes), expected, "{charset:?} {separator:?} {line_end:?}");
            }
        }
    }
    assert_eq!(Separator::COMMA.name(), "comma");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = csv::read(&bytes);
    }

    #[test]
    fn no_text_of_signs_panics_and_rows_are_counted_upwards(text in "[a\",;\t\r\n=' ]{0,80}") {
        if let Ok(document) = csv::read(text.as_bytes()) {
            let numbers: Vec<u32> = document.sheet.rows().map(|row| row.number()).collect();
            prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        cells in proptest::collection::vec(proptest::collection::vec("[ -~=+@'\t\r\n\u{a0}é＝]{0,12}", 3), 1..8)
    ) {
        let mut writer = csv::Writer::new(&["key", "a", "b", "c"]);
        for (at, row) in cells.iter().enumerate() {
            let key = format!("row{at}");
            writer.row(&[&[key][..], row].concat());
        }
        let document = csv::read(&writer.take()).unwrap();
        prop_assert_eq!(document.separator, Separator::COMMA);
        let read: Vec<Vec<String>> =
            document.sheet.rows().skip(1).map(|row| row.cells().skip(1).map(str::to_owned).collect()).collect();
        prop_assert_eq!(read, cells);
    }
}
