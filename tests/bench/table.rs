//! The table in the real window: what a page costs to cross, how soon a jump is drawn, and how much is drawn at all.
//!
//! Ten rounds of a hundred jumps (the scrollbar anywhere, End, Home, and pages up and down from there) by a script in the
//! page (`table.js`). After each round the page asks once more for every page that the table had asked for and draws none
//! of them, in turns with a question that the core answers from memory: so the price of drawing is told from that of
//! crossing, and that of reading a page from that of any question. Then it rests for a hundred frames, the control of frames.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use packlight_tests::desktop::{Window, in_a_window};
use serde::Deserialize;
use serde_json::json;

use crate::turns::{Goal, Samples, Unit};

const ROUNDS: u64 = 10;
const JUMPS: u64 = 100;

const MILLISECOND: u64 = 1_000_000;
const CROSSING: Goal = Goal::P95(6 * MILLISECOND);
const PAGE_BYTES: Goal = Goal::Most(48_000);
const DRAWN: Goal = Goal::P95(60 * MILLISECOND);
const LONG_TASK: Goal = Goal::Most(100 * MILLISECOND);
const ROWS: Goal = Goal::Most(80);

/// What is seen in a round. Times in microseconds.
#[derive(Deserialize)]
struct Round {
    /// From each jump to the moment when its rows were drawn.
    jumps: Vec<u64>,
    /// From frame to frame.
    frames: Vec<u64>,
    /// Most elements with the role of a row, those of the head among them.
    nodes: u64,
    /// The last row of all that were seen whole, counted from 1.
    last: u64,
    /// Rows that could be compared with what the core had answered for their place, and how many were others.
    checked: u64,
    wrong: u64,
    /// What the table asked for. These times are whole ticks of the web view's clock, milliseconds; all in all right.
    pages: Vec<Crossed>,
    /// How long the same took when it was asked again, and a question that is answered from memory.
    again: Vec<u64>,
    nothing: Vec<u64>,
    /// From frame to frame while nothing happens.
    rest: Vec<u64>,
}

/// An answer that came.
#[derive(Deserialize)]
struct Crossed {
    took: u64,
    bytes: u64,
}

/// All of it, on the database in `folder`. The app is the one that the environment names for desktop tests.
pub(crate) async fn measure(folder: &Path, orders: u64) -> Result<Vec<Samples>> {
    let folder = folder.to_str().context("the folder's name is no text")?;
    let mut rounds = Vec::new();
    in_a_window(&["--data-dir", folder], &[], async |window| {
        rounds = jump_about(window, orders).await?;
        Ok(())
    })
    .await?;
    ensure!(!rounds.is_empty(), "no app was opened");
    samples(&rounds, orders)
}

async fn jump_about(window: &Window, orders: u64) -> Result<Vec<Round>> {
    let filled = "const grid = document.querySelector(\"[data-testid='orders-table']\");
        return Number(grid?.getAttribute('aria-rowcount')) === arguments[0] + 1
            && /\\d{3}-\\d{7}-\\d{7}/.test(grid.textContent);";
    window.wait_for::<bool>("a table of all orders", filled, &[json!(orders)]).await?;
    let _: bool = window.ask(concat!(include_str!("table.js"), "return true;"), &[]).await?;
    let round = "const done = arguments[arguments.length - 1];
        window.bench(arguments[0], arguments[1]).then(done, (error) => done({ error: String(error) }));";
    let mut rounds = Vec::new();
    for number in 0..ROUNDS {
        eprintln!("  round {} of {ROUNDS}", number + 1);
        rounds.push(window.play(round, &[json!(JUMPS), json!(number + 1)]).await?);
    }
    Ok(rounds)
}

fn samples(rounds: &[Round], orders: u64) -> Result<Vec<Samples>> {
    let mut drawing =
        Samples::of("a page over IPC while the table draws", &[CROSSING]).against("the same page, not drawn");
    let mut crossing =
        Samples::of("a page over IPC, not drawn", &[CROSSING]).against("a question answered from memory");
    let mut bytes = Samples::of("size of a page over IPC", &[PAGE_BYTES]).counting(Unit::Bytes);
    let mut jumps = Samples::of("from a jump to its rows drawn", &[DRAWN]);
    let mut gaps = Samples::of("longest time between two frames, each 100 jumps", &[LONG_TASK])
        .against("longest at rest");
    let mut nodes = Samples::of("row elements in the document", &[ROWS]).counting(Unit::Count);
    let mut last = Samples::of("last row seen at the end", &[Goal::Least(orders)]).counting(Unit::Count);
    for round in rounds {
        ensure!(!round.pages.is_empty(), "no page was seen to cross: is IPC still a fetch?");
        let asked = round.pages.len();
        ensure!(
            [round.again.len(), round.nothing.len()] == [asked, asked],
            "{asked} pages were asked for, {} again",
            round.again.len()
        );
        ensure!(
            round.wrong == 0 && round.checked >= JUMPS,
            "{} of {} rows are not the orders of their places",
            round.wrong,
            round.checked
        );
        for ((page, again), nothing) in round.pages.iter().zip(&round.again).zip(&round.nothing) {
            drawing.push(micros(page.took));
            drawing.push_control(micros(*again));
            crossing.push(micros(*again));
            crossing.push_control(micros(*nothing));
            bytes.push_number(page.bytes);
        }
        round.jumps.iter().for_each(|took| jumps.push(micros(*took)));
        gaps.push(micros(round.frames.iter().copied().max().unwrap_or(0)));
        gaps.push_control(micros(round.rest.iter().copied().max().unwrap_or(0)));
        nodes.push_number(round.nodes);
        last.push_number(round.last);
    }
    Ok(vec![crossing, drawing, bytes, jumps, gaps, nodes, last])
}

fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}
