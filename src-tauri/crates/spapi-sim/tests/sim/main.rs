//! Tests of the simulated Amazon: a double that is wrong itself proves nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "clippy sees no test in functions that tests call"
)]

mod client;
mod faults;
mod models;
mod reports;
mod rules;
mod wire;
mod world;
