//! Operations and their usage plans: one exact token bucket per application and operation.
//!
//! Invariant: token k of a full bucket is there at exactly (k − burst) / rate, to the nanosecond, because levels are
//! integers. Source of the numbers: Amazon's model files, reference: spapi.md §3.1.

use crate::http::Request;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// Login with Amazon: `POST /auth/o2/token`.
    Token,
    /// Orders v2026-01-01 `searchOrders`.
    SearchOrders,
    /// Orders v2026-01-01 `getOrder`.
    GetOrder,
    /// Orders v0 `getOrders`.
    GetOrdersV0,
    /// Orders v0 `getOrderItems`.
    GetOrderItemsV0,
    /// Sellers v1 `getMarketplaceParticipations`.
    GetMarketplaceParticipations,
    /// Finances 2024-06-19 `listTransactions`.
    ListTransactions,
    /// Reports 2021-06-30 `getReports`.
    GetReports,
    /// Reports 2021-06-30 `createReport`.
    CreateReport,
    /// Reports 2021-06-30 `getReport`.
    GetReport,
    /// Reports 2021-06-30 `getReportDocument`.
    GetReportDocument,
    /// The storage that documents of reports are fetched from; not a part of the API.
    DownloadDocument,
    /// Anything else.
    Unknown,
}

impl Operation {
    /// Every operation that is simulated.
    pub const ALL: [Self; 12] = [
        Self::Token,
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
        Self::DownloadDocument,
    ];

    /// Amazon's name of the operation; the two of v0 carry a suffix.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
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
            Self::DownloadDocument => "downloadDocument",
            Self::Unknown => "unknown",
        }
    }

    /// The operation that a request addresses, and the id in its path: of an order, a report or a document.
    pub(crate) fn of(request: &Request) -> (Self, Option<&str>) {
        if request.path == "/auth/o2/token" {
            return (Self::Token, None);
        }
        if request.method == "POST" && request.path == "/reports/2021-06-30/reports" {
            return (Self::CreateReport, None);
        }
        if request.method != "GET" {
            return (Self::Unknown, None);
        }
        match request.path.as_str() {
            "/orders/2026-01-01/orders" => (Self::SearchOrders, None),
            "/orders/v0/orders" => (Self::GetOrdersV0, None),
            "/sellers/v1/marketplaceParticipations" => (Self::GetMarketplaceParticipations, None),
            "/finances/2024-06-19/transactions" => (Self::ListTransactions, None),
            "/reports/2021-06-30/reports" => (Self::GetReports, None),
            path => Self::of_one_thing(path),
        }
    }

    fn of_one_thing(path: &str) -> (Self, Option<&str>) {
        let places = [
            (Self::GetOrder, "/orders/2026-01-01/orders/", ""),
            (Self::GetOrderItemsV0, "/orders/v0/orders/", "/orderItems"),
            (Self::GetReport, "/reports/2021-06-30/reports/", ""),
            (Self::GetReportDocument, "/reports/2021-06-30/documents/", ""),
            (Self::DownloadDocument, "/NinetyDays/", ""),
        ];
        let found = places.into_iter().find_map(|(operation, before, behind)| {
            let id = path.strip_prefix(before)?.strip_suffix(behind)?;
            (!id.is_empty() && !id.contains('/')).then_some((operation, Some(id)))
        });
        found.unwrap_or((Self::Unknown, None))
    }

    /// Amazon's published plan; none for the token service, whose limits are not published.
    pub fn plan(self) -> Option<Plan> {
        let (micro_hertz, burst) = match self {
            Self::SearchOrders => (5_600, 20),
            Self::GetOrder | Self::GetOrderItemsV0 => (500_000, 30),
            Self::GetOrdersV0 => (16_700, 20),
            Self::GetMarketplaceParticipations => (16_000, 15),
            Self::ListTransactions => (500_000, 10),
            Self::GetReports => (22_200, 10),
            Self::CreateReport | Self::GetReportDocument => (16_700, 15),
            Self::GetReport => (2_000_000, 15),
            Self::Token | Self::DownloadDocument | Self::Unknown => return None,
        };
        Some(Plan { micro_hertz, burst })
    }
}

/// A usage plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Requests per second, in millionths.
    pub micro_hertz: u64,
    /// Size of the bucket in requests.
    pub burst: u64,
}

impl Plan {
    /// The plan with its rate, not its burst, multiplied.
    #[must_use]
    pub fn scaled(self, times: u32) -> Self {
        Self { micro_hertz: self.micro_hertz * u64::from(times), ..self }
    }

    /// The rate as Amazon prints it in `x-amzn-RateLimit-Limit`.
    pub fn rate_text(self) -> String {
        micro_text(self.micro_hertz)
    }
}

/// Millionths as decimal text without trailing zeros, at least one decimal: `0.0056`, `2.0`.
pub(crate) fn micro_text(millionths: u64) -> String {
    let (whole, part) = (millionths / 1_000_000, millionths % 1_000_000);
    let decimals = format!("{part:06}");
    let decimals = decimals.trim_end_matches('0');
    format!("{whole}.{}", if decimals.is_empty() { "0" } else { decimals })
}

/// One request in the units of [`Bucket::level`]: millionths of a hertz times nanoseconds.
const ONE_REQUEST: u128 = 1_000_000 * 1_000_000_000;

/// A token bucket. Starts full.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    plan: Plan,
    level: u128,
    filled: i64,
}

impl Bucket {
    /// A full bucket at the instant `now` (nanoseconds since 1970).
    pub(crate) fn full(plan: Plan, now: i64) -> Self {
        Self { plan, level: u128::from(plan.burst) * ONE_REQUEST, filled: now }
    }

    /// Takes one token at `now`; false where there is no whole one.
    pub(crate) fn take(&mut self, now: i64) -> bool {
        self.fill(now);
        if self.level < ONE_REQUEST {
            return false;
        }
        self.level -= ONE_REQUEST;
        true
    }

    /// Throws away whatever is in the bucket at `now`.
    pub(crate) fn empty(&mut self, now: i64) {
        self.fill(now);
        self.level = 0;
    }

    /// A clock that goes back fills nothing.
    fn fill(&mut self, now: i64) {
        let elapsed = u128::from((now - self.filled).max(0).unsigned_abs());
        let capacity = u128::from(self.plan.burst) * ONE_REQUEST;
        self.level = capacity.min(self.level + elapsed * u128::from(self.plan.micro_hertz));
        self.filled = self.filled.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_k_is_there_at_exactly_k_minus_burst_over_rate() {
        let operations = Operation::ALL.into_iter().filter_map(Operation::plan);
        for plan in operations.flat_map(|plan| [plan, plan.scaled(7)]) {
            let start = 1_700_000_000_123_456_789;
            let mut bucket = Bucket::full(plan, start);
            for _ in 0..plan.burst {
                assert!(bucket.take(start), "the burst of {plan:?} is there at once");
            }
            for k in plan.burst + 1..plan.burst + 200 {
                let wait = (u128::from(k - plan.burst) * ONE_REQUEST).div_ceil(u128::from(plan.micro_hertz));
                let due = start + i64::try_from(wait).unwrap();
                assert!(!bucket.take(due - 1), "token {k} of {plan:?} a nanosecond early");
                assert!(bucket.take(due), "token {k} of {plan:?} on time");
            }
        }
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst_and_a_clock_going_back_adds_nothing() {
        let plan = Plan { micro_hertz: 1_000_000, burst: 3 };
        let mut bucket = Bucket::full(plan, 0);
        let later = 3_600_000_000_000;
        assert_eq!((0..10).filter(|_| bucket.take(later)).count(), 3);
        assert!(!bucket.take(0));
        assert!(!bucket.take(later));
        assert!(bucket.take(later + 1_000_000_000));
        bucket.empty(later + 5_000_000_000);
        assert!(!bucket.take(later + 5_000_000_000));
    }

    #[test]
    fn rates_are_printed_as_amazon_prints_them() {
        assert_eq!(Operation::SearchOrders.plan().unwrap().rate_text(), "0.0056");
        assert_eq!(Operation::SearchOrders.plan().unwrap().scaled(1000).rate_text(), "5.6");
        assert_eq!(Operation::GetOrder.plan().unwrap().scaled(4).rate_text(), "2.0");
    }
}
