//! Files in and out of a real data folder: previews, undo, round trips, inert exports.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like tests"
)]

mod desk;

use std::path::Path;

use desk::{desk, engine, input, noon};
use packlight_domain::account::Platform;
use packlight_domain::act::RunEntry;
use packlight_domain::confirming::ConfirmRequest;
use packlight_domain::file_import::{ColumnChoice, ImportInput, ImportKind};
use packlight_domain::matching::OrderSelection;
use packlight_domain::stock::{Unit, UnitDraft, UnitId, UnitSelection};
use packlight_engine::events::{CacheTag, Event};
use packlight_engine::{Code, Engine};

fn all_units() -> UnitSelection {
    UnitSelection::Matching { query: String::new(), except: Vec::new() }
}

fn all_orders() -> OrderSelection {
    OrderSelection::Matching { query: String::new(), platform: None, account: None, except: Vec::new() }
}

/// Units without their ids.
async fn units(engine: &Engine) -> Vec<Unit> {
    let mut units = engine.units("").await.unwrap();
    for unit in &mut units {
        unit.id = UnitId(0);
    }
    units
}

#[tokio::test]
async fn a_preview_shows_how_a_file_is_read_and_keeps_nothing() {
    let (_folder, engine) = desk().await;
    let text = "Set #;Zustand;Preis;Farbe\n75192;New;12,50 €;grau\n;New;1,00;rot\n";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let preview = engine.preview_import(input(ImportKind::Units, &bytes)).await.unwrap();
    assert_eq!((preview.charset.as_str(), preview.separator.as_str()), ("UTF-16LE", "semicolon"));
    assert_eq!(preview.heads, ["Set #", "Zustand", "Preis", "Farbe"]);
    assert_eq!(preview.sample[0], ["75192", "New", "12,50 €", "grau"]);
    let column = |field: &str| preview.columns.iter().find(|choice| choice.field == field).unwrap().column;
    assert_eq!((column("set_number"), column("listing_price"), column("cost")), (Some(0), Some(2), None));
    let report = &preview.report;
    assert_eq!((report.rows, report.units_added, report.rows_skipped, report.dry_run), (2, 1, 1, true));
    assert_eq!(report.errors[0].row, 3);

    // The seller says that the price is what was paid.
    let columns = [("set_number", 0), ("condition", 1), ("cost", 2)];
    let columns = columns.map(|(field, column)| ColumnChoice { field: field.into(), column: Some(column) });
    let chosen = ImportInput { columns: Some(columns.to_vec()), ..input(ImportKind::Units, &bytes) };
    assert_eq!(units(&engine).await, []);
    engine.run_import(chosen).await.unwrap();
    let kept = units(&engine).await;
    assert_eq!(
        (kept[0].cost.as_ref().unwrap().amount.as_str(), kept[0].listing_price.as_ref()),
        ("12.50", None)
    );
}

#[tokio::test]
async fn a_file_without_the_needed_columns_can_still_be_mapped() {
    let (_folder, engine) = desk().await;
    let preview = engine.preview_import(input(ImportKind::Units, b"a,b\n75192,New\n")).await.unwrap();
    assert_eq!(preview.report.errors[0].field, "set_number");
    assert_eq!(preview.report.units_added, 0);
    assert_eq!(preview.fields.iter().filter(|field| field.required).count(), 2);
    let refused = engine.run_import(input(ImportKind::Units, b"a,b\n75192,New\n")).await.unwrap_err();
    assert_eq!(refused.code, Code::BadFile);
    assert!(refused.message.starts_with("stock.csv: no column is the set number"), "{refused}");
}

#[tokio::test]
async fn an_import_is_one_batch_and_one_undo() {
    let (_folder, engine) = desk().await;
    let file = b"set_number,condition,quantity\n75192,New,999\n10497,Used,3\n";
    let report = engine.run_import(input(ImportKind::Units, file)).await.unwrap();
    assert_eq!((report.units_added, units(&engine).await.len()), (1_002, 1_002));
    let acts = engine.activity_acts(None, 10).await.unwrap();
    assert_eq!(acts[0].summary, "Imported 1002 units from stock.csv");
    let undone = engine.undo(report.batch.unwrap()).await.unwrap();
    assert_eq!((undone.restored, undone.skipped), (1_002, 0));
    assert_eq!(units(&engine).await, []);

    let many = format!("set_number,condition,quantity\n{}", "1,New,1000\n".repeat(201));
    let refused = engine.run_import(input(ImportKind::Units, many.as_bytes())).await.unwrap_err();
    assert_eq!(
        refused.message,
        "stock.csv: 201000 units are more than the 200000 that one file may add: split it"
    );
}

/// Texts that a spreadsheet would run, and others that look like them.
const HOSTILE: [&str; 15] = [
    "=HYPERLINK(\"http://127.0.0.1\",\"x\")",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    " =1+1",
    "\u{a0}=1+1",
    "'=1+1",
    "＝1+1",
    "Falcon;=1+1;x",
    "a;=1",
    "a;\t=1",
    "a;\"=1",
    "a,=1",
    "a\t=1",
    "<script>alert(1)</script>, \"quoted\"; ünïcode ファルコン 🚀\u{202e}",
];

#[tokio::test]
async fn exported_units_are_inert_and_come_back_as_they_were() {
    let (folder, engine) = desk().await;
    for (at, text) in HOSTILE.iter().enumerate() {
        let draft = UnitDraft {
            set_number: format!("{at}"),
            name: (*text).into(),
            condition: "New".into(),
            cost: Some("1234.50".into()),
            currency: Some("EUR".parse().unwrap()),
            purchase_date: Some("2026-04-03".into()),
            storage_location: Some((*text).into()),
            notes: Some(format!("first line\n{text}")),
            ..UnitDraft::default()
        };
        engine.add_units(&draft, 1).await.unwrap();
    }
    let before = units(&engine).await;
    let saved = engine.export_units(&all_units()).await.unwrap();
    assert_eq!(saved.rows as usize, HOSTILE.len());
    assert_eq!(Path::new(&saved.path), folder.path().join("downloads/packlight-inventory-2026-01-18.csv"));
    let bytes = std::fs::read(&saved.path).unwrap();
    assert!(bytes.starts_with("\u{feff}set_number,name,condition".as_bytes()));
    let text = String::from_utf8(bytes.clone()).unwrap();
    // As every spreadsheet may read it: which separator it takes depends on the country.
    for separator in [b',', b';', b'\t'] {
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(separator);
        for cell in reader
            .from_reader(text.as_bytes())
            .into_records()
            .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        {
            let bare = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
            assert!(!bare.starts_with(['=', '+', '-', '@', '＝']), "{cell:?} by {:?}", char::from(separator));
            assert!(!cell.starts_with(['\t', '\r']), "{cell:?} by {:?}", char::from(separator));
        }
    }

    // Nothing is overwritten, and no half of a file is left.
    let again = engine.export_units(&all_units()).await.unwrap();
    assert!(again.path.ends_with("packlight-inventory-2026-01-18-2.csv"), "{}", again.path);
    assert_eq!(std::fs::read_dir(folder.path().join("downloads")).unwrap().count(), 2);

    let (_other, second) = desk().await;
    let report = second.run_import(input(ImportKind::Units, &bytes)).await.unwrap();
    assert_eq!((report.errors, report.notes), (vec![], vec![]));
    assert_eq!(units(&second).await, before);
}

const TABLE: &str = "order_id,order_item_id,date,status,sku,item_number,title,quantity,unit_price,total,currency,ship_by,shipped_date,customer name\n\
    B-1,11,2026-01-18T10:30:00Z,paid,S-1,300,=Brick,3,0.15,5.45,EUR,2026-01-20T23:59:00Z,,Buyer A\n\
    B-1,12,2026-01-18T10:30:00Z,paid,S-2,301,Plate,1,5.00,5.45,EUR,2026-01-20T23:59:00Z,,Buyer A\n\
    B-2,21,2026-01-17T10:30:00Z,cancelled,S-1,300,=Brick,1,0.15,0.15,EUR,,,Buyer B\n";

#[tokio::test]
async fn orders_come_in_are_copied_and_go_out_again() {
    let (_folder, engine) = desk().await;
    let kind = ImportKind::Orders(Platform::Bricqer);
    let preview = engine.preview_import(input(kind, TABLE.as_bytes())).await.unwrap();
    assert_eq!((preview.report.orders_new, preview.report.dry_run), (2, true));
    assert_eq!(preview.sample[0].last().unwrap(), "", "the buyer's column is not shown");
    assert_eq!(engine.accounts().await.unwrap(), []);

    let report = engine.run_import(input(kind, TABLE.as_bytes())).await.unwrap();
    assert_eq!((report.orders_new, report.orders_changed, report.orders_unchanged), (2, 0, 0));
    let accounts = engine.accounts().await.unwrap();
    assert_eq!((accounts[0].label.as_str(), accounts[0].connected), ("Bricqer", false));
    let report = engine.run_import(input(kind, TABLE.as_bytes())).await.unwrap();
    assert_eq!((report.orders_new, report.orders_changed, report.orders_unchanged), (0, 0, 2));

    let runs = engine.activity_runs(None, 10).await.unwrap();
    let told = |run: &RunEntry| {
        assert_eq!((run.account.as_str(), run.kind.as_str()), ("Bricqer", "file import"));
        assert_eq!((run.finished_at, &run.error, run.calls), (Some(noon()), &None, 0));
        (run.new_orders, run.changed_orders, run.unchanged)
    };
    assert_eq!(runs.iter().map(told).collect::<Vec<_>>(), [(0, 0, 2), (2, 0, 0)], "newest first");
    assert_eq!(engine.accounts().await.unwrap()[0].last_check_at, Some(noon()));

    assert_eq!(engine.order_ids(&all_orders()).await.unwrap(), ["B-1", "B-2"]);
    let saved = engine.export_orders(&all_orders()).await.unwrap();
    assert_eq!(saved.rows, 3);
    let bytes = std::fs::read(&saved.path).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("'=Brick") && !text.contains("Buyer"), "{text}");

    let (_other, second) = desk().await;
    let report = second.run_import(input(kind, &bytes)).await.unwrap();
    assert_eq!((report.errors, report.orders_new), (vec![], 2));
    let all = |engine: Engine| async move {
        let orders = engine.details("", None, None, 10).await.unwrap();
        orders.into_iter().map(|order| (order.row, order.status, order.items)).collect::<Vec<_>>()
    };
    assert_eq!(all(second.clone()).await, all(engine.clone()).await);
}

#[tokio::test]
async fn an_import_that_changes_nothing_still_tells_the_pages_that_show_its_run() {
    let (_folder, engine) = desk().await;
    let file = input(ImportKind::Orders(Platform::Bricqer), TABLE.as_bytes());
    engine.run_import(file.clone()).await.unwrap();
    let mut news = engine.events().subscribe();
    engine.run_import(file).await.unwrap();
    let heard: Vec<Event> = std::iter::from_fn(|| news.try_recv().ok()).collect();
    assert_eq!(heard, [Event::DataChanged(vec![CacheTag::Sync, CacheTag::Accounts])]);
}

#[tokio::test]
async fn orders_of_a_file_are_confirmed_and_open_pick_lists_hear_of_it() {
    let (_folder, engine) = desk().await;
    let file = "order_id,date,title,status\nE-1,2026-01-18,Falcon,paid\n";
    engine.run_import(input(ImportKind::Orders(Platform::Ebay), file.as_bytes())).await.unwrap();
    let id = engine.details("", None, None, 1).await.unwrap()[0].row.id;
    let mut news = engine.events().subscribe();
    let request = ConfirmRequest { without_stock: vec![id], ..ConfirmRequest::default() };
    assert_eq!(engine.confirm_orders(&request).await.unwrap().confirmed, 1);
    let heard: Vec<Event> = std::iter::from_fn(|| news.try_recv().ok()).collect();
    let [Event::DataChanged(tags)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!(tags.contains(&CacheTag::PickLists) && tags.contains(&CacheTag::Inventory), "{tags:?}");
}

#[tokio::test]
async fn too_many_ids_to_copy_are_refused() {
    let (_folder, engine) = desk().await;
    let rows: Vec<String> = (0..10_001).map(|order| format!("E-{order},2026-01-18,Falcon")).collect();
    let file = format!("order_id,date,title\n{}", rows.join("\n"));
    engine.run_import(input(ImportKind::Orders(Platform::Ebay), file.as_bytes())).await.unwrap();
    let refused = engine.order_ids(&all_orders()).await.unwrap_err();
    assert_eq!(
        refused.message,
        "10001 order ids are more than the 10000 that can be copied at once: narrow the selection, or export it as CSV"
    );
    assert!(engine.check().await.unwrap().ok);
}

#[tokio::test]
async fn a_folder_that_takes_no_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("downloads"), "a file where the folder should be").unwrap();
    let engine = engine(folder.path()).await;
    let refused = engine.export_units(&all_units()).await.unwrap_err();
    assert_eq!(refused.code, Code::Disk);
    assert!(refused.message.starts_with("the file cannot be saved in "), "{refused}");
}

#[tokio::test]
async fn a_closed_engine_gives_its_folder_back_whoever_still_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = engine(folder.path()).await;
    let forgotten = first.clone();
    first.close().await;
    assert!(!forgotten.can_write());
    engine(folder.path()).await.close().await;
}
