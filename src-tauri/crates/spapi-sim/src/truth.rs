//! What a perfect copy of the seller's orders would hold, row by row.
//!
//! Invariant: computed from the world's own facts; it shares no code with the JSON that the API answers.

use chrono::{DateTime, SecondsFormat};

use crate::order::{Channel, Millis, Order, Standing};

/// One row that the view `amazon_orders` has to show (product contract: design §3), without the columns
/// that the copy itself invents.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TruthLine {
    /// Amazon's order id.
    pub amazon_order_id: String,
    /// Amazon's order item id.
    pub order_item_id: String,
    /// `YYYY-MM-DDTHH:MM:SSZ`, milliseconds cut.
    pub purchase_date: String,
    /// `YYYY-MM-DDTHH:MM:SSZ`, milliseconds cut.
    pub last_update_date: String,
    /// In the spelling of Orders v0.
    pub order_status: String,
    /// `AFN` or `MFN`.
    pub fulfillment_channel: String,
    /// ASIN, where Amazon gives one.
    pub asin: Option<String>,
    /// The seller's SKU.
    pub seller_sku: String,
    /// Title as Amazon sends it.
    pub title: String,
    /// Units ordered; 0 where a cancellation took them away.
    pub quantity_ordered: u32,
    /// Units shipped.
    pub quantity_shipped: u32,
    /// The amount of the line as decimal text, such as `12.50` or `1980` (JPY).
    pub item_price: Option<String>,
    /// The amount of the line in minor units; `None` while Amazon gives no price.
    pub item_price_minor: Option<i64>,
    /// ISO currency of the price, else of the marketplace.
    pub item_currency: String,
    /// Prime.
    pub is_prime: bool,
    /// Bought by a business customer.
    pub is_business_order: bool,
}

pub(crate) fn truth_lines(order: &Order, standing: &Standing) -> Vec<TruthLine> {
    let row = |(position, line): (usize, &crate::order::Line)| {
        let price = standing.line_minor(order, position);
        TruthLine {
            amazon_order_id: order.id.clone(),
            order_item_id: line.id.clone(),
            purchase_date: to_the_second(order.placed),
            last_update_date: to_the_second(standing.updated),
            order_status: standing.status.word_v0().to_owned(),
            fulfillment_channel: match order.channel {
                Channel::Merchant => "MFN".to_owned(),
                Channel::Amazon => "AFN".to_owned(),
            },
            asin: line.asin.clone(),
            seller_sku: line.sku.clone(),
            title: line.title.clone(),
            quantity_ordered: standing.ordered(order, position),
            quantity_shipped: standing.shipped(position),
            item_price: price.map(|minor| plain_decimal(minor, order.marketplace.decimals())),
            item_price_minor: price,
            item_currency: order.marketplace.currency.to_owned(),
            is_prime: order.prime,
            is_business_order: order.business,
        }
    };
    order.lines.iter().enumerate().map(row).collect()
}

fn to_the_second(at: Millis) -> String {
    DateTime::from_timestamp(at.div_euclid(1000), 0)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}

fn plain_decimal(minor: i64, decimals: u32) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let scale = 10_u64.pow(decimals);
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, part) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    format!("{sign}{whole}.{part:0width$}", width = usize::try_from(decimals).unwrap_or(0))
}
