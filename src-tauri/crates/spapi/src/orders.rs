//! Orders 2026-01-01 and, beside it until Amazon removes it, Orders v0: lists of changed orders, single orders, lines.
//!
//! Both speak [`OrderUpdate`]; what an answer did not carry is not in it. Arguments of a list are sent in full with
//! every page, because Amazon binds its page tokens to them (reference: spapi.md §4.2.5, §5).

use chrono::{DateTime, SubsecRound, Utc};
use packlight_domain::instant;
use packlight_domain::order::{OrderUpdate, SourceRank};
use packlight_domain::window::END_MARGIN;
use xxhash_rust::xxh3::Xxh3;

use crate::classify::Asked;
use crate::client::{Ask, Client, encoded};
use crate::errand::Errand;
use crate::error::{ApiError, ErrorKind};
use crate::included::IncludedData;
use crate::json::{self, List, Reader, Unreadable};
use crate::operation::Operation;
use crate::surprises::Surprises;

mod convert_2026;
mod convert_v0;
mod v0;
mod wire_2026;
mod wire_v0;

pub use v0::ListOrdersV0;

/// How much a record is believed that had surprises: less than a sound answer of the same update time, so that the next
/// one heals it and it never spoils what is stored (invariant I16).
const DAMAGED: SourceRank = SourceRank::Report;

/// A page of changed orders, Orders 2026-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOrders {
    /// From here on, inclusive, on Amazon's clock.
    pub last_updated_after: DateTime<Utc>,
    /// Up to here, inclusive; at least two minutes before Amazon's now, which it is itself where nothing is given.
    pub last_updated_before: Option<DateTime<Utc>>,
    /// At most 50; one call serves them all.
    pub marketplace_ids: Vec<String>,
    /// Only orders in these states; all where empty.
    pub fulfillment_statuses: Vec<&'static str>,
    /// Parts of an order.
    pub included: IncludedData,
    /// Continues a list; all else but the parts has to be as it was.
    pub page_token: Option<String>,
    /// Orders a page, 1 to 100.
    pub page_size: u8,
}

/// The span of update time that a list was asked for, without an end where that is Amazon's affair.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
}

/// A page of orders and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrdersPage {
    /// The orders, in Amazon's sequence, which means nothing.
    pub updates: Vec<OrderUpdate>,
    /// Where the next page is; `None` on the last.
    pub next_token: Option<String>,
    /// Up to when the answer is complete, as Amazon echoed it or set it itself; never beyond what was asked.
    pub echoed: Option<DateTime<Utc>>,
    /// Hash of the ids and update times of its orders, by which a page that comes again is recognised.
    pub fingerprint: u64,
    /// The parts that were answered.
    pub included: IncludedData,
    /// What was not as Amazon's model says.
    pub surprises: Surprises,
    /// Amazon's request id.
    pub request_id: Option<String>,
}

impl Client {
    /// One page of `searchOrders`.
    pub async fn search_orders(
        &self,
        search: &SearchOrders,
        errand: &Errand,
    ) -> Result<OrdersPage, ApiError> {
        let asked = Asked {
            operation: Operation::SearchOrders,
            page_token: search.page_token.is_some(),
            bounded: search.last_updated_before.is_some(),
        };
        let mut query = vec![("lastUpdatedAfter", instant::to_text(search.last_updated_after))];
        query.extend(search.last_updated_before.map(|to| ("lastUpdatedBefore", instant::to_text(to))));
        query.push(("maxResultsPerPage", search.page_size.clamp(1, 100).to_string()));
        push_list(&mut query, "marketplaceIds", &search.marketplace_ids);
        push_list(&mut query, "fulfillmentStatuses", &search.fulfillment_statuses);
        push_list(&mut query, "includedData", &search.included.names());
        if let Some(token) = &search.page_token {
            query.push(("paginationToken", token.clone()));
        }
        let ask = Ask::get(asked, "/orders/2026-01-01/orders".to_owned(), query);
        let answer = self
            .call(&ask, errand, |text| {
                let page: wire_2026::Page<'_> = json::read(text)?;
                let asked = Span { from: search.last_updated_after, to: search.last_updated_before };
                convert_2026::page(&page, search.included, asked)
            })
            .await?;
        Ok(OrdersPage { request_id: answer.request_id, ..answer.value })
    }

    /// One page of `searchOrders` that leaves out parts which Amazon refuses, one by one, rather than fail (reference:
    /// spapi.md F44). For an hour after a refusal the refused parts are not asked for at all.
    pub async fn search_orders_degrading(
        &self,
        search: &SearchOrders,
        errand: &Errand,
    ) -> Result<OrdersPage, ApiError> {
        let search = SearchOrders { included: self.likely(search.included), ..search.clone() };
        match self.search_orders(&search, errand).await {
            Err(refusal) if refusal.kind == ErrorKind::InvalidInput => {
                self.search_orders_with_less(&search, refusal, errand).await
            }
            outcome => outcome,
        }
    }

    /// The same page with fewer parts, after `search` as it is met with `refusal`. Where no fewer help either, that
    /// refusal is returned, and for an hour no other list of these marketplaces is tried with fewer.
    pub async fn search_orders_with_less(
        &self,
        search: &SearchOrders,
        refusal: ApiError,
        errand: &Errand,
    ) -> Result<OrdersPage, ApiError> {
        if self.knows_in_vain(&search.marketplace_ids) {
            return Err(refusal);
        }
        let mut retreat = Retreat::new(search.included);
        let mut refusal = refusal;
        loop {
            if let Err(error) = retreat.step(refusal) {
                if error.kind == ErrorKind::InvalidInput {
                    self.remember_in_vain(&search.marketplace_ids);
                }
                return Err(error);
            }
            let less = SearchOrders { included: retreat.asked, ..search.clone() };
            match self.search_orders(&less, errand).await {
                Ok(page) => {
                    retreat.remember(self);
                    return Ok(page);
                }
                Err(error) => refusal = error,
            }
        }
    }

    /// One order by its id.
    pub async fn get_order(
        &self,
        order_id: &str,
        included: IncludedData,
        errand: &Errand,
    ) -> Result<(OrderUpdate, Surprises), ApiError> {
        let asked = Asked { operation: Operation::GetOrder, page_token: false, bounded: false };
        let mut query = Vec::new();
        push_list(&mut query, "includedData", &included.names());
        let path = format!("/orders/2026-01-01/orders/{}", path_part(order_id, Operation::GetOrder)?);
        // An order that does not say when it changed is as of now, less what Amazon's lists lag behind.
        let as_of = self.server_now() - END_MARGIN;
        let answer = self
            .call(&Ask::get(asked, path, query), errand, |text| {
                let single: wire_2026::Single<'_> = json::read(text)?;
                convert_2026::single(&single, included, as_of)
            })
            .await?;
        Ok(answer.value)
    }

    /// One order by its id, without the parts that Amazon refuses.
    pub async fn get_order_degrading(
        &self,
        order_id: &str,
        included: IncludedData,
        errand: &Errand,
    ) -> Result<(OrderUpdate, Surprises), ApiError> {
        let mut retreat = Retreat::new(self.likely(included));
        loop {
            match self.get_order(order_id, retreat.asked, errand).await {
                Ok(order) => {
                    retreat.remember(self);
                    return Ok(order);
                }
                Err(error) => retreat.step(error)?,
            }
        }
    }
}

/// Asks with less and less while Amazon finds the request invalid. If nothing helps, the first refusal is returned: it
/// is the one about what was really wanted.
struct Retreat {
    asked: IncludedData,
    refused: Option<(ApiError, std::vec::IntoIter<IncludedData>)>,
}

impl Retreat {
    fn new(asked: IncludedData) -> Self {
        Self { asked, refused: None }
    }

    /// Steps back after a refusal; other failures end it.
    fn step(&mut self, error: ApiError) -> Result<(), ApiError> {
        if error.kind != ErrorKind::InvalidInput {
            return Err(error);
        }
        let (first, mut left) = self.refused.take().unwrap_or_else(|| {
            let left = self.asked.retreats(&error.refusal()).into_iter();
            (error, left)
        });
        match left.next() {
            Some(less) => self.asked = less,
            None => return Err(first),
        }
        self.refused = Some((first, left));
        Ok(())
    }

    /// Amazon answered: what it took is asked for at once next time.
    fn remember(&self, client: &Client) {
        if self.refused.is_some() {
            tracing::warn!(answered = ?self.asked.names(), "Amazon refuses parts of orders; the rest is read");
            client.remember_reduced(self.asked);
        }
    }
}

pub(crate) fn push_list(
    query: &mut Vec<(&'static str, String)>,
    name: &'static str,
    values: &[impl AsRef<str>],
) {
    // A comma inside a value would make two of it (reference: spapi.md F22); no id or word of Amazon's has one.
    let values: Vec<_> = values.iter().map(AsRef::as_ref).filter(|value| !value.contains(',')).collect();
    if !values.is_empty() {
        query.push((name, values.join(",")));
    }
}

/// An id as a part of a path. One that would change the path is no id.
pub(crate) fn path_part(id: &str, operation: Operation) -> Result<String, ApiError> {
    if id.is_empty() || id.len() > 100 || id.bytes().all(|byte| byte == b'.') {
        let thing = match operation {
            Operation::GetReport => "a report",
            Operation::GetReportDocument => "a document",
            _ => "an order",
        };
        return Err(ApiError::new(Some(operation), ErrorKind::InvalidInput)
            .with_message(format!("this is not {thing} id of Amazon: check it and try again")));
    }
    Ok(encoded(id))
}

/// Whether a page without an array of orders is an empty one: null and nothing are believed for an empty list beside
/// another mark of a page, and not beside errors. Otherwise it is no page; taking it for the last would lose orders.
fn orders_of_page<E>(
    orders: &List<E>,
    is_marked: bool,
    errors: bool,
    path: &'static str,
    reader: &mut Reader,
) -> Result<(), Unreadable> {
    match orders {
        List::Array(_) => Ok(()),
        List::Null if is_marked && !errors => {
            reader.note(path, "null");
            Ok(())
        }
        List::Absent if is_marked && !errors => {
            reader.note(path, "missing");
            Ok(())
        }
        _ => Err(Unreadable::Without("a list of orders")),
    }
}

/// As of when an order is that a list tells without saying when it changed: the start of what was asked, to the second
/// that was sent.
///
/// It changed then or later, so a sound answer wins, before it or after (invariant I5), where the end would make it newer
/// than Amazon's own news of it for good. Windows only move on, so of two such answers the later counts; as long as the
/// overlap shows the order again, it counts as changed once more. A new order is merely said to be older than it is. The
/// price: about an order that is known from within the window itself, such an answer brings nothing, and the next sound
/// one, or the order read alone, does.
fn as_of(asked: Span) -> DateTime<Utc> {
    asked.from.trunc_subsecs(0)
}

/// Hash of a page, whatever the sequence of its orders.
fn fingerprint(updates: &[OrderUpdate]) -> u64 {
    let mut orders: Vec<_> = updates
        .iter()
        .map(|update| (update.order_id.as_str(), instant::to_millis(update.last_update)))
        .collect();
    orders.sort_unstable();
    let mut hash = Xxh3::new();
    for (id, last_update) in orders {
        hash.update(id.as_bytes());
        hash.update(&[0]);
        hash.update(&last_update.to_le_bytes());
    }
    hash.digest()
}

/// The page that `updates` make. What Amazon echoes is not believed beyond what was asked: the watermark follows it.
fn page_of(
    updates: Vec<OrderUpdate>,
    next_token: Option<String>,
    echoed: Option<DateTime<Utc>>,
    asked_before: Option<DateTime<Utc>>,
    included: IncludedData,
    reader: Reader,
) -> OrdersPage {
    OrdersPage {
        fingerprint: fingerprint(&updates),
        updates,
        next_token,
        echoed: echoed.map(|echoed| asked_before.map_or(echoed, |before| echoed.min(before))),
        included,
        surprises: reader.surprises,
        request_id: None,
    }
}
