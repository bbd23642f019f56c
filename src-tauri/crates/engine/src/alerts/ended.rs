//! How the last try to read an account ended: whether it waits for the seller, and what an alert says of it.

use crate::status::SyncState;

/// Whether what was tried last ended because the seller has to do something first; nothing while a try goes on, which says
/// nothing yet, or waits for Amazon's limit.
pub(super) fn ends_as_refused(state: &SyncState) -> Option<bool> {
    match state {
        SyncState::Refused { .. } => Some(true),
        SyncState::Running { .. } | SyncState::Throttled { .. } => None,
        SyncState::Idle | SyncState::Offline { .. } | SyncState::Failed { .. } => Some(false),
    }
}

/// What an alert says about a sync that fails.
pub(super) fn reason(state: &SyncState) -> Option<String> {
    match state {
        SyncState::Refused { message, .. } | SyncState::Failed { message, .. } => Some(message.clone()),
        SyncState::Offline { .. } => {
            Some("Amazon cannot be reached: check the network. Packlight keeps trying by itself".to_owned())
        }
        SyncState::Throttled { .. } => Some("Amazon's limit holds it up: it goes on by itself".to_owned()),
        SyncState::Idle | SyncState::Running { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::error::Code;

    #[test]
    fn a_try_that_goes_on_or_waits_is_no_end_of_a_refusal() {
        let now = DateTime::UNIX_EPOCH;
        let running =
            |pages| SyncState::Running { started_at: now, pages, orders_seen: 0, new: 0, changed: 0 };
        for (state, ends) in [
            (running(0), None),
            (running(1), None),
            (SyncState::Throttled { until: now }, None),
            (SyncState::Idle, Some(false)),
            (SyncState::Refused { code: Code::AccessDenied, message: String::new() }, Some(true)),
        ] {
            assert_eq!(ends_as_refused(&state), ends, "{state:?}");
        }
    }
}
