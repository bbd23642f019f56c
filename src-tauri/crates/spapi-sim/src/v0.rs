//! Orders v0: `getOrders` and `getOrderItems`, until Amazon removes them.
//!
//! Written from Amazon's model and reference: spapi.md §5. Invariant: what v0 leaves out is left out (no amounts while
//! an order is pending, no address and no buyer without a restricted token).

use serde_json::{Map, Value, json};

use crate::desk::{Desk, Visit};
use crate::http::Response;
use crate::order::{Channel, Kind, Line, Order, Standing, Status};
use crate::orders::{Filter, Orders};
use crate::orders_list::{self as list, Names, instant_text};
use crate::paging::{from_v0_spelling, v0_spelling};
use crate::problem::Problem;
use crate::v2026::amount;

const NAMES: Names = Names {
    created: ("CreatedAfter", "CreatedBefore"),
    updated: ("LastUpdatedAfter", "LastUpdatedBefore"),
    marketplaces: "MarketplaceIds",
    page_size: "MaxResultsPerPage",
    page_token: "NextToken",
};

/// v0 prints instants to the second and compares them so.
const GRAIN: i64 = 1000;

/// Answers `getOrders`.
pub(crate) fn get_orders(visit: &Visit<'_>, desk: &mut Desk, world: &Orders) -> Result<Response, Problem> {
    if visit.request.parameter(NAMES.marketplaces).is_none() {
        return Err(Problem::invalid_input("MarketplaceIds is required."));
    }
    let marketplaces = list::marketplaces(visit, &NAMES, world, desk)?;
    let size = list::page_size(visit, &NAMES)?;
    if visit.request.parameter("AmazonOrderIds").is_some() {
        return named_orders(visit, world, &marketplaces);
    }
    let page = if let Some(token) = visit.request.parameter(NAMES.page_token) {
        let arguments = arguments(visit);
        // Other arguments may be left out with a token; those that are sent must be the same.
        let repeated = |bound: &[(String, String)]| arguments.iter().all(|argument| bound.contains(argument));
        let token = from_v0_spelling(token).unwrap_or_default();
        list::next_page(visit, desk, world, &token, repeated, size)
            .map_err(|refusal| Problem::page_token(refusal, NAMES.page_token))?
    } else {
        let (by, after, before) = list::bounds(visit, &NAMES)?;
        let filter = Filter {
            by,
            after,
            before,
            marketplaces,
            statuses: statuses(visit)?,
            channels: channels(visit)?,
            grain: GRAIN,
        };
        list::first_page(visit, desk, world, &filter, arguments(visit), size)
    };
    let orders: Vec<Value> =
        page.orders.iter().map(|(order, standing)| order_json(order, standing)).collect();
    let echo = NAMES.echo(&page);
    let mut payload = json!({"Orders": orders});
    if let Some(token) = page.next {
        payload["NextToken"] = json!(v0_spelling(&token));
    }
    payload[echo] = json!(second_text(page.before));
    Ok(Response::json(200, &json!({"payload": payload})))
}

fn named_orders(visit: &Visit<'_>, world: &Orders, marketplaces: &[String]) -> Result<Response, Problem> {
    let ids = visit.request.list("AmazonOrderIds");
    if ids.len() > 50 {
        return Err(Problem::invalid_input("AmazonOrderIds must not have more than 50 values."));
    }
    let found = ids.into_iter().filter_map(|id| world.find(id, visit.at));
    let here = found.filter(|(order, _)| marketplaces.iter().any(|id| id == order.marketplace.id));
    let orders: Vec<Value> = here.map(|(order, standing)| order_json(&order, &standing)).collect();
    Ok(Response::json(200, &json!({"payload": {"Orders": orders}})))
}

/// Answers `getOrderItems`. The token names the first line of the next page.
pub(crate) fn get_order_items(visit: &Visit<'_>, desk: &Desk, world: &Orders) -> Result<Response, Problem> {
    let id = visit.order_id.unwrap_or_default();
    let (order, standing) =
        world.find(id, visit.at).ok_or_else(|| Problem::not_found(format!("Order {id} was not found.")))?;
    let from = match visit.request.parameter(NAMES.page_token) {
        None => 0,
        Some(token) => items_place(token, &order.id)
            .filter(|from| *from < order.lines.len())
            .ok_or_else(|| Problem::invalid_input("Could not decode your NextToken."))?,
    };
    let to = (from + desk.items_per_page).min(order.lines.len());
    let lines = order.lines.iter().enumerate().take(to).skip(from);
    let items: Vec<Value> =
        lines.map(|(position, line)| item_json(&order, &standing, position, line)).collect();
    let mut payload = json!({"AmazonOrderId": order.id, "OrderItems": items});
    if to < order.lines.len() {
        payload["NextToken"] = json!(format!("{to}+/{}==", order.id));
    }
    Ok(Response::json(200, &json!({"payload": payload})))
}

fn items_place(token: &str, order_id: &str) -> Option<usize> {
    let (place, order) = token.strip_suffix("==")?.split_once("+/")?;
    (order == order_id).then(|| place.parse().ok())?
}

fn arguments(visit: &Visit<'_>) -> Vec<(String, String)> {
    let free = [NAMES.page_token, NAMES.page_size];
    visit.request.query.iter().filter(|(name, _)| !free.contains(&name.as_str())).cloned().collect()
}

fn statuses(visit: &Visit<'_>) -> Result<Vec<Status>, Problem> {
    let words = visit.request.list("OrderStatuses");
    // Amazon knows this status, no order of this world has it.
    let words = words.into_iter().filter(|word| *word != "InvoiceUnconfirmed");
    words
        .map(|word| {
            let status = Status::ALL.into_iter().find(|status| status.word_v0() == word);
            status.ok_or_else(|| Problem::invalid_input(format!("Invalid value for OrderStatuses: {word}")))
        })
        .collect()
}

fn channels(visit: &Visit<'_>) -> Result<Vec<Channel>, Problem> {
    visit
        .request
        .list("FulfillmentChannels")
        .into_iter()
        .map(|word| match word {
            "MFN" => Ok(Channel::Merchant),
            "AFN" => Ok(Channel::Amazon),
            _ => Err(Problem::invalid_input(format!("Invalid value for FulfillmentChannels: {word}"))),
        })
        .collect()
}

fn second_text(at: i64) -> String {
    instant_text(at.div_euclid(GRAIN) * GRAIN)
}

fn order_json(order: &Order, standing: &Standing) -> Value {
    let shipped: u32 = (0..order.lines.len()).map(|line| standing.shipped(line)).sum();
    let ordered: u32 = (0..order.lines.len()).map(|line| standing.ordered(order, line)).sum();
    let open = if standing.status == Status::Cancelled { 0 } else { ordered.saturating_sub(shipped) };
    let mut json = json!({
        "AmazonOrderId": order.id,
        "PurchaseDate": second_text(order.placed),
        "LastUpdateDate": second_text(standing.updated),
        "OrderStatus": standing.status.word_v0(),
        "FulfillmentChannel": match order.channel {
            Channel::Merchant => "MFN",
            Channel::Amazon => "AFN",
        },
        "SalesChannel": if order.kind == Kind::MultiChannel { "Non-Amazon" } else { order.marketplace.name },
        "ShipServiceLevel": "Std UK Dom_1",
        "NumberOfItemsShipped": shipped,
        "NumberOfItemsUnshipped": open,
        "PaymentMethod": "Other",
        "PaymentMethodDetails": ["Standard"],
        "MarketplaceId": order.marketplace.id,
        "ShipmentServiceLevelCategory": if order.prime { "NextDay" } else { "Standard" },
        "OrderType": if order.kind == Kind::Preorder { "Preorder" } else { "StandardOrder" },
        "IsBusinessOrder": order.business,
        "IsPrime": order.prime,
        "IsPremiumOrder": false,
        "IsGlobalExpressEnabled": false,
        "IsReplacementOrder": order.kind == Kind::Replacement,
        "IsSoldByAB": false,
        "IsISPU": false,
        "HasRegulatedItems": false,
    });
    if let Some(original) = &order.replaces {
        json["ReplacedOrderId"] = json!(original);
    }
    if let Some(number) = &order.seller_order_id {
        json["SellerOrderId"] = json!(number);
    }
    if order.channel == Channel::Merchant {
        json["EarliestShipDate"] = json!(second_text(order.placed));
        json["LatestShipDate"] = json!(second_text(order.ship_by));
        json["EarliestDeliveryDate"] = json!(second_text(order.ship_by));
        json["LatestDeliveryDate"] = json!(second_text(order.deliver_by()));
    }
    if standing.priced {
        let total = (0..order.lines.len()).map(|position| line_total(order, standing, position)).sum();
        json["OrderTotal"] = money(order, total);
    }
    json
}

/// What the buyer pays for a line.
fn line_total(order: &Order, standing: &Standing, position: usize) -> i64 {
    let item = standing.line_minor(order, position).unwrap_or(0);
    match order.lines.get(position) {
        Some(line) if standing.ordered(order, position) > 0 => {
            item + line.shipping_minor + line.gift_wrap_minor + line.tax_minor - line.discount_minor
        }
        _ => item,
    }
}

fn item_json(order: &Order, standing: &Standing, position: usize, line: &Line) -> Value {
    let ordered = standing.ordered(order, position);
    let mut json = Map::new();
    // The model requires an ASIN, so a missing one is empty here and absent in v2026-01-01.
    json.insert("ASIN".into(), json!(line.asin.as_deref().unwrap_or_default()));
    json.insert("SellerSKU".into(), json!(line.sku));
    json.insert("OrderItemId".into(), json!(line.id));
    json.insert("Title".into(), json!(line.title));
    json.insert("QuantityOrdered".into(), json!(ordered));
    json.insert("QuantityShipped".into(), json!(standing.shipped(position)));
    json.insert("ProductInfo".into(), json!({"NumberOfItems": "1"}));
    json.insert("IsGift".into(), json!(line.gift.to_string()));
    json.insert("ConditionId".into(), json!(line.condition));
    json.insert("ConditionSubtypeId".into(), json!(line.condition_subtype));
    json.insert("IsTransparency".into(), json!(false));
    json.insert("SerialNumberRequired".into(), json!(false));
    if standing.cancel_requested {
        json.insert(
            "BuyerRequestedCancel".into(),
            json!({"IsBuyerRequestedCancel": "true", "BuyerCancelReason": crate::v2026::PRIVATE_MARKER}),
        );
    }
    if order.business && standing.priced {
        json.insert("PriceDesignation".into(), json!("BUSINESS_PRICE"));
    }
    if let Some(price) = standing.line_minor(order, position) {
        json.insert("ItemPrice".into(), money(order, price));
        if ordered > 0 {
            json.insert("ItemTax".into(), money(order, line.tax_minor));
            json.insert("PromotionDiscount".into(), money(order, line.discount_minor));
            if line.shipping_minor != 0 {
                json.insert("ShippingPrice".into(), money(order, line.shipping_minor));
            }
        }
    }
    Value::Object(json)
}

fn money(order: &Order, minor: i64) -> Value {
    json!({"Amount": amount(minor, order.marketplace.decimals()), "CurrencyCode": order.marketplace.currency})
}
