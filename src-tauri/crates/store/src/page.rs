//! Pages of the order list, from one snapshot each: rows, their position and how many match.
//!
//! Without a text, any page of any sort costs the same: totals come from kept counts, positions from blocks, rows from
//! index ranges. With a text, see `search`; there `total` and `position` may be lower bounds, and then
//! `total_is_exact` is false. [`Store::count`] counts to the end.

use std::collections::HashMap;

use packlight_domain::account::Platform;
use packlight_domain::instant::from_millis;
use packlight_domain::listing::{ListRequest, MAX_PAGE, MatchSummary, OrderPage, OrderRow, OrderRowId};
use packlight_domain::money::Money;
use packlight_domain::page::{Place, Sort};
use packlight_domain::query::Query;
use packlight_domain::status::{self, UiStatus};
use serde::Deserialize;
use sqlx::{Connection, SqliteConnection};

use crate::blocks::{self, Counting};
use crate::counts::{Cell, Counted, Scope, cells, status_of};
use crate::keyset::{Column, Mark, Reading, Stretch, keys};
use crate::rows::{count, from_json, known, list};
use crate::search::{self, Filter};
use crate::{Store, StoreError};

mod texts;

/// A list that is being paged through.
struct List {
    column: Column,
    sort: Sort,
    cells: Vec<Cell>,
    counting: Counting,
    filter: Filter,
}

/// The rows of a page by their keys, and where they stand.
struct Keys {
    marks: Vec<Mark>,
    position: i64,
    total: i64,
    total_is_exact: bool,
}

impl Store {
    /// Rows of the list. `query` is the parsed text of `request.query`.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] for a cursor of another sort.
    pub async fn page(&self, query: &Query, request: &ListRequest) -> Result<OrderPage, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let scope = Scope { account: request.account, platform: request.platform };
        let list = List::of(&mut snapshot, query, scope, request.sort).await?;
        let limit = request.limit.min(MAX_PAGE);
        let found = if list.filter.texts.is_empty() {
            list.plain(&mut snapshot, &request.place, limit).await?
        } else {
            list.with_texts(&mut snapshot, &request.place, limit).await?
        };
        let rows = rows(&mut snapshot, &found.marks).await?;
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

    /// How many orders match: exact without a text, else counted up to `stop_at`.
    pub async fn count(&self, query: &Query, scope: Scope, stop_at: u32) -> Result<Counted, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let list = List::of(&mut snapshot, query, scope, Sort::default()).await?;
        let counted = if list.filter.texts.is_empty() {
            Counted { orders: count(list.size()), is_exact: true }
        } else {
            let candidates = search::candidates(&mut snapshot, &list.filter, u32::MAX).await?;
            let stop = stop_at.saturating_add(1);
            let found =
                search::count_proven(&mut snapshot, &candidates.ids, 1, &list.cells, &list.filter, stop)
                    .await?;
            Counted { orders: found.min(stop_at), is_exact: found <= stop_at }
        };
        snapshot.commit().await?;
        Ok(counted)
    }
}

impl List {
    async fn of(
        connection: &mut SqliteConnection,
        query: &Query,
        scope: Scope,
        sort: Sort,
    ) -> Result<Self, StoreError> {
        let mut cells = cells(connection, scope).await?;
        let is_every_status = !search::narrow(&mut cells, query);
        let counting = Counting::of(&cells, is_every_status);
        Ok(Self { column: Column::of(sort.key), sort, cells, counting, filter: Filter::of(query) })
    }

    fn size(&self) -> i64 {
        self.cells.iter().map(|cell| cell.orders).sum()
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
        stretches: &[Stretch],
        reading: Reading,
        filter: &Filter,
    ) -> Result<Vec<Mark>, StoreError> {
        let mut marks: Vec<Mark> = Vec::new();
        let mut offset = reading.offset;
        for stretch in stretches {
            let found = u32::try_from(marks.len()).unwrap_or(u32::MAX);
            let rest = Reading { limit: reading.limit.saturating_sub(found), offset, ..reading };
            marks.extend(keys(connection, self.column, &self.cells, stretch, rest, filter).await?);
            // Only the first stretch of a located place is entered in its middle.
            offset = 0;
            if marks.len() >= reading.limit as usize || self.is_longer(connection, stretch, reading).await? {
                break;
            }
        }
        Ok(marks)
    }

    /// Whether a stretch goes on behind the orders that a reading with a budget may look at; then the next one is not its
    /// turn yet.
    async fn is_longer(
        &self,
        connection: &mut SqliteConnection,
        stretch: &Stretch,
        reading: Reading,
    ) -> Result<bool, StoreError> {
        let Some(budget) = reading.budget else { return Ok(false) };
        let next = Reading { limit: 1, offset: budget, ..reading };
        let beyond = keys(connection, self.column, &self.cells, stretch, next, &Filter::default()).await?;
        Ok(!beyond.is_empty())
    }

    fn reading(&self, limit: u32) -> Reading {
        Reading { descending: self.sort.descending, limit, offset: 0, budget: None }
    }

    /// A page of a list without a text.
    async fn plain(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        let total = self.size();
        let filter = &self.filter;
        let (marks, position) = match place {
            Place::First => {
                (self.read(connection, &self.behind(None), self.reading(limit), filter).await?, Some(0))
            }
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                (self.read(connection, &self.behind(Some(&mark)), self.reading(limit), filter).await?, None)
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let reading = Reading { descending: !self.sort.descending, ..self.reading(limit) };
                let mut marks = self.read(connection, &self.before(&mark), reading, filter).await?;
                marks.reverse();
                (marks, None)
            }
            Place::Near(position) => {
                let position = i64::from(*position).min(total);
                (self.near(connection, position, limit).await?, Some(position))
            }
        };
        let position = match (position, marks.first(), place) {
            (Some(position), _, _) => position,
            (None, Some(first), _) => {
                blocks::position(connection, self.sort, &self.cells, &self.counting, first).await?
            }
            (None, None, Place::Before(_)) => 0,
            (None, None, _) => total,
        };
        Ok(Keys { marks, position, total, total_is_exact: true })
    }

    /// The keys from a position on: a block is found by adding up counts, and entered by a step shorter than a block.
    async fn near(
        &self,
        connection: &mut SqliteConnection,
        position: i64,
        limit: u32,
    ) -> Result<Vec<Mark>, StoreError> {
        let descending = self.sort.descending;
        let found = blocks::locate(connection, self.column, &self.counting, descending, position).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let without_value = found.stretch.without_value;
        // From the block's first order in list order on to the segment's end.
        let first = if descending {
            Stretch { low: None, ..found.stretch }
        } else {
            Stretch { high: None, ..found.stretch }
        };
        let mut stretches = vec![first];
        if !without_value && self.column.nullable {
            stretches.push(Stretch::whole(true));
        }
        let reading = Reading { offset: count(position - found.before), ..self.reading(limit) };
        self.read(connection, &stretches, reading, &self.filter).await
    }
}

/// What [`OrderRow`] is made of, as one JSON array: read column by column and row by row, a page would take most of its
/// time to cross from SQLite's thread to ours.
macro_rules! slim_columns {
    () => {
        "json_array(o.id, a.platform, o.platform_order_id, o.order_date, o.ship_by, o.description, o.lines, \
         o.units_left, o.ui_status, o.status, o.total_minor, o.total_currency, o.cancel_requested, o.missing_items, \
         o.notes IS NOT NULL, o.linked_lines, o.unmatched_lines, o.no_asin_lines)"
    };
}
pub(crate) use slim_columns;

/// The array of `slim_columns!`.
#[derive(Debug, Deserialize)]
pub(crate) struct Slim {
    id: i64,
    platform: String,
    platform_order_id: String,
    order_date: Option<i64>,
    ship_by: Option<i64>,
    description: String,
    lines: i64,
    units_left: i64,
    ui_status: i64,
    status: Option<String>,
    total_minor: Option<i64>,
    total_currency: Option<String>,
    cancel_requested: i64,
    missing_items: i64,
    has_note: i64,
    linked_lines: i64,
    unmatched_lines: i64,
    no_asin_lines: i64,
}

/// The rows of these keys, in their order.
async fn rows(connection: &mut SqliteConnection, marks: &[Mark]) -> Result<Vec<OrderRow>, StoreError> {
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
    let found: String = sqlx::query_scalar(concat!(
        "SELECT json_group_array(",
        slim_columns!(),
        ") FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value \
         CROSS JOIN accounts a ON a.id = o.account_id"
    ))
    .bind(list(&ids))
    .fetch_one(connection)
    .await?;
    let mut found: HashMap<i64, Slim> =
        from_json::<Vec<Slim>>(&found)?.into_iter().map(|slim| (slim.id, slim)).collect();
    ids.iter().filter_map(|id| found.remove(id)).map(Slim::into_row).collect()
}

impl Slim {
    pub(crate) fn into_row(self) -> Result<OrderRow, StoreError> {
        let platform: Platform = known(&self.platform)?;
        let ui_status = status_of(self.ui_status);
        let word = self.status.as_deref();
        let currency = self.total_currency.as_deref().and_then(|code| code.parse().ok());
        Ok(OrderRow {
            id: OrderRowId(count(self.id)),
            platform,
            platform_order_id: self.platform_order_id,
            order_date: self.order_date.map(from_millis),
            ship_by: self.ship_by.map(from_millis),
            buyer_name: buyer_name(platform).to_owned(),
            description: self.description,
            lines: count(self.lines),
            units_left: count(self.units_left),
            ui_status,
            unknown_status: word
                .filter(|_| ui_status == UiStatus::Other)
                .map(|word| status::to_v0(word).to_owned()),
            total: self.total_minor.zip(currency).map(|(minor, currency)| Money { minor, currency }.into()),
            part_shipped: word == Some("PARTIALLY_SHIPPED"),
            cancel_requested: self.cancel_requested != 0,
            missing_items: self.missing_items != 0,
            has_note: self.has_note != 0,
            matches: MatchSummary {
                total: count(self.lines),
                linked: count(self.linked_lines),
                unmatched: count(self.unmatched_lines),
                no_asin: count(self.no_asin_lines),
                all_matched: self.unmatched_lines == 0 && self.no_asin_lines == 0,
            },
        })
    }
}

/// Buyers have no names here (design decision 3).
fn buyer_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Amazon => "Amazon Customer",
        Platform::Ebay => "eBay customer",
        Platform::Bricqer => "Bricqer customer",
    }
}
