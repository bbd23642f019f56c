//! From the orders to paper and into the archive: a pick list in a real print queue, the orders confirmed, their units in
//! `SOLD-YYYY-MM`, and everything back by one undo.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use packlight_tests::desktop::{Window, in_a_window};
use packlight_tests::print_queue::PrintSystem;
use serde::Deserialize;
use serde_json::json;

use crate::matching::{click_text, wait_for_dialog, wait_for_stock, wait_for_toast};
use crate::orders_page::OrdersPage;

#[tokio::test]
async fn orders_become_paper_then_archived_stock_and_come_back() -> Result<()> {
    let Some(system) = PrintSystem::start() else { return Ok(()) };
    system.add_printer("Office");
    let (socket, home) = (system.socket(), system.folder().join("home"));
    std::fs::create_dir(&home)?;
    let text = |path: &Path| path.to_str().map(str::to_owned).context("a path in UTF-8");
    let (socket, home) = (text(&socket)?, text(&home)?);
    // Files for the seller go to the home folder's downloads.
    let variables = [("CUPS_SERVER", &*socket), ("HOME", &*home)];
    in_a_window(&["--demo"], &variables, async |window: &Window| {
        printed_confirmed_undone(window, &system).await
    })
    .await
}

async fn printed_confirmed_undone(window: &Window, system: &PrintSystem) -> Result<()> {
    let page = OrdersPage(window);
    page.wait_until_filled().await?;
    wait_for_stock(window).await?;
    // The last that the demo does with its shelves: the oldest orders get their units.
    page.search("is:linked").await?;
    page.wait_for_rows_where("orders with units", "text.length > 0").await?;

    // From the card of all orders to the preview.
    go_to(window, "#/orders").await?;
    click_text(window, "[data-testid='platform-amazon'] button", "Pick list").await?;
    wait_for_dialog(window, "Pick list P-").await?;
    let drawn = "const pages = [...document.querySelectorAll(\"[data-testid='preview'] img\")];
        return pages.length > 0 && pages.every((page) => page.complete && page.naturalWidth > 0);";
    window.wait_for::<bool>("the pages of the preview", drawn, &[]).await?;
    let ready = "return /✓\\s*ready/.test(document.querySelector(\"[data-testid='printer-state']\")?.textContent ?? '')";
    window.wait_for::<bool>("a printer that is ready", ready, &[]).await?;
    window.screenshot("pick list").await?;

    // A queue that takes nothing says so, and the list is kept as a file.
    system.run("cupsreject", &["-r", "Being repaired", "Office"]);
    window.click("print-list").await?;
    let refused = "return document.querySelector(\"[role='dialog']\")?.innerText.includes('takes no jobs (Being repaired)')";
    window.wait_for::<bool>("the queue's refusal", refused, &[]).await?;
    window.screenshot("printer refused").await?;
    let kept = pdfs(&system.folder().join("home/Downloads"))?;
    ensure!(kept.len() == 1, "kept instead of printed: {kept:?}");
    system.run("cupsaccept", &["Office"]);

    // Paper.
    let again =
        "return document.querySelector(\"[data-testid='printer-state']\")?.textContent.includes('ready')";
    window.wait_for::<bool>("a printer that is ready again", again, &[]).await?;
    window.click("print-list").await?;
    wait_for_toast(window, "sent to Office").await?;
    let paper = system.wait_for_paper("Office", 1).remove(0);
    ensure!(
        paper.bytes.starts_with(b"%PDF-") && paper.bytes.trim_ascii_end().ends_with(b"%%EOF"),
        "not a whole PDF"
    );
    let told: String = window
        .wait_for(
            "the list's id",
            "return /P-[0-9a-f]{8}/.exec(document.querySelector(\"[data-testid='toast']\")?.textContent ?? '')?.[0] ?? null",
            &[],
        )
        .await?;
    ensure!(paper.title.contains(&told), "{told} was printed as '{}'", paper.title);

    // Confirmed: the units lie in the archive of the month of their sale.
    click_text(window, "[data-testid='platform-amazon'] button", "Confirm orders processed").await?;
    wait_for_dialog(window, "Confirm orders processed").await?;
    let planned = "return [...document.querySelectorAll(\"[role='dialog'] button\")]
        .some((button) => /^Confirm [1-9][\\d,.]* orders?$/.test(button.textContent) && !button.disabled)";
    window.wait_for::<bool>("orders to confirm", planned, &[]).await?;
    window.screenshot("confirm").await?;
    let paid: u64 = window.ask(&format!("return {PAID};"), &[]).await?;
    ensure!(paid > 0, "no paid order is counted before the confirmation");
    window.click("confirm-orders").await?;
    wait_for_toast(window, "confirmed").await?;
    let fewer = format!("return {PAID} < arguments[0];");
    window.wait_for::<bool>("fewer paid orders", &fewer, &[json!(paid)]).await?;
    go_to(window, "#/inventory").await?;
    window.type_into("stock-query", "in:SOLD-").await?;
    let archived: Archived =
        window.wait_for("a unit in the archive, with where it lay", ARCHIVED, &[]).await?;
    window.screenshot("archive").await?;

    // One undo brings all of them back.
    click_text(window, "[data-testid='toast'] button", "Undo").await?;
    wait_for_toast(window, "ndone").await?;
    let empty = "return document.querySelector(\"[data-testid='no-units']\") !== null";
    window.wait_for::<bool>("an empty archive", empty, &[]).await?;
    // Orders may come in the meantime; none of those that were paid may be missing.
    let as_before = format!("return {PAID} >= arguments[0];");
    window.wait_for::<bool>(&format!("{paid} paid orders again"), &as_before, &[json!(paid)]).await?;
    let Archived { unit, set, place } = archived;
    window.type_into("stock-query", &format!("in:\"{place}\" {set}")).await?;
    window
        .wait_for::<bool>(
            &format!("unit {unit} in {place} again"),
            IN_ITS_PLACE,
            &[json!(unit), json!(place)],
        )
        .await
        .map(drop)
}

/// The paid orders, as the navigation counts them on every page.
const PAID: &str = "(() => {
    const shown = document.querySelector(\"nav [title$=' paid, to be shipped']\");
    return shown === null ? 0 : Number(shown.textContent.replaceAll(/[^0-9]/g, ''));
})()";

/// A unit that was archived.
#[derive(Debug, Deserialize)]
struct Archived {
    /// Its number.
    unit: String,
    /// Its set number.
    set: String,
    /// Where it lay.
    place: String,
}

/// The first unit on screen that lies in the archive and says where it lay.
const ARCHIVED: &str = "for (const row of document.querySelectorAll(\"[data-testid='stock-table'] [role='row']\")) {
        const titles = [...row.querySelectorAll('[title]')].map(({ title }) => title);
        const place = titles.map((title) => /^SOLD-20\\d\\d-\\d\\d, was at (.+)$/.exec(title)?.[1]).find(Boolean);
        const set = row.querySelector('bdi.mono[title]')?.title;
        const unit = row.querySelector('[data-row-menu]')?.dataset.rowMenu;
        if (place && set && unit) return { unit, set, place };
    }
    return null;";

/// Whether a unit lies in a place and is not sold.
const IN_ITS_PLACE: &str =
    "const row = document.querySelector(`[data-row-menu='${arguments[0]}']`)?.closest(\"[role='row']\");
    const titles = [...(row?.querySelectorAll('[title]') ?? [])].map(({ title }) => title);
    return titles.includes(arguments[1]) && !/Sold/.test(row.textContent);";

async fn go_to(window: &Window, hash: &str) -> Result<()> {
    window.ask::<bool>("location.hash = arguments[0]; return true", &[json!(hash)]).await.map(drop)
}

/// The PDFs in a folder.
fn pdfs(folder: &Path) -> Result<Vec<String>> {
    let names = std::fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    Ok(names
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "pdf"))
        .collect())
}
