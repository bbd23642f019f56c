//! A thousand made-up desks: what a list must be on each of them; and the rules one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::plan::{Holds, Layout, PickPlan, plan};
use super::work::{HeldUnit, LinesKnown, Listed, OpenLine, OpenOrder, PickWork, Shelf, ShelfUnit, Wants};
use super::{ExceptionReason, PickList, PickMode};
use crate::listing::OrderRowId;
use crate::natural;
use crate::stock::UnitId;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600 + minute * 60, 0).unwrap()
}

fn unit(id: u32, set: &str, location: Option<&str>) -> ShelfUnit {
    ShelfUnit {
        id: UnitId(id),
        set_number: set.into(),
        name: format!("Set {set}"),
        condition: "New".into(),
        location: location.map(Into::into),
    }
}

fn line(id: &str, left: u32, wants: Wants) -> OpenLine {
    OpenLine {
        order_item_id: id.into(),
        title: Some("Title".into()),
        sku: Some("SKU".into()),
        asin: Some("B0".into()),
        gift: false,
        cancel_requested: false,
        left,
        wants,
        linked: Vec::new(),
    }
}

fn mapped(set: &str) -> Wants {
    Wants::Mapped { set_number: set.into(), condition: "New".into() }
}

fn order(id: u32, ship_by: i64, lines: Vec<OpenLine>) -> OpenOrder {
    OpenOrder {
        id: OrderRowId(id),
        platform_order_id: format!("203-{id:04}"),
        order_date: Some(at(0)),
        ship_by: Some(at(ship_by)),
        zone: Tz::Europe__London,
        prime: false,
        lines_known: LinesKnown::Yes,
        lines,
    }
}

fn work(orders: Vec<OpenOrder>, free: Vec<ShelfUnit>) -> PickWork {
    let mut stock: HashMap<Shelf, Vec<ShelfUnit>> = HashMap::new();
    for unit in free {
        stock.entry(Shelf::of(&unit.set_number, &unit.condition)).or_default().push(unit);
    }
    PickWork {
        accounts: vec!["Shop".into()],
        data_as_of: Some(at(0)),
        zone: Tz::Europe__London,
        as_of: at(0),
        orders,
        stock,
        walk: Vec::new(),
    }
}

fn planned(work: &PickWork) -> PickPlan {
    plan(work, Layout::default(), Holds::Respected)
}

/// Heading, set and quantity of each row.
fn rows(list: &PickList) -> Vec<(String, String, u32)> {
    let of = |group: &super::PickGroup| {
        let heading = group.heading.clone();
        group
            .rows
            .iter()
            .map(move |row| (heading.clone(), row.set_number.clone(), row.quantity))
            .collect::<Vec<_>>()
    };
    list.groups.iter().flat_map(of).collect()
}

fn reasons(plan: &PickPlan) -> Vec<(ExceptionReason, u32, &str)> {
    plan.exceptions.iter().map(|own| (own.reason, own.quantity, own.detail.as_str())).collect()
}

// A desk of a seed: few sets, so that orders compete for units; few places, so that rows merge.

struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(sides)).unwrap()
    }

    fn one_in(&mut self, sides: u32) -> bool {
        self.below(sides) == 0
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(u32::try_from(choices.len()).unwrap()) as usize].clone()
    }
}

const SETS: [&str; 6] = ["75192", "10281", "40759", "21042", "71043", "9999"];
const PLACES: [&str; 10] =
    ["Loft - S5", "Loft - S49", "Loft - s5", "A-2", "A-10", "Garage", "S100", "S20", "", "Höhle 3"];

fn world(seed: u64) -> PickWork {
    let mut dice = Dice(seed | 1);
    let mut next_unit = 0;
    let mut shelf_unit = |dice: &mut Dice, set: &str| {
        next_unit += 1;
        let place = dice.of(&PLACES);
        unit(next_unit, set, (!dice.one_in(8)).then_some(place))
    };
    let number = dice.below(25);
    let orders = (1..=number)
        .map(|id| {
            let lines = (0..=dice.below(3))
                .map(|n| {
                    let set = dice.of(&SETS);
                    let wants = match dice.below(8) {
                        0 => Wants::NoAsin,
                        1 => Wants::Unmapped,
                        _ => mapped(set),
                    };
                    let mut own = line(&n.to_string(), 1 + dice.below(3), wants);
                    own.cancel_requested = dice.one_in(10);
                    own.gift = dice.one_in(5);
                    own.sku = dice.of(&[None, Some("SKU-1".into()), Some("SKU-2".into())]);
                    for _ in 0..dice.below(4) {
                        let listed = match dice.below(6) {
                            0 => Listed::Open("P-00000001".into()),
                            1 => Listed::Picked("P-00000002".into()),
                            _ => Listed::No,
                        };
                        own.linked.push(HeldUnit { unit: shelf_unit(&mut dice, set), listed });
                    }
                    own
                })
                .collect();
            let mut own = order(id, i64::from(dice.below(4)) * 600 - 600, lines);
            if dice.one_in(6) {
                own.ship_by = None;
            }
            if dice.one_in(9) {
                own.lines_known =
                    dice.of(&[LinesKnown::No, LinesKnown::PartlyShippedSince, LinesKnown::InPart]);
            }
            own
        })
        .collect();
    let free = (0..dice.below(30))
        .map(|_| {
            let set = dice.of(&SETS);
            shelf_unit(&mut dice, set)
        })
        .collect();
    let mut work = work(orders, free);
    if dice.one_in(3) {
        work.walk = vec!["S100".into(), "garage".into(), "gone".into()];
    }
    work
}

fn layouts() -> Vec<Layout> {
    let modes = [PickMode::Walk, PickMode::OrderSheets, PickMode::Singles];
    modes
        .into_iter()
        .flat_map(|mode| {
            [false, true].map(|singles_first| Layout { mode, singles_first, ..Layout::default() })
        })
        .collect()
}

/// Units of the rows, and of the exceptions.
fn on_paper(list: &PickList) -> (u32, u32) {
    let rows = list.groups.iter().flat_map(|group| &group.rows);
    (rows.map(|row| row.quantity).sum(), list.exceptions.iter().map(|own| own.quantity).sum())
}

proptest! {
    #![proptest_config(Config { cases: 1_000, ..Config::default() })]

    #[test]
    fn every_desk_has_an_honest_list(seed in any::<u64>()) {
        let work = world(seed);
        let to_ship: u32 = work.orders.iter()
            .filter(|order| order.lines_known != LinesKnown::No)
            .flat_map(|order| &order.lines)
            .map(|line| line.left)
            .sum();
        let mut shuffled = work.clone();
        shuffled.orders.reverse();
        let first = planned(&work);
        for layout in layouts() {
            let plan = plan(&work, layout, Holds::Respected);
            let list = plan.list(None, 0);
            // Units on paper are the units still to ship.
            let (walk, left) = on_paper(&list);
            prop_assert_eq!(walk + left, to_ship);
            prop_assert_eq!((list.totals.units, list.totals.exception_units), (walk, left));
            prop_assert_eq!(list.zones.iter().map(|zone| zone.units).sum::<u32>(), walk);
            // No unit twice; each in its own place and for as many orders as the row says.
            let mut seen = BTreeSet::new();
            let mut lines = BTreeSet::new();
            for row in list.groups.iter().flat_map(|group| &group.rows) {
                let units: Vec<UnitId> = row.orders.iter().flat_map(|own| own.units.clone()).collect();
                prop_assert_eq!(u32::try_from(units.len()).unwrap(), row.quantity);
                prop_assert!(!row.location.trim().is_empty());
                for unit in units {
                    prop_assert!(seen.insert(unit), "unit {} twice", unit.0);
                }
                lines.extend(row.orders.iter().map(|own| (own.order, own.order_item_id.clone())));
            }
            prop_assert_eq!(list.totals.lines as usize, lines.len());
            let orders: BTreeSet<OrderRowId> = lines.iter().map(|(order, _)| *order).collect();
            prop_assert_eq!(list.totals.orders as usize, orders.len());
            // The same desk in another order is the same list, byte for byte; a layout changes no unit.
            let again = super::plan::plan(&shuffled, layout, Holds::Respected);
            prop_assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&plan).unwrap());
            prop_assert_eq!(&plan.id, &first.id);
            prop_assert_eq!(first.clone().laid_out(layout), plan);
        }
    }

    #[test]
    fn places_are_walked_in_natural_order(seed in any::<u64>()) {
        let work = world(seed);
        let plan = planned(&work);
        let headings: Vec<String> = plan.list(None, 0).groups.into_iter().map(|group| group.heading).collect();
        let rank = |place: &str| {
            let key = natural::key(place);
            let recorded = work.walk.iter().position(|own| natural::key(own) == key);
            (recorded.unwrap_or(usize::MAX), key)
        };
        let ranks: Vec<_> = headings.iter().map(|place| rank(place)).collect();
        prop_assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{headings:?}");
    }

    #[test]
    fn lines_take_what_they_hold_and_then_the_oldest(seed in any::<u64>()) {
        let work = world(seed);
        let plan = planned(&work);
        let linked: BTreeMap<UnitId, (OrderRowId, &str)> = work.orders.iter()
            .flat_map(|order| order.lines.iter().flat_map(move |line| {
                line.linked.iter().map(move |held| (held.unit.id, (order.id, line.order_item_id.as_str())))
            }))
            .collect();
        let mut free: BTreeSet<UnitId> = BTreeSet::new();
        for stop in &plan.stops {
            match linked.get(&stop.unit) {
                Some(holder) => prop_assert_eq!(*holder, (stop.order, stop.order_item_id.as_str())),
                None => { free.insert(stop.unit); }
            }
        }
        // Of each shelf an unbroken run of the oldest is used up, by stops or by units that lie nowhere.
        for units in work.stock.values() {
            let used = |unit: &ShelfUnit| {
                free.contains(&unit.id)
                    || plan.exceptions.iter().any(|own| own.detail.starts_with(&format!("unit {} ", unit.id.0)))
            };
            let first_left = units.iter().position(|unit| !used(unit)).unwrap_or(units.len());
            prop_assert!(units[first_left..].iter().all(|unit| !used(unit)));
            // And what is left over was needed by nobody.
            if first_left < units.len() {
                let shelf = Shelf::of(&units[0].set_number, "New");
                let short = plan.exceptions.iter().any(|own| {
                    own.reason == ExceptionReason::NoStock && Shelf::of(own.detail.split(' ').next().unwrap(), "New") == shelf
                });
                prop_assert!(!short, "a line went without while a unit lay there");
            }
        }
    }

    #[test]
    fn what_was_struck_is_gone_and_nothing_else(seed in any::<u64>()) {
        let plan = planned(&world(seed));
        let struck: HashSet<UnitId> = plan.stops.iter().map(|stop| stop.unit).step_by(3).collect();
        let list = plan.clone().without(&struck).list(None, 1);
        let units: u32 = on_paper(&list).0;
        prop_assert_eq!(units as usize, plan.stops.len() - struck.len());
        let listed = list.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.orders);
        prop_assert!(listed.flat_map(|own| &own.units).all(|unit| !struck.contains(unit)));
        prop_assert_eq!(list.id, plan.id);
    }
}

#[test]
fn listings_of_one_thing_are_one_row_with_the_sku_beside_each_order() {
    let listed = |sku: &str| OpenLine { sku: Some(sku.into()), ..line("1", 1, mapped("75192")) };
    let orders = |skus: [&str; 3]| {
        let minutes = [(1, 30), (2, 60), (3, 90)];
        minutes
            .into_iter()
            .zip(skus)
            .map(|((id, minutes), sku)| order(id, minutes, vec![listed(sku)]))
            .collect()
    };
    let free = || (1..=3).map(|id| unit(id, "75192", Some("S5"))).collect();
    let row = |skus| {
        let list = planned(&work(orders(skus), free())).list(None, 0);
        let [row] = &list.groups[0].rows[..] else { panic!("{:?}", list.groups) };
        assert_eq!(row.quantity, 3);
        let beside: Vec<Option<String>> = row.orders.iter().map(|own| own.sku.clone()).collect();
        (row.sku.clone(), beside)
    };
    let told = |sku: &str| Some(sku.to_owned());
    assert_eq!(row(["FBM", "FBM-2", "FBM"]), (None, vec![told("FBM"), told("FBM-2"), told("FBM")]));
    assert_eq!(row(["FBM", "FBM", "FBM"]), (told("FBM"), vec![None, None, None]));
}

#[test]
fn equal_items_in_one_place_are_one_row_with_their_orders_beneath() {
    let orders = vec![
        order(2, 60, vec![line("1", 1, mapped("75192"))]),
        order(1, 30, vec![line("1", 2, mapped("75192-1")), line("2", 1, mapped("10281"))]),
    ];
    let free = vec![
        unit(1, "75192", Some("S49")),
        unit(2, "75192", Some("S5")),
        unit(3, "75192", Some("s5")),
        unit(4, "10281", Some("S5")),
    ];
    let plan = planned(&work(orders, free));
    let list = plan.list(None, 0);
    let expected = [("S5", "10281", 1), ("S5", "75192", 2), ("S49", "75192", 1)]
        .map(|(place, set, quantity)| (place.to_owned(), set.to_owned(), quantity));
    assert_eq!(rows(&list), expected);
    let beneath: Vec<_> = list.groups[0].rows[1]
        .orders
        .iter()
        .map(|own| (own.platform_order_id.as_str(), own.units.len(), own.tote))
        .collect();
    assert_eq!(beneath, [("203-0001", 1, Some('A')), ("203-0002", 1, None)]);
    assert_eq!(list.zones.iter().map(|own| (own.zone.as_str(), own.units)).collect::<Vec<_>>(), [("S", 4)]);
    assert_eq!(list.data_as_of_text.as_deref(), Some("2026-01-18 12:00 GMT"));
}

/// Whoever takes a unit has to know which of the two it is.
#[test]
fn conditions_and_places_are_rows_of_their_own() {
    let sealed = |id, place| ShelfUnit { condition: "New Sealed".into(), ..unit(id, "75192", Some(place)) };
    let two = || vec![order(1, 60, vec![line("1", 2, mapped("75192"))])];
    let list = planned(&work(two(), vec![unit(1, "75192", Some("S5")), sealed(2, "S5")])).list(None, 0);
    let mut told: Vec<_> = list.groups[0].rows.iter().map(|row| (&*row.condition, row.quantity)).collect();
    told.sort_unstable();
    assert_eq!(told, [("New", 1), ("New Sealed", 1)]);

    // On the sheet of an order, too, where its places stand beneath each other.
    let sheets = Layout { mode: PickMode::OrderSheets, ..Layout::default() };
    for (places, expected) in [(["S5", "S7"], &[("S5", 1), ("S7", 1)][..]), (["S5", "s5"], &[("S5", 2)][..])]
    {
        let free = vec![unit(1, "75192", Some(places[0])), unit(2, "75192", Some(places[1]))];
        let list = plan(&work(two(), free), sheets, Holds::Respected).list(None, 0);
        let rows: Vec<_> = list.groups[0].rows.iter().map(|row| (&*row.location, row.quantity)).collect();
        assert_eq!(rows, expected);
    }
}

#[test]
fn every_reason_is_told_and_the_first_that_holds_wins() {
    let held = |id, listed| HeldUnit { unit: unit(id, "75192", Some("S5")), listed };
    let mut cancelled = line("1", 2, Wants::NoAsin);
    cancelled.cancel_requested = true;
    let mut listed = line("2", 2, Wants::NoAsin);
    listed.linked = vec![held(1, Listed::Picked("P-2".into())), held(2, Listed::Open("P-1".into()))];
    let mut nowhere = line("5", 2, mapped("75192"));
    nowhere.linked = vec![HeldUnit { unit: unit(3, "75192", Some(" ")), listed: Listed::No }];
    let mut part = order(3, 60, vec![line("6", 3, mapped("75192"))]);
    part.lines_known = LinesKnown::PartlyShippedSince;
    let mut some = order(4, 60, vec![line("7", 2, mapped("75192"))]);
    some.lines_known = LinesKnown::InPart;
    let mut unknown = order(5, 60, Vec::new());
    unknown.lines_known = LinesKnown::No;
    let lines = vec![cancelled, listed, line("3", 1, Wants::NoAsin), line("4", 1, Wants::Unmapped), nowhere];
    let work = work(vec![order(1, 60, lines), part, some, unknown], Vec::new());
    let plan = planned(&work);
    assert_eq!(
        reasons(&plan),
        [
            (ExceptionReason::CancelRequested, 2, ""),
            (ExceptionReason::OnOpenList, 1, "P-1"),
            (ExceptionReason::AlreadyPicked, 1, "P-2"),
            (ExceptionReason::NoAsin, 1, ""),
            (ExceptionReason::NoMatch, 1, ""),
            (ExceptionReason::NoStock, 1, "75192 New"),
            (ExceptionReason::NoLocation, 1, "unit 3 (75192)"),
            (ExceptionReason::MissingItems, 3, "a part was shipped since its lines were read"),
            (ExceptionReason::MissingItems, 2, "not all lines of its order are known yet"),
            (ExceptionReason::MissingItems, 0, ""),
        ]
    );
    // The line with two reasons is one line.
    let totals = plan.totals();
    assert_eq!((totals.exceptions, totals.exception_units, totals.units), (8, 13, 0));
    // As if there were no other list: the held unit is walked, and the id is another.
    let alone = super::plan::plan(&work, Layout::default(), Holds::Ignored);
    assert_eq!(alone.stops.iter().map(|stop| stop.unit.0).collect::<Vec<_>>(), [2]);
    assert_ne!(alone.id, plan.id);
}

#[test]
fn a_part_shipped_line_takes_what_nobody_has_picked_yet() {
    let held = |id, listed| HeldUnit { unit: unit(id, "75192", Some("S5")), listed };
    let mut own = line("1", 1, mapped("75192"));
    own.linked = vec![held(1, Listed::Picked("P-1".into())), held(2, Listed::No)];
    let plan = planned(&work(vec![order(1, 60, vec![own])], vec![unit(3, "75192", Some("S5"))]));
    assert_eq!(plan.stops.iter().map(|stop| stop.unit.0).collect::<Vec<_>>(), [2]);
    assert!(plan.exceptions.is_empty());
}

#[test]
fn eight_totes_are_given_in_walk_order_and_singles_need_none() {
    // The order that ships last lies at the beginning of the walk.
    let orders: Vec<OpenOrder> = (1..=10)
        .map(|id| {
            order(
                id,
                600 - i64::from(id),
                vec![line("1", if id == 5 { 1 } else { 2 }, mapped(&id.to_string()))],
            )
        })
        .collect();
    let free = (1..=10)
        .flat_map(|id: u32| {
            [1, 2].map(|n| unit(id * 10 + n, &id.to_string(), Some(&format!("S{}", 100 - id))))
        })
        .collect();
    let plan = planned(&work(orders, free));
    let totes: BTreeMap<u32, Option<char>> =
        plan.stops.iter().map(|stop| (stop.order.0, stop.tote)).collect();
    // Order 10 lies first, order 5 is of a single unit, and the ninth of the others goes without.
    let expected: BTreeMap<u32, Option<char>> = (1..=10)
        .map(|id| (id, "?HGF?EDCBA".chars().nth(id as usize - 1).filter(|tote| *tote != '?')))
        .collect();
    assert_eq!(totes, expected);
    // Sheets come in the order of the totes.
    let sheets = plan.laid_out(Layout { mode: PickMode::OrderSheets, ..Layout::default() }).list(None, 0);
    let heads: Vec<_> =
        sheets.groups.iter().map(|group| (group.heading.as_str(), group.zone.as_str())).collect();
    assert_eq!(heads[..2], [("203-0010", "A"), ("203-0009", "B")]);
    assert_eq!(heads[9], ("203-0001", ""));
}

#[test]
fn singles_come_first_where_they_are_asked_to() {
    let orders = vec![
        order(1, 10, vec![line("1", 2, mapped("1"))]),
        order(2, 20, vec![line("1", 1, mapped("1"))]),
        order(3, 30, vec![line("1", 1, mapped("1"))]),
    ];
    let free = (1..=4).map(|id| unit(id, "1", Some("S5"))).collect();
    let work = work(orders, free);
    let quantities = |layout| {
        let list = plan(&work, layout, Holds::Respected).list(None, 0);
        list.groups.iter().map(|group| group.rows[0].quantity).collect::<Vec<_>>()
    };
    assert_eq!(quantities(Layout::default()), [4]);
    assert_eq!(quantities(Layout { singles_first: true, ..Layout::default() }), [2, 2]);
    assert_eq!(quantities(Layout { mode: PickMode::Singles, ..Layout::default() }), [2, 2]);
    let sheets = Layout { mode: PickMode::OrderSheets, singles_first: true, ..Layout::default() };
    assert_eq!(quantities(sheets), [1, 1, 2]);
}

#[test]
fn flags_are_judged_by_the_data_and_not_by_the_clock() {
    let flags = |ship_by: i64, as_of: i64, zone: Tz| {
        let mut own = order(1, 0, vec![line("1", 1, mapped("1"))]);
        (own.ship_by, own.zone, own.prime) = (Some(at(ship_by)), zone, true);
        own.lines[0].gift = true;
        let mut work = work(vec![own], vec![unit(1, "1", Some("S5"))]);
        work.as_of = at(as_of);
        let flags = planned(&work).stops[0].flags;
        assert!(flags.gift && flags.prime);
        (flags.late, flags.ship_today)
    };
    // It is noon in London and nine in the evening in Tokyo.
    assert_eq!(flags(-1, 0, Tz::Europe__London), (true, false));
    assert_eq!(flags(0, 0, Tz::Europe__London), (false, true));
    assert_eq!(flags(11 * 60, 0, Tz::Europe__London), (false, true));
    assert_eq!(flags(12 * 60, 0, Tz::Europe__London), (false, false));
    assert_eq!(flags(4 * 60, 0, Tz::Asia__Tokyo), (false, false));
}

#[test]
fn the_id_is_of_the_content_and_of_nothing_else() {
    let base = || work(vec![order(1, 60, vec![line("1", 1, mapped("1"))])], vec![unit(1, "1", Some("S5"))]);
    let id = planned(&base()).id;
    assert!(id.len() == 10 && id.starts_with("P-") && id[2..].chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    let with = |change: &dyn Fn(&mut PickWork)| {
        let mut other = base();
        change(&mut other);
        planned(&other).id
    };
    // Time passes, titles change, rows come in another order.
    assert_eq!(with(&|work| work.data_as_of = Some(at(5))), id);
    assert_eq!(with(&|work| work.as_of += TimeDelta::days(3)), id);
    assert_eq!(with(&|work| work.orders[0].lines[0].title = None), id);
    assert_eq!(with(&|work| work.orders[0].id = OrderRowId(77)), id);
    // What is taken, from where, for whom.
    assert_ne!(with(&|work| work.stock.clear()), id);
    assert_ne!(with(&|work| work.stock.values_mut().for_each(|own| own[0].location = Some("S6".into()))), id);
    assert_ne!(with(&|work| work.stock.values_mut().for_each(|own| own[0].id = UnitId(9))), id);
    assert_ne!(with(&|work| work.orders[0].platform_order_id = "204".into()), id);
}

#[test]
fn an_empty_desk_has_an_empty_list() {
    let plan = planned(&work(Vec::new(), Vec::new()));
    let list = plan.list(None, 0);
    assert!(list.groups.is_empty() && list.exceptions.is_empty() && list.zones.is_empty());
    assert_eq!(list.totals, super::PickTotals::default());
}
