//! What the rest of the program is told when something changes: which data to read again, and how the sync stands.
//!
//! Writers name cache tags instead of calling back into screens; one file of the window maps a tag to its queries.

use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::PickListId;
use packlight_store::Struck;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::status::SyncStatus;

/// A kind of data that a reader may hold a copy of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum CacheTag {
    /// Rows and details of orders.
    Orders,
    /// Counts of orders.
    Counts,
    /// How the sync stands.
    Sync,
    /// Accounts and their checks.
    Accounts,
    /// Units in stock.
    Inventory,
    /// Mappings of numbers to sets.
    Mappings,
    /// Settings kept with the data.
    Settings,
    /// Long work.
    Jobs,
    /// Pick lists.
    PickLists,
}

/// An order that left an open pick list: the seller has to know at once, with the list in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OrderStruck {
    /// The recorded list.
    pub record: PickListId,
    /// `P-…`.
    pub list_id: String,
    /// The order.
    pub order: OrderRowId,
    /// The platform's id of the order.
    pub platform_order_id: String,
    /// The order is cancelled; else it only wants fewer units.
    pub cancelled: bool,
    /// Units struck.
    pub units: u32,
    /// What to do, in plain English: "203-1234567-1234567 was cancelled: take it off list P-1a2b3c4d".
    pub message: String,
}

impl From<Struck> for OrderStruck {
    fn from(struck: Struck) -> Self {
        let (order, list) = (&struck.platform_order_id, &struck.list_id);
        let message = match (struck.cancelled, struck.units) {
            (true, _) => format!("{order} was cancelled: take it off list {list}"),
            (false, 1) => format!("{order} no longer wants 1 unit: take it off list {list}"),
            (false, units) => format!("{order} no longer wants {units} units: take them off list {list}"),
        };
        Self {
            record: struck.record,
            list_id: struck.list_id,
            order: struck.order,
            platform_order_id: struck.platform_order_id,
            cancelled: struck.cancelled,
            units: struck.units,
            message,
        }
    }
}

/// Something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Copies of this data are out of date.
    DataChanged(Vec<CacheTag>),
    /// The sync stands differently.
    SyncChanged(SyncStatus),
    /// An order left an open pick list.
    OrderStruck(OrderStruck),
    /// The database was found damaged while it is in use: whoever has the folder open closes it and opens it again, which
    /// examines and repairs it.
    Damaged,
}

/// The sender of events. Sending never waits and never fails; a reader that lags is told so and reads everything again.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<Event>);

impl Events {
    /// How many events wait for a slow reader.
    const BACKLOG: usize = 256;

    /// A sender without readers.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(Self::BACKLOG))
    }

    /// A reader of what is sent from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    /// Tells that copies of this data are out of date.
    pub fn changed(&self, tags: &[CacheTag]) {
        self.send(Event::DataChanged(tags.to_vec()));
    }

    /// Tells what left open pick lists.
    pub fn struck(&self, struck: &[Struck]) {
        if struck.is_empty() {
            return;
        }
        self.changed(&[CacheTag::PickLists]);
        for order in struck {
            self.send(Event::OrderStruck(order.clone().into()));
        }
    }

    /// Tells one event to whoever listens.
    pub fn send(&self, event: Event) {
        // No reader is no fault: the command line has none.
        let _ = self.0.send(event);
    }
}

impl Default for Events {
    fn default() -> Self {
        Self::new()
    }
}
