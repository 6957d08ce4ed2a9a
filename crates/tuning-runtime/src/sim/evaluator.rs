//! [`FaultyEvaluator`]: an evaluator whose workers die, hang, are late, and do not stop when they are told to.

use std::{future::pending, sync::Arc, time::Duration};

use async_trait::async_trait;
use tuning_core::{Evaluator, FailureKind, Outcome, RunningTrial, TrialId};

use super::faults::{Faults, pick};
use crate::executor::Executor;

/// An evaluator that is struck now and then: its worker is lost, is given up and speaks all the same, panics, hangs, is
/// slow, or ends long after it was told to. One that hangs needs a timeout of the study to end.
#[derive(Clone, Debug)]
pub struct FaultyEvaluator<E> {
    inner: Arc<E>,
    faults: Faults,
    executor: Arc<dyn Executor>,
    only_delays: bool,
}

impl<E> FaultyEvaluator<E> {
    /// `inner` is struck by these faults; what is slow waits by this executor's clock.
    #[must_use]
    pub fn new(inner: E, faults: Faults, executor: Arc<dyn Executor>) -> Self {
        Self {
            inner: Arc::new(inner),
            faults,
            executor,
            only_delays: false,
        }
    }

    /// Only what changes no result: work is slow, or late.
    #[must_use]
    pub fn only_delays(mut self) -> Self {
        self.only_delays = true;
        self
    }
}

/// How a piece of work is struck.
#[derive(Clone, Copy, Debug)]
enum Work {
    IsSlow,
    IsLate,
    IsLost,
    IsGivenUp,
    Panics,
    Hangs,
}

#[async_trait]
impl<E: Evaluator + 'static> Evaluator for FaultyEvaluator<E> {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let Some(seed) = self.faults.strike("work") else {
            return self.inner.evaluate(trial).await;
        };
        let all = [
            Work::IsSlow,
            Work::IsLate,
            Work::IsLost,
            Work::IsGivenUp,
            Work::Panics,
            Work::Hangs,
        ];
        let how = match self.only_delays {
            true => pick(seed, &all[..2]),
            false => pick(seed, &all),
        };
        self.faults
            .explain(&format!("{how:?}, trial {}", trial.id()));
        let delay = Duration::from_secs(seed.derive(1).get() % 7_200);
        match how {
            Work::IsSlow => {
                self.executor.sleep(delay).await;
                self.inner.evaluate(trial).await
            }
            Work::IsLate => {
                let outcome = self.inner.evaluate(trial).await;
                self.executor.sleep(delay).await;
                outcome
            }
            Work::IsLost => {
                self.executor.sleep(delay).await;
                Outcome::failed(FailureKind::Lost, "the simulated worker is gone")
            }
            Work::IsGivenUp => {
                // What it says from then on must not count.
                let inner = Arc::clone(&self.inner);
                self.executor.spawn(Box::pin(async move {
                    inner.evaluate(trial).await;
                }));
                // Soon: it has begun by then, and has not come to its end.
                let patience = Duration::from_secs(1 + seed.derive(1).get() % 600);
                self.executor.sleep(patience).await;
                Outcome::failed(
                    FailureKind::Lost,
                    "the simulated worker does not answer any more",
                )
            }
            Work::Panics => panic!("the simulated worker panics"),
            Work::Hangs => pending().await,
        }
    }

    async fn discard(&self, trial: TrialId) {
        self.inner.discard(trial).await;
    }
}
