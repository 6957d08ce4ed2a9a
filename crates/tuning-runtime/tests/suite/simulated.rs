//! Studies in the simulator: virtual time, shuffled completions, faults. A failure prints its seed.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Bad, Climber, Random, Seen, decisions, space, trials};
use tuning_core::{
    Ask, Asked, Budget, EndReason, Evaluator, EventKind, Fact, FailureKind, Fidelity,
    FidelityRange, Order, Outcome, Problem, Proposal, Seed, Spec, Strategy, StrategyConfig,
    StrategyError, TrialId, TrialState, Unsupported,
};
use tuning_runtime::{
    Delivery, Executor, MemoryJournal, Retry, Study, StudyBuilder, StudyError, StudyHandle,
    Summary, asynchronous,
    sim::{FaultyJournal, SimExecutor},
};

/// An objective that takes a random time, so that trials finish in any order.
fn objective(sim: &SimExecutor) -> impl Evaluator + 'static {
    let sim = sim.clone();
    asynchronous(move |trial| {
        let sim = sim.clone();
        async move {
            let minutes = trial.seed().derive(u64::from(trial.work().attempt)).get() % 100;
            sim.sleep(Duration::from_secs(60 * minutes)).await;
            trial.params().float("x").map(|x| (x - 1.3).powi(2))
        }
    })
}

fn study(sim: &SimExecutor, journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("simulated", space())
        .minimize("loss")
        .strategy(Climber)
        .trials(60)
        .workers(8)
        .executor(Arc::new(sim.clone()))
        .journal(journal.clone())
}

fn run(sim: &SimExecutor, study: StudyBuilder) -> Result<Summary, StudyError> {
    let objective = objective(sim);
    sim.run(async { study.open().await?.run(objective).await })
        .expect("no deadlock")
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let once = |seed| {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        run(&sim, study(&sim, &journal)).unwrap();
        journal.entries()
    };
    assert_eq!(once(3), once(3));
    assert_ne!(
        once(3),
        once(4),
        "another order of completions is another study"
    );
}

#[test]
fn as_proposed_decides_the_same_at_any_worker_count_and_across_any_crash() {
    let decide = |seed, workers, cut: Option<usize>| {
        let sim = SimExecutor::new(Seed::new(seed));
        let mut journal = MemoryJournal::new();
        let build = |journal: &MemoryJournal| {
            study(&sim, journal)
                .order(Order::AS_PROPOSED)
                .workers(workers)
        };
        run(&sim, build(&journal)).unwrap();
        if let Some(cut) = cut {
            journal = journal.prefix(cut); // what a kill -9 would have left
            run(&sim, build(&journal)).unwrap();
        }
        decisions(&journal)
    };
    let expected = decide(1, 1, None);
    assert_eq!(expected.len(), 60);
    for workers in [1, 2, 3, 8, 64] {
        assert_eq!(decide(2, workers, None), expected, "{workers} workers");
        for cut in (1..121).step_by(9) {
            assert_eq!(
                decide(3, workers, Some(cut)),
                expected,
                "{workers} workers, cut at {cut}"
            );
        }
    }
}

#[test]
fn as_finished_a_crash_loses_and_repeats_nothing() {
    for cut in 1..121 {
        let sim = SimExecutor::new(Seed::new(cut as u64));
        let whole = MemoryJournal::new();
        run(&sim, study(&sim, &whole)).unwrap();
        let journal = whole.prefix(cut);
        let before = trials(&journal);
        let summary = run(&sim, study(&sim, &journal)).unwrap();
        assert_eq!(summary.counts.completed, 60, "cut at {cut}");
        let after = trials(&journal);
        for old in &before {
            let new = &after[old.id.get() as usize];
            assert_eq!(new.params, old.params, "cut at {cut}");
            if old.state == TrialState::Completed {
                assert_eq!(
                    new, old,
                    "a finished trial is never run again; cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn a_larger_budget_extends_a_finished_study() {
    let extended = |first: u64| {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        let order = Order::AS_PROPOSED;
        run(&sim, study(&sim, &journal).order(order).trials(first)).unwrap();
        let summary = run(&sim, study(&sim, &journal).trials(60)).unwrap();
        assert_eq!((summary.counts.completed, summary.session), (60, 2));
        decisions(&journal)
    };
    assert_eq!(
        extended(20),
        extended(45),
        "as if the budget had been larger from the start"
    );
}

#[test]
fn failures_are_tried_again_by_class_with_growing_waits() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let began = Arc::new(Mutex::new(Vec::new()));
    let objective = {
        let (sim, began) = (sim.clone(), Arc::clone(&began));
        asynchronous(move |trial| {
            began.lock().unwrap().push(sim.now());
            let attempt = trial.work().attempt;
            async move {
                if attempt < 3 {
                    Outcome::failed(FailureKind::Error, format!("attempt {attempt}"))
                } else {
                    Outcome::failed(FailureKind::Infeasible, "never")
                }
            }
        })
    };
    let retry = Retry::never().on(FailureKind::Error, 5).backoff(
        Duration::from_secs(10),
        2.0,
        Duration::from_secs(25),
    );
    let study = study(&sim, &journal).trials(1).retry(retry);
    sim.run(async { study.open().await?.run(objective).await })
        .unwrap()
        .unwrap();
    let began = began.lock().unwrap();
    let waits: Vec<_> = began
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs())
        .collect();
    assert_eq!(waits, [10, 20, 25]);
    let trial = &trials(&journal)[0];
    assert_eq!((trial.retries, trial.state), (3, TrialState::Failed));
    assert_eq!(
        trial.failure.as_ref().unwrap().kind,
        FailureKind::Infeasible
    );
}

#[test]
fn a_trial_that_runs_too_long_times_out_and_the_study_goes_on() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let clock = sim.clone();
    let objective = asynchronous(move |trial| {
        let clock = clock.clone();
        async move {
            if trial.id() == TrialId::new(2) {
                std::future::pending::<()>().await;
            }
            clock.sleep(Duration::from_secs(1)).await;
            trial.params().float("x")
        }
    });
    let study = study(&sim, &journal)
        .trials(10)
        .trial_timeout(Duration::from_secs(30));
    let summary = sim
        .run(async { study.open().await?.run(objective).await })
        .unwrap()
        .unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (9, 1));
    let failure = trials(&journal)[2].failure.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::TimedOut);
    assert!(failure.reason.contains("30s"), "{failure}");
}

#[test]
fn the_time_of_a_budget_spans_all_sessions() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let budget = |hours: u64| Budget::unlimited().time(Duration::from_secs(3600 * hours));
    let first = run(&sim, study(&sim, &journal).budget(budget(10))).unwrap();
    assert_eq!(first.reason, EndReason::Time);
    let second = run(&sim, study(&sim, &journal).budget(budget(10))).unwrap();
    assert_eq!(
        second.counts.started, first.counts.started,
        "the time is up already"
    );
    let third = run(&sim, study(&sim, &journal).budget(budget(30))).unwrap();
    assert!(third.counts.started > first.counts.started);
    assert!(third.elapsed_millis >= 30 * 3_600_000);
}

#[test]
fn a_target_ends_the_study() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let summary = run(
        &sim,
        study(&sim, &journal).budget(Budget::trials(1000).target(0.01)),
    )
    .unwrap();
    assert_eq!(summary.reason, EndReason::Target);
    assert!(summary.counts.completed < 1000);
    assert!(summary.best.unwrap().values.first() <= 0.01);
}

#[test]
fn a_journal_that_fails_ends_the_study_with_its_error_and_loses_nothing_acknowledged() {
    for good in 1..30 {
        let (sim, journal) = (
            SimExecutor::new(Seed::new(good as u64)),
            MemoryJournal::new(),
        );
        let seen = Seen::default();
        let faulty = FaultyJournal::after(good, journal.clone());
        let study = study(&sim, &journal)
            .journal(faulty)
            .observe(seen.clone(), Delivery::lossless());
        match run(&sim, study) {
            Err(error) => assert!(error.to_string().contains("no space left"), "{error}"),
            Ok(summary) => assert_eq!(summary.entries.get(), journal.entries().len() as u64),
        }
        let durable = journal.entries().len() as u64;
        assert_eq!(
            seen.numbers(),
            (2..=durable).collect::<Vec<_>>(),
            "{good} appends"
        );
    }
}

#[test]
fn observers_that_misbehave_neither_stop_nor_slow_a_study() {
    let quiet = {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        run(&sim, study(&sim, &journal).order(Order::AS_PROPOSED)).unwrap()
    };
    for (bad, delivery, complaint) in [
        (Bad::Panics, Delivery::lossy(), "it panicked: no more"),
        (Bad::Panics, Delivery::lossless(), "it panicked: no more"),
        (
            Bad::Hangs,
            Delivery::Lossy { capacity: 4 },
            "it had not finished",
        ),
        (Bad::Hangs, Delivery::durable(), "it had not finished"),
        (Bad::Fails, Delivery::durable(), "it still failed 5s after"),
    ] {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        let seen = Seen::default();
        let study = study(&sim, &journal)
            .order(Order::AS_PROPOSED)
            .observe(bad, delivery)
            .observe(seen.clone(), Delivery::lossless());
        let summary = run(&sim, study).unwrap();
        assert_eq!(summary.counts, quiet.counts);
        assert_eq!(
            seen.numbers(),
            (2..=summary.entries.get()).collect::<Vec<_>>()
        );
        let report = &summary.observers[0];
        let reason = report.cut_off.as_deref().unwrap_or_default();
        assert!(reason.contains(complaint), "{delivery}: {report:?}");
        assert!(summary.to_string().contains("observer bad"), "{summary}");
    }
}

#[test]
fn a_failing_observer_is_counted_and_goes_on() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let summary = run(
        &sim,
        study(&sim, &journal).observe(Bad::Fails, Delivery::lossless()),
    )
    .unwrap();
    let report = &summary.observers[0];
    // Eight trials end at the end of the study, and nothing else happens between.
    let (failed, dropped) = (report.failed, report.dropped);
    assert!(failed >= 55 && failed + dropped >= 60, "{report:?}");
    assert!(report.cut_off.is_none());
    assert_eq!(report.last_error.as_deref(), Some("the sink is closed"));
}

#[test]
fn a_lossy_observer_is_told_how_many_it_missed() {
    struct Slow(SimExecutor, Arc<Mutex<(u64, u64)>>);
    #[async_trait::async_trait]
    impl tuning_core::Observer for Slow {
        async fn observe(
            &mut self,
            _: &tuning_core::Event,
        ) -> Result<(), tuning_core::ObserverError> {
            self.1.lock().unwrap().0 += 1;
            self.0.sleep(Duration::from_secs(3600)).await;
            Ok(())
        }
        async fn missed(&mut self, events: u64) -> Result<(), tuning_core::ObserverError> {
            self.1.lock().unwrap().1 += events;
            Ok(())
        }
    }
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let counts = Arc::new(Mutex::new((0, 0)));
    let slow = Slow(sim.clone(), Arc::clone(&counts));
    let summary = run(
        &sim,
        study(&sim, &journal).observe(slow, Delivery::Lossy { capacity: 5 }),
    )
    .unwrap();
    let (observed, missed) = *counts.lock().unwrap();
    assert!(missed > 0 && observed + missed <= summary.entries.get());
    assert!(
        summary.observers[0].dropped >= missed,
        "also what it was not told of"
    );
}

#[test]
fn a_durable_observer_gets_every_event_once_and_in_order_across_sessions() {
    /// Takes events only while its sink is up.
    struct Sink(Seen, Arc<Mutex<bool>>);
    #[async_trait::async_trait]
    impl tuning_core::Observer for Sink {
        fn name(&self) -> &str {
            "sink"
        }
        async fn observe(
            &mut self,
            event: &tuning_core::Event,
        ) -> Result<(), tuning_core::ObserverError> {
            if !*self.1.lock().unwrap() {
                return Err(tuning_core::ObserverError::new("down"));
            }
            self.0.observe(event).await
        }
    }
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let (seen, up) = (Seen::default(), Arc::new(Mutex::new(true)));
    for (trials, is_up) in [(10, true), (30, false), (60, true)] {
        *up.lock().unwrap() = is_up;
        let sink = Sink(seen.clone(), Arc::clone(&up));
        let study = study(&sim, &journal)
            .trials(trials)
            .observe(sink, Delivery::durable());
        let summary = run(&sim, study).unwrap();
        assert_eq!(summary.counts.completed, trials);
        assert_eq!(summary.observers[0].is_clean(), is_up);
    }
    let all = journal.entries().len() as u64;
    assert_eq!(seen.numbers(), (1..=all).collect::<Vec<_>>());
}

/// Runs the study and stops it after five hours.
fn stopped(sim: &SimExecutor, journal: &MemoryJournal, stop: fn(&StudyHandle)) -> Summary {
    let work = objective(sim);
    let ran = sim.run(async {
        let mut study = study(sim, journal).open().await?;
        let (handle, clock) = (study.handle(), sim.clone());
        sim.spawn(Box::pin(async move {
            clock.sleep(Duration::from_secs(3600 * 5)).await;
            stop(&handle);
        }));
        study.run(work).await
    });
    let summary = ran.unwrap().unwrap();
    assert_eq!(summary.reason, EndReason::Stopped);
    summary
}

#[test]
fn stopping_now_leaves_work_that_is_done_again_with_the_same_parameters() {
    let (sim, journal) = (SimExecutor::new(Seed::new(5)), MemoryJournal::new());
    let summary = stopped(&sim, &journal, StudyHandle::stop_now);
    assert!(
        summary.counts.running > 0 && summary.counts.completed > 0,
        "{}",
        summary.counts
    );
    assert_eq!(summary.counts.failed, 0, "stopping fails no trial");
    let before = trials(&journal);
    let summary = run(&sim, study(&sim, &journal)).unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (60, 0));
    for (old, new) in before.iter().zip(trials(&journal)) {
        assert_eq!(old.params, new.params);
    }
}

#[test]
fn stopping_gracefully_lets_running_trials_end() {
    let (sim, journal) = (SimExecutor::new(Seed::new(5)), MemoryJournal::new());
    let summary = stopped(&sim, &journal, StudyHandle::stop);
    assert_eq!(summary.counts.running, 0);
    assert!(summary.counts.completed < 60);
    let closed = journal.entries().pop().unwrap().kind;
    assert!(matches!(closed, EventKind::Closed(_)));
}

#[test]
fn a_cancelled_trial_fails_and_the_others_do_not() {
    let (sim, journal) = (SimExecutor::new(Seed::new(5)), MemoryJournal::new());
    let work = objective(&sim);
    let summary = sim
        .run(async {
            let mut study = study(&sim, &journal).workers(2).open().await?;
            study.handle().cancel(TrialId::new(999)); // no such trial
            let (handle, clock) = (study.handle(), sim.clone());
            sim.spawn(Box::pin(async move {
                clock.sleep(Duration::from_secs(1)).await;
                handle.cancel(TrialId::new(0));
                handle.cancel(TrialId::new(1));
            }));
            study.run(work).await
        })
        .unwrap()
        .unwrap();
    assert_eq!(summary.counts.completed + summary.counts.failed, 60);
    let cancelled: BTreeSet<_> = trials(&journal)
        .iter()
        .filter(|trial| {
            trial
                .failure
                .as_ref()
                .is_some_and(|f| f.kind == FailureKind::Cancelled)
        })
        .map(|trial| trial.id.get())
        .collect();
    assert!(!cancelled.is_empty() && cancelled.is_subset(&BTreeSet::from([0, 1])));
}

/// Trial 0 pauses, trials 1 and 2 follow, and nothing is resumed.
struct OnePauses;

impl StrategyConfig for OnePauses {
    type Strategy = Self;

    fn spec(&self) -> Spec {
        Spec::new("one-pauses")
    }

    fn build(&self, _: &Problem) -> Result<Self, Unsupported> {
        Ok(Self)
    }
}

impl Strategy for OnePauses {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let params = space().decode(&[0.5, 0.5]);
        let start = Proposal::start(params?);
        Ok(match ask.trial(0).get() {
            0 => Asked::Propose(vec![start.until(Fidelity::new(1))]),
            1 | 2 => Asked::Propose(vec![start]),
            _ => Asked::Done,
        })
    }

    fn tell(&mut self, _: &Fact) {}
}

#[test]
fn a_paused_trial_can_be_cancelled_too() {
    for order in [Order::AsFinished, Order::AS_PROPOSED] {
        let (sim, journal) = (SimExecutor::new(Seed::new(5)), MemoryJournal::new());
        let study = study(&sim, &journal)
            .strategy(OnePauses)
            .fidelity(FidelityRange::new(1, 9).unwrap())
            .order(order)
            .workers(1);
        let summary = sim.run(async {
            let mut study = study.open().await?;
            let handle = study.handle();
            let work = asynchronous(move |trial| {
                if trial.id() == TrialId::new(2) {
                    handle.cancel(TrialId::new(0));
                }
                async { Ok::<_, tuning_core::ParamsError>(1.0) }
            });
            study.run(work).await
        });
        let counts = summary.unwrap().unwrap().counts;
        assert_eq!((counts.completed, counts.failed), (2, 1), "{order}");
        let failure = trials(&journal)[0].failure.clone();
        assert_eq!(
            failure.map(|failure| failure.kind),
            Some(FailureKind::Cancelled),
            "{order}"
        );
    }
}

#[test]
fn a_study_that_differs_is_refused_and_shows_how() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    run(&sim, study(&sim, &journal).trials(3).seed(7)).unwrap();
    let other = |change: fn(StudyBuilder) -> StudyBuilder| {
        run(&sim, change(study(&sim, &journal)))
            .unwrap_err()
            .to_string()
    };
    assert!(other(|study| study.strategy(Random)).contains("strategy: `climber` became `random`"));
    assert!(other(|study| study.seed(8)).contains("seed: `7` became `8`"));
    assert!(other(|study| study.maximize("more")).contains("objectives"));
    let elsewhere =
        tuning_core::Space::new([tuning_core::Parameter::float("x", -2.0, 3.0)]).unwrap();
    let moved = Study::builder("simulated", elsewhere)
        .minimize("loss")
        .strategy(Climber)
        .executor(Arc::new(sim.clone()))
        .journal(journal.clone());
    let message = run(&sim, moved).unwrap_err().to_string();
    assert!(
        message.contains("`x`: float -2 to 2 became float -2 to 3"),
        "{message}"
    );
    assert!(message.contains("`kind` was removed"), "{message}");
}

#[test]
fn parameters_in_another_order_are_the_same_space() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    run(
        &sim,
        study(&sim, &journal).trials(30).order(Order::AS_PROPOSED),
    )
    .unwrap();
    let whole = {
        let journal = MemoryJournal::new();
        run(&sim, study(&sim, &journal).order(Order::AS_PROPOSED)).unwrap();
        decisions(&journal)
    };
    let swapped: Vec<_> = space().parameters().iter().rev().cloned().collect();
    let swapped = Study::builder("simulated", tuning_core::Space::new(swapped).unwrap())
        .minimize("loss")
        .strategy(Climber)
        .trials(60)
        .executor(Arc::new(sim.clone()))
        .journal(journal.clone());
    run(&sim, swapped).unwrap();
    assert_eq!(
        decisions(&journal),
        whole,
        "the journal's own order decides"
    );
}
