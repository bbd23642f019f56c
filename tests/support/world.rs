//! A whole Packlight in one process on virtual time: the simulated Amazon, a real database file, an engine between them.
//!
//! Requests go through the client's transport seam straight into the simulator, after a latency that only a paused
//! clock has to wait for; so a sync that Amazon's limits stretch over hours runs in moments, and exactly.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::{OrdersApi, Region};
use packlight_engine::accounts::NewAccount;
use packlight_engine::environment::{Environment, Overrides};
use packlight_engine::printing::{Cups, Programs};
use packlight_engine::secrets::{Cost, Credentials, Keychain, Secrets, SecretsPlace, SystemKeychain};
use packlight_engine::status::SyncState;
use packlight_engine::{Access, Config, Engine, EngineError, LocalTime, SyncReport, SyncRequest};
use packlight_spapi::{HttpTransport, Timeouts, Transport, TransportError, UserAgent};
use packlight_spapi_sim::{Amazon, Clock, Delivery, Seller, TruthLine};
use packlight_store::Store;
use tempfile::TempDir;

use crate::database;
use crate::virtual_time::{Cable, Lid, Mover, Still};

/// When every test world begins.
pub const BEGIN: &str = "2026-01-18T12:00:00Z";

/// The United Kingdom.
pub const GB: &str = "A1F83G8C2ARO7P";

/// [`BEGIN`] as an instant.
pub fn begin() -> DateTime<Utc> {
    packlight_domain::instant::parse_lenient(BEGIN).unwrap_or_default()
}

thread_local! {
    static START: tokio::time::Instant = tokio::time::Instant::now();
    static WRONG_BY: Cell<TimeDelta> = const { Cell::new(TimeDelta::zero()) };
    static LID: Lid = Lid::default();
}

/// The computer's clock in a test world: [`BEGIN`], tokio's time since the first look, which is virtual, and as long as the
/// computer slept.
fn wall_clock() -> DateTime<Utc> {
    let passed = TimeDelta::from_std(START.with(tokio::time::Instant::elapsed)).unwrap_or_default();
    begin() + passed + LID.with(Lid::slept) + WRONG_BY.get()
}

/// Sets the computer's clock of this test's worlds wrong by so much.
pub fn set_clock_wrong(by: TimeDelta) {
    WRONG_BY.set(by);
}

/// A still shop in pounds whose orders all changed within the 30 days that a first sync reaches back.
pub fn shop(orders: u64, seed: u64) -> Seller {
    Seller::with_orders(orders, seed, begin()).history_days(25)
}

/// Carries requests into the simulator after a latency.
pub struct InProcess {
    amazon: Arc<Amazon>,
    latency: Duration,
    cable: Arc<Cable>,
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        if !self.cable.carries() {
            return Err(TransportError::Unreachable);
        }
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
        travel(&answer).await?;
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in &answer.headers {
            response = response.header(name, value);
        }
        response.body(answer.body).map_err(|_| TransportError::Broken)
    }
}

/// Lets an answer take as long as it says, within the limits of the real transport, or break on its way.
async fn travel(answer: &packlight_spapi_sim::Response) -> Result<(), TransportError> {
    let Timeouts { read, total, .. } = Timeouts::default();
    let (takes, between_reads) = match answer.delivery {
        Delivery::After(pause) => (pause, pause),
        Delivery::Trickle { chunk, pause } => {
            let pieces = answer.body.len().div_ceil(chunk.max(1));
            (pause.saturating_mul(u32::try_from(pieces).unwrap_or(u32::MAX)), pause)
        }
        Delivery::ResetAfter(bytes) if bytes < answer.body.len() => return Err(TransportError::Broken),
        Delivery::Whole | Delivery::ResetAfter(_) => return Ok(()),
    };
    let limit = if between_reads >= read { read } else { total };
    tokio::time::sleep(takes.min(limit)).await;
    if takes >= limit { Err(TransportError::Timeout) } else { Ok(()) }
}

/// A data folder with an engine on it, and the Amazon it talks to.
pub struct World {
    /// The simulated Amazon.
    pub amazon: Arc<Amazon>,
    /// The engine on the data folder.
    pub engine: Engine,
    folder: TempDir,
    latency: Duration,
    cable: Arc<Cable>,
    mover: Mover,
    still: Still,
}

impl World {
    /// A world without an account. Call it inside a runtime whose clock is paused.
    pub async fn new(seller: Seller, latency: Duration) -> Self {
        let still = Still::hold();
        let lid = LID.with(Lid::clone);
        let (awake, before) = (Clock::tokio(begin()), lid.slept());
        // Amazon never sleeps.
        let clock = Clock::new(move || awake.now() + lid.slept() - before);
        let amazon = Arc::new(Amazon::with_clock(seller, clock));
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cable = Arc::<Cable>::default();
        let engine = open(&folder, &amazon, latency, &cable).await.expect("a new data folder opens");
        let mover = Mover::start(&engine, &amazon, &cable);
        Self { amazon, engine, folder, latency, cable, mover, still }
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
        connect(&self.engine, orders_api, marketplaces).await
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
        let Self { amazon, engine, folder, latency, cable, mover, still } = self;
        drop(mover);
        engine.close().await;
        drop(engine);
        let engine = open(&folder, &amazon, latency, &cable).await.expect("it opens again");
        let mover = Mover::start(&engine, &amazon, &cable);
        Self { amazon, engine, folder, latency, cable, mover, still }
    }

    /// Pulls the network cable out, or puts it back in.
    pub fn unplug(&self, out: bool) {
        self.cable.pull(out);
    }

    /// Whoever sends the next request to Amazon panics.
    pub fn trip(&self) {
        self.cable.trip();
    }

    /// Has the computer sleep for so long: everywhere else time goes on, and buyers buy.
    pub fn sleep(&self, time: TimeDelta) {
        LID.with(|lid| lid.close(time));
    }

    /// Has the computer sleep like that in the midst of the rest between two polls. The rest goes on afterwards.
    pub async fn sleep_at_rest(&self, time: TimeDelta) {
        let mut events = self.engine.events().subscribe();
        self.mover.cuts_rests(false);
        while !self.is_at_rest() {
            // Lagging behind is fine: the status is asked.
            let _ = events.recv().await;
        }
        self.sleep(time);
        self.mover.cuts_rests(true);
    }

    /// Whether rests between polls are cut short, as at first; else time passes as it is moved on, or bit by bit.
    pub fn cuts_rests(&self, cuts: bool) {
        self.mover.cuts_rests(cuts);
    }

    /// Whether every account waits for a poll that is not about to begin.
    fn is_at_rest(&self) -> bool {
        let soon = self.amazon.now() + TimeDelta::minutes(3);
        self.engine
            .sync_status()
            .accounts
            .iter()
            .all(|entry| entry.state == SyncState::Idle && entry.next_at.is_some_and(|next| next > soon))
    }

    /// Lets time pass until `moment` of Amazon's clock, while whatever runs in the background runs.
    pub async fn until(&self, moment: DateTime<Utc>) {
        let mut events = self.engine.events().subscribe();
        while self.amazon.now() < moment {
            // Lagging behind is fine: only the clock counts.
            let _ = events.recv().await;
        }
    }

    /// The lines that Amazon changed last at or before `settled`, and the copy's version of the same orders.
    pub async fn settled(&self, settled: DateTime<Utc>) -> (Vec<TruthLine>, Vec<TruthLine>) {
        let settled = packlight_domain::instant::to_text(settled);
        let mut truth = database::sorted(self.amazon.truth());
        truth.retain(|line| line.last_update_date <= settled);
        let mut view = database::view(self.folder()).await;
        view.retain(|line| truth.iter().any(|other| other.amazon_order_id == line.amazon_order_id));
        (view, truth)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A second store on the same folder, for reading.
    pub async fn store(&self) -> Store {
        Store::open(self.folder(), Access::Read, begin()).await.expect("it can be read beside the writer")
    }
}

/// An engine over real sockets and real time, whose Amazon is behind these addresses.
pub async fn over_sockets(
    folder: &Path,
    sp_api: &str,
    lwa: &str,
    transport: HttpTransport,
) -> Result<Engine, EngineError> {
    over_sockets_with(Arc::new(SystemKeychain), folder, sp_api, lwa, transport).await
}

/// The same on a computer with this keychain.
pub async fn over_sockets_with(
    keychain: Arc<dyn Keychain>,
    folder: &Path,
    sp_api: &str,
    lwa: &str,
    transport: HttpTransport,
) -> Result<Engine, EngineError> {
    let overrides = Overrides {
        sp_api_url: Some(sp_api.to_owned()),
        lwa_url: Some(lwa.to_owned()),
        rate_scale: Some(crate::command_line::RATE_SCALE.to_string()),
    };
    let environment = Environment { overrides, ..Environment::default() };
    let config = config(folder, environment, Arc::new(transport), keychain);
    Engine::open(Config { clock: Utc::now, ..config }).await
}

/// Connects the simulated seller as "Shop", with the secrets in a vault file.
pub async fn connect(
    engine: &Engine,
    orders_api: OrdersApi,
    marketplaces: &[&str],
) -> Result<(), EngineError> {
    connect_as(engine, "Shop", credentials(), orders_api, marketplaces).await
}

/// Connects a seller under a label of its own.
pub async fn connect_as(
    engine: &Engine,
    label: &str,
    credentials: Credentials,
    orders_api: OrdersApi,
    marketplaces: &[&str],
) -> Result<(), EngineError> {
    connect_in(engine, label, credentials, orders_api, marketplaces, SecretsPlace::File).await
}

/// Connects a seller whose secrets lie in this place.
pub async fn connect_in(
    engine: &Engine,
    label: &str,
    credentials: Credentials,
    orders_api: OrdersApi,
    marketplaces: &[&str],
    place: SecretsPlace,
) -> Result<(), EngineError> {
    let region =
        packlight_domain::marketplace::by_id(marketplaces[0]).map_or(Region::Eu, |known| known.region);
    engine
        .add_account(NewAccount {
            label: label.to_owned(),
            region,
            marketplaces: marketplaces.iter().map(ToString::to_string).collect(),
            orders_api,
            credentials,
            place,
        })
        .await
        .map(drop)
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
    cable: &Arc<Cable>,
) -> Result<Engine, EngineError> {
    let transport = Arc::new(InProcess { amazon: Arc::clone(amazon), latency, cable: Arc::clone(cable) });
    Engine::open(config(folder.path(), Environment::default(), transport, Arc::new(SystemKeychain))).await
}

fn config(
    folder: &Path,
    environment: Environment,
    transport: Arc<dyn Transport>,
    keychain: Arc<dyn Keychain>,
) -> Config {
    // The cheapest vault there is: these secrets are none.
    let cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };
    let passphrase = Some("a test".into());
    Config {
        folder: folder.to_owned(),
        access: Access::Write,
        environment,
        transport,
        secrets: Secrets::new(folder, keychain, cost, passphrase, None),
        clock: wall_clock,
        sleep: LID.with(Lid::sleep_clock),
        local: LocalTime::Zone(chrono_tz::Tz::Europe__London),
        user_agent: UserAgent { app: "Packlight".into(), version: "0".into(), platform: "Test".into() },
        downloads: folder.join("downloads"),
        // Nobody prints here.
        spooler: Arc::new(Cups::new(Programs::in_folders(Vec::new(), &[]))),
    }
}
