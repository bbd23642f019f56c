//! Saved views: named queries at the top of the order list, seven of them there from the start.
//!
//! A view is a text of the query language and a sort, nothing else; choosing one writes its text into the query bar. What
//! the seller may call a view is decided here, so that every caller refuses the same names.

use serde::{Deserialize, Serialize};

use crate::act::BatchId;
use crate::page::{Sort, SortKey};

/// Row id of a view in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct ViewId(pub u32);

/// The longest name of a view, in characters.
pub const MAX_NAME: usize = 60;

/// A named query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedView {
    /// The store's id of the view.
    pub id: ViewId,
    /// What the seller calls it; no two views have the same name.
    pub name: String,
    /// Text of the query language.
    pub query: String,
    /// The order in which its list opens.
    pub sort: Sort,
    /// Its place among the views, counted from 0.
    pub position: u32,
    /// One of the seven; such a view can be hidden and moved, not deleted or changed.
    pub built_in: bool,
    /// Kept, but not shown.
    pub hidden: bool,
}

/// What a new view is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NewView {
    /// Its name.
    pub name: String,
    /// Text of the query language.
    pub query: String,
    /// The order in which its list opens.
    pub sort: Sort,
}

/// A view that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewSaved {
    /// The view.
    pub view: SavedView,
    /// For undo.
    pub batch: Option<BatchId>,
}

/// What the seller does to a view. Every change can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ViewChange {
    /// Another name.
    Rename {
        /// The new name.
        name: String,
    },
    /// Another query or sort, for example that of the list on screen.
    Query {
        /// Text of the query language.
        query: String,
        /// The order in which its list opens.
        sort: Sort,
    },
    /// Another place among the views, counted from 0; the others close up.
    Move {
        /// The new place.
        position: u32,
    },
    /// Shown or not.
    Hide {
        /// Not shown.
        hidden: bool,
    },
    /// Gone; only for the seller's own.
    Delete,
}

/// How many orders a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewCount {
    /// The view.
    pub view: ViewId,
    /// Orders that match.
    pub orders: u32,
    /// Whether `orders` is exact; otherwise at least that many match.
    pub is_exact: bool,
}

/// The counts of all views.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ViewCounts {
    /// One for each view that is shown, in their order. A view whose query is no longer understood has none.
    pub views: Vec<ViewCount>,
}

/// A view that is there from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Text of the query language.
    pub query: &'static str,
    /// The order in which its list opens.
    pub sort: Sort,
}

const NEWEST: Sort = Sort { key: SortKey::Date, descending: true };
const SOONEST: Sort = Sort { key: SortKey::ShipBy, descending: false };

/// The views that are there from the start, in their order. The migration that makes them is compared with these.
pub const BUILT_IN: [BuiltIn; 7] = [
    BuiltIn { name: "To pick", query: "status:paid is:fbm", sort: SOONEST },
    BuiltIn { name: "Ship today", query: "status:paid is:fbm ship:today", sort: SOONEST },
    BuiltIn { name: "Late", query: "is:late is:fbm", sort: SOONEST },
    BuiltIn { name: "Pending", query: "status:pending", sort: NEWEST },
    BuiltIn { name: "Unmatched", query: "is:unmatched", sort: NEWEST },
    BuiltIn { name: "Cancel requested", query: "is:cancel_requested", sort: NEWEST },
    BuiltIn { name: "All", query: "", sort: NEWEST },
];

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing to read.
    #[error("give the view a name")]
    Empty,
    /// Too long to be shown.
    #[error("the name has {0} characters; it may have {MAX_NAME}")]
    TooLong(usize),
}

/// A name as it is kept: trimmed, blanks in a row as one, no control characters.
pub fn name_of(typed: &str) -> Result<String, NameError> {
    let words = typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(NameError::Empty),
        length if length > MAX_NAME => Err(NameError::TooLong(length)),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    #[test]
    fn the_built_in_views_are_understood() {
        for view in BUILT_IN {
            assert_eq!(Query::parse(view.query).unwrap().to_string(), view.query);
        }
    }

    #[test]
    fn a_name_is_tidied_or_refused() {
        assert_eq!(name_of("  Star\tWars \n only "), Ok("Star Wars only".to_owned()));
        assert_eq!(name_of(" \t").unwrap_err().to_string(), "give the view a name");
        assert_eq!(
            name_of(&"x".repeat(61)).unwrap_err().to_string(),
            "the name has 61 characters; it may have 60"
        );
    }
}
