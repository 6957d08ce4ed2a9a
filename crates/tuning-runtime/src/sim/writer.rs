//! [`FaultyWriter`]: a file whose disk is full now and then, and tears what it takes.

use std::io::{self, Write};

use super::faults::Faults;

/// A writer that is struck now and then: it takes only the first bytes of what it is given, and fails at the next
/// call. What was taken is written.
#[derive(Debug)]
pub struct FaultyWriter<W> {
    inner: W,
    faults: Faults,
    is_full: bool,
}

impl<W> FaultyWriter<W> {
    /// `inner` is struck by these faults.
    #[must_use]
    pub fn new(inner: W, faults: Faults) -> Self {
        Self {
            inner,
            faults,
            is_full: false,
        }
    }
}

impl<W: Write> Write for FaultyWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.is_full) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let Some(seed) = self.faults.strike("write") else {
            return self.inner.write(bytes);
        };
        let taken = usize::try_from(seed.get() % (bytes.len() as u64 + 1)).unwrap_or(0);
        self.faults.explain(&format!("is torn after {taken} bytes"));
        self.is_full = true;
        match taken {
            0 => self.write(bytes),
            _ => self.inner.write(&bytes[..taken]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
