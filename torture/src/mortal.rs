//! [`Mortal`]: an observer of a file that dies with its process.

use std::path::PathBuf;

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Progress};
use tuning_runtime::sim::SimExecutor;

/// An observer of a file whose process may die: what it has only in memory then is lost, and not written when it is
/// dropped.
#[derive(Debug)]
pub(crate) struct Mortal<O> {
    inner: Option<O>,
    path: PathBuf,
    sim: SimExecutor,
}

impl<O: Observer> Mortal<O> {
    pub(crate) fn new(inner: O, path: PathBuf, sim: SimExecutor) -> Self {
        let inner = Some(inner);
        Self { inner, path, sim }
    }

    fn inner(&mut self) -> &mut O {
        self.inner
            .as_mut()
            .unwrap_or_else(|| unreachable!("it is taken when it is dropped"))
    }
}

impl<O> Drop for Mortal<O> {
    fn drop(&mut self) {
        if !self.sim.has_died() {
            return;
        }
        let before = std::fs::read(&self.path);
        drop(self.inner.take());
        if let Ok(before) = before {
            std::fs::write(&self.path, before).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for Mortal<O> {
    fn name(&self) -> &str {
        self.inner.as_ref().map_or("", |inner| inner.name())
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.inner().begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.inner().observe(event).await
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.inner().missed(events).await
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.inner().flush().await
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        self.inner().kept(study).await
    }

    fn keeps(&mut self, event: &Event) -> bool {
        self.inner().keeps(event)
    }
}
