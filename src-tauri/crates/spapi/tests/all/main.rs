//! The client as its users see it: scripted answers and a simulated Amazon on virtual time, and a real socket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic; that is how it fails"
)]
#![allow(
    clippy::duration_suboptimal_units,
    clippy::unchecked_time_subtraction,
    clippy::unnecessary_wraps,
    reason = "seconds are compared as Amazon's plans give them"
)]

mod against_sim;
mod answers;
mod denied;
mod limits;
mod orders_2026;
mod orders_v0;
mod over_http;
mod reports;
mod secrets;
mod sellers;
mod support;
mod tokens;
