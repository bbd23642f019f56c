//! The watch goes on whatever happens in it: a seller who is told of nothing any more takes that for good news.
//!
//! One that ended without being told to is begun anew after a pause, and until its first look the desk stands late.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Bell, DeskState, Standing};
use crate::desk::Engine;

/// How long after one watch the next begins: what makes it panic may be what waits to be told.
const AGAIN: Duration = Duration::from_mins(1);

/// Watches until `stop`.
pub(super) async fn keep_watching(
    engine: Engine,
    bell: Arc<dyn Bell>,
    standing: watch::Sender<Standing>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let watching = super::watch(engine.clone(), Arc::clone(&bell), standing.clone(), stop.clone());
        // A task of its own is as far as a panic comes; it was logged where it happened.
        let _ = tokio::spawn(watching).await;
        if stop.is_cancelled() {
            return;
        }
        tracing::error!("the watch over the desk ended by itself, and is begun anew");
        standing.send_modify(|now| now.state = DeskState::Late);
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}
