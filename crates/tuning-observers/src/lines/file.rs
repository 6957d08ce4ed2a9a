//! [`LineFile`]: a file of lines on a disk, which may be full, torn, removed or written by another process.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{backwards::Backwards, format::Format};

/// A file of lines that one process grows at its end.
#[derive(Debug)]
pub(super) struct LineFile {
    file: File,
    path: PathBuf,
    /// How long the file is, by what was written.
    len: u64,
}

/// What a path turned out to be.
pub(super) enum Opened {
    Lines(LineFile),
    /// Not a regular file: it has no end to look at.
    Device(File),
}

impl LineFile {
    /// Opens a file for appending, or creates it. What was left of a torn line at its end is removed.
    ///
    /// # Errors
    /// If it cannot be opened, is not of this format, or another process or study writes it.
    pub(super) fn open<F: Format>(path: &Path) -> io::Result<Opened> {
        let mut file = (OpenOptions::new().read(true).append(true).create(true)).open(path)?;
        if !file.metadata()?.is_file() {
            return Ok(Opened::Device(file));
        }
        let refused = |why: String| invalid(format!("`{}` {why}", path.display()));
        // Before anything is read: another one may be in the middle of a line. Where locks are not supported, all are
        // taken at their word.
        #[cfg(unix)]
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(refused(
                "is being written by another study or program: name another file".to_owned(),
            ));
        }
        let len = whole_length::<F>(&mut file).map_err(|why| match why {
            Torn::Io(error) => error,
            Torn::Foreign(why) => refused(why),
        })?;
        if len < file.metadata()?.len() {
            file.set_len(len)?;
        }
        let path = path.to_owned();
        Ok(Opened::Lines(Self { file, path, len }))
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that this file is still the one at its path, and that no one else wrote to it.
    ///
    /// # Errors
    /// If it was removed, replaced, or changed.
    pub(super) fn check(&self) -> io::Result<()> {
        let path = self.path.display();
        let lost = |how: &str| {
            Err(io::Error::other(format!(
                "`{path}` was {how} while it was open: it is opened again, and with durable delivery what it lacks is \
                 written again"
            )))
        };
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return lost("removed"),
            Err(error) => return Err(error),
            Ok(there) if !is_same(&there, &self.file.metadata()?) => return lost("replaced"),
            Ok(there) if there.len() != self.len => return lost("changed by another program"),
            Ok(_) => {}
        }
        Ok(())
    }

    /// Removes what a failed write has left of a line.
    pub(super) fn cut_torn_line(&mut self) -> io::Result<()> {
        let mut backwards = Backwards::new(&mut self.file)?;
        if let Some(line) = backwards.before()?.filter(|line| !line.ended) {
            self.file.set_len(line.begin)?;
            self.len = line.begin;
        }
        Ok(())
    }

    /// The first line, without its end; none if the file is empty.
    #[cfg(feature = "csv")]
    pub(super) fn first(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(first(&mut self.file)?.map(|(line, _)| line))
    }

    /// What `find` finds in the last line in which it finds anything.
    pub(super) fn find_last<T>(
        &mut self,
        mut find: impl FnMut(&[u8]) -> Option<T>,
    ) -> io::Result<Option<T>> {
        let mut backwards = Backwards::new(&mut self.file)?;
        while let Some(line) = backwards.before()? {
            if let Some(found) = find(&line.text).filter(|_| line.ended) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

impl Write for LineFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for LineFile {
    /// At once: a child that is being started may hold the file, and with it the lock, a moment longer.
    fn drop(&mut self) {
        #[cfg(unix)]
        let _ = self.file.unlock();
    }
}

enum Torn {
    Io(io::Error),
    Foreign(String),
}

impl From<io::Error> for Torn {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where the last whole line of a file ends.
fn whole_length<F: Format>(file: &mut File) -> Result<u64, Torn> {
    let show = |line: &[u8]| {
        let text = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        text.trim_end().to_owned()
    };
    if let Some((line, ended)) = first(file)?
        && !F::is_first(&line)
        && (ended || !is_left::<F>(&line, ended))
    {
        let (kind, line) = (F::FILE, show(&line));
        return Err(Torn::Foreign(format!(
            "is not a {kind}: its first line is `{line}`: name another file"
        )));
    }
    let end = file.seek(SeekFrom::End(0))?;
    let mut whole = end;
    let mut backwards = Backwards::new(file)?;
    while let Some(line) = backwards.before()? {
        if line.ended && (F::is_whole(&line.text) || line.begin == 0 && F::is_first(&line.text)) {
            break;
        }
        if !is_left::<F>(&line.text, line.ended) {
            let (kind, text) = (F::LINE, show(&line.text));
            return Err(Torn::Foreign(format!(
                "ends with a line that is no {kind}: `{text}`: remove that line, or name another file"
            )));
        }
        whole = line.begin;
    }
    Ok(whole)
}

/// Whether a crash or a disk that lost power may have left this of a line: a file system may lengthen a file before it
/// writes what is in it.
fn is_left<F: Format>(line: &[u8], ended: bool) -> bool {
    let written = line.iter().rposition(|byte| *byte != 0);
    let piece = &line[..written.map_or(0, |last| last + 1)];
    piece.is_empty() && !line.is_empty() || F::is_piece(piece, ended && piece.len() == line.len())
}

/// The first line, without its end, and whether it has one.
fn first(file: &mut File) -> io::Result<Option<(Vec<u8>, bool)>> {
    file.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    io::BufReader::new(file).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let ended = line.pop_if(|last| *last == b'\n').is_some();
    Ok(Some((line, ended)))
}

#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a file that is open is neither removed nor replaced.
#[cfg(not(unix))]
fn is_same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
