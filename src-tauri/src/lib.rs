//! The window of Packlight: the only code that knows Tauri.
//!
//! It opens a data folder (or the demo), shows one window, and passes every question of the window on to the engine.
//! Nothing is decided here that a command line could not decide as well.

mod alerts;
#[cfg(target_os = "linux")]
mod autostart;
#[cfg(any(not(target_os = "linux"), test))]
mod autostart_plugin;
mod bindings;
mod children;
mod commands;
mod demo;
mod error;
mod first_look;
mod launch;
mod logging;
mod news;
mod preferences;
mod residence;
mod restart;
mod session;
mod tray;
mod updates;
mod window;

pub use launch::run;
