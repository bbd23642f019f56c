use super::*;
use crate::account::Platform;
use crate::currency::Currency;
use crate::file_import::{ImportKind, OrderRules, Sheet, read_orders};
use crate::typed::DayOrder;

/// The only order of a file of Bricqer, and what the file tells.
fn file(head: &str, rows: &[&str]) -> (OrderUpdate, Told) {
    let mut sheet = Sheet::default();
    for (number, row) in (1..).zip([head].iter().chain(rows)) {
        sheet.push(number, row.split(';'));
    }
    let layout = Layout::find(ImportKind::Orders(Platform::Bricqer), &sheet, None).unwrap();
    let rules = OrderRules {
        platform: Platform::Bricqer,
        marketplace_id: "bricqer".to_owned(),
        zone: chrono_tz::Tz::UTC,
        currency: Currency::GBP,
        day_order: DayOrder::DayFirst,
    };
    let mut read = read_orders(&sheet, &layout, &rules);
    assert_eq!((read.findings.errors.as_slice(), read.updates.len()), (&[][..], 1));
    (read.updates.remove(0), read.told)
}

/// Id, SKU or title, quantity, pence of one and pence of all.
fn lines<'a>(order: &'a OrderUpdate) -> Vec<(&'a str, &'a str, i64, i64, i64)> {
    let minor = |money: Option<Money>| money.map_or(-1, |money| money.minor);
    let name = |item: &'a Item| item.seller_sku.as_deref().or(item.title.as_deref()).unwrap_or("");
    let of_line = |line: &'a Line| {
        let (one, all) = (minor(line.item.unit_price), minor(line.prices.item));
        (line.order_item_id.as_str(), name(&line.item), line.item.quantity, one, all)
    };
    order.lines.iter().map(of_line).collect()
}

const PRICED: &str = "order_id;date;title;quantity;unit_price";

#[test]
fn lines_without_ids_keep_the_prices_of_their_own_item() {
    let (known, _) = file(PRICED, &["1;2026-01-18;Falcon;2;10", "1;2026-01-18;Porsche;1;5"]);
    let turned = ["1;2026-01-18;Porsche", "1;2026-01-18;Falcon"];
    let (update, told) = file("order_id;date;title", &turned);
    let whole = told.upon(&known, update).unwrap();
    assert_eq!(lines(&whole), [("line 2", "Porsche", 1, 500, 500), ("line 1", "Falcon", 2, 1_000, 2_000)]);

    // A line that was not there takes no other's id and no other's price.
    let (update, told) = file("order_id;date;title", &["1;2026-01-18;Bonsai", "1;2026-01-18;Falcon"]);
    let whole = told.upon(&known, update).unwrap();
    assert_eq!(lines(&whole), [("line 1 (2)", "Bonsai", 1, -1, -1), ("line 1", "Falcon", 2, 1_000, 2_000)]);
}

#[test]
fn a_file_without_ids_finds_the_lines_that_have_some() {
    let (known, _) = file(
        "order_id;order_item_id;date;sku;quantity;unit_price",
        &["1;11;2026-01-18;A;1;10", "1;12;2026-01-18;A;2;9", "1;13;2026-01-18;B;1;5"],
    );
    let rows = ["1;2026-01-18;B", "1;2026-01-18;A", "1;2026-01-18;A"];
    let (update, told) = file("order_id;date;sku", &rows);
    let whole = told.upon(&known, update).unwrap();
    assert_eq!(
        lines(&whole),
        [("13", "B", 1, 500, 500), ("11", "A", 1, 1_000, 1_000), ("12", "A", 2, 900, 1_800)]
    );
}

#[test]
fn a_price_alone_makes_the_amount_of_the_quantity_that_is_known() {
    let (known, _) = file("order_id;date;sku;quantity;unit_price;total", &["1;2026-01-18;A;3;10;30"]);
    let (update, told) = file("order_id;date;sku;unit_price", &["1;2026-01-18;A;9"]);
    let whole = told.upon(&known, update).unwrap();
    assert_eq!(lines(&whole), [("A", "A", 3, 900, 2_700)]);
    assert_eq!(whole.total, None, "the old one would not fit");
    let (update, told) = file("order_id;date;sku;unit_price", &["1;2026-01-18;A;10"]);
    assert_eq!(told.upon(&known, update).unwrap().total.map(|total| total.minor), Some(3_000));
}

#[test]
fn what_left_the_house_stays_shipped() {
    let head = "order_id;date;status;sku;quantity;shipped_date";
    let (known, _) = file(head, &["1;2026-01-18;;A;2;2026-01-19", "1;2026-01-18;;B;2;"]);
    assert_eq!(known.fulfillment.status.as_deref(), Some("PARTIALLY_SHIPPED"));
    let (update, told) = file("order_id;date;sku;quantity", &["1;2026-01-19;A;1", "1;2026-01-18;B;3"]);
    let whole = told.upon(&known, update).unwrap();
    let shipped: Vec<_> = whole.lines.iter().map(|line| line.shipped.quantity).collect();
    assert_eq!(shipped, [Some(1), Some(0)]);
    assert_eq!(whole.fulfillment.status.as_deref(), Some("PARTIALLY_SHIPPED"));
    assert_eq!(whole.last_update, known.last_update, "the same day, as far along");
    // The day before is an older state, whatever columns the file has.
    let (update, told) = file("order_id;date;sku;quantity", &["1;2026-01-18;A;1", "1;2026-01-18;B;3"]);
    assert_eq!(told.upon(&known, update), None);
}

/// Every field: what a seller sees of them is compared by the test of the engine.
#[test]
fn a_file_with_all_columns_leaves_nothing_of_the_one_before() {
    let states = [
        file(PRICED, &["1;2026-01-18;Falcon;2;10", "1;2026-01-18;Porsche;1;5"]).0,
        file(PRICED, &["1;2026-01-18;Falcon;1;10"]).0,
        file(PRICED, &["1;2026-01-18;Porsche;1;", "1;2026-01-18;Falcon;4;2"]).0,
    ];
    for known in &states {
        for update in &states {
            let mut whole = Told::all().upon(known, update.clone()).unwrap();
            assert_eq!(lines(&whole), lines(update));
            whole.carried = update.carried;
            assert_eq!(&whole, update);
        }
    }
}
