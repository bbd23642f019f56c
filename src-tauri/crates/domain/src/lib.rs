//! The nouns and rules of an Amazon seller's order desk, without any I/O.
//!
//! Everything here is a pure function of its arguments: time, zones and settings come in as parameters. The crates
//! around it (`spapi`, `store`, `engine`) agree with each other by speaking these types and nothing else.

pub mod account;
pub mod act;
pub mod alert;
pub mod background;
pub mod backup;
pub mod confirming;
pub mod currency;
pub mod file_import;
pub mod instant;
pub mod listing;
pub mod marketplace;
pub mod matching;
pub mod money;
pub mod natural;
pub mod offer;
pub mod order;
pub mod page;
pub mod picking;
pub mod printing;
pub mod query;
pub mod retention;
pub mod settings;
pub mod status;
pub mod stock;
pub mod text;
pub mod typed;
pub mod view;
pub mod window;
