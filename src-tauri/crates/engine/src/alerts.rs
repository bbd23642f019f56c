//! Tells the seller what happened while nobody looked, once each, and how the desk stands for the tray.
//!
//! News is looked for in the data whenever a sync has ended or something else changed, and kept in the store until it was
//! told; so it does not matter who wrote the data, or whether the program was ended in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::alert::{Alert, News, alerts, is_sync_dead, secret_days_left, secret_warning};
use packlight_domain::background::{Background, Pause};
use packlight_domain::instant::to_millis;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::{CacheTag, Event};
use crate::status::{AccountSync, SyncState, SyncStatus};

/// How often it looks though nothing happened: a sync may be dead, quiet hours may be over, a view may hold an order that
/// is late now.
const LOOK: Duration = Duration::from_mins(1);
/// How long events are gathered into one look.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a run may go on until what it has brought so far is told: what comes at once is one alert.
const AT_ONCE: TimeDelta = TimeDelta::minutes(5);
/// A sleep of the computer that is worth a fresh start of all patience.
const A_SLEEP: Duration = Duration::from_mins(1);

/// Whoever can show an alert to the seller.
pub trait Bell: Send + Sync {
    /// Shows an alert; it must not wait.
    fn ring(&self, alert: &Alert);
}

/// How the desk stands, for an icon.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeskState {
    /// All is well.
    #[default]
    Fine,
    /// Orders are being read.
    Syncing,
    /// No good sync for half an hour.
    Late,
    /// The seller has to do something first.
    NeedsYou,
}

/// How the desk stands, for the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In one word.
    pub state: DeskState,
    /// Orders placed since midnight of the computer's clock and not cancelled.
    pub new_today: u32,
    /// Nothing is read by itself until then, UTC.
    pub paused_until: Option<DateTime<Utc>>,
    /// When orders are read next, UTC.
    pub next_at: Option<DateTime<Utc>>,
    /// An account is connected.
    pub is_connected: bool,
    /// Closing the window keeps Packlight in the tray.
    pub keep_in_tray: bool,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: DeskState::Fine,
            new_today: 0,
            paused_until: None,
            next_at: None,
            is_connected: false,
            keep_in_tray: Background::default().keep_in_tray,
        }
    }
}

/// The running watch over an engine.
pub struct Alerting {
    stop: CancellationToken,
    task: JoinHandle<()>,
    standing: watch::Receiver<Standing>,
}

impl Alerting {
    /// Begins to watch `engine` and to tell `bell`.
    pub fn start(engine: Engine, bell: Arc<dyn Bell>) -> Self {
        let stop = CancellationToken::new();
        let (told, standing) = watch::channel(Standing::default());
        let task = tokio::spawn(watch(engine, bell, told, stop.clone()));
        Self { stop, task, standing }
    }

    /// How the desk stands, now and whenever that changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Ends the watch.
    pub async fn stop(self) {
        self.stop.cancel();
        // A panic inside was logged where it happened; there is nothing left to end.
        let _ = self.task.await;
    }
}

/// What the watch knows of the time before.
struct Watch {
    engine: Engine,
    bell: Arc<dyn Bell>,
    standing: watch::Sender<Standing>,
    /// Since when patience counts: the start, the end of a sleep or of a pause.
    since: DateTime<Utc>,
    slept: Duration,
    /// How many pages the running sync of an account had brought, and when it brought the last.
    pages: BTreeMap<AccountId, (u32, DateTime<Utc>)>,
    /// Whether each account's sync was dead at the last look.
    dead: BTreeMap<AccountId, bool>,
    /// Accounts that the seller has to do something for, until a run brings something.
    refused: BTreeSet<AccountId>,
}

async fn watch(
    engine: Engine,
    bell: Arc<dyn Bell>,
    standing: watch::Sender<Standing>,
    stop: CancellationToken,
) {
    let mut events = engine.events().subscribe();
    let mut own = Watch {
        since: (engine.0.clock)(),
        slept: engine.0.sleep.slept(),
        engine,
        bell,
        standing,
        pages: BTreeMap::new(),
        dead: BTreeMap::new(),
        refused: BTreeSet::new(),
    };
    let mut has_changed = true;
    let mut next = Instant::now();
    loop {
        let status = own.engine.sync_status();
        own.follow(&status);
        let is_due = Instant::now() >= next;
        if is_due {
            next = Instant::now() + LOOK;
        }
        let looks = (has_changed || is_due) && !own.is_reading(&status);
        if looks {
            has_changed = false;
        }
        if let Err(error) = own.look(&status, looks).await {
            tracing::warn!(%error, "alerts could not be looked for");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(next) => {}
            event = events.recv() => {
                match event {
                    Ok(event) => has_changed |= is_news(&event),
                    Err(RecvError::Lagged(_)) => has_changed = true,
                    Err(RecvError::Closed) => return,
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(PAUSE) => {}
                }
                while let Ok(event) = events.try_recv() {
                    has_changed |= is_news(&event);
                }
            }
        }
    }
}

/// Whether there may be news behind an event.
fn is_news(event: &Event) -> bool {
    const TAGS: [CacheTag; 4] =
        [CacheTag::Orders, CacheTag::PickLists, CacheTag::Settings, CacheTag::Accounts];
    match event {
        Event::DataChanged(tags) => tags.iter().any(|tag| TAGS.contains(tag)),
        Event::OrderStruck(_) => true,
        Event::SyncChanged(_) => false,
    }
}

impl Watch {
    /// Whether a run has begun to bring orders and has not lasted long.
    fn is_reading(&self, status: &SyncStatus) -> bool {
        let now = (self.engine.0.clock)();
        status.accounts.iter().any(|entry| match entry.state {
            SyncState::Running { started_at, pages, .. } => pages > 0 && now - started_at < AT_ONCE,
            _ => false,
        })
    }

    /// Notes which runs have come further.
    fn follow(&mut self, status: &SyncStatus) {
        let now = (self.engine.0.clock)();
        self.refused.retain(|id| status.accounts.iter().any(|entry| entry.account == *id));
        for entry in &status.accounts {
            match entry.state {
                SyncState::Refused { .. } => {
                    self.refused.insert(entry.account);
                }
                // Another try is no success.
                SyncState::Running { pages: 0, .. } => {}
                _ => {
                    self.refused.remove(&entry.account);
                }
            }
            if let SyncState::Running { pages, .. } = entry.state
                && self.pages.get(&entry.account).is_none_or(|(before, _)| *before != pages)
            {
                self.pages.insert(entry.account, (pages, now));
            }
        }
        let slept = self.engine.0.sleep.slept();
        if slept.saturating_sub(self.slept) >= A_SLEEP {
            (self.slept, self.since) = (slept, now);
        }
    }

    /// One look at everything. Without `looks` only at how the desk stands.
    async fn look(&mut self, status: &SyncStatus, looks: bool) -> Result<(), EngineError> {
        let engine = self.engine.clone();
        let now = (engine.0.clock)();
        let pause: Pause = engine.0.store.setting().await?;
        let paused_until = pause.at(now);
        // One that was over before now counts from its end, and none from a time to come.
        let patient_from = if paused_until.is_some() { Some(now) } else { pause.until };
        self.since = patient_from.filter(|from| *from <= now).map_or(self.since, |from| self.since.max(from));
        if looks {
            let settings = engine.alert_settings().await?;
            engine.0.store.gather_news(&settings.views, now).await?;
            self.syncs(status, now).await?;
            self.secrets(now).await?;
            if !settings.is_quiet(engine.0.local.minute(now)) {
                let waiting = engine.0.store.waiting_news().await?;
                if !waiting.is_empty() {
                    let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
                    engine.0.store.mark_told(&ids, now).await?;
                    let news: Vec<News> = waiting.into_iter().map(|one| one.news).collect();
                    for alert in alerts(&news, &settings) {
                        self.bell.ring(&alert);
                    }
                }
            }
        }
        let (new_today, keep_in_tray) = if looks {
            let since = engine.0.local.midnight_before(now);
            (engine.0.store.placed_since(since).await?, engine.background().await?.keep_in_tray)
        } else {
            let before = self.standing.borrow();
            (before.new_today, before.keep_in_tray)
        };
        let standing = Standing {
            state: self.state(status),
            new_today,
            paused_until,
            next_at: status.accounts.iter().filter_map(|entry| entry.next_at).min(),
            is_connected: !status.accounts.is_empty(),
            keep_in_tray,
        };
        self.standing.send_if_modified(|before| {
            let is_new = *before != standing;
            *before = standing;
            is_new
        });
        Ok(())
    }

    fn state(&self, status: &SyncStatus) -> DeskState {
        let any = |test: &dyn Fn(&AccountSync) -> bool| status.accounts.iter().any(test);
        if !self.refused.is_empty() {
            DeskState::NeedsYou
        } else if any(&|entry| self.dead.get(&entry.account) == Some(&true)) {
            DeskState::Late
        } else if any(&|entry| matches!(entry.state, SyncState::Running { .. })) {
            DeskState::Syncing
        } else {
            DeskState::Fine
        }
    }

    /// Accounts that were not read with success for too long. Once an outage, and once more each day that it lasts.
    async fn syncs(&mut self, status: &SyncStatus, now: DateTime<Utc>) -> Result<(), EngineError> {
        let background = self.engine.background().await?;
        let store = &self.engine.0.store;
        let accounts = store.accounts().await?;
        self.dead.retain(|id, _| status.accounts.iter().any(|entry| entry.account == *id));
        for entry in &status.accounts {
            let Some(account) = accounts.iter().find(|account| account.id == entry.account) else { continue };
            let since = account.secrets_since.map_or(self.since, |since| since.max(self.since));
            let page = self.pages.get(&entry.account).map(|(_, at)| *at);
            let alive = [entry.checked_at, page].into_iter().flatten().fold(since, DateTime::max);
            let poll = TimeDelta::from_std(background.poll(account.orders_api)).unwrap_or_default();
            let key = format!("sync:{}:", entry.account.0);
            let is_dead = is_sync_dead(alive, now, poll);
            if is_dead {
                let good = store.last_good_sync(entry.account).await?;
                let days = good.map_or(0, |good| (now - good).num_days());
                let news = News::SyncDead {
                    account: entry.label.clone(),
                    since: good.unwrap_or(alive),
                    reason: reason(&entry.state),
                    needs_seller: matches!(entry.state, SyncState::Refused { .. }),
                };
                let key = format!("{key}{}:{days}", good.map_or(0, to_millis));
                store.note_news(&key, &news, now).await?;
            } else if self.dead.get(&entry.account) != Some(&false) {
                store.take_back_news(&key).await?;
            }
            self.dead.insert(entry.account, is_dead);
        }
        Ok(())
    }

    /// Client secrets that are about to expire.
    async fn secrets(&mut self, now: DateTime<Utc>) -> Result<(), EngineError> {
        let store = &self.engine.0.store;
        for account in store.accounts().await?.iter().filter(|account| account.is_connected()) {
            let Some(entered) = account.secrets_since else { continue };
            let Some(day) = secret_warning(entered, now) else { continue };
            let days = secret_days_left(entered, now);
            let news = News::SecretExpires { account: account.label.clone(), days };
            store
                .note_news(&format!("secret:{}:{}:{day}", account.id.0, to_millis(entered)), &news, now)
                .await?;
        }
        Ok(())
    }
}

/// What an alert says about a sync that fails.
fn reason(state: &SyncState) -> Option<String> {
    match state {
        SyncState::Refused { message, .. } | SyncState::Failed { message, .. } => Some(message.clone()),
        SyncState::Offline { .. } => {
            Some("Amazon cannot be reached: check the network. Packlight keeps trying by itself".to_owned())
        }
        SyncState::Throttled { .. } => Some("Amazon's limit holds it up: it goes on by itself".to_owned()),
        SyncState::Idle | SyncState::Running { .. } => None,
    }
}
