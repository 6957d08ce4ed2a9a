//! [`blocking_typed`] and [`asynchronous_typed`]: objectives that take the value of a trial's parameters.

use std::{any::type_name, fmt, future::Future, marker::PhantomData, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use futures_util::{
    FutureExt,
    future::{Either, ready},
};
use tuning_core::{
    Evaluator, FailureKind, IntoOutcome, Outcome, Params, RunningTrial, TrialId, Tunable,
};

use super::{
    asynchronous::{AsynchronousTrial, evaluate},
    blocking::{Blocking, BlockingTrial, blocking},
    checkpoints::Checkpoints,
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
    F: Fn(T, AsynchronousTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome,
{
    AsynchronousTyped {
        objective,
        checkpoints: None,
        value: PhantomData,
    }
}

/// The evaluator that [`asynchronous_typed`] makes.
pub struct AsynchronousTyped<T, F> {
    objective: F,
    checkpoints: Option<Arc<Checkpoints>>,
    value: PhantomData<fn() -> T>,
}

impl<T, F> AsynchronousTyped<T, F> {
    /// Sets the folder in which the trials of this study have folders of their own for
    /// [checkpoints](AsynchronousTrial::checkpoint_dir). A folder of a trial of another study is set aside.
    #[must_use]
    pub fn checkpoints(mut self, folder: impl Into<PathBuf>, study: impl Into<String>) -> Self {
        self.checkpoints = Some(Arc::new(Checkpoints::new(folder, study)));
        self
    }
}

#[async_trait]
impl<T, F, Fut> Evaluator for AsynchronousTyped<T, F>
where
    T: Tunable,
    F: Fn(T, AsynchronousTrial) -> Fut + Send + Sync,
    Fut: Future + Send,
    Fut::Output: IntoOutcome + Send,
{
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let objective = |trial: AsynchronousTrial| match value(trial.params()) {
            Ok(value) => {
                let objectives = trial.objectives().clone();
                let returned = (self.objective)(value, trial);
                Either::Left(returned.map(move |returned| returned.into_outcome(&objectives)))
            }
            Err(outcome) => Either::Right(ready(outcome)),
        };
        evaluate(self.checkpoints.as_ref(), trial, objective).await
    }

    async fn discard(&self, trial: TrialId) {
        Checkpoints::discard(self.checkpoints.as_ref(), trial).await;
    }
}

impl<T, F: Clone> Clone for AsynchronousTyped<T, F> {
    fn clone(&self) -> Self {
        Self {
            objective: self.objective.clone(),
            checkpoints: self.checkpoints.clone(),
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
