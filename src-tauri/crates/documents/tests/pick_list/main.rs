//! Pick lists read back from paper by programs that are not ours: poppler for text and pictures, zbar for codes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod codes;
mod lists;
mod pages;
mod preview;
mod texts;
mod tools;
