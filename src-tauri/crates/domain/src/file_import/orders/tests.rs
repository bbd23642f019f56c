use proptest::prelude::*;

use super::*;
use crate::file_import::ImportKind;
use crate::instant;

/// Heads of eBay's orders report, as far as they matter and some that must not.
const EBAY: [&str; 17] = [
    "Sales Record Number",
    "Order Number",
    "Buyer Username",
    "Buyer Name",
    "Item Number",
    "Item Title",
    "Custom Label",
    "Quantity",
    "Sold For",
    "Postage And Packaging",
    "Total Price",
    "Sale Date",
    "Paid On Date",
    "Post By Date",
    "Shipped On Date",
    "Transaction ID",
    "Buyer Note",
];

fn rules(platform: Platform) -> OrderRules {
    OrderRules {
        platform,
        marketplace_id: platform.word().to_owned(),
        zone: Tz::Europe__London,
        currency: Currency::GBP,
        day_order: DayOrder::DayFirst,
    }
}

fn read(platform: Platform, rows: &[&[&str]]) -> OrdersRead {
    let mut sheet = Sheet::default();
    for (number, row) in (1..).zip(rows) {
        sheet.push(number, *row);
    }
    let layout = Layout::find(ImportKind::Orders(platform), &sheet, None).unwrap();
    layout.require().unwrap();
    read_orders(&sheet, &layout, &rules(platform))
}

fn ebay(rows: &[&[&str]]) -> OrdersRead {
    let banner: &[&str] = &["", "", ""];
    read(Platform::Ebay, &[&[banner, &EBAY[..], banner], rows].concat())
}

fn errors(read: &OrdersRead) -> Vec<String> {
    let errors = read.findings.errors.iter();
    errors.map(|error| format!("{} {}: {}", error.row, error.field, error.message)).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what a line may lack")]
fn pounds(minor: i64) -> Option<Money> {
    Some(Money { minor, currency: Currency::GBP })
}

#[rustfmt::skip]
const ONE: [&str; 17] = ["101", "04-1", "buyer-a", "Buyer A", "22001", "Falcon", "SW-1", "1", "£32.50", "£3.00", "£35.50",
    "18-Jan-26", "18-Jan-26", "20-Jan-26", "", "555", "ring twice"];
#[rustfmt::skip]
const SUMMARY: [&str; 17] = ["102", "04-2", "buyer-b", "Buyer B", "", "", "", "3", "£30.00", "£4.00", "£34.00",
    "18-Jan-26", "19-Jan-26", "21-Jan-26", "", "", ""];
#[rustfmt::skip]
const FIRST: [&str; 17] = ["102", "04-2", "buyer-b", "", "22002", "Explorer", "", "2", "£10.00", "", "",
    "18-Jan-26", "", "", "", "", ""];
#[rustfmt::skip]
const SECOND: [&str; 17] = ["102", "04-2", "buyer-b", "", "22003", "Porsche", "CAR", "1", "£10.00", "", "",
    "18-Jan-26", "", "", "", "", ""];

#[test]
fn ebays_report_is_read_with_its_banner_footer_and_orders_of_several_lines() {
    let read = ebay(&[
        &ONE,
        &SUMMARY,
        &FIRST,
        &SECOND,
        &["2", "record(s) downloaded", " from 1 to 2"],
        &["Seller ID : shop"],
    ]);
    assert_eq!(read.findings, Findings { rows: 4, ..Findings::default() });
    let [one, two] = &read.updates[..] else { panic!("{:?}", read.updates) };

    assert_eq!(one.order_id, "04-1");
    assert_eq!(one.rank, SourceRank::Report);
    assert_eq!(one.header.created.map(instant::to_text).as_deref(), Some("2026-01-18T12:00:00Z"));
    assert_eq!(one.fulfillment.status.as_deref(), Some("UNSHIPPED"));
    assert_eq!(one.fulfillment.fulfilled_by.as_deref(), Some("MERCHANT"));
    assert_eq!(one.fulfillment.ship_by.latest.map(instant::to_text).as_deref(), Some("2026-01-20T23:59:00Z"));
    assert_eq!(one.total, pounds(3_550));
    let line = &one.lines[0];
    assert_eq!(line.order_item_id, "22001-555");
    assert_eq!((line.item.asin.as_deref(), line.item.seller_sku.as_deref()), (Some("22001"), Some("SW-1")));
    assert_eq!(
        (line.item.unit_price, line.prices.item, line.prices.shipping),
        (pounds(3_250), pounds(3_250), pounds(300))
    );

    assert_eq!(two.total, pounds(3_400));
    let lines: Vec<_> = two
        .lines
        .iter()
        .map(|line| {
            (line.order_item_id.as_str(), line.item.quantity, line.prices.item, line.shipped.quantity)
        })
        .collect();
    assert_eq!(lines, [("22002", 2, pounds(2_000), Some(0)), ("22003", 1, pounds(1_000), Some(0))]);
}

#[test]
fn nothing_of_a_buyer_is_in_an_order() {
    let read = ebay(&[&ONE, &SUMMARY, &FIRST, &SECOND]);
    let all = format!("{:?}", read.updates);
    for personal in ["buyer-a", "Buyer A", "Buyer B", "ring twice"] {
        assert!(!all.contains(personal), "{personal} in {all}");
    }
}

#[test]
fn dates_tell_how_far_an_order_is() {
    let status = |paid, shipped| {
        let mut row = ONE;
        (row[12], row[14]) = (paid, shipped);
        let read = ebay(&[&row]);
        let order = &read.updates[0];
        (
            order.fulfillment.status.clone().unwrap(),
            order.lines[0].shipped.quantity,
            instant::to_millis(order.last_update) % 1_000,
        )
    };
    assert_eq!(status("", ""), ("PENDING".into(), Some(0), 0));
    assert_eq!(status("18-Jan-26", ""), ("UNSHIPPED".into(), Some(0), 2));
    assert_eq!(status("18-Jan-26", "18-Jan-26"), ("SHIPPED".into(), Some(1), 100));

    let (mut shipped, mut open) = (FIRST, SECOND);
    (shipped[14], open[12]) = ("20-Jan-26", "19-Jan-26");
    let read = ebay(&[&SUMMARY, &shipped, &open]);
    assert_eq!(read.updates[0].fulfillment.status.as_deref(), Some("PARTIALLY_SHIPPED"));
    let mut summary = SUMMARY;
    summary[14] = "20-Jan-26";
    let read = ebay(&[&summary, &FIRST, &SECOND]);
    assert_eq!(read.updates[0].fulfillment.status.as_deref(), Some("SHIPPED"));
}

#[test]
fn an_order_that_is_not_paid_has_no_number_yet() {
    let mut unpaid = ONE;
    (unpaid[1], unpaid[12]) = ("", "");
    let read = ebay(&[&unpaid, &SUMMARY, &FIRST, &SECOND]);
    assert_eq!(
        errors(&read),
        ["4 order_id: is missing: eBay gives an order its number when it is paid; import it then"]
    );
    assert_eq!((read.findings.rows, read.findings.skipped, read.updates.len()), (4, 1, 1));
}

#[test]
fn an_order_is_taken_whole_or_not_at_all() {
    let mut bad = SECOND;
    bad[8] = "ten pounds";
    let read = ebay(&[&ONE, &SUMMARY, &FIRST, &bad]);
    assert_eq!(
        errors(&read),
        [
            "5 order_id: left out together with row 7 of the same order",
            "6 order_id: left out together with row 7 of the same order",
            "7 unit_price: 'ten pounds' is not an amount: write it like 1234.50",
        ]
    );
    assert_eq!((read.findings.rows, read.findings.skipped), (4, 3));
    assert_eq!(read.updates.len(), 1);
}

const TABLE: [&str; 11] = [
    "order_id",
    "order_item_id",
    "date",
    "status",
    "sku",
    "title",
    "quantity",
    "unit_price",
    "total",
    "currency",
    "ship_by",
];

fn table(rows: &[&[&str]]) -> OrdersRead {
    read(Platform::Bricqer, &[&[&TABLE[..]], rows].concat())
}

#[test]
fn any_table_with_an_order_number_is_read() {
    let read = table(&[
        &["B-1", "11", "2026-01-18 10:30", "Packed", "S", "Brick", "3", "0,15", "0,45", "EUR", "2026-01-20"],
        &["B-2", "21", "2026-01-18", "Completed", "S", "Brick", "1", "1,00", "", "EUR", ""],
        &["B-3", "", "2026-01-18", "Teleported", "", "Plate", "1", "1,00", "", "EUR", ""],
        &["B-4", "", "2026-01-18", "cancelled", "", "Tile", "1", "1,00", "", "EUR", ""],
    ]);
    assert_eq!(errors(&read), Vec::<String>::new());
    let statuses: Vec<_> =
        read.updates.iter().map(|order| order.fulfillment.status.clone().unwrap()).collect();
    assert_eq!(statuses, ["UNSHIPPED", "SHIPPED", "Teleported", "CANCELLED"]);
    assert_eq!(read.updates[1].packages[0].status.as_deref(), Some("DELIVERED"));
    let first = &read.updates[0];
    assert_eq!(first.header.created.map(instant::to_text).as_deref(), Some("2026-01-18T10:30:00Z"));
    assert_eq!(first.total.unwrap().to_string(), "0.45 EUR");
    assert_eq!(first.lines[0].order_item_id, "11");
    assert_eq!(read.updates[2].lines[0].order_item_id, "line 1");
    assert_eq!(read.updates[0].header.marketplace_id.as_deref(), Some("bricqer"));
}

#[test]
fn what_an_order_cannot_do_without_is_named() {
    let read = table(&[
        &["", "1", "2026-01-18", "", "S", "Brick", "1", "", "", "", ""],
        &["B-1", "1", "", "", "S", "Brick", "1", "", "", "", ""],
        &["B-2", "1", "2026-01-18", "", "", "", "1", "", "", "", ""],
        &["B-3", "1", "2026-01-18", "", "S", "Brick", "0", "", "", "", ""],
        &["B-4", "1", "2026-01-18", "", "S", "Brick", "1", "", "", "", ""],
        &["B-4", "1", "2026-01-18", "", "S", "Brick", "1", "", "", "", ""],
    ]);
    assert_eq!(
        errors(&read),
        [
            "2 order_id: is missing: every row needs its order number",
            "3 date: is missing: an order needs its date",
            "4 title: is missing: an order needs a title, SKU or item number",
            "5 quantity: '0' is not a quantity: write a whole number from 1 to 100000",
            "6 order_id: left out together with row 7 of the same order",
            "7 order_item_id: stands twice in this order",
        ]
    );
    assert_eq!((read.findings.rows, read.findings.skipped, read.updates.len()), (6, 6, 0));
}

#[test]
fn totals_of_lines_are_added_and_totals_of_orders_repeated() {
    let total = |rows: [[&str; 3]; 2]| {
        let rows = rows.map(|[quantity, price, total]| {
            ["B-1", "", "2026-01-18", "", "S", "Brick", quantity, price, total, "", ""]
        });
        table(&[&rows[0], &rows[1]]).updates[0].total
    };
    assert_eq!(total([["2", "1.00", "2.00"], ["1", "3.00", "3.00"]]), pounds(500));
    assert_eq!(total([["1", "2.00", "2.00"], ["1", "2.00", "2.00"]]), pounds(400));
    assert_eq!(total([["2", "1.00", "9.00"], ["1", "3.00", "9.00"]]), pounds(900));
    assert_eq!(total([["2", "1.00", "9.00"], ["1", "3.00", ""]]), pounds(900));
    assert_eq!(total([["2", "1.00", ""], ["1", "3.00", ""]]), None);
}

#[test]
fn the_total_shows_whether_a_price_is_of_one_unit() {
    let price = |sold, total| {
        let mut row = ONE;
        (row[7], row[8], row[9], row[10]) = ("3", sold, "£6.00", total);
        let line = ebay(&[&row]).updates[0].lines[0].clone();
        (line.item.unit_price, line.prices.item)
    };
    assert_eq!(price("£20.00", "£66.00"), (pounds(2_000), pounds(6_000)));
    assert_eq!(price("£60.00", "£66.00"), (pounds(2_000), pounds(6_000)));
    assert_eq!(price("£20.00", "£65.00"), (pounds(2_000), pounds(6_000)));
    assert_eq!(price("£61.00", "£67.00"), (None, pounds(6_100)));
}

#[test]
fn lines_have_own_statuses_where_the_file_gives_them() {
    let status = |words: [&str; 2]| {
        let row = |word| ["B-1", "", "2026-01-18", word, "S", "Brick", "1", "1.00", "", "", ""];
        let order = table(&[&row(words[0]), &row(words[1])]).updates[0].clone();
        (
            order.fulfillment.status.unwrap(),
            order.lines.iter().filter_map(|line| line.shipped.quantity).sum::<i64>(),
        )
    };
    assert_eq!(status(["Paid", "Shipped"]), ("PARTIALLY_SHIPPED".into(), 1));
    assert_eq!(status(["Cancelled", "Shipped"]), ("SHIPPED".into(), 2));
    assert_eq!(status(["Cancelled", "Cancelled"]), ("CANCELLED".into(), 0));
    assert_eq!(status(["Shipped", ""]), ("SHIPPED".into(), 2));
}

/// The states an order goes through, as successive files show them.
fn life() -> Vec<OrderUpdate> {
    let days = [("", ""), ("18-Jan-26", ""), ("18-Jan-26", "18-Jan-26"), ("18-Jan-26", "19-Jan-26")];
    let file = |(paid, shipped)| {
        let mut row = ONE;
        (row[12], row[14]) = (paid, shipped);
        ebay(&[&row]).updates.remove(0)
    };
    days.into_iter().map(file).collect()
}

proptest! {
    /// Whichever file is imported first, and however often, the latest state stays.
    #[test]
    fn an_older_file_never_wins(
        order in (1_usize..=4).prop_flat_map(|states| Just((0..states).collect::<Vec<_>>()).prop_shuffle()),
        again in 0_usize..4,
    ) {
        let life = &life()[..order.len()];
        let mut known: Option<OrderUpdate> = None;
        for at in order.iter().copied().chain([again % order.len()]) {
            let state = life[at].clone();
            known = match known {
                None => Some(state),
                Some(known) => Told::all().upon(&known, state).or(Some(known)),
            };
        }
        prop_assert_eq!(known.as_ref(), life.last());
    }

    #[test]
    fn rows_of_orders_and_skipped_ones_add_up(
        rows in proptest::collection::vec(proptest::collection::vec("[0-9]{0,3}|[ -~]{0,6}|£1,2|18-Jan-26", 17), 0..20)
    ) {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let read = ebay(&rows);
        let named: BTreeSet<u32> = read.findings.errors.iter().map(|error| error.row).collect();
        prop_assert_eq!(named.len(), read.findings.skipped as usize);
        prop_assert!(read.findings.rows as usize <= rows.len());
        prop_assert!(read.updates.len() <= (read.findings.rows - read.findings.skipped) as usize);
    }
}
