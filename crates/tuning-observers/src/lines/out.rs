//! [`Lines`]: where lines are written: a buffer, and a file or a writer behind it.

use std::{
    io::{self, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use super::{
    file::{LineFile, Opened},
    format::Format,
};

/// How many bytes are kept before they are written.
const CAPACITY: usize = 64 << 10;

/// Where lines go. A line is taken as a whole or not at all, and one that was taken is written once, however often
/// writing fails meanwhile.
pub(crate) struct Lines<F> {
    out: Out,
    buffer: Vec<u8>,
    /// What an empty file begins with, and whether that was taken into the buffer.
    head: Vec<u8>,
    has_head: bool,
    format: PhantomData<F>,
}

enum Out {
    Writer(Box<dyn Write + Send>),
    File(LineFile),
    /// Removed or replaced behind our back.
    Lost(PathBuf),
}

impl<F: Format> Lines<F> {
    /// Appends to this file; creates it if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened, is not of this format, or another process or study writes it.
    pub(crate) fn append(path: &Path) -> io::Result<Self> {
        Ok(Self::over(open::<F>(path)?))
    }

    /// Writes to this writer.
    pub(crate) fn to(out: impl Write + Send + 'static) -> Self {
        Self::over(Out::Writer(Box::new(out)))
    }

    fn over(out: Out) -> Self {
        Self {
            out,
            buffer: Vec::with_capacity(CAPACITY),
            head: Vec::new(),
            has_head: false,
            format: PhantomData,
        }
    }

    /// Sets the line, with its end, that a file which is empty begins with.
    #[cfg(feature = "csv")]
    pub(crate) fn set_head(&mut self, head: Vec<u8>) {
        self.head = head;
    }

    /// Makes room for a line.
    ///
    /// # Errors
    /// If what was taken before cannot be written.
    pub(crate) fn make_room(&mut self) -> io::Result<()> {
        if self.buffer.len() >= CAPACITY {
            self.flush()?;
        }
        Ok(())
    }

    /// Takes a line, with its end, for which there is room.
    pub(crate) fn push(&mut self, line: &[u8]) {
        self.buffer.extend_from_slice(line);
    }

    /// Writes what was taken.
    ///
    /// # Errors
    /// If it cannot be written; the next call continues where this one stopped.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if let Out::Lost(path) = &self.out {
            self.out = open::<F>(path)?;
            self.has_head = !self.head.is_empty() && self.buffer.starts_with(&self.head);
        }
        self.begin();
        if self.buffer.is_empty() {
            return match &mut self.out {
                Out::Writer(out) => out.flush(),
                _ => Ok(()),
            };
        }
        match &mut self.out {
            Out::Writer(out) => {
                drain(&mut self.buffer, out)?;
                out.flush()
            }
            Out::File(file) => {
                if let Err(error) = file.check() {
                    self.out = Out::Lost(file.path().to_owned());
                    return Err(error);
                }
                drain(&mut self.buffer, file)
            }
            Out::Lost(_) => Ok(()), // it was opened above
        }
    }

    /// Forgets what was taken and is not in the file, so that it is told again. Returns false if there is no file to
    /// look at: nothing is forgotten then.
    ///
    /// # Errors
    /// If the file cannot be opened again, or not be cut to its whole lines.
    pub(crate) fn look_again(&mut self) -> io::Result<bool> {
        if let Out::Writer(_) = &self.out {
            return Ok(false);
        }
        self.buffer.clear();
        self.has_head = false;
        let lost = match &self.out {
            Out::Writer(_) => None,
            Out::Lost(path) => Some(path.clone()),
            Out::File(file) => file.check().is_err().then(|| file.path().to_owned()),
        };
        if let Some(path) = lost {
            // First: it may be the same file, whose lock is ours.
            self.out = Out::Lost(path.clone());
            self.out = open::<F>(&path)?;
        }
        if let Out::File(file) = &mut self.out {
            file.cut_torn_line()?;
        }
        Ok(matches!(self.out, Out::File(_)))
    }

    /// The first line of the file, without its end.
    #[cfg(feature = "csv")]
    pub(crate) fn first(&mut self) -> io::Result<Option<Vec<u8>>> {
        match &mut self.out {
            Out::File(file) => file.first(),
            _ => Ok(None),
        }
    }

    /// What `find` finds in the last line of the file in which it finds anything.
    pub(crate) fn find_last<T>(
        &mut self,
        find: impl FnMut(&[u8]) -> Option<T>,
    ) -> io::Result<Option<T>> {
        match &mut self.out {
            Out::File(file) => file.find_last(find),
            _ => Ok(None),
        }
    }
}

impl<F> Lines<F> {
    /// Puts the head before what was taken, if nothing is written yet.
    fn begin(&mut self) {
        let is_new = match &self.out {
            Out::File(file) => file.is_empty(),
            _ => true,
        };
        if is_new && !self.has_head {
            self.buffer.splice(0..0, self.head.iter().copied());
            self.has_head = true;
        }
    }
}

impl<F> Drop for Lines<F> {
    fn drop(&mut self) {
        // As a `BufWriter` does it: who wants to know calls `flush`.
        if !self.buffer.is_empty() {
            self.begin();
        }
        let _ = match &mut self.out {
            Out::Writer(out) => drain(&mut self.buffer, out).and_then(|()| out.flush()),
            Out::File(file) if file.check().is_ok() => drain(&mut self.buffer, file),
            _ => Ok(()),
        };
    }
}

fn open<F: Format>(path: &Path) -> io::Result<Out> {
    Ok(match LineFile::open::<F>(path)? {
        Opened::Lines(file) => Out::File(file),
        Opened::Device(device) => Out::Writer(Box::new(device)),
    })
}

/// Writes what is in the buffer, and leaves in it what could not be written.
fn drain(buffer: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    let mut written = 0;
    let result = loop {
        if written == buffer.len() {
            break Ok(());
        }
        match out.write(&buffer[written..]) {
            Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    buffer.drain(..written);
    result
}
