//! Starting: reads the arguments, builds the app, opens the data folder while the window is being made.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use packlight_engine::diagnostics::keep_panics;
use packlight_engine::environment::Environment;
use packlight_engine::paths;
use tauri::{AppHandle, Manager, RunEvent};

use crate::residence::{self, Residence};
use crate::restart::{self, Restart};
use crate::session::{Desk, Place};
use crate::{alerts, bindings, children, demo, logging, window};

const USAGE: &str = "usage: packlight [--demo] [--hidden] [--data-dir DIR]";

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) demo: bool,
    /// Without a window, as the system starts it.
    pub(crate) hidden: bool,
    data_dir: Option<OsString>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = Self { demo: false, hidden: false, data_dir: None };
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--demo") => arguments.demo = true,
                Some("--hidden") => arguments.hidden = true,
                Some("--data-dir") => {
                    let folder = words.next().ok_or_else(|| format!("--data-dir needs a folder; {USAGE}"))?;
                    arguments.data_dir = Some(folder);
                }
                _ => return Err(format!("unknown argument '{}'; {USAGE}", word.to_string_lossy())),
            }
        }
        Ok(arguments)
    }

    /// The words that ask for this.
    pub(crate) fn words(self) -> Vec<OsString> {
        let mut words = Vec::new();
        words.extend(self.demo.then(|| "--demo".into()));
        words.extend(self.hidden.then(|| "--hidden".into()));
        words.extend(self.data_dir.into_iter().flat_map(|folder| ["--data-dir".into(), folder]));
        words
    }
}

/// Runs the app with the arguments behind the program's name, until its window is closed.
pub fn run(words: impl Iterator<Item = OsString>) -> ExitCode {
    packlight_engine::secrets::keep_out_of_dumps();
    let environment = Environment::read(|name| std::env::var_os(name));
    children::prepare_environment();
    let arguments = match Arguments::parse(words) {
        Ok(arguments) => arguments,
        Err(problem) => return refuse(&problem, 2),
    };
    let environment = match environment {
        Ok(environment) => environment,
        Err(problem) => return refuse(&problem, 2),
    };
    let asked = arguments.data_dir.as_deref().map(Path::new).or(environment.data_dir.as_deref());
    // Where the data was moved and cannot be found, the window opens on the folder that it left, and says so.
    let folder = match paths::data_folder(asked).or_else(|_| paths::named_folder(asked)) {
        Ok(folder) => folder,
        Err(problem) => return refuse(&problem, 1),
    };
    logging::start(environment.log.as_deref(), &folder);
    keep_panics(&folder, chrono::Utc::now);
    let place = if arguments.demo { Place::Demo } else { Place::Seller };
    let mut builder = tauri::Builder::default();
    // A second start may come before this one has a desk to show.
    let is_wanted = Arc::new(AtomicBool::new(!arguments.hidden));
    // Before all others: a second start ends here.
    if calls_the_first(cfg!(target_os = "linux"), asked.is_none(), arguments.demo) {
        let is_wanted = Arc::clone(&is_wanted);
        builder = builder.plugin(
            tauri_plugin_single_instance::Builder::new()
                .callback(move |app, words, _| called(app, &words, &is_wanted))
                .dbus_id(instance_id(&known_by(&folder, arguments.demo)))
                .build(),
        );
    }
    #[cfg(not(target_os = "linux"))]
    {
        builder = builder.plugin(crate::autostart_plugin::plugin(asked));
    }
    let app = builder
        .plugin(alerts::plugin())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(bindings::handler())
        .setup(move |app| {
            // What an opened desk tells and asks goes to these, so they come first.
            app.manage(Residence::default());
            app.manage(Restart::new(arguments, environment.clone()));
            alerts::listen(app.handle());
            let desk = Desk::open(app.handle().clone(), folder, environment, place);
            app.manage(desk.clone());
            tauri::async_runtime::spawn(residence::obey_signals(app.handle().clone()));
            // Asked once there is a desk: whoever calls later finds that.
            if is_wanted.load(Ordering::SeqCst) {
                window::open(app.handle(), desk, place == Place::Demo, None)?;
            } else {
                tauri::async_runtime::spawn(residence::hide(app.handle().clone()));
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| match event {
                // The last window is gone and nobody asked to quit.
                RunEvent::ExitRequested { api, code: None, .. } if residence::goes_on(app) => {
                    api.prevent_exit();
                    #[cfg(target_os = "linux")]
                    window::network::end_soon(app);
                }
                RunEvent::ExitRequested { code: Some(_), .. } => window::keep_place(app),
                // The icon in the Dock was clicked, or the app was started once more.
                #[cfg(target_os = "macos")]
                RunEvent::Reopen { .. } => show(app),
                RunEvent::Exit => {
                    // Closing may take a while; who starts meanwhile is a Packlight of its own and waits for the folder.
                    tauri_plugin_single_instance::destroy(app);
                    tauri::async_runtime::block_on(app.state::<Desk>().close());
                    restart::follow(app);
                }
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(problem) => refuse(&format!("the window could not be opened: {problem}"), 1),
    }
}

/// A second start calls the first one, which shows its window unless the system starts it in the background.
fn called(app: &AppHandle, words: &[String], is_wanted: &AtomicBool) {
    if !wants_window(words) {
        return;
    }
    is_wanted.store(true, Ordering::SeqCst);
    show(app);
}

/// Shows the window, from a thread of its own: it waits for the main thread, which may be giving back the name that a call
/// came by, or be the one that asks.
fn show(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn_blocking(move || window::show(&app, None));
}

/// Whether a start with these words, the program's name first, is one with a window.
fn wants_window(words: &[String]) -> bool {
    Arguments::parse(words.iter().skip(1).map(OsString::from)).is_ok_and(|arguments| !arguments.hidden)
}

/// Whether a second start like this one calls the first and ends. Where the plugin takes no id but the program's, that is a
/// start on the usual folder: anybody else would call a Packlight that stands on other data.
fn calls_the_first(has_own_id: bool, is_usual_folder: bool, with_demo: bool) -> bool {
    has_own_id || (is_usual_folder && !with_demo)
}

/// How a second start finds the first one of a data folder: the program's identifier and a hash of the folder, which is the
/// same before the folder is made.
fn instance_id(folder: &Path) -> String {
    let whole = paths::real(folder);
    format!("io.packlight.desktop.f{:016x}", xxhash_rust::xxh3::xxh3_64(whole.as_os_str().as_encoded_bytes()))
}

/// The folder by whose name a start is known: the seller's, and the demo's own for one with the demo. Where a Packlight of
/// the seller's folder shows the demo already, that one is called.
fn known_by(folder: &Path, with_demo: bool) -> PathBuf {
    if !with_demo {
        return folder.to_owned();
    }
    let demo = demo::folder(folder);
    #[cfg(target_os = "linux")]
    if demo::is_shown_elsewhere(folder) && !is_running(&instance_id(&demo)) {
        return folder.to_owned();
    }
    demo
}

/// Whether a first start goes by this name. Where the session bus does not say, it may.
#[cfg(target_os = "linux")]
fn is_running(id: &str) -> bool {
    const BUS: &str = "org.freedesktop.DBus";
    let asked = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let name = format!("{id}.SingleInstance");
        let owned = bus.call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), "NameHasOwner", &name)?;
        owned.body().deserialize()
    };
    asked().unwrap_or(true)
}

/// Says why there will be no window: to whoever started the app on a terminal, so in one plain line and not as a log.
fn refuse(problem: &dyn std::fmt::Display, code: u8) -> ExitCode {
    // Where nobody can be told, the exit code has to do.
    let _ = writeln!(std::io::stderr(), "packlight: {problem}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, String> {
        Arguments::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn a_second_start_in_the_background_opens_no_window() {
        let wants = |words: &[&str]| wants_window(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(wants(&["packlight"]));
        assert!(wants(&["packlight", "--data-dir", "--hidden"]), "that is the name of a folder");
        assert!(!wants(&["packlight", "--hidden", "--data-dir", "/tmp/x"]));
    }

    #[test]
    fn nobody_calls_a_packlight_that_stands_on_other_data() {
        for with_demo in [false, true] {
            assert!(calls_the_first(true, false, with_demo), "by an id of its own");
            assert!(!calls_the_first(false, false, with_demo));
        }
        assert!(calls_the_first(false, true, false));
        assert!(!calls_the_first(false, true, true), "the demo would answer for the seller");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_goes_by_one_name_before_it_is_made_and_whatever_link_leads_to_it() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("disk")).unwrap();
        std::os::unix::fs::symlink(home.path().join("disk"), home.path().join("ann")).unwrap();
        let shop = home.path().join("ann/share/shop");
        let first = instance_id(&shop);
        std::fs::create_dir_all(&shop).unwrap();
        assert_eq!(instance_id(&shop), first, "the second start finds the first");
        assert_eq!(instance_id(&home.path().join("disk/share/shop")), first);
        assert_ne!(instance_id(&home.path().join("disk/share")), first);
    }

    #[test]
    fn arguments_are_few_and_wrong_ones_are_named() {
        assert_eq!(parse(&[]), Ok(Arguments { demo: false, hidden: false, data_dir: None }));
        assert_eq!(
            parse(&["--demo", "--hidden", "--data-dir", "/tmp/x"]),
            Ok(Arguments { demo: true, hidden: true, data_dir: Some("/tmp/x".into()) })
        );
        for words in [&[][..], &["--demo"], &["--hidden", "--data-dir", "--hidden"]] {
            assert_eq!(parse(words).unwrap().words(), words, "said again as they were");
        }
        assert_eq!(
            parse(&["--deom"]).unwrap_err(),
            "unknown argument '--deom'; usage: packlight [--demo] [--hidden] [--data-dir DIR]"
        );
        assert_eq!(
            parse(&["--data-dir"]).unwrap_err(),
            "--data-dir needs a folder; usage: packlight [--demo] [--hidden] [--data-dir DIR]"
        );
    }
}
