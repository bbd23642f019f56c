//! The view `amazon_orders`, column by column (design §3).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::Platform;
use packlight_domain::currency::Currency;
use packlight_domain::money::Money;
use packlight_domain::order::{OrderUpdate, SourceRank};
use packlight_domain::status;
use packlight_store::NewAccount;

#[tokio::test]
async fn every_column_reads_as_the_contract_says() {
    let world = World::new().await;
    let mut update = order("203-1", 100);
    update.header.created = Some(at(40) + chrono::TimeDelta::milliseconds(999));
    update.header.programs = vec!["AMAZON_BUSINESS".into(), "PRIME".into()];
    update.lines[0].item.title = Some("Fal\0con <b>&amp;</b> 🚀".into());
    update.lines[0].shipped.quantity = Some(1);
    world.apply(&[update]).await;
    let mut raw = world.raw().await;
    let row = rows(&mut raw, "SELECT * FROM amazon_orders").await.remove(0);
    let expected = [
        ("account_id", "1"),
        ("amazon_order_id", "203-1"),
        ("asin", "B00000000A"),
        ("created_at", "2026-01-18T12:00:00Z"),
        ("fulfillment_channel", "MFN"),
        ("is_business_order", "1"),
        ("is_prime", "1"),
        ("item_currency", "GBP"),
        ("item_price", "12.99"),
        ("item_price_minor", "1299"),
        ("last_update_date", "2026-01-18T12:01:40Z"),
        ("order_item_id", "1"),
        ("order_status", "Unshipped"),
        ("purchase_date", "2026-01-18T12:00:40Z"),
        ("quantity_ordered", "1"),
        ("quantity_shipped", "1"),
        ("seller_sku", "SKU-B00000000A"),
        ("title", "Fal\u{FFFD}con <b>&amp;</b> 🚀"),
    ];
    assert_eq!(
        row.iter().map(|(column, value)| (column.as_str(), value.as_str())).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(scalar(&mut raw, "SELECT typeof(item_price) = 'real' FROM amazon_orders").await, 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn what_amazon_has_not_told_is_null_or_nought() {
    let world = World::new().await;
    let mut update = order("250-1", 100);
    update.header.marketplace_id = Some(JP.into());
    update.fulfillment.fulfilled_by = Some("PIGEON".into());
    update.lines[0].prices.item = None;
    update.lines[0].prices.tax = Some(pounds(5));
    update.lines[0].item.title = None;
    world.apply(&[update]).await;
    let mut raw = world.raw().await;
    let row = rows(&mut raw, "SELECT * FROM amazon_orders").await.remove(0);
    assert_eq!((row["item_price"].as_str(), row["item_price_minor"].as_str()), ("∅", "∅"));
    assert_eq!(row["item_currency"], "JPY", "the marketplace's, while there is no price");
    assert_eq!(
        (row["is_prime"].as_str(), row["is_business_order"].as_str(), row["quantity_shipped"].as_str()),
        ("0", "0", "0")
    );
    assert_eq!((row["fulfillment_channel"].as_str(), row["title"].as_str()), ("∅", "∅"));

    // An order of which only the list was read has no line, so no row; one of a marketplace nobody knows has no currency.
    let mut bare = OrderUpdate::new("203-2", at(5), SourceRank::V0);
    bare.carried = groups(&[packlight_domain::order::Group::Header]);
    let mut nowhere = order("203-3", 5);
    nowhere.header.marketplace_id = Some("NON_AMAZON_GB".into());
    nowhere.lines[0].prices.item = None;
    world.apply(&[bare, nowhere]).await;
    let found = rows(&mut raw, "SELECT amazon_order_id, item_currency FROM amazon_orders ORDER BY 1").await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["item_currency"], "∅");
}

#[tokio::test]
async fn prices_have_the_decimals_of_their_currency() {
    let world = World::new().await;
    let mut raw = world.raw().await;
    let codes: Vec<String> = [
        "JPY", "GBP", "KWD", "EUR", "CLP", "TND", "ISK", "BHD", "IQD", "JOD", "LYD", "OMR", "BIF", "DJF",
        "GNF", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF", "USD", "SEK",
        "ZZZ",
    ]
    .map(str::to_owned)
    .into();
    for (n, code) in codes.iter().enumerate() {
        let currency: Currency = code.parse().unwrap();
        let mut update = order(&format!("o-{n}"), 1);
        update.lines[0].prices.item = Some(Money { minor: 1_234_567, currency });
        world.apply(&[update]).await;
        let sql =
            format!("SELECT item_price, item_currency FROM amazon_orders WHERE amazon_order_id = 'o-{n}'");
        let row = rows(&mut raw, &sql).await.remove(0);
        let main = Money { minor: 1_234_567, currency }.main().to_string();
        assert_eq!((&row["item_price"], &row["item_currency"]), (&main, code));
    }
}

#[tokio::test]
async fn statuses_are_in_the_spelling_of_v0() {
    let world = World::new().await;
    let words = [
        "PENDING",
        "PENDING_AVAILABILITY",
        "UNSHIPPED",
        "PARTIALLY_SHIPPED",
        "SHIPPED",
        "INVOICE_UNCONFIRMED",
        "CANCELLED",
        "UNFULFILLABLE",
        "Teleported",
    ];
    for word in words {
        let mut update = order(word, 1);
        update.fulfillment.status = Some(word.into());
        world.apply(&[update]).await;
    }
    let mut raw = world.raw().await;
    for row in rows(&mut raw, "SELECT amazon_order_id, order_status FROM amazon_orders").await {
        assert_eq!(row["order_status"], status::to_v0(&row["amazon_order_id"]));
    }
}

#[tokio::test]
async fn other_platforms_are_not_in_it() {
    let world = World::new().await;
    let shop = NewAccount {
        platform: Platform::Ebay,
        region: None,
        secrets: packlight_store::SecretsPlace::None,
        ..new_account("bay")
    };
    let shop = world.store.add_account(&shop).await.unwrap();
    assert!(!shop.is_connected());
    let mut update = order("12-3", 1);
    update.lines[0].item.asin = None;
    world.store.apply(shop.id, &[update], &[], at(0)).await.unwrap();
    let mut raw = world.raw().await;
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM amazon_orders").await, 0);
    let shown = world.store.find_order(None, "12-3").await.unwrap().unwrap();
    assert_eq!(
        (shown.row.matches.no_asin, shown.row.matches.unmatched),
        (0, 1),
        "only Amazon's lines need an ASIN"
    );
    assert_eq!(shown.row.platform.buyer_name(), "eBay customer");
}
