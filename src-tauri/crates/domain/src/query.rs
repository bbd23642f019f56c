//! The query language of the order list: one parser for the query bar, the command line and saved views.
//!
//! Terms are joined by AND; a comma inside a value is OR; `-` before a term negates it; quotes keep blanks together and
//! a doubled quote within them stands for one. Words without a key search order id, SKU, ASIN and title. An unknown key
//! or value is an error that points at the word. Reading a query needs no clock: `today` and `overdue` are resolved where
//! a query is evaluated, with a [`Moment`].

use std::fmt;

use crate::status::UiStatus;

mod completion;
mod edit;
mod errors;
pub mod help;
mod moment;
mod parse;
mod terms;
pub(crate) mod words;

pub use completion::{Asked, Known, Wanted, asked, help};
pub use edit::edit;
pub use errors::QueryError;
pub use moment::{Moment, day_start};
pub use terms::{Channel, Compare, Day, FeeState, Has, Is, Key, Location, Placed, Ship, Test};

/// The longest query that is read, in characters.
pub const MAX_LENGTH: usize = 500;

/// A parsed query; the empty one matches every order. Its text ([`Display`](fmt::Display)) reads as the same query again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The terms, all of which must hold.
    pub terms: Vec<Term>,
}

/// One term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The term must not hold.
    pub negated: bool,
    /// What must hold.
    pub test: Test,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        errors::check_length(text)?;
        let mut terms = Vec::new();
        for word in words::words(text)? {
            terms.extend(parse::term(text, &word)?);
        }
        Ok(Self { terms })
    }

    /// The statuses the query is about if a status is all that it asks for.
    pub fn only_status(&self) -> Option<&[UiStatus]> {
        match self.terms.as_slice() {
            [Term { negated: false, test: Test::Status(statuses) }] => Some(statuses),
            _ => None,
        }
    }

    /// Whether every order matches.
    pub fn is_all(&self) -> bool {
        self.terms.is_empty()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        self.test.fmt(f)
    }
}

#[cfg(test)]
mod tests;
