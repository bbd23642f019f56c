//! Packlight without a window: in the tray of a desktop, telling of orders, opened again by a click.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use packlight_engine::lock::Lock;
use packlight_tests::desktop::{Window, in_a_window};
use packlight_tests::program::{DEADLINE, WindowAt, wait_for};
use packlight_tests::seated::Seated;
use packlight_tests::session_bus::{SessionBus, Shown};

/// The built app, or a word that there is none.
#[allow(clippy::print_stderr, reason = "a skipped test has to say so")]
fn app() -> Option<PathBuf> {
    let app = env::var_os("PACKLIGHT_DESKTOP_APP").map(PathBuf::from);
    if app.is_none() {
        eprintln!(
            "skipped: PACKLIGHT_DESKTOP_APP names no app; `cargo xtask test desktop` builds one and runs this"
        );
    }
    app
}

/// The one notification behind the `known` first.
fn one(bus: &SessionBus, known: usize) -> Result<Shown> {
    let mut new = bus.more_than(known)?;
    ensure!(new.len() == 1, "one notification was expected: {new:?}");
    Ok(new.remove(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_window_closed_orders_are_told_once_and_a_click_opens_the_window() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    let bus = SessionBus::start(true)?;
    let mut seated = Seated::start(&app, bus.address()).await?;
    seated.app.wait_for_page(true)?;
    seated.imported().await?;
    let picture = bus.icon()?;
    ensure!(Path::new(&picture).is_file(), "the icon's picture is not at {picture}");
    let place = WindowAt { x: 70, y: 50, width: 1_180, height: 720 };
    seated.app.place_window(place)?;

    seated.app.close_window()?;
    seated.app.wait_for_page(false)?;
    seated.app.wait_for_no_web_process()?;
    let notice = one(&bus, 0)?;
    ensure!(notice.title == "Packlight goes on in the tray", "a first import raises none: {notice:?}");
    ensure!(seated.app.ended()?.is_none(), "the app has ended");

    let order = seated.place(1).remove(0);
    bus.choose("Sync now")?;
    let alert = one(&bus, 1)?;
    ensure!(alert.title == "1 order, £21.55" && alert.clickable, "{alert:?}");
    ensure!(alert.body == format!("{order} · Bonsai &lt;Tree&gt; &amp; Pot"), "{alert:?}");
    bus.click(&alert)?;
    seated.app.wait_for_page(true)?;
    seated.opened_at(&order).await?;
    let again = seated.app.window_place()?;
    ensure!(again == place, "it stood at {place:?} and is made anew at {again:?}");
    seated.app.close_window()?;
    seated.app.wait_for_page(false)?;
    bus.choose("Open Packlight")?;
    seated.app.wait_for_page(true)?;

    seated.app.close_window()?;
    seated.app.wait_for_page(false)?;
    seated.place(50);
    bus.choose("Sync now")?;
    let alert = one(&bus, 2)?;
    ensure!(alert.title == "50 orders, £1,077.50", "{alert:?}");

    // Another start brings the window of the first, and ends.
    let second = Command::new(&app)
        .env("PACKLIGHT_DATA_DIR", seated.data())
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .status()?;
    ensure!(second.success(), "the second start ended with {second}");
    seated.app.wait_for_page(true)?;
    ensure!(bus.shown().len() == 3, "closing is explained once: {:?}", bus.shown());

    bus.choose("Quit")?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_icon_follows_how_the_desk_stands_and_its_menu_pauses_and_resumes() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    let bus = SessionBus::start(true)?;
    let (mut seated, ()) = Seated::start_with(&app, bus.address(), &["--hidden"], |_| Ok(())).await?;
    seated.imported().await?;
    let fine = bus.picture_with("Packlight · next at")?;
    bus.choose("For 1 hour")?;
    ensure!(bus.picture_with("Packlight · paused until")? == fine, "who pauses is not late");
    bus.choose("Resume")?;
    bus.picture_with("Packlight · next at")?;

    seated.grant(false);
    bus.choose("Sync now")?;
    ensure!(bus.picture_with("Packlight: needs you")? != fine, "the icon says that all is well");
    seated.grant(true);
    bus.choose("Sync now")?;
    ensure!(bus.picture_with("Packlight · next at")? == fine, "the icon still says that something is wrong");
    bus.choose("Quit")?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_icons_are_shown_closing_quits_and_says_so_once() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    let bus = SessionBus::start(false)?;
    let mut seated = Seated::start(&app, bus.address()).await?;
    seated.app.wait_for_page(true)?;
    seated.imported().await?;
    seated.app.close_window()?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    let notice = one(&bus, 0)?;
    ensure!(notice.title == "Packlight has quit", "{notice:?}");
    ensure!(notice.body.contains("this desktop shows no tray icons"), "{notice:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_system_ends_it_in_good_order() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    let bus = SessionBus::start(true)?;
    let mut seated = Seated::start(&app, bus.address()).await?;
    seated.app.wait_for_page(true)?;
    seated.app.terminate()?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    let log = seated.data().join("packlight.db-wal");
    ensure!(std::fs::metadata(&log).map_or(0, |log| log.len()) == 0, "the database was not closed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_in_the_background_takes_up_work_once_another_packlight_is_done() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    let bus = SessionBus::start(true)?;
    let (mut seated, held) =
        Seated::start_with(&app, bus.address(), &["--hidden"], |data| Ok(Lock::acquire(data)?)).await?;
    bus.icon()?;
    wait_for("a desk that waits", DEADLINE, || {
        let menu = bus.menu().unwrap_or_default();
        Ok(menu.iter().any(|(_, text)| text == "Packlight: waits for its data").then_some(()))
    })?;
    ensure!(bus.shown().is_empty(), "nothing has failed: {:?}", bus.shown());
    // A start by the system finds it running, and shows nothing.
    let in_background = Command::new(&app)
        .arg("--hidden")
        .env("PACKLIGHT_DATA_DIR", seated.data())
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .status()?;
    ensure!(in_background.success(), "the second start ended with {in_background}");
    drop(held);
    seated.imported().await?;
    seated.app.wait_for_page(false)?;
    bus.choose("Quit")?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    Ok(())
}

/// Started anew by itself, because the disk is back that its data was moved to.
async fn starts_anew(app: &Path, arguments: &[&str], has_window: bool) -> Result<()> {
    let bus = SessionBus::start(true)?;
    let (mut seated, (away, disk)) = Seated::start_with(app, bus.address(), arguments, |data| {
        let (away, disk) = (data.with_file_name("away"), data.with_file_name("disk"));
        std::fs::rename(data, &away)?;
        std::fs::create_dir(data)?;
        let sign = serde_json::json!({ "folder": disk });
        std::fs::write(data.join("packlight.moved"), sign.to_string())?;
        Ok((away, disk))
    })
    .await?;
    seated.app.wait_for_page(has_window)?;
    bus.icon()?;
    std::fs::rename(&away, &disk)?;
    let ended = seated.app.wait()?;
    ensure!(ended.success(), "it ended with {ended}");
    // Orders come only to who can open the vault, and its passphrase is in the environment that it was started with.
    Seated::imported_into(&disk).await?;
    seated.app.wait_for_page(has_window)?;
    bus.choose("Quit")?;
    wait_for("the end of the second", DEADLINE, || Ok(Lock::acquire(&disk).ok()))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_by_itself_keeps_the_passphrase_and_opens_no_window_where_there_was_none() -> Result<()> {
    let Some(app) = app() else { return Ok(()) };
    starts_anew(&app, &["--hidden"], false).await?;
    starts_anew(&app, &[], true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_an_alert_goes_to_its_order_in_an_open_window() -> Result<()> {
    if app().is_none() {
        return Ok(());
    }
    let bus = SessionBus::start(true)?;
    let own_bus = ("DBUS_SESSION_BUS_ADDRESS", bus.address());
    in_a_window(&["--demo"], &[own_bus], async |window: &Window| {
        // The demo's buyers order all the time; an alert that tells of one order names it.
        let alert = wait_for("an alert of one order", Duration::from_mins(4), || {
            Ok(bus.shown().into_iter().find(|shown| shown.title.starts_with("Demo seller: 1 order")))
        })?;
        let order = alert.body.split(" · ").next().context("no order in the alert")?.to_owned();
        bus.click(&alert)?;
        let script = "const drawer = document.querySelector(\"[data-testid='order-drawer']\");
            return location.hash.includes('order=') && (drawer?.innerText ?? '').includes(arguments[0]);";
        let what = format!("the drawer of {order}");
        window.wait_for::<bool>(&what, script, &[serde_json::json!(order)]).await?;
        Ok(())
    })
    .await
}
