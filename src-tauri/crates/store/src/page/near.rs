//! Pages by position.
//!
//! Kept counts name the block that holds a position. From its nearer end half a block is passed at most, forwards or
//! backwards, and that is all that a page deep in a list costs more than its first.

use sqlx::SqliteConnection;

use super::List;
use crate::StoreError;
use crate::keyset::{Mark, Reading, Stretch};
use crate::rows::count;

impl List {
    /// The keys from a position on: a block is found by adding up counts, and entered from its nearer end.
    pub(super) async fn near(
        &self,
        connection: &mut SqliteConnection,
        position: i64,
        limit: u32,
        total: i64,
    ) -> Result<Vec<Mark>, StoreError> {
        let walk = self.walk();
        let Some(counting) = self.ranking() else {
            return self.step(connection, position, limit, total).await;
        };
        let descending = self.sort.descending;
        // Blocks know nothing of a window: what lies before it in list order comes on top.
        let ahead = match self.sieve.window_of(self.column.key) {
            None => 0,
            Some(window) => {
                let (from, to) = counting.ends(connection, &window).await?;
                if descending { counting.size(connection, self.column, false).await? - to } else { from }
            }
        };
        let position = position + ahead;
        let found = counting.locate(connection, self.column, descending, position).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let rest = !found.block.is_without_value() && self.column.nullable;
        let rest = rest.then(|| Stretch::whole(true));
        let entry = counting.entry(&found, descending, position, i64::from(limit));
        if let Some((edge, ahead)) = entry.filter(|_| self.sieve.windows.is_empty()) {
            let back = ahead - position;
            let before = i64::from(limit).min(back).max(0);
            let readings = [
                Reading {
                    descending: !descending,
                    offset: count(back - before),
                    ..self.reading(count(before))
                },
                Reading { offset: count(-back), ..self.reading(limit - count(before)) },
            ];
            let mut marks = walk.keys_beside(connection, edge, readings).await?;
            let missing = limit.saturating_sub(u32::try_from(marks.len()).unwrap_or(u32::MAX));
            if let Some(rest) = rest.filter(|_| missing > 0) {
                marks.extend(walk.keys(connection, &rest, self.reading(missing)).await?);
            }
            return Ok(marks);
        }
        let block = counting.stretch(connection, self.column, found.block).await?;
        // From the block's first order in list order on to the segment's end; a window that begins inside the block cuts
        // off what lies before it.
        let first = if descending { Stretch { low: None, ..block } } else { Stretch { high: None, ..block } };
        let stretches: Vec<Stretch> = [first].into_iter().chain(rest).collect();
        let offset = position - found.before.max(ahead);
        let reading = Reading { offset: count(offset), ..self.reading(limit) };
        self.read(connection, &walk, &stretches, reading).await
    }

    /// The keys from a position on, by steps from the end of the list that is nearer.
    async fn step(
        &self,
        connection: &mut SqliteConnection,
        position: i64,
        limit: u32,
        total: i64,
    ) -> Result<Vec<Mark>, StoreError> {
        let walk = self.walk();
        let from_end = position > total / 2;
        let has_rest = from_end && self.column.nullable && self.sieve.window_of(self.column.key).is_none();
        let without = if has_rest { walk.count(connection, &Stretch::whole(true)).await? } else { 0 };
        let rest = i64::from(limit).min(total - without - position);
        if !from_end || rest < i64::from(limit).min(total - position) {
            let reading = Reading { offset: count(position), ..self.reading(limit) };
            return self.read(connection, &walk, &self.segments(), reading).await;
        }
        let offset = count(total - without - position - rest);
        let reading = Reading { descending: !self.sort.descending, offset, ..self.reading(count(rest)) };
        let mut marks = walk.keys(connection, &Stretch::whole(false), reading).await?;
        marks.reverse();
        Ok(marks)
    }
}
