//! [`MemoryJournal`]: the journal of a study that need not survive its process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tuning_core::{Entry, Journal, JournalError, Seq};

/// A journal in memory. Clones share it, so that a test can open a study again, or read along.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    cursors: BTreeMap<String, Seq>,
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
        self.lock().entries.clone()
    }

    /// A journal of the first entries alone: what a crash would have left.
    #[must_use]
    pub fn prefix(&self, entries: usize) -> Self {
        let log = Log {
            entries: self.lock().entries.iter().take(entries).cloned().collect(),
            cursors: BTreeMap::new(),
        };
        Self {
            log: Arc::new(Mutex::new(log)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        // Every change is a single push or insert: a panic elsewhere leaves the log whole.
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
        log.entries.extend_from_slice(entries);
        Ok(head.plus(entries.len() as u64))
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let skip = usize::try_from(after.get()).unwrap_or(usize::MAX);
        Ok(self
            .lock()
            .entries
            .iter()
            .skip(skip)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        Ok(self.lock().cursors.get(observer).copied())
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.lock().cursors.insert(observer.to_owned(), at);
        Ok(())
    }
}
