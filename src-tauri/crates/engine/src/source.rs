//! The one seam behind which the two versions of the Orders API are alike: a list of changed orders, page by page.
//!
//! 2026-01-01 brings lines with the list; v0 brings the list alone and one call for each order's lines.

use chrono::{DateTime, Utc};
use packlight_domain::account::OrdersApi;
use packlight_spapi::{
    ApiError, Client, Errand, IncludedData, ListOrdersV0, Operation, OrdersPage, SearchOrders,
};

/// Asks one account's list of changed orders.
pub(crate) struct OrderSource<'a> {
    pub(crate) client: &'a Client,
    pub(crate) api: OrdersApi,
    pub(crate) marketplace_ids: &'a [String],
    /// Groups that are asked for; shrinks while Amazon refuses some (reference: spapi.md F44).
    pub(crate) included: IncludedData,
    /// How Amazon refused the page that is asked for next: it is asked for with fewer groups.
    pub(crate) refusal: Option<ApiError>,
    /// Orders a page, at most 100.
    pub(crate) page_size: u8,
}

impl OrderSource<'_> {
    /// The list operation, whose bucket limits the sync.
    pub(crate) fn list_operation(api: OrdersApi) -> Operation {
        match api {
            OrdersApi::V2026 => Operation::SearchOrders,
            OrdersApi::V0 => Operation::GetOrdersV0,
        }
    }

    /// One page of a window, which keeps its arguments over all pages (reference: spapi.md §4.2.5). Without an end the
    /// window's end is Amazon's affair.
    pub(crate) async fn page(
        &mut self,
        (from, to): (DateTime<Utc>, Option<DateTime<Utc>>),
        page_token: Option<String>,
        errand: &Errand,
    ) -> Result<OrdersPage, ApiError> {
        match self.api {
            OrdersApi::V2026 => {
                let search = SearchOrders {
                    last_updated_after: from,
                    last_updated_before: to,
                    marketplace_ids: self.marketplace_ids.to_vec(),
                    fulfillment_statuses: Vec::new(),
                    included: self.client.likely(self.included),
                    page_token,
                    page_size: self.page_size,
                };
                let page = match self.refusal.take() {
                    Some(refusal) => self.client.search_orders_with_less(&search, refusal, errand).await?,
                    None => self.client.search_orders(&search, errand).await?,
                };
                // What Amazon refuses on one page it refuses on the next: do not pay for asking again.
                self.included = page.included;
                Ok(page)
            }
            OrdersApi::V0 => {
                let list = ListOrdersV0 {
                    last_updated_after: from,
                    last_updated_before: to,
                    marketplace_ids: self.marketplace_ids.to_vec(),
                    page_token,
                    page_size: self.page_size,
                };
                self.client.list_orders_v0(&list, errand).await
            }
        }
    }
}
