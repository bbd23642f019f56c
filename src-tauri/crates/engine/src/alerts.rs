//! Tells the seller what happened while nobody looked, once each, and how the desk stands for the tray.
//!
//! News is looked for in the data whenever a sync has ended or something else changed, and kept in the store until it was
//! told; so it does not matter who wrote the data, or whether the program was ended in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::AccountId;
use packlight_domain::alert::{Alert, News, alerts};
use packlight_domain::background::{AlertSettings, Background, Pause};
use packlight_store::Settings;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::Engine;
use crate::error::EngineError;
use crate::events::{CacheTag, Event};
use crate::printing::NOT_PRINTED;
use crate::status::{AccountSync, SyncState, SyncStatus};

mod accounts;
mod ended;
mod lasting;
mod silence;
mod standing;

pub(crate) use accounts::of_account;
use ended::ends_as_refused;
use silence::Silence;
pub use standing::{DeskState, Standing};

/// How often it looks though nothing happened, while something is amiss or waits to be told.
const LOOK: Duration = Duration::from_mins(1);
/// The same while all is well: longer than a poll takes to come round, whose end is looked at anyway.
const AT_EASE: Duration = Duration::from_mins(6);
/// How often news is looked for in data of which nobody has told that they changed.
const ANYWAY: Duration = Duration::from_hours(1);
/// How long events are gathered into one look.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a run may go on until what it has brought so far is told: what comes at once is one alert.
const AT_ONCE: TimeDelta = TimeDelta::minutes(5);
/// How long after the start alerts wait for a desktop that is starting itself. Later nobody will come to hear them.
const DESKTOP_STARTS: Duration = Duration::from_mins(5);
/// How late a document that was not printed is told of after a start.
const PRINTING_LATELY: TimeDelta = TimeDelta::hours(1);
/// How long the desktop may take to say so.
const ANSWERED: Duration = Duration::from_secs(5);
/// A sleep of the computer that is worth a fresh start of all patience.
const A_SLEEP: Duration = Duration::from_mins(1);

/// Whoever can show an alert to the seller.
pub trait Bell: Send + Sync {
    /// Shows an alert; it must not wait.
    fn ring(&self, alert: &Alert);

    /// Whether somebody would show it. May take a moment, on a thread that may wait.
    fn is_heard(&self) -> bool {
        true
    }
}

/// The running watch over an engine.
pub struct Alerting {
    stop: CancellationToken,
    task: JoinHandle<()>,
    standing: watch::Receiver<Standing>,
}

impl Alerting {
    /// Begins to watch `engine` and to tell `bell`. It goes on until it is stopped, also after a panic inside.
    pub fn start(engine: Engine, bell: Arc<dyn Bell>) -> Self {
        let stop = CancellationToken::new();
        let (told, standing) = watch::channel(Standing::default());
        let task = tokio::spawn(lasting::keep_watching(engine, bell, told, stop.clone()));
        Self { stop, task, standing }
    }

    /// How the desk stands, now and whenever that changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Ends the watch.
    pub async fn stop(self) {
        self.stop.cancel();
        // It cannot fail: what panics below was logged where it happened.
        let _ = self.task.await;
    }
}

/// What the watch knows of the time before.
struct Watch {
    engine: Engine,
    bell: Arc<dyn Bell>,
    /// Until when it is asked whether anybody hears the bell.
    unheard_until: Option<Instant>,
    standing: watch::Sender<Standing>,
    /// It was looked how the desk stands, at least once.
    stands: bool,
    /// Since when patience counts: the start, the end of a sleep or of a pause.
    since: DateTime<Utc>,
    slept: Duration,
    /// When the computer woke last: a run that was under way has not lasted all night.
    woke: DateTime<Utc>,
    /// How many pages the running sync of an account had brought, and when it brought the last.
    pages: BTreeMap<AccountId, (u32, DateTime<Utc>)>,
    /// How long each account's sync has been silent.
    silence: Silence,
    /// Whether each account's sync was dead at the last look.
    dead: BTreeMap<AccountId, bool>,
    /// A sync was dead at the last look, or will be in a moment.
    is_uneasy: bool,
    /// Since when each account has its client secret.
    entered: BTreeMap<AccountId, DateTime<Utc>>,
    /// How each account's last try ended: why it is silent is not forgotten while it is tried again.
    ended: BTreeMap<AccountId, SyncState>,
    /// When each account was last read with success.
    checked: BTreeMap<AccountId, Option<DateTime<Utc>>>,
    /// Accounts that the seller has to do something for, until a run ends otherwise.
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
        woke: DateTime::<Utc>::MIN_UTC,
        slept: engine.0.sleep.slept(),
        engine,
        bell,
        unheard_until: Some(Instant::now() + DESKTOP_STARTS),
        standing,
        stands: false,
        pages: BTreeMap::new(),
        silence: Silence::default(),
        dead: BTreeMap::new(),
        is_uneasy: false,
        entered: BTreeMap::new(),
        ended: BTreeMap::new(),
        checked: BTreeMap::new(),
        refused: BTreeSet::new(),
    };
    let (mut has_changed, mut wants_look) = (true, true);
    let (mut next, mut gathered) = (Instant::now(), Instant::now());
    loop {
        let status = own.engine.sync_status();
        wants_look |= own.follow(&status) || has_changed || Instant::now() >= next;
        let done = if wants_look && !own.is_reading(&status) {
            let gathers = std::mem::take(&mut has_changed) || gathered.elapsed() >= ANYWAY;
            if gathers {
                gathered = Instant::now();
            }
            wants_look = false;
            next = Instant::now() + LOOK;
            let looked = own.look(&status, gathers).await;
            // What was not found out is looked for again.
            has_changed |= gathers && looked.is_err();
            looked.map(|rest| next = Instant::now() + rest)
        } else {
            if Instant::now() >= next {
                next = Instant::now() + LOOK;
            }
            own.show(&status).await
        };
        if let Err(error) = done {
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
        Event::SyncChanged(_) | Event::Damaged => false,
    }
}

impl Watch {
    /// Whether a run has begun to bring orders and has not lasted long.
    fn is_reading(&self, status: &SyncStatus) -> bool {
        let now = (self.engine.0.clock)();
        status.accounts.iter().any(|entry| match entry.state {
            SyncState::Running { started_at, pages, .. } => {
                pages > 0 && now - started_at.max(self.woke) < AT_ONCE
            }
            _ => false,
        })
    }

    /// Notes which runs have come further. Tells whether one has ended.
    fn follow(&mut self, status: &SyncStatus) -> bool {
        let mut has_ended = false;
        let now = (self.engine.0.clock)();
        self.refused.retain(|id| status.accounts.iter().any(|entry| entry.account == *id));
        for entry in &status.accounts {
            if !matches!(entry.state, SyncState::Running { .. }) {
                let before = self.ended.insert(entry.account, entry.state.clone());
                has_ended |= before.as_ref() != Some(&entry.state);
            }
            has_ended |= self.checked.insert(entry.account, entry.checked_at) != Some(entry.checked_at);
            match ends_as_refused(&entry.state) {
                Some(true) => drop(self.refused.insert(entry.account)),
                Some(false) => drop(self.refused.remove(&entry.account)),
                None => {}
            }
            if let SyncState::Running { pages, .. } = entry.state
                && self.pages.get(&entry.account).is_none_or(|(before, _)| *before != pages)
            {
                self.pages.insert(entry.account, (pages, now));
            }
        }
        let slept = self.engine.0.sleep.slept();
        if slept.saturating_sub(self.slept) >= A_SLEEP {
            (self.slept, self.since, self.woke) = (slept, now, now);
        }
        has_ended
    }

    /// One look at everything; `gathers` news from the data where those may hold any. Returns the rest until the next.
    async fn look(&mut self, status: &SyncStatus, gathers: bool) -> Result<Duration, EngineError> {
        let engine = self.engine.clone();
        let now = (engine.0.clock)();
        let kept = engine.0.store.settings().await?;
        self.be_patient(&kept.of(), now);
        let settings: AlertSettings = kept.of();
        if !self.stands {
            // What somebody saw fail before Packlight was there is no news any more.
            engine.0.store.take_back_news(NOT_PRINTED, Some(now - PRINTING_LATELY)).await?;
        }
        if gathers {
            engine.0.store.gather_news(&settings.views, now).await?;
        }
        let accounts = engine.0.store.accounts().await?;
        self.syncs(status, &accounts, &kept.of(), now).await?;
        self.secrets(&accounts, now).await?;
        // A run may have begun to bring orders while this looked: what it brings at once is one alert.
        let is_reading = self.is_reading(&engine.sync_status());
        let is_quiet = settings.is_quiet(engine.0.local.minute(now));
        let waits = is_reading || (!is_quiet && self.tell(&settings, now).await?);
        let new_today = engine.0.store.placed_since(engine.0.local.midnight_before(now)).await?;
        self.stand(status, new_today, &kept, now);
        Ok(if waits || self.is_amiss(status) { LOOK } else { self.rest(&settings, now) })
    }

    /// Shows how the desk stands, and looks for no news.
    async fn show(&mut self, status: &SyncStatus) -> Result<(), EngineError> {
        let now = (self.engine.0.clock)();
        let kept = self.engine.0.store.settings().await?;
        self.be_patient(&kept.of(), now);
        let new_today = self.standing.borrow().new_today;
        self.stand(status, new_today, &kept, now);
        Ok(())
    }

    /// Counts no time of a pause as silence.
    fn be_patient(&mut self, pause: &Pause, now: DateTime<Utc>) {
        // One that was over before now counts from its end, and none from a time to come.
        let patient_from = if pause.at(now).is_some() { Some(now) } else { pause.until };
        self.since = patient_from.filter(|from| *from <= now).map_or(self.since, |from| self.since.max(from));
    }

    fn stand(&mut self, status: &SyncStatus, new_today: u32, kept: &Settings, now: DateTime<Utc>) {
        let standing = Standing {
            state: self.state(status),
            new_today,
            paused_until: kept.of::<Pause>().at(now),
            next_at: status.accounts.iter().filter_map(|entry| entry.next_at).min(),
            is_connected: !status.accounts.is_empty(),
            keep_in_tray: kept.of::<Background>().keep_in_tray,
        };
        // The first is news to everybody, also where it is what was assumed: another desk may have been shown before.
        let is_first = !std::mem::replace(&mut self.stands, true);
        self.standing.send_if_modified(|before| {
            let is_new = is_first || *before != standing;
            *before = standing;
            is_new
        });
    }

    /// Whether something is not as it should be, or may not be soon.
    fn is_amiss(&self, status: &SyncStatus) -> bool {
        self.is_uneasy
            || !self.refused.is_empty()
            || status.accounts.iter().any(|entry| entry.state != SyncState::Idle)
    }

    /// How long it can rest while all is well: what waits for the end of quiet hours is told then.
    fn rest(&self, settings: &AlertSettings, now: DateTime<Utc>) -> Duration {
        let is_quiet = |at: DateTime<Utc>| settings.is_quiet(self.engine.0.local.minute(at));
        let mut rest = LOOK;
        while rest < AT_EASE && is_quiet(now) == is_quiet(now + rest) {
            rest += LOOK;
        }
        rest
    }

    /// Tells the news that waits, once somebody hears it. Returns whether there is some that nobody heard.
    async fn tell(&mut self, settings: &AlertSettings, now: DateTime<Utc>) -> Result<bool, EngineError> {
        let store = self.engine.0.store.clone();
        let waiting = store.waiting_news().await?;
        if waiting.is_empty() {
            return Ok(false);
        }
        if !self.is_heard().await {
            return Ok(true);
        }
        let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
        store.mark_told(&ids, now).await?;
        let news: Vec<News> = waiting.into_iter().map(|one| one.news).collect();
        for alert in alerts(&news, settings) {
            self.bell.ring(&alert);
        }
        Ok(false)
    }

    /// Whether somebody hears the bell, as far as that is worth waiting for.
    async fn is_heard(&mut self) -> bool {
        if self.unheard_until.is_some_and(|until| Instant::now() < until) {
            let bell = Arc::clone(&self.bell);
            let asked = tokio::task::spawn_blocking(move || bell.is_heard());
            // A bus that does not answer holds up neither the other looks nor the end.
            if !tokio::time::timeout(ANSWERED, asked).await.is_ok_and(|heard| heard.unwrap_or(true)) {
                return false;
            }
        }
        self.unheard_until = None;
        true
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
}
