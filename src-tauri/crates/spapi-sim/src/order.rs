//! An order: what is fixed when it is placed, what happens to it, and how it stands at an instant.
//!
//! Invariant: the standing is a fold of the events up to the instant, nothing else; JSON and truth are
//! two independent readings of the same standing.

use crate::marketplace::Marketplace;

/// Milliseconds since 1970 in UTC.
pub(crate) type Millis = i64;

/// Who ships the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The seller (MFN, `MERCHANT`).
    Merchant,
    /// Amazon (AFN, `AMAZON`).
    Amazon,
}

/// What kind of order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Bought in the store.
    Standard,
    /// Ordered before the release date: starts as pending availability.
    Preorder,
    /// Sent free of charge for another order; Amazon never gives a price.
    Replacement,
    /// Sold elsewhere and shipped by Amazon (multi-channel); Amazon never gives a price.
    MultiChannel,
}

/// Amazon's status of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Pre-order before the release date.
    PendingAvailability,
    /// Placed, payment not authorised yet.
    Pending,
    /// Paid, nothing shipped.
    Unshipped,
    /// Some units shipped.
    PartiallyShipped,
    /// All units shipped.
    Shipped,
    /// Cancelled.
    Cancelled,
    /// Multi-channel order that cannot be fulfilled.
    Unfulfillable,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::PendingAvailability,
        Self::Pending,
        Self::Unshipped,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::Cancelled,
        Self::Unfulfillable,
    ];

    /// The word of Orders v2026-01-01.
    pub fn word_v2026(self) -> &'static str {
        match self {
            Self::PendingAvailability => "PENDING_AVAILABILITY",
            Self::Pending => "PENDING",
            Self::Unshipped => "UNSHIPPED",
            Self::PartiallyShipped => "PARTIALLY_SHIPPED",
            Self::Shipped => "SHIPPED",
            Self::Cancelled => "CANCELLED",
            Self::Unfulfillable => "UNFULFILLABLE",
        }
    }

    /// The word of Orders v0.
    pub fn word_v0(self) -> &'static str {
        match self {
            Self::PendingAvailability => "PendingAvailability",
            Self::Pending => "Pending",
            Self::Unshipped => "Unshipped",
            Self::PartiallyShipped => "PartiallyShipped",
            Self::Shipped => "Shipped",
            Self::Cancelled => "Canceled",
            Self::Unfulfillable => "Unfulfillable",
        }
    }
}

/// Who cancelled an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelledBy {
    /// The buyer.
    Buyer,
    /// The seller.
    Merchant,
    /// Amazon.
    Amazon,
}

impl CancelledBy {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Buyer => "BUYER",
            Self::Merchant => "MERCHANT",
            Self::Amazon => "AMAZON",
        }
    }
}

/// One line of an order.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) asin: Option<String>,
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) condition: &'static str,
    pub(crate) condition_subtype: &'static str,
    pub(crate) quantity: u32,
    /// Minor units of the store's currency.
    pub(crate) unit_minor: i64,
    pub(crate) shipping_minor: i64,
    pub(crate) gift_wrap_minor: i64,
    pub(crate) discount_minor: i64,
    pub(crate) tax_minor: i64,
    pub(crate) gift: bool,
}

/// What is fixed when an order is placed.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) marketplace: &'static Marketplace,
    pub(crate) placed: Millis,
    pub(crate) channel: Channel,
    pub(crate) kind: Kind,
    pub(crate) prime: bool,
    pub(crate) business: bool,
    pub(crate) ship_by: Millis,
    /// The order that this one replaces.
    pub(crate) replaces: Option<String>,
    /// The seller's own order number, where one was set.
    pub(crate) seller_order_id: Option<String>,
    /// Amazon sets the quantity of the lines to 0 when this order is cancelled.
    pub(crate) zero_when_cancelled: bool,
    pub(crate) lines: Vec<Line>,
}

impl Order {
    /// The end of the delivery window: three days after the latest shipping.
    pub(crate) fn deliver_by(&self) -> Millis {
        self.ship_by + 3 * 24 * 3600 * 1000
    }
}

/// Something that happens to an order. Each of them sets its last update time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Placed,
    /// A pre-order's release date came.
    Released,
    Paid,
    CancelRequested,
    /// A package left with these quantities of the lines.
    Shipped(Vec<u32>),
    /// Every package under way arrived.
    Delivered,
    /// Every package under way came back.
    Undeliverable,
    Cancelled(CancelledBy),
    Unfulfillable,
}

/// What happens to an order and when, in order of time.
pub(crate) type Script = Vec<(Millis, Event)>;

/// Where a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageState {
    Shipped,
    Delivered,
    Undeliverable,
}

/// One package of a merchant-fulfilled order.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) shipped: Millis,
    pub(crate) quantities: Vec<u32>,
    pub(crate) state: PackageState,
}

/// How an order stands at an instant.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    pub(crate) updated: Millis,
    /// Amazon tells the prices from the moment of payment.
    pub(crate) priced: bool,
    pub(crate) cancel_requested: bool,
    pub(crate) cancelled_by: Option<CancelledBy>,
    pub(crate) packages: Vec<Package>,
}

impl Standing {
    /// How an order stands at `at`; `None` before it is placed.
    pub(crate) fn at(kind: Kind, quantities: &[u32], script: &Script, at: Millis) -> Option<Self> {
        let mut standing: Option<Self> = None;
        for (when, event) in script.iter().take_while(|(when, _)| *when <= at) {
            match &mut standing {
                Some(standing) => standing.apply(kind, quantities, *when, event),
                None => standing = Some(Self::placed(kind, *when)),
            }
        }
        standing
    }

    fn placed(kind: Kind, when: Millis) -> Self {
        let status = match kind {
            Kind::Standard => Status::Pending,
            Kind::Preorder => Status::PendingAvailability,
            Kind::Replacement | Kind::MultiChannel => Status::Unshipped,
        };
        Self {
            status,
            updated: when,
            priced: false,
            cancel_requested: false,
            cancelled_by: None,
            packages: Vec::new(),
        }
    }

    fn apply(&mut self, kind: Kind, quantities: &[u32], when: Millis, event: &Event) {
        self.updated = when;
        match event {
            Event::Placed => {}
            Event::Released => self.status = Status::Pending,
            Event::Paid => {
                self.status = Status::Unshipped;
                self.priced = matches!(kind, Kind::Standard | Kind::Preorder);
            }
            Event::CancelRequested => self.cancel_requested = true,
            Event::Shipped(parts) => {
                self.packages.push(Package {
                    shipped: when,
                    quantities: parts.clone(),
                    state: PackageState::Shipped,
                });
                let all =
                    quantities.iter().enumerate().all(|(line, quantity)| self.shipped(line) >= *quantity);
                self.status = if all { Status::Shipped } else { Status::PartiallyShipped };
                self.priced = matches!(kind, Kind::Standard | Kind::Preorder);
            }
            Event::Delivered => self.settle_packages(PackageState::Delivered),
            Event::Undeliverable => self.settle_packages(PackageState::Undeliverable),
            Event::Cancelled(by) => {
                self.status = Status::Cancelled;
                self.cancelled_by = Some(*by);
            }
            Event::Unfulfillable => self.status = Status::Unfulfillable,
        }
    }

    fn settle_packages(&mut self, state: PackageState) {
        for package in self.packages.iter_mut().filter(|package| package.state == PackageState::Shipped) {
            package.state = state;
        }
    }

    /// Units of a line that have left.
    pub(crate) fn shipped(&self, line: usize) -> u32 {
        self.packages.iter().filter_map(|package| package.quantities.get(line)).sum()
    }

    /// Units of a line that Amazon reports as ordered: 0 where cancelling took them away.
    pub(crate) fn ordered(&self, order: &Order, line: usize) -> u32 {
        if self.status == Status::Cancelled && order.zero_when_cancelled {
            return 0;
        }
        order.lines.get(line).map_or(0, |line| line.quantity)
    }

    /// Amazon's amount of a line in minor units, quantity times unit price; `None` while it gives no price.
    pub(crate) fn line_minor(&self, order: &Order, line: usize) -> Option<i64> {
        let unit = order.lines.get(line)?.unit_minor;
        self.priced.then(|| unit * i64::from(self.ordered(order, line)))
    }
}
