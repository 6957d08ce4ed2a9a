//! Trials that cannot resume: no strategy pauses them.

use tuning_core::{
    Ask, Asked, Fact, Fidelity, FidelityRange, Params, Problem, Proposal, Spec, Strategy,
    StrategyConfig, StrategyError, Unsupported,
};
use tuning_runtime::{CannotResume, MemoryJournal, StudyBuilder, StudyError, blocking};

use crate::support::{Random, study, trials};

/// Runs its trials to 1.
#[derive(Clone, Copy, Debug)]
struct Pauses {
    /// Whether it refuses a problem without fidelities.
    looks: bool,
}

#[derive(Debug)]
struct Pausing(Params);

impl StrategyConfig for Pauses {
    type Strategy = Pausing;

    fn spec(&self) -> Spec {
        Spec::new("pauses")
    }

    fn build(&self, problem: &Problem) -> Result<Pausing, Unsupported> {
        if self.looks && problem.fidelity.is_none() {
            return Err(Unsupported::new("pauses", "needs a fidelity: declare one"));
        }
        Ok(Pausing(problem.space.decode(&[0.5, 0.5]).unwrap()))
    }
}

impl Strategy for Pausing {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        let start = Proposal::start(self.0.clone()).until(Fidelity::new(1));
        Ok(Asked::Propose(vec![start]))
    }

    fn tell(&mut self, _: &Fact) {}
}

fn with(journal: &MemoryJournal, strategy: impl StrategyConfig + 'static) -> StudyBuilder {
    let range = FidelityRange::new(1, 3).unwrap();
    study(journal).fidelity(range).strategy(strategy)
}

const REMEDY: &str = "strategy `pauses` pauses trials and resumes them, but trials of this study cannot resume (`resumes: false`): \
                      choose another strategy and `pruner: asha`, which stops trials at the same rungs";

#[tokio::test]
async fn a_strategy_that_needs_to_pause_trials_is_refused_with_the_remedy() {
    let journal = MemoryJournal::new();
    let pauses = CannotResume::new(Pauses { looks: true });
    let refused = with(&journal, pauses).open().await.unwrap_err();
    assert_eq!(refused.to_string(), REMEDY);
    // Without fidelities it is refused whether trials can resume or not.
    let pauses = CannotResume::new(Pauses { looks: true });
    let refused = study(&journal).strategy(pauses).open().await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "strategy `pauses` needs a fidelity: declare one"
    );
}

#[tokio::test]
async fn one_that_pauses_a_trial_all_the_same_ends_the_session_before_it_starts() {
    let journal = MemoryJournal::new();
    let pauses = CannotResume::new(Pauses { looks: false });
    let mut study = with(&journal, pauses).open().await.unwrap();
    let error = study.run(blocking(|_| 0.5)).await.unwrap_err();
    assert_eq!(error.to_string(), format!("the strategy failed: {REMEDY}"));
    assert_eq!(trials(&journal).len(), 0);
}

#[tokio::test]
async fn any_other_runs_its_trials_to_their_end_and_the_study_stays_one_of_such_trials() {
    let journal = MemoryJournal::new();
    let whole = CannotResume::new(Random);
    let mut study = with(&journal, whole).open().await.unwrap();
    let objective = blocking(|trial| {
        assert_eq!(trial.until(), None);
        0.5
    });
    let summary = study.run(objective).await.unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (20, 0));
    let error = with(&journal, Random).open().await.unwrap_err();
    assert!(
        matches!(&error, StudyError::Differs { differences, .. } if differences.iter().any(|line| line.contains("resumes"))),
        "{error}"
    );
}
