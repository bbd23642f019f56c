//! A program with all the processes it starts: begun together, counted together, ended together.
//!
//! The web view and its network part are processes of their own, and outlive a window that is merely killed. They share
//! the process group of the program that was started here, which is how they are found.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::command;

/// A running program and its descendants. Dropping it ends them, first politely.
pub(crate) struct Group(Child);

impl Group {
    /// Starts a command in a process group of its own.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.process_group(0).spawn();
        Ok(Self(child.with_context(|| format!("cannot start `{}`", command::line(command)))?))
    }

    /// How the program ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// The number of the process group.
    pub(crate) fn number(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.0);
        for (signal, patience) in [(Signal::TERM, 10), (Signal::KILL, 5)] {
            let _ = kill_process_group(group, signal);
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(patience) {
                // The child is collected first: as long as it is not, its group exists.
                let _ = self.0.try_wait();
                if test_kill_process_group(group).is_err() {
                    return;
                }
                sleep(Duration::from_millis(50));
            }
        }
    }
}
