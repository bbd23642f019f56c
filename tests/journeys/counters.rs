//! The counters of the benchmark, on a smaller desk: random writes by the same means, and the same recount by hand.

use anyhow::{Result, ensure};
use packlight_store::{Access, Store};
use rusqlite::Connection;

#[path = "../bench/orders.rs"]
mod orders;
#[path = "../bench/random_writes.rs"]
mod random_writes;
#[path = "../bench/recount.rs"]
mod recount;

use orders::Shop;
use random_writes::{Happenings, PAGE};
use recount::recount;

const WRITES: u64 = 20_000;

#[tokio::test]
async fn every_kept_count_is_that_of_a_recount_after_random_writes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), Access::Write, Shop::now()).await?;
    let mut desk = Happenings::at(store.clone(), 0, WRITES, 7).await?;
    for page in 1..=WRITES / PAGE {
        desk.page().await?;
        // A count that goes wrong and comes right again would be wrong on screen meanwhile.
        if page % 100 == 0 {
            let found = recount(&store, Shop::now()).await?;
            ensure!(found.unlike.is_empty(), "after {page} pages: {:#?}", found.unlike);
            ensure!(found.compared > 500, "{} numbers were compared", found.compared);
        }
    }
    ensure!(desk.tally.is_full(), "something never happened: {:?}", desk.tally);
    drop(desk);

    // The recount sees a count that is off by one, wherever it is kept.
    let raw = Connection::open(store.file())?;
    for (of, column, place) in [
        ("fact_counts", "n", "account_id = 1"),
        ("order_blocks", "n2", "segment = 2 AND account_id = 1"),
        ("order_blocks", "cancel_requested", "segment = 8 AND account_id = 2"),
    ] {
        let change = |step: i64| {
            raw.execute_batch(&format!("UPDATE {of} SET {column} = {column} + {step} WHERE {place}"))
        };
        change(1)?;
        let found = recount(&store, Shop::now()).await?;
        ensure!(!found.unlike.is_empty(), "{column} of {of} was off by one and nobody saw it");
        change(-1)?;
    }
    let found = recount(&store, Shop::now()).await?;
    ensure!(found.unlike.is_empty(), "{:#?}", found.unlike);
    Ok(())
}
