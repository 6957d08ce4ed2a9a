//! A study's pruner belongs to its identity: the same one resumes it, another one is refused.

use std::sync::Arc;

use crate::support::{Random, StopEvery, space, trials};
use tuning_core::{
    Fact, Problem, Pruner, PrunerConfig, Spec, TrialId, TrialState, Unsupported, Verdict,
};
use tuning_runtime::{MemoryJournal, Study, StudyBuilder, blocking};

fn study(journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("pruned", space())
        .minimize("loss")
        .strategy(Random)
        .trials(10)
        .workers(2)
        .journal(journal.clone())
}

async fn run(builder: StudyBuilder) {
    let mut study = builder.open().await.unwrap();
    let objective = blocking(|trial| {
        for step in 1..=3_u64 {
            trial.report(step, 1.0)?;
        }
        Ok::<_, tuning_core::Interrupted>(1.0)
    });
    study.run(objective).await.unwrap();
}

async fn refusal(builder: StudyBuilder) -> String {
    match builder.open().await {
        Ok(study) => panic!("it was opened: {study:?}"),
        Err(error) => error.to_string(),
    }
}

/// A pruner of another name.
struct Patient;

impl PrunerConfig for Patient {
    type Pruner = Patience;

    fn spec(&self) -> Spec {
        Spec::new("patient")
    }

    fn build(&self, _: &Problem) -> Result<Patience, Unsupported> {
        Ok(Patience)
    }
}

#[derive(Clone)]
struct Patience;

impl Pruner for Patience {
    fn tell(&mut self, _: &Fact) {}

    fn judge(&self, _: TrialId) -> Verdict {
        Verdict::Continue
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}

#[tokio::test]
async fn the_same_pruner_resumes_a_study() {
    let journal = MemoryJournal::new();
    run(study(&journal).pruner(StopEvery(2)).trials(4)).await;
    // However its type is forgotten.
    run(study(&journal).pruner(StopEvery(2).boxed()).trials(8)).await;
    run(study(&journal).pruner(Arc::new(StopEvery(2).boxed()))).await;
    let stopped = |trial: &tuning_core::Trial| trial.state == TrialState::Stopped;
    let trials = trials(&journal);
    assert_eq!(trials.len(), 10);
    assert_eq!(trials.iter().filter(|trial| stopped(trial)).count(), 5);
}

#[tokio::test]
async fn another_pruner_is_refused_with_the_names_of_both() {
    let journal = MemoryJournal::new();
    run(study(&journal).pruner(StopEvery(2))).await;
    let refused = refusal(study(&journal).pruner(Patient)).await;
    assert_eq!(
        refused,
        "study `pruned` does not match its journal:\n  - pruner: `stop-every` became `patient`\nchange it back, or \
         give the new study another name or file"
    );
    let refused = refusal(study(&journal).pruner(StopEvery(3))).await;
    assert!(
        refused.contains("pruner option `nth`: `2` became `3`"),
        "{refused}"
    );
    let refused = refusal(study(&journal)).await;
    assert!(
        refused.contains("pruner: `stop-every` became none"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_pruner_for_a_study_that_had_none_is_refused() {
    let journal = MemoryJournal::new();
    run(study(&journal)).await;
    let refused = refusal(study(&journal).pruner(Patient)).await;
    assert!(
        refused.contains("pruner: none became `patient`"),
        "{refused}"
    );
    run(study(&journal)).await;
}

#[tokio::test]
async fn options_that_make_no_sense_are_refused_before_anything_is_written() {
    let journal = MemoryJournal::new();
    let refused = refusal(study(&journal).pruner(StopEvery(0))).await;
    assert_eq!(
        refused,
        "pruner `stop-every` has an `nth` of 0: use at least 1"
    );
    assert!(journal.entries().is_empty());
}
