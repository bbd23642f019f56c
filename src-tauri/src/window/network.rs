//! The process that reads and stores things for web pages: with the last page it is ended, and the next page starts another.
//!
//! WebKitGTK keeps it for as long as the program runs, and with it some ten megabytes that serve nobody in the tray.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tauri::{AppHandle, Manager};

use super::LABEL;

/// How long it has to write down what the page kept.
const SETTLE: Duration = Duration::from_secs(2);

/// Its name, as the kernel cuts it.
const NAME: &str = "WebKitNetworkPr";

/// Ends it in a moment, unless there is a window again by then.
pub(crate) fn end_soon(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SETTLE).await;
        let Ok(found) = tauri::async_runtime::spawn_blocking(|| children_called(NAME)).await else { return };
        let handle = app.clone();
        // Windows are made on the main thread, so none can come in between. Without that thread all ends anyway.
        let _ = app.run_on_main_thread(move || {
            if handle.get_webview_window(LABEL).is_none() {
                for process in found {
                    // It may have ended by itself.
                    let _ = kill_process(process, Signal::TERM);
                }
            }
        });
    });
}

/// The processes that this one has started and that go by this name.
fn children_called(name: &str) -> Vec<Pid> {
    let own = std::process::id();
    let number = |process: fs::DirEntry| process.file_name().to_str()?.parse().ok();
    let is_it = |process: &i32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        is_child(&stat, name, own)
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(number).filter(is_it).filter_map(Pid::from_raw).collect()
}

/// Whether a line of `/proc/<pid>/stat` is of a process by this name whose parent is `parent`.
fn is_child(stat: &str, name: &str, parent: u32) -> bool {
    // The name may hold blanks and brackets. State and parent stand behind it.
    let Some((before, behind)) = stat.rsplit_once(')') else { return false };
    before.split_once('(').is_some_and(|(_, found)| found == name)
        && behind.split_ascii_whitespace().nth(1).is_some_and(|found| found == parent.to_string())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_is_known_by_its_name_and_its_parent() {
        assert!(is_child("17794 (WebKitNetworkPr) S 17771 17771 1 0", NAME, 17_771));
        assert!(!is_child("17794 (WebKitNetworkPr) S 17771 17771 1 0", NAME, 1_777), "somebody else's");
        assert!(!is_child("17794 (WebKitWebProces) S 17771 17771 1 0", NAME, 17_771));
        assert!(is_child("9 (a (b) c) S 8 9 1 0", "a (b) c", 8));
        assert!(!is_child("", NAME, 0));
    }

    #[test]
    fn children_are_found_among_all_processes() {
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        let found = children_called("sleep");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&Pid::from_child(&child)), "{found:?}");
        assert!(children_called("no such name").is_empty());
    }
}
