//! Unpacking: what is gzip is inflated, whatever was said about it (reference: spapi.md F72).
//!
//! A stream that ends before its checksum is damaged; the caller gets all bytes or none. The cap keeps a small hostile
//! file from filling the memory.

use std::io::{self, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;

/// Largest report, unpacked: a year of orders of a very large shop has less.
const CAP: usize = 256 << 20;

/// Why there is nothing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Damaged,
    TooLarge,
}

/// The bytes without the gzip around them, be it once or twice.
pub(super) fn inflated(bytes: Bytes) -> Result<Bytes, Trouble> {
    capped(bytes, CAP)
}

fn capped(mut bytes: Bytes, cap: usize) -> Result<Bytes, Trouble> {
    for _ in 0..2 {
        if !bytes.starts_with(&[0x1F, 0x8B]) {
            break;
        }
        let mut out = Vec::new();
        let limit = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
        let read: io::Result<usize> = MultiGzDecoder::new(&*bytes).take(limit).read_to_end(&mut out);
        read.map_err(|_| Trouble::Damaged)?;
        if out.len() > cap {
            return Err(Trouble::TooLarge);
        }
        bytes = out.into();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_the_rest_left_alone() {
        let text = b"sku\tprice\r\n".repeat(50);
        let once = packed(&text);
        assert_eq!(inflated(once.clone().into()).unwrap(), text);
        assert_eq!(inflated(packed(&once).into()).unwrap(), text);
        assert_eq!(inflated([once, packed(b"more")].concat().into()).unwrap(), [&text[..], b"more"].concat());
        assert_eq!(inflated(text.clone().into()).unwrap(), text);
        assert_eq!(inflated(Bytes::new()).unwrap(), "");
    }

    #[test]
    fn a_stream_cut_at_any_byte_is_no_shorter_report() {
        let whole = packed(&b"sku\tprice\r\n".repeat(50));
        for end in 2..whole.len() {
            assert_eq!(inflated(whole[..end].to_vec().into()), Err(Trouble::Damaged), "{end}");
        }
        let mut wrong = whole;
        let last = wrong.len() - 5;
        wrong[last] ^= 1;
        assert_eq!(inflated(wrong.into()), Err(Trouble::Damaged), "the checksum counts");
    }

    #[test]
    fn a_small_file_cannot_become_a_large_one() {
        let bomb = packed(&vec![0; 5000]);
        assert_eq!(capped(bomb.clone().into(), 4999), Err(Trouble::TooLarge));
        assert_eq!(capped(bomb.into(), 5000).unwrap().len(), 5000);
    }
}
