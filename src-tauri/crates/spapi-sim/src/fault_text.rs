//! Faults in words, for the command line: `name[:argument][@operation][*times]`.
//!
//! Without `*times` it strikes until the end; `*1` makes it strike once.

use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::auth::LwaError;
use crate::fault::{BadJson, Charset, Fault, Injection, RateHeader};
use crate::plan::Operation;

/// A fault whose words are not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultTextError {
    /// No fault has this name, or its argument does not fit.
    #[error("unknown fault `{0}`; known are {names}", names = NAMES.join(", "))]
    UnknownFault(String),
    /// No operation has this name.
    #[error("unknown operation `{0}`")]
    UnknownOperation(String),
    /// The number of times is no number.
    #[error("`{0}` is not a number of times")]
    NotANumber(String),
}

const NAMES: [&str; 54] = [
    "throttle",
    "empty-bucket",
    "server-error:STATUS",
    "html-error:STATUS",
    "html-400",
    "html-page",
    "vague-refusals",
    "redirect[:URL]",
    "truncated",
    "byte-order-mark",
    "unquoted-word",
    "invalid-utf8",
    "swollen:BYTES",
    "delay:MILLISECONDS",
    "slow-body:MILLISECONDS",
    "reset-body:BYTES",
    "token-expired",
    "access-denied",
    "page-token-refused",
    "looping-token",
    "new-token-same-page",
    "duplicate-orders",
    "shuffled-pages",
    "empty-page",
    "empty-last-page",
    "late-orders:SECONDS",
    "rate-header:TEXT",
    "included-data-refused:VALUE",
    "null-fields",
    "unknown-enums",
    "wrong-types",
    "field-absent:NAME",
    "field-null:NAME",
    "line-without-id",
    "clock-skew:SECONDS",
    "no-date",
    "invalid-grant",
    "invalid-client",
    "unauthorized-client",
    "expires-in:SECONDS",
    "lost-answer:STATUS",
    "report-stuck:SECONDS",
    "report-cancelled",
    "report-fatal",
    "report-without-document",
    "document-plain",
    "document-expired",
    "document-cut:PERMILLE",
    "document-utf8[:DECLARED]",
    "document-shift-jis[:DECLARED]",
    "extra-columns",
    "tab-in-title",
    "line-break-in-title",
    "localised-header",
];

impl FromStr for Injection {
    type Err = FaultTextError;

    fn from_str(text: &str) -> Result<Self, FaultTextError> {
        let (rest, times) = match text.rsplit_once('*') {
            Some((rest, times)) => {
                (rest, Some(times.parse().map_err(|_| FaultTextError::NotANumber(times.to_owned()))?))
            }
            None => (text, None),
        };
        let (words, operation) = match rest.rsplit_once('@') {
            Some((words, name)) => {
                let named = Operation::ALL.into_iter().find(|operation| operation.name() == name);
                (words, Some(named.ok_or_else(|| FaultTextError::UnknownOperation(name.to_owned()))?))
            }
            None => (rest, None),
        };
        let fault = fault(words).ok_or_else(|| FaultTextError::UnknownFault(words.to_owned()))?;
        let injection = match operation {
            Some(operation) => fault.on(operation),
            None => Self::from(fault),
        };
        Ok(match times {
            Some(times) => injection.times(times),
            None => injection,
        })
    }
}

fn fault(words: &str) -> Option<Fault> {
    let (name, argument) = words.split_once(':').unwrap_or((words, ""));
    Some(match (name, argument) {
        ("throttle", "") => Fault::Throttle,
        ("empty-bucket", "") => Fault::EmptyBucket,
        ("server-error", status) => Fault::ServerError(error_status(status)?),
        ("html-error", status) => Fault::HtmlError(error_status(status)?),
        ("html-400", "") => Fault::Html400,
        ("html-page", "") => Fault::HtmlPage,
        ("vague-refusals", "") => Fault::VagueRefusals,
        ("redirect", "") => Fault::Redirect,
        ("redirect", url) => Fault::RedirectTo(url.to_owned()),
        ("truncated", "") => Fault::BadJson(BadJson::Truncated),
        ("byte-order-mark", "") => Fault::BadJson(BadJson::ByteOrderMark),
        ("unquoted-word", "") => Fault::BadJson(BadJson::UnquotedWord),
        ("invalid-utf8", "") => Fault::BadJson(BadJson::InvalidUtf8),
        ("swollen", bytes) => Fault::BadJson(BadJson::Swollen(bytes.parse().ok()?)),
        ("delay", pause) => Fault::Delay(Duration::from_millis(pause.parse().ok()?)),
        ("slow-body", pause) => {
            Fault::SlowBody { chunk: 1, pause: Duration::from_millis(pause.parse().ok()?) }
        }
        ("reset-body", bytes) => Fault::ResetBody(bytes.parse().ok()?),
        ("token-expired", "") => Fault::TokenExpired,
        ("access-denied", "") => Fault::AccessDenied,
        ("page-token-refused", "") => Fault::PaginationTokenRefused,
        ("looping-token", "") => Fault::LoopingToken,
        ("new-token-same-page", "") => Fault::NewTokenSamePage,
        ("duplicate-orders", "") => Fault::DuplicateOrders,
        ("shuffled-pages", "") => Fault::ShuffledPages,
        ("empty-page", "") => Fault::EmptyPageWithToken,
        ("endless-page", "") => Fault::EndlessPage,
        ("empty-last-page", "") => Fault::EmptyLastPage,
        ("late-orders", seconds) => Fault::LateOrders { seconds: seconds.parse().ok()?, permille: 1000 },
        ("rate-header", text) => Fault::RateHeader(RateHeader::Text(text.to_owned())),
        ("included-data-refused", value) if !value.is_empty() => Fault::IncludedDataRefused(value.to_owned()),
        ("null-fields", "") => Fault::NullFields,
        ("unknown-enums", "") => Fault::UnknownEnums,
        ("wrong-types", "") => Fault::WrongTypes,
        ("field-absent", name) if !name.is_empty() => Fault::FieldAbsent(name.to_owned()),
        ("field-null", name) if !name.is_empty() => Fault::FieldNull(name.to_owned()),
        ("line-without-id", "") => Fault::LineWithoutId,
        ("clock-skew", seconds) => Fault::ClockSkew(seconds.parse().ok()?),
        ("no-date", "") => Fault::NoDate,
        ("invalid-grant", "") => Fault::Lwa(LwaError::InvalidGrant),
        ("invalid-client", "") => Fault::Lwa(LwaError::InvalidClient),
        ("unauthorized-client", "") => Fault::Lwa(LwaError::UnauthorizedClient),
        ("expires-in", seconds) => Fault::ExpiresIn(seconds.parse().ok()?),
        ("lost-answer", status) => Fault::LostAnswer(error_status(status)?),
        ("report-stuck", seconds) => Fault::ReportStuck(Duration::from_secs(seconds.parse().ok()?)),
        ("report-cancelled", "") => Fault::ReportCancelled,
        ("report-fatal", "") => Fault::ReportFatal,
        ("report-without-document", "") => Fault::ReportWithoutDocument,
        ("document-plain", "") => Fault::DocumentPlain,
        ("document-expired", "") => Fault::DocumentLinkExpired,
        ("document-cut", permille) => Fault::DocumentCut { permille: permille.parse().ok()? },
        ("document-utf8", declared) => charset(Charset::Utf8, declared),
        ("document-shift-jis", declared) => charset(Charset::ShiftJis, declared),
        ("extra-columns", "") => Fault::ExtraColumns,
        ("tab-in-title", "") => Fault::TabInTitle,
        ("line-break-in-title", "") => Fault::LineBreakInTitle,
        ("localised-header", "") => Fault::LocalisedHeader,
        _ => return None,
    })
}

fn charset(charset: Charset, declared: &str) -> Fault {
    Fault::DocumentCharset { charset, declared: (!declared.is_empty()).then(|| declared.to_owned()) }
}

fn error_status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|status| (400..600).contains(status))
}
