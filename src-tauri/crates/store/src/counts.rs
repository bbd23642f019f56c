//! The counts of the cards, read from rows that triggers keep; nothing is counted when they are asked for.

use packlight_domain::account::{AccountId, Platform};
use packlight_domain::listing::OrderCounts;
use packlight_domain::status::UiStatus;
use sqlx::SqliteConnection;

use crate::rows::count;
use crate::{Store, StoreError};

/// Which accounts a list or a count is about. Both narrow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this account.
    pub account: Option<AccountId>,
    /// Only accounts of this platform.
    pub platform: Option<Platform>,
}

/// A number of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub orders: u32,
    /// Whether these are all; otherwise there are at least so many.
    pub is_exact: bool,
}

/// The orders of one account and status: one range of every sort's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) account: i64,
    pub(crate) status: i64,
    pub(crate) orders: i64,
}

impl Store {
    /// What the cards show for an account, a platform, or everything.
    pub async fn counts(
        &self,
        account: Option<AccountId>,
        platform: Option<Platform>,
    ) -> Result<OrderCounts, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT c.ui_status, SUM(c.n), SUM(c.missing_items), SUM(c.unmatched), SUM(c.no_asin) \
             FROM order_counts c JOIN accounts a ON a.id = c.account_id \
             WHERE (?1 IS NULL OR c.account_id = ?1) AND (?2 IS NULL OR a.platform = ?2) GROUP BY c.ui_status",
        )
        .bind(account.map(|account| account.0))
        .bind(platform.map(Platform::word))
        .fetch_all(&self.inner.readers)
        .await?;
        let mut counts = OrderCounts::default();
        for (status, orders, missing, unmatched, no_asin) in rows {
            counts.all += count(orders);
            counts.missing_items += count(missing);
            counts.unmatched += count(unmatched);
            counts.no_asin += count(no_asin);
            *match status_of(status) {
                UiStatus::Pending => &mut counts.pending,
                UiStatus::Paid => &mut counts.paid,
                UiStatus::Shipped => &mut counts.shipped,
                UiStatus::Completed => &mut counts.completed,
                UiStatus::Cancelled => &mut counts.cancelled,
                UiStatus::Other => &mut counts.other,
            } += count(orders);
        }
        Ok(counts)
    }
}

/// The status of its number in the store.
pub(crate) fn status_of(number: i64) -> UiStatus {
    usize::try_from(number).ok().and_then(|at| UiStatus::ALL.get(at).copied()).unwrap_or(UiStatus::Other)
}

/// The cells of a scope that hold orders.
pub(crate) async fn cells(connection: &mut SqliteConnection, scope: Scope) -> Result<Vec<Cell>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT c.account_id, c.ui_status, c.n FROM order_counts c JOIN accounts a ON a.id = c.account_id \
         WHERE c.n > 0 AND (?1 IS NULL OR c.account_id = ?1) AND (?2 IS NULL OR a.platform = ?2)",
    )
    .bind(scope.account.map(|account| account.0))
    .bind(scope.platform.map(Platform::word))
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(account, status, orders)| Cell { account, status, orders }).collect())
}
