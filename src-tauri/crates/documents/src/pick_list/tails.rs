//! How an order is called in little room: by the end of its id, long enough to mean only that order on this list.

use std::collections::HashMap;

use packlight_domain::picking::PickList;

/// Lengths that are tried: Amazon's last four digits, then its whole last group.
const LENGTHS: [usize; 2] = [4, 7];

/// The tail of each order of the list, by its id.
pub(super) fn of(list: &PickList) -> HashMap<&str, &str> {
    let walk = list.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.orders);
    let ids = walk.map(|order| order.platform_order_id.as_str());
    let ids = ids.chain(list.exceptions.iter().map(|line| line.platform_order_id.as_str()));
    let mut tails: HashMap<&str, &str> = ids.map(|id| (id, id)).collect();
    for length in LENGTHS.into_iter().rev() {
        let mut bearers: HashMap<&str, u32> = HashMap::with_capacity(tails.len());
        for id in tails.keys() {
            *bearers.entry(end(id, length)).or_default() += 1;
        }
        for (id, tail) in &mut tails {
            if bearers.get(end(id, length)) == Some(&1) {
                *tail = end(id, length);
            }
        }
    }
    tails
}

/// The last characters of an id.
fn end(id: &str, length: usize) -> &str {
    let start = id.char_indices().rev().nth(length - 1).map_or(0, |(start, _)| start);
    &id[start..]
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn an_end_is_never_longer_than_the_id() {
        assert_eq!(end("026-1234567-7654321", 4), "4321");
        assert_eq!(end("12é4", 4), "12é4");
        assert_eq!(end("é4", 4), "é4");
    }
}
