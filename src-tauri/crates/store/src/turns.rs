//! When time alone changes what lists and counts hold: an order's ship time passes, or a marketplace's day ends.
//!
//! Nothing is written at such a moment, so nobody would be told of it who does not know when it comes.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::query::{Compare, Day};

use crate::conditions::CAN_BE_LATE;
use crate::zones::Zones;
use crate::{Store, StoreError};

/// The zones, and the first ship time from a moment on at which an order becomes late: a seek for each class of such orders.
const NEXT: &str = "SELECT (SELECT json_group_array(json_array(zone, account_id, marketplace_id)) FROM account_marketplaces), \
    (SELECT MIN((SELECT o.ship_by FROM platform_orders o INDEXED BY orders_of_class_by_ship \
    WHERE o.account_id = c.account_id AND o.class = c.class AND o.ship_by >= ?1 AND o.facts & ?2 = ?3 \
    ORDER BY o.ship_by LIMIT 1)) FROM (SELECT DISTINCT account_id, facts & 31 AS class FROM fact_counts \
    WHERE n > 0 AND facts & ?2 = ?3) c)";

impl Store {
    /// The first moment after `now` at which some list holds other orders than before although none was written.
    pub async fn next_turn(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let (marketplaces, ship_by): (String, Option<i64>) = sqlx::query_as(NEXT)
            .bind(to_millis(now))
            .bind(CAN_BE_LATE.0)
            .bind(CAN_BE_LATE.1)
            .fetch_one(&self.inner.readers)
            .await?;
        let today = Compare::Is(Day::Today);
        let zones = Zones::read(now, &marketplaces)?.all();
        let midnights = zones.iter().filter_map(|zone| zone.of_days(&today).1);
        // It is late once its ship time is over.
        let late = ship_by.map(|at| from_millis(at.saturating_add(1)));
        Ok(midnights.chain(late).filter(|at| *at > now).min().unwrap_or(now + TimeDelta::days(1)))
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::*;
    use crate::Access;

    #[tokio::test]
    async fn the_next_turn_is_found_by_seeks() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Write, DateTime::UNIX_EPOCH).await.unwrap();
        let explained = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {NEXT}")));
        let rows = explained.fetch_all(&store.inner.readers).await.unwrap();
        let plan: String = rows.iter().map(|row| row.get::<String, _>("detail") + "\n").collect();
        let seek = "SEARCH o USING INDEX orders_of_class_by_ship (account_id=? AND class=? AND ship_by>?)";
        assert!(plan.contains(seek), "{plan}");
        assert!(!plan.contains("SCAN o") && !plan.contains("FOR ORDER BY"), "{plan}");
        store.close().await;
    }
}
