//! Objectives that take a value of their own type, from the first proposal to the best value.

use std::{cell::Cell, rc::Rc};

use crate::support::{Random, StopEvery, space};
use tuning_core::{FailureKind, Outcome, Space, Tunable};
use tuning_derive::Tunable;
use tuning_runtime::{Study, StudyBuilder, asynchronous_typed, blocking_typed};

#[derive(Clone, Copy, Debug, PartialEq, Tunable)]
enum Curve {
    Flat,
    Bowl {
        #[tune(range = -2.0..=2.0)]
        x: f64,
    },
}

impl Curve {
    /// Least at the middle of the bowl.
    fn height(self) -> f64 {
        match self {
            Self::Flat => 5.0,
            Self::Bowl { x } => x * x,
        }
    }
}

fn study(space: Space) -> StudyBuilder {
    Study::builder("typed", space)
        .minimize("loss")
        .strategy(Random)
        .trials(40)
        .workers(2)
}

#[tokio::test]
async fn a_blocking_objective_takes_the_value_of_its_trial() {
    let mut study = study(Space::of::<Curve>().unwrap()).open().await.unwrap();
    let evaluator = blocking_typed(|curve: Curve, trial| {
        assert_eq!(trial.params(), &curve.to_params(trial.params().space())?);
        trial.report(1, curve.height())?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(curve.height())
    });
    let summary = study.run(evaluator).await.unwrap();
    assert_eq!(summary.counts.completed, 40);
    let best: Curve = summary.best_typed().unwrap().unwrap();
    assert_eq!(summary.best.unwrap().values.first(), best.height());
    assert!(
        matches!(best, Curve::Bowl { x } if x.abs() < 1.0),
        "{best:?}"
    );
}

#[tokio::test]
async fn an_async_objective_takes_the_value_of_its_trial() {
    let mut study = study(Space::of::<Curve>().unwrap()).open().await.unwrap();
    let evaluator = asynchronous_typed(|curve: Curve, trial| async move {
        trial.report(1, curve.height()).await?;
        Ok::<_, tuning_core::Interrupted>(curve.height())
    });
    let summary = study.run(evaluator).await.unwrap();
    assert_eq!(summary.counts.completed, 40);
    let best: Curve = summary.best_typed().unwrap().unwrap();
    assert_eq!(summary.best.unwrap().values.first(), best.height());
}

#[tokio::test]
async fn parameters_of_another_space_fail_each_trial_with_the_reason() {
    let reason = |what: &str| {
        let curve = std::any::type_name::<Curve>();
        format!(
            "the parameters do not describe a `{curve}`: there is no parameter `curve`{what}; give the study the \
             space `Space::of::<{curve}>()`"
        )
    };
    let blocking = blocking_typed(|curve: Curve, _| curve.height());
    let asynchronous = asynchronous_typed(|curve: Curve, _| async move { curve.height() });
    let mut first = study(space()).open().await.unwrap();
    let mut second = study(space()).open().await.unwrap();
    let summaries = [
        first.run(blocking).await.unwrap(),
        second.run(asynchronous).await.unwrap(),
    ];
    for summary in summaries {
        assert_eq!(summary.reason, tuning_core::EndReason::Failures);
        assert!(summary.counts.completed == 0 && summary.counts.failed >= 5);
        assert_eq!(summary.best_typed::<Curve>(), Ok(None));
    }
    for study in [&mut first, &mut second] {
        for trial in study.trials().await.unwrap().iter() {
            assert_eq!(&*trial.failure.as_ref().unwrap().reason, reason(""));
        }
    }
}

#[tokio::test]
async fn the_best_parameters_of_another_type_are_an_error() {
    let mut study = study(space()).open().await.unwrap();
    let evaluator = tuning_runtime::blocking(|_| 0.5);
    let summary = study.run(evaluator).await.unwrap();
    let error = summary.best_typed::<Curve>().unwrap_err();
    assert_eq!(error.to_string(), "there is no parameter `curve`");
}

/// A value that stays on its thread.
#[derive(Tunable)]
struct Local {
    #[tune(range = -2.0..=2.0)]
    x: f64,
    #[tune(skip)]
    calls: Rc<Cell<u32>>,
}

#[tokio::test]
async fn a_value_may_be_of_a_type_that_does_not_move_between_threads() {
    let space = || Space::of::<Local>().unwrap();
    let square = |local: &Local| {
        local.calls.set(local.calls.get() + 1);
        local.x * local.x
    };
    let evaluator = blocking_typed(move |local: Local, _| square(&local));
    let mut first = study(space()).open().await.unwrap();
    assert_eq!(first.run(evaluator).await.unwrap().counts.completed, 40);

    let evaluator = asynchronous_typed(move |local: Local, _| {
        let height = square(&local);
        async move { height }
    });
    let mut second = study(space()).open().await.unwrap();
    assert_eq!(second.run(evaluator).await.unwrap().counts.completed, 40);
}

#[tokio::test]
async fn a_typed_objective_may_return_whatever_an_objective_may() {
    let evaluator = blocking_typed(|curve: Curve, _| match curve {
        Curve::Flat => Outcome::Stopped,
        Curve::Bowl { .. } => Outcome::failed(FailureKind::Infeasible, "too round"),
    });
    let mut study = study(Space::of::<Curve>().unwrap()).open().await.unwrap();
    let summary = study.run(evaluator.threads(1)).await.unwrap();
    assert!(summary.counts.stopped > 0 && summary.counts.failed > 0);
    assert_eq!(summary.counts.stopped + summary.counts.failed, 40);
}

#[tokio::test]
async fn a_pruned_trial_is_stopped() {
    let space = || Space::of::<Curve>().unwrap();
    let mut study = study(space()).pruner(StopEvery(1)).open().await.unwrap();
    let evaluator = blocking_typed(|curve: Curve, trial| {
        trial.report(1, curve.height())?;
        Ok::<_, tuning_core::Interrupted>(curve.height())
    });
    assert_eq!(study.run(evaluator).await.unwrap().counts.stopped, 40);
    let mut study = self::study(space())
        .pruner(StopEvery(1))
        .open()
        .await
        .unwrap();
    let evaluator = asynchronous_typed(|curve: Curve, trial| async move {
        trial.report(1, curve.height()).await?;
        Ok::<_, tuning_core::Interrupted>(curve.height())
    });
    assert_eq!(study.run(evaluator).await.unwrap().counts.stopped, 40);
}
