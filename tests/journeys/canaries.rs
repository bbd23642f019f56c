//! Canary secrets: typed in, used, refused, replaced and forgotten in a home of their own, and then looked for in all of it.
//!
//! Which files there are is not asked: data, configuration, cache, state, logs, panic reports, backups, downloads and
//! whatever else somebody adds one day.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use packlight_engine::diagnostics::keep_panics;
use packlight_engine::secrets::{Credentials, SecretsPlace};
use packlight_engine::{Code, Engine, SyncRequest};
use packlight_spapi::HttpTransport;
use packlight_spapi_sim::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
use packlight_tests::canaries::Canaries;
use packlight_tests::command_line::{Desk, credentials};
use packlight_tests::world::{GB, over_sockets, shop};
use serde_json::json;
use tempfile::TempDir;

const SECOND: &str = "amzn1.oa2-cs.canary|second & last";
const WRONG: &str = "amzn1.oa2-cs.canary|wrong";
const PASSPHRASE: &str = "a canary of a passphrase";
/// What the seller types in, and the beginning of what Amazon hands out.
const ALL: [&str; 6] = [CLIENT_SECRET, REFRESH_TOKEN, SECOND, WRONG, PASSPHRASE, "Atza|"];

/// A seller's home, in which Packlight finds its own place.
struct Home {
    desk: Desk,
    folder: TempDir,
    canaries: Canaries,
}

impl Home {
    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs the command line as chattily as it gets; whatever it says holds no secret.
    fn run(&self, words: &[&str], passphrase: &str, input: &str) -> Output {
        use std::io::Write;
        let mut command = self.desk.command(&[&["--json"], words].concat());
        command
            .env_remove("PACKLIGHT_DATA_DIR")
            .env("HOME", self.folder.path())
            .env("PACKLIGHT_PASSPHRASE", passphrase)
            .env("PACKLIGHT_LOG", "trace")
            .stdin(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.canaries.absent_from_processes().unwrap();
        let output = child.wait_with_output().unwrap();
        self.canaries.silent(&format!("{words:?}"), &output.stdout).unwrap();
        self.canaries.silent(&format!("{words:?}"), &output.stderr).unwrap();
        output
    }

    /// The same; it must end well.
    fn cli(&self, words: &[&str], input: &str) {
        let output = self.run(words, PASSPHRASE, input);
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{words:?}: {said:?}");
    }

    /// The data folder, which is where the system wants it.
    fn data(&self) -> PathBuf {
        let data = self.folder.path().join(".local/share/io.packlight.desktop");
        assert!(data.join("packlight.db").exists(), "the data lies elsewhere");
        data
    }

    fn is_clean(&self, least: usize) {
        self.canaries.absent_below(self.folder.path(), least).unwrap();
    }

    /// An engine on the data folder, as the window has one.
    async fn engine(&self) -> Engine {
        let transport = HttpTransport::new().unwrap();
        let (api, lwa) = (self.desk.base_url(), self.desk.lwa_url());
        over_sockets(&self.data(), &api, &lwa, transport).await.unwrap()
    }
}

fn with_secret(secret: &str) -> Credentials {
    Credentials {
        client_id: CLIENT_ID.to_owned(),
        client_secret: secret.into(),
        refresh_token: REFRESH_TOKEN.into(),
    }
}

/// Everything that the window asks the core about an account and its work, as it would go over to the page.
async fn answers(engine: &Engine) -> Vec<String> {
    let id = engine.account_id("Shop").await.unwrap();
    vec![
        json!(engine.accounts().await.unwrap()).to_string(),
        json!(engine.check_account(id).await.unwrap()).to_string(),
        json!(engine.forget_preview(id).await.unwrap()).to_string(),
        json!(engine.sync_status()).to_string(),
        json!(engine.network(u32::MAX).await.unwrap()).to_string(),
        json!(engine.activity_runs(None, 100).await.unwrap()).to_string(),
        json!(engine.backup_status().await.unwrap()).to_string(),
    ]
}

/// A thread that panics with everything it knows, by the hook of the app.
fn panics_over(data: &Path, credentials: &Credentials) {
    keep_panics(data, chrono::Utc::now);
    let told = format!("no such thing: {credentials:?}");
    let ended = std::thread::spawn(move || panic!("{told}")).join();
    drop(std::panic::take_hook());
    assert!(ended.is_err());
    assert_eq!(std::fs::read_dir(data.join("panics")).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_secrets_are_nowhere_in_the_home_no_answer_no_event_and_no_list_of_processes() {
    let home = Home {
        desk: Desk::new(shop(40, 3)).await,
        folder: tempfile::tempdir().unwrap(),
        canaries: Canaries::new(ALL),
    };
    let add = ["account", "add", "--label", "Shop", "--region", "eu", "--marketplaces", GB];
    home.cli(&[&add[..], &["--secrets", "file"]].concat(), &credentials());
    for words in [&["sync"][..], &["account", "check"], &["account", "list"], &["orders", "list"], &["check"]]
    {
        home.cli(words, "");
    }
    home.cli(&["backup", &home.path("by hand.db")], "");
    home.cli(&["pick-list", "--out", &home.path("list.pdf")], "");
    assert_eq!(home.run(&["sync"], "no such passphrase", "").status.code(), Some(3));
    home.is_clean(5);

    // Amazon gives the application another secret; the seller mistypes it once.
    home.desk.amazon.rotate_secret(CLIENT_ID, SECOND);
    let engine = home.engine().await;
    let mut events = engine.events().subscribe();
    engine.unlock_vault(PASSPHRASE.into()).await.unwrap();
    let id = engine.account_id("Shop").await.unwrap();
    let mut said = vec![format!("{:?}", engine.sync(&SyncRequest::default()).await.unwrap_err())];
    let refused = engine.replace_secrets(id, with_secret(WRONG), SecretsPlace::File).await.unwrap_err();
    assert_eq!(refused.code, Code::CredentialsRefused);
    said.push(format!("{refused:?} {refused}"));
    let replaced = engine.replace_secrets(id, with_secret(SECOND), SecretsPlace::File).await.unwrap();
    said.push(json!(replaced).to_string());
    engine.sync(&SyncRequest::default()).await.unwrap();
    engine.back_up_tonight().await.unwrap();
    engine.export_everything().await.unwrap();
    panics_over(&home.data(), &with_secret(SECOND));
    engine.export_diagnostics().await.unwrap();
    said.extend(answers(&engine).await);
    said.extend(std::iter::from_fn(|| events.try_recv().ok()).map(|event| format!("{event:?}")));
    assert!(said.len() > 15 && said.iter().any(|one| one.contains("searchOrders")), "{said:?}");
    for one in &said {
        home.canaries.silent("the core", one).unwrap();
    }
    // While it runs: the database with its log is on the disk as it is.
    home.is_clean(30);
    engine.close().await;
    drop(engine);
    home.is_clean(30);

    home.cli(&["sync"], "");
    home.cli(&["account", "remove", "Shop", "--with-orders"], "");
    home.is_clean(30);

    // Whatever shape it has, it would have been found.
    let note = home.folder.path().join(".cache/deep/down");
    std::fs::create_dir_all(&note).unwrap();
    let wide: Vec<u8> = SECOND.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [SECOND.as_bytes(), &wide, b"secret=amzn1.oa2-cs.canary%7Csecond+%26+last&x=1"] {
        std::fs::write(note.join("kept"), [b"before", bytes, b"after"].concat()).unwrap();
        let found = home.canaries.absent_below(home.folder.path(), 30).unwrap_err();
        assert!(found.to_string().contains("deep/down/kept holds"), "{found}");
    }
}
