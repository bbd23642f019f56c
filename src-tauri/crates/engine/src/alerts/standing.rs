//! How the desk stands at a glance: what an icon in the tray and its menu show.

use chrono::{DateTime, Utc};
use packlight_domain::background::Background;

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
    /// Nothing is read or told here: another Packlight writes to the data folder, or its disk is not there. It begins by
    /// itself once it can. Whoever opens the folder knows that; an engine that works never stands so.
    Waiting,
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
