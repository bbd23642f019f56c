//! What lies on the demo seller's shelves: units of the sets that he sells, some of them matched and linked already.
//!
//! The same units every time, so that pictures and tests know them. Some sets have no unit left, some units have no
//! place yet and some ASINs nobody has mapped: there must be something left to do.

use packlight_domain::listing::ListRequest;
use packlight_domain::matching::OrderSelection;
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::stock::UnitDraft;
use packlight_engine::{Engine, EngineError};
use packlight_spapi_sim::StockedSet;

/// Every so manieth set is out of stock, always one that is mapped: what is not mapped yet lies there to be proposed.
const OUT_OF_STOCK: usize = 9;
/// Every so manieth set is not mapped yet.
const NOT_MAPPED: usize = 3;
/// How many paid orders have their units already.
const LINKED_ORDERS: u32 = 12;

/// Fills the shelves, maps most ASINs and gives the oldest paid orders their units.
pub(super) async fn fill(engine: &Engine) -> Result<(), EngineError> {
    let sets: Vec<StockedSet> = packlight_spapi_sim::stocked_sets().collect();
    let units: Vec<UnitDraft> =
        sets.iter().enumerate().filter(|(at, _)| at % OUT_OF_STOCK != NOT_MAPPED).flat_map(units).collect();
    engine.add_all_units(&units, &format!("Took stock of {} units", units.len())).await?;
    for (at, set) in sets.iter().enumerate() {
        if at % NOT_MAPPED != NOT_MAPPED - 1 {
            engine.map_number(&set.asin, true, set.number, "New").await?;
        }
    }
    let request = ListRequest {
        query: "status:paid".to_owned(),
        platform: None,
        account: None,
        sort: Sort { key: SortKey::Date, descending: false },
        place: Place::First,
        limit: LINKED_ORDERS,
    };
    let oldest = engine.list_orders(&request).await?.rows.into_iter().map(|order| order.id).collect();
    engine.link_selected(&OrderSelection::Ids(oldest)).await?;
    super::trouble::walk(engine).await
}

/// Units of one set: new ones on a shelf of `A` to `D` or in the numbered boxes, a used one beside them.
fn units((at, set): (usize, &StockedSet)) -> Vec<UnitDraft> {
    let copies = 2 + at * 7 % 6;
    (0..copies)
        .map(|copy| {
            let used = copy % 4 == 3;
            let place = match (at + copy) % 11 {
                0 => None,
                1..=6 => Some(format!("{}-{:02}", ["A", "B", "C", "D"][at % 4], 1 + at * 5 % 12)),
                _ => Some(format!("S{}", 1 + (at * 12 + copy) % 60)),
            };
            let price = if used { set.pence * 7 / 10 } else { set.pence };
            UnitDraft {
                set_number: set.number.to_owned(),
                name: set.name.to_owned(),
                condition: match copy % 4 {
                    3 => "Used - Very Good",
                    2 => "New",
                    _ => "New Sealed",
                }
                .to_owned(),
                cost: Some(pounds(price * 11 / 20)),
                listing_price: Some(pounds(price)),
                currency: Some(packlight_domain::currency::Currency::GBP),
                purchase_date: Some(format!(
                    "2025-{:02}-{:02}",
                    1 + (at + copy * 3) % 12,
                    1 + (at * 3 + copy) % 28
                )),
                storage_location: place,
                // The SKU of its listing, so that fetching the listings has something to complete.
                sku: (copy == 0).then(|| format!("{}-1-N-0", set.number)),
                asin: (at % NOT_MAPPED == NOT_MAPPED - 1 && copy % 2 == 0).then(|| set.asin.clone()),
                notes: (copy == 1 && at % 5 == 0).then(|| "Box corner dented".to_owned()),
            }
        })
        .collect()
}

fn pounds(pence: i64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use packlight_domain::currency::Currency;
    use packlight_domain::listing::{MAX_PAGE, MatchStatus};
    use packlight_domain::matching::LineKey;
    use packlight_domain::picking::{ExceptionReason, PickRequest};
    use packlight_engine::environment::Environment;
    use packlight_engine::{Access, Config, SyncRequest};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn there_is_something_to_match_and_every_reason_not_to_walk() {
        let folder = tempfile::tempdir().unwrap();
        let amazon = super::super::start_amazon().await.unwrap();
        let environment = super::super::environment(&amazon, &Environment::default());
        let secrets = super::super::secrets(folder.path());
        let config =
            Config::of_system(folder.path().to_owned(), Access::Write, environment, "Packlight", None)
                .unwrap();
        let engine = Engine::open(Config { secrets, ..config }).await.unwrap();
        super::super::connect(&engine).await.unwrap();
        engine.sync(&SyncRequest::default()).await.unwrap();
        fill(&engine).await.unwrap();

        let mut reasons = BTreeSet::new();
        let mut first_has_one = None;
        let unmatched = engine.details("status:paid is:unmatched", None, None, MAX_PAGE).await.unwrap();
        assert!(!unmatched.is_empty(), "there is nothing left to match");
        for order in unmatched {
            for item in order.items.iter().filter(|item| item.match_status == MatchStatus::Unmatched) {
                let line = LineKey { order: order.row.id, order_item_id: item.order_item_id.clone() };
                let proposed = engine.match_candidates(&line, "", 20).await.unwrap().units;
                first_has_one.get_or_insert(!proposed.is_empty());
                reasons.extend(
                    proposed.iter().flat_map(|unit| unit.reasons.iter().map(|own| format!("{own:?}"))),
                );
            }
        }
        let list = engine.plan_pick_list(&PickRequest::default()).await.unwrap();
        engine.close().await;
        amazon.stop().await;
        let on_page: BTreeSet<ExceptionReason> = list.exceptions.iter().map(|line| line.reason).collect();
        for reason in [
            ExceptionReason::CancelRequested,
            ExceptionReason::OnOpenList,
            ExceptionReason::NoAsin,
            ExceptionReason::NoMatch,
            ExceptionReason::NoStock,
            ExceptionReason::NoLocation,
        ] {
            assert!(on_page.contains(&reason), "{reason:?} is not among {on_page:?}");
        }
        assert!(list.totals.lines > 5, "{:?}", list.totals);
        assert_eq!(first_has_one, Some(true), "the newest unmatched line is the one that people open first");
        for reason in ["SameAsin", "SetNumberInTitle", "NameInTitle"] {
            assert!(reasons.contains(reason), "{reason} is not among {reasons:?}");
        }
    }

    #[test]
    fn every_unit_can_be_kept_and_some_work_is_left() {
        let all: Vec<UnitDraft> = packlight_spapi_sim::stocked_sets()
            .collect::<Vec<_>>()
            .iter()
            .enumerate()
            .flat_map(units)
            .collect();
        for draft in &all {
            draft.check(Currency::GBP).unwrap();
        }
        let placed = all.iter().filter(|unit| unit.storage_location.is_some()).count();
        assert!(
            all.len() > 150 && placed < all.len() && placed * 10 > all.len() * 8,
            "{placed} of {}",
            all.len()
        );
        for place in ["A-01", "S5", "S49"] {
            assert!(all.iter().any(|unit| unit.storage_location.as_deref() == Some(place)), "{place}");
        }
    }
}
