//! The JSON of the command line (design §3): keys in snake_case, ids as text, instants cut to seconds, money in minor
//! units beside its currency, and `null` where something is unknown.

use chrono::{DateTime, Utc};
use packlight_domain::currency::Currency;
use packlight_domain::instant;
use packlight_domain::listing::{MatchStatus, MatchSummary, OrderDetail, OrderFlag, OrderItem};
use packlight_domain::marketplace::{self, Marketplace};
use packlight_domain::money::{Amount, Money};
use packlight_domain::status::UiStatus;
use packlight_engine::accounts::AccountView;
use packlight_engine::secrets::SecretsPlace;
use packlight_engine::sync::AccountReport;
use serde::Serialize;

/// An instant as it is printed.
pub(crate) fn at(instant: Option<DateTime<Utc>>) -> Option<String> {
    instant.map(instant::to_text)
}

/// An account, without anything secret.
#[derive(Debug, Serialize)]
pub(crate) struct AccountShape {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) region: Option<String>,
    pub(crate) marketplaces: Vec<String>,
    pub(crate) orders_api: String,
    pub(crate) secrets: String,
}

/// An account that was removed.
#[derive(Debug, Serialize)]
pub(crate) struct RemovedShape {
    #[serde(flatten)]
    pub(crate) account: AccountShape,
    /// What could not be deleted and how to do it by hand; null when nothing is left.
    #[serde(rename = "secrets_left")]
    pub(crate) left: Option<String>,
    /// Orders that went with it.
    pub(crate) orders_deleted: u32,
}

impl AccountShape {
    pub(crate) fn of(view: &AccountView) -> Self {
        Self {
            id: view.id.0.to_string(),
            label: view.label.clone(),
            region: view.region.map(|region| region.to_string()),
            marketplaces: view.marketplaces.clone(),
            orders_api: view.orders_api.to_string(),
            secrets: match view.secrets {
                SecretsPlace::Keychain => "keychain",
                SecretsPlace::File => "file",
                SecretsPlace::None => "none",
            }
            .to_owned(),
        }
    }
}

/// An account in a list.
#[derive(Debug, Serialize)]
pub(crate) struct AccountListShape {
    #[serde(flatten)]
    pub(crate) account: AccountShape,
    pub(crate) complete_up_to: Option<String>,
}

impl AccountListShape {
    pub(crate) fn of(view: &AccountView) -> Self {
        Self { account: AccountShape::of(view), complete_up_to: at(view.complete_up_to) }
    }
}

/// What a sync found: the sums, or one account's part.
#[derive(Debug, Serialize)]
pub(crate) struct SyncCounts {
    pub(crate) orders_seen: u32,
    pub(crate) orders_new: u32,
    pub(crate) orders_changed: u32,
    pub(crate) items_written: u32,
    pub(crate) pages: u32,
    pub(crate) calls: u32,
    pub(crate) throttled: u32,
    pub(crate) complete_up_to: Option<String>,
    pub(crate) duration_ms: u32,
}

impl SyncCounts {
    pub(crate) fn of(report: &AccountReport) -> Self {
        Self {
            orders_seen: report.orders_seen,
            orders_new: report.orders_new,
            orders_changed: report.orders_changed,
            items_written: report.items_written,
            pages: report.pages,
            calls: report.calls,
            throttled: report.throttled,
            complete_up_to: at(report.complete_up_to),
            duration_ms: report.duration_ms,
        }
    }
}

/// An order with its lines.
#[derive(Debug, Serialize)]
pub(crate) struct OrderShape {
    id: String,
    pub(crate) cursor: String,
    account_id: String,
    platform: &'static str,
    pub(crate) platform_order_id: String,
    pub(crate) order_date: Option<String>,
    buyer_name: &'static str,
    buyer_email: Option<String>,
    status: Option<String>,
    internal_status: Option<&'static str>,
    pub(crate) ui_status: String,
    pub(crate) total_minor: Option<i64>,
    pub(crate) currency: Option<Currency>,
    fees_minor: Option<i64>,
    pub(crate) notes: Option<String>,
    match_summary: MatchShape,
    pub(crate) items: Vec<ItemShape>,
    marketplace_id: Option<String>,
    last_update_date: String,
    fulfillment_channel: Option<String>,
    pub(crate) ship_by: Option<String>,
    part_shipped: bool,
    pub(crate) cancel_requested: bool,
    pub(crate) cancelled_after_confirmation: bool,
    pub(crate) missing_items: bool,
}

/// How the lines of an order match the stock.
#[derive(Debug, Serialize)]
struct MatchShape {
    total: u32,
    linked: u32,
    unmatched: u32,
    no_asin: u32,
    all_matched: bool,
}

/// A line of an order.
#[derive(Debug, Serialize)]
pub(crate) struct ItemShape {
    pub(crate) id: String,
    pub(crate) item_number: Option<String>,
    pub(crate) seller_sku: Option<String>,
    pub(crate) item_name: Option<String>,
    pub(crate) quantity: u32,
    pub(crate) quantity_shipped: u32,
    unit_price_minor: Option<i64>,
    pub(crate) total_price_minor: Option<i64>,
    pub(crate) currency: Option<Currency>,
    condition: Option<String>,
    inventory_item_id: Option<String>,
    inventory_item_ids: Vec<String>,
    amazon_linked_at: Option<String>,
    amazon_link_method: Option<&'static str>,
    match_status: MatchStatus,
}

impl OrderShape {
    pub(crate) fn of(order: OrderDetail) -> Self {
        let usual = order.marketplace_id.as_deref().and_then(marketplace::by_id).map(Marketplace::currency);
        let row = order.row;
        let has = |flag| row.flags.contains(&flag);
        let total = row.total.as_ref().and_then(exact);
        let priced =
            order.items.iter().find_map(|item| item.total_price.as_ref().or(item.unit_price.as_ref()));
        Self {
            id: row.id.0.to_string(),
            cursor: order.cursor.0,
            account_id: order.account_id.0.to_string(),
            platform: row.platform.word(),
            platform_order_id: row.platform_order_id,
            order_date: at(row.order_date),
            buyer_name: row.platform.buyer_name(),
            buyer_email: None,
            status: order.status,
            internal_status: order.confirmed_at.is_some().then_some("Completed"),
            ui_status: match (row.ui_status, row.unknown_status) {
                (UiStatus::Other, Some(word)) => word,
                (status, _) => status.word().to_owned(),
            },
            total_minor: total.map(|total| total.minor),
            currency: total.map(|total| total.currency).or(priced.map(|price| price.currency)).or(usual),
            fees_minor: None,
            notes: order.notes,
            match_summary: MatchShape::of(row.matches),
            items: order.items.into_iter().map(|item| ItemShape::of(item, usual)).collect(),
            marketplace_id: order.marketplace_id,
            last_update_date: instant::to_text(order.last_update),
            fulfillment_channel: order.fulfillment_channel,
            ship_by: at(row.ship_by),
            part_shipped: has(OrderFlag::PartShipped),
            cancel_requested: has(OrderFlag::CancelRequested),
            cancelled_after_confirmation: has(OrderFlag::CancelledAfterConfirmation),
            missing_items: has(OrderFlag::MissingItems),
        }
    }
}

impl MatchShape {
    fn of(summary: MatchSummary) -> Self {
        let all_matched = summary.all_matched();
        let MatchSummary { total, linked, unmatched, no_asin } = summary;
        Self { total, linked, unmatched, no_asin, all_matched }
    }
}

impl ItemShape {
    /// `usual` is the marketplace's currency, which stands where Amazon gives no price yet.
    fn of(item: OrderItem, usual: Option<Currency>) -> Self {
        let unit = item.unit_price.as_ref().and_then(exact);
        let total = item.total_price.as_ref().and_then(exact);
        Self {
            id: item.order_item_id,
            item_number: item.asin,
            seller_sku: item.seller_sku,
            item_name: item.title,
            quantity: item.quantity,
            quantity_shipped: item.quantity_shipped,
            unit_price_minor: unit.map(|unit| unit.minor),
            total_price_minor: total.map(|total| total.minor),
            currency: total.or(unit).map(|price| price.currency).or(usual),
            condition: item.condition,
            inventory_item_id: item.units.first().map(|unit| unit.id.0.to_string()),
            amazon_linked_at: at(item.units.first().map(|unit| unit.claimed_at)),
            amazon_link_method: item.units.first().map(|unit| unit.method.word()),
            inventory_item_ids: item.units.iter().map(|unit| unit.id.0.to_string()).collect(),
            match_status: item.match_status,
        }
    }
}

/// An amount in minor units. Amounts are written from exact money, so reading them back loses nothing.
pub(crate) fn exact(amount: &Amount) -> Option<Money> {
    Money::parse(&amount.amount, amount.currency).ok()
}

/// Money for people: `32.50 GBP`.
pub(crate) fn money(minor: Option<i64>, currency: Option<Currency>) -> String {
    match (minor, currency) {
        (Some(minor), Some(currency)) => Money { minor, currency }.to_string(),
        _ => "—".to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
