//! A seller's orders arrive, are kept, and are seen: the demo seller's window from opening to a sync.

use anyhow::{Context, Result, ensure};
use packlight_tests::desktop::{Window, in_a_window};
use serde_json::json;
use thirtyfour::Key;

use crate::orders_page::OrdersPage;

#[tokio::test]
async fn the_demo_sellers_orders_are_shown_filtered_found_and_synced() -> Result<()> {
    in_a_window(&["--demo"], &[], shown_filtered_found_and_synced).await
}

async fn shown_filtered_found_and_synced(window: &Window) -> Result<()> {
    let page = OrdersPage(window);
    page.wait_until_filled().await?;
    window.screenshot("orders").await?;
    // A reloaded page would lose this: what follows must happen without a restart.
    let _: bool = window.ask("window.openedOnce = true; return true", &[]).await?;

    // A card filters, and its filter is the text of the query and of the address.
    let paid = page.count("paid").await?;
    ensure!(
        paid > 0 && paid < page.count("all").await?,
        "the demo has {paid} paid orders: nothing to filter"
    );
    window.click("card-paid").await?;
    page.wait_for_address_with("status:paid").await?;
    let rows = page.wait_for_rows_where("only paid orders", "text.includes('Paid')").await?;
    ensure!(rows.iter().all(|row| row.has_status("Paid")), "not all rows are paid: {rows:?}");
    window.click("card-all").await?;
    page.wait_for_rows_where("other orders again", "rows.some((row) => !row.textContent.includes('Paid'))")
        .await?;

    // A search by id finds that one order.
    let rows = page.rows().await?;
    let id = rows.last().and_then(|row| row.order_id()).context("no order id in the last row")?.to_owned();
    page.search(&id).await?;
    let alone = format!("rows.length === 1 && text.includes({})", json!(id));
    let found = page.wait_for_rows_where("one order", &alone).await?;
    ensure!(found.len() == 1 && found[0].order_id() == Some(&id), "searched {id}, found {found:?}");

    // Enter opens it and Escape closes it again.
    page.open_first_order().await?;
    let drawer = page.wait_for_drawer().await?;
    ensure!(drawer.contains(&id), "the drawer does not show {id}:\n{drawer}");
    window.screenshot("order drawer").await?;
    window.press(Key::Escape).await?;
    page.wait_for_no_drawer().await?;

    // Sync brings the orders that were placed meanwhile.
    page.search("").await?;
    page.wait_for_rows_where("all orders again", "rows.length > 1").await?;
    let before = page.count("all").await?;
    let after = page.sync_until_more_than(before).await?;
    ensure!(after > before, "{after} orders after a sync, {before} before");
    let still: bool = window.ask("return window.openedOnce === true", &[]).await?;
    ensure!(still, "the page was loaded again");
    Ok(())
}

#[tokio::test]
async fn a_dark_desktop_gets_a_dark_window() -> Result<()> {
    // A GTK theme with this ending is how a desktop says that it is dark.
    in_a_window(&["--demo"], &[("GTK_THEME", "Adwaita:dark")], dark).await
}

async fn dark(window: &Window) -> Result<()> {
    OrdersPage(window).wait_until_filled().await?;
    let script = "const parts = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3);
        return parts.every((part) => Number(part) < 64);";
    window.wait_for::<bool>("a dark background", script, &[]).await?;
    window.screenshot("orders dark").await.map(drop)
}
