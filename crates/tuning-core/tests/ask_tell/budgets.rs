//! When a study has done enough, and how it continues with a larger budget.

use std::num::NonZeroUsize;

use tuning_core::*;

use crate::support::*;

fn with(problem: Problem, budget: Budget, order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem.budget(budget), Sensitive::new(), Seed::new(3)).order(order)
}

/// Runs trial after trial with these outcomes and a cost of one each; returns how many there were.
fn run<S: Strategy>(
    study: &mut AskTell<S>,
    mut outcome: impl FnMut(u64) -> Outcome,
) -> (u64, EndReason) {
    loop {
        match study.ask(NonZeroUsize::MIN).unwrap() {
            Turn::Work(work) => {
                for work in work {
                    let cost = Metrics::from_iter([("cost", 1.0)]);
                    let outcome = outcome(work.trial.get());
                    study.finish(work.trial, outcome, cost, 0).unwrap();
                }
            }
            Turn::Done(reason) => return (study.started(), reason),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn each_limit_ends_the_study_with_its_reason() {
    let maximize = |mut problem: Problem| {
        problem.objectives = Objectives::maximize("accuracy").unwrap();
        problem
    };
    let loss = |n: u64| completed(10.0 - n as f64);
    let check = |problem: Problem, budget, outcome: fn(u64) -> Outcome, expect| {
        let mut study = with(problem, budget, Order::AsFinished);
        assert_eq!(run(&mut study, outcome), expect);
        let mut study = with(
            study.problem().clone(),
            study.problem().budget.clone(),
            proposed(1),
        );
        assert_eq!(run(&mut study, outcome), expect);
    };
    let many = || Budget::trials(50);
    check(problem(), Budget::trials(0), loss, (0, EndReason::Trials));
    check(problem(), Budget::trials(7), loss, (7, EndReason::Trials));
    check(problem(), many().target(6.0), loss, (5, EndReason::Target));
    check(problem(), many().target(6.5), loss, (5, EndReason::Target));
    check(
        maximize(problem()),
        many().target(4.0),
        |n| completed(n as f64),
        (5, EndReason::Target),
    );
    check(
        maximize(problem()),
        many().target(-6.0),
        |n| completed(n as f64 - 10.0),
        (5, EndReason::Target),
    );
    check(
        problem(),
        many().no_improvement(3),
        |n| completed(n as f64),
        (4, EndReason::NoImprovement),
    );
    check(
        problem(),
        many().no_improvement(3),
        |_| completed(1.0),
        (4, EndReason::NoImprovement),
    );
    check(
        problem(),
        many().no_improvement(3),
        |_| Outcome::failed(FailureKind::Error, ""),
        (3, EndReason::NoImprovement),
    );
    check(
        problem(),
        many().no_improvement(3),
        loss,
        (50, EndReason::Trials),
    );
    check(
        problem(),
        many().cost("cost", 4.5),
        loss,
        (5, EndReason::Cost),
    );
    check(
        problem(),
        many().cost("euros", 4.5),
        loss,
        (50, EndReason::Trials),
    );
    check(
        ladder(),
        many().resource(20),
        loss,
        (2, EndReason::Resource),
    );
    check(
        ladder(),
        many().resource(20),
        |_| Outcome::failed(FailureKind::Error, ""),
        (2, EndReason::Resource),
    );
    check(
        problem(),
        many().target(f64::NAN).cost("cost", f64::INFINITY),
        loss,
        (50, EndReason::Trials),
    );
}

#[test]
fn several_objectives_have_their_target_in_the_first() {
    let mut problem = problem();
    problem.objectives =
        Objectives::new([Objective::maximize("a"), Objective::minimize("b")]).unwrap();
    let mut study = with(problem, Budget::trials(9).target(3.0), Order::AsFinished);
    let outcome = |n: u64| Outcome::Completed(Values::new([n as f64, -100.0]).unwrap());
    assert_eq!(run(&mut study, outcome), (4, EndReason::Target));
}

/// A script for one trial at a time on the ladder: until 3, then resumed to the whole.
fn two_rungs(budget: Budget) -> AskTell<impl Strategy> {
    let script = Script::new(|ask: &Ask, told: &[Fact]| match told.last() {
        Some(Fact::Paused(paused)) => Asked::Propose(vec![Proposal::resume(paused.trial)]),
        _ if ask.trials_left() == Some(0) => Asked::Done,
        _ => Asked::Propose(vec![start().until(at(3))]),
    });
    AskTell::new(ladder().budget(budget), script, Seed::new(0))
}

#[test]
fn resource_is_counted_once_however_it_is_told() {
    // Two rungs of one trial are 9 in all, whether they report or not.
    for reports in [false, true] {
        let mut study = two_rungs(Budget::unlimited().resource(18));
        let mut works = 0;
        while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
            works += 1;
            let (from, until) = (
                work[0].origin.at().map_or(0, Fidelity::get),
                work[0].until.map_or(9, Fidelity::get),
            );
            for epoch in from + 1..=until {
                if reports {
                    study
                        .report(work[0].trial, at(epoch), one(1.0), Metrics::default())
                        .unwrap();
                }
            }
            study
                .finish(work[0].trial, completed(1.0), Metrics::default(), 0)
                .unwrap();
        }
        assert_eq!((works, study.started()), (4, 2), "reports: {reports}");
    }
}

#[test]
fn stopped_trials_have_used_what_they_reported() {
    let mut study = with(
        ladder(),
        Budget::unlimited().resource(18),
        Order::AsFinished,
    );
    let mut works = 0;
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        works += 1;
        study
            .report(work[0].trial, at(2), one(1.0), Metrics::default())
            .unwrap();
        study
            .finish(work[0].trial, Outcome::Stopped, Metrics::default(), 0)
            .unwrap();
    }
    assert_eq!(
        works, 5,
        "8 are left after these, and the next one may use 9"
    );
}

#[test]
fn without_fidelities_the_resource_is_what_was_reported() {
    let mut study = with(
        problem(),
        Budget::trials(50).resource(10),
        Order::AsFinished,
    );
    let mut works = 0;
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        works += 1;
        for epoch in [1, 4] {
            study
                .report(work[0].trial, at(epoch), one(1.0), Metrics::default())
                .unwrap();
        }
        study
            .finish(work[0].trial, completed(1.0), Metrics::default(), 0)
            .unwrap();
    }
    assert_eq!(works, 3);
    let huge = Budget::unlimited().resource(u64::MAX);
    let mut study = with(problem(), huge, Order::AsFinished);
    for _ in 0..2 {
        let work = ask(&mut study);
        study
            .report(work.trial, at(u64::MAX), one(1.0), Metrics::default())
            .unwrap();
        study
            .finish(work.trial, completed(1.0), Metrics::default(), 0)
            .unwrap();
        if let Turn::Done(reason) = study.ask(slots(1)).unwrap() {
            assert_eq!(reason, EndReason::Resource);
            break;
        }
    }
}

#[test]
fn a_forked_trial_does_not_pay_for_its_donor() {
    let script = Script::new(|_: &Ask, told: &[Fact]| {
        Asked::Propose(vec![match told.len() {
            0 => start(),
            _ => Proposal::fork(id(0), params()),
        }])
    });
    let budget = Budget::unlimited().resource(11);
    let mut study = AskTell::new(ladder().budget(budget), script, Seed::new(0));
    let mut works = 0;
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        works += 1;
        study
            .report(
                work[0].trial,
                at(if works == 1 { 8 } else { 9 }),
                one(1.0),
                Metrics::default(),
            )
            .unwrap();
        let outcome = if works == 1 {
            Outcome::Stopped
        } else {
            completed(1.0)
        };
        study
            .finish(work[0].trial, outcome, Metrics::default(), 0)
            .unwrap();
    }
    assert_eq!(works, 4, "8 + 1 + 1 + 1");
}

#[test]
fn a_trial_costs_what_it_measured_last_wherever_it_did() {
    let mut study = two_rungs(Budget::unlimited().cost("euros", 10.0));
    let euros = |value: f64| Metrics::from_iter([("euros", value)]);
    let mut spent = 0.0;
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        let trial = work[0].trial;
        if work[0].origin.at().is_none() {
            study.report(trial, at(1), one(1.0), euros(1.0)).unwrap();
            study.report(trial, at(3), one(1.0), euros(2.0)).unwrap();
            study.finish(trial, completed(1.0), euros(2.5), 0).unwrap();
            spent += 2.5;
        } else {
            study.finish(trial, completed(1.0), euros(4.0), 0).unwrap();
            spent += 1.5;
        }
    }
    assert_eq!((spent, study.started()), (10.5, 3));
}

/// Keeps this many trials in flight, which cost this much each, and ends the oldest first; returns what they cost together.
fn spend(study: &mut AskTell<Sensitive>, workers: usize, cost: impl Fn(u64) -> f64) -> (u64, f64) {
    let mut running = std::collections::VecDeque::new();
    let mut spent = 0.0;
    loop {
        if let Some(free) = NonZeroUsize::new(workers - running.len()) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => {
                    running.extend(work);
                    continue;
                }
                Turn::Done(reason) => {
                    assert_eq!((reason, running.len()), (EndReason::Cost, 0));
                    return (study.started(), spent);
                }
                _ => {}
            }
        }
        let work = running.pop_front().expect("it waits for work in flight");
        let cost = cost(work.trial.get());
        spent += cost;
        let metrics = Metrics::from_iter([("cost", cost)]);
        study
            .finish(work.trial, completed(1.0), metrics, 0)
            .unwrap();
    }
}

#[test]
fn a_limit_of_cost_is_exact_by_what_is_in_flight() {
    for order in [Order::AsFinished, proposed(8), proposed(3), proposed(1)] {
        for workers in [1, 2, 8] {
            for (limit, cost, trials) in [(30.0, 1.0, 30), (3.0, 0.1, 30), (0.7, 0.07, 10)] {
                let budget = Budget::unlimited().cost("cost", limit);
                let mut study = with(problem(), budget, order);
                let (started, spent) = spend(&mut study, workers, |_| cost);
                assert_eq!(started, trials, "{order}, {workers} workers, {limit}");
                assert!((spent - limit).abs() < 1e-9, "{spent}");
            }
            // Those that are begun before anything is known of their cost cannot count.
            let mut study = with(problem(), Budget::unlimited().cost("cost", 2.0), order);
            assert!(spend(&mut study, workers, |_| 1.0).0 <= 8);
            // What cost less than expected leaves room for more.
            let mut study = with(problem(), Budget::unlimited().cost("cost", 30.0), order);
            let (_, spent) = spend(&mut study, workers, |n| if n < 10 { 2.0 } else { 0.5 });
            assert!(
                (30.0..=30.5).contains(&spent),
                "{order}, {workers}: {spent}"
            );
        }
    }
}

#[test]
fn a_limit_of_resource_counts_what_is_in_flight() {
    for order in [Order::AsFinished, proposed(8), proposed(2)] {
        // 9 each.
        for (limit, trials) in [(8, 0), (81, 9), (82, 9), (89, 9), (90, 10)] {
            let mut study = with(ladder(), Budget::unlimited().resource(limit), order);
            let mut running = std::collections::VecDeque::new();
            let reason = loop {
                match study.ask(slots(8)).unwrap() {
                    Turn::Work(work) => running.extend(work),
                    Turn::Done(reason) => break reason,
                    _ => {
                        let work = running.pop_front().expect("it waits for work in flight");
                        study
                            .finish(work.trial, completed(1.0), Metrics::default(), 0)
                            .unwrap();
                    }
                }
            };
            assert_eq!((reason, study.started()), (EndReason::Resource, trials));
        }
    }
}

/// The resource that the trials of a log have used, by what they reported, paused at, or were asked for and did not stop.
fn used(log: &[Entry]) -> u64 {
    let mut reached = std::collections::BTreeMap::<TrialId, (u64, u64)>::new();
    let mut used = 0;
    for entry in log {
        let Some(trial) = fact(entry).trial() else {
            continue;
        };
        let (at, asked) = reached.entry(trial).or_default();
        let until = |until: Option<Fidelity>| until.map_or(9, Fidelity::get);
        let now = match fact(entry) {
            Fact::Started(started) => {
                *asked = until(started.until);
                *at = started
                    .fork
                    .and_then(|fork| fork.at)
                    .map_or(0, Fidelity::get);
                continue;
            }
            Fact::Resumed(resumed) => {
                *asked = until(resumed.until);
                continue;
            }
            Fact::Reported(reported) => reported.at.get(),
            Fact::Paused(paused) => paused.at.get(),
            Fact::Ended(ended) if ended.outcome != Outcome::Stopped => *asked,
            _ => continue,
        };
        used += now.saturating_sub(*at);
        *at = now.max(*at);
    }
    used
}

#[test]
fn no_limit_of_resource_is_passed_whatever_is_proposed() {
    for limit in [1, 8, 9, 30, 31, 32, 33, 81, 100, 101] {
        for order in [Order::AsFinished, proposed(8), proposed(2)] {
            for (workers, luck) in [(1, 0), (2, 3), (8, 1), (8, 2)] {
                let budget = Budget::unlimited().resource(limit);
                let problem = ladder().budget(budget);
                let strategy = Rungs::new(40, true);
                let mut study = AskTell::new(problem, strategy, Seed::new(luck))
                    .order(order)
                    .pruner(mean());
                let (log, reason) = drive(&mut study, workers, luck, usize::MAX);
                let used = used(&log);
                let what = format!("{used} of {limit}, {order}, {workers} workers: {reason:?}");
                assert!(used <= limit, "{what}");
                // One whole trial would fit into what is left over otherwise.
                assert!(
                    reason == Some(EndReason::Exhausted) || used + 9 > limit,
                    "{what}"
                );
            }
        }
    }
}

#[test]
fn what_fits_is_begun_and_nothing_behind_what_does_not() {
    // Of 10, the first takes 6; then 4 are left.
    let check = |targets: [u64; 3], expect: &[u64]| {
        let script = Script::new(move |ask: &Ask, _: &[Fact]| {
            assert_eq!(ask.resource_left(), Some(10));
            Asked::Propose(targets.map(|until| start().until(at(until))).to_vec())
        });
        let problem = ladder().budget(Budget::unlimited().resource(10));
        let mut study = AskTell::new(problem, script, Seed::new(0));
        let Turn::Work(work) = study.ask(slots(3)).unwrap() else {
            panic!()
        };
        let until = |work: &Work| work.until.unwrap().get();
        assert_eq!(work.iter().map(until).collect::<Vec<_>>(), expect);
    };
    check([6, 3, 1], &[6, 3, 1]);
    check([6, 3, 2], &[6, 3]);
    check([6, 5, 1], &[6]);
}

#[test]
fn a_study_that_what_is_left_is_too_little_for_continues_with_a_larger_budget() {
    for order in [Order::AsFinished, proposed(2)] {
        let run = |budget: Budget, log: &[Entry]| {
            let mut study = replayed(with(ladder(), budget, order), log);
            let (facts, reason) = drive(&mut study, 2, 0, usize::MAX);
            assert_eq!(reason, Some(EndReason::Resource));
            (study.started(), facts)
        };
        let (started, log) = run(Budget::unlimited().resource(20), &[]);
        assert_eq!(started, 2);
        let (started, _) = run(Budget::unlimited().resource(40), &log);
        assert_eq!(started, 4);
    }
}

#[test]
fn paused_trials_may_go_on_after_the_last_trial_was_started() {
    for order in [Order::AsFinished, proposed(4)] {
        // Two trials, then the first is resumed, as soon as it is known to be paused.
        let script = Script::new(|ask: &Ask, told: &[Fact]| {
            let count = |kind: fn(&Fact) -> bool| told.iter().filter(|fact| kind(fact)).count();
            let resumed = count(|fact| matches!(fact, Fact::Resumed(_)));
            let done = count(|fact| matches!(fact, Fact::Paused(_) | Fact::Ended(_)));
            match (ask.trials_left(), done) {
                (Some(1..), _) => Asked::Propose(vec![start().until(at(3))]),
                (_, 1..) if resumed == 0 => Asked::Propose(vec![Proposal::resume(id(0))]),
                (_, 3) => Asked::Done,
                _ => Asked::Wait,
            }
        });
        let problem = ladder().budget(Budget::trials(2));
        let mut study = AskTell::new(problem, script, Seed::new(0)).order(order);
        let (facts, reason) = drive(&mut study, 2, 0, usize::MAX);
        assert_eq!(reason, Some(EndReason::Exhausted), "{order}");
        let resumed = facts.iter().find_map(|entry| match fact(entry) {
            Fact::Resumed(resumed) => Some((resumed.trial, entry.known)),
            _ => None,
        });
        let known = u64::from(order != Order::AsFinished);
        assert_eq!((study.started(), resumed), (2, Some((id(0), known))));
    }
}

#[test]
fn proposals_beyond_the_budget_are_not_taken() {
    for order in [Order::AsFinished, proposed(8)] {
        for problem in [problem(), ladder()] {
            let mut study = with(problem, Budget::trials(3), order);
            let Turn::Work(work) = study.ask(slots(8)).unwrap() else {
                panic!()
            };
            assert_eq!(work.len(), 3);
            assert_eq!(study.ask(slots(5)).unwrap(), Turn::Wait);
            for work in work {
                study
                    .finish(work.trial, completed(1.0), Metrics::default(), 0)
                    .unwrap();
            }
            assert_eq!(study.ask(slots(8)).unwrap(), Turn::Done(EndReason::Trials));
        }
    }
}

#[test]
fn a_strategy_is_asked_with_what_is_left() {
    let script = Script::new(|ask: &Ask, told: &[Fact]| {
        let started = told
            .iter()
            .filter(|fact| matches!(fact, Fact::Started(_)))
            .count();
        assert_eq!(ask.trials_left(), Some(3 - started as u64));
        Asked::Propose(vec![start()])
    });
    let mut study = AskTell::new(problem().budget(Budget::trials(3)), script, Seed::new(0));
    assert_eq!(run(&mut study, |_| completed(1.0)), (3, EndReason::Trials));
    let free = Script::new(|ask: &Ask, _: &[Fact]| {
        assert_eq!(ask.trials_left(), None);
        Asked::Done
    });
    let mut study = AskTell::new(problem().budget(Budget::unlimited()), free, Seed::new(0));
    assert_eq!(
        run(&mut study, |_| completed(1.0)),
        (0, EndReason::Exhausted)
    );
}

#[test]
fn a_larger_budget_goes_on_as_if_it_had_been_larger_from_the_start() {
    for (lag, workers) in [(1, 1), (3, 3), (8, 8), (8, 1)] {
        for small in [
            Budget::trials(8),
            Budget::trials(20).target(0.5),
            Budget::trials(20).no_improvement(4),
            Budget::trials(20).resource(12),
        ] {
            let study = |budget: &Budget| with(problem(), budget.clone(), proposed(lag));
            let large = Budget::trials(20);
            let expect = drive(&mut study(&large), workers, 3, usize::MAX).0;
            let (first, _) = drive(&mut study(&small), workers, 5, usize::MAX);
            assert!(first.len() < expect.len(), "{small:?} was no limit");
            let mut again = replayed(study(&large), &first);
            let (rest, reason) = drive(&mut again, workers, 6, usize::MAX);
            let facts = [first, rest].concat();
            assert_eq!(sorted(&facts), sorted(&expect), "lag {lag}, {small:?}");
            assert_eq!(reason, Some(EndReason::Trials));
        }
    }
}

#[test]
fn a_replayed_study_with_its_budget_spent_is_done() {
    for order in [Order::AsFinished, proposed(3)] {
        for budget in [
            Budget::trials(6),
            Budget::trials(20).no_improvement(4),
            Budget::trials(20).resource(12),
        ] {
            let (facts, reason) = drive(
                &mut with(problem(), budget.clone(), order),
                3,
                1,
                usize::MAX,
            );
            let mut again = replayed(with(problem(), budget, order), &facts);
            assert_eq!(
                Some(again.ask(slots(3)).unwrap()),
                reason.map(Turn::Done),
                "{order}"
            );
        }
    }
}

#[test]
fn what_is_given_up_counts_before_the_work_beside_it_is_taken() {
    for order in [Order::AsFinished, proposed(1)] {
        let script = Script::new(|_: &Ask, told: &[Fact]| match told.last() {
            Some(Fact::Paused(paused)) => {
                Asked::Propose(vec![Proposal::give_up(paused.trial), start().until(at(3))])
            }
            _ => Asked::Propose(vec![start().until(at(3))]),
        });
        let problem = ladder().budget(Budget::trials(9).no_improvement(2));
        let mut study = AskTell::new(problem, script, Seed::new(0)).order(order);
        // The first trial is given up beside the second one, the second beside none: the limit is reached.
        let ended = run(&mut study, |_| completed(1.0));
        assert_eq!(ended, (2, EndReason::NoImprovement), "{order}");
    }
}
