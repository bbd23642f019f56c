//! What a query asks of the order list at a moment: which facts, which windows of a sort, and what is left to be asked
//! of each order.
//!
//! Terms that facts decide are gone after this; a term that asks for one stretch of a sort's values becomes a window.
//! Whatever is left is a condition on a row. The three together hold for an order exactly if the query does.

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, Platform};
use packlight_domain::instant::to_millis;
use packlight_domain::page::SortKey;
use packlight_domain::query::{Compare, Is, Moment, Query, Ship, Term, Test};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::SqliteConnection;
use std::ops::Bound;

use crate::StoreError;
use crate::conditions::is_short;
use crate::counts::Scope;
use crate::facts::{Facts, verdict};
use crate::meanings::{self, Meaning};
use crate::zones::{Cell, Present, Zones};

/// From a value to before another, in milliseconds or minor units. An order without the value is outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) key: SortKey,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

impl Window {
    fn cut(self, other: Self) -> Self {
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { from: self.from.max(other.from), to, ..self }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from >= to)
    }
}

/// A query, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Sieve {
    /// The orders that may match, by account and facts.
    pub(crate) cells: Vec<Cell>,
    /// All others of the same accounts.
    pub(crate) denied: Vec<Cell>,
    /// At most one for each sort.
    pub(crate) windows: Vec<Window>,
    /// To be asked of each order.
    pub(crate) terms: Vec<Term>,
    pub(crate) zones: Zones,
    /// What the terms about stock come to.
    pub(crate) meanings: Vec<Meaning>,
}

impl Sieve {
    /// A query at a moment, with what it says of stock.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        query: &Query,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let present = Present::load(connection, now).await?;
        let meanings = meanings::load(connection, query).await?;
        Ok(Self { meanings, ..Self::of(&present, query, scope) })
    }

    /// A query on what is present; terms about stock are not settled yet.
    pub(crate) fn of(present: &Present, query: &Query, scope: Scope) -> Self {
        let mut terms = query.terms.clone();
        let mut cells = Vec::new();
        let mut denied = Vec::new();
        // Which terms are not decided for all cells that are left.
        let mut open = vec![false; terms.len()];
        for cell in &present.cells {
            let Some(seller) = present.seller(cell.account) else { continue };
            if !is_in(scope, seller.id, seller.platform) {
                continue;
            }
            let verdicts: Vec<Option<bool>> =
                terms.iter().map(|term| verdict(term, cell.facts, seller)).collect();
            if verdicts.contains(&Some(false)) {
                denied.push(*cell);
                continue;
            }
            cells.push(*cell);
            for (open, verdict) in open.iter_mut().zip(verdicts) {
                *open |= verdict.is_none();
            }
        }
        let mut open = open.into_iter();
        terms.retain(|_| open.next().unwrap_or(true));
        let accounts: Vec<i64> = accounts_of(&cells);
        denied.retain(|cell| accounts.contains(&cell.account));
        let mut sieve = Self {
            cells,
            denied,
            windows: Vec::new(),
            terms: Vec::new(),
            zones: present.zones.clone(),
            meanings: Vec::new(),
        };
        for term in terms {
            if let Some((window, is_all)) = sieve.window(&term, &accounts) {
                sieve.add(window);
                if is_all {
                    continue;
                }
            }
            sieve.terms.push(term);
        }
        if sieve.windows.iter().any(Window::is_empty) {
            sieve.cells.clear();
        }
        sieve
    }

    /// Every order of these accounts.
    pub(crate) fn everything(accounts: &[i64]) -> Self {
        let cells =
            accounts.iter().map(|account| Cell { account: *account, facts: Facts(0), orders: 0 }).collect();
        let zones = Zones::none();
        Self {
            cells,
            denied: Vec::new(),
            windows: Vec::new(),
            terms: Vec::new(),
            zones,
            meanings: Vec::new(),
        }
    }

    /// Every order of its accounts.
    pub(crate) fn whole(&self) -> Self {
        let cells = self.cells.iter().chain(&self.denied).copied().collect();
        Self {
            cells,
            denied: Vec::new(),
            windows: Vec::new(),
            terms: Vec::new(),
            zones: self.zones.clone(),
            meanings: Vec::new(),
        }
    }

    fn add(&mut self, window: Window) {
        match self.windows.iter_mut().find(|own| own.key == window.key) {
            Some(own) => *own = own.cut(window),
            None => self.windows.push(window),
        }
    }

    /// A window outside of which no order satisfies a term, and whether every order inside that is left does.
    fn window(&self, term: &Term, accounts: &[i64]) -> Option<(Window, bool)> {
        if term.negated {
            return None;
        }
        match &term.test {
            Test::Is(own) if own[..] == [Is::Late] => Some((self.late(), true)),
            Test::Ship(own) => match own[..] {
                [Ship::Overdue] => Some((self.late(), true)),
                [Ship::Days(days)] => {
                    Some(self.days(SortKey::ShipBy, accounts, |moment| moment.of_days(&days)))
                }
                _ => None,
            },
            Test::Date(own) => match &own[..] {
                [placed] => Some(self.days(SortKey::Date, accounts, |moment| moment.of_placed(placed))),
                _ => None,
            },
            Test::Total(own) => match own[..] {
                [total] => {
                    let decimals = self.cells.first()?.facts.decimals();
                    let is_only = self.cells.iter().all(|cell| cell.facts.decimals() == decimals);
                    is_only.then(|| {
                        let (from, to) = minor(&total, decimals);
                        (Window { key: SortKey::Total, from, to }, true)
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The window of some days: exact where all accounts have one zone, else around those of all zones.
    fn days(
        &self,
        key: SortKey,
        accounts: &[i64],
        range: impl Fn(&Moment) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> (Window, bool) {
        let only = self.zones.only(accounts);
        let moments = only.map_or_else(|| self.zones.all(), |only| vec![only]);
        let ranges: Vec<_> = moments.iter().map(|moment| millis_of(range(moment))).collect();
        let from = ranges.iter().map(|range| range.0).min().flatten();
        let is_open = ranges.iter().any(|range| range.1.is_none());
        let to = if is_open { None } else { ranges.iter().filter_map(|range| range.1).max() };
        (Window { key, from, to }, only.is_some())
    }

    /// The ship times of late orders, among those whose facts allow it.
    fn late(&self) -> Window {
        Window { key: SortKey::ShipBy, from: None, to: Some(to_millis(self.zones.now())) }
    }

    /// A text that must occur and has no trigram, where no other that must has one.
    pub(crate) fn short_text(&self) -> Option<&str> {
        let mut texts = self.terms.iter().filter(|term| !term.negated).filter_map(|term| match &term.test {
            Test::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let first = texts.next()?;
        (is_short(first) && texts.all(is_short)).then_some(first)
    }

    /// Orders that facts allow.
    pub(crate) fn size(&self) -> i64 {
        self.cells.iter().map(|cell| cell.orders).sum()
    }

    /// All orders of the accounts in question.
    pub(crate) fn around(&self) -> i64 {
        self.size() + self.denied.iter().map(|cell| cell.orders).sum::<i64>()
    }

    pub(crate) fn accounts(&self) -> Vec<i64> {
        accounts_of(&self.cells)
    }

    /// Whether every order of the accounts is allowed.
    pub(crate) fn allows_all(&self) -> bool {
        self.denied.is_empty()
    }

    pub(crate) fn window_of(&self, key: SortKey) -> Option<Window> {
        self.windows.iter().copied().find(|window| window.key == key)
    }

    /// The sum of block counts that counts exactly the allowed orders, if there is one.
    pub(crate) fn counted(&self) -> Option<String> {
        if self.allows_all() {
            return Some("n".to_owned());
        }
        let is_exactly = |member: &dyn Fn(Facts) -> bool| {
            self.cells.iter().all(|cell| member(cell.facts))
                && !self.denied.iter().any(|cell| member(cell.facts))
        };
        let mut statuses: Vec<i64> = self.cells.iter().map(|cell| cell.facts.status()).collect();
        statuses.sort_unstable();
        statuses.dedup();
        if is_exactly(&|facts| statuses.contains(&facts.status())) {
            let columns: Vec<String> = statuses.iter().map(|status| format!("n{status}")).collect();
            return Some(columns.join(" + "));
        }
        if is_exactly(&Facts::is_to_pick) {
            Some("to_pick".to_owned())
        } else if is_exactly(&Facts::is_unmatched) {
            Some("unmatched".to_owned())
        } else {
            is_exactly(&Facts::is_cancel_requested).then(|| "cancel_requested".to_owned())
        }
    }
}

fn accounts_of(cells: &[Cell]) -> Vec<i64> {
    let mut accounts: Vec<i64> = cells.iter().map(|cell| cell.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

fn is_in(scope: Scope, account: AccountId, platform: Platform) -> bool {
    scope.account.is_none_or(|own| own == account) && scope.platform.is_none_or(|own| own == platform)
}

/// The minor units for which a comparison in main units holds, from the first to before the second.
pub(crate) fn minor(total: &Compare<Decimal>, decimals: u32) -> (Option<i64>, Option<i64>) {
    let scale = Decimal::from(10_i64.pow(decimals));
    // What does not fit is dearer than any order.
    let whole = |exact: Decimal| exact.to_i64().unwrap_or(i64::MAX);
    let at_least = |main: Decimal| main.checked_mul(scale).map_or(i64::MAX, |exact| whole(exact.ceil()));
    let above = |main: Decimal| {
        main.checked_mul(scale).map_or(i64::MAX, |exact| whole(exact.floor()).saturating_add(1))
    };
    let (low, high) = total.bounds();
    let from = match low {
        Bound::Included(main) => Some(at_least(main)),
        Bound::Excluded(main) => Some(above(main)),
        Bound::Unbounded => None,
    };
    let to = match high {
        Bound::Included(main) => Some(above(main)),
        Bound::Excluded(main) => Some(at_least(main)),
        Bound::Unbounded => None,
    };
    (from, to)
}

/// The milliseconds of a moment's days.
pub(crate) fn millis_of(range: (Option<DateTime<Utc>>, Option<DateTime<Utc>>)) -> (Option<i64>, Option<i64>) {
    (range.0.map(to_millis), range.1.map(to_millis))
}
