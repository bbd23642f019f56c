//! `GET_MERCHANT_LISTINGS_ALL_DATA`: what the seller has on sale at one marketplace.
//!
//! Everything that was ordered lately is on sale, and so is one new copy of every set. The columns are Amazon's
//! (reference: spapi.md §7.5).

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use super::Made;
use super::kinds::Content;
use crate::catalogue;
use crate::draw::{Draw, mix};
use crate::marketplace::Marketplace;
use crate::order::{Channel, Millis};
use crate::orders::Orders;

/// Orders that are looked at for what is on sale.
const RECENT: u64 = 20_000;
/// Purpose of the random stream of what the orders do not say.
const SHELF: u64 = 32;

/// One SKU on sale, as a perfect copy would hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthListing {
    /// The seller's SKU.
    pub sku: String,
    /// Amazon's number of the product.
    pub asin: String,
    /// Title, without the tabs and line breaks that Amazon takes out of flat files.
    pub title: String,
    /// Price of one unit in minor units of the store's currency.
    pub price_minor: i64,
    /// Units on sale; not said where Amazon keeps the stock.
    pub quantity: Option<u32>,
    /// Amazon's word.
    pub status: String,
    pub(crate) condition_code: u32,
    pub(crate) by_amazon: bool,
    pub(crate) opened: Millis,
    pub(crate) number: u64,
}

/// What is on sale at `store` at the instant `at`, by SKU.
pub(crate) fn offers(world: &Orders, store: &Marketplace, at: Millis) -> Vec<TruthListing> {
    let mut offers = BTreeMap::new();
    let mut add = |sku: &str, asin: &str, title: &str, minor: i64, condition: &str, by_amazon: bool| {
        let number = mix(asin.len() as u64, sku.bytes().fold(7, |sum, byte| mix(sum, u64::from(byte))));
        let mut draw = Draw::new(world.lives.seller().seed, number, SHELF);
        let stock = u32::try_from(draw.between(0, 9)).unwrap_or(0);
        offers.entry(sku.to_owned()).or_insert_with(|| TruthListing {
            sku: sku.to_owned(),
            asin: asin.to_owned(),
            title: title.split(['\t', '\r', '\n']).collect::<Vec<_>>().join(" "),
            price_minor: minor,
            quantity: (!by_amazon).then_some(stock),
            status: if stock == 0 && !by_amazon { "Inactive" } else { "Active" }.to_owned(),
            condition_code: match condition {
                "LikeNew" => 1,
                "VeryGood" => 2,
                "Good" => 3,
                _ => 11,
            },
            by_amazon,
            opened: world.lives.seller().now.timestamp_millis() - draw.between(1, 900 * 24) * 3_600_000,
            number,
        });
    };
    for order in world.recent(at, RECENT) {
        for line in order.lines.iter().filter(|_| order.marketplace.id == store.id) {
            // An order without prices says nothing about what its goods cost.
            if let (Some(asin), true) = (&line.asin, line.unit_minor > 0) {
                let by_amazon = order.channel == Channel::Amazon;
                add(&line.sku, asin, &line.title, line.unit_minor, line.condition_subtype, by_amazon);
            }
        }
    }
    for product in catalogue::range() {
        let minor = if store.decimals() == 0 { product.pence * 2 } else { product.pence };
        add(&product.sku, &product.asin, &product.title, minor, "New", false);
    }
    offers.into_values().collect()
}

const HEADER: [&str; 29] = [
    "item-name",
    "item-description",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "image-url",
    "item-is-marketplace",
    "product-id-type",
    "zshop-shipping-fee",
    "item-note",
    "item-condition",
    "zshop-category1",
    "zshop-browse-path",
    "zshop-storefront-feature",
    "asin1",
    "asin2",
    "asin3",
    "will-ship-internationally",
    "expedited-shipping",
    "zshop-boldface",
    "product-id",
    "bid-for-featured-placement",
    "add-delete",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
];

/// The header of Amazon.co.jp for the columns that have a name of their own there.
pub(super) const JAPANESE: [(&str, &str); 12] = [
    ("item-name", "商品名"),
    ("listing-id", "出品ID"),
    ("seller-sku", "出品者SKU"),
    ("price", "価格"),
    ("quantity", "数量"),
    ("open-date", "出品日"),
    ("product-id-type", "商品IDタイプ"),
    ("item-note", "コンディション説明"),
    ("item-condition", "コンディション"),
    ("product-id", "商品ID"),
    ("fulfillment-channel", "フルフィルメント・チャンネル"),
    ("status", "ステータス"),
];

pub(super) fn content(made: &Made, world: &Orders, at: Millis) -> Option<Content> {
    let store = made.marketplaces.first().and_then(|id| Marketplace::by_id(id))?;
    let offers = offers(world, store, at);
    if offers.is_empty() {
        return None;
    }
    let english = made.options.get("preferredReportDocumentLocale").is_some_and(|locale| locale == "en_US");
    let name = |name: &str| {
        let own = JAPANESE.iter().find(|(english_name, _)| *english_name == name);
        own.filter(|_| store.country == "JP" && !english).map_or(name, |(_, japanese)| japanese).to_owned()
    };
    let header = HEADER.iter().map(|column| name(column)).collect();
    Some(Content { header, rows: offers.iter().map(|offer| row(offer, store)).collect() })
}

fn row(offer: &TruthListing, store: &Marketplace) -> Vec<String> {
    let cell = |column: &&str| match *column {
        "item-name" => offer.title.clone(),
        "item-description" => "As on the picture.".to_owned(),
        "listing-id" => format!("{:04}SIM{:05X}", offer.number % 10_000, offer.number >> 44),
        "seller-sku" => offer.sku.clone(),
        "price" => price(offer.price_minor, store.decimals()),
        "quantity" => offer.quantity.map(|units| units.to_string()).unwrap_or_default(),
        "open-date" => opened(offer.opened, store),
        "item-is-marketplace" => "y".to_owned(),
        "product-id-type" => "1".to_owned(),
        "item-note" if offer.condition_code != 11 => "Complete, box opened".to_owned(),
        "item-condition" => offer.condition_code.to_string(),
        // Amazon now and then leaves it out and names the product only at the end of the row.
        "asin1" if offer.number.is_multiple_of(41) => String::new(),
        "asin1" | "product-id" => offer.asin.clone(),
        "pending-quantity" => "0".to_owned(),
        "fulfillment-channel" if offer.by_amazon => match store.country {
            "US" | "CA" | "MX" | "BR" => "AMAZON_NA".to_owned(),
            "JP" => "AMAZON_JP".to_owned(),
            _ => "AMAZON_EU".to_owned(),
        },
        "fulfillment-channel" => "DEFAULT".to_owned(),
        "merchant-shipping-group" => "Standard template".to_owned(),
        "status" => offer.status.clone(),
        _ => String::new(),
    };
    HEADER.iter().map(cell).collect()
}

fn price(minor: i64, decimals: u32) -> String {
    if decimals == 0 { minor.to_string() } else { format!("{}.{:02}", minor / 100, minor % 100) }
}

/// The instant in the clock of the store, with the abbreviation of its zone.
fn opened(at: Millis, store: &Marketplace) -> String {
    let (format, hours, zone) = match store.country {
        "US" | "CA" | "MX" => ("%Y-%m-%d %H:%M:%S", -8, "PST"),
        "JP" => ("%Y/%m/%d %H:%M:%S", 9, "JST"),
        "GB" | "IE" => ("%d/%m/%Y %H:%M:%S", 0, "GMT"),
        _ => ("%d/%m/%Y %H:%M:%S", 1, "MET"),
    };
    let at = DateTime::from_timestamp_millis(at).unwrap_or_default();
    let clock =
        FixedOffset::east_opt(hours * 3600).map(|zone| at.with_timezone(&zone).format(format).to_string());
    format!("{} {zone}", clock.unwrap_or_default())
}
