//! [`blocking`]: an objective that computes, on threads of its own.

use std::{
    fmt,
    ops::Deref,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
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
    TrialId,
};

use super::checkpoints::{Checkpoint, CheckpointError, Checkpoints};

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
        checkpoints: None,
    }
}

/// The evaluator that [`blocking`] makes.
pub struct Blocking<F> {
    objective: Arc<F>,
    threads: Arc<Semaphore>,
    checkpoints: Option<Arc<Checkpoints>>,
}

impl<F> Blocking<F> {
    /// Sets how many threads there are at most, including those that run on after their trial was given
    /// up; 256 if not set. With fewer threads than workers, trials wait for one.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Arc::new(Semaphore::new(threads.clamp(1, Semaphore::MAX_PERMITS)));
        self
    }

    /// Sets the folder in which the trials of this study have folders of their own for
    /// [checkpoints](BlockingTrial::checkpoint_dir). A folder of a trial of another study is set aside.
    ///
    /// # Example
    /// ```
    /// use std::fs;
    /// use tuning_runtime::blocking;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let checkpoints = folder.path().join("mnist");
    /// let evaluator = blocking(|trial| {
    ///     let path = trial.checkpoint_dir()?.join("epoch-and-loss.json");
    ///     let (mut epoch, mut loss): (u64, f64) = match fs::read(&path) {
    ///         Ok(saved) => serde_json::from_slice(&saved)?,
    ///         Err(_) => (0, 1.0),
    ///     };
    ///     let last = trial.until().map_or(27, |until| until.get());
    ///     while epoch < last {
    ///         (epoch, loss) = (epoch + 1, 0.9 * loss); // a real one would train here
    ///         fs::write(&path, serde_json::to_vec(&(epoch, loss))?)?; // a real one would write another file and rename it
    ///         trial.report(epoch, loss)?; // a stop or a pause leaves here
    ///     }
    ///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(loss)
    /// })
    /// .checkpoints(checkpoints, "mnist");
    /// # let _: &dyn tuning_core::Evaluator = &evaluator;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn checkpoints(mut self, folder: impl Into<PathBuf>, study: impl Into<String>) -> Self {
        self.checkpoints = Some(Arc::new(Checkpoints::new(folder, study)));
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
                checkpoint: Checkpoint::new(self.checkpoints.as_ref()),
            };
            let call = move || {
                let returned = panic::catch_unwind(AssertUnwindSafe(|| {
                    objective(&trial).into_outcome(trial.objectives())
                }));
                let outcome = returned.unwrap_or_else(|payload| {
                    Outcome::failed(FailureKind::Panicked, crate::panic::message(&*payload))
                });
                (trial.checkpoint.begins_again(&outcome), outcome)
            };
            move || match call() {
                (true, _) => call().1,
                (false, outcome) => outcome,
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

    async fn discard(&self, trial: TrialId) {
        Checkpoints::discard(self.checkpoints.as_ref(), trial).await;
    }
}

impl<F> fmt::Debug for Blocking<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking").finish_non_exhaustive()
    }
}

/// A trial as a function on a thread sees it: all of [`RunningTrial`], reports that wait for their
/// verdict, and a folder for checkpoints.
#[derive(Clone, Debug)]
pub struct BlockingTrial {
    trial: RunningTrial,
    runtime: Option<Handle>,
    checkpoint: Arc<Checkpoint>,
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
        self.checkpoint.reports();
        let report = self.trial.report(at, values);
        match &self.runtime {
            Some(runtime) => runtime.block_on(report),
            None => report.now_or_never().unwrap_or(Ok(())),
        }
    }

    /// The folder in which to save, and to look for, what the trial needs to resume. It is made by the first call.
    ///
    /// - A new trial finds it empty; one that resumes finds a copy of what its work before left, and one that is forked a copy
    ///   of the other trial's. So what a paused trial has left is never written to.
    /// - Work that is tried again finds what the attempt before has left, which may be more than
    ///   [`origin`](RunningTrial::origin) says: note the fidelity in the folder. An attempt that fails with that and has reported
    ///   nothing is made again at once, with what the first attempt found.
    /// - Train until [`until`](RunningTrial::until), or until a report says that it is enough, and save before you return.
    /// - What no work can need is removed: all of a trial that was given up, and what is older than the last two pieces of
    ///   work. The rest stays when the trial has ended, since it is what the trial was trained for and others may begin with
    ///   it. Remove the folder of the study when you are done with it.
    ///
    /// # Errors
    /// If the evaluator has no folder for [checkpoints](Blocking::checkpoints), if the folder cannot be made or copied, or if
    /// the trial is to end.
    pub fn checkpoint_dir(&self) -> Result<PathBuf, CheckpointError> {
        let committed = self.trial.committed();
        let is_committed = match &self.runtime {
            Some(runtime) => runtime.block_on(committed),
            None => committed.now_or_never().unwrap_or(true),
        };
        match is_committed {
            true => self.checkpoint.dir(&self.trial),
            false => Err(Interrupted::Stopped.into()),
        }
    }
}

impl Deref for BlockingTrial {
    type Target = RunningTrial;

    fn deref(&self) -> &RunningTrial {
        &self.trial
    }
}
