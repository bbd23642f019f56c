//! The product as a seller sees it: the built app in a real window, with the demo seller behind it.
//!
//! `cargo xtask test desktop` runs these, one at a time, on a hidden screen. Without an app they skip themselves.

#![cfg(target_os = "linux")]

mod background;
mod data_folder;
mod keychain;
mod locale;
mod matching;
mod odd_titles;
mod orders_page;
mod picking;
mod the_main_job;
mod updates;
