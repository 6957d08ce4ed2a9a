//! Files in places where a program may have put something else: opened only if they are regular, so that no
//! FIFO or device is waited for.

use std::{
    fs::{self, File, FileType, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

/// Reads a whole file, or the file that a symbolic link leads to.
///
/// # Errors
/// If it is not regular, or longer than this.
pub(crate) fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let file = open(path, OpenOptions::new().read(true))?;
    let mut bytes = Vec::new();
    file.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let message = format!("it is longer than {longest} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Opens a file to be continued, which is made if there is none.
///
/// # Errors
/// If what is there is not regular.
pub(crate) fn append(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().create(true).append(true))
}

/// Writes a new file in the place of what is there.
///
/// # Errors
/// If a folder is there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    io::Write::write_all(&mut file, bytes)
}

/// Opens a file with these options.
///
/// # Errors
/// If what is there is not regular.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    open_regular(path, options, refused)
}

/// Opens a file, or the file that a symbolic link leads to, if it is regular. Nothing is waited for: a FIFO, a device or a
/// folder is refused with the error that `refused` makes of its kind.
///
/// # Errors
/// That one, or why the file cannot be opened.
pub fn open_regular(
    path: &Path,
    options: &mut OpenOptions,
    refused: impl Fn(FileType) -> io::Error,
) -> io::Result<File> {
    let check = |found: &fs::Metadata| match found.file_type() {
        kind if kind.is_file() => Ok(()),
        kind => Err(refused(kind)),
    };
    // Opening some devices does something already; and a FIFO without a reader has no words of its own.
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

fn refused(kind: FileType) -> io::Error {
    let what = if kind.is_dir() {
        "a folder"
    } else {
        special(kind)
    };
    let message = format!("it is {what}, not a regular file: remove it");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_kind: FileType) -> &'static str {
    "something else"
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::{fs::symlink, net::UnixListener};

    #[test]
    fn what_is_not_regular_is_neither_read_nor_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(
            std::process::Command::new("mkfifo")
                .arg(path("fifo"))
                .status()
                .unwrap()
                .success()
        );
        let _socket = UnixListener::bind(path("socket")).unwrap();
        fs::create_dir(path("folder")).unwrap();
        symlink("/dev/zero", path("device")).unwrap();
        for (name, expect) in [
            ("fifo", "it is a FIFO, not a regular file"),
            ("socket", "it is a socket"),
            ("folder", "it is a folder"),
            ("device", "it is a device"),
        ] {
            for error in [
                read(&path(name), 100).unwrap_err(),
                append(&path(name)).unwrap_err(),
            ] {
                assert!(error.to_string().contains(expect), "{error}");
            }
        }
        // Nothing is written into it, either.
        write(&path("fifo"), b"new").unwrap();
        assert_eq!(read(&path("fifo"), 3).unwrap(), b"new");
        assert!(write(&path("folder"), b"new").is_err());
        assert!(read(&path("fifo"), 2).is_err());
        symlink("fifo", path("link")).unwrap();
        assert_eq!(read(&path("link"), 3).unwrap(), b"new");
    }
}
