//! What facts and windows cannot decide, as SQL on the row of an order `o` and its texts `t`.
//!
//! Every condition is two-valued: what is unknown does not hold, and its negation does.

use packlight_domain::instant::to_millis;
use packlight_domain::matching::rules::comparable_set;
use packlight_domain::page::SortKey;
use packlight_domain::query::{Compare, Is, Ship, Test};
use packlight_domain::status::UiStatus;
use packlight_domain::text::fold;
use sqlx::{QueryBuilder, Sqlite};
use std::ops::Bound;

use crate::facts::bit;
use crate::inventory::push_location;
use crate::keyset::Column;
use crate::meanings::Meaning;
use crate::rows::list;
use crate::sieve::{Sieve, Window, millis_of, minor};

/// Facts of an order that is late once its ship time has passed: status Paid and something left.
pub(crate) const CAN_BE_LATE: (i64, i64) = (7 | bit::LEFT, 1 | bit::LEFT);

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
                self.push_stock(query, test);
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

    /// Appends the query of the orders `i` that `set:` or `in:` asks for. A line stands for a set if it holds a unit of it
    /// or its number is mapped to it. It is in a place if a unit that it holds lies there, or, as long as its order is to
    /// be shipped and it lacks units, a free unit that it could take.
    pub(crate) fn push_stock(&self, query: &mut QueryBuilder<Sqlite>, test: &Test) {
        let linked = "SELECT i.order_id AS i FROM inventory_items u CROSS JOIN claims c ON c.unit_id = u.id \
                      CROSS JOIN platform_order_items i ON i.id = c.item_id WHERE ";
        let Some(meaning) = self.meanings.iter().find(|own| own.test == *test) else {
            query.push("SELECT NULL AS i");
            return;
        };
        if let Test::Set(sets) = test {
            let sets: Vec<String> = sets.iter().map(|set| comparable_set(set)).collect();
            query.push(linked).push("u.set_match IN (SELECT value FROM json_each(");
            query.push_bind(list(&sets)).push("))");
            query.push(" UNION SELECT i.order_id FROM platform_order_items i WHERE i.other_number IS NULL AND i.asin IN ");
            query.push("(SELECT value FROM json_each(").push_bind(meaning.asins.clone()).push("))");
            query.push(" UNION SELECT i.order_id FROM platform_order_items i WHERE i.other_number IN ");
            query.push("(SELECT value FROM json_each(").push_bind(meaning.others.clone()).push("))");
            return;
        }
        let Test::In(places) = test else { return };
        query.push(linked);
        push_any(query, places, push_location);
        // The open orders are few, so the way leads from them to their lines.
        for (account, class) in self.open_classes() {
            query.push(
                " UNION SELECT p.id FROM platform_orders p INDEXED BY orders_of_class_by_ship \
                 CROSS JOIN platform_order_items i ON i.order_id = p.id WHERE p.account_id = ",
            );
            query.push_bind(account).push(" AND p.class = ").push_bind(class);
            query.push(" AND i.quantity > (SELECT COUNT(*) FROM claims c WHERE c.item_id = i.id) AND (");
            push_numbers(query, meaning);
            query.push(")");
        }
    }

    /// Accounts and classes of orders that are pending or paid.
    fn open_classes(&self) -> Vec<(i64, i64)> {
        let open = [UiStatus::Pending as i64, UiStatus::Paid as i64];
        let mut classes: Vec<(i64, i64)> = self
            .cells
            .iter()
            .filter(|cell| open.contains(&cell.facts.status()))
            .map(|cell| (cell.account, cell.facts.class()))
            .collect();
        classes.sort_unstable();
        classes.dedup();
        classes
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
pub(crate) fn push_any<T>(
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

/// Appends that a line `i` has one of a meaning's numbers.
fn push_numbers(query: &mut QueryBuilder<Sqlite>, meaning: &Meaning) {
    query.push("i.asin IN (SELECT value FROM json_each(").push_bind(meaning.asins.clone());
    query.push(")) AND i.other_number IS NULL OR i.other_number IN (SELECT value FROM json_each(");
    query.push_bind(meaning.others.clone()).push("))");
}
