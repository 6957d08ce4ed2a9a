//! [`named`]: an observer under another name.

use std::{borrow::Cow, fmt};

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Progress};

/// Returns the observer under this name, by which summaries and journals know it.
///
/// A durable observer keeps its place under its name: give each of several files or services
/// one of its own, and keep it.
///
/// # Example
/// ```
/// use tuning_core::Observer;
/// use tuning_observers::{JsonLines, named};
///
/// let file = named("the archive", JsonLines::to(std::io::sink()));
/// assert_eq!(file.name(), "the archive");
/// ```
pub fn named<O: Observer>(name: impl Into<Cow<'static, str>>, observer: O) -> Named<O> {
    Named {
        name: name.into(),
        observer,
    }
}

/// The observer that [`named`] returns.
pub struct Named<O> {
    name: Cow<'static, str>,
    observer: O,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for Named<O> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.observer.begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.observer.observe(event).await
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.observer.missed(events).await
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.observer.flush().await
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        self.observer.kept(study).await
    }

    fn keeps(&mut self, event: &Event) -> bool {
        self.observer.keeps(event)
    }
}

impl<O: fmt::Debug> fmt::Debug for Named<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named")
            .field("name", &self.name)
            .field("observer", &self.observer)
            .finish()
    }
}
