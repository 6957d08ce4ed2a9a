//! [`JsonLines`]: the events of a study as a file of JSON, one event a line.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
};

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Seq};

use crate::lines::{Format, Lines, Seen};

/// Writes each event as one line of JSON: an [`Event`]'s own serde form, which is also that of the
/// journal. Numbers keep all their digits.
///
/// It buffers, and writes when the queue of events runs empty (in [`flush`](Observer::flush)) or 64 KiB
/// have gathered. It never rewrites what is in the file: a resumed study appends its new events, and an
/// event that is there already is not written again. Half a line that a crash, a full disk or a power cut has left is
/// removed, and what the file lacks is asked for again ([`kept`](Observer::kept)). So with durable delivery a
/// file has each event of its study exactly once, whatever fails or crashes; also one that was removed, replaced or
/// cut meanwhile, which is told as a failure and then written anew.
///
/// One observer writes a file at a time; several studies may do so one after the other.
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
    lines: Lines<Events>,
    line: Vec<u8>,
    /// The last event of the study that was in the file.
    seen: Option<Seen>,
    /// Whether that was looked up.
    looked: bool,
    /// The last event that was taken since.
    taken: Seq,
}

impl JsonLines {
    /// Appends to this file; creates it if it is not there. What a process that was killed has left of a line is
    /// removed.
    ///
    /// # Errors
    /// If it cannot be opened for reading and writing, is not a file of events, or another study or program writes it.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self::over(Lines::append(path.as_ref())?))
    }

    /// Writes to this writer.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self::over(Lines::to(out))
    }

    fn over(lines: Lines<Events>) -> Self {
        Self {
            lines,
            line: Vec::new(),
            seen: None,
            looked: false,
            taken: Seq::ZERO,
        }
    }

    /// Whether this event is in the file, or was taken.
    fn has(&mut self, event: &Event) -> io::Result<bool> {
        if !self.looked {
            self.look(&event.study)?;
        }
        let Some(seen) = self.seen.as_ref().filter(|_| event.seq > self.taken) else {
            return Ok(event.seq <= self.taken);
        };
        if !seen.may_cover(event) {
            return Ok(seen.covers(event));
        }
        let is_it = |line: &[u8]| read(line).filter(|seen| seen.is(event));
        let found = self.lines.find_last(is_it)?.is_some();
        if !found {
            self.seen = None; // begun anew under the old name: the file has none of it
        }
        Ok(found)
    }

    /// Looks which event of this study is the last in the file.
    fn look(&mut self, study: &str) -> io::Result<()> {
        self.seen = (self.lines).find_last(|line| read(line).filter(|seen| seen.is_of(study)))?;
        self.looked = true;
        self.taken = Seq::ZERO;
        Ok(())
    }
}

#[async_trait]
impl Observer for JsonLines {
    fn name(&self) -> &str {
        "json lines"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if self.has(event).map_err(ObserverError::from_source)? {
            return Ok(());
        }
        // First: what there is no room for is told again, and nothing has changed then.
        self.lines.make_room().map_err(ObserverError::from_source)?;
        self.line.clear();
        serde_json::to_writer(&mut self.line, event).map_err(ObserverError::from_source)?;
        self.line.push(b'\n');
        self.lines.push(&self.line);
        self.taken = event.seq;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.lines.flush().map_err(ObserverError::from_source)
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        let is_file = self
            .lines
            .look_again()
            .map_err(ObserverError::from_source)?;
        if !is_file {
            return Ok(Kept::Unknown);
        }
        self.look(study).map_err(ObserverError::from_source)?;
        Ok(self.seen.as_ref().map_or(Kept::Nothing, Seen::kept))
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").finish_non_exhaustive()
    }
}

/// The event of a line.
fn read(line: &[u8]) -> Option<Seen> {
    serde_json::from_slice(line).ok()
}

/// Lines that are events.
#[derive(Debug)]
struct Events;

/// How each of them begins.
const BEGIN: &[u8] = b"{\"study\":";

impl Format for Events {
    const LINE: &'static str = "event";
    const FILE: &'static str = "file of events";

    fn is_first(line: &[u8]) -> bool {
        Self::is_whole(line)
    }

    fn is_whole(line: &[u8]) -> bool {
        serde_json::from_slice::<Seen>(line).is_ok_and(|seen| seen.study.is_some())
    }

    fn is_piece(line: &[u8], ended: bool) -> bool {
        line.starts_with(BEGIN) || !ended && BEGIN.starts_with(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(write("a", &[4, 5]).await, 5, "half a line is removed");
        assert_eq!(write("b", &[1]).await, 6, "another study");
        assert_eq!(write("a", &[4, 5, 6]).await, 7, "behind another study");
        assert_eq!(write_at(9, "b", &[1, 2]).await, 9, "begun anew");
    }
}
