//! One order in memory, as the newest answers have it.
//!
//! The state is a function of the winning version of each group and of nothing else, so the order in which answers came
//! cannot show (confluence, invariants I5 and I6). For that, what was said of a line that the newest set of lines does
//! not hold is kept too: a later set may hold it again.

use std::collections::BTreeMap;

use packlight_domain::instant::to_millis;
use packlight_domain::money::Money;
use packlight_domain::order::{
    Fulfillment, Group, Groups, Header, Item, OrderUpdate, Package, Prices, Shipped, VersionTable,
};
use packlight_domain::text::storable;
use serde::{Deserialize, Serialize};

/// An order with its lines and parcels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OrderState {
    pub(super) id: i64,
    pub(super) order_id: String,
    pub(super) versions: VersionTable,
    pub(super) header: Header,
    pub(super) fulfillment: Fulfillment,
    pub(super) total: Option<Money>,
    pub(super) confirmed: bool,
    pub(super) lines: BTreeMap<String, LineState>,
    pub(super) packages: Vec<Package>,
}

/// A line, or what is known of one that the newest set does not hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LineState {
    /// Its row, if it has one.
    pub(super) row: Option<i64>,
    /// Units that are linked to it.
    pub(super) linked: i64,
    /// What was bought; `None` for a line outside the set.
    pub(super) item: Option<Item>,
    pub(super) shipped: Shipped,
    pub(super) prices: Prices,
    pub(super) cancel_requested_by: Option<String>,
}

impl LineState {
    /// Whether nothing is left to remember.
    fn is_empty(&self) -> bool {
        self.item.is_none()
            && self.shipped == Shipped::default()
            && self.prices == Prices::default()
            && self.cancel_requested_by.is_none()
    }

    /// Whether its row would read the same.
    pub(super) fn same_row(&self, other: &Self) -> bool {
        self.item == other.item
            && self.shipped == other.shipped
            && self.prices == other.prices
            && self.cancel_requested_by == other.cancel_requested_by
    }

    /// Units still to ship.
    pub(super) fn left(&self) -> i64 {
        let ordered = self.item.as_ref().map_or(0, |item| item.quantity);
        (ordered - self.shipped.quantity.unwrap_or(0)).max(0)
    }

    /// The buyer asked to cancel it.
    pub(super) fn buyer_cancels(&self) -> bool {
        self.cancel_requested_by.as_deref().is_some_and(|who| who.eq_ignore_ascii_case("BUYER"))
    }
}

impl OrderState {
    pub(super) fn new(id: i64, order_id: String) -> Self {
        Self {
            id,
            order_id,
            versions: VersionTable::default(),
            header: Header::default(),
            fulfillment: Fulfillment::default(),
            total: None,
            confirmed: false,
            lines: BTreeMap::new(),
            packages: Vec::new(),
        }
    }

    /// When the platform last changed the order, in milliseconds: the newest time that any group was told at.
    pub(super) fn last_update(&self) -> i64 {
        Group::ALL
            .iter()
            .filter_map(|group| self.versions.get(*group))
            .map(|version| version.last_update)
            .max()
            .unwrap_or(0)
    }

    /// Takes the groups in `won` from `update`.
    pub(super) fn apply(&mut self, update: OrderUpdate, won: Groups) {
        if won.contains(Group::Header) {
            self.header = update.header;
        }
        if won.contains(Group::Fulfillment) {
            self.fulfillment = update.fulfillment;
        }
        if won.contains(Group::Total) {
            self.total = update.total;
        }
        if won.contains(Group::Packages) {
            self.packages = update.packages;
            self.packages.sort_by(|a, b| a.reference.cmp(&b.reference));
            self.packages.dedup_by(|a, b| a.reference == b.reference);
        }
        // What a set in part does not name is not gone. Such a set never wins against a whole one, so what stays here came
        // by others in part; they alone may end differently in another sequence.
        let named_all = !update.lines_in_part;
        for line in self.lines.values_mut().filter(|_| named_all) {
            if won.contains(Group::Items) {
                line.item = None;
            }
            if won.contains(Group::Shipped) {
                line.shipped = Shipped::default();
            }
            if won.contains(Group::Prices) {
                line.prices = Prices::default();
            }
            if won.contains(Group::Cancellation) {
                line.cancel_requested_by = None;
            }
        }
        for line in update.lines {
            let own = self.lines.entry(line.order_item_id).or_default();
            if won.contains(Group::Items) {
                let title = line.item.title.map(|title| storable(&title));
                own.item = Some(Item { title, ..line.item });
            }
            if won.contains(Group::Shipped) {
                own.shipped = line.shipped;
            }
            if won.contains(Group::Prices) {
                own.prices = one_currency(line.prices);
            }
            if won.contains(Group::Cancellation) {
                own.cancel_requested_by = line.cancel_requested_by;
            }
        }
        self.lines.retain(|_, line| line.row.is_some() || !line.is_empty());
    }

    /// The lines of the newest set, in the order of their ids.
    pub(super) fn items(&self) -> impl Iterator<Item = (&String, &LineState, &Item)> {
        self.lines.iter().filter_map(|(id, line)| line.item.as_ref().map(|item| (id, line, item)))
    }

    /// Rows of lines that the newest set no longer holds.
    pub(super) fn gone(&self) -> impl Iterator<Item = i64> {
        self.lines.values().filter(|line| line.item.is_none()).filter_map(|line| line.row)
    }

    /// What is remembered of lines outside the newest set, as it is stored.
    pub(super) fn loose_lines(&self) -> Option<String> {
        let loose: Vec<LooseLine> = self
            .lines
            .iter()
            .filter(|(_, line)| line.item.is_none() && !line.is_empty())
            .map(|(id, line)| LooseLine::of(id, line))
            .collect();
        if loose.is_empty() { None } else { serde_json::to_string(&loose).ok() }
    }

    /// Reads what [`loose_lines`](Self::loose_lines) wrote.
    pub(super) fn take_loose_lines(&mut self, stored: &str) {
        let loose: Vec<LooseLine> = serde_json::from_str(stored).unwrap_or_default();
        for line in loose {
            let (id, state) = line.into_state();
            self.lines.insert(id, state);
        }
    }
}

/// Amazon states all amounts of a line in one currency, and one is what a row has room for: that of the line amount, or
/// of the first amount there is. Another's amount would be a number without its currency, so it is not kept.
fn one_currency(prices: Prices) -> Prices {
    let currency = currency_of(&prices);
    let keep = |amount: Option<Money>| amount.filter(|money| Some(money.currency) == currency);
    Prices {
        item: keep(prices.item),
        tax: keep(prices.tax),
        shipping: keep(prices.shipping),
        gift_wrap: keep(prices.gift_wrap),
        discount: keep(prices.discount),
        proceeds: keep(prices.proceeds),
    }
}

/// The currency of a line's amounts.
pub(super) fn currency_of(prices: &Prices) -> Option<packlight_domain::currency::Currency> {
    [prices.item, prices.tax, prices.shipping, prices.gift_wrap, prices.discount, prices.proceeds]
        .into_iter()
        .flatten()
        .next()
        .map(|money| money.currency)
}

/// How a line outside the set is stored.
#[derive(Serialize, Deserialize)]
struct LooseLine {
    id: String,
    shipped: Option<i64>,
    gift: bool,
    prices: [Option<Money>; 6],
    cancel: Option<String>,
}

impl LooseLine {
    fn of(id: &str, line: &LineState) -> Self {
        let prices = line.prices;
        Self {
            id: id.to_owned(),
            shipped: line.shipped.quantity,
            gift: line.shipped.is_gift,
            prices: [
                prices.item,
                prices.tax,
                prices.shipping,
                prices.gift_wrap,
                prices.discount,
                prices.proceeds,
            ],
            cancel: line.cancel_requested_by.clone(),
        }
    }

    fn into_state(self) -> (String, LineState) {
        let [item, tax, shipping, gift_wrap, discount, proceeds] = self.prices;
        let state = LineState {
            shipped: Shipped { quantity: self.shipped, is_gift: self.gift },
            prices: Prices { item, tax, shipping, gift_wrap, discount, proceeds },
            cancel_requested_by: self.cancel,
            ..LineState::default()
        };
        (self.id, state)
    }
}

/// Milliseconds of an instant that may be missing, for the columns of an order.
pub(super) fn at(at: Option<chrono::DateTime<chrono::Utc>>) -> Option<i64> {
    at.map(to_millis)
}
