//! That a crash leaves no secret with the system: memory holds tokens and the vault's key, and a dump of it holds them too.
//!
//! Desktops collect dumps, keep them for weeks, and offer to send them to somebody.

/// Has the system keep no dump of this process's memory, nor of those it starts. To be called before anything secret is
/// read; the seller's own settings may have allowed dumps.
#[cfg(unix)]
pub fn keep_out_of_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Core).maximum;
    let current = Some(maximum.map_or(NO_DUMP, |most| most.min(NO_DUMP)));
    // Below what is allowed anyway, so nobody refuses it; if somebody does, the work goes on.
    let _ = setrlimit(Resource::Core, Rlimit { current, maximum });
}

/// Windows keeps dumps of those programs only that were entered for it.
#[cfg(not(unix))]
pub fn keep_out_of_dumps() {}

/// The size of a dump that none has, in bytes. One byte and not none: a limit of 0 keeps Linux from writing a file, but not
/// from handing the whole of it to a program that collects dumps, as most desktops have one; with 1 it does neither
/// (core(5), and `coredump_pipe` of the kernel's fs/coredump.c).
#[cfg(all(unix, target_os = "linux"))]
const NO_DUMP: u64 = 1;
#[cfg(all(unix, not(target_os = "linux")))]
const NO_DUMP: u64 = 0;
