//! The fault catalogue, rows 1 to 46: what a seller reads and sees when Amazon, the network or the limits misbehave.
//!
//! Each row is played twice: in a process of `packlight-cli` over real sockets, where its line on standard error and the
//! exit code count, and with an engine in this process, where the status that the window shows counts. In both, what was
//! read stays readable, nothing is lost, and the next sync after the fault is a good one. Rows 42 to 45 are about reports
//! and finances, 35 about the audit report: they have their tests where those parts are.

use packlight_engine::Code;
use packlight_engine::status::SyncState;
use packlight_spapi_sim::Amazon;

mod amazon;
mod apart;
mod network;

/// A row of the catalogue whose fault Amazon's double plays by itself.
struct Row {
    number: u8,
    /// Puts the fault in force.
    strike: fn(&Amazon),
    ends: Ends,
}

/// How a sync under the fault ends.
#[derive(Clone, Copy)]
enum Ends {
    /// Well: it was ridden out.
    Well,
    /// In this failure.
    In(Failure),
}

/// What is told of a failure.
#[derive(Clone, Copy)]
struct Failure {
    code: Code,
    exit: i32,
    says: &'static str,
}

const fn ends(code: Code, exit: i32, says: &'static str) -> Ends {
    Ends::In(Failure { code, exit, says })
}

impl Failure {
    /// The window must show what the command line says, in the state that fits.
    #[track_caller]
    fn assert_shown(&self, state: &SyncState) {
        match (self.code, state) {
            (Code::Offline, SyncState::Offline { .. }) | (Code::Throttled, SyncState::Throttled { .. }) => {}
            (
                Code::CredentialsRefused | Code::AccessDenied | Code::Untrusted,
                SyncState::Refused { code, message },
            ) => assert_eq!((*code, message.as_str()), (self.code, self.says)),
            (
                Code::Unavailable | Code::MalformedAnswer | Code::Refused,
                SyncState::Failed { message, .. },
            ) => assert_eq!(message, self.says),
            (code, state) => panic!("{code:?} is shown as {state:?}"),
        }
    }
}
