//! Secrets that must be nowhere, looked for in bytes, below a folder and in the list of processes.
//!
//! A program keeps text in more than one shape: a web view's storage in UTF-16, a request's body percent-encoded. A search
//! for the plain bytes alone would find nothing there, and say that all is well.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

/// The secrets, each in every shape.
pub struct Canaries(Vec<(String, Vec<Vec<u8>>)>);

impl Canaries {
    /// These secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        Self(secrets.into_iter().map(|secret| (secret.to_owned(), shapes(secret))).collect())
    }

    /// The secret that these bytes hold.
    pub fn in_bytes(&self, bytes: &[u8]) -> Option<&str> {
        let holds = |shape: &Vec<u8>| bytes.windows(shape.len()).any(|window| window == shape);
        self.0.iter().find(|(_, shapes)| shapes.iter().any(holds)).map(|(secret, _)| secret.as_str())
    }

    /// Fails if what `source` said holds a secret.
    pub fn silent(&self, source: &str, said: impl AsRef<[u8]>) -> Result<()> {
        let found = self.in_bytes(said.as_ref());
        ensure!(found.is_none(), "{source} says {found:?}: {}", String::from_utf8_lossy(said.as_ref()));
        Ok(())
    }

    /// Fails if a file below `folder` holds a secret in its name or its bytes, whatever it is; or if there are not even
    /// `least` files.
    pub fn absent_below(&self, folder: &Path, least: usize) -> Result<()> {
        let (mut open, mut seen) = (vec![folder.to_owned()], 0);
        while let Some(path) = open.pop() {
            let name = path.as_os_str().as_encoded_bytes();
            ensure!(self.in_bytes(name).is_none(), "{} is named after a secret", path.display());
            // Something temporary may be gone by now. Links lead to what is looked at itself, or to somebody else's.
            let Ok(about) = path.symlink_metadata() else { continue };
            if about.is_dir() {
                open.extend(fs::read_dir(&path)?.filter_map(Result::ok).map(|entry| entry.path()));
            } else if about.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                seen += 1;
                let found = self.in_bytes(&bytes);
                ensure!(found.is_none(), "{} holds {found:?}", path.display());
            }
        }
        ensure!(seen >= least, "only {seen} files below {}", folder.display());
        Ok(())
    }

    /// Fails if the arguments of a process hold a secret.
    pub fn absent_from_processes(&self) -> Result<()> {
        let mut seen = 0;
        for entry in fs::read_dir("/proc")?.filter_map(Result::ok) {
            // One that has ended meanwhile shows nothing.
            let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
            seen += 1;
            self.silent("the list of processes", &line)?;
        }
        ensure!(seen > 3, "no process was seen");
        Ok(())
    }
}

/// A text as it is, in UTF-16 as web views keep it, and as it is sent.
fn shapes(secret: &str) -> Vec<Vec<u8>> {
    let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![secret.as_bytes().to_vec(), wide, sent.into_bytes()]
}
