//! From an Orders 2026-01-01 answer to what it says about each order.
//!
//! Invariants: an order with an id is never lost, whatever else is wrong with it; a group counts as carried only if it
//! was asked for and is there, so that an omission overwrites nothing; amounts are Amazon's own and never computed.

use chrono::{DateTime, Utc};
use packlight_domain::money::Money;
use packlight_domain::order::{
    Between, Fulfillment, Group, Groups, Header, Item, Line, OrderUpdate, Package, Prices, Shipped,
    SourceRank,
};

use super::wire_2026 as wire;
use super::{DAMAGED, OrdersPage, Span, as_of, orders_of_page, page_of};
use crate::included::IncludedData;
use crate::json::{Branch, List, Reader, Unreadable};
use crate::surprises::Surprises;

/// A page. What does not show where the list goes on is no page: taking it for the last would lose orders.
pub(super) fn page(
    page: &wire::Page<'_>,
    included: IncludedData,
    asked: Span,
) -> Result<OrdersPage, Unreadable> {
    let mut reader = Reader::default();
    let echoed = reader
        .instant(page.last_updated_before, "lastUpdatedBefore")
        .or_else(|| reader.instant(page.created_before, "createdBefore"));
    let next_token = match &page.pagination {
        Branch::Absent | Branch::Null => None,
        Branch::Object(pagination) => match reader.text(pagination.next_token, "pagination.nextToken") {
            None if pagination.next_token.is_odd() => return Err(Unreadable::Without("a page token")),
            token => token,
        },
        Branch::Odd(_) => return Err(Unreadable::Without("a page token")),
    };
    let is_marked = next_token.is_some() || echoed.is_some();
    orders_of_page(&page.orders, is_marked, !page.errors.is_empty(), "orders", &mut reader)?;
    let orders = reader.objects(&page.orders, "orders[]");
    let updates =
        orders.into_iter().filter_map(|found| order(found, included, as_of(asked), &mut reader)).collect();
    Ok(page_of(updates, next_token, echoed, asked.to, included, reader))
}

/// The answer of `getOrder`.
pub(super) fn single(
    single: &wire::Single<'_>,
    included: IncludedData,
    as_of: DateTime<Utc>,
) -> Result<(OrderUpdate, Surprises), Unreadable> {
    let mut reader = Reader::default();
    let found = single.order.get().ok_or(Unreadable::Without("an order"))?;
    let update = order(found, included, as_of, &mut reader).ok_or(Unreadable::Without("an order id"))?;
    Ok((update, reader.surprises))
}

/// One order; `None` if it has no id. It is as of `as_of` should it not say when it changed.
fn order(
    found: &wire::Order<'_>,
    included: IncludedData,
    as_of: DateTime<Utc>,
    reader: &mut Reader,
) -> Option<OrderUpdate> {
    let noted = reader.noted();
    let Some(id) = reader.text(found.order_id, "orders[].orderId") else {
        reader.note("orders[].orderId", "missing");
        return None;
    };
    let created = reader.instant(found.created_time, "orders[].createdTime");
    reader.required(found.created_time, "orders[].createdTime");
    let changed = reader.instant(found.last_updated_time, "orders[].lastUpdatedTime");
    reader.required(found.last_updated_time, "orders[].lastUpdatedTime");
    let mut update = OrderUpdate::new(id, changed.unwrap_or(as_of), SourceRank::V2026);
    update.header = header(found, created, reader);
    if let Some(fulfillment) = reader.object(&found.fulfillment, "orders[].fulfillment") {
        update.fulfillment = order_fulfillment(fulfillment, reader);
    }
    if let Some(proceeds) = reader.object(&found.proceeds, "orders[].proceeds") {
        update.total = amount(&proceeds.grand_total, "orders[].proceeds.grandTotal", reader);
    }
    let mut named = 0;
    for item in reader.objects(&found.order_items, "orders[].orderItems[]") {
        if let Some(line) = line(item, reader) {
            named += 1;
            // Of two lines with one id the later counts.
            update.lines.retain(|other| other.order_item_id != line.order_item_id);
            update.lines.push(line);
        }
    }
    update.lines_in_part = named < found.order_items.elements().len();
    update.packages = reader
        .objects(&found.packages, "orders[].packages[]")
        .into_iter()
        .filter_map(|found| package(found, reader))
        .collect();
    update.carried = carried(found, &update, included, reader);
    if reader.noted() != noted {
        update.rank = DAMAGED;
    }
    Some(update)
}

/// The groups that were asked for and are there.
fn carried(
    found: &wire::Order<'_>,
    update: &OrderUpdate,
    included: IncludedData,
    reader: &mut Reader,
) -> Groups {
    let has_lines = !update.lines.is_empty();
    if !has_lines {
        reader.note("orders[].orderItems", "missing");
    }
    let asked = included.groups();
    let has_fulfillment = found.fulfillment.get().is_some();
    if asked.contains(Group::Fulfillment) && matches!(found.fulfillment, Branch::Absent) {
        reader.note("orders[].fulfillment", "missing");
    }
    asked
        .iter()
        .filter(|group| match group {
            Group::Header => true,
            Group::Fulfillment => has_fulfillment,
            // No proceeds is how Amazon says that there is no price yet.
            Group::Total => !matches!(found.proceeds, Branch::Odd(_)),
            // An order without lines does not exist: what is stored of them stays.
            Group::Items | Group::Prices | Group::Cancellation => has_lines,
            Group::Shipped => has_lines && has_fulfillment,
            Group::Packages => !matches!(found.packages, List::Odd(_)),
        })
        .collect()
}

fn header(found: &wire::Order<'_>, created: Option<DateTime<Utc>>, reader: &mut Reader) -> Header {
    let channel = reader.object(&found.sales_channel, "orders[].salesChannel");
    let mut programs: Vec<_> = reader
        .elements(&found.programs, "orders[].programs")
        .iter()
        .filter_map(|program| reader.text(*program, "orders[].programs[]"))
        .collect();
    programs.sort();
    programs.dedup();
    let mut seller_order_id = None;
    for alias in reader.objects(&found.order_aliases, "orders[].orderAliases[]") {
        if alias.alias_type.plain_text().as_deref() == Some("SELLER_ORDER_ID") {
            seller_order_id = reader.text(alias.alias_id, "orders[].orderAliases[].aliasId");
        }
    }
    let mut replaces_order_id = None;
    for other in reader.objects(&found.associated_orders, "orders[].associatedOrders[]") {
        let kind = other.association_type.plain_text();
        if matches!(kind.as_deref(), Some("REPLACEMENT_ORIGINAL_ID" | "EXCHANGE_ORIGINAL_ID")) {
            replaces_order_id = reader.text(other.order_id, "orders[].associatedOrders[].orderId");
        }
    }
    Header {
        created,
        marketplace_id: channel
            .and_then(|channel| reader.text(channel.marketplace_id, "orders[].salesChannel.marketplaceId")),
        sales_channel: channel
            .and_then(|channel| reader.text(channel.channel_name, "orders[].salesChannel.channelName")),
        seller_order_id,
        programs,
        replaces_order_id,
    }
}

fn order_fulfillment(found: &wire::Fulfillment<'_>, reader: &mut Reader) -> Fulfillment {
    let status = reader.text(found.fulfillment_status, "orders[].fulfillment.fulfillmentStatus");
    reader.required(found.fulfillment_status, "orders[].fulfillment.fulfillmentStatus");
    Fulfillment {
        status,
        fulfilled_by: reader.text(found.fulfilled_by, "orders[].fulfillment.fulfilledBy"),
        service_level: reader
            .text(found.fulfillment_service_level, "orders[].fulfillment.fulfillmentServiceLevel"),
        ship_by: between(&found.ship_by_window, "orders[].fulfillment.shipByWindow", reader),
        deliver_by: between(&found.deliver_by_window, "orders[].fulfillment.deliverByWindow", reader),
    }
}

fn between(found: &Branch<wire::Window<'_>>, path: &'static str, reader: &mut Reader) -> Between {
    reader.object(found, path).map_or_else(Between::default, |window| Between {
        earliest: reader.instant(window.earliest_date_time, path),
        latest: reader.instant(window.latest_date_time, path),
    })
}

fn line(found: &wire::Item<'_>, reader: &mut Reader) -> Option<Line> {
    let Some(order_item_id) = reader.text(found.order_item_id, "orders[].orderItems[].orderItemId") else {
        reader.note("orders[].orderItems[].orderItemId", "missing");
        return None;
    };
    let fulfillment = reader.object(&found.fulfillment, "orders[].orderItems[].fulfillment");
    let cancellation = reader.object(&found.cancellation, "orders[].orderItems[].cancellation");
    let request = cancellation.and_then(|cancellation| {
        let path = "orders[].orderItems[].cancellation.cancellationRequest";
        reader.object(&cancellation.cancellation_request, path)
    });
    Some(Line {
        order_item_id,
        item: item(found, reader),
        shipped: fulfillment.map_or_else(Shipped::default, |fulfillment| shipped(fulfillment, reader)),
        prices: prices(&found.proceeds, reader),
        cancel_requested_by: request.and_then(|request| {
            reader.text(request.requester, "orders[].orderItems[].cancellation.cancellationRequest.requester")
        }),
    })
}

fn item(found: &wire::Item<'_>, reader: &mut Reader) -> Item {
    let quantity =
        reader.integer(found.quantity_ordered, "orders[].orderItems[].quantityOrdered").unwrap_or(0);
    reader.required(found.quantity_ordered, "orders[].orderItems[].quantityOrdered");
    let Some(product) = reader.object(&found.product, "orders[].orderItems[].product") else {
        return Item { quantity, ..Item::default() };
    };
    let condition = reader.object(&product.condition, "orders[].orderItems[].product.condition");
    let price = reader.object(&product.price, "orders[].orderItems[].product.price");
    Item {
        asin: reader.text(product.asin, "orders[].orderItems[].product.asin"),
        seller_sku: reader.text(product.seller_sku, "orders[].orderItems[].product.sellerSku"),
        title: reader.text(product.title, "orders[].orderItems[].product.title"),
        condition: condition.and_then(|condition| {
            reader.text(condition.condition_type, "orders[].orderItems[].product.condition.conditionType")
        }),
        quantity,
        unit_price: price.and_then(|price| {
            amount(&price.unit_price, "orders[].orderItems[].product.price.unitPrice", reader)
        }),
    }
}

fn shipped(found: &wire::ItemFulfillment<'_>, reader: &mut Reader) -> Shipped {
    let packing = reader.object(&found.packing, "orders[].orderItems[].fulfillment.packing");
    Shipped {
        quantity: reader
            .integer(found.quantity_fulfilled, "orders[].orderItems[].fulfillment.quantityFulfilled"),
        is_gift: packing.is_some_and(|packing| packing.gift_option.get().is_some()),
    }
}

/// The breakdowns by their type; a type that comes twice is added up, one that is not kept is passed over.
fn prices(found: &Branch<wire::ItemProceeds<'_>>, reader: &mut Reader) -> Prices {
    let Some(proceeds) = reader.object(found, "orders[].orderItems[].proceeds") else {
        return Prices::default();
    };
    let mut prices = Prices {
        proceeds: amount(&proceeds.proceeds_total, "orders[].orderItems[].proceeds.proceedsTotal", reader),
        ..Prices::default()
    };
    for breakdown in reader.objects(&proceeds.breakdowns, "orders[].orderItems[].proceeds.breakdowns[]") {
        let path = "orders[].orderItems[].proceeds.breakdowns[].type";
        reader.required(breakdown.kind, path);
        let place = match reader.text(breakdown.kind, path).as_deref() {
            Some("ITEM") => &mut prices.item,
            Some("TAX") => &mut prices.tax,
            Some("SHIPPING") => &mut prices.shipping,
            Some("GIFT_WRAP") => &mut prices.gift_wrap,
            Some("DISCOUNT") => &mut prices.discount,
            _ => continue,
        };
        let path = "orders[].orderItems[].proceeds.breakdowns[].subtotal";
        let Some(more) = amount(&breakdown.subtotal, path, reader) else { continue };
        *place = match *place {
            None => Some(more),
            Some(sum) => sum.checked_add(more).or_else(|| {
                reader.note(path, "two currencies");
                Some(sum)
            }),
        };
    }
    prices
}

fn package(found: &wire::Package<'_>, reader: &mut Reader) -> Option<Package> {
    let path = "orders[].packages[].packageReferenceId";
    let Some(reference) = reader.text(found.package_reference_id, path) else {
        reader.note(path, "missing");
        return None;
    };
    let status = reader.object(&found.package_status, "orders[].packages[].packageStatus");
    let contents = reader.objects(&found.package_items, "orders[].packages[].packageItems[]");
    Some(Package {
        reference,
        status: status
            .and_then(|status| reader.text(status.status, "orders[].packages[].packageStatus.status")),
        contents: contents
            .into_iter()
            .filter_map(|item| {
                let id = reader.text(item.order_item_id, "orders[].packages[].packageItems[].orderItemId")?;
                let units = reader.integer(item.quantity, "orders[].packages[].packageItems[].quantity")?;
                Some((id, units))
            })
            .collect(),
    })
}

fn amount(found: &Branch<wire::Amount<'_>>, path: &'static str, reader: &mut Reader) -> Option<Money> {
    let found = reader.object(found, path)?;
    reader.money(found.amount, found.currency_code, path)
}
