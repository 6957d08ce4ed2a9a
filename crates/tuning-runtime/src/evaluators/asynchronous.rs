//! [`asynchronous`]: an objective that is an async function.

use std::{fmt, future::Future};

use async_trait::async_trait;
use futures_util::future::{self, Either};
use tuning_core::{Evaluator, FailureKind, IntoOutcome, Outcome, RunningTrial};

/// Makes an evaluator of an async function. It returns a number, several, or a `Result` of these.
///
/// When the trial has to end (timeout, cancellation, the end of the study), the future is dropped.
///
/// # Example
/// ```
/// use tuning_runtime::asynchronous;
///
/// let evaluator = asynchronous(|trial| async move {
///     let lr = trial.params().float("lr")?;
///     for epoch in 1..=10_u64 {
///         let loss = lr / epoch as f64; // a real one would train here
///         trial.report(epoch, loss).await?; // a stop or a pause leaves here
///     }
///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(lr)
/// });
/// # let _: &dyn tuning_core::Evaluator = &evaluator;
/// ```
pub fn asynchronous<F, Fut>(objective: F) -> Asynchronous<F>
where
    F: Fn(RunningTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    Asynchronous { objective }
}

/// The evaluator that [`asynchronous`] makes.
#[derive(Clone)]
pub struct Asynchronous<F> {
    objective: F,
}

#[async_trait]
impl<F, Fut> Evaluator for Asynchronous<F>
where
    F: Fn(RunningTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome + Send,
{
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        until_stopped((self.objective)(trial.clone()), trial).await
    }
}

/// The outcome of what computes it, which is dropped when the trial has to end.
pub(super) async fn until_stopped<Fut>(objective: Fut, trial: RunningTrial) -> Outcome
where
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    let objective = Box::pin(objective);
    let stopped = std::pin::pin!(trial.stopped());
    match future::select(objective, stopped).await {
        Either::Left((returned, _)) => returned.into_outcome(trial.objectives()),
        Either::Right(_) => Outcome::failed(FailureKind::Cancelled, "it was stopped"),
    }
}

impl<F> fmt::Debug for Asynchronous<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asynchronous").finish_non_exhaustive()
    }
}
