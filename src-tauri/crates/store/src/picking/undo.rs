//! Taking back what was done with lists: marks, and the states of records.

use chrono::{DateTime, Utc};
use packlight_domain::instant::to_millis;
use sqlx::SqliteConnection;

use super::run::{can_hold, set_mark};
use super::strike::release;
use crate::StoreError;
use crate::acts::Stored;

/// Puts marks back that still stand; tells which. A unit that another list or line has by now stays as it is.
pub(crate) async fn restore_stops(
    connection: &mut SqliteConnection,
    acts: &[Stored],
    now: DateTime<Utc>,
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        restored.push(restore_stop(connection, act, now).await?);
    }
    Ok(restored)
}

async fn restore_stop(
    connection: &mut SqliteConnection,
    act: &Stored,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let key: Option<(i64, i64)> = act
        .key
        .split_once('/')
        .and_then(|(list, position)| Some((list.parse().ok()?, position.parse().ok()?)));
    let Some((list, position)) = key else { return Ok(false) };
    let current: Option<String> = sqlx::query_scalar(
        "SELECT s.mark FROM pick_stops s CROSS JOIN pick_lists l ON l.id = s.list_id \
         WHERE s.list_id = ? AND s.position = ? AND l.state <> 'discarded'",
    )
    .bind(list)
    .bind(position)
    .fetch_optional(&mut *connection)
    .await?;
    match &act.before {
        Some(before) if current.is_some() && current == act.after => {
            set_mark(connection, list, position, before, to_millis(now)).await
        }
        _ => Ok(false),
    }
}

/// Puts the states of records back that still stand; tells which. A record that never was is one that is discarded.
pub(crate) async fn restore_lists(
    connection: &mut SqliteConnection,
    acts: &[Stored],
) -> Result<Vec<bool>, StoreError> {
    let mut restored = Vec::with_capacity(acts.len());
    for act in acts {
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "discarded".to_owned());
        let (before, after) = (word(&act.before), word(&act.after));
        let Ok(list) = act.key.parse::<i64>() else {
            restored.push(false);
            continue;
        };
        let current: Option<String> = sqlx::query_scalar("SELECT state FROM pick_lists WHERE id = ?")
            .bind(list)
            .fetch_optional(&mut *connection)
            .await?;
        let stands = current.as_deref() == Some(after.as_str());
        restored.push(stands && put_back(connection, list, &before).await?);
    }
    Ok(restored)
}

async fn put_back(connection: &mut SqliteConnection, list: i64, state: &str) -> Result<bool, StoreError> {
    if state == "open" {
        let held: Vec<(i64, bool)> = sqlx::query_as(
            "SELECT position, mark = 'open' FROM pick_stops WHERE list_id = ? AND mark IN ('open', 'picked')",
        )
        .bind(list)
        .fetch_all(&mut *connection)
        .await?;
        // A list with nothing left to take would be done at once.
        if !held.iter().any(|(_, is_open)| *is_open) {
            return Ok(false);
        }
        let held: Vec<i64> = held.into_iter().map(|(position, _)| position).collect();
        if !can_hold(connection, list, &held).await? {
            return Ok(false);
        }
    }
    sqlx::query("UPDATE pick_lists SET state = ? WHERE id = ?")
        .bind(state)
        .bind(list)
        .execute(&mut *connection)
        .await?;
    release(connection, list).await?;
    if state == "open" {
        sqlx::query("UPDATE pick_stops SET holds = unit_id WHERE list_id = ? AND mark IN ('open', 'picked')")
            .bind(list)
            .execute(connection)
            .await?;
    }
    Ok(true)
}
