//! [`FaultyObserver`]: an observer that fails, panics, hangs and is slow.

use std::{future::pending, sync::Arc, time::Duration};

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Progress};

use super::faults::{Faults, pick};
use crate::executor::Executor;

/// An observer that is struck now and then: it fails before it takes an event or after, panics, hangs, or is slow.
#[derive(Debug)]
pub struct FaultyObserver<O> {
    inner: O,
    sink: Sink,
}

/// Where the observer passes on what it is told.
#[derive(Debug)]
struct Sink {
    faults: Faults,
    executor: Arc<dyn Executor>,
}

impl<O> FaultyObserver<O> {
    /// `inner` is struck by these faults; what is slow waits by this executor's clock.
    #[must_use]
    pub fn new(inner: O, faults: Faults, executor: Arc<dyn Executor>) -> Self {
        Self {
            inner,
            sink: Sink { faults, executor },
        }
    }
}

impl Sink {
    /// What is struck happens before the call, but for what fails after it.
    async fn strike(&self, seam: &str) -> Result<Option<Call>, ObserverError> {
        let Some(seed) = self.faults.strike(seam) else {
            return Ok(None);
        };
        // Most observers that fail do so more than once, and few hang or panic.
        let how = pick(
            seed,
            &[
                Call::Fails,
                Call::Fails,
                Call::FailsBehindIt,
                Call::FailsBehindIt,
                Call::IsSlow,
                Call::IsSlow,
                Call::Panics,
                Call::Hangs,
            ],
        );
        self.faults.explain(&format!("{how:?}"));
        match how {
            Call::Fails => return Err(ObserverError::new("the simulated sink is down")),
            Call::IsSlow => {
                let delay = Duration::from_secs(seed.derive(1).get() % 600);
                self.executor.sleep(delay).await;
            }
            Call::Panics => panic!("the simulated sink panics"),
            Call::Hangs => pending().await,
            Call::FailsBehindIt => {}
        }
        Ok(Some(how))
    }
}

/// How a call is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Fails,
    FailsBehindIt,
    IsSlow,
    Panics,
    Hangs,
}

fn answered<T>(struck: Option<Call>, told: Result<T, ObserverError>) -> Result<T, ObserverError> {
    match struck {
        Some(Call::FailsBehindIt) => Err(ObserverError::new("the simulated answer was lost")),
        _ => told,
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<O: Observer> Observer for FaultyObserver<O> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.inner.begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let struck = self.sink.strike("observe").await?;
        answered(struck, self.inner.observe(event).await)
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.inner.missed(events).await
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        let struck = self.sink.strike("flush").await?;
        answered(struck, self.inner.flush().await)
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        let struck = self.sink.strike("kept").await?;
        answered(struck, self.inner.kept(study).await)
    }

    fn keeps(&mut self, event: &Event) -> bool {
        self.inner.keeps(event)
    }
}
