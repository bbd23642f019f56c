//! Filters chosen by mouse: they write into the same text, and leave everything else as it was typed.
//!
//! A text that is not understood is still edited: the words that are no terms stay where they are.

use super::help::QueryEdit;
use super::terms::{Key, Test};
use super::words::{Word, cut, quoted};
use super::{Term, parse};
use crate::text::fold;

/// The text after an edit. A key or value that the language does not have leaves it as it is.
pub fn edit(text: &str, edit: &QueryEdit) -> String {
    match edit {
        QueryEdit::Toggle { key, value } => {
            let Some(added) = term_of(key, std::slice::from_ref(value)) else { return text.to_owned() };
            let (without, removed) =
                rewritten(text, |term| if is_same(term, &added) { Some(None) } else { None });
            if removed { without } else { with(&without, &added) }
        }
        QueryEdit::Choose { key, among, value } => {
            let Some(known) = Key::from_word(key) else { return text.to_owned() };
            let among: Vec<Test> = among
                .iter()
                .filter_map(|value| term_of(key, std::slice::from_ref(value)))
                .map(|term| term.test)
                .collect();
            let (without, _) = rewritten(text, |term| {
                if term.test.key() != Some(known) {
                    return None;
                }
                let stays =
                    |value: &String| !among.is_empty() && !among.iter().any(|own| is_value(own, value));
                let others: Vec<String> = term.test.values().into_iter().filter(stays).collect();
                // Of `is:matched,prime` the part that the drop-down does not know stays.
                let is_untouched = others.len() == term.test.values().len();
                if is_untouched {
                    None
                } else {
                    Some(term_of(key, &others).map(|own| Term { negated: term.negated, ..own }))
                }
            });
            match value.as_ref().and_then(|value| term_of(key, std::slice::from_ref(value))) {
                Some(added) => with(&without, &added),
                None => without,
            }
        }
        QueryEdit::Clear { key } => {
            let Some(known) = Key::from_word(key) else { return text.to_owned() };
            rewritten(text, |term| if term.test.key() == Some(known) { Some(None) } else { None }).0
        }
    }
}

/// The term of a key and values as they would be typed; `None` without values or where one is not understood.
fn term_of(key: &str, values: &[String]) -> Option<Term> {
    if values.is_empty() {
        return None;
    }
    let values: Vec<String> = values.iter().map(|value| quoted(value).into_owned()).collect();
    let text = format!("{key}:{}", values.join(","));
    let (words, open) = cut(&text);
    match (words.as_slice(), open) {
        ([word], None) => parse::term(&text, word).ok().flatten(),
        _ => None,
    }
}

fn is_same(a: &Term, b: &Term) -> bool {
    let folded =
        |term: &Term| -> Vec<String> { term.test.values().iter().map(|value| fold(value)).collect() };
    a.negated == b.negated && a.test.key() == b.test.key() && folded(a) == folded(b)
}

fn is_value(test: &Test, value: &str) -> bool {
    test.values().iter().any(|own| fold(own) == fold(value))
}

/// The text with some terms changed: for each term `change` says nothing, or what stands in its place. Whether any was.
fn rewritten(text: &str, change: impl Fn(&Term) -> Option<Option<Term>>) -> (String, bool) {
    let (words, open) = cut(text);
    let mut rewritten = String::with_capacity(text.len());
    let (mut copied, mut changed) = (0, false);
    for (at, word) in words.iter().enumerate() {
        let is_open = open.is_some() && at + 1 == words.len();
        let Some(instead) = understood(text, word, is_open).as_ref().and_then(&change) else { continue };
        changed = true;
        rewritten.push_str(&text[copied..word.at.start]);
        copied = word.at.end;
        match instead {
            Some(term) => rewritten.push_str(&term.to_string()),
            // The blanks behind a word that goes, go with it.
            None => copied += text[copied..].len() - text[copied..].trim_start().len(),
        }
    }
    rewritten.push_str(&text[copied..]);
    let kept = if changed { rewritten.trim_end().len() } else { rewritten.len() };
    rewritten.truncate(kept);
    (rewritten, changed)
}

fn understood(text: &str, word: &Word, is_open: bool) -> Option<Term> {
    if is_open { None } else { parse::term(text, word).ok().flatten() }
}

/// The text with a term behind it. One that never closes a quote would swallow it, so the quote is closed first.
fn with(text: &str, term: &Term) -> String {
    let mut longer = text.trim_end().to_owned();
    if cut(&longer).1.is_some() {
        longer.push('"');
    }
    if !longer.is_empty() {
        longer.push(' ');
    }
    longer.push_str(&term.to_string());
    longer
}
