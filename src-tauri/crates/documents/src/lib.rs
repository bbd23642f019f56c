//! Files for people: what Packlight reads from spreadsheets and other shops, and what it writes for them.
//!
//! Nothing here knows the database or the network; bytes go in and rows of text come out, or the other way round; a pick
//! list goes in and pages come out, and pages go to a printer.

pub mod archive;
pub mod csv;
mod fonts;
mod page;
pub mod pick_list;
pub mod printing;

pub use fonts::Fonts;
