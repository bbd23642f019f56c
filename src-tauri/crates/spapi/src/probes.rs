//! What the application may read: one harmless question to each part of Amazon that Packlight needs.
//!
//! No probe spends a call of `searchOrders`, of which there are only 20 an hour, and none reads anything of the answer.

use chrono::TimeDelta;
use packlight_domain::instant;

use crate::classify::Asked;
use crate::client::{Ask, Client};
use crate::errand::Errand;
use crate::error::{ApiError, ErrorKind};
use crate::operation::Operation;

/// Whether a part of Amazon answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// It does.
    pub granted: bool,
    /// The role that would open it, as Seller Central spells it.
    pub missing_role: Option<String>,
}

/// An id of the right form that no order has.
const NO_ORDER: &str = "000-0000000-0000000";

impl Client {
    /// Whether orders may be read, by asking for one that does not exist.
    pub async fn probe_orders(&self, errand: &Errand) -> Result<Grant, ApiError> {
        let path = format!("/orders/2026-01-01/orders/{NO_ORDER}");
        self.probe(Operation::GetOrder, path, Vec::new(), "Inventory and Order Tracking", errand).await
    }

    /// Whether transactions may be read, by asking for one minute of them.
    pub async fn probe_finances(&self, errand: &Errand) -> Result<Grant, ApiError> {
        let until = self.server_now() - TimeDelta::minutes(10);
        let query = vec![
            ("postedAfter", instant::to_text(until - TimeDelta::minutes(1))),
            ("postedBefore", instant::to_text(until)),
        ];
        let path = "/finances/2024-06-19/transactions".to_owned();
        self.probe(Operation::ListTransactions, path, query, "Finance and Accounting", errand).await
    }

    /// Whether reports of listings may be read.
    pub async fn probe_listings(&self, errand: &Errand) -> Result<Grant, ApiError> {
        self.probe_reports("GET_MERCHANT_LISTINGS_ALL_DATA", "Product Listing", errand).await
    }

    /// Whether reports of sales and traffic may be read.
    pub async fn probe_traffic(&self, errand: &Errand) -> Result<Grant, ApiError> {
        self.probe_reports("GET_SALES_AND_TRAFFIC_REPORT", "Brand Analytics", errand).await
    }

    async fn probe_reports(
        &self,
        report_type: &'static str,
        role: &'static str,
        errand: &Errand,
    ) -> Result<Grant, ApiError> {
        let query = vec![("reportTypes", report_type.to_owned()), ("pageSize", "1".to_owned())];
        self.probe(Operation::GetReports, "/reports/2021-06-30/reports".to_owned(), query, role, errand).await
    }

    async fn probe(
        &self,
        operation: Operation,
        path: String,
        query: Vec<(&'static str, String)>,
        role: &'static str,
        errand: &Errand,
    ) -> Result<Grant, ApiError> {
        let asked = Asked { operation, page_token: false, bounded: false };
        let granted = Grant { granted: true, missing_role: None };
        match self.call(&Ask::get(asked, path, query), errand, |_| Ok(())).await {
            Ok(_) => Ok(granted),
            // Whoever says that the order does not exist, or that the question is wrong, has let the question in.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::InvalidInput) => Ok(granted),
            Err(error) if error.kind == ErrorKind::AccessDenied => {
                Ok(Grant { granted: false, missing_role: Some(role.to_owned()) })
            }
            Err(error) => Err(error),
        }
    }
}
