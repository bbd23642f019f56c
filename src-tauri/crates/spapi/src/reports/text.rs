//! From bytes to text: the charset that was declared, unless the bytes say otherwise.
//!
//! Amazon's flat files come as Cp1252, ISO-8859-1, Shift_JIS (Windows-31J) and UTF-8, with and without saying so (reference:
//! spapi.md §7.5 and F73). Invariant: decoding never fails; what cannot be read becomes U+FFFD and is counted.

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ReportDocument;

/// A document as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportText {
    /// The text without a byte order mark.
    pub text: String,
    /// The charset that it was read in, as the web spells it.
    pub charset: &'static str,
    /// Characters that could not be read.
    pub unreadable: usize,
    /// The bytes end in the middle of a character.
    pub cut_in_character: bool,
}

/// Japan, whose old tools write Shift_JIS.
const JAPAN: &str = "A1VC38T7YXB528";

impl ReportDocument {
    /// The text, by the charset declared with it, else by its bytes, else by what is usual at `marketplace_id`.
    pub fn text(&self, marketplace_id: &str) -> ReportText {
        let bytes = &*self.bytes;
        let (charset, mark) = charset_of(bytes, self.charset.as_deref(), marketplace_id);
        let bytes = bytes.get(mark..).unwrap_or_default();
        let (text, _) = charset.decode_without_bom_handling(bytes);
        let text = text.into_owned();
        let cut_in_character =
            charset == UTF_8 && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
        let unreadable = text.matches('\u{FFFD}').count();
        ReportText { text, charset: charset.name(), unreadable, cut_in_character }
    }
}

/// The charset, and how many bytes of a mark stand in front.
fn charset_of(bytes: &[u8], declared: Option<&str>, marketplace_id: &str) -> (&'static Encoding, usize) {
    // A mark is part of the file; a header is written by whoever stored it.
    if let Some((charset, mark)) = Encoding::for_bom(bytes) {
        return (charset, mark);
    }
    let declared = declared.and_then(named);
    if is_utf8(bytes) {
        // Text of an older charset that happens to be UTF-8 throughout does not occur: its accented letters and kana are
        // no sequences of UTF-8. Plain ASCII reads the same in all of them.
        let plain = bytes.is_ascii();
        return (declared.filter(|charset| plain || is_wide(charset)).unwrap_or(UTF_8), 0);
    }
    let usual = if marketplace_id == JAPAN { SHIFT_JIS } else { WINDOWS_1252 };
    (declared.filter(|charset| *charset != UTF_8).unwrap_or(usual), 0)
}

/// Charsets whose text cannot be told from UTF-8 by looking.
fn is_wide(charset: &'static Encoding) -> bool {
    charset == UTF_16LE || charset == UTF_16BE
}

/// UTF-8, be it cut in its last character; a single odd byte at the end is no evidence of that.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).err().is_none_or(|error| {
        let (sound, rest) = bytes.split_at(error.valid_up_to());
        error.error_len().is_none() && rest.len() < 4 && !sound.is_ascii()
    })
}

/// The charset of a name, in the spellings of Java's old tools too.
fn named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).or_else(|| match name.to_ascii_lowercase().as_str() {
        "cp932" | "ms932" | "windows-932" | "sjis" | "windows31j" => Some(SHIFT_JIS),
        "cp-1252" | "windows1252" | "iso8859_1" => Some(WINDOWS_1252),
        "utf_8" => Some(UTF_8),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: &str = "A1F83G8C2ARO7P";

    fn read(bytes: &[u8], declared: Option<&str>, marketplace: &str) -> (String, &'static str) {
        let document =
            ReportDocument { bytes: bytes.to_vec().into(), charset: declared.map(ToOwned::to_owned) };
        let text = document.text(marketplace);
        (text.text, text.charset)
    }

    #[test]
    fn a_declared_charset_is_used() {
        let cafe = b"Caf\xE9 \x80 5 \x96 ok";
        for name in ["Cp1252", "windows-1252", "ISO-8859-1", "latin1"] {
            assert_eq!(read(cafe, Some(name), JAPAN), ("Café € 5 – ok".to_owned(), "windows-1252"), "{name}");
        }
        let lego = b"\x83\x8C\x83S \x87\x40 \xFA\xB1";
        for name in ["Shift_JIS", "Windows-31J", "MS932", "cp932", "x-sjis"] {
            assert_eq!(read(lego, Some(name), GB), ("レゴ ① 﨑".to_owned(), "Shift_JIS"), "{name}");
        }
        assert_eq!(read("Café".as_bytes(), Some("UTF-8"), JAPAN), ("Café".to_owned(), "UTF-8"));
    }

    #[test]
    fn without_a_declaration_the_bytes_and_then_the_marketplace_decide() {
        assert_eq!(read("レゴ Café".as_bytes(), None, JAPAN), ("レゴ Café".to_owned(), "UTF-8"));
        assert_eq!(read(b"\xEF\xBB\xBFsku", None, GB), ("sku".to_owned(), "UTF-8"));
        assert_eq!(read(b"\xFF\xFEs\0k\0", None, GB), ("sk".to_owned(), "UTF-16LE"));
        assert_eq!(read(b"Caf\xE9", None, GB), ("Café".to_owned(), "windows-1252"));
        assert_eq!(read(b"\x83\x8C\x83S", None, JAPAN), ("レゴ".to_owned(), "Shift_JIS"));
        assert_eq!(read(b"", None, JAPAN).0, "");
    }

    #[test]
    fn a_wrong_declaration_is_not_believed() {
        assert_eq!(read("Müller 5 €".as_bytes(), Some("Cp1252"), GB), ("Müller 5 €".to_owned(), "UTF-8"));
        assert_eq!(read("レゴ".as_bytes(), Some("Shift_JIS"), JAPAN), ("レゴ".to_owned(), "UTF-8"));
        assert_eq!(read(b"Caf\xE9", Some("UTF-8"), GB), ("Café".to_owned(), "windows-1252"));
        assert_eq!(read(b"\xEF\xBB\xBFCaf\xC3\xA9", Some("ISO-8859-1"), GB), ("Café".to_owned(), "UTF-8"));
        assert_eq!(read(b"Caf\xE9", Some("no-such-thing"), GB), ("Café".to_owned(), "windows-1252"));
    }

    #[test]
    fn a_file_cut_in_a_character_is_still_what_it_was() {
        let document = ReportDocument { bytes: b"Caf\xC3\xA9 \xE3\x83".to_vec().into(), charset: None };
        let text = document.text(GB);
        assert_eq!((text.text.as_str(), text.charset, text.unreadable), ("Café \u{FFFD}", "UTF-8", 1));
        assert!(text.cut_in_character);
        let whole = ReportDocument { bytes: b"Caf\xC3\xA9".to_vec().into(), charset: None }.text(GB);
        assert!(!whole.cut_in_character);
    }
}
