//! [`FaultyJournal`]: a journal whose medium fails when it is told to.

use async_trait::async_trait;
use tuning_core::{Entry, Journal, JournalError, ObserverStatus, Seq};

/// A journal that fails at its n-th append, and at all that follow: a full disk, a lost connection.
#[derive(Clone, Debug)]
pub struct FaultyJournal<J> {
    inner: J,
    good: usize,
}

impl<J> FaultyJournal<J> {
    /// `inner` works for this many appends, then fails.
    #[must_use]
    pub fn after(appends: usize, inner: J) -> Self {
        Self {
            inner,
            good: appends,
        }
    }
}

#[async_trait]
impl<J: Journal> Journal for FaultyJournal<J> {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let Some(left) = self.good.checked_sub(1) else {
            return Err(JournalError::Unavailable {
                message: "no space left on the simulated device".to_owned(),
                source: None,
            });
        };
        self.good = left;
        self.inner.append(after, entries).await
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
