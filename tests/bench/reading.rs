//! How fast the list answers: pages at any depth in every sort, filtered, searched, and the counts of the cards.
//!
//! The control of pages without a filter is the same hundred rows fetched by hand. The control of most others is `SELECT 1`
//! through a pool of the same driver with the same settings on the same file: what any question costs before it asks for
//! anything. The control of a deep page is the first page of the same list. The file is read through once before, so that
//! no figure is about the disk.

use std::fs::File;
use std::path::Path;

use anyhow::{Result, ensure};
use packlight_domain::account::Platform;
use packlight_domain::listing::{ListRequest, OrderPage, PAGE};
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::query::Query;
use packlight_domain::view::BUILT_IN;
use packlight_store::{Access, DATABASE, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::by_hand::ByHand;
use crate::database;
use crate::orders::{Dice, Shop};
use crate::turns::{Goal, Samples};

const MILLISECOND: u64 = 1_000_000;
const ANY_PAGE: Goal = Goal::P95(3 * MILLISECOND);
const AS_THE_FIRST: Goal = Goal::Ratio(1_500);
const SEARCH: Goal = Goal::P95(20 * MILLISECOND);
const SHORT_SEARCH: Goal = Goal::P95(50 * MILLISECOND);
const COUNTS: Goal = Goal::P95(MILLISECOND);
const FIRST_OF_OTHERS: Goal = Goal::P95(50 * MILLISECOND);

const SORTS: [(&str, SortKey, bool); 5] = [
    ("date", SortKey::Date, true),
    ("update", SortKey::Updated, true),
    ("ship-by", SortKey::ShipBy, false),
    ("total", SortKey::Total, true),
    ("order id", SortKey::OrderId, false),
];

/// Words of the shop's titles and of none.
const SEARCHES: [(&str, &str, Goal); 8] = [
    ("in every title: lego", "lego", SEARCH),
    ("in one title of forty: tower", "tower", SEARCH),
    ("two words: star wars orchid", "\"star wars\" orchid", SEARCH),
    ("the rarest product: 63991", "63991", SEARCH),
    ("start of order ids: 203-12", "203-12", SEARCH),
    ("nowhere: zeppelin", "zeppelin", SEARCH),
    ("two letters, common: go", "go", SHORT_SEARCH),
    ("two letters, nowhere: qx", "qx", SHORT_SEARCH),
];

/// Filters that are no view: what no count is kept of, or what orders have to be looked at for.
const OTHERS: [(&str, &str); 10] = [
    ("has:gift", "has:gift"),
    ("is:prime status:shipped", "is:prime status:shipped"),
    ("is:no_asin", "is:no_asin"),
    ("qty:>4", "qty:>4"),
    ("total:>250", "total:>250"),
    ("date:2025-03-01..2025-03-31", "date:2025-03-01..2025-03-31"),
    ("ship:today is:prime", "ship:today is:prime"),
    ("has:notes", "has:notes"),
    ("tower -is:prime total:<20", "tower -is:prime total:<20"),
    ("status:cancelled orchid", "status:cancelled orchid"),
];

/// A database and the means to ask it.
pub(crate) struct Desk {
    store: Store,
    pool: SqlitePool,
}

/// Everything about the database in `folder`.
pub(crate) async fn measure(folder: &Path, orders: u64) -> Result<Vec<Samples>> {
    eprintln!("  reading {orders} orders");
    let desk = Desk::open(folder).await?;
    let title = |what: &str| format!("{}: {what}", if orders < 1_000_000 { "100 k" } else { "1 M" });

    let mut written = Samples::of(title("writing the whole database, page by page"), &[]).orders(orders);
    written.push(database::took(folder)?);
    let mut all = vec![written];
    for (name, key, descending) in SORTS {
        let sort = Sort { key, descending };
        let first = Samples::of(title(&format!("first page by {name}")), &[ANY_PAGE]).against("SELECT 1");
        all.push(desk.pages(first, "", sort, |_| Place::First).await?);
        let deep = Samples::of(title(&format!("page near 90 % by {name}")), &[ANY_PAGE, AS_THE_FIRST]);
        all.push(desk.deep_pages(deep, "", sort).await?);
    }
    let by_hand = ByHand::open(&folder.join(DATABASE))?;
    let newest_first = Sort::default();
    for (name, thousandths, place) in
        [("first", 1_001, Place::First), ("near 90 %", 100, Place::Near(share(orders, 900)))]
    {
        let date = by_hand.date_at(thousandths)?;
        let page = Samples::of(title(&format!("page by date, {name}")), &[ANY_PAGE])
            .against("the same rows by hand");
        let ask = async |_| desk.page("", newest_first, place.clone()).await.map(drop);
        let control = async |_| {
            let rows = by_hand.page(date)?;
            ensure!(rows == PAGE as usize, "a page of {rows} rows by hand");
            Ok(())
        };
        all.push(page.take(ask, control).await?);
    }
    for view in BUILT_IN.into_iter().filter(|view| !view.query.is_empty()) {
        for (name, key, descending) in SORTS {
            let sort = Sort { key, descending };
            let deep =
                Samples::of(title(&format!("{} by {name}, deep", view.name)), &[ANY_PAGE, AS_THE_FIRST]);
            all.push(desk.deep_pages(deep, view.query, sort).await?);
        }
    }
    for (name, query) in OTHERS {
        let first =
            Samples::of(title(&format!("first page of {name}")), &[FIRST_OF_OTHERS]).against("SELECT 1");
        all.push(desk.pages(first, query, newest_first, |_| Place::First).await?);
    }
    let by_date = Sort::default();
    for (query, goal) in [("status:paid", ANY_PAGE), ("status:shipped", ANY_PAGE)] {
        let first = Samples::of(title(&format!("first page of {query}")), &[goal]).against("SELECT 1");
        all.push(desk.pages(first, query, by_date, |_| Place::First).await?);
    }
    let deep = Samples::of(title("page near 90 % of status:shipped"), &[ANY_PAGE, AS_THE_FIRST]);
    all.push(desk.deep_pages(deep, "status:shipped", by_date).await?);
    let cursor = desk.page("", by_date, Place::Near(share(orders, 900))).await?.last;
    if let Some(cursor) = cursor {
        let after = Samples::of(title("next page near 90 %, by key"), &[ANY_PAGE]).against("SELECT 1");
        all.push(desk.pages(after, "", by_date, |_| Place::After(cursor.clone())).await?);
    }
    for (what, query, goal) in SEARCHES {
        let search = Samples::of(title(&format!("search {what}")), &[goal]).against("SELECT 1");
        all.push(desk.pages(search, query, by_date, |_| Place::First).await?);
    }
    for counters in desk.counters().await? {
        all.push(counters.named(title));
    }
    desk.close().await;
    Ok(all)
}

impl Desk {
    /// Opens the database of a folder. It is read through once, so that no figure is about the disk.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        std::io::copy(&mut File::open(folder.join(DATABASE))?, &mut std::io::sink())?;
        let options = SqliteConnectOptions::new().filename(folder.join(DATABASE)).read_only(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { store: Store::open(folder, Access::Read, Shop::now()).await?, pool })
    }

    pub(crate) async fn close(self) {
        self.pool.close().await;
        self.store.close().await;
    }

    /// The counts of the cards and the badges of the saved views.
    pub(crate) async fn counters(&self) -> Result<[Samples; 2]> {
        let platform = Some(Platform::Amazon);
        let counts = Samples::of("counts of the cards", &[COUNTS]).against("SELECT 1");
        let ask = async |_| self.store.counts(None, platform).await.map(drop).map_err(Into::into);
        let counts = counts.take(ask, async |_| self.nothing().await).await?;
        let badges = Samples::of("counts of the saved views", &[COUNTS]).against("SELECT 1");
        let ask = async |_| self.store.view_counts(platform, Shop::now()).await.map(drop).map_err(Into::into);
        let badges = badges.take(ask, async |_| self.nothing().await).await?;
        Ok([counts, badges])
    }

    async fn page(&self, query: &str, sort: Sort, place: Place) -> Result<OrderPage> {
        let request = ListRequest {
            query: query.to_owned(),
            platform: Some(Platform::Amazon),
            account: None,
            sort,
            place,
            limit: PAGE,
        };
        Ok(self.store.page(&Query::parse(query)?, &request, Shop::now()).await?)
    }

    async fn nothing(&self) -> Result<()> {
        let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(&self.pool).await?;
        ensure!(one == 1, "SELECT 1 is {one}");
        Ok(())
    }

    async fn pages(
        &self,
        samples: Samples,
        query: &str,
        sort: Sort,
        place: impl Fn(u64) -> Place,
    ) -> Result<Samples> {
        let ask = async |turn| self.page(query, sort, place(turn)).await.map(drop);
        samples.take(ask, async |_| self.nothing().await).await
    }

    /// Pages around nine tenths of a list, another one each time, against its first page.
    async fn deep_pages(&self, samples: Samples, query: &str, sort: Sort) -> Result<Samples> {
        let total = self.page(query, sort, Place::First).await?.total;
        let deep = |turn| Place::Near(share(u64::from(total), 850 + Dice(turn).below(100)));
        let ask = async |turn| {
            let page = self.page(query, sort, deep(turn)).await?;
            // The deepest page still has a twentieth of the list behind it.
            let fewest = (total / 20).min(PAGE) as usize;
            ensure!(page.rows.len() >= fewest, "a page of {} rows of {total}", page.rows.len());
            Ok(())
        };
        let first = async |_| self.page(query, sort, Place::First).await.map(drop);
        samples.against("first page").take(ask, first).await
    }
}

/// So many thousandths of a list.
fn share(total: u64, thousandths: u64) -> u32 {
    u32::try_from(total * thousandths / 1000).unwrap_or(u32::MAX)
}
