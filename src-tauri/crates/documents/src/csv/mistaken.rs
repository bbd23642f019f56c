//! Files that are no CSV and that people choose by mistake, known by how they begin.

/// What a file is instead of CSV. The sentence names the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mistaken {
    /// An Excel, Numbers or LibreOffice workbook.
    #[error(
        "this is a spreadsheet workbook: open it, choose Save As or Export, pick CSV UTF-8, and import that file"
    )]
    Workbook,
    /// Some other archive.
    #[error("this is a packed archive: unpack it and import the CSV file inside")]
    Archive,
    /// A PDF.
    #[error("this is a PDF: export the list as CSV and import that file")]
    Pdf,
    /// A page that a shop showed instead of the file.
    #[error(
        "this is a web page, not a CSV file: the download may have asked you to sign in. Download it again"
    )]
    WebPage,
    /// Pictures, programs and the like.
    #[error("this is not a text file: export the list as CSV and import that file")]
    NoText,
}

impl Mistaken {
    /// What the bytes are, if they are known not to be CSV.
    pub(super) fn find(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(4_096)];
        let holds = |needle: &[u8]| head.windows(needle.len()).any(|part| part == needle);
        match head {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => {
                let is_workbook = [&b"xl/"[..], b"[Content_Types]", b"opendocument", b"Index/", b"docProps"]
                    .into_iter()
                    .any(holds);
                return Some(if is_workbook { Self::Workbook } else { Self::Archive });
            }
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return Some(Self::Workbook),
            [0x1F, 0x8B, ..] | [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xBC, 0xAF, ..] => {
                return Some(Self::Archive);
            }
            [b'%', b'P', b'D', b'F', ..] => return Some(Self::Pdf),
            [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [0x7F, b'E', b'L', b'F', ..] => {
                return Some(Self::NoText);
            }
            _ => {}
        }
        let start: Vec<u8> =
            head.iter().copied().skip_while(|byte| !byte.is_ascii_graphic()).take(14).collect();
        let start = start.to_ascii_lowercase();
        (start.starts_with(b"<!doctype html") || start.starts_with(b"<html")).then_some(Self::WebPage)
    }

    /// Whether a decoded text is full of control characters, as no text is.
    pub(super) fn is_no_text(text: &str) -> bool {
        let (mut all, mut control) = (0_u32, 0_u32);
        for c in text.chars().take(4_096) {
            all += 1;
            control += u32::from(c.is_control() && !c.is_whitespace());
        }
        control > 8 && control > all / 10
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_choose_by_mistake_is_named() {
        for (bytes, what) in [
            (&b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..], Mistaken::Workbook),
            (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Mistaken::Workbook),
            (b"PK\x03\x04\x14\0orders.csv", Mistaken::Archive),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Mistaken::Workbook),
            (b"%PDF-1.7", Mistaken::Pdf),
            (b"\xEF\xBB\xBF\r\n<!DOCTYPE html><html>", Mistaken::WebPage),
            (b"\x89PNG\r\n", Mistaken::NoText),
        ] {
            assert_eq!(Mistaken::find(bytes), Some(what));
        }
        for text in ["", "PKU,1", "set_number\n75192", "<b>,1"] {
            assert_eq!(Mistaken::find(text.as_bytes()), None, "{text}");
        }
    }
}
