//! [`Journal`]: where a study's log is kept.

use std::error::Error;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{EventKind, Fact, ObserverStatus, Seq};

/// One line of a study's log, before it has a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// When, in milliseconds since the start of 1970 (UTC). For people: no decision looks at it.
    pub at_millis: u64,
    /// Under `Order::AsProposed`, of what was proposed: how many pieces of work had been told by then.
    /// By it a replay tells results in the same order.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub known: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Entry {
    /// This happened then.
    #[must_use]
    pub fn new(at_millis: u64, kind: EventKind) -> Self {
        Self {
            at_millis,
            known: 0,
            kind,
        }
    }

    /// Sets how many pieces of work had been told when it was proposed.
    #[must_use]
    pub fn known(mut self, works: u64) -> Self {
        self.known = works;
        self
    }
}

/// A fact of a log whose times do not matter.
impl<F: Into<Fact>> From<F> for Entry {
    fn from(fact: F) -> Self {
        Self::new(0, EventKind::Fact(fact.into()))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// The log of one study.
///
/// [Publish your own journal](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-journal.md) leads from nothing to a type that keeps the laws.
///
/// # For callers
/// One driver owns a journal. `after` is the head that you know; if another writer appended in the
/// meantime you get [`JournalError::Conflict`] and nothing is written.
///
/// # For implementors
/// - Write [`#[async_trait]`](crate::async_trait) above the `impl`. Without it the compiler says that lifetimes do
///   not match.
/// - `append` writes all entries or none, at places without gaps, and they are durable when it returns.
/// - What was appended never changes, and reads back equal, numbers to the last bit.
/// - `read` sees every append that has returned.
/// - Two drivers at once never mix their entries: compare and append, or refuse the second when it opens.
/// - Cursors and statuses survive the process. They need not survive a power cut: an older cursor only
///   makes events come twice. So they may be cheaper than an append.
#[async_trait]
pub trait Journal: Send {
    /// Appends the entries behind the head `after`; returns the new head.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] if the head is not `after`; [`JournalError::Unavailable`] if the
    /// medium fails. Either way nothing was written.
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError>;

    /// Reads up to `limit` entries behind `after`, in order; none if `after` is the head.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] or [`JournalError::Unavailable`].
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError>;

    /// Returns how far an observer with durable delivery has come; none if it is new.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal keeps no cursors.
    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        let _ = observer;
        Err(JournalError::Unsupported("keep cursors of observers"))
    }

    /// Stores how far an observer with durable delivery has come.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal keeps no cursors.
    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        let _ = (observer, at);
        Err(JournalError::Unsupported("keep cursors of observers"))
    }

    /// Returns the last stored status of each observer, in the order of their names.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal keeps no statuses.
    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        Err(JournalError::Unsupported("keep the statuses of observers"))
    }

    /// Stores the status of an observer, in the place of what was stored under its name before.
    ///
    /// # Errors
    /// [`JournalError::Unsupported`] if the journal keeps no statuses.
    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        let _ = status;
        Err(JournalError::Unsupported("keep the statuses of observers"))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<J: Journal + ?Sized> Journal for Box<J> {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        (**self).append(after, entries).await
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        (**self).read(after, limit).await
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        (**self).cursor(observer).await
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        (**self).set_cursor(observer, at).await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        (**self).observer_statuses().await
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        (**self).set_observer_status(status).await
    }
}

/// A journal could not do its work.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another writer appended first.
    #[error("another process has written to the study: its head is {head}; read it and try again")]
    Conflict {
        /// The head now.
        head: Seq,
    },
    /// Another process runs the study.
    #[error("{message}")]
    Busy {
        /// Who, and what to do.
        message: String,
    },
    /// An entry cannot be understood.
    #[error("entry {seq} of the journal cannot be read: {message}")]
    Corrupt {
        /// Its place.
        seq: Seq,
        /// Why.
        message: String,
    },
    /// The log is shorter than it was.
    #[error("entries {} to {head} of the journal are missing: {message}", .after.plus(1))]
    Lost {
        /// The last entry that is there.
        after: Seq,
        /// The last entry that there was.
        head: Seq,
        /// How that is known, and what to do.
        message: String,
    },
    /// The medium fails.
    #[error("the journal cannot be used: {message}")]
    Unavailable {
        /// Why, and where.
        message: String,
        /// The cause.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// This journal cannot do that.
    #[error("this journal cannot {0}")]
    Unsupported(&'static str),
}

impl JournalError {
    /// The medium fails for this cause.
    #[must_use]
    pub fn unavailable(
        message: impl Into<String>,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self::Unavailable {
            message: message.into(),
            source: Some(Box::new(source)),
        }
    }
}
