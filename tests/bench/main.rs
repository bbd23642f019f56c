//! The benchmark of the order desk without its window: how fast orders are kept and found, and
//! how fast pick lists become paper.
//!
//! It takes samples, ours and the control's in turns, and judges nothing: `cargo xtask bench` runs it, says what the
//! samples mean and holds them against the goals. Its answer is JSON in the file that `--out` names.

#![allow(clippy::print_stderr, reason = "a benchmark shows on the terminal how far it is")]

mod by_hand;
mod counters;
mod database;
mod ingest;
mod orders;
mod pick_list;
mod plain;
mod random_writes;
mod reading;
mod recount;
#[cfg(target_os = "linux")]
mod table;
#[cfg(target_os = "linux")]
mod tray;
mod turns;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::json;

/// How many orders the databases hold that are read.
const SIZES: [u64; 2] = [100_000, 1_000_000];

fn main() -> Result<()> {
    let (mut folder, mut out, mut words) = (None, None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo says this to every benchmark.
            "--bench" => {}
            "--folder" => folder = arguments.next().map(PathBuf::from),
            "--out" => out = arguments.next().map(PathBuf::from),
            _ => words.push(argument),
        }
    }
    // Where the benchmark is run by something that wants a list of tests, it has none.
    let (Some(folder), Some(out)) = (folder, out) else {
        eprintln!("nothing was measured: `cargo xtask bench` runs this");
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = runtime.block_on(async {
        match words.as_slice() {
            ["ingest"] => Ok(json!(ingest::measure(&folder).await?)),
            ["reading"] => {
                let mut all = Vec::new();
                for size in SIZES {
                    all.extend(reading::measure(&database::ready(&folder, size).await?, size).await?);
                }
                Ok(json!(all))
            }
            ["counters", orders, writes] => {
                let orders = orders.parse()?;
                let kept = database::ready(&folder, orders).await?;
                Ok(json!(counters::measure(&folder, &kept, orders, writes.parse()?).await?))
            }
            #[cfg(target_os = "linux")]
            ["table", orders] => {
                let orders = orders.parse()?;
                Ok(json!(table::measure(&database::ready(&folder, orders).await?, orders).await?))
            }
            #[cfg(target_os = "linux")]
            ["tray", examples] => Ok(json!(tray::measure(examples.as_ref()).await?)),
            ["paper"] => Ok(json!(pick_list::measure(&folder)?)),
            ["paper", pages, bars] => Ok(json!(pick_list::once(&folder, pages.parse()?, *bars == "bars")?)),
            ["database", orders] => Ok(json!(database::ready(&folder, orders.parse()?).await?)),
            words => bail!("unknown words {words:?}"),
        }
    })?;
    fs::write(&out, answer.to_string()).with_context(|| format!("cannot write {}", out.display()))
}
