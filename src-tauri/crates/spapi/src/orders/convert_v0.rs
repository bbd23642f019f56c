//! From an Orders v0 answer to what it says about each order, in the words of 2026-01-01.
//!
//! The list carries the order, its state and its total; the items call carries the lines. An empty list of lines is a
//! known fault of Amazon's and carries nothing (reference: spapi.md F46).

use chrono::{DateTime, Utc};
use packlight_domain::money::Money;
use packlight_domain::order::{
    Between, Fulfillment, Group, Groups, Header, Item, Line, OrderUpdate, Prices, Shipped, SourceRank,
};
use packlight_domain::status;

use super::wire_v0 as wire;
use super::{DAMAGED, OrdersPage, Span, as_of, orders_of_page, page_of};
use crate::included::IncludedData;
use crate::json::{Branch, Leaf, List, Reader, Unreadable};

/// A page of the list.
pub(super) fn page(answer: &wire::ListAnswer<'_>, asked: Span) -> Result<OrdersPage, Unreadable> {
    let list = answer.payload.get().ok_or(Unreadable::Without("a payload"))?;
    let mut reader = Reader::default();
    let next_token = token(list.next_token)?;
    let echoed = reader
        .instant(list.last_updated_before, "payload.LastUpdatedBefore")
        .or_else(|| reader.instant(list.created_before, "payload.CreatedBefore"));
    let is_marked = next_token.is_some() || echoed.is_some();
    orders_of_page(&list.orders, is_marked, !answer.errors.is_empty(), "payload.Orders", &mut reader)?;
    let orders = reader.objects(&list.orders, "payload.Orders[]");
    let updates = orders.into_iter().filter_map(|found| order(found, as_of(asked), &mut reader)).collect();
    Ok(page_of(updates, next_token, echoed, asked.to, IncludedData::NONE, reader))
}

/// A page of the lines of one order.
pub(super) struct ItemsPage {
    pub(super) lines: Vec<Line>,
    /// It has lines that cannot be told apart, or no list of lines.
    pub(super) in_part: bool,
    pub(super) next_token: Option<String>,
}

/// The lines of one page of items, and where the next page is.
pub(super) fn items(answer: &wire::ItemsAnswer<'_>, reader: &mut Reader) -> Result<ItemsPage, Unreadable> {
    let list = answer.payload.get().ok_or(Unreadable::Without("a payload"))?;
    let next_token = token(list.next_token)?;
    let items = reader.objects(&list.order_items, "payload.OrderItems[]");
    let lines: Vec<_> = items.into_iter().filter_map(|found| line(found, reader)).collect();
    let in_part = !matches!(&list.order_items, List::Array(all) if all.len() == lines.len());
    Ok(ItemsPage { lines, in_part, next_token })
}

/// The groups that lines carry.
pub(super) fn line_groups() -> Groups {
    Group::OF_LINES.into_iter().collect()
}

fn token(found: Leaf<'_>) -> Result<Option<String>, Unreadable> {
    if found.is_odd() {
        return Err(Unreadable::Without("a page token"));
    }
    // Null and empty both mean the end here (reference: spapi.md F36).
    Ok(found.plain_text())
}

fn order(found: &wire::Order<'_>, as_of: DateTime<Utc>, reader: &mut Reader) -> Option<OrderUpdate> {
    let noted = reader.noted();
    let Some(id) = reader.text(found.amazon_order_id, "payload.Orders[].AmazonOrderId") else {
        reader.note("payload.Orders[].AmazonOrderId", "missing");
        return None;
    };
    let changed = reader.instant(found.last_update_date, "payload.Orders[].LastUpdateDate");
    reader.required(found.last_update_date, "payload.Orders[].LastUpdateDate");
    let mut update = OrderUpdate::new(id, changed.unwrap_or(as_of), SourceRank::V0);
    update.header = header(found, reader);
    update.fulfillment = fulfillment(found, reader);
    update.total = amount(&found.order_total, "payload.Orders[].OrderTotal", reader);
    update.carried = [Group::Header, Group::Fulfillment, Group::Total].into_iter().collect();
    if reader.noted() != noted {
        update.rank = DAMAGED;
    }
    Some(update)
}

fn header(found: &wire::Order<'_>, reader: &mut Reader) -> Header {
    let created = reader.instant(found.purchase_date, "payload.Orders[].PurchaseDate");
    let channel = reader.text(found.sales_channel, "payload.Orders[].SalesChannel");
    let replaces =
        reader.flag(found.is_replacement_order, "payload.Orders[].IsReplacementOrder") == Some(true);
    let mut programs = Vec::new();
    for (flag, path, program) in [
        (found.is_business_order, "payload.Orders[].IsBusinessOrder", "AMAZON_BUSINESS"),
        (found.is_picked_up_in_store, "payload.Orders[].IsISPU", "IN_STORE_PICK_UP"),
        (found.is_premium_order, "payload.Orders[].IsPremiumOrder", "PREMIUM"),
        (found.is_prime, "payload.Orders[].IsPrime", "PRIME"),
    ] {
        if reader.flag(flag, path) == Some(true) {
            programs.push(program.to_owned());
        }
    }
    if found.order_type.plain_text().as_deref() == Some("Preorder") {
        programs.push("PREORDER".to_owned());
    }
    programs.sort();
    Header {
        created,
        marketplace_id: reader.text(found.marketplace_id, "payload.Orders[].MarketplaceId"),
        sales_channel: channel.map(|channel| {
            let elsewhere = channel.to_ascii_lowercase().starts_with("non-amazon");
            if elsewhere { "NON_AMAZON" } else { "AMAZON" }.to_owned()
        }),
        seller_order_id: reader.text(found.seller_order_id, "payload.Orders[].SellerOrderId"),
        programs,
        replaces_order_id: reader
            .text(found.replaced_order_id, "payload.Orders[].ReplacedOrderId")
            .filter(|_| replaces),
    }
}

fn fulfillment(found: &wire::Order<'_>, reader: &mut Reader) -> Fulfillment {
    let status = reader.text(found.order_status, "payload.Orders[].OrderStatus");
    reader.required(found.order_status, "payload.Orders[].OrderStatus");
    let channel = reader.text(found.fulfillment_channel, "payload.Orders[].FulfillmentChannel");
    let level =
        reader.text(found.shipment_service_level_category, "payload.Orders[].ShipmentServiceLevelCategory");
    Fulfillment {
        status: status.map(|word| status::from_v0(&word).to_owned()),
        fulfilled_by: channel.map(|word| match word.as_str() {
            "AFN" => "AMAZON".to_owned(),
            "MFN" => "MERCHANT".to_owned(),
            _ => word,
        }),
        service_level: level.map(|word| service_level(&word)),
        ship_by: Between {
            earliest: reader.instant(found.earliest_ship_date, "payload.Orders[].EarliestShipDate"),
            latest: reader.instant(found.latest_ship_date, "payload.Orders[].LatestShipDate"),
        },
        deliver_by: Between {
            earliest: reader.instant(found.earliest_delivery_date, "payload.Orders[].EarliestDeliveryDate"),
            latest: reader.instant(found.latest_delivery_date, "payload.Orders[].LatestDeliveryDate"),
        },
    }
}

/// The 2026-01-01 spelling of a v0 service level; an unknown word unchanged.
fn service_level(word: &str) -> String {
    let spelling = match word {
        "Expedited" => "EXPEDITED",
        "FreeEconomy" => "FREE_ECONOMY",
        "NextDay" => "NEXT_DAY",
        "Priority" => "PRIORITY",
        "SameDay" => "SAME_DAY",
        "SecondDay" => "SECOND_DAY",
        "Scheduled" => "SCHEDULED",
        "Standard" => "STANDARD",
        other => other,
    };
    spelling.to_owned()
}

fn line(found: &wire::Item<'_>, reader: &mut Reader) -> Option<Line> {
    let Some(order_item_id) = reader.text(found.order_item_id, "payload.OrderItems[].OrderItemId") else {
        reader.note("payload.OrderItems[].OrderItemId", "missing");
        return None;
    };
    let quantity = reader.integer(found.quantity_ordered, "payload.OrderItems[].QuantityOrdered");
    reader.required(found.quantity_ordered, "payload.OrderItems[].QuantityOrdered");
    let request = reader.object(&found.buyer_requested_cancel, "payload.OrderItems[].BuyerRequestedCancel");
    let by_buyer = request.and_then(|request| {
        let path = "payload.OrderItems[].BuyerRequestedCancel.IsBuyerRequestedCancel";
        reader.flag(request.is_buyer_requested_cancel, path)
    });
    Some(Line {
        order_item_id,
        item: Item {
            asin: reader.text(found.asin, "payload.OrderItems[].ASIN"),
            seller_sku: reader.text(found.seller_sku, "payload.OrderItems[].SellerSKU"),
            title: reader.text(found.title, "payload.OrderItems[].Title"),
            condition: reader.text(found.condition_id, "payload.OrderItems[].ConditionId"),
            quantity: quantity.unwrap_or(0),
            // v0 has none, and dividing the line amount would invent one.
            unit_price: None,
        },
        shipped: Shipped {
            quantity: reader.integer(found.quantity_shipped, "payload.OrderItems[].QuantityShipped"),
            is_gift: reader.flag(found.is_gift, "payload.OrderItems[].IsGift").unwrap_or(false),
        },
        prices: prices(found, reader),
        cancel_requested_by: (by_buyer == Some(true)).then(|| "BUYER".to_owned()),
    })
}

fn prices(found: &wire::Item<'_>, reader: &mut Reader) -> Prices {
    let item_tax = amount(&found.item_tax, "payload.OrderItems[].ItemTax", reader);
    let shipping_tax = amount(&found.shipping_tax, "payload.OrderItems[].ShippingTax", reader);
    Prices {
        item: amount(&found.item_price, "payload.OrderItems[].ItemPrice", reader),
        // As 2026-01-01 states it: of goods and shipping together.
        tax: match (item_tax, shipping_tax) {
            (Some(item), Some(shipping)) => item.checked_add(shipping).or(Some(item)),
            (item, shipping) => item.or(shipping),
        },
        shipping: amount(&found.shipping_price, "payload.OrderItems[].ShippingPrice", reader),
        gift_wrap: None,
        discount: amount(&found.promotion_discount, "payload.OrderItems[].PromotionDiscount", reader),
        proceeds: None,
    }
}

fn amount(found: &Branch<wire::Amount<'_>>, path: &'static str, reader: &mut Reader) -> Option<Money> {
    let found = reader.object(found, path)?;
    reader.money(found.amount, found.currency_code, path)
}
