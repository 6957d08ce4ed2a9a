//! The tables of the file and their version. The only place that knows how a file is told to be ours.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, config::DbConfig};
use tuning_core::{JournalError, StudySpec};

use crate::{error, regular, sums, watch};

/// `tune` in ASCII: SQLite keeps it in the file's header, where `file study.db` finds it.
const APPLICATION_ID: i64 = 0x7475_6E65;

/// The version of the tables, in `PRAGMA user_version`.
const VERSION: i64 = 2;

/// How long one process waits for another's transaction before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a new file is filled with.
pub(crate) const TABLES: &str = "
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE studies (
    id                INTEGER PRIMARY KEY,
    name              TEXT    NOT NULL UNIQUE,
    created_at_millis INTEGER NOT NULL,
    format            INTEGER NOT NULL
);
CREATE TABLE events (
    study     INTEGER NOT NULL REFERENCES studies (id),
    seq       INTEGER NOT NULL,
    at_millis INTEGER NOT NULL,
    known     INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    trial     INTEGER,
    body      TEXT    NOT NULL,
    PRIMARY KEY (study, seq)
) WITHOUT ROWID;
CREATE INDEX events_by_trial ON events (study, trial, kind);
CREATE TABLE cursors (
    study    INTEGER NOT NULL REFERENCES studies (id),
    observer TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (study, observer)
) WITHOUT ROWID;
CREATE TABLE observers (
    study    INTEGER NOT NULL REFERENCES studies (id),
    observer TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (study, observer)
) WITHOUT ROWID;
";

/// Returns the same file for every way to write its name, so that a study cannot be run twice by way of a link.
///
/// # Errors
/// If its folder does not exist.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, JournalError> {
    if let Ok(path) = path.canonicalize() {
        return Ok(path);
    }
    let Some(name) = path.file_name() else {
        let message = format!("`{}` names no file: name one", path.display());
        return Err(error::refused(message));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match folder.canonicalize() {
        Ok(folder) => Ok(folder.join(name)),
        Err(cause) => {
            let message = format!(
                "there is no folder `{}` for the file `{}`: create it first",
                folder.display(),
                path.display()
            );
            Err(JournalError::unavailable(message, cause))
        }
    }
}

/// Opens the file for writing, and creates it if it is not there. `look` sees it before anything is changed, and whether
/// it is empty.
///
/// # Errors
/// If it cannot be written, is not an SQLite database, another program's, or of a newer version; and those of `look`.
pub(crate) fn open_to_write(
    path: &Path,
    look: impl FnOnce(&Connection, bool) -> Result<(), JournalError>,
) -> Result<Connection, JournalError> {
    refuse_special(path)?;
    refuse_other_name(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = |what| move |error| error::sqlite(path, what, error);
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(sqlite("open the database"))?;
    connection
        .busy_timeout(PATIENCE)
        .map_err(sqlite("set up"))?;
    if connection.is_readonly("main").map_err(sqlite("open"))? {
        let message = format!(
            "the file `{}` cannot be written: check its permissions",
            path.display()
        );
        return Err(error::refused(message));
    }
    // Looked at before anything is changed: it may be another program's file.
    let is_new = check(path, &connection)?;
    look(&connection, is_new).inspect_err(|_| keep_wal(&connection))?;
    use_wal(&connection).map_err(sqlite("set up"))?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(sqlite("set up"))?;
    if is_new {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sqlite("write to"))?;
        // Another process may have created the tables since.
        if check(path, &transaction)? {
            create(&transaction).map_err(sqlite("write to"))?;
        }
        transaction.commit().map_err(sqlite("write to"))?;
    }
    Ok(connection)
}

/// Opens the file for reading: no writer waits for it, and nothing can be written through it.
///
/// # Errors
/// If there is no such file, or it is none of ours.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, JournalError> {
    if let Err(error) = fs::metadata(path) {
        return Err(error::file(path, "read", error));
    }
    refuse_special(path)?;
    refuse_other_name(path)?;
    // Not SQLITE_OPEN_READ_ONLY: such a connection leaves `-wal` and `-shm` behind when it is the last
    // one to be closed. (Where the file cannot be written, this one is read-only by itself.)
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "query_only", true)?;
            connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            Ok(connection)
        })
        .or_else(|error| match error.sqlite_error_code() {
            // Readers keep an index beside the file. Where they may not create it (a read-only
            // folder) and no process writes, the file can be read as one that never changes.
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) if !has_wal(path) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(immutable(path), flags)
            }
            _ => Err(error),
        })
        .map_err(|error| error::sqlite(path, "read", error))?;
    if check(path, &connection)? {
        let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        sums::check_all(&file).inspect_err(|_| keep_wal(&connection))?;
        let message = format!("`{}` holds no study yet", path.display());
        return Err(error::refused(message));
    }
    Ok(connection)
}

/// Refuses a study whose entries a newer version wrote.
///
/// # Errors
/// If its format is newer than this version's.
pub(crate) fn check_study(path: &Path, study: &str, format: i64) -> Result<(), JournalError> {
    if format <= i64::from(StudySpec::FORMAT) {
        return Ok(());
    }
    let message = format!(
        "study `{study}` in `{}` has format {format}, this version reads up to {}: use a newer \
         version of tuning",
        path.display(),
        StudySpec::FORMAT
    );
    Err(error::refused(message))
}

/// Whether the file is empty; nothing else but our own tables is let through.
fn check(path: &Path, connection: &Connection) -> Result<bool, JournalError> {
    // One statement sees one state of the file, even while another process creates the tables.
    let (application, version, tables) = connection
        .query_row(
            "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) \
             FROM pragma_application_id, pragma_user_version",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(|error| error::sqlite(path, "open", error))?;
    let file = path.display();
    match (application, version, tables) {
        (0, _, 0) => Ok(true),
        (APPLICATION_ID, VERSION, _) => Ok(false),
        (APPLICATION_ID, ..VERSION, _) => {
            let message = format!(
                "`{file}` was written before the first release of tuning and cannot be read: begin a new file"
            );
            Err(error::refused(message))
        }
        (APPLICATION_ID, version, _) => {
            let message = format!(
                "`{file}` has version {version} of the tables, this version reads up to {VERSION}: \
                 use a newer version of tuning"
            );
            Err(error::refused(message))
        }
        _ => {
            let message = format!("`{file}` is a database of another program: name another file");
            Err(error::refused(message))
        }
    }
}

fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('format', ?1), ('created_by', ?2)",
        (
            VERSION.to_string(),
            concat!("tuning-sqlite ", env!("CARGO_PKG_VERSION")),
        ),
    )?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)
}

/// Readers and the writer get along only with a write-ahead log.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        });
        match mode {
            Ok(_) => return Ok(()),
            // Two processes that create the file at once: SQLite does not wait here by itself.
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 100 =>
            {
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

/// Refuses a path that SQLite would only call "unable to open", or that it would wait for.
///
/// # Errors
/// If it is a folder; or if it, or a file that SQLite has beside it, is a FIFO or a device.
pub(crate) fn refuse_special(path: &Path) -> Result<(), JournalError> {
    if path.is_dir() {
        let message = format!(
            "`{}` is a folder: name a file in it, such as `study.db`",
            path.display()
        );
        return Err(error::refused(message));
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        regular::refuse_others(Path::new(&beside))?;
    }
    Ok(())
}

/// Refuses a name of the file beside which SQLite does not look for the newest entries.
fn refuse_other_name(path: &Path) -> Result<(), JournalError> {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Some(why) = watch::other_name(&file) else {
        return Ok(());
    };
    let message = format!(
        "`{}` {why}: SQLite keeps the newest entries of a database beside its name, so use that name and its folder, or \
         make a copy (`cp`)",
        path.display()
    );
    Err(error::refused(message))
}

/// Lets this connection leave the write-ahead log as it is when it is closed: what is damaged there may still be saved.
pub(crate) fn keep_wal(connection: &Connection) {
    // Without it the log is emptied as ever.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

fn has_wal(path: &Path) -> bool {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    fs::metadata(wal).is_ok_and(|wal| wal.len() > 0)
}

fn immutable(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    uri
}
