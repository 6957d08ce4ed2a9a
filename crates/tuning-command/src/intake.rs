//! [`Intake`]: how much of what comes through a pipe still counts.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use tokio::sync::watch;

/// How much of what comes through a pipe still counts: all of it, until it is [closed](Self::close).
#[derive(Debug)]
pub(crate) struct Intake {
    #[cfg(unix)]
    pipe: std::os::fd::OwnedFd,
    taken: AtomicU64,
    /// How many bytes count, once that is known.
    end: watch::Sender<Option<u64>>,
}

impl Intake {
    /// That of a pipe.
    #[cfg(unix)]
    pub(crate) fn of(pipe: &impl std::os::fd::AsFd) -> io::Result<Self> {
        Ok(Self {
            pipe: pipe.as_fd().try_clone_to_owned()?,
            taken: AtomicU64::new(0),
            end: watch::Sender::new(None),
        })
    }

    /// That of a pipe.
    #[cfg(not(unix))]
    pub(crate) fn of<P>(_pipe: &P) -> io::Result<Self> {
        Ok(Self {
            taken: AtomicU64::new(0),
            end: watch::Sender::new(None),
        })
    }

    /// From now on only the bytes count that are in the pipe already.
    pub(crate) fn close(&self) {
        let end = self.taken() + self.waiting();
        self.end.send_modify(|known| _ = known.get_or_insert(end));
    }

    /// How many bytes still count; none as long as all do.
    pub(crate) fn left(&self) -> Option<u64> {
        let end = *self.end.borrow();
        end.map(|end| end.saturating_sub(self.taken()))
    }

    /// Resolves when it is closed.
    pub(crate) async fn closed(&self) {
        // The sender is `self`: it does not go away.
        _ = self.end.subscribe().wait_for(Option::is_some).await;
    }

    /// Takes notice of bytes that were read; returns how many of them count.
    pub(crate) fn take(&self, read: usize) -> usize {
        let counts = self.left().map_or(read, |left| {
            usize::try_from(left).map_or(read, |left| read.min(left))
        });
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        counts
    }

    /// How many bytes were read.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// How many bytes are in the pipe.
    #[cfg(unix)]
    pub(crate) fn waiting(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.pipe).unwrap_or(0)
    }

    /// How many bytes are in the pipe: that cannot be known here.
    #[cfg(not(unix))]
    pub(crate) fn waiting(&self) -> u64 {
        0
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    #[test]
    fn what_comes_after_the_close_does_not_count() {
        let (mut reader, mut writer) = io::pipe().unwrap();
        let intake = Intake::of(&reader).unwrap();
        let mut buffer = [0; 16];
        writer.write_all(b"one").unwrap();
        let read = reader.read(&mut buffer).unwrap();
        assert_eq!((intake.take(read), intake.left()), (3, None));
        writer.write_all(b"two").unwrap();
        intake.close();
        writer.write_all(b"three").unwrap();
        assert_eq!(intake.left(), Some(3));
        let read = reader.read(&mut buffer).unwrap();
        assert_eq!((read, intake.take(read), intake.left()), (8, 3, Some(0)));
        // Closed is closed.
        writer.write_all(b"four").unwrap();
        intake.close();
        assert_eq!(intake.left(), Some(0));
    }
}
