//! The orders page as the tests see it: its hooks and what can be read from them.
//!
//! The only place that knows selectors. Everything is read in one script, because rows of a virtual table come and
//! go between two questions.

use std::time::Duration;

use anyhow::Result;
use packlight_tests::desktop::Window;
use serde::Deserialize;
use serde_json::json;
use thirtyfour::Key;

/// Rows in the table, without its head.
const ROWS: &str =
    "const rows = [...document.querySelectorAll(\"[data-testid='orders-table'] [role='row']\")]
    .filter((row) => !row.querySelector(\"[role='columnheader']\"));";

const COUNT: &str = "const count = (card) => {
    const shown = document.querySelector(`[data-testid='card-${card}'] [data-count]`);
    return shown === null ? null : Number((shown.dataset.count || shown.textContent).replaceAll(/[^0-9]/g, ''));
};";

/// A row on screen.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    /// The texts of its cells, from the left.
    pub(crate) cells: Vec<String>,
}

impl Row {
    /// Amazon's order id: three, seven and seven digits.
    pub(crate) fn order_id(&self) -> Option<&str> {
        let is_id = |word: &&str| {
            let lengths: Vec<usize> = word.split('-').map(str::len).collect();
            lengths == [3, 7, 7] && word.chars().all(|c| c == '-' || c.is_ascii_digit())
        };
        self.cells.iter().flat_map(|cell| cell.split_whitespace()).find(is_id)
    }

    /// Whether one of its cells begins with this status.
    pub(crate) fn has_status(&self, status: &str) -> bool {
        self.cells.iter().any(|cell| cell.trim().starts_with(status))
    }
}

/// What to do on the page and what to read from it.
pub(crate) struct OrdersPage<'a>(pub(crate) &'a Window);

impl OrdersPage<'_> {
    /// Waits for the first import to be complete: rows are shown and the strip says up to when.
    pub(crate) async fn wait_until_filled(&self) -> Result<()> {
        let script = format!(
            "{ROWS} const strip = document.querySelector(\"[data-testid='freshness']\");
             return rows.length > 0 && /complete to \\d/i.test(strip?.textContent ?? '');"
        );
        self.0.wait_for::<bool>("orders and a complete first import", &script, &[]).await.map(drop)
    }

    /// The rows on screen.
    pub(crate) async fn rows(&self) -> Result<Vec<Row>> {
        let script = format!("{ROWS} return {};", cells_of("rows"));
        self.0.ask(&script, &[]).await
    }

    /// Waits until there are rows and all of them satisfy a script's condition on `text`, the text of a row.
    pub(crate) async fn wait_for_rows_where(&self, what: &str, condition: &str) -> Result<Vec<Row>> {
        let script = format!(
            "{ROWS} return rows.length > 0 && rows.every(({{ textContent: text }}) => {condition}) ? {} : null;",
            cells_of("rows")
        );
        self.0.wait_for(what, &script, &[]).await
    }

    /// The number on a status card.
    pub(crate) async fn count(&self, card: &str) -> Result<u64> {
        let script = format!("{COUNT} return count(arguments[0]);");
        self.0.wait_for(&format!("a number on card '{card}'"), &script, &[json!(card)]).await
    }

    /// The address of the page, percent signs resolved.
    pub(crate) async fn wait_for_address_with(&self, part: &str) -> Result<()> {
        let script = "return decodeURIComponent(location.href).includes(arguments[0])";
        self.0.wait_for::<bool>(&format!("an address with {part}"), script, &[json!(part)]).await.map(drop)
    }

    /// Replaces the query.
    pub(crate) async fn search(&self, query: &str) -> Result<()> {
        self.0.type_into("query-bar", query).await
    }

    /// Clicks *Sync orders* until a toast tells of new orders, which keep arriving at the demo seller. Returns how many
    /// orders the page counts then.
    pub(crate) async fn sync_until_more_than(&self, before: u64) -> Result<u64> {
        // The click is the script's, so that a button busy with one sync is pressed again only when it is free. Between
        // two clicks lies time for Amazon's budget to refill. Toasts of earlier syncs do not count.
        let script = format!(
            "{COUNT}
             const toasts = [...document.querySelectorAll(\"[data-testid='toast']\")];
             if (window.pressed === undefined) toasts.forEach((toast) => {{ toast.dataset.old = ''; }});
             const told = toasts.some((toast) => !('old' in toast.dataset) && /\\b[1-9][\\d,.]* new(?![a-z])/.test(toast.textContent));
             if (told && count('all') > arguments[0]) return count('all');
             const button = document.querySelector(\"[data-testid='sync-button']\");
             if (!button.disabled && performance.now() - (window.pressed ?? -Infinity) > 5000) {{
                 window.pressed = performance.now();
                 button.click();
             }}
             return null;"
        );
        let what = "a sync that finds new orders";
        self.0.wait_up_to(Duration::from_mins(2), what, &script, &[json!(before)]).await
    }

    /// Moves into the table and opens the first order, by keyboard alone.
    pub(crate) async fn open_first_order(&self) -> Result<()> {
        let script = format!(
            "{ROWS} const table = document.querySelector(\"[data-testid='orders-table']\");
             const stops = [rows[0], table, table.querySelector('[tabindex]')];
             const stop = stops.find((element) => element?.tabIndex >= 0);
             stop?.focus();
             return stop !== undefined && document.activeElement === stop;"
        );
        self.0.wait_for::<bool>("a table that takes the focus", &script, &[]).await?;
        self.0.press(Key::Down).await?;
        self.0.press(Key::Enter).await
    }

    /// Waits for the drawer and returns its text.
    pub(crate) async fn wait_for_drawer(&self) -> Result<String> {
        let script = "const drawer = document.querySelector(\"[data-testid='order-drawer']\");
            const lines = [...(drawer?.querySelectorAll('li') ?? [])];
            return lines.some((line) => /^\\s*[1-9]\\d* ×/.test(line.textContent)) ? drawer.innerText : null;";
        self.0.wait_for("a drawer with order lines", script, &[]).await
    }

    /// Waits until there is no drawer.
    pub(crate) async fn wait_for_no_drawer(&self) -> Result<()> {
        let script = "return document.querySelector(\"[data-testid='order-drawer']\") === null";
        self.0.wait_for::<bool>("a closed drawer", script, &[]).await.map(drop)
    }
}

/// The script's expression that makes [`Row`]s of elements.
fn cells_of(rows: &str) -> String {
    format!(
        "{rows}.map((row) => ({{ cells:
            [...row.querySelectorAll(\"[role='cell'], [role='gridcell'], [role='rowheader'], td\")]
                .map((cell) => cell.textContent) }}))"
    )
}
