//! What SQLite and the file system say, as a [`JournalError`] that names the file and a remedy.

use std::{io, path::Path};

use rusqlite::ErrorCode;
use tuning_core::JournalError;

/// The journal cannot be used for a reason that has no further cause.
pub(crate) fn refused(message: impl Into<String>) -> JournalError {
    JournalError::Unavailable {
        message: message.into(),
        source: None,
    }
}

/// SQLite failed while it did `what` with the file.
pub(crate) fn sqlite(path: &Path, what: &str, error: rusqlite::Error) -> JournalError {
    let path = path.display();
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            let message = format!("`{path}` is not an SQLite database: name another file");
            return JournalError::unavailable(message, error);
        }
        Some(ErrorCode::DiskFull) => "the disk is full: free some space and run the study again",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process keeps the file locked: end it, or try again later"
        }
        Some(ErrorCode::ReadOnly) => "the file cannot be written: check its permissions",
        Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "it cannot be opened: check the permissions of the file and its folder"
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            "the file is damaged: restore a copy, or save what `sqlite3 FILE .recover` finds"
        }
        _ => "SQLite failed",
    };
    JournalError::unavailable(format!("cannot {what} `{path}`: {remedy}"), error)
}

/// The file system failed while it did `what` with the file.
pub(crate) fn file(path: &Path, what: &str, error: io::Error) -> JournalError {
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied => ": check the permissions of the file and its folder",
        io::ErrorKind::NotFound => ": it does not exist",
        io::ErrorKind::StorageFull => ": free some space on the disk",
        io::ErrorKind::InvalidFilename => ": its name is too long, or not allowed here",
        _ => "",
    };
    JournalError::unavailable(format!("cannot {what} `{}`{remedy}", path.display()), error)
}
