//! What a program and all its processes hold of the machine's memory.
//!
//! Proportional set size, not resident: a library that five processes map counts a fifth in each, so the sum over the
//! web view, its network part and the program itself counts it once.

use std::fs;

use anyhow::{Result, ensure};

use crate::processes::Group;

/// Proportional set size over a process group, in bytes.
pub(super) struct Memory {
    pub(super) all: u64,
    /// Not backed by a file that can be read again.
    pub(super) anonymous: u64,
    /// No other web view was running.
    pub(super) alone: bool,
}

impl Memory {
    pub(super) fn of(group: &Group) -> Result<Self> {
        let mut memory = Self { all: 0, anonymous: 0, alone: true };
        for entry in fs::read_dir("/proc")? {
            let process = entry?.path();
            // A process may end while it is looked at; then it has no memory.
            let Ok(stat) = fs::read_to_string(process.join("stat")) else { continue };
            if process_group(&stat) != Some(group.number()) {
                memory.alone &= !stat.contains("(WebKitWebProces");
                continue;
            }
            let Ok(rollup) = fs::read_to_string(process.join("smaps_rollup")) else { continue };
            memory.all += kilobytes(&rollup, "Pss:") * 1024;
            memory.anonymous += (kilobytes(&rollup, "Pss_Anon:") + kilobytes(&rollup, "Pss_Shmem:")) * 1024;
        }
        ensure!(memory.all > 0, "/proc tells no memory of the program's processes");
        Ok(memory)
    }
}

/// The process group in a line of `/proc/<pid>/stat`; the name before it may hold blanks and brackets.
fn process_group(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(2)?.parse().ok()
}

fn kilobytes(rollup: &str, name: &str) -> u64 {
    let line = rollup.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_in_the_group_of_its_third_number() {
        assert_eq!(process_group("4242 (Web (Content) 7) S 4200 4190 4100 0 -1"), Some(4190));
        assert_eq!(process_group(""), None);
    }

    #[test]
    fn memory_is_read_by_name() {
        let rollup =
            "00400000-7fff ---p 00000000 00:00 0  [rollup]\nRss:  900 kB\nPss:  345 kB\nPss_Anon:  12 kB\n";
        assert_eq!(
            [kilobytes(rollup, "Pss:"), kilobytes(rollup, "Pss_Anon:"), kilobytes(rollup, "Pss_Shmem:")],
            [345, 12, 0]
        );
    }
}
