//! Records of pick lists, as they are read.

use std::collections::HashSet;

use packlight_domain::instant::from_millis;
use packlight_domain::picking::plan::PickPlan;
use packlight_domain::picking::{
    PickException, PickListEntry, PickListId, PickMark, PickRun, PickState, PickStop, PickTotals,
};
use packlight_domain::stock::UnitId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row, SqliteConnection};

use super::Planned;
use crate::rows::{count, from_json, instant};
use crate::{Store, StoreError};

macro_rules! entries {
    ($which:literal) => {
        concat!(
            "SELECT l.id, l.list_id, l.state, l.created_at, l.printed_at, l.prints, l.lines, l.units, l.orders, ",
            "l.exceptions, l.exception_units, ",
            "(SELECT COUNT(*) FROM pick_stops s WHERE s.list_id = l.id AND s.mark = 'picked') AS picked, ",
            "(SELECT COUNT(*) FROM pick_stops s WHERE s.list_id = l.id AND s.mark = 'short') AS short, ",
            "(SELECT COUNT(*) FROM pick_stops s WHERE s.list_id = l.id AND s.mark = 'struck') AS struck ",
            "FROM pick_lists l WHERE ",
            $which
        )
    };
}

impl Store {
    /// Recorded lists, newest first, before the record `before`.
    pub async fn pick_lists(
        &self,
        before: Option<PickListId>,
        limit: u32,
    ) -> Result<Vec<PickListEntry>, StoreError> {
        let rows = sqlx::query(entries!("l.id < ? ORDER BY l.id DESC LIMIT +?"))
            .bind(before.map_or(i64::MAX, |record| i64::from(record.0)))
            .bind(limit)
            .fetch_all(&self.inner.readers)
            .await?;
        rows.iter().map(|row| Ok(of_row(row)?)).collect()
    }

    /// Lists of which units were struck that the seller has not seen yet, newest first; none that was put away.
    pub async fn struck_pick_lists(&self) -> Result<Vec<PickListEntry>, StoreError> {
        let rows = sqlx::query(entries!(
            "l.id IN (SELECT j.value FROM settings t CROSS JOIN json_each(t.value) j WHERE t.key = 'struck_lists') \
             AND l.state <> 'discarded' ORDER BY l.id DESC"
        ))
        .fetch_all(&self.inner.readers)
        .await?;
        let lists: Result<Vec<PickListEntry>, StoreError> = rows.iter().map(|row| Ok(of_row(row)?)).collect();
        // An undo may have taken the strike back.
        Ok(lists?.into_iter().filter(|entry| entry.struck > 0).collect())
    }

    /// A recorded list with its stops.
    pub async fn pick_run(&self, record: PickListId) -> Result<PickRun, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let entry = entry(&mut snapshot, record).await?;
        let (stops, exceptions) = stops(&mut snapshot, record).await?;
        snapshot.commit().await?;
        Ok(PickRun { entry, stops, exceptions })
    }

    /// A record as it is printed again: as it was made, without what was struck since.
    pub async fn recorded_pick_list(&self, record: PickListId) -> Result<Planned, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let entry = entry(&mut snapshot, record).await?;
        let plan = content(&mut snapshot, record).await?.without(&struck(&mut snapshot, record).await?);
        snapshot.commit().await?;
        Ok(Planned { plan, record: Some(record), prints: entry.prints })
    }
}

fn of_row(row: &SqliteRow) -> Result<PickListEntry, sqlx::Error> {
    let number = |column: &str| -> Result<u32, sqlx::Error> { Ok(count(row.try_get(column)?)) };
    Ok(PickListEntry {
        record: PickListId(number("id")?),
        id: row.try_get("list_id")?,
        state: match row.try_get("state")? {
            "open" => PickState::Open,
            "done" => PickState::Done,
            _ => PickState::Discarded,
        },
        created_at: from_millis(row.try_get("created_at")?),
        prints: number("prints")?,
        printed_at: instant(row, "printed_at")?,
        totals: PickTotals {
            lines: number("lines")?,
            units: number("units")?,
            orders: number("orders")?,
            exceptions: number("exceptions")?,
            exception_units: number("exception_units")?,
        },
        picked: number("picked")?,
        short: number("short")?,
        struck: number("struck")?,
    })
}

/// A record's line in the overview.
pub(super) async fn entry(
    connection: &mut SqliteConnection,
    record: PickListId,
) -> Result<PickListEntry, StoreError> {
    let row = sqlx::query(entries!("l.id = ?")).bind(record.0).fetch_optional(connection).await?;
    Ok(of_row(&row.ok_or(StoreError::NoPickList(record))?)?)
}

async fn content(connection: &mut SqliteConnection, record: PickListId) -> Result<PickPlan, StoreError> {
    let content: Option<String> = sqlx::query_scalar("SELECT content FROM pick_lists WHERE id = ?")
        .bind(record.0)
        .fetch_optional(connection)
        .await?;
    from_json(&content.ok_or(StoreError::NoPickList(record))?)
}

/// The stops of a record with their marks, and its exceptions.
pub(super) async fn stops(
    connection: &mut SqliteConnection,
    record: PickListId,
) -> Result<(Vec<PickStop>, Vec<PickException>), StoreError> {
    let plan = content(connection, record).await?;
    let marks: Vec<String> =
        sqlx::query_scalar("SELECT mark FROM pick_stops WHERE list_id = ? ORDER BY position")
            .bind(record.0)
            .fetch_all(connection)
            .await?;
    let stops = plan
        .stops
        .into_iter()
        .zip(marks)
        .zip(0..)
        .map(|((stop, mark), position)| {
            stop.at(position, PickMark::from_word(&mark).unwrap_or(PickMark::Open))
        })
        .collect();
    Ok((stops, plan.exceptions))
}

/// The open record of a list's id: its row, how often it was printed, and what is on it.
pub(super) async fn open_of(
    connection: &mut SqliteConnection,
    list_id: &str,
) -> Result<Option<(PickListId, u32, PickPlan)>, StoreError> {
    let row: Option<(i64, i64, String)> = sqlx::query_as(
        "SELECT id, prints, content FROM pick_lists WHERE list_id = ? AND state = 'open' ORDER BY id LIMIT 1",
    )
    .bind(list_id)
    .fetch_optional(connection)
    .await?;
    row.map(|(id, prints, content)| Ok((PickListId(count(id)), count(prints), from_json(&content)?)))
        .transpose()
}

/// Units that were struck from a record.
pub(super) async fn struck(
    connection: &mut SqliteConnection,
    record: PickListId,
) -> Result<HashSet<UnitId>, StoreError> {
    let units: Vec<i64> =
        sqlx::query_scalar("SELECT unit_id FROM pick_stops WHERE list_id = ? AND mark = 'struck'")
            .bind(record.0)
            .fetch_all(connection)
            .await?;
    Ok(units.into_iter().map(|unit| UnitId(count(unit))).collect())
}
