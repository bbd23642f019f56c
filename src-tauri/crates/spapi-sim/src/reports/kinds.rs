//! The kinds of report that can be asked for, one line each.

use super::{Made, listings};
use crate::order::Millis;
use crate::orders::Orders;
use crate::probes::Role;

/// What a document holds before it is encoded: a flat file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// One kind of report.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Amazon's word.
    pub(crate) name: &'static str,
    /// The role that opens it.
    pub(crate) role: Role,
    /// It covers one marketplace only.
    pub(crate) one_marketplace: bool,
    /// How long Amazon keeps it, in days.
    pub(crate) kept_days: Millis,
    /// What it says at an instant; `None` where there is nothing to say.
    pub(crate) content: fn(&Made, &Orders, Millis) -> Option<Content>,
}

/// Every kind.
pub(crate) const KINDS: &[Kind] = &[Kind {
    name: "GET_MERCHANT_LISTINGS_ALL_DATA",
    role: Role::ProductListing,
    one_marketplace: true,
    kept_days: 90,
    content: listings::content,
}];

/// The role of a report type, whether it can be asked for here or not.
pub(crate) fn role(report_type: &str) -> Role {
    match report_type {
        types if types.starts_with("GET_SALES_AND_TRAFFIC") => Role::BrandAnalytics,
        types if types.starts_with("GET_V2_SETTLEMENT") => Role::Finance,
        types if types.starts_with("GET_MERCHANT_LISTINGS") => Role::ProductListing,
        _ => Role::Orders,
    }
}
