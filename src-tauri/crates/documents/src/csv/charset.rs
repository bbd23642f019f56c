//! Which characters the bytes of a file stand for.
//!
//! A byte order mark decides; without one, UTF-16 shows by its zeros, UTF-8 by being valid, and everything else is what
//! Windows writes in Western Europe.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A character set that files come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, with or without mark.
    Utf8,
    /// UTF-16, low byte first: Excel's "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// What Excel writes as plain "CSV" in Western Europe.
    Windows1252,
}

/// How much of a file is looked at for the zeros of UTF-16, in bytes.
const LOOK: usize = 16 * 1024;

impl Charset {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    /// Finds out the character set and gives the text without its mark. Damaged characters become U+FFFD.
    pub(super) fn decode(bytes: &[u8]) -> (Self, Cow<'_, str>) {
        let (charset, bytes) = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (Self::Utf8, rest),
            [0xFF, 0xFE, rest @ ..] => (Self::Utf16Le, rest),
            [0xFE, 0xFF, rest @ ..] => (Self::Utf16Be, rest),
            _ => (Self::unmarked(bytes), bytes),
        };
        let encoding = match charset {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        (charset, encoding.decode_without_bom_handling(bytes).0)
    }

    fn unmarked(bytes: &[u8]) -> Self {
        // Separators, digits and line ends have a zero beside them in UTF-16, always on the same side.
        let look = &bytes[..bytes.len().min(LOOK)];
        let zeros = |side: usize| look.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
        let (high_first, low_first) = (zeros(0), zeros(1));
        let many = (look.len() / 40).max(2);
        if low_first >= many && high_first == 0 {
            Self::Utf16Le
        } else if high_first >= many && low_first == 0 {
            Self::Utf16Be
        } else if std::str::from_utf8(bytes).is_ok() {
            Self::Utf8
        } else {
            Self::Windows1252
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "set;prix;n°\r\n75192;12,50 €;Château\r\n";

    fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_set_is_known_with_and_without_its_mark() {
        let western = WINDOWS_1252.encode(TEXT).0.into_owned();
        let low = utf16(TEXT, u16::to_le_bytes);
        let high = utf16(TEXT, u16::to_be_bytes);
        for (charset, mark, bytes) in [
            (Charset::Utf8, &[0xEF, 0xBB, 0xBF][..], TEXT.as_bytes().to_vec()),
            (Charset::Utf16Le, &[0xFF, 0xFE], low),
            (Charset::Utf16Be, &[0xFE, 0xFF], high),
            (Charset::Windows1252, &[], western),
        ] {
            assert_eq!(Charset::decode(&bytes), (charset, TEXT.into()));
            assert_eq!(Charset::decode(&[mark, &bytes].concat()), (charset, TEXT.into()));
        }
    }

    #[test]
    fn japanese_in_utf_16_shows_by_its_separators() {
        let text = "set_number,name\n75192,ミレニアム・ファルコン\n";
        assert_eq!(Charset::decode(&utf16(text, u16::to_le_bytes)), (Charset::Utf16Le, text.into()));
    }

    #[test]
    fn stray_zeros_and_broken_ends_do_not_change_the_set() {
        assert_eq!(Charset::decode(b"a,b\n1,\0\n").0, Charset::Utf8);
        assert_eq!(Charset::decode(b"").0, Charset::Utf8);
        assert_eq!(Charset::decode(b"\xEF\xBB\xBFa\xC3").1, "a\u{FFFD}");
        assert_eq!(Charset::decode(b"\xFF\xFEa\0b").1, "a\u{FFFD}");
    }
}
