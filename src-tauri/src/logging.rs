//! Log lines on standard error. Nothing that is logged anywhere holds a secret, a query string or an order's content.

use tracing_subscriber::EnvFilter;

const USUAL: &str = "warn,packlight=info,packlight_engine=info,packlight_desktop=info";

/// Starts logging by `filter` (`PACKLIGHT_LOG`), or the usual one. A filter that cannot be read is told and replaced.
pub(crate) fn start(filter: Option<&str>) {
    let (filter, problem) = match filter.map(EnvFilter::try_new) {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(USUAL), Some(error)),
        None => (EnvFilter::new(USUAL), None),
    };
    let logger =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A second start in one process (tests) keeps the first.
    let _ = logger.try_init();
    if let Some(problem) = problem {
        tracing::warn!(%problem, "PACKLIGHT_LOG is not a log filter; the usual one is used");
    }
}
