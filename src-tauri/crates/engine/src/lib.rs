//! The use cases of Packlight, for the window and the command line alike.
//!
//! An [`Engine`] is a cheap handle on one data folder: it owns the store, the lines to Amazon, the secrets and the
//! events. It writes only while it holds the folder's lock (invariant I9); without it, everything can still be read.

pub mod accounts;
pub mod activity;
pub mod alerts;
pub mod background;
pub mod backups;
pub mod confirming;
pub mod diagnostics;
pub mod environment;
pub mod erase;
pub mod error;
pub mod events;
pub mod exports;
pub mod imports;
pub mod listings;
pub mod lock;
pub mod matching;
pub mod orders;
pub mod paths;
pub mod picking;
pub mod printing;
pub mod relocate;
pub mod reports;
pub mod retention;
pub mod secrets;
pub mod status;
pub mod stock;
pub mod sync;
pub mod views;

mod connection;
mod desk;
mod ledger;
mod local_time;
mod refresh;
mod source;
mod supervisor;
mod turns;

pub use desk::{Access, Config, Engine, SyncReport, SyncRequest};
pub use error::{Code, EngineError};
pub use listings::ListingsReport;
pub use local_time::LocalTime;
pub use packlight_spapi::Waiting;
pub use supervisor::{POLL, Pace, Supervisor};
