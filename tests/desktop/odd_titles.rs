//! Titles as nobody should type them, in the real window (fault catalogue rows 64 and 65): none runs, none makes a row
//! higher, none makes the page, the drawer or the matcher wider than it is.

use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use packlight_spapi_sim::{Draft, DraftLine, Seller};
use packlight_tests::command_line::{Desk, RATE_SCALE};
use packlight_tests::desktop::{Window, in_a_window};
use serde_json::json;
use thirtyfour::Key;

use crate::matching::{click_text, close_dialogs, wait_for_dialog};
use crate::orders_page::OrdersPage;

/// What is odd about a title, and the title.
fn titles() -> Vec<(&'static str, String)> {
    vec![
        ("ten thousand characters", format!("LEGO 10281 {}", "Bonsai Tree ".repeat(833))),
        ("a word of ten thousand characters", format!("LEGO {}", "10281".repeat(2_000))),
        ("an element that runs", "LEGO <b>Bonsai Tree</b> <script>alert('sold')</script> 10281".to_owned()),
        ("an element that fails", "<img src=x onerror=alert(1)> LEGO Orchid 10311".to_owned()),
        ("Arabic", format!("{} 75192", "ليغو حرب النجوم صقر الألفية ".repeat(20))),
        ("Hebrew", "לגו כוכבי ניו יורק 21028 – ערכת בנייה".to_owned()),
        ("turned round", "LEGO\u{202E}desrever 60337 City Train".to_owned()),
        ("emoji", "🚀🧱 LEGO 👨‍👩‍👧‍👦 family build 🎁 ❤️‍🔥 ".repeat(40)),
        ("marks above marks", format!("LEGO ZA{}LGO 10297", "\u{321}\u{34a}\u{361}\u{35d}".repeat(40))),
        ("several lines", "LEGO Technic\nFerrari Daytona SP3\r\n42143".to_owned()),
    ]
}

/// Counts what runs from now on.
const COUNT_ALARMS: &str = "window.alarms = 0;
    window.alert = () => { window.alarms += 1; };
    return true;";

/// How often something ran, and how many elements a title made.
const ALARMS: &str = "return window.alarms + document.querySelectorAll(\"img[src='x']\").length;";

/// Rows whose height is not that of the normal density, in words.
const UNEVEN: &str = "return [...document.querySelectorAll(\"[data-testid='orders-table'] [role='row']\")]
    .filter((row) => !row.querySelector(\"[role='columnheader']\"))
    .filter((row) => row.getBoundingClientRect().height !== 34)
    .map((row) => `${row.getBoundingClientRect().height} px: ${row.textContent.slice(0, 80)}`);";

/// What is wider than its place, in words: the page, and in an open drawer or dialog whatever could be scrolled sideways.
const TOO_WIDE: &str =
    "const open = [...document.querySelectorAll(\"[data-testid='order-drawer'], [role='dialog']:not([data-testid='toast'])\")];
    const scrolls = (element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
    const inside = open.flatMap((element) => [...element.querySelectorAll('*')]).filter(scrolls);
    return [document.documentElement, document.body, ...open, ...inside]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.tagName} ${element.className}: ${element.scrollWidth} in ${element.clientWidth} px`);";

#[tokio::test(flavor = "multi_thread")]
async fn odd_titles_neither_run_nor_take_more_room_than_they_have() -> Result<()> {
    if std::env::var_os("PACKLIGHT_DESKTOP_APP").is_none() {
        return Ok(());
    }
    let desk = Desk::new(Seller::with_orders(20, 3, Utc::now()).history_days(5)).await;
    let mut orders = Vec::new();
    for (at, (what, title)) in titles().into_iter().enumerate() {
        let placed = Utc::now() - TimeDelta::minutes(10);
        let line = DraftLine::new(&format!("B0ODDTIT{at:02}"), &title, 1, 2_155);
        let order = desk.amazon.world().place(placed, Draft::of([line]))?;
        desk.amazon.world().pay(&order, placed)?;
        orders.push((what, order));
    }
    desk.connect();
    desk.json(0, &["sync"], "");
    let folder = desk.folder().to_str().context("a path that is text")?.to_owned();
    let (base, lwa, rate) = (desk.base_url(), desk.lwa_url(), RATE_SCALE.to_string());
    let variables = [
        ("PACKLIGHT_DATA_DIR", folder.as_str()),
        ("PACKLIGHT_SP_API_URL", &base),
        ("PACKLIGHT_LWA_URL", &lwa),
        ("PACKLIGHT_RATE_SCALE", &rate),
        ("PACKLIGHT_PASSPHRASE", "a test"),
    ];
    in_a_window(&[], &variables, async |window: &Window| {
        let _: bool = window.ask(COUNT_ALARMS, &[]).await?;
        let page = OrdersPage(window);
        page.wait_until_filled().await?;
        ensure_calm(window, "all orders").await?;
        for (what, order) in &orders {
            seen(window, what, order).await.with_context(|| format!("an order with {what}"))?;
        }
        Ok(())
    })
    .await
}

/// Looks at an order wherever its title is shown.
async fn seen(window: &Window, what: &str, order: &str) -> Result<()> {
    let page = OrdersPage(window);
    page.search(order).await?;
    let alone = format!("rows.length === 1 && text.includes({})", json!(order));
    page.wait_for_rows_where("the order alone", &alone).await?;
    ensure_calm(window, "the list").await?;
    page.open_first_order().await?;
    let drawer = page.wait_for_drawer().await?;
    ensure!(drawer.contains(order), "the drawer shows another order:\n{drawer}");
    if what == "an element that runs" {
        ensure!(drawer.contains("<b>Bonsai Tree</b> <script>alert('sold')</script>"), "{drawer}");
    }
    ensure_calm(window, "the drawer").await?;
    window.press(Key::Escape).await?;
    page.wait_for_no_drawer().await?;

    click_text(window, "[role='row'] button", "unmatched").await?;
    wait_for_dialog(window, "Unmatched Items").await?;
    ensure_calm(window, "the unmatched items").await?;
    click_text(window, "[role='dialog'] button", "Click to link to inventory").await?;
    wait_for_dialog(window, "Link ASIN to Inventory").await?;
    let looked = "return document.body.innerText.includes('No matching inventory items found')";
    window.wait_for::<bool>("that no unit is proposed", looked, &[]).await?;
    ensure_calm(window, "the matcher").await?;
    window.screenshot(&format!("matcher with {what}")).await?;
    close_dialogs(window).await
}

async fn ensure_calm(window: &Window, place: &str) -> Result<()> {
    let uneven: Vec<String> = window.ask(UNEVEN, &[]).await?;
    ensure!(uneven.is_empty(), "{place}: rows of another height: {uneven:?}");
    let wide: Vec<String> = window.ask(TOO_WIDE, &[]).await?;
    ensure!(wide.is_empty(), "{place}: wider than its place: {wide:?}");
    let alarms: u32 = window.ask(ALARMS, &[]).await?;
    ensure!(alarms == 0, "{place}: a title ran");
    Ok(())
}
