//! Files are opened only if they are regular: no FIFO and no device in the place of one is waited for.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    path::Path,
};

use tuning_core::JournalError;

use crate::error;

/// Opens a file, if it is regular.
///
/// # Errors
/// If it is not, or cannot be opened.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening some devices does something already.
    if let Ok(found) = fs::metadata(path) {
        check(&found)?;
    }
    // A FIFO that comes here just now is opened, but not waited for.
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

/// Refuses a file that others open (SQLite does), if it is there and not regular.
///
/// # Errors
/// If it is not.
pub(crate) fn refuse_others(path: &Path) -> Result<(), JournalError> {
    match fs::metadata(path).map(|found| check(&found)) {
        Ok(Err(found)) => Err(error::file(path, "open", found)),
        // What cannot be looked at is told by who opens it.
        _ => Ok(()),
    }
}

fn check(found: &Metadata) -> io::Result<()> {
    if found.is_file() {
        return Ok(());
    }
    let what = match found.is_dir() {
        true => "a folder",
        false => special(found),
    };
    let message = format!("it is {what}, not a regular file: remove it, or name another file");
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

#[cfg(unix)]
fn special(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = found.file_type();
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "something else"
}
