//! A simulated Amazon: one seller's account behind the Selling Partner API, with its limits, its delays and its faults.
//!
//! It exists because tests need an Amazon that obeys: the demo seller, the test world and the benchmark use it. It depends
//! on none of Packlight's crates and writes its JSON from Amazon's published models, so that a mistake in the client cannot
//! cancel out here.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use packlight_spapi_sim::{Amazon, Operation, Request, Seller};
//!
//! let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
//! let amazon = Amazon::new(Seller::with_orders(50, 1, now));
//! let refused = amazon.handle(&Request::get("/sellers/v1/marketplaceParticipations", &[]));
//! assert_eq!(refused.status, 400, "no user agent");
//! assert_eq!(amazon.count(Operation::GetMarketplaceParticipations), 1);
//! ```

mod amazon;
mod auth;
mod calls;
mod catalogue;
mod clock;
mod desk;
mod draw;
mod fault;
mod fault_text;
mod hand;
mod http;
mod life;
mod marketplace;
mod mutation;
mod order;
mod orders;
mod orders_list;
mod paging;
mod plan;
mod probes;
mod problem;
mod reports;
mod seller;
mod server;
mod truth;
mod v0;
mod v2026;
mod world;

pub use amazon::Amazon;
pub use auth::LwaError;
pub use calls::Call;
pub use catalogue::{StockedSet, stocked_sets};
pub use clock::Clock;
pub use fault::{BadJson, Charset, Fault, Injection, InjectionId, RateHeader};
pub use fault_text::FaultTextError;
pub use hand::{Draft, DraftLine, WorldError};
pub use http::{Delivery, Request, Response};
pub use marketplace::{GERMANY, JAPAN, MARKETPLACES, Marketplace, UK, US};
pub use order::{CancelledBy, Channel, Kind, Status};
pub use plan::{Operation, Plan};
pub use probes::Role;
pub use reports::TruthListing;
pub use seller::{Application, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Seller};
pub use server::Server;
pub use truth::TruthLine;
pub use v2026::PRIVATE_MARKER;
pub use world::World;
