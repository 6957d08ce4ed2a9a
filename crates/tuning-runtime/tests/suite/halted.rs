//! Faults that are not a trial's own: they end the session, cost no trial, and the study continues.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::sync::Notify;
use tuning_core::{Budget, Evaluator, FailureLimit, Order, Outcome, StopReason};
use tuning_runtime::{MemoryJournal, Retry, Study, StudyBuilder, StudyError, asynchronous};

use crate::support::{Climber, decisions, space};

const TRIALS: u64 = 60;
/// From this trial on nothing works, until it is mended.
const BROKEN: u64 = 50;
const REASON: &str = "the disk takes no files";

fn study(journal: &MemoryJournal, order: Order) -> StudyBuilder {
    Study::builder("test", space())
        .minimize("loss")
        .strategy(Climber)
        .order(order)
        .budget(Budget::trials(TRIALS))
        .workers(4)
        .journal(journal.clone())
}

fn evaluator(works: &Arc<AtomicBool>) -> impl Evaluator + 'static {
    let works = Arc::clone(works);
    asynchronous(move |trial| {
        let works = Arc::clone(&works);
        async move {
            if trial.id().get() >= BROKEN && !works.load(SeqCst) {
                trial.halt(REASON);
                return Err("what it returns does not count".to_owned());
            }
            Ok(trial.params().float("x").unwrap_or(0.0))
        }
    })
}

#[tokio::test]
async fn a_fault_of_the_environment_costs_no_trial_and_the_study_continues() {
    let as_proposed = Order::AsProposed {
        lag: 4.try_into().unwrap(),
    };
    let undisturbed = MemoryJournal::new();
    let works = Arc::new(AtomicBool::new(true));
    let mut whole = study(&undisturbed, as_proposed).open().await.unwrap();
    whole.run(evaluator(&works)).await.unwrap();

    for order in [Order::AsFinished, as_proposed] {
        let journal = MemoryJournal::new();
        let works = Arc::new(AtomicBool::new(false));
        // Failures neither end the study nor are tried again: what happens is not taken for one.
        let builder = || {
            study(&journal, order)
                .stop_on_failures(FailureLimit::Never)
                .retry(Retry::default())
        };
        let mut open = builder().open().await.unwrap();
        // Twice in one process: as long as it is broken, it costs nothing.
        for _ in 0..2 {
            let error = open.run(evaluator(&works)).await.unwrap_err();
            assert!(
                matches!(&error, StudyError::Halted { reason, .. } if reason == REASON),
                "{error}"
            );
            let said = error.to_string();
            assert!(
                said.contains("no trial can be evaluated: the disk takes no files; mend that"),
                "{said}"
            );
            let counts = open.progress().counts();
            assert_eq!((counts.completed, counts.failed), (BROKEN, 0), "{order:?}");
            assert_eq!(open.finished(), None);
        }
        drop(open);
        works.store(true, SeqCst);
        let mut open = builder().open().await.unwrap();
        let counts = open.run(evaluator(&works)).await.unwrap().counts;
        assert_eq!((counts.completed, counts.failed), (TRIALS, 0), "{order:?}");
        if order == as_proposed {
            assert_eq!(decisions(&journal), decisions(&undisturbed));
        }
    }
}

#[tokio::test]
async fn what_runs_beside_a_fault_of_the_environment_ends_and_is_kept() {
    let journal = MemoryJournal::new();
    let halted = Arc::new(Notify::new());
    let mut open = study(&journal, Order::AsFinished)
        .workers(2)
        .open()
        .await
        .unwrap();
    let halt = Arc::clone(&halted);
    let ended = open
        .run(asynchronous(move |trial| {
            let halted = Arc::clone(&halt);
            async move {
                if trial.id().get() == 1 {
                    trial.halt(REASON);
                    halted.notify_one();
                    return Ok(0.0);
                }
                halted.notified().await;
                match trial.stop_reason() {
                    None => Ok(0.5),
                    Some(reason) => Err(format!("{reason:?}")),
                }
            }
        }))
        .await;
    assert!(matches!(ended, Err(StudyError::Halted { .. })), "{ended:?}");
    let counts = open.progress().counts();
    assert_eq!((counts.started, counts.completed), (2, 1));
}

#[tokio::test]
async fn a_trial_that_ran_out_of_time_has_failed_whatever_else_it_met() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal, Order::AsFinished)
        .budget(Budget::trials(1))
        .trial_timeout(Duration::from_millis(1))
        .open()
        .await
        .unwrap();
    let ended = open
        .run(asynchronous(|trial| async move {
            let reason = trial.stopped().await;
            assert_eq!(reason, StopReason::TimedOut);
            trial.halt(REASON);
            Outcome::Stopped
        }))
        .await;
    assert_eq!(ended.unwrap().counts.failed, 1);
}
