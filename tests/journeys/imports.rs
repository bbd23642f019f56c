//! Orders from files, seen from the journal: what the disk does to an import is told there too.

use std::time::Duration;

use packlight_domain::account::Platform;
use packlight_domain::file_import::ImportKind;
use packlight_engine::imports::ImportFile;
use packlight_tests::world::{World, shop};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

fn table(status: &str) -> ImportFile {
    let rows = ["B-1,Falcon", "B-2,Tower"].map(|row| format!("{row},2026-01-18,{status}\n")).concat();
    ImportFile {
        kind: ImportKind::Orders(Platform::Bricqer),
        name: "orders.csv".into(),
        bytes: format!("order_id,title,date,status\n{rows}").into_bytes(),
        columns: None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_fails_is_in_the_journal_with_its_reason() {
    let world = World::new(shop(0, 3), Duration::from_millis(800)).await;
    world.engine.import(table("paid"), false).await.unwrap();
    let file = world.folder().join("packlight.db");
    let mut beside = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::query(
        "CREATE TRIGGER broken BEFORE UPDATE ON platform_orders BEGIN SELECT RAISE(ABORT, 'worn out'); END",
    )
    .execute(&mut beside)
    .await
    .unwrap();
    let failure = world.engine.import(table("shipped"), false).await.unwrap_err();
    let runs = world.engine.activity_runs(None, 10).await.unwrap();
    assert_eq!((runs[0].kind.as_str(), runs[0].new_orders, runs[0].changed_orders), ("file import", 0, 0));
    let told = runs[0].error.as_ref().unwrap();
    assert_eq!(told.message, failure.to_string());
    assert!(told.message.contains("worn out"), "{}", told.message);
    assert_eq!((runs[1].new_orders, &runs[1].error), (2, &None));
}
