//! What files tell of one order, one after the other: the later one wins whole, and a column that is not there says
//! nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod desk;

use desk::{desk, input};
use packlight_domain::account::Platform;
use packlight_domain::confirming::ConfirmRequest;
use packlight_domain::file_import::{ImportKind, ImportReport};
use packlight_domain::matching::{LineKey, OrderSelection};
use packlight_domain::stock::UnitDraft;
use packlight_engine::{Code, Engine};

const HEAD: &str = "order_id;date;status;sku;title;quantity;unit_price;total";

/// Imports rows under `head`, after a preview that must have foretold the same.
async fn import(engine: &Engine, platform: Platform, head: &str, rows: &[&str]) -> ImportReport {
    let file = input(ImportKind::Orders(platform), format!("{head}\n{}\n", rows.join("\n")).as_bytes());
    let foretold = engine.preview_import(file.clone()).await.unwrap().report;
    let done = engine.run_import(file).await.unwrap();
    assert_eq!(done.errors, [], "{rows:?}");
    assert_eq!(ImportReport { dry_run: false, batch: done.batch, ..foretold }, done);
    done
}

async fn bricqer(engine: &Engine, head: &str, rows: &[&str]) -> ImportReport {
    import(engine, Platform::Bricqer, head, rows).await
}

/// All orders as a seller sees them: status, ship-by day, total, then each line.
async fn orders(engine: &Engine) -> Vec<String> {
    let amount = |amount: Option<&packlight_domain::money::Amount>| {
        amount.map_or_else(|| "-".to_owned(), |amount| amount.amount.clone())
    };
    let mut told = Vec::new();
    for order in engine.details("", None, None, 100).await.unwrap() {
        let ship_by = order.row.ship_by.map_or_else(|| "-".to_owned(), |at| at.format("%d.%m.").to_string());
        let total = amount(order.row.total.as_ref());
        told.push(format!("{} {:?} {ship_by} {total}", order.row.platform_order_id, order.row.ui_status));
        for item in &order.items {
            let sku = item.seller_sku.as_deref().unwrap_or("-");
            let (price, line) = (amount(item.unit_price.as_ref()), amount(item.total_price.as_ref()));
            told.push(format!("  {sku} {} x {price} = {line}", item.quantity));
        }
    }
    told
}

#[tokio::test]
async fn a_corrected_row_wins_whole() {
    let (_folder, engine) = desk().await;
    bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;2;10,50;21,00"]).await;
    let done = bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;1;9,00;9,00"]).await;
    assert_eq!((done.orders_changed, done.orders_unchanged), (1, 0));
    assert_eq!(orders(&engine).await, ["Y-1 Paid - 9.00", "  A 1 x 9.00 = 9.00"]);
    let done = bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;2;10,50;21,00"]).await;
    assert_eq!(done.orders_changed, 1);
    let done = bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;1;10,50;10,50"]).await;
    assert_eq!(done.orders_changed, 1, "nothing but quantity and total");
    assert_eq!(orders(&engine).await, ["Y-1 Paid - 10.50", "  A 1 x 10.50 = 10.50"]);
    let again = bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;1;10,50;10,50"]).await;
    assert_eq!((again.orders_changed, again.orders_unchanged, again.notes), (0, 1, vec![]));
}

#[tokio::test]
async fn a_line_that_is_gone_goes_with_its_amounts_and_the_report_says_so() {
    let (_folder, engine) = desk().await;
    let two = ["Y-2;03.11.2026;Ready;A;Falcon;1;10,50;15,50", "Y-2;03.11.2026;Ready;B;Porsche;1;5,00;15,50"];
    bricqer(&engine, HEAD, &two).await;
    let done = bricqer(&engine, HEAD, &["Y-2;03.11.2026;Ready;A;Falcon;1;10,50;10,50"]).await;
    assert_eq!(done.notes, ["1 line of known orders is not in this file: it leaves its order."]);
    assert_eq!(orders(&engine).await, ["Y-2 Paid - 10.50", "  A 1 x 10.50 = 10.50"]);
}

#[tokio::test]
async fn ebays_corrected_quantity_takes_total_and_post_by_date_along() {
    let (_folder, engine) = desk().await;
    let head = "Order Number;Item Number;Item Title;Custom Label;Quantity;Sold For;Total Price;Sale Date;Paid On Date;Post By Date;Shipped On Date;Transaction ID";
    let ebay = |row: &'static str| {
        let engine = engine.clone();
        async move { import(&engine, Platform::Ebay, head, &[row]).await }
    };
    ebay("04-1;22001;Falcon;A;2;£10.00;£20.00;03-Nov-26;03-Nov-26;05-Nov-26;;555").await;
    ebay("04-1;22001;Falcon;A;1;£10.00;£10.00;03-Nov-26;03-Nov-26;06-Nov-26;;555").await;
    assert_eq!(orders(&engine).await, ["04-1 Paid 06.11. 10.00", "  A 1 x 10.00 = 10.00"]);
}

#[tokio::test]
async fn an_older_file_changes_nothing_and_the_report_says_so() {
    let (_folder, engine) = desk().await;
    bricqer(&engine, HEAD, &["Y-3;03.11.2026;Shipped;A;Falcon;2;10,50;21,00"]).await;
    let before = orders(&engine).await;
    for row in ["Y-3;03.11.2026;Ready;A;Falcon;1;9,00;9,00", "Y-3;02.11.2026;Shipped;A;Falcon;1;9,00;9,00"] {
        let done = bricqer(&engine, HEAD, &[row]).await;
        assert_eq!((done.orders_changed, done.orders_unchanged), (0, 1));
        let note = "1 order is known with a later date, or further along on the same day: it stays as it is.";
        assert_eq!(done.notes, [note]);
        assert_eq!(orders(&engine).await, before);
    }
}

/// A file with all columns, then files that lack some: what they do not tell stays.
#[tokio::test]
async fn a_column_that_is_not_there_says_nothing() {
    let (_folder, engine) = desk().await;
    let head = format!("{HEAD};ship_by;order_item_id");
    let full = [
        "Y-4;03.11.2026;Shipped;A;Falcon;2;10,50;26,00;05.11.2026;11",
        "Y-4;03.11.2026;Shipped;B;Porsche;1;5,00;26,00;05.11.2026;12",
    ];
    bricqer(&engine, &head, &full).await;
    let told = ["Y-4 Shipped 05.11. 26.00", "  A 2 x 10.50 = 21.00", "  B 1 x 5.00 = 5.00"];
    assert_eq!(orders(&engine).await, told);

    let done =
        bricqer(&engine, "order_id;date;title", &["Y-4;03.11.2026;Falcon", "Y-4;03.11.2026;Porsche"]).await;
    assert_eq!((done.orders_changed, done.orders_unchanged, done.notes), (0, 1, vec![]));
    assert_eq!(orders(&engine).await, told);

    // A line that the file does not list goes, whatever its columns; a total that nobody told anew is not known then.
    let done = bricqer(&engine, "order_id;date;sku", &["Y-4;03.11.2026;A"]).await;
    assert_eq!((done.orders_changed, done.notes.len()), (1, 1));
    assert_eq!(orders(&engine).await, ["Y-4 Shipped 05.11. -", "  A 2 x 10.50 = 21.00"]);

    // The price of one is known, so the amount of the line follows its quantity.
    let done = bricqer(&engine, "order_id;date;sku;quantity", &["Y-4;03.11.2026;A;3"]).await;
    assert_eq!(done.orders_changed, 1);
    assert_eq!(orders(&engine).await, ["Y-4 Shipped 05.11. -", "  A 3 x 10.50 = 31.50"]);
}

#[tokio::test]
async fn a_payment_brings_an_order_forward_and_never_back() {
    let (_folder, engine) = desk().await;
    let paid = "order_id;date;sku;paid_date";
    bricqer(&engine, paid, &["Y-5;03.11.2026;A;"]).await;
    assert_eq!(orders(&engine).await[0], "Y-5 Pending - -");
    bricqer(&engine, "order_id;date;sku", &["Y-5;03.11.2026;A"]).await;
    assert_eq!(
        orders(&engine).await[0],
        "Y-5 Pending - -",
        "a file without payments does not say it is paid"
    );
    bricqer(&engine, paid, &["Y-5;03.11.2026;A;03.11.2026"]).await;
    assert_eq!(orders(&engine).await[0], "Y-5 Paid - -");
    bricqer(&engine, "order_id;date;status;sku", &["Y-5;03.11.2026;Shipped;A"]).await;
    bricqer(&engine, paid, &["Y-5;03.11.2026;A;04.11.2026"]).await;
    assert_eq!(orders(&engine).await[0], "Y-5 Shipped - -", "a later payment does not take the parcel back");
}

/// The order numbers of the desk.
async fn numbers(engine: &Engine) -> Vec<String> {
    let mut all: Vec<String> = engine
        .details("", None, None, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|order| order.row.platform_order_id)
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn an_import_of_orders_is_one_batch_and_one_undo() {
    let (_folder, engine) = desk().await;
    let rows = ["Y-1", "Y-2", "Y-3", "Y-4"].map(|id| format!("{id};03.11.2026;Ready;A;Falcon;1;9,00;9,00"));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let done = bricqer(&engine, HEAD, &rows).await;
    let acts = engine.activity_acts(None, 10).await.unwrap();
    assert_eq!(acts[0].summary, "Imported 4 orders from stock.csv");
    assert_eq!(bricqer(&engine, HEAD, &rows).await.batch, None, "nothing to take back");

    // Somebody works with three of them.
    let id = |number: &'static str| {
        let engine = engine.clone();
        async move {
            let all = engine.details("", None, None, 100).await.unwrap();
            all.into_iter().find(|order| order.row.platform_order_id == number).unwrap()
        }
    };
    engine.set_note(id("Y-1").await.row.id, "ring twice").await.unwrap();
    let draft = UnitDraft { set_number: "1".into(), condition: "New".into(), ..UnitDraft::default() };
    engine.add_units(&draft, 1).await.unwrap();
    let linked = id("Y-2").await;
    let key = LineKey { order: linked.row.id, order_item_id: linked.items[0].order_item_id.clone() };
    engine.link_unit(&key, engine.units("").await.unwrap()[0].id).await.unwrap();
    let without_stock = vec![id("Y-3").await.row.id];
    let orders = Some(OrderSelection::Ids(without_stock.clone()));
    let request = ConfirmRequest { orders, without_stock, ..ConfirmRequest::default() };
    engine.confirm_orders(&request).await.unwrap();

    let undone = engine.undo(done.batch.unwrap()).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (1, 3));
    let stays = ["Y-3: it is confirmed", "Y-2: units are linked to it", "Y-1: it has a note"];
    assert_eq!(undone.stays, stays);
    assert_eq!(numbers(&engine).await, ["Y-1", "Y-2", "Y-3"]);
    let redone = engine.undo(undone.batch.unwrap()).await.unwrap();
    assert_eq!((redone.restored, numbers(&engine).await.len()), (1, 4));
    assert!(engine.check().await.unwrap().ok);
}

#[tokio::test]
async fn what_a_file_changed_goes_back_with_its_undo() {
    let (_folder, engine) = desk().await;
    bricqer(&engine, HEAD, &["Y-1;03.11.2026;Ready;A;Falcon;1;9,00;9,00"]).await;
    let before = orders(&engine).await;
    let two = ["Y-1;04.11.2026;Ready;A;Falcon;2;9,00;23,00", "Y-1;04.11.2026;Ready;B;Porsche;1;5,00;23,00"];
    let done = bricqer(&engine, HEAD, &two).await;
    let after = orders(&engine).await;
    let undone = engine.undo(done.batch.unwrap()).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (1, 0));
    assert_eq!(orders(&engine).await, before);
    let redone = engine.undo(undone.batch.unwrap()).await.unwrap();
    assert_eq!(orders(&engine).await, after);

    // Both Falcons are linked by now: one has no room in the order as it was.
    let draft = UnitDraft { set_number: "1".into(), condition: "New".into(), ..UnitDraft::default() };
    engine.add_units(&draft, 2).await.unwrap();
    let order = engine.details("", None, None, 1).await.unwrap().remove(0);
    let key = LineKey { order: order.row.id, order_item_id: "A".into() };
    for unit in engine.units("").await.unwrap() {
        engine.link_unit(&key, unit.id).await.unwrap();
    }
    let stays = engine.undo(done.batch.unwrap()).await.unwrap();
    assert_eq!(stays.restored, 0, "it was undone before");
    let stays = engine.undo(redone.batch.unwrap()).await.unwrap();
    assert_eq!(stays.stays, ["Y-1: its lines hold more units than they did"]);
    assert_eq!(orders(&engine).await, after);
}

#[tokio::test]
async fn ebays_report_is_refused_under_another_platform() {
    let (_folder, engine) = desk().await;
    let report = "Sales Record Number;Order Number;Item Title;Sale Date\n1;04-1;Falcon;03-Nov-26\n";
    let file = input(ImportKind::Orders(Platform::Bricqer), report.as_bytes());
    let words =
        "stock.csv: this is eBay's orders report: import it on the page of eBay, or with --platform ebay";
    for refused in
        [engine.preview_import(file.clone()).await.unwrap_err(), engine.run_import(file).await.unwrap_err()]
    {
        assert_eq!((refused.code, refused.message.as_str()), (Code::BadFile, words));
    }
    let own = input(ImportKind::Orders(Platform::Ebay), report.as_bytes());
    assert_eq!(engine.run_import(own).await.unwrap().orders_new, 1);
}

/// Every two states of an order of one day, under every two heads: what a full file tells is all that is known then.
#[tokio::test]
async fn no_mix_is_possible() {
    let rows: [&[&str]; 6] = [
        &["Z;03.11.2026;Ready;A;Falcon;2;10,50;21,00"],
        &["Z;03.11.2026;Ready;A;Falcon;1;9,00;9,00"],
        &["Z;03.11.2026;Ready;A;Falcon;1;10,50;10,50"],
        &["Z;03.11.2026;Ready;A;Falcon;1;10,50;15,50", "Z;03.11.2026;Ready;B;Porsche;1;5,00;15,50"],
        &["Z;03.11.2026;Ready;A;Falcon;1;;", "Z;03.11.2026;Ready;B;Porsche;1;5,00;"],
        &["Z;03.11.2026;Ready;C;Falcon;1;7,00;7,00"],
    ];
    let (_folder, engine) = desk().await;
    let mut alone = Vec::new();
    for state in rows {
        let (_folder, fresh) = desk().await;
        bricqer(&fresh, HEAD, state).await;
        alone.push(orders(&fresh).await);
    }
    for (first, _) in rows.iter().enumerate() {
        for (second, _) in rows.iter().enumerate() {
            bricqer(&engine, HEAD, rows[first]).await;
            let done = bricqer(&engine, HEAD, rows[second]).await;
            assert_eq!(done.orders_unchanged == 1, first == second, "{first} then {second}");
            assert_eq!(orders(&engine).await, alone[second], "{first} then {second}");
        }
    }
    assert!(engine.check().await.unwrap().ok);
}
