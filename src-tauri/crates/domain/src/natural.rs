//! Natural order of shelf names and set numbers: `S5` comes before `S49`, as a person walks and counts.
//!
//! The order is kept in the store as a key that compares byte by byte, so one index serves the list of the stock and the
//! walk of a pick list alike.

use std::fmt::Write as _;

use crate::text::fold;

/// Digits of a run that the key states by one character; longer runs say their length in three.
const SHORT: usize = 8;

/// A key whose bytes compare as the texts do in natural order, without case. Texts that differ only in leading zeros
/// (`A-1`, `A-01`) stand beside each other, in a fixed order.
pub fn key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(2 * folded.len() + 8);
    let mut rest = folded.as_str();
    while let Some(c) = rest.chars().next() {
        if !c.is_ascii_digit() {
            key.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[..end].trim_start_matches('0');
        // A longer number is a greater one, so its length comes before its digits.
        if digits.len() <= SHORT {
            key.push(char::from(b'0' + u8::try_from(digits.len()).unwrap_or(0)));
        } else {
            key.push('9');
            // Writing into a String does not fail.
            let _ = write!(key, "{:03}", digits.len().min(999));
        }
        key.push_str(digits);
        rest = &rest[end..];
    }
    // The folded text itself decides between equals; the separator is less than any character of a folded text.
    key.push('\u{1}');
    key.push_str(&folded);
    key
}

/// Compares two texts in natural order.
pub fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    key(a).cmp(&key(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_inside_a_text_count_as_numbers() {
        let mut shelves = ["S49", "B-2", "s5", "A-10", "A-2", "A", "S5b", "A-02", "S100", "12", "7"];
        shelves.sort_by(|a, b| compare(a, b));
        assert_eq!(shelves, ["7", "12", "A", "A-02", "A-2", "A-10", "B-2", "s5", "S5b", "S49", "S100"]);
    }

    #[test]
    fn numbers_of_any_length_compare() {
        let long = "9".repeat(40);
        let longer = format!("1{}", "0".repeat(40));
        for (less, greater) in [("99999999", "100000000"), (long.as_str(), longer.as_str()), ("0", "1")] {
            assert!(compare(less, greater).is_lt(), "{less} {greater}");
        }
    }

    proptest! {
        #[test]
        fn numbers_sort_by_value(a in 0_u64.., b in 0_u64..) {
            prop_assert_eq!(compare(&format!("S{a}"), &format!("S{b}")), a.cmp(&b));
        }
    }
}
