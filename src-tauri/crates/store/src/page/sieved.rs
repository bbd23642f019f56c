//! Pages of a list for which orders have to be looked at: texts, lines, stock, windows of other sorts.
//!
//! Three ways lead to a page, and an estimate of their cost decides. Where few orders can match, an index names them and
//! a look at each proves them; then everything is exact. Where more can, the sorted list is walked and only those that
//! the index names are looked at. Where a good part of the list can, it is walked and everything is looked at.

use packlight_domain::page::Place;
use sqlx::SqliteConnection;

use super::{Keys, List};
use crate::StoreError;
use crate::keyset::{Mark, Reading, Walk};
use crate::search::{self, Candidates, MANY, Source};

/// Orders that are looked at to learn what lies around a page.
const AROUND: u32 = 512;
/// Candidates that are proven to learn how many of them match.
const PROBES: u32 = 100;

/// Measured costs in tenths of a microsecond: to prove a candidate, to look at an order on a walk, to pass over one,
/// to remember a candidate for a walk.
const PROVE: i64 = 80;
const LOOK: i64 = 60;
const PASS: i64 = 3;
const REMEMBER: i64 = 5;

/// How a page is found.
pub(super) enum Way {
    /// Every candidate is proven.
    Prove(Candidates),
    /// The list is walked among the candidates.
    Among(Candidates),
    /// The list is walked.
    Walk,
}

impl List {
    /// A page of such a list.
    pub(super) async fn sieved(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        let wanted = match place {
            Place::Near(position) => i64::from(*position) + i64::from(limit),
            _ => i64::from(limit),
        };
        match self.way(connection, wanted).await? {
            Way::Prove(candidates) => {
                let all = self.proven(connection, &candidates).await?;
                self.cut(&all, place, limit)
            }
            Way::Among(candidates) => {
                let walk = self.walk().among(&candidates.ids);
                self.walked(connection, &walk, place, limit).await
            }
            Way::Walk => self.walked(connection, &self.walk(), place, limit).await,
        }
    }

    /// Every order of the list, sorted.
    pub(crate) async fn everything(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<Vec<Mark>, StoreError> {
        if self.sieve.cells.is_empty() {
            return Ok(Vec::new());
        }
        match self.way(connection, i64::MAX).await? {
            Way::Prove(candidates) | Way::Among(candidates) => self.proven(connection, &candidates).await,
            Way::Walk => self.read(connection, &self.walk(), &self.segments(), self.reading(u32::MAX)).await,
        }
    }

    /// The cheapest way to so many orders of the list.
    pub(super) async fn way(
        &self,
        connection: &mut SqliteConnection,
        wanted: i64,
    ) -> Result<Way, StoreError> {
        let span = self.sieve.around();
        let Some((source, estimate)) = Source::best(connection, &self.sieve, self.column).await? else {
            return Ok(Way::Walk);
        };
        let steps = |matches: i64| wanted.saturating_mul(span / matches.max(1) + 1).min(span);
        let cap = i64::from(MANY);
        let candidates_cost =
            estimate.saturating_mul(PROVE.min(REMEMBER + PASS)).min(estimate.saturating_mul(PROVE));
        if estimate > cap || candidates_cost > steps(estimate).saturating_mul(LOOK) {
            return Ok(Way::Walk);
        }
        let candidates = source.candidates(connection, &self.sieve, MANY + 1).await?;
        if candidates.number > MANY {
            return Ok(Way::Walk);
        }
        let number = i64::from(candidates.number);
        let proof = number * PROVE;
        if proof <= number * REMEMBER + steps(number).saturating_mul(PASS) {
            return Ok(Way::Prove(candidates));
        }
        // Names of an index may be wrong; where most are, the walk would be longer than it seems.
        let every = (candidates.number / PROBES).max(1);
        let hits = search::count_proven(connection, &candidates.ids, every, &self.sieve, MANY).await?;
        let matches = i64::from(hits) * i64::from(every);
        let walk = number * REMEMBER + steps(matches).saturating_mul(PASS);
        Ok(if proof <= walk { Way::Prove(candidates) } else { Way::Among(candidates) })
    }

    async fn proven(
        &self,
        connection: &mut SqliteConnection,
        candidates: &Candidates,
    ) -> Result<Vec<Mark>, StoreError> {
        let mut all = search::prove(connection, self.column, &candidates.ids, &self.sieve).await?;
        all.sort_unstable_by(|a, b| a.compare(b, self.sort));
        Ok(all)
    }

    /// A page by walking; position and total are what a look around has shown, unless the walk met the end.
    async fn walked(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_>,
        place: &Place,
        limit: u32,
    ) -> Result<Keys, StoreError> {
        let mut found = self.from(connection, walk, place, self.reading(limit)).await?;
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let is_short = found.len() < limit as usize;
        let ahead = match place {
            Place::First => 0,
            Place::Near(position) => *position as usize,
            Place::After(cursor) => {
                // The cursor's own row is one of them.
                1 + self.around(connection, walk, &Mark::parse(cursor, self.sort.key)?).await?
            }
            Place::Before(_) => {
                found.reverse();
                match found.first() {
                    Some(first) if !is_short => self.around(connection, walk, first).await?,
                    _ => 0,
                }
            }
        };
        let total = number(ahead + found.len());
        let total_is_exact = is_short && matches!(place, Place::First);
        Ok(Keys { marks: found, position: number(ahead), total, total_is_exact })
    }

    /// Orders of the list from `place` on, nearest first.
    async fn from(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_>,
        place: &Place,
        reading: Reading,
    ) -> Result<Vec<Mark>, StoreError> {
        match place {
            Place::First => self.read(connection, walk, &self.behind(None), reading).await,
            Place::After(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                self.read(connection, walk, &self.behind(Some(&mark)), reading).await
            }
            Place::Before(cursor) => {
                let mark = Mark::parse(cursor, self.sort.key)?;
                let reading = Reading { descending: !self.sort.descending, ..reading };
                self.read(connection, walk, &self.before(&mark), reading).await
            }
            Place::Near(position) => {
                let reading = Reading { offset: *position, ..reading };
                self.read(connection, walk, &self.segments(), reading).await
            }
        }
    }

    /// Orders of the list in the stretch just before `mark`.
    async fn around(
        &self,
        connection: &mut SqliteConnection,
        walk: &Walk<'_>,
        mark: &Mark,
    ) -> Result<usize, StoreError> {
        let reading =
            Reading { budget: Some(AROUND), descending: !self.sort.descending, ..self.reading(AROUND) };
        // The nearest stretch alone: with a budget nothing says that the one beyond is next.
        let nearest: Vec<_> = self.before(mark).into_iter().take(1).collect();
        Ok(self.read(connection, walk, &nearest, reading).await?.len())
    }
}
