//! A whole Packlight in one process on virtual time: the simulated Amazon, a real database file, an engine between them.
//!
//! Requests go through the client's transport seam straight into the simulator, after a latency that only a paused
//! clock has to wait for; so a sync that Amazon's limits stretch over hours runs in moments, and exactly.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use packlight_domain::account::{OrdersApi, Region};
use packlight_engine::accounts::NewAccount;
use packlight_engine::environment::Environment;
use packlight_engine::secrets::{Cost, Credentials, Secrets, SecretsPlace, SystemKeychain};
use packlight_engine::{Access, Config, Engine, EngineError, SyncReport, SyncRequest};
use packlight_spapi::{Transport, TransportError, UserAgent};
use packlight_spapi_sim::{Amazon, Clock, Delivery, Seller};
use packlight_store::Store;
use tempfile::TempDir;

use crate::virtual_time::{Mover, Still};

/// When every test world begins.
pub const BEGIN: &str = "2026-01-18T12:00:00Z";

/// The United Kingdom.
pub const GB: &str = "A1F83G8C2ARO7P";

/// [`BEGIN`] as an instant.
pub fn begin() -> DateTime<Utc> {
    packlight_domain::instant::parse_lenient(BEGIN).unwrap_or_default()
}

/// A still shop in pounds whose orders all changed within the 30 days that a first sync reaches back.
pub fn shop(orders: u64, seed: u64) -> Seller {
    Seller::with_orders(orders, seed, begin()).history_days(25)
}

/// Carries requests into the simulator after a latency.
pub struct InProcess {
    amazon: Arc<Amazon>,
    latency: Duration,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        tokio::time::advance(self.latency).await;
        let (head, body) = request.into_parts();
        let query = head.uri.query().unwrap_or("");
        let asked = packlight_spapi_sim::Request {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| {
                    (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            body,
        };
        let answer = self.amazon.handle(&asked);
        if let Delivery::After(pause) = answer.delivery {
            tokio::time::sleep(pause).await;
        }
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        response.body(answer.body).map_err(|_| TransportError::Broken)
    }
}

/// A data folder with an engine on it, and the Amazon it talks to.
pub struct World {
    /// The simulated Amazon.
    pub amazon: Arc<Amazon>,
    /// The engine on the data folder.
    pub engine: Engine,
    folder: TempDir,
    latency: Duration,
    mover: Mover,
    still: Still,
}

impl World {
    /// A world without an account. Call it inside a runtime whose clock is paused.
    pub async fn new(seller: Seller, latency: Duration) -> Self {
        let still = Still::hold();
        let amazon = Arc::new(Amazon::with_clock(seller, Clock::tokio(begin())));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let engine = open(&folder, &amazon, latency, Access::Write).await.expect("a new data folder opens");
        let mover = Mover::start(&engine, &amazon);
        Self { amazon, engine, folder, latency, mover, still }
    }

    /// A world whose seller is connected as "Shop".
    pub async fn connected(seller: Seller, api: OrdersApi) -> Self {
        let world = Self::new(seller, Duration::from_millis(800)).await;
        world.connect(api, &[GB]).await.expect("the simulator's own credentials are good");
        world.amazon.clear_calls();
        world
    }

    /// Connects the simulated seller.
    pub async fn connect(&self, orders_api: OrdersApi, marketplaces: &[&str]) -> Result<(), EngineError> {
        let region =
            packlight_domain::marketplace::by_id(marketplaces[0]).map_or(Region::Eu, |known| known.region);
        self.engine
            .add_account(NewAccount {
                label: "Shop".into(),
                region,
                marketplaces: marketplaces.iter().map(ToString::to_string).collect(),
                orders_api,
                credentials: credentials(),
                place: SecretsPlace::File,
            })
            .await
            .map(drop)
    }

    /// One sync of everything.
    pub async fn sync(&self) -> Result<SyncReport, EngineError> {
        self.engine.sync(&SyncRequest::default()).await
    }

    /// A sync that must succeed.
    pub async fn synced(&self) -> SyncReport {
        self.sync().await.expect("the sync succeeds")
    }

    /// The same world with another engine on the same folder, as after a restart of the app.
    #[must_use]
    pub async fn restarted(self) -> Self {
        let Self { amazon, engine, folder, latency, mover, still } = self;
        drop(mover);
        engine.close().await;
        drop(engine);
        let engine = open(&folder, &amazon, latency, Access::Write).await.expect("it opens again");
        let mover = Mover::start(&engine, &amazon);
        Self { amazon, engine, folder, latency, mover, still }
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A second store on the same folder, for reading.
    pub async fn store(&self) -> Store {
        Store::open(self.folder(), Access::Read, begin()).await.expect("it can be read beside the writer")
    }
}

/// The credentials that the simulator takes.
pub fn credentials() -> Credentials {
    Credentials {
        client_id: packlight_spapi_sim::CLIENT_ID.to_owned(),
        client_secret: packlight_spapi_sim::CLIENT_SECRET.into(),
        refresh_token: packlight_spapi_sim::REFRESH_TOKEN.into(),
    }
}

async fn open(
    folder: &TempDir,
    amazon: &Arc<Amazon>,
    latency: Duration,
    access: Access,
) -> Result<Engine, EngineError> {
    // The cheapest vault there is: these secrets are none.
    let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    let passphrase = Some("a test".into());
    let config = Config {
        folder: folder.path().to_owned(),
        access,
        environment: Environment::default(),
        transport: Arc::new(InProcess { amazon: Arc::clone(amazon), latency }),
        secrets: Secrets::new(folder.path(), Arc::new(SystemKeychain), cost, passphrase, None),
        clock: begin,
        user_agent: UserAgent { app: "Packlight".into(), version: "0".into(), platform: "Test".into() },
    };
    Engine::open(config).await
}
