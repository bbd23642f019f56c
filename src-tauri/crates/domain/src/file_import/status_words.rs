//! Words by which shops tell where an order stands, and how far each is along.
//!
//! An unknown word is kept as it is, as Amazon's are (design §4, *Status*).

/// Where an order of a file stands, in the order in which it gets there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Not paid.
    Pending,
    /// Paid, nothing shipped.
    Paid,
    /// Shipped.
    Shipped,
    /// Arrived.
    Delivered,
    /// Cancelled.
    Cancelled,
    /// A word that is not known.
    Unknown(String),
}

const WORDS: [(&[&str], Stage); 5] = [
    (
        &[
            "pending",
            "unpaid",
            "awaiting payment",
            "waiting for payment",
            "payment pending",
            "not paid",
            "on hold",
            "unbezahlt",
            "zahlung ausstehend",
            "en attente",
            "en attente de paiement",
        ],
        Stage::Pending,
    ),
    (
        &[
            "paid",
            "unshipped",
            "processing",
            "in progress",
            "ready",
            "ready to ship",
            "awaiting shipment",
            "awaiting dispatch",
            "awaiting postage",
            "awaiting fulfillment",
            "awaiting fulfilment",
            "unfulfilled",
            "open",
            "new",
            "updated",
            "packed",
            "picked",
            "to ship",
            "payment received",
            "bezahlt",
            "offen",
            "in bearbeitung",
            "payé",
            "payée",
            "en préparation",
        ],
        Stage::Paid,
    ),
    (
        &[
            "shipped",
            "dispatched",
            "sent",
            "posted",
            "in transit",
            "fulfilled",
            "versandt",
            "versendet",
            "verschickt",
            "expédié",
            "expédiée",
            "envoyé",
            "envoyée",
        ],
        Stage::Shipped,
    ),
    (
        &[
            "delivered",
            "received",
            "completed",
            "complete",
            "closed",
            "done",
            "zugestellt",
            "abgeschlossen",
            "erhalten",
            "livré",
            "livrée",
            "terminé",
            "terminée",
        ],
        Stage::Delivered,
    ),
    (
        &[
            "cancelled",
            "canceled",
            "void",
            "voided",
            "purged",
            "refunded",
            "storniert",
            "annulliert",
            "annulé",
            "annulée",
        ],
        Stage::Cancelled,
    ),
];

impl Stage {
    /// The stage of a shop's word.
    pub(super) fn of(word: &str) -> Self {
        let plain = word.to_lowercase().replace(['_', '-'], " ");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = WORDS.iter().find(|(words, _)| words.contains(&plain.as_str()));
        known.map_or_else(|| Self::Unknown(word.to_owned()), |(_, stage)| stage.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_shops_have_their_stage_and_others_are_kept() {
        for (word, stage) in [
            ("PAID", Stage::Paid),
            ("Awaiting_Shipment", Stage::Paid),
            ("Dispatched", Stage::Shipped),
            ("Completed", Stage::Delivered),
            ("Canceled", Stage::Cancelled),
            ("unpaid", Stage::Pending),
            ("Teleported", Stage::Unknown("Teleported".into())),
        ] {
            assert_eq!(Stage::of(word), stage, "{word}");
        }
    }
}
