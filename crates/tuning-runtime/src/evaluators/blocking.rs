//! [`blocking`]: an objective that computes, on threads of its own.

use std::{
    fmt,
    ops::Deref,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use async_trait::async_trait;
use futures_util::{
    FutureExt,
    future::{self, Either},
};
use tokio::{runtime::Handle, sync::Semaphore};
use tuning_core::{
    Evaluator, FailureKind, Fidelity, Interrupted, IntoOutcome, IntoValues, Outcome, RunningTrial,
};

/// How many threads there are at most, those included that run on after their trial was given up.
const THREADS: usize = 256;

/// Makes an evaluator of a function that computes. It runs on a thread, off the async ones, and
/// returns a number, several, or a `Result` of these.
///
/// As many trials run at once as the study has workers. A thread cannot be stopped from outside: a
/// trial that ran into its timeout is given up, but its thread runs until the function returns, so
/// look at [`stop_reason`](RunningTrial::stop_reason) in long loops, or report in them.
///
/// # Example
/// ```
/// use tuning_runtime::blocking;
///
/// let evaluator = blocking(|trial| {
///     let x = trial.params().float("x")?;
///     for step in 1..=3_u64 {
///         trial.report(step, x * x)?; // a stop or a pause leaves here
///     }
///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(x * x)
/// });
/// # let _: &dyn tuning_core::Evaluator = &evaluator;
/// ```
pub fn blocking<F, R>(objective: F) -> Blocking<F>
where
    F: Fn(&BlockingTrial) -> R + Send + Sync + 'static,
    R: IntoOutcome,
{
    Blocking {
        objective: Arc::new(objective),
        threads: Arc::new(Semaphore::new(THREADS)),
    }
}

/// The evaluator that [`blocking`] makes.
pub struct Blocking<F> {
    objective: Arc<F>,
    threads: Arc<Semaphore>,
}

impl<F> Blocking<F> {
    /// Sets how many threads there are at most, including those that run on after their trial was given
    /// up; 256 if not set. With fewer threads than workers, trials wait for one.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Arc::new(Semaphore::new(threads.clamp(1, Semaphore::MAX_PERMITS)));
        self
    }
}

#[async_trait]
impl<F, R> Evaluator for Blocking<F>
where
    F: Fn(&BlockingTrial) -> R + Send + Sync + 'static,
    R: IntoOutcome,
{
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let runtime = Handle::try_current().ok();
        let job = {
            let objective = Arc::clone(&self.objective);
            let trial = BlockingTrial {
                trial: trial.clone(),
                runtime: runtime.clone(),
            };
            move || {
                let returned = panic::catch_unwind(AssertUnwindSafe(|| {
                    objective(&trial).into_outcome(trial.objectives())
                }));
                returned.unwrap_or_else(|payload| {
                    Outcome::failed(FailureKind::Panicked, crate::panic::message(&*payload))
                })
            }
        };
        let Some(runtime) = runtime else {
            return job(); // no threads to go to, as in a simulation
        };
        let threads = Arc::clone(&self.threads);
        let work = async move {
            // The semaphore is never closed; the permit goes with the thread, not with the trial.
            let permit = threads.acquire_owned().await.ok();
            let job = move || {
                let outcome = job();
                drop(permit);
                outcome
            };
            runtime.spawn_blocking(job).await
        };
        let stopped = std::pin::pin!(trial.stopped());
        match future::select(Box::pin(work), stopped).await {
            Either::Left((Ok(outcome), _)) => outcome,
            Either::Left((Err(error), _)) => {
                Outcome::failed(FailureKind::Lost, format!("its thread ended: {error}"))
            }
            Either::Right(_) => Outcome::failed(FailureKind::Cancelled, "it was stopped"),
        }
    }
}

impl<F> fmt::Debug for Blocking<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}

/// A trial as a function on a thread sees it: all of [`RunningTrial`], and reports that wait for their
/// verdict.
#[derive(Clone, Debug)]
pub struct BlockingTrial {
    trial: RunningTrial,
    runtime: Option<Handle>,
}

impl BlockingTrial {
    /// Reports intermediate values at a fidelity. Pass an error on with `?`. (In a simulation, which
    /// has no threads to wait on, no report is interrupted.)
    ///
    /// # Errors
    /// [`Interrupted`] if the trial is to return now, as [`RunningTrial::report`] says.
    pub fn report(
        &self,
        at: impl Into<Fidelity>,
        values: impl IntoValues,
    ) -> Result<(), Interrupted> {
        let report = self.trial.report(at, values);
        match &self.runtime {
            Some(runtime) => runtime.block_on(report),
            None => report.now_or_never().unwrap_or(Ok(())),
        }
    }
}

impl Deref for BlockingTrial {
    type Target = RunningTrial;

    fn deref(&self) -> &RunningTrial {
        &self.trial
    }
}
