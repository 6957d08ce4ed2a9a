//! The observers of a tortured study: they write what they are told into its record.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError};
use tuning_runtime::{Executor, sim::SimExecutor};

use crate::record::{Record, Shown, Taken};

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
        self.0.write().durable.push(Taken::Event(event.seq.get()));
        Ok(())
    }

    async fn kept(&mut self, _: &str) -> Result<Kept, ObserverError> {
        self.0.write().durable.push(Taken::Asked);
        Ok(Kept::Unknown)
    }
}

/// Is slow, and told what it misses.
#[derive(Debug)]
pub(crate) struct Lossy {
    pub(crate) book: Book,
    pub(crate) session: u32,
    pub(crate) sim: SimExecutor,
}

impl Lossy {
    fn note(&self, shown: Shown) {
        let mut record = self.book.write();
        record.lossy.entry(self.session).or_default().push(shown);
    }
}

#[async_trait]
impl Observer for Lossy {
    fn name(&self) -> &str {
        "lossy"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.note(Shown::Event(event.seq.get()));
        if event.seq.get().is_multiple_of(3) {
            self.sim.sleep(Duration::from_secs(300)).await;
        }
        Ok(())
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.note(Shown::Missed(events));
        Ok(())
    }
}

/// Where an observer writes in one session. What it writes after its process has died is written by no one.
#[derive(Debug)]
pub(crate) struct Tape {
    pub(crate) book: Book,
    pub(crate) session: u32,
    pub(crate) sim: SimExecutor,
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.sim.has_died() {
            let mut record = self.book.write();
            let written = record.written.entry(self.session).or_default();
            written.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
