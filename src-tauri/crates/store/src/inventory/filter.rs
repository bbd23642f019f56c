//! A query of the stock as a condition on a unit `u`.

use packlight_domain::natural;
use packlight_domain::query::Location;
use packlight_domain::stock::query::{ConditionTest, StockQuery, StockTest};
use packlight_domain::text::fold;
use sqlx::{QueryBuilder, Sqlite};

use crate::rows::list;

/// Writes the condition; it always holds for the empty query.
pub(crate) fn push_filter(sql: &mut QueryBuilder<Sqlite>, query: &StockQuery) {
    sql.push("TRUE");
    for term in &query.terms {
        // A unit without a location is in no location, so what is negated must not become unknown.
        sql.push(if term.negated { " AND NOT COALESCE((" } else { " AND (" });
        push_test(sql, &term.test);
        sql.push(if term.negated { "), FALSE)" } else { ")" });
    }
}

fn push_test(sql: &mut QueryBuilder<Sqlite>, test: &StockTest) {
    match test {
        StockTest::Text(text) => {
            sql.push("instr(u.search, ").push_bind(text.clone()).push(") > 0");
        }
        StockTest::Status(statuses) => {
            let words: Vec<&str> = statuses.iter().map(|status| status.word()).collect();
            push_in(sql, "u.status", &words);
        }
        StockTest::In(locations) => {
            for (at, location) in locations.iter().enumerate() {
                sql.push(if at == 0 { "" } else { " OR " });
                match location {
                    Some(location) => push_location(sql, location),
                    None => _ = sql.push("u.storage_location IS NULL"),
                }
            }
        }
        StockTest::Set(sets) => push_in(sql, "u.set_match", sets),
        StockTest::Sku(skus) => push_in(sql, "lower(u.sku)", skus),
        StockTest::Asin(asins) => push_in(sql, "lower(u.asin)", asins),
        StockTest::Condition(conditions) => {
            for (at, condition) in conditions.iter().enumerate() {
                sql.push(if at == 0 { "" } else { " OR " });
                match condition {
                    ConditionTest::Class(class) => sql.push("u.condition_class = ").push_bind(class.key()),
                    ConditionTest::Words(words) => {
                        sql.push("instr(lower(u.condition), ").push_bind(words.clone()).push(") = 1")
                    }
                };
            }
        }
    }
}

/// Writes that a unit `u` lies there; how locations compare is [`fold`]'s.
pub(crate) fn push_location(sql: &mut QueryBuilder<Sqlite>, location: &Location) {
    match location {
        // The folded text stands behind the natural key's separator.
        Location::Begins(name) => {
            sql.push("instr(u.location_order, ").push_bind(format!("\u{1}{}", fold(name))).push(") > 0")
        }
        Location::Is(name) => sql.push("u.location_order = ").push_bind(natural::key(name)),
    };
}

fn push_in<T: serde::Serialize>(sql: &mut QueryBuilder<Sqlite>, column: &str, values: &[T]) {
    sql.push(column).push(" IN (SELECT value FROM json_each(").push_bind(list(values)).push("))");
}
