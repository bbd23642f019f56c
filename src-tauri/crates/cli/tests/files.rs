//! Files on the command line: units and orders of other shops, as a script sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests may fail like tests")]

use std::path::PathBuf;
use std::process::Command;

use packlight_engine::lock::Lock;
use serde_json::{Value, json};

struct Shop(tempfile::TempDir);

impl Shop {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs a command; its exit code and the one JSON value on standard output.
    fn run(&self, words: &[&str]) -> (i32, Value) {
        let output = Command::new(env!("CARGO_BIN_EXE_packlight-cli"))
            .args(words)
            .arg("--json")
            .env_clear()
            .env("HOME", self.0.path())
            .env("PACKLIGHT_DATA_DIR", self.0.path().join("data"))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
    }

    fn import(&self, words: &[&str], file: &std::path::Path) -> Value {
        let (code, value) = self.run(&[words, &[file.to_str().unwrap()]].concat());
        assert_eq!(code, 0, "{value}");
        value
    }

    fn failure(&self, words: &[&str], code: i32, word: &str) -> String {
        let (ended, value) = self.run(words);
        assert_eq!((ended, value["error"]["code"].as_str()), (code, Some(word)), "{value}");
        value["error"]["message"].as_str().unwrap().to_owned()
    }
}

const STOCK: &str = "set_number,name,condition,storage_location,cost, purchase_date,quantity\n\
    75192,\"Falcon, UCS\",New Sealed,A-1,649.99,2025-12-01,2\n\
    10497,Explorer,Used,B 2,\"1,020.50\",18/01/2026,\n\
    ,No number,New,A-1,1,2025-12-01,1\n\
    21309,Saturn V,New,A-3,free,2025-12-01,0\n";

#[test]
fn inventory_is_imported_row_by_row() {
    let shop = Shop::new();
    let file = shop.file("stock.csv", STOCK);
    let dry = shop.import(&["inventory", "import", "--dry-run"], &file);
    assert_eq!(shop.run(&["inventory", "list"]).1, json!([]));
    let errors = json!([
        { "row": 4, "field": "set_number", "message": "set number is missing: write for example 75192" },
        { "row": 5, "field": "cost", "message": "'free' is not an amount: write it like 1234.50" },
        { "row": 5, "field": "quantity", "message": "'0' is not a quantity: write a whole number from 1 to 1000" },
    ]);
    let expected = |dry_run: bool, batch: Value| json!({ "rows": 4, "units_added": 3, "rows_skipped": 2, "errors": errors, "dry_run": dry_run, "notes": [], "batch": batch });
    assert_eq!(dry, expected(true, Value::Null));
    let done = shop.import(&["inventory", "import"], &file);
    assert!(done["batch"].is_string());
    assert_eq!(done, expected(false, done["batch"].clone()));
    let list = shop.run(&["inventory", "list"]).1;
    let units: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|unit| {
            (
                unit["set_number"].as_str().unwrap().to_owned(),
                unit["cost_minor"].as_i64().unwrap(),
                unit["purchase_date"].as_str().unwrap().to_owned(),
                unit["currency"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let falcon = ("75192".to_owned(), 64_999, "2025-12-01".to_owned(), "GBP".to_owned());
    let explorer = ("10497".to_owned(), 102_050, "2026-01-18".to_owned(), "GBP".to_owned());
    assert_eq!(units, [falcon.clone(), falcon, explorer]);
    // A file adds its units every time.
    shop.import(&["inventory", "import"], &file);
    assert_eq!(shop.run(&["inventory", "list"]).1.as_array().unwrap().len(), 6);
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let shop = Shop::new();
    let import = |file: &std::path::Path, code, word| {
        shop.failure(&["inventory", "import", file.to_str().unwrap()], code, word)
    };
    let gone = shop.0.path().join("gone.csv");
    assert!(import(&gone, 1, "not_found").ends_with(": check the path"));
    let workbook = shop.file("stock.xlsx", b"PK\x03\x04..[Content_Types].xml..xl/workbook.xml");
    assert_eq!(
        import(&workbook, 1, "bad_file"),
        "stock.xlsx: this is a spreadsheet workbook: open it, choose Save As or Export, pick CSV UTF-8, and import that file"
    );
    let headless = shop.file("other.csv", "colour,size\nred,2\n");
    assert_eq!(
        import(&headless, 1, "bad_file"),
        "other.csv: no column is the set number: name one 'set_number', or choose it. The file has 'colour', 'size'"
    );
    let message = shop.failure(
        &["orders", "import", "--platform", "amazon", headless.to_str().unwrap()],
        2,
        "bad_input",
    );
    assert_eq!(message, "Amazon's orders come by the sync: choose eBay or Bricqer for a file");
    let message = shop.failure(&["orders", "import", headless.to_str().unwrap()], 2, "usage");
    assert!(message.contains("--platform"), "{message}");
}

#[test]
fn a_dry_run_works_beside_another_packlight_and_an_import_waits_its_turn() {
    let shop = Shop::new();
    let file = shop.file("stock.csv", STOCK);
    shop.run(&["inventory", "list"]);
    let _writer = Lock::acquire(&shop.0.path().join("data")).unwrap();
    assert_eq!(shop.import(&["inventory", "import", "--dry-run"], &file)["units_added"], json!(3));
    shop.failure(&["inventory", "import", file.to_str().unwrap()], 6, "busy");
}

const HEAD: &str = "\"Sales Record Number\",\"Order Number\",\"Buyer Username\",\"Buyer Name\",\"Buyer Email\",\"Item Number\",\
    \"Item Title\",\"Custom Label\",\"Quantity\",\"Sold For\",\"Postage And Packaging\",\"Total Price\",\"Sale Date\",\
    \"Paid On Date\",\"Post By Date\",\"Posted On Date\",\"Transaction ID\"\r\n";

/// eBay's report with a banner of commas, an order of one line and one of two with its summary.
fn ebay(shipped: &str) -> String {
    format!(
        ",,,,,,,,,,,,,,,,\r\n{HEAD},,,,,,,,,,,,,,,,\r\n\
         \"101\",\"04-1\",\"buyer-a\",\"Buyer A\",\"a@example.com\",\"22001\",\"Falcon\",\"SW-1\",\"1\",\"£32.50\",\"£3.00\",\"£35.50\",\
         \"18-Jan-26\",\"18-Jan-26\",\"20-Jan-26\",\"{shipped}\",\"555\"\r\n\
         \"102\",\"04-2\",\"buyer-b\",\"Buyer B\",\"b@example.com\",\"\",\"\",\"\",\"3\",\"£30.00\",\"£4.00\",\"£34.00\",\
         \"18-Jan-26\",\"19-Jan-26\",\"21-Jan-26\",\"\",\"\"\r\n\
         \"102\",\"04-2\",\"buyer-b\",\"\",\"\",\"22002\",\"Explorer\",\"\",\"2\",\"£10.00\",\"\",\"\",\"18-Jan-26\",\"\",\"\",\"\",\"\"\r\n\
         \"102\",\"04-2\",\"buyer-b\",\"\",\"\",\"22003\",\"Porsche\",\"CAR\",\"1\",\"£10.00\",\"\",\"\",\"18-Jan-26\",\"\",\"\",\"\",\"\"\r\n\
         \r\n2,record(s) downloaded, from Jan-18-26 to Jan-19-26\r\nSeller ID : shop\r\n"
    )
}

#[test]
fn ebays_orders_come_in_and_the_same_file_changes_nothing() {
    let shop = Shop::new();
    let words = ["orders", "import", "--platform", "ebay"];
    let counts = |value: &Value| {
        ["orders_new", "orders_changed", "orders_unchanged", "rows", "rows_skipped"]
            .map(|key| value[key].as_u64().unwrap())
    };
    let early = shop.file("early.csv", ebay(""));
    let late = shop.file("late.csv", ebay("18-Jan-26"));
    let dry = shop.import(&["orders", "import", "--platform", "ebay", "--dry-run"], &early);
    assert_eq!(counts(&dry), [2, 0, 0, 4, 0]);
    assert_eq!(shop.run(&["orders", "list"]).1, json!([]));
    assert_eq!(counts(&shop.import(&words, &early)), [2, 0, 0, 4, 0]);

    let list = shop.run(&["orders", "list"]).1;
    let order = list.as_array().unwrap().iter().find(|order| order["platform_order_id"] == "04-1").unwrap();
    for (key, value) in [
        ("platform", json!("ebay")),
        ("buyer_name", json!("eBay customer")),
        ("buyer_email", Value::Null),
        ("ui_status", json!("Paid")),
        ("total_minor", json!(3_550)),
        ("currency", json!("GBP")),
        ("order_date", json!("2026-01-18T12:00:00Z")),
    ] {
        assert_eq!(order[key], value, "{key}");
    }
    assert_eq!(order["items"][0]["item_number"], json!("22001"));
    assert_eq!(order["items"][0]["match_status"], json!("unmatched"));
    assert!(!list.to_string().to_lowercase().contains("buyer-") && !list.to_string().contains("example.com"));

    // The same file again, a later one on the same day, and the older one once more.
    assert_eq!(counts(&shop.import(&words, &early)), [0, 0, 2, 4, 0]);
    assert_eq!(shop.run(&["orders", "list"]).1, list);
    let dry = shop.import(&["orders", "import", "--platform", "ebay", "--dry-run"], &late);
    assert_eq!(counts(&dry), [0, 1, 1, 4, 0]);
    assert_eq!(counts(&shop.import(&words, &late)), [0, 1, 1, 4, 0]);
    let shipped = shop.run(&["orders", "list"]).1;
    assert_eq!(counts(&shop.import(&words, &early)), [0, 0, 2, 4, 0]);
    assert_eq!(shop.run(&["orders", "list"]).1, shipped);
    let order = shop.run(&["orders", "show", "04-1"]).1;
    assert_eq!(order["ui_status"], json!("Shipped"));
    assert_eq!(shop.run(&["check"]), (0, json!({ "ok": true, "problems": [] })));
    // The database itself holds nothing of the buyers.
    for entry in std::fs::read_dir(shop.0.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for personal in [&b"buyer-a"[..], b"Buyer B", b"example.com"] {
            assert!(!bytes.windows(personal.len()).any(|part| part == personal));
        }
    }
}

#[test]
fn an_import_of_orders_is_taken_back_by_its_batch() {
    let shop = Shop::new();
    let done = shop.import(&["orders", "import", "--platform", "ebay"], &shop.file("orders.csv", ebay("")));
    let batch = done["batch"].as_str().unwrap().to_owned();
    let undo = ["orders", "import", "--undo", &batch];
    let undone = shop.run(&undo);
    let own = undone.1["batch"].as_str().unwrap().to_owned();
    assert_eq!(undone, (0, json!({ "batch": own, "orders_restored": 2, "skipped": 0, "stays": [] })));
    assert_eq!(shop.run(&["orders", "list"]).1, json!([]));
    let again = shop.run(&undo);
    assert_eq!(again, (0, json!({ "batch": null, "orders_restored": 0, "skipped": 2, "stays": [] })));

    // Only an import of orders is taken back so.
    let stock = shop.import(&["inventory", "import"], &shop.file("stock.csv", STOCK));
    for batch in [stock["batch"].as_str().unwrap(), &own] {
        let message = shop.failure(&["orders", "import", "--undo", batch], 1, "not_possible");
        assert_eq!(message, format!("action {batch} imported no orders: undo it as what it was"));
    }
    assert_eq!(shop.run(&["orders", "list"]).1, json!([]));
    shop.failure(&["orders", "import", "--undo", "999"], 1, "not_found");
    let usage = shop.failure(&["orders", "import", "--undo", &batch, "--dry-run"], 2, "usage");
    assert!(usage.contains("cannot be used with"), "{usage}");
    assert!(shop.failure(&["orders", "import"], 2, "usage").contains("--platform <PLATFORM>"));
    assert_eq!(shop.run(&["check"]).0, 0);
}

#[test]
fn a_backup_comes_back_and_nothing_is_overwritten_unasked() {
    let shop = Shop::new();
    shop.import(&["inventory", "import"], &shop.file("stock.csv", STOCK));
    let backup = shop.0.path().join("monday.db");
    let name = backup.to_str().unwrap();
    let beside = Lock::acquire(&shop.0.path().join("data")).unwrap();
    let (code, made) = shop.run(&["backup", name]);
    assert_eq!(
        (code, &made["file"], &made["orders"], &made["units"]),
        (0, &json!(name), &json!(0), &json!(3))
    );
    assert_eq!(made["bytes"].as_u64().unwrap(), std::fs::metadata(&backup).unwrap().len());
    let message = shop.failure(&["backup", name], 1, "not_possible");
    assert!(
        message.ends_with("monday.db exists already: choose another name, or allow it to be replaced"),
        "{message}"
    );
    assert_eq!(shop.run(&["backup", name, "--force"]).0, 0);
    assert!(shop.failure(&["restore", name], 6, "busy").contains("another Packlight"));
    let (code, seen) = shop.run(&["restore", name, "--dry-run"]);
    assert_eq!(
        (code, &seen["units"], &seen["kept"], &seen["dry_run"]),
        (0, &json!(3), &Value::Null, &json!(true))
    );
    drop(beside);

    shop.import(&["inventory", "import"], &shop.file("stock.csv", STOCK));
    let (code, restored) = shop.run(&["restore", name]);
    assert_eq!((code, &restored["units"]), (0, &json!(3)), "{restored}");
    let kept = restored["kept"].as_str().unwrap();
    let (_, units) = shop.run(&["inventory", "list"]);
    assert_eq!(units.as_array().unwrap().len(), 3);
    assert_eq!(shop.run(&["check"]), (0, json!({"ok": true, "problems": []})));
    // What was there before is a backup too.
    assert_eq!(shop.run(&["restore", kept]).1["units"], json!(6));

    let foreign = shop.file("notes.txt", "no database at all");
    let message = shop.failure(&["restore", foreign.to_str().unwrap()], 1, "bad_file");
    assert!(message.contains("notes.txt is no backup of Packlight"), "{message}");
    let nowhere = shop.0.path().join("nowhere.db");
    let message = shop.failure(&["restore", nowhere.to_str().unwrap()], 1, "not_found");
    assert!(message.contains(&format!("there is no backup at {}", nowhere.display())), "{message}");
}
