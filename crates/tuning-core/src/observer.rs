//! [`Observer`]: what watches a study.

use std::error::Error;

use async_trait::async_trait;
use thiserror::Error;

use crate::{Event, Progress, Seq};

/// Something that watches a study: a log, a progress bar, a tracker, a dashboard.
///
/// [Publish your own observer](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-observer.md) leads from nothing to a type that keeps the laws.
///
/// # For callers
/// Events come in the order of the journal, after they are durable. Call `flush` when there is nothing
/// more to deliver for now, and at the end.
///
/// # For implementors
/// - Write [`#[async_trait]`](crate::async_trait) above the `impl`. Without it the compiler says that lifetimes do
///   not match.
/// - An observer cannot harm a study. If it fails, panics, hangs or is slow, the study continues, and its
///   summary says what went wrong.
/// - Buffer as you like and write in `flush`, as a `BufWriter` does.
/// - You may be told an event twice after a restart if you ask for durable delivery: use its number.
/// - If what you keep can be lost behind your back, as a file can, say in [`kept`](Observer::kept) how much of it is
///   there: durable delivery then tells you again what is missing.
/// - You may begin in the middle of a study, hear of trials that you did not see start, and miss events.
///
/// Each of these promises is a law in `tuning-conformance`; a test of five lines checks them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an observer",
    note = "make one of a function with `callback(…)` or `handler(…)`, or write `#[async_trait] impl Observer`, with \
            `async_trait` from `tuning_core`"
)]
#[async_trait]
pub trait Observer: Send {
    /// What it is called in summaries.
    fn name(&self) -> &str {
        let path = std::any::type_name::<Self>();
        let path = path.split('<').next().unwrap_or(path);
        path.rsplit("::").next().unwrap_or(path)
    }

    /// Learns how the study stands before the first event that it observes: its objectives, its open
    /// trials, the best so far. An observer that folds [`Progress`] continues from a clone of it.
    ///
    /// # Errors
    /// As for [`observe`](Self::observe).
    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        let _ = so_far;
        Ok(())
    }

    /// Learns of one event.
    ///
    /// # Errors
    /// Counted, and shown in the summary; the next event comes all the same.
    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError>;

    /// Learns that this many events before the next one were dropped, since it was too slow for a lossy
    /// delivery.
    ///
    /// # Errors
    /// As for [`observe`](Self::observe).
    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        let _ = events;
        Ok(())
    }

    /// Writes out what it kept.
    ///
    /// # Errors
    /// As for [`observe`](Self::observe).
    async fn flush(&mut self) -> Result<(), ObserverError> {
        Ok(())
    }

    /// Looks how much of this study is kept where it belongs, in a file for example. Durable delivery asks before the
    /// first event and after each failure, and tells again what is missing. What is only in a buffer is not kept: it is
    /// forgotten here, and told again, behind a call of [`begin`](Self::begin).
    ///
    /// # Errors
    /// As for [`observe`](Self::observe).
    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        let _ = study;
        Ok(Kept::Unknown)
    }

    /// Whether anything of this event is kept: an event of which nothing is kept cannot be missing.
    fn keeps(&mut self, event: &Event) -> bool {
        let _ = event;
        true
    }
}

/// How much of a study an observer keeps. See [`Observer::kept`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kept {
    /// It cannot tell: the journal knows what it has taken.
    Unknown,
    /// Nothing.
    Nothing,
    /// All that it keeps, up to this event.
    Until {
        /// The number of the event.
        seq: Seq,
        /// Its time: a study that was begun anew has the same numbers at other times.
        at_millis: u64,
    },
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O: Observer + ?Sized> Observer for Box<O> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        (**self).begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        (**self).observe(event).await
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        (**self).missed(events).await
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        (**self).flush().await
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        (**self).kept(study).await
    }

    fn keeps(&mut self, event: &Event) -> bool {
        (**self).keeps(event)
    }
}

/// An observer could not do its work.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct ObserverError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ObserverError {
    /// For this reason.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Because of this error.
    #[must_use]
    pub fn from_source(source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            message: source.to_string(),
            source: Some(Box::new(source)),
        }
    }
}
