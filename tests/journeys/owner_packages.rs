//! The packages that the owner fixed are real dependencies of the product, and nothing else does their work (design
//! decision 12).

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

const FIXED: [&str; 11] = [
    "tauri",
    "tokio",
    "reqwest",
    "sqlx",
    "serde",
    "chrono",
    "rust_decimal",
    "printpdf",
    "tauri-plugin-notification",
    "tauri-plugin-store",
    "specta",
];

/// Makes the window's bindings from the commands; the program itself needs it no more than the window needs a compiler.
const GENERATOR: &str = "tauri-specta";

/// Other HTTP clients, database drivers and time types.
const RIVALS: [&str; 7] = ["ureq", "isahc", "curl", "rusqlite", "diesel", "time", "jiff"];

/// Direct dependencies of the product's packages, each with the packages that have it; test packages and tools left out.
/// `kind` is `None` for what the program is made of, else cargo's word.
fn dependencies(kind: Option<&str>) -> BTreeMap<String, Vec<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo describes the workspace");
    let mut dependencies: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("it has packages") {
        let name = package["name"].as_str().unwrap_or_default();
        if matches!(name, "packlight-tests" | "xtask") {
            continue;
        }
        for dependency in package["dependencies"].as_array().expect("each has a list") {
            if dependency["kind"].as_str() == kind {
                let theirs = dependency["name"].as_str().unwrap_or_default().to_owned();
                dependencies.entry(theirs).or_default().push(name.to_owned());
            }
        }
    }
    dependencies
}

#[test]
fn every_fixed_package_is_used_and_none_has_a_rival() {
    assert_eq!(
        dependencies(Some("dev")).get(GENERATOR).map(Vec::as_slice),
        Some(&["packlight".to_owned()][..])
    );
    let dependencies = dependencies(None);
    for fixed in FIXED {
        assert!(dependencies.contains_key(fixed), "{fixed} is no dependency of the product any more");
    }
    for rival in RIVALS {
        assert_eq!(dependencies.get(rival), None, "{rival} does the work of a package that the owner fixed");
    }
    assert_eq!(dependencies["tauri"], ["packlight"], "only the shell knows Tauri");
    assert_eq!(dependencies["sqlx"], ["packlight-store"], "only the store knows SQL");
    assert_eq!(dependencies["printpdf"], ["packlight-documents"], "only documents knows paper");
    let mut speakers = dependencies["reqwest"].clone();
    speakers.sort();
    let why = "only the client speaks HTTP, and the shell says whom the updater's own client may follow";
    assert_eq!(speakers, ["packlight", "packlight-spapi"], "{why}");
}
