//! Log lines on standard error and in the data folder. Nothing that is logged anywhere holds a secret, a query string or an
//! order's content.

use std::path::Path;

use packlight_engine::diagnostics::{LogFile, Redacting};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

const USUAL: &str = "warn,packlight=info,packlight_engine=info,packlight_desktop=info";

/// Starts logging by `filter` (`PACKLIGHT_LOG`), or the usual one. A filter that cannot be read is told and replaced. The
/// files of `folder` are always written by the usual one: the finer ones of libraries show what goes over the wire.
pub(crate) fn start(filter: Option<&str>, folder: &Path) {
    let (filter, problem) = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(USUAL), Some(error)),
        None => (EnvFilter::new(USUAL), None),
    };
    let file = LogFile::of(folder);
    // Started from a menu, standard error is the system's journal.
    let shown =
        fmt::layer().with_writer(|| Redacting(std::io::stderr())).with_ansi(false).with_filter(filter);
    let kept =
        fmt::layer().with_writer(move || file.clone()).with_ansi(false).with_filter(EnvFilter::new(USUAL));
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry().with(shown).with(kept).try_init();
    if let Some(problem) = problem {
        tracing::warn!(%problem, "PACKLIGHT_LOG is not a log filter; the usual one is used");
    }
}
