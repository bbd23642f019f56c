//! From Amazon's words to the seller's: the status shown, and the spelling of Orders v0 that the view keeps.
//!
//! Amazon's own word is always stored; these rules only derive from it (design: *Status*). An unknown word is shown as
//! it is and counted under All, never guessed.

use serde::{Deserialize, Serialize};

/// The seller's status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
pub enum UiStatus {
    /// Placed, payment not yet cleared.
    Pending,
    /// Paid, something left to ship.
    Paid,
    /// On its way.
    Shipped,
    /// Delivered, or confirmed by the seller.
    Completed,
    /// Cancelled by the buyer, the seller or Amazon.
    Cancelled,
    /// A word that Packlight does not know; the word itself is shown.
    Other,
}

impl UiStatus {
    /// Every status, in the order of the cards.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Paid, Self::Shipped, Self::Completed, Self::Cancelled, Self::Other];

    /// Its word in the store, over IPC and on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Paid => "Paid",
            Self::Shipped => "Shipped",
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
            Self::Other => "Other",
        }
    }

    /// The status of a word, in any case; `None` for words that are no status.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(word))
    }
}

/// What the status of an order depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct StatusFacts<'a> {
    /// Amazon's word in the spelling of 2026-01-01.
    pub status: Option<&'a str>,
    /// The seller confirmed the order.
    pub confirmed: bool,
    /// States of the order's packages; empty where there are none.
    pub packages: &'a [Option<String>],
    /// Units still to ship over all lines.
    pub units_left: i64,
}

/// Derives the seller's status. Amazon's cancellation wins over a confirmation; an order whose every package was
/// delivered with nothing left to ship is complete. Cancelled packages hold nothing, so they are passed over.
pub fn derive(facts: &StatusFacts<'_>) -> UiStatus {
    let word = facts.status.unwrap_or("");
    let status = match word {
        "PENDING" | "PENDING_AVAILABILITY" => UiStatus::Pending,
        "UNSHIPPED" | "PARTIALLY_SHIPPED" => UiStatus::Paid,
        "SHIPPED" | "INVOICE_UNCONFIRMED" => UiStatus::Shipped,
        "CANCELLED" | "UNFULFILLABLE" => return UiStatus::Cancelled,
        _ => UiStatus::Other,
    };
    if facts.confirmed {
        return UiStatus::Completed;
    }
    let mut held = facts.packages.iter().filter(|package| package.as_deref() != Some("CANCELLED")).peekable();
    let delivered = held.peek().is_some() && held.all(|package| package.as_deref() == Some("DELIVERED"));
    if status == UiStatus::Shipped && delivered && facts.units_left <= 0 {
        UiStatus::Completed
    } else {
        status
    }
}

const SPELLINGS: [(&str, &str); 8] = [
    ("PENDING", "Pending"),
    ("PENDING_AVAILABILITY", "PendingAvailability"),
    ("UNSHIPPED", "Unshipped"),
    ("PARTIALLY_SHIPPED", "PartiallyShipped"),
    ("SHIPPED", "Shipped"),
    ("INVOICE_UNCONFIRMED", "InvoiceUnconfirmed"),
    ("CANCELLED", "Canceled"),
    ("UNFULFILLABLE", "Unfulfillable"),
];

/// The v0 spelling of a status word; an unknown word unchanged.
pub fn to_v0(word: &str) -> &str {
    SPELLINGS.iter().find(|(new, _)| *new == word).map_or(word, |(_, old)| old)
}

/// The 2026-01-01 spelling of a v0 status word; an unknown word unchanged.
pub fn from_v0(word: &str) -> &str {
    SPELLINGS.iter().find(|(_, old)| *old == word).map_or(word, |(new, _)| new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: &str, confirmed: bool, packages: &[&str], units_left: i64) -> UiStatus {
        let packages: Vec<_> = packages.iter().map(|word| Some((*word).to_owned())).collect();
        derive(&StatusFacts { status: Some(status), confirmed, packages: &packages, units_left })
    }

    #[test]
    fn amazons_words_become_the_sellers() {
        for (word, status) in [
            ("PENDING", UiStatus::Pending),
            ("PENDING_AVAILABILITY", UiStatus::Pending),
            ("UNSHIPPED", UiStatus::Paid),
            ("PARTIALLY_SHIPPED", UiStatus::Paid),
            ("SHIPPED", UiStatus::Shipped),
            ("INVOICE_UNCONFIRMED", UiStatus::Shipped),
            ("CANCELLED", UiStatus::Cancelled),
            ("UNFULFILLABLE", UiStatus::Cancelled),
            ("TELEPORTED", UiStatus::Other),
            ("", UiStatus::Other),
        ] {
            assert_eq!(shown(word, false, &[], 1), status, "{word}");
        }
    }

    #[test]
    fn delivered_means_every_package_and_nothing_left() {
        assert_eq!(shown("SHIPPED", false, &["DELIVERED", "DELIVERED"], 0), UiStatus::Completed);
        assert_eq!(shown("SHIPPED", false, &["DELIVERED", "CANCELLED"], 0), UiStatus::Completed);
        assert_eq!(shown("SHIPPED", false, &["DELIVERED", "IN_TRANSIT"], 0), UiStatus::Shipped);
        assert_eq!(shown("SHIPPED", false, &["CANCELLED"], 0), UiStatus::Shipped);
        assert_eq!(shown("SHIPPED", false, &["DELIVERED"], 1), UiStatus::Shipped);
        assert_eq!(shown("PARTIALLY_SHIPPED", false, &["DELIVERED"], 0), UiStatus::Paid);
        assert_eq!(shown("SHIPPED", false, &[], 0), UiStatus::Shipped);
    }

    #[test]
    fn cancellation_wins_over_confirmation_and_confirmation_over_the_rest() {
        assert_eq!(shown("CANCELLED", true, &[], 0), UiStatus::Cancelled);
        assert_eq!(shown("UNSHIPPED", true, &[], 1), UiStatus::Completed);
    }

    #[test]
    fn spellings_go_both_ways_and_keep_the_unknown() {
        assert_eq!(to_v0("CANCELLED"), "Canceled");
        assert_eq!(from_v0("Canceled"), "CANCELLED");
        assert_eq!(to_v0("TELEPORTED"), "TELEPORTED");
        for (new, old) in SPELLINGS {
            assert_eq!((to_v0(new), from_v0(old)), (old, new));
        }
    }
}
