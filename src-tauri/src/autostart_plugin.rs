//! Starting with the system on Windows and macOS, by the plugin that knows where that is entered.
//!
//! It writes the words as they are, into a command line there and into a property list here, so they are made fit for that
//! before. It cannot tell for which folder an entry is, so every data folder has one of its own.

use std::path::{Path, PathBuf};

use packlight_engine::paths;

/// The plugin where Packlight was started for the folder `asked`, or for the usual one.
#[cfg(not(target_os = "linux"))]
pub(crate) fn plugin<R: tauri::Runtime>(asked: Option<&Path>) -> tauri::plugin::TauriPlugin<R> {
    let fit: fn(&str) -> String = if cfg!(windows) { in_a_command_line } else { in_a_property_list };
    let folder = unusual(asked);
    let plugin = tauri_plugin_autostart::Builder::new().args(words(folder.as_deref(), fit));
    let plugin = match folder {
        None => plugin,
        Some(folder) => plugin.app_name(name(&folder)),
    };
    plugin.build()
}

/// The folder asked for, where it is not the one that is taken without being named. What was moved is found from where it
/// was, so the name stays the same.
fn unusual(asked: Option<&Path>) -> Option<PathBuf> {
    let named = paths::named_folder(Some(asked?)).ok()?;
    let usual = paths::named_folder(None).ok();
    Some(named).filter(|folder| usual.as_ref() != Some(folder))
}

/// What the program is started with.
fn words(data_dir: Option<&Path>, fit: impl Fn(&str) -> String) -> Vec<String> {
    let folder = data_dir.map(|folder| ["--data-dir".to_owned(), fit(&folder.to_string_lossy())]);
    [String::from("--hidden")].into_iter().chain(folder.into_iter().flatten()).collect()
}

/// How the entry of a folder is called.
fn name(folder: &Path) -> String {
    format!("Packlight-{:016x}", xxhash_rust::xxh3::xxh3_64(folder.as_os_str().as_encoded_bytes()))
}

/// As a program on Windows reads it: one word in quotes, and a backslash is only a sign before one if it is doubled.
fn in_a_command_line(word: &str) -> String {
    let before_the_end = word.len() - word.trim_end_matches('\\').len();
    format!("\"{word}{}\"", "\\".repeat(before_the_end))
}

/// As XML reads it.
fn in_a_property_list(word: &str) -> String {
    word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_was_asked_for_is_opened_at_the_next_login_too() {
        let line = |folder: &str| words(Some(Path::new(folder)), in_a_command_line).join(" ");
        assert_eq!(line(r"D:\My shop"), r#"--hidden --data-dir "D:\My shop""#);
        assert_eq!(
            line(r"D:\"),
            r#"--hidden --data-dir "D:\\""#,
            "the quote at the end is no part of the name"
        );
        let list = words(Some(Path::new("/Volumes/Tom & <Ann>")), in_a_property_list);
        assert_eq!(list, ["--hidden", "--data-dir", "/Volumes/Tom &amp; &lt;Ann&gt;"]);
        assert_eq!(words(None, in_a_command_line), ["--hidden"]);
    }

    #[test]
    fn the_usual_folder_needs_no_name() {
        let usual = paths::named_folder(None).unwrap();
        assert_eq!(unusual(None), None);
        assert_eq!(unusual(Some(&usual)), None);
        let here = std::env::current_dir().unwrap().join("shop");
        assert_eq!(
            unusual(Some(Path::new("shop"))),
            Some(here.clone()),
            "whole, wherever the system starts it"
        );
        assert_ne!(name(&here), name(&usual), "each has an entry of its own");
    }
}
