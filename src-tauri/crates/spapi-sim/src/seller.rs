//! The seller whose account is simulated: everything that decides what the world looks like.
//!
//! Invariant: two equal sellers give equal worlds at every instant.

use chrono::{DateTime, Utc};

use crate::marketplace;

/// An application that the seller authorised, with its secrets. All of them are fakes by design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Login with Amazon client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Refresh token issued to this client.
    pub refresh_token: String,
}

/// The client id that every simulated seller accepts.
pub const CLIENT_ID: &str = "sim-client";
/// The secret of [`CLIENT_ID`].
pub const CLIENT_SECRET: &str = "sim-secret";
/// The refresh token of [`CLIENT_ID`].
pub const REFRESH_TOKEN: &str = "sim-refresh-token";

/// Describes a seller; start from a preset and change what matters.
///
/// Shares are in permille, so that no rate is a float.
#[derive(Debug, Clone)]
pub struct Seller {
    pub(crate) seed: u64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) history_days: u32,
    pub(crate) history_orders: u64,
    pub(crate) arrivals_per_hour: u32,
    pub(crate) pace: u32,
    pub(crate) still: bool,
    pub(crate) marketplaces: Vec<String>,
    pub(crate) afn_permille: u32,
    pub(crate) missing_asin_permille: u32,
    pub(crate) odd_title_permille: u32,
    pub(crate) prime_permille: u32,
    pub(crate) business_permille: u32,
    pub(crate) rate_scale: u32,
    pub(crate) items_per_page: usize,
    pub(crate) store_name: String,
    pub(crate) applications: Vec<Application>,
}

impl Seller {
    /// `orders` orders of the last 60 days in the United Kingdom (GBP), in a world that then stands still: nothing
    /// happens by itself after ten minutes before `now`, so a first sync sees each order exactly once.
    pub fn with_orders(orders: u64, seed: u64, now: DateTime<Utc>) -> Self {
        Self {
            seed,
            now,
            history_days: 60,
            history_orders: orders,
            arrivals_per_hour: 0,
            pace: 1,
            still: true,
            marketplaces: vec![marketplace::UK.to_owned()],
            afn_permille: 300,
            missing_asin_permille: 15,
            odd_title_permille: 60,
            prime_permille: 150,
            business_permille: 60,
            rate_scale: 1,
            items_per_page: 100,
            store_name: "Brick Attic (simulated)".to_owned(),
            applications: vec![Application {
                client_id: CLIENT_ID.to_owned(),
                client_secret: CLIENT_SECRET.to_owned(),
                refresh_token: REFRESH_TOKEN.to_owned(),
            }],
        }
    }

    /// Like [`Seller::with_orders`], in Japan: amounts in JPY, without decimals.
    pub fn with_yen_orders(orders: u64, seed: u64, now: DateTime<Utc>) -> Self {
        Self::with_orders(orders, seed, now).marketplaces([marketplace::JAPAN])
    }

    /// A reseller of LEGO in the United Kingdom to look around in: some 300 orders of the last 60 days, a new one
    /// every 45 seconds, which then lives through its stations forty times faster than in life.
    pub fn demo(now: DateTime<Utc>) -> Self {
        Self::with_orders(300, 75_192, now).arrivals_per_hour(80).pace(40).odd_title_permille(20)
    }

    /// Lets orders move on by themselves after `now`.
    #[must_use]
    pub fn living(mut self) -> Self {
        self.still = false;
        self
    }

    /// New orders per hour, evenly spread with some jitter. Makes the world a living one.
    #[must_use]
    pub fn arrivals_per_hour(mut self, orders: u32) -> Self {
        self.arrivals_per_hour = orders;
        self.still = false;
        self
    }

    /// How many times faster than in life the orders placed after `now` are paid, shipped and delivered.
    #[must_use]
    pub fn pace(mut self, times: u32) -> Self {
        self.pace = times.max(1);
        self
    }

    /// Another seed: another world of the same kind.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Days over which the historical orders are spread, denser towards `now`.
    #[must_use]
    pub fn history_days(mut self, days: u32) -> Self {
        self.history_days = days.max(1);
        self
    }

    /// Ids of the marketplaces in which the seller sells; each order belongs to one of them. Unknown ids are left out.
    #[must_use]
    pub fn marketplaces<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.marketplaces = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Share of orders that Amazon fulfils.
    #[must_use]
    pub fn afn_permille(mut self, permille: u32) -> Self {
        self.afn_permille = permille;
        self
    }

    /// Share of lines for which Amazon gives no ASIN.
    #[must_use]
    pub fn missing_asin_permille(mut self, permille: u32) -> Self {
        self.missing_asin_permille = permille;
        self
    }

    /// Share of lines whose title is very long, right to left, full of emoji or of markup.
    #[must_use]
    pub fn odd_title_permille(mut self, permille: u32) -> Self {
        self.odd_title_permille = permille;
        self
    }

    /// Share of merchant-fulfilled orders that are Prime.
    #[must_use]
    pub fn prime_permille(mut self, permille: u32) -> Self {
        self.prime_permille = permille;
        self
    }

    /// Share of orders of business customers.
    #[must_use]
    pub fn business_permille(mut self, permille: u32) -> Self {
        self.business_permille = permille;
        self
    }

    /// Multiplies the rate of every usage plan, not the burst; reports are made as many times faster.
    #[must_use]
    pub fn rate_scale(mut self, times: u32) -> Self {
        self.rate_scale = times.max(1);
        self
    }

    /// Lines on one page of Orders v0 `getOrderItems`; Amazon pages only very large orders.
    #[must_use]
    pub fn items_per_page(mut self, lines: usize) -> Self {
        self.items_per_page = lines.max(1);
        self
    }

    /// A further application that the seller authorised. It has its own usage plans.
    #[must_use]
    pub fn application(mut self, application: Application) -> Self {
        self.applications.push(application);
        self
    }
}
