//! Keeps every account fresh by itself while the app runs: polls, backs off when Amazon is away, never switches off.
//!
//! One task per account; a graceful stop ends each at a safe point. What a task plans next is visible in the status.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::account::{AccountId, OrdersApi};
use packlight_spapi::{Errand, IncludedData, Patience, Priority, SearchOrders};
use packlight_store::{Account, Source};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::{Asked, Engine, state_after};
use crate::error::{Code, EngineError};
use crate::events::{CacheTag, Event};
use crate::status::SyncState;

mod rest;
mod tasks;

use rest::LOOK;
pub(crate) use rest::{has_slept_since, rest, rest_since};
use tasks::Tasks;

/// How often orders are read when all is well (design §5).
pub const POLL: Duration = Duration::from_mins(5);

/// First wait after Amazon could not be reached, doubled up to [`OFFLINE_MOST`].
const OFFLINE_FIRST: Duration = Duration::from_secs(5);
/// A try without a network leaves no computer: once a minute finds the network's return soon, and costs nothing.
const OFFLINE_MOST: Duration = Duration::from_mins(1);
/// First wait after Amazon failed, doubled up to [`FAILED_MOST`].
const FAILED_FIRST: Duration = Duration::from_mins(1);
const FAILED_MOST: Duration = Duration::from_mins(15);
/// How long refused secrets are left alone; replacing them wakes the task at once, and so does a keychain that opens.
const REFUSED: Duration = Duration::from_hours(1);
/// Between two looks at a keychain that could not be read, doubled for each refusal in a row up to [`LOOK_MOST`].
const LOOK_FIRST: Duration = Duration::from_secs(30);
const LOOK_MOST: Duration = Duration::from_mins(15);

/// How often it is looked whether every task lives. One that panics each time asks Amazon for no more than all others.
const RENEWED: Duration = POLL;

/// Open orders come first on a first connection, from as far back as Amazon lets a seller ship.
const OPEN_REACH: TimeDelta = TimeDelta::days(30);

/// How often orders are read while all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As the seller has set it, and no more often than Amazon's limit lets.
    Settings,
    /// Always so.
    Every(Duration),
}

impl From<Duration> for Pace {
    fn from(every: Duration) -> Self {
        Self::Every(every)
    }
}

/// The running background work of an engine.
pub struct Supervisor {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Supervisor {
    /// Starts keeping the accounts of `engine` fresh at this pace. Accounts that are connected or removed later are noticed.
    pub fn start(engine: Engine, pace: impl Into<Pace>) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(supervise(engine, pace.into(), stop.clone()));
        Self { stop, task }
    }

    /// Ends all background work at its next safe point.
    pub async fn stop(self) {
        self.stop.cancel();
        // A panic inside was logged where it happened; there is nothing left to end.
        let _ = self.task.await;
    }
}

/// Has a task for each connected account as accounts come and go, and puts another in the place of one that panicked.
async fn supervise(engine: Engine, pace: Pace, stop: CancellationToken) {
    let mut events = engine.events().subscribe();
    let keep_reports = || tokio::spawn(engine.clone().keep_reports(stop.clone()));
    let keep_backups = || tokio::spawn(engine.clone().keep_backups(stop.clone()));
    let keep_turns = || tokio::spawn(engine.clone().keep_turns(stop.clone()));
    let (mut reports, mut backups, mut turns) = (keep_reports(), keep_backups(), keep_turns());
    let mut tasks = Tasks::default();
    loop {
        if reports.is_finished() {
            reports = keep_reports();
        }
        if backups.is_finished() {
            backups = keep_backups();
        }
        if turns.is_finished() {
            turns = keep_turns();
            // What turned meanwhile was told by nobody.
            engine.events().changed(&[CacheTag::Orders, CacheTag::Counts]);
        }
        let known = match engine.connected(None).await {
            Ok(accounts) => Some(accounts),
            Err(error) if error.code == Code::NoAccount => Some(Vec::new()),
            Err(error) => {
                // No reason to leave any: they are looked for again soon.
                tracing::warn!(%error, "the accounts could not be read");
                None
            }
        };
        if let Some(accounts) = &known {
            tasks
                .follow(accounts, &stop, |id, stop| tokio::spawn(keep_fresh(engine.clone(), id, pace, stop)));
        }
        let again = Instant::now() + if known.is_some() { RENEWED } else { LOOK };
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    engine.stop_sync().await;
                    let _ = reports.await;
                    let _ = backups.await;
                    let _ = turns.await;
                    tasks.ended().await;
                    return;
                }
                () = tokio::time::sleep_until(again) => break,
                event = events.recv() => match event {
                    Ok(Event::DataChanged(tags)) if !tags.contains(&CacheTag::Accounts) => {
                        if tags.contains(&CacheTag::Settings) {
                            engine.0.plans.send_replace(());
                        }
                    }
                    Ok(Event::SyncChanged(_) | Event::OrderStruck(_) | Event::Damaged) => {}
                    // Accounts changed, or events were missed: look again.
                    _ => {
                        engine.0.plans.send_replace(());
                        break;
                    }
                }
            }
        }
    }
}

/// A poll that did not go well.
struct Setback {
    error: EngineError,
    /// Some marketplaces are closed to the application: the others are read again as ever.
    partly: bool,
}

impl From<EngineError> for Setback {
    fn from(error: EngineError) -> Self {
        Self { error, partly: false }
    }
}

/// Polls one account until `stop`, but for pauses.
async fn keep_fresh(engine: Engine, id: AccountId, pace: Pace, stop: CancellationToken) {
    let mut failures = 0_u32;
    let mut woken = engine.0.wake.subscribe();
    let mut plans = engine.0.plans.subscribe();
    while !stop.is_cancelled() {
        if let Some(pause) = engine.pause_left().await {
            engine.plan(id, None, pause);
            tokio::select! {
                () = stop.cancelled() => {}
                () = rest(pause, &engine.0.sleep) => {}
                _ = plans.changed() => {}
            }
            continue;
        }
        // Also a sleep in the midst of the poll, or of what comes between that and the wait, is one to catch up with.
        let slept = engine.0.sleep.slept();
        let failure = engine.poll(id, &stop).await.err();
        if failure.as_ref().is_some_and(|setback| setback.error.code == Code::CorruptDatabase) {
            engine.suspect_damage();
        }
        // Shown once: whatever is planned anew later, it may be over by then.
        let mut untold = failure.as_ref().map(|setback| setback.error.clone());
        // Where only some marketplaces are closed, the pace is the usual one.
        let mut back_off_for = failure.filter(|setback| !setback.partly).map(|setback| setback.error);
        failures = if back_off_for.is_some() { failures.saturating_add(1) } else { 0 };
        let mut ended = Instant::now();
        let checked_at = engine.0.board.checked_at(id);
        loop {
            if back_off_for.is_some() && engine.0.board.checked_at(id) != checked_at {
                // Somebody's own sync went well meanwhile.
                (back_off_for, failures, ended) = (None, 0, Instant::now());
            }
            let planned = match &back_off_for {
                None => engine.pace(id, pace).await,
                Some(error) => back_off(error, failures),
            };
            let no_keychain =
                back_off_for.as_ref().is_some_and(|error| error.code == Code::KeychainUnavailable);
            let has_slept = has_slept_since(slept, &engine.0.sleep);
            let wait = if has_slept { Duration::ZERO } else { planned.saturating_sub(ended.elapsed()) };
            engine.plan(id, untold.take(), wait);
            tokio::select! {
                () = stop.cancelled() => break,
                () = rest_since(slept, wait, &engine.0.sleep) => break,
                () = engine.keychain_opens(failures), if no_keychain => break,
                _ = woken.changed() => break,
                _ = plans.changed() => {}
            }
            if engine.pause_left().await.is_some() {
                break;
            }
        }
    }
}

/// How long to wait after the `failures`-th failure in a row.
fn back_off(error: &EngineError, failures: u32) -> Duration {
    match error.code {
        Code::Offline => doubled(OFFLINE_FIRST, OFFLINE_MOST, failures),
        Code::CredentialsRefused | Code::VaultLocked | Code::KeychainUnavailable => REFUSED,
        _ => doubled(FAILED_FIRST, FAILED_MOST, failures),
    }
}

fn doubled(first: Duration, most: Duration, failures: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1).min(16))).min(most)
}

/// Whether a failure beside the run says that the run would fail too, or was asked not to go on.
fn ends_a_poll(error: &EngineError) -> bool {
    matches!(
        error.code,
        Code::Stopped | Code::CredentialsRefused | Code::Offline | Code::Untrusted | Code::CorruptDatabase
    )
}

/// Notes a failure that is nobody's but its own.
fn pass_over<T>(outcome: Result<T, EngineError>, what: &str) -> Result<(), EngineError> {
    match outcome {
        Err(error) if ends_a_poll(&error) => Err(error),
        Err(error) => {
            tracing::warn!(code = ?error.code, request_id = error.request_id, "{what}: {error}");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

impl Engine {
    /// One poll: on a first connection the open orders, then what changed, then stale orders from spare budget.
    async fn poll(&self, id: AccountId, stop: &CancellationToken) -> Result<(), Setback> {
        let Some(account) = self.connected(None).await?.into_iter().find(|account| account.id == id) else {
            return Ok(());
        };
        // What comes before and after the run makes it better; only the run says whether the account is well.
        if account.orders_api == OrdersApi::V2026 && self.is_first_connection(&account).await? {
            pass_over(self.open_orders_first(&account, stop).await, "open orders were not asked for first")?;
        }
        let run = self.run_or_join(&account, Asked::ByItself).await;
        // One marketplace that failed leaves the orders of the others to be read again.
        if run.as_ref().is_ok()
            || run.as_ref().is_err_and(|failure| failure.report.pages > 0 && failure.error.confined)
        {
            let connection = self.connection(&account).await?;
            pass_over(self.refresh(&account, &connection, stop).await, "stale orders were not read again")?;
        }
        run.map(drop).map_err(|failure| Setback { error: failure.error, partly: failure.partly })
    }

    /// Returns once the keychain can be read without asking anybody: its user unlocked it, or it has come up. Looking asks
    /// nobody either; a run would put the system's prompt on the screen again.
    async fn keychain_opens(&self, failures: u32) {
        loop {
            tokio::time::sleep(doubled(LOOK_FIRST, LOOK_MOST, failures)).await;
            if self.0.secrets.keychain_is_open().await {
                return;
            }
        }
    }

    async fn is_first_connection(&self, account: &Account) -> Result<bool, EngineError> {
        if account.complete_up_to.is_some() {
            return Ok(false);
        }
        let state = self.0.store.sync_state(account.id, Source::Orders).await?;
        Ok(state.open_windows.is_empty() && state.watermarks.iter().all(|(_, mark)| mark.is_none()))
    }

    /// One page of orders that wait for shipping, so that picking can begin before the history is here (design §5).
    /// It proves nothing about completeness and leaves the watermark alone.
    async fn open_orders_first(
        &self,
        account: &Account,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        let connection = self.connection(account).await?;
        let client = &connection.client;
        let errand =
            Errand { priority: Priority::Open, patience: Patience::Short, ..connection.errand(stop) };
        client.authorise(&errand).await?;
        let window = packlight_domain::window::Window::reaching(OPEN_REACH, client.server_now());
        let search = SearchOrders {
            last_updated_after: window.from,
            last_updated_before: client.knows_the_time().then_some(window.to),
            marketplace_ids: account.marketplaces.iter().map(|one| one.id.clone()).collect(),
            fulfillment_statuses: vec!["UNSHIPPED", "PARTIALLY_SHIPPED"],
            included: IncludedData::ALL,
            page_token: None,
            page_size: 100,
        };
        // Asked once and as it is: where Amazon refuses a part or a marketplace, the run behind this finds out which.
        let page = client.search_orders(&search, &errand).await?;
        let now = client.server_now();
        let changes = self.0.store.apply(account.id, &page.updates, &page.surprises.rows(), now).await?;
        self.0.events.struck(&changes.struck);
        self.0.events.changed(&[CacheTag::Orders, CacheTag::Counts]);
        Ok(())
    }

    /// How long the pause that holds goes on.
    pub(crate) async fn pause_left(&self) -> Option<Duration> {
        // A setting that cannot be read must not keep orders away.
        let until = self.paused_until().await.ok().flatten()?;
        (until - (self.0.clock)()).to_std().ok()
    }

    /// How long an account rests when all is well.
    async fn pace(&self, id: AccountId, pace: Pace) -> Duration {
        if let Pace::Every(every) = pace {
            return every;
        }
        let account =
            self.connected(None).await.ok().and_then(|all| all.into_iter().find(|one| one.id == id));
        match (account, self.background().await) {
            (Some(account), Ok(background)) => background.poll(account.orders_api),
            _ => POLL,
        }
    }

    /// Shows when the account is read next, and why not sooner.
    fn plan(&self, id: AccountId, failure: Option<EngineError>, wait: Duration) {
        let now = (self.0.clock)();
        let next = after(now, wait);
        self.0.board.update(id, |entry| {
            entry.next_at = Some(next);
            // The run itself showed how it failed; what failed before or behind it is shown here.
            if let Some(error) = failure.filter(|error| error.code != Code::Stopped) {
                entry.state = state_after(&error, now);
            }
            if let SyncState::Offline { retry_at, .. }
            | SyncState::Failed { retry_at, .. }
            | SyncState::Throttled { until: retry_at } = &mut entry.state
            {
                *retry_at = next;
            }
        });
    }
}

fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_capped() {
        let offline = EngineError::retryable(Code::Offline, "");
        let waits: Vec<_> = (1..=8).map(|failures| back_off(&offline, failures).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 60, 60, 60, 60]);
        let failed = EngineError::retryable(Code::Unavailable, "");
        assert_eq!(back_off(&failed, 1).as_secs(), 60);
        assert_eq!(back_off(&failed, 99).as_secs(), 900);
        assert_eq!(back_off(&EngineError::new(Code::CredentialsRefused, ""), 1).as_secs(), 3_600);
    }
}
