//! What journeys need: whole worlds on virtual time, the command line as a real process, a look at the file from outside.

pub mod command_line;
pub mod database;
#[cfg(target_os = "linux")]
pub mod desktop;
pub mod virtual_time;
pub mod world;
