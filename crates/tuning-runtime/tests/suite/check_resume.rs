//! The check of resumption passes what resumes, and finds what does not.

use std::cell::Cell;

use tuning_core::{
    Ask, Asked, Fact, Parameter, Params, Problem, Proposal, Space, Spec, Strategy, StrategyConfig,
    StrategyError, TrialState, Unsupported,
};
use tuning_runtime::{Study, StudyBuilder, blocking, check_resume};

use crate::support::Random;

fn study(strategy: impl StrategyConfig + 'static) -> StudyBuilder {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let study = Study::builder("resume", space).minimize("loss");
    study.strategy(strategy).trials(20).seed(3)
}

/// Counts its answers in `ask`, which a replay does not call.
struct Counting {
    space: Space,
    asked: Cell<u32>,
}

impl Strategy for Counting {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        self.asked.set(self.asked.get() + 1);
        let x = 1.0 / f64::from(self.asked.get());
        let params: Params = self
            .space
            .decode(&[x])
            .map_err(StrategyError::from_source)?;
        Ok(Asked::Propose(vec![Proposal::start(params)]))
    }

    fn tell(&mut self, _: &Fact) {}
}

struct CountingConfig;

impl StrategyConfig for CountingConfig {
    type Strategy = Counting;

    fn spec(&self) -> Spec {
        Spec::new("counting")
    }

    fn build(&self, problem: &Problem) -> Result<Counting, Unsupported> {
        Ok(Counting {
            space: problem.space.clone(),
            asked: Cell::new(0),
        })
    }
}

#[test]
fn a_strategy_that_remembers_facts_alone_resumes() {
    let trials = check_resume(
        || study(Random),
        || blocking(|trial| trial.params().float("x")),
    );
    assert_eq!(trials.len(), 20);
    assert!(
        trials
            .iter()
            .all(|trial| trial.state == TrialState::Completed)
    );
}

#[test]
#[should_panic(expected = "where the study that never stopped has")]
fn a_strategy_that_counts_its_answers_is_found_out() {
    check_resume(
        || study(CountingConfig),
        || blocking(|trial| trial.params().float("x")),
    );
}
