//! The desktop app. Everything is in the library, so that tests can reach it.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    packlight_desktop::run(std::env::args_os().skip(1))
}
