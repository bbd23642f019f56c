//! Starting with the system on Linux: one file of the desktop's autostart folder. That it is there is the setting.
//!
//! By hand, because the plugin that does it elsewhere quotes no path with blanks and knows only `~/.config`.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

const FILE: &str = "io.packlight.desktop.desktop";

/// Where the file lies, by the variables of the environment (XDG autostart).
pub(crate) fn file(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(config.join("autostart").join(FILE))
}

/// What is started: the program, or the image that it was started from.
pub(crate) fn program(variable: impl Fn(&str) -> Option<OsString>) -> io::Result<PathBuf> {
    variable("APPIMAGE").map_or_else(std::env::current_exe, |image| Ok(image.into()))
}

/// Whether the file is there, and for this folder.
pub(crate) fn is_enabled(file: &Path, data_dir: Option<&Path>) -> bool {
    let ends = format!("{}\n", words(data_dir));
    std::fs::read_to_string(file).is_ok_and(|entry| {
        entry.split_inclusive('\n').any(|line| line.starts_with("Exec=") && line.ends_with(&ends))
    })
}

/// Writes the file.
pub(crate) fn enable(file: &Path, program: &Path, data_dir: Option<&Path>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(file, entry(program, data_dir))
}

/// Removes the file.
pub(crate) fn disable(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn entry(program: &Path, data_dir: Option<&Path>) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=Packlight\nComment=Reads orders in the background\nTryExec={}\n\
         Exec={} {}\nIcon=packlight\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        // A desktop passes over the entry once the program is gone.
        program.to_string_lossy().replace('\\', "\\\\"),
        quoted(program),
        words(data_dir)
    )
}

/// What the program is started with.
fn words(data_dir: Option<&Path>) -> String {
    match data_dir {
        None => "--hidden".to_owned(),
        Some(folder) => format!("--hidden --data-dir {}", quoted(folder)),
    }
}

/// A word of an `Exec` line: quoted by its rules, and escaped once more as every text of the file is.
fn quoted(path: &Path) -> String {
    let mut word = String::from("\"");
    for sign in path.to_string_lossy().chars() {
        match sign {
            '"' | '`' | '$' => word.extend(['\\', '\\', sign]),
            '\\' => word.push_str("\\\\\\\\"),
            '%' => word.push_str("%%"),
            other => word.push(other),
        }
    }
    word.push('"');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_starts_it_hidden_whatever_the_path() {
        let text = entry(Path::new("/opt/My Apps/100%/$x/packlight"), Some(Path::new("/home/a b/\"q\"")));
        let line = text.lines().find(|line| line.starts_with("Exec=")).unwrap();
        assert_eq!(
            line,
            r#"Exec="/opt/My Apps/100%%/\\$x/packlight" --hidden --data-dir "/home/a b/\\"q\\"""#
        );
        // No command line: nothing is quoted, and a percent sign is one.
        assert!(text.contains("\nTryExec=/opt/My Apps/100%/$x/packlight\n"), "{text}");
        assert!(entry(Path::new("/a\\b"), None).contains("\nTryExec=/a\\\\b\n"));
    }

    #[test]
    fn the_folder_is_the_desktops() {
        let with = |config: Option<&str>| {
            file(|name| match name {
                "XDG_CONFIG_HOME" => config.map(OsString::from),
                "HOME" => Some("/home/a".into()),
                _ => None,
            })
        };
        assert_eq!(with(None), Some("/home/a/.config/autostart/io.packlight.desktop.desktop".into()));
        assert_eq!(with(Some("/etc/a")), Some("/etc/a/autostart/io.packlight.desktop.desktop".into()));
        assert_eq!(
            with(Some("relative")),
            Some("/home/a/.config/autostart/io.packlight.desktop.desktop".into())
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("autostart").join(FILE);
        disable(&file).unwrap();
        enable(&file, Path::new("/usr/bin/packlight"), None).unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("Exec=\"/usr/bin/packlight\" --hidden\n"));
        let shop = Some(Path::new("/home/a/shop"));
        assert_eq!([None, shop].map(|folder| is_enabled(&file, folder)), [true, false]);
        enable(&file, Path::new("/usr/bin/packlight"), shop).unwrap();
        assert_eq!([None, shop].map(|folder| is_enabled(&file, folder)), [false, true]);
        disable(&file).unwrap();
        assert!(!file.exists() && !is_enabled(&file, None));
    }
}
