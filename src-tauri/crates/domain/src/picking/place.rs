//! The order of places in a walk, and the zones that units are counted by.
//!
//! The seller's recorded walk comes first; places that are not in it follow in natural order. Spellings that differ only
//! in case are one place.

use std::collections::HashMap;

use crate::natural;

/// Ranks of places: equal for equal places, lower for those that are walked first.
#[derive(Debug)]
pub struct Walk {
    ranks: HashMap<String, u32>,
}

impl Walk {
    /// Ranks `places`, walked as `recorded` says.
    pub fn new<'a>(places: impl IntoIterator<Item = &'a str>, recorded: &[String]) -> Self {
        let mut position: HashMap<String, usize> = HashMap::with_capacity(recorded.len());
        for (at, place) in recorded.iter().enumerate() {
            position.entry(natural::key(place)).or_insert(at);
        }
        let keys: HashMap<&str, String> =
            places.into_iter().map(|place| (place, natural::key(place))).collect();
        let mut order: Vec<(usize, &String)> =
            keys.values().map(|key| (position.get(key).copied().unwrap_or(usize::MAX), key)).collect();
        order.sort_unstable();
        order.dedup();
        let rank: HashMap<&String, u32> = order.iter().map(|(_, key)| *key).zip(0..).collect();
        let ranks = keys.iter().map(|(place, key)| ((*place).to_owned(), rank[key])).collect();
        Self { ranks }
    }

    /// The rank of one of the places; others come last.
    pub fn rank(&self, place: &str) -> u32 {
        self.ranks.get(place).copied().unwrap_or(u32::MAX)
    }
}

/// Sorts places as they are walked.
pub fn sort(places: &mut [String], recorded: &[String]) {
    let walk = Walk::new(places.iter().map(String::as_str), recorded);
    places.sort_by(|a, b| walk.rank(a).cmp(&walk.rank(b)).then_with(|| a.cmp(b)));
}

/// The zone of a place: what stands before its last number, and before the letters that stick to that number, where
/// something does ("Loft" of "Loft - S5", "A" of "A-10", "S" of "S5"); else the place itself.
pub fn zone(place: &str) -> &str {
    let place = place.trim();
    let Some(last) = place.rfind(|c: char| c.is_ascii_digit()) else { return place };
    let separates = |c: char| !c.is_alphanumeric();
    let before_number = place[..=last].trim_end_matches(|c: char| c.is_ascii_digit());
    let before_letters = before_number.trim_end_matches(char::is_alphabetic);
    let shorter = before_letters.trim_end_matches(separates);
    let longer = before_number.trim_end_matches(separates);
    [shorter, longer].into_iter().find(|zone| !zone.is_empty()).unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_what_stands_before_the_last_number() {
        for (place, expected) in [
            ("Loft - S5", "Loft"),
            ("Loft - S49b", "Loft"),
            ("A-10", "A"),
            ("A1-B2", "A1"),
            ("S5", "S"),
            ("Shelf 5", "Shelf"),
            ("Garage", "Garage"),
            ("12", "12"),
            (" Höhle/Ü3 ", "Höhle"),
            ("倉庫3", "倉庫"),
            ("--7", "--7"),
        ] {
            assert_eq!(zone(place), expected, "{place}");
        }
    }

    #[test]
    fn the_recorded_walk_comes_first_and_the_rest_in_natural_order() {
        let mut places = ["S49", "S5", "Garage", "s5", "Attic", "S100"].map(ToOwned::to_owned);
        sort(&mut places, &[]);
        assert_eq!(places, ["Attic", "Garage", "S5", "s5", "S49", "S100"]);
        sort(&mut places, &["garage".to_owned(), "S49".to_owned(), "gone".to_owned()]);
        assert_eq!(places, ["Garage", "S49", "Attic", "S5", "s5", "S100"]);
    }
}
