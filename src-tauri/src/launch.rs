//! Starting: reads the arguments, builds the app, opens the data folder while the window is being made.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use packlight_engine::diagnostics::keep_panics;
use packlight_engine::environment::Environment;
use packlight_engine::paths;
use tauri::{Manager, RunEvent};

use crate::session::{Desk, Place};
use crate::{bindings, children, logging, window};

const USAGE: &str = "usage: packlight [--demo] [--data-dir DIR]";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    demo: bool,
    data_dir: Option<OsString>,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = Self { demo: false, data_dir: None };
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--demo") => arguments.demo = true,
                Some("--data-dir") => {
                    let folder = words.next().ok_or_else(|| format!("--data-dir needs a folder; {USAGE}"))?;
                    arguments.data_dir = Some(folder);
                }
                _ => return Err(format!("unknown argument '{}'; {USAGE}", word.to_string_lossy())),
            }
        }
        Ok(arguments)
    }
}

/// Runs the app with the arguments behind the program's name, until its window is closed.
pub fn run(words: impl Iterator<Item = OsString>) -> ExitCode {
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
    let specta = bindings::builder();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            let desk = Desk::open(app.handle().clone(), folder, environment, place);
            app.manage(desk.clone());
            window::open(app.handle(), desk, place == Place::Demo)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if matches!(event, RunEvent::Exit) {
                    tauri::async_runtime::block_on(app.state::<Desk>().close());
                }
            });
            ExitCode::SUCCESS
        }
        Err(problem) => refuse(&format!("the window could not be opened: {problem}"), 1),
    }
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
    fn arguments_are_few_and_wrong_ones_are_named() {
        assert_eq!(parse(&[]), Ok(Arguments { demo: false, data_dir: None }));
        assert_eq!(
            parse(&["--demo", "--data-dir", "/tmp/x"]),
            Ok(Arguments { demo: true, data_dir: Some("/tmp/x".into()) })
        );
        assert_eq!(
            parse(&["--deom"]).unwrap_err(),
            "unknown argument '--deom'; usage: packlight [--demo] [--data-dir DIR]"
        );
        assert_eq!(
            parse(&["--data-dir"]).unwrap_err(),
            "--data-dir needs a folder; usage: packlight [--demo] [--data-dir DIR]"
        );
    }
}
