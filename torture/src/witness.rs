//! [`Witness`]: a journal that knows which trials have started and ended in it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tuning_core::{Entry, EventKind, Fact, Journal, JournalError, ObserverStatus, Seq, TrialId};
use tuning_runtime::MemoryJournal;

/// A journal that knows which trials have started and ended in it. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    inner: MemoryJournal,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    started: BTreeSet<TrialId>,
    ended: BTreeSet<TrialId>,
}

impl Witness {
    pub(crate) fn new(inner: MemoryJournal) -> Self {
        let known = Arc::default();
        Self { inner, known }
    }

    pub(crate) fn has_started(&self, trial: TrialId) -> bool {
        self.known().started.contains(&trial)
    }

    pub(crate) fn has_ended(&self, trial: TrialId) -> bool {
        self.known().ended.contains(&trial)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Journal for Witness {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let head = self.inner.append(after, entries).await?;
        let mut known = self.known();
        for entry in entries {
            match &entry.kind {
                EventKind::Fact(Fact::Started(fact)) => known.started.insert(fact.trial),
                EventKind::Fact(Fact::Ended(fact)) => known.ended.insert(fact.trial),
                _ => false,
            };
        }
        Ok(head)
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.inner.cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.inner.set_cursor(observer, at).await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.inner.observer_statuses().await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        self.inner.set_observer_status(status).await
    }
}
