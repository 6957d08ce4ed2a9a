//! [`asynchronous`]: an objective that is an async function.

use std::{fmt, future::Future, ops::Deref, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use futures_util::future::{self, Either};
use tokio::runtime::Handle;
use tuning_core::{
    Evaluator, FailureKind, Fidelity, Interrupted, IntoOutcome, IntoValues, Outcome, RunningTrial,
    TrialId,
};

use super::checkpoints::{Checkpoint, CheckpointError, Checkpoints};

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
    F: Fn(AsynchronousTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    Asynchronous {
        objective,
        checkpoints: None,
    }
}

/// The evaluator that [`asynchronous`] makes.
#[derive(Clone)]
pub struct Asynchronous<F> {
    objective: F,
    checkpoints: Option<Arc<Checkpoints>>,
}

impl<F> Asynchronous<F> {
    /// Sets the folder in which the trials of this study have folders of their own for
    /// [checkpoints](AsynchronousTrial::checkpoint_dir). A folder of a trial of another study is set aside.
    #[must_use]
    pub fn checkpoints(mut self, folder: impl Into<PathBuf>, study: impl Into<String>) -> Self {
        self.checkpoints = Some(Arc::new(Checkpoints::new(folder, study)));
        self
    }
}

#[async_trait]
impl<F, Fut> Evaluator for Asynchronous<F>
where
    F: Fn(AsynchronousTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome + Send,
{
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        evaluate(self.checkpoints.as_ref(), trial, &self.objective).await
    }

    async fn discard(&self, trial: TrialId) {
        Checkpoints::discard(self.checkpoints.as_ref(), trial).await;
    }
}

/// The outcome of a trial, with a folder for its checkpoint.
pub(super) async fn evaluate<Fut>(
    checkpoints: Option<&Arc<Checkpoints>>,
    trial: RunningTrial,
    objective: impl Fn(AsynchronousTrial) -> Fut,
) -> Outcome
where
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    let checkpoint = Checkpoint::new(checkpoints);
    let call = || {
        let given = AsynchronousTrial {
            trial: trial.clone(),
            checkpoint: Arc::clone(&checkpoint),
        };
        until_stopped(objective(given), trial.clone())
    };
    let outcome = call().await;
    match checkpoint.begins_again(&outcome) {
        true => call().await,
        false => outcome,
    }
}

/// The outcome of what computes it, which is dropped when the trial has to end.
async fn until_stopped<Fut>(objective: Fut, trial: RunningTrial) -> Outcome
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

/// A trial as an async function sees it: all of [`RunningTrial`], and a folder for checkpoints.
#[derive(Clone, Debug)]
pub struct AsynchronousTrial {
    trial: RunningTrial,
    checkpoint: Arc<Checkpoint>,
}

impl AsynchronousTrial {
    /// Reports intermediate values at a fidelity. Pass an error on with `?`.
    ///
    /// # Errors
    /// [`Interrupted`] if the trial is to return now, as [`RunningTrial::report`] says.
    pub async fn report(
        &self,
        at: impl Into<Fidelity>,
        values: impl IntoValues,
    ) -> Result<(), Interrupted> {
        self.checkpoint.reports();
        self.trial.report(at, values).await
    }

    /// The folder in which to save, and to look for, what the trial needs to resume, as
    /// [`BlockingTrial::checkpoint_dir`](super::BlockingTrial::checkpoint_dir) says.
    ///
    /// # Errors
    /// If the evaluator has no folder for [checkpoints](Asynchronous::checkpoints), if the folder cannot be made or copied,
    /// or if the trial is to end.
    pub async fn checkpoint_dir(&self) -> Result<PathBuf, CheckpointError> {
        if !self.trial.committed().await {
            return Err(Interrupted::Stopped.into());
        }
        let Ok(runtime) = Handle::try_current() else {
            return self.checkpoint.dir(&self.trial); // no threads to go to, as in a simulation
        };
        let (trial, checkpoint) = (self.trial.clone(), Arc::clone(&self.checkpoint));
        let made = runtime.spawn_blocking(move || checkpoint.dir(&trial)).await;
        made.unwrap_or_else(|error| {
            let reason = format!("with the folder of the checkpoint: {error}");
            Err(CheckpointError::Folder { reason })
        })
    }
}

impl Deref for AsynchronousTrial {
    type Target = RunningTrial;

    fn deref(&self) -> &RunningTrial {
        &self.trial
    }
}
