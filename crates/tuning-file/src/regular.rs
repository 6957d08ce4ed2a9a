//! [`read_text`]: files are read if they are files. A pipe, a device or a folder in the place of one is told, and nothing
//! waits for it.

use std::{
    fs::{FileType, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

use tuning_command::open_regular;

use crate::limits;

/// The text of a file.
///
/// # Errors
/// If it is not a regular file, has more than 64 MiB, is not UTF-8, or cannot be read. The message continues
/// "cannot read `FILE`: …".
pub fn read_text(path: &Path) -> io::Result<String> {
    let file = open_regular(path, OpenOptions::new().read(true), refused)?;
    let metadata = file.metadata()?;
    let too_large = || {
        let most = limits::BYTES >> 20;
        wrong(format!(
            "it has more than {most} MiB: split it, or write less"
        ))
    };
    if metadata.len() > limits::BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(limits::BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::BYTES {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| {
        wrong(format!(
            "it is not UTF-8 at byte {}",
            error.utf8_error().valid_up_to()
        ))
    })
}

fn refused(kind: FileType) -> io::Error {
    let what = match () {
        () if kind.is_dir() => "a folder",
        #[cfg(unix)]
        () if std::os::unix::fs::FileTypeExt::is_fifo(&kind) => "a pipe",
        #[cfg(unix)]
        () if std::os::unix::fs::FileTypeExt::is_socket(&kind) => "a socket",
        () => "a device",
    };
    wrong(format!("it is {what}: name a file"))
}

fn wrong(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    fn check(path: &Path, expect: &str) {
        let error = read_text(path).unwrap_err().to_string();
        assert!(error.contains(expect), "{}: {error}", path.display());
    }

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        check(folder.path(), "it is a folder");
        let path = folder.path().join("text");
        fs::write(&path, "größe").unwrap();
        assert_eq!(read_text(&path).unwrap(), "größe");
        fs::write(&path, b"a\xff").unwrap();
        check(&path, "it is not UTF-8 at byte 1");
        File::create(&path)
            .unwrap()
            .set_len(limits::BYTES + 1)
            .unwrap();
        check(&path, "more than 64 MiB");
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_begun() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        check(&pipe, "it is a pipe");
        let socket = folder.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check(&socket, "it is a socket");
        check(Path::new("/dev/zero"), "it is a device");
    }
}
