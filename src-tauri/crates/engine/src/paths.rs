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

/// The file that tells the demo seller's folder from one of the same name.
const DEMO_MARK: &str = "packlight.demo";

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
    /// The data was moved, and the new place is not there.
    #[error(
        "the data of {} was moved to {}, which is not there: connect its disk and try again, or delete packlight.moved in the former folder to begin anew there",
        from.display(), to.display()
    )]
    Moved {
        /// The folder that was left.
        from: PathBuf,
        /// Where the data should be.
        to: PathBuf,
    },
    /// The data was moved, and the new place is there.
    #[error("the data of {} is in {}: start Packlight again to open it there", from.display(), to.display())]
    Elsewhere {
        /// The folder that was asked for.
        from: PathBuf,
        /// Where the data is.
        to: PathBuf,
    },
    /// The file that says where the data was moved cannot be read.
    #[error("{}, which says where the data was moved, cannot be read ({source}): delete it to begin anew in its folder", file.display())]
    Sign {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folders of several moves lead to each other.
    #[error("the data folder {} leads in a circle: delete packlight.moved in the folder that holds packlight.db", folder.display())]
    Circle {
        /// One of them.
        folder: PathBuf,
    },
}

/// The data folder: the one asked for (`--data-dir` before `PACKLIGHT_DATA_DIR`), else the system's usual place; where the
/// data of that was moved, the folder that it was moved to.
///
/// The folder need not exist; see [`create_private`].
pub fn data_folder(asked: Option<&Path>) -> Result<PathBuf, PathError> {
    crate::relocate::present(named_folder(asked)?)
}

/// As [`data_folder`], without looking where the data of it was moved. Opening it is refused if it was.
pub fn named_folder(asked: Option<&Path>) -> Result<PathBuf, PathError> {
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

/// A path without links, as far as it exists: a folder has the same before it is made and afterwards.
pub fn real(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return if rest.as_os_str().is_empty() { found } else { found.join(rest) };
        }
    }
    path.to_owned()
}

/// Makes the demo seller's folder, marked as what it is.
pub fn create_demo(folder: &Path) -> Result<(), PathError> {
    create_private(folder)?;
    std::fs::write(folder.join(DEMO_MARK), "")
        .map_err(|source| PathError::NotMade { path: folder.to_owned(), source })
}

/// Whether a folder is the demo seller's, which nobody needs to keep. Its name does not say: a seller may call a folder so.
pub fn is_demo(folder: &Path) -> bool {
    folder.join(DEMO_MARK).exists()
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
        let desk = Path::new(if cfg!(windows) { r"C:\srv\desk" } else { "/srv/desk" });
        assert_eq!(data_folder(Some(desk)).unwrap(), desk);
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
