//! What journeys need: whole worlds on virtual time, the command line as a real process, a look at the file from outside.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "only tests use this crate, and a step that cannot be taken ends its test on the spot"
)]

#[cfg(target_os = "linux")]
pub mod canaries;
pub mod command_line;
pub mod database;
#[cfg(target_os = "linux")]
pub mod desktop;
#[cfg(target_os = "linux")]
pub mod keyring;
#[cfg(target_os = "linux")]
pub mod print_queue;
#[cfg(target_os = "linux")]
pub mod program;
#[cfg(target_os = "linux")]
pub mod seated;
#[cfg(target_os = "linux")]
pub mod session_bus;
pub mod virtual_time;
pub mod wire;
pub mod world;
