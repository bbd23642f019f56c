//! Where documents are stored: addresses with a signature and an end, and bytes that are packed and encoded.
//!
//! Invariants, as at Amazon's storage: an address is good for 300 seconds and as it was given only; a request that carries
//! headers of the API is refused, because they were not signed.

use std::io::Write as _;

use chrono::DateTime;
use encoding_rs::{Encoder, EncoderResult, SHIFT_JIS, UTF_8, WINDOWS_1252};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::kinds::Content;
use super::listings::JAPANESE;
use super::{Fate, Made};
use crate::desk::{Desk, Visit};
use crate::draw::mix;
use crate::fault::{Charset, Fault};
use crate::http::Response;
use crate::order::Millis;
use crate::orders::Orders;

/// Path under which documents lie.
pub(crate) const DOCUMENTS: &str = "/NinetyDays/";
/// Seconds for which an address is good.
const LIFE: Millis = 300;

/// An address of document `id`, given out now.
pub(super) fn address(visit: &Visit<'_>, seed: u64, id: &str) -> String {
    // Beside the API where it has a host of its own, else where Amazon would store it.
    let base = visit.request.header("host").map_or_else(
        || "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com".to_owned(),
        |host| format!("http://{host}"),
    );
    let old = visit.faults.contains(&Fault::DocumentLinkExpired);
    let given = if old { visit.at - 2 * LIFE * 1000 } else { visit.at };
    let date = date(given);
    format!(
        "{base}{DOCUMENTS}{id}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}&X-Amz-SignedHeaders=host\
         &X-Amz-Expires={LIFE}&X-Amz-Credential=SIM%2F{}%2Feu-west-1%2Fs3%2Faws4_request\
         &X-Amz-Security-Token={}&X-Amz-Signature={}",
        &date[..8],
        // Real addresses have grown beyond 512 characters (reference: spapi.md F70).
        "SIM%2Btoken%2F".repeat(30),
        signature(seed, id, &date)
    )
}

fn date(at: Millis) -> String {
    DateTime::from_timestamp_millis(at).unwrap_or_default().format("%Y%m%dT%H%M%SZ").to_string()
}

fn signature(seed: u64, id: &str, date: &str) -> String {
    let text = id.bytes().chain(date.bytes());
    let seal = text.fold(mix(seed, 0x5167), |sum, byte| mix(sum, u64::from(byte)));
    (0..4).fold(String::new(), |text, part| format!("{text}{:016x}", mix(seal, part)))
}

pub(super) fn answer(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Response {
    let request = visit.request;
    let id = visit.order_id.unwrap_or_default();
    if request.header("authorization").is_some() {
        let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                       Signature query string parameter or the Authorization header should be specified";
        return refusal(400, "InvalidArgument", message);
    }
    if request.headers.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("x-amz-")) {
        let message = "There were headers present in the request which were not signed";
        return refusal(403, "AccessDenied", message);
    }
    let given = request.parameter("X-Amz-Date").unwrap_or_default();
    if request.parameter("X-Amz-Signature") != Some(&signature(desk.seed, id, given)) {
        return refusal(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        );
    }
    let oldest = date(visit.at - LIFE * 1000);
    if given < oldest.as_str() {
        return refusal(403, "AccessDenied", "Request has expired");
    }
    match desk.reports.of_document(id) {
        Some(made) => stored(made, visit, world),
        None => refusal(404, "NoSuchKey", "The specified key does not exist."),
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Response::text(status, "application/xml", body)
}

/// The document as it lies there.
fn stored(made: &Made, visit: &Visit<'_>, world: &Orders) -> Response {
    let japanese = made.marketplaces.first().is_some_and(|id| id == crate::marketplace::JAPAN);
    let mut charset = if japanese { Charset::ShiftJis } else { Charset::Cp1252 };
    let mut declared = Some(if japanese { "Windows-31J" } else { "Cp1252" }.to_owned());
    for fault in &visit.faults {
        if let Fault::DocumentCharset { charset: other, declared: told } = fault {
            (charset, declared) = (*other, told.clone());
        }
    }
    let content = if made.fate == Fate::Fatal { None } else { (made.kind.content)(made, world, made.ends) };
    let text = if let Some(Content { header, rows }) = content {
        table(header, rows, &visit.faults)
    } else {
        (charset, declared) = (Charset::Utf8, Some("UTF-8".to_owned()));
        "Error: the report could not be produced because of an internal error. Please try again later.\n"
            .to_owned()
    };
    let mut bytes = encoded(&text, charset);
    for fault in &visit.faults {
        if let Fault::DocumentCut { permille } = fault {
            bytes.truncate(bytes.len() * usize::try_from(*permille).unwrap_or(0) / 1000);
        }
    }
    let kind = declared.map_or_else(|| "text/plain".to_owned(), |name| format!("text/plain;charset={name}"));
    Response::text(200, &kind, if made.plain { bytes } else { packed(&bytes) })
}

fn table(mut header: Vec<String>, mut rows: Vec<Vec<String>>, faults: &[Fault]) -> String {
    for fault in faults {
        match fault {
            Fault::ExtraColumns => {
                // One among the known ones, one at the end.
                header.insert(2, "new-in-2027".to_owned());
                header.push("another-one".to_owned());
                for row in &mut rows {
                    row.insert(2, "x".to_owned());
                    row.push(String::new());
                }
            }
            Fault::TabInTitle => {
                for row in rows.iter_mut().step_by(7) {
                    let middle = row[0].char_indices().nth(4).map_or(0, |(at, _)| at);
                    row[0].insert(middle, '\t');
                }
            }
            Fault::LineBreakInTitle => {
                for row in rows.iter_mut().step_by(7) {
                    let middle = row[0].char_indices().nth(4).map_or(0, |(at, _)| at);
                    row[0].insert_str(middle, "\r\n");
                }
            }
            Fault::LocalisedHeader => {
                for name in &mut header {
                    if let Some((_, own)) = JAPANESE.iter().find(|(english, _)| name == english) {
                        (*own).clone_into(name);
                    }
                }
            }
            Fault::UnknownHeader => header.iter_mut().for_each(|name| *name = format!("sim {name}")),
            _ => {}
        }
    }
    let mut text = header.join("\t");
    text.push_str("\r\n");
    for row in rows {
        text.push_str(&row.join("\t"));
        text.push_str("\r\n");
    }
    text
}

/// Characters that the charset does not have are lost, as at Amazon.
fn encoded(text: &str, charset: Charset) -> Vec<u8> {
    let mut encoder = match charset {
        Charset::Utf8 => return text.as_bytes().to_vec(),
        Charset::Utf8WithMark => return [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Charset::Cp1252 => WINDOWS_1252.new_encoder(),
        Charset::ShiftJis => SHIFT_JIS.new_encoder(),
    };
    encode_lossy(&mut encoder, text)
}

fn encode_lossy(encoder: &mut Encoder, text: &str) -> Vec<u8> {
    debug_assert!(encoder.encoding() != UTF_8);
    let mut out = vec![0; encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(0)];
    let (mut read, mut written) = (0, 0);
    loop {
        let (result, more_read, more_written) = encoder.encode_from_utf8_without_replacement(
            text.get(read..).unwrap_or_default(),
            out.get_mut(written..).unwrap_or_default(),
            true,
        );
        read += more_read;
        written += more_written;
        if !matches!(result, EncoderResult::Unmappable(_)) {
            break;
        }
        if let Some(place) = out.get_mut(written) {
            *place = b'?';
            written += 1;
        }
    }
    out.truncate(written);
    out
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
