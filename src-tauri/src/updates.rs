//! Newer versions: asked for only where the seller has named a place to ask at, and taken only if they are signed.
//!
//! Nothing is asked by itself, and nothing is replaced before the whole package has been checked: the signature is made
//! with the key that is set, over the very bytes, and names the version that was announced. The place is asked over HTTPS;
//! plain HTTP only on this computer (tauri.conf.json lets HTTP through for that, so `is_safe` is the guard).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use packlight_engine::Code;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::{AppHandle, Url};
use tauri_plugin_updater::{Error, Update, Updater, UpdaterExt};

use crate::error::CommandError;
use crate::session::Desk;

mod line;

use line::{LIST, LineError, PACKAGE, fetch, host_of, is_safe, open_line};

/// Where newer versions are asked for, and whose signature they carry. Without an address nothing is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct UpdateSource {
    /// Address of the list of releases.
    pub(crate) endpoint: Option<String>,
    /// The public key, as minisign or Tauri write it; that of the build where there is none.
    pub(crate) public_key: Option<String>,
}

/// A newer version.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct UpdateFound {
    pub(crate) version: String,
    /// What its makers say of it.
    pub(crate) notes: Option<String>,
    /// UTC.
    pub(crate) published: Option<DateTime<Utc>>,
    /// Why it cannot be installed from here; `None` where it can.
    pub(crate) hindrance: Option<String>,
}

impl UpdateSource {
    /// The same without blanks; refuses an address that would be asked over an open line.
    pub(crate) fn checked(self) -> Result<Self, CommandError> {
        let given =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let checked = Self { endpoint: given(self.endpoint), public_key: given(self.public_key) };
        checked.address()?;
        Ok(checked)
    }

    fn address(&self) -> Result<Option<Url>, CommandError> {
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let url: Url =
            endpoint.parse().map_err(|_| wrong("endpoint", format!("'{endpoint}' is no web address")))?;
        if !url.username().is_empty() || url.password().is_some() {
            let why = "an address with a name and a password in it would stand in logs: use one without them";
            return Err(wrong("endpoint", why.to_owned()));
        }
        if is_safe(&url) { Ok(Some(url)) } else { Err(wrong("endpoint", open_line(&url))) }
    }

    /// The key as the updater wants it: the text of minisign's file, in base64.
    fn key(&self) -> Option<String> {
        let key = self.public_key.as_deref()?.trim();
        // A bare key begins with the name of its algorithm.
        if key.starts_with("RW") && key.len() == 56 {
            return Some(STANDARD.encode(format!("untrusted comment: minisign public key\n{key}\n")));
        }
        Some(key.to_owned())
    }
}

fn wrong(field: &str, message: String) -> CommandError {
    CommandError { code: Code::BadInput, message, retryable: false, context: Some(field.to_owned()) }
}

fn refused(message: impl Into<String>) -> CommandError {
    CommandError { code: Code::UpdateRefused, message: message.into(), retryable: true, context: None }
}

/// Asks for a newer version; `None` where there is none.
pub(crate) async fn check(desk: &Desk, source: &UpdateSource) -> Result<Option<UpdateFound>, CommandError> {
    let found = ask(desk, source).await?.map(|update| UpdateFound {
        version: update.version.clone(),
        notes: update.body.clone().filter(|notes| !notes.trim().is_empty()),
        published: update.date.and_then(|date| DateTime::from_timestamp(date.unix_timestamp(), 0)),
        hindrance: hindrance(),
    });
    Ok(found)
}

/// Downloads, checks and installs a version that was found. It is used from the next start on.
pub(crate) async fn install(desk: &Desk, source: &UpdateSource, version: &str) -> Result<(), CommandError> {
    if let Some(why) = hindrance() {
        return Err(refused(why));
    }
    let update = ask(desk, source).await?.filter(|update| update.version == version);
    let Some(update) = update else {
        return Err(refused(format!("version {version} is no longer offered: check again")));
    };
    let host = host_of(&update.download_url);
    if !is_safe(&update.download_url) {
        return Err(refused(open_line(&update.download_url)));
    }
    if update.signature.trim().is_empty() {
        return Err(refused(UNSIGNED));
    }
    let package = fetch(desk, &update.download_url, &PACKAGE).await.map_err(|error| broken(&error, &host))?;
    if !package.status.is_success() {
        return Err(refused(format!("{host} did not hand the package out ({})", package.status)));
    }
    // Putting it in place waits for the disk, and on some systems for a password.
    let installed = tauri::async_runtime::spawn_blocking(move || update.install(&package.body)).await;
    match installed {
        Ok(installed) => installed.map_err(|error| told(&error, &host)),
        Err(error) => Err(CommandError::internal(error.to_string())),
    }
}

const UNSIGNED: &str = "the package is not signed: it was not taken, and nothing was replaced";

async fn ask(desk: &Desk, source: &UpdateSource) -> Result<Option<Update>, CommandError> {
    let Some(url) = source.address()? else {
        return Err(refused("no place to ask for updates is set"));
    };
    let host = host_of(&url);
    let updater = updater(desk.app(), source, &url).map_err(|error| told(&error, &host))?;
    let url = filled_in(&url, &desk.app().package_info().version.to_string())?;
    let answer = fetch(desk, &url, &LIST).await.map_err(|error| broken(&error, &host))?;
    if answer.status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    if !answer.status.is_success() {
        return Err(told(&Error::ReleaseNotFound, &host));
    }
    let list: Value = serde_json::from_slice(&answer.body)
        .map_err(|_| refused(format!("{host} did not answer with a list of releases")))?;
    updater.restore_update(list).map_err(|error| told(&error, &host))
}

/// An address with what the updater has for the names in it: `{{target}}`, `{{arch}}`, `{{current_version}}` and
/// `{{bundle_type}}`, which web addresses write with other signs in their paths.
fn filled_in(url: &Url, version: &str) -> Result<Url, CommandError> {
    let system = tauri_plugin_updater::target().unwrap_or_default();
    let (target, arch) = system.split_once('-').unwrap_or((&system, ""));
    let bundle = tauri::utils::platform::bundle_type().map_or("unknown".to_owned(), |kind| kind.to_string());
    let version = version.replace('+', "%2B");
    let mut address = url.to_string();
    for (name, value) in
        [("target", target), ("arch", arch), ("current_version", &version), ("bundle_type", &bundle)]
    {
        for spelling in [format!("{{{{{name}}}}}"), format!("%7B%7B{name}%7D%7D")] {
            address = address.replace(&spelling, value);
        }
    }
    address.parse().map_err(|_| wrong("endpoint", format!("'{address}' is no web address")))
}

fn updater(app: &AppHandle, source: &UpdateSource, url: &Url) -> Result<Updater, Error> {
    let mut builder = app.updater_builder().endpoints(vec![url.clone()])?;
    if let Some(key) = source.key() {
        builder = builder.pubkey(key);
    }
    builder.build()
}

/// Why this installation cannot replace itself.
fn hindrance() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let is_appimage = std::env::var_os("APPIMAGE").is_some();
    let is_package = tauri::utils::platform::bundle_type().is_some();
    (!is_appimage && !is_package).then(|| {
        "this Packlight was not installed from a package: install the new version as you did this one"
            .to_owned()
    })
}

/// What a line that broke means to the seller.
fn broken(error: &LineError, host: &str) -> CommandError {
    tracing::warn!(%error, "no update");
    refused(match error {
        LineError::SentOn(why) => format!("{host} sends on to a place that is not asked ({why})"),
        LineError::TooLarge => format!("{host} answered with more than is taken: nothing was replaced"),
        LineError::Broken(_) => {
            format!("{host} could not be reached: check the address, or try again later")
        }
    })
}

/// What an error of the updater means to the seller.
fn told(error: &Error, host: &str) -> CommandError {
    tracing::warn!(%error, "no update");
    refused(match error {
        Error::Serialization(error) if error.to_string().contains("signature") => UNSIGNED.to_owned(),
        Error::ReleaseNotFound | Error::Serialization(_) => {
            format!("{host} did not answer with a list of signed releases")
        }
        Error::TargetNotFound(_) | Error::TargetsNotFound(_) => format!("{host} has no package for this system"),
        Error::Minisign(_) | Error::Base64(_) | Error::SignatureUtf8(_) => {
            "the package does not carry the signature of the key that is set: it was thrown away, and nothing was replaced"
                .to_owned()
        }
        Error::SignedVersionMismatch { signed, announced } => format!(
            "the package was announced as version {announced} and signed as {signed}: it was thrown away, and nothing was replaced"
        ),
        Error::MissingSignedVersion => {
            "the signature does not say which version it is for: the package was thrown away, and nothing was replaced"
                .to_owned()
        }
        Error::InvalidUpdaterFormat => {
            "the package is of another kind than this installation: it was thrown away, and nothing was replaced".to_owned()
        }
        Error::AuthenticationFailed => "no password was given: nothing was replaced".to_owned(),
        Error::PreviousAppNotRestored(path) => format!(
            "the new version could not be put in place; the former one lies at {}: move it back by hand",
            path.display()
        ),
        error => format!("the new version could not be put in place ({error}): nothing was replaced"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(endpoint: &str) -> Result<UpdateSource, CommandError> {
        UpdateSource { endpoint: Some(endpoint.to_owned()), public_key: None }.checked()
    }

    #[test]
    fn only_a_line_that_nobody_can_change_is_asked() {
        for safe in [
            "https://example.org/{{target}}.json",
            "http://127.0.0.1:9/x",
            "http://[::1]:9",
            "http://localhost:1/",
        ] {
            assert_eq!(source(safe).unwrap().endpoint.as_deref(), Some(safe));
        }
        for open in ["http://example.org/x", "http://127.0.0.1.example.org/", "ftp://localhost/"] {
            let error = source(open).unwrap_err();
            assert!(error.message.contains("use an address that begins with https://"), "{}", error.message);
        }
        let named = source("https://seller:token@example.org/").unwrap_err().message;
        assert!(named.starts_with("an address with a name and a password") && !named.contains("token"));
        assert_eq!(source("no address").unwrap_err().message, "'no address' is no web address");
        assert_eq!(source("  ").unwrap(), UpdateSource::default());
    }

    #[test]
    fn names_in_an_address_are_filled_in() {
        let asked = |endpoint: &str| {
            let url = source(endpoint).unwrap().address().unwrap().unwrap();
            filled_in(&url, "0.1.0+2").unwrap().to_string()
        };
        let system = tauri_plugin_updater::target().unwrap();
        let (target, arch) = system.split_once('-').unwrap();
        assert_eq!(
            asked(
                "https://example.org/{{target}}/{{arch}}/x.json?from={{current_version}}&kind={{bundle_type}}"
            ),
            format!("https://example.org/{target}/{arch}/x.json?from=0.1.0%2B2&kind=unknown")
        );
        assert_eq!(asked("https://example.org/list.json"), "https://example.org/list.json");
    }

    #[test]
    fn a_bare_key_becomes_the_text_of_its_file() {
        let bare = format!("RW{}", "A".repeat(54));
        let key = UpdateSource { endpoint: None, public_key: Some(bare.clone()) }.key().unwrap();
        let file = String::from_utf8(STANDARD.decode(key).unwrap()).unwrap();
        assert_eq!(file, format!("untrusted comment: minisign public key\n{bare}\n"));
        let whole = UpdateSource { endpoint: None, public_key: Some("dW50cnVzdGVk".into()) };
        assert_eq!(whole.key().as_deref(), Some("dW50cnVzdGVk"));
    }
}
