//! CSV in and out.
//!
//! Coming in, nothing is demanded: character set, separator and line ends are found out, ragged rows and torn quotes are
//! lived with, and only what is no text at all is refused. Going out, a file is inert: no cell can run in a spreadsheet
//! (fault 66), and reading it back gives the very texts that were written.

mod charset;
mod inert;
mod mistaken;
mod read;
mod separator;
mod write;

pub use charset::Charset;
pub use mistaken::Mistaken;
pub use read::{Document, MAX_BYTES, ReadError, read};
pub use separator::Separator;
pub use write::Writer;
