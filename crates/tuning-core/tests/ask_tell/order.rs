//! In which order results are told, and what does not depend on workers, luck or signs.

use tuning_core::*;

use crate::support::*;

fn sensitive(order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem(), Sensitive::new(), Seed::new(3)).order(order)
}

fn rungs(order: Order, forks: bool) -> AskTell<Rungs> {
    let problem = ladder().budget(Budget::trials(16));
    AskTell::new(problem, Rungs::new(16, forks), Seed::new(3)).order(order)
}

#[test]
fn a_proposal_sees_exactly_the_results_up_to_its_lag() {
    for lag in [1, 3, 8] {
        let mut study = sensitive(proposed(lag));
        let (facts, _) = drive(&mut study, lag, 1, usize::MAX);
        let mut ended = 0;
        for told in &study.strategy().told {
            match told {
                Fact::Started(started) => {
                    let expect = (started.trial.get() + 1).saturating_sub(lag as u64);
                    let known = facts.iter().find_map(|entry| match fact(entry) {
                        Fact::Started(other) if other.trial == started.trial => Some(entry.known),
                        _ => None,
                    });
                    assert_eq!((ended, known), (expect, Some(expect)), "lag {lag}");
                }
                Fact::Ended(fact) => {
                    assert_eq!(fact.trial, id(ended), "told out of line");
                    ended += 1;
                }
                _ => {}
            }
        }
        let started = facts
            .iter()
            .filter(|entry| matches!(fact(entry), Fact::Started(_)));
        assert_eq!(started.count(), 20);
    }
}

#[test]
fn workers_and_luck_change_nothing_that_is_decided() {
    for lag in [1, 3, 8] {
        let expect = {
            let mut study = sensitive(proposed(lag));
            let facts = drive(&mut study, 1, 0, usize::MAX).0;
            (sorted(&facts), study.strategy().told.clone())
        };
        for (workers, luck) in [(1, 0), (2, 5), (3, 6), (8, 0), (8, 7), (64, 8)] {
            let mut study = sensitive(proposed(lag));
            let facts = drive(&mut study, workers, luck, usize::MAX).0;
            assert_eq!(sorted(&facts), expect.0, "lag {lag}, {workers} workers");
            assert_eq!(
                study.strategy().told,
                expect.1,
                "lag {lag}, {workers} workers"
            );
        }
    }
}

#[test]
fn promotions_forks_and_prunings_do_not_depend_on_workers() {
    for (lag, forks, prune) in [
        (1, false, true),
        (3, true, false),
        (4, true, true),
        (8, true, true),
    ] {
        let run = |workers, luck| {
            let mut study = rungs(proposed(lag), forks).pruner(prune.then(mean));
            let (facts, reason) = drive(&mut study, workers, luck, usize::MAX);
            (sorted(&facts), reason)
        };
        let expect = run(1, 0);
        let kinds = |kind: fn(&Fact) -> bool| {
            expect
                .0
                .0
                .values()
                .flatten()
                .filter(|entry| kind(fact(entry)))
                .count()
        };
        assert!(
            kinds(|f| matches!(f, Fact::Resumed(_))) > 0,
            "nothing was resumed"
        );
        assert!(!forks || kinds(|f| matches!(f, Fact::Started(s) if s.fork.is_some())) > 0);
        let stopped = |f: &Fact| matches!(f, Fact::Ended(e) if e.outcome == Outcome::Stopped);
        assert!(!prune || kinds(stopped) > 0, "nothing was pruned");
        for (workers, luck) in [(2, 1), (2, 2), (4, 3), (8, 4), (8, 5)] {
            assert_eq!(
                run(workers, luck),
                expect,
                "lag {lag}, {workers} workers, luck {luck}"
            );
        }
    }
}

#[test]
fn no_more_than_the_lag_is_in_flight() {
    let mut study = sensitive(proposed(3));
    let Turn::Work(work) = study.ask(slots(8)).unwrap() else {
        panic!()
    };
    assert_eq!(work.len(), 3);
    assert_eq!(study.ask(slots(5)).unwrap(), Turn::Wait);
    // The newest result does not move the line, the oldest does.
    evaluate(&mut study, &work[2]);
    assert_eq!(study.ask(slots(6)).unwrap(), Turn::Wait);
    evaluate(&mut study, &work[0]);
    assert_eq!(ask(&mut study).trial, id(3));
}

#[test]
fn one_by_one_both_orders_are_the_same() {
    let told = |order| {
        let mut study = sensitive(order);
        drive(&mut study, 1, 0, usize::MAX);
        study.strategy().told.clone()
    };
    assert_eq!(told(Order::AsFinished)[..60], told(proposed(1))[..60]);
}

#[test]
fn maximising_is_minimising_the_negative() {
    for order in [Order::AsFinished, proposed(4)] {
        let run = |objectives: Objectives| {
            let mut problem = ladder().budget(Budget::trials(16));
            problem.objectives = objectives;
            let study = AskTell::new(problem, Rungs::new(16, true), Seed::new(9));
            let mut study = study.order(order).pruner(mean());
            drive(&mut study, 4, 2, usize::MAX)
        };
        let (mut max, a) = run(Objectives::maximize("accuracy").unwrap());
        let (min, b) = run(Objectives::minimize("loss").unwrap());
        for entry in &mut max {
            let flip = |values: &mut Values| *values = one(-values.first());
            match &mut entry.kind {
                EventKind::Fact(Fact::Reported(reported)) => flip(&mut reported.values),
                EventKind::Fact(Fact::Paused(paused)) => flip(&mut paused.values),
                EventKind::Fact(Fact::Ended(Ended {
                    outcome: Outcome::Completed(values),
                    ..
                })) => flip(values),
                _ => {}
            }
        }
        assert_eq!((max, a), (min, b));
    }
}

#[test]
fn a_waiting_strategy_learns_one_more_result_at_a_time() {
    // It proposes three, waits for two results, and proposes one more that knows exactly these two.
    let mut study = AskTell::new(
        problem(),
        Script::new(|_, told| {
            let started = told
                .iter()
                .filter(|f| matches!(f, Fact::Started(_)))
                .count();
            let ended = told.iter().filter(|f| matches!(f, Fact::Ended(_))).count();
            match (started, ended) {
                (0..3, _) | (3, 2..) => Asked::Propose(vec![start()]),
                (3, _) => Asked::Wait,
                _ => Asked::Done,
            }
        }),
        Seed::new(0),
    )
    .order(proposed(8));
    let (facts, reason) = drive(&mut study, 8, 0, usize::MAX);
    let known: Vec<_> = facts
        .iter()
        .filter_map(|entry| match fact(entry) {
            Fact::Started(_) => Some(entry.known),
            _ => None,
        })
        .collect();
    assert_eq!(known, [0, 0, 0, 2]);
    assert_eq!(reason, Some(EndReason::Exhausted));
}

#[test]
fn the_pruner_of_a_trial_knows_what_its_proposal_knew() {
    // Two trials at once: neither is judged by the other's reports.
    #[derive(Clone, Default)]
    struct Seen(std::collections::BTreeSet<TrialId>);
    impl Pruner for Seen {
        fn tell(&mut self, fact: &Fact) {
            if let Fact::Reported(reported) = fact {
                self.0.insert(reported.trial);
            }
        }
        fn judge(&self, trial: TrialId) -> Verdict {
            if self.0.iter().any(|other| *other != trial) {
                Verdict::Stop
            } else {
                Verdict::Continue
            }
        }
        fn boxed_clone(&self) -> Box<dyn Pruner> {
            Box::new(self.clone())
        }
    }
    let mut study = sensitive(proposed(2)).pruner(Box::new(Seen::default()) as Box<dyn Pruner>);
    study.ask(slots(2)).unwrap();
    let mut report = |trial| {
        study
            .report(id(trial), at(1), one(0.5), Metrics::default())
            .unwrap()
    };
    assert_eq!([report(0), report(1)], [Verdict::Continue; 2]);
    study
        .finish(id(0), completed(1.0), Metrics::default(), 0)
        .unwrap();
    let third = ask(&mut study);
    let verdict = study.report(third.trial, at(1), one(0.5), Metrics::default());
    assert_eq!(verdict, Ok(Verdict::Stop), "it knows the first trial");
    let verdict = study.report(id(1), at(2), one(0.5), Metrics::default());
    assert_eq!(
        verdict,
        Ok(Verdict::Continue),
        "it was proposed before that"
    );
}

#[test]
fn how_long_a_trial_took_is_told_only_where_workers_may_decide() {
    for (order, expect) in [(Order::AsFinished, 70), (proposed(2), 0)] {
        let mut study = sensitive(order);
        let work = ask(&mut study);
        study
            .finish(work.trial, completed(1.0), Metrics::default(), 70)
            .unwrap();
        let _ = ask(&mut study);
        let _ = ask(&mut study);
        let took = |facts: &[Fact]| {
            let ended = facts.iter().find_map(|fact| match fact {
                Fact::Ended(ended) => Some(ended.took_micros),
                _ => None,
            });
            ended.expect("one trial has ended")
        };
        assert_eq!(took(&study.strategy().told), expect, "{order:?}");
        assert_eq!(took(&study.take_facts()), 70, "the log keeps it");
    }
}
