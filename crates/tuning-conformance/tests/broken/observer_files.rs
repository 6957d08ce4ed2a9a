//! A twin of a sound observer with a file for each law of such observers.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use tuning_conformance::{ObserverFileLaw, observer_file};
use tuning_core::{Event, Kept, Observer, ObserverError, Seq};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    WritesTwice,
    EndsTornLines,
    TrustsItsHandle,
    Shares,
    TakesAnyFile,
}

use Fault as F;

/// A line for each event: `event SEQ MILLIS NAME`.
#[derive(Debug)]
struct Twin {
    fault: Fault,
    path: PathBuf,
    file: File,
    len: u64,
    buffer: String,
    last: Option<(Seq, u64)>,
}

fn read(line: &str) -> Option<(Seq, u64)> {
    let mut words = line.strip_prefix("event ")?.split(' ');
    let (seq, at) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    words.next().map(|_| (Seq::new(seq), at))
}

fn is_piece(line: &str) -> bool {
    let line = line.trim_end_matches('\0');
    line.starts_with("event ") || "event ".starts_with(line)
}

impl Twin {
    fn append(path: &Path, fault: Fault) -> io::Result<Self> {
        let mut file = (OpenOptions::new().read(true).append(true).create(true)).open(path)?;
        if fault != F::Shares {
            file.try_lock()?;
        }
        let text = std::fs::read_to_string(path)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let lines: Vec<&str> = text[..whole].lines().collect();
        let ours = lines.iter().all(|line| read(line).is_some()) && is_piece(&text[whole..]);
        if fault != F::TakesAnyFile && !ours {
            return Err(io::Error::other("is not ours"));
        }
        if whole < text.len() {
            match fault {
                F::EndsTornLines => file.write_all(b"\n")?,
                _ => file.set_len(whole as u64)?,
            }
        }
        let last = lines.last().and_then(|line| read(line));
        let len = file.metadata()?.len();
        let (path, buffer) = (path.to_owned(), String::new());
        Ok(Self {
            fault,
            path,
            file,
            len,
            buffer,
            last,
        })
    }

    fn is_there(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;

        let there = std::fs::metadata(&self.path);
        let (Ok(there), Ok(own)) = (there, self.file.metadata()) else {
            return false;
        };
        (there.ino(), there.len()) == (own.ino(), self.len)
    }
}

#[async_trait]
impl Observer for Twin {
    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let is_new = self.last.is_none_or(|(seq, _)| event.seq > seq);
        if is_new || self.fault == F::WritesTwice {
            let (seq, at, name) = (event.seq, event.at_millis, event.kind.name());
            self.buffer += &format!("event {seq} {at} {name}\n");
            self.last = Some((seq, at));
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        if self.fault != F::TrustsItsHandle && !self.is_there() {
            return Err(ObserverError::new("the file is not there any more"));
        }
        let written = self.file.write_all(self.buffer.as_bytes());
        written.map_err(ObserverError::from_source)?;
        self.len += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    async fn kept(&mut self, _: &str) -> Result<Kept, ObserverError> {
        self.file.unlock().map_err(ObserverError::from_source)?;
        *self = Self::append(&self.path, self.fault).map_err(ObserverError::from_source)?;
        Ok(match self.last {
            Some((seq, at_millis)) => Kept::Until { seq, at_millis },
            None => Kept::Nothing,
        })
    }
}

#[track_caller]
fn check(fault: Fault, law: ObserverFileLaw, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let report = observer_file(folder.path(), |path| Twin::append(path, fault)).report();
    breaks_only(&report, law, words);
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    let folder = tempfile::tempdir().unwrap();
    observer_file(folder.path(), |path| Twin::append(path, F::None)).check();
}

#[test]
fn law_1_once() {
    // One that writes twice does so wherever it is told twice.
    let folder = tempfile::tempdir().unwrap();
    let report = observer_file(folder.path(), |path| Twin::append(path, F::WritesTwice))
        .only(ObserverFileLaw::Once)
        .report();
    breaks_only(
        &report,
        ObserverFileLaw::Once,
        &["closed behind each event, where 1 were told again"],
    );
}

#[test]
fn law_2_torn() {
    check(
        F::EndsTornLines,
        ObserverFileLaw::Torn,
        &["`kept` failed: is not ours"],
    );
}

#[test]
fn law_3_gone() {
    check(
        F::TrustsItsHandle,
        ObserverFileLaw::Gone,
        &["its file was removed, and it took and flushed events"],
    );
}

#[test]
fn law_4_alone() {
    check(
        F::Shares,
        ObserverFileLaw::Alone,
        &["a file that another observer has open was opened"],
    );
}

#[test]
fn law_5_foreign() {
    check(
        F::TakesAnyFile,
        ObserverFileLaw::Foreign,
        &["was opened as one of its own"],
    );
}
