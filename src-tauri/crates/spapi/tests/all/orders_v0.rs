//! Orders v0: the list, the lines, and the words of 2026-01-01 made of both.

use std::collections::VecDeque;

use chrono::TimeDelta;
use packlight_domain::currency::Currency;
use packlight_domain::money::Money;
use packlight_domain::order::{Group, SourceRank};
use packlight_spapi::{ErrorKind, ListOrdersV0, OrdersPage};

use crate::support::{Says, desk, errand, noon};

fn list() -> ListOrdersV0 {
    ListOrdersV0 {
        last_updated_after: noon() - TimeDelta::days(1),
        last_updated_before: Some(noon() - TimeDelta::seconds(125)),
        marketplace_ids: vec!["A1F83G8C2ARO7P".into(), "A1PA6795UKMFR9".into()],
        page_token: None,
        page_size: 100,
    }
}

async fn read(body: &str) -> OrdersPage {
    let body = body.to_owned();
    desk(move |_| Says::json(200, body.clone())).client.list_orders_v0(&list(), &errand()).await.unwrap()
}

fn gbp(minor: i64) -> Option<Money> {
    Some(Money { minor, currency: Currency::GBP })
}

#[tokio::test(start_paused = true)]
async fn every_page_repeats_its_arguments() {
    let desk = desk(|_| Says::json(200, r#"{"payload":{"Orders":[]}}"#));
    let mut next = list();
    next.page_token = Some("2YgYW55I+/==".into());
    desk.client.list_orders_v0(&list(), &errand()).await.unwrap();
    desk.client.list_orders_v0(&next, &errand()).await.unwrap();
    let calls = desk.calls();
    assert_eq!(calls[0].path, "/orders/v0/orders");
    assert_eq!(calls[1].query["NextToken"], "2YgYW55I+/==");
    assert!(calls[1].raw_query.ends_with("&NextToken=2YgYW55I%2B%2F%3D%3D"));
    for (name, value) in [
        ("MarketplaceIds", "A1F83G8C2ARO7P,A1PA6795UKMFR9"),
        ("LastUpdatedAfter", "2026-01-17T12:00:00Z"),
        ("LastUpdatedBefore", "2026-01-18T11:57:55Z"),
        ("MaxResultsPerPage", "100"),
    ] {
        assert_eq!((calls[0].query[name].as_str(), calls[1].query[name].as_str()), (value, value));
    }
}

#[tokio::test(start_paused = true)]
async fn the_list_is_understood_in_the_words_of_2026() {
    let page = read(include_str!("fixtures/orders_v0.json")).await;
    assert_eq!(page.next_token.as_deref(), Some("more"));
    assert_eq!(page.echoed, Some("2026-01-18T11:57:55Z".parse().unwrap()));
    assert!(page.surprises.is_empty(), "{:?}", page.surprises);
    let order = &page.updates[0];
    assert_eq!(order.rank, SourceRank::V0);
    let carried: Vec<_> = order.carried.iter().collect();
    assert_eq!(carried, [Group::Header, Group::Fulfillment, Group::Total]);
    assert_eq!(order.fulfillment.status.as_deref(), Some("CANCELLED"));
    assert_eq!(order.fulfillment.fulfilled_by.as_deref(), Some("MERCHANT"));
    assert_eq!(order.fulfillment.service_level.as_deref(), Some("SECOND_DAY"));
    assert_eq!(order.fulfillment.ship_by.latest, Some("2026-01-19T23:59:59Z".parse().unwrap()));
    assert_eq!(order.header.programs, ["AMAZON_BUSINESS", "PRIME"]);
    assert_eq!(order.header.sales_channel.as_deref(), Some("AMAZON"));
    assert_eq!(order.header.replaces_order_id.as_deref(), Some("203-0000000-0000000"));
    assert_eq!(order.total, gbp(5_298));
    assert!(!format!("{page:?}").contains("Nobody"));

    let pending = &page.updates[1];
    assert_eq!(pending.fulfillment.status.as_deref(), Some("PENDING"));
    assert_eq!(pending.fulfillment.fulfilled_by.as_deref(), Some("AMAZON"));
    assert_eq!(pending.header.sales_channel.as_deref(), Some("NON_AMAZON"));
    assert_eq!((pending.total, pending.header.replaces_order_id.as_deref()), (None, None));
    let unknown = &page.updates[2];
    assert_eq!(unknown.fulfillment.status.as_deref(), Some("Teleported"));
    assert_eq!(unknown.fulfillment.service_level.as_deref(), Some("Rocket"));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_does_not_say_when_it_changed_is_as_of_the_start_of_the_list() {
    for changed in ["", r#","LastUpdateDate":null"#, r#","LastUpdateDate":"soon""#] {
        let page = read(&format!(r#"{{"payload":{{"Orders":[{{"AmazonOrderId":"1"{changed}}}]}}}}"#)).await;
        assert_eq!(page.updates[0].last_update, list().last_updated_after, "{changed}");
        assert_eq!(page.updates[0].rank, SourceRank::Report);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_list_has_several_spellings_and_a_missing_payload_is_none_of_them() {
    for token in ["", r#","NextToken":"""#, r#","NextToken":null"#] {
        assert_eq!(read(&format!(r#"{{"payload":{{"Orders":[]{token}}}}}"#)).await.next_token, None);
    }
    for body in
        ["{}", r#"{"payload":null}"#, r#"{"payload":{}}"#, r#"{"payload":{"Orders":[],"NextToken":[]}}"#]
    {
        let body = body.to_owned();
        let desk = desk(move |_| Says::json(200, body.clone()));
        let error = desk.client.list_orders_v0(&list(), &errand()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_left_out_is_an_empty_page_beside_another_mark_of_one() {
    for (orders, kind) in [("", "missing"), (r#""Orders":null,"#, "null")] {
        let page =
            read(&format!(r#"{{"payload":{{{orders}"LastUpdatedBefore":"2026-01-18T11:50:00Z"}}}}"#)).await;
        assert_eq!((page.updates.len(), page.next_token.as_deref()), (0, None));
        assert_eq!(page.echoed, Some("2026-01-18T11:50:00Z".parse().unwrap()));
        assert!(page.surprises.iter().any(|own| own == ("payload.Orders", kind, 1)), "{kind}");
        let page = read(&format!(r#"{{"payload":{{{orders}"NextToken":"more"}}}}"#)).await;
        assert_eq!((page.updates.len(), page.next_token.as_deref()), (0, Some("more")));
    }
    for body in [
        r#"{"payload":{"Orders":null}}"#,
        r#"{"errors":[{"code":"InternalFailure"}]}"#,
        r#"{"payload":{"LastUpdatedBefore":"2026-01-18T11:50:00Z"},"errors":[{"code":"InternalFailure"}]}"#,
    ] {
        let desk = desk(move |_| Says::json(200, body));
        let error = desk.client.list_orders_v0(&list(), &errand()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Malformed, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn lines_are_read_page_by_page() {
    let mut pages: VecDeque<_> =
        [include_str!("fixtures/items_v0_1.json"), include_str!("fixtures/items_v0_2.json")].into();
    let desk = desk(move |_| Says::json(200, pages.pop_front().unwrap()));
    let changed = noon() - TimeDelta::hours(3);
    let (update, surprises) =
        desk.client.order_items_v0("203-1111111-1111111", changed, &errand()).await.unwrap();
    assert!(surprises.is_empty(), "{surprises:?}");
    assert_eq!((update.last_update, update.rank), (changed, SourceRank::V0));
    let carried: Vec<_> = update.carried.iter().collect();
    assert_eq!(carried, [Group::Items, Group::Shipped, Group::Prices, Group::Cancellation]);
    assert_eq!(update.lines.len(), 2);
    let line = &update.lines[0];
    assert_eq!((line.item.quantity, line.shipped.quantity, line.shipped.is_gift), (2, Some(1), true));
    assert_eq!(line.prices.item, gbp(4_100));
    assert_eq!((line.prices.tax, line.prices.shipping, line.prices.discount), (gbp(890), gbp(399), gbp(100)));
    assert_eq!((line.prices.gift_wrap, line.prices.proceeds, line.item.unit_price), (None, None, None));
    assert_eq!(line.cancel_requested_by.as_deref(), Some("BUYER"));
    assert_eq!(line.item.condition.as_deref(), Some("New"));
    assert!(!format!("{update:?}").contains("Nobody"));
    let bare = &update.lines[1];
    assert_eq!((bare.prices.item, bare.item.asin.as_deref(), bare.shipped.is_gift), (None, None, false));
    assert_eq!(bare.cancel_requested_by, None);
    let calls = desk.calls();
    assert_eq!(calls[0].path, "/orders/v0/orders/203-1111111-1111111/orderItems");
    assert_eq!((calls[0].raw_query.as_str(), calls[1].query["NextToken"].as_str()), ("", "second+page"));
}

#[tokio::test(start_paused = true)]
async fn lines_that_cannot_be_told_apart_leave_the_others_and_say_that_there_are_more() {
    let known = r#"[{"OrderItemId":"1","QuantityOrdered":1}]"#;
    for (other, in_part) in [
        (r#"[{"OrderItemId":"2"}]"#, false),
        (r#"[{"OrderItemId":"2"},{"OrderItemId":null}]"#, true),
        ("[{}]", true),
        ("null", true),
    ] {
        // On whichever page they are.
        for turned in [false, true] {
            let mut pages = [known, other];
            if turned {
                pages.reverse();
            }
            let mut answers: VecDeque<_> = [
                format!(r#"{{"payload":{{"OrderItems":{},"NextToken":"more"}}}}"#, pages[0]),
                format!(r#"{{"payload":{{"OrderItems":{}}}}}"#, pages[1]),
            ]
            .into();
            let desk = desk(move |_| Says::json(200, answers.pop_front().unwrap()));
            let (update, _) = desk.client.order_items_v0("1", noon(), &errand()).await.unwrap();
            assert_eq!(update.lines_in_part, in_part, "{other}");
            assert!(update.carried.contains(Group::Items) && !update.lines.is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_of_lines_carries_nothing() {
    for items in [r#""OrderItems":[]"#, r#""OrderItems":null"#, r#""AmazonOrderId":"1""#] {
        let body = format!(r#"{{"payload":{{{items}}}}}"#);
        let desk = desk(move |_| Says::json(200, body.clone()));
        let (update, surprises) = desk.client.order_items_v0("1", noon(), &errand()).await.unwrap();
        assert!(update.carried.is_empty() && !surprises.is_empty(), "{items}");
    }
}

#[tokio::test(start_paused = true)]
async fn lines_that_go_in_circles_are_given_up() {
    let body = r#"{"payload":{"OrderItems":[{"OrderItemId":"1"}],"NextToken":"again"}}"#;
    let desk = desk(move |_| Says::json(200, body));
    let error = desk.client.order_items_v0("1", noon(), &errand()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Amazon keeps sending the same page of items of an order: nothing of it was kept, the next sync tries again"
    );
    assert_eq!((error.retryable, desk.calls().len()), (true, 2));
}
