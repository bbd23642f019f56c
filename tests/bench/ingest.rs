//! How fast pages of orders are kept: new ones, and such as bring no news.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use packlight_domain::order::OrderUpdate;
use packlight_store::DATABASE;

use crate::database::{Desk, PAGE};
use crate::orders::Shop;
use crate::plain::{self, Rows};
use crate::turns::{Goal, Samples};

/// Orders in one sample.
const ORDERS: u64 = 20_000;
const PAIRS: usize = 12;

/// Both measurements.
pub(crate) async fn measure(folder: &Path) -> Result<Vec<Samples>> {
    let work = folder.join("ingest");
    let _ = fs::remove_dir_all(&work);
    let (ours, control) = (work.join("ours"), work.join("control"));
    let shop = Shop::new(ORDERS);
    let first_of_pages = (0..ORDERS).step_by(usize::try_from(PAGE)?);
    let pages: Vec<Vec<OrderUpdate>> = first_of_pages.map(|first| shop.page(first, PAGE)).collect();

    // A first run of each is not counted: it gives the control its rows, and shows that both write the same.
    keep(&ours, &pages).await?;
    let rows = Rows::read(&ours.join(DATABASE), i64::try_from(PAGE)?)?;
    ensure!(u64::try_from(rows.orders)? == ORDERS, "{} of {ORDERS} orders are there", rows.orders);
    write(&rows, &control)?;
    plain::ensure_same(&ours.join(DATABASE), &control.join(DATABASE)).context("the control is no control")?;

    let mut new = Samples::of("new orders, pages of 100", &[Goal::Speed(600), Goal::Rate(15_000)])
        .orders(ORDERS)
        .against("plain rusqlite loop, same rows");
    let mut again = Samples::of("the same pages again, nothing written", &[Goal::Rate(100_000)])
        .orders(ORDERS)
        .against("one look-up an order");
    let versions = plain::versions(&control.join(DATABASE))?;
    for pair in 0..PAIRS {
        eprintln!("  pair {} of {PAIRS}", pair + 1);
        // The database of the last run stands until here: its pages bring no news now.
        if pair % 2 == 0 {
            again.push(keep_again(&ours, &pages).await?);
            again.push_control(look_up(&control, &versions)?);
            new.push(keep(&ours, &pages).await?);
            new.push_control(write(&rows, &control)?);
        } else {
            again.push_control(look_up(&control, &versions)?);
            again.push(keep_again(&ours, &pages).await?);
            new.push_control(write(&rows, &control)?);
            new.push(keep(&ours, &pages).await?);
        }
    }
    fs::remove_dir_all(&work)?;
    Ok(vec![new, again])
}

/// Keeps all pages in a new database.
async fn keep(folder: &Path, pages: &[Vec<OrderUpdate>]) -> Result<Duration> {
    let _ = fs::remove_dir_all(folder);
    let desk = Desk::open(folder).await?;
    let start = Instant::now();
    for (number, page) in pages.iter().enumerate() {
        let kept = desk.keep(page, number + 1 == pages.len()).await?;
        ensure!(kept.changes.new.len() == page.len(), "page {number} was not new: {:?}", kept.changes);
    }
    let took = start.elapsed();
    desk.store.close().await;
    Ok(took)
}

/// Keeps all pages once more.
async fn keep_again(folder: &Path, pages: &[Vec<OrderUpdate>]) -> Result<Duration> {
    let desk = Desk::reopen(folder).await?;
    let start = Instant::now();
    for (number, page) in pages.iter().enumerate() {
        let kept = desk.keep(page, number + 1 == pages.len()).await?.changes;
        let news = kept.new.len() + kept.changed.len();
        ensure!(news == 0 && kept.items_written == 0, "page {number} brought news: {kept:?}");
    }
    let took = start.elapsed();
    desk.store.close().await;
    Ok(took)
}

fn write(rows: &Rows, folder: &Path) -> Result<Duration> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    rows.write(&folder.join(DATABASE))
}

fn look_up(folder: &Path, versions: &[(String, Vec<u8>)]) -> Result<Duration> {
    plain::look_up(&folder.join(DATABASE), versions, usize::try_from(PAGE)?)
}
