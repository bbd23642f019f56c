//! `orders import | list | counts | show`: reading the local copy works offline and beside a running Packlight.

use packlight_domain::account::AccountId;
use packlight_domain::listing::{MAX_PAGE, OrderCounts};
use packlight_domain::page::Cursor;
use packlight_engine::Engine;

use crate::arguments::{ListCommand, OrdersCommand};
use crate::desk::Desk;
use crate::exit::{Exit, Failure};
use crate::imports;
use crate::output::{Output, line, printable};
use crate::shapes::{OrderShape, money};
use crate::table::{self, Table};

/// Runs one of the commands.
pub(crate) async fn run(
    desk: &Desk<'_>,
    command: &OrdersCommand,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    if let OrdersCommand::Import(wanted) = command {
        imports::orders(desk, wanted, output).await?;
        return Ok(Exit::Done);
    }
    desk.reading(async |engine| {
        let account = desk.account_to_read(engine).await?;
        match command {
            OrdersCommand::Import(_) => {}
            OrdersCommand::List(wanted) => list(engine, account, wanted, output).await?,
            OrdersCommand::Counts => {
                let counts = engine.order_counts(account, None).await?;
                output.result(&counts, people_counts)?;
            }
            OrdersCommand::Show { order_id } => {
                let order = engine.find_order(account, order_id.trim()).await?;
                output.result(&OrderShape::of(order), people_order)?;
            }
        }
        Ok(Exit::Done)
    })
    .await
}

/// Prints page after page as it is read: a million orders never sit in memory together.
async fn list(
    engine: &Engine,
    account: Option<AccountId>,
    wanted: &ListCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let table = Table::new(&[
        ("order", 19),
        ("placed (UTC)", 20),
        ("status", 10),
        ("total", -14),
        ("lines", -5),
        ("title", 0),
    ]);
    let mut list = output.list();
    let mut left = wanted.limit.unwrap_or(u64::MAX);
    let mut after = wanted.after.clone().map(Cursor);
    loop {
        // A limit of 0 still reads one order, so that a wrong query or cursor is refused all the same.
        let limit = u32::try_from(left.clamp(1, MAX_PAGE.into())).unwrap_or(MAX_PAGE);
        let page = engine.details(&wanted.query, account, after.as_ref(), limit).await?;
        let was_last = page.len() < limit as usize;
        after = page.last().map(|order| order.cursor.clone());
        for order in page {
            if left == 0 {
                break;
            }
            left -= 1;
            list.push(&OrderShape::of(order), &table, people_row)?;
        }
        if was_last || left == 0 {
            break;
        }
    }
    list.end("No orders match.")?;
    Ok(())
}

fn people_row(order: &OrderShape) -> Vec<String> {
    let title = match (order.items.first().and_then(|item| item.item_name.clone()), order.items.len()) {
        (None, _) if order.missing_items => "(items not read yet)".to_owned(),
        (title, 0 | 1) => title.unwrap_or_default(),
        (title, lines) => format!("{} + {} more", title.unwrap_or_default(), lines - 1),
    };
    vec![
        order.platform_order_id.clone(),
        order.order_date.clone().unwrap_or_default(),
        order.ui_status.clone(),
        money(order.total_minor, order.currency),
        order.items.len().to_string(),
        title,
    ]
}

fn people_counts(counts: &OrderCounts) -> String {
    let mut rows = vec![
        ("all", counts.all),
        ("pending", counts.pending),
        ("paid", counts.paid),
        ("shipped", counts.shipped),
        ("completed", counts.completed),
        ("cancelled", counts.cancelled),
        ("other", counts.other),
        ("missing items", counts.missing_items),
        ("unmatched", counts.unmatched),
        ("no ASIN", counts.no_asin),
    ];
    rows.extend(counts.missing_fees.map(|missing| ("missing fees", missing)));
    let table = Table::new(&[("", 14), ("", -8)]);
    rows.iter().map(|(name, count)| table.row(&[(*name).to_owned(), count.to_string()])).collect()
}

fn people_order(order: &OrderShape) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("Order   {}", printable(&order.platform_order_id)));
    for (name, value) in [
        ("Placed", order.order_date.clone()),
        ("Status", Some(order.ui_status.clone())),
        ("Ship by", order.ship_by.clone()),
        ("Total", Some(money(order.total_minor, order.currency))),
        ("Note", order.notes.clone()),
    ] {
        if let Some(value) = value {
            line(&mut text, format_args!("{name:<7} {}", printable(&value)));
        }
    }
    if order.cancel_requested {
        line(&mut text, format_args!("The buyer asked to cancel."));
    }
    if order.cancelled_after_confirmation {
        line(
            &mut text,
            format_args!(
                "Cancelled after its confirmation: its units are in the archive until that is taken back."
            ),
        );
    }
    if order.missing_items {
        line(
            &mut text,
            format_args!("Its items are not read yet: sync again, or fetch them with the backfill."),
        );
        return text;
    }
    let rows: Vec<_> = order
        .items
        .iter()
        .map(|item| {
            vec![
                format!("{}/{}", item.quantity_shipped, item.quantity),
                item.item_number.clone().unwrap_or_else(|| "no ASIN".to_owned()),
                item.seller_sku.clone().unwrap_or_default(),
                money(item.total_price_minor, item.currency),
                item.item_name.clone().unwrap_or_default(),
            ]
        })
        .collect();
    line(&mut text, format_args!(""));
    text + &table::fitted(&["shipped", "ASIN", "SKU", "price", "title"], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::tests::pending;

    #[test]
    fn an_order_reads_well_and_cannot_steer_the_terminal() {
        let mut order = pending();
        order.items[0].title = Some("Falcon\u{1b}[2J".to_owned());
        order.notes = Some("fragile\nbox".to_owned());
        assert_eq!(
            people_order(&OrderShape::of(order)),
            "Order   503-1234567-1234567\n\
             Placed  2026-11-22T14:05:06Z\n\
             Status  Pending\n\
             Total   —\n\
             Note    fragile box\n\
             \n\
             shipped  ASIN     SKU    price  title\n\
             0/2      no ASIN  SKU-1  —      Falcon\u{fffd}[2J\n"
        );
    }

    #[test]
    fn a_row_names_the_first_line_and_counts_the_others() {
        let mut order = pending();
        order.items.push(order.items[0].clone());
        assert_eq!(
            people_row(&OrderShape::of(order)),
            ["503-1234567-1234567", "2026-11-22T14:05:06Z", "Pending", "—", "2", "ファルコン + 1 more"]
        );
    }

    #[test]
    fn counts_line_up() {
        let text = people_counts(&OrderCounts { all: 1_234, paid: 7, ..OrderCounts::default() });
        assert!(
            text.starts_with(
                "all                 1234\npending                0\npaid                   7\n"
            ),
            "{text}"
        );
        assert!(!text.contains("fees"));
    }
}
