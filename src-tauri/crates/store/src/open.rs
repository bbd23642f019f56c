//! Opening: folder and file permissions, the checks that come before a byte is written, migrations with a backup.
//!
//! Two promises are owned here. A database of a newer Packlight is refused without changing a byte of it. A migration
//! that has something to migrate leaves a copy of the old database behind (fault catalogue rows 51–53, 61).

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use crate::OpenError;
use crate::former::BEFORE;

/// The steps that this program knows.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations");

/// Name of the database in the data folder.
pub const DATABASE: &str = "packlight.db";

/// SQLite's application id of our files: "PkLt".
const APPLICATION_ID: i64 = 0x506b_4c74;

/// The first SQLite whose WAL reset cannot corrupt a database with several connections.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a statement waits for a lock that another program holds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a caller waits for one of our own readers: as good as for ever, because each comes free, and whoever gave up
/// would blame another program.
const OWN_TURN: Duration = Duration::from_hours(24);

pub(crate) fn database_file(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

pub(crate) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Options that every connection shares.
pub(crate) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("temp_store", "MEMORY")
        // A mapped file that shrinks or fails to read ends the process by SIGBUS instead of an error.
        .pragma("mmap_size", "0")
        // A page of rows fits, so that SQLite's thread need not wait for ours in the middle of one.
        .row_buffer_size(512)
        .disable_statement_logging()
}

/// Readers that share the file with the writer of this process, or with another process when `read_only`.
fn reader_options(file: &Path, read_only: bool) -> SqliteConnectOptions {
    options(file).read_only(read_only).pragma("query_only", "ON").pragma("cache_size", "-6144")
}

async fn pool(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(3)
        .min_connections(1)
        .acquire_timeout(OWN_TURN)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// Opens for writing: creates or migrates what is there.
pub(crate) async fn writable(
    folder: &Path,
    migrations: &Migrator,
) -> Result<(SqliteConnection, SqlitePool), OpenError> {
    let file = database_file(folder);
    prepare_folder(folder)?;
    crate::repair::clear_parts(folder);
    crate::restore::complete(folder)?;
    // A future of its own: it is large and seldom wanted.
    Box::pin(crate::repair::examine_suspect(folder)).await?;
    let newest = newest(migrations);
    let found = match examine(&file)? {
        Found::Nothing => {
            create(&file)?;
            0
        }
        Found::Database => {
            let found = probe(&file).await?;
            if found > newest {
                return Err(OpenError::NewerDatabase { folder: folder.to_owned(), found, ours: newest });
            }
            restrict(&file)?;
            OpenOptions::new().append(true).open(&file).map_err(|error| io_error(&file, &error))?;
            found
        }
    };
    let fail = |error: sqlx::Error| OpenError::of(&error, &file);
    let mut writer = options(&file)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("secure_delete", "FAST")
        .pragma("journal_size_limit", "8388608")
        .pragma("cache_size", "-16384")
        .statement_cache_capacity(200)
        .connect()
        .await
        .map_err(fail)?;
    check_version(&mut writer, &file).await?;
    if found < newest {
        if found > 0 {
            back_up(&mut writer, &file, found).await?;
        }
        migrate(&mut writer, migrations, &file).await?;
    }
    let readers = pool(reader_options(&file, false)).await.map_err(fail)?;
    Ok((writer, readers))
}

/// Opens beside whoever writes, without writing.
pub(crate) async fn readable(folder: &Path, migrations: &Migrator) -> Result<SqlitePool, OpenError> {
    let file = database_file(folder);
    let newest = newest(migrations);
    if matches!(examine(&file)?, Found::Nothing) {
        return Err(OpenError::Missing { folder: folder.to_owned() });
    }
    let found = probe(&file).await?;
    let folder = folder.to_owned();
    match found {
        found if found > newest => return Err(OpenError::NewerDatabase { folder, found, ours: newest }),
        0 => return Err(OpenError::Missing { folder }),
        found if found < newest => return Err(OpenError::OlderDatabase { folder, found, ours: newest }),
        _ => {}
    }
    let readers = match pool(reader_options(&file, true)).await {
        // In a folder that may not be written, the index of the log cannot be made; without a log none is needed.
        Err(error) if crate::error::sqlite_code(&error) == Some(14) && no_log(&file) => {
            pool(reader_options(&file, true).immutable(true)).await
        }
        opened => opened,
    };
    let readers = readers.map_err(|error| OpenError::of(&error, &file))?;
    let mut one = readers.acquire().await.map_err(|error| OpenError::of(&error, &file))?;
    check_version(&mut one, &file).await?;
    drop(one);
    Ok(readers)
}

pub(crate) fn no_log(file: &Path) -> bool {
    fs::metadata(with_suffix(file, "-wal")).map_or(true, |log| log.len() == 0)
}

pub(crate) fn newest(migrations: &Migrator) -> i64 {
    migrations.iter().map(|migration| migration.version).max().unwrap_or(0)
}

pub(crate) enum Found {
    Nothing,
    Database,
}

/// Looks at the file's first page without SQLite: is it a database, and is all of it there?
pub(crate) fn examine(file: &Path) -> Result<Found, OpenError> {
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(io_error(file, &error)),
    };
    let length = opened.metadata().map_err(|error| io_error(file, &error))?.len();
    // A process that died before its first migration leaves an empty file, perhaps with a log beside it.
    if length == 0 {
        return Ok(if no_log(file) { Found::Nothing } else { Found::Database });
    }
    let corrupt = |detail: &str| Err(OpenError::Corrupt { file: file.to_owned(), detail: detail.to_owned() });
    let mut header = [0_u8; 100];
    if opened.read_exact(&mut header).is_err() {
        return corrupt("it is shorter than a database header");
    }
    if &header[..16] != b"SQLite format 3\0" {
        return corrupt("it does not begin like a database");
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let page = match u64::from(number(16) >> 16) {
        1 => 65_536,
        page => page,
    };
    if !page.is_power_of_two() || page < 512 {
        return corrupt("its page size is impossible");
    }
    // The page count is only kept where the change counter and "version valid for" agree (SQLite file format §1.3.8).
    if number(24) == number(92) && u64::from(number(28)) * page > length && no_log(file) {
        return corrupt("its end is missing");
    }
    Ok(Found::Database)
}

/// The version of a database, read without writing, and a look at every table's first page. Of the two places that keep the
/// version the newer one counts: a newer Packlight may leave either.
pub(crate) async fn probe(file: &Path) -> Result<i64, OpenError> {
    // Without a log the file is all there is, and a look at nothing but the file leaves no log beside it. Should
    // somebody write just then, the look may fail, and another with SQLite's locks tells what is true.
    if no_log(file)
        && let Ok(version) = look(options(file).read_only(true).immutable(true), file).await
    {
        return Ok(version);
    }
    look(options(file).read_only(true), file).await
}

async fn look(options: SqliteConnectOptions, file: &Path) -> Result<i64, OpenError> {
    let fail = |error: sqlx::Error| OpenError::of(&error, file);
    let mut connection = options.connect().await.map_err(fail)?;
    let mut version: i64 =
        sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await.map_err(fail)?;
    let application: i64 =
        sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connection).await.map_err(fail)?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
    )
    .fetch_all(&mut connection)
    .await
    .map_err(fail)?;
    if application != APPLICATION_ID && !tables.is_empty() {
        return Err(OpenError::Corrupt {
            file: file.to_owned(),
            detail: "it is the database of another program".to_owned(),
        });
    }
    if tables.iter().any(|table| table == "_sqlx_migrations") {
        let applied: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await
            .map_err(fail)?;
        version = version.max(applied.unwrap_or(0));
    }
    for table in tables {
        let quoted = table.replace('"', "\"\"");
        sqlx::query(AssertSqlSafe(format!("SELECT 1 FROM \"{quoted}\" NOT INDEXED LIMIT 1")))
            .fetch_optional(&mut connection)
            .await
            .map_err(fail)?;
    }
    connection.close().await.map_err(fail)?;
    Ok(version)
}

async fn check_version(connection: &mut SqliteConnection, file: &Path) -> Result<(), OpenError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|error| OpenError::of(&error, file))?;
    if is_new_enough(&found) { Ok(()) } else { Err(OpenError::TooOldSqlite { found }) }
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

/// A copy of the database as it is, complete and usable, beside it. An older copy of the same name is replaced.
async fn back_up(writer: &mut SqliteConnection, file: &Path, version: i64) -> Result<(), OpenError> {
    let copy = with_suffix(file, &format!("{BEFORE}{version}"));
    let part = with_suffix(&copy, ".part");
    let _ = fs::remove_file(&part);
    create(&part)?;
    sqlx::query("VACUUM INTO ?")
        .bind(part.to_string_lossy().into_owned())
        .execute(writer)
        .await
        .map_err(|error| OpenError::of(&error, file))?;
    fs::rename(&part, &copy).map_err(|error| io_error(&copy, &error))
}

async fn migrate(writer: &mut SqliteConnection, migrations: &Migrator, file: &Path) -> Result<(), OpenError> {
    let fail = |error: sqlx::Error| OpenError::of(&error, file);
    sqlx::query(AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}")))
        .execute(&mut *writer)
        .await
        .map_err(fail)?;
    // `run` would make the future of opening a store too special to be spawned (sqlx: "Acquire is not general enough").
    migrations.run_direct(None, writer, false).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => fail(error),
        other => OpenError::Internal { file: file.to_owned(), detail: other.to_string() },
    })?;
    // The version in the file's header is what the downgrade guard reads first.
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await.map_err(fail)?;
    Ok(())
}

pub(crate) fn io_error(path: &Path, error: &std::io::Error) -> OpenError {
    let (path, detail) = (path.to_owned(), error.to_string());
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path, detail },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => OpenError::DiskFull { path },
        _ => OpenError::Disk { path, detail },
    }
}

/// Makes the folder for its owner only.
pub(crate) fn prepare_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700);
        builder.create(folder).map_err(|error| io_error(folder, &error))?;
        let mode = fs::metadata(folder).map_err(|error| io_error(folder, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
                .map_err(|error| io_error(folder, &error))?;
        }
    }
    #[cfg(not(unix))]
    builder.create(folder).map_err(|error| io_error(folder, &error))?;
    Ok(())
}

/// Makes an empty file for its owner only; SQLite gives its log and index the same permissions.
pub(crate) fn create(file: &Path) -> Result<(), OpenError> {
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        open.mode(0o600);
    }
    open.open(file).map_err(|error| io_error(file, &error))?;
    restrict(file)
}

#[cfg(unix)]
fn restrict(file: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(file).map_err(|error| io_error(file, &error))?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))
            .map_err(|error| io_error(file, &error))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn restrict(_file: &Path) -> Result<(), OpenError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_versions_compare_by_number() {
        assert!(is_new_enough("3.51.3"));
        assert!(is_new_enough("3.100.0"));
        assert!(is_new_enough("4.0"));
        assert!(!is_new_enough("3.51.2"));
        assert!(!is_new_enough("3.9.30"));
        assert!(!is_new_enough("rubbish"));
    }
}
