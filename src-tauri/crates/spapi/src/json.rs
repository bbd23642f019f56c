//! Reading Amazon's JSON without ever losing an answer over one odd field.
//!
//! Only named fields are read, so buyer data never enters a value of ours. A scalar is kept as it stands in the text
//! and understood later: an amount never passes through a float, and a wrong type becomes a counted surprise.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use packlight_domain::money::Money;
use packlight_domain::{instant, text};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::surprises::Surprises;

/// Declares what is read of a JSON object; every field may be absent, everything else is passed over.
macro_rules! wire {
    ($case:literal $(#[$doc:meta])* struct $name:ident<$a:lifetime> {
        $($(#[$attr:meta])* $field:ident: $kind:ty,)*
    }) => {
        $(#[$doc])*
        // The names are Amazon's.
        #[allow(clippy::struct_field_names)]
        #[derive(Default, serde::Deserialize)]
        #[serde(default, rename_all = $case)]
        pub(crate) struct $name<$a> {
            $($(#[$attr])* #[serde(borrow)] pub(crate) $field: $kind,)*
        }
    };
}
pub(crate) use wire;

/// An answer that is not what Amazon's model says at its outermost level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("a web page")]
    WebPage,
    #[error("not UTF-8")]
    NotText,
    #[error("no JSON, or cut short")]
    NotJson,
    #[error("JSON without {0}")]
    Without(&'static str),
}

/// The text of a body: UTF-8, without a byte order mark, lone surrogates replaced by U+FFFD.
pub(crate) fn readable(body: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotText)?;
    match text.trim_start().chars().next() {
        Some('{') => Ok(without_lone_surrogates(text)),
        Some('<') => Err(Unreadable::WebPage),
        _ => Err(Unreadable::NotJson),
    }
}

/// Reads an object from readable text.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    // The error's text could quote the body; its place and kind say nothing that helps.
    serde_json::from_str(text).map_err(|_| Unreadable::NotJson)
}

/// Half of a surrogate pair is no character, and serde_json would refuse the whole page for it.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\uD") && !text.contains("\\ud") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.push_str("\\uFFFD");
                rest = escape.get(6..).unwrap_or("");
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and the character it escapes, however long that is.
            (None, _) => 1 + escape.get(1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        };
        out.push_str(escape.get(..taken).unwrap_or(escape));
        rest = escape.get(taken..).unwrap_or("");
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The code unit of a `\uXXXX` at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// A value that should be text, number or boolean, as it stands in the answer.
#[derive(Default, Clone, Copy)]
pub(crate) struct Leaf<'a>(Option<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Leaf<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(deserializer).map(|raw| Self(Some(raw)))
    }
}

impl<'a> Leaf<'a> {
    /// Neither absent nor null, and yet neither text nor number.
    pub(crate) fn is_odd(self) -> bool {
        self.raw().is_some_and(|raw| !matches!(kind_of(raw), "string" | "number"))
    }

    /// The raw text; `None` where the field is absent or null.
    fn raw(self) -> Option<&'a str> {
        self.0.map(RawValue::get).filter(|raw| *raw != "null")
    }

    /// The characters of a string, or of a number as it was written; `None` for anything else.
    fn characters(self) -> Option<Cow<'a, str>> {
        let raw = self.raw()?;
        match kind_of(raw) {
            "string" => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
            "number" => Some(Cow::Borrowed(raw)),
            _ => None,
        }
    }

    /// The characters of a string that is not empty.
    pub(crate) fn plain_text(self) -> Option<String> {
        self.characters().map(Cow::into_owned).filter(|text| !text.is_empty())
    }
}

fn kind_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// A value that should be an object.
#[derive(Default)]
pub(crate) enum Branch<T> {
    /// Not there.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// An object.
    Object(T),
    /// Something else, of this JSON type.
    Odd(&'static str),
}

impl<T> Branch<T> {
    /// The object, if it is one.
    pub(crate) fn get(&self) -> Option<&T> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

/// A value that should be an array.
#[derive(Default)]
pub(crate) enum List<E> {
    /// Not there.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// An array.
    Array(Vec<E>),
    /// Something else, of this JSON type.
    Odd(&'static str),
}

impl<E> List<E> {
    /// The elements; none where it is no array.
    pub(crate) fn elements(&self) -> &[E] {
        if let Self::Array(elements) = self { elements } else { &[] }
    }
}

/// An object of which nothing is read but that it is there.
pub(crate) struct Unread<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Deserialize<'de> for Unread<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self(PhantomData))
    }
}

struct Anything<T>(PhantomData<T>);

/// What a visitor makes of each JSON type; the scalars are the same for objects and arrays.
macro_rules! odd_scalars {
    () => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::Null)
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::Odd("boolean"))
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::Odd("number"))
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::Odd("number"))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::Odd("number"))
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::Odd("string"))
        }
    };
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Anything<Branch<T>> {
    type Value = Branch<T>;
    odd_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Branch::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Branch::Odd("array"))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Anything<List<T>> {
    type Value = List<T>;
    odd_scalars!();

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(List::Odd("object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(List::Array(list))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Branch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything::<Self>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything::<Self>(PhantomData))
    }
}

/// Understands fields and counts what was not as expected. Each path is a constant, such as `orders[].createdTime`.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) surprises: Surprises,
    noted: u64,
}

impl Reader {
    pub(crate) fn note(&mut self, path: &'static str, kind: &'static str) {
        self.noted += 1;
        self.surprises.note(path, kind);
    }

    /// How many surprises there have been; unchanged over a record that was as expected.
    pub(crate) fn noted(&self) -> u64 {
        self.noted
    }

    /// Counts a required field that is absent.
    pub(crate) fn required(&mut self, leaf: Leaf<'_>, path: &'static str) {
        if leaf.0.is_none() {
            self.note(path, "missing");
        }
    }

    /// The raw text of a field that is there; an explicit null is counted, because no model of Amazon's allows it.
    fn raw<'a>(&mut self, leaf: Leaf<'a>, path: &'static str) -> Option<&'a str> {
        if leaf.0.is_some() && leaf.raw().is_none() {
            self.note(path, "null");
        }
        leaf.raw()
    }

    /// Text as it is stored; empty text is no text.
    pub(crate) fn text(&mut self, leaf: Leaf<'_>, path: &'static str) -> Option<String> {
        let kind = kind_of(self.raw(leaf, path)?);
        if kind != "string" {
            self.note(path, kind);
        }
        leaf.plain_text().map(|characters| text::storable(&characters))
    }

    /// A whole number, also as text or with a fraction of zeros.
    pub(crate) fn integer(&mut self, leaf: Leaf<'_>, path: &'static str) -> Option<i64> {
        let kind = kind_of(self.raw(leaf, path)?);
        let Some(characters) = leaf.characters() else {
            self.note(path, kind);
            return None;
        };
        let (whole, fraction) = characters.trim().split_once('.').unwrap_or((characters.trim(), ""));
        let value = whole.parse().ok().filter(|_| fraction.bytes().all(|digit| digit == b'0'));
        if value.is_none() {
            self.note(path, "unreadable number");
        } else if kind != "number" {
            self.note(path, kind);
        }
        value
    }

    /// Yes or no, also as text: Amazon sends both (reference: spapi.md F50).
    pub(crate) fn flag(&mut self, leaf: Leaf<'_>, path: &'static str) -> Option<bool> {
        let raw = self.raw(leaf, path)?;
        let flag = match raw.trim_matches('"').to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.note(path, if kind_of(raw) == "string" { "unreadable boolean" } else { kind_of(raw) });
        }
        flag
    }

    /// An instant in any of Amazon's spellings.
    pub(crate) fn instant(&mut self, leaf: Leaf<'_>, path: &'static str) -> Option<DateTime<Utc>> {
        let kind = kind_of(self.raw(leaf, path)?);
        let at = leaf.characters().and_then(|characters| instant::parse_lenient(&characters));
        if at.is_none() {
            self.note(path, if kind == "string" { "unreadable date" } else { kind });
        }
        at
    }

    /// An amount from its own characters and a currency code.
    pub(crate) fn money(
        &mut self,
        amount: Leaf<'_>,
        currency: Leaf<'_>,
        path: &'static str,
    ) -> Option<Money> {
        let money = || {
            let currency = currency.characters()?.parse().ok()?;
            Money::parse(&amount.characters()?, currency).ok()
        };
        let money = money();
        if money.is_none() {
            self.note(path, "unreadable amount");
        }
        money
    }

    /// The object of a branch.
    pub(crate) fn object<'b, T>(&mut self, branch: &'b Branch<T>, path: &'static str) -> Option<&'b T> {
        match branch {
            Branch::Absent => None,
            Branch::Null => {
                self.note(path, "null");
                None
            }
            Branch::Object(object) => Some(object),
            Branch::Odd(kind) => {
                self.note(path, kind);
                None
            }
        }
    }

    /// The objects of a list.
    pub(crate) fn objects<'b, T>(&mut self, list: &'b List<Branch<T>>, path: &'static str) -> Vec<&'b T> {
        self.elements(list, path).iter().filter_map(|branch| self.object(branch, path)).collect()
    }

    /// The elements of a list.
    pub(crate) fn elements<'b, E>(&mut self, list: &'b List<E>, path: &'static str) -> &'b [E] {
        match list {
            List::Absent => &[],
            List::Null => {
                self.note(path, "null");
                &[]
            }
            List::Array(elements) => elements,
            List::Odd(kind) => {
                self.note(path, kind);
                &[]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> String {
        without_lone_surrogates(text).into_owned()
    }

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_kept() {
        assert_eq!(repaired(r#"{"a":"\ud83d\ude00"}"#), r#"{"a":"\ud83d\ude00"}"#);
        assert_eq!(repaired(r#"{"a":"\ud83d"}"#), r#"{"a":"\uFFFD"}"#);
        assert_eq!(
            repaired(r#"{"a":"\ude00\ud83d\ude00x\uD83D\u0041"}"#),
            r#"{"a":"\uFFFD\ud83d\ude00x\uFFFD\u0041"}"#
        );
        // An escaped backslash before a "u" is no escape, and neither is a cut one.
        assert_eq!(repaired(r#"{"a":"\\ud83d"}"#), r#"{"a":"\\ud83d"}"#);
        assert_eq!(repaired(r#"{"a":"\ud8é"}"#), r#"{"a":"\ud8é"}"#);
        assert_eq!(repaired("\\ud83"), "\\ud83");
        assert_eq!(repaired("\\ud83d\\"), "\\uFFFD\\");
    }

    #[test]
    fn what_is_no_json_text_is_named() {
        assert_eq!(readable(b"\xEF\xBB\xBF {}").unwrap(), " {}");
        assert_eq!(readable(b"<html>").unwrap_err(), Unreadable::WebPage);
        assert_eq!(readable(b"\n <?xml").unwrap_err(), Unreadable::WebPage);
        assert_eq!(readable(b"{\"a\":\"\xff\"}").unwrap_err(), Unreadable::NotText);
        assert_eq!(readable(b"").unwrap_err(), Unreadable::NotJson);
        assert_eq!(readable(b"UOSS").unwrap_err(), Unreadable::NotJson);
        assert!(read::<Sample<'_>>("{\"a\":").is_err());
    }

    wire! { "camelCase"
        struct Sample<'a> {
            one: Leaf<'a>,
            amount: Leaf<'a>,
            currency: Leaf<'a>,
            branch: Branch<Unread<'a>>,
            list: List<Branch<Unread<'a>>>,
        }
    }

    #[test]
    fn every_odd_type_is_counted_and_none_is_fatal() {
        for odd in ["1", "1.5e300", "true", "\"x\"", "[1,{\"a\":[]}]", "{\"one\":1,\"x\":[{}]}", "null"] {
            let text = format!(r#"{{"one":{odd},"branch":{odd},"list":{odd},"unknown":{odd}}}"#);
            let sample: Sample<'_> = read(&text).unwrap();
            let mut reader = Reader::default();
            reader.text(sample.one, "one");
            reader.object(&sample.branch, "branch");
            reader.objects(&sample.list, "list");
            let counted = reader.surprises.iter().count();
            assert!(counted >= 2, "{odd}: {:?}", reader.surprises);
        }
    }

    #[test]
    fn scalars_are_understood_from_their_characters() {
        let mut reader = Reader::default();
        let mut leaf = |text: &'static str, understand: &dyn Fn(&mut Reader, Leaf<'_>) -> String| {
            let text = format!("{{\"one\":{text}}}");
            let sample: Sample<'_> = read(&text).unwrap();
            understand(&mut reader, sample.one)
        };
        let integer = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.integer(leaf, "i"));
        assert_eq!(leaf("3", &integer), "Some(3)");
        assert_eq!(leaf("\"3\"", &integer), "Some(3)");
        assert_eq!(leaf("3.00", &integer), "Some(3)");
        assert_eq!(leaf("3.5", &integer), "None");
        let flag = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.flag(leaf, "f"));
        assert_eq!(leaf("true", &flag), "Some(true)");
        assert_eq!(leaf("\"False\"", &flag), "Some(false)");
        assert_eq!(leaf("\"maybe\"", &flag), "None");
        let text = |reader: &mut Reader, leaf: Leaf<'_>| format!("{:?}", reader.text(leaf, "t"));
        assert_eq!(leaf("\"a\\u0000b\"", &text), "Some(\"a\u{FFFD}b\")");
        assert_eq!(leaf("17", &text), "Some(\"17\")");
        assert_eq!(leaf("\"\"", &text), "None");
        let rows: Vec<_> = reader.surprises.iter().collect();
        assert_eq!(
            rows,
            [
                ("f", "unreadable boolean", 1),
                ("i", "string", 1),
                ("i", "unreadable number", 1),
                ("t", "number", 1)
            ]
        );
    }

    #[test]
    fn amounts_never_pass_through_a_float() {
        let money = |text: &str| {
            let sample: Sample<'_> = read(text).unwrap();
            Reader::default().money(sample.amount, sample.currency, "m").map(|money| money.minor)
        };
        assert_eq!(money(r#"{"amount":"49.99","currency":"GBP"}"#), Some(4_999));
        // As a float this would be 90071992547409.94.
        assert_eq!(money(r#"{"amount":90071992547409.93,"currency":"GBP"}"#), Some(9_007_199_254_740_993));
        assert_eq!(money(r#"{"amount":"19940","currency":"JPY"}"#), Some(19_940));
        assert_eq!(money(r#"{"amount":"12,50","currency":"GBP"}"#), None);
        assert_eq!(money(r#"{"amount":"1"}"#), None);
    }
}
