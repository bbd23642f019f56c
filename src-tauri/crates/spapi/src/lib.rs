//! A client of Amazon's Selling Partner API for one seller's own application: tokens, limits, orders, reports,
//! sellers.
//!
//! It asks for as little as the order desk needs, keeps strictly to Amazon's limits over restarts, never reads buyer
//! data, and turns whatever comes back into facts of the domain or into one sentence with the next step.

#![allow(
    clippy::result_large_err,
    reason = "a failed call ends seconds of work: matching on the error itself is worth more than its 152 bytes"
)]

mod auth;
mod bucket;
mod classify;
mod client;
mod clock;
mod denials;
mod endpoints;
mod errand;
mod error;
mod included;
mod json;
mod limiter;
mod operation;
mod orders;
mod probes;
mod reports;
mod sellers;
mod surprises;
mod transport;
mod user_agent;

pub use auth::Credentials;
pub use bucket::BucketState;
pub use client::{Client, ClientConfig};
pub use clock::SleepClock;
pub use endpoints::{EndpointError, Endpoints, Overrides};
pub use errand::{Errand, Patience, Priority, Tally, Waiting};
pub use error::{ApiError, ErrorKind};
pub use included::{Included, IncludedData};
pub use limiter::{Budget, Ledger, LedgerError};
pub use operation::{Operation, Plan};
pub use orders::{ListOrdersV0, OrdersPage, SearchOrders};
pub use probes::Grant;
pub use reports::{
    BadLine, ListReports, ListingsError, ListingsFile, NewReport, Report, ReportDocument, ReportStatus,
    ReportText,
};
pub use sellers::Participation;
pub use surprises::Surprises;
pub use transport::{
    Exchange, HttpTransport, Purpose, Recorded, Recorder, Timeouts, Transport, TransportError,
};
pub use user_agent::UserAgent;
