//! What [`Progress`] folds events into.

use proptest::prelude::*;

use super::*;
use crate::{
    Budget, Closed, EndReason, Ended, Failure, FailureKind, Fidelity, Objective, Parameter, Paused,
    Reported, Resumed, Retried, Space, Started,
};

fn id(n: u64) -> TrialId {
    TrialId::new(n)
}

fn started(n: u64) -> EventKind {
    let space = Space::new([Parameter::int("n", 0, 99)]).unwrap();
    let params = space.params([("n", n as i64)]).unwrap();
    Started::new(id(n), params).into()
}

fn reported(n: u64, at: u64, value: f64) -> EventKind {
    Reported::new(id(n), Fidelity::new(at), Values::one(value).unwrap()).into()
}

fn paused(n: u64, at: u64) -> EventKind {
    Paused::new(id(n), Fidelity::new(at), Values::one(1.0).unwrap()).into()
}

fn completed(n: u64, values: &[f64]) -> EventKind {
    let values = Values::new(values.iter().copied()).unwrap();
    Ended::new(id(n), Outcome::Completed(values)).into()
}

fn failed(n: u64) -> EventKind {
    Ended::new(id(n), Outcome::failed(FailureKind::Lost, "")).into()
}

fn loss() -> Objectives {
    Objectives::minimize("loss").unwrap()
}

fn fold(objectives: Objectives, events: &[EventKind]) -> Progress {
    let mut progress = Progress::new(objectives);
    for event in events {
        progress.apply(0, event);
    }
    progress
}

fn opened(session: u64, counts: Counts, best: Option<Best>) -> EventKind {
    let opened = Opened::new(session, Budget::default(), 1).so_far(counts, best);
    EventKind::Opened(Box::new(opened))
}

#[test]
fn ties_go_to_the_older_trial_whichever_ended_first() {
    for order in [[0, 1], [1, 0]] {
        for (values, other) in [(0.5, 0.5), (0.0, -0.0), (-0.0, 0.0)] {
            let ends = order.map(|n| completed(n, &[if n == 0 { values } else { other }]));
            let events = [vec![started(0), started(1)], ends.to_vec()].concat();
            let progress = fold(loss(), &events);
            assert_eq!(progress.best().unwrap().trial, id(0), "{order:?}");
            assert_eq!(progress.front().len(), 1);
        }
    }
}

#[test]
fn the_best_is_the_largest_where_more_is_better() {
    let events = [
        started(0),
        started(1),
        completed(0, &[0.5]),
        completed(1, &[0.7]),
    ];
    let best = |objectives| fold(objectives, &events).best().unwrap().trial;
    assert_eq!(best(Objectives::maximize("accuracy").unwrap()), id(1));
    assert_eq!(best(loss()), id(0));
}

#[test]
fn until_something_completed_the_best_report_at_the_highest_fidelity_leads() {
    let mut progress = fold(loss(), &[started(0), started(1), started(2)]);
    let mut check = |event: EventKind, trial: u64, at: Option<u64>| {
        progress.apply(0, &event);
        let best = progress.best().unwrap();
        assert_eq!((best.trial, best.at), (id(trial), at.map(Fidelity::new)));
    };
    check(reported(2, 1, 0.5), 2, Some(1));
    check(reported(1, 1, 0.5), 1, Some(1)); // a tie: the older one
    check(reported(0, 1, 0.9), 1, Some(1));
    check(reported(0, 2, 9.0), 0, Some(2)); // worse, but further
    check(failed(1), 0, Some(2));
    check(completed(2, &[99.0]), 2, None);
    check(reported(0, 3, 0.1), 2, None);
}

#[test]
fn zero_has_two_signs_but_is_one_report() {
    let events = [
        started(0),
        started(1),
        reported(0, 1, 0.0),
        reported(1, 1, -0.0),
    ];
    assert_eq!(fold(loss(), &events).best().unwrap().trial, id(0));
}

#[test]
fn counts_follow_each_trial_to_its_end() {
    let retried = Retried::new(id(0), 1, Failure::new(FailureKind::Lost, ""), 0);
    let stopped = Ended::new(id(1), Outcome::Stopped);
    let mut progress = Progress::new(loss());
    let mut check = |event: EventKind, expect: &str| {
        progress.apply(0, &event);
        assert_eq!(progress.counts().to_string(), expect);
    };
    check(started(0), "0 completed, 1 running");
    check(started(1), "0 completed, 2 running");
    check(EventKind::Retried(retried), "0 completed, 2 running");
    check(paused(0, 1), "0 completed, 1 paused, 1 running");
    check(Resumed::new(id(0), None).into(), "0 completed, 2 running");
    check(stopped.into(), "0 completed, 1 stopped, 1 running");
    check(completed(0, &[1.0]), "1 completed, 1 stopped");
    check(started(2), "1 completed, 1 stopped, 1 running");
    check(paused(2, 1), "1 completed, 1 stopped, 1 paused");
    check(failed(2), "1 completed, 1 stopped, 1 failed");
    let counts = progress.counts();
    assert_eq!((counts.started, counts.ended(), counts.retries), (3, 3, 1));
    assert_eq!(progress.open().count(), 0);
}

#[test]
fn an_open_trial_is_known_until_it_ends() {
    let mut progress = Progress::new(loss());
    progress.apply(7, &started(0));
    progress.apply(8, &reported(0, 3, 0.5));
    progress.apply(9, &paused(0, 3));
    let open = progress.trial(id(0)).unwrap();
    assert_eq!((open.started_at_millis, open.paused), (7, true));
    assert_eq!(open.last.as_ref().unwrap().0, Fidelity::new(3));
    let ended = progress.apply(10, &completed(0, &[0.5])).unwrap();
    assert_eq!(ended.params.int("n"), Ok(0));
    assert_eq!(progress.trial(id(0)), None);
    assert_eq!(progress.apply(11, &completed(0, &[0.5])), None);
}

#[test]
fn a_trial_that_ended_tells_of_all_its_pieces_of_work() {
    let mut progress = fold(loss(), &[started(0)]);
    let mut report = Reported::new(id(0), Fidelity::new(1), Values::one(1.0).unwrap());
    report.metrics = Metrics::from_iter([("cost", 1.0), ("size", 3.0)]);
    let mut pause = Paused::new(id(0), Fidelity::new(1), Values::one(1.0).unwrap());
    pause.took_micros = 5;
    let mut end = Ended::new(id(0), Outcome::Stopped);
    end.metrics = Metrics::from_iter([("cost", 2.0)]);
    end.took_micros = 7;
    let again = |attempt| {
        let failure = Failure::new(FailureKind::Lost, "");
        EventKind::Retried(Retried::new(id(0), attempt, failure, 0))
    };
    for event in [report.into(), again(1), pause.into()] {
        progress.apply(0, &event);
    }
    for event in [Resumed::new(id(0), None).into(), again(1)] {
        progress.apply(0, &event);
    }
    let trial = progress.apply(0, &end.into()).unwrap();
    assert_eq!(
        (trial.took_micros, trial.retries, trial.attempt),
        (12, 2, 1)
    );
    assert_eq!(
        trial.metrics,
        Metrics::from_iter([("cost", 2.0), ("size", 3.0)])
    );
}

#[test]
fn elapsed_adds_up_the_sessions_and_not_what_is_between() {
    let mut progress = Progress::new(loss());
    let closed = || {
        let closed = Closed::new(EndReason::Stopped, Counts::default(), None);
        EventKind::Closed(Box::new(closed))
    };
    let mut check = |at, event: EventKind, expect| {
        progress.apply(at, &event);
        assert_eq!(progress.elapsed_millis(), expect);
    };
    let open = |session| opened(session, Counts::default(), None);
    check(1000, open(1), 0);
    check(1500, started(0), 500);
    check(1600, closed(), 600);
    check(9000, open(2), 600); // and not the night between
    check(9100, completed(0, &[1.0]), 700);
    check(9050, started(1), 700); // a clock that went back
    check(5000, open(3), 700);
    check(5001, failed(1), 701);
    assert_eq!(progress.sessions(), 3);
}

#[test]
fn a_late_observer_learns_how_the_study_stood() {
    let whole = [
        started(0),
        started(1),
        started(2),
        completed(0, &[0.5]),
        paused(1, 1),
    ];
    let mut full = fold(loss(), &whole);
    let session = opened(2, full.counts(), full.best().cloned());
    let mut late = fold(loss(), std::slice::from_ref(&session));
    full.apply(0, &session);
    assert_eq!(late.counts(), full.counts());
    assert_eq!(late.best(), full.best());
    for event in [started(3), completed(3, &[0.4]), failed(2)] {
        full.apply(0, &event);
        late.apply(0, &event);
        assert_eq!((late.counts(), late.best()), (full.counts(), full.best()));
    }
    // It cannot know what becomes of trial 1, but is told at the end.
    for event in [Resumed::new(id(1), None).into(), completed(1, &[0.1])] {
        full.apply(0, &event);
        late.apply(0, &event);
    }
    assert_eq!(late.counts(), full.counts());
    assert_eq!(full.best().unwrap().trial, id(1));
    let closed = Box::new(Closed::new(
        EndReason::Trials,
        full.counts(),
        full.best().cloned(),
    ));
    full.apply(0, &EventKind::Closed(closed.clone()));
    late.apply(0, &EventKind::Closed(closed));
    assert_eq!(late.best(), full.best());
    assert_eq!(full.front().len(), 1);
}

#[test]
fn a_partial_best_is_handed_on_to_a_late_observer() {
    let full = fold(loss(), &[started(0), reported(0, 3, 0.5)]);
    let mut late = fold(loss(), &[opened(2, full.counts(), full.best().cloned())]);
    assert_eq!(late.best(), full.best());
    late.apply(0, &started(1));
    late.apply(0, &reported(1, 2, 0.1));
    assert_eq!(late.best(), full.best(), "it is not as far");
}

#[test]
fn counts_never_fall_below_zero() {
    let mut progress = Progress::new(loss());
    for event in [
        completed(0, &[1.0]),
        failed(1),
        paused(2, 1),
        Resumed::new(id(3), None).into(),
        Resumed::new(id(3), None).into(),
        failed(2),
        failed(3),
        failed(3),
        failed(3),
    ] {
        progress.apply(0, &event);
    }
    assert_eq!(
        (progress.counts().running, progress.counts().paused),
        (0, 0)
    );
    assert_eq!(progress.best(), None);
}

proptest! {
    #[test]
    fn the_front_is_what_is_not_dominated_in_whatever_order_it_came(
        values in proptest::collection::vec((0..6_i32, 0..6_i32), 1..30),
        seed in any::<u64>(),
    ) {
        let objectives = Objectives::new([Objective::minimize("a"), Objective::maximize("b")]).unwrap();
        let values: Vec<_> = values.iter().map(|(a, b)| Values::new([f64::from(*a), f64::from(*b)]).unwrap()).collect();
        let mut order: Vec<_> = (0..values.len()).collect();
        order.sort_by_key(|n| crate::Seed::new(seed).derive(*n as u64));
        let mut events: Vec<_> = (0..values.len() as u64).map(started).collect();
        events.extend(order.iter().map(|n| completed(*n as u64, values[*n].as_slice())));
        let progress = fold(objectives.clone(), &events);

        let front: Vec<_> = (0..values.len()).filter(|n| {
            let beats = |m: &usize| objectives.dominates(&values[*m], &values[*n]) || (values[*m] == values[*n] && m < n);
            !(0..values.len()).any(|m| beats(&m))
        }).collect();
        let found: Vec<_> = progress.front().iter().map(|best| best.trial.get() as usize).collect();
        prop_assert_eq!(&found, &front);
        let first = front.iter().min_by(|m, n| values[**m].first().total_cmp(&values[**n].first()).then(m.cmp(n)));
        prop_assert_eq!(progress.best().map(|best| best.trial.get() as usize), first.copied());
    }
}
