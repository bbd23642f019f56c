//! Amazon's marketplaces: which region serves them, their currency, usual time zone and Seller Central host.
//!
//! Ids are Amazon's (developer documentation, "Marketplace IDs"); zones are conventions that the seller may change
//! (reference: spapi.md §2.2). Unknown ids occur in data (multi-channel pseudo marketplaces) and are kept as they are.

use chrono_tz::Tz;

use crate::account::Region;
use crate::currency::Currency;

/// What is known of one marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marketplace {
    /// Amazon's id, such as `A1F83G8C2ARO7P`.
    pub id: &'static str,
    /// ISO 3166 country code.
    pub country: &'static str,
    /// English name of the country.
    pub name: &'static str,
    /// The region whose host and authorisation serve it.
    pub region: Region,
    /// ISO 4217 code of its prices.
    pub currency: &'static str,
    /// Usual zone of its business day; the seller may choose another.
    pub zone: Tz,
    /// Host of Seller Central that opens its orders.
    pub seller_central: &'static str,
}

macro_rules! marketplaces {
    ($($region:ident $country:literal $name:literal $id:literal $currency:literal $zone:ident $host:literal)*) => {
        &[$(Marketplace {
            id: $id, country: $country, name: $name, region: Region::$region, currency: $currency,
            zone: chrono_tz::Tz::$zone, seller_central: $host,
        }),*]
    };
}

/// Every marketplace, by region and then as Amazon lists them.
pub const ALL: &[Marketplace] = marketplaces! {
    Na "CA" "Canada" "A2EUQ1WTGCTBG2" "CAD" America__Los_Angeles "sellercentral.amazon.ca"
    Na "US" "United States" "ATVPDKIKX0DER" "USD" America__Los_Angeles "sellercentral.amazon.com"
    Na "MX" "Mexico" "A1AM78C64UM0Y8" "MXN" America__Los_Angeles "sellercentral.amazon.com.mx"
    Na "BR" "Brazil" "A2Q3Y263D00KWC" "BRL" America__Sao_Paulo "sellercentral.amazon.com.br"
    Eu "IE" "Ireland" "A28R8C7NBKEWEA" "EUR" Europe__Dublin "sellercentral.amazon.ie"
    Eu "ES" "Spain" "A1RKKUPIHCS9HS" "EUR" Europe__Madrid "sellercentral-europe.amazon.com"
    Eu "GB" "United Kingdom" "A1F83G8C2ARO7P" "GBP" Europe__London "sellercentral.amazon.co.uk"
    Eu "FR" "France" "A13V1IB3VIYZZH" "EUR" Europe__Paris "sellercentral-europe.amazon.com"
    Eu "BE" "Belgium" "AMEN7PMS3EDWL" "EUR" Europe__Brussels "sellercentral.amazon.com.be"
    Eu "NL" "Netherlands" "A1805IZSGTT6HS" "EUR" Europe__Amsterdam "sellercentral.amazon.nl"
    Eu "DE" "Germany" "A1PA6795UKMFR9" "EUR" Europe__Berlin "sellercentral-europe.amazon.com"
    Eu "IT" "Italy" "APJ6JRA9NG5V4" "EUR" Europe__Rome "sellercentral-europe.amazon.com"
    Eu "SE" "Sweden" "A2NODRKZP88ZB9" "SEK" Europe__Stockholm "sellercentral.amazon.se"
    Eu "ZA" "South Africa" "AE08WJ6YKNBMC" "ZAR" Africa__Johannesburg "sellercentral.amazon.co.za"
    Eu "PL" "Poland" "A1C3SOZRARQ6R3" "PLN" Europe__Warsaw "sellercentral.amazon.pl"
    Eu "EG" "Egypt" "ARBP9OOSHTCHU" "EGP" Africa__Cairo "sellercentral.amazon.eg"
    Eu "TR" "Turkey" "A33AVAJ2PDY3EV" "TRY" Europe__Istanbul "sellercentral.amazon.com.tr"
    Eu "SA" "Saudi Arabia" "A17E79C6D8DWNP" "SAR" Asia__Riyadh "sellercentral.amazon.sa"
    Eu "AE" "United Arab Emirates" "A2VIGQ35RCS4UG" "AED" Asia__Dubai "sellercentral.amazon.ae"
    Eu "IN" "India" "A21TJRUUN4KGV" "INR" Asia__Kolkata "sellercentral.amazon.in"
    Fe "SG" "Singapore" "A19VAU5U5O7RUS" "SGD" Asia__Singapore "sellercentral.amazon.sg"
    Fe "AU" "Australia" "A39IBJ37TRP1C6" "AUD" Australia__Sydney "sellercentral.amazon.com.au"
    Fe "JP" "Japan" "A1VC38T7YXB528" "JPY" Asia__Tokyo "sellercentral.amazon.co.jp"
};

/// The marketplace of an id, if it is one of Amazon's own.
pub fn by_id(id: &str) -> Option<&'static Marketplace> {
    ALL.iter().find(|marketplace| marketplace.id == id)
}

/// The page of an order in Seller Central, on the host of its marketplace (UK where that is unknown).
///
/// The order id is percent-encoded, so that a hostile id cannot leave the path.
pub fn order_url(marketplace_id: Option<&str>, order_id: &str) -> String {
    let host =
        marketplace_id.and_then(by_id).map_or("sellercentral.amazon.co.uk", |known| known.seller_central);
    let mut url = format!("https://{host}/orders-v3/order/");
    for byte in order_id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            url.push(char::from(byte));
        } else {
            url.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    url
}

fn hex(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase()
}

impl Marketplace {
    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.currency.parse().unwrap_or(Currency::GBP)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_currencies_valid() {
        let ids: BTreeSet<_> = ALL.iter().map(|marketplace| marketplace.id).collect();
        assert_eq!(ids.len(), 23);
        for marketplace in ALL {
            assert_eq!(marketplace.currency.parse(), Ok(marketplace.currency()));
        }
    }

    #[test]
    fn an_order_opens_on_the_host_of_its_marketplace() {
        let id = "203-1234567-8901234";
        assert_eq!(
            order_url(Some("A1F83G8C2ARO7P"), id),
            "https://sellercentral.amazon.co.uk/orders-v3/order/203-1234567-8901234"
        );
        assert_eq!(
            order_url(Some("A1VC38T7YXB528"), id),
            "https://sellercentral.amazon.co.jp/orders-v3/order/203-1234567-8901234"
        );
        assert_eq!(
            order_url(None, "../x?y"),
            "https://sellercentral.amazon.co.uk/orders-v3/order/..%2Fx%3Fy"
        );
    }
}
