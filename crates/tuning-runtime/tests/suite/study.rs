//! Studies on tokio: threads, panics, subscriptions, and what an objective may return.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::support::{Random, Seen, StopEvery, space, study, trials};
use async_trait::async_trait;
use tuning_core::{
    Ask, Asked, Budget, EndReason, Evaluator, Fact, FailureKind, Fidelity, FidelityRange,
    Interrupted, IntoOutcome as _, Objective, Origin, Outcome, Problem, Proposal, RunningTrial,
    Seed, Space, Spec, Strategy, StrategyConfig, StrategyError, StudyView, TrialId, TrialState,
    Unsupported,
};
use tuning_runtime::{
    BlockingTrial, Delivery, MemoryJournal, Study, StudyBuilder, StudyError, StudySettings,
    asynchronous, blocking,
};

#[tokio::test]
async fn a_panic_an_error_and_numbers_that_are_none_fail_one_trial_each() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).open().await.unwrap();
    let summary = study
        .run(blocking(|trial| match trial.id().get() {
            3 => panic!("boom {}", 3),
            5 => Err("the data is gone".to_owned()),
            7 => Ok(f64::NAN),
            9 => Ok(f64::NEG_INFINITY),
            11 => {
                _ = trial.report(1, f64::NAN);
                Ok(1.0)
            }
            _ => Ok(0.5),
        }))
        .await
        .unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (15, 5));
    let trials = trials(&journal);
    let failure = |trial: usize| {
        let failure = trials[trial].failure.clone().expect("it failed");
        (failure.kind, failure.reason.to_string())
    };
    assert_eq!(failure(3), (FailureKind::Panicked, "boom 3".to_owned()));
    assert_eq!(
        failure(5),
        (FailureKind::Error, "the data is gone".to_owned())
    );
    assert_eq!(
        failure(7),
        (FailureKind::NonFinite, "`loss` is NaN".to_owned())
    );
    assert_eq!(
        failure(9),
        (FailureKind::NonFinite, "`loss` is -inf".to_owned())
    );
    assert_eq!(
        failure(11),
        (FailureKind::NonFinite, "`loss` is NaN at 1".to_owned())
    );
}

#[tokio::test]
async fn async_objectives_that_panic_fail_their_trial() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).trials(3).open().await.unwrap();
    let objective = asynchronous(|trial| async move {
        assert!(trial.id().get() != 1, "not this one");
        0.0
    });
    let summary = study.run(objective).await.unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (2, 1));
}

#[tokio::test(flavor = "current_thread")]
async fn blocking_objectives_run_off_the_async_threads_as_many_as_there_are_workers() {
    let here = thread::current().id();
    let journal = MemoryJournal::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let others = Arc::new(Mutex::new(BTreeSet::new()));
    let mut study = study(&journal).trials(200).open().await.unwrap();
    let objective = {
        let (now, most, others) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&others));
        blocking(move |_| {
            let running = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(running, Ordering::SeqCst);
            others
                .lock()
                .unwrap()
                .insert(format!("{:?}", thread::current().id()));
            thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
            0.0
        })
    };
    study.run(objective).await.unwrap();
    assert!((1..=4).contains(&most.load(Ordering::SeqCst)));
    assert!(!others.lock().unwrap().contains(&format!("{here:?}")));
}

#[tokio::test]
async fn a_dropped_subscription_hears_nothing_more_and_a_kept_one_hears_all() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).trials(50).workers(1).open().await.unwrap();
    let handle = study.handle();
    let (kept, dropped, detached) = (Seen::default(), Seen::default(), Seen::default());
    let keep = handle.subscribe(kept.clone(), Delivery::lossless());
    let drop_later = Mutex::new(Some(
        handle.subscribe(dropped.clone(), Delivery::lossless()),
    ));
    handle
        .subscribe(detached.clone(), Delivery::lossless())
        .detach();
    let objective = blocking(move |trial| {
        if trial.id().get() == 10 {
            drop(drop_later.lock().unwrap().take());
        }
        0.0
    });
    let summary = study.run(objective).await.unwrap();
    let all: Vec<_> = (2..=summary.entries.get()).collect();
    assert_eq!(kept.numbers(), all);
    assert_eq!(detached.numbers(), all);
    assert!(dropped.numbers().len() < 40, "{:?}", dropped.numbers());
    drop(keep);
}

#[tokio::test]
async fn a_run_that_is_dropped_stops_its_trials_and_the_study_can_be_opened_again() {
    let journal = MemoryJournal::new();
    let running = Arc::new(AtomicUsize::new(0));
    struct Gone(Arc<AtomicUsize>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let (begun, mut all_begun) = tokio::sync::mpsc::unbounded_channel();
    let objective = {
        let running = Arc::clone(&running);
        asynchronous(move |_| {
            running.fetch_add(1, Ordering::SeqCst);
            let gone = Gone(Arc::clone(&running));
            let begun = begun.clone();
            async move {
                let _ = begun.send(());
                let _gone = gone;
                std::future::pending::<f64>().await
            }
        })
    };
    let mut first = study(&journal).open().await.unwrap();
    {
        let run = first.run(objective);
        let four = async {
            for _ in 0..4 {
                all_begun.recv().await;
            }
        };
        tokio::select! {
            _ = run => panic!("it never ends"),
            () = four => {}
        }
    }
    while running.load(Ordering::SeqCst) > 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        first.run(blocking(|_| 0.0)).await,
        Err(StudyError::Abandoned)
    ));
    let summary = study(&journal)
        .open()
        .await
        .unwrap()
        .run(blocking(|_| 0.0))
        .await
        .unwrap();
    assert_eq!(summary.counts.completed, 20);
}

#[tokio::test]
async fn a_study_can_be_run_again_and_read() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).open().await.unwrap();
    study.run(blocking(|_| 1.0)).await.unwrap();
    let again = study.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!((again.session, again.counts.completed), (2, 20));
    assert_eq!(study.trials().await.unwrap().len(), 20);
}

#[tokio::test]
async fn a_view_follows_a_study_from_outside() {
    let journal = MemoryJournal::new();
    let mut reader = journal.reader();
    assert!(
        StudyView::read(&mut reader)
            .await
            .unwrap_err()
            .to_string()
            .contains("has not begun")
    );
    let mut first = study(&journal).open().await.unwrap();
    let mut view = StudyView::read(&mut reader).await.unwrap();
    assert_eq!((view.head().get(), view.trials().len()), (1, 0));
    assert_eq!(view.spec(), first.spec());
    let objective = |trial: &BlockingTrial| f64::from(u32::try_from(trial.id().get() % 7).unwrap());
    first.run(blocking(objective)).await.unwrap();
    assert!(view.update(&mut reader).await.unwrap() > 40);
    assert_eq!(view.update(&mut reader).await.unwrap(), 0);
    let best: Vec<u64> = view.ranked().iter().map(|trial| trial.id.get()).collect();
    assert_eq!(best[..4], [0, 7, 14, 1]);
    assert_eq!(view.trials(), &first.trials().await.unwrap());
    assert_eq!(view.progress().counts(), first.progress().counts());
    assert_eq!(
        view.closed().map(|closed| closed.reason),
        Some(EndReason::Trials)
    );
    assert_eq!(view.opened().map(|opened| opened.workers), Some(4));
    let whole = StudyView::read(&mut reader).await.unwrap();
    assert_eq!((whole.head(), whole.trials()), (view.head(), view.trials()));
}

#[tokio::test]
async fn a_study_has_finished_until_its_budget_grows() {
    let journal = MemoryJournal::new();
    let mut first = study(&journal).open().await.unwrap();
    assert_eq!(first.finished(), None);
    first.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!(first.finished(), Some(EndReason::Trials));
    let same = study(&journal).open().await.unwrap();
    assert_eq!(same.finished(), Some(EndReason::Trials));
    let more = study(&journal).trials(21).open().await.unwrap();
    assert_eq!(more.finished(), None);
}

#[tokio::test]
async fn settings_are_one_value_from_outside_to_the_study() {
    let mut settings = StudySettings::new("test", space());
    settings.objectives.push(Objective::minimize("loss"));
    settings.budget = Budget::trials(3);
    settings.seed = Some(Seed::new(7));
    let builder = StudyBuilder::new(settings.clone()).strategy(Random);
    let mut study = builder.open().await.unwrap();
    assert_eq!(study.settings(), &settings);
    assert_eq!(study.spec().seed, Seed::new(7));
    let summary = study.run(blocking(|_| 1.0)).await.unwrap();
    assert_eq!(summary.counts.completed, 3);
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let refused = |change: fn(StudyBuilder) -> StudyBuilder| async move {
        let study = change(study(&MemoryJournal::new()));
        study.open().await.unwrap_err().to_string()
    };
    assert!(
        refused(|study| study.workers(0))
            .await
            .contains("at least 1")
    );
    assert!(
        refused(|study| study.trials(0))
            .await
            .contains("at least 1")
    );
    let bare = Study::builder("bare", space());
    assert!(
        bare.minimize("loss")
            .open()
            .await
            .unwrap_err()
            .to_string()
            .contains("no strategy")
    );
    let bare = Study::builder("bare", space()).strategy(Random);
    assert!(
        bare.open()
            .await
            .unwrap_err()
            .to_string()
            .contains("at least one objective")
    );
}

#[test]
fn outside_of_tokio_a_study_says_what_it_needs() {
    let opened = futures_util::FutureExt::now_or_never(study(&MemoryJournal::new()).open());
    assert!(matches!(opened, Some(Err(StudyError::NoRuntime))));
}

#[tokio::test]
async fn a_strategy_that_panics_ends_the_study_with_an_error_and_keeps_the_results() {
    struct Fragile;
    struct Panics(Space);
    impl StrategyConfig for Fragile {
        type Strategy = Panics;
        fn spec(&self) -> Spec {
            Spec::new("fragile")
        }
        fn build(&self, problem: &Problem) -> Result<Panics, Unsupported> {
            Ok(Panics(problem.space.clone()))
        }
    }
    impl Strategy for Panics {
        fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
            assert!(ask.trial(0).get() < 10, "out of ideas");
            Ok(Asked::Propose(vec![Proposal::start(
                self.0.decode(&[0.5, 0.5]).unwrap(),
            )]))
        }
        fn tell(&mut self, _: &Fact) {}
    }
    let journal = MemoryJournal::new();
    let mut study = study(&journal)
        .strategy(Fragile)
        .workers(1)
        .open()
        .await
        .unwrap();
    let error = study.run(blocking(|_| 0.0)).await.unwrap_err();
    assert_eq!(error.to_string(), "the strategy panicked: out of ideas");
    let completed = trials(&journal)
        .iter()
        .filter(|t| t.state == TrialState::Completed)
        .count();
    assert!(completed >= 9, "{completed}");
}

/// Starts trials for one step, resumes the first for three, and forks it.
struct Ladder;
struct Climb {
    space: Space,
    facts: Vec<String>,
}

impl StrategyConfig for Ladder {
    type Strategy = Climb;
    fn spec(&self) -> Spec {
        Spec::new("ladder")
    }
    fn build(&self, problem: &Problem) -> Result<Climb, Unsupported> {
        Ok(Climb {
            space: problem.space.clone(),
            facts: Vec::new(),
        })
    }
}

impl Strategy for Climb {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        let params = self.space.decode(&[0.5, 0.5]).unwrap();
        let told = |what: &str| self.facts.iter().any(|fact| fact == what);
        let one = Fidelity::new(1);
        Ok(if !told("started 0") {
            Asked::Propose(vec![Proposal::start(params).until(one)])
        } else if told("paused 0 at 1") && !told("resumed 0") {
            Asked::Propose(vec![
                Proposal::resume(TrialId::new(0)).until(Fidelity::new(3)),
            ])
        } else if told("paused 0 at 3") && !told("started 1") {
            Asked::Propose(vec![Proposal::fork(TrialId::new(0), params)])
        } else if told("ended 1") {
            Asked::Done
        } else {
            Asked::Wait
        })
    }
    fn tell(&mut self, fact: &Fact) {
        self.facts.push(match fact {
            Fact::Started(f) => format!("started {}", f.trial),
            Fact::Resumed(f) => format!("resumed {}", f.trial),
            Fact::Paused(f) => format!("paused {} at {}", f.trial, f.at),
            Fact::Ended(f) => format!("ended {}", f.trial),
            _ => return,
        });
    }
}

#[tokio::test]
async fn trials_pause_resume_and_fork() {
    let journal = MemoryJournal::new();
    let work = Arc::new(Mutex::new(Vec::new()));
    let objective = {
        let work = Arc::clone(&work);
        blocking(move |trial| {
            let origin = trial.origin();
            let fork = match origin {
                Origin::Forked(fork) => Some((fork.trial.get(), fork.at.map(Fidelity::get))),
                _ => None,
            };
            let (from, until) = (
                origin.at().map(Fidelity::get),
                trial.until().map(Fidelity::get),
            );
            work.lock()
                .unwrap()
                .push((trial.id().get(), from, until, fork));
            for step in from.unwrap_or(0) + 1..=until.unwrap_or(9) {
                trial.report(step, 1.0 / step as f64)?;
            }
            Ok::<_, Interrupted>(0.1)
        })
    };
    let study = study(&journal)
        .strategy(Ladder)
        .fidelity(FidelityRange::new(1, 9).unwrap());
    let summary = study.open().await.unwrap().run(objective).await.unwrap();
    let expected = [
        (0, None, Some(1), None),
        (0, Some(1), Some(3), None),
        (1, Some(3), None, Some((0, Some(3)))),
    ];
    assert_eq!(*work.lock().unwrap(), expected);
    assert_eq!((summary.counts.paused, summary.counts.completed), (1, 1));
}

/// Runs 20 trials under a pruner that stops every second one at its first report.
async fn pruned(evaluator: impl Evaluator + 'static) -> (u64, u64) {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).pruner(StopEvery(2)).open().await.unwrap();
    let counts = study.run(evaluator).await.unwrap().counts;
    (counts.completed, counts.stopped)
}

#[tokio::test]
async fn a_pruned_trial_is_stopped_by_every_loop() {
    type BoxError = Box<dyn std::error::Error + Send + Sync>;
    let natural = blocking(|trial| {
        let x = trial.params().float("x")?;
        for step in 1..=5_u64 {
            trial.report(step, x)?;
        }
        Ok::<_, BoxError>(x)
    });
    assert_eq!(pruned(natural).await, (10, 10));

    let asynchronous = asynchronous(|trial| async move {
        for step in 1..=5_u64 {
            trial.report(step, 1.0).await?;
        }
        Ok::<_, Interrupted>(1.0)
    });
    assert_eq!(pruned(asynchronous).await, (10, 10));

    // One that returns what it has, as if it were whole.
    let breaking = blocking(|trial| {
        for step in 1..=5_u64 {
            if trial.report(step, 1.0).is_err() {
                break;
            }
        }
        1.0
    });
    assert_eq!(pruned(breaking).await, (10, 10));

    // One whose own error type wraps the interruption.
    #[derive(Debug, thiserror::Error)]
    #[error("training failed")]
    struct Training(#[from] Interrupted);
    let wrapping = blocking(|trial| {
        trial.report(1, 1.0)?;
        Ok::<_, Training>(1.0)
    });
    assert_eq!(pruned(wrapping).await, (10, 10));

    // Evaluators of another kind: `into_outcome` knows the interruption.
    struct Own;
    impl Own {
        async fn train(&self, trial: &RunningTrial) -> Result<f64, BoxError> {
            for step in 1..=5_u64 {
                trial.report(step, 1.0).await?;
            }
            Ok(1.0)
        }
    }
    #[async_trait]
    impl Evaluator for Own {
        async fn evaluate(&self, trial: RunningTrial) -> Outcome {
            self.train(&trial).await.into_outcome(trial.objectives())
        }
    }
    assert_eq!(pruned(Own).await, (10, 10));
}

#[tokio::test]
async fn a_thread_that_ignores_its_timeout_holds_nothing_up() {
    let journal = MemoryJournal::new();
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(Some(wait));
    let objective = blocking(move |trial| {
        if trial.id().get() == 0 {
            // Until the test is over: the sender is dropped then.
            let _ = wait.lock().unwrap().take().unwrap().recv();
        }
        0.0
    });
    let study = study(&journal).trial_timeout(Duration::from_millis(200));
    let summary = study.open().await.unwrap().run(objective).await.unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (19, 1));
    assert_eq!(
        trials(&journal)[0].failure.as_ref().unwrap().kind,
        FailureKind::TimedOut
    );
    drop(release);
}

#[tokio::test]
async fn the_summary_is_serialisable() {
    let summary = study(&MemoryJournal::new())
        .open()
        .await
        .unwrap()
        .run(blocking(|_| 0.5))
        .await
        .unwrap();
    let text = serde_json::to_string(&summary).unwrap();
    let back: tuning_runtime::Summary = serde_json::from_str(&text).unwrap();
    assert_eq!((back.reason, back.counts), (summary.reason, summary.counts));
    assert!(text.contains(r#""reason":"trials""#), "{text}");
}
