//! [`filter`]: an observer that sees only some of the events.

use std::fmt;

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Progress};

/// Returns the observer so that it sees only the events for which `keep` returns true.
///
/// Observers that fold a study (progress, tables, logs) need all its events: filter those that pass
/// events on.
///
/// # Example
/// ```
/// use tuning_core::{EventKind, Fact};
/// use tuning_observers::{JsonLines, filter};
///
/// let file = JsonLines::to(std::io::sink());
/// let without_reports = filter(file, |event| !matches!(event.kind, EventKind::Fact(Fact::Reported(_))));
/// ```
pub fn filter<O, F>(observer: O, keep: F) -> Filter<O, F>
where
    O: Observer,
    F: FnMut(&Event) -> bool + Send,
{
    Filter { observer, keep }
}

/// The observer that [`filter`] returns.
pub struct Filter<O, F> {
    observer: O,
    keep: F,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O, F> Observer for Filter<O, F>
where
    O: Observer,
    F: FnMut(&Event) -> bool + Send,
{
    fn name(&self) -> &str {
        self.observer.name()
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.observer.begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if (self.keep)(event) {
            self.observer.observe(event).await
        } else {
            Ok(())
        }
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
        (self.keep)(event) && self.observer.keeps(event)
    }
}

impl<O: fmt::Debug, F> fmt::Debug for Filter<O, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.observer).finish()
    }
}
