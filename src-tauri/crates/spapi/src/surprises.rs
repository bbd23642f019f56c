//! What in Amazon's answers was not as its model says, counted by place and kind, never by value.
//!
//! Invariant I16: a surprise never loses an order. Fields that the model does not know are no surprises; wrong types,
//! missing required fields, unreadable dates and amounts, and records without an id are.

use std::collections::BTreeMap;

/// Surprises of one answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surprises(BTreeMap<(&'static str, &'static str), u32>);

impl Surprises {
    /// Counts one at `path` (such as `orders[].createdTime`), where `kind` was found: a JSON type, `missing`, or
    /// `unreadable …`.
    pub(crate) fn note(&mut self, path: &'static str, kind: &'static str) {
        let count = self.0.entry((path, kind)).or_default();
        *count = count.saturating_add(1);
    }

    /// Takes over those of another answer.
    pub fn absorb(&mut self, others: Self) {
        for (key, more) in others.0 {
            let count = self.0.entry(key).or_default();
            *count = count.saturating_add(more);
        }
    }

    /// Whether everything was as expected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Path, kind and count of each, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u32)> {
        self.0.iter().map(|((path, kind), count)| (*path, *kind, *count))
    }

    /// The same as rows to store.
    pub fn rows(&self) -> Vec<(String, String, u32)> {
        self.iter().map(|(path, kind, count)| (path.to_owned(), kind.to_owned(), count)).collect()
    }
}
