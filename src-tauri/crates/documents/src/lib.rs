//! Files for people: what Packlight reads from spreadsheets and other shops, and what it writes for them.
//!
//! Nothing here knows the database or the network; bytes go in and rows of text come out, or the other way round, or paper.

pub mod csv;
pub mod printing;
