//! Which orders an act is about: some by their row ids, or all that match a query.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use packlight_domain::listing::OrderRowId;
use packlight_domain::page::Sort;
use packlight_domain::query::Query;
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::counts::Scope;
use crate::page::List;
use crate::sieve::Sieve;

/// Orders of an act; the query is parsed.
#[derive(Debug, Clone)]
pub enum Orders {
    /// These.
    Ids(Vec<OrderRowId>),
    /// All that match, but for some.
    Matching {
        /// Which.
        query: Query,
        /// Of which accounts.
        scope: Scope,
        /// Left out.
        except: Vec<OrderRowId>,
    },
}

/// Row ids of a selection at `now`, newest order first; ids given one by one in the order of the ids.
pub(crate) async fn row_ids(
    connection: &mut SqliteConnection,
    orders: &Orders,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, StoreError> {
    match orders {
        Orders::Ids(ids) => {
            let ids: BTreeSet<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
            Ok(ids.into_iter().collect())
        }
        Orders::Matching { query, scope, except } => {
            let except: BTreeSet<i64> = except.iter().map(|id| i64::from(id.0)).collect();
            let list = List::of(Sieve::load(connection, query, *scope, now).await?, Sort::default());
            let marks = list.everything(connection).await?;
            Ok(marks.iter().map(|mark| mark.id).filter(|id| !except.contains(id)).collect())
        }
    }
}
