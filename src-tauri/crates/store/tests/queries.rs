//! Random orders and random queries: what the store finds, where and how many, against a look at each order.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use common::*;
use packlight_domain::account::Platform;
use packlight_domain::currency::Currency;
use packlight_domain::listing::ListRequest;
use packlight_domain::money::Money;
use packlight_domain::order::{Group, OrderUpdate, SourceRank};
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::query::{Channel, Compare, FeeState, Has, Is, Moment, Query, Ship, Test};
use packlight_domain::status::UiStatus;
use packlight_domain::text::fold;
use packlight_store::{NewAccount, Scope, Store};
use rust_decimal::Decimal;

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()]
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }

    fn signed(&mut self, sides: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(sides).unwrap())).unwrap()
    }
}

/// What is known of an order that was put in.
struct Known {
    update: OrderUpdate,
    label: &'static str,
    platform: Platform,
    note: bool,
}

const TITLES: [&str; 6] = [
    "LEGO Falcon 75192",
    "Castle of Größe",
    "Police Tower",
    "Tower Bridge falcon",
    "ﬁne Straße",
    "レゴ Town",
];
const ASINS: [&str; 4] = ["B00000000A", "B00000000B", "b00000000c", "B0000000ÄD"];
const SKUS: [&str; 5] = ["AB-1", "ab-12", "Long Shelf 5", "Ä-9", "x"];
const ZONES: [(&str, Tz); 2] = [(GB, Tz::Europe__London), (JP, Tz::Asia__Tokyo)];

fn now() -> DateTime<Utc> {
    at(0)
}

fn order_of(number: u64, dice: &mut Dice, prefix: &str) -> OrderUpdate {
    let day = 86_400;
    let updated = dice.signed(20 * day) - 20 * day;
    let mut update = OrderUpdate::new(
        format!("{prefix}-{:05}-{number}", dice.below(90_000)),
        at(updated),
        SourceRank::V2026,
    );
    update.carried = Group::ALL.into_iter().collect();
    update.header.created = (!dice.one_in(12)).then(|| at(dice.signed(12 * day) - 11 * day));
    update.header.marketplace_id = dice.of(&[Some(GB), Some(GB), Some(JP), None]).map(Into::into);
    update.header.programs =
        ["PRIME", "AMAZON_BUSINESS"].iter().filter(|_| dice.one_in(4)).map(ToString::to_string).collect();
    let status = dice.of(&[
        "PENDING",
        "UNSHIPPED",
        "UNSHIPPED",
        "PARTIALLY_SHIPPED",
        "SHIPPED",
        "SHIPPED",
        "CANCELLED",
        "TELEPORTED",
    ]);
    update.fulfillment.status = Some(status.into());
    update.fulfillment.fulfilled_by =
        dice.of(&[Some("MERCHANT"), Some("MERCHANT"), Some("AMAZON"), None]).map(Into::into);
    update.fulfillment.ship_by.latest =
        (!dice.one_in(4)).then(|| at(dice.signed(6 * day) / 7_200 * 7_200 - 3 * day));
    update.total = match dice.below(6) {
        0 => None,
        1 => Some(Money { minor: dice.signed(9_000), currency: Currency::JPY }),
        2 | 3 => Some(pounds(1_299)),
        _ => Some(pounds(dice.signed(9_000))),
    };
    let lines = dice.of(&[1, 1, 1, 2, 3]);
    update.lines = (0..lines)
        .map(|number| {
            let asin = dice.of(&ASINS);
            let mut line = line(&number.to_string(), asin, dice.of(&TITLES), 100);
            line.item.asin = (!dice.one_in(9)).then(|| asin.into());
            line.item.seller_sku = (!dice.one_in(9)).then(|| dice.of(&SKUS).into());
            line.item.quantity = dice.of(&[0, 1, 1, 1, 2, 4, 9]);
            line.shipped.quantity = dice.of(&[None, Some(0), Some(1), Some(9)]);
            line.shipped.is_gift = dice.one_in(8);
            line.cancel_requested_by = dice.one_in(15).then(|| "BUYER".into());
            line
        })
        .collect();
    if dice.one_in(20) {
        // An order of v0 whose lines are not known yet.
        update.lines.clear();
        update.carried = [Group::Header, Group::Fulfillment, Group::Total].into_iter().collect();
    }
    update
}

impl Known {
    fn status(&self) -> UiStatus {
        match self.update.fulfillment.status.as_deref() {
            Some("PENDING") => UiStatus::Pending,
            Some("UNSHIPPED" | "PARTIALLY_SHIPPED") => UiStatus::Paid,
            Some("SHIPPED") => UiStatus::Shipped,
            Some("CANCELLED") => UiStatus::Cancelled,
            _ => UiStatus::Other,
        }
    }

    fn missing_items(&self) -> bool {
        !self.update.carried.contains(Group::Items)
    }

    fn units(&self) -> i64 {
        self.update.lines.iter().map(|line| line.item.quantity.max(0)).sum()
    }

    fn left(&self) -> bool {
        let left =
            |line: &packlight_domain::order::Line| line.item.quantity > line.shipped.quantity.unwrap_or(0);
        self.missing_items() || self.update.lines.iter().any(left)
    }

    fn zone(&self) -> Tz {
        let id = self.update.header.marketplace_id.as_deref();
        ZONES
            .iter()
            .find(|(own, _)| Some(*own) == id && self.platform == Platform::Amazon)
            .map_or(Tz::Europe__London, |own| own.1)
    }

    fn is(&self, is: Is) -> bool {
        let fulfilled = self.update.fulfillment.fulfilled_by.as_deref();
        let has = |program: &str| self.update.header.programs.iter().any(|own| own == program);
        let no_asin = self.platform == Platform::Amazon
            && self.update.lines.iter().any(|line| line.item.asin.is_none());
        let unmatched = self
            .update
            .lines
            .iter()
            .any(|line| line.item.asin.is_some() || self.platform != Platform::Amazon);
        match is {
            // Nothing is mapped or linked in this world.
            Is::Unmatched => unmatched,
            Is::NoAsin => no_asin,
            Is::Matched => !unmatched && !no_asin,
            Is::Linked | Is::Confirmed => false,
            Is::Late => {
                self.status() == UiStatus::Paid
                    && self.left()
                    && self.update.fulfillment.ship_by.latest.is_some_and(|by| by < now())
            }
            Is::Prime => has("PRIME"),
            Is::Business => has("AMAZON_BUSINESS"),
            Is::Fba => fulfilled == Some("AMAZON"),
            Is::Fbm => fulfilled == Some("MERCHANT"),
            Is::PartShipped => self.update.fulfillment.status.as_deref() == Some("PARTIALLY_SHIPPED"),
            Is::CancelRequested => self.update.lines.iter().any(|line| line.cancel_requested_by.is_some()),
            Is::MissingItems => self.missing_items(),
        }
    }

    fn in_days(
        &self,
        at: Option<DateTime<Utc>>,
        range: impl Fn(&Moment) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> bool {
        let (from, to) = range(&Moment { now: now(), zone: self.zone() });
        at.is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to))
    }

    fn holds(&self, test: &Test) -> bool {
        let lines = &self.update.lines;
        match test {
            Test::Text(text) => {
                let ids = std::iter::once(Some(&self.update.order_id)).chain(
                    lines.iter().flat_map(|line| [line.item.seller_sku.as_ref(), line.item.asin.as_ref()]),
                );
                let is_short = text.chars().count() < 3;
                ids.flatten()
                    .map(|id| fold(id))
                    .any(|id| if is_short { id.starts_with(text) } else { id.contains(text) })
                    || lines
                        .iter()
                        .filter_map(|line| line.item.title.as_ref())
                        .any(|title| fold(title).contains(text))
            }
            Test::Status(own) => own.contains(&self.status()),
            Test::Is(own) => own.iter().any(|is| self.is(*is)),
            Test::Has(own) => own.iter().any(|has| match has {
                Has::Gift => lines.iter().any(|line| line.shipped.is_gift),
                // Nothing says that an order whose lines are unknown has none; it has none that is known.
                Has::Asin => lines.iter().any(|line| line.item.asin.is_some()),
                Has::Fees => false,
                Has::Notes => self.note,
            }),
            Test::Ship(own) => own.iter().any(|ship| match ship {
                Ship::Overdue => self.is(Is::Late),
                Ship::Days(days) => {
                    self.in_days(self.update.fulfillment.ship_by.latest, |moment| moment.of_days(days))
                }
            }),
            Test::Date(own) => own
                .iter()
                .any(|placed| self.in_days(self.update.header.created, |moment| moment.of_placed(placed))),
            Test::Qty(own) => own.iter().any(|qty| within(qty, u32::try_from(self.units()).unwrap())),
            Test::Total(own) => {
                self.update.total.is_some_and(|total| own.iter().any(|compare| within(compare, total.main())))
            }
            Test::Fee(own) => own.contains(&FeeState::None),
            Test::Platform(own) => own.contains(&self.platform),
            Test::Channel(own) => {
                own.iter().any(|channel| self.is(if *channel == Channel::Afn { Is::Fba } else { Is::Fbm }))
            }
            Test::In(_) | Test::Set(_) => false,
            Test::Sku(own) => has_id(own, lines.iter().filter_map(|line| line.item.seller_sku.as_ref())),
            Test::Asin(own) => has_id(own, lines.iter().filter_map(|line| line.item.asin.as_ref())),
            Test::Account(own) => own.iter().any(|label| fold(label) == fold(self.label)),
        }
    }

    fn key(&self, key: SortKey) -> Option<(i64, &str)> {
        match key {
            SortKey::Date => self.update.header.created.map(|at| (at.timestamp_millis(), "")),
            SortKey::Updated => Some((self.update.last_update.timestamp_millis(), "")),
            SortKey::ShipBy => self.update.fulfillment.ship_by.latest.map(|at| (at.timestamp_millis(), "")),
            SortKey::Total => self.update.total.map(|total| (total.minor, "")),
            SortKey::OrderId => Some((0, self.update.order_id.as_str())),
        }
    }
}

fn has_id<'a>(asked: &[String], mut ids: impl Iterator<Item = &'a String>) -> bool {
    ids.any(|id| asked.iter().any(|own| fold(own) == fold(id)))
}

fn within<T: Copy + PartialOrd>(compare: &Compare<T>, value: T) -> bool {
    use std::ops::RangeBounds;
    compare.bounds().contains(&value)
}

/// A term of the language.
fn term(dice: &mut Dice) -> String {
    let day = |dice: &mut Dice| (now() + TimeDelta::days(dice.signed(8) - 6)).format("%Y-%m-%d").to_string();
    let compare = |dice: &mut Dice, value: String, other: String| match dice.below(6) {
        0 => format!(">{value}"),
        1 => format!("<{value}"),
        2 => format!(">={value}"),
        3 => format!("<={value}"),
        4 if value <= other => format!("{value}..{other}"),
        _ => value,
    };
    let words = [
        "falcon",
        "tower",
        "größe",
        "レゴ",
        "lego 75",
        "fa",
        "ab",
        "203-0",
        "eb-",
        "zz",
        "zeppelin",
        "strasse",
        "straße",
        "b00000000",
        "a",
    ];
    match dice.below(18) {
        0 | 1 => format!("\"{}\"", dice.of(&words)),
        2 => format!(
            "status:{}",
            dice.of(&["paid", "paid,shipped", "pending", "cancelled", "completed", "shipped"])
        ),
        3..6 => format!("is:{}", dice.of(Is::ALL).word()),
        6 => format!("is:{},{}", dice.of(Is::ALL).word(), dice.of(Is::ALL).word()),
        7 => format!("has:{}", dice.of(Has::ALL).word()),
        8 => format!("ship:{}", dice.of(&["today", "tomorrow", "overdue", "today,overdue", ">=tomorrow"])),
        9 => {
            let (a, b) = (day(dice), day(dice));
            format!("ship:{}", compare(dice, a, b))
        }
        10 => format!("date:{}", dice.of(&["today", "7d", "2d", "1d,2026-01-10"])),
        11 => {
            let (a, b) = (day(dice), day(dice));
            format!("date:{}", compare(dice, a, b))
        }
        12 => {
            let (a, b) = (dice.below(10).to_string(), dice.below(10).to_string());
            format!("qty:{}", compare(dice, a, b))
        }
        13 => {
            let value = format!("{}.{:02}", dice.below(90), dice.of(&[0, 99, 5]));
            format!("total:{}", compare(dice, value.clone(), value))
        }
        14 => format!("sku:\"{}\"", dice.of(&["ab-1", "AB-12", "LONG shelf 5", "ä-9", "X", "nope"])),
        15 => format!(
            "asin:{}",
            dice.of(&["b00000000a", "B00000000C", "b0000000äd", "B00000000A,B00000000B", "B1"])
        ),
        16 => format!("channel:{}", dice.of(&["AFN", "MFN", "afn,mfn"])),
        _ => dice
            .of(&[
                "platform:amazon",
                "platform:ebay",
                "account:SHOP",
                "account:\"second shop\"",
                "fee:none",
                "fee:posted",
                "in:S5",
                "set:75192",
            ])
            .to_owned(),
    }
}

fn query(dice: &mut Dice) -> String {
    let terms = dice.of(&[0, 1, 1, 1, 2, 2, 3]);
    let terms: Vec<String> =
        (0..terms).map(|_| format!("{}{}", if dice.one_in(4) { "-" } else { "" }, term(dice))).collect();
    terms.join(" ")
}

fn request_of(scope: Scope, sort: Sort, place: Place, limit: u32) -> ListRequest {
    ListRequest { platform: scope.platform, account: scope.account, ..request(sort, place, limit) }
}

async fn world(orders: u64, dice: &mut Dice) -> (World, Vec<Known>) {
    let world = World::new().await;
    let other = NewAccount {
        platform: Platform::Ebay,
        marketplaces: Vec::new(),
        region: None,
        ..new_account("Second Shop")
    };
    let other = world.store.add_account(&other).await.unwrap().id;
    let mut all = Vec::new();
    for (account, prefix, label, platform, number) in [
        (world.account, "203", "shop", Platform::Amazon, orders),
        (other, "eb", "Second Shop", Platform::Ebay, orders / 8),
    ] {
        let updates: Vec<OrderUpdate> = (0..number).map(|number| order_of(number, dice, prefix)).collect();
        for page in updates.chunks(400) {
            world.store.apply(account, page, &[], at(0)).await.unwrap();
        }
        for update in updates {
            let note = dice.one_in(30);
            if note {
                let found = world.store.find_order(Some(account), &update.order_id).await.unwrap().unwrap();
                world.store.set_note(found.row.id, Some("mine"), at(0)).await.unwrap();
            }
            all.push(Known { update, label, platform, note });
        }
    }
    (world, all)
}

/// Row ids of the orders, by their numbers.
async fn row_ids(store: &Store) -> std::collections::HashMap<String, u32> {
    let mut ids = std::collections::HashMap::new();
    let mut place = Place::First;
    loop {
        let page = store.page(&Query::default(), &request(Sort::default(), place, 500), now()).await.unwrap();
        let Some(last) = page.last else { return ids };
        ids.extend(page.rows.into_iter().map(|row| (row.platform_order_id, row.id.0)));
        place = Place::After(last);
    }
}

fn sorted(found: &[(&Known, u32)], sort: Sort) -> Vec<u32> {
    let mut found = found.to_vec();
    found.sort_by(|(a, a_id), (b, b_id)| {
        let (own, other) = (a.key(sort.key), b.key(sort.key));
        match (&own, &other) {
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            _ if sort.descending => (other, b_id).cmp(&(own, a_id)),
            _ => (own, a_id).cmp(&(other, b_id)),
        }
    });
    found.into_iter().map(|(_, id)| id).collect()
}

async fn check(world: &World, text: &str, scope: Scope, expected: &[(&Known, u32)], dice: &mut Dice) {
    let query = Query::parse(text).unwrap();
    let store = &world.store;
    let counted = store.count(&query, scope, u32::MAX - 1, now(), || true).await.unwrap().unwrap();
    assert_eq!(
        (counted.orders as usize, counted.is_exact),
        (expected.len(), true),
        "count of {text} in {scope:?}"
    );
    let mut ids: Vec<u32> =
        store.matching(&query, scope, now()).await.unwrap().into_iter().map(|id| id.0).collect();
    let mut own: Vec<u32> = expected.iter().map(|own| own.1).collect();
    ids.sort_unstable();
    own.sort_unstable();
    assert_eq!(ids, own, "{text} in {scope:?}");

    let sort = Sort { key: dice.of(&SortKey::ALL), descending: dice.one_in(2) };
    let all = sorted(expected, sort);
    let limit = u32::try_from(30 + dice.below(300)).unwrap();
    let what = format!("{text} in {scope:?} by {sort:?}, {limit} at a time");
    let (mut seen, mut place) = (Vec::new(), Place::First);
    loop {
        let page = store.page(&query, &request_of(scope, sort, place, limit), now()).await.unwrap();
        if page.total_is_exact {
            assert_eq!((page.total as usize, page.position as usize), (all.len(), seen.len()), "{what}");
        } else {
            assert!(page.total as usize <= all.len() && page.position as usize <= seen.len(), "{what}");
        }
        let Some(last) = page.last else { break };
        seen.extend(page.rows.iter().map(|row| row.id.0));
        place = Place::After(last);
    }
    assert_eq!(seen, all, "{what}");
    for _ in 0..3 {
        let position = usize::try_from(dice.below(all.len() as u64 + 3)).unwrap();
        let near = request_of(scope, sort, Place::Near(u32::try_from(position).unwrap()), limit);
        let page = store.page(&query, &near, now()).await.unwrap();
        let start = position.min(all.len());
        let end = (start + limit as usize).min(all.len());
        let found: Vec<u32> = page.rows.iter().map(|row| row.id.0).collect();
        assert_eq!(found, all[start..end], "{what} near {position}");
        if page.total_is_exact {
            assert_eq!(
                (page.position as usize, page.total as usize),
                (start, all.len()),
                "{what} near {position}"
            );
        }
        let Some(first) = page.first else { continue };
        let before = ListRequest { place: Place::Before(first), ..near };
        let page = store.page(&query, &before, now()).await.unwrap();
        let found: Vec<u32> = page.rows.iter().map(|row| row.id.0).collect();
        let from = start.saturating_sub(limit as usize);
        assert_eq!(found, all[from..start], "{what} before {position}");
        if page.total_is_exact {
            assert_eq!(page.position as usize, from, "{what} before {position}");
        }
    }
}

#[tokio::test]
async fn every_query_finds_what_a_look_at_each_order_finds() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (world, all) = world(1_300, &mut dice).await;
    world.assert_sound().await;
    let ids = row_ids(&world.store).await;
    assert_eq!(ids.len(), all.len());
    let views = packlight_domain::view::BUILT_IN.map(|view| view.query.to_owned());
    let mut found_some = 0;
    for number in 0..160 {
        let text = views.get(number).cloned().unwrap_or_else(|| query(&mut dice));
        let scope = Scope {
            account: dice.one_in(6).then_some(world.account),
            platform: if dice.one_in(6) { Some(dice.of(&[Platform::Amazon, Platform::Ebay])) } else { None },
        };
        let parsed = Query::parse(&text).unwrap();
        let expected: Vec<(&Known, u32)> = all
            .iter()
            .filter(|own| scope.account.is_none() || own.label == "shop")
            .filter(|own| scope.platform.is_none_or(|platform| platform == own.platform))
            .filter(|own| parsed.terms.iter().all(|term| own.holds(&term.test) != term.negated))
            .map(|own| (own, ids[&own.update.order_id]))
            .collect();
        found_some += usize::from(!expected.is_empty());
        check(&world, &text, scope, &expected, &mut dice).await;
    }
    assert!(found_some > 80, "most queries find something: {found_some}");
}

#[tokio::test]
async fn amounts_compare_in_main_units() {
    let world = World::new().await;
    let mut yen = order("203-1", 1);
    yen.total = Some(Money { minor: 1_300, currency: Currency::JPY });
    let mut pence = order("203-2", 2);
    pence.total = Some(pounds(1_299));
    world.apply(&[yen, pence]).await;
    for (query, expected) in [
        ("total:>1000", vec!["203-1"]),
        ("total:12.99", vec!["203-2"]),
        ("total:12.995", vec![]),
        ("total:>12.98", vec!["203-2", "203-1"]),
        ("total:<=12.99", vec!["203-2"]),
        ("total:>99999999999999999999", vec![]),
    ] {
        let parsed = Query::parse(query).unwrap();
        let page =
            world.store.page(&parsed, &request(Sort::default(), Place::First, 9), now()).await.unwrap();
        let found: Vec<_> = page.rows.iter().map(|row| row.platform_order_id.as_str()).collect();
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!("12.99".parse::<Decimal>().unwrap(), pounds(1_299).main());
}
