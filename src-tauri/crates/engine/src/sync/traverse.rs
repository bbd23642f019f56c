//! Follows one window to its last page, and mends it where Amazon's paging breaks.
//!
//! A token that is refused restarts its window, never skips it (I7); pages that go round in circles halve it (I8); an
//! end that is too young for Amazon moves a minute back, once. Every cure has its bound. Each page is kept before the next is asked for.
//!
//! No end is made by this computer's clock (I11, I3): until an answer carried a `Date`, a list's end is left to Amazon,
//! which names it in its answer (reference: spapi.md §4.2.3, F17, F18), and the watermark follows that.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use packlight_domain::account::OrdersApi;
use packlight_domain::order::OrderUpdate;
use packlight_domain::window::{END_MARGIN, UNSETTLED, Window};
use packlight_spapi::{ApiError, Errand, ErrorKind, IncludedData, OrdersPage, TransportError};
use packlight_store::{NewWindow, PageCommit, Source};

use super::plan::{self, Group};
use super::reading::Reading;
use super::{Harvest, Run};
use crate::error::{Code, EngineError};
use crate::source::OrderSource;

/// Empty pages that are believed in one run, beyond one for each page that brings something; they are legal (reference:
/// spapi.md F31).
const EMPTY: u32 = 20;
/// Restarts of a window whose token was refused, before it is halved.
const RESTARTS: u8 = 2;
/// Halvings without a window that brought orders and came to its end, before the run gives up until the next.
const HALVINGS: u32 = 8;

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
pub(super) struct Tried {
    /// The end was moved a minute back, or one was sent where it had been left to Amazon.
    shrunk: bool,
    /// The first window begins where it should by Amazon's clock, or was moved there.
    placed: bool,
    /// The page that was refused was asked for with fewer parts.
    reduced: bool,
    halvings: u32,
    /// Empty pages that are still believed.
    pub(super) empty_left: u32,
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
        // The clock must be Amazon's before the first bound is made; the token answer carries it, as a rule.
        client.authorise(errand).await?;
        let mut source = OrderSource {
            client,
            api: self.account.orders_api,
            marketplace_ids: &group.marketplace_ids.clone(),
            included: IncludedData::ALL,
            refusal: None,
            page_size: 100,
        };
        let mut plain = group.window(self.reach, client.server_now());
        // Parts that Amazon refused earlier are asked for again with the orders that lack them, once it may take the
        // question.
        let mends = source.api == OrdersApi::V2026 && client.takes_all();
        let wanted = |group: &Group, plain| if mends { group.mending(plain) } else { plain };
        let first = wanted(&group, plain);
        let mut tried = Tried {
            shrunk: group.incurable,
            placed: false,
            reduced: group.incurable,
            halvings: 0,
            empty_left: EMPTY,
            restarts: 0,
        };
        let mut reading = match group.resume.take() {
            Some(open) if plan::can_resume(&open, &first, client.server_now()) => Reading::resume(open),
            _ => self.begin(&group, first, 0, false).await?,
        };
        let mut mending = reading.pages_before == 0 && reading.window.from < plain.from;
        // A window that this run began reaches to now; a resumed one or a half is followed by the rest.
        let mut whole = reading.pages_before == 0;
        let mut halved = false;
        loop {
            let answer = source.page(reading.asked(), reading.token.clone(), errand).await;
            let told = answer.as_ref().ok().and_then(|page| self.misjudged(&reading, page, &tried));
            let right = told.map(|now| group.window(self.reach, now));
            let right = right.filter(|right| plan::is_misplaced(reading.window, wanted(&group, *right)));
            let turn = match (right, answer) {
                (Some(right), _) => {
                    (plain, tried.placed) = (right, true);
                    Turn::Restart(wanted(&group, plain), reading.restarts)
                }
                (None, Ok(page)) => {
                    tried.placed = true;
                    tried.reduced = false;
                    let patchy = source.api == OrdersApi::V2026 && page.included != IncludedData::ALL;
                    let in_vain = patchy && std::mem::take(&mut mending);
                    match self.keep(&mut reading, page, patchy, &mut tried, harvest, listed).await? {
                        // It is refused still: the long way round would bring nothing that is not here.
                        Turn::NextPage | Turn::Done if in_vain => Turn::Restart(plain, 0),
                        turn => turn,
                    }
                }
                (None, Err(error)) => mend(&reading, &mut source, &mut tried, error)?,
            };
            if matches!(turn, Turn::Restart(..) | Turn::Halve(_)) {
                source.included = IncludedData::ALL;
            }
            match turn {
                Turn::NextPage => {}
                Turn::WithLess(refusal) => source.refusal = Some(refusal),
                Turn::Restart(window, restarts) => {
                    let window = self.ended(&reading, window);
                    reading = self.begin(&group, window, restarts, tried.shrunk || reading.end_sent).await?;
                    whole &= !reading.end_sent || client.knows_the_time();
                }
                Turn::Halve(broken) => {
                    tried.halvings += 1;
                    let window = self.ended(&reading, reading.window);
                    let half = window.older_half().filter(|_| tried.halvings <= HALVINGS);
                    let half = half.ok_or_else(|| given_up(broken))?;
                    reading = self.begin(&group, half, tried.restarts, true).await?;
                    (whole, halved) = (false, true);
                }
                Turn::Done if whole || !halved && plan::is_fresh(reading.reached, client.server_now()) => {
                    return Ok(());
                }
                Turn::Done => {
                    source.included = IncludedData::ALL;
                    if reading.has_orders() {
                        tried.halvings = 0;
                    }
                    let now = client.server_now();
                    let rest = if halved {
                        reading.followed_by(now)
                    } else {
                        group.watermark = Some(reading.reached);
                        group.window(None, now)
                    };
                    whole = rest.to >= now - END_MARGIN;
                    reading = self.begin(&group, rest, tried.restarts, !whole).await?;
                }
            }
        }
    }

    /// Begins a window. Its end is sent where Amazon's time is known, or where it is `told` in any case.
    async fn begin(
        &self,
        group: &Group,
        window: Window,
        restarts: u8,
        told: bool,
    ) -> Result<Reading, EngineError> {
        let end_sent = told || self.connection.client.knows_the_time();
        let id = self
            .store
            .begin_window(&NewWindow {
                account: self.account_id(),
                source: Source::Orders,
                api: self.account.orders_api,
                marketplace_ids: group.marketplace_ids.clone(),
                window,
                end_sent,
                restarts,
                now: self.connection.client.server_now(),
            })
            .await?;
        Ok(Reading::new(id, window, end_sent, restarts))
    }

    /// Amazon's time, where the first page of a window that was begun without it tells it at last.
    fn misjudged(&self, reading: &Reading, page: &OrdersPage, tried: &Tried) -> Option<DateTime<Utc>> {
        if reading.end_sent || reading.token.is_some() || tried.placed {
            return None;
        }
        let client = &self.connection.client;
        if client.knows_the_time() {
            return Some(client.server_now());
        }
        // The end that Amazon set itself lies two minutes behind its clock.
        page.echoed.map(|end| end + UNSETTLED)
    }

    /// `window` with an end by Amazon's clock, should it have one by that of this computer and the other be known by now.
    fn ended(&self, reading: &Reading, window: Window) -> Window {
        let client = &self.connection.client;
        if reading.end_sent || !client.knows_the_time() {
            return window;
        }
        window.up_to_now(client.server_now())
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
        let client = &self.connection.client;
        let now = client.server_now();
        let settled = client.knows_the_time().then(|| now - UNSETTLED);
        let echoed = reading.proof(&page, page.next_token.is_none(), settled);
        // A page of a circle is kept too (it is idempotent), but as if another followed: its window is not done.
        let next_token = if circles {
            reading.token.as_deref().or(page.next_token.as_deref())
        } else {
            page.next_token.as_deref()
        };
        let commit = PageCommit {
            window: reading.id,
            updates: &page.updates,
            next_token,
            fingerprint: page.fingerprint,
            echoed,
            surprises: &page.surprises.rows(),
            patchy,
            now,
        };
        let result = self.store.commit_page(&commit).await?;
        reading.reached = result.reached;
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
