//! [`JsonLines`]: the events of a study as a file of JSON, one event a line.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError};

use crate::tail::{self, Seen};

/// Writes each event as one line of JSON: an [`Event`]'s own serde form, which is also that of the
/// journal. Numbers keep all their digits.
///
/// It buffers, and writes when the queue of events runs empty (in [`flush`](Observer::flush)) or 64 KiB
/// have gathered. It never rewrites what is in the file: a resumed study appends its new events, and an
/// event that is there already is not written again. So with durable delivery a file has each event of
/// its study exactly once, whatever fails or crashes.
///
/// # Example
/// ```
/// use tuning_core::{Event, Observer, Seq, Started, TrialId};
/// use tuning_observers::JsonLines;
/// # use tuning_core::{Parameter, Space};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("events.jsonl");
/// # let params = Space::new([Parameter::int("layers", 1, 4)])?.params([("layers", 2)])?;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut file = JsonLines::append(&path)?;
/// let started = Started::new(TrialId::new(0), params);
/// file.observe(&Event::new("mnist".into(), Seq::new(1), 1_000, started.into())).await?;
/// file.flush().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// assert_eq!(
///     std::fs::read_to_string(&path)?,
///     "{\"study\":\"mnist\",\"seq\":1,\"at_millis\":1000,\"event\":\"started\",\"trial\":0,\"params\":{\"layers\":2}}\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JsonLines {
    out: BufWriter<Box<dyn Write + Send>>,
    line: Vec<u8>,
    /// The last event that is written, in the file or in the buffer.
    seen: Option<Seen>,
}

impl JsonLines {
    /// Appends to this file; creates it if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened for writing.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let seen = last_event(&mut file)?;
        // A process that was killed may have left half a line: it must not spoil the next one.
        if tail::ends_within_a_line(&mut file)? {
            file.write_all(b"\n")?;
        }
        let mut this = Self::to(file);
        this.seen = seen;
        Ok(this)
    }

    /// Writes to this writer.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        const CAPACITY: usize = 64 << 10;
        Self {
            out: BufWriter::with_capacity(CAPACITY, Box::new(out)),
            line: Vec::new(),
            seen: None,
        }
    }
}

#[async_trait]
impl Observer for JsonLines {
    fn name(&self) -> &str {
        "json lines"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if self.seen.as_ref().is_some_and(|seen| seen.covers(event)) {
            return Ok(());
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, event).map_err(ObserverError::from_source)?;
        self.line.push(b'\n');
        // A line goes into the buffer as a whole or, if the file takes no more, not at all.
        self.out
            .write_all(&self.line)
            .map_err(ObserverError::from_source)?;
        self.seen = Some(Seen::of(event));
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.out.flush().map_err(ObserverError::from_source)
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}

/// The event in the last whole line, if it is one.
fn last_event(file: &mut File) -> io::Result<Option<Seen>> {
    let line = tail::last_line(file)?;
    Ok(line.and_then(|line| serde_json::from_slice(&line).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_ended_before_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"b\":").unwrap();
        drop(JsonLines::append(&path).unwrap());
        drop(JsonLines::append(&path).unwrap());
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\"a\":1}\n{\"b\":\n"
        );
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        assert!(JsonLines::append(folder.path()).is_err());
    }

    #[tokio::test]
    async fn an_event_that_is_in_the_file_is_not_written_again() {
        use tuning_core::{Budget, EventKind, Opened, Seq};

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let event = |study: &str, n: u64| {
            let kind = EventKind::Opened(Box::new(Opened::new(n, Budget::unlimited(), 1)));
            Event::new(study.into(), Seq::new(n), n, kind)
        };
        let write_at = async |later: u64, study: &str, numbers: &[u64]| {
            let mut file = JsonLines::append(&path).unwrap();
            for n in numbers {
                let mut event = event(study, *n);
                event.at_millis += later;
                file.observe(&event).await.unwrap();
            }
            file.flush().await.unwrap();
            std::fs::read_to_string(&path).unwrap().lines().count()
        };
        let write = async |study: &str, numbers: &[u64]| write_at(0, study, numbers).await;
        assert_eq!(write("a", &[1, 2, 2, 1, 3]).await, 3);
        assert_eq!(write("a", &[1, 2, 3, 4]).await, 4);
        std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + "{\"st").unwrap();
        assert_eq!(write("a", &[4, 5]).await, 5 + 1);
        assert_eq!(write("b", &[1]).await, 5 + 2, "another study");
        assert_eq!(write_at(9, "b", &[1, 2]).await, 5 + 4, "begun anew");
    }
}
