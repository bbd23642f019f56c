//! What the window's first picture shows, handed over inside the page itself.
//!
//! It is read while the web view is still starting, so the first rows cost the page no question to the core. It is data
//! and no script: an element that the content policy need not allow, since nothing in it can run. The page takes it for
//! what it is, a copy as of a turn of the news, and asks for everything else as usual; a page without it works as well.

use packlight_domain::account::Platform;
use packlight_domain::listing::{ListRequest, MAX_PAGE, OrderCounts, OrderPage};
use packlight_domain::page::{Place, Sort, SortKey};
use packlight_domain::view::SavedView;
use packlight_engine::status::SyncStatus;
use packlight_engine::{Engine, EngineError};
use serde::Serialize;

use crate::commands::app::AppInfo;
use crate::preferences::Preferences;

/// What the window's first picture shows.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FirstLook {
    /// As of which turn of the news.
    pub(crate) turn: u32,
    /// What the window stands on.
    pub(crate) app: AppInfo,
    /// The preferences of this screen.
    pub(crate) preferences: Preferences,
    /// The orders; nothing where the data folder cannot be read.
    pub(crate) orders: Option<FirstOrders>,
}

/// The page on which the window opens: Amazon's orders, newest first.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FirstOrders {
    /// What was asked.
    request: ListRequest,
    /// The rows.
    page: OrderPage,
    /// The counts of the same platform.
    counts: OrderCounts,
    /// The counts of all platforms.
    all_counts: OrderCounts,
    /// The saved views.
    views: Vec<SavedView>,
    /// How the sync stands.
    sync: SyncStatus,
}

/// Rows that are handed over: one page as the window asks for them.
const ROWS: u32 = 100;
const _: () = assert!(ROWS <= MAX_PAGE);

impl FirstOrders {
    pub(crate) async fn read(engine: &Engine) -> Result<Self, EngineError> {
        let platform = Some(Platform::Amazon);
        let request = ListRequest {
            query: String::new(),
            platform,
            account: None,
            sort: Sort { key: SortKey::Date, descending: true },
            place: Place::First,
            limit: ROWS,
        };
        Ok(Self {
            page: engine.list_orders(&request).await?,
            counts: engine.order_counts(None, platform).await?,
            all_counts: engine.order_counts(None, None).await?,
            views: engine.saved_views().await?,
            sync: engine.sync_status(),
            request,
        })
    }
}

/// Where in the page the element goes: behind everything that the page has to ask for.
const BEFORE: &[u8] = b"</head>";

/// The page with `look` in it; `None` where the page is not as we build it.
pub(crate) fn put_into(page: &[u8], look: &FirstLook) -> Option<Vec<u8>> {
    let at = page.windows(BEFORE.len()).position(|part| part == BEFORE)?;
    // In JSON this sign can only stand in a text, where it may be written so. Without it nothing ends the element.
    let json = serde_json::to_string(look).ok()?.replace('<', "\\u003c");
    let mut with = Vec::with_capacity(page.len() + json.len() + 64);
    with.extend_from_slice(&page[..at]);
    with.extend_from_slice(b"<script type=\"application/json\" id=\"first-look\">");
    with.extend_from_slice(json.as_bytes());
    with.extend_from_slice(b"</script>");
    with.extend_from_slice(&page[at..]);
    Some(with)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(folder: &str) -> FirstLook {
        let app = AppInfo {
            version: "1.0.0".to_owned(),
            demo: false,
            data_folder: folder.to_owned(),
            problem: None,
            accounts: 0,
            settings_notice: None,
        };
        FirstLook { turn: 7, app, preferences: Preferences::default(), orders: None }
    }

    #[test]
    fn the_look_stands_in_the_head_of_the_page() {
        let with =
            put_into(b"<html><head><title>x</title></head><body></body></html>", &look("/home/a")).unwrap();
        let with = String::from_utf8(with).unwrap();
        let json = with
            .strip_prefix("<html><head><title>x</title><script type=\"application/json\" id=\"first-look\">")
            .and_then(|rest| rest.strip_suffix("</script></head><body></body></html>"))
            .unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!((&read["turn"], &read["app"]["data_folder"]), (&7.into(), &"/home/a".into()));
    }

    #[test]
    fn no_text_of_the_world_ends_the_element() {
        let nasty = "</script><script>alert(1)</script><!--";
        let with = put_into(b"<head></head>", &look(nasty)).unwrap();
        let with = String::from_utf8(with).unwrap();
        assert_eq!(with.matches('<').count(), 4, "{with}");
        let json = with.split_once('>').unwrap().1.split_once('>').unwrap().1.split_once('<').unwrap().0;
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["app"]["data_folder"], nasty);
    }

    #[test]
    fn another_page_is_left_alone() {
        assert_eq!(put_into(b"<html>", &look("/")), None);
    }
}
