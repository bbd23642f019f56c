//! The operations that Packlight calls, and the usage plan that Amazon publishes for each of them.
//!
//! A plan is a floor: Amazon may grant more, and the limiter learns that from the answers (reference: spapi.md §3.1).

use std::fmt;

/// An operation of the Selling Partner API; each has a token bucket of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `GET /orders/2026-01-01/orders`.
    SearchOrders,
    /// `GET /orders/2026-01-01/orders/{orderId}`.
    GetOrder,
    /// `GET /orders/v0/orders`.
    GetOrdersV0,
    /// `GET /orders/v0/orders/{orderId}/orderItems`.
    GetOrderItemsV0,
    /// `GET /sellers/v1/marketplaceParticipations`.
    GetMarketplaceParticipations,
    /// `GET /finances/2024-06-19/transactions`.
    ListTransactions,
    /// `GET /reports/2021-06-30/reports`.
    GetReports,
    /// `POST /reports/2021-06-30/reports`.
    CreateReport,
    /// `GET /reports/2021-06-30/reports/{reportId}`.
    GetReport,
    /// `GET /reports/2021-06-30/documents/{reportDocumentId}`.
    GetReportDocument,
}

/// How often an operation may be called: a bucket of `burst` tokens that fills at `micro_hertz` / 1,000,000 a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Tokens per million seconds, so that Amazon's decimal rates are whole numbers.
    pub micro_hertz: u64,
    /// Tokens in a full bucket.
    pub burst: u32,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 10] = [
        Self::SearchOrders,
        Self::GetOrder,
        Self::GetOrdersV0,
        Self::GetOrderItemsV0,
        Self::GetMarketplaceParticipations,
        Self::ListTransactions,
        Self::GetReports,
        Self::CreateReport,
        Self::GetReport,
        Self::GetReportDocument,
    ];

    /// Amazon's name of the operation, with the version where two would share a name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SearchOrders => "searchOrders",
            Self::GetOrder => "getOrder",
            Self::GetOrdersV0 => "getOrdersV0",
            Self::GetOrderItemsV0 => "getOrderItemsV0",
            Self::GetMarketplaceParticipations => "getMarketplaceParticipations",
            Self::ListTransactions => "listTransactions",
            Self::GetReports => "getReports",
            Self::CreateReport => "createReport",
            Self::GetReport => "getReport",
            Self::GetReportDocument => "getReportDocument",
        }
    }

    /// The published plan (Amazon's model files; reference: spapi.md §3.1).
    pub const fn plan(self) -> Plan {
        let (micro_hertz, burst) = match self {
            Self::SearchOrders => (5_600, 20),
            Self::GetOrder | Self::GetOrderItemsV0 => (500_000, 30),
            Self::GetOrdersV0 => (16_700, 20),
            Self::GetMarketplaceParticipations => (16_000, 15),
            Self::ListTransactions => (500_000, 10),
            Self::GetReports => (22_200, 10),
            Self::CreateReport | Self::GetReportDocument => (16_700, 15),
            Self::GetReport => (2_000_000, 15),
        };
        Plan { micro_hertz, burst }
    }

    /// What it reads, in the words of a message to the seller.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::SearchOrders | Self::GetOrdersV0 => "the list of orders",
            Self::GetOrder => "an order",
            Self::GetOrderItemsV0 => "the items of an order",
            Self::GetMarketplaceParticipations => "the seller's marketplaces",
            Self::ListTransactions => "the seller's transactions",
            Self::GetReports => "the list of reports",
            Self::CreateReport => "a new report",
            Self::GetReport => "a report",
            Self::GetReportDocument => "the document of a report",
        }
    }

    /// The role that opens it, as Seller Central spells it (reference: spapi.md §1.9).
    pub(crate) fn role(self) -> &'static str {
        match self {
            Self::SearchOrders | Self::GetOrder | Self::GetOrdersV0 | Self::GetOrderItemsV0 => {
                "Inventory and Order Tracking"
            }
            Self::GetMarketplaceParticipations => "Selling Partner Insights",
            Self::ListTransactions => "Finance and Accounting",
            // The report's type decides; whoever asks for another type names its role.
            Self::GetReports | Self::CreateReport | Self::GetReport | Self::GetReportDocument => {
                "Product Listing"
            }
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Plan {
    /// The plan with its rate multiplied by `millionths` / 1,000,000 (the burst stays), never below one call in 11 days.
    pub(crate) fn scaled(self, millionths: u64) -> Self {
        let micro_hertz = u128::from(self.micro_hertz) * u128::from(millionths) / 1_000_000;
        Self { micro_hertz: u64::try_from(micro_hertz).unwrap_or(u64::MAX).max(1), ..self }
    }
}

/// Reads a positive decimal number (`0.0056`, `5`, `.5`) as whole millionths, further decimals cut; `None` for anything
/// else, so that neither rates nor scales ever pass through a float.
pub(crate) fn millionths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |part: &str| part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0
        || !digits(whole)
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let value = whole.checked_mul(1_000_000)?.checked_add(fraction.parse().ok()?)?;
    (value > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_whole_millionths() {
        for (text, value) in [
            ("0.0056", Some(5_600)),
            ("0.5", Some(500_000)),
            (" 2 ", Some(2_000_000)),
            (".5", Some(500_000)),
            ("2.0", Some(2_000_000)),
            ("0.00560000019", Some(5_600)),
            ("0", None),
            ("0.0", None),
            ("-1", None),
            ("abc", None),
            ("", None),
            (".", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(millionths(text), value, "{text}");
        }
    }

    #[test]
    fn a_scale_multiplies_the_rate_and_not_the_burst() {
        let plan = Operation::SearchOrders.plan();
        assert_eq!(plan.scaled(1_000_000), plan);
        assert_eq!(plan.scaled(1_000_000_000), Plan { micro_hertz: 5_600_000, burst: 20 });
        assert_eq!(plan.scaled(1).micro_hertz, 1);
    }
}
