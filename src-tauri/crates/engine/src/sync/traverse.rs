//! Follows one window to its last page, and mends it where Amazon's paging breaks.
//!
//! A token that is refused restarts its window, never skips it (I7); pages that go round in circles halve it (I8); an
//! end that is too young for Amazon moves a minute back, once. Each page is kept before the next is asked for.

use std::collections::HashSet;

use packlight_domain::account::OrdersApi;
use packlight_domain::order::OrderUpdate;
use packlight_domain::window::Window;
use packlight_spapi::{ApiError, Errand, ErrorKind, IncludedData, OrdersPage, TransportError};
use packlight_store::{NewWindow, OpenWindow, PageCommit, Source, WindowId};

use super::plan::{self, Group};
use super::{Harvest, Run};
use crate::error::{Code, EngineError};
use crate::source::OrderSource;

/// Pages in a row without an order that this window has not brought yet, before it counts as a circle.
const CIRCLE: u32 = 3;
/// Empty pages in a row that are believed; they are legal (reference: spapi.md F31).
const EMPTY: u32 = 20;
/// Restarts of a window whose token was refused, before it is halved.
const RESTARTS: u8 = 2;
/// Halvings in one run, before it gives up until the next.
const HALVINGS: u32 = 8;

/// The window being read and what is known of its pages.
struct Reading {
    id: WindowId,
    window: Window,
    token: Option<String>,
    restarts: u8,
    fingerprints: HashSet<u64>,
    tokens: HashSet<String>,
    orders: HashSet<String>,
    stale_pages: u32,
    empty_pages: u32,
    /// Pages that an earlier run kept.
    pages_before: u32,
}

/// What becomes of a window after a page or a failure.
enum Turn {
    NextPage,
    Done,
    Restart(Window, u8),
    Halve,
}

impl Run {
    /// Reads `group` up to now. What v0 listed as new or different goes into `listed`, newest first at the end.
    pub(super) async fn traverse(
        &self,
        mut group: Group,
        harvest: &mut Harvest,
        errand: &Errand,
        listed: &mut Vec<OrderUpdate>,
    ) -> Result<(), EngineError> {
        let client = &self.connection.client;
        // The clock must be Amazon's before the first bound is made; the token answer carries it.
        client.authorise(errand).await?;
        let mut source = OrderSource {
            client,
            api: self.account.orders_api,
            marketplace_ids: &group.marketplace_ids.clone(),
            included: IncludedData::ALL,
            page_size: 100,
        };
        let plain = group.window(self.reach, client.server_now());
        // Parts that Amazon refused earlier are asked for again with the orders that lack them, once it may take the
        // question.
        let mends = source.api == OrdersApi::V2026 && client.takes_all();
        let wanted = if mends { group.mending(plain) } else { plain };
        let mut halvings = 0;
        let mut shrunk = false;
        let mut reading = match group.resume.take() {
            Some(open) if plan::can_resume(&open, &wanted, client.server_now()) => Reading::resume(open),
            _ => self.begin(&group, wanted, 0).await?,
        };
        let mut mending = reading.pages_before == 0 && reading.window.from < plain.from;
        // A window that this run began reaches to now; a resumed one or a half is followed by the rest.
        let mut whole = reading.pages_before == 0;
        loop {
            let turn = match source.page(reading.window, reading.token.clone(), errand).await {
                Ok(page) => {
                    let patchy = source.api == OrdersApi::V2026 && page.included != IncludedData::ALL;
                    let in_vain = patchy && std::mem::take(&mut mending);
                    match self.keep(&mut reading, page, patchy, harvest, listed).await? {
                        // It is refused still: the long way round would bring nothing that is not here.
                        Turn::NextPage | Turn::Done if in_vain => Turn::Restart(plain, 0),
                        turn => turn,
                    }
                }
                Err(error) => mend(&reading, &mut source, &mut shrunk, error)?,
            };
            if matches!(turn, Turn::Restart(..) | Turn::Halve) {
                source.included = IncludedData::ALL;
            }
            match turn {
                Turn::NextPage => {}
                Turn::Restart(window, restarts) => reading = self.begin(&group, window, restarts).await?,
                Turn::Halve => {
                    halvings += 1;
                    let half =
                        reading.window.older_half().filter(|_| halvings <= HALVINGS).ok_or_else(circle)?;
                    reading = self.begin(&group, half, 0).await?;
                    whole = false;
                }
                Turn::Done if whole || plan::is_fresh(reading.window, client.server_now()) => return Ok(()),
                Turn::Done => {
                    source.included = IncludedData::ALL;
                    group.watermark = Some(reading.window.to);
                    reading = self.begin(&group, group.window(None, client.server_now()), 0).await?;
                    whole = true;
                }
            }
        }
    }

    async fn begin(&self, group: &Group, window: Window, restarts: u8) -> Result<Reading, EngineError> {
        let id = self
            .store
            .begin_window(&NewWindow {
                account: self.account_id(),
                source: Source::Orders,
                api: self.account.orders_api,
                marketplace_ids: group.marketplace_ids.clone(),
                window,
                restarts,
                now: self.connection.client.server_now(),
            })
            .await?;
        Ok(Reading::new(id, window, restarts))
    }

    /// Keeps a page with its token in one transaction and decides how to go on.
    async fn keep(
        &self,
        reading: &mut Reading,
        page: OrdersPage,
        patchy: bool,
        harvest: &mut Harvest,
        listed: &mut Vec<OrderUpdate>,
    ) -> Result<Turn, EngineError> {
        let circles = reading.goes_in_circles(&page);
        // A page of a circle is kept too (it is idempotent), but as if another followed: its window is not done.
        let next_token = if circles {
            reading.token.as_deref().or(page.next_token.as_deref())
        } else {
            page.next_token.as_deref()
        };
        let now = self.connection.client.server_now();
        let commit = PageCommit {
            window: reading.id,
            updates: &page.updates,
            next_token,
            fingerprint: page.fingerprint,
            echoed: page.echoed.map(|echoed| echoed.min(reading.window.to)),
            surprises: &page.surprises.rows(),
            patchy,
            now,
        };
        let result = self.store.commit_page(&commit).await?;
        harvest.pages += 1;
        harvest.absorb(page.updates.iter().map(|update| update.order_id.clone()), &result.changes, now);
        self.progress
            .page_kept(&harvest.report(&self.account.label, &self.connection.tally), &result.changes);
        if self.account.orders_api == OrdersApi::V0 {
            let different: HashSet<_> = result
                .changes
                .new
                .iter()
                .chain(&result.changes.changed)
                .map(|order| order.order_id.as_str())
                .collect();
            listed.extend(
                page.updates.iter().filter(|update| different.contains(update.order_id.as_str())).cloned(),
            );
        }
        if circles {
            return Ok(Turn::Halve);
        }
        reading.token = page.next_token;
        Ok(if result.done { Turn::Done } else { Turn::NextPage })
    }
}

impl Reading {
    fn new(id: WindowId, window: Window, restarts: u8) -> Self {
        Self {
            id,
            window,
            token: None,
            restarts,
            fingerprints: HashSet::new(),
            tokens: HashSet::new(),
            orders: HashSet::new(),
            stale_pages: 0,
            empty_pages: 0,
            pages_before: 0,
        }
    }

    fn resume(open: OpenWindow) -> Self {
        Self {
            token: open.token,
            pages_before: open.pages,
            fingerprints: open.fingerprints.into_iter().collect(),
            ..Self::new(open.id, open.window, open.restarts)
        }
    }

    /// Whether this page shows that following the tokens leads nowhere (reference: spapi.md F30): a token or a page
    /// that came before, or several pages without a single order that is new to the window.
    fn goes_in_circles(&mut self, page: &OrdersPage) -> bool {
        let Some(token) = &page.next_token else { return false };
        let token_again = !self.tokens.insert(token.clone()) || self.token.as_ref() == Some(token);
        if page.updates.is_empty() {
            self.empty_pages += 1;
            return token_again || self.empty_pages > EMPTY;
        }
        self.empty_pages = 0;
        let page_again = !self.fingerprints.insert(page.fingerprint);
        let fresh = page.updates.iter().filter(|update| self.orders.insert(update.order_id.clone())).count();
        self.stale_pages = if fresh == 0 { self.stale_pages + 1 } else { 0 };
        token_again || page_again || self.stale_pages >= CIRCLE
    }
}

/// Decides what a failed page means for its window; failures that no other request can cure are returned.
fn mend(
    reading: &Reading,
    source: &mut OrderSource<'_>,
    shrunk: &mut bool,
    error: ApiError,
) -> Result<Turn, EngineError> {
    match error.kind {
        // Amazon finds the end too young, in one of its wordings: a minute earlier, once.
        ErrorKind::BoundTooRecent | ErrorKind::InvalidInput if reading.token.is_none() && !*shrunk => {
            *shrunk = true;
            Ok(Turn::Restart(reading.window.shrunk(source.client.server_now()), reading.restarts))
        }
        ErrorKind::PageTokenRefused | ErrorKind::InvalidInput if reading.token.is_some() => {
            Ok(if reading.restarts < RESTARTS {
                Turn::Restart(reading.window, reading.restarts + 1)
            } else {
                Turn::Halve
            })
        }
        // Smaller pages first, then shorter windows; what is still too large then is reported as that.
        ErrorKind::TooLarge | ErrorKind::Offline(TransportError::TooLarge(_)) if source.page_size > 12 => {
            source.page_size /= 2;
            Ok(Turn::Restart(reading.window, reading.restarts))
        }
        _ => Err(error.into()),
    }
}

fn circle() -> EngineError {
    EngineError::retryable(
        Code::MalformedAnswer,
        "Amazon keeps sending the same page of orders. What was read is kept; the next sync tries again",
    )
}
