//! Orders of files: each is decided whole, by the rule of [`Told`], and read in full before it is.
//!
//! A dry run and an import are the same decision; only one of them writes it. An order that is exactly as the file says
//! is known by its versions and not read at all.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::file_import::Told;
use packlight_domain::instant::from_millis;
use packlight_domain::order::{Group, Line, OrderUpdate, SourceRank};
use sqlx::SqliteConnection;

use super::restore::image;
use super::state::OrderState;
use super::{ChangeSet, Known, first_free_id, keep, known, load};
use crate::StoreError;
use crate::acts::{Act, Subject};

/// What orders of a file change, or would.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Orders not known before.
    pub new: u32,
    /// Orders known before and different then.
    pub changed: u32,
    /// Orders that are so already, or newer.
    pub unchanged: u32,
    /// Those among the unchanged that are known in a later state.
    pub older: u32,
    /// Lines of known orders that the file does not list, so that they go.
    pub lines_gone: u32,
}

impl Compared {
    /// Counts another part of the same file.
    pub fn add(&mut self, part: Self) {
        self.new += part.new;
        self.changed += part.changed;
        self.unchanged += part.unchanged;
        self.older += part.older;
        self.lines_gone += part.lines_gone;
    }
}

/// Orders as they are and as they will be.
pub(crate) struct Laid {
    orders: BTreeMap<String, (Option<OrderState>, OrderState)>,
    pub(crate) compared: Compared,
}

impl Laid {
    /// Decides about every order; writes nothing. `None` is an account that is not there yet.
    pub(crate) async fn upon(
        connection: &mut SqliteConnection,
        account: Option<AccountId>,
        updates: &[OrderUpdate],
        told: &Told,
    ) -> Result<Self, StoreError> {
        let known: HashMap<String, Known> = match account {
            Some(account) => known(connection, account, updates).await?,
            None => HashMap::new(),
        };
        let news: Vec<i64> = updates
            .iter()
            .filter_map(|update| known.get(&update.order_id).filter(|own| !own.versions.holds(update)))
            .map(|own| own.id)
            .collect();
        let stored = load::states(connection, &news).await?;
        let mut next_id = first_free_id(connection).await?;
        let mut laid = Self { orders: BTreeMap::new(), compared: Compared::default() };
        for update in updates {
            let id = &update.order_id;
            let (before, current) = match (laid.orders.get(id), known.get(id)) {
                (Some((before, current)), _) => (before.clone(), Some(current.clone())),
                (None, Some(own)) => {
                    let Some(state) = stored.get(&own.id) else {
                        laid.compared.unchanged += 1;
                        continue;
                    };
                    (Some(state.clone()), Some(state.clone()))
                }
                (None, None) => (None, None),
            };
            let after = if let Some(current) = current {
                let Some(whole) = told.upon(&current.as_told(), update.clone()) else {
                    laid.compared.unchanged += 1;
                    laid.compared.older += 1;
                    continue;
                };
                let mut after = current.clone();
                after.take_whole(whole);
                if after.same_content(&current) {
                    laid.compared.unchanged += 1;
                    continue;
                }
                after
            } else {
                let mut after = OrderState::new(next_id, id.clone());
                after.take_whole(update.clone());
                next_id += 1;
                after
            };
            laid.orders.insert(id.clone(), (before, after));
        }
        laid.count();
        Ok(laid)
    }

    fn count(&mut self) {
        for (before, after) in self.orders.values() {
            let Some(before) = before else {
                self.compared.new += 1;
                continue;
            };
            self.compared.changed += 1;
            let gone = before.items().filter(|(id, ..)| after.items().all(|(own, ..)| own != *id)).count();
            self.compared.lines_gone += u32::try_from(gone).unwrap_or(u32::MAX);
        }
    }

    /// Writes what was decided, in the caller's transaction, and the acts that take it back.
    pub(crate) async fn keep(
        self,
        connection: &mut SqliteConnection,
        account: AccountId,
        acts: &mut Vec<Act>,
        now: DateTime<Utc>,
    ) -> Result<ChangeSet, StoreError> {
        for (before, after) in self.orders.values() {
            acts.push(Act {
                about: Subject::Order,
                key: after.id.to_string(),
                before: before.as_ref().map(|before| image(account, before)).transpose()?,
                after: Some(image(account, after)?),
                order: Some(after.id),
            });
        }
        let mut changes = ChangeSet { unchanged: self.compared.unchanged, ..ChangeSet::default() };
        keep(connection, account, self.orders.into_values().collect(), now, &mut changes).await?;
        Ok(changes)
    }
}

impl OrderState {
    /// The order as a file would tell it.
    pub(super) fn as_told(&self) -> OrderUpdate {
        let mut told =
            OrderUpdate::new(self.order_id.clone(), from_millis(self.last_update()), SourceRank::Report);
        told.carried = Group::ALL.into_iter().collect();
        told.header = self.header.clone();
        told.fulfillment = self.fulfillment.clone();
        told.total = self.total;
        told.packages.clone_from(&self.packages);
        told.lines = self
            .items()
            .map(|(id, line, item)| Line {
                order_item_id: id.clone(),
                item: item.clone(),
                shipped: line.shipped.clone(),
                prices: line.prices,
                cancel_requested_by: line.cancel_requested_by.clone(),
            })
            .collect();
        told
    }

    /// Becomes what `update` says, in every group.
    pub(super) fn take_whole(&mut self, update: OrderUpdate) {
        self.versions.take(&update);
        self.apply(update, Group::ALL.into_iter().collect());
    }

    /// Whether nothing but the books of the guard differ.
    fn same_content(&self, other: &Self) -> bool {
        self.last_update() == other.last_update()
            && Self { versions: other.versions, ..self.clone() } == *other
    }
}
