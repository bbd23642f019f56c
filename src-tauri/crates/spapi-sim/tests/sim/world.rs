//! The world is a function of seed and time, and the API tells the truth about it.

use std::collections::{BTreeMap, BTreeSet};

use crate::client::{Desk, ids, noon, text, window};
use chrono::{DateTime, TimeDelta, Utc};
use packlight_spapi_sim::{
    Amazon, CancelledBy, Clock, Draft, DraftLine, JAPAN, PRIVATE_MARKER, Seller, Status, TruthLine, UK, US,
    World, WorldError,
};
use serde_json::Value;

fn sorted(mut rows: Vec<TruthLine>) -> Vec<TruthLine> {
    rows.sort();
    rows
}

fn seconds(text: &str) -> String {
    let at: DateTime<Utc> = text.parse().unwrap();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Minor units of a decimal text, read digit by digit.
fn minor(amount: &str, currency: &str) -> i64 {
    let decimals = if currency == "JPY" { 0 } else { 2 };
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    assert_eq!(part.len(), decimals, "{amount} {currency}");
    format!("{whole}{part}").parse().unwrap()
}

fn has(list: &Value, word: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|value| value == word))
}

/// Reads rows from v2026-01-01 as a client would.
fn rows_v2026(order: &Value) -> Vec<TruthLine> {
    let v0_words = BTreeMap::from([
        ("PENDING_AVAILABILITY", "PendingAvailability"),
        ("PENDING", "Pending"),
        ("UNSHIPPED", "Unshipped"),
        ("PARTIALLY_SHIPPED", "PartiallyShipped"),
        ("SHIPPED", "Shipped"),
        ("CANCELLED", "Canceled"),
        ("UNFULFILLABLE", "Unfulfillable"),
    ]);
    let own = |value: &Value| value.as_str().unwrap().to_owned();
    let store_currency = match order["salesChannel"]["marketplaceId"].as_str().unwrap() {
        UK => "GBP",
        US => "USD",
        JAPAN => "JPY",
        other => panic!("{other}"),
    };
    let row = |item: &Value| {
        let breakdowns = item["proceeds"]["breakdowns"].as_array().cloned().unwrap_or_default();
        let price =
            breakdowns.iter().find(|part| part["type"] == "ITEM").map(|part| part["subtotal"].clone());
        let amount = price.as_ref().map(|price| own(&price["amount"]));
        let currency = price.as_ref().map_or(store_currency.to_owned(), |price| own(&price["currencyCode"]));
        TruthLine {
            amazon_order_id: own(&order["orderId"]),
            order_item_id: own(&item["orderItemId"]),
            purchase_date: seconds(order["createdTime"].as_str().unwrap()),
            last_update_date: seconds(order["lastUpdatedTime"].as_str().unwrap()),
            order_status: v0_words[order["fulfillment"]["fulfillmentStatus"].as_str().unwrap()].to_owned(),
            fulfillment_channel: if order["fulfillment"]["fulfilledBy"] == "AMAZON" { "AFN" } else { "MFN" }
                .to_owned(),
            asin: item["product"]["asin"].as_str().map(str::to_owned),
            seller_sku: own(&item["product"]["sellerSku"]),
            title: own(&item["product"]["title"]),
            quantity_ordered: u32::try_from(item["quantityOrdered"].as_u64().unwrap()).unwrap(),
            quantity_shipped: u32::try_from(item["fulfillment"]["quantityFulfilled"].as_u64().unwrap())
                .unwrap(),
            item_price_minor: amount.as_ref().map(|amount| minor(amount, &currency)),
            item_price: amount,
            item_currency: currency,
            is_prime: has(&order["programs"], "PRIME"),
            is_business_order: has(&order["programs"], "AMAZON_BUSINESS"),
        }
    };
    order["orderItems"].as_array().unwrap().iter().map(row).collect()
}

/// Reads rows from the two answers of v0.
fn rows_v0(order: &Value, items: &[Value], store_currency: &str) -> Vec<TruthLine> {
    let own = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |item: &Value| {
        let amount = item["ItemPrice"]["Amount"].as_str().map(str::to_owned);
        let currency = item["ItemPrice"]["CurrencyCode"].as_str().unwrap_or(store_currency).to_owned();
        TruthLine {
            amazon_order_id: own(&order["AmazonOrderId"]),
            order_item_id: own(&item["OrderItemId"]),
            purchase_date: own(&order["PurchaseDate"]),
            last_update_date: own(&order["LastUpdateDate"]),
            order_status: own(&order["OrderStatus"]),
            fulfillment_channel: own(&order["FulfillmentChannel"]),
            asin: item["ASIN"].as_str().filter(|asin| !asin.is_empty()).map(str::to_owned),
            seller_sku: own(&item["SellerSKU"]),
            title: own(&item["Title"]),
            quantity_ordered: u32::try_from(item["QuantityOrdered"].as_u64().unwrap()).unwrap(),
            quantity_shipped: u32::try_from(item["QuantityShipped"].as_u64().unwrap()).unwrap(),
            item_price_minor: amount.as_ref().map(|amount| minor(amount, &currency)),
            item_price: amount,
            item_currency: currency,
            is_prime: order["IsPrime"].as_bool().unwrap(),
            is_business_order: order["IsBusinessOrder"].as_bool().unwrap(),
        }
    };
    items.iter().map(row).collect()
}

#[test]
fn v2026_tells_the_truth_in_every_currency() {
    for store in [UK, JAPAN, US] {
        let desk = Desk::new(Seller::with_orders(1500, 3, noon()).marketplaces([store]));
        let mut arguments = desk.everything();
        arguments[2].1 = store.to_owned();
        let orders = desk.orders(&arguments);
        assert_eq!(orders.len(), 1500);
        assert_eq!(desk.amazon.calls().len(), 15);
        let rows: Vec<TruthLine> = orders.iter().flat_map(rows_v2026).collect();
        assert_eq!(sorted(rows), sorted(desk.amazon.truth()), "{store}");
    }
}

#[test]
fn v0_tells_the_same_truth() {
    for (store, currency) in [(UK, "GBP"), (JAPAN, "JPY")] {
        let desk = Desk::new(Seller::with_orders(300, 4, noon()).marketplaces([store]).items_per_page(2));
        let after = text(noon() - TimeDelta::days(400));
        let mut arguments = vec![("MarketplaceIds", store), ("LastUpdatedAfter", &after)];
        let mut orders: Vec<Value> = Vec::new();
        loop {
            let answer = desk.get("/orders/v0/orders", &arguments).value();
            orders.extend(answer["payload"]["Orders"].as_array().unwrap().clone());
            let Some(token) = answer["payload"]["NextToken"].as_str() else { break };
            assert!(token.contains('+') && token.contains('/') && token.ends_with('='), "{token}");
            arguments =
                vec![("MarketplaceIds", store), ("NextToken", Box::leak(token.to_owned().into_boxed_str()))];
        }
        let mut rows = Vec::new();
        for order in &orders {
            desk.advance(TimeDelta::seconds(6));
            let path = format!("/orders/v0/orders/{}/orderItems", order["AmazonOrderId"].as_str().unwrap());
            let mut items = Vec::new();
            let mut next = None::<String>;
            loop {
                let query: Vec<(&str, &str)> =
                    next.as_deref().map(|token| ("NextToken", token)).into_iter().collect();
                let answer = desk.get(&path, &query);
                assert_eq!(answer.status, 200, "{:?}", answer.body);
                items.extend(answer.value()["payload"]["OrderItems"].as_array().unwrap().clone());
                match answer.value()["payload"]["NextToken"].as_str() {
                    Some(token) => next = Some(token.to_owned()),
                    None => break,
                }
            }
            rows.extend(rows_v0(order, &items, currency));
        }
        assert_eq!(sorted(rows), sorted(desk.amazon.truth()), "{store}");
    }
}

#[test]
fn the_world_has_everything_that_makes_a_client_stumble() {
    let desk = Desk::new(Seller::with_orders(2000, 3, noon()));
    let rows = desk.amazon.truth();
    let statuses: BTreeSet<&str> = rows.iter().map(|row| row.order_status.as_str()).collect();
    assert_eq!(statuses.len(), 7, "{statuses:?}");
    let any = |what: &str, test: &dyn Fn(&TruthLine) -> bool| assert!(rows.iter().any(test), "no {what}");
    any("missing ASIN", &|row| row.asin.is_none());
    any("long title", &|row| row.title.chars().count() > 500);
    any("very long title", &|row| row.title.len() > 9000);
    any("emoji", &|row| row.title.contains('\u{1F9F1}'));
    any("right to left", &|row| row.title.contains("ليغو"));
    any("markup", &|row| row.title.contains("<script>"));
    any("entities", &|row| row.title.contains("&amp;"));
    any("line break", &|row| row.title.contains('\n'));
    any("quantity 0", &|row| row.quantity_ordered == 0 && row.order_status == "Canceled");
    any("shipped without price", &|row| row.order_status == "Shipped" && row.item_price.is_none());
    any("prime", &|row| row.is_prime);
    any("business", &|row| row.is_business_order);
    any("part shipped", &|row| row.order_status == "PartiallyShipped");
    assert!(rows.iter().all(|row| !row.order_status.starts_with("Pending") || row.item_price.is_none()));
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *lines.entry(&row.amazon_order_id).or_default() += 1;
    }
    assert_eq!(lines.len(), 2000, "order ids are unique");
    assert_eq!(lines.values().copied().collect::<BTreeSet<_>>(), BTreeSet::from([1, 2, 3, 4, 5]));
    let orders = desk.orders(&desk.everything());
    let packages: Vec<&Value> =
        orders.iter().filter_map(|order| order["packages"].as_array()).flatten().collect();
    let states: BTreeSet<&str> =
        packages.iter().map(|package| package["packageStatus"]["status"].as_str().unwrap()).collect();
    assert_eq!(states, BTreeSet::from(["DELIVERED", "SHIPPED", "UNDELIVERABLE"]));
    assert!(
        orders
            .iter()
            .all(|order| order["packages"].is_null() || order["fulfillment"]["fulfilledBy"] == "MERCHANT")
    );
    assert!(
        orders.iter().any(
            |order| order["orderItems"][0]["cancellation"]["cancellationRequest"]["requester"] == "BUYER"
        )
    );
    assert!(
        orders
            .iter()
            .any(|order| order["associatedOrders"][0]["associationType"] == "REPLACEMENT_ORIGINAL_ID")
    );
    assert!(orders.iter().any(|order| order["salesChannel"]["channelName"] == "NON_AMAZON"));
}

#[test]
fn equal_seeds_give_equal_worlds_at_every_instant_and_other_seeds_do_not() {
    let seller = || Seller::with_orders(200, 11, noon()).arrivals_per_hour(60);
    let (one, other) = (World::new(seller()), World::new(seller()));
    let stranger = World::new(seller().seed(12));
    for hours in [50, 0, 3, 9] {
        let at = noon() + TimeDelta::hours(hours);
        // Reading another instant in between changes nothing.
        let _ = one.truth(at + TimeDelta::hours(7));
        assert_eq!(one.truth(at), other.truth(at));
        assert_ne!(one.truth(at), stranger.truth(at));
    }
}

#[test]
fn a_living_world_moves_and_every_change_raises_the_update_time() {
    let world = World::new(Seller::with_orders(300, 5, noon()).arrivals_per_hour(60));
    let mut before: BTreeMap<String, TruthLine> = BTreeMap::new();
    let mut changes = 0;
    for minutes in 0..240 {
        let at = noon() + TimeDelta::minutes(minutes * 5);
        let stamp = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut after: BTreeMap<String, TruthLine> = BTreeMap::new();
        for row in world.truth(at) {
            assert!(row.last_update_date <= stamp && row.purchase_date <= row.last_update_date);
            if let Some(old) = before.get(&row.order_item_id) {
                if *old != row {
                    assert!(row.last_update_date > old.last_update_date, "{old:?} {row:?}");
                    changes += 1;
                }
                assert_eq!(old.purchase_date, row.purchase_date);
            }
            after.insert(row.order_item_id.clone(), row);
        }
        assert!(after.len() >= before.len());
        before = after;
    }
    assert!(changes > 500, "{changes}");
    let orders: BTreeSet<&str> = before.values().map(|row| row.amazon_order_id.as_str()).collect();
    // 19 hours and 55 minutes of one order a minute.
    assert!((1494..=1496).contains(&orders.len()), "{}", orders.len());
}

#[test]
fn a_still_world_stands_still() {
    let world = World::new(Seller::with_orders(500, 5, noon()));
    let then = world.truth(noon());
    assert_eq!(then, world.truth(noon() + TimeDelta::days(30)));
    let newest = then.iter().map(|row| row.last_update_date.clone()).max().unwrap();
    assert!(newest.as_str() <= "2026-11-22T11:50:00Z", "{newest}");
    let living = World::new(Seller::with_orders(500, 5, noon()).arrivals_per_hour(600));
    living.freeze(noon() + TimeDelta::hours(1));
    let frozen = living.truth(noon() + TimeDelta::hours(1));
    assert_ne!(frozen.len(), then.len());
    assert_eq!(frozen, living.truth(noon() + TimeDelta::hours(5)));
}

#[test]
fn the_demo_seller_has_work_to_do() {
    let amazon = Amazon::with_clock(Seller::demo(noon()), Clock::new(noon));
    let world = amazon.world();
    let count = |status, at| world.order_ids(at, Some(status)).len();
    assert!((2..15).contains(&count(Status::Pending, noon())));
    assert!((10..40).contains(&count(Status::Unshipped, noon())));
    assert!(count(Status::Shipped, noon()) > 200);
    let evening = noon() + TimeDelta::hours(6);
    assert_eq!(world.order_ids(evening, None).len(), 300 + 6 * 80, "80 orders an hour");
    assert!((1..30).contains(&count(Status::Pending, evening)));
    assert!((10..60).contains(&count(Status::Unshipped, evening)), "{}", count(Status::Unshipped, evening));
}

#[test]
fn orders_can_be_moved_by_hand() {
    let desk = Desk::still(20);
    let minute = |minutes: i64| noon() + TimeDelta::minutes(minutes);
    let lines =
        [DraftLine::new("B0SIM00001", "Falcon", 3, 1_250), DraftLine::new("B0SIM00002", "Orchid", 1, 999)];
    let id = desk.amazon.world().place(minute(1), Draft::of(lines)).unwrap();
    assert_eq!(desk.amazon.world().status(&id, minute(0)), None);
    assert_eq!(desk.amazon.world().status(&id, minute(60)), Some(Status::Pending));
    {
        let world = desk.amazon.world();
        world.pay(&id, minute(2)).unwrap();
        world.request_cancel(&id, minute(3)).unwrap();
        world.ship_part(&id, minute(4), 0, 2).unwrap();
        let refused = world.ship_part(&id, minute(5), 0, 2).unwrap_err();
        assert_eq!(refused, WorldError::NotLeft { order: id.clone(), line: 0, quantity: 2 });
    }
    desk.advance(TimeDelta::minutes(50));
    let path = format!("/orders/2026-01-01/orders/{id}");
    let order = desk.get(&path, &[crate::client::ALL_DATA]).value()["order"].clone();
    assert_eq!(order["fulfillment"]["fulfillmentStatus"], "PARTIALLY_SHIPPED");
    assert_eq!(order["proceeds"]["grandTotal"]["amount"], "47.49");
    assert_eq!(order["orderItems"][0]["fulfillment"]["quantityFulfilled"], 2);
    assert_eq!(order["orderItems"][0]["fulfillment"]["quantityUnfulfilled"], 1);
    assert_eq!(order["orderItems"][1]["cancellation"]["cancellationRequest"]["requester"], "BUYER");
    assert_eq!(order["packages"][0]["packageItems"].as_array().unwrap().len(), 1);
    assert_eq!(order["lastUpdatedTime"], "2026-11-22T12:04:00Z");
    desk.amazon.world().ship(&id, minute(10)).unwrap();
    desk.amazon.world().deliver(&id, minute(20)).unwrap();
    let order = desk.get(&path, &[crate::client::ALL_DATA]).value()["order"].clone();
    assert_eq!(order["fulfillment"]["fulfillmentStatus"], "SHIPPED");
    assert_eq!(order["packages"].as_array().unwrap().len(), 2);
    assert!(
        order["packages"].as_array().unwrap().iter().all(|p| p["packageStatus"]["status"] == "DELIVERED")
    );
    let found = desk.orders(&window(minute(20), minute(20)));
    assert_eq!(ids(&found), [id]);
    let unknown = desk.amazon.world().pay("202-0000000-0000000", minute(30)).unwrap_err();
    assert_eq!(unknown.to_string(), "no order 202-0000000-0000000 exists at that instant");
}

#[test]
fn an_order_of_the_history_follows_the_hand_once_it_was_touched() {
    let desk = Desk::new(Seller::with_orders(300, 8, noon()).living());
    let world = desk.amazon.world();
    let id = world.order_ids(noon(), Some(Status::Unshipped)).remove(0);
    world.cancel(&id, noon() + TimeDelta::minutes(1), CancelledBy::Merchant).unwrap();
    assert_eq!(world.status(&id, noon() + TimeDelta::days(60)), Some(Status::Cancelled));
    assert_eq!(world.status(&id, noon()), Some(Status::Unshipped), "the past stays as it was");
}

#[test]
fn data_not_asked_for_is_absent_and_private_text_rides_along_where_amazon_lets_it() {
    let desk = Desk::still(600);
    let mut bare = desk.everything();
    bare.retain(|(name, _)| name != "includedData");
    for order in desk.orders(&bare) {
        for field in ["fulfillment", "proceeds", "packages", "buyer", "recipient", "tax", "payment"] {
            assert!(order.get(field).is_none(), "{field}");
        }
        for item in order["orderItems"].as_array().unwrap() {
            for field in ["fulfillment", "proceeds", "cancellation"] {
                assert!(item.get(field).is_none(), "{field}");
            }
        }
    }
    let full = serde_json::to_string(&desk.orders(&desk.everything())).unwrap();
    assert!(full.contains(&format!("{PRIVATE_MARKER} gift message")));
    assert!(full.contains(&format!("{PRIVATE_MARKER} reason")));
    assert!(full.contains(&format!("{PRIVATE_MARKER}-TRACK")));
    assert!(!full.contains("null"), "absent means absent");
}

#[test]
fn orders_older_than_two_years_are_gone_except_where_amazon_keeps_them() {
    let old = |store| Seller::with_orders(400, 2, noon()).history_days(1600).marketplaces([store]);
    let truth = |store| World::new(old(store)).truth(noon());
    assert!(truth(UK).iter().all(|row| row.purchase_date.as_str() >= "2024-11-22"));
    assert!(truth(JAPAN).iter().any(|row| row.purchase_date.as_str() < "2024-11-22"));
}

#[test]
fn a_large_world_is_made_and_searched_quickly_enough_to_be_used() {
    let desk = Desk::still(100_000);
    let recent = desk.orders(&window(noon() - TimeDelta::hours(6), noon() - TimeDelta::seconds(125)));
    assert!(recent.len() > 500 && recent.len() < 20_000, "{}", recent.len());
    let unique: BTreeSet<String> = ids(&recent).into_iter().collect();
    assert_eq!(unique.len(), recent.len());
}
