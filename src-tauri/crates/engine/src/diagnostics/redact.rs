//! The last line of defence: whatever text is on its way into a log, a report or an export loses what looks like a secret,
//! an order number, an address of a person or the query of a URL.
//!
//! Secrets are kept out where they arise (they have no `Debug`, headers are marked sensitive); this is for what nobody
//! thought of, such as the words of a library or of Amazon.

use std::borrow::Cow;

/// Beginnings of Amazon's tokens and of an application's secret and id.
const SECRETS: [&str; 6] =
    ["Atza|", "Atzr|", "amzn1.oa2-cs.", "amzn1.application-oa2-client.", "Atc|", "AQ/"];

/// Names whose value is a secret, before `=`, `:` or `":"`.
const NAMES: [&str; 8] = [
    "client_secret",
    "refresh_token",
    "access_token",
    "x-amz-access-token",
    "passphrase",
    "x-amz-signature",
    "x-amz-security-token",
    "authorization",
];

const GONE: &str = "[redacted]";

/// `text` without what must not be kept.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Words are cut at white space and at the signs that surround values, so that the text around them stays readable.
    while !rest.is_empty() {
        let end = rest.find(|c: char| is_end(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        out.push_str(&of_word(word, &out));
        let sign = tail.chars().next();
        if let Some(sign) = sign {
            out.push(sign);
        }
        rest = &tail[sign.map_or(0, char::len_utf8)..];
    }
    out
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '(' | ')' | '<' | '>' | '{' | '}' | '[' | ']')
}

fn of_word(word: &str, before: &str) -> String {
    if word.is_empty() {
        return String::new();
    }
    if SECRETS.iter().any(|secret| word.contains(secret)) || is_value_of_secret(before) {
        return GONE.to_owned();
    }
    if let Some((name, value)) = word.split_once(['=', ':'])
        && NAMES.contains(&name.to_ascii_lowercase().as_str())
        && !value.is_empty()
    {
        return format!("{name}={GONE}");
    }
    let word = without_query(word);
    if word.contains('@') && word.contains('.') && !word.contains("://") {
        return GONE.to_owned();
    }
    without_order_numbers(&without_user(word))
}

/// Whether the text so far ends in the name of a secret and the sign that leads to its value.
fn is_value_of_secret(before: &str) -> bool {
    let name =
        before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | '=' | '('));
    if name.len() == before.len() {
        return false;
    }
    // Only a colon or an equals sign makes it a value; without one it is a sentence about it.
    let between = &before[name.len()..];
    let tail = name.rsplit(|c: char| is_end(c)).next().unwrap_or_default().to_ascii_lowercase();
    (between.contains(':') || between.contains('=')) && NAMES.contains(&tail.as_str())
}

/// A URL ends where its query begins.
fn without_query(word: &str) -> &str {
    match word.find("://").and_then(|scheme| word[scheme..].find('?').map(|at| scheme + at)) {
        Some(at) => &word[..at],
        None => word,
    }
}

/// A URL keeps its host, and loses the name and the password before it.
fn without_user(word: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = word.split_once("://") else { return Cow::Borrowed(word) };
    let host = &rest[..rest.find(['/', '#']).unwrap_or(rest.len())];
    match host.rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{GONE}@{}", &rest[at + 1..])),
        None => Cow::Borrowed(word),
    }
}

/// Amazon's order numbers, `203-1234567-1234567`, wherever they stand.
fn without_order_numbers(word: &str) -> String {
    const LENGTHS: [usize; 3] = [3, 7, 7];
    const LENGTH: usize = 19;
    let bytes = word.as_bytes();
    let is_number = |at: usize| {
        let Some(part) = bytes.get(at..at + LENGTH) else { return false };
        let mut pieces = part.split(|byte| *byte == b'-');
        LENGTHS.iter().all(|length| {
            pieces
                .next()
                .is_some_and(|piece| piece.len() == *length && piece.iter().all(u8::is_ascii_alphanumeric))
        }) && part[4..].iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
    };
    let mut out = String::with_capacity(word.len());
    let mut at = 0;
    let mut from = 0;
    while at < bytes.len() {
        if is_number(at) {
            out.push_str(&word[from..at]);
            out.push_str("[order]");
            at += LENGTH;
            from = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&word[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_kept_is_gone_and_the_rest_stays() {
        for (text, expected) in [
            ("token Atza|IwEB-x_y refused", "token [redacted] refused"),
            ("{\"refresh_token\":\"Zzzz9\",\"a\":1}", "{\"refresh_token\":\"[redacted]\",\"a\":1}"),
            ("client_secret=hunter2&x", "client_secret=[redacted]"),
            ("client_secret: hunter2 end", "client_secret: [redacted] end"),
            ("the refresh_token is refused", "the refresh_token is refused"),
            (
                "GET https://x.amazon.com/a/b?X-Amz-Signature=abc failed",
                "GET https://x.amazon.com/a/b failed",
            ),
            ("order 203-1234567-7654321, again", "order [order], again"),
            ("order:203-1234567-7654321/S01-1234567-7654321", "order:[order]/[order]"),
            ("mail to jane@example.com now", "mail to [redacted] now"),
            (
                "asked https://jane:tok@en@example.com:8/a/b@c?d",
                "asked https://[redacted]@example.com:8/a/b@c",
            ),
            ("https://example.com/a@b", "https://example.com/a@b"),
            (
                "12:30:01 INFO sync{account=1}: 203-12 pages é",
                "12:30:01 INFO sync{account=1}: 203-12 pages é",
            ),
            ("", ""),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["é203-1234567-123456é", "://?", "=", "\u{10ffff}?://?", "access_token=\u{e9}"] {
            let _ = redacted(text);
        }
    }
}
