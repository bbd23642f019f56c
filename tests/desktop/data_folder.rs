//! The data folder in the real window: a database that was damaged while Packlight was closed, and secrets that are nowhere
//! to be found while it runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use packlight_spapi_sim::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
use packlight_tests::canaries::Canaries;
use packlight_tests::command_line::{Desk, RATE_SCALE};
use packlight_tests::desktop::{Window, in_a_window};
use packlight_tests::world::shop;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

const PASSPHRASE: &str = "a canary of a passphrase";
/// What Amazon gives the application in the place of its first secret.
const SECOND: &str = "amzn1.oa2-cs.second-canary";
/// What must be nowhere: what the seller types in, the beginning of what Amazon hands out, and the vault's passphrase.
const CANARIES: [&str; 5] = [CLIENT_SECRET, SECOND, REFRESH_TOKEN, "Atza|", PASSPHRASE];

/// Notes every message that goes to the core and comes back. All of them are requests of the page.
const LISTEN: &str = "const heard = window.heard = [];
    const fetched = window.fetch;
    const text = (body) => typeof body === 'string' ? body : body ? new TextDecoder().decode(body) : '';
    window.fetch = async (...asked) => {
        heard.push(`${asked[0]} ${text(asked[1]?.body)}`);
        const answer = await fetched(...asked);
        heard.push(await answer.clone().text());
        return answer;
    };
    return true;";

/// A desk with orders, made by the command line, and the variables that lead the window to it.
struct Seller {
    desk: Desk,
    home: TempDir,
}

impl Seller {
    async fn new() -> Result<Self> {
        let seller = Self { desk: Desk::new(shop(40, 3)).await, home: TempDir::new()? };
        let add = ["account", "add", "--label", "Shop", "--region", "eu", "--marketplaces", "A1F83G8C2ARO7P"];
        let words = [&add[..], &["--secrets", "file"]].concat();
        let credentials = packlight_tests::command_line::credentials();
        seller.cli(&words, &credentials)?;
        seller.cli(&["sync"], "")?;
        Ok(seller)
    }

    fn cli(&self, words: &[&str], input: &str) -> Result<Value> {
        use std::io::Write;
        use std::process::Stdio;
        let mut command = self.desk.command(&[&["--json"], words].concat());
        command.env("PACKLIGHT_PASSPHRASE", PASSPHRASE).stdin(Stdio::piped());
        let mut child = command.spawn()?;
        child.stdin.take().context("it is piped")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "{words:?} says {told} {}", String::from_utf8_lossy(&output.stderr));
        Ok(serde_json::from_str(&told)?)
    }

    fn folder(&self) -> &Path {
        self.desk.folder()
    }

    async fn in_a_window(&self, scenario: impl AsyncFnOnce(&Window) -> Result<()>) -> Result<()> {
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path that is text");
        let (folder, home) = (text(self.folder())?, text(self.home.path())?);
        let (base, lwa, rate) = (self.desk.base_url(), self.desk.lwa_url(), RATE_SCALE.to_string());
        let variables = [
            ("PACKLIGHT_DATA_DIR", folder.as_str()),
            ("PACKLIGHT_SP_API_URL", &base),
            ("PACKLIGHT_LWA_URL", &lwa),
            ("PACKLIGHT_RATE_SCALE", &rate),
            ("PACKLIGHT_PASSPHRASE", PASSPHRASE),
            // Where downloads go, and all that the web view keeps.
            ("HOME", &home),
            ("XDG_CONFIG_HOME", &home),
            ("XDG_DATA_HOME", &home),
            ("XDG_CACHE_HOME", &home),
            ("XDG_STATE_HOME", &home),
        ];
        in_a_window(&[], &variables, scenario).await
    }

    /// Overwrites the first pages of the table of orders and of its indexes.
    async fn damage(&self) -> Result<Vec<u8>> {
        let file = self.folder().join("packlight.db");
        let mut own = SqliteConnectOptions::new().filename(&file).connect().await?;
        let page: i64 = sqlx::query_scalar("PRAGMA page_size").fetch_one(&mut own).await?;
        let roots: Vec<i64> = sqlx::query_scalar(
            "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'platform_orders' AND rootpage > 0",
        )
        .fetch_all(&mut own)
        .await?;
        own.close().await?;
        let mut bytes = fs::read(&file)?;
        for root in roots {
            let start = usize::try_from((root - 1) * page)?;
            bytes.get_mut(start..start + 64).context("the page is there")?.fill(0xa5);
        }
        fs::write(&file, &bytes)?;
        Ok(bytes)
    }
}

async fn says(window: &Window, text: &str) -> Result<()> {
    let script = "return document.body.innerText.includes(arguments[0])";
    window.wait_for::<bool>(&format!("'{text}'"), script, &[json!(text)]).await.map(drop)
}

async fn press(window: &Window, label: &str) -> Result<()> {
    let script = "const button = [...document.querySelectorAll('button')]
        .find((one) => one.textContent.trim() === arguments[0] && !one.disabled);
        if (button === undefined) return false;
        button.click();
        return true;";
    window.wait_for::<bool>(&format!("the button '{label}'"), script, &[json!(label)]).await.map(drop)
}

async fn go(window: &Window, page: &str) -> Result<()> {
    let _: bool = window.ask("location.hash = arguments[0]; return true", &[json!(page)]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_replaced_at_the_start_and_the_seller_is_told() -> Result<()> {
    let seller = Seller::new().await?;
    let backups = seller.folder().join("backups");
    fs::create_dir(&backups)?;
    let backup = backups.join("packlight-2026-01-18.db");
    seller.cli(&["backup", backup.to_str().context("text")?], "")?;
    // What the seller did since then.
    let items = seller.cli(&["orders", "list", "--limit", "40"], "")?;
    let asin = items
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|order| order["items"].as_array().into_iter().flatten())
        .find_map(|item| item["item_number"].as_str())
        .context("an ASIN")?;
    seller.cli(&["match", "map", asin, "75192", "New"], "")?;
    let damaged = seller.damage().await?;

    seller
        .in_a_window(async |window| {
            says(window, "The database was damaged and has been replaced.").await?;
            says(window, "1 act came along and 0 acts could not").await?;
            window.wait_for::<bool>("the orders of the backup", ROWS, &[]).await?;
            window.screenshot("repaired").await?;
            press(window, "Understood").await?;
            let gone = "return !document.body.innerText.includes('The database was damaged')";
            window.wait_for::<bool>("the notice to go", gone, &[]).await?;
            Ok(())
        })
        .await?;
    // Without an app nothing was opened.
    if std::env::var_os("PACKLIGHT_DESKTOP_APP").is_none() {
        return Ok(());
    }
    let kept: Vec<PathBuf> = names(seller.folder(), "packlight.db.damaged-")?;
    ensure!(kept.iter().any(|file| fs::read(file).is_ok_and(|bytes| bytes == damaged)), "kept: {kept:?}");
    ensure!(seller.cli(&["check"], "")?["ok"] == json!(true), "the database is sound");
    let mapped = seller.cli(&["match", "list"], "")?;
    ensure!(mapped.to_string().contains(asin), "the mapping came along: {mapped}");
    Ok(())
}

const ROWS: &str =
    "return document.querySelectorAll(\"[data-testid='orders-table'] [role='row']\").length > 2";

fn names(folder: &Path, beginning: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(beginning) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_in_no_message_no_file_and_no_list_of_processes() -> Result<()> {
    let seller = Seller::new().await?;
    let canaries = Canaries::new(CANARIES);
    seller
        .in_a_window(async |window| {
            window.wait_for::<bool>("orders", ROWS, &[]).await?;
            let _: bool = window.ask(LISTEN, &[]).await?;
            go(window, "#/settings/diagnostics").await?;
            says(window, "searchOrders").await?;
            window.screenshot("diagnostics").await?;
            press(window, "Export diagnostics").await?;
            says(window, "files in one").await?;
            go(window, "#/settings/data").await?;
            press(window, "Back up now").await?;
            says(window, "Backed up and examined").await?;
            window.screenshot("data").await?;
            press(window, "Export everything as CSV and JSON").await?;
            says(window, "rows exported").await?;
            go(window, "#/settings/amazon").await?;
            replace_secrets(&seller, window).await?;
            for page in ["#/activity", "#/orders/amazon"] {
                go(window, page).await?;
            }
            window.wait_for::<bool>("orders again", ROWS, &[]).await?;

            let heard: Vec<String> = window.ask("return window.heard", &[]).await?;
            ensure!(
                heard.iter().any(|message| message.contains("back_up_now")),
                "nothing was heard: {heard:?}"
            );
            // Secrets go to the core once, in the message that is there for it, and never come back.
            let holding: Vec<&String> =
                heard.iter().filter(|message| canaries.in_bytes(message.as_bytes()).is_some()).collect();
            ensure!(
                holding.len() == 1 && holding[0].contains("replace_secrets ") && holding[0].contains(SECOND),
                "messages with secrets: {holding:?}"
            );
            canaries.absent_from_processes()?;
            // While it runs: the database with its log is on the disk as it is.
            canaries.absent_below(seller.folder(), 5)?;
            canaries.absent_below(seller.home.path(), 5)
        })
        .await?;
    if std::env::var_os("PACKLIGHT_DESKTOP_APP").is_none() {
        return Ok(());
    }
    canaries.absent_below(seller.folder(), 5)?;
    // What the web view wrote as it ended, too, and what the seller downloaded.
    canaries.absent_below(seller.home.path(), 20)?;
    let downloads = seller.home.path().join("Downloads");
    let zip = names(&downloads, "packlight-diagnostics-")?.pop().context("diagnostics in Downloads")?;
    let unpacked = TempDir::new()?;
    let script = "import sys,zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let done =
        std::process::Command::new("python3").args(["-c", script]).arg(zip).arg(unpacked.path()).status()?;
    ensure!(done.success(), "the diagnostics are no ZIP file");
    ensure!(unpacked.path().join("network.json").exists(), "the requests are among the diagnostics");
    canaries.absent_below(unpacked.path(), 3)?;
    canaries.absent_below(&downloads, 20)
}

/// Gives the account its new secret on its page, as the seller types it in.
async fn replace_secrets(seller: &Seller, window: &Window) -> Result<()> {
    seller.desk.amazon.rotate_secret(CLIENT_ID, SECOND);
    press(window, "Replace secrets").await?;
    let fill = "const form = document.querySelector('[role=\"dialog\"] form');
        if (form?.elements.repeat === undefined) return false;
        for (const [name, text] of Object.entries(arguments[0])) form.elements[name].value = text;
        return true;";
    let typed = json!({
        "client_id": CLIENT_ID,
        "client_secret": SECOND,
        "refresh_token": REFRESH_TOKEN,
        "passphrase": PASSPHRASE,
        "repeat": PASSPHRASE,
    });
    window.wait_for::<bool>("the fields of the secrets", fill, &[typed]).await?;
    press(window, "Check and replace").await?;
    says(window, "Secrets of Shop replaced").await
}

/// Settings of the screen are kept in memory, too, and written when the app ends.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_does_not_come_back_with_the_end_of_the_app() -> Result<()> {
    const ADDRESS: &str = "https://updates.example.org/list.json";
    let seller = Seller::new().await?;
    seller
        .in_a_window(async |window| {
            window.wait_for::<bool>("orders", ROWS, &[]).await?;
            let source = json!({ "source": { "endpoint": ADDRESS, "public_key": null } });
            call(window, "set_update_source", &source).await?;
            call(window, "erase_everything", &json!({ "words": "erase everything" })).await
        })
        .await?;
    if std::env::var_os("PACKLIGHT_DESKTOP_APP").is_none() {
        return Ok(());
    }
    let settings = fs::read_to_string(seller.folder().join("screen.json")).unwrap_or_default();
    ensure!(!settings.contains(ADDRESS), "it came back: {settings}");
    ensure!(!seller.folder().join("secrets.vault").exists(), "the vault is there");
    Ok(())
}

/// Calls a command of the core as the page does, and waits until it is done.
async fn call(window: &Window, command: &str, arguments: &Value) -> Result<()> {
    let begin = "window.done = undefined;
        window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
            .then(() => { window.done = 'well'; }, (why) => { window.done = JSON.stringify(why); });
        return true";
    let _: bool = window.ask(begin, &[json!(command), arguments.clone()]).await?;
    let done: String = window.wait_for(command, "return window.done ?? false", &[]).await?;
    ensure!(done == "well", "{command}: {done}");
    Ok(())
}
