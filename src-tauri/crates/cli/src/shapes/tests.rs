use packlight_domain::account::{AccountId, Platform};
use packlight_domain::listing::{OrderRow, OrderRowId};
use packlight_domain::page::Cursor;

use super::*;

fn instant(text: &str) -> DateTime<Utc> {
    instant::parse_lenient(text).unwrap()
}

fn amount(text: &str, currency: Currency) -> Amount {
    Amount { amount: text.to_owned(), currency }
}

/// A pending yen order with one line, of which little is known yet.
pub(crate) fn pending() -> OrderDetail {
    OrderDetail {
        row: OrderRow {
            id: OrderRowId(41),
            platform: Platform::Amazon,
            platform_order_id: "503-1234567-1234567".to_owned(),
            order_date: Some(instant("2026-11-22T14:05:06.789Z")),
            ship_by: None,
            description: String::new(),
            units_left: 2,
            ui_status: UiStatus::Pending,
            unknown_status: None,
            total: None,
            flags: Vec::new(),
            matches: MatchSummary { total: 1, linked: 0, unmatched: 0, no_asin: 1 },
        },
        cursor: Cursor("c41".to_owned()),
        account_id: AccountId(3),
        marketplace_id: Some("A1VC38T7YXB528".to_owned()),
        status: Some("Pending".to_owned()),
        last_update: instant("2026-11-22T14:06:00Z"),
        fulfillment_channel: None,
        service_level: None,
        deliver_by: None,
        is_prime: false,
        is_business: false,
        notes: None,
        confirmed_at: None,
        items: vec![OrderItem {
            order_item_id: "10001".to_owned(),
            asin: None,
            seller_sku: Some("SKU-1".to_owned()),
            title: Some("ファルコン".to_owned()),
            quantity: 2,
            quantity_shipped: 0,
            unit_price: None,
            total_price: None,
            condition: None,
            is_gift: false,
            cancel_requested: false,
            match_status: MatchStatus::NoAsin,
            mapped_to: None,
            units: vec![],
        }],
        packages: vec![],
    }
}

#[test]
fn unknown_is_null_and_never_left_out() {
    let json = serde_json::to_string_pretty(&OrderShape::of(pending())).unwrap();
    assert_eq!(
        json,
        r#"{
  "id": "41",
  "cursor": "c41",
  "account_id": "3",
  "platform": "amazon",
  "platform_order_id": "503-1234567-1234567",
  "order_date": "2026-11-22T14:05:06Z",
  "buyer_name": "Amazon Customer",
  "buyer_email": null,
  "status": "Pending",
  "internal_status": null,
  "ui_status": "Pending",
  "total_minor": null,
  "currency": "JPY",
  "fees_minor": null,
  "notes": null,
  "match_summary": {
    "total": 1,
    "linked": 0,
    "unmatched": 0,
    "no_asin": 1,
    "all_matched": false
  },
  "items": [
    {
      "id": "10001",
      "item_number": null,
      "seller_sku": "SKU-1",
      "item_name": "ファルコン",
      "quantity": 2,
      "quantity_shipped": 0,
      "unit_price_minor": null,
      "total_price_minor": null,
      "currency": "JPY",
      "condition": null,
      "inventory_item_id": null,
      "inventory_item_ids": [],
      "amazon_linked_at": null,
      "amazon_link_method": null,
      "match_status": "no_asin"
    }
  ],
  "marketplace_id": "A1VC38T7YXB528",
  "last_update_date": "2026-11-22T14:06:00Z",
  "fulfillment_channel": null,
  "ship_by": null,
  "part_shipped": false,
  "cancel_requested": false,
  "cancelled_after_confirmation": false,
  "missing_items": false
}"#
    );
}

#[test]
fn money_is_exact_in_every_currency() {
    let mut order = pending();
    order.row.total = Some(amount("19940", Currency::JPY));
    order.items[0].total_price = Some(amount("90071992547409.93", Currency::GBP));
    order.items[0].unit_price = Some(amount("-0.01", Currency::GBP));
    let shape = OrderShape::of(order);
    assert_eq!((shape.total_minor, shape.currency), (Some(19_940), Some(Currency::JPY)));
    let item = &shape.items[0];
    assert_eq!(item.total_price_minor, Some(9_007_199_254_740_993));
    assert_eq!((item.unit_price_minor, item.currency), (Some(-1), Some(Currency::GBP)));
    assert_eq!(money(item.total_price_minor, item.currency), "90071992547409.93 GBP");
    assert_eq!(money(None, Some(Currency::GBP)), "—");
}

#[test]
fn an_unknown_status_is_shown_as_it_is_and_a_confirmed_order_says_so() {
    let mut order = pending();
    order.row.ui_status = UiStatus::Other;
    order.row.unknown_status = Some("Teleported".to_owned());
    order.status = Some("Teleported".to_owned());
    assert_eq!(OrderShape::of(order.clone()).ui_status, "Teleported");
    order.row.unknown_status = None;
    assert_eq!(OrderShape::of(order.clone()).ui_status, "Other");
    order.confirmed_at = Some(instant("2026-11-23T00:00:00Z"));
    assert_eq!(OrderShape::of(order).internal_status, Some("Completed"));
}
