//! The slim row of a list, and of its page all at once.

use std::collections::HashMap;

use packlight_domain::account::Platform;
use packlight_domain::instant::from_millis;
use packlight_domain::listing::{MatchSummary, OrderFlag, OrderRow, OrderRowId};
use packlight_domain::money::Money;
use packlight_domain::status::{self, UiStatus};
use serde::Deserialize;
use sqlx::SqliteConnection;

use crate::StoreError;
use crate::counts::status_of;
use crate::keyset::Mark;
use crate::rows::{count, from_json, known, list};

/// What [`OrderRow`] is made of, as one JSON array: read column by column and row by row, a page would take most of its
/// time to cross from SQLite's thread to ours.
macro_rules! slim_columns {
    () => {
        "json_array(o.id, a.platform, o.platform_order_id, o.order_date, o.ship_by, o.description, o.lines, \
         o.units_left, o.ui_status, o.status, o.total_minor, o.total_currency, o.cancel_requested, o.missing_items, \
         o.notes IS NOT NULL, o.linked_lines, o.unmatched_lines, o.no_asin_lines, \
         o.ui_status = 4 AND o.confirmed_at IS NOT NULL)"
    };
}
pub(crate) use slim_columns;

/// The array of `slim_columns!`.
#[derive(Debug, Deserialize)]
pub(crate) struct Slim {
    id: i64,
    platform: String,
    platform_order_id: String,
    order_date: Option<i64>,
    ship_by: Option<i64>,
    description: String,
    lines: i64,
    units_left: i64,
    ui_status: i64,
    status: Option<String>,
    total_minor: Option<i64>,
    total_currency: Option<String>,
    cancel_requested: i64,
    missing_items: i64,
    has_note: i64,
    linked_lines: i64,
    unmatched_lines: i64,
    no_asin_lines: i64,
    cancelled_after_confirmation: i64,
}

/// The rows of these keys, in their order.
pub(super) async fn rows(
    connection: &mut SqliteConnection,
    marks: &[Mark],
) -> Result<Vec<OrderRow>, StoreError> {
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
    let found: String = sqlx::query_scalar(concat!(
        "SELECT json_group_array(",
        slim_columns!(),
        ") FROM json_each(?) j CROSS JOIN platform_orders o ON o.id = j.value \
         CROSS JOIN accounts a ON a.id = o.account_id"
    ))
    .bind(list(&ids))
    .fetch_one(connection)
    .await?;
    let mut found: HashMap<i64, Slim> =
        from_json::<Vec<Slim>>(&found)?.into_iter().map(|slim| (slim.id, slim)).collect();
    ids.iter().filter_map(|id| found.remove(id)).map(Slim::into_row).collect()
}

impl Slim {
    pub(crate) fn into_row(self) -> Result<OrderRow, StoreError> {
        let platform: Platform = known(&self.platform)?;
        let ui_status = status_of(self.ui_status);
        let word = self.status.as_deref();
        let currency = self.total_currency.as_deref().and_then(|code| code.parse().ok());
        let flags = [
            (word == Some("PARTIALLY_SHIPPED"), OrderFlag::PartShipped),
            (self.cancel_requested != 0, OrderFlag::CancelRequested),
            (self.cancelled_after_confirmation != 0, OrderFlag::CancelledAfterConfirmation),
            (self.missing_items != 0, OrderFlag::MissingItems),
            (self.has_note != 0, OrderFlag::HasNote),
        ];
        Ok(OrderRow {
            id: OrderRowId(count(self.id)),
            platform,
            platform_order_id: self.platform_order_id,
            order_date: self.order_date.map(from_millis),
            ship_by: self.ship_by.map(from_millis),
            description: self.description,
            units_left: count(self.units_left),
            ui_status,
            unknown_status: word
                .filter(|_| ui_status == UiStatus::Other)
                .map(|word| status::to_v0(word).to_owned()),
            total: self.total_minor.zip(currency).map(|(minor, currency)| Money { minor, currency }.into()),
            flags: flags.into_iter().filter_map(|(is, flag)| is.then_some(flag)).collect(),
            matches: MatchSummary {
                total: count(self.lines),
                linked: count(self.linked_lines),
                unmatched: count(self.unmatched_lines),
                no_asin: count(self.no_asin_lines),
            },
        })
    }
}
