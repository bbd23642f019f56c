//! A line without a unit becomes one with a unit: from the badge on its order to the shelf, and back by undo.

use anyhow::{Context, Result, ensure};
use packlight_tests::desktop::{Window, in_a_window};
use serde_json::json;
use thirtyfour::Key;

use crate::orders_page::OrdersPage;

#[tokio::test]
async fn an_unmatched_line_is_linked_to_a_unit_and_the_link_taken_back() -> Result<()> {
    in_a_window(&["--demo"], &[], linked_and_taken_back).await
}

async fn linked_and_taken_back(window: &Window) -> Result<()> {
    let page = OrdersPage(window);
    page.wait_until_filled().await?;
    wait_for_stock(window).await?;

    // The badge of an order opens its unmatched items, and one of them the choice of a unit.
    page.search("is:unmatched -is:no_asin").await?;
    let rows = page.wait_for_rows_where("only unmatched orders", "text.includes('unmatched')").await?;
    let id = rows.first().and_then(|row| row.order_id()).context("no order id in the first row")?.to_owned();
    click_text(window, "[role='row'] button", "unmatched").await?;
    wait_for_dialog(window, "Unmatched Items").await?;
    click_text(window, "[role='dialog'] button", "Click to link to inventory").await?;
    wait_for_dialog(window, "Link ASIN to Inventory").await?;
    let disabled: bool = window
        .ask("return [...document.querySelectorAll('button')].find((button) => button.textContent === 'Create ASIN Mapping').disabled", &[])
        .await?;
    ensure!(disabled, "a mapping can be created without a unit");

    // Where nothing is proposed the seller searches; any free unit will do here.
    let proposed = "return document.querySelector(\"[role='dialog'] input[type='radio']\") !== null
        || document.body.innerText.includes('No matching inventory items found')";
    window.wait_for::<bool>("candidates", proposed, &[]).await?;
    let some: bool = window
        .ask("return document.querySelector(\"[role='dialog'] input[type='radio']\") !== null", &[])
        .await?;
    if !some {
        window.press_text("new").await?;
    }
    click_text(window, "[role='dialog'] [role='radiogroup'] label", "").await?;
    window.screenshot("matcher").await?;
    click_text(window, "[role='dialog'] button", "Create ASIN Mapping").await?;
    wait_for_toast(window, "Undo").await?;

    // The order is no longer unmatched: it left this list, or its badge counts one less.
    close_dialogs(window).await?;
    page.search(&id).await?;
    page.wait_for_rows_where("the order alone", &format!("text.includes({})", json!(id))).await?;
    page.open_first_order().await?;
    let drawer = page.wait_for_drawer().await?;
    ensure!(drawer.contains(&id), "the drawer does not show {id}:\n{drawer}");
    window.wait_for::<bool>("a linked unit in the drawer", LINKED, &[]).await?;
    window.press(Key::Escape).await?;
    page.wait_for_no_drawer().await?;

    // One undo takes mapping and link back.
    window.press_text("z").await?;
    wait_for_toast(window, "Undone").await?;
    page.open_first_order().await?;
    page.wait_for_drawer().await?;
    window
        .wait_for::<bool>("no linked unit in the drawer", &format!("return !(() => {{ {LINKED} }})()"), &[])
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_stock_and_the_palette_open_by_keyboard() -> Result<()> {
    in_a_window(&["--demo"], &[], stock_and_palette).await
}

async fn stock_and_palette(window: &Window) -> Result<()> {
    OrdersPage(window).wait_until_filled().await?;
    wait_for_stock(window).await?;
    window.press_text("gi").await?;
    let filled =
        "return document.querySelectorAll(\"[data-testid='stock-table'] [role='gridcell']\").length > 20";
    window.wait_for::<bool>("units in stock", filled, &[]).await?;
    window.screenshot("inventory").await?;

    window.press_text("go").await?;
    OrdersPage(window).wait_until_filled().await?;
    window.press_chord(Key::Control, "k").await?;
    let open = "return document.querySelector(\"[role='dialog'] [role='combobox'], [role='dialog'] input\") !== null";
    window.wait_for::<bool>("the palette", open, &[]).await?;
    window.screenshot("palette").await.map(drop)
}

const LINKED: &str = "const drawer = document.querySelector(\"[data-testid='order-drawer']\");
    return /Unlink/.test(drawer?.innerText ?? '');";

/// Waits until the demo's shelves are filled, and comes back to the orders.
pub(crate) async fn wait_for_stock(window: &Window) -> Result<()> {
    let _: bool = window.ask("location.hash = '#/inventory'; return true", &[]).await?;
    let filled = "return Number(document.querySelector(\"[data-testid='stock-all'] [data-count]\")?.dataset.count ?? 0) > 0";
    window.wait_for::<bool>("units on the demo's shelves", filled, &[]).await?;
    let _: bool = window.ask("location.hash = '#/orders/amazon'; return true", &[]).await?;
    OrdersPage(window).wait_until_filled().await
}

pub(crate) async fn wait_for_dialog(window: &Window, title: &str) -> Result<()> {
    let script = "return [...document.querySelectorAll(\"[role='dialog'] h2\")].some((head) => head.textContent.includes(arguments[0]))";
    window.wait_for::<bool>(&format!("the dialog '{title}'"), script, &[json!(title)]).await.map(drop)
}

pub(crate) async fn wait_for_toast(window: &Window, text: &str) -> Result<()> {
    let script = "return [...document.querySelectorAll(\"[data-testid='toast']\")].some((toast) => toast.textContent.includes(arguments[0]))";
    window.wait_for::<bool>(&format!("a toast with '{text}'"), script, &[json!(text)]).await.map(drop)
}

pub(crate) async fn close_dialogs(window: &Window) -> Result<()> {
    // A toast is a dialog too, and stays as long as the window has no focus.
    let open = "return document.querySelector(\"[role='dialog']:not([data-testid='toast'])\") !== null";
    let closed = "return document.querySelector(\"[role='dialog']:not([data-testid='toast'])\") === null";
    for _ in 0..4 {
        if !window.ask::<bool>(open, &[]).await? {
            break;
        }
        window.press(Key::Escape).await?;
    }
    window.wait_for::<bool>("no dialog", closed, &[]).await.map(drop)
}

/// Clicks the first element of a selector whose text holds `text`.
pub(crate) async fn click_text(window: &Window, selector: &str, text: &str) -> Result<()> {
    let script = "const found = [...document.querySelectorAll(arguments[0])]
            .find((element) => element.textContent.includes(arguments[1]) && !element.disabled);
        found?.click();
        return found !== undefined;";
    window
        .wait_for::<bool>(&format!("'{text}' to click"), script, &[json!(selector), json!(text)])
        .await
        .map(drop)
}
