//! [`blocking_typed`] and [`asynchronous_typed`]: objectives that take the value of a trial's parameters.

use std::{any::type_name, fmt, future::Future, marker::PhantomData};

use async_trait::async_trait;
use tuning_core::{Evaluator, FailureKind, IntoOutcome, Outcome, Params, RunningTrial, Tunable};

use super::{
    asynchronous::until_stopped,
    blocking::{Blocking, BlockingTrial, blocking},
};

/// Makes an evaluator of a function that computes, as [`blocking`] does, and takes its parameters as a
/// value of its own type. The study has the space of that type, [`Space::of`](tuning_core::Space::of).
///
/// Parameters that do not describe such a value fail their trial, and the reason says why.
///
/// # Example
/// ```
/// use tuning_core::{Interrupted, Space, Tunable};
/// use tuning_derive::Tunable; // or both of `hypertuning::prelude`
/// use tuning_runtime::{Study, blocking_typed};
///
/// #[derive(Clone, Debug, Tunable)]
/// struct Training {
///     #[tune(range = 1e-5..=0.1, log)]
///     lr: f64,
///     #[tune(range = 1..=4)]
///     layers: usize,
/// }
///
/// # async fn example(random: impl tuning_core::StrategyConfig + 'static) -> Result<(), Box<dyn std::error::Error>> {
/// let mut study = Study::builder("mnist", Space::of::<Training>()?)
///     .minimize("loss")
///     .strategy(random)
///     .trials(100)
///     .open()
///     .await?;
/// let summary = study
///     .run(blocking_typed(|training: Training, trial| {
///         let mut loss = 1.0;
///         for epoch in 1..=10_u64 {
///             loss *= 1.0 - training.lr * training.layers as f64; // a real one would train here
///             trial.report(epoch, loss)?; // a stop or a pause leaves here
///         }
///         Ok::<_, Interrupted>(loss)
///     }))
///     .await?;
/// let best: Option<Training> = summary.best_typed()?;
/// # let _ = best;
/// # Ok(()) }
/// ```
pub fn blocking_typed<T, F, R>(
    objective: F,
) -> Blocking<impl Fn(&BlockingTrial) -> Outcome + Send + Sync + 'static>
where
    T: Tunable,
    F: Fn(T, &BlockingTrial) -> R + Send + Sync + 'static,
    R: IntoOutcome,
{
    blocking(move |trial| match value(trial.params()) {
        Ok(value) => objective(value, trial).into_outcome(trial.objectives()),
        Err(outcome) => outcome,
    })
}

/// Makes an evaluator of an async function, as [`asynchronous`](super::asynchronous()) does, that takes
/// its parameters as a value of its own type. The study has the space of that type,
/// [`Space::of`](tuning_core::Space::of).
///
/// Parameters that do not describe such a value fail their trial, and the reason says why.
///
/// # Example
/// ```
/// use tuning_core::Tunable;
/// use tuning_derive::Tunable; // or both of `hypertuning::prelude`
/// use tuning_runtime::asynchronous_typed;
///
/// #[derive(Tunable)]
/// enum Schedule {
///     Constant,
///     Step {
///         #[tune(range = 1..=100)]
///         every: u64,
///     },
/// }
///
/// let evaluator = asynchronous_typed(|schedule: Schedule, trial| async move {
///     let every = match schedule {
///         Schedule::Constant => 0,
///         Schedule::Step { every } => every,
///     };
///     trial.metric("every", every as f64);
///     0.5 // a real one would await a training here
/// });
/// # let _: &dyn tuning_core::Evaluator = &evaluator;
/// ```
pub fn asynchronous_typed<T, F, Fut>(objective: F) -> AsynchronousTyped<T, F>
where
    T: Tunable,
    F: Fn(T, RunningTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    AsynchronousTyped {
        objective,
        value: PhantomData,
    }
}

/// The evaluator that [`asynchronous_typed`] makes.
pub struct AsynchronousTyped<T, F> {
    objective: F,
    value: PhantomData<fn() -> T>,
}

#[async_trait]
impl<T, F, Fut> Evaluator for AsynchronousTyped<T, F>
where
    T: Tunable,
    F: Fn(T, RunningTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome + Send,
{
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        // Not kept in a local: the value need not be one that may move between threads.
        let objective = value(trial.params()).map(|value| (self.objective)(value, trial.clone()));
        match objective {
            Ok(objective) => until_stopped(objective, trial).await,
            Err(outcome) => outcome,
        }
    }
}

impl<T, F: Clone> Clone for AsynchronousTyped<T, F> {
    fn clone(&self) -> Self {
        Self {
            objective: self.objective.clone(),
            value: PhantomData,
        }
    }
}

impl<T, F> fmt::Debug for AsynchronousTyped<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsynchronousTyped").finish_non_exhaustive()
    }
}

/// The value of a trial's parameters, or how the trial fails without one.
fn value<T: Tunable>(params: &Params) -> Result<T, Outcome> {
    T::from_params(params).map_err(|error| {
        let ty = type_name::<T>();
        let reason = format!(
            "the parameters do not describe a `{ty}`: {error}; give the study the space `Space::of::<{ty}>()`"
        );
        Outcome::failed(FailureKind::Error, reason)
    })
}
