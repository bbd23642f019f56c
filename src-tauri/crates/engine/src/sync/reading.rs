//! The window being read: what its pages have shown so far.
//!
//! Owns invariants I3 (up to when a page proves the list complete) and I8 (pages that lead nowhere).

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::window::Window;
use packlight_spapi::OrdersPage;
use packlight_store::{OpenWindow, WindowId};

use super::traverse::Tried;

/// Pages in a row without an order that this window has not brought yet, before it counts as a circle.
const CIRCLE: u32 = 3;

/// The window being read and what is known of its pages.
pub(super) struct Reading {
    pub(super) id: WindowId,
    pub(super) window: Window,
    /// Whether Amazon is told the end; else that of `window` is a guess by this computer's clock.
    pub(super) end_sent: bool,
    /// Up to when its pages so far are complete.
    pub(super) reached: DateTime<Utc>,
    pub(super) token: Option<String>,
    pub(super) restarts: u8,
    /// Pages that an earlier run kept.
    pub(super) pages_before: u32,
    fingerprints: HashSet<u64>,
    tokens: HashSet<String>,
    orders: HashSet<String>,
    stale_pages: u32,
    /// The latest change that a page of this run showed.
    latest: Option<DateTime<Utc>>,
}

impl Reading {
    pub(super) fn new(id: WindowId, window: Window, end_sent: bool, restarts: u8) -> Self {
        Self {
            id,
            window,
            end_sent,
            reached: window.from,
            token: None,
            restarts,
            pages_before: 0,
            fingerprints: HashSet::new(),
            tokens: HashSet::new(),
            orders: HashSet::new(),
            stale_pages: 0,
            latest: None,
        }
    }

    pub(super) fn resume(open: OpenWindow) -> Self {
        Self {
            reached: open.reached(),
            token: open.token,
            pages_before: open.pages,
            fingerprints: open.fingerprints.into_iter().collect(),
            ..Self::new(open.id, open.window, open.end_sent, open.restarts)
        }
    }

    /// The span that every page of it is asked for.
    pub(super) fn asked(&self) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        (self.window.from, self.end_sent.then_some(self.window.to))
    }

    /// Whether this run was shown an order in it.
    pub(super) fn has_orders(&self) -> bool {
        self.latest.is_some()
    }

    /// What comes after a half that was read to its end: up to now, but at most twice as long, because longer ones broke.
    /// It begins where the half ends, so that each brings the run forward; the overlap that covers late changes is the
    /// next run's, which begins behind the last end of this one.
    pub(super) fn followed_by(&self, server_now: DateTime<Utc>) -> Window {
        let up_to_now = Window { from: self.reached, ..self.window }.up_to_now(server_now);
        let read = self.reached - self.window.from;
        // Nothing was proven: a step of no length would lead nowhere.
        if read <= TimeDelta::zero() {
            return up_to_now;
        }
        Window { to: up_to_now.to.min(up_to_now.from + read * 2), ..up_to_now }
    }

    /// Up to when a page proves its list complete: the end that Amazon echoed or set, but no later than the end that it
    /// was told or than its lists reach at all (`settled`, where its time is known). If none of them is known, the last page
    /// proves it up to the latest change in the list. This computer's clock proves nothing.
    pub(super) fn proof(
        &mut self,
        page: &OrdersPage,
        is_last: bool,
        settled: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        self.latest = self.latest.max(page.updates.iter().map(|update| update.last_update).max());
        let (from, end) = self.asked();
        let known = [page.echoed, end, settled].into_iter().flatten().min();
        known.or_else(|| is_last.then(|| self.latest.unwrap_or(from)))
    }

    /// Whether this page shows that following the tokens leads nowhere (reference: spapi.md F30): a token or a page
    /// that came before, or several pages without a single order that is new to the window.
    pub(super) fn goes_in_circles(&mut self, page: &OrdersPage, tried: &mut Tried) -> bool {
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

#[cfg(test)]
mod tests {
    use packlight_domain::order::{OrderUpdate, SourceRank};
    use packlight_spapi::{IncludedData, Surprises};

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_737_600 + second, 0).unwrap()
    }

    fn page(updates: &[i64], echoed: Option<i64>) -> OrdersPage {
        let update = |second: &i64| OrderUpdate::new("203-1", at(*second), SourceRank::V2026);
        OrdersPage {
            updates: updates.iter().map(update).collect(),
            next_token: None,
            echoed: echoed.map(at),
            fingerprint: 0,
            included: IncludedData::ALL,
            surprises: Surprises::default(),
            request_id: None,
        }
    }

    /// A window from 0 to 1,000.
    fn reading(end_sent: bool) -> Reading {
        Reading::new(WindowId(1), Window { from: at(0), to: at(1_000) }, end_sent, 0)
    }

    #[test]
    fn an_end_that_amazon_was_told_is_proven_as_far_as_it_echoes_and_its_lists_go() {
        let proof =
            |echoed, settled: Option<i64>| reading(true).proof(&page(&[7], echoed), true, settled.map(at));
        assert_eq!(proof(None, None), Some(at(1_000)));
        assert_eq!(proof(Some(900), Some(5_000)), Some(at(900)));
        assert_eq!(proof(Some(1_100), Some(5_000)), Some(at(1_000)));
        assert_eq!(proof(Some(1_000), Some(800)), Some(at(800)), "Amazon took an end in its own future");
    }

    #[test]
    fn an_end_that_was_left_to_amazon_is_proven_by_amazon_alone() {
        let proof =
            |echoed, settled: Option<i64>| reading(false).proof(&page(&[7], echoed), true, settled.map(at));
        assert_eq!(proof(Some(9_000), None), Some(at(9_000)));
        assert_eq!(proof(Some(9_000), Some(8_000)), Some(at(8_000)));
        assert_eq!(proof(None, Some(8_000)), Some(at(8_000)));
        assert_eq!(proof(None, None), Some(at(7)), "the latest change of the list");
        let mut silent = reading(false);
        assert_eq!(silent.proof(&page(&[5, 600], None), false, None), None, "more may follow");
        assert_eq!(silent.proof(&page(&[9], None), true, None), Some(at(600)));
        assert_eq!(reading(false).proof(&page(&[], None), true, None), Some(at(0)), "nothing is proven");
    }
}
