//! `packlight-cli`: the order desk without a window, for scripts, servers and people who like a prompt.
//!
//! Standard output carries the result and nothing else: with `--json` exactly one JSON value, otherwise tables and
//! sentences. Progress, questions and errors go to standard error; the exit code says how it ended.

use std::io;
use std::process::ExitCode;

mod account;
mod arguments;
mod backup;
mod check;
mod confirming;
mod credentials;
mod desk;
mod exit;
mod imports;
mod inventory;
mod matching;
mod orders;
mod output;
mod picking;
mod progress;
mod shapes;
mod sync;
mod table;

use arguments::{Arguments, Command, Parsed};
use exit::{Exit, Failure};
use output::Output;
use packlight_engine::diagnostics::Redacting;
use packlight_engine::environment::Environment;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    // Before anybody is asked for a secret.
    packlight_engine::secrets::keep_out_of_dumps();
    let mut output = Output::new(Box::new(io::stdout().lock()), false);
    let ended = match arguments::parse(std::env::args_os()) {
        Parsed::Run(arguments) => {
            output.use_json(arguments.json);
            run(&arguments, &mut output)
        }
        Parsed::Told { text, json } => {
            output.use_json(json);
            output.told(&text).map(|()| Exit::Done).map_err(Failure::from)
        }
        Parsed::Wrong { message, json } => {
            output.use_json(json);
            Err(Failure::usage(message))
        }
    };
    output.end(ended).into()
}

/// Sets the process up and runs one command in it.
fn run(arguments: &Arguments, output: &mut Output<'_>) -> Result<Exit, Failure> {
    let environment = Environment::read(|name| std::env::var_os(name))
        .map_err(|error| Failure::usage(error.to_string()))?;
    start_log(environment.log.as_deref())?;
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::internal(format!("no threads can be started ({error})")))?;
    let ended = runtime.block_on(serve(arguments, environment, output));
    // A keychain that never answers, or a question that nobody answers, must not keep the process alive.
    runtime.shutdown_background();
    ended
}

async fn serve(
    arguments: &Arguments,
    environment: Environment,
    output: &mut Output<'_>,
) -> Result<Exit, Failure> {
    let desk = desk::Desk { arguments, environment };
    match &arguments.command {
        Command::Account(command) => account::run(&desk, command, output).await,
        Command::Sync(command) => sync::run(&desk, command, output).await,
        Command::Orders(command) => orders::run(&desk, command, output).await,
        Command::Inventory(command) => inventory::run(&desk, command, output).await,
        Command::Match(command) => matching::run(&desk, command, output).await,
        Command::Confirm(command) => confirming::run(&desk, command, output).await,
        Command::PickList(command) => picking::run(&desk, command, output).await,
        Command::Backup(command) => backup::make(&desk, command, output).await,
        Command::Restore(command) => backup::restore(&desk, command, output).await,
        Command::Check => check::run(&desk, output).await,
    }
}

/// Logs to standard error what `PACKLIGHT_LOG` asks for, warnings by default.
fn start_log(filter: Option<&str>) -> Result<(), Failure> {
    let filter = filter.unwrap_or("warn");
    let asked: Targets = filter.parse().map_err(|_| {
        Failure::usage(format!(
            "PACKLIGHT_LOG '{filter}' is no log filter: use a level such as info, or packlight_engine=debug"
        ))
    })?;
    logging(asked, io::stderr).init();
    Ok(())
}

/// What is asked for, written to `out` without what must not be kept, as in the window's logs: scripts keep these lines.
fn logging<W: io::Write + 'static>(
    asked: Targets,
    out: impl Fn() -> W + Send + Sync + 'static,
) -> impl tracing::Subscriber + Send + Sync {
    // Libraries below HTTP print headers and bodies at their finest levels, and with them tokens.
    let quiet = ["hyper", "hyper_util", "reqwest", "rustls", "zbus"].map(|part| (part, LevelFilter::WARN));
    let shown = tracing_subscriber::fmt::layer().with_writer(move || Redacting(out()));
    tracing_subscriber::registry().with(shown).with(asked.with_targets(quiet))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_scripts_keep_of_the_log_holds_no_secret_and_no_order() {
        let page = Page::default();
        let log = logging("warn".parse().unwrap(), {
            let page = page.clone();
            move || page.clone()
        });
        tracing::subscriber::with_default(log, || {
            tracing::warn!("Amazon said Atza|canary of 203-1234567-7654321");
        });
        let kept = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert!(kept.contains("Amazon said [redacted] of"), "{kept}");
        assert!(!kept.contains("canary") && !kept.contains("7654321"), "{kept}");
    }
}
