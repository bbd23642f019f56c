use super::*;
use crate::background::QuietHours;
use crate::currency::Currency;

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600 + day * 86_400, 0).unwrap()
}

fn order(number: u32, total: Option<(i64, Currency)>) -> News {
    News::NewOrder {
        order: OrderRowId(number),
        number: format!("203-{number}"),
        what: "Bonsai".to_owned(),
        total: total.map(|(minor, currency)| Money { minor, currency }),
    }
}

fn pounds(number: u32, minor: i64) -> News {
    order(number, Some((minor, Currency::GBP)))
}

fn one(news: &[News]) -> Alert {
    let mut alerts = alerts(news, &AlertSettings { views: vec![ViewId(3)], ..AlertSettings::default() });
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    alerts.remove(0)
}

#[test]
fn several_orders_are_one_alert_with_their_sum() {
    let alert = one(&[pounds(1, 2_000), pounds(2, 3_000), pounds(3, 1_620), pounds(4, 2_000)]);
    assert_eq!(alert.title, "4 orders, £86.20");
    assert_eq!(alert.body, "203-1, 203-2, 203-3 and 1 more");
    assert_eq!(alert.target, Target::Orders { query: String::new() });
    let alert = one(&[pounds(7, 123_456)]);
    assert_eq!((alert.title.as_str(), alert.body.as_str()), ("1 order, £1,234.56", "203-7 · Bonsai"));
    assert_eq!(alert.target, Target::Order { order: OrderRowId(7) });
}

#[test]
fn nothing_is_converted_and_what_has_no_price_is_said() {
    let mixed = [pounds(1, 100), order(2, Some((250, Currency::EUR))), order(3, None)];
    assert_eq!(one(&mixed).title, "3 orders, €2.50 + £1.00 and 1 without a price yet");
    assert_eq!(one(&[order(1, None)]).title, "1 order");
    assert_eq!(one(&[order(1, Some((199_400, Currency::JPY)))]).title, "1 order, ¥199,400");
    assert_eq!(one(&[order(1, Some((8_620, "SEK".parse().unwrap())))]).title, "1 order, 86.20 SEK");
    let many: Vec<News> = (0..1_200).map(|number| pounds(number, 100)).collect();
    assert_eq!(one(&many).title, "1,200 orders, £1,200.00");
    assert_eq!(one(&many).body, "203-0, 203-1, 203-2 and 1,197 more");
}

#[test]
fn each_kind_is_switched_by_itself() {
    let news = [
        pounds(1, 100),
        News::InView {
            view: ViewId(3),
            name: "Late".into(),
            query: "is:late".into(),
            order: OrderRowId(1),
            number: "203-1".into(),
        },
        News::NotPrinted { document: "pick-list-P-1".into(), reason: "no paper".into() },
    ];
    let kinds = |settings: &AlertSettings| -> Vec<AlertKind> {
        alerts(&news, settings).into_iter().map(|alert| alert.kind).collect()
    };
    let all = AlertSettings { views: vec![ViewId(3)], ..AlertSettings::default() };
    assert_eq!(kinds(&all), [AlertKind::NewOrders, AlertKind::View(ViewId(3)), AlertKind::Printing]);
    assert_eq!(kinds(&AlertSettings { new_orders: false, views: Vec::new(), ..all }), [AlertKind::Printing]);
}

#[test]
fn an_alert_leads_to_what_it_tells() {
    let picked = |number: u32, cancelled| News::OnPickList {
        record: PickListId(1),
        list: "P-1a2b3c4d".into(),
        order: OrderRowId(number),
        number: format!("203-{number}"),
        cancelled,
    };
    let alert = one(&[picked(5, false)]);
    assert_eq!(alert.title, "The buyer of 203-5 asks to cancel");
    assert_eq!(alert.body, "It is on pick list P-1a2b3c4d: set it aside and answer in Seller Central");
    assert_eq!(alert.target, Target::Order { order: OrderRowId(5) });
    assert_eq!(one(&[picked(5, true)]).title, "203-5 was cancelled");
    assert_eq!(one(&[picked(5, true), picked(6, false)]).target, Target::PickLists);
    let asked_and_cancelled = one(&[picked(5, false), picked(5, true)]);
    assert_eq!(
        asked_and_cancelled.title, "203-5 was cancelled",
        "one order is one, and the stronger word holds"
    );
    let two = one(&[picked(5, true), picked(6, false), picked(5, false)]);
    assert_eq!(two.title, "2 orders on pick lists are cancelled or about to be");
    assert_eq!(two.body, "203-5, 203-6");
    let seen = |number: u32| News::InView {
        view: ViewId(3),
        name: "Late".into(),
        query: "is:late".into(),
        order: OrderRowId(number),
        number: format!("203-{number}"),
    };
    assert_eq!(one(&[seen(1)]).target, Target::Order { order: OrderRowId(1) });
    let several = one(&[seen(1), seen(2)]);
    assert_eq!((several.title.as_str(), several.body.as_str()), ("Late: 2 orders", "203-1, 203-2"));
    assert_eq!(several.target, Target::Orders { query: "is:late".into() });
    let dead =
        |needs_seller| News::SyncDead { account: "Shop".into(), since: at(0), reason: None, needs_seller };
    assert_eq!(one(&[dead(false)]).target, Target::Activity);
    assert_eq!(one(&[dead(true)]).target, Target::Accounts);
    assert_eq!(one(&[dead(true)]).title, "Shop: orders have not been read for half an hour or more");
    let attic = News::SyncDead {
        account: "Attic".into(),
        since: at(0),
        reason: Some("Amazon cannot be reached".into()),
        needs_seller: false,
    };
    let both = one(&[dead(false), dead(true), attic]);
    assert_eq!(both.title, "2 accounts: orders have not been read for half an hour or more");
    assert_eq!(both.body, "Attic: Amazon cannot be reached\nShop: Packlight keeps trying by itself");
    assert_eq!(both.target, Target::Accounts);
}

#[test]
fn a_secret_is_warned_of_once_and_in_the_end_daily() {
    let due: Vec<Option<i64>> =
        [0, 149, 150, 160, 169, 170, 171, 180, 181].map(|day| secret_warning(at(0), at(day))).into();
    assert_eq!(
        due,
        [None, None, Some(150), Some(150), Some(150), Some(170), Some(171), Some(180), Some(181)]
    );
    let expires = |account: &str, days| News::SecretExpires { account: account.into(), days };
    assert_eq!(secret_days_left(at(0), at(150)), 30);
    assert_eq!(one(&[expires("Shop", 30)]).title, "The client secret of Shop expires in 30 days");
    assert_eq!(one(&[expires("Shop", 1)]).title, "The client secret of Shop expires tomorrow");
    assert_eq!(one(&[expires("Shop", -1)]).title, "The client secret of Shop has expired");
    // Two mornings behind one night: the later word is the true one.
    assert_eq!(
        one(&[expires("Shop", 9), expires("Shop", 8)]).title,
        "The client secret of Shop expires in 8 days"
    );
    assert_eq!(one(&[expires("Attic", 9), expires("Shop", 8)]).title, "2 client secrets expire");
}

#[test]
fn a_sync_is_dead_after_half_an_hour_or_a_missed_poll() {
    let dead = |minutes, poll| is_sync_dead(Duration::from_mins(minutes), Duration::from_mins(poll));
    assert!(!dead(29, 5) && dead(30, 5));
    assert!(!dead(29, 1) && dead(30, 1));
    // Who reads once an hour has not missed anything after half an hour.
    assert!(!dead(84, 60) && dead(85, 60));
}

#[test]
fn quiet_is_asked_by_the_minute() {
    let settings =
        AlertSettings { quiet_hours: Some(QuietHours { from: 1_320, to: 420 }), ..AlertSettings::default() };
    assert!(settings.is_quiet(0) && !settings.is_quiet(420));
    assert!(!AlertSettings::default().is_quiet(0));
}

#[test]
fn a_view_that_is_not_watched_any_more_says_what_to_do() {
    let large = |view| News::ViewTooLarge { view: ViewId(view), name: "Late".to_owned(), most: 5_000 };
    let alert = one(&[large(3)]);
    assert_eq!(alert.title, "The view Late raises no alerts any more");
    assert_eq!(alert.body, "It holds more than 5,000 orders: narrow its query, for example by status:paid");
    assert_eq!(alert.target, Target::Alerts);
    assert_eq!(alerts(&[large(4)], &AlertSettings::default()), [], "it is watched no more anyway");
}

#[test]
fn backups_that_fail_are_told_whatever_else_is_switched_off() {
    let failed = |reason: &str| News::NotBackedUp { reason: reason.to_owned() };
    let nothing = AlertSettings {
        new_orders: false,
        cancellations: false,
        sync_dead: false,
        credentials: false,
        printing: false,
        ..AlertSettings::default()
    };
    let told = alerts(&[failed("the disk is full"), failed("no permission")], &nothing);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, "The nightly backup has failed twice");
    assert_eq!((told[0].body.as_str(), &told[0].target), ("no permission", &Target::Data));
}
