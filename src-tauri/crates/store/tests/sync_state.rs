//! Windows, tokens, watermarks; accounts; buckets; the journal.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::{AccountId, OrdersApi, Region};
use packlight_domain::order::OrderUpdate;
use packlight_store::{
    Access, BucketKey, LogEntry, LogError, NewAccount, NewWindow, OpenWindow, PageCommit, SecretsPlace,
    Source, Store, StoreError, StoredBucket, WindowId,
};

async fn open_windows(world: &World) -> Vec<OpenWindow> {
    world.store.sync_state(world.account, Source::Orders).await.unwrap().open_windows
}

async fn open_window(world: &World) -> Option<OpenWindow> {
    let mut open = open_windows(world).await;
    assert!(open.len() <= 1, "{open:?}");
    open.pop()
}

async fn marks(world: &World) -> Vec<Option<chrono::DateTime<chrono::Utc>>> {
    let state = world.store.sync_state(world.account, Source::Orders).await.unwrap();
    assert_eq!(state.watermarks.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [GB, JP]);
    state.watermarks.into_iter().map(|(_, mark)| mark).collect()
}

#[tokio::test]
async fn a_page_and_its_token_are_kept_together_and_the_last_moves_the_watermark() {
    let world = World::new().await;
    assert_eq!(marks(&world).await, [None, None]);
    let window = begin(&world, 0, 1_000).await;
    let open = open_window(&world).await.unwrap();
    assert_eq!((open.id, open.pages, open.token.as_deref()), (window, 0, None));
    assert_eq!(open.token_at, at(1_125));

    let one = [order("203-1", 100)];
    let first =
        PageCommit { echoed: Some(at(990)), fingerprint: u64::MAX, ..page(window, &one, Some("token-2")) };
    let result = commit(&world, &first).await;
    assert_eq!((result.done, result.watermark, result.changes.new.len()), (false, None, 1));
    let open = open_window(&world).await.unwrap();
    assert_eq!((open.pages, open.token.as_deref(), open.token_at), (1, Some("token-2"), at(9_999)));
    assert_eq!((open.fingerprints, open.lowest_echo), (vec![u64::MAX], Some(at(990))));
    assert_eq!(marks(&world).await, [None, None], "half a window proves nothing");

    let result = commit(&world, &PageCommit { echoed: Some(at(995)), ..page(window, &[], None) }).await;
    assert_eq!((result.done, result.watermark), (true, Some(at(990))));
    assert_eq!((marks(&world).await, open_window(&world).await), (vec![Some(at(990)); 2], None));
    let error = world.store.commit_page(&page(window, &[], None)).await.unwrap_err();
    assert_eq!(error.to_string(), "the sync window is no longer open: a newer one has replaced it");
}

#[tokio::test]
async fn the_watermark_never_moves_back_nor_over_a_gap_nor_past_the_window() {
    let world = World::new().await;
    let done = async |from, to, echoed: Option<i64>| {
        let window = begin(&world, from, to).await;
        commit(&world, &PageCommit { echoed: echoed.map(at), ..page(window, &[], None) }).await.watermark
    };
    assert_eq!(done(0, 1_000, None).await, Some(at(1_000)), "without an echo the window's own end counts");
    assert_eq!(done(-9_000, 500, None).await, Some(at(1_000)), "a re-read of the past");
    assert_eq!(done(1_001, 2_000, None).await, Some(at(1_000)), "1,000 to 1,001 was never read");
    assert_eq!(done(400, 2_000, Some(9_000)).await, Some(at(2_000)), "an echo from the future");
    assert_eq!(world.store.accounts().await.unwrap()[0].complete_up_to, Some(at(2_000)));
}

#[tokio::test]
async fn a_window_that_was_replaced_takes_nothing_more() {
    let world = World::new().await;
    let old = begin(&world, 0, 1_000).await;
    let new = begin(&world, 0, 2_000).await;
    assert_ne!(old, new);
    let one = [order("203-1", 100)];
    let error = world.store.commit_page(&page(old, &one, None)).await.unwrap_err();
    assert!(matches!(error, StoreError::WindowClosed));
    assert!(matches!(
        world.store.commit_page(&page(WindowId(99), &one, None)).await,
        Err(StoreError::WindowClosed)
    ));
    assert_eq!(world.store.find_order(None, "203-1").await.unwrap(), None);
    assert_eq!(open_window(&world).await.unwrap().id, new);
}

#[tokio::test]
async fn a_window_takes_the_place_of_those_that_share_a_marketplace_and_of_no_other() {
    let world = World::new().await;
    let begin = async |ids: &[&str]| {
        let window = NewWindow {
            marketplace_ids: ids.iter().map(ToString::to_string).collect(),
            ..window(&world, 0, 1_000)
        };
        world.store.begin_window(&window).await.unwrap()
    };
    let [british, japanese] = [begin(&[GB]).await, begin(&[JP]).await];
    let one = [order("203-1", 100)];
    commit(&world, &page(british, &one, Some("british"))).await;
    commit(&world, &page(japanese, &one, Some("japanese"))).await;
    let places: Vec<_> = open_windows(&world).await.into_iter().map(|open| (open.id, open.token)).collect();
    assert_eq!(places, [(british, Some("british".into())), (japanese, Some("japanese".into()))]);
    // Each ends by itself and moves its own mark.
    commit(&world, &page(japanese, &[], None)).await;
    assert_eq!(marks(&world).await, [None, Some(at(1_000))]);
    assert_eq!(open_window(&world).await.unwrap().id, british);
    let both = begin(&[GB, JP]).await;
    assert_eq!(open_window(&world).await.unwrap().id, both);
    let again = begin(&[JP]).await;
    assert_eq!(open_window(&world).await.unwrap().id, again);
    let error = world.store.commit_page(&page(both, &one, None)).await.unwrap_err();
    assert!(matches!(error, StoreError::WindowClosed));
    world.assert_sound().await;
}

#[tokio::test]
async fn an_end_that_amazon_was_not_told_proves_nothing() {
    let world = World::new().await;
    let read = async |from: i64, echoed: &[Option<i64>]| {
        let window = NewWindow { end_sent: false, ..window(&world, from, 90_000) };
        let window = world.store.begin_window(&window).await.unwrap();
        let mut result = None;
        for (at_page, echo) in echoed.iter().enumerate() {
            let next = (at_page + 1 < echoed.len()).then_some("next");
            let commit_it = PageCommit { echoed: echo.map(at), ..page(window, &[], next) };
            result = Some(commit(&world, &commit_it).await);
        }
        result.map(|result| (result.watermark, result.reached)).unwrap()
    };
    assert_eq!(read(500, &[Some(400)]).await, (None, at(400)), "it began behind its own end");
    assert_eq!(read(0, &[Some(1_000), Some(1_200)]).await, (Some(at(1_000)), at(1_000)));
    assert_eq!(read(400, &[None]).await, (Some(at(1_000)), at(400)), "nobody said up to when");
    assert_eq!(read(400, &[Some(95_000)]).await, (Some(at(95_000)), at(95_000)), "the guess is no bound");
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart() {
    let world = World::new().await;
    let window = begin(&world, 0, 1_000).await;
    let one = [order("203-1", 100)];
    commit(&world, &page(window, &one, Some("next"))).await;
    let before = open_windows(&world).await;
    // Opened again beside the first, as after a kill: nothing of the first was closed.
    let again = Store::open(world.folder.path(), Access::Read, at(0)).await.unwrap();
    assert_eq!(again.sync_state(world.account, Source::Orders).await.unwrap().open_windows, before);
    assert!(again.find_order(None, "203-1").await.unwrap().is_some());
}

#[tokio::test]
async fn a_caller_that_is_dropped_leaves_no_transaction_open() {
    let world = World::new().await;
    let updates: Vec<OrderUpdate> = (0..200).map(|n| order(&format!("203-{n}"), n)).collect();
    let window = begin(&world, 0, 1_000).await;
    for turns in 0..60 {
        let commit = page(window, &updates, Some("t"));
        let mut future = Box::pin(world.store.commit_page(&commit));
        for _ in 0..turns {
            if futures::poll!(&mut future).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(future);
        // The next write would fail with "cannot start a transaction within a transaction".
        world.store.mark_read(world.account, "203-1", at(turns)).await.unwrap();
    }
    assert_eq!(world.store.counts(None, None).await.unwrap().all, 200);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_label_is_taken_until_the_same_seller_comes_back() {
    let world = World::new().await;
    let error = world.store.add_account(&new_account("shop")).await.unwrap_err();
    assert_eq!(error.to_string(), "an account named 'shop' exists already: choose another label");
    world.apply(&[order("203-1", 100)]).await;
    let window = begin(&world, 0, 1_000).await;
    commit(&world, &page(window, &[], None)).await;
    world.store.record_check(world.account, at(5), Some("a role is missing")).await.unwrap();
    world.store.remove_account(world.account, at(10)).await.unwrap();
    let gone = world.store.accounts().await.unwrap().remove(0);
    assert!(!gone.is_connected());
    assert_eq!((gone.secrets, gone.secrets_since, gone.removed_at), (SecretsPlace::None, None, Some(at(10))));
    assert_eq!(world.store.counts(Some(world.account), None).await.unwrap().all, 1, "its orders stay");

    let stranger = NewAccount { client_fingerprint: "another".into(), ..new_account("shop") };
    assert!(matches!(world.store.add_account(&stranger).await, Err(StoreError::DuplicateLabel(_))));
    let back = world
        .store
        .add_account(&NewAccount {
            orders_api: OrdersApi::V0,
            secrets: SecretsPlace::File,
            now: at(20),
            ..new_account("shop")
        })
        .await
        .unwrap();
    assert_eq!((back.id, back.orders_api, back.secrets_since), (world.account, OrdersApi::V0, Some(at(20))));
    assert_eq!(
        (back.complete_up_to, back.removed_at, back.last_check_problem),
        (Some(at(1_000)), None, None)
    );
    assert_eq!(back.marketplaces, new_account("shop").marketplaces);

    world
        .store
        .replace_secrets(back.id, "f2", &Some("z".into()), SecretsPlace::Keychain, at(30))
        .await
        .unwrap();
    let account = world.store.accounts().await.unwrap().remove(0);
    assert_eq!((account.client_fingerprint.as_str(), account.client_id_tail.as_deref()), ("f2", Some("z")));
    assert!(account.is_connected());
    let error = world.store.remove_account(AccountId(7), at(0)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no account 7");
}

#[tokio::test]
async fn buckets_are_kept_by_their_key_and_never_give_a_token_early() {
    let world = World::new().await;
    let key = BucketKey {
        client_fingerprint: "f".into(),
        region: Region::Eu,
        account: world.account,
        operation: "searchOrders".into(),
    };
    assert_eq!(world.store.load_bucket(&key).await.unwrap(), None);
    let odd = at(1) + chrono::TimeDelta::nanoseconds(1_000_001);
    let bucket = StoredBucket { tokens_nano: -5, micro_hertz: 5_600, at: odd };
    world.store.save_bucket(&key, &bucket).await.unwrap();
    let saved = world.store.load_bucket(&key).await.unwrap().unwrap();
    assert_eq!(saved, StoredBucket { at: at(1) + chrono::TimeDelta::milliseconds(2), ..bucket });
    for other in [
        BucketKey { region: Region::Na, ..key.clone() },
        BucketKey { account: AccountId(0), ..key.clone() },
        BucketKey { operation: "getOrder".into(), ..key.clone() },
        BucketKey { client_fingerprint: "g".into(), ..key.clone() },
    ] {
        assert_eq!(world.store.load_bucket(&other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_journal_keeps_runs_and_surprises() {
    let world = World::new().await;
    let first = world.store.begin_log(world.account, "orders", at(0)).await.unwrap();
    let second = world.store.begin_log(world.account, "orders", at(50)).await.unwrap();
    let error =
        LogError { code: "offline".into(), message: "no network".into(), request_id: Some("r-1".into()) };
    let entry = LogEntry {
        calls: 21,
        pages: 20,
        throttled: 1,
        new: 2_000,
        lateness: vec![1, 0, 3],
        complete_up_to: Some(at(40)),
        error: Some(error),
        ended_at: at(60),
        ..LogEntry::default()
    };
    world.store.finish_log(first, &entry).await.unwrap();
    let logs = world.store.recent_logs(10).await.unwrap();
    assert_eq!(logs.iter().map(|log| log.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!((logs[0].entry.as_ref(), logs[1].entry.as_ref()), (None, Some(&entry)));

    let window = begin(&world, 0, 1).await;
    let surprises = [("orders[].createdTime".to_owned(), "number".to_owned(), 2)];
    for token in [Some("a"), Some("b")] {
        commit(&world, &PageCommit { surprises: &surprises, ..page(window, &[], token) }).await;
    }
    assert_eq!(
        world.store.surprises().await.unwrap(),
        [("orders[].createdTime".to_owned(), "number".to_owned(), 4)]
    );

    // A quarter of a year later the old runs are gone.
    world.store.close().await;
    let later = at(51) + chrono::TimeDelta::days(90);
    let again = Store::open(world.folder.path(), Access::Write, later).await.unwrap();
    assert_eq!(again.recent_logs(10).await.unwrap(), []);
    again.close().await;
}

#[tokio::test]
async fn a_refused_part_is_remembered_until_its_span_was_read_whole() {
    let world = World::new().await;
    let patchy = async || {
        let state = world.store.sync_state(world.account, Source::Orders).await.unwrap();
        state.patchy.iter().find(|(id, _)| id == GB).map(|(_, from)| *from)
    };
    let read = async |from, to, patchy_page| {
        let window = begin(&world, from, to).await;
        let first = PageCommit { patchy: patchy_page, ..page(window, &[], Some("next")) };
        commit(&world, &first).await;
        commit(&world, &page(window, &[], None)).await;
    };
    read(0, 1_000, false).await;
    assert_eq!(patchy().await, None);
    // One page of it came without a part: its own last page, though whole, does not take the note away.
    read(900, 2_000, true).await;
    let noted = patchy().await.unwrap();
    assert!(noted < at(900) && noted > at(899), "{noted}");
    // A later window that does not reach back leaves it standing, a longer gap widens it.
    read(1_900, 3_000, false).await;
    assert_eq!(patchy().await, Some(noted));
    read(500, 3_100, true).await;
    assert!(patchy().await.unwrap() < at(500));
    // Half of the way back: what is left begins where the half ended.
    read(400, 2_500, false).await;
    assert_eq!(patchy().await, Some(at(2_500)));
    read(2_400, 3_200, false).await;
    assert_eq!(patchy().await, None);
}
