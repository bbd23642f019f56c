//! How Packlight works in the background: the seller's choices, and pausing.
//!
//! Whatever changes here reaches the running tasks by the settings' cache tag, an undo included.

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::act::BatchId;
use packlight_domain::background::{AlertSettings, Background, Pause, PauseFor};
use packlight_domain::settings::Setting;
use packlight_domain::view::ViewId;
use packlight_store::MAX_IN_ALERT_VIEW;

use crate::desk::Engine;
use crate::error::{Code, EngineError};
use crate::events::CacheTag;

impl Engine {
    /// How it works in the background.
    pub async fn background(&self) -> Result<Background, EngineError> {
        Ok(self.0.store.setting().await?)
    }

    /// Chooses how it works in the background. `None` where it is so already.
    ///
    /// # Errors
    /// [`Code::BadInput`] for values that cannot be.
    pub async fn set_background(&self, background: &Background) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        checked(background)?;
        let before = self.background().await?;
        let summary = match (before.sync_minutes == background.sync_minutes, background.keep_in_tray) {
            (false, _) => format!("Read orders every {} minutes", background.sync_minutes),
            (true, true) => "Keep Packlight in the tray".to_owned(),
            (true, false) => "Quit when the window is closed".to_owned(),
        };
        Ok(self.kept(self.0.store.set_setting(background, &summary, (self.0.clock)()).await?))
    }

    /// What raises an alert, and when.
    pub async fn alert_settings(&self) -> Result<AlertSettings, EngineError> {
        Ok(self.0.store.setting().await?)
    }

    /// Chooses what raises an alert. `None` where it is so already.
    ///
    /// # Errors
    /// [`Code::BadInput`] for values that cannot be, and for a view that holds too many orders to be watched.
    pub async fn set_alert_settings(&self, settings: &AlertSettings) -> Result<Option<BatchId>, EngineError> {
        self.require_writer()?;
        let mut settings = settings.clone();
        // A view that was deleted raises no alert, and takes no place of one that could.
        let views = self.saved_views().await?;
        settings.views.retain(|id| views.iter().any(|view| view.id == *id));
        checked(&settings)?;
        let now = (self.0.clock)();
        let before = self.alert_settings().await?.views;
        let added: Vec<_> = settings.views.iter().copied().filter(|view| !before.contains(view)).collect();
        if let Some((_, name)) = self.0.store.too_large_for_alerts(&added, now).await?.first() {
            let message = format!(
                "the view {name} holds more than the {MAX_IN_ALERT_VIEW} orders of which an alert can be raised: narrow its \
                 query, for example by status:paid"
            );
            return Err(EngineError::new(Code::BadInput, message).about("views"));
        }
        Ok(self.kept(self.0.store.set_setting(&settings, "Changed what raises an alert", now).await?))
    }

    /// Those of the watched views that raise no alerts, because they have grown too large to be watched.
    pub async fn views_too_large(&self) -> Result<Vec<ViewId>, EngineError> {
        let watched = self.alert_settings().await?.views;
        let large = self.0.store.too_large_for_alerts(&watched, (self.0.clock)()).await?;
        Ok(large.into_iter().map(|(view, _)| view).collect())
    }

    /// Reads nothing by itself for a while. Returns the end, UTC.
    pub async fn pause(&self, how_long: PauseFor) -> Result<DateTime<Utc>, EngineError> {
        self.require_writer()?;
        let now = (self.0.clock)();
        let until = match how_long {
            PauseFor::Hour => now + TimeDelta::hours(1),
            PauseFor::Tomorrow => self.0.local.midnight_after(now),
        };
        self.0.store.set_passing(&Pause { until: Some(until) }).await?;
        self.0.reports.pause();
        self.0.events.changed(&[CacheTag::Settings, CacheTag::Sync]);
        Ok(until)
    }

    /// Ends a pause; orders are read at once.
    pub async fn resume(&self) -> Result<(), EngineError> {
        self.require_writer()?;
        self.0.store.set_passing(&Pause::default()).await?;
        self.0.events.changed(&[CacheTag::Settings, CacheTag::Sync]);
        Ok(())
    }

    /// The end of the pause that holds now.
    pub async fn paused_until(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        Ok(self.0.store.setting::<Pause>().await?.at((self.0.clock)()))
    }

    /// Has everybody read the settings again where something changed.
    fn kept(&self, batch: Option<BatchId>) -> Option<BatchId> {
        if batch.is_some() {
            self.0.events.changed(&[CacheTag::Settings]);
        }
        batch
    }
}

fn checked<S: Setting>(setting: &S) -> Result<(), EngineError> {
    setting.check().map_err(|problem| EngineError::new(Code::BadInput, problem))
}
