//! The `PACKLIGHT_*` variables, read once at the start and handed on as a value.
//!
//! Nothing else reads the process environment, so a test or a second data folder in one process can have its own. The
//! passphrase is taken out of what child processes get, see [`Environment::keep_from`].

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use packlight_domain::account::Region;
use packlight_spapi::Endpoints;
pub use packlight_spapi::Overrides;
use secrecy::{ExposeSecret, SecretString};

use crate::error::{Code, EngineError};

/// Where the data folder is.
pub const DATA_DIR: &str = "PACKLIGHT_DATA_DIR";
/// Replaces the Selling Partner API's host, for all regions.
pub const SP_API_URL: &str = "PACKLIGHT_SP_API_URL";
/// Replaces the token endpoint: a full URL.
pub const LWA_URL: &str = "PACKLIGHT_LWA_URL";
/// Multiplies the rate of every usage plan, on loopback only.
pub const RATE_SCALE: &str = "PACKLIGHT_RATE_SCALE";
/// Opens the vault file without a prompt.
pub const PASSPHRASE: &str = "PACKLIGHT_PASSPHRASE";
/// Filter of the log on standard error.
pub const LOG: &str = "PACKLIGHT_LOG";

/// What the variables said; unset and empty ones are `None`. The values are not checked yet: whoever uses one refuses
/// it by the variable's name.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// [`DATA_DIR`].
    pub data_dir: Option<PathBuf>,
    /// [`SP_API_URL`], [`LWA_URL`] and [`RATE_SCALE`].
    pub overrides: Overrides,
    /// [`PASSPHRASE`]; never shown.
    pub passphrase: Option<SecretString>,
    /// [`LOG`].
    pub log: Option<String>,
}

/// A variable holds bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not UTF-8 text: set it again or unset it")]
pub struct NotText(pub &'static str);

impl Environment {
    /// Reads the variables through `read`, which is `std::env::var_os` outside tests.
    pub fn read(read: impl Fn(&str) -> Option<OsString>) -> Result<Self, NotText> {
        let set = |name: &'static str| read(name).filter(|value| !value.is_empty());
        let text = |name: &'static str| {
            set(name).map(|value| value.into_string().map_err(|_| NotText(name))).transpose()
        };
        Ok(Self {
            data_dir: set(DATA_DIR).map(PathBuf::from),
            overrides: Overrides {
                sp_api_url: text(SP_API_URL)?,
                lwa_url: text(LWA_URL)?,
                rate_scale: text(RATE_SCALE)?,
            },
            passphrase: text(PASSPHRASE)?.map(SecretString::from),
            log: text(LOG)?,
        })
    }

    /// Refuses overrides of Amazon's addresses that are not allowed, by name. They are the same for every region.
    pub fn check_overrides(&self) -> Result<(), EngineError> {
        Endpoints::with_overrides(Region::Eu, &self.overrides)
            .map(drop)
            .map_err(|error| EngineError::new(Code::BadInput, error.to_string()))
    }

    /// Takes the passphrase out of what a child process inherits; call it on every [`Command`] before spawning.
    ///
    /// The variable stays in this process's own environment: removing it there is `unsafe` (other threads may be
    /// reading it), and `/proc/<pid>/environ` would keep showing it anyway.
    pub fn keep_from(command: &mut Command) -> &mut Command {
        command.env_remove(PASSPHRASE)
    }

    /// Gives the passphrase to the one child that may have it: the process that goes on in the place of this one.
    pub fn hand_on<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match &self.passphrase {
            Some(passphrase) => command.env(PASSPHRASE, passphrase.expose_secret()),
            None => command.env_remove(PASSPHRASE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_has_its_place() {
        let environment = Environment::read(|name| Some(OsString::from(format!("<{name}>")))).unwrap();
        assert_eq!(environment.data_dir.as_deref(), Some("<PACKLIGHT_DATA_DIR>".as_ref()));
        assert_eq!(environment.overrides.sp_api_url.as_deref(), Some("<PACKLIGHT_SP_API_URL>"));
        assert_eq!(environment.overrides.lwa_url.as_deref(), Some("<PACKLIGHT_LWA_URL>"));
        assert_eq!(environment.overrides.rate_scale.as_deref(), Some("<PACKLIGHT_RATE_SCALE>"));
        assert_eq!(environment.log.as_deref(), Some("<PACKLIGHT_LOG>"));
        assert_eq!(environment.passphrase.as_ref().unwrap().expose_secret(), "<PACKLIGHT_PASSPHRASE>");
        assert!(!format!("{environment:?}").contains("<PACKLIGHT_PASSPHRASE>"));
    }

    #[test]
    fn empty_is_unset() {
        let environment = Environment::read(|_| Some(OsString::new())).unwrap();
        assert!(environment.data_dir.is_none() && environment.passphrase.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt;
        let read = |name: &str| (name == PASSPHRASE).then(|| OsString::from_vec(vec![0xff]));
        assert_eq!(
            Environment::read(read).unwrap_err().to_string(),
            "PACKLIGHT_PASSPHRASE is not UTF-8 text: set it again or unset it"
        );
    }

    #[cfg(unix)]
    #[test]
    fn children_do_not_get_the_passphrase() {
        let mut command = Command::new("env");
        command.env(PASSPHRASE, "canary");
        let output = Environment::keep_from(&mut command).output().unwrap();
        let listing = String::from_utf8(output.stdout).unwrap();
        assert!(listing.contains('=') && !listing.contains(PASSPHRASE), "{listing}");
    }
}
