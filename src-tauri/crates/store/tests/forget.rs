//! Forgetting an account: nothing of it stays, nothing else goes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod common;

use common::*;
use packlight_domain::account::{AccountId, OrdersApi};
use packlight_domain::alert::News;
use packlight_domain::currency::Currency;
use packlight_domain::listing::OrderRowId;
use packlight_domain::matching::LineKey;
use packlight_domain::offer::ListingRow;
use packlight_domain::picking::PickListDone;
use packlight_domain::stock::{UnitDraft, UnitId};
use packlight_store::{
    Confirming, Holdings, NewListings, NewReportRequest, NewWindow, Orders, PickAsked, Source, StoreError,
};

/// Stands in everything that is to be forgotten, and nowhere else.
const CANARY: &str = "Zeppelin";

/// A second seller beside the world's own.
async fn other(world: &World) -> AccountId {
    let mut account = new_account("other");
    account.client_fingerprint = "fedcba9876543210".into();
    world.store.add_account(&account).await.unwrap().id
}

async fn units(world: &World, number: usize) -> Vec<UnitId> {
    let draft = UnitDraft {
        set_number: "75192".into(),
        name: "Millennium Falcon".into(),
        condition: "New".into(),
        storage_location: Some("S1".into()),
        ..UnitDraft::default()
    };
    let fields = draft.check(Currency::GBP).unwrap();
    world.store.add_units(vec![fields; number], "Added", at(0)).await.unwrap().0
}

async fn read(world: &World, account: AccountId, ids: &[&str]) {
    let window = NewWindow {
        account,
        source: Source::Orders,
        api: OrdersApi::V2026,
        marketplace_ids: vec![GB.into(), JP.into()],
        window: packlight_domain::window::Window { from: at(0), to: at(900) },
        end_sent: true,
        restarts: 0,
        now: at(1_000),
    };
    let window = world.store.begin_window(&window).await.unwrap();
    let updates: Vec<_> = ids
        .iter()
        .zip(1..)
        .map(|(id, second)| {
            let mut update = order(id, second);
            update.lines[0].item.title = Some(CANARY.into());
            update
        })
        .collect();
    world.store.commit_page(&page(window, &updates, None)).await.unwrap();
}

/// The row of an order.
async fn row_of(world: &World, number: &str) -> OrderRowId {
    let sql = format!("SELECT id FROM platform_orders WHERE platform_order_id = '{number}'");
    OrderRowId(u32::try_from(scalar(&mut world.raw().await, &sql).await).unwrap())
}

async fn line_of(world: &World, number: &str) -> LineKey {
    LineKey { order: row_of(world, number).await, order_item_id: "1".into() }
}

/// An account with everything that an account can have: A is linked, B confirmed, C has a note, D stands on the pick list.
async fn busy_account(world: &World) -> (AccountId, PickListDone) {
    let account = other(world).await;
    read(world, account, &["A", "B", "C", "D"]).await;
    let units = units(world, 3).await;
    world.store.link_unit(&line_of(world, "A").await, units[0], at(2_000)).await.unwrap();
    world.store.link_unit(&line_of(world, "B").await, units[1], at(2_000)).await.unwrap();
    world.store.set_note(row_of(world, "C").await, Some(CANARY), at(2_000)).await.unwrap();
    let these = Orders::Ids(vec![row_of(world, "B").await]);
    let confirmed = world
        .store
        .confirm(&Confirming { orders: Some(these), ..Confirming::default() }, at(3_000))
        .await
        .unwrap();
    assert_eq!(confirmed.confirmed, 1);
    let run = world.store.start_pick_run(&PickAsked::default(), at(4_000)).await.unwrap();
    let listing = ListingRow { sku: CANARY.into(), title: Some(CANARY.into()), ..ListingRow::default() };
    let listings = NewListings {
        account,
        marketplace_id: GB.into(),
        rows: vec![listing],
        complete: true,
        seen_at: at(0),
        ends: None,
    };
    world.store.replace_listings(listings).await.unwrap();
    world.store.begin_log(account, "sync", at(5_000)).await.unwrap();
    let report = NewReportRequest {
        account,
        report_type: CANARY.into(),
        scope: GB.into(),
        marketplace_ids: vec![GB.into()],
        options: std::collections::BTreeMap::new(),
        data_from: None,
        data_to: None,
        now: at(0),
    };
    world.store.intend_report(&report).await.unwrap();
    let news = News::NewOrder {
        order: row_of(world, "A").await,
        number: "A".into(),
        what: CANARY.into(),
        total: None,
    };
    assert!(world.store.note_news("order:A", &news, at(0)).await.unwrap());
    sqlx::query("INSERT OR REPLACE INTO alert_state (id, seen_to, since) VALUES (1, 5, 0)")
        .execute(&mut world.raw().await)
        .await
        .unwrap();
    (account, run)
}

#[tokio::test]
async fn nothing_of_it_stays_and_nothing_else_goes() {
    let world = World::new().await;
    world.apply(&[order("mine", 7)]).await;
    let mine = units(&world, 1).await[0];
    world.store.link_unit(&line_of(&world, "mine").await, mine, at(1_500)).await.unwrap();
    let before = content(&mut world.raw().await).await;
    let (account, run) = busy_account(&world).await;
    let holdings = world.store.holdings(account).await.unwrap();
    assert_eq!(holdings.open_lists, std::slice::from_ref(&run.entry.id));
    let told = |count: u32| Holdings { open_lists: Vec::new(), pick_lists: count, ..holdings.clone() };
    assert_eq!(
        told(0),
        Holdings {
            orders: 4,
            lines: 4,
            notes: 1,
            confirmed: 1,
            linked_units: 1,
            sold_units: 1,
            ..Holdings::default()
        }
    );

    let refused = world.store.forget_account(account, |_| ()).await.unwrap_err();
    assert_eq!(refused.to_string(), "the account is still connected: disconnect it first");
    world.store.remove_account(account, at(6_000)).await.unwrap();
    let refused = world.store.forget_account(account, |_| ()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "pick list {} has orders of this account and is open: finish or discard it first",
            run.entry.id
        )
    );
    world.store.finish_pick_list(run.entry.record, at(6_001)).await.unwrap();
    assert_eq!(world.store.holdings(account).await.unwrap(), told(1));

    assert_eq!(world.store.forget_account(account, |_| ()).await.unwrap(), 4);
    let mut raw = world.raw().await;
    assert_nothing_of(&mut raw, account).await;
    assert_eq!(content(&mut raw).await.len(), before.len(), "the other account is as it was");
    assert_eq!(content(&mut raw).await, before);
    let states = rows(&mut raw, "SELECT status FROM inventory_items ORDER BY id").await;
    let states: Vec<_> = states.iter().map(|row| row["status"].as_str()).collect();
    assert_eq!(states, ["linked", "in_stock", "sold", "in_stock"], "sold stays sold, held becomes free");
    world.assert_sound().await;
    // The words are not in the file either, nor in its log.
    for name in ["packlight.db", "packlight.db-wal"] {
        let bytes = std::fs::read(world.folder.path().join(name)).unwrap_or_default();
        for word in [CANARY, "zeppelin"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} in {name}");
        }
    }
    assert!(matches!(world.store.forget_account(account, |_| ()).await, Err(StoreError::NoAccount(_))));
    // Whoever comes under the freed numbers has a history of its own.
    let (again, _) = busy_account(&world).await;
    assert_eq!(world.store.holdings(again).await.unwrap().orders, 4);
    world.assert_sound().await;
}

/// Every table is looked through, also those that later versions add: what names the account, or an order that is not there.
async fn assert_nothing_of(raw: &mut sqlx::SqliteConnection, account: AccountId) {
    let columns = rows(
        raw,
        "SELECT t.name AS tbl, c.name AS col FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND c.name IN ('account_id', 'order_id')",
    )
    .await;
    assert!(columns.len() > 10, "{columns:?}");
    for column in columns {
        let (table, column) = (&column["tbl"], &column["col"]);
        // The limits of Amazon's operations hold for whoever connects next.
        if table == "rate_buckets" {
            continue;
        }
        let sql = match column.as_str() {
            "account_id" => format!("SELECT COUNT(*) FROM {table} WHERE account_id = {}", account.0),
            _ => {
                format!("SELECT COUNT(*) FROM {table} WHERE order_id NOT IN (SELECT id FROM platform_orders)")
            }
        };
        assert_eq!(scalar(raw, &sql).await, 0, "{table}.{column}");
    }
    for sql in [
        "SELECT COUNT(*) FROM pragma_foreign_key_check",
        "SELECT COUNT(*) FROM act_batches b WHERE acts <> (SELECT COUNT(*) FROM acts a WHERE a.batch = b.id)",
        "SELECT COUNT(*) FROM pick_lists",
        "SELECT COUNT(*) FROM alert_news",
        // The next order gets a number that was given before, and is news.
        "SELECT COUNT(*) FROM alert_state WHERE seen_to > (SELECT COALESCE(MAX(id), 0) FROM platform_orders)",
    ] {
        assert_eq!(scalar(raw, sql).await, 0, "{sql}");
    }
}

/// Dropped in the middle it leaves whole orders, and the next time it goes on from there.
#[tokio::test]
async fn broken_off_it_goes_on_from_there() {
    let world = World::new().await;
    let account = other(&world).await;
    let ids: Vec<String> = (0..1_200).map(|number| format!("N{number}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    read(&world, account, &names).await;
    world.store.remove_account(account, at(2_000)).await.unwrap();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    {
        let forgetting = world.store.forget_account(account, move |gone| told.send(gone).unwrap());
        tokio::select! {
            biased;
            gone = heard.recv() => assert_eq!(gone, Some(500)),
            done = forgetting => panic!("it was not broken off: {done:?}"),
        }
    }
    let left = world.store.holdings(account).await.unwrap().orders;
    assert!((200..=700).contains(&left), "{left}");
    world.assert_sound().await;
    // What was under way when the question was dropped went to its end.
    assert!(world.store.forget_account(account, |_| ()).await.unwrap() <= left);
    assert_nothing_of(&mut world.raw().await, account).await;
}

/// Acts, lists and news that nobody could find any more, because their orders are gone.
#[tokio::test]
async fn what_belongs_to_orders_that_are_gone_already_goes_too() {
    let world = World::new().await;
    let (account, run) = busy_account(&world).await;
    world.store.finish_pick_list(run.entry.record, at(4_001)).await.unwrap();
    world.apply(&[order("mine", 7)]).await;
    world.store.set_note(row_of(&world, "mine").await, Some("kept"), at(5_000)).await.unwrap();
    let mut raw = world.raw().await;
    // As an earlier version let old orders go: what was done to them stayed.
    sqlx::query("DELETE FROM claims").execute(&mut raw).await.unwrap();
    sqlx::query("DELETE FROM platform_orders WHERE platform_order_id IN ('A', 'B', 'C', 'D')")
        .execute(&mut raw)
        .await
        .unwrap();
    // Another account's order that was taken back, and may come again.
    sqlx::query(
        "INSERT INTO acts (batch, at, kind, subject, before, order_id) VALUES (900, 0, 'order', 'order:99', ?, 99)",
    )
    .bind(format!("{{\"account\":{},\"order\":{{}}}}", world.account.0))
    .execute(&mut raw)
    .await
    .unwrap();
    world.store.remove_account(account, at(6_000)).await.unwrap();
    world.store.forget_account(account, |_| ()).await.unwrap();
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM pick_lists").await, 0);
    let acts = rows(&mut raw, "SELECT kind, after FROM acts WHERE order_id IS NOT NULL").await;
    let kinds: Vec<_> = acts.iter().map(|act| act["kind"].as_str()).collect();
    assert_eq!(kinds, ["note", "order"], "{acts:?}");
    for table in ["acts", "pick_lists"] {
        let text = format!("{:?}", rows(&mut raw, &format!("SELECT * FROM {table}")).await);
        assert!(!text.contains(CANARY), "{text}");
    }
}

/// A title may be what an account is called; and alerts may look for news while an account is being forgotten.
#[tokio::test]
async fn only_its_own_news_goes_and_no_key_stays() {
    let world = World::new().await;
    world.apply(&[order("mine", 7)]).await;
    let account = other(&world).await;
    read(&world, account, &["A"]).await;
    let mine = News::NewOrder {
        order: row_of(&world, "mine").await,
        number: "mine".into(),
        what: "other".into(),
        total: None,
    };
    let dead = News::SecretExpires { account: "other".into(), days: 3 };
    world.store.note_news("order:mine", &mine, at(0)).await.unwrap();
    world.store.note_news("secret:2", &dead, at(0)).await.unwrap();
    // What is noted once its number is no order's any more cannot be told by what it says.
    let late = News::NotPrinted { document: "late".into(), reason: "late".into() };
    let key = format!("order:{}", row_of(&world, "A").await.0);
    world.store.note_news(&key, &late, at(0)).await.unwrap();
    world.store.remove_account(account, at(2_000)).await.unwrap();
    world.store.forget_account(account, |_| ()).await.unwrap();
    let left = rows(&mut world.raw().await, "SELECT key FROM alert_news").await;
    assert_eq!(left.iter().map(|news| news["key"].as_str()).collect::<Vec<_>>(), ["order:mine"]);
}

/// The words of what was deleted may not stay in the log, so the account stays until they are gone.
#[tokio::test]
async fn while_somebody_reads_the_log_it_is_not_forgotten_and_can_be_asked_again() {
    let world = World::new().await;
    let account = other(&world).await;
    read(&world, account, &["A"]).await;
    world.store.remove_account(account, at(2_000)).await.unwrap();
    let mut raw = world.raw().await;
    sqlx::query("BEGIN").execute(&mut raw).await.unwrap();
    assert_eq!(scalar(&mut raw, "SELECT COUNT(*) FROM platform_orders").await, 1);
    let refused = world.store.forget_account(account, |_| ()).await.unwrap_err().to_string();
    assert!(refused.ends_with("close it and try again"), "{refused}");
    assert_eq!(world.store.holdings(account).await.unwrap(), Holdings::default());
    sqlx::query("COMMIT").execute(&mut raw).await.unwrap();
    assert_eq!(world.store.forget_account(account, |_| ()).await.unwrap(), 0);
    assert!(matches!(world.store.forget_account(account, |_| ()).await, Err(StoreError::NoAccount(_))));
}
