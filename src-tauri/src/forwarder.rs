//! Carries the engine's events to the window, at most four times a second.
//!
//! A first import changes data hundreds of times a minute; the window needs the union of the tags and the last status.

use std::collections::BTreeSet;
use std::time::Duration;

use packlight_engine::Engine;
use packlight_engine::events::{CacheTag, Event};
use packlight_engine::status::SyncStatus;
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tokio::sync::broadcast::error::RecvError;

/// Copies of this data in the window are out of date.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub(crate) struct DataChanged {
    pub(crate) tags: Vec<CacheTag>,
}

/// The sync stands differently.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub(crate) struct SyncChanged(pub(crate) SyncStatus);

const PAUSE: Duration = Duration::from_millis(250);

const EVERYTHING: [CacheTag; 4] = [CacheTag::Orders, CacheTag::Counts, CacheTag::Sync, CacheTag::Accounts];

/// Forwards until the engine is gone.
pub(crate) async fn forward(app: AppHandle, engine: Engine) {
    let mut events = engine.events().subscribe();
    drop(engine);
    let mut tags = BTreeSet::new();
    let mut status = None;
    loop {
        match events.recv().await {
            Ok(event) => gather(event, &mut tags, &mut status),
            Err(RecvError::Lagged(_)) => tags.extend(EVERYTHING),
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(PAUSE).await;
        while let Ok(event) = events.try_recv() {
            gather(event, &mut tags, &mut status);
        }
        if !tags.is_empty() {
            tell(&app, &DataChanged { tags: std::mem::take(&mut tags).into_iter().collect() });
        }
        if let Some(status) = status.take() {
            tell(&app, &SyncChanged(status));
        }
    }
}

/// Tells the window that everything it knows may be of another data folder now.
pub(crate) fn tell_everything(app: &AppHandle) {
    tell(app, &DataChanged { tags: EVERYTHING.to_vec() });
}

fn gather(event: Event, tags: &mut BTreeSet<CacheTag>, status: &mut Option<SyncStatus>) {
    match event {
        Event::DataChanged(more) => tags.extend(more),
        Event::SyncChanged(latest) => *status = Some(latest),
    }
}

fn tell<E: tauri_specta::Event + Serialize + Clone>(app: &AppHandle, event: &E) {
    if let Err(error) = event.emit(app) {
        tracing::warn!(%error, "an event did not reach the window");
    }
}
