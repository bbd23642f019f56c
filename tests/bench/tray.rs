//! The app in the tray, its window closed: how often it wakes, what it computes, and what memory it holds.
//!
//! A connected seller's app that polls as it does by itself, and the emptiest tray icon beside it, both watched from
//! outside by `/proc`: running time and wake-ups of every thread, added up over ten minutes. Memory is taken before in runs of
//! their own, in turns, five seconds after what each program is about: the web view is gone, or the empty window is there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use packlight_tests::program::Program;
use packlight_tests::seated::Seated;
use packlight_tests::session_bus::SessionBus;

use crate::turns::{Goal, Samples, Unit};

/// How often memory is taken of each.
const ROUNDS: usize = 5;
const SETTLED: Duration = Duration::from_secs(5);
/// How long a tray that was just reached is left alone before it counts as idle: two minutes after a start the backup of the
/// night is made, once a day.
const IDLE: Duration = Duration::from_mins(3);
/// Ten minutes.
const STRETCHES: u32 = 120;
const STRETCH: Duration = Duration::from_secs(5);

/// A thousandth of a core, and a wake-up a second, over ten minutes.
const RUNNING: Goal = Goal::Most(600_000_000);
const WOKEN: Goal = Goal::Most(600);
const OF_A_WINDOW: Goal = Goal::Ratio(750);
const OF_A_TRAY: Goal = Goal::Ratio(1_100);

/// All of it. The app is the one that the environment names for desktop tests; `examples` holds the controls.
pub(crate) async fn measure(examples: &Path) -> Result<Vec<Samples>> {
    let app = std::env::var_os("PACKLIGHT_DESKTOP_APP").map(PathBuf::from).context("no app is named")?;
    let bus = SessionBus::start(true)?;
    let (tray, window) = (examples.join("empty_tray"), examples.join("empty_window"));
    let mut beside_tray = Samples::of("memory in the tray, PSS of all processes", &[OF_A_TRAY])
        .counting(Unit::Bytes)
        .against("empty tray");
    let mut beside_window = Samples::of("memory in the tray, PSS of all processes", &[OF_A_WINDOW])
        .counting(Unit::Bytes)
        .against("empty window");
    for round in 0..ROUNDS {
        eprintln!("  memory, round {} of {ROUNDS}", round + 1);
        let seated = in_the_tray(&app, &bus).await?;
        let ours = seated.app.memory()?;
        drop(seated);
        let empty = begun(&tray, &bus)?;
        close(&empty)?;
        beside_tray.push_both(ours, empty.memory()?);
        drop(empty);
        let empty = begun(&window, &bus)?;
        beside_window.push_both(ours, empty.memory()?);
    }
    let mut running = Samples::of("running in ten minutes", &[RUNNING]).against("empty tray");
    let mut woken =
        Samples::of("wake-ups in ten minutes", &[WOKEN]).counting(Unit::Count).against("empty tray");
    let seated = in_the_tray(&app, &bus).await?;
    let empty = begun(&tray, &bus)?;
    close(&empty)?;
    std::thread::sleep(IDLE);
    let mut before = (seated.app.usage(), empty.usage());
    let (mut ours, mut control) = ((0, 0), (0, 0));
    // In short stretches, because a thread that ends takes its figures along.
    for stretch in 0..STRETCHES {
        if stretch % 12 == 0 {
            eprintln!("  {} of 10 minutes", stretch / 12);
        }
        std::thread::sleep(STRETCH);
        let now = (seated.app.usage(), empty.usage());
        let (more, more_control) = (now.0.since(&before.0), now.1.since(&before.1));
        ours = (ours.0 + more.0, ours.1 + more.1);
        control = (control.0 + more_control.0, control.1 + more_control.1);
        before = now;
    }
    running.push_both(ours.0, control.0);
    woken.push_both(ours.1, control.1);
    Ok(vec![running, woken, beside_tray, beside_window])
}

/// A seller's app whose first import is over and whose window was closed.
async fn in_the_tray(app: &Path, bus: &SessionBus) -> Result<Seated> {
    let seated = Seated::start(app, bus.address()).await?;
    seated.app.wait_for_page(true)?;
    seated.imported().await?;
    std::thread::sleep(SETTLED);
    close(&seated.app)?;
    Ok(seated)
}

/// One of the controls, with its window.
fn begun(program: &Path, bus: &SessionBus) -> Result<Program> {
    let program = Program::start(
        Command::new(program)
            .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )?;
    program.wait_for_page(true)?;
    std::thread::sleep(SETTLED);
    Ok(program)
}

fn close(program: &Program) -> Result<()> {
    program.close_window()?;
    program.wait_for_page(false)?;
    std::thread::sleep(SETTLED);
    Ok(())
}
