//! Journeys of the product without a window: a real database file, the simulated Amazon, virtual time or real HTTP.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a step that fails ends its test")]

mod accounts;
mod alerts;
#[cfg(target_os = "linux")]
mod canaries;
mod comings_and_goings;
mod confirming;
mod counters;
mod data_folder;
mod disconnected;
mod fault_catalogue;
mod first_sync;
mod half_read;
mod imports;
mod interrupted;
mod kept_copies;
#[cfg(target_os = "linux")]
mod keychain;
mod limits;
mod listed;
mod lists_refused;
mod matching;
mod old_api;
mod owner_packages;
mod parts_refused;
mod passing_time;
mod picking;
mod printing;
mod remembered;
mod reports;
mod several_askers;
mod supervised;
mod supervised_in_part;
mod trouble;
mod wrong_clock;
