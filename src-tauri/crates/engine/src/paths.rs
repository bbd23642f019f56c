//! Where the data folder is, and that only its owner can look into it.
//!
//! App and command line find the same folder (design decision 14). The demo seller lives beside it, so that leaving
//! the demo can delete a folder that never held the seller's own data.

use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};

/// The application's identifier: name of the data folder and of the keychain's service.
pub const IDENTIFIER: &str = "io.packlight.desktop";

/// There is no place for the data folder.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// The system names no home folder.
    #[error(
        "this system names no folder for application data: say where to keep it with --data-dir DIR or PACKLIGHT_DATA_DIR"
    )]
    NoHome,
    /// A relative path, and the current folder is gone.
    #[error("{} is not a usable data folder ({source}): give a full path", path.display())]
    NotAbsolute {
        /// What was asked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder cannot be made.
    #[error("the data folder {} cannot be made ({source}): choose another with --data-dir DIR or PACKLIGHT_DATA_DIR", path.display())]
    NotMade {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The data folder: the one asked for (`--data-dir` before `PACKLIGHT_DATA_DIR`), else the system's usual place.
///
/// The folder need not exist; see [`create_private`].
pub fn data_folder(asked: Option<&Path>) -> Result<PathBuf, PathError> {
    match asked {
        Some(path) => std::path::absolute(path)
            .map_err(|source| PathError::NotAbsolute { path: path.to_owned(), source }),
        None => dirs::data_dir().map(|data| data.join(IDENTIFIER)).ok_or(PathError::NoHome),
    }
}

/// The demo seller's folder, beside the data folder: `<data folder>-demo`.
pub fn demo_folder(data_folder: &Path) -> PathBuf {
    let mut name = data_folder.file_name().map_or_else(|| OsString::from(IDENTIFIER), OsString::from);
    name.push("-demo");
    data_folder.with_file_name(name)
}

/// Whether a folder is the demo seller's, which nobody needs to keep.
pub fn is_demo(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().ends_with("-demo"))
}

/// Where the system keeps downloads, for the files that the seller asked for; the data folder where it names no place.
pub fn downloads_folder(data_folder: &Path) -> PathBuf {
    let usual = dirs::download_dir().or_else(|| dirs::home_dir().map(|home| home.join("Downloads")));
    usual.unwrap_or_else(|| data_folder.join("exports"))
}

/// Makes a data folder that only its owner can enter (0700), and closes an existing one to others.
pub fn create_private(folder: &Path) -> Result<(), PathError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .and_then(|()| close_to_others(folder))
        .map_err(|source| PathError::NotMade { path: folder.to_owned(), source })
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder)?.permissions().mode();
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    match std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode & 0o700)) {
        // Somebody else's folder, or a read-only one: its owner decides; the files in it are 0600 all the same.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

// Folders of a user's profile are closed to other users there without further ado.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature as on Unix")]
fn close_to_others(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asked_folder_wins_and_is_made_absolute() {
        assert_eq!(data_folder(Some(Path::new("/srv/desk"))).unwrap(), Path::new("/srv/desk"));
        let here = std::env::current_dir().unwrap();
        assert_eq!(data_folder(Some(Path::new("desk"))).unwrap(), here.join("desk"));
    }

    #[test]
    fn the_usual_folder_is_named_after_the_application() {
        assert_eq!(data_folder(None).unwrap().file_name().unwrap(), IDENTIFIER);
    }

    #[test]
    fn the_demo_lives_beside_the_data() {
        assert_eq!(demo_folder(Path::new("/srv/desk")), Path::new("/srv/desk-demo"));
        assert_eq!(
            demo_folder(Path::new("/srv/io.packlight.desktop")),
            Path::new("/srv/io.packlight.desktop-demo")
        );
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_enter() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let home = tempfile::tempdir().unwrap();
        let made = home.path().join("a/b");
        create_private(&made).unwrap();
        assert_eq!(mode(&made), 0o700);
        let open = home.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
        create_private(&open).unwrap();
        assert_eq!(mode(&open), 0o700);
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        std::fs::write(&path, "").unwrap();
        let error = create_private(&path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("the data folder {} cannot be made (", path.display())),
            "{error}"
        );
        assert!(error.ends_with("choose another with --data-dir DIR or PACKLIGHT_DATA_DIR"), "{error}");
    }
}
