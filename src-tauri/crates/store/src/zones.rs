//! What every list begins with: whose orders there are, how many of each kind, and where their business days lie.
//!
//! An order's days are those of its marketplace, as its account has the marketplace's zone. An order of a marketplace
//! that its account does not name (an import, an unknown word) has the days of the first marketplace there is.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use packlight_domain::account::{AccountId, Platform};
use packlight_domain::query::Moment;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::facts::Facts;
use crate::rows::{from_json, known};

/// An account, as far as a query can ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seller {
    pub(crate) id: AccountId,
    pub(crate) label: String,
    pub(crate) platform: Platform,
}

/// The orders of one account that have the same facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) account: i64,
    pub(crate) facts: Facts,
    pub(crate) orders: i64,
}

/// The zones of all marketplaces, and now.
#[derive(Debug, Clone)]
pub(crate) struct Zones {
    now: DateTime<Utc>,
    /// Zone, account, marketplace.
    named: Vec<(Tz, i64, String)>,
}

/// The desk at a moment, in one snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    pub(crate) sellers: Vec<Seller>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) zones: Zones,
}

impl Present {
    /// Everything by one question: each costs a way to SQLite's thread and back.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let (accounts, marketplaces, counts): (String, String, String) = sqlx::query_as(
            "SELECT (SELECT json_group_array(json_array(id, label, platform)) FROM accounts), \
             (SELECT json_group_array(json_array(zone, account_id, marketplace_id)) FROM account_marketplaces), \
             (SELECT json_group_array(json_array(account_id, facts, n)) FROM fact_counts WHERE n > 0)",
        )
        .fetch_one(connection)
        .await?;
        let accounts: Vec<(i32, String, String)> = from_json(&accounts)?;
        let sellers = accounts
            .into_iter()
            .map(|(id, label, platform)| Ok(Seller { id: AccountId(id), label, platform: known(&platform)? }))
            .collect::<Result<_, StoreError>>()?;
        let zones = Zones::read(now, &marketplaces)?;
        let counts: Vec<(i64, i64, i64)> = from_json(&counts)?;
        let cells = counts
            .into_iter()
            .map(|(account, facts, orders)| Cell { account, facts: Facts(facts), orders })
            .collect();
        Ok(Self { sellers, cells, zones })
    }

    pub(crate) fn seller(&self, account: i64) -> Option<&Seller> {
        self.sellers.iter().find(|seller| i64::from(seller.id.0) == account)
    }
}

impl Zones {
    /// The zones alone.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let marketplaces: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(zone, account_id, marketplace_id)) FROM account_marketplaces",
        )
        .fetch_one(connection)
        .await?;
        Self::read(now, &marketplaces)
    }

    /// From a JSON list of zone, account and marketplace.
    pub(crate) fn read(now: DateTime<Utc>, marketplaces: &str) -> Result<Self, StoreError> {
        let marketplaces: Vec<(String, i64, String)> = from_json(marketplaces)?;
        let mut named: Vec<(Tz, i64, String)> = marketplaces
            .into_iter()
            .map(|(zone, account, id)| (zone.parse().unwrap_or(Tz::UTC), account, id))
            .collect();
        named.sort_by(|a, b| (a.1, &a.2).cmp(&(b.1, &b.2)));
        Ok(Self { now, named })
    }

    /// For lists that ask for no day.
    pub(crate) fn none() -> Self {
        Self { now: DateTime::<Utc>::UNIX_EPOCH, named: Vec::new() }
    }

    /// The zone of an order's days.
    pub(crate) fn zone(&self, account: i64, marketplace: Option<&str>) -> Tz {
        let own = |(_, owner, id): &&(Tz, i64, String)| *owner == account && Some(id.as_str()) == marketplace;
        self.named.iter().find(own).map_or(self.rest().zone, |(zone, ..)| *zone)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn rest(&self) -> Moment {
        Moment { now: self.now, zone: self.named.first().map_or(Tz::UTC, |(zone, ..)| *zone) }
    }

    /// The one zone of all these accounts, if there is but one.
    pub(crate) fn only(&self, accounts: &[i64]) -> Option<Moment> {
        let rest = self.rest();
        let mut own = self.named.iter().filter(|(_, account, _)| accounts.contains(account));
        own.all(|(zone, ..)| *zone == rest.zone).then_some(rest)
    }

    /// Every zone in which some order's days may lie.
    pub(crate) fn all(&self) -> Vec<Moment> {
        let mut zones: Vec<Tz> = self.named.iter().map(|(zone, ..)| *zone).collect();
        zones.push(self.rest().zone);
        zones.sort_by_key(|zone| zone.name());
        zones.dedup();
        zones.into_iter().map(|zone| Moment { now: self.now, zone }).collect()
    }

    /// Appends a condition on the order `o`: what `push` appends for the zone of its marketplace.
    pub(crate) fn push_by_zone(
        &self,
        query: &mut QueryBuilder<Sqlite>,
        push: impl Fn(&mut QueryBuilder<Sqlite>, &Moment),
    ) {
        let rest = self.rest();
        query.push("CASE");
        for (zone, account, marketplace) in self.named.iter().filter(|(zone, ..)| *zone != rest.zone) {
            query.push(" WHEN o.account_id = ").push(*account).push(" AND o.marketplace_id = ");
            query.push_bind(marketplace.clone()).push(" THEN ");
            push(query, &Moment { now: self.now, zone: *zone });
        }
        query.push(" WHEN TRUE THEN ");
        push(query, &rest);
        query.push(" END");
    }
}
