//! Pick lists: planning them from one snapshot, and keeping them as records that hold their units.
//!
//! Owned here: a unit is on one open list only (the index `pick_stops_hold` sees to it, whoever writes), a record holds
//! what was printed or walked, and a stop is struck in the very transaction in which its order no longer wants the unit.

use chrono::{DateTime, Utc};
use packlight_domain::account::Platform;
use packlight_domain::picking::plan::{Holds, Layout, PickPlan, plan};
use packlight_domain::picking::work::PickWork;
use packlight_domain::picking::{PickList, PickListId};
use sqlx::{Connection, SqliteConnection};

use crate::selection::Orders;
use crate::{Store, StoreError};

mod news;
mod read;
mod record;
mod run;
pub(crate) mod strike;
mod undo;
mod walk;
mod work;

pub use record::Recorded;
pub use strike::Struck;
pub(crate) use undo::{restore_lists, restore_stops};
pub(crate) use walk::restore as restore_walk;

#[cfg(test)]
pub(crate) use work::{OPEN_ORDERS, OPEN_ORDERS_OF};

/// Which list is asked for; the query is parsed.
#[derive(Debug, Clone, Default)]
pub struct PickAsked {
    /// Only these orders.
    pub orders: Option<Orders>,
    /// Only this platform's orders.
    pub platform: Option<Platform>,
    /// How it is laid out.
    pub layout: Layout,
}

/// A list as it would be printed now: a new one, or an open record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What is taken and what stays; of a record without what was struck since.
    pub plan: PickPlan,
    /// The open record that it is.
    pub record: Option<PickListId>,
    /// How often the record was printed.
    pub prints: u32,
}

impl Planned {
    /// As it is shown, and printed next.
    pub fn list(&self) -> PickList {
        self.plan.list(self.record, self.prints)
    }
}

impl Store {
    /// Plans a list at `now`; nothing changes. The same content as an open list is that list.
    pub async fn plan_pick_list(&self, asked: &PickAsked, now: DateTime<Utc>) -> Result<Planned, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let planned = planned(&mut snapshot, asked, now).await?;
        snapshot.commit().await?;
        Ok(planned)
    }
}

async fn planned(
    connection: &mut SqliteConnection,
    asked: &PickAsked,
    now: DateTime<Utc>,
) -> Result<Planned, StoreError> {
    let work: PickWork = work::load(connection, asked, now).await?;
    let alone = plan(&work, asked.layout, Holds::Ignored);
    if let Some((record, prints, content)) = read::open_of(connection, &alone.id).await? {
        let struck = read::struck(connection, record).await?;
        let plan = alone.continuing(&content).without(&struck).laid_out(asked.layout);
        return Ok(Planned { plan, record: Some(record), prints });
    }
    Ok(Planned { plan: plan(&work, asked.layout, Holds::Respected), record: None, prints: 0 })
}
