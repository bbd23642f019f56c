//! What the order lists of both API versions have in common: bounds, filters, traversals and pages.
//!
//! Invariants: bounds are inclusive; `*Before` is at least two minutes old; pages of one traversal never overlap
//! and together hold every order that fitted when the first was asked for.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::desk::{Desk, Visit};
use crate::draw::mix;
use crate::fault::Fault;
use crate::marketplace::Marketplace;
use crate::order::{Millis, Order, Standing};
use crate::orders::{DateFamily, Filter, Orders};
use crate::paging::{Place, Refusal, Traversal};
use crate::problem::Problem;

/// `*Before` has to be this old (reference: spapi.md §4.1).
const TWO_MINUTES: Millis = 120_000;

/// Parameter names of one API version.
pub(crate) struct Names {
    pub(crate) created: (&'static str, &'static str),
    pub(crate) updated: (&'static str, &'static str),
    pub(crate) marketplaces: &'static str,
    pub(crate) page_size: &'static str,
    pub(crate) page_token: &'static str,
}

/// Reads an instant; the only spellings accepted are RFC 3339 and a plain date.
pub(crate) fn instant(name: &str, text: &str) -> Result<Millis, Problem> {
    let day =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let exact = DateTime::parse_from_rfc3339(text).ok().filter(|_| text.contains('T')).map(|at| at.to_utc());
    exact
        .or_else(day)
        .map(|at: DateTime<Utc>| at.timestamp_millis())
        .ok_or_else(|| Problem::invalid_input(format!("Invalid date-time field(s): {name}")))
}

/// An instant as Amazon prints it: milliseconds only where there are any.
pub(crate) fn instant_text(at: Millis) -> String {
    DateTime::from_timestamp_millis(at)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        .unwrap_or_default()
}

/// Which instant a list goes by, and its bounds.
pub(crate) fn bounds(visit: &Visit<'_>, names: &Names) -> Result<(DateFamily, Millis, Millis), Problem> {
    let read = |name: &'static str| visit.request.parameter(name).map(|text| instant(name, text)).transpose();
    let [(created_after, created_before), (updated_after, updated_before)] = [names.created, names.updated];
    let (family, after, before, before_name) = match (
        read(created_after)?,
        read(created_before)?,
        read(updated_after)?,
        read(updated_before)?,
    ) {
        (Some(after), before, None, None) => (DateFamily::Created, after, before, created_before),
        (None, None, Some(after), before) => (DateFamily::Updated, after, before, updated_before),
        _ => {
            return Err(Problem::invalid_input(format!(
                "Exactly one of {created_after} and {updated_after} must be provided, each only with its own Before parameter."
            )));
        }
    };
    let latest = visit.at - TWO_MINUTES;
    let Some(before) = before else { return Ok((family, after, latest)) };
    if before < after {
        return Err(Problem::invalid_input(format!(
            "{before_name} must be equal to or after the start of the range."
        )));
    }
    if before > latest {
        return Err(Problem::invalid_input(format!(
            "{before_name} must be at least two minutes before the time of the request."
        )));
    }
    Ok((family, after, before))
}

/// The marketplaces asked for, all of the seller's where the list is absent.
pub(crate) fn marketplaces(
    visit: &Visit<'_>,
    names: &Names,
    world: &Orders,
    desk: &Desk,
) -> Result<Vec<String>, Problem> {
    let ids = visit.request.list(names.marketplaces);
    if ids.len() > 50 {
        return Err(Problem::invalid_input(format!(
            "{} must not have more than 50 values.",
            names.marketplaces
        )));
    }
    if let Some(unknown) = ids.iter().find(|id| Marketplace::by_id(id).is_none()) {
        return Err(Problem::invalid_input(format!("Invalid marketplace id: {unknown}")));
    }
    let sold_in = |id: &str| world.marketplaces().iter().any(|store| store.id == id);
    if ids.iter().any(|id| !sold_in(id) || desk.closed_marketplaces.contains(*id)) {
        return Err(Problem::denied(""));
    }
    if ids.is_empty() {
        let open = |store: &&&Marketplace| !desk.closed_marketplaces.contains(store.id);
        return Ok(world.marketplaces().iter().filter(open).map(|store| store.id.to_owned()).collect());
    }
    Ok(ids.into_iter().map(str::to_owned).collect())
}

/// Orders per page, 1 to 100.
pub(crate) fn page_size(visit: &Visit<'_>, names: &Names) -> Result<usize, Problem> {
    let Some(text) = visit.request.parameter(names.page_size) else { return Ok(100) };
    text.parse()
        .ok()
        .filter(|size| (1..=100).contains(size))
        .ok_or_else(|| Problem::invalid_input(format!("{} must be between 1 and 100.", names.page_size)))
}

/// One page of a list.
pub(crate) struct Page {
    pub(crate) orders: Vec<(Order, Standing)>,
    /// Token of the next page.
    pub(crate) next: Option<String>,
    /// The instant that the list goes by.
    pub(crate) by: DateFamily,
    /// Upper bound of the traversal.
    pub(crate) before: Millis,
}

impl Names {
    /// The parameter that a page echoes: the upper bound of its traversal.
    pub(crate) fn echo(&self, page: &Page) -> &'static str {
        match page.by {
            DateFamily::Created => self.created.1,
            DateFamily::Updated => self.updated.1,
        }
    }
}

/// Begins a traversal of what fits `filter`.
pub(crate) fn first_page(
    visit: &Visit<'_>,
    desk: &mut Desk,
    world: &Orders,
    filter: &Filter,
    arguments: Vec<(String, String)>,
    size: usize,
) -> Page {
    let mut salt = desk.seed;
    if visit.faults.contains(&Fault::ShuffledPages) {
        salt = mix(salt, desk.requests);
    }
    let mut orders = world.search(filter, visit.at, salt);
    for fault in &visit.faults {
        if let Fault::LateOrders { seconds, permille } = fault {
            let late = |index: u64| mix(desk.seed, index) % 1000 < u64::from(*permille);
            let wait = Millis::from(*seconds) * 1000;
            let fresh =
                |index| world.standing(index, visit.at).is_some_and(|order| order.updated + wait > visit.at);
            orders.retain(|index| !(late(*index) && (*seconds == u32::MAX || fresh(*index))));
        }
    }
    let traversal =
        Arc::new(Traversal { arguments, by: filter.by, orders, at: visit.at, before: filter.before });
    // Only a list that goes on needs to be remembered.
    let remember = traversal.orders.len() > size
        || visit.faults.contains(&Fault::EmptyPageWithToken)
        || visit.faults.contains(&Fault::EndlessPage)
        || visit.faults.contains(&Fault::EmptyLastPage);
    let id = if remember { desk.traversals.open(Arc::clone(&traversal), visit.at) } else { 0 };
    page(visit, desk, world, &traversal, Place { traversal: id, offset: 0 }, size)
}

/// The page that a token leads to.
pub(crate) fn next_page(
    visit: &Visit<'_>,
    desk: &mut Desk,
    world: &Orders,
    token: &str,
    repeated: impl FnOnce(&[(String, String)]) -> bool,
    size: usize,
) -> Result<Page, Refusal> {
    if visit.faults.contains(&Fault::PaginationTokenRefused) {
        return Err(Refusal::Expired);
    }
    let (place, traversal) = desk.traversals.place(token, visit.at, repeated)?;
    let mut page = page(visit, desk, world, &traversal, place, size);
    for fault in &visit.faults {
        match fault {
            Fault::LoopingToken => page.next = Some(token.to_owned()),
            Fault::NewTokenSamePage => page.next = Some(desk.traversals.token(place, visit.at)),
            _ => {}
        }
    }
    Ok(page)
}

fn page(
    visit: &Visit<'_>,
    desk: &mut Desk,
    world: &Orders,
    traversal: &Traversal,
    place: Place,
    size: usize,
) -> Page {
    let from = place.offset.min(traversal.orders.len());
    let to = (from + size).min(traversal.orders.len());
    if visit.faults.contains(&Fault::EmptyPageWithToken) {
        let next = Some(desk.traversals.token(place, visit.at));
        return Page { orders: Vec::new(), next, by: traversal.by, before: traversal.before };
    }
    let mut indexes = traversal.orders[from..to].to_vec();
    if visit.faults.contains(&Fault::DuplicateOrders) {
        indexes.extend(traversal.orders.get(from).copied());
        indexes.extend(from.checked_sub(1).map(|before| traversal.orders[before]));
    }
    if visit.faults.contains(&Fault::MovingOrders) && traversal.by == DateFamily::Updated {
        let moved =
            |index| world.standing(index, visit.at).is_some_and(|order| order.updated > traversal.before);
        indexes.retain(|index| !moved(*index));
    }
    let read = |index: u64| Some((world.order(index)?, world.standing(index, traversal.at)?));
    let orders = indexes.into_iter().filter_map(read).collect();
    let endless = from < to && visit.faults.contains(&Fault::EndlessPage);
    let next = if endless { place } else { Place { traversal: place.traversal, offset: to } };
    let more =
        endless || to < traversal.orders.len() || (from < to && visit.faults.contains(&Fault::EmptyLastPage));
    let next = more.then(|| desk.traversals.token(next, visit.at));
    Page { orders, next, by: traversal.by, before: traversal.before }
}
