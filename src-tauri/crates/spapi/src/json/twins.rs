//! Objects that name a member twice, as Amazon has been seen to send them: the last one counts, as in every browser.
//!
//! Only for an answer that could not be read otherwise: sound ones are read once, without building a tree.

use std::collections::HashMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Levels of nesting that are followed; Amazon's answers have ten at most.
const DEEPEST: u8 = 64;

/// The same JSON with the last of every member's namesakes only; `None` where it is no JSON.
pub(crate) fn without_twins(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    write(text.trim(), DEEPEST, &mut out)?;
    Some(out)
}

fn write(raw: &str, depth: u8, out: &mut String) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    match raw.as_bytes().first()? {
        b'{' => {
            let Members(members) = serde_json::from_str(raw).ok()?;
            let last: HashMap<&str, usize> =
                members.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if last.get(name.as_str()) != Some(&at) {
                    continue;
                }
                if !out.ends_with('{') {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(name).ok()?);
                out.push(':');
                write(value.get(), depth, out)?;
            }
            out.push('}');
        }
        b'[' => {
            let elements: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            out.push('[');
            for (at, element) in elements.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(element.get(), depth, out)?;
            }
            out.push(']');
        }
        _ => out.push_str(raw),
    }
    Some(())
}

/// The members of an object in their sequence, namesakes included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(All).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::without_twins;

    #[test]
    fn the_last_of_two_counts_at_every_depth_and_nothing_else_changes() {
        for (text, expected) in [
            (r#"{"a":1,"b":2,"a":{"c":"x","c":"y"}}"#, r#"{"b":2,"a":{"c":"y"}}"#),
            (r#"{"a":[{"b":1.50,"b":2.50},null,"é\u00e9\"{"]}"#, r#"{"a":[{"b":2.50},null,"é\u00e9\"{"]}"#),
            (r#"{"a\u0062":1,"ab":2}"#, r#"{"ab":2}"#),
            ("{ }", "{}"),
            (r#"{"a":{},"b":[]}"#, r#"{"a":{},"b":[]}"#),
        ] {
            assert_eq!(without_twins(text).as_deref(), Some(expected), "{text}");
        }
        let deep = "[".repeat(100) + &"]".repeat(100);
        for broken in [r#"{"a":1,"a":}"#, r#"{"a":[1,"#, "", "{", &deep] {
            assert_eq!(without_twins(broken), None, "{broken}");
        }
    }
}
