//! When failed trials end a study, how it is resumed, and what is tried again.

use std::num::NonZeroUsize;

use tuning_core::*;

use crate::support::*;

fn with(budget: Budget, order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem().budget(budget), Sensitive::new(), Seed::new(3)).order(order)
}

fn failed(kind: FailureKind) -> Outcome {
    Outcome::failed(kind, "no such file")
}

/// Runs it with this many workers, the newest work first if `luck` is odd; returns the log and the end.
fn run(
    study: &mut AskTell<Sensitive>,
    workers: usize,
    luck: u64,
    outcome: impl Fn(u64) -> Outcome,
) -> (Vec<Entry>, EndReason) {
    let (mut log, mut busy) = (study.take_entries(0), study.in_flight());
    loop {
        if let Some(free) = NonZeroUsize::new(workers - busy.len()) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => busy.extend(work),
                Turn::Done(reason) => {
                    log.extend(study.take_entries(0));
                    return (log, reason);
                }
                _ => assert!(!busy.is_empty(), "it waits for nothing"),
            }
        }
        let turn = log.len() as u64;
        let pick = Seed::new(luck).derive(turn).unit() * busy.len() as f64;
        let work = busy.remove(pick as usize);
        let outcome = outcome(work.trial.get());
        study
            .finish(work.trial, outcome, Metrics::default(), 0)
            .unwrap();
        log.extend(study.take_entries(0));
    }
}

fn closed(reason: EndReason) -> Entry {
    let closed = Closed::new(reason, Counts::default(), None);
    Entry::new(0, EventKind::Closed(Box::new(closed)))
}

#[test]
fn a_broken_script_stops_early() {
    let check = |limit: &str, outcome: fn(u64) -> Outcome, expect: (u64, EndReason)| {
        let limit: FailureLimit = limit.parse().unwrap();
        for order in [Order::AsFinished, proposed(1)] {
            let mut study = with(Budget::trials(40).failures(limit), order);
            let (_, reason) = run(&mut study, 1, 0, outcome);
            assert_eq!((study.started(), reason), expect, "{limit}, {order}");
        }
    };
    const FAILURES: EndReason = EndReason::Failures;
    const TRIALS: EndReason = EndReason::Trials;
    let all = |_| failed(FailureKind::Error);
    check("first 5 alike", all, (5, FAILURES));
    check("first 8 alike", all, (8, FAILURES));
    check("3 in a row", all, (3, FAILURES));
    check("0.5 of the first 20", all, (10, FAILURES));
    check("1 of the first 4", all, (4, FAILURES));
    check("never", all, (40, TRIALS));

    let mixed = |n| match n % 2 {
        0 => failed(FailureKind::Error),
        _ => failed(FailureKind::TimedOut),
    };
    check("first 5 alike", mixed, (40, TRIALS));
    check("5 in a row", mixed, (5, FAILURES));

    let later = |n| match n {
        0..10 => completed(n as f64),
        _ => failed(FailureKind::Error),
    };
    check("first 5 alike", later, (40, TRIALS));
    check("5 in a row", later, (15, FAILURES));
    check("0.5 of the first 20", later, (20, FAILURES));
    check("0.6 of the first 20", later, (40, TRIALS));

    // The script works: the parameters are not allowed together.
    let infeasible = |_| failed(FailureKind::Infeasible);
    check("first 5 alike", infeasible, (40, TRIALS));
    check("5 in a row", infeasible, (40, TRIALS));
    let between = |n| match n % 3 {
        2 => failed(FailureKind::Infeasible),
        _ => failed(FailureKind::Error),
    };
    check("4 in a row", between, (5, FAILURES));
}

#[test]
fn work_in_hand_that_completes_shows_that_the_script_works() {
    let mut study = with(Budget::trials(40), Order::AsFinished);
    let Turn::Work(work) = study.ask(slots(6)).unwrap() else {
        panic!("no work");
    };
    for work in &work[..5] {
        let outcome = failed(FailureKind::Error);
        study
            .finish(work.trial, outcome, Metrics::default(), 0)
            .unwrap();
    }
    assert_eq!(study.ask(slots(1)).unwrap(), Turn::Wait);
    study
        .finish(work[5].trial, completed(1.0), Metrics::default(), 0)
        .unwrap();
    assert!(matches!(study.ask(slots(1)).unwrap(), Turn::Work(_)));
}

#[test]
fn a_paused_trial_has_not_failed() {
    let problem = ladder().budget(Budget::trials(30).failures(FailureLimit::InARow(3)));
    let mut study = AskTell::new(problem, Rungs::new(30, false), Seed::new(1));
    let mut ended = 0;
    for turn in 0.. {
        let Turn::Work(work) = study.ask(slots(1)).unwrap() else {
            break;
        };
        for work in work {
            // Two fail, one pauses, and so on.
            let outcome = match turn % 3 {
                2 => completed(1.0),
                _ => failed(FailureKind::Error),
            };
            study
                .finish(work.trial, outcome, Metrics::default(), 0)
                .unwrap();
            ended += 1;
        }
    }
    assert!(ended >= 30, "it ended after {ended} pieces of work");
}

#[test]
fn a_study_that_failed_continues_once_its_script_is_fixed() {
    let broken = |_| failed(FailureKind::Error);
    for limit in ["first 5 alike", "4 in a row", "0.5 of the first 10"] {
        for (order, workers) in [
            (Order::AsFinished, 1),
            (Order::AsFinished, 7),
            (proposed(1), 1),
            (proposed(8), 8),
            (proposed(8), 3),
        ] {
            let budget = Budget::trials(60).failures(limit.parse().unwrap());
            let mut study = with(budget.clone(), order);
            let (mut log, reason) = run(&mut study, workers, 7, broken);
            assert_eq!(reason, EndReason::Failures);
            let first = study.started();
            // The session is closed; the next one begins in the same process or in another.
            log.push(closed(EndReason::Failures));
            study.replay(closed(EndReason::Failures)).unwrap();
            let mut again = replayed(with(budget, order), &log);
            for study in [&mut study, &mut again] {
                let (_, reason) = run(study, workers, 7, broken);
                let started = study.started();
                assert_eq!(
                    reason,
                    EndReason::Failures,
                    "still broken: {limit}, {order}"
                );
                assert!(started > first && started < 40, "{started} after {first}");
                study.replay(closed(EndReason::Failures)).unwrap();
                let (_, reason) = run(study, workers, 7, |n| completed(n as f64));
                assert_eq!((study.started(), reason), (60, EndReason::Trials));
            }
        }
    }
}

#[test]
fn a_session_that_ended_otherwise_forgives_nothing() {
    let limit = FailureLimit::InARow(4);
    let mut study = with(Budget::trials(60).failures(limit), Order::AsFinished);
    for _ in 0..3 {
        let work = ask(&mut study);
        let outcome = failed(FailureKind::Error);
        study
            .finish(work.trial, outcome, Metrics::default(), 0)
            .unwrap();
    }
    study.replay(closed(EndReason::Stopped)).unwrap();
    let (_, reason) = run(&mut study, 1, 0, |_| failed(FailureKind::Error));
    assert_eq!((study.started(), reason), (4, EndReason::Failures));
}

#[test]
fn as_proposed_the_limit_is_met_at_the_same_trial_with_any_number_of_workers() {
    let outcome = |n: u64| match n {
        6.. => failed(FailureKind::Error),
        _ => completed(n as f64),
    };
    for lag in [1, 3, 8] {
        let budget = Budget::trials(60).failures(FailureLimit::InARow(5));
        let whole = run(&mut with(budget.clone(), proposed(lag)), 1, 0, outcome);
        assert_eq!(whole.1, EndReason::Failures);
        for (workers, luck) in [(lag, 1), (lag.div_ceil(2), 2)] {
            let mut study = with(budget.clone(), proposed(lag));
            let (log, reason) = run(&mut study, workers, luck, outcome);
            assert_eq!((sorted(&log), reason), (sorted(&whole.0), whole.1));
            // Killed anywhere, it ends there, too.
            for cut in 0..log.len() {
                let mut again = replayed(with(budget.clone(), proposed(lag)), &log[..cut]);
                let (rest, reason) = run(&mut again, workers, luck + 1, outcome);
                let all = [&log[..cut], &rest].concat();
                assert_eq!((sorted(&all), reason), (sorted(&whole.0), whole.1));
            }
        }
    }
}

#[test]
fn failed_trials_can_be_left_out_of_the_budget() {
    let outcome = |n: u64| match n % 4 {
        1 => failed(FailureKind::Error),
        2 => Outcome::Stopped,
        _ => completed(n as f64),
    };
    let budget = Budget::trials(10).of(Counted::Completed);
    for (order, workers) in [
        (Order::AsFinished, 1),
        (Order::AsFinished, 4),
        (proposed(1), 1),
        (proposed(8), 8),
        (proposed(8), 3),
    ] {
        let mut study = with(budget.clone(), order);
        let (log, reason) = run(&mut study, workers, 5, outcome);
        assert_eq!(reason, EndReason::Trials);
        let done = |entry: &&Entry| matches!(fact(entry), Fact::Ended(ended) if ended.outcome.values().is_some());
        assert_eq!(log.iter().filter(done).count(), 10, "{order}, {workers}");
        let mut again = replayed(with(budget.clone(), order), &log);
        assert_eq!(again.ask(slots(1)).unwrap(), Turn::Done(reason));
    }
}

#[test]
fn what_was_asked_for_comes_first_and_whatever_the_budget() {
    for (order, workers) in [(Order::AsFinished, 3), (proposed(3), 3), (proposed(8), 2)] {
        let mut study = with(Budget::trials(4), order);
        let (log, _) = run(&mut study, workers, 1, |n| completed(n as f64));
        for old in 0..3_u64 {
            study.enqueue(&params(), Tag::new("retry", old)).unwrap();
        }
        let (more, reason) = run(&mut study, workers, 1, |n| completed(n as f64));
        assert_eq!(reason, EndReason::Trials);
        let tags: Vec<_> = more
            .iter()
            .filter_map(|entry| fact(entry).tag().map(ToString::to_string))
            .collect();
        assert_eq!(tags, ["retry:0", "retry:1", "retry:2"], "{order}");
        let whole = [log, more].concat();
        let again = replayed(with(Budget::trials(4), order), &whole);
        assert_eq!(again.started(), 7);
    }
    let other = Space::new([Parameter::int("other", 0, 9)]).unwrap();
    let other = other.params([("other", 3)]).unwrap();
    let mut study = with(Budget::trials(4), Order::AsFinished);
    assert!(study.enqueue(&other, Tag::NONE).is_err());
}

#[test]
fn what_was_asked_for_waits_while_the_script_is_broken() {
    let mut study = with(Budget::trials(40), Order::AsFinished);
    for old in 0..9_u64 {
        study.enqueue(&params(), Tag::new("retry", old)).unwrap();
    }
    let (_, reason) = run(&mut study, 1, 0, |_| failed(FailureKind::Error));
    assert_eq!((study.started(), reason), (5, EndReason::Failures));
    study.replay(closed(reason)).unwrap();
    let work = ask(&mut study);
    assert_eq!(work.params, params(), "the rest of what was asked for");
}
