//! Searching order ids, SKUs, ASINs and titles by any part of them.
//!
//! Two ways lead to a page. A text that many orders hold is found by walking the sorted list and looking at each order;
//! the walk is short because hits are frequent. A text that few hold is looked up in the trigram index, which names
//! candidates; a look at each proves them. Which way is taken is decided by a short walk first, so that neither a common
//! nor a rare word is slow. A text of one or two characters is no trigram but begins some: it is the start of an id or
//! any place in a title, and where the index names too many for it, one pass over the texts does.

use packlight_domain::query::{Query, Test};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use crate::StoreError;
use crate::counts::Cell;
use crate::keyset::{Column, MARKS, Mark, read_marks};

/// Candidates up to which a walk tests membership; where there are more, looking at each order is quicker.
pub(crate) const MANY: u32 = 60_000;

/// Orders to one candidate from which on candidates are thin.
const THIN: u32 = 60;

/// Trigrams that one full-text query may name for a short text.
const TERMS: u32 = 400;

/// A text that must occur, or must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextTest {
    pub(crate) negated: bool,
    /// Folded, not empty.
    pub(crate) text: String,
}

impl TextTest {
    fn is_short(&self) -> bool {
        self.text.chars().count() < 3
    }
}

/// What orders must hold besides their account and status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// All of these must hold.
    pub(crate) texts: Vec<TextTest>,
    /// Only these row ids, a JSON array.
    pub(crate) candidates: Option<String>,
}

impl Filter {
    /// The texts of a query.
    pub(crate) fn of(query: &Query) -> Self {
        let texts = query
            .terms
            .iter()
            .filter_map(|term| match &term.test {
                Test::Text(text) => Some(TextTest { negated: term.negated, text: text.clone() }),
                _ => None,
            })
            .collect();
        Self { texts, candidates: None }
    }

    /// Appends the condition on `t`, a row of `order_texts`.
    pub(crate) fn push_texts(&self, query: &mut QueryBuilder<Sqlite>) {
        for (at, test) in self.texts.iter().enumerate() {
            query.push(if at == 0 { "" } else { " AND " });
            query.push(if test.negated { "NOT (" } else { "(" });
            let id = if test.is_short() { format!("\n{}", test.text) } else { test.text.clone() };
            query.push("instr(t.ids, ").push_bind(id).push(") > 0 OR instr(t.titles, ");
            query.push_bind(test.text.clone()).push(") > 0)");
        }
    }

    /// Whether some text that must occur is long enough for the trigram index.
    pub(crate) fn has_trigram(&self) -> bool {
        self.texts.iter().any(|test| !test.negated && !test.is_short())
    }

    /// The full-text query that every match must satisfy: the trigrams of the texts that must occur.
    fn trigrams(&self) -> Option<String> {
        let mut terms: Vec<String> = Vec::new();
        for test in self.texts.iter().filter(|test| !test.negated && !test.is_short()) {
            let letters: Vec<char> = test.text.chars().collect();
            let last = letters.len() - 3;
            // The longer the text, the fewer of its trigrams it takes: each find is checked anyway, and each trigram costs
            // a list to read.
            let step = match letters.len() {
                0..7 => 1,
                7..15 => 2,
                _ => 3,
            };
            for start in (0..last).step_by(step).chain([last]) {
                let letters: String = letters[start..start + 3].iter().collect();
                let term = quoted(&letters);
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }
}

/// Leaves the cells of a list that a query's statuses allow; whether it names any.
pub(crate) fn narrow(cells: &mut Vec<Cell>, query: &Query) -> bool {
    let mut names_any = false;
    for term in &query.terms {
        if let Test::Status(statuses) = &term.test {
            names_any = true;
            let asked = |cell: &Cell| {
                let own = crate::counts::status_of(cell.status);
                statuses.contains(&own)
            };
            cells.retain(|cell| asked(cell) != term.negated);
        }
    }
    names_any
}

/// A term of the full-text query, whatever letters it has.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

/// Row ids that may match.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// A JSON array.
    pub(crate) ids: String,
    pub(crate) number: u32,
}

impl Candidates {
    /// Whether they lie so thinly that a short walk would meet few of them. They come in the order of their ids, and ids
    /// are given without gaps.
    pub(crate) fn are_thin(&self) -> bool {
        let last =
            self.ids.trim_end_matches(']').rsplit([',', '[']).next().and_then(|id| id.parse::<u32>().ok());
        last.is_some_and(|last| last / self.number.max(1) > THIN)
    }
}

/// At most `cap` row ids among which, if there are fewer, every match is.
pub(crate) async fn candidates(
    connection: &mut SqliteConnection,
    filter: &Filter,
    cap: u32,
) -> Result<Candidates, StoreError> {
    if let Some(trigrams) = filter.trigrams() {
        return listed(connection, &trigrams, cap).await;
    }
    if let Some(trigrams) = begun(connection, filter).await? {
        let found = listed(connection, &trigrams, cap.min(MANY + 1)).await?;
        // More would be mostly such that hold the letters within an id, which does not count.
        if found.number <= MANY {
            return Ok(found);
        }
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT json_group_array(id) AS ids, COUNT(*) AS number FROM (SELECT id FROM order_texts t WHERE ",
    );
    filter.push_texts(&mut query);
    query.push(" LIMIT ").push_bind(cap).push(")");
    let row = query.build().fetch_one(connection).await?;
    Ok(Candidates { ids: row.try_get("ids")?, number: crate::rows::count(row.try_get("number")?) })
}

/// The row ids of a full-text query.
async fn listed(
    connection: &mut SqliteConnection,
    trigrams: &str,
    cap: u32,
) -> Result<Candidates, StoreError> {
    let row = sqlx::query(
        "SELECT json_group_array(rowid) AS ids, COUNT(*) AS number FROM \
         (SELECT rowid FROM order_trigrams WHERE order_trigrams MATCH ? LIMIT ?)",
    )
    .bind(trigrams)
    .bind(cap)
    .fetch_one(connection)
    .await?;
    Ok(Candidates { ids: row.try_get("ids")?, number: crate::rows::count(row.try_get("number")?) })
}

/// The full-text query of a short text: the trigrams that begin with it. `None` where no short text must occur, or where
/// so many trigrams begin with it that a pass over the texts is quicker.
async fn begun(connection: &mut SqliteConnection, filter: &Filter) -> Result<Option<String>, StoreError> {
    let Some(test) = filter.texts.iter().find(|test| !test.negated) else { return Ok(None) };
    let mut beyond: Vec<char> = test.text.chars().collect();
    let next = beyond.pop().and_then(|last| (last..=char::MAX).nth(1));
    beyond.extend(next);
    let beyond: String = beyond.into_iter().collect();
    let terms: Vec<String> =
        sqlx::query_scalar("SELECT term FROM order_terms WHERE term >= ?1 AND term < ?2 LIMIT ?3")
            .bind(&test.text)
            .bind(beyond)
            .bind(TERMS + 1)
            .fetch_all(connection)
            .await?;
    if terms.is_empty() {
        // No such letters anywhere; a term that cannot occur matches nothing.
        return Ok(Some("\"\n\n\n\"".to_owned()));
    }
    let few = terms.len() <= TERMS as usize;
    Ok(few.then(|| terms.iter().map(|term| quoted(term)).collect::<Vec<_>>().join(" OR ")))
}

fn push_proof(query: &mut QueryBuilder<Sqlite>, ids: &str, every: u32, cells: &[Cell], filter: &Filter) {
    query.push(" FROM (SELECT value FROM json_each(").push_bind(ids.to_owned());
    query.push(") WHERE key % ").push_bind(every);
    query.push(
        " = 0) j CROSS JOIN order_texts t ON t.id = j.value CROSS JOIN platform_orders o ON o.id = t.id \
         WHERE (o.account_id, o.ui_status) IN (VALUES ",
    );
    for (at, cell) in cells.iter().enumerate() {
        query
            .push(if at == 0 { "(" } else { ", (" })
            .push(cell.account)
            .push(", ")
            .push(cell.status)
            .push(")");
    }
    query.push(") AND ");
    filter.push_texts(query);
}

/// The candidates that match, with their place in a sort.
pub(crate) async fn prove(
    connection: &mut SqliteConnection,
    column: Column,
    ids: &str,
    cells: &[Cell],
    filter: &Filter,
) -> Result<Vec<Mark>, StoreError> {
    if cells.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new(MARKS);
    query.push("SELECT o.").push(column.name).push(" AS k, o.id AS i");
    push_proof(&mut query, ids, 1, cells, filter);
    read_marks(&mut query, connection).await
}

/// How many of every so-many-th candidate match, up to `stop_at`.
pub(crate) async fn count_proven(
    connection: &mut SqliteConnection,
    ids: &str,
    every: u32,
    cells: &[Cell],
    filter: &Filter,
    stop_at: u32,
) -> Result<u32, StoreError> {
    if cells.is_empty() {
        return Ok(0);
    }
    let mut query = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1");
    push_proof(&mut query, ids, every, cells, filter);
    query.push(" LIMIT ").push_bind(stop_at).push(")");
    let number: i64 = query.build_query_scalar().fetch_one(connection).await?;
    Ok(crate::rows::count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigrams(query: &str) -> Option<String> {
        Filter::of(&Query::parse(query).unwrap()).trigrams()
    }

    #[test]
    fn a_text_is_looked_up_by_its_trigrams() {
        assert_eq!(trigrams("falc").as_deref(), Some("\"fal\" AND \"alc\""));
        assert_eq!(trigrams("abc abc").as_deref(), Some("\"abc\""));
        // Quotes cannot end the string and no word of FTS5's own language gets through.
        let quoted =
            Filter { texts: vec![TextTest { negated: false, text: "a\"b".into() }], candidates: None };
        assert_eq!(quoted.trigrams().as_deref(), Some("\"a\"\"b\""));
        assert_eq!(trigrams("not").as_deref(), Some("\"not\""));
        assert_eq!(trigrams("ab -xyz"), None);
        // Some of them where the text is long, and always the last.
        assert_eq!(trigrams("abcdefgh").as_deref(), Some("\"abc\" AND \"cde\" AND \"efg\" AND \"fgh\""));
        assert_eq!(
            trigrams("abcdefghijklmnop").as_deref(),
            Some("\"abc\" AND \"def\" AND \"ghi\" AND \"jkl\" AND \"mno\" AND \"nop\"")
        );
    }
}
