//! The observers of a tortured study: they write what they are told into its record.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError};
use tuning_runtime::{Executor, sim::SimExecutor};

use crate::record::Record;

/// A record that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Mutex<Record>>);

impl Book {
    pub(crate) fn write(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sees what is acknowledged.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    pub(crate) book: Book,
    pub(crate) session: u32,
}

#[async_trait]
impl Observer for Acknowledged {
    fn name(&self) -> &str {
        "acknowledged"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let text = serde_json::to_string(&event.kind).map_err(ObserverError::from_source)?;
        let seen = (self.session, event.seq.get(), text);
        self.book.write().acknowledged.push(seen);
        Ok(())
    }
}

/// Takes every event once, as it believes.
#[derive(Debug)]
pub(crate) struct Durable(pub(crate) Book);

#[async_trait]
impl Observer for Durable {
    fn name(&self) -> &str {
        "durable"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.0.write().durable.push(event.seq.get());
        Ok(())
    }
}

/// Is slow, and told what it misses.
#[derive(Debug)]
pub(crate) struct Lossy {
    pub(crate) book: Book,
    pub(crate) session: u32,
    pub(crate) sim: SimExecutor,
}

#[async_trait]
impl Observer for Lossy {
    fn name(&self) -> &str {
        "lossy"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let seen = |book: &Book| book.write().lossy.entry(self.session).or_default().0 += 1;
        seen(&self.book);
        if event.seq.get().is_multiple_of(3) {
            self.sim.sleep(Duration::from_secs(300)).await;
        }
        Ok(())
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.book.write().lossy.entry(self.session).or_default().1 += events;
        Ok(())
    }
}
