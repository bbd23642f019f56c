//! From raw fields to values of the domain, with every oddity counted by its place and kind.

use chrono::{DateTime, Utc};
use packlight_domain::money::Money;
use packlight_domain::{instant, text};

use super::{Branch, Leaf, List, kind_of};
use crate::surprises::Surprises;

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
