//! [`Counted`]: an evaluator that knows how many trials it is running at the moment.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tuning_core::{Evaluator, Outcome, RunningTrial};

/// An evaluator, counted. Events would do, too, but they come when they are durable: a moment later.
#[derive(Debug)]
pub(super) struct Counted<E> {
    evaluator: E,
    running: Running,
}

/// How many trials run. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Running(Arc<AtomicU64>);

impl Running {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<E> Counted<E> {
    pub(super) fn new(evaluator: E) -> Self {
        Self {
            evaluator,
            running: Running::default(),
        }
    }

    pub(super) fn running(&self) -> Running {
        self.running.clone()
    }
}

/// One of them, until it is dropped: an evaluation may be dropped in its middle.
struct One(Running);

impl One {
    fn begin(running: &Running) -> Self {
        running.0.fetch_add(1, Ordering::Relaxed);
        Self(running.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<E: Evaluator> Evaluator for Counted<E> {
    fn evaluate<'a, 'b>(
        &'a self,
        trial: RunningTrial,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let _one = One::begin(&self.running);
            self.evaluator.evaluate(trial).await
        })
    }
}
