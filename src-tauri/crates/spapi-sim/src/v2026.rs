//! Orders v2026-01-01: `searchOrders` and `getOrder`.
//!
//! Written from Amazon's model and reference: spapi.md §4, independently of any client's types. Invariant: data that
//! `includedData` does not name is absent, and data about buyers is never given at all.

use serde_json::{Map, Value, json};

use crate::calls::BUYER_DATA;
use crate::desk::{Desk, Visit};
use crate::fault::Fault;
use crate::http::Response;
use crate::order::{Channel, Kind, Line, Millis, Order, Package, PackageState, Standing, Status};
use crate::orders::{Filter, Orders};
use crate::orders_list::{self as list, Names, instant_text};
use crate::problem::Problem;

const NAMES: Names = Names {
    created: ("createdAfter", "createdBefore"),
    updated: ("lastUpdatedAfter", "lastUpdatedBefore"),
    marketplaces: "marketplaceIds",
    page_size: "maxResultsPerPage",
    page_token: "paginationToken",
};

/// Text of this kind is about a person. Amazon sends it along with data that is not, so a client that keeps
/// what it did not ask for is caught by searching its store for this marker.
pub const PRIVATE_MARKER: &str = "SIM-PRIVATE";

/// Data sets that a client may ask for without a restricted role.
#[derive(Debug, Clone, Copy, Default)]
struct Included {
    proceeds: bool,
    fulfillment: bool,
    cancellation: bool,
    packages: bool,
}

impl Included {
    fn of(visit: &Visit<'_>) -> Result<Self, Problem> {
        let mut included = Self::default();
        for value in visit.request.list("includedData") {
            match value {
                "PROCEEDS" => included.proceeds = true,
                "FULFILLMENT" => included.fulfillment = true,
                "CANCELLATION" => included.cancellation = true,
                "PACKAGES" => included.packages = true,
                "EXPENSE" | "PROMOTION" | "FULFILLMENT_ORDERS" => {}
                value if BUYER_DATA.contains(&value) => return Err(Problem::denied("")),
                value => {
                    return Err(Problem::invalid_input(format!("Invalid value for includedData: {value}")));
                }
            }
            if visit.faults.contains(&Fault::IncludedDataRefused(value.to_owned())) {
                return Err(Problem::invalid_input("Invalid request parameters."));
            }
            if visit.faults.contains(&Fault::IncludedDataNamed(value.to_owned())) {
                return Err(Problem::invalid_input(format!("Invalid value {value} for includedData")));
            }
        }
        Ok(included)
    }
}

/// Answers `searchOrders`.
pub(crate) fn search_orders(visit: &Visit<'_>, desk: &mut Desk, world: &Orders) -> Result<Response, Problem> {
    let included = Included::of(visit)?;
    let size = list::page_size(visit, &NAMES)?;
    let (by, after, before) = list::bounds(visit, &NAMES)?;
    let filter = Filter {
        by,
        after,
        before,
        marketplaces: list::marketplaces(visit, &NAMES, world, desk)?,
        statuses: statuses(visit)?,
        channels: channels(visit)?,
        grain: 1,
    };
    let arguments = arguments(visit);
    let page = match visit.request.parameter(NAMES.page_token) {
        None => list::first_page(visit, desk, world, &filter, arguments, size),
        Some(token) => list::next_page(visit, desk, world, token, |bound| bound == arguments, size)
            .map_err(|refusal| Problem::page_token(refusal, NAMES.page_token))?,
    };
    let orders: Vec<Value> =
        page.orders.iter().map(|(order, standing)| order_json(order, standing, included)).collect();
    let echo = NAMES.echo(&page);
    let mut answer = json!({"orders": orders});
    if let Some(token) = page.next {
        answer["pagination"] = json!({"nextToken": token});
    }
    answer[echo] = json!(instant_text(page.before));
    Ok(Response::json(200, &answer))
}

/// Answers `getOrder`.
pub(crate) fn get_order(visit: &Visit<'_>, world: &Orders) -> Result<Response, Problem> {
    let included = Included::of(visit)?;
    let id = visit.order_id.unwrap_or_default();
    let (order, standing) =
        world.find(id, visit.at).ok_or_else(|| Problem::not_found(format!("Order {id} was not found.")))?;
    Ok(Response::json(200, &json!({"order": order_json(&order, &standing, included)})))
}

/// What has to be repeated with a token: everything but the page size and the data asked for.
fn arguments(visit: &Visit<'_>) -> Vec<(String, String)> {
    let free = [NAMES.page_token, NAMES.page_size, "includedData"];
    let mut arguments: Vec<_> =
        visit.request.query.iter().filter(|(name, _)| !free.contains(&name.as_str())).cloned().collect();
    arguments.sort();
    arguments
}

fn statuses(visit: &Visit<'_>) -> Result<Vec<Status>, Problem> {
    let status = |word: &str| Status::ALL.into_iter().find(|status| status.word_v2026() == word);
    visit
        .request
        .list("fulfillmentStatuses")
        .into_iter()
        .map(|word| {
            status(word).ok_or_else(|| {
                Problem::invalid_input(format!("Invalid value for fulfillmentStatuses: {word}"))
            })
        })
        .collect()
}

fn channels(visit: &Visit<'_>) -> Result<Vec<Channel>, Problem> {
    visit
        .request
        .list("fulfilledBy")
        .into_iter()
        .map(|word| match word {
            "MERCHANT" => Ok(Channel::Merchant),
            "AMAZON" => Ok(Channel::Amazon),
            _ => Err(Problem::invalid_input(format!("Invalid value for fulfilledBy: {word}"))),
        })
        .collect()
}

fn order_json(order: &Order, standing: &Standing, included: Included) -> Value {
    let items: Vec<Value> = order
        .lines
        .iter()
        .enumerate()
        .map(|(position, line)| item_json(order, standing, position, line, included))
        .collect();
    let mut json = Map::new();
    json.insert("orderId".into(), json!(order.id));
    json.insert("createdTime".into(), json!(instant_text(order.placed)));
    json.insert("lastUpdatedTime".into(), json!(instant_text(standing.updated)));
    json.insert("salesChannel".into(), sales_channel(order));
    json.insert("programs".into(), json!(programs(order)));
    json.insert("orderItems".into(), Value::Array(items));
    if let Some(alias) = &order.seller_order_id {
        json.insert("orderAliases".into(), json!([{"aliasId": alias, "aliasType": "SELLER_ORDER_ID"}]));
    }
    if let Some(original) = &order.replaces {
        let association = json!({"orderId": original, "associationType": "REPLACEMENT_ORIGINAL_ID"});
        json.insert("associatedOrders".into(), json!([association]));
    }
    if included.fulfillment {
        json.insert("fulfillment".into(), fulfillment(order, standing));
    }
    if included.proceeds && standing.priced {
        json.insert("proceeds".into(), order_proceeds(order, standing));
    }
    if included.packages && order.channel == Channel::Merchant && !standing.packages.is_empty() {
        let packages =
            (1_usize..).zip(&standing.packages).map(|(number, package)| package_json(order, number, package));
        json.insert("packages".into(), packages.collect());
    }
    Value::Object(json)
}

fn sales_channel(order: &Order) -> Value {
    let name = if order.kind == Kind::MultiChannel { "NON_AMAZON" } else { "AMAZON" };
    json!({
        "channelName": name,
        "marketplaceId": order.marketplace.id,
        "marketplaceName": order.marketplace.name,
    })
}

fn programs(order: &Order) -> Vec<&'static str> {
    let programs = [
        (order.prime, "PRIME"),
        (order.business, "AMAZON_BUSINESS"),
        (order.kind == Kind::Preorder, "PREORDER"),
    ];
    programs.into_iter().filter_map(|(taken, program)| taken.then_some(program)).collect()
}

fn fulfillment(order: &Order, standing: &Standing) -> Value {
    let mut json = json!({
        "fulfillmentStatus": standing.status.word_v2026(),
        "fulfilledBy": match order.channel {
            Channel::Merchant => "MERCHANT",
            Channel::Amazon => "AMAZON",
        },
        "fulfillmentServiceLevel": if order.prime { "NEXT_DAY" } else { "STANDARD" },
    });
    // The windows are the seller's promise, so orders that Amazon fulfils have none.
    if order.channel == Channel::Merchant {
        json["shipByWindow"] = window(order.placed, order.ship_by);
        json["deliverByWindow"] = window(order.ship_by, order.deliver_by());
    }
    json
}

fn window(earliest: Millis, latest: Millis) -> Value {
    json!({"earliestDateTime": instant_text(earliest), "latestDateTime": instant_text(latest)})
}

fn item_json(order: &Order, standing: &Standing, position: usize, line: &Line, included: Included) -> Value {
    let mut json = Map::new();
    let ordered = standing.ordered(order, position);
    let shipped = standing.shipped(position);
    json.insert("orderItemId".into(), json!(line.id));
    json.insert("quantityOrdered".into(), json!(ordered));
    json.insert("product".into(), product(order, standing, line));
    if included.fulfillment {
        let mut fulfillment = json!({
            "quantityFulfilled": shipped,
            "quantityUnfulfilled": if standing.status == Status::Cancelled { 0 } else { ordered.saturating_sub(shipped) },
        });
        if line.gift {
            let message = format!("{PRIVATE_MARKER} gift message");
            fulfillment["packing"] =
                json!({"giftOption": {"giftMessage": message, "giftWrapLevel": "Classic"}});
        }
        json.insert("fulfillment".into(), fulfillment);
    }
    if included.proceeds && standing.priced {
        json.insert("proceeds".into(), item_proceeds(order, standing, position, line));
    }
    if included.cancellation
        && let Some(cancellation) = cancellation(standing)
    {
        json.insert("cancellation".into(), cancellation);
    }
    Value::Object(json)
}

fn product(order: &Order, standing: &Standing, line: &Line) -> Value {
    let mut json = json!({
        "title": line.title,
        "sellerSku": line.sku,
        "condition": {"conditionType": line.condition, "conditionSubtype": line.condition_subtype},
    });
    if let Some(asin) = &line.asin {
        json["asin"] = json!(asin);
    }
    // Japan tells the price of a pending order before the rest of the proceeds.
    let told_early = standing.status == Status::Pending && order.marketplace.country == "JP";
    if standing.priced || told_early {
        json["price"] = json!({"unitPrice": money(order, line.unit_minor)});
        if order.business {
            json["price"]["priceDesignation"] = json!("BUSINESS_PRICE");
        }
    }
    json
}

fn cancellation(standing: &Standing) -> Option<Value> {
    let reason = format!("{PRIVATE_MARKER} reason in the buyer's own words");
    let mut json = Map::new();
    if standing.cancel_requested {
        json.insert("cancellationRequest".into(), json!({"requester": "BUYER", "cancelReason": reason}));
    }
    if let Some(by) = standing.cancelled_by {
        json.insert(
            "cancellationExecution".into(),
            json!({"cancelledBy": by.word(), "cancelReason": reason}),
        );
    }
    (!json.is_empty()).then_some(Value::Object(json))
}

fn package_json(order: &Order, number: usize, package: &Package) -> Value {
    let items: Vec<Value> = order
        .lines
        .iter()
        .zip(&package.quantities)
        .filter(|(_, quantity)| **quantity > 0)
        .map(|(line, quantity)| json!({"orderItemId": line.id, "quantity": quantity}))
        .collect();
    json!({
        "packageReferenceId": number.to_string(),
        "createdTime": instant_text(package.shipped),
        "packageStatus": {"status": match package.state {
            PackageState::Shipped => "SHIPPED",
            PackageState::Delivered => "DELIVERED",
            PackageState::Undeliverable => "UNDELIVERABLE",
        }},
        "carrier": "Royal Mail",
        "shipTime": instant_text(package.shipped),
        "shippingService": "Tracked 48",
        "trackingNumber": format!("{PRIVATE_MARKER}-TRACK-{number}"),
        "packageItems": items,
    })
}

/// The parts of a line's amount: type and minor units, those of zero left out.
fn parts(order: &Order, standing: &Standing, position: usize, line: &Line) -> Vec<(&'static str, i64)> {
    let item = standing.line_minor(order, position).unwrap_or(0);
    let kept = standing.ordered(order, position) > 0;
    let mut parts = vec![("ITEM", item)];
    let more = [
        ("SHIPPING", line.shipping_minor),
        ("GIFT_WRAP", line.gift_wrap_minor),
        ("TAX", line.tax_minor),
        ("DISCOUNT", line.discount_minor),
    ];
    parts.extend(more.into_iter().filter(|(_, minor)| kept && *minor != 0));
    parts
}

fn total(parts: &[(&str, i64)]) -> i64 {
    parts.iter().map(|(kind, minor)| if *kind == "DISCOUNT" { -minor } else { *minor }).sum()
}

fn item_proceeds(order: &Order, standing: &Standing, position: usize, line: &Line) -> Value {
    let parts = parts(order, standing, position, line);
    let breakdown = |(kind, minor): &(&str, i64)| {
        let mut json = json!({"type": kind, "subtotal": money(order, *minor)});
        if matches!(*kind, "TAX" | "DISCOUNT") {
            json["detailedBreakdowns"] = json!([{"subtype": "ITEM", "value": money(order, *minor)}]);
        }
        json
    };
    let breakdowns: Vec<Value> = parts.iter().map(breakdown).collect();
    json!({"proceedsTotal": money(order, total(&parts)), "breakdowns": breakdowns})
}

fn order_proceeds(order: &Order, standing: &Standing) -> Value {
    let mut sums: Vec<(&str, i64)> = Vec::new();
    for (position, line) in order.lines.iter().enumerate() {
        for (kind, minor) in parts(order, standing, position, line) {
            match sums.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, sum)) => *sum += minor,
                None => sums.push((kind, minor)),
            }
        }
    }
    let breakdowns: Vec<Value> =
        sums.iter().map(|(kind, minor)| json!({"type": kind, "subtotal": money(order, *minor)})).collect();
    json!({"grandTotal": money(order, total(&sums)), "breakdowns": breakdowns})
}

fn money(order: &Order, minor: i64) -> Value {
    json!({"amount": amount(minor, order.marketplace.decimals()), "currencyCode": order.marketplace.currency})
}

/// An amount as Amazon prints it: a decimal text, without a decimal point in Japan.
pub(crate) fn amount(minor: i64, decimals: u32) -> String {
    let width = usize::try_from(decimals).unwrap_or(0);
    let digits = format!("{:0>1$}", minor.unsigned_abs(), width + 1);
    let (whole, part) = digits.split_at(digits.len() - width);
    let sign = if minor < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}
