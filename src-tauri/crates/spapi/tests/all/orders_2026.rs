//! Orders 2026-01-01: what is asked, what is understood, what is left alone, and what is asked less of.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::currency::Currency;
use packlight_domain::money::Money;
use packlight_domain::order::{Group, SourceRank, VersionTable};
use packlight_spapi::{ErrorKind, Included, IncludedData, Operation, OrdersPage, SearchOrders};
use std::time::Duration;

use crate::support::{Desk, Says, desk, errand, in_turn, noon, search};

fn fixture() -> Says {
    Says::json(200, include_str!("fixtures/search_page.json"))
}

fn gbp(minor: i64) -> Option<Money> {
    Some(Money { minor, currency: Currency::GBP })
}

async fn read(body: &str) -> OrdersPage {
    let body = body.to_owned();
    desk(move |_| Says::json(200, body.clone())).client.search_orders(&search(), &errand()).await.unwrap()
}

fn odd(page: &OrdersPage) -> Vec<(&'static str, &'static str)> {
    page.surprises.iter().map(|(path, kind, _)| (path, kind)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_request_is_what_amazon_asks_for() {
    let desk = desk(|_| Says::page());
    let mut second = search();
    second.marketplace_ids.push("A1PA6795UKMFR9".into());
    second.fulfillment_statuses = vec!["UNSHIPPED", "PARTIALLY_SHIPPED"];
    second.page_token = Some("a+b/c= d&e%".into());
    second.page_size = 0;
    desk.client.search_orders(&search(), &errand()).await.unwrap();
    desk.client.search_orders(&second, &errand()).await.unwrap();
    let calls = desk.calls();
    let first = &calls[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/orders/2026-01-01/orders"));
    assert_eq!(first.host, "sellingpartnerapi-eu.amazon.com");
    assert_eq!(
        first.raw_query,
        "lastUpdatedAfter=2025-12-19T12%3A00%3A00Z&lastUpdatedBefore=2026-01-18T11%3A57%3A55Z&maxResultsPerPage=100&marketplaceIds=A1F83G8C2ARO7P&includedData=PROCEEDS%2CFULFILLMENT%2CCANCELLATION%2CPACKAGES"
    );
    assert_eq!(first.headers["x-amz-access-token"], crate::support::ACCESS);
    assert_eq!(first.headers["x-amz-date"], "20260118T120000Z");
    assert_eq!(first.headers["user-agent"], "Packlight/0.1.0 (Language=Rust/1.95; Platform=Linux/6.1)");
    assert!(!first.headers.contains_key("authorization") && !first.headers.contains_key("cookie"));
    let query = &calls[1].query;
    assert_eq!(query["marketplaceIds"], "A1F83G8C2ARO7P,A1PA6795UKMFR9");
    assert_eq!(query["fulfillmentStatuses"], "UNSHIPPED,PARTIALLY_SHIPPED");
    assert_eq!(query["paginationToken"], "a+b/c= d&e%");
    assert_eq!(query["maxResultsPerPage"], "1");
    assert!(calls[1].raw_query.contains("paginationToken=a%2Bb%2Fc%3D%20d%26e%25"));
}

#[tokio::test(start_paused = true)]
async fn a_page_is_understood() {
    let desk = desk(|_| fixture());
    let page = desk.client.search_orders(&search(), &errand()).await.unwrap();
    assert_eq!(page.next_token.as_deref(), Some("abc+/= token"));
    assert_eq!(page.echoed, Some("2026-01-18T11:57:55Z".parse().unwrap()));
    assert_eq!(page.request_id.as_deref(), Some("req-7"));
    assert!(page.surprises.is_empty(), "{:?}", page.surprises);

    let order = &page.updates[0];
    assert_eq!(order.order_id, "203-1111111-1111111");
    assert_eq!(order.last_update.timestamp_millis(), 1_768_731_330_250);
    assert_eq!((order.rank, order.carried.iter().count()), (SourceRank::V2026, 8));
    let header = &order.header;
    assert_eq!(header.created, Some("2026-01-17T09:30:00Z".parse().unwrap()));
    assert_eq!(header.marketplace_id.as_deref(), Some("A1F83G8C2ARO7P"));
    assert_eq!(header.sales_channel.as_deref(), Some("AMAZON"));
    assert_eq!(header.seller_order_id.as_deref(), Some("MY-1"));
    assert_eq!(header.programs, ["AMAZON_BUSINESS", "PRIME"]);
    assert_eq!(header.replaces_order_id.as_deref(), Some("203-0000000-0000000"));
    let fulfillment = &order.fulfillment;
    assert_eq!(fulfillment.status.as_deref(), Some("PARTIALLY_SHIPPED"));
    assert_eq!(fulfillment.fulfilled_by.as_deref(), Some("MERCHANT"));
    assert_eq!(fulfillment.service_level.as_deref(), Some("NEXT_DAY"));
    assert_eq!(fulfillment.ship_by.latest, Some("2026-01-19T23:59:59Z".parse().unwrap()));
    assert_eq!(fulfillment.deliver_by.earliest, None);
    assert_eq!(order.total, gbp(5_298));

    let line = &order.lines[0];
    assert_eq!(line.item.title.as_deref(), Some("レゴ <b>75192</b> & \u{FFFD} falcon 🚀"));
    assert_eq!(line.item.seller_sku.as_deref(), Some("SKU/1 &amp; é"));
    assert_eq!(
        (line.item.asin.as_deref(), line.item.condition.as_deref()),
        (Some("B000000001"), Some("NEW"))
    );
    assert_eq!((line.item.quantity, line.item.unit_price), (2, gbp(2_050)));
    assert_eq!((line.shipped.quantity, line.shipped.is_gift), (Some(1), true));
    assert_eq!(line.prices.item, gbp(4_100), "two ITEM breakdowns are one amount");
    assert_eq!((line.prices.tax, line.prices.shipping), (gbp(820), gbp(399)));
    assert_eq!((line.prices.gift_wrap, line.prices.discount), (gbp(250), gbp(-100)));
    assert_eq!(line.prices.proceeds, gbp(4_700));
    assert_eq!(line.cancel_requested_by.as_deref(), Some("BUYER"));
    assert_eq!(order.lines[1].item.asin, None);
    assert_eq!(order.lines[1].prices, packlight_domain::order::Prices::default());
    let package = &order.packages[0];
    assert_eq!((package.reference.as_str(), package.status.as_deref()), ("1", Some("IN_TRANSIT")));
    assert_eq!(package.contents, [("11111111111111".to_owned(), 1)]);

    let pending = &page.updates[1];
    assert_eq!(pending.header.created, Some("2026-01-18T02:00:00Z".parse().unwrap()));
    assert_eq!((pending.total, pending.lines[0].prices.item), (None, None), "no price yet is not 0");
    assert_eq!(pending.lines[0].item.asin, None);
    assert_eq!(pending.lines[0].item.unit_price, Some(Money { minor: 1_980, currency: Currency::JPY }));
}

#[tokio::test(start_paused = true)]
async fn buyer_data_is_not_in_what_was_read() {
    let page = desk(|_| fixture()).client.search_orders(&search(), &errand()).await.unwrap();
    let all = format!("{page:?}");
    for private in ["Nobody", "Nowhere", "birthday", "cheaper", "example.com", "Royal Mail", "AB123", "note"]
    {
        assert!(!all.contains(private), "{private}");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_that_were_not_asked_for_are_left_alone() {
    let carried = async |included| {
        let mut search = search();
        search.included = included;
        let page = desk(|_| fixture()).client.search_orders(&search, &errand()).await.unwrap();
        assert_eq!(page.included, included);
        page.updates[0].carried.iter().collect::<Vec<_>>()
    };
    assert_eq!(carried(IncludedData::NONE).await, [Group::Header, Group::Items]);
    let all = IncludedData::ALL;
    assert!(!carried(all.without(Included::Fulfillment)).await.contains(&Group::Shipped));
    assert!(!carried(all.without(Included::Proceeds)).await.contains(&Group::Total));
    assert!(!carried(all.without(Included::Cancellation)).await.contains(&Group::Cancellation));
    assert!(!carried(all.without(Included::Packages)).await.contains(&Group::Packages));
    // A part that is left out costs one order nothing and the others nothing.
    let page =
        read(r#"{"orders":[{"orderId":"1","orderItems":[{"orderItemId":"1","quantityOrdered":1}]}]}"#).await;
    let carried: Vec<_> = page.updates[0].carried.iter().collect();
    assert!(!carried.contains(&Group::Fulfillment) && !carried.contains(&Group::Shipped));
    assert!(odd(&page).contains(&("orders[].fulfillment", "missing")));
}

#[tokio::test(start_paused = true)]
async fn an_order_without_lines_carries_none() {
    for items in
        ["", r#","orderItems":null"#, r#","orderItems":[]"#, r#","orderItems":[{"quantityOrdered":1}]"#]
    {
        let page = read(&format!(r#"{{"orders":[{{"orderId":"1"{items}}}]}}"#)).await;
        let carried = page.updates[0].carried;
        for group in [Group::Items, Group::Shipped, Group::Prices, Group::Cancellation] {
            assert!(!carried.contains(group), "{items}: {group:?}");
        }
        assert!(carried.contains(Group::Header));
    }
}

#[tokio::test(start_paused = true)]
async fn lines_that_cannot_be_told_apart_leave_the_others_and_say_that_there_are_more() {
    let known = r#"{"orderItemId":"a","quantityOrdered":1}"#;
    for (more, in_part) in [
        ("", false),
        (r#",{"orderItemId":"a","quantityOrdered":2}"#, false),
        (r#",{"orderItemId":null,"quantityOrdered":1}"#, true),
        (r#",{"quantityOrdered":1}"#, true),
        (r#",{"orderItemId":""}"#, true),
        (",null", true),
        (",7", true),
    ] {
        let page = read(&format!(r#"{{"orders":[{{"orderId":"1","orderItems":[{known}{more}]}}]}}"#)).await;
        let order = &page.updates[0];
        assert_eq!((order.lines.len(), order.lines_in_part), (1, in_part), "{more}");
        assert!(order.carried.contains(Group::Items), "a new order has what can be read");
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_without_an_id_is_counted_and_the_others_are_kept() {
    let page = read(
        r#"{"orders":[{"createdTime":"2026-01-01T00:00:00Z"},{"orderId":null},{"orderId":""},7,null,{"orderId":"a"},{"orderId":17}]}"#,
    )
    .await;
    let ids: Vec<_> = page.updates.iter().map(|update| update.order_id.as_str()).collect();
    assert_eq!(ids, ["a", "17"]);
    let rows = page.surprises.rows();
    assert!(rows.contains(&("orders[].orderId".into(), "missing".into(), 3)), "{rows:?}");
    assert!(rows.contains(&("orders[]".into(), "number".into(), 1)));
    assert!(rows.contains(&("orders[]".into(), "null".into(), 1)));
}

#[tokio::test(start_paused = true)]
async fn of_two_lines_with_one_id_the_later_counts() {
    let page = read(
        r#"{"orders":[{"orderId":"1","orderItems":[{"orderItemId":"a","quantityOrdered":1},{"orderItemId":"b","quantityOrdered":5},{"orderItemId":"a","quantityOrdered":2}]}]}"#,
    )
    .await;
    let lines: Vec<_> =
        page.updates[0].lines.iter().map(|line| (line.order_item_id.as_str(), line.item.quantity)).collect();
    assert_eq!(lines, [("b", 5), ("a", 2)]);
}

#[tokio::test(start_paused = true)]
async fn wrong_types_cost_a_field_and_never_an_order() {
    let body = r#"{"orders":[{"orderId":"1","createdTime":7,"lastUpdatedTime":"soon","programs":"PRIME","orderAliases":{},
        "salesChannel":[],"proceeds":"none","fulfillment":3,"associatedOrders":[1],"packages":"x",
        "orderItems":[{"orderItemId":5,"quantityOrdered":"2","product":{"asin":["x"],"title":9,"price":1},
          "proceeds":{"breakdowns":[{"type":"ITEM","subtotal":{"amount":12.345,"currencyCode":"GBP"}},
            {"type":"TAX","subtotal":{"amount":"free","currencyCode":"GBP"}},{"type":"SHIPPING","subtotal":{"amount":"1"}},
            {"subtotal":{"amount":"1","currencyCode":"GBP"}},7]},
          "fulfillment":{"quantityFulfilled":1.0,"packing":{"giftOption":true}},"cancellation":[]}]}]}"#;
    let page = read(body).await;
    let order = &page.updates[0];
    let line = &order.lines[0];
    assert_eq!((line.order_item_id.as_str(), line.item.quantity), ("5", 2));
    assert_eq!((line.prices.item, line.prices.tax, line.prices.shipping), (gbp(1_234), None, None));
    assert_eq!((line.shipped.quantity, line.shipped.is_gift), (Some(1), false));
    assert_eq!(line.item.title.as_deref(), Some("9"));
    assert_eq!(order.last_update, search().last_updated_after, "as of the start of the window");
    let carried: Vec<_> = order.carried.iter().collect();
    assert_eq!(carried, [Group::Header, Group::Items, Group::Prices, Group::Cancellation]);
    let odd = odd(&page);
    for expected in [
        ("orders[].createdTime", "number"),
        ("orders[].lastUpdatedTime", "unreadable date"),
        ("orders[].programs", "string"),
        ("orders[].salesChannel", "array"),
        ("orders[].proceeds", "string"),
        ("orders[].fulfillment", "number"),
        ("orders[].packages[]", "string"),
        ("orders[].orderItems[].orderItemId", "number"),
        ("orders[].orderItems[].quantityOrdered", "string"),
        ("orders[].orderItems[].proceeds.breakdowns[].subtotal", "unreadable amount"),
        ("orders[].orderItems[].proceeds.breakdowns[].type", "missing"),
        ("orders[].orderItems[].proceeds.breakdowns[]", "number"),
        ("orders[].orderItems[].cancellation", "array"),
    ] {
        assert!(odd.contains(&expected), "{expected:?} in {odd:?}");
    }
    assert!(!format!("{:?}", page.surprises).contains("free"), "never values");
}

/// Whatever was wrong with the time of one answer, the order's own time is right afterwards, in whichever sequence.
#[tokio::test(start_paused = true)]
async fn an_order_that_does_not_say_when_it_changed_yields_to_one_that_does() {
    let asked = SearchOrders { last_updated_after: noon() - TimeDelta::milliseconds(300), ..search() };
    let order = async |changed: &str| {
        let body =
            format!(r#"{{"orders":[{{"orderId":"1",{changed}"createdTime":"2026-01-01T00:00:00Z"}}]}}"#);
        let page = desk(move |_| Says::json(200, body.clone())).client.search_orders(&asked, &errand()).await;
        page.unwrap().updates[0].clone()
    };
    // As early as an order can be that Amazon lists: bounds are sent in whole seconds.
    let sound = order(r#""lastUpdatedTime":"2026-01-18T11:59:59.050Z","#).await;
    for changed in
        ["", r#""lastUpdatedTime":null,"#, r#""lastUpdatedTime":"soon","#, r#""lastUpdatedTime":{},"#]
    {
        let silent = order(changed).await;
        assert_eq!(silent.last_update, "2026-01-18T11:59:59Z".parse::<DateTime<Utc>>().unwrap(), "{changed}");
        for updates in [[&sound, &silent], [&silent, &sound]] {
            let mut table = VersionTable::default();
            for update in updates {
                table.merge(update);
            }
            assert_eq!(table.get(Group::Header), Some(sound.version(Group::Header)), "{changed}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_order_neither_spoils_a_sound_one_nor_stays() {
    let order = async |created: &str| {
        let rest = r#""lastUpdatedTime":"2026-01-02T00:00:00Z","fulfillment":{"fulfillmentStatus":"SHIPPED"},"orderItems":[{"orderItemId":"1","quantityOrdered":1}]"#;
        let page = read(&format!(r#"{{"orders":[{{"orderId":"1","createdTime":{created},{rest}}}]}}"#)).await;
        page.updates[0].clone()
    };
    // Many contents, because between two of one rank their hashes would decide, like the toss of a coin.
    for second in 10..30 {
        let sound = order(&format!(r#""2026-01-01T00:00:{second}Z""#)).await;
        assert_eq!(sound.rank, SourceRank::V2026);
        for created in ["null", "7", r#""soon""#, "{}"] {
            let damaged = order(created).await;
            for updates in [[&sound, &damaged], [&damaged, &sound]] {
                let mut table = VersionTable::default();
                for update in updates {
                    table.merge(update);
                }
                assert_eq!(table.get(Group::Header), Some(sound.version(Group::Header)), "{created}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_words_and_fields_are_kept_or_passed_over_and_no_surprise() {
    let page = read(
        r#"{"new":{"deep":[1]},"orders":[{"orderId":"1","createdTime":"2026-01-01T00:00:00Z","lastUpdatedTime":"2026-01-02T00:00:00Z",
        "salesChannel":{"channelName":"MOON"},"programs":["INVOICE_BY_AMAZON"],"fulfillment":{"fulfillmentStatus":"TELEPORTED","fulfilledBy":"ROBOT"},
        "orderItems":[{"orderItemId":"1","quantityOrdered":0,"product":{},"proceeds":{"breakdowns":[{"type":"MOON_TAX","subtotal":{"amount":"1","currencyCode":"GBP"}}]}}]}]}"#,
    )
    .await;
    let order = &page.updates[0];
    assert_eq!(order.fulfillment.status.as_deref(), Some("TELEPORTED"));
    assert_eq!(order.fulfillment.fulfilled_by.as_deref(), Some("ROBOT"));
    assert_eq!((order.header.programs.len(), order.lines[0].item.quantity), (1, 0));
    assert!(page.surprises.is_empty(), "{:?}", page.surprises);
}

#[tokio::test(start_paused = true)]
async fn the_echo_is_never_believed_beyond_what_was_asked() {
    let page = read(r#"{"orders":[],"lastUpdatedBefore":"2026-01-18T11:59:59Z"}"#).await;
    assert_eq!(page.echoed, search().last_updated_before);
    let page = read(r#"{"orders":[],"lastUpdatedBefore":"2026-01-18T11:50:00.5Z"}"#).await;
    assert_eq!(page.echoed.unwrap().timestamp_millis() % 1_000, 500);
    assert_eq!(read(r#"{"orders":[],"lastUpdatedBefore":"soon"}"#).await.echoed, None);
}

#[tokio::test(start_paused = true)]
async fn the_last_page_is_known_in_every_spelling() {
    for pagination in [
        "",
        r#","pagination":null"#,
        r#","pagination":{}"#,
        r#","pagination":{"nextToken":""}"#,
        r#","pagination":{"nextToken":null}"#,
    ] {
        assert_eq!(read(&format!(r#"{{"orders":[]{pagination}}}"#)).await.next_token, None, "{pagination}");
    }
    assert_eq!(
        read(r#"{"orders":[],"pagination":{"nextToken":12}}"#).await.next_token.as_deref(),
        Some("12")
    );
    // An empty list as null is believed beside the marks of a page only.
    assert!(read(r#"{"orders":null,"lastUpdatedBefore":"2026-01-18T11:50:00Z"}"#).await.updates.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_left_out_is_an_empty_page_beside_another_mark_of_one() {
    for (orders, kind) in [("", "missing"), (r#""orders":null,"#, "null")] {
        let page = read(&format!(r#"{{{orders}"lastUpdatedBefore":"2026-01-18T11:50:00Z"}}"#)).await;
        assert_eq!((page.updates.len(), page.next_token.as_deref()), (0, None));
        assert_eq!(page.echoed, Some("2026-01-18T11:50:00Z".parse().unwrap()));
        assert!(odd(&page).contains(&("orders", kind)), "{kind}");
        let page = read(&format!(r#"{{{orders}"pagination":{{"nextToken":"more"}}}}"#)).await;
        assert_eq!((page.updates.len(), page.next_token.as_deref()), (0, Some("more")));
    }
    for body in [
        "{}",
        r#"{"orders":null}"#,
        r#"{"pagination":{}}"#,
        r#"{"orders":7,"lastUpdatedBefore":"2026-01-18T11:50:00Z"}"#,
        r#"{"errors":[{"code":"InternalFailure","message":"x"}]}"#,
        r#"{"errors":[{"code":"InternalFailure","message":"x"}],"lastUpdatedBefore":"2026-01-18T11:50:00Z"}"#,
        r#"{"orders":null,"errors":{"code":"x"},"lastUpdatedBefore":"2026-01-18T11:50:00Z"}"#,
    ] {
        let desk = desk(move |_| Says::json(200, body));
        let error = desk.client.search_orders(&search(), &errand()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_is_recognised_in_any_sequence() {
    let order =
        |id: &str, at: &str| format!(r#"{{"orderId":"{id}","lastUpdatedTime":"2026-01-02T00:00:0{at}Z"}}"#);
    let page = async |orders: [String; 2]| {
        read(&format!(r#"{{"orders":[{}]}}"#, orders.join(","))).await.fingerprint
    };
    let there = page([order("1", "1"), order("2", "2")]).await;
    assert_eq!(there, page([order("2", "2"), order("1", "1")]).await);
    assert_ne!(there, page([order("1", "1"), order("2", "3")]).await);
    assert_ne!(there, page([order("1", "2"), order("2", "1")]).await);
}

fn refusing(word: &'static str) -> Desk {
    desk(move |seen| {
        let asked = seen.query.get("includedData").map_or("", String::as_str);
        if asked.split(',').any(|part| part == word) {
            Says::error(400, "InvalidInput", "Invalid request parameters.", "")
        } else {
            fixture()
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_part_that_amazon_refuses_is_left_out_and_not_asked_for_again_for_an_hour() {
    let desk = refusing("FULFILLMENT");
    let page = desk.client.search_orders_degrading(&search(), &errand()).await.unwrap();
    assert_eq!(page.included.names(), ["PROCEEDS", "CANCELLATION", "PACKAGES"]);
    assert!(!page.updates[0].carried.contains(Group::Fulfillment));
    assert_eq!(desk.calls().len(), 5, "all, then without each");

    let page = desk.client.search_orders_degrading(&search(), &errand()).await.unwrap();
    assert_eq!((page.included.names().len(), desk.calls().len()), (3, 6));
    tokio::time::advance(Duration::from_secs(3_600)).await;
    desk.client.search_orders_degrading(&search(), &errand()).await.unwrap();
    assert_eq!(desk.calls()[6].query["includedData"], "PROCEEDS,FULFILLMENT,CANCELLATION,PACKAGES");
}

#[tokio::test(start_paused = true)]
async fn a_named_part_is_left_out_first() {
    let desk = desk(in_turn([
        Says::error(400, "InvalidInput", "Value 'PROCEEDS' for includedData is invalid", ""),
        fixture(),
    ]));
    let page = desk.client.search_orders_degrading(&search(), &errand()).await.unwrap();
    assert_eq!(page.included.names(), ["FULFILLMENT", "CANCELLATION", "PACKAGES"]);
    assert_eq!(desk.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn if_nothing_helps_the_first_refusal_is_told() {
    let mut asked = 0;
    let desk = desk(move |_| {
        asked += 1;
        Says::error(400, "InvalidInput", &format!("refusal {asked}"), "")
    });
    let error = desk.client.search_orders_degrading(&search(), &errand()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert_eq!(error.amazon_message.as_deref(), Some("refusal 1"));
    assert_eq!(desk.calls().len(), 8);
    // It is known now; another list may be luckier, and so may this one in an hour.
    desk.client.search_orders_degrading(&search(), &errand()).await.unwrap_err();
    assert_eq!(desk.calls().len(), 9);
    let other = SearchOrders { marketplace_ids: vec!["A1PA6795UKMFR9".into()], ..search() };
    desk.client.search_orders_degrading(&other, &errand()).await.unwrap_err();
    assert_eq!(desk.calls().len(), 9 + 8);
    tokio::time::advance(Duration::from_secs(3_600)).await;
    desk.client.search_orders_degrading(&search(), &errand()).await.unwrap_err();
    assert_eq!(desk.calls().len(), 9 + 8 + 8);
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_not_degraded() {
    for says in [
        Says::error(400, "InvalidInput", "lastUpdatedBefore is too recent", ""),
        Says::error(403, "Unauthorized", "Access to requested resource is denied.", ""),
        Says::error(404, "NotFound", "no", ""),
    ] {
        let desk = desk(move |_| says.clone());
        desk.client.search_orders_degrading(&search(), &errand()).await.unwrap_err();
        assert_eq!(desk.calls().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn one_order_is_read_by_its_id() {
    let order = r#"{"order":{"orderId":"203-1","fulfillment":{"fulfillmentStatus":"SHIPPED"},"orderItems":[{"orderItemId":"1","quantityOrdered":1}]}}"#;
    let desk = desk(move |_| Says::json(200, order));
    let (update, surprises) =
        desk.client.get_order("203-1/../x", IncludedData::ALL, &errand()).await.unwrap();
    assert_eq!(update.fulfillment.status.as_deref(), Some("SHIPPED"));
    assert_eq!(update.last_update, noon() - TimeDelta::seconds(125), "as of now, less Amazon's lag");
    assert!(!surprises.is_empty());
    assert_eq!(desk.calls()[0].path, "/orders/2026-01-01/orders/203-1%2F..%2Fx");
    assert_eq!(desk.client.budget(Operation::GetOrder).whole_tokens, 29);
    for id in ["", "..", "."] {
        let error = desk.client.get_order(id, IncludedData::ALL, &errand()).await.unwrap_err();
        assert_eq!(error.to_string(), "this is not an order id of Amazon: check it and try again");
    }
    assert_eq!(desk.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_comes_twice_counts_once_and_costs_no_page() {
    let page = r#"{"orders":[{"orderId":"203-1","orderId":"203-2","proceeds":{"grandTotal":{"amount":"1.00","amount":"2.50","currencyCode":"GBP"}},"orderItems":[]},{"orderId":"203-3","orderItems":[]}],"lastUpdatedBefore":"2026-01-18T11:00:00Z"}"#;
    let desk = desk(in_turn([Says::json(200, page)]));
    let page = desk.client.search_orders(&search(), &errand()).await.unwrap();
    let ids: Vec<_> = page.updates.iter().map(|update| update.order_id.as_str()).collect();
    assert_eq!((ids, desk.calls().len()), (vec!["203-2", "203-3"], 1));
    assert_eq!(page.updates[0].total, gbp(250));
}
