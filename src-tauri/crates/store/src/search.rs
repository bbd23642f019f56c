//! Naming the orders that may match: by letters, by stock, by facts, by a window of another sort.
//!
//! A text of three or more characters is looked up in the trigram index. How many orders hold a trigram is estimated from
//! how soon some hundreds of them are met, and the rarest few are asked for: every find is checked against the texts anyway,
//! and a frequent trigram costs a long list to read. A text of one or two characters is no trigram but begins some: it
//! is the start of an id or any place in a title; where the index has too many for it, so have the orders, and the list is
//! walked.

use std::collections::{BTreeMap, HashSet};

use packlight_domain::query::Test;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::blocks::Counting;
use crate::conditions::{is_short, whole_id};
use crate::keyset::{Column, FactsTest, MARKS, Mark, Stretch, Walk, read_marks};
use crate::rows::LIMIT;
use crate::sieve::{Sieve, Window};

/// Candidates up to which a walk tests membership; where there are more, looking at each order is quicker.
pub(crate) const MANY: u32 = 60_000;

/// Trigrams that one full-text query may name for a short text.
const TERMS: u32 = 400;

/// Orders that hold a trigram, up to which they are counted; beyond, their number is estimated.
const SAMPLE: i64 = 400;

/// Trigrams that are weighed for one query, and those of them that are asked for.
const WEIGHED: usize = 24;
const ASKED: usize = 4;

/// What names candidates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A full-text query that every match satisfies.
    Letters(String),
    /// Units or mappings that lead to orders.
    Stock(Test),
    /// A window of another sort.
    Window(Window),
    /// The facts.
    Facts,
    /// What another source names, as far as a full-text query does.
    Both(Box<Source>, String),
}

/// Row ids that may match.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// A JSON array.
    pub(crate) ids: String,
    pub(crate) number: u32,
}

/// A source with what it is expected to give.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named {
    pub(crate) source: Source,
    /// Orders that it names.
    pub(crate) orders: i64,
    /// Those of them that satisfy the terms it comes from: fewer, where letters are asked for in turn.
    pub(crate) matches: i64,
}

impl Source {
    /// All sources there are, with estimates; none where nothing narrows the list.
    pub(crate) async fn all(
        connection: &mut SqliteConnection,
        sieve: &Sieve,
        column: Column,
    ) -> Result<Vec<Named>, StoreError> {
        let mut found: Vec<Named> = Vec::new();
        let named = |source, orders| Named { source, orders, matches: orders };
        if !sieve.allows_all() {
            found.push(named(Self::Facts, sieve.size()));
        }
        for window in sieve.windows.iter().filter(|window| window.key != column.key) {
            if let Some(counting) = Counting::of(&sieve.whole()) {
                let (from, to) = counting.ends(connection, window).await?;
                found.push(named(Self::Window(*window), to - from));
            }
        }
        let asked: Vec<&Test> =
            sieve.terms.iter().filter(|term| !term.negated).map(|term| &term.test).collect();
        for test in asked.iter().filter(|test| matches!(test, Test::Set(_) | Test::In(_))) {
            // What units are linked at a time is little; to count them is to read them.
            let source = Self::Stock((*test).clone());
            let number = source.candidates(connection, sieve, MANY + 1).await?.number;
            found.push(named(source, i64::from(number)));
        }
        let letters = letters(connection, &asked, sieve.around()).await?;
        if let Some(letters) = letters {
            found.push(letters);
        } else if let Some(text) = sieve.short_text() {
            found.extend(short(connection, text).await?.map(|(source, orders)| named(source, orders)));
        }
        Ok(found)
    }

    /// At most `cap` row ids among which, if there are fewer, every match is.
    pub(crate) async fn candidates(
        &self,
        connection: &mut SqliteConnection,
        sieve: &Sieve,
        cap: u32,
    ) -> Result<Candidates, StoreError> {
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT json_group_array(i) AS ids, COUNT(*) AS number FROM (");
        self.push_ids(&mut query, sieve);
        query.push(LIMIT).push_bind(cap).push(")");
        let row = query.build().fetch_one(connection).await?;
        Ok(Candidates { ids: row.try_get("ids")?, number: crate::rows::count(row.try_get("number")?) })
    }

    /// Appends the query of the row ids `i` that it names.
    fn push_ids(&self, query: &mut QueryBuilder<Sqlite>, sieve: &Sieve) {
        match self {
            Self::Letters(trigrams) => push_trigrams(query, trigrams),
            Self::Stock(test) => sieve.push_stock(query, test),
            Self::Window(window) => {
                // The index of its sort tells the facts too.
                let own = Sieve { windows: vec![*window], terms: Vec::new(), ..sieve.clone() };
                let stretch = Stretch::whole(false).within(Some(*window)).unwrap_or_default();
                Walk::of(&own, Column::of(window.key)).push_ids(query, &stretch);
            }
            Self::Both(other, trigrams) => {
                query.push("SELECT i FROM (");
                other.push_ids(query, sieve);
                // The plus keeps SQLite from seeking every pair of the two.
                query.push(") WHERE +i IN (");
                push_trigrams(query, trigrams);
                query.push(")");
            }
            Self::Facts => {
                query.push("SELECT id AS i FROM platform_orders INDEXED BY orders_by_facts WHERE (account_id, facts) IN (VALUES ");
                for (at, cell) in sieve.cells.iter().enumerate() {
                    query.push(if at > 0 { ", (" } else { "(" }).push(cell.account).push(", ");
                    query.push(cell.facts.0).push(")");
                }
                query.push(")");
            }
        }
    }
}

fn push_trigrams(query: &mut QueryBuilder<Sqlite>, trigrams: &str) {
    query
        .push("SELECT rowid AS i FROM order_trigrams WHERE order_trigrams MATCH ")
        .push_bind(trigrams.to_owned());
}

/// The full-text query of a text without a trigram: those that begin with it, and how many orders hold one of them.
/// `None` where so many begin with it that it must be frequent.
async fn short(connection: &mut SqliteConnection, text: &str) -> Result<Option<(Source, i64)>, StoreError> {
    let Some(trigrams) = begun(connection, text).await? else { return Ok(None) };
    let weights = weigh(connection, std::slice::from_ref(&trigrams)).await?;
    let weight = weights.get(&trigrams).copied().unwrap_or(i64::MAX);
    Ok(Some((Source::Letters(trigrams), weight)))
}

/// The full-text query of the rarest trigrams of what must occur, with estimates. `all` is the number of orders.
async fn letters(
    connection: &mut SqliteConnection,
    asked: &[&Test],
    all: i64,
) -> Result<Option<Named>, StoreError> {
    // One list of alternatives for each term: `sku:a,b` is satisfied by the letters of either.
    let mut terms: Vec<Vec<Vec<String>>> = asked.iter().filter_map(|test| alternatives(test)).collect();
    if terms.is_empty() {
        return Ok(None);
    }
    // A list of many alternatives weighs the most; a single one does as well.
    terms.sort_by_key(Vec::len);
    if terms[0].len() == 1 {
        terms.retain(|alternatives| alternatives.len() == 1);
    } else {
        terms.truncate(1);
    }
    let mut trigrams: Vec<String> = terms.iter().flatten().flatten().cloned().collect();
    trigrams.sort_unstable();
    trigrams.dedup();
    if trigrams.len() > WEIGHED {
        return Ok(Some(unweighed(&terms)));
    }
    let weights = weigh(connection, &trigrams).await?;
    let weight = |trigram: &String| weights.get(trigram).copied().unwrap_or(i64::MAX);
    if let [one] = &terms[..] {
        let mut queries = Vec::new();
        let mut estimate = 0_i64;
        for alternative in one {
            let rarest = rarest(alternative.clone(), &weight);
            estimate = estimate.saturating_add(rarest.iter().map(weight).min().unwrap_or(0));
            queries.push(format!("({})", joined(&rarest)));
        }
        let source = Source::Letters(queries.join(" OR "));
        return Ok(Some(Named { source, orders: estimate, matches: estimate }));
    }
    // Every term must hold, so each gives its rarest; what rare ones are left fill up.
    let mut chosen: Vec<String> = Vec::new();
    let mut matches = i128::from(all);
    for alternative in terms.iter().flatten() {
        let rarest = alternative.iter().min_by_key(|trigram| weight(trigram));
        // As if one text said nothing of the other.
        matches = matches * i128::from(rarest.map_or(0, weight).min(all)) / i128::from(all.max(1));
        chosen.extend(rarest.cloned());
    }
    chosen.extend(rarest(trigrams, &weight));
    let mut seen = HashSet::new();
    chosen.retain(|trigram| seen.insert(trigram.clone()));
    chosen.truncate(terms.len().max(ASKED - 1));
    let matches = i64::try_from(matches).unwrap_or(i64::MAX);
    // Trigrams of different texts meet in more orders than the texts do.
    let orders = chosen.iter().map(weight).min().unwrap_or(0).min(matches.saturating_mul(4));
    Ok(Some(Named { source: Source::Letters(joined(&chosen)), orders, matches }))
}

/// The rarest few of some trigrams, without those that are so much more frequent that they tell little.
fn rarest(mut trigrams: Vec<String>, weight: &impl Fn(&String) -> i64) -> Vec<String> {
    trigrams.sort_by_key(|trigram| weight(trigram));
    trigrams.dedup();
    let least = trigrams.first().map_or(0, weight);
    trigrams.truncate(ASKED);
    trigrams.retain(|trigram| weight(trigram) <= least.saturating_mul(4).saturating_add(2_000));
    trigrams
}

/// So many alternatives that weighing them would take longer than it saves.
fn unweighed(terms: &[Vec<Vec<String>>]) -> Named {
    let of = |alternative: &Vec<String>| {
        let step = alternative.len().div_ceil(ASKED).max(1);
        joined(&alternative.iter().step_by(step).cloned().collect::<Vec<_>>())
    };
    let terms: Vec<String> = terms
        .iter()
        .map(|alternatives| {
            let all: Vec<String> = alternatives.iter().map(|own| format!("({})", of(own))).collect();
            format!("({})", all.join(" OR "))
        })
        .collect();
    let orders = i64::from(MANY) / 2;
    Named { source: Source::Letters(terms.join(" AND ")), orders, matches: orders }
}

fn joined(trigrams: &[String]) -> String {
    trigrams.join(" AND ")
}

/// The trigrams, each a full-text query, of the texts of which one must occur; `None` where one of them has none.
fn alternatives(test: &Test) -> Option<Vec<Vec<String>>> {
    let texts: Vec<String> = match test {
        Test::Text(text) if !is_short(text) => vec![text.clone()],
        Test::Sku(own) | Test::Asin(own) => own.iter().map(|id| whole_id(id)).collect(),
        _ => return None,
    };
    texts.iter().map(|text| trigrams(text)).collect()
}

fn trigrams(text: &str) -> Option<Vec<String>> {
    let letters: Vec<char> = text.chars().collect();
    let mut all: Vec<String> =
        letters.windows(3).map(|three| quoted(&three.iter().collect::<String>())).collect();
    // Beyond a dozen, every second says as much.
    if all.len() > 12 {
        all = all.into_iter().step_by(2).collect();
    }
    (!all.is_empty()).then_some(all)
}

/// How many orders satisfy each full-text query: counted where they are few, else from the share of all orders that had to be
/// passed to meet so many.
async fn weigh(
    connection: &mut SqliteConnection,
    queries: &[String],
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT json_group_array(json_array(w, n, last, (SELECT MAX(id) FROM platform_orders))) FROM (",
    );
    for (at, trigram) in queries.iter().enumerate() {
        query.push(if at > 0 { " UNION ALL " } else { "" });
        query
            .push("SELECT ")
            .push_bind(i64::try_from(at).unwrap_or(0))
            .push(" AS w, COUNT(*) AS n, MAX(i) AS last FROM (");
        push_trigrams(&mut query, trigram);
        query.push(LIMIT).push_bind(SAMPLE).push(")");
    }
    query.push(")");
    let found: String = query.build_query_scalar().fetch_one(connection).await?;
    let found: Vec<(usize, i64, Option<i64>, Option<i64>)> = crate::rows::from_json(&found)?;
    Ok(found
        .into_iter()
        .filter_map(|(at, counted, last, all)| {
            let (last, all) = (last.unwrap_or(1).max(1), all.unwrap_or(1));
            let orders = if counted < SAMPLE { counted } else { counted.saturating_mul(all) / last };
            queries.get(at).map(|own| (own.clone(), orders))
        })
        .collect())
}

/// A term of the full-text query, whatever letters it has.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

/// The full-text query of a short text: the trigrams that begin with it. `None` where so many begin with it that a pass
/// over the texts is quicker.
async fn begun(connection: &mut SqliteConnection, text: &str) -> Result<Option<String>, StoreError> {
    let mut beyond: Vec<char> = text.chars().collect();
    let next = beyond.pop().and_then(|last| (last..=char::MAX).nth(1));
    beyond.extend(next);
    let beyond: String = beyond.into_iter().collect();
    let terms: Vec<String> =
        sqlx::query_scalar("SELECT term FROM order_terms WHERE term >= ?1 AND term < ?2 LIMIT +?3")
            .bind(text)
            .bind(beyond)
            .bind(TERMS + 1)
            .fetch_all(connection)
            .await?;
    if terms.is_empty() {
        // No such letters anywhere; a term that cannot occur matches nothing.
        return Ok(Some("\"\n\n\n\"".to_owned()));
    }
    let few = terms.len() <= TERMS as usize;
    Ok(few.then(|| terms.iter().map(|term| quoted(term)).collect::<Vec<_>>().join(" OR ")))
}

fn push_proof(query: &mut QueryBuilder<Sqlite>, ids: &str, every: u32, sieve: &Sieve) {
    query.push(" FROM (SELECT value FROM json_each(").push_bind(ids.to_owned());
    query.push(") WHERE key % ").push_bind(every);
    query.push(" = 0) j CROSS JOIN platform_orders o ON o.id = j.value");
    if sieve.asks_texts() {
        query.push(" CROSS JOIN order_texts t ON t.id = o.id");
    }
    let accounts: Vec<String> = sieve.accounts().iter().map(ToString::to_string).collect();
    query.push(" WHERE o.account_id IN (").push(accounts.join(", ")).push(")");
    FactsTest::of(sieve).push(query);
    query.push(" AND ");
    sieve.push_conditions(query, &[]);
}

/// The candidates that match, with their place in a sort.
pub(crate) async fn prove(
    connection: &mut SqliteConnection,
    column: Column,
    ids: &str,
    sieve: &Sieve,
) -> Result<Vec<Mark>, StoreError> {
    let mut query = QueryBuilder::new(MARKS);
    query.push("SELECT o.").push(column.name).push(" AS k, o.id AS i");
    push_proof(&mut query, ids, 1, sieve);
    read_marks(&mut query, connection).await
}

/// How many of every so-many-th candidate match, up to `stop_at`.
pub(crate) async fn count_proven(
    connection: &mut SqliteConnection,
    ids: &str,
    every: u32,
    sieve: &Sieve,
    stop_at: u32,
) -> Result<u32, StoreError> {
    let mut query = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1");
    push_proof(&mut query, ids, every, sieve);
    query.push(LIMIT).push_bind(stop_at).push(")");
    let number: i64 = query.build_query_scalar().fetch_one(connection).await?;
    Ok(crate::rows::count(number))
}
