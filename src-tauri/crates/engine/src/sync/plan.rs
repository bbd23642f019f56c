//! Which marketplaces are read together and which window comes first.
//!
//! One call serves all marketplaces that stand at about the same point (reference: spapi.md §3.2); one that was added
//! later catches up in a window of its own and then joins the others. A window that was left half-read is read to its
//! end before its marketplaces join anybody (invariants I1, I7).

use chrono::{DateTime, TimeDelta, Utc};
use packlight_domain::window::{FIRST_REACH, OVERLAP, Window};
use packlight_store::{OpenWindow, Source};

use super::Run;
use crate::error::EngineError;

/// Watermarks that are at most this far apart share a window: re-reading an hour is cheaper than a call of their own.
const TOGETHER: TimeDelta = TimeDelta::hours(1);

/// How long Amazon keeps a pagination token (24 h), less an hour for the run itself.
const TOKEN_LIFE: TimeDelta = TimeDelta::hours(23);

/// Amazon's `Date` has whole seconds and its hosts differ: a run that goes on within moments may believe that it is earlier
/// than the run before it did. What is this little younger than wanted reaches far enough back.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(1);

/// How much more than wanted is rather read than a page again: the clocks of most computers are less wrong.
const TOO_EARLY: TimeDelta = TimeDelta::days(1);

/// A resumed window that ends no longer ago than this is fresh enough to end the run.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// Marketplaces that are read together, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) marketplace_ids: Vec<String>,
    pub(super) watermark: Option<DateTime<Utc>>,
    pub(super) resume: Option<OpenWindow>,
    /// From here on orders lack parts that Amazon refused; they are read again as soon as it takes the question.
    pub(super) patchy_from: Option<DateTime<Utc>>,
    /// What a refusal as invalid may be cured by was tried for more marketplaces at once, in vain.
    pub(super) incurable: bool,
}

/// The groups of a run without these marketplaces, those with a half-read window first.
pub(super) async fn groups(run: &Run, without: &[String]) -> Result<Vec<Group>, EngineError> {
    let mut state = run.store.sync_state(run.account.id, Source::Orders).await?;
    state.watermarks.retain(|(id, _)| !without.contains(id));
    let mut half_read = state.open_windows;
    half_read.retain(|open| open.token.is_some() && open.api == run.account.orders_api);
    let mut groups = divide(state.watermarks, half_read);
    for group in &mut groups {
        let theirs = state.patchy.iter().filter(|(id, _)| group.marketplace_ids.contains(id));
        group.patchy_from = theirs.map(|(_, from)| *from).min();
    }
    Ok(groups)
}

/// The marketplaces of a half-read window stay by themselves until it is read, because its token is good for them alone
/// (reference: spapi.md §4.2.5); one that has lost a marketplace, or gained one that stands elsewhere, has no use any more.
fn divide(mut watermarks: Vec<(String, Option<DateTime<Utc>>)>, half_read: Vec<OpenWindow>) -> Vec<Group> {
    let mut groups = Vec::new();
    for open in half_read {
        let (theirs, others): (Vec<_>, Vec<_>) =
            watermarks.iter().cloned().partition(|(id, _)| open.marketplace_ids.contains(id));
        let mut together = gather(theirs);
        if let [group] = together.as_mut_slice()
            && group.marketplace_ids == open.marketplace_ids
        {
            group.resume = Some(open);
            groups.append(&mut together);
            watermarks = others;
        }
    }
    groups.extend(gather(watermarks));
    groups
}

/// Gathers marketplaces whose watermarks lie close together; those without one form a group of their own.
fn gather(mut watermarks: Vec<(String, Option<DateTime<Utc>>)>) -> Vec<Group> {
    watermarks.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    let mut groups: Vec<Group> = Vec::new();
    for (id, mark) in watermarks {
        let joins = groups.last().is_some_and(|group| match (group.watermark, mark) {
            (None, None) => true,
            (Some(oldest), Some(mark)) => mark - oldest <= TOGETHER,
            _ => false,
        });
        match groups.last_mut() {
            Some(group) if joins => group.marketplace_ids.push(id),
            _ => groups.push(Group {
                marketplace_ids: vec![id],
                watermark: mark,
                resume: None,
                patchy_from: None,
                incurable: false,
            }),
        }
    }
    for group in &mut groups {
        group.marketplace_ids.sort();
    }
    groups
}

impl Group {
    /// The same window, begun early enough to read again what lacks parts.
    pub(super) fn mending(&self, window: Window) -> Window {
        Window { from: self.patchy_from.map_or(window.from, |from| from.min(window.from)), ..window }
    }

    /// The window to begin with. A re-read never starts behind the watermark's own window, or the time between the two
    /// would be skipped when the watermark moves.
    pub(super) fn window(&self, reach: Option<TimeDelta>, server_now: DateTime<Utc>) -> Window {
        let next = Window::next(self.watermark, reach.unwrap_or(FIRST_REACH), server_now);
        match reach {
            Some(reach) => Window { from: next.from.min(Window::reaching(reach, server_now).from), ..next },
            None => next,
        }
    }
}

/// Whether a half-read window goes on: its token still lives, and it reaches as far back as is wanted now.
pub(super) fn can_resume(open: &OpenWindow, wanted: &Window, server_now: DateTime<Utc>) -> bool {
    open.token.is_some()
        && server_now - open.token_at < TOKEN_LIFE
        && open.window.from - wanted.from <= CLOCKS_APART
}

/// Whether a window that was read up to `reached` leaves nothing to read that is worth another call now.
pub(super) fn is_fresh(reached: DateTime<Utc>, server_now: DateTime<Utc>) -> bool {
    server_now - reached < FRESH + OVERLAP / 2
}

/// Whether a window that was begun by this computer's clock begins where none by Amazon's would: so late that something is
/// left out, or so early that it costs pages for nothing.
pub(super) fn is_misplaced(window: Window, wanted: Window) -> bool {
    let late = window.from - wanted.from;
    late > CLOCKS_APART || late < -TOO_EARLY
}

#[cfg(test)]
mod tests {
    use packlight_domain::account::OrdersApi;
    use packlight_store::WindowId;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_737_600 + minute * 60, 0).unwrap()
    }

    fn marks(marks: &[(&str, Option<i64>)]) -> Vec<(String, Option<DateTime<Utc>>)> {
        marks.iter().map(|(id, minute)| ((*id).to_owned(), minute.map(at))).collect()
    }

    #[test]
    fn marketplaces_that_stand_together_are_read_together() {
        let groups =
            gather(marks(&[("DE", Some(30)), ("GB", Some(0)), ("FR", None), ("ES", None), ("IT", Some(90))]));
        let ids: Vec<_> = groups.iter().map(|group| group.marketplace_ids.join(",")).collect();
        assert_eq!(ids, ["ES,FR", "DE,GB", "IT"]);
        // The oldest mark of a group counts, so that nothing between two marks is skipped.
        assert_eq!(groups[1].watermark, Some(at(0)));
    }

    fn half_read(ids: &[&str]) -> OpenWindow {
        OpenWindow {
            id: WindowId(1),
            window: Window { from: at(-30), to: at(0) },
            end_sent: true,
            api: OrdersApi::V2026,
            marketplace_ids: ids.iter().map(ToString::to_string).collect(),
            token: Some("token".into()),
            token_at: at(0),
            pages: 1,
            restarts: 0,
            fingerprints: Vec::new(),
            lowest_echo: None,
        }
    }

    #[test]
    fn half_read_windows_keep_their_marketplaces_to_themselves() {
        let divided = |half: &[&[&str]], stand: &[(&str, Option<i64>)]| {
            let groups = divide(marks(stand), half.iter().map(|ids| half_read(ids)).collect());
            let shown = |group: &Group| {
                let resumes = if group.resume.is_some() { "+" } else { "" };
                format!(
                    "{}{resumes}@{:?}",
                    group.marketplace_ids.join(","),
                    group.watermark.map(|mark| (mark - at(0)).num_minutes())
                )
            };
            groups.iter().map(shown).collect::<Vec<_>>()
        };
        let stand = [("DE", Some(30)), ("ES", Some(20)), ("FR", None), ("GB", Some(0)), ("IT", None)];
        assert_eq!(divided(&[], &stand), ["FR,IT@None", "DE,ES,GB@Some(0)"]);
        assert_eq!(
            divided(&[&["DE", "GB"], &["FR"]], &stand),
            ["DE,GB+@Some(0)", "FR+@None", "IT@None", "ES@Some(20)"]
        );
        // Its token is of no use where a marketplace has left, or stands where the window never was.
        assert_eq!(divided(&[&["AE", "DE"]], &stand), ["FR,IT@None", "DE,ES,GB@Some(0)"]);
        assert_eq!(divided(&[&["DE", "FR"]], &stand), ["FR,IT@None", "DE,ES,GB@Some(0)"]);
        assert_eq!(divided(&[&[]], &stand), ["FR,IT@None", "DE,ES,GB@Some(0)"]);
    }

    #[test]
    fn a_re_read_that_is_shorter_than_the_gap_reaches_back_to_the_watermark() {
        let group = Group {
            marketplace_ids: vec!["GB".into()],
            watermark: Some(at(0)),
            resume: None,
            patchy_from: None,
            incurable: false,
        };
        let window = group.window(Some(TimeDelta::days(1)), at(10 * 24 * 60));
        assert_eq!(window.from, at(-10));
        let window = group.window(Some(TimeDelta::days(30)), at(60));
        assert_eq!(window.to - window.from, TimeDelta::days(30));
    }

    #[test]
    fn a_half_read_window_goes_on_though_the_clock_went_back_a_little() {
        let began = at(0);
        let open = |token: Option<&str>| OpenWindow {
            window: Window::next(None, FIRST_REACH, began),
            token: token.map(str::to_owned),
            ..half_read(&["GB"])
        };
        let resumes = |open: &OpenWindow, now: DateTime<Utc>, reach: TimeDelta| {
            can_resume(open, &Window::reaching(reach, now), now)
        };
        for later in [-60, -1, 0, 1, 22 * 3_600] {
            let now = began + TimeDelta::seconds(later);
            assert!(resumes(&open(Some("token")), now, FIRST_REACH), "{later} s");
        }
        assert!(!resumes(&open(Some("token")), began - TimeDelta::seconds(61), FIRST_REACH));
        assert!(!resumes(&open(Some("token")), began, FIRST_REACH + TimeDelta::days(1)), "more is wanted");
        assert!(!resumes(&open(Some("token")), began + TOKEN_LIFE, FIRST_REACH), "the token is dead");
        assert!(!resumes(&open(None), began, FIRST_REACH), "no page was kept");
    }

    #[test]
    fn a_first_run_reaches_as_far_as_asked() {
        let group = Group {
            marketplace_ids: vec!["GB".into()],
            watermark: None,
            resume: None,
            patchy_from: None,
            incurable: false,
        };
        let length = |reach| {
            let window = group.window(reach, at(0));
            window.to - window.from
        };
        assert_eq!(length(None), TimeDelta::days(30));
        assert_eq!(length(Some(TimeDelta::days(7))), TimeDelta::days(7));
    }
}
