//! Databases of the made-up shop, written by the store itself and kept between runs.
//!
//! A kept database is used again as long as neither the migrations nor the shop have changed; the name of its folder
//! says so. It is written beside its place and moved there when it is whole, so a run that dies leaves nothing half.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use packlight_domain::account::{AccountId, OrdersApi};
use packlight_domain::order::OrderUpdate;
use packlight_domain::window::Window;
use packlight_store::{Access, NewWindow, PageCommit, PageResult, Source, Store, WindowId};

use crate::orders::{MARKETPLACE, Shop};
use crate::random_writes::new_account;

/// Orders in a page, as Amazon sends them.
pub(crate) const PAGE: u64 = 100;
/// Pages after which a new window begins.
const PAGES_A_WINDOW: u64 = 100;
/// In the folder of a kept database: how many milliseconds its pages took.
const TOOK: &str = "took-milliseconds";

/// The data folder of a database with so many orders; made, if it is not there.
pub(crate) async fn ready(kept: &Path, orders: u64) -> Result<PathBuf> {
    let folder = kept.join(format!("{orders}-orders-{:016x}", fingerprint()?));
    if folder.is_dir() {
        return Ok(folder);
    }
    // Those of other migrations or another shop are of no more use, and a gigabyte each.
    for other in fs::read_dir(kept)? {
        let other = other?;
        if other.file_name().to_string_lossy().starts_with(&format!("{orders}-orders-")) {
            fs::remove_dir_all(other.path())?;
        }
    }
    let part = folder.with_extension("part");
    eprintln!("  writing a database of {orders} orders (a million takes several minutes)");
    let shop = Shop::new(orders);
    let mut desk = Desk::open(&part).await?;
    let mut took = Duration::ZERO;
    for first in (0..orders).step_by(usize::try_from(PAGE)?) {
        if first % (PAGE * PAGES_A_WINDOW) == 0 {
            desk.begin_window().await?;
        }
        let page = shop.page(first, PAGE);
        let start = Instant::now();
        desk.keep(&page, first / PAGE % PAGES_A_WINDOW == PAGES_A_WINDOW - 1).await?;
        took += start.elapsed();
    }
    desk.store.close().await;
    fs::write(part.join(TOOK), took.as_millis().to_string())?;
    fs::rename(&part, &folder)?;
    Ok(folder)
}

/// How long the pages of a kept database took when it was written.
pub(crate) fn took(folder: &Path) -> Result<Duration> {
    let text =
        fs::read_to_string(folder.join(TOOK)).context("the kept database does not say how long it took")?;
    Ok(Duration::from_millis(text.parse()?))
}

/// A store with one account, and the window that its pages belong to.
pub(crate) struct Desk {
    pub(crate) store: Store,
    account: AccountId,
    window: WindowId,
}

impl Desk {
    /// A new database in an empty folder.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        let store = Store::open(folder, Access::Write, Shop::now()).await?;
        let account = store.add_account(&new_account("Toy shop")).await?.id;
        let mut desk = Self { store, account, window: WindowId(0) };
        desk.begin_window().await?;
        Ok(desk)
    }

    /// A database that is there already, at the start of a new window.
    pub(crate) async fn reopen(folder: &Path) -> Result<Self> {
        let store = Store::open(folder, Access::Write, Shop::now()).await?;
        let account = store.accounts().await?.first().context("the database has no account")?.id;
        let mut desk = Self { store, account, window: WindowId(0) };
        desk.begin_window().await?;
        Ok(desk)
    }

    /// The next pages belong to a new window.
    pub(crate) async fn begin_window(&mut self) -> Result<()> {
        let now = Shop::now();
        self.window = self
            .store
            .begin_window(&NewWindow {
                account: self.account,
                source: Source::Orders,
                api: OrdersApi::V2026,
                marketplace_ids: vec![MARKETPLACE.to_owned()],
                window: Window::next(None, chrono::TimeDelta::days(730), now),
                end_sent: true,
                restarts: 0,
                now,
            })
            .await?;
        Ok(())
    }

    /// Keeps a page.
    pub(crate) async fn keep(&self, page: &[OrderUpdate], last: bool) -> Result<PageResult> {
        let commit = PageCommit {
            window: self.window,
            updates: page,
            next_token: if last { None } else { Some("next") },
            fingerprint: page.len() as u64,
            echoed: Some(Shop::now()),
            patchy: false,
            surprises: &[],
            now: Shop::now(),
        };
        Ok(self.store.commit_page(&commit).await?)
    }
}

/// Changes with the migrations and with the shop.
fn fingerprint() -> Result<u64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    let mut hasher = DefaultHasher::new();
    include_str!("orders.rs").hash(&mut hasher);
    for file in files {
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}
