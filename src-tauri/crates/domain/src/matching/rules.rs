//! When a unit is what a line asks for (design §4 *Match*): set numbers, condition classes, and reasons for a proposal.
//!
//! A reason is a fact that the seller can see for himself; none of them links anything by itself.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Reason;
use crate::text::fold;

/// How much of a name must stand in a title, in percent of its words.
const NAME_SHARE: usize = 60;
/// Words that stand in every title of the trade and tell nothing.
const EMPTY_WORDS: [&str; 14] =
    ["lego", "set", "the", "a", "an", "and", "of", "with", "new", "used", "building", "kit", "toy", "in"];
/// First words of conditions that are new.
const NEW_WORDS: [&str; 11] =
    ["new", "brand", "factory", "sealed", "unopened", "bnib", "bnisb", "nib", "nisb", "misb", "newitem"];
/// First words of conditions that are used; "Like New" is Amazon's best grade of them.
const USED_WORDS: [&str; 21] = [
    "used",
    "like",
    "preowned",
    "pre",
    "second",
    "secondhand",
    "opened",
    "built",
    "played",
    "collectible",
    "refurbished",
    "renewed",
    "mint",
    "very",
    "good",
    "acceptable",
    "excellent",
    "usedlikenew",
    "usedverygood",
    "usedgood",
    "usedacceptable",
];
/// How much of a title is looked at: some sellers write ten thousand characters.
const TITLE: usize = 2_000;

/// A set number as it is compared: folded, without a trailing `-1`.
pub fn comparable_set(number: &str) -> String {
    let folded = fold(number);
    match folded.strip_suffix("-1").map(str::trim_end).filter(|rest| !rest.is_empty()) {
        Some(rest) => rest.to_owned(),
        None => folded,
    }
}

/// The class of a condition, by which conditions compare.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConditionClass {
    /// New, in whatever words.
    New,
    /// Used, in whatever words.
    Used,
    /// Neither can be told; equal words are equal.
    Other(String),
}

impl ConditionClass {
    /// The class of a condition in the seller's or a platform's words.
    pub fn of(condition: &str) -> Self {
        let folded = fold(condition);
        let mut words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        // eBay's "New (Other)" was opened.
        if NEW_WORDS.contains(&first) && second != "other" {
            Self::New
        } else if USED_WORDS.contains(&first) || NEW_WORDS.contains(&first) {
            Self::Used
        } else {
            Self::Other(folded)
        }
    }

    /// How the store keeps it: `new`, `used`, or the words behind an equals sign.
    pub fn key(&self) -> String {
        match self {
            Self::New => "new".to_owned(),
            Self::Used => "used".to_owned(),
            Self::Other(words) => format!("={words}"),
        }
    }
}

/// What is known of a line when units are proposed for it.
#[derive(Debug, Clone, Default)]
pub struct LineFacts {
    asin: Option<String>,
    sku: Option<String>,
    /// Set and class that its number is mapped to.
    mapped: Option<(String, String)>,
    sets: BTreeSet<String>,
    words: BTreeSet<String>,
}

/// What is known of a unit.
#[derive(Debug, Clone, Copy)]
pub struct UnitFacts<'a> {
    /// Set number, as typed.
    pub set_number: &'a str,
    /// Name, as typed.
    pub name: &'a str,
    /// Condition, as typed.
    pub condition: &'a str,
    /// SKU.
    pub sku: Option<&'a str>,
    /// ASIN.
    pub asin: Option<&'a str>,
}

impl LineFacts {
    /// The facts of a line; `mapped` is the set number and the condition that its number stands for.
    pub fn new(
        asin: Option<&str>,
        sku: Option<&str>,
        title: Option<&str>,
        mapped: Option<(&str, &str)>,
    ) -> Self {
        let title: String = title.unwrap_or("").chars().take(TITLE).collect();
        let folded = fold(&title);
        Self {
            asin: asin.map(fold).filter(|asin| !asin.is_empty()),
            sku: sku.map(fold).filter(|sku| !sku.is_empty()),
            mapped: mapped.map(|(set, condition)| (comparable_set(set), ConditionClass::of(condition).key())),
            sets: numbers(&folded).into_iter().map(|at| comparable_set(&folded[at])).collect(),
            words: words(&folded).map(ToOwned::to_owned).collect(),
        }
    }

    /// Everything in the title that could be a set number, as set numbers compare.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(String::as_str)
    }

    /// How well a name fits the title, in percent; `None` where it does not.
    pub fn name_share(&self, name: &str) -> Option<usize> {
        let name = fold(name);
        let own: BTreeSet<&str> = words(&name).collect();
        let found = own.iter().filter(|word| self.words.contains(**word)).count();
        let share = found * 100 / own.len().max(1);
        (found >= 2.min(own.len()) && found > 0 && share >= NAME_SHARE).then_some(share)
    }

    /// Why a unit is proposed for this line, strongest first; empty where nothing speaks for it.
    pub fn reasons(&self, unit: &UnitFacts<'_>) -> Vec<Reason> {
        let set = comparable_set(unit.set_number);
        let same = |own: &Option<String>, other: Option<&str>| {
            own.is_some() && other.map(fold).filter(|other| !other.is_empty()) == *own
        };
        let mapped = self.mapped.as_ref().is_some_and(|(mapped, class)| {
            *mapped == set && *class == ConditionClass::of(unit.condition).key()
        });
        [
            (mapped, Reason::Mapped),
            (same(&self.asin, unit.asin), Reason::SameAsin),
            (same(&self.sku, unit.sku), Reason::SameSku),
            (self.sets.contains(&set), Reason::SetNumberInTitle),
            (self.name_share(unit.name).is_some(), Reason::NameInTitle),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }
}

/// The words of a folded text that tell something.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1 && !EMPTY_WORDS.contains(word))
}

/// Where a folded title holds what could be a set number: a whole word with at least three digits, with or without a
/// hyphen and a number behind it (`75192`, `75192-1`, `col21-5`), or such digits inside a word, next to no other digit.
fn numbers(folded: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let part_of_word = |c: char| c.is_alphanumeric() || c == '-';
    let mut start = None;
    for (at, c) in folded.char_indices().chain([(folded.len(), ' ')]) {
        match (part_of_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(begun)) => {
                word_numbers(folded, begun..at, &mut found);
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn word_numbers(folded: &str, word: Range<usize>, found: &mut Vec<Range<usize>>) {
    const DIGITS: usize = 3;
    let text = &folded[word.clone()];
    let trimmed = text.trim_matches('-');
    if trimmed.chars().filter(char::is_ascii_digit).count() < DIGITS {
        return;
    }
    let begun = word.start + (text.len() - text.trim_start_matches('-').len());
    found.push(begun..begun + trimmed.len());
    // "lego75192", "75192-falcon": the digits alone.
    let mut run = None;
    for (at, c) in trimmed.char_indices().chain([(trimmed.len(), ' ')]) {
        match (c.is_ascii_digit(), run) {
            (true, None) => run = Some(at),
            (false, Some(from)) => {
                if at - from >= DIGITS && at - from < trimmed.len() {
                    found.push(begun + from..begun + at);
                }
                run = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_numbers_compare_trimmed_without_case_and_without_a_trailing_1() {
        for same in ["75192", " 75192-1 ", "７５１９２"] {
            assert_eq!(comparable_set(same), "75192");
        }
        assert_eq!(comparable_set("COL21-1"), comparable_set("col21"));
        assert_ne!(comparable_set("75192-2"), comparable_set("75192"));
        assert_ne!(comparable_set("75192-11"), comparable_set("75192"));
        assert_eq!(comparable_set("-1"), "-1", "nothing would be left");
    }

    #[test]
    fn conditions_have_classes() {
        for new in ["New", "new sealed", "NEW - box damaged", "Brand New", "Sealed", "BNIB", "Factory sealed"]
        {
            assert_eq!(ConditionClass::of(new), ConditionClass::New, "{new}");
        }
        for used in
            ["Used", "used - like new", "Like New", "UsedVeryGood", "Very Good", "Pre-owned", "new (other)"]
        {
            assert_eq!(ConditionClass::of(used), ConditionClass::Used, "{used}");
        }
        assert_eq!(ConditionClass::of("Display piece").key(), "=display piece");
        assert_ne!(ConditionClass::of(""), ConditionClass::New);
    }

    fn sets(title: &str) -> Vec<String> {
        LineFacts::new(None, None, Some(title), None).sets().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_set_number_is_a_whole_word_of_the_title() {
        assert_eq!(sets("LEGO 75192 Star Wars Millennium Falcon"), ["75192"]);
        assert_eq!(sets("LEGO75192-1: Falcon"), ["75192", "lego75192"]);
        assert_eq!(sets("Falcon (75192-1), 7541 pieces"), ["75192", "7541"]);
        assert_eq!(sets("751922 Falcon"), ["751922"], "no part of a longer number");
        assert_eq!(sets("3in1 set, age 18+"), [""; 0]);
        assert_eq!(sets("col21-5 figure"), ["col21-5"]);
        assert_eq!(sets("レゴ 75257 おもちゃ"), ["75257"]);
    }

    fn unit<'a>(set_number: &'a str, name: &'a str) -> UnitFacts<'a> {
        UnitFacts { set_number, name, condition: "New Sealed", sku: Some("S-1"), asin: Some("b0simaaaaa") }
    }

    #[test]
    fn reasons_come_strongest_first() {
        let title = "LEGO 75192 Star Wars Millennium Falcon UCS Building Set";
        let line = LineFacts::new(Some("B0SIMAAAAA"), Some("s-1"), Some(title), Some(("75192", "New")));
        assert_eq!(
            line.reasons(&unit("75192-1", "Millennium Falcon")),
            [
                Reason::Mapped,
                Reason::SameAsin,
                Reason::SameSku,
                Reason::SetNumberInTitle,
                Reason::NameInTitle
            ]
        );
        let used = UnitFacts { condition: "Used", asin: None, sku: None, ..unit("75192", "Titanic") };
        assert_eq!(
            line.reasons(&used),
            [Reason::SetNumberInTitle],
            "another condition is not what it is mapped to"
        );
        let bare = LineFacts::new(None, None, None, None);
        assert_eq!(bare.reasons(&UnitFacts { asin: None, sku: None, ..unit("", "") }), []);
    }

    #[test]
    fn most_words_of_a_name_must_stand_in_the_title() {
        let line = LineFacts::new(None, None, Some("LEGO Star Wars The Razor Crest UCS Building Set"), None);
        assert_eq!(line.name_share("The Razor Crest"), Some(100));
        assert_eq!(line.name_share("Razor Crest Microfighter"), Some(66));
        assert_eq!(line.name_share("Star Destroyer"), None, "one word of two");
        assert_eq!(line.name_share("LEGO Set"), None, "words that every title has");
    }
}
