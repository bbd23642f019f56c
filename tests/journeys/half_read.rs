//! Windows that were left in the middle of their list: each goes on from its own page token, whatever became of the others.

use std::time::Duration;

use packlight_domain::account::OrdersApi;
use packlight_engine::Code;
use packlight_spapi_sim::{BadJson, Call, Draft, DraftLine, Fault, GERMANY, Injection, Operation, UK};
use packlight_tests::database;
use packlight_tests::world::{World, shop};

/// Pages of one marketplace's orders.
fn pages(world: &World, currency: &str) -> usize {
    let mut orders: Vec<_> = world
        .amazon
        .truth()
        .into_iter()
        .filter(|line| line.item_currency == currency)
        .map(|line| line.amazon_order_id)
        .collect();
    orders.sort();
    orders.dedup();
    orders.len().div_ceil(100)
}

/// Which marketplaces each list was asked for, and whether it went on from a page token.
fn lists(world: &World) -> Vec<(String, bool)> {
    let value = |call: &Call, wanted: &str| {
        call.query.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone())
    };
    let list = |call: &Call| matches!(call.operation, Operation::SearchOrders | Operation::GetOrdersV0);
    let calls = world.amazon.calls();
    calls
        .iter()
        .filter(|call| list(call))
        .map(|call| {
            let goes_on = value(call, "paginationToken").or_else(|| value(call, "NextToken")).is_some();
            (value(call, "marketplaceIds").unwrap_or_default(), goes_on)
        })
        .collect()
}

/// A marketplace that joined late is read apart. Both lists break off on their third page, one after the other, and the
/// program is started anew each time: not a page is read twice.
#[tokio::test(start_paused = true)]
async fn two_half_read_windows_both_go_on_where_they_stood() {
    for api in [OrdersApi::V2026, OrdersApi::V0] {
        let world = World::new(shop(760, 13).marketplaces([UK, GERMANY]), Duration::from_millis(800)).await;
        world.connect(api, &[UK, GERMANY]).await.unwrap();
        let (british, german) = (pages(&world, "GBP"), pages(&world, "EUR"));
        assert!(british > 3 && german > 3, "{british} {german}");
        let list = if api == OrdersApi::V0 { Operation::GetOrdersV0 } else { Operation::SearchOrders };
        let breaks = |id: &str| Injection::from(Fault::BadJson(BadJson::Truncated)).on(list).naming(id);
        // Germany is closed at first, and the list of the United Kingdom breaks off.
        world.amazon.close_marketplace(GERMANY);
        // The first call names both and is refused.
        world.amazon.inject(breaks(UK).after(3));
        world.sync().await.unwrap_err();
        let world = world.restarted().await;
        assert_eq!(open_windows(&world).await, [(UK.to_owned(), 2)]);
        // Then Germany opens, and its list breaks off as well; that of the United Kingdom is still broken.
        world.amazon.open_marketplace(GERMANY);
        world.amazon.inject(breaks(GERMANY).after(2));
        let error = world.sync().await.unwrap_err();
        assert_eq!(error.code, Code::MalformedAnswer);
        let world = world.restarted().await;
        assert_eq!(open_windows(&world).await, [(UK.to_owned(), 2), (GERMANY.to_owned(), 2)]);

        // An hour later something was sold, too.
        tokio::time::advance(Duration::from_mins(30)).await;
        let draft = Draft::of([DraftLine::new("B0SIMTEST1", "Bonsai", 1, 999)]);
        let order = world.amazon.world().place(world.amazon.now(), draft).unwrap();
        tokio::time::advance(Duration::from_mins(30)).await;
        world.amazon.lift_all();
        world.amazon.clear_calls();
        world.synced().await;
        // Each to its end from its own token, and then what changed since.
        let expected: Vec<_> = [(UK, british - 2), (GERMANY, german - 2)]
            .into_iter()
            .flat_map(|(id, left)| {
                let rest = std::iter::once((id.to_owned(), false));
                std::iter::repeat_n((id.to_owned(), true), left).chain(rest)
            })
            .collect();
        assert_eq!(lists(&world), expected);
        assert!(world.engine.find_order(None, &order).await.is_ok());
        // With v0 the lines of so many orders take longer than the lists.
        if api == OrdersApi::V2026 {
            assert_eq!(database::view(world.folder()).await, database::sorted(world.amazon.truth()));
        }
        // Together again from now on.
        world.amazon.clear_calls();
        world.synced().await;
        assert_eq!(lists(&world).len(), 1);
        assert!(open_windows(&world).await.is_empty());
    }
}

/// The windows that are not read to their end: marketplaces and pages.
async fn open_windows(world: &World) -> Vec<(String, u32)> {
    let account = world.engine.accounts().await.unwrap()[0].id;
    let store = world.store().await;
    let state = store.sync_state(account, packlight_store::Source::Orders).await.unwrap();
    state
        .open_windows
        .into_iter()
        .filter(|open| open.token.is_some())
        .map(|open| (open.marketplace_ids.join(","), open.pages))
        .collect()
}
