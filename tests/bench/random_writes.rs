//! Random days at a desk of any size, all through the store's own doors: orders come and change in pages of a hundred, units
//! are linked and freed, numbers mapped, notes written, orders confirmed.
//!
//! What an order is like is drawn anew each time it changes, so every fact that is counted goes both ways, values of every
//! sort come and go, and many are equal. Two accounts share the desk, and most writes go to the first.

use std::time::Duration;

use anyhow::{Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::{AccountId, OrdersApi, Platform, Region};
use packlight_domain::currency::Currency;
use packlight_domain::listing::OrderRowId;
use packlight_domain::matching::LineKey;
use packlight_domain::money::Money;
use packlight_domain::order::{Group, OrderUpdate};
use packlight_domain::stock::{UnitDraft, UnitId};
use packlight_store::{
    AccountMarketplace, ChangeSet, Confirming, NewAccount, Orders, SecretsPlace, Store, StoreError,
};

use super::orders::{Dice, MARKETPLACE, Shop};

/// Orders in a page.
pub(crate) const PAGE: u64 = 100;
/// Units that lines are given and freed of.
const UNITS: usize = 2_000;
/// One page in so many is followed by a mapping that comes or goes; it may change ten thousand orders.
const MAPPING: u64 = 40;

/// What was done, to be told and to be sure that it was.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) new: u64,
    pub(crate) changed: u64,
    pub(crate) unchanged: u64,
    pub(crate) linked: u64,
    pub(crate) freed: u64,
    pub(crate) mapped: u64,
    pub(crate) unmapped: u64,
    pub(crate) confirmed: u64,
    pub(crate) taken_back: u64,
    pub(crate) notes: u64,
}

impl Tally {
    /// Whether everything that can happen has.
    pub(crate) fn is_full(&self) -> bool {
        let orders = [self.new, self.changed, self.unchanged, self.confirmed, self.taken_back, self.notes];
        let matches = [self.linked, self.freed, self.mapped, self.unmapped];
        orders.into_iter().chain(matches).all(|times| times > 0)
    }
}

/// A desk at which things happen.
pub(crate) struct Happenings {
    store: Store,
    /// With how many orders of the shop each account has.
    accounts: Vec<(AccountId, u64)>,
    shop: Shop,
    dice: Dice,
    units: Vec<UnitId>,
    held: Vec<LineKey>,
    mapped: Vec<String>,
    pages: i64,
    pub(crate) tally: Tally,
}

impl Happenings {
    /// At a desk whose first account, if there is one, has the first `orders` orders of its shop; `writes` are to come.
    pub(crate) async fn at(store: Store, orders: u64, writes: u64, seed: u64) -> Result<Self> {
        let mut accounts: Vec<(AccountId, u64)> =
            store.accounts().await?.iter().take(1).map(|account| (account.id, orders)).collect();
        for label in ["First shop", "Second shop"].into_iter().skip(accounts.len()) {
            accounts.push((store.add_account(&new_account(label)).await?.id, 0));
        }
        let shop = Shop::new(orders + writes);
        let (units, held, mapped) = (Vec::new(), Vec::new(), Vec::new());
        let (dice, tally) = (Dice(seed), Tally::default());
        let mut desk = Self { store, accounts, shop, dice, units, held, mapped, pages: 0, tally };
        desk.stock(UNITS).await?;
        Ok(desk)
    }

    /// A page of orders is kept, which is what is timed, and then something happens to some of them.
    pub(crate) async fn page(&mut self) -> Result<Duration> {
        self.pages += 1;
        let at = usize::from(self.dice.below(5) == 0);
        let updates: Vec<OrderUpdate> = (0..PAGE).map(|_| self.order(at)).collect();
        let start = std::time::Instant::now();
        let changes = self.store.apply(self.accounts[at].0, &updates, &[], self.now()).await?;
        let took = start.elapsed();
        self.tally.new += changes.new.len() as u64;
        self.tally.changed += changes.changed.len() as u64;
        self.tally.unchanged += u64::from(changes.unchanged);
        self.link(&changes, &updates).await?;
        self.free().await?;
        self.confirm(&changes).await?;
        self.note(&changes).await?;
        if self.dice.below(MAPPING) == 0 {
            self.map(&updates).await?;
        }
        Ok(took)
    }

    /// A millisecond later with every page.
    fn now(&self) -> DateTime<Utc> {
        Shop::now() + TimeDelta::milliseconds(self.pages)
    }

    /// A new order of an account, or one that it has, as it is now.
    fn order(&mut self, at: usize) -> OrderUpdate {
        let known = self.accounts[at].1;
        let number = if known == 0 || self.dice.below(4) == 0 {
            self.accounts[at].1 += 1;
            known
        } else {
            self.dice.below(known)
        };
        let mut update = self.shop.page(number, 1).remove(0);
        self.draw(&mut update);
        update
    }

    fn draw(&mut self, update: &mut OrderUpdate) {
        let (now, dice) = (self.now(), &mut self.dice);
        // Now and then an answer that is older than what is known.
        update.last_update = if dice.below(20) == 0 { now - TimeDelta::days(800) } else { now };
        let header = &mut update.header;
        header.programs = one_of(dice, &[&[][..], &[], &["PRIME"], &["AMAZON_BUSINESS"]]);
        if dice.below(12) == 0 {
            header.created = (dice.below(2) == 0).then(|| now - hours(dice, 800 * 24));
        }
        let word = dice.below(100);
        let fulfillment = &mut update.fulfillment;
        fulfillment.status = match word {
            0..8 => Some("PENDING"),
            8..22 => Some("UNSHIPPED"),
            22..26 => Some("PARTIALLY_SHIPPED"),
            26..88 => Some("SHIPPED"),
            88..96 => Some("CANCELLED"),
            96..98 => Some("TELEPORTED"),
            _ => None,
        }
        .map(ToOwned::to_owned);
        fulfillment.fulfilled_by = match dice.below(20) {
            0..11 => Some("MERCHANT".to_owned()),
            11..19 => Some("AMAZON".to_owned()),
            _ => None,
        };
        fulfillment.ship_by.latest =
            (dice.below(5) > 0).then(|| Shop::now() + hours(dice, 6 * 24) - TimeDelta::days(3));
        update.total = match dice.below(12) {
            0 => None,
            1 => Some(Money { minor: price(dice), currency: Currency::JPY }),
            2..6 => Some(Money { minor: 1_299, currency: Currency::GBP }),
            _ => Some(Money { minor: price(dice), currency: Currency::GBP }),
        };
        for line in &mut update.lines {
            line.item.quantity = [1, 1, 1, 1, 1, 2, 3, 9, 0][usize::try_from(dice.below(9)).unwrap_or(0)];
            if dice.below(12) == 0 {
                line.item.asin = None;
            }
            line.shipped.quantity =
                (dice.below(5) > 0).then(|| line.item.quantity * i64::from(dice.below(3) > 0));
            line.shipped.is_gift = dice.below(8) == 0;
            line.cancel_requested_by = (dice.below(25) == 0).then(|| "BUYER".to_owned());
        }
        if dice.below(6) == 0 {
            update.lines.truncate(1);
        }
        if dice.below(30) == 0 {
            // As v0 lists an order: its lines are asked for later.
            update.lines.clear();
            update.packages.clear();
            update.carried = [Group::Header, Group::Fulfillment, Group::Total].into_iter().collect();
        }
    }

    /// Some line of some changed order gets a unit, if it may have it.
    async fn link(&mut self, changes: &ChangeSet, updates: &[OrderUpdate]) -> Result<()> {
        for _ in 0..3 {
            let Some((row, id)) = self.one_of(changes) else { return Ok(()) };
            let lines = updates.iter().rev().find(|update| update.order_id == id).map(|update| &update.lines);
            let Some(line) = lines.and_then(|lines| lines.first()) else { continue };
            let key = LineKey { order: row, order_item_id: line.order_item_id.clone() };
            // One of the newest: of them few are sold.
            let behind = usize::try_from(self.dice.below(UNITS as u64))?;
            let unit = self.units[self.units.len() - 1 - behind];
            if was_done(self.store.link_unit(&key, unit, self.now()).await)? {
                self.tally.linked += 1;
                self.held.push(key);
            }
        }
        Ok(())
    }

    /// Every other page, a line that got units gives them back, if it still has them.
    async fn free(&mut self) -> Result<()> {
        if self.held.is_empty() || self.dice.below(2) == 0 {
            return Ok(());
        }
        let key = self.held.swap_remove(usize::try_from(self.dice.below(self.held.len() as u64))?);
        self.tally.freed += u64::from(was_done(self.store.unlink_line(&key, self.now()).await)?);
        Ok(())
    }

    /// Some changed orders are confirmed, with or without stock; now and then they are taken back.
    async fn confirm(&mut self, changes: &ChangeSet) -> Result<()> {
        let mut rows = Vec::new();
        for _ in 0..3 {
            rows.extend(self.one_of(changes).map(|(row, _)| row));
        }
        let what = Confirming {
            orders: Some(Orders::Ids(rows.clone())),
            without_stock: rows,
            ..Confirming::default()
        };
        let done = self.store.confirm(&what, self.now()).await?;
        self.tally.confirmed += u64::from(done.confirmed);
        match done.batch {
            Some(batch) if self.dice.below(4) == 0 => {
                self.store.undo_confirm(batch, self.now()).await?;
                self.tally.taken_back += 1;
            }
            // As many units come in as went out.
            _ => self.stock(usize::try_from(done.units_moved)?).await?,
        }
        Ok(())
    }

    async fn stock(&mut self, units: usize) -> Result<()> {
        if units > 0 {
            let unit =
                UnitDraft { set_number: "75192".into(), condition: "New".into(), ..UnitDraft::default() };
            let unit =
                unit.check(Currency::GBP).map_err(|errors| anyhow!("a unit is refused: {errors:?}"))?;
            let (units, _) = self.store.add_units(vec![unit; units], "Added", self.now()).await?;
            self.units.extend(units);
        }
        Ok(())
    }

    async fn note(&mut self, changes: &ChangeSet) -> Result<()> {
        let Some((row, _)) = self.one_of(changes) else { return Ok(()) };
        let note = (self.dice.below(3) > 0).then_some("by the door");
        self.tally.notes += u64::from(self.store.set_note(row, note, self.now()).await?.is_some());
        Ok(())
    }

    /// The number of some line of a page is mapped, or one that is mapped is not any more.
    async fn map(&mut self, updates: &[OrderUpdate]) -> Result<()> {
        if self.mapped.len() > 3 && self.dice.below(2) == 0 {
            let asin = self.mapped.swap_remove(usize::try_from(self.dice.below(self.mapped.len() as u64))?);
            self.store.delete_mapping(&asin, true, self.now()).await?;
            self.tally.unmapped += 1;
        } else if let Some(asin) =
            updates.iter().flat_map(|update| &update.lines).find_map(|line| line.item.asin.clone())
            && !self.mapped.contains(&asin)
        {
            self.store.map_number(&asin, true, "75192", "New", self.now()).await?;
            self.tally.mapped += 1;
            self.mapped.push(asin);
        }
        Ok(())
    }

    fn one_of(&mut self, changes: &ChangeSet) -> Option<(OrderRowId, String)> {
        let all = changes.new.len() + changes.changed.len();
        let at = usize::try_from(self.dice.below(all.max(1) as u64)).unwrap_or(0);
        let changed = changes.new.iter().chain(&changes.changed).nth(at)?;
        Some((changed.id, changed.order_id.clone()))
    }
}

/// An act that the desk may refuse, since it is drawn blindly; other failures are failures.
fn was_done<T>(outcome: Result<T, StoreError>) -> Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(StoreError::UnitClaimed { .. } | StoreError::NotPossible(_) | StoreError::NoLine(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn hours(dice: &mut Dice, end: u64) -> TimeDelta {
    TimeDelta::hours(i64::try_from(dice.below(end)).unwrap_or(0))
}

fn price(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(30_000)).unwrap_or(0)
}

fn one_of(dice: &mut Dice, choices: &[&[&str]]) -> Vec<String> {
    let at = usize::try_from(dice.below(choices.len() as u64)).unwrap_or(0);
    choices[at].iter().map(ToString::to_string).collect()
}

/// An account that was disconnected: its orders are read, and nobody is asked for news.
pub(crate) fn new_account(label: &str) -> NewAccount {
    NewAccount {
        label: label.to_owned(),
        platform: Platform::Amazon,
        region: Some(Region::Eu),
        orders_api: OrdersApi::V2026,
        marketplaces: vec![AccountMarketplace {
            id: MARKETPLACE.to_owned(),
            currency: Some(Currency::GBP),
            zone: "Europe/London".to_owned(),
        }],
        client_fingerprint: "0000000000000000".to_owned(),
        client_id_tail: None,
        secrets: SecretsPlace::None,
        now: Shop::now(),
    }
}
