//! A settings file that cannot be used: it is put aside, never deleted, and the seller is told once.
//!
//! The store plugin writes the file in place, so a power cut can leave half of it.

use std::path::Path;

use chrono::{DateTime, Utc};
use packlight_domain::printing::PrintOptions;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    DocumentKind, FILE, KEY, NOTICES, Notice, Preferences, UPDATES, VERSION, VERSION_KEY, WINDOW,
    WindowPlace, check_print_choice,
};
use crate::updates::UpdateSource;

/// Far above what settings need; a larger file is something else.
const LARGEST: u64 = 1 << 20;

/// Looks at the settings file of `folder` before anybody uses it. One that cannot be used is renamed, and what is returned
/// says why and where it is; the settings are at their defaults then.
pub(crate) fn recover(folder: &Path, now: DateTime<Utc>) -> Option<String> {
    let file = folder.join(FILE);
    let why = trouble(&file)?;
    let aside = file.with_extension(format!("{}.json", now.format("unreadable-%Y%m%dT%H%M%SZ")));
    let kept = match std::fs::rename(&file, &aside) {
        Ok(()) => format!("the former file is kept as {}", aside.display()),
        Err(error) => format!("the file could not be put aside ({error})"),
    };
    tracing::warn!(why, "the settings of this screen are at their defaults");
    Some(format!("The settings of this screen were reset, because their file {why}; {kept}."))
}

/// Why a file cannot be used; `None` where it can, or where there is none.
fn trouble(file: &Path) -> Option<String> {
    let about = std::fs::metadata(file).ok()?;
    if about.len() > LARGEST {
        return Some("is far too large".to_owned());
    }
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) => return Some(format!("cannot be read ({error})")),
    };
    let Ok(settings) = serde_json::from_slice::<Map<String, Value>>(&text) else {
        return Some("is damaged".to_owned());
    };
    let version = settings.get(VERSION_KEY).map_or(Some(VERSION), Value::as_u64);
    match version {
        Some(version) if version > VERSION => {
            return Some(format!("is of a newer Packlight (format {version})"));
        }
        Some(_) => {}
        None => return Some("is damaged".to_owned()),
    }
    let is_good = is::<Preferences>(settings.get(KEY), |own| own.check().is_ok())
        && is::<UpdateSource>(settings.get(UPDATES), |_| true)
        && is::<WindowPlace>(settings.get(WINDOW), |_| true)
        && is::<Vec<Notice>>(settings.get(NOTICES), |_| true)
        && is::<PrintOptions>(settings.get(DocumentKind::PickList.key()), |own| {
            check_print_choice(own).is_ok()
        });
    (!is_good).then(|| "holds settings that do not exist".to_owned())
}

/// Whether a setting is what it should be. One that was never chosen is.
fn is<T: DeserializeOwned>(setting: Option<&Value>, holds: impl FnOnce(&T) -> bool) -> bool {
    setting.is_none_or(|setting| T::deserialize(setting).is_ok_and(|setting| holds(&setting)))
}

#[cfg(test)]
mod tests {
    use packlight_domain::picking::Paper;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_737_600, 0).unwrap()
    }

    #[test]
    fn a_file_that_cannot_be_used_is_put_aside_and_told() {
        for (text, why) in [
            ("", "is damaged"),
            (r#"{"preferences": {"theme": "da"#, "is damaged"),
            ("[]", "is damaged"),
            (r#"{"version": "one"}"#, "is damaged"),
            (r#"{"version": 7}"#, "is of a newer Packlight (format 7)"),
            (
                r#"{"preferences": {"theme": "purple", "density": "normal", "columns": null}}"#,
                "holds settings that do not exist",
            ),
            (r#"{"updates": "https://example.org"}"#, "holds settings that do not exist"),
            (r#"{"window": {"width": "wide"}}"#, "holds settings that do not exist"),
            (r#"{"notices": ["something_else"]}"#, "holds settings that do not exist"),
            (r#"{"print_pick_list": {"copies": -1}}"#, "holds settings that do not exist"),
            (
                r#"{"print_pick_list": {"printer": null, "paper": "a4", "copies": 100, "reverse": false}}"#,
                "holds settings that do not exist",
            ),
            (
                r#"{"print_pick_list": {"printer": "", "paper": "a4", "copies": 1, "reverse": false}}"#,
                "holds settings that do not exist",
            ),
            (
                r#"{"print_pick_list": {"printer": null, "paper": "a3", "copies": 1, "reverse": false}}"#,
                "holds settings that do not exist",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(FILE), text).unwrap();
            let aside = folder.path().join("screen.unreadable-20260118T120000Z.json");
            assert_eq!(
                recover(folder.path(), now()).unwrap(),
                format!(
                    "The settings of this screen were reset, because their file {why}; the former file is kept as {}.",
                    aside.display()
                )
            );
            assert!(!folder.path().join(FILE).exists());
            assert_eq!(std::fs::read_to_string(aside).unwrap(), text, "it is kept as it was");
            assert_eq!(recover(folder.path(), now()), None, "told once");
        }
    }

    #[test]
    fn a_good_file_and_none_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(recover(folder.path(), now()), None);
        let columns = vec!["id".to_owned(); 3];
        let good = serde_json::json!({
            VERSION_KEY: VERSION,
            KEY: Preferences { columns: Some(columns), ..Preferences::default() },
            UPDATES: UpdateSource::default(),
            WINDOW: WindowPlace { width: 1440.0, height: 900.0, at: Some((0.0, 20.5)), maximized: false },
            NOTICES: [Notice::StaysInTray],
            DocumentKind::PickList.key(): PrintOptions { printer: None, paper: Paper::A4, copies: 1, reverse: true },
            "a later one": true,
        });
        std::fs::write(folder.path().join(FILE), good.to_string()).unwrap();
        assert_eq!(recover(folder.path(), now()), None);
        assert!(folder.path().join(FILE).exists());
    }

    #[test]
    fn a_file_that_is_far_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join(FILE)).unwrap().set_len(LARGEST + 1).unwrap();
        assert!(recover(folder.path(), now()).unwrap().contains("because their file is far too large;"));
    }
}
