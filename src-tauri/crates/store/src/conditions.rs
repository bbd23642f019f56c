//! What facts and windows cannot decide, as SQL on the row of an order `o` and its texts `t`.
//!
//! Every condition is two-valued: what is unknown does not hold, and its negation does.

use packlight_domain::instant::to_millis;
use packlight_domain::page::SortKey;
use packlight_domain::query::{Compare, Is, Ship, Test};
use packlight_domain::text::fold;
use sqlx::{QueryBuilder, Sqlite};
use std::ops::Bound;

use crate::facts::bit;
use crate::keyset::Column;
use crate::sieve::{Sieve, Window, millis_of, minor};

/// Facts of an order that is late once its ship time has passed: status Paid and something left.
const CAN_BE_LATE: (i64, i64) = (7 | bit::LEFT, 1 | bit::LEFT);

impl Sieve {
    /// Whether a condition looks at the texts of an order.
    pub(crate) fn asks_texts(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Text(_) | Test::Sku(_) | Test::Asin(_)))
    }

    /// Whether a condition looks at the row of an order; `covered` windows are tested elsewhere.
    pub(crate) fn asks_rows(&self, covered: &[SortKey]) -> bool {
        self.windows.iter().any(|window| !covered.contains(&window.key))
            || self.terms.iter().any(|term| !matches!(term.test, Test::Text(_)))
    }

    /// Appends every term and every window that is not `covered`, joined by AND; `TRUE` where there are none.
    pub(crate) fn push_conditions(&self, query: &mut QueryBuilder<Sqlite>, covered: &[SortKey]) {
        query.push("TRUE");
        for window in self.windows.iter().filter(|window| !covered.contains(&window.key)) {
            query.push(" AND ");
            push_window(query, window, "o.");
        }
        for term in &self.terms {
            query.push(" AND ((");
            self.push_test(query, &term.test);
            query.push(if term.negated { ") IS NOT TRUE)" } else { ") IS TRUE)" });
        }
    }

    fn push_test(&self, query: &mut QueryBuilder<Sqlite>, test: &Test) {
        match test {
            Test::Text(text) => push_text(query, text),
            Test::Is(own) => push_any(query, own, |query, is| self.push_fact(query, *is)),
            Test::Ship(own) => push_any(query, own, |query, ship| match ship {
                Ship::Overdue => self.push_fact(query, Is::Late),
                Ship::Days(days) => self.zones.push_by_zone(query, |query, moment| {
                    push_range(query, "o.ship_by", millis_of(moment.of_days(days)));
                }),
            }),
            Test::Date(own) => push_any(query, own, |query, placed| {
                self.zones.push_by_zone(query, |query, moment| {
                    push_range(query, "o.order_date", millis_of(moment.of_placed(placed)));
                });
            }),
            Test::Qty(own) => push_any(query, own, |query, qty| push_range(query, "o.units", whole(qty))),
            Test::Total(own) => push_any(query, own, |query, total| {
                query.push("CASE o.facts >> 21 & 3");
                for (number, decimals) in [(0, 2), (1, 0), (2, 3)] {
                    query.push(" WHEN ").push(number).push(" THEN ");
                    push_range(query, "o.total_minor", minor(total, decimals));
                }
                query.push(" END");
            }),
            Test::Sku(own) => push_any(query, own, |query, sku| push_line(query, "seller_sku", sku)),
            Test::Asin(own) => push_any(query, own, |query, asin| push_line(query, "asin", asin)),
            Test::Set(_) | Test::In(_) => {
                query.push("o.id IN (");
                push_stock(query, test);
                query.push(")");
            }
            // Facts have decided these for every order that is left.
            Test::Status(_)
            | Test::Has(_)
            | Test::Fee(_)
            | Test::Platform(_)
            | Test::Channel(_)
            | Test::Account(_) => {
                query.push("TRUE");
            }
        }
    }

    fn push_fact(&self, query: &mut QueryBuilder<Sqlite>, is: Is) {
        let (mask, value) = match is {
            Is::Late => {
                query.push("o.ship_by < ").push_bind(to_millis(self.zones.now())).push(" AND ");
                CAN_BE_LATE
            }
            Is::Unmatched => (bit::UNMATCHED, bit::UNMATCHED),
            Is::NoAsin => (bit::NO_ASIN, bit::NO_ASIN),
            Is::Matched => (bit::UNMATCHED | bit::NO_ASIN, 0),
            Is::Linked => (bit::LINKED, bit::LINKED),
            Is::Prime => (bit::PRIME, bit::PRIME),
            Is::Business => (bit::BUSINESS, bit::BUSINESS),
            Is::Fba => (3 << 5, 1 << 5),
            Is::Fbm => (3 << 5, 2 << 5),
            Is::PartShipped => (bit::PART_SHIPPED, bit::PART_SHIPPED),
            Is::CancelRequested => (bit::CANCEL_REQUESTED, bit::CANCEL_REQUESTED),
            Is::Confirmed => (bit::CONFIRMED, bit::CONFIRMED),
            Is::MissingItems => (bit::MISSING_ITEMS, bit::MISSING_ITEMS),
        };
        query.push("o.facts & ").push(mask).push(" = ").push(value);
    }
}

/// Appends the values joined by OR.
fn push_any<T>(
    query: &mut QueryBuilder<Sqlite>,
    values: &[T],
    mut push: impl FnMut(&mut QueryBuilder<Sqlite>, &T),
) {
    for (at, value) in values.iter().enumerate() {
        query.push(if at == 0 { "(" } else { " OR (" });
        push(query, value);
        query.push(")");
    }
}

/// Appends a window of a sort's column; `prefix` names the table.
pub(crate) fn push_window(query: &mut QueryBuilder<Sqlite>, window: &Window, prefix: &str) {
    let column = format!("{prefix}{}", Column::of(window.key).name);
    push_range(query, &column, (window.from, window.to));
}

fn push_range(query: &mut QueryBuilder<Sqlite>, column: &str, (from, to): (Option<i64>, Option<i64>)) {
    // An order without the value is outside, even of a range without ends.
    query.push(column).push(" >= ").push_bind(from.unwrap_or(i64::MIN));
    if let Some(to) = to {
        query.push(" AND ").push(column).push(" < ").push_bind(to);
    }
}

/// The whole numbers for which a comparison holds, from the first to before the second.
fn whole(compare: &Compare<u32>) -> (Option<i64>, Option<i64>) {
    let (low, high) = compare.bounds();
    let from = match low {
        Bound::Included(own) => Some(i64::from(own)),
        Bound::Excluded(own) => Some(i64::from(own) + 1),
        Bound::Unbounded => None,
    };
    let to = match high {
        Bound::Included(own) => Some(i64::from(own) + 1),
        Bound::Excluded(own) => Some(i64::from(own)),
        Bound::Unbounded => None,
    };
    (from, to)
}

pub(crate) fn push_text(query: &mut QueryBuilder<Sqlite>, text: &str) {
    let id = if is_short(text) { format!("\n{text}") } else { text.to_owned() };
    query.push("instr(t.ids, ").push_bind(id).push(") > 0 OR instr(t.titles, ");
    query.push_bind(text.to_owned()).push(") > 0");
}

/// Shorter than a trigram.
pub(crate) fn is_short(text: &str) -> bool {
    text.chars().count() < 3
}

/// A folded id as it stands in `order_texts.ids`.
pub(crate) fn whole_id(value: &str) -> String {
    format!("\n{}\n", fold(value))
}

/// A line has this very SKU or ASIN. The folded texts say so for any letters, but not which of an order's ids it is;
/// the line itself tells that apart, by a comparison that knows ASCII letters only.
fn push_line(query: &mut QueryBuilder<Sqlite>, column: &str, value: &str) {
    query.push("instr(t.ids, ").push_bind(whole_id(value));
    query.push(") > 0 AND EXISTS (SELECT 1 FROM platform_order_items i WHERE i.order_id = o.id AND (i.");
    query.push(column).push(" = ").push_bind(value.to_owned()).push(" COLLATE NOCASE OR i.");
    query.push(column).push(" GLOB '*[^ -~]*' OR i.").push(column).push(" LIKE '% %'))");
}

/// Appends the query of the orders `i` that `set:` or `in:` asks for: a line of theirs holds such a unit, or stands for
/// the set by its mapping. Where a matched line would find a unit is not looked up: that changes with every other order.
pub(crate) fn push_stock(query: &mut QueryBuilder<Sqlite>, test: &Test) {
    let linked = "SELECT i.order_id AS i FROM inventory_items u CROSS JOIN claims c ON c.unit_id = u.id \
                  CROSS JOIN platform_order_items i ON i.id = c.item_id WHERE ";
    match test {
        Test::Set(own) => {
            let sets: Vec<String> = own.iter().map(|set| set_number(set)).collect();
            query.push(linked);
            push_any(query, &sets, |query, set| push_set(query, "u.set_number", set));
            query.push(
                " UNION SELECT i.order_id FROM amazon_asin_mappings m \
                 CROSS JOIN platform_order_items i ON i.asin = m.asin WHERE ",
            );
            push_any(query, &sets, |query, set| push_set(query, "m.set_number", set));
        }
        Test::In(own) => {
            query.push(linked);
            push_any(query, own, |query, location| {
                let begun = location.trim().to_lowercase();
                let length = i64::try_from(begun.chars().count()).unwrap_or(i64::MAX);
                query.push("lower(substr(u.storage_location, 1, ").push_bind(length).push(")) = ");
                query.push_bind(begun);
            });
        }
        _ => {
            query.push("SELECT NULL AS i");
        }
    }
}

/// Set numbers compare trimmed, without case, a trailing `-1` ignored (design §4).
fn set_number(set: &str) -> String {
    let set = set.trim().to_ascii_lowercase();
    set.strip_suffix("-1").map(ToOwned::to_owned).unwrap_or(set)
}

fn push_set(query: &mut QueryBuilder<Sqlite>, column: &str, set: &str) {
    query.push(format!("lower(trim({column})) IN (")).push_bind(set.to_owned()).push(", ");
    query.push_bind(format!("{set}-1")).push(")");
}
