//! The two calls of Orders v0: the list of changed orders, and the lines of one order.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use packlight_domain::instant;
use packlight_domain::order::{OrderUpdate, SourceRank};

use super::{DAMAGED, OrdersPage, Span, convert_v0, path_part, push_list, wire_v0};
use crate::classify::Asked;
use crate::client::{Ask, Client};
use crate::errand::Errand;
use crate::error::{ApiError, ErrorKind};
use crate::json::{self, Reader};
use crate::operation::Operation;
use crate::surprises::Surprises;

/// A page of changed orders, Orders v0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOrdersV0 {
    /// From here on, inclusive, on Amazon's clock.
    pub last_updated_after: DateTime<Utc>,
    /// Up to here, inclusive; at least two minutes before Amazon's now, which it is itself where nothing is given.
    pub last_updated_before: Option<DateTime<Utc>>,
    /// At least one.
    pub marketplace_ids: Vec<String>,
    /// Continues a list; everything else has to be as it was.
    pub page_token: Option<String>,
    /// Orders a page, 1 to 100.
    pub page_size: u8,
}

/// Pages of lines of one order at most; the largest order known has a few hundred lines.
const MOST_PAGES: usize = 50;

impl Client {
    /// One page of `getOrders`. Its updates carry the order, its state and its total, not its lines.
    pub async fn list_orders_v0(&self, list: &ListOrdersV0, errand: &Errand) -> Result<OrdersPage, ApiError> {
        let asked = Asked {
            operation: Operation::GetOrdersV0,
            page_token: list.page_token.is_some(),
            bounded: list.last_updated_before.is_some(),
        };
        let mut query = vec![("LastUpdatedAfter", instant::to_text(list.last_updated_after))];
        query.extend(list.last_updated_before.map(|to| ("LastUpdatedBefore", instant::to_text(to))));
        query.push(("MaxResultsPerPage", list.page_size.clamp(1, 100).to_string()));
        push_list(&mut query, "MarketplaceIds", &list.marketplace_ids);
        if let Some(token) = &list.page_token {
            query.push(("NextToken", token.clone()));
        }
        let ask = Ask::get(asked, "/orders/v0/orders".to_owned(), query);
        let answer = self
            .call(&ask, errand, |text| {
                let answer: wire_v0::ListAnswer<'_> = json::read(text)?;
                let asked = Span { from: list.last_updated_after, to: list.last_updated_before };
                convert_v0::page(&answer, asked)
            })
            .await?;
        Ok(OrdersPage { request_id: answer.request_id, ..answer.value })
    }

    /// The lines of one order, all pages of them. They have no time of their own: `last_update` is that of the list entry
    /// that made them wanted. If Amazon sends no lines, the update carries nothing.
    pub async fn order_items_v0(
        &self,
        order_id: &str,
        last_update: DateTime<Utc>,
        errand: &Errand,
    ) -> Result<(OrderUpdate, Surprises), ApiError> {
        let operation = Operation::GetOrderItemsV0;
        let path = format!("/orders/v0/orders/{}/orderItems", path_part(order_id, operation)?);
        let mut update = OrderUpdate::new(order_id, last_update, SourceRank::V0);
        let mut surprises = Surprises::default();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let asked = Asked { operation, page_token: token.is_some(), bounded: false };
            let query = token.take().map(|token| ("NextToken", token)).into_iter().collect();
            let ask = Ask::get(asked, path.clone(), query);
            let answer = self
                .call(&ask, errand, |text| {
                    let answer: wire_v0::ItemsAnswer<'_> = json::read(text)?;
                    let mut reader = Reader::default();
                    let page = convert_v0::items(&answer, &mut reader)?;
                    Ok((page, reader.surprises))
                })
                .await?;
            let (page, odd) = answer.value;
            surprises.absorb(odd);
            update.lines_in_part |= page.in_part;
            for line in page.lines {
                // Of two lines with one id the later counts.
                update.lines.retain(|other| other.order_item_id != line.order_item_id);
                update.lines.push(line);
            }
            let Some(next) = page.next_token else { break };
            if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) {
                return Err(ApiError::new(Some(operation), ErrorKind::Malformed).with_message(
                    "Amazon keeps sending the same page of items of an order: nothing of it was kept, the next sync tries again",
                ));
            }
            token = Some(next);
        }
        if update.lines.is_empty() {
            surprises.note("payload.OrderItems", "missing");
        } else {
            update.carried = convert_v0::line_groups();
            if !surprises.is_empty() {
                update.rank = DAMAGED;
            }
        }
        Ok((update, surprises))
    }
}
