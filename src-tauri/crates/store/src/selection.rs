//! Which orders an act is about: some by their row ids, or all that match a query.

use std::collections::BTreeSet;

use packlight_domain::listing::OrderRowId;
use packlight_domain::page::SortKey;
use packlight_domain::query::Query;
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::counts::{Scope, cells};
use crate::keyset::{Column, Reading, Stretch, keys};
use crate::search::{self, Filter};

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

/// Row ids of a selection, newest order first; ids given one by one in the order of the ids.
pub(crate) async fn row_ids(
    connection: &mut SqliteConnection,
    orders: &Orders,
) -> Result<Vec<i64>, StoreError> {
    match orders {
        Orders::Ids(ids) => {
            let ids: BTreeSet<i64> = ids.iter().map(|id| i64::from(id.0)).collect();
            Ok(ids.into_iter().collect())
        }
        Orders::Matching { query, scope, except } => {
            let except: BTreeSet<i64> = except.iter().map(|id| i64::from(id.0)).collect();
            let mut cells = cells(connection, *scope).await?;
            search::narrow(&mut cells, query);
            let filter = Filter::of(query);
            let reading = Reading { descending: true, limit: u32::MAX, offset: 0, budget: None };
            let column = Column::of(SortKey::Date);
            let mut ids = Vec::new();
            for without_value in [false, true] {
                let stretch = Stretch::whole(without_value);
                let marks = keys(connection, column, &cells, &stretch, reading, &filter).await?;
                ids.extend(marks.iter().map(|mark| mark.id).filter(|id| !except.contains(id)));
            }
            Ok(ids)
        }
    }
}
