//! The packages that the owner fixed are real dependencies of the product, and nothing else does their work (design
//! decision 12).

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

const FIXED: [&str; 12] = [
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
    "tauri-specta",
];

/// Other HTTP clients, database drivers and time types.
const RIVALS: [&str; 7] = ["ureq", "isahc", "curl", "rusqlite", "diesel", "time", "jiff"];

/// Direct dependencies of the product's packages, each with the packages that have it; tests and tools left out.
fn dependencies() -> BTreeMap<String, Vec<String>> {
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
            if dependency["kind"].is_null() {
                let theirs = dependency["name"].as_str().unwrap_or_default().to_owned();
                dependencies.entry(theirs).or_default().push(name.to_owned());
            }
        }
    }
    dependencies
}

#[test]
fn every_fixed_package_is_used_and_none_has_a_rival() {
    let dependencies = dependencies();
    for fixed in FIXED {
        assert!(dependencies.contains_key(fixed), "{fixed} is no dependency of the product any more");
    }
    for rival in RIVALS {
        assert_eq!(dependencies.get(rival), None, "{rival} does the work of a package that the owner fixed");
    }
    assert_eq!(dependencies["tauri"], ["packlight"], "only the shell knows Tauri");
    assert_eq!(dependencies["sqlx"], ["packlight-store"], "only the store knows SQL");
    assert_eq!(dependencies["printpdf"], ["packlight-documents"], "only documents knows paper");
    assert_eq!(dependencies["reqwest"], ["packlight-spapi"], "only the client speaks HTTP");
}
