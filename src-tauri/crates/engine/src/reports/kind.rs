//! What the engine knows of each kind of report: how it is asked for, when an old one will do, and who takes it in.
//!
//! A new kind is a variant here and one function that takes its document in.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_spapi::ReportDocument;
use packlight_store::ReportRequest;

use super::ReportOutcome;
use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::CacheTag;
use crate::listings;

/// A kind of report that can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// What the seller has on sale at one marketplace.
    Listings,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was kept, and the request ended with it.
    Whole(ReportOutcome),
    /// It ends in the middle: what could be read was kept, and nothing was taken for gone.
    CutShort(ReportOutcome),
    /// It is of no use; one sentence.
    Useless(String),
}

/// What is taken in: a document, or the certainty that there is nothing.
pub(crate) struct TakenIn<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) request: &'a ReportRequest,
    pub(crate) marketplace_id: &'a str,
    /// `None`: there is nothing to report.
    pub(crate) document: Option<ReportDocument>,
    pub(crate) now: DateTime<Utc>,
}

impl ReportKind {
    const ALL: [Self; 1] = [Self::Listings];

    /// Amazon's word for its type.
    pub fn report_type(self) -> &'static str {
        match self {
            Self::Listings => "GET_MERCHANT_LISTINGS_ALL_DATA",
        }
    }

    pub(super) fn of(report_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.report_type() == report_type)
    }

    /// Its jobs.
    pub(super) fn job(self) -> &'static str {
        match self {
            Self::Listings => "listings",
        }
    }

    /// What it is called in sentences.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Listings => "the listings report",
        }
    }

    /// The role that opens it, as Seller Central spells it.
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::Listings => "Product Listing",
        }
    }

    pub(super) fn options(self) -> BTreeMap<String, String> {
        match self {
            // Headers in English where Amazon heeds it (reference: spapi.md F74).
            Self::Listings => {
                BTreeMap::from([("preferredReportDocumentLocale".to_owned(), "en_US".to_owned())])
            }
        }
    }

    /// A report this young serves instead of a new one: asking again sooner is answered with CANCELLED and FATAL (reference:
    /// spapi.md §7.6).
    pub(super) fn serves_for(self) -> TimeDelta {
        match self {
            Self::Listings => TimeDelta::hours(4),
        }
    }

    /// What to do meanwhile if Amazon does not deliver.
    pub(super) fn meanwhile(self) -> &'static str {
        match self {
            Self::Listings => {
                "the listings known so far stay as they are, and stock can be imported from a file"
            }
        }
    }

    /// The data that changes with it.
    pub(super) fn tag(self) -> CacheTag {
        match self {
            Self::Listings => CacheTag::Inventory,
        }
    }

    /// Whether what is known from elsewhere says that there must be something to report.
    pub(super) async fn is_contradicted(
        self,
        engine: &Engine,
        request: &ReportRequest,
        marketplace_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, EngineError> {
        match self {
            // Who sold there lately, or was selling there, has listings.
            Self::Listings => {
                let since = now - TimeDelta::days(30);
                Ok(engine.0.store.has_trade(request.account, marketplace_id, since).await?)
            }
        }
    }

    /// Keeps what a document says, and ends its request in the same transaction where it is whole.
    pub(super) async fn take_in(self, taken: TakenIn<'_>) -> Result<Taken, EngineError> {
        match self {
            Self::Listings => listings::take_in(taken).await,
        }
    }
}
