//! [`JsonLines`]: the events of a study as a file of JSON, one event a line.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::Path,
};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError};

/// Writes each event as one line of JSON: an [`Event`]'s own serde form, which is also that of the
/// journal. Numbers keep all their digits.
///
/// It buffers, and writes when the queue of events runs empty (in [`flush`](Observer::flush)) or 64 KiB
/// have gathered. It never rewrites what is in the file: a resumed study appends its new events. If the
/// file is to have each event exactly once over crashes, let the observer be delivered to durably, and
/// drop lines whose `seq` was there before when you read it.
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
        // A process that was killed may have left half a line: it must not spoil the next one.
        if ends_within_a_line(&mut file)? {
            file.write_all(b"\n")?;
        }
        Ok(Self::to(file))
    }

    /// Writes to this writer.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        const CAPACITY: usize = 64 << 10;
        Self {
            out: BufWriter::with_capacity(CAPACITY, Box::new(out)),
            line: Vec::new(),
        }
    }
}

#[async_trait]
impl Observer for JsonLines {
    fn name(&self) -> &str {
        "json lines"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, event).map_err(ObserverError::from_source)?;
        self.line.push(b'\n');
        // A line goes into the buffer as a whole or, if the file takes no more, not at all.
        self.out
            .write_all(&self.line)
            .map_err(ObserverError::from_source)
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

fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if !file.metadata()?.is_file() || file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
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
}
