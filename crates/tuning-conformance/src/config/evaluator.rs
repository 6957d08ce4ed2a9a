//! The laws of configurations of evaluators.

use std::{fmt, future::pending, sync::Arc};

use tuning_core::{
    Evaluator, Failure, Fidelity, Objectives, Outcome, RunningTrial, Seed, Space, StopReason,
    TrialId, TrialLink, Values, Verdict, Work, async_trait,
};

use super::kit::{ConfigKit, Looked, broken, waited};
use crate::{law::EvaluatorConfigLaw, report::Finding};

/// The laws of configurations of evaluators, for trials over this space, whose outcomes have to be a function of their
/// parameters and numbers. `make` makes a configuration, `build` builds its evaluator for a study of this name, and `idle` says
/// that nothing runs or was left behind.
pub fn evaluator_config<'a, C, E>(
    space: &Space,
    make: impl Fn() -> C + 'a,
    build: impl Fn(&C, &str) -> Result<Box<dyn Evaluator>, E> + 'a,
    idle: impl Fn() -> bool + 'a,
) -> ConfigKit<'a, EvaluatorConfigLaw>
where
    C: 'a,
    E: fmt::Display + 'a,
{
    let space = space.clone();
    let look = move |law: EvaluatorConfigLaw| match law {
        EvaluatorConfigLaw::Idle => {
            let config = make();
            let is_idle = idle();
            drop(config);
            match is_idle {
                true => Ok(()),
                false => Err(broken("something runs, or was left behind, before `build`")),
            }
        }
        EvaluatorConfigLaw::Apart => waited(async {
            let config = make();
            let build = |study: &str| {
                build(&config, study)
                    .map_err(|error| broken(format!("the evaluator of `{study}`: {error}")))
            };
            let one = build("one")?;
            let first = outcomes(&*one, &space).await?;
            let second = outcomes(&*build("two")?, &space).await?;
            apart(&first, &second)
        }),
    };
    ConfigKit::new("evaluator_config", Box::new(look))
}

fn apart(first: &[Outcome], second: &[Outcome]) -> Looked {
    let differs = first.iter().zip(second).position(|(one, two)| one != two);
    match differs {
        None => Ok(()),
        Some(trial) => Err(broken(format!(
            "trial {trial} of a second study ended as {:?}, that of the first one as {:?}",
            second[trial], first[trial]
        ))),
    }
}

/// The outcomes of three trials.
async fn outcomes(evaluator: &dyn Evaluator, space: &Space) -> Result<Vec<Outcome>, Finding> {
    let failed = |error: &dyn fmt::Display| broken(error.to_string());
    let objectives = Objectives::minimize("loss").map_err(|error| failed(&error))?;
    let mut outcomes = Vec::new();
    for trial in 0..3 {
        let point = vec![(trial as f64 + 0.5) / 3.0; space.len()];
        let params = space.decode(&point).map_err(|error| failed(&error))?;
        let work = Work::new(TrialId::new(trial), params, Seed::new(trial));
        let trial = RunningTrial::new(work, objectives.clone(), Arc::new(Continues));
        outcomes.push(evaluator.evaluate(trial).await);
    }
    Ok(outcomes)
}

/// Nothing stops a trial.
struct Continues;

#[async_trait]
impl TrialLink for Continues {
    async fn report(&self, _: Fidelity, _: Values) -> Verdict {
        Verdict::Continue
    }

    fn metric(&self, _: &str, _: f64) {}

    fn fail(&self, _: Failure) {}

    fn stop_reason(&self) -> Option<StopReason> {
        None
    }

    async fn stopped(&self) -> StopReason {
        pending().await
    }
}
