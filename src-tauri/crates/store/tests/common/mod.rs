//! A store in a folder of its own, orders to put in, and a second connection to look at what is there.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test binary uses some of these helpers, which may fail like tests"
)]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, OrdersApi, Platform, Region};
use packlight_domain::currency::Currency;
use packlight_domain::listing::ListRequest;
use packlight_domain::money::Money;
use packlight_domain::order::{Group, Groups, Item, Line, OrderUpdate, Prices, Shipped, SourceRank};
use packlight_domain::page::{Place, Sort};
use packlight_domain::window::Window;
use packlight_store::{
    Access, AccountMarketplace, NewAccount, NewWindow, PageCommit, PageResult, SecretsPlace, Source, Store,
    WindowId,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Row, SqliteConnection, TypeInfo, ValueRef};
use tempfile::TempDir;

pub const GB: &str = "A1F83G8C2ARO7P";
pub const JP: &str = "A1VC38T7YXB528";

/// An instant some seconds after a fixed one.
pub fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_737_600 + second, 0).unwrap()
}

pub struct World {
    pub folder: TempDir,
    pub store: Store,
    pub account: AccountId,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Write, at(0)).await.unwrap();
        let account = store.add_account(&new_account("shop")).await.unwrap().id;
        Self { folder, store, account }
    }

    pub async fn apply(&self, updates: &[OrderUpdate]) -> packlight_store::ChangeSet {
        self.store.apply(self.account, updates, &[], at(0)).await.unwrap()
    }

    /// A connection of its own, past the store.
    pub async fn raw(&self) -> SqliteConnection {
        raw(self.folder.path()).await
    }

    /// Everything in order at the end of a test.
    pub async fn assert_sound(&self) {
        let report = self.store.check().await.unwrap();
        assert!(report.ok, "{:?}", report.problems);
    }
}

pub async fn raw(folder: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(folder.join("packlight.db")).connect().await.unwrap()
}

pub fn new_account(label: &str) -> NewAccount {
    NewAccount {
        label: label.into(),
        platform: Platform::Amazon,
        region: Some(Region::Eu),
        orders_api: OrdersApi::V2026,
        marketplaces: vec![
            AccountMarketplace { id: GB.into(), currency: Some(Currency::GBP), zone: "Europe/London".into() },
            AccountMarketplace { id: JP.into(), currency: Some(Currency::JPY), zone: "Asia/Tokyo".into() },
        ],
        client_fingerprint: "0123456789abcdef".into(),
        client_id_tail: Some("x1y2".into()),
        secrets: SecretsPlace::Keychain,
        now: at(0),
    }
}

/// An order of one line that carries every group.
pub fn order(id: &str, second: i64) -> OrderUpdate {
    let mut update = OrderUpdate::new(id, at(second), SourceRank::V2026);
    update.carried = Group::ALL.into_iter().collect();
    update.header.created = Some(at(second - 60));
    update.header.marketplace_id = Some(GB.into());
    update.fulfillment.status = Some("UNSHIPPED".into());
    update.fulfillment.fulfilled_by = Some("MERCHANT".into());
    update.fulfillment.ship_by.latest = Some(at(second + 86_400));
    update.total = Some(pounds(1_299));
    update.lines = vec![line("1", "B00000000A", "Millennium Falcon", 1_299)];
    update
}

pub fn line(id: &str, asin: &str, title: &str, minor: i64) -> Line {
    Line {
        order_item_id: id.into(),
        item: Item {
            asin: Some(asin.into()),
            seller_sku: Some(format!("SKU-{asin}")),
            title: Some(title.into()),
            condition: Some("New".into()),
            quantity: 1,
            unit_price: Some(pounds(minor)),
        },
        shipped: Shipped::default(),
        prices: Prices { item: Some(pounds(minor)), ..Prices::default() },
        cancel_requested_by: None,
    }
}

pub fn pounds(minor: i64) -> Money {
    Money { minor, currency: Currency::GBP }
}

pub fn groups(groups: &[Group]) -> Groups {
    groups.iter().copied().collect()
}

pub fn request(sort: Sort, place: Place, limit: u32) -> ListRequest {
    ListRequest { query: String::new(), platform: None, account: None, sort, place, limit }
}

pub fn window(world: &World, from: i64, to: i64) -> NewWindow {
    NewWindow {
        account: world.account,
        source: Source::Orders,
        api: OrdersApi::V2026,
        marketplace_ids: vec![GB.into(), JP.into()],
        window: Window { from: at(from), to: at(to) },
        end_sent: true,
        restarts: 0,
        now: at(to + 125),
    }
}

pub async fn begin(world: &World, from: i64, to: i64) -> WindowId {
    world.store.begin_window(&window(world, from, to)).await.unwrap()
}

pub fn page<'a>(window: WindowId, updates: &'a [OrderUpdate], next_token: Option<&'a str>) -> PageCommit<'a> {
    PageCommit {
        window,
        updates,
        next_token,
        fingerprint: 7,
        echoed: None,
        surprises: &[],
        patchy: false,
        now: at(9_999),
    }
}

pub async fn commit(world: &World, commit: &PageCommit<'_>) -> PageResult {
    world.store.commit_page(commit).await.unwrap()
}

/// Every row of a query as text, column by column.
pub async fn rows(connection: &mut SqliteConnection, sql: &str) -> Vec<BTreeMap<String, String>> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await.unwrap();
    rows.iter().map(cells).collect()
}

fn cells(row: &SqliteRow) -> BTreeMap<String, String> {
    row.columns()
        .iter()
        .map(|column| {
            let raw = row.try_get_raw(column.ordinal()).unwrap();
            let value = if raw.is_null() {
                "∅".to_owned()
            } else {
                match raw.type_info().name() {
                    "INTEGER" | "BOOLEAN" => row.get_unchecked::<i64, _>(column.ordinal()).to_string(),
                    "REAL" => row.get_unchecked::<f64, _>(column.ordinal()).to_string(),
                    "BLOB" => format!("{:02x?}", row.get_unchecked::<Vec<u8>, _>(column.ordinal())),
                    _ => row.get_unchecked::<String, _>(column.ordinal()),
                }
            };
            (column.name().to_owned(), value)
        })
        .collect()
}

pub async fn scalar(connection: &mut SqliteConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.unwrap()
}

/// What "same content" means (design §5): orders, lines and parcels, every column but surrogate ids and `created_at`.
pub async fn content(connection: &mut SqliteConnection) -> Vec<BTreeMap<String, String>> {
    let mut all = Vec::new();
    for (sql, drop) in [
        ("SELECT * FROM platform_orders ORDER BY account_id, platform_order_id", &["id", "created_at"][..]),
        (
            "SELECT o.platform_order_id AS own, i.* FROM platform_order_items i JOIN platform_orders o \
             ON o.id = i.order_id ORDER BY 1, i.order_item_id",
            &["id", "order_id", "created_at"][..],
        ),
        (
            "SELECT o.platform_order_id AS own, p.reference, p.status, p.contents FROM order_packages p \
             JOIN platform_orders o ON o.id = p.order_id ORDER BY 1, 2",
            &[][..],
        ),
        (
            "SELECT o.platform_order_id AS own, t.ids, t.titles FROM order_texts t \
             JOIN platform_orders o ON o.id = t.id ORDER BY 1",
            &[][..],
        ),
        ("SELECT * FROM order_counts ORDER BY account_id, ui_status", &[][..]),
    ] {
        for mut row in rows(connection, sql).await {
            row.retain(|column, _| !drop.contains(&column.as_str()));
            all.push(row);
        }
    }
    all
}
