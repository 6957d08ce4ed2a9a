//! [`MemoryJournal`]: the journal of a study that need not survive its process, and [`MemoryReader`].

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tuning_core::{
    Ended, Entry, EventKind, Fact, Journal, JournalError, JournalReader, ObserverStatus, Seq,
    Started,
};

/// A journal in memory. Clones share it, so that a test can open a study again, or read along.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    entries: Entries,
    cursors: BTreeMap<String, Seq>,
    statuses: BTreeMap<String, ObserverStatus>,
}

impl MemoryJournal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All entries so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.range(0, usize::MAX)
    }

    /// A journal of the first entries alone: what a crash would have left.
    #[must_use]
    pub fn prefix(&self, entries: usize) -> Self {
        let mut log = Log::default();
        log.entries.extend(&self.lock().entries.range(0, entries));
        Self {
            log: Arc::new(Mutex::new(log)),
        }
    }

    /// A reader of it.
    #[must_use]
    pub fn reader(&self) -> MemoryReader {
        MemoryReader {
            journal: self.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // Nothing in here runs code of others: a panic leaves the log whole.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let mut log = self.lock();
        let head = Seq::new(log.entries.len() as u64);
        if head != after {
            return Err(JournalError::Conflict { head });
        }
        log.entries.extend(entries);
        Ok(head.plus(entries.len() as u64))
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let skip = usize::try_from(after.get()).unwrap_or(usize::MAX);
        Ok(self.lock().entries.range(skip, limit))
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        Ok(self.lock().cursors.get(observer).copied())
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.lock().cursors.insert(observer.to_owned(), at);
        Ok(())
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        Ok(self.lock().statuses.values().cloned().collect())
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        let name = status.observer.clone();
        self.lock().statuses.insert(name, status.clone());
        Ok(())
    }
}

/// Reads a [`MemoryJournal`] beside the study that writes it.
#[derive(Clone, Debug)]
pub struct MemoryReader {
    journal: MemoryJournal,
}

#[async_trait]
impl JournalReader for MemoryReader {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.journal.read(after, limit).await
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        Ok(Seq::new(self.journal.lock().entries.len() as u64))
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.journal.observer_statuses().await
    }
}

/// Entries in order. The two kinds that every trial has lie apart: an enum would give both the room of
/// the largest kind there is.
#[derive(Debug, Default)]
struct Entries {
    kinds: Vec<Kind>,
    started: Vec<(u64, Started)>,
    ended: Vec<(u64, Ended)>,
    others: Vec<Entry>,
    /// What entries knew, by place, where it is not 0: as finished it always is.
    known: Vec<(usize, u64)>,
    /// Where the lists stood at every [`STRIDE`]-th entry.
    marks: Vec<Place>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Started,
    Ended,
    Other,
}

/// A place in all lists at once.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    started: usize,
    ended: usize,
    others: usize,
}

const STRIDE: usize = 1024;

impl Entries {
    fn len(&self) -> usize {
        self.kinds.len()
    }

    fn extend(&mut self, entries: &[Entry]) {
        for entry in entries {
            if self.kinds.len().is_multiple_of(STRIDE) {
                self.marks.push(Place {
                    started: self.started.len(),
                    ended: self.ended.len(),
                    others: self.others.len(),
                });
            }
            if entry.known > 0 {
                self.known.push((self.kinds.len(), entry.known));
            }
            self.kinds.push(match &entry.kind {
                EventKind::Fact(Fact::Started(started)) => {
                    self.started.push((entry.at_millis, started.clone()));
                    Kind::Started
                }
                EventKind::Fact(Fact::Ended(ended)) => {
                    self.ended.push((entry.at_millis, ended.clone()));
                    Kind::Ended
                }
                _ => {
                    self.others.push(entry.clone());
                    Kind::Other
                }
            });
        }
    }

    /// Up to `limit` entries behind the first `skip`.
    fn range(&self, skip: usize, limit: usize) -> Vec<Entry> {
        let mut place = self.marks.get(skip / STRIDE).copied().unwrap_or_default();
        let end = skip.saturating_add(limit).min(self.len());
        let mut entries = Vec::with_capacity(end.saturating_sub(skip));
        let before = self.known.partition_point(|(index, _)| *index < skip);
        let mut known = self.known[before..].iter().peekable();
        for index in skip / STRIDE * STRIDE..end {
            let wanted = index >= skip;
            let entry = match self.kinds[index] {
                Kind::Started => {
                    place.started += 1;
                    wanted.then(|| restored(&self.started[place.started - 1]))
                }
                Kind::Ended => {
                    place.ended += 1;
                    wanted.then(|| restored(&self.ended[place.ended - 1]))
                }
                Kind::Other => {
                    place.others += 1;
                    wanted.then(|| self.others[place.others - 1].clone())
                }
            };
            let knew = wanted.then(|| known.next_if(|(at, _)| *at == index));
            let knew = knew.flatten().map_or(0, |(_, known)| *known);
            entries.extend(entry.map(|entry| entry.known(knew)));
        }
        entries
    }
}

fn restored<F: Clone + Into<Fact>>((at_millis, fact): &(u64, F)) -> Entry {
    Entry::new(*at_millis, EventKind::Fact(fact.clone().into()))
}
