//! Follows one window to its last page, and mends it where Amazon's paging breaks.
//!
//! A token that is refused restarts its window, never skips it (I7); pages that go round in circles halve it (I8); an
//! end that is too young for Amazon moves a minute back, once. Every cure has its bound. Each page is kept before the next is asked for.

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
/// Empty pages that are believed in one run, beyond one for each page that brings something; they are legal (reference:
/// spapi.md F31).
const EMPTY: u32 = 20;
/// Restarts of a window whose token was refused, before it is halved.
const RESTARTS: u8 = 2;
/// Halvings without a window that came to its end, before the run gives up until the next.
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
    /// Pages that an earlier run kept.
    pages_before: u32,
}

/// What becomes of a window after a page or a failure.
enum Turn {
    NextPage,
    Done,
    Restart(Window, u8),
    /// The same page with fewer parts, because Amazon finds the question invalid.
    WithLess(ApiError),
    Halve(Broken),
}

/// How the paging of a window broke.
#[derive(Clone, Copy)]
enum Broken {
    /// It goes in circles.
    Circle,
    /// The tokens that Amazon gives it does not take.
    Tokens,
}

/// What one traversal has already tried, so that nothing is tried for ever.
struct Tried {
    /// The end was moved a minute back.
    shrunk: bool,
    /// The page that was refused was asked for with fewer parts.
    reduced: bool,
    halvings: u32,
    /// Empty pages that are still believed.
    empty_left: u32,
    /// Restarts that a new window counts as had: once a window had them all in vain, its halves need none.
    restarts: u8,
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
            refusal: None,
            page_size: 100,
        };
        let plain = group.window(self.reach, client.server_now());
        // Parts that Amazon refused earlier are asked for again with the orders that lack them, once it may take the
        // question.
        let mends = source.api == OrdersApi::V2026 && client.takes_all();
        let wanted = if mends { group.mending(plain) } else { plain };
        let mut tried = Tried {
            shrunk: group.incurable,
            reduced: group.incurable,
            halvings: 0,
            empty_left: EMPTY,
            restarts: 0,
        };
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
                    tried.reduced = false;
                    let patchy = source.api == OrdersApi::V2026 && page.included != IncludedData::ALL;
                    let in_vain = patchy && std::mem::take(&mut mending);
                    match self.keep(&mut reading, page, patchy, &mut tried, harvest, listed).await? {
                        // It is refused still: the long way round would bring nothing that is not here.
                        Turn::NextPage | Turn::Done if in_vain => Turn::Restart(plain, 0),
                        turn => turn,
                    }
                }
                Err(error) => mend(&reading, &mut source, &mut tried, error)?,
            };
            if matches!(turn, Turn::Restart(..) | Turn::Halve(_)) {
                source.included = IncludedData::ALL;
            }
            match turn {
                Turn::NextPage => {}
                Turn::WithLess(refusal) => source.refusal = Some(refusal),
                Turn::Restart(window, restarts) => reading = self.begin(&group, window, restarts).await?,
                Turn::Halve(broken) => {
                    tried.halvings += 1;
                    let half = reading.window.older_half().filter(|_| tried.halvings <= HALVINGS);
                    let half = half.ok_or_else(|| given_up(broken))?;
                    reading = self.begin(&group, half, tried.restarts).await?;
                    whole = false;
                }
                Turn::Done if whole || plan::is_fresh(reading.window, client.server_now()) => return Ok(()),
                Turn::Done => {
                    source.included = IncludedData::ALL;
                    tried.halvings = 0;
                    group.watermark = Some(reading.window.to);
                    let rest = group.window(None, client.server_now());
                    reading = self.begin(&group, rest, tried.restarts).await?;
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
                end_sent: true,
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
        tried: &mut Tried,
        harvest: &mut Harvest,
        listed: &mut Vec<OrderUpdate>,
    ) -> Result<Turn, EngineError> {
        if page.updates.iter().any(|update| !harvest.seen.contains(&update.order_id)) {
            tried.empty_left = (tried.empty_left + 1).min(EMPTY);
        }
        let circles = reading.goes_in_circles(&page, tried);
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
            return Ok(Turn::Halve(Broken::Circle));
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
    fn goes_in_circles(&mut self, page: &OrdersPage, tried: &mut Tried) -> bool {
        let Some(token) = &page.next_token else { return false };
        let token_again = !self.tokens.insert(token.clone()) || self.token.as_ref() == Some(token);
        if page.updates.is_empty() {
            let believed = tried.empty_left > 0;
            tried.empty_left = tried.empty_left.saturating_sub(1);
            return token_again || !believed;
        }
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
    tried: &mut Tried,
    error: ApiError,
) -> Result<Turn, EngineError> {
    let has_parts = source.api == OrdersApi::V2026;
    let names_a_part = has_parts && error.names_a_part();
    match error.kind {
        // Amazon finds the end too young, in one of its wordings: a minute earlier, once.
        ErrorKind::BoundTooRecent | ErrorKind::InvalidInput
            if reading.token.is_none() && !tried.shrunk && !names_a_part =>
        {
            tried.shrunk = true;
            Ok(Turn::Restart(reading.window.shrunk(source.client.server_now()), reading.restarts))
        }
        // Or it does not answer a part of the orders for a while: with fewer, once.
        // In the middle of a list only where the refusal names the part: the page token stays good.
        ErrorKind::InvalidInput
            if has_parts && !tried.reduced && (reading.token.is_none() || names_a_part) =>
        {
            tried.reduced = true;
            Ok(Turn::WithLess(error))
        }
        ErrorKind::PageTokenRefused | ErrorKind::InvalidInput if reading.token.is_some() => {
            Ok(if reading.restarts < RESTARTS {
                Turn::Restart(reading.window, reading.restarts + 1)
            } else {
                tried.restarts = RESTARTS;
                Turn::Halve(Broken::Tokens)
            })
        }
        // Smaller pages, down to a single order; what is still too large then is reported as that.
        ErrorKind::TooLarge if source.page_size > 1 => Ok(smaller_pages(reading, source)),
        // So many megabytes are not a dozen orders: asking on would only bring them again.
        ErrorKind::Offline(TransportError::TooLarge(_)) if source.page_size > 12 => {
            Ok(smaller_pages(reading, source))
        }
        kind => {
            if kind == ErrorKind::InvalidInput && has_parts {
                source.client.remember_in_vain(source.marketplace_ids);
            }
            Err(ApiError { kind, ..error }.into())
        }
    }
}

/// Asks for half as many orders a page. The page token of 2026-01-01 allows that (reference: spapi.md §4.2.5).
fn smaller_pages(reading: &Reading, source: &mut OrderSource<'_>) -> Turn {
    source.page_size = (source.page_size / 2).max(1);
    match source.api {
        OrdersApi::V2026 => Turn::NextPage,
        OrdersApi::V0 => Turn::Restart(reading.window, reading.restarts),
    }
}

fn given_up(broken: Broken) -> EngineError {
    let message = match broken {
        Broken::Circle => {
            "Amazon keeps sending the same page of orders. What was read is kept; the next sync tries again"
        }
        Broken::Tokens => {
            "Amazon does not take the page tokens that it gives itself, however short the stretch of the list. What was read is kept; the next sync tries again"
        }
    };
    EngineError::retryable(Code::MalformedAnswer, message).confined()
}
