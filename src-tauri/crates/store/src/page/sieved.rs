//! Pages of a list for which orders have to be looked at: texts, lines, stock, windows of other sorts.
//!
//! Three ways lead to a page, and an estimate of their cost decides. Where few orders can match, an index names them and
//! a look at each proves them; then everything is exact. Where more can, the sorted list is walked and only those that
//! the index names are looked at. Where a good part of the list can, it is walked and everything is looked at.

use packlight_domain::page::{Place, SortKey};
use packlight_domain::query::Test;
use sqlx::SqliteConnection;

use super::{Keys, List};
use crate::StoreError;
use crate::keyset::{Mark, Reading, Walk};
use crate::rows::count;
use crate::search::{self, Candidates, MANY, Named, Source};

/// Orders that are looked at to learn what lies around a page.
const AROUND: u32 = 512;
/// Candidates that are proven to learn how many of them match.
const PROBES: u32 = 100;

/// Measured costs in tenths of a microsecond: to prove a candidate, to look at an order on a walk, where neighbours in the
/// list lie together and where they do not, to pass over one, to remember a candidate, to meet one in an index.
const PROVE: i64 = 80;
const LOOK_NEARBY: i64 = 8;
const LOOK: i64 = 60;
const PASS: i64 = 2;
const REMEMBER: i64 = 5;
const MEET: i64 = 3;

/// What may be spent on looking whether a text is frequent, in the same measure, and the orders that must be found then.
const TRIAL: i64 = 6_400;
const FREQUENT: usize = 6;

/// How a page is found.
pub(super) enum Way {
    /// Every candidate is proven.
    Prove(Candidates),
    /// The list is walked among the candidates.
    Among(Candidates),
    /// The list is walked.
    Walk,
}

/// The source whose candidates are known and proven soonest, and how many it names.
fn cheapest(sources: Vec<Named>, around: i64) -> Option<(Source, i64)> {
    let of_letters = sources.iter().find_map(|own| match &own.source {
        Source::Letters(trigrams) => Some((trigrams.clone(), own.orders)),
        _ => None,
    });
    let mut ways: Vec<(Source, i64, i64)> = Vec::new();
    for own in sources {
        if let (Source::Window(_) | Source::Facts, Some((trigrams, met))) = (&own.source, &of_letters) {
            let orders = own.orders.saturating_mul((*met).min(around)) / around;
            let cost =
                own.orders.saturating_mul(PASS) + met.saturating_mul(MEET) + orders.saturating_mul(PROVE);
            ways.push((Source::Both(Box::new(own.source.clone()), trigrams.clone()), orders, cost));
        }
        ways.push((own.source, own.orders, own.orders.saturating_mul(PROVE)));
    }
    ways.into_iter().min_by_key(|(.., cost)| *cost).map(|(source, orders, _)| (source, orders))
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
        match self.way(connection, wanted, Some(place)).await? {
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
        match self.way(connection, i64::MAX, None).await? {
            Way::Prove(candidates) | Way::Among(candidates) => self.proven(connection, &candidates).await,
            Way::Walk => self.read(connection, &self.walk(), &self.segments(), self.reading(u32::MAX)).await,
        }
    }

    /// The cheapest way to so many orders of the list.
    pub(super) async fn way(
        &self,
        connection: &mut SqliteConnection,
        wanted: i64,
        place: Option<&Place>,
    ) -> Result<Way, StoreError> {
        let is_letters = |test: &Test| matches!(test, Test::Text(_) | Test::Sku(_) | Test::Asin(_));
        let has_letters = self.sieve.terms.iter().any(|term| !term.negated && is_letters(&term.test));
        if let Some(place) = place.filter(|_| has_letters)
            && self.is_frequent(connection, place).await?
        {
            return Ok(Way::Walk);
        }
        let sources = Source::all(connection, &self.sieve, self.column).await?;
        let passes = self.walk().passes.max(1);
        let around = self.sieve.around().max(1);
        // As if what one source says had nothing to do with what another does.
        let mut matches = i128::from(passes);
        for own in sources.iter().filter(|own| own.source != Source::Facts) {
            matches = matches * i128::from(own.matches.min(around)) / i128::from(around);
        }
        let allowed = i128::from(self.sieve.size().min(passes));
        let matches = i64::try_from(matches * allowed / i128::from(passes)).unwrap_or(i64::MAX);
        let Some((source, orders)) = cheapest(sources, around) else { return Ok(Way::Walk) };

        let steps = |matches: i64| wanted.saturating_mul(passes / matches.max(1) + 1).min(passes);
        let looked = steps(matches).saturating_mul(self.sieve.size().min(passes)) / passes;
        let walk = steps(matches).saturating_mul(PASS) + looked.saturating_mul(self.look());
        let among = orders.saturating_mul(REMEMBER) + steps(matches).saturating_mul(PASS);
        // Letters tell only how rare a text is at least, and a look at some orders has just shown that it is not frequent.
        let is_near = walk <= among.min(orders.saturating_mul(PROVE)) && (!has_letters || place.is_none());
        if orders > i64::from(MANY) || is_near {
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

    /// What it costs to look at an order on a walk: more where the next one is on another page of the file.
    fn look(&self) -> i64 {
        let by_time = matches!(self.column.key, SortKey::Date | SortKey::Updated | SortKey::ShipBy);
        if by_time && self.sieve.size().saturating_mul(4) > self.sieve.around() { LOOK_NEARBY } else { LOOK }
    }

    /// Whether enough of the orders from `place` on match for a walk to be short.
    async fn is_frequent(
        &self,
        connection: &mut SqliteConnection,
        place: &Place,
    ) -> Result<bool, StoreError> {
        let looks = count(TRIAL / self.look());
        let reading = Reading { budget: Some(looks), ..self.reading(looks) };
        let place = if matches!(place, Place::Near(_)) { &Place::First } else { place };
        let found = self.from(connection, &self.walk(), place, reading).await?;
        Ok(found.len() >= FREQUENT)
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
