//! The window in front of each keychain: its orders are there at once, one sentence says what keeps new ones away, and they
//! come by themselves when the keychain opens.

use anyhow::{Result, ensure};
use packlight_spapi_sim::Seller;
use packlight_tests::command_line::{Desk, RATE_SCALE, credentials};
use packlight_tests::desktop::{Window, in_a_window};
use packlight_tests::keyring::Session;
use packlight_tests::world::GB;
use serde_json::json;

use crate::matching::click_text;
use crate::orders_page::OrdersPage;

const ORDERS: u64 = 40;
const INSTEAD: &str = "or keep the secrets in an encrypted vault file";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_keychain_does_the_orders_are_there_and_new_ones_come_when_it_opens() -> Result<()> {
    let Some(mut session) = Session::start() else { return Ok(()) };
    let seller = Seller::with_orders(ORDERS, 3, chrono::Utc::now()).history_days(25);
    let desk = Desk::new(seller).await;
    session.unlocked();
    connect(&desk, &session)?;
    for (state, sentence) in [
        (
            "locked",
            format!(
                "the keychain stayed locked, because its prompt was closed or could not be shown: unlock it and try again, {INSTEAD}"
            ),
        ),
        ("waiting", format!("the keychain is locked: unlock it and try again, {INSTEAD}")),
        ("hanging", format!("the keychain did not answer within 5 seconds: log out and in again, {INSTEAD}")),
        ("absent", "keep the secrets in an encrypted vault file instead".to_owned()),
    ] {
        match state {
            "locked" => session.locked(),
            "waiting" => session.waiting(),
            "hanging" => session.hanging(),
            _ => session.clear(),
        }
        let variables = variables(&desk, &session);
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        in_a_window(&[], &variables, async |window: &Window| {
            told_with_all_orders(window, &sentence).await?;
            window.screenshot(&format!("keychain {state}")).await?;
            if state != "locked" {
                return Ok(());
            }
            // Asked for on its page too, and in vain once more.
            let _: bool = window.ask("location.hash = '#/settings/amazon'; return true", &[]).await?;
            click_text(window, "button", "Unlock keychain").await?;
            let alert = format!(
                "return document.querySelector('[role=\"alert\"]')?.innerText.includes({})",
                // There it begins as a sentence does.
                json!(sentence.trim_start_matches("the "))
            );
            window.wait_for::<bool>("the reason", &alert, &[]).await?;
            window.screenshot("keychain on its page").await?;
            session.unlocked();
            let _: bool = window.ask("location.hash = '#/orders/amazon'; return true", &[]).await?;
            let gone = "return !document.body.innerText.includes('keychain')";
            window.wait_for::<bool>("the keychain to be found open", gone, &[]).await.map(drop)
        })
        .await?;
    }
    Ok(())
}

/// Connects and reads on the command line, as an unlocked keychain lets it.
fn connect(desk: &Desk, session: &Session) -> Result<()> {
    use std::io::Write;
    for words in
        [&["account", "add", "--label", "Shop", "--region", "eu", "--marketplaces", GB][..], &["sync"]]
    {
        let mut child =
            desk.command(words).envs(session.variables()).stdin(std::process::Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // `sync` does not read.
            let _ = input.write_all(credentials().as_bytes());
        }
        let output = child.wait_with_output()?;
        ensure!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn variables(desk: &Desk, session: &Session) -> Vec<(&'static str, String)> {
    let mut variables = session.variables();
    variables.extend([
        ("PACKLIGHT_DATA_DIR", desk.folder().display().to_string()),
        ("PACKLIGHT_SP_API_URL", desk.base_url()),
        ("PACKLIGHT_LWA_URL", desk.lwa_url()),
        ("PACKLIGHT_RATE_SCALE", RATE_SCALE.to_string()),
    ]);
    variables
}

async fn told_with_all_orders(window: &Window, sentence: &str) -> Result<()> {
    let page = OrdersPage(window);
    page.wait_until_filled().await?;
    ensure!(page.count("all").await? == ORDERS, "not all orders are there");
    let told = format!("return document.body.innerText.includes({})", json!(sentence));
    window.wait_for::<bool>(&format!("'{sentence}'"), &told, &[]).await?;
    ensure!(!page.rows().await?.is_empty(), "the orders went away");
    Ok(())
}
