//! Log lines on standard error and in the data folder. Nothing that is logged anywhere holds a secret, a query string or an
//! order's content.

use std::path::Path;

use packlight_engine::diagnostics::{LogFile, Redacting};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// Starts logging by `filter` (`PACKLIGHT_LOG`), or the usual one. A filter that cannot be read is told and replaced. The
/// files of `folder` are always written by the usual one: the finer ones of libraries show what goes over the wire.
pub(crate) fn start(filter: Option<&str>, folder: &Path) {
    let (filter, problem) = match filter.map(str::parse::<Targets>) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (usual(), Some(error)),
        None => (usual(), None),
    };
    let file = LogFile::of(folder);
    // Started from a menu, standard error is the system's journal.
    let shown =
        fmt::layer().with_writer(|| Redacting(std::io::stderr())).with_ansi(false).with_filter(filter);
    let kept = fmt::layer().with_writer(move || file.clone()).with_ansi(false).with_filter(usual());
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry().with(shown).with(kept).try_init();
    if let Some(problem) = problem {
        tracing::warn!(%problem, "PACKLIGHT_LOG is not a log filter; the usual one is used");
    }
}

/// What of ours happens, and what goes wrong elsewhere.
fn usual() -> Targets {
    let ours = ["packlight", "packlight_engine", "packlight_desktop"];
    Targets::new().with_default(LevelFilter::WARN).with_targets(ours.map(|part| (part, LevelFilter::INFO)))
}
