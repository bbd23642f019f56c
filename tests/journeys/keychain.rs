//! The real keychain in each of its states, as a seller on a terminal meets it: unlocked, locked, asking, missing, silent.
//!
//! Whatever it does, a command ends, says what to do in one sentence, and the orders that are here stay readable.

use std::process::Output;
use std::time::{Duration, Instant};

use packlight_spapi_sim::Seller;
use packlight_tests::command_line::{Desk, credentials};
use packlight_tests::keyring::Session;
use packlight_tests::world::GB;
use serde_json::{Value, json};

const ORDERS: usize = 40;
/// An order of magnitude beyond the limit of five seconds, which a test of the engine measures on virtual time.
const FAR_TOO_LONG: Duration = Duration::from_mins(1);
const INSTEAD: &str = "keep the secrets in an encrypted vault file (--secrets file)";

struct Shop {
    desk: Desk,
    session: Session,
}

impl Shop {
    fn run(&self, words: &[&str], input: &str) -> Output {
        use std::io::Write;
        let words = [&["--json"], words].concat();
        let mut command = self.desk.command(&words);
        command.envs(self.session.variables()).stdin(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn json(&self, words: &[&str], input: &str) -> Value {
        let output = self.run(words, input);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {complaint}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The sentence with which a command ends that needs the secrets, while every order stays readable.
    fn refusal(&self, words: &[&str]) -> String {
        let begun = Instant::now();
        let output = self.run(words, &credentials());
        assert!(begun.elapsed() < FAR_TOO_LONG, "{words:?} took {:?}", begun.elapsed());
        assert_eq!(output.status.code(), Some(3), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["error"]["code"], json!("keychain_unavailable"));
        assert_eq!(self.json(&["orders", "list"], "").as_array().unwrap().len(), ORDERS);
        assert_eq!(self.json(&["orders", "counts"], "")["all"], json!(ORDERS));
        // A check names the account first.
        told["error"]["message"].as_str().unwrap().trim_start_matches("Shop: ").to_owned()
    }
}

const ADD: [&str; 8] = ["account", "add", "--label", "Second", "--region", "eu", "--marketplaces", GB];

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_the_keychain_ends_in_a_sentence_and_the_orders_stay() {
    let Some(session) = Session::start() else { return };
    let seller = Seller::with_orders(ORDERS as u64, 3, chrono::Utc::now()).history_days(25);
    let mut shop = Shop { desk: Desk::new(seller).await, session };

    shop.session.unlocked();
    let connect = ["account", "add", "--label", "Shop", "--region", "eu", "--marketplaces", GB];
    assert_eq!(shop.json(&connect, &credentials())["secrets"], json!("keychain"));
    assert_eq!(shop.json(&["sync"], "")["orders_new"], json!(ORDERS));

    for words in [&["sync"][..], &["account", "check"], &ADD] {
        shop.session.locked();
        assert_eq!(
            shop.refusal(words),
            format!(
                "the keychain stayed locked, because its prompt was closed or could not be shown: unlock it and try again, or {INSTEAD}"
            )
        );
        shop.session.waiting();
        assert_eq!(
            shop.refusal(words),
            format!("the keychain is locked: unlock it and try again, or {INSTEAD}")
        );
        shop.session.hanging();
        assert_eq!(
            shop.refusal(words),
            format!("the keychain did not answer within 5 seconds: log out and in again, or {INSTEAD}")
        );
        shop.session.clear();
        let message = shop.refusal(words);
        let start = "no keychain is available on this computer (";
        let end = "): keep the secrets in an encrypted vault file instead (--secrets file)";
        assert!(message.starts_with(start) && message.ends_with(end), "{message}");
    }
    // Nothing was half added.
    assert_eq!(shop.json(&["account", "list"], "").as_array().unwrap().len(), 1);

    // Unlocked again, everything goes on as if nothing had been.
    shop.session.unlocked();
    assert_eq!(shop.json(&["sync"], "")["orders_new"], json!(0));

    // Leaving works in front of a silent keychain too, and says what stays in it.
    shop.session.hanging();
    let removed = shop.json(&["account", "remove", "Shop"], "");
    let left = removed["secrets_left"].as_str().unwrap();
    assert!(
        left.starts_with(
            "its secrets could not be deleted, because the keychain does not answer: open the system's"
        ),
        "{left}"
    );
    assert_eq!(shop.json(&["orders", "counts"], "")["all"], json!(ORDERS));
    // The vault file is the way on, without any keychain.
    let file = [&connect[..], &["--secrets", "file"]].concat();
    assert_eq!(shop.json(&file, &credentials())["secrets"], json!("file"));
    assert_eq!(shop.json(&["sync"], "")["orders_new"], json!(0));
    // And with its orders it is gone altogether.
    let forgotten = shop.json(&["account", "remove", "Shop", "--with-orders"], "");
    assert_eq!((&forgotten["orders_deleted"], &forgotten["secrets_left"]), (&json!(ORDERS), &Value::Null));
    assert_eq!(shop.json(&["orders", "counts"], "")["all"], json!(0));
    assert_eq!(shop.json(&["check"], "")["ok"], json!(true));
}
