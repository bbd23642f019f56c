//! Units that a line could take: proposals with their reasons, and what a search finds.

use std::collections::{BTreeSet, HashMap};

use packlight_domain::matching::rules::{LineFacts, UnitFacts, comparable_set};
use packlight_domain::matching::{Candidate, Candidates, LineKey, Reason};
use packlight_domain::stock::Unit;
use packlight_domain::text::fold;
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection};

use super::{Line, OLDEST, read};
use crate::rows::{LIMIT, count};
use crate::{Store, StoreError, inventory, mappings};

/// How many units are weighed for each reason.
const WEIGHED: i64 = 200;
/// How many names that fit the title are looked up.
const NAMES: usize = 8;

impl Store {
    /// Free units for a line: without a search its proposals; with one, what is found, proposals among it first.
    pub async fn match_candidates(
        &self,
        key: &LineKey,
        search: &str,
        limit: u32,
    ) -> Result<Candidates, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let mut snapshot = connection.begin().await?;
        let line = read(&mut snapshot, key).await?;
        let meaning = match line.number() {
            Some((number, is_asin)) => mappings::read(&mut snapshot, number, is_asin).await?,
            None => None,
        };
        let mapped = meaning.as_ref().map(|own| (own.set_number.as_str(), own.condition.as_str()));
        let facts = LineFacts::new(line.asin.as_deref(), line.sku.as_deref(), line.title.as_deref(), mapped);
        let search = fold(search);
        let words: Vec<&str> = search.split(' ').filter(|word| !word.is_empty()).collect();
        let mut ids = proposed(&mut snapshot, &line, &facts, mapped.map(|(set, _)| set), &words).await?;
        let wanted = i64::from(limit) + 1;
        if !words.is_empty() {
            ids.extend(found(&mut snapshot, &words, wanted).await?);
        }
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut units: Vec<Candidate> = inventory::load(&mut snapshot, &ids)
            .await?
            .into_iter()
            .map(|unit| Candidate { reasons: facts.reasons(&of(&unit)), unit })
            .filter(|candidate| !words.is_empty() || !candidate.reasons.is_empty())
            .collect();
        snapshot.commit().await?;
        units.sort_by_key(rank);
        let more = units.len() > limit as usize;
        units.truncate(limit as usize);
        Ok(Candidates {
            number: line.number().map(|(number, _)| number.to_owned()),
            quantity: count(line.quantity),
            linked: count(line.linked),
            line: line.key(),
            title: line.title,
            units,
            more,
        })
    }
}

/// The strongest reason first, then the oldest purchase.
fn rank(candidate: &Candidate) -> impl Ord + use<> {
    let date = candidate.unit.purchase_date;
    (candidate.reasons.first().copied().map_or(u8::MAX, strength), date.is_none(), date, candidate.unit.id)
}

fn strength(reason: Reason) -> u8 {
    match reason {
        Reason::Mapped => 0,
        Reason::SameAsin => 1,
        Reason::SameSku => 2,
        Reason::SetNumberInTitle => 3,
        Reason::NameInTitle => 4,
    }
}

fn of(unit: &Unit) -> UnitFacts<'_> {
    UnitFacts {
        set_number: &unit.set_number,
        name: &unit.name,
        condition: &unit.condition,
        sku: unit.sku.as_deref(),
        asin: unit.asin.as_deref(),
    }
}

/// Free units that some reason may speak for, each reason by its own index; those that also hold the words.
async fn proposed(
    connection: &mut SqliteConnection,
    line: &Line,
    facts: &LineFacts,
    mapped_set: Option<&str>,
    words: &[&str],
) -> Result<BTreeSet<i64>, StoreError> {
    let mut sets: BTreeSet<String> = facts.sets().take(100).map(ToOwned::to_owned).collect();
    sets.extend(mapped_set.map(comparable_set));
    let sets: Vec<String> = sets.into_iter().collect();
    let names = names(connection, facts).await?;
    let mut ids = BTreeSet::new();
    for (column, values) in [
        ("u.asin COLLATE NOCASE", line.asin.iter().cloned().collect()),
        ("u.sku COLLATE NOCASE", line.sku.iter().cloned().collect()),
        ("u.set_match", sets),
        ("u.name_order", names),
    ] {
        for value in &values {
            let mut sql = QueryBuilder::<Sqlite>::new(
                "SELECT u.id FROM inventory_items u WHERE u.status = 'in_stock' AND ",
            );
            sql.push(column).push(" = ").push_bind(value.clone());
            push_words(&mut sql, words);
            sql.push(" ORDER BY ").push(OLDEST).push(LIMIT).push_bind(WEIGHED);
            ids.extend(sql.build_query_scalar::<i64>().fetch_all(&mut *connection).await?);
        }
    }
    Ok(ids)
}

/// Names of free units that fit the title, best first.
async fn names(connection: &mut SqliteConnection, facts: &LineFacts) -> Result<Vec<String>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT name_order FROM inventory_items INDEXED BY units_free_names \
         WHERE status = 'in_stock' AND name_order <> ''",
    )
    .fetch_all(connection)
    .await?;
    let shares: HashMap<&String, usize> =
        names.iter().filter_map(|name| facts.name_share(name).map(|share| (name, share))).collect();
    let mut best: Vec<(&String, usize)> = shares.into_iter().collect();
    best.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| b.0.len().cmp(&a.0.len())).then_with(|| a.0.cmp(b.0)));
    Ok(best.into_iter().take(NAMES).map(|(name, _)| name.clone()).collect())
}

/// The oldest free units that hold every word.
async fn found(
    connection: &mut SqliteConnection,
    words: &[&str],
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    // One pass over the units is quicker than looking each up by an index of the free ones.
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT u.id FROM inventory_items u NOT INDEXED WHERE u.status = 'in_stock'",
    );
    push_words(&mut sql, words);
    sql.push(" ORDER BY ").push(OLDEST).push(LIMIT).push_bind(limit);
    Ok(sql.build_query_scalar().fetch_all(connection).await?)
}

fn push_words(sql: &mut QueryBuilder<Sqlite>, words: &[&str]) {
    for word in words {
        sql.push(" AND instr(u.search, ").push_bind((*word).to_owned()).push(") > 0");
    }
}
