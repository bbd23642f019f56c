//! What `set:` and `in:` come to: the numbers of lines that stand for a set, or for something that lies in a place.
//!
//! Mappings and stock are small beside orders, and how sets and conditions compare is the domain's; so this is settled
//! before any order is looked at.

use std::collections::HashSet;

use packlight_domain::matching::rules::{ConditionClass, comparable_set};
use packlight_domain::query::{Location, Query, Test};
use sqlx::{QueryBuilder, SqliteConnection};

use crate::StoreError;
use crate::conditions::push_any;
use crate::inventory::push_location;
use crate::rows::{from_json, list};

/// The numbers that a `set:` or `in:` term is about; JSON arrays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) test: Test,
    /// ASINs of Amazon's lines.
    pub(crate) asins: String,
    /// Numbers of other platforms' lines.
    pub(crate) others: String,
}

/// A mapping: number, set, condition.
type Mapping = (String, String, String);

/// The meanings of a query's terms; most queries have none, and then nothing is asked.
pub(crate) async fn load(
    connection: &mut SqliteConnection,
    query: &Query,
) -> Result<Vec<Meaning>, StoreError> {
    let tests: Vec<&Test> = query
        .terms
        .iter()
        .map(|term| &term.test)
        .filter(|test| matches!(test, Test::Set(_) | Test::In(_)))
        .collect();
    if tests.is_empty() {
        return Ok(Vec::new());
    }
    let (asins, others): (String, String) = sqlx::query_as(
        "SELECT (SELECT json_group_array(json_array(asin, set_number, condition)) FROM amazon_asin_mappings), \
         (SELECT json_group_array(json_array(number, set_number, condition)) FROM number_mappings)",
    )
    .fetch_one(&mut *connection)
    .await?;
    let (asins, others): (Vec<Mapping>, Vec<Mapping>) = (from_json(&asins)?, from_json(&others)?);
    let mut meanings = Vec::with_capacity(tests.len());
    for test in tests {
        let numbers = match test {
            Test::Set(sets) => {
                let sets: HashSet<String> = sets.iter().map(|set| comparable_set(set)).collect();
                let is_meant = |own: &&Mapping| sets.contains(&comparable_set(&own.1));
                (numbers(&asins, is_meant), numbers(&others, is_meant))
            }
            Test::In(places) => {
                let free = lying_in(connection, places).await?;
                let is_meant = |own: &&Mapping| {
                    free.contains(&(comparable_set(&own.1), ConditionClass::of(&own.2).key()))
                };
                (numbers(&asins, is_meant), numbers(&others, is_meant))
            }
            _ => continue,
        };
        meanings.push(Meaning { test: test.clone(), asins: list(&numbers.0), others: list(&numbers.1) });
    }
    Ok(meanings)
}

fn numbers<'a>(mappings: &'a [Mapping], is_meant: impl Fn(&&'a Mapping) -> bool) -> Vec<&'a str> {
    mappings.iter().filter(is_meant).map(|own| own.0.as_str()).collect()
}

/// Set and class of condition of the free units in some places.
async fn lying_in(
    connection: &mut SqliteConnection,
    places: &[Location],
) -> Result<HashSet<(String, String)>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT json_group_array(json_array(set_match, condition_class)) FROM (SELECT DISTINCT u.set_match, u.condition_class \
         FROM inventory_items u WHERE u.status = 'in_stock' AND (",
    );
    push_any(&mut query, places, push_location);
    query.push("))");
    let found: String = query.build_query_scalar().fetch_one(connection).await?;
    from_json(&found)
}
