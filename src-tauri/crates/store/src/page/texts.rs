//! Pages of a search: by walking the list where hits are frequent, by candidates of the trigram index where they are rare.
//!
//! Every way costs some milliseconds at a million orders, except to enter a frequent word's list by position, which has
//! to pass over all hits before it.

use packlight_domain::page::Place;
use sqlx::SqliteConnection;

use super::{Keys, List};
use crate::StoreError;
use crate::keyset::{Mark, Reading, Stretch, keys};
use crate::search::{self, Filter, MANY};

/// Orders that a search looks at first, to learn how frequent its hits are.
const SAMPLE: u32 = 512;
/// Hits in the sample from which on the walk goes on instead of the trigram index.
const FREQUENT: usize = 16;
/// Candidates up to which all of them are proven and sorted; also the length of a list that is looked at whole.
const FEW: u32 = 1_000;
/// Candidates that are proven to learn how many of them match.
const PROBES: u32 = 300;

impl List {
    /// A page of a list with texts.
    pub(super) async fn with_texts(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        if self.size() <= i64::from(FEW) {
            let all = self.read(connection, &self.segments(), self.reading(u32::MAX), &self.filter).await?;
            return self.cut(&all, place, limit);
        }
        // The index is quick to say that a text is rare, and stops early where it is not. For a text too short to have a
        // trigram it is slow where the text is frequent, and the walk comes first.
        let mut candidates = None;
        let mut may_be_frequent = true;
        if self.filter.has_trigram() {
            let some = search::candidates(connection, &self.filter, FEW + 1).await?;
            may_be_frequent = some.number > FEW && !some.are_thin();
            candidates = (some.number <= FEW).then_some(some);
        }
        if may_be_frequent && let Some(found) = self.by_walk(connection, place, limit).await? {
            return Ok(found);
        }
        let candidates = match candidates {
            Some(candidates) => candidates,
            None => search::candidates(connection, &self.filter, MANY + 1).await?,
        };
        if candidates.number > MANY {
            return self.by_all(connection, place, limit, &self.filter, 0).await;
        }
        let mut hits = 0;
        if candidates.number > FEW {
            let every = candidates.number / PROBES;
            let cells = &self.cells;
            hits =
                search::count_proven(connection, &candidates.ids, every, cells, &self.filter, MANY).await?;
            let matches = hits.saturating_mul(every);
            if !self.is_proof_cheaper(candidates.number, matches, place, limit) {
                let filter = Filter { candidates: Some(candidates.ids), ..self.filter.clone() };
                return self.by_all(connection, place, limit, &filter, hits).await;
            }
        }
        let mut all =
            search::prove(connection, self.column, &candidates.ids, &self.cells, &self.filter).await?;
        all.sort_unstable_by(|a, b| a.compare(b, self.sort));
        debug_assert!(all.len() >= hits as usize);
        self.cut(&all, place, limit)
    }

    /// Whether proving every candidate is cheaper than walking the list until enough of them were met. To prove one
    /// costs about eight steps of the walk; to remember one for the walk costs about two.
    fn is_proof_cheaper(&self, candidates: u32, matches: u32, place: &Place, limit: u32) -> bool {
        let wanted = match place {
            Place::Near(position) => i64::from(*position) + i64::from(limit),
            _ => i64::from(limit),
        };
        let walk = wanted.saturating_mul(self.size()) / i64::from(matches.max(1));
        8 * i64::from(candidates) <= walk.min(self.size()) + 2 * i64::from(candidates)
    }

    /// The page of a complete, sorted list.
    fn cut(&self, all: &[Mark], place: &Place, limit: u32) -> Result<Keys, StoreError> {
        let limit = limit as usize;
        let start = match place {
            Place::First => 0,
            Place::Near(position) => (*position as usize).min(all.len()),
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                all.partition_point(|own| own.compare(&mark, self.sort).is_le())
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                all.partition_point(|own| own.compare(&mark, self.sort).is_lt()).saturating_sub(limit)
            }
        };
        let end = match place {
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                all.partition_point(|own| own.compare(&mark, self.sort).is_lt())
            }
            _ => (start + limit).min(all.len()),
        };
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        Ok(Keys {
            marks: all[start..end].to_vec(),
            position: i64::try_from(start).unwrap_or(i64::MAX),
            total,
            total_is_exact: true,
        })
    }

    /// A page by walking a short way, if hits turn out to be frequent. A jump has no use for a short walk.
    async fn by_walk(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Option<Keys>, StoreError> {
        if matches!(place, Place::Near(_)) {
            return Ok(None);
        }
        let sample = Reading { budget: Some(SAMPLE), ..self.reading(SAMPLE.max(limit)) };
        let mut found = self.from(connection, place, sample, &self.filter).await?;
        if found.len() < FREQUENT {
            return Ok(None);
        }
        if found.len() < limit as usize {
            let hits = u32::try_from(found.len()).unwrap_or(SAMPLE);
            let budget = Some((SAMPLE.saturating_mul(limit) / hits).saturating_mul(2));
            found =
                self.from(connection, place, Reading { budget, ..self.reading(limit) }, &self.filter).await?;
        }
        if found.len() < limit as usize {
            return Ok(None);
        }
        let hits = found.len();
        found.truncate(limit as usize);
        Ok(Some(self.framed(connection, place, found, hits).await?))
    }

    /// A page by walking as far as it takes.
    async fn by_all(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
        filter: &Filter,
        at_least: u32,
    ) -> Result<Keys, StoreError> {
        let found = self.from(connection, place, self.reading(limit), filter).await?;
        let (hits, is_short) = (found.len(), found.len() < limit as usize);
        let mut page = self.framed(connection, place, found, hits).await?;
        page.total = page.total.max(i64::from(at_least));
        if is_short && matches!(place, Place::First) {
            // The walk has met the end.
            (page.total, page.total_is_exact) = (i64::try_from(hits).unwrap_or(i64::MAX), true);
        }
        Ok(page)
    }

    /// Hits from `place` on, nearest first.
    async fn from(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        reading: Reading,
        filter: &Filter,
    ) -> Result<Vec<Mark>, StoreError> {
        match place {
            Place::First => self.read(connection, &self.behind(None), reading, filter).await,
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                self.read(connection, &self.behind(Some(&mark)), reading, filter).await
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let reading = Reading { descending: !self.sort.descending, ..reading };
                self.read(connection, &self.before(&mark), reading, filter).await
            }
            Place::Near(position) => {
                let reading = Reading { offset: *position, ..reading };
                let first = Stretch::whole(false);
                let marks = keys(connection, self.column, &self.cells, &first, reading, filter).await?;
                if marks.len() < reading.limit as usize && self.column.nullable {
                    return self.across(connection, reading, filter).await;
                }
                Ok(marks)
            }
        }
    }

    /// A page whose position and total are lower bounds: what a short look around has shown. `found` are its rows, nearest
    /// to `place` first; `hits` are they and what was seen behind them.
    async fn framed(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        mut found: Vec<Mark>,
        hits: usize,
    ) -> Result<Keys, StoreError> {
        let mut hits = hits;
        let ahead = match place {
            Place::First => 0,
            Place::Near(position) => *position as usize,
            Place::After(cursor) => {
                // The cursor's own row is one of them.
                1 + self.around(connection, &Mark::parse(cursor, self.sort.key)?).await?
            }
            Place::Before(_) => {
                found.reverse();
                // What was seen behind a page that is read backwards is counted as ahead of it.
                hits = found.len();
                match found.first() {
                    Some(first) => self.around(connection, first).await?,
                    None => 0,
                }
            }
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Keys { marks: found, position: number(ahead), total: number(ahead + hits), total_is_exact: false })
    }

    /// Hits in the stretch just before `mark`.
    async fn around(&self, connection: &mut SqliteConnection, mark: &Mark) -> Result<usize, StoreError> {
        let descending = !self.sort.descending;
        let reading = Reading { budget: Some(SAMPLE), descending, ..self.reading(SAMPLE) };
        Ok(self.read(connection, &self.before(mark), reading, &self.filter).await?.len())
    }

    /// Hits from an offset on that lies in the second segment or runs into it: the first has to be counted.
    async fn across(
        &self,
        connection: &mut SqliteConnection,
        reading: Reading,
        filter: &Filter,
    ) -> Result<Vec<Mark>, StoreError> {
        let whole = Reading { offset: 0, limit: u32::MAX, ..reading };
        let first = keys(connection, self.column, &self.cells, &Stretch::whole(false), whole, filter).await?;
        let ahead = u32::try_from(first.len()).unwrap_or(u32::MAX);
        let mut marks: Vec<Mark> = first.into_iter().skip(reading.offset as usize).collect();
        let rest = Reading {
            offset: reading.offset.saturating_sub(ahead),
            limit: reading.limit.saturating_sub(u32::try_from(marks.len()).unwrap_or(u32::MAX)),
            ..reading
        };
        marks.extend(keys(connection, self.column, &self.cells, &Stretch::whole(true), rest, filter).await?);
        marks.truncate(reading.limit as usize);
        Ok(marks)
    }
}
