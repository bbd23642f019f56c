//! What follows from an order's groups and from the desk around it: status, match counts, description, search text.
//!
//! Every derived column is a function of the order's state, its account's marketplaces, the mappings and the claims;
//! the writer calls this in the transaction that changes any of them.

use std::collections::{HashMap, HashSet};

use packlight_domain::account::{AccountId, Platform};
use packlight_domain::listing::MatchStatus;
use packlight_domain::marketplace;
use packlight_domain::order::{Group, Item};
use packlight_domain::status::{self, StatusFacts, UiStatus};
use packlight_domain::text::fold;
use sqlx::{Row, SqliteConnection};

use super::state::{LineState, OrderState};
use crate::StoreError;
use crate::rows::{known, list};

/// How long a description is, in characters.
const DESCRIPTION: usize = 80;

/// What derived columns depend on outside the order.
pub(super) struct World {
    platform: Platform,
    mapped: HashSet<String>,
    currencies: HashMap<String, Option<String>>,
}

/// The derived columns of one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Derived {
    pub(super) ui_status: UiStatus,
    pub(super) market_currency: Option<String>,
    pub(super) description: String,
    pub(super) lines: i64,
    pub(super) units: i64,
    pub(super) units_left: i64,
    pub(super) linked: i64,
    pub(super) matched: i64,
    pub(super) unmatched: i64,
    pub(super) no_asin: i64,
    pub(super) cancel_requested: bool,
    pub(super) missing_items: bool,
    /// A line is a gift.
    pub(super) has_gift: bool,
    /// A line has an ASIN.
    pub(super) has_asin: bool,
}

/// The folded texts of one order that the search compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) ids: String,
    pub(super) titles: String,
}

impl World {
    /// Reads what the orders of a page depend on.
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        account: AccountId,
        orders: &[(Option<OrderState>, OrderState)],
    ) -> Result<Self, StoreError> {
        let platform: Option<String> = sqlx::query_scalar("SELECT platform FROM accounts WHERE id = ?")
            .bind(account.0)
            .fetch_optional(&mut *connection)
            .await?;
        let platform = known(&platform.ok_or(StoreError::NoAccount(account))?)?;
        let numbers: HashSet<&str> = orders
            .iter()
            .flat_map(|(_, order)| order.items())
            .filter_map(|(_, _, item)| number(platform, item))
            .collect();
        let numbers: Vec<&str> = numbers.into_iter().collect();
        let mapped: Vec<String> = sqlx::query_scalar(match platform {
            Platform::Amazon => {
                "SELECT asin FROM amazon_asin_mappings WHERE asin IN (SELECT value FROM json_each(?))"
            }
            _ => "SELECT number FROM number_mappings WHERE number IN (SELECT value FROM json_each(?))",
        })
        .bind(list(&numbers))
        .fetch_all(&mut *connection)
        .await?;
        let rows =
            sqlx::query("SELECT marketplace_id, currency FROM account_marketplaces WHERE account_id = ?")
                .bind(account.0)
                .fetch_all(connection)
                .await?;
        let mut currencies = HashMap::with_capacity(rows.len());
        for row in &rows {
            currencies.insert(row.try_get("marketplace_id")?, row.try_get("currency")?);
        }
        Ok(Self { platform, mapped: mapped.into_iter().collect(), currencies })
    }

    /// The currency of an order's marketplace: as the account has it, else as Amazon's table has it.
    fn currency(&self, marketplace_id: Option<&str>) -> Option<String> {
        let id = marketplace_id?;
        let own = self.currencies.get(id).cloned().flatten();
        own.or_else(|| marketplace::by_id(id).map(|known| known.currency.to_owned()))
    }

    /// How a line matches the stock, tested in the order of design §4.
    fn matching(&self, item: &Item, linked: i64) -> MatchStatus {
        if item.quantity > 0 && linked >= item.quantity {
            return MatchStatus::Linked;
        }
        match number(self.platform, item) {
            None if self.platform == Platform::Amazon => MatchStatus::NoAsin,
            Some(number) if self.mapped.contains(number) => MatchStatus::Matched,
            _ => MatchStatus::Unmatched,
        }
    }

    /// What a line of another platform matches by; nothing for Amazon's, which match by ASIN.
    pub(super) fn other_number(&self, item: &Item) -> Option<String> {
        (self.platform != Platform::Amazon)
            .then(|| number(self.platform, item))
            .flatten()
            .map(ToOwned::to_owned)
    }

    /// Whether the lines are unknown, known in part, or those of an older state: v0 tells of a change in its list and of the lines in a
    /// call of its own, which may have to wait, and an answer of either API may come without readable lines. Whatever
    /// the lines came by, and however damaged: it is their age that counts. Files tell each order whole.
    fn lacks_lines(&self, order: &OrderState) -> bool {
        order.versions.get(Group::Items).is_none_or(|lines| {
            let header = order.versions.get(Group::Header);
            let older = header.is_some_and(|header| header.last_update > lines.last_update);
            self.platform == Platform::Amazon && (older || !lines.whole)
        })
    }

    /// The derived columns of an order.
    pub(super) fn derive(&self, order: &OrderState) -> Derived {
        let mut derived = Derived {
            ui_status: UiStatus::Other,
            market_currency: self.currency(order.header.marketplace_id.as_deref()),
            description: description(order),
            lines: 0,
            units: 0,
            units_left: 0,
            linked: 0,
            matched: 0,
            unmatched: 0,
            no_asin: 0,
            cancel_requested: false,
            missing_items: self.lacks_lines(order),
            has_gift: false,
            has_asin: false,
        };
        for (_, line, item) in order.items() {
            derived.lines += 1;
            derived.units += item.quantity.max(0);
            derived.units_left += line.left();
            derived.cancel_requested |= line.buyer_cancels();
            derived.has_gift |= line.shipped.is_gift;
            derived.has_asin |= item.asin.is_some();
            let count = match self.matching(item, line.linked) {
                MatchStatus::Linked => &mut derived.linked,
                MatchStatus::NoAsin => &mut derived.no_asin,
                MatchStatus::Matched => &mut derived.matched,
                MatchStatus::Unmatched => &mut derived.unmatched,
            };
            *count += 1;
        }
        derived.ui_status = ui_status(order, derived.units_left);
        if derived.ui_status == UiStatus::Cancelled {
            derived.units_left = 0;
        }
        derived
    }
}

/// The seller's status of an order.
fn ui_status(order: &OrderState, units_left: i64) -> UiStatus {
    let packages: Vec<Option<String>> = order.packages.iter().map(|package| package.status.clone()).collect();
    status::derive(&StatusFacts {
        status: order.fulfillment.status.as_deref(),
        confirmed: order.confirmed,
        packages: &packages,
        units_left,
    })
}

/// Writes when orders were confirmed, `None` for not at all, and the status that follows from it.
pub(crate) async fn set_confirmed(
    connection: &mut SqliteConnection,
    orders: &[(i64, Option<i64>)],
) -> Result<(), StoreError> {
    let ids: Vec<i64> = orders.iter().map(|(id, _)| *id).collect();
    let mut states = super::load::states(connection, &ids).await?;
    let rows: Vec<(i64, Option<i64>, i64)> = orders
        .iter()
        .filter_map(|(id, at)| {
            let mut state = states.remove(id)?;
            state.confirmed = at.is_some();
            let left = state.items().map(|(_, line, _)| line.left()).sum();
            Some((*id, *at, ui_status(&state, left) as i64))
        })
        .collect();
    sqlx::query(
        "UPDATE platform_orders SET confirmed_at = j.value ->> 1, ui_status = j.value ->> 2 \
         FROM json_each(?) j WHERE platform_orders.id = j.value ->> 0",
    )
    .bind(list(&rows))
    .execute(connection)
    .await?;
    Ok(())
}

/// How many units a line may hold: none once its order is cancelled, or the newest set of lines holds it no longer.
pub(super) fn room(order: &OrderState, line: &LineState) -> i64 {
    // Whether an order is cancelled does not depend on what is left to ship.
    match &line.item {
        Some(item) if ui_status(order, 0) != UiStatus::Cancelled => item.quantity.max(0),
        _ => 0,
    }
}

/// What a line matches by: Amazon's by ASIN, another platform's by SKU, else by item number.
fn number(platform: Platform, item: &Item) -> Option<&str> {
    match platform {
        Platform::Amazon => item.asin.as_deref(),
        _ => item.seller_sku.as_deref().filter(|sku| !sku.is_empty()).or(item.asin.as_deref()),
    }
}

/// The titles of an order's lines, cut to about 80 characters. A line without a title is named by its SKU or ASIN.
fn description(order: &OrderState) -> String {
    let mut description = String::new();
    for (_, _, item) in order.items() {
        let name = [&item.title, &item.seller_sku, &item.asin]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        let Some(name) = name else { continue };
        if !description.is_empty() {
            description.push_str(" · ");
        }
        description.extend(name.split_whitespace().flat_map(|word| [word, " "]));
        description.truncate(description.trim_end().len());
        if description.chars().count() > DESCRIPTION {
            break;
        }
    }
    match description.char_indices().nth(DESCRIPTION) {
        Some((end, _)) => {
            // Cut between words where one ends near, so that most cuts read well and none splits a letter from its marks.
            let end = description[..end].rfind(' ').filter(|blank| *blank > end / 2).unwrap_or(end);
            format!("{}…", description[..end].trim_end())
        }
        None => description,
    }
}

/// The folded ids and titles of an order, each between two line feeds.
pub(super) fn texts(order: &OrderState) -> Texts {
    let mut texts = Texts { ids: String::new(), titles: String::new() };
    let mut seen = HashSet::new();
    push(&mut texts.ids, &mut seen, &order.order_id);
    for (_, _, item) in order.items() {
        for id in [&item.seller_sku, &item.asin].into_iter().flatten() {
            push(&mut texts.ids, &mut seen, id);
        }
    }
    seen.clear();
    for (_, _, item) in order.items() {
        if let Some(title) = &item.title {
            push(&mut texts.titles, &mut seen, title);
        }
    }
    texts
}

fn push(texts: &mut String, seen: &mut HashSet<String>, text: &str) {
    let folded = fold(text);
    if !folded.is_empty() && !seen.contains(&folded) {
        if texts.is_empty() {
            texts.push('\n');
        }
        texts.push_str(&folded);
        texts.push('\n');
        seen.insert(folded);
    }
}
