//! Amazon's stores: what the simulated seller can sell in and what `getMarketplaceParticipations` names.
//!
//! Source: the marketplace table of reference: spapi.md §2.2 (ids from Amazon's page "Marketplace IDs").

/// One Amazon store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marketplace {
    /// Amazon's id, such as `A1F83G8C2ARO7P`.
    pub id: &'static str,
    /// ISO 3166 country code.
    pub country: &'static str,
    /// Name as Amazon prints it, such as `Amazon.co.uk`.
    pub name: &'static str,
    /// ISO 4217 code of the store's currency.
    pub currency: &'static str,
    /// Default language, such as `en_GB`.
    pub language: &'static str,
    /// First group of the order numbers that this simulation hands out for the store.
    pub order_prefix: &'static str,
}

impl Marketplace {
    /// The store with this id.
    pub fn by_id(id: &str) -> Option<&'static Self> {
        MARKETPLACES.iter().find(|marketplace| marketplace.id == id)
    }

    /// Digits after the decimal point in amounts of this store: none in Japan, two elsewhere.
    pub fn decimals(&self) -> u32 {
        if self.currency == "JPY" { 0 } else { 2 }
    }

    /// Whether tax is added to the displayed price, so that Amazon states it separately.
    pub fn price_excludes_tax(&self) -> bool {
        matches!(self.country, "US" | "CA")
    }

    /// How far back orders can be read: two years, and since 2016 in Japan, Australia and Singapore
    /// (reference: spapi.md §4.2 rule 10).
    pub(crate) fn keeps_orders_since_2016(&self) -> bool {
        matches!(self.country, "JP" | "AU" | "SG")
    }
}

/// United Kingdom.
pub const UK: &str = "A1F83G8C2ARO7P";
/// Germany.
pub const GERMANY: &str = "A1PA6795UKMFR9";
/// United States.
pub const US: &str = "ATVPDKIKX0DER";
/// Japan.
pub const JAPAN: &str = "A1VC38T7YXB528";

const fn store(
    id: &'static str,
    country: &'static str,
    name: &'static str,
    currency: &'static str,
    language: &'static str,
    order_prefix: &'static str,
) -> Marketplace {
    Marketplace { id, country, name, currency, language, order_prefix }
}

/// Every store that the simulation knows.
pub const MARKETPLACES: &[Marketplace] = &[
    store("A2EUQ1WTGCTBG2", "CA", "Amazon.ca", "CAD", "en_CA", "701"),
    store(US, "US", "Amazon.com", "USD", "en_US", "111"),
    store("A1AM78C64UM0Y8", "MX", "Amazon.com.mx", "MXN", "es_MX", "702"),
    store("A2Q3Y263D00KWC", "BR", "Amazon.com.br", "BRL", "pt_BR", "703"),
    store("A28R8C7NBKEWEA", "IE", "Amazon.ie", "EUR", "en_IE", "301"),
    store("A1RKKUPIHCS9HS", "ES", "Amazon.es", "EUR", "es_ES", "404"),
    store(UK, "GB", "Amazon.co.uk", "GBP", "en_GB", "202"),
    store("A13V1IB3VIYZZH", "FR", "Amazon.fr", "EUR", "fr_FR", "402"),
    store("AMEN7PMS3EDWL", "BE", "Amazon.com.be", "EUR", "nl_BE", "306"),
    store("A1805IZSGTT6HS", "NL", "Amazon.nl", "EUR", "nl_NL", "405"),
    store(GERMANY, "DE", "Amazon.de", "EUR", "de_DE", "302"),
    store("APJ6JRA9NG5V4", "IT", "Amazon.it", "EUR", "it_IT", "407"),
    store("A2NODRKZP88ZB9", "SE", "Amazon.se", "SEK", "sv_SE", "408"),
    store("AE08WJ6YKNBMC", "ZA", "Amazon.co.za", "ZAR", "en_ZA", "409"),
    store("A1C3SOZRARQ6R3", "PL", "Amazon.pl", "PLN", "pl_PL", "410"),
    store("ARBP9OOSHTCHU", "EG", "Amazon.eg", "EGP", "ar_AE", "411"),
    store("A33AVAJ2PDY3EV", "TR", "Amazon.com.tr", "TRY", "tr_TR", "412"),
    store("A17E79C6D8DWNP", "SA", "Amazon.sa", "SAR", "ar_AE", "413"),
    store("A2VIGQ35RCS4UG", "AE", "Amazon.ae", "AED", "en_AE", "414"),
    store("A21TJRUUN4KGV", "IN", "Amazon.in", "INR", "en_IN", "415"),
    store("A19VAU5U5O7RUS", "SG", "Amazon.sg", "SGD", "en_SG", "501"),
    store("A39IBJ37TRP1C6", "AU", "Amazon.com.au", "AUD", "en_AU", "502"),
    store(JAPAN, "JP", "Amazon.co.jp", "JPY", "ja_JP", "249"),
];
