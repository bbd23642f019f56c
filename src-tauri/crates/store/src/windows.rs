//! How far the sync has come: windows, tokens and watermarks (invariants I1–I4, I7, I8).
//!
//! A page, the token that leads on from it and, at the end of its window, the watermark are one transaction: a process
//! that dies at any moment finds the last page that was kept and the token of the next. So is the note that a page came
//! without parts that Amazon refused to send: it stays until its window was read whole. Windows of one account never
//! share a marketplace, so that marketplaces which are read apart keep their places apart.

use chrono::{DateTime, Utc};
use packlight_domain::account::{AccountId, OrdersApi};
use packlight_domain::instant::{from_millis, to_millis};
use packlight_domain::order::OrderUpdate;
use packlight_domain::window::{Window, advance};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::ingest::{self, ChangeSet};
use crate::rows::{count, instant, known};
use crate::{Store, StoreError, journal};

mod patchy;

/// What a watermark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The list of orders.
    Orders,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
        }
    }
}

/// Row id of a window; a window that was replaced never gets another's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WindowId(pub i64);

/// A window to begin.
#[derive(Debug, Clone)]
pub struct NewWindow {
    /// Whose orders.
    pub account: AccountId,
    /// Of what.
    pub source: Source,
    /// Read by which version of the API; a token is of no use to another.
    pub api: OrdersApi,
    /// The marketplaces that one call serves together, sorted.
    pub marketplace_ids: Vec<String>,
    /// The span of update time, by Amazon's clock.
    pub window: Window,
    /// Whether Amazon is told the end. Where its time is not known yet, the end is its own affair, and that of `window` a
    /// guess.
    pub end_sent: bool,
    /// How often its token was refused so far.
    pub restarts: u8,
    /// Amazon's time now.
    pub now: DateTime<Utc>,
}

/// A window that has not come to its last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWindow {
    /// Its row id.
    pub id: WindowId,
    /// The span of update time.
    pub window: Window,
    /// Whether Amazon was told the end; else that of `window` is a guess.
    pub end_sent: bool,
    /// The API that its token belongs to.
    pub api: OrdersApi,
    /// Its marketplaces, as they were given.
    pub marketplace_ids: Vec<String>,
    /// The token of the next page; `None` before the first.
    pub token: Option<String>,
    /// When the token was received (or the window begun), by Amazon's clock.
    pub token_at: DateTime<Utc>,
    /// Pages that were kept.
    pub pages: u32,
    /// How often its token was refused so far.
    pub restarts: u8,
    /// Hashes of the pages that were kept, oldest first.
    pub fingerprints: Vec<u64>,
    /// The earliest `lastUpdatedBefore` that a page echoed.
    pub lowest_echo: Option<DateTime<Utc>>,
}

impl OpenWindow {
    /// Up to where its pages are complete: the earliest end that one of them echoed. An end that nobody told Amazon proves
    /// nothing: without an echo such a window has come nowhere.
    pub fn reached(&self) -> DateTime<Utc> {
        match self.lowest_echo {
            Some(echo) if self.end_sent => echo.min(self.window.to),
            Some(echo) => echo,
            None if self.end_sent => self.window.to,
            None => self.window.from,
        }
    }
}

/// Where a sync stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// Each marketplace of the account and how far it is complete.
    pub watermarks: Vec<(String, Option<DateTime<Utc>>)>,
    /// The windows to go on with, oldest first; no two of them share a marketplace.
    pub open_windows: Vec<OpenWindow>,
    /// Marketplaces of which some orders were kept without a part that Amazon refused to send, and the update time from
    /// which on they have to be read again.
    pub patchy: Vec<(String, DateTime<Utc>)>,
}

/// A page to keep.
#[derive(Debug, Clone, Copy)]
pub struct PageCommit<'a> {
    /// The window it belongs to.
    pub window: WindowId,
    /// Its orders.
    pub updates: &'a [OrderUpdate],
    /// The token of the next page; `None` ends the window.
    pub next_token: Option<&'a str>,
    /// Hash of the page.
    pub fingerprint: u64,
    /// Up to when it proves the list to be complete: the `lastUpdatedBefore` that it echoed.
    pub echoed: Option<DateTime<Utc>>,
    /// Field path, JSON type and number of what was not as documented.
    pub surprises: &'a [(String, String, u32)],
    /// Whether Amazon refused to send some part of these orders.
    pub patchy: bool,
    /// Amazon's time now.
    pub now: DateTime<Utc>,
}

/// What a page changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageResult {
    /// Orders new, changed and as they were.
    pub changes: ChangeSet,
    /// Whether this was the window's last page.
    pub done: bool,
    /// Up to where the window's pages so far are complete.
    pub reached: DateTime<Utc>,
    /// Where the earliest of the window's watermarks stands now, if it moved or stood already.
    pub watermark: Option<DateTime<Utc>>,
}

impl Store {
    /// Where the sync of an account stands.
    pub async fn sync_state(&self, account: AccountId, source: Source) -> Result<SyncState, StoreError> {
        let mut connection = self.inner.readers.acquire().await?;
        let watermarks: Vec<(String, Option<i64>)> = sqlx::query_as(
            "SELECT m.marketplace_id, w.up_to FROM account_marketplaces m \
             LEFT JOIN watermarks w ON w.account_id = m.account_id AND w.marketplace_id = m.marketplace_id \
                 AND w.source = ?2 \
             WHERE m.account_id = ?1 ORDER BY m.marketplace_id",
        )
        .bind(account.0)
        .bind(source.word())
        .fetch_all(&mut *connection)
        .await?;
        let open = sqlx::query(
            "SELECT * FROM sync_windows WHERE account_id = ? AND source = ? AND state = 'paging' ORDER BY id",
        )
        .bind(account.0)
        .bind(source.word())
        .fetch_all(&mut *connection)
        .await?;
        let patchy = patchy::of(&mut connection, account).await?;
        Ok(SyncState {
            watermarks: watermarks.into_iter().map(|(id, mark)| (id, mark.map(from_millis))).collect(),
            open_windows: open.iter().map(read).collect::<Result<_, _>>()?,
            patchy,
        })
    }

    /// Begins a window. It takes the place of every window before it that had one of its marketplaces, finished or not;
    /// those of other marketplaces stay.
    pub async fn begin_window(&self, new: &NewWindow) -> Result<WindowId, StoreError> {
        let new = new.clone();
        self.write(move |connection| {
            Box::pin(async move {
                give_way(connection, &new).await?;
                let id = sqlx::query_scalar(
                    "INSERT INTO sync_windows (account_id, source, api, marketplace_ids, window_from, window_to, \
                     end_sent, restarts, state, token_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'paging', ?) RETURNING id",
                )
                .bind(new.account.0)
                .bind(new.source.word())
                .bind(new.api.word())
                .bind(crate::rows::list(&new.marketplace_ids))
                .bind(to_millis(new.window.from))
                .bind(to_millis(new.window.to))
                .bind(new.end_sent)
                .bind(new.restarts)
                .bind(to_millis(new.now))
                .fetch_one(connection)
                .await?;
                Ok(WindowId(id))
            })
        })
        .await
    }

    /// Keeps a page: its orders, its token and, where it is the last, the watermark, in one transaction.
    ///
    /// The watermark becomes the earliest `lastUpdatedBefore` that the window's pages echoed, but never a time behind
    /// the end that Amazon was told, never an earlier time than before, and it stays where it is when the window begins
    /// after it (what lies between has not been read).
    ///
    /// # Errors
    /// [`StoreError::WindowClosed`] where another window has taken its place or it is done.
    pub async fn commit_page(&self, page: &PageCommit<'_>) -> Result<PageResult, StoreError> {
        let (id, fingerprint, echoed, now) = (page.window, page.fingerprint, page.echoed, page.now);
        let patchy = page.patchy;
        let updates = page.updates.to_vec();
        let next_token = page.next_token.map(ToOwned::to_owned);
        let surprises = page.surprises.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query("SELECT * FROM sync_windows WHERE id = ? AND state = 'paging'")
                    .bind(id.0)
                    .fetch_optional(&mut *connection)
                    .await?
                    .ok_or(StoreError::WindowClosed)?;
                let account = AccountId(row.try_get("account_id")?);
                let source: String = row.try_get("source")?;
                let mut window = read(&row)?;
                let changes = ingest::write(connection, account, updates, now).await?;
                journal::count_surprises(connection, &surprises, now).await?;
                window.fingerprints.push(fingerprint);
                window.lowest_echo = [window.lowest_echo, echoed].into_iter().flatten().min();
                let done = next_token.is_none();
                save(connection, &window, next_token, now).await?;
                let watermark =
                    if done { move_watermarks(connection, account, &source, &window).await? } else { None };
                if patchy {
                    patchy::note(connection, account, &window).await?;
                } else if done {
                    patchy::forget(connection, account, &source, &window).await?;
                }
                Ok(PageResult { changes, done, reached: window.reached(), watermark })
            })
        })
        .await
    }
}

/// Removes the windows that share a marketplace with the one to come. One whose marketplaces cannot be read might.
async fn give_way(connection: &mut SqliteConnection, new: &NewWindow) -> Result<(), StoreError> {
    let others: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, marketplace_ids FROM sync_windows WHERE account_id = ? AND source = ?")
            .bind(new.account.0)
            .bind(new.source.word())
            .fetch_all(&mut *connection)
            .await?;
    for (id, theirs) in others {
        let theirs = marketplaces(&theirs);
        if theirs.is_empty() || theirs.iter().any(|id| new.marketplace_ids.contains(id)) {
            sqlx::query("DELETE FROM sync_windows WHERE id = ?").bind(id).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

fn marketplaces(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn read(row: &SqliteRow) -> Result<OpenWindow, StoreError> {
    let fingerprints: Vec<u8> = row.try_get("fingerprints")?;
    let (chunks, _) = fingerprints.as_chunks();
    Ok(OpenWindow {
        id: WindowId(row.try_get("id")?),
        window: Window {
            from: from_millis(row.try_get("window_from")?),
            to: from_millis(row.try_get("window_to")?),
        },
        end_sent: row.try_get("end_sent")?,
        api: known(row.try_get("api")?)?,
        marketplace_ids: marketplaces(row.try_get("marketplace_ids")?),
        token: row.try_get("token")?,
        token_at: from_millis(row.try_get("token_at")?),
        pages: count(row.try_get("pages")?),
        restarts: row.try_get("restarts")?,
        fingerprints: chunks.iter().map(|chunk| u64::from_be_bytes(*chunk)).collect(),
        lowest_echo: instant(row, "lowest_echo")?,
    })
}

async fn save(
    connection: &mut SqliteConnection,
    window: &OpenWindow,
    next_token: Option<String>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let fingerprints: Vec<u8> = window.fingerprints.iter().flat_map(|hash| hash.to_be_bytes()).collect();
    sqlx::query(
        "UPDATE sync_windows SET state = ?2, token = ?3, token_at = ?4, pages = pages + 1, fingerprints = ?5, \
         lowest_echo = ?6 WHERE id = ?1",
    )
    .bind(window.id.0)
    .bind(if next_token.is_none() { "done" } else { "paging" })
    .bind(next_token)
    .bind(to_millis(now))
    .bind(fingerprints)
    .bind(window.lowest_echo.map(to_millis))
    .execute(connection)
    .await?;
    Ok(())
}

async fn move_watermarks(
    connection: &mut SqliteConnection,
    account: AccountId,
    source: &str,
    window: &OpenWindow,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let reached = window.reached();
    let mut marks = Vec::with_capacity(window.marketplace_ids.len());
    for marketplace_id in &window.marketplace_ids {
        let old: Option<i64> = sqlx::query_scalar(
            "SELECT up_to FROM watermarks WHERE account_id = ? AND marketplace_id = ? AND source = ?",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(source)
        .fetch_optional(&mut *connection)
        .await?;
        let old = old.map(from_millis);
        // Nothing was read between the two, or of the window itself.
        if old.is_some_and(|mark| window.window.from > mark) || reached < window.window.from {
            marks.extend(old);
            continue;
        }
        let mark = advance(old, reached);
        sqlx::query(
            "INSERT INTO watermarks (account_id, marketplace_id, source, up_to) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET up_to = excluded.up_to",
        )
        .bind(account.0)
        .bind(marketplace_id)
        .bind(source)
        .bind(to_millis(mark))
        .execute(&mut *connection)
        .await?;
        marks.push(mark);
    }
    Ok(marks.into_iter().min())
}
