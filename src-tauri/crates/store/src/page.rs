//! Pages of the order list, from one snapshot each: rows, their position and how many match.
//!
//! Where facts and one window decide, any page of any sort costs the same: totals come from kept counts, positions from
//! blocks, rows from index ranges. Where orders have to be looked at, see `sieved`; there `total` and `position` may be
//! lower bounds, and then `total_is_exact` is false. [`Store::count_while`] counts to the end.

use chrono::{DateTime, Utc};
use packlight_domain::listing::{ListRequest, MAX_PAGE, OrderPage, OrderRowId};
use packlight_domain::page::{Place, Sort};
use packlight_domain::query::Query;
use sqlx::{Connection, SqliteConnection};

use crate::blocks::Counting;
use crate::counts::Scope;
use crate::keyset::{Column, Mark, Reading, Stretch, Walk};
use crate::rows::count;
use crate::sieve::Sieve;
use crate::{Store, StoreError};

mod counted;
mod near;
mod sieved;
mod slim;

pub(crate) use slim::{Slim, slim_columns};

/// Orders that can be passed for a page without anybody noticing.
const LONG: i64 = 20_000;

/// A list that is being paged through.
pub(crate) struct List {
    column: Column,
    sort: Sort,
    pub(crate) sieve: Sieve,
    /// Blocks that count the list, whatever its windows.
    counting: Option<Counting>,
}

/// The rows of a page by their keys, and where they stand.
pub(crate) struct Keys {
    pub(crate) marks: Vec<Mark>,
    position: i64,
    total: i64,
    total_is_exact: bool,
}

impl Store {
    /// Rows of the list as it is at `now`. `query` is the parsed text of `request.query`.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] for a cursor of another sort.
    pub async fn page(
        &self,
        query: &Query,
        request: &ListRequest,
        now: DateTime<Utc>,
    ) -> Result<OrderPage, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let scope = Scope { account: request.account, platform: request.platform };
        let list = List::of(Sieve::load(&mut snapshot, query, scope, now).await?, request.sort);
        let limit = request.limit.min(MAX_PAGE);
        let found = list.page(&mut snapshot, &request.place, limit).await?;
        let rows = slim::rows(&mut snapshot, &found.marks).await?;
        snapshot.commit().await?;
        Ok(OrderPage {
            rows,
            position: count(found.position),
            total: count(found.total),
            total_is_exact: found.total_is_exact,
            first: found.marks.first().map(Mark::cursor),
            last: found.marks.last().map(Mark::cursor),
        })
    }

    /// The row ids of all orders that match at `now`, in no order in particular: for acts on a whole result.
    pub async fn matching(
        &self,
        query: &Query,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<Vec<OrderRowId>, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let list = List::of(Sieve::load(&mut snapshot, query, scope, now).await?, Sort::default());
        let marks = list.everything(&mut snapshot).await?;
        snapshot.commit().await?;
        Ok(marks.into_iter().map(|mark| OrderRowId(count(mark.id))).collect())
    }
}

impl List {
    pub(crate) fn of(sieve: Sieve, sort: Sort) -> Self {
        Self { column: Column::of(sort.key), sort, counting: Counting::of(&sieve), sieve }
    }

    fn walk(&self) -> Walk<'_> {
        Walk::of(&self.sieve, self.column)
    }

    /// A page by its keys.
    pub(crate) async fn page(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        if self.sieve.cells.is_empty() {
            // A wrong cursor is refused all the same.
            return self.cut(&[], place, limit);
        }
        let walk = self.walk();
        let is_thin = self.counting.is_none() && self.is_sparse(limit);
        // Of a long list, a window of another sort may leave next to nothing.
        let is_cut =
            walk.passes > LONG && self.sieve.windows.iter().any(|window| window.key != self.column.key);
        if walk.asks_orders() || is_thin || is_cut {
            return self.sieved(connection, place, limit).await;
        }
        self.plain(connection, place, limit).await
    }

    /// Whether a walk would pass over so many others that to read the whole list is cheaper.
    fn is_sparse(&self, limit: u32) -> bool {
        let size = self.sieve.size();
        size.saturating_mul(size).saturating_mul(40) < i64::from(limit).saturating_mul(self.sieve.around())
    }

    /// The counting blocks, where the list has no windows but that of its own sort and is no quicker walked.
    fn ranking(&self) -> Option<&Counting> {
        let own = self.sieve.windows.iter().all(|window| window.key == self.column.key);
        self.counting.as_ref().filter(|_| own && !self.walk().is_short())
    }

    /// The stretches behind `mark` in list order, or of the whole list.
    fn behind(&self, mark: Option<&Mark>) -> Vec<Stretch> {
        let Some(mark) = mark else { return self.segments() };
        let (key, id) = Stretch::bound(mark);
        let without_value = mark.key.is_none();
        let rest = if self.sort.descending {
            Stretch { without_value, low: None, high: Some((key, id)) }
        } else {
            Stretch { without_value, low: Some((key, id + 1)), high: None }
        };
        let mut stretches = vec![rest];
        if !without_value && self.column.nullable {
            stretches.push(Stretch::whole(true));
        }
        stretches
    }

    /// The stretches before `mark`, nearest first.
    fn before(&self, mark: &Mark) -> Vec<Stretch> {
        let (key, id) = Stretch::bound(mark);
        let without_value = mark.key.is_none();
        let rest = if self.sort.descending {
            Stretch { without_value, low: Some((key, id + 1)), high: None }
        } else {
            Stretch { without_value, low: None, high: Some((key, id)) }
        };
        let mut stretches = vec![rest];
        if without_value {
            stretches.push(Stretch::whole(false));
        }
        stretches
    }

    fn segments(&self) -> Vec<Stretch> {
        let mut segments = vec![Stretch::whole(false)];
        if self.column.nullable {
            segments.push(Stretch::whole(true));
        }
        segments
    }

    /// Reads stretches one behind the other until there are `limit` keys.
    async fn read(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_>,
        stretches: &[Stretch],
        reading: Reading,
    ) -> Result<Vec<Mark>, StoreError> {
        let mut marks: Vec<Mark> = Vec::new();
        let mut offset = reading.offset;
        for stretch in stretches {
            let found = u32::try_from(marks.len()).unwrap_or(u32::MAX);
            let rest = Reading { limit: reading.limit.saturating_sub(found), offset, ..reading };
            marks.extend(walk.keys(connection, stretch, rest).await?);
            if marks.len() >= reading.limit as usize {
                break;
            }
            if offset > 0 && marks.is_empty() {
                // How far the offset reaches into the next stretch.
                offset = offset.saturating_sub(count(walk.count(connection, stretch).await?));
            } else {
                offset = 0;
            }
        }
        Ok(marks)
    }

    fn reading(&self, limit: u32) -> Reading {
        Reading { descending: self.sort.descending, limit, offset: 0, budget: None }
    }

    /// A page of a list for which no order has to be looked at.
    async fn plain(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        let total = self.total(connection).await?;
        let (walk, reading) = (self.walk(), self.reading(limit));
        let (marks, position) = match place {
            Place::First => (self.read(connection, &walk, &self.behind(None), reading).await?, Some(0)),
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                (self.read(connection, &walk, &self.behind(Some(&mark)), reading).await?, None)
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let reading = Reading { descending: !self.sort.descending, ..reading };
                let mut marks = self.read(connection, &walk, &self.before(&mark), reading).await?;
                marks.reverse();
                (marks, None)
            }
            Place::Near(position) => {
                let position = i64::from(*position).min(total);
                (self.near(connection, position, limit, total).await?, Some(position))
            }
        };
        let position = match (position, marks.first(), place) {
            (Some(position), _, _) => position,
            (None, Some(first), _) => self.position(connection, first).await?,
            (None, None, Place::Before(_)) => 0,
            (None, None, _) => total,
        };
        Ok(Keys { marks, position, total, total_is_exact: true })
    }

    /// Orders of the list.
    pub(crate) async fn total(&self, connection: &mut SqliteConnection) -> Result<i64, StoreError> {
        match (&self.sieve.windows[..], &self.counting) {
            ([], _) => Ok(self.sieve.size()),
            ([window], counting) => {
                // In the window's own sort it is one stretch.
                let walk = Walk::of(&self.sieve, Column::of(window.key));
                let Some(counting) = counting.as_ref().filter(|_| !walk.is_short()) else {
                    return walk.count(connection, &Stretch::whole(false)).await;
                };
                let (from, to) = counting.ends(connection, window).await?;
                Ok(to - from)
            }
            _ => {
                let mut total = 0;
                for segment in self.segments() {
                    total += self.walk().count(connection, &segment).await?;
                }
                Ok(total)
            }
        }
    }

    /// The position of an order in the list, counted from 0; of one that has gone, where it would be.
    async fn position(&self, connection: &mut SqliteConnection, mark: &Mark) -> Result<i64, StoreError> {
        let Some(counting) = self.ranking() else {
            let mut position = 0;
            for stretch in self.before(mark) {
                position += self.walk().count(connection, &stretch).await?;
            }
            return Ok(position);
        };
        let without_value = mark.key.is_none();
        let below = counting.below(connection, self.column, without_value, Stretch::bound(mark)).await?;
        if without_value {
            let (with, without) = self.sizes(connection, counting).await?;
            return Ok(with + if self.sort.descending { (without - below - 1).max(0) } else { below });
        }
        match (self.sieve.window_of(self.column.key), self.sort.descending) {
            (None, false) => Ok(below),
            (None, true) => Ok((self.sizes(connection, counting).await?.0 - below - 1).max(0)),
            (Some(window), descending) => {
                let (from, to) = counting.ends(connection, &window).await?;
                Ok(if descending { (to - below - 1).max(0) } else { below - from })
            }
        }
    }

    /// Orders with a value of the sort and without.
    async fn sizes(
        &self,
        connection: &mut SqliteConnection,
        counting: &Counting,
    ) -> Result<(i64, i64), StoreError> {
        let without = counting.size(connection, self.column, true).await?;
        Ok((self.sieve.size() - without, without))
    }

    /// The page of a complete, sorted list.
    fn cut(&self, all: &[Mark], place: &Place, limit: u32) -> Result<Keys, StoreError> {
        let limit = limit as usize;
        let (start, end) = match place {
            Place::First => (0, limit.min(all.len())),
            Place::Near(position) => {
                let start = (*position as usize).min(all.len());
                (start, (start + limit).min(all.len()))
            }
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let start = all.partition_point(|own| own.compare(&mark, self.sort).is_le());
                (start, (start + limit).min(all.len()))
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let end = all.partition_point(|own| own.compare(&mark, self.sort).is_lt());
                (end.saturating_sub(limit), end)
            }
        };
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        Ok(Keys {
            marks: all[start..end].to_vec(),
            position: i64::try_from(start).unwrap_or(i64::MAX),
            total,
            total_is_exact: true,
        })
    }
}
