//! Newer versions: asked for only where the seller has named a place to ask at, and taken only if they are signed.
//!
//! Nothing is asked by itself, and nothing is replaced before the whole package has been checked: the signature is made
//! with the key that is set, over the very bytes, and names the version that was announced. The place is asked over HTTPS;
//! plain HTTP only on this computer (tauri.conf.json lets HTTP through for that, so `is_safe` below is the guard).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use packlight_engine::Code;
use packlight_engine::diagnostics::Exchange;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, Url};
use tauri_plugin_updater::{Error, Update, Updater, UpdaterExt};

use crate::error::CommandError;
use crate::session::Desk;

/// How long the place may take to answer, and to send the next part of a package.
const PATIENCE: Duration = Duration::from_secs(20);

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

/// Whether a place may be asked: nobody else can listen, or change the answer.
fn is_safe(url: &Url) -> bool {
    let here = match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

fn open_line(url: &Url) -> String {
    format!(
        "{url} is not asked, because others could read and change the answer: use an address that begins with https://"
    )
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
    let begun = Begun::now(&update.download_url, "update package");
    let mut bytes_in = 0;
    let downloaded = update.download(|part, _| bytes_in += part, || ()).await;
    begun.tell(desk, downloaded.is_ok() || bytes_in > 0, bytes_in).await;
    let package = downloaded.map_err(|error| told(&error, &host))?;
    // Putting it in place waits for the disk, and on some systems for a password.
    let installed = tauri::async_runtime::spawn_blocking(move || update.install(&package)).await;
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
    let begun = Begun::now(&url, "update check");
    let answer = updater.check().await;
    begun.tell(desk, answer.is_ok(), 0).await;
    answer.map_err(|error| told(&error, &host))
}

fn updater(app: &AppHandle, source: &UpdateSource, url: &Url) -> Result<Updater, Error> {
    let only_https = url.scheme() == "https";
    let mut builder = app
        .updater_builder()
        .endpoints(vec![url.clone()])?
        .timeout(PATIENCE)
        // Also where the place sends us elsewhere.
        .configure_client(move |client| client.https_only(only_https).read_timeout(PATIENCE));
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

fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}

/// What an error of the updater means to the seller.
fn told(error: &Error, host: &str) -> CommandError {
    tracing::warn!(%error, "no update");
    refused(match error {
        Error::Reqwest(error) if error.is_decode() => format!("{host} did not answer with a list of releases"),
        Error::Reqwest(_) => format!("{host} could not be reached: check the address, or try again later"),
        Error::Network(status) => format!("{host} did not hand the package out ({status})"),
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

/// A request that goes past the engine's line, for its list of everything that leaves this computer.
struct Begun {
    at: DateTime<Utc>,
    since: std::time::Instant,
    host: String,
    purpose: &'static str,
}

impl Begun {
    fn now(url: &Url, purpose: &'static str) -> Self {
        Self { at: Utc::now(), since: std::time::Instant::now(), host: host_of(url), purpose }
    }

    async fn tell(self, desk: &Desk, answered: bool, bytes_in: usize) {
        let Ok(engine) = desk.engine().await else { return };
        engine.note_exchange(&Exchange {
            at: self.at,
            host: self.host,
            purpose: self.purpose,
            method: "GET".to_owned(),
            status: answered.then_some(200),
            bytes_out: 0,
            bytes_in: bytes_in.try_into().unwrap_or(u64::MAX),
            milliseconds: self.since.elapsed().as_millis().try_into().unwrap_or(u64::MAX),
        });
    }
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
        assert_eq!(source("no address").unwrap_err().message, "'no address' is no web address");
        assert_eq!(source("  ").unwrap(), UpdateSource::default());
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
