//! Writing what a platform said: the guard I5, lines as a set (I6), and everything that is derived from them.
//!
//! A page costs one query to find out what is known. Only orders of which some group is newer are read in full, changed
//! in memory and written back, all together, by a handful of statements. An answer without news writes nothing at all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::listing::OrderRowId;
use packlight_domain::order::{Groups, OrderUpdate, VersionTable};
use sqlx::{Row, SqliteConnection};

mod derive;
mod load;
mod restore;
mod state;
mod told;
mod upsert;

pub(crate) use derive::set_confirmed;
pub(crate) use restore::{remove, restore};
use state::OrderState;
pub use told::Compared;
pub(crate) use told::Laid;

use crate::acts::{Batch, FREED, counted};
use crate::claims::{self, Affected};
use crate::picking::strike::{self, Struck};
use crate::rows::{count, list};
use crate::{Store, StoreError, blocks, journal};

/// An order that an answer brought or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its row id.
    pub id: OrderRowId,
    /// The platform's id.
    pub order_id: String,
    /// When the platform last changed it.
    pub last_update: DateTime<Utc>,
}

/// What an answer changed. An order that it names twice counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// Orders not known before.
    pub new: Vec<Changed>,
    /// Orders known before and different now.
    pub changed: Vec<Changed>,
    /// Orders that were as they are.
    pub unchanged: u32,
    /// Item rows inserted or changed.
    pub items_written: u32,
    /// Units that lines could no longer hold: cancelled, gone, or fewer ordered.
    pub units_freed: u32,
    /// What left open pick lists, to be told to the seller at once.
    pub struck: Vec<Struck>,
}

/// Which orders are worth reading again (invariant I14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleKind {
    /// Paid, not shipped.
    Open,
    /// Payment not cleared.
    Pending,
    /// Shipped by the seller in the 30 days before, not delivered as far as is known.
    InTransit,
    /// Its lines are unknown or older than itself.
    WithoutLines,
    /// Nobody has told its status.
    WithoutStatus,
}

impl StaleKind {
    /// All of them, in the order in which they are worth it.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Pending, Self::InTransit, Self::WithoutLines, Self::WithoutStatus];
}

macro_rules! stale_sql {
    ($($kind:literal since $since:literal: $which:literal),*) => {
        concat!(
            $(
                "SELECT * FROM (SELECT ", $kind, " AS kind, COALESCE(r.read_at, o.created_at) AS known_at, o.id, ",
                "o.platform_order_id FROM platform_orders o LEFT JOIN order_reads r ON r.order_id = o.id ",
                "WHERE o.account_id = ?1 AND COALESCE(r.read_at, o.created_at) < ", $since, " AND ", $which,
                " ORDER BY known_at, o.id LIMIT +?2) UNION ALL ",
            )*
            "SELECT 0, 0, 0, '' WHERE FALSE ORDER BY 1, 2, 3"
        )
    };
}
/// The orders of every kind in one statement: nearly always there are none, and this is asked at every poll. A kind whose
/// moment is absent has none. Classes are those of a status, which indexes begin with.
pub(crate) const STALE: &str = stale_sql!(
    "0" since "?3": "o.class IN (1, 9, 17, 25)",
    "1" since "?4": "o.class IN (0, 8, 16, 24)",
    // Packages are told of merchant orders only, and one that left a month ago has arrived or never will. The caller asks
    // once a day, so 29 days before that moment are 30 days ago.
    "2" since "?5": "o.ui_status = 2 AND o.fulfilled_by = 'MERCHANT' AND o.last_update > ?5 - 2505600000",
    "3" since "?6": "o.missing_items = 1",
    // Status 5 has an unknown word or none.
    "4" since "?7": "o.class IN (5, 13, 21, 29) AND o.status IS NULL"
);

/// Orders without lines that were never asked for on their own, newest first.
pub(crate) const UNTRIED: &str = "SELECT o.platform_order_id, o.last_update FROM platform_orders o INDEXED BY orders_missing_items \
     WHERE o.account_id = ? AND o.missing_items = 1 AND NOT EXISTS (SELECT 1 FROM order_reads r WHERE r.order_id = o.id) \
     ORDER BY o.order_date DESC, o.id DESC LIMIT +?";

impl Store {
    /// Keeps what single reads brought (`getOrder`, the items of v0), in one transaction.
    pub async fn apply(
        &self,
        account: AccountId,
        updates: &[OrderUpdate],
        surprises: &[(String, String, u32)],
        now: DateTime<Utc>,
    ) -> Result<ChangeSet, StoreError> {
        let (updates, surprises) = (updates.to_vec(), surprises.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let changes = write(connection, account, updates, now).await?;
                journal::count_surprises(connection, &surprises, now).await?;
                Ok(changes)
            })
        })
        .await
    }

    /// Orders whose lines the platform has not told yet: those never asked for on their own newest first, then the others,
    /// the longest untried first. Id and last update.
    pub async fn missing_items(
        &self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        let mut rows: Vec<(String, i64)> =
            sqlx::query_as(UNTRIED).bind(account.0).bind(limit).fetch_all(&self.inner.readers).await?;
        let left = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if left > 0 {
            let tried: Vec<(String, i64)> = sqlx::query_as(
                "SELECT o.platform_order_id, o.last_update FROM platform_orders o INDEXED BY orders_missing_items \
                 JOIN order_reads r ON r.order_id = o.id \
                 WHERE o.account_id = ? AND o.missing_items = 1 ORDER BY r.read_at, o.id LIMIT +?",
            )
            .bind(account.0)
            .bind(left)
            .fetch_all(&self.inner.readers)
            .await?;
            rows.extend(tried);
        }
        Ok(rows.into_iter().map(|(id, at)| (id, from_millis(at))).collect())
    }

    /// Orders of the wanted kinds that were not read on their own since the moment beside their kind: by kind, the longest
    /// unread first, at most `limit` of each. One may be of two kinds.
    pub async fn stale(
        &self,
        account: AccountId,
        wanted: &[(StaleKind, DateTime<Utc>)],
        limit: u32,
    ) -> Result<Vec<(StaleKind, String)>, StoreError> {
        let mut statement = sqlx::query_as(STALE).bind(account.0).bind(limit);
        for kind in StaleKind::ALL {
            let since = wanted.iter().find(|(of, _)| *of == kind).map(|(_, since)| to_millis(*since));
            statement = statement.bind(since);
        }
        let rows: Vec<(i64, i64, i64, String)> = statement.fetch_all(&self.inner.readers).await?;
        let kind = |index| usize::try_from(index).ok().and_then(|index| StaleKind::ALL.get(index).copied());
        Ok(rows.into_iter().filter_map(|(index, _, _, order_id)| Some((kind(index)?, order_id))).collect())
    }

    /// Notes that an order was read on its own at `now`, whatever came of it. An unknown order is passed over.
    pub async fn mark_read(
        &self,
        account: AccountId,
        order_id: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let order_id = order_id.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO order_reads (order_id, read_at) \
                     SELECT id, ?3 FROM platform_orders WHERE account_id = ?1 AND platform_order_id = ?2 \
                     ON CONFLICT DO UPDATE SET read_at = excluded.read_at",
                )
                .bind(account.0)
                .bind(order_id)
                .bind(to_millis(now))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}

/// What is known of an order before an answer is looked at.
pub(crate) struct Known {
    id: i64,
    pub(crate) versions: VersionTable,
}

/// An order that an answer changes, with the answers that do so and the groups that each of them wins.
struct Pending {
    id: i64,
    is_new: bool,
    versions: VersionTable,
    wins: Vec<(OrderUpdate, Groups)>,
}

/// Writes the newer groups of `updates`. Runs inside the caller's transaction.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    account: AccountId,
    updates: Vec<OrderUpdate>,
    now: DateTime<Utc>,
) -> Result<ChangeSet, StoreError> {
    let mut known = known(connection, account, &updates).await?;
    let mut pending: BTreeMap<String, Pending> = BTreeMap::new();
    let mut unchanged: BTreeSet<String> = BTreeSet::new();
    let mut next_id = None;
    for update in updates {
        if let Some(order) = pending.get_mut(&update.order_id) {
            let won = order.versions.merge(&update);
            if !won.is_empty() {
                order.wins.push((update, won));
            }
            continue;
        }
        let (id, is_new, mut versions) = match known.remove(&update.order_id) {
            Some(known) => (known.id, false, known.versions),
            None if update.carried.is_empty() => continue,
            None => {
                let id = match next_id {
                    Some(id) => id,
                    None => first_free_id(connection).await?,
                };
                next_id = Some(id + 1);
                (id, true, VersionTable::default())
            }
        };
        let won = versions.merge(&update);
        if won.is_empty() {
            // Once more in `known`: a second answer of the same page may still bring something.
            known.insert(update.order_id.clone(), Known { id, versions });
            unchanged.insert(update.order_id);
            continue;
        }
        unchanged.remove(&update.order_id);
        let order_id = update.order_id.clone();
        pending.insert(order_id, Pending { id, is_new, versions, wins: vec![(update, won)] });
    }
    let mut changes =
        ChangeSet { unchanged: u32::try_from(unchanged.len()).unwrap_or(u32::MAX), ..ChangeSet::default() };
    if pending.is_empty() {
        return Ok(changes);
    }
    let old: Vec<i64> = pending.values().filter(|order| !order.is_new).map(|order| order.id).collect();
    let mut stored = load::states(connection, &old).await?;
    let mut written = Vec::with_capacity(pending.len());
    for (order_id, order) in pending {
        let before = stored.remove(&order.id);
        let mut state = match &before {
            Some(before) => before.clone(),
            None => OrderState::new(order.id, order_id.clone()),
        };
        state.versions = order.versions;
        for (update, won) in order.wins {
            state.apply(update, won);
        }
        written.push((before, state));
    }
    keep(connection, account, written, now, &mut changes).await?;
    Ok(changes)
}

/// Writes orders as they are now beside as they were, and all that follows from it.
async fn keep(
    connection: &mut SqliteConnection,
    account: AccountId,
    mut written: Vec<(Option<OrderState>, OrderState)>,
    now: DateTime<Utc>,
    changes: &mut ChangeSet,
) -> Result<(), StoreError> {
    if written.is_empty() {
        return Ok(());
    }
    for (before, state) in &written {
        let changed = Changed {
            id: OrderRowId(count(state.id)),
            order_id: state.order_id.clone(),
            last_update: from_millis(state.last_update()),
        };
        let list = if before.is_none() { &mut changes.new } else { &mut changes.changed };
        list.push(changed);
    }
    let old: Vec<i64> = written.iter().filter_map(|(before, _)| Some(before.as_ref()?.id)).collect();
    let mut struck = release(connection, &mut written, now, &mut changes.units_freed).await?;
    let world = derive::World::load(connection, account, &written).await?;
    changes.items_written = upsert::orders(connection, account, &world, &written, now).await?;
    blocks::split_grown(connection).await?;
    // A cancelled order may have kept its units, because they are sold: it leaves the list all the same.
    struck.extend(strike::orders(connection, &old, now).await?);
    changes.struck = strike::told(connection, &struck).await?;
    Ok(())
}

/// Frees what lines no longer have room for, as acts of their own, and brings the lines' counts up to date. Returns list
/// and order of what open pick lists lost by it.
async fn release(
    connection: &mut SqliteConnection,
    orders: &mut [(Option<OrderState>, OrderState)],
    now: DateTime<Utc>,
    freed: &mut u32,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut struck = Vec::new();
    for (_, order) in orders {
        let mut units = Vec::new();
        let mut left: Vec<(String, i64)> = Vec::new();
        for (id, line) in &order.lines {
            let (Some(row), room) = (line.row, derive::room(order, line)) else { continue };
            if line.linked > room {
                let beyond = claims::beyond(connection, row, room).await?;
                left.push((id.clone(), line.linked - i64::try_from(beyond.len()).unwrap_or(0)));
                units.extend(beyond);
            }
        }
        for (id, linked) in left {
            if let Some(line) = order.lines.get_mut(&id) {
                line.linked = linked;
            }
        }
        if units.is_empty() {
            continue;
        }
        let mut batch = Batch::begin(connection, now).await?;
        // The order is counted again anyway, with all else that changed.
        struck.extend(claims::free(connection, &mut batch, &units, &mut Affected::default()).await?);
        let summary = format!("{FREED}{}: {} has changed", counted(units.len(), "unit"), order.order_id);
        batch.finish(connection, &summary).await?;
        *freed += u32::try_from(units.len()).unwrap_or(u32::MAX);
    }
    Ok(struck)
}

pub(crate) async fn known(
    connection: &mut SqliteConnection,
    account: AccountId,
    updates: &[OrderUpdate],
) -> Result<HashMap<String, Known>, StoreError> {
    let ids: Vec<&str> = updates.iter().map(|update| update.order_id.as_str()).collect();
    let rows = sqlx::query(
        "SELECT id, platform_order_id, group_versions FROM platform_orders \
         WHERE account_id = ?1 AND platform_order_id IN (SELECT value FROM json_each(?2))",
    )
    .bind(account.0)
    .bind(list(&ids))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let versions = VersionTable::from_bytes(row.try_get("group_versions")?);
            Ok((row.try_get("platform_order_id")?, Known { id: row.try_get("id")?, versions }))
        })
        .collect()
}

const FIRST_FREE: &str = "SELECT 1 + MAX(COALESCE((SELECT MAX(id) FROM platform_orders), 0), \
    COALESCE((SELECT MAX(order_id) FROM acts WHERE order_id IS NOT NULL), 0))";

/// Ids are given here and not by SQLite, so that lines can be written without asking for their order's id. Only the one
/// writer gives them, and never one that an act knows: the order of an import that was taken back may come again.
async fn first_free_id(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(FIRST_FREE).fetch_one(connection).await?)
}
