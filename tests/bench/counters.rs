//! Counters that are kept, after a million random writes: whether each of them is what a recount by hand finds, and how
//! long those of the cards and of the saved views take to be read.
//!
//! The writes go into a copy of the big database, so that most of them change an order that a million others surround.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use packlight_store::{Access, Store};

use crate::orders::Shop;
use crate::random_writes::{Happenings, PAGE};
use crate::reading;
use crate::recount::recount;
use crate::turns::{Goal, Samples, Unit};

/// How many numbers that differ are shown.
const SHOWN: usize = 20;

/// `writes` orders are written into a copy of the database in `kept`, which has `orders`.
pub(crate) async fn measure(folder: &Path, kept: &Path, orders: u64, writes: u64) -> Result<Vec<Samples>> {
    let work = folder.join("counters");
    let _ = fs::remove_dir_all(&work);
    copy(kept, &work)?;
    let store = Store::open(&work, Access::Write, Shop::now()).await?;
    let mut desk = Happenings::at(store.clone(), orders, writes, 1).await?;
    let mut written = Samples::of("random writes, pages of 100", &[]).orders(PAGE);
    for page in 0..writes.div_ceil(PAGE) {
        if page % 1_000 == 0 {
            eprintln!("  {} of {writes} orders are written", page * PAGE);
        }
        written.push(desk.page().await?);
    }
    ensure!(desk.tally.is_full(), "something never happened: {:?}", desk.tally);
    eprintln!("  {:?}", desk.tally);
    drop(desk);
    eprintln!("  counting by hand");
    let found = recount(&store, Shop::now()).await?;
    store.close().await;
    found.unlike.iter().take(SHOWN).for_each(|unlike| eprintln!("  {unlike}"));
    let what = format!("kept numbers that differ from a recount, of {}", found.compared);
    let mut unlike = Samples::of(what, &[Goal::Most(0)]).counting(Unit::Count);
    unlike.push_number(found.unlike.len() as u64);

    let mut all = vec![written, unlike];
    let desk = reading::Desk::open(&work).await?;
    all.extend(desk.counters().await?);
    desk.close().await;
    fs::remove_dir_all(&work)?;
    Ok(all)
}

/// The database with what its log holds, if it was not closed in peace.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for name in ["packlight.db", "packlight.db-wal"] {
        let file = from.join(name);
        if file.exists() {
            fs::copy(&file, to.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    Ok(())
}
