use super::*;

fn falcon() -> Wanted {
    Wanted { set_match: "75192".into(), condition_class: "new".into() }
}

fn line(quantity: usize, linked: &[u32], wanted: Option<Wanted>) -> ConfirmLine {
    let linked = linked.iter().map(|id| UnitId(*id)).collect();
    ConfirmLine { name: "Falcon".into(), quantity, linked, wanted, no_asin: false }
}

fn order(lines: Vec<ConfirmLine>) -> OrderToConfirm {
    OrderToConfirm {
        status: UiStatus::Paid,
        confirmed: false,
        missing_items: false,
        by_amazon: false,
        without_stock: false,
        lines,
    }
}

fn shelf(units: &[u32]) -> Shelf {
    let mut shelf = Shelf::default();
    shelf.lay_out(falcon(), units.iter().map(|id| UnitId(*id)));
    shelf
}

fn units(decision: &Decision) -> Vec<(usize, u32, bool)> {
    match decision {
        Decision::Confirm { units, .. } => {
            units.iter().map(|taken| (taken.line, taken.unit.0, taken.was_linked)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn refused(decision: Decision) -> (SkipReason, String) {
    match decision {
        Decision::Skip { reason, message } => (reason, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn lines_take_their_own_units_first_and_then_the_oldest_free_ones() {
    let mut shelf = shelf(&[7, 8, 9]);
    let order = order(vec![line(2, &[3], Some(falcon())), line(1, &[], Some(falcon()))]);
    let decision = decide(&order, &mut shelf);
    assert_eq!(units(&decision), [(0, 3, true), (0, 7, false), (1, 8, false)]);
    assert_eq!(shelf.free(&falcon()), 1);
}

#[test]
fn an_order_that_is_skipped_leaves_the_shelf_as_it_was() {
    // Each line alone would find a unit; together they want three of two.
    let mut shelf = shelf(&[7, 8]);
    let wanting = order(vec![line(1, &[], Some(falcon())), line(2, &[], Some(falcon()))]);
    let (reason, message) = refused(decide(&wanting, &mut shelf));
    assert_eq!(
        (reason, message.as_str()),
        (SkipReason::NoUnit, "only 1 of 2 units of 'Falcon' are in stock")
    );
    assert_eq!(shelf.free(&falcon()), 2);
    let smaller = order(vec![line(2, &[], Some(falcon()))]);
    assert_eq!(units(&decide(&smaller, &mut shelf)).len(), 2);
    let (_, message) = refused(decide(&smaller, &mut shelf));
    assert_eq!(message, "none of the 2 units of 'Falcon' is in stock");
    let (_, message) = refused(decide(&order(vec![line(1, &[], Some(falcon()))]), &mut shelf));
    assert_eq!(message, "no unit is in stock for 'Falcon'");
}

#[test]
fn a_line_without_a_mapping_needs_its_link() {
    let mut shelf = Shelf::default();
    let linked = order(vec![line(1, &[4], None)]);
    assert_eq!(units(&decide(&linked, &mut shelf)), [(0, 4, true)]);
    let unmatched = order(vec![line(1, &[], None)]);
    assert_eq!(
        refused(decide(&unmatched, &mut shelf)).1,
        "'Falcon' is not matched to a set, so no unit can be found for it"
    );
    let mut bare = unmatched.clone();
    bare.lines[0].no_asin = true;
    assert_eq!(
        refused(decide(&bare, &mut shelf)).1,
        "Amazon gave no ASIN for 'Falcon', so no unit can be found for it"
    );
    let none_left_of_it = order(vec![line(0, &[], None)]);
    assert_eq!(units(&decide(&none_left_of_it, &mut shelf)), [], "a line of no units wants nothing");
}

#[test]
fn without_stock_and_amazons_own_parcels_take_what_there_is() {
    for (by_amazon, without_stock) in [(true, false), (false, true)] {
        let mut shelf = shelf(&[7]);
        let short = OrderToConfirm {
            by_amazon,
            without_stock,
            ..order(vec![line(2, &[], Some(falcon())), line(1, &[], None)])
        };
        let decision = decide(&short, &mut shelf);
        assert_eq!(units(&decision), [(0, 7, false)]);
        assert!(matches!(decision, Decision::Confirm { short, .. } if short == [0, 1]));
    }
}

#[test]
fn only_paid_and_shipped_orders_are_confirmed_and_cancellation_wins() {
    let mut shelf = shelf(&[7]);
    let of = |status, confirmed| OrderToConfirm { status, confirmed, ..order(vec![line(1, &[4], None)]) };
    for (status, reason) in [
        (UiStatus::Pending, SkipReason::Pending),
        (UiStatus::Completed, SkipReason::Completed),
        (UiStatus::Cancelled, SkipReason::Cancelled),
        (UiStatus::Other, SkipReason::UnknownStatus),
    ] {
        let (why, message) = refused(decide(&of(status, false), &mut shelf));
        assert_eq!((why, message), (reason, reason.to_string()));
    }
    for status in [UiStatus::Paid, UiStatus::Shipped] {
        assert_eq!(units(&decide(&of(status, false), &mut shelf)), [(0, 4, true)]);
    }
    assert_eq!(decide(&of(UiStatus::Completed, true), &mut shelf), Decision::Already);
    let (reason, message) = refused(decide(&of(UiStatus::Cancelled, true), &mut shelf));
    assert_eq!(reason, SkipReason::Cancelled);
    assert!(message.contains("cancelled after it had been confirmed"), "{message}");
    let unknown = OrderToConfirm { missing_items: true, ..of(UiStatus::Paid, false) };
    assert_eq!(refused(decide(&unknown, &mut shelf)).0, SkipReason::MissingItems);
    let unknown = OrderToConfirm { without_stock: true, ..unknown };
    assert_eq!(refused(decide(&unknown, &mut shelf)).0, SkipReason::MissingItems, "lines may still come");
}
