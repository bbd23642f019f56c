//! Reading Amazon's JSON without ever losing an answer over one odd field.
//!
//! Only named fields are read, so buyer data never enters a value of ours. A scalar is kept as it stands in the text
//! and understood later: an amount never passes through a float, and a wrong type becomes a counted surprise.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

mod reader;
mod twins;

pub(crate) use reader::Reader;
pub(crate) use twins::without_twins;

/// Declares what is read of a JSON object; every field may be absent, everything else is passed over.
macro_rules! wire {
    ($case:literal $(#[$doc:meta])* struct $name:ident<$a:lifetime> {
        $($(#[$attr:meta])* $field:ident: $kind:ty,)*
    }) => {
        $(#[$doc])*
        #[allow(clippy::struct_field_names, reason = "the names are Amazon's")]
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
    /// Whether there is nothing in it: it is absent, null, or an array without elements.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Absent | Self::Null => true,
            Self::Array(elements) => elements.is_empty(),
            Self::Odd(_) => false,
        }
    }

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

#[cfg(test)]
mod tests;
