//! Lists to print.

use packlight_domain::listing::OrderRowId;
use packlight_domain::picking::{
    ExceptionReason, PickException, PickFlags, PickGroup, PickList, PickMode, PickRow, PickTotals,
    PickedOrder, ZoneTotal,
};
use packlight_domain::stock::UnitId;

const TITLES: [&str; 6] = [
    "LEGO Star Wars 75192 Millennium Falcon Ultimate Collector Series",
    "LEGO Creator Expert 10255 Assembly Square",
    "LEGO Technic 42083 Bugatti Chiron",
    "LEGO Ideas 21318 Tree House with interchangeable leaves, 4 minifigures and a swing for the garden, retired 2023",
    "LEGO City 60197 Passenger Train",
    "LEGO Harry Potter 71043 Hogwarts Castle",
];
const SETS: [&str; 6] = ["75192", "10255", "42083", "21318", "60197", "71043"];

/// A list without anything on it.
pub(crate) fn empty() -> PickList {
    PickList {
        id: "P-00C0FFEE".to_owned(),
        record: None,
        mode: PickMode::Walk,
        accounts: vec!["Brick Loft UK".to_owned()],
        data_as_of: "2026-01-22T14:05:00Z".parse().ok(),
        data_as_of_text: Some("2026-01-22 14:05 GMT".to_owned()),
        sku_barcodes: false,
        order_codes: false,
        groups: Vec::new(),
        exceptions: Vec::new(),
        totals: PickTotals::default(),
        zones: Vec::new(),
        reprint: 0,
    }
}

/// An order of so many units.
pub(crate) fn order(number: u32, units: u32) -> PickedOrder {
    PickedOrder {
        order: OrderRowId(number),
        platform_order_id: order_id(number),
        order_item_id: format!("{number:014}"),
        units: (0..units).map(|unit| UnitId(number * 100 + unit)).collect(),
        sku: None,
        tote: None,
        flags: PickFlags::default(),
    }
}

/// An id as Amazon makes them, different in its last digits for different numbers.
pub(crate) fn order_id(number: u32) -> String {
    let spread = u64::from(number) * 7_654_321 % 10_000_000;
    format!("026-{:07}-{spread:07}", u64::from(number) * 1_234_577 % 10_000_000)
}

/// A row for these orders.
pub(crate) fn row(number: u32, location: &str, orders: Vec<PickedOrder>) -> PickRow {
    let kind = number as usize % TITLES.len();
    PickRow {
        location: location.to_owned(),
        set_number: SETS[kind].to_owned(),
        name: TITLES[kind].to_owned(),
        condition: if number.is_multiple_of(4) { "Used Complete" } else { "New Sealed" }.to_owned(),
        sku: Some(format!("{}-{:05}", SETS[kind], number)),
        asin: Some(format!("B0{:08}", u64::from(number) * 48_611 % 100_000_000)),
        quantity: orders.iter().map(|order| u32::try_from(order.units.len()).unwrap_or(0)).sum(),
        orders,
    }
}

/// A walk of that many lines, each of one order; every seventh takes two units and every third place holds two rows.
pub(crate) fn walk(lines: u32) -> PickList {
    let mut list = empty();
    for number in 0..lines {
        let place = format!("Loft - S{}", number * 2 / 3 + 1);
        let row = row(number, &place, vec![order(number, if number % 7 == 6 { 2 } else { 1 })]);
        match list.groups.last_mut() {
            Some(group) if group.heading == place => group.rows.push(row),
            _ => list.groups.push(PickGroup { heading: place, zone: "Loft".to_owned(), rows: vec![row] }),
        }
    }
    summed(list)
}

/// A list of one row.
pub(crate) fn of_row(row: PickRow) -> PickList {
    let mut list = empty();
    list.groups.push(PickGroup { heading: row.location.clone(), zone: "Loft".to_owned(), rows: vec![row] });
    summed(list)
}

/// The list with its sums made right.
pub(crate) fn summed(mut list: PickList) -> PickList {
    let rows = || list.groups.iter().flat_map(|group| &group.rows);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let units = rows().map(|row| row.quantity).sum();
    let lines = count(rows().map(|row| row.orders.len()).sum());
    let orders = count(
        rows()
            .flat_map(|row| &row.orders)
            .map(|order| order.order)
            .collect::<std::collections::HashSet<_>>()
            .len(),
    );
    let exceptions = count(list.exceptions.len());
    let exception_units = list.exceptions.iter().map(|line| line.quantity).sum();
    list.totals = PickTotals { lines, units, orders, exceptions, exception_units };
    list.zones = if units > 0 { vec![ZoneTotal { zone: "Loft".to_owned(), units }] } else { Vec::new() };
    list
}

/// A line that cannot be picked.
pub(crate) fn exception(number: u32, reason: ExceptionReason) -> PickException {
    PickException {
        order: OrderRowId(number),
        platform_order_id: order_id(number),
        order_item_id: format!("{number:014}"),
        name: TITLES[number as usize % TITLES.len()].to_owned(),
        sku: Some(format!("EXC-{number:05}")),
        asin: None,
        quantity: 1 + number % 2,
        reason,
        detail: if reason == ExceptionReason::OnOpenList { "P-0BADF00D".to_owned() } else { String::new() },
    }
}
