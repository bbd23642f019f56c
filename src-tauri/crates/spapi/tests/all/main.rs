//! The client as its users see it: scripted answers and a simulated Amazon on virtual time, and a real socket.

// A test may panic; that is how it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod against_sim;
mod answers;
mod limits;
mod orders_2026;
mod orders_v0;
mod over_http;
mod secrets;
mod sellers;
mod support;
mod tokens;
