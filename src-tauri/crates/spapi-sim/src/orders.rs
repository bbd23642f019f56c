//! Every order at every instant, as far as the API needs it: by id, by index and by search.
//!
//! Invariant: what is read depends on seller, instant and the hand's moves only, never on what was read before.

use std::collections::{BTreeMap, HashMap};

use crate::draw::mix;
use crate::hand::hand_life;
use crate::life::{Life, Lives};
use crate::marketplace::Marketplace;
use crate::order::{Channel, Millis, Order, Script, Standing, Status};
use crate::seller::Seller;

/// Which orders a search wants.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) by: DateFamily,
    /// Inclusive.
    pub(crate) after: Millis,
    /// Inclusive.
    pub(crate) before: Millis,
    /// Every store where empty.
    pub(crate) marketplaces: Vec<String>,
    /// Every status where empty.
    pub(crate) statuses: Vec<Status>,
    /// Every channel where empty.
    pub(crate) channels: Vec<Channel>,
    /// Instants are compared as the API prints them: cut to this many milliseconds.
    pub(crate) grain: Millis,
}

/// The instant that a search goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFamily {
    Created,
    Updated,
}

/// Every order of one seller.
#[derive(Debug)]
pub(crate) struct Orders {
    pub(crate) lives: Lives,
    /// Last event of each historical order: whatever lies before a search's start needs no further look.
    ends: Vec<Millis>,
    /// Hand-placed orders.
    pub(crate) hand_placed: BTreeMap<u64, Order>,
    /// Scripts of all orders touched by hand.
    pub(crate) hand_scripts: HashMap<u64, Script>,
    /// From here on nothing happens by itself.
    pub(crate) frozen_from: Option<Millis>,
}

impl Orders {
    pub(crate) fn new(seller: Seller) -> Self {
        let lives = Lives::new(seller);
        let ends = (0..lives.seller().history_orders)
            .map(|index| lives.life(index).and_then(|life| life.script.last().map(|(when, _)| *when)))
            .map(|end| end.unwrap_or(Millis::MIN))
            .collect();
        let frozen_from = lives.frozen_from();
        Self { lives, ends, hand_placed: BTreeMap::new(), hand_scripts: HashMap::new(), frozen_from }
    }

    /// Stores in which the seller sells.
    pub(crate) fn marketplaces(&self) -> &[&'static Marketplace] {
        self.lives.stores()
    }

    /// Finds an order by Amazon's id.
    pub(crate) fn find(&self, order_id: &str, at: Millis) -> Option<(Order, Standing)> {
        let index = self.index(order_id, at)?;
        let life = self.life(index).filter(|life| life.shown(at))?;
        Some((self.order(index)?, life.standing(at)?))
    }

    pub(crate) fn index(&self, order_id: &str, at: Millis) -> Option<u64> {
        let index = self.lives.index(order_id)?;
        let known = self.hand_placed.contains_key(&index) || index < self.lives.placed_by(at);
        (known && self.order(index)?.id == order_id).then_some(index)
    }

    pub(crate) fn order(&self, index: u64) -> Option<Order> {
        self.hand_placed.get(&index).cloned().or_else(|| self.lives.order(index))
    }

    /// The life of an order with the hand's moves and the freezing of the world in it.
    pub(crate) fn life(&self, index: u64) -> Option<Life> {
        let mut life = match self.hand_placed.get(&index) {
            Some(order) => hand_life(order),
            None => self.lives.life(index)?,
        };
        if let Some(script) = self.hand_scripts.get(&index) {
            life.script.clone_from(script);
        } else if let Some(frozen_from) = self.frozen_from {
            life.script.retain(|(when, _)| *when < frozen_from);
        }
        Some(life)
    }

    /// How order `index` stands at `at`.
    pub(crate) fn standing(&self, index: u64, at: Millis) -> Option<Standing> {
        self.life(index)?.standing(at)
    }

    /// Every index that may have been placed by `at`.
    fn indexes(&self, at: Millis) -> impl Iterator<Item = u64> + '_ {
        (0..self.lives.placed_by(at)).chain(self.hand_placed.keys().copied())
    }

    /// The orders shown at `at` that were placed last, at most `limit` of the automatic ones.
    pub(crate) fn recent(&self, at: Millis, limit: u64) -> impl Iterator<Item = Order> + '_ {
        let placed = self.lives.placed_by(at);
        (placed.saturating_sub(limit)..placed)
            .rev()
            .chain(self.hand_placed.keys().copied())
            .filter(move |index| self.life(*index).is_some_and(|life| life.shown(at)))
            .filter_map(|index| self.order(index))
    }

    /// Every order that Amazon shows at `at`, in the sequence of their placing.
    pub(crate) fn shown(&self, at: Millis) -> impl Iterator<Item = (Order, Standing)> + '_ {
        self.indexes(at).filter_map(move |index| {
            let standing = self.life(index).filter(|life| life.shown(at))?.standing(at)?;
            Some((self.order(index)?, standing))
        })
    }

    /// Indexes of the orders that fit `filter` as they stand at `at`. Their sequence is undocumented at Amazon, so
    /// it is a shuffle that depends on `salt` alone.
    pub(crate) fn search(&self, filter: &Filter, at: Millis, salt: u64) -> Vec<u64> {
        let mut found: Vec<u64> = self
            .indexes(at)
            .filter(|index| !self.surely_before(*index, filter))
            .filter(|index| self.life(*index).is_some_and(|life| filter.fits(&life, at)))
            .collect();
        found.sort_by_cached_key(|index| mix(salt, *index));
        found
    }

    /// A cheap test that spares the making of most orders of a large history.
    fn surely_before(&self, index: u64, filter: &Filter) -> bool {
        if filter.by != DateFamily::Updated || self.hand_scripts.contains_key(&index) {
            return false;
        }
        let end = usize::try_from(index).ok().and_then(|index| self.ends.get(index));
        end.is_some_and(|end| *end < filter.after - filter.grain)
    }
}

impl Filter {
    fn fits(&self, life: &Life, at: Millis) -> bool {
        let here =
            self.marketplaces.is_empty() || self.marketplaces.iter().any(|id| id == life.marketplace.id);
        if !here || !wanted(&self.channels, &life.channel) || !life.shown(at) {
            return false;
        }
        let Some(standing) = life.standing(at) else { return false };
        let instant = match self.by {
            DateFamily::Created => life.placed,
            DateFamily::Updated => standing.updated,
        };
        let printed = |at: Millis| at.div_euclid(self.grain) * self.grain;
        (printed(self.after)..=self.before).contains(&printed(instant))
            && wanted(&self.statuses, &standing.status)
    }
}

/// An empty list wants everything.
fn wanted<T: PartialEq>(list: &[T], value: &T) -> bool {
    list.is_empty() || list.contains(value)
}
