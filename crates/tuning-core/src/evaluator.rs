//! [`Evaluator`]: what runs a trial, and [`RunningTrial`]: the trial as the evaluator sees it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{
    Failure, FailureKind, Fidelity, Fork, Interrupted, Objectives, Outcome, Seed, TrialId, Values,
    Verdict, space::Params,
};

/// Something that runs trials: a thread pool, a future, a process, a cluster.
///
/// [Publish your own evaluator](https://docs.rs/crate/hypertuning/latest/source/docs/publish-an-evaluator.md) leads from nothing to a type that runs a study.
///
/// # For callers
/// Call `evaluate` once per piece of work; several calls run at the same time. Dropping the future
/// must be enough to end the work at once. Call `discard` once it is durable that a trial was given up.
///
/// # For implementors
/// - Write [`#[async_trait]`](crate::async_trait) above the `impl`. Without it the compiler says that lifetimes do
///   not match.
/// - Return an [`Outcome`], whatever happens: a failed trial is not an error of the study. What keeps all trials from being
///   evaluated, such as a disk that takes no files, is not a trial's failure: [`RunningTrial::halt`] the session.
/// - Run until [`RunningTrial::until`], report along the way, and return when a report is
///   [`Interrupted`] or [`RunningTrial::stopped`] resolves. After a stop, what you return no longer
///   counts: the trial is stopped with its last report, unless it failed.
/// - Await [`RunningTrial::committed`] before you start anything that outlives the process.
/// - `Completed` values are in the objectives' own directions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an evaluator of trials",
    note = "make one of a function with `blocking(…)` or `asynchronous(…)`, or write `#[async_trait] impl Evaluator`, with \
            `async_trait` from `tuning_core`"
)]
#[async_trait]
pub trait Evaluator: Send + Sync {
    /// Runs one piece of work.
    async fn evaluate(&self, trial: RunningTrial) -> Outcome;

    /// Removes what is kept of a trial that was given up: no work from now on resumes or forks it.
    /// This may be called more than once, also for trials of earlier sessions. The end of a session does not wait for ever:
    /// what hangs is called for again by the next one.
    async fn discard(&self, trial: TrialId) {
        let _ = trial;
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<E: Evaluator + ?Sized> Evaluator for $pointer {
            async fn evaluate(&self, trial: RunningTrial) -> Outcome {
                (**self).evaluate(trial).await
            }

            async fn discard(&self, trial: TrialId) {
                (**self).discard(trial).await;
            }
        }
    )*};
}

forward!(Box<E>, Arc<E>);

/// A piece of work: a new trial, or a paused one that is resumed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Work {
    /// The trial.
    pub trial: TrialId,
    /// Its parameters.
    pub params: Params,
    /// The seed for whatever is random in its evaluation.
    pub seed: Seed,
    /// Where it begins.
    pub origin: Origin,
    /// How far it is to run; to its end if absent.
    pub until: Option<Fidelity>,
    /// 0 for the first attempt at this work, then 1, 2, ….
    pub attempt: u32,
}

impl Work {
    /// A new trial that runs to its end.
    #[must_use]
    pub fn new(trial: TrialId, params: Params, seed: Seed) -> Self {
        Self {
            trial,
            params,
            seed,
            origin: Origin::New,
            until: None,
            attempt: 0,
        }
    }
}

/// Where a piece of work begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// A new trial begins from nothing.
    New,
    /// A paused trial continues from its own checkpoint.
    Resumed {
        /// The fidelity that it has reached.
        at: Fidelity,
    },
    /// A new trial begins with the checkpoint of another one.
    Forked(Fork),
}

impl Origin {
    /// The fidelity of the checkpoint that the work begins with: train on from there. None if there is
    /// no checkpoint, or if the trial that it is forked from never reported.
    #[must_use]
    pub const fn at(self) -> Option<Fidelity> {
        match self {
            Self::New => None,
            Self::Resumed { at } => Some(at),
            Self::Forked(fork) => fork.at,
        }
    }
}

/// Why running work should end now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// It ran longer than it was allowed to.
    TimedOut,
    /// The trial was cancelled.
    Cancelled,
    /// The whole study stops; the trial is evaluated again when the study resumes.
    Stopping,
}

/// The line from a running trial to its driver. Only drivers implement it; others need not know it.
#[async_trait]
pub trait TrialLink: Send + Sync {
    /// Passes a report on and returns the verdict.
    async fn report(&self, at: Fidelity, values: Values) -> Verdict;

    /// Notes a further measurement for the next report or the end.
    fn metric(&self, name: &str, value: f64);

    /// Notes that the work has gone on to this fidelity behind the report that reached the one it was to run until. That is
    /// not taken as a report; a driver may warn of it.
    fn overran(&self, at: Fidelity) {
        let _ = at;
    }

    /// Makes the trial fail with this, whatever its evaluator returns.
    fn fail(&self, failure: Failure);

    /// Ends the session for this reason, which is not the trial's own: the trial is evaluated again when the study
    /// resumes. A driver that cannot do that makes the trial fail.
    fn halt(&self, reason: &str) {
        self.fail(Failure::new(FailureKind::Error, reason));
    }

    /// Why the work should end now, if it should.
    fn stop_reason(&self) -> Option<StopReason>;

    /// Resolves when the work should end now.
    async fn stopped(&self) -> StopReason;

    /// Resolves once it is known whether the beginning of the work is durable, and returns that. A driver without a
    /// journal has nothing to wait for.
    async fn committed(&self) -> bool {
        true
    }
}

/// A trial while it is evaluated. Cheap to clone, and may move to another thread.
#[derive(Clone)]
pub struct RunningTrial {
    work: Arc<Work>,
    objectives: Objectives,
    link: Arc<dyn TrialLink>,
}

impl RunningTrial {
    /// The trial of a piece of work, connected to its driver.
    #[must_use]
    pub fn new(
        work: impl Into<Arc<Work>>,
        objectives: Objectives,
        link: Arc<dyn TrialLink>,
    ) -> Self {
        Self {
            work: work.into(),
            objectives,
            link,
        }
    }

    /// Its number in the study.
    #[must_use]
    pub fn id(&self) -> TrialId {
        self.work.trial
    }

    /// Its parameters.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.work.params
    }

    /// The seed for whatever is random in its evaluation: the same in every attempt.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.work.seed
    }

    /// The piece of work in full: where it begins and ends, and which attempt this is.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// Where it begins: from nothing, or from a checkpoint of its own or of another trial.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.work.origin
    }

    /// The fidelity to run until; to the end if absent.
    #[must_use]
    pub fn until(&self) -> Option<Fidelity> {
        self.work.until
    }

    /// The objectives of the study.
    #[must_use]
    pub fn objectives(&self) -> &Objectives {
        &self.objectives
    }

    /// Reports intermediate values (in the objectives' own directions) at a fidelity. Pass an error
    /// on with `?`: [`IntoOutcome`] makes the right outcome of it.
    ///
    /// # Errors
    /// [`Interrupted`] if the trial is to return now: it has reached the fidelity that it was asked for,
    /// it is not worth continuing, or it has to end. A value that is not finite fails the trial and
    /// stops it.
    pub async fn report(
        &self,
        at: impl Into<Fidelity>,
        values: impl IntoValues,
    ) -> Result<(), Interrupted> {
        let at = at.into();
        match self.objectives.check(values.into_values()) {
            Ok(values) => self.link.report(at, values).await.into_result(),
            Err(failure) => {
                let reason = format!("{} at {at}", failure.reason);
                self.fail(Failure::new(failure.kind, reason));
                Err(Interrupted::Stopped)
            }
        }
    }

    /// Notes a further measurement, which is kept with the next report or the end of the trial.
    pub fn metric(&self, name: &str, value: f64) {
        self.link.metric(name, value);
    }

    /// Notes that the work has gone on to this fidelity, although it was told to pause before. That changes nothing but that the
    /// person is warned, once per study: for evaluators that hear of it and report it no more.
    pub fn overran(&self, at: impl Into<Fidelity>) {
        self.link.overran(at.into());
    }

    /// Makes the trial fail with this, whatever its evaluator returns.
    pub fn fail(&self, failure: Failure) {
        self.link.fail(failure);
    }

    /// Ends the session for this reason, whatever its evaluator returns: something that no trial can do anything about,
    /// such as a disk that takes no files, keeps all of them from being evaluated.
    ///
    /// Running trials end, none is started, and the study returns the reason as its error. This trial is not finished:
    /// it is evaluated again when the study resumes.
    pub fn halt(&self, reason: &str) {
        self.link.halt(reason);
    }

    /// Why the work should end now, if it should: for loops that do not report.
    #[must_use]
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.link.stop_reason()
    }

    /// Waits until it is durable that this work was begun, and returns whether it is: it never will be if the journal
    /// has failed.
    ///
    /// Await it before anything that outlives this process or that others see, such as starting a program: a study that
    /// is killed before gives the number of the trial to other parameters. What stays in this process need not wait.
    pub async fn committed(&self) -> bool {
        self.link.committed().await
    }

    /// Resolves when the work should end now (timeout, cancellation, the end of the study).
    pub async fn stopped(&self) -> StopReason {
        self.link.stopped().await
    }
}

impl fmt::Debug for RunningTrial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningTrial")
            .field("work", &self.work)
            .finish_non_exhaustive()
    }
}

/// What can be reported: a number, or several for several objectives.
pub trait IntoValues {
    /// The numbers, one per objective.
    fn into_values(self) -> Vec<f64>;
}

impl IntoValues for f64 {
    fn into_values(self) -> Vec<f64> {
        vec![self]
    }
}

impl IntoValues for f32 {
    fn into_values(self) -> Vec<f64> {
        vec![f64::from(self)]
    }
}

impl<const N: usize> IntoValues for [f64; N] {
    fn into_values(self) -> Vec<f64> {
        self.to_vec()
    }
}

impl IntoValues for Vec<f64> {
    fn into_values(self) -> Vec<f64> {
        self
    }
}

impl IntoValues for Values {
    fn into_values(self) -> Vec<f64> {
        self.as_slice().to_vec()
    }
}

/// What an objective function may return: a number, several, an [`Outcome`], or a `Result` of these.
///
/// An error fails the trial with its message and those of its sources, unless it is [`Interrupted`] or has
/// that among its sources: then the trial is [stopped](Outcome::Stopped), which a driver takes for a pause
/// if it has asked for one.
pub trait IntoOutcome {
    /// The outcome of the trial.
    fn into_outcome(self, objectives: &Objectives) -> Outcome;
}

macro_rules! number_outcomes {
    ($($type:ty),*) => {$(
        impl IntoOutcome for $type {
            fn into_outcome(self, objectives: &Objectives) -> Outcome {
                match objectives.check(self.into_values()) {
                    Ok(values) => Outcome::Completed(values),
                    Err(failure) => Outcome::Failed(failure),
                }
            }
        }
    )*};
}

number_outcomes!(f64, f32, Vec<f64>, Values);

impl<const N: usize> IntoOutcome for [f64; N] {
    fn into_outcome(self, objectives: &Objectives) -> Outcome {
        self.to_vec().into_outcome(objectives)
    }
}

impl IntoOutcome for Outcome {
    fn into_outcome(self, objectives: &Objectives) -> Outcome {
        match self {
            Self::Completed(values) => values.into_outcome(objectives),
            other => other,
        }
    }
}

impl<T: IntoOutcome, E: Into<Box<dyn std::error::Error + Send + Sync>>> IntoOutcome
    for Result<T, E>
{
    fn into_outcome(self, objectives: &Objectives) -> Outcome {
        match self {
            Ok(value) => value.into_outcome(objectives),
            Err(error) => {
                let error = error.into();
                if Interrupted::is_cause_of(&*error) {
                    return Outcome::Stopped;
                }
                let mut reason = error.to_string();
                let mut source = error.source();
                while let Some(cause) = source {
                    reason.push_str(": ");
                    reason.push_str(&cause.to_string());
                    source = cause.source();
                }
                Outcome::failed(FailureKind::Error, reason)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_an_objective_returns_becomes_an_outcome() {
        let loss = Objectives::minimize("loss").unwrap();
        let failed = |outcome: Outcome| outcome.failure().unwrap().to_string();
        assert_eq!(0.5.into_outcome(&loss), 0.5_f32.into_outcome(&loss));
        assert_eq!([0.5].into_outcome(&loss), vec![0.5].into_outcome(&loss));
        assert_eq!(Outcome::Stopped.into_outcome(&loss), Outcome::Stopped);
        assert_eq!(
            failed(f64::NAN.into_outcome(&loss)),
            "non finite: `loss` is NaN"
        );
        assert_eq!(
            failed([1.0, 2.0].into_outcome(&loss)),
            "error: 2 value(s) came back for 1 objective(s): return one per objective"
        );
        let two = Outcome::Completed(Values::new([1.0, 2.0]).unwrap());
        assert!(two.into_outcome(&loss).failure().is_some());
    }

    #[test]
    fn an_error_fails_the_trial_with_all_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("no data")]
        struct NoData(#[from] std::num::ParseIntError);
        let result: Result<f64, NoData> = "x".parse::<i32>().map(f64::from).map_err(NoData);
        let outcome = result.into_outcome(&Objectives::minimize("loss").unwrap());
        let reason = &outcome.failure().unwrap().reason;
        assert_eq!(&**reason, "no data: invalid digit found in string");
    }

    #[test]
    fn an_interruption_stops_the_trial_however_deep_it_lies() {
        #[derive(Debug, thiserror::Error)]
        enum Training {
            #[error("epoch {0}")]
            Epoch(u64, #[source] Interrupted),
            #[error(transparent)]
            Interrupted(#[from] Interrupted),
            #[error("interrupted by the user")]
            User,
        }
        // Boxes as those of `anyhow` hide the type of the error in them, but not its message.
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Hidden(Interrupted);
        let loss = Objectives::minimize("loss").unwrap();
        let outcome = |error: Box<dyn std::error::Error + Send + Sync>| {
            Err::<f64, _>(error).into_outcome(&loss)
        };
        for interrupted in [Interrupted::Paused, Interrupted::Stopped] {
            for error in [
                Box::new(interrupted) as Box<dyn std::error::Error + Send + Sync>,
                Box::new(Training::Epoch(3, interrupted)),
                Box::new(Training::from(interrupted)),
                Box::new(Hidden(interrupted)),
            ] {
                assert_eq!(outcome(error), Outcome::Stopped);
            }
        }
        assert!(outcome(Box::new(Training::User)).failure().is_some());
    }
}
