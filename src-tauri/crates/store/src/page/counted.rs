//! Counting a list to its end.
//!
//! Where every order has to be looked at, that takes seconds with a million of them. Such a count asks now and then whether
//! it is still wanted, from within SQLite, and gives up within a millisecond or so when it is not; it never keeps a reader busy
//! for a question that nobody asks any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use packlight_domain::page::Sort;
use packlight_domain::query::Query;
use sqlx::{Connection, SqliteConnection};

use super::List;
use super::sieved::Way;
use crate::counts::{Counted, Scope};
use crate::keyset::Reading;
use crate::rows::count;
use crate::search;
use crate::sieve::Sieve;
use crate::{Store, StoreError};

/// Instructions of SQLite's machine between two questions whether the count is still wanted.
const STEPS: i32 = 4_000;

impl Store {
    /// How many orders match at `now`: exact where no order has to be looked at, else counted up to `stop_at`. `None` when
    /// `wanted` said no before that.
    pub async fn count<W>(
        &self,
        query: &Query,
        scope: Scope,
        stop_at: u32,
        now: DateTime<Utc>,
        mut wanted: W,
    ) -> Result<Option<Counted>, StoreError>
    where
        W: FnMut() -> bool + Send + 'static,
    {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let list = List::of(Sieve::load(&mut snapshot, query, scope, now).await?, Sort::default());
        let asks = Asks(Arc::new(AtomicBool::new(true)));
        let (still_asks, gave_up) = (Arc::clone(&asks.0), Arc::new(AtomicBool::new(false)));
        let gives_up = Arc::clone(&gave_up);
        snapshot.lock_handle().await?.set_progress_handler(STEPS, move || {
            let goes_on = !still_asks.load(Ordering::Relaxed) || wanted();
            gives_up.fetch_or(!goes_on, Ordering::Relaxed);
            goes_on
        });
        let counted = list.count(&mut snapshot, stop_at).await;
        drop(asks);
        snapshot.lock_handle().await?.remove_progress_handler();
        if gave_up.load(Ordering::Relaxed) {
            return Ok(None);
        }
        snapshot.commit().await?;
        counted.map(Some)
    }
}

/// While it lives, the connection asks whether the count is wanted. Whoever reads next on a connection whose count was
/// dropped half way is never stopped by it.
struct Asks(Arc<AtomicBool>);

impl Drop for Asks {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl List {
    /// How many orders there are in the list, up to `stop_at`.
    pub(crate) async fn count(
        &self,
        connection: &mut SqliteConnection,
        stop_at: u32,
    ) -> Result<Counted, StoreError> {
        if self.sieve.cells.is_empty() {
            return Ok(Counted { orders: 0, is_exact: true });
        }
        if self.counting.is_some() || self.sieve.terms.is_empty() && self.sieve.windows.is_empty() {
            return Ok(Counted { orders: count(self.total(connection).await?), is_exact: true });
        }
        let stop = stop_at.saturating_add(1);
        let found = match self.way(connection, i64::MAX, None).await? {
            Way::Prove(candidates) | Way::Among(candidates) => {
                search::count_proven(connection, &candidates.ids, 1, &self.sieve, stop).await?
            }
            Way::Walk if i64::from(stop) > self.sieve.size() => {
                let mut found = 0;
                for segment in self.segments() {
                    found += self.walk().count(connection, &segment).await?;
                }
                count(found)
            }
            Way::Walk => {
                let reading = Reading { limit: stop, ..self.reading(stop) };
                let marks = self.read(connection, &self.walk(), &self.segments(), reading).await?;
                u32::try_from(marks.len()).unwrap_or(u32::MAX)
            }
        };
        Ok(Counted { orders: found.min(stop_at), is_exact: found <= stop_at })
    }
}
