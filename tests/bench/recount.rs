//! Every kept count of a database against a count by hand: the orders and lines are read once, in no index's order, and
//! all the rest is done here, by the words of the design and with nothing of what keeps the counts.
//!
//! Compared are the cards (of all, of each account), the badges of the saved views, the counts by facts, and all ten
//! numbers of every block by which positions are found. The store's own examination is asked too.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::listing::OrderCounts;
use packlight_store::Store;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Row};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Recount {
    /// Numbers that were compared.
    pub(crate) compared: u64,
    /// Those that were others, one sentence each.
    pub(crate) unlike: Vec<String>,
}

/// Counts everything at `now`, whose business day must be one of UTC's.
pub(crate) async fn recount(store: &Store, now: DateTime<Utc>) -> Result<Recount> {
    let db = Connection::open_with_flags(store.file(), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let orders = orders(&db)?;
    let mut found = Recount::default();
    found.facts(&db, &orders)?;
    for segment in [0, 1, 2, 4, 5, 6, 7, 8] {
        found.blocks(&db, &orders, segment)?;
    }
    drop(db);
    for account in [None, Some(1), Some(2)] {
        let counts = store.counts(account.map(AccountId), None).await?;
        let own = orders.iter().filter(|order| account.is_none_or(|own| order.account == i64::from(own)));
        found.cards(&format!("account {account:?}"), &counts, own);
    }
    found.badges(store, &orders, now).await?;
    let report = store.check().await?;
    found.compared += 1;
    found.unlike.extend(report.problems);
    Ok(found)
}

/// What is counted of an order.
struct Order {
    id: i64,
    account: i64,
    status: i64,
    fulfilled_by: Option<String>,
    is_unmatched: bool,
    is_no_asin: bool,
    cancel_requested: bool,
    is_missing_items: bool,
    has_units_left: bool,
    facts: i64,
    date: Option<i64>,
    updated: i64,
    ship_by: Option<i64>,
    total: Option<i64>,
    number: String,
}

impl Order {
    fn is_to_pick(&self) -> bool {
        self.status == 1 && self.fulfilled_by.as_deref() == Some("MERCHANT")
    }

    /// The ten numbers that a block has, for this one order.
    fn counted(&self) -> [i64; 10] {
        let status = |status| i64::from(self.status == status);
        [
            1,
            status(0),
            status(1),
            status(2),
            status(3),
            status(4),
            status(5),
            i64::from(self.is_to_pick()),
            i64::from(self.is_unmatched),
            i64::from(self.cancel_requested),
        ]
    }

    /// Where it stands in a segment of the blocks; `None` where it is in another.
    fn place(&self, segment: i64) -> Option<Place> {
        let own = match segment - segment % 2 {
            0 => self.date,
            2 => Some(self.updated),
            4 => self.ship_by,
            6 => self.total,
            _ => return Some(Place(Key::Text(self.number.clone()), self.id)),
        };
        match (own, segment % 2) {
            (Some(value), 0) => Some(Place(Key::Number(value), self.id)),
            // Orders without a value stand by their ids alone.
            (None, 1) => Some(Place(Key::Number(0), self.id)),
            _ => None,
        }
    }
}

/// A value of a sort and a row id, in SQLite's order: numbers before texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Key, i64);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

/// Of an order's lines.
#[derive(Default)]
struct Lines {
    all: i64,
    linked: i64,
    unmatched: i64,
    no_asin: i64,
    units: i64,
    left: i64,
    has_gift: bool,
    has_asin: bool,
    cancel_requested: bool,
}

/// All orders, with what their lines, claims and mappings make of them (design §4, *Match*).
fn orders(db: &Connection) -> Result<Vec<Order>> {
    let mapped: HashSet<String> =
        all(db, "SELECT asin FROM amazon_asin_mappings", |row| row.get(0))?.into_iter().collect();
    let mut held: HashMap<i64, i64> = HashMap::new();
    for item in all(db, "SELECT item_id FROM claims", |row| row.get(0))? {
        *held.entry(item).or_default() += 1;
    }
    let mut lines: HashMap<i64, Lines> = HashMap::new();
    let mut select = db.prepare(
        "SELECT id, order_id, asin, quantity, quantity_shipped, is_gift, cancel_requested_by IS NOT NULL \
         FROM platform_order_items NOT INDEXED",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (item, asin, quantity): (i64, Option<String>, i64) = (row.get(0)?, row.get(2)?, row.get(3)?);
        let own = lines.entry(row.get(1)?).or_default();
        own.all += 1;
        own.units += quantity;
        own.left += (quantity - row.get::<_, Option<i64>>(4)?.unwrap_or(0)).max(0);
        own.has_gift |= row.get::<_, bool>(5)?;
        own.cancel_requested |= row.get::<_, bool>(6)?;
        own.has_asin |= asin.is_some();
        let is_linked = quantity > 0 && held.get(&item).copied().unwrap_or(0) >= quantity;
        match asin {
            _ if is_linked => own.linked += 1,
            None => own.no_asin += 1,
            Some(asin) if mapped.contains(&asin) => {}
            Some(_) => own.unmatched += 1,
        }
    }
    let none = Lines::default();
    all(
        db,
        "SELECT id, account_id, ui_status, fulfilled_by, cancel_requested, missing_items, units_left, programs, status, \
         confirmed_at IS NOT NULL, notes IS NOT NULL, total_currency, order_date, last_update, ship_by, total_minor, \
         platform_order_id FROM platform_orders NOT INDEXED",
        |row| {
            let id = row.get(0)?;
            order(row, id, lines.get(&id).unwrap_or(&none))
        },
    )
}

fn order(row: &Row<'_>, id: i64, lines: &Lines) -> rusqlite::Result<Order> {
    let status: i64 = row.get(2)?;
    let fulfilled_by: Option<String> = row.get(3)?;
    let (cancel_requested, is_missing_items): (bool, bool) = (row.get(4)?, row.get(5)?);
    let has_units_left = row.get::<_, i64>(6)? > 0;
    let programs: String = row.get(7)?;
    let word: Option<String> = row.get(8)?;
    let currency: Option<String> = row.get(11)?;
    let is_in = |program| programs.split(' ').any(|own| own == program);
    // The layout is that of migrations/2_views.sql; of the currencies without pennies only yen are drawn.
    let channel = match fulfilled_by.as_deref() {
        Some("AMAZON") => 1,
        Some("MERCHANT") => 2,
        _ => 0,
    };
    let bits = [
        (3, lines.unmatched > 0),
        (4, cancel_requested),
        (7, has_units_left || is_missing_items),
        (8, lines.no_asin > 0),
        (9, lines.all > 0 && lines.linked == lines.all),
        (10, is_in("PRIME")),
        (11, is_in("AMAZON_BUSINESS")),
        (12, word.as_deref() == Some("PARTIALLY_SHIPPED")),
        (13, row.get(9)?),
        (14, is_missing_items),
        (15, lines.has_gift),
        (16, lines.has_asin),
        (17, row.get(10)?),
        (21, currency.as_deref() == Some("JPY")),
    ];
    let bits: i64 = bits.iter().map(|(bit, so)| i64::from(*so) << bit).sum();
    let facts = status + (channel << 5) + bits + (lines.units.clamp(0, 7) << 18);
    Ok(Order {
        id,
        account: row.get(1)?,
        status,
        fulfilled_by,
        is_unmatched: lines.unmatched > 0,
        is_no_asin: lines.no_asin > 0,
        cancel_requested,
        is_missing_items,
        has_units_left,
        facts,
        date: row.get(12)?,
        updated: row.get(13)?,
        ship_by: row.get(14)?,
        total: row.get(15)?,
        number: row.get(16)?,
    })
}

impl Recount {
    fn compare(&mut self, what: impl Fn() -> String, kept: i64, counted: i64) {
        self.compared += 1;
        if kept != counted {
            self.unlike.push(format!("{}: kept {kept}, counted {counted}", what()));
        }
    }

    fn facts(&mut self, db: &Connection, orders: &[Order]) -> Result<()> {
        let mut counted: HashMap<(i64, i64), i64> = HashMap::new();
        for order in orders {
            *counted.entry((order.account, order.facts)).or_default() += 1;
        }
        let kept: Vec<((i64, i64), i64)> = all(db, "SELECT account_id, facts, n FROM fact_counts", |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
        })?;
        for (of, kept) in kept {
            let counted = counted.remove(&of).unwrap_or(0);
            self.compare(|| format!("orders of (account, facts) {of:?}"), kept, counted);
        }
        for (of, counted) in counted {
            self.compare(|| format!("orders of (account, facts) {of:?}"), 0, counted);
        }
        Ok(())
    }

    fn blocks(&mut self, db: &Connection, orders: &[Order], segment: i64) -> Result<()> {
        let mut select = db.prepare(
            "SELECT account_id, low_key, low_id, n, n0, n1, n2, n3, n4, n5, to_pick, unmatched, cancel_requested \
             FROM order_blocks WHERE segment = ?",
        )?;
        let mut kept: HashMap<i64, Vec<(Place, [i64; 10])>> = HashMap::new();
        let mut rows = select.query([segment])?;
        while let Some(row) = rows.next()? {
            let key = match row.get(1)? {
                Value::Integer(number) => Key::Number(number),
                Value::Text(text) => Key::Text(text),
                other => anyhow::bail!("a block begins at {other:?}"),
            };
            let mut numbers = [0; 10];
            for (at, number) in numbers.iter_mut().enumerate() {
                *number = row.get(3 + at)?;
            }
            kept.entry(row.get(0)?).or_default().push((Place(key, row.get(2)?), numbers));
        }
        for (account, mut blocks) in kept {
            blocks.sort();
            let mut counted = vec![[0; 10]; blocks.len()];
            for order in orders.iter().filter(|order| order.account == account) {
                let Some(place) = order.place(segment) else { continue };
                let behind = blocks.partition_point(|(low, _)| *low <= place);
                let block = behind.checked_sub(1).context("an order stands before every block")?;
                for (sum, one) in counted[block].iter_mut().zip(order.counted()) {
                    *sum += one;
                }
            }
            for ((low, kept), counted) in blocks.iter().zip(&counted) {
                for (at, (kept, counted)) in kept.iter().zip(counted).enumerate() {
                    let what =
                        || format!("number {at} of segment {segment}, account {account}, from {low:?}");
                    self.compare(what, *kept, *counted);
                }
            }
        }
        Ok(())
    }

    fn cards<'a>(&mut self, whose: &str, counts: &OrderCounts, orders: impl Iterator<Item = &'a Order>) {
        let mut counted = [0_i64; 10];
        for order in orders {
            counted[0] += 1;
            counted[usize::try_from(order.status).unwrap_or(5) + 1] += 1;
            counted[7] += i64::from(order.is_unmatched);
            counted[8] += i64::from(order.is_no_asin);
            counted[9] += i64::from(order.is_missing_items);
        }
        let kept = [
            counts.all,
            counts.pending,
            counts.paid,
            counts.shipped,
            counts.completed,
            counts.cancelled,
            counts.other,
            counts.unmatched,
            counts.no_asin,
            counts.missing_items,
        ];
        for (at, (kept, counted)) in kept.into_iter().zip(counted).enumerate() {
            self.compare(|| format!("card {at} of {whose}"), i64::from(kept), counted);
        }
    }

    async fn badges(&mut self, store: &Store, orders: &[Order], now: DateTime<Utc>) -> Result<()> {
        let views = store.views().await?;
        let counts = store.view_counts(None, now).await?;
        ensure!(counts.views.len() == 7, "{} views are counted", counts.views.len());
        let day = 86_400_000;
        let now = now.timestamp_millis();
        let today = now - now.rem_euclid(day)..now - now.rem_euclid(day) + day;
        for badge in counts.views {
            let view = views.iter().find(|view| view.id == badge.view).context("a badge of no view")?;
            let is_in = |order: &&Order| match view.name.as_str() {
                "To pick" => order.is_to_pick(),
                "Ship today" => order.is_to_pick() && order.ship_by.is_some_and(|by| today.contains(&by)),
                "Late" => {
                    let is_open = order.has_units_left || order.is_missing_items;
                    order.is_to_pick() && is_open && order.ship_by.is_some_and(|by| by < now)
                }
                "Pending" => order.status == 0,
                "Unmatched" => order.is_unmatched,
                "Cancel requested" => order.cancel_requested,
                _ => true,
            };
            let counted = i64::try_from(orders.iter().filter(is_in).count())?;
            // "At least so many" is true of any that are more.
            let kept = i64::from(badge.orders);
            let expected = if badge.is_exact || counted < kept { counted } else { kept };
            self.compare(|| format!("badge of {}", view.name), kept, expected);
        }
        Ok(())
    }
}

fn all<T>(db: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
    let mut select = db.prepare(sql)?;
    let rows = select.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(rows)
}
