//! [`FaultyJournal`]: a journal whose medium fails, is slow, or was written by another process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tuning_core::{Entry, Journal, JournalError, ObserverStatus, Seq};

use super::faults::{Faults, pick};
use crate::executor::Executor;

/// A journal that is struck now and then, or fails from its n-th append on: a full disk, a lost connection, another
/// writer. It keeps the promises of [`Journal`], but for one: an append whose answer is lost may have been written.
#[derive(Clone, Debug)]
pub struct FaultyJournal<J> {
    inner: J,
    good: usize,
    medium: Medium,
}

/// What the journal is kept on.
#[derive(Clone, Debug)]
struct Medium {
    faults: Faults,
    executor: Option<Arc<dyn Executor>>,
}

impl<J> FaultyJournal<J> {
    /// `inner` works for this many appends, then fails.
    #[must_use]
    pub fn after(appends: usize, inner: J) -> Self {
        Self {
            inner,
            good: appends,
            medium: Medium {
                faults: Faults::none(),
                executor: None,
            },
        }
    }

    /// `inner` is struck by these faults; what is slow waits by this executor's clock.
    #[must_use]
    pub fn new(inner: J, faults: Faults, executor: Arc<dyn Executor>) -> Self {
        Self {
            inner,
            good: usize::MAX,
            medium: Medium {
                faults,
                executor: Some(executor),
            },
        }
    }
}

impl Medium {
    async fn wait(&self, millis: u64) {
        if let Some(executor) = &self.executor {
            executor.sleep(Duration::from_millis(millis)).await;
        }
    }

    /// A call other than an append is struck: it is slow, or fails.
    async fn strike(&self, seam: &str) -> Result<(), JournalError> {
        let Some(seed) = self.faults.strike(seam) else {
            return Ok(());
        };
        match seed.get() % 3 {
            0 => {
                self.faults.explain("fails");
                Err(unavailable("the simulated connection was lost"))
            }
            _ => {
                self.faults.explain("is slow");
                self.wait(seed.derive(1).get() % 20_000).await;
                Ok(())
            }
        }
    }
}

fn unavailable(message: &str) -> JournalError {
    JournalError::Unavailable {
        message: message.to_owned(),
        source: None,
    }
}

/// How an append is struck.
#[derive(Clone, Copy, Debug)]
enum Append {
    Fails,
    Conflicts,
    IsSlow,
    IsSlowToAnswer,
    IsNotAnswered,
}

#[async_trait]
impl<J: Journal> Journal for FaultyJournal<J> {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let Some(left) = self.good.checked_sub(1) else {
            return Err(unavailable("no space left on the simulated device"));
        };
        self.good = left;
        let Some(seed) = self.medium.faults.strike("append") else {
            return self.inner.append(after, entries).await;
        };
        let how = pick(
            seed,
            &[
                Append::Fails,
                Append::Conflicts,
                Append::IsSlow,
                Append::IsSlowToAnswer,
                Append::IsNotAnswered,
            ],
        );
        self.medium.faults.explain(&format!("{how:?}"));
        let millis = seed.derive(1).get() % 60_000;
        match how {
            Append::Fails => Err(unavailable("no space left on the simulated device")),
            Append::Conflicts => Err(JournalError::Conflict {
                head: after.plus(1),
            }),
            Append::IsSlow => {
                self.medium.wait(millis).await;
                self.inner.append(after, entries).await
            }
            Append::IsSlowToAnswer => {
                let head = self.inner.append(after, entries).await;
                self.medium.wait(millis).await;
                head
            }
            Append::IsNotAnswered => {
                self.inner.append(after, entries).await?;
                Err(unavailable("the simulated connection was lost"))
            }
        }
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.medium.strike("read").await?;
        self.inner.read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        self.medium.strike("cursor").await?;
        self.inner.cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        self.medium.strike("set_cursor").await?;
        self.inner.set_cursor(observer, at).await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        self.medium.strike("observer_statuses").await?;
        self.inner.observer_statuses().await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        self.medium.strike("set_observer_status").await?;
        self.inner.set_observer_status(status).await
    }
}
