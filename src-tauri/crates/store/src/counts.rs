//! The counts of the cards, read from rows that triggers keep; nothing is counted when they are asked for.

use packlight_domain::account::{AccountId, Platform};
use packlight_domain::listing::OrderCounts;
use packlight_domain::status::UiStatus;

use crate::facts::Facts;
use crate::rows::{count, from_json};
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

impl Store {
    /// What the cards show for an account, a platform, or everything.
    pub async fn counts(
        &self,
        account: Option<AccountId>,
        platform: Option<Platform>,
    ) -> Result<OrderCounts, StoreError> {
        let rows: String = sqlx::query_scalar(
            "SELECT json_group_array(json_array(c.facts, c.n)) FROM fact_counts c JOIN accounts a ON a.id = c.account_id \
             WHERE (?1 IS NULL OR c.account_id = ?1) AND (?2 IS NULL OR a.platform = ?2)",
        )
        .bind(account.map(|account| account.0))
        .bind(platform.map(Platform::word))
        .fetch_one(&self.inner.readers)
        .await?;
        let mut counts = OrderCounts::default();
        for (facts, orders) in from_json::<Vec<(i64, i64)>>(&rows)? {
            let (facts, orders) = (Facts(facts), count(orders));
            let if_so = |so: bool| if so { orders } else { 0 };
            counts.all += orders;
            counts.missing_items += if_so(facts.is_missing_items());
            counts.unmatched += if_so(facts.is_unmatched());
            counts.no_asin += if_so(facts.is_no_asin());
            *match status_of(facts.status()) {
                UiStatus::Pending => &mut counts.pending,
                UiStatus::Paid => &mut counts.paid,
                UiStatus::Shipped => &mut counts.shipped,
                UiStatus::Completed => &mut counts.completed,
                UiStatus::Cancelled => &mut counts.cancelled,
                UiStatus::Other => &mut counts.other,
            } += orders;
        }
        Ok(counts)
    }
}

/// The status of its number in the store.
pub(crate) fn status_of(number: i64) -> UiStatus {
    usize::try_from(number).ok().and_then(|at| UiStatus::ALL.get(at).copied()).unwrap_or(UiStatus::Other)
}
