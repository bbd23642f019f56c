//! The log of calls, so that a test can count what a client really did.

use chrono::{DateTime, Utc};

use crate::plan::Operation;

/// One request that reached the simulated Amazon, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When it came, on the simulation's clock.
    pub at: DateTime<Utc>,
    /// What it asked for.
    pub operation: Operation,
    /// Status of the answer.
    pub status: u16,
    /// Id in the path: of an order, a report or a document.
    pub order_id: Option<String>,
    /// Query parameters as sent.
    pub query: Vec<(String, String)>,
    /// `x-amzn-RequestId` of the answer.
    pub request_id: String,
}

impl Call {
    /// The first query parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Marketplace ids in the query, in either API's spelling.
    pub fn marketplace_ids(&self) -> Vec<&str> {
        let ids = self.parameter("marketplaceIds").or_else(|| self.parameter("MarketplaceIds"));
        ids.map(|ids| ids.split(',').collect()).unwrap_or_default()
    }

    /// The paging token in the query, in either API's spelling.
    pub fn page_token(&self) -> Option<&str> {
        ["paginationToken", "NextToken", "nextToken"].into_iter().find_map(|name| self.parameter(name))
    }

    /// Whether the call asked for data of buyers, which this product never does.
    pub fn asks_for_buyer_data(&self) -> bool {
        let included = self.parameter("includedData").unwrap_or_default();
        included.split(',').any(|value| BUYER_DATA.contains(&value))
    }
}

/// Values of `includedData` that need a restricted role, which the simulated seller never has.
pub(crate) const BUYER_DATA: [&str; 4] = ["BUYER", "RECIPIENT", "TAX", "PAYMENT"];
