//! Paused trials that are given up, and limits that a strategy is told.

use tuning_core::*;

use crate::support::*;

/// Pauses three trials at 1, resumes the best to the end, gives the others up, and is done.
fn thrifty() -> Script<impl FnMut(&Ask, &[Fact]) -> Asked + Send> {
    Script::new(|_, told| {
        let count = |kind: fn(&Fact) -> bool| told.iter().filter(|fact| kind(fact)).count();
        let started = count(|fact| matches!(fact, Fact::Started(_)));
        let paused = count(|fact| matches!(fact, Fact::Paused(_)));
        match (started, paused) {
            (0..3, _) => Asked::Propose(vec![start().until(at(1))]),
            (_, 0..3) => Asked::Wait,
            _ => {
                let decided = |n| {
                    let decides = |fact: &&Fact| matches!(fact, Fact::Resumed(_) | Fact::Ended(_));
                    let mut decisions = told.iter().filter(decides);
                    decisions.any(|fact| fact.trial() == Some(id(n)))
                };
                let plan = [
                    (1, Proposal::give_up(id(1))),
                    (0, Proposal::resume(id(0))),
                    (2, Proposal::give_up(id(2))),
                ];
                let left = plan.into_iter().filter(|(n, _)| !decided(*n));
                let left: Vec<_> = left.map(|(_, proposal)| proposal).collect();
                match left.is_empty() {
                    true => Asked::Done,
                    false => Asked::Propose(left),
                }
            }
        }
    })
}

fn study(order: Order) -> AskTell<Script<impl FnMut(&Ask, &[Fact]) -> Asked + Send>> {
    let problem = ladder().budget(Budget::trials(3));
    AskTell::new(problem, thrifty(), Seed::new(0)).order(order)
}

fn ends(log: &[Entry]) -> Vec<(TrialId, bool)> {
    let end = |entry| match fact(entry) {
        Fact::Ended(ended) => Some((ended.trial, ended.outcome == Outcome::Stopped)),
        _ => None,
    };
    log.iter().filter_map(end).collect()
}

#[test]
fn what_is_given_up_ends_at_once_and_takes_no_slot() {
    for order in [Order::AsFinished, proposed(1), proposed(4)] {
        for workers in [1, 3] {
            let mut study = study(order);
            let (log, reason) = drive(&mut study, workers, 2, usize::MAX);
            assert_eq!(reason, Some(EndReason::Exhausted), "{order}");
            let expect = [(id(1), true), (id(2), true), (id(0), false)];
            assert_eq!(ends(&log), expect, "{order}, {workers} workers");
        }
    }
}

#[test]
fn what_was_given_up_is_told_at_the_same_place_after_a_restart() {
    for order in [Order::AsFinished, proposed(1), proposed(4)] {
        let mut whole = study(order);
        let (log, _) = drive(&mut whole, 3, 2, usize::MAX);
        for cut in 0..=log.len() {
            let mut again = replayed(study(order), &log[..cut]);
            let told = again.strategy().told.clone();
            assert_eq!(told, whole.strategy().told[..told.len()], "{order}, {cut}");
            let (rest, _) = drive(&mut again, 1, 0, usize::MAX);
            let all = [&log[..cut], &rest].concat();
            assert_eq!(sorted(&all).0.len(), 3);
            assert_eq!(ends(&all).len(), 3, "{order}, cut at {cut}");
        }
    }
}

#[test]
fn only_what_is_paused_is_given_up_and_it_is_neither_resumed_nor_forked() {
    let give_up = |n| Proposal::give_up(id(n));
    let check = |last: Vec<Proposal>, expect: &str| {
        let mut answers = [
            vec![start().until(at(1))],
            vec![start().until(at(1))],
            vec![give_up(0), start()],
            last,
        ]
        .into_iter();
        let script = Script::new(move |_, _| answers.next().map_or(Asked::Done, Asked::Propose));
        let mut study = AskTell::new(ladder(), script, Seed::new(0));
        for n in 0..3 {
            ask(&mut study);
            if n < 1 {
                study
                    .finish(id(n), completed(1.0), Metrics::default(), 0)
                    .unwrap();
            }
        }
        let error = study.ask(slots(1)).unwrap_err().to_string();
        let illegal = format!("the strategy made an illegal proposal: {expect}");
        assert_eq!(error, illegal);
    };
    check(
        vec![give_up(0)],
        "trial 0 is to be given up, but it is not paused",
    );
    check(
        vec![give_up(1)],
        "trial 1 is to be given up, but it is not paused",
    );
    check(
        vec![give_up(9)],
        "trial 9 is to be given up, but it is not paused",
    );
    check(
        vec![Proposal::resume(id(0))],
        "trial 0 is to be resumed, but it is not paused",
    );
    check(
        vec![Proposal::fork(id(0), params())],
        "trial 0 is to be forked, but it is neither paused nor ended, or was given up",
    );
}

#[test]
fn limits_are_told_once_and_again_when_they_change() {
    let budgets = |log: &[Entry]| -> Vec<Option<u64>> {
        let told = |entry| match fact(entry) {
            Fact::Budgeted(budgeted) => Some(budgeted.trials),
            _ => None,
        };
        log.iter().filter_map(told).collect()
    };
    for order in [Order::AsFinished, proposed(3)] {
        let study = |budget: Budget| {
            AskTell::new(problem().budget(budget), Sensitive::new(), Seed::new(3)).order(order)
        };
        let (log, _) = drive(&mut study(Budget::trials(5)), 2, 1, usize::MAX);
        assert_eq!(budgets(&log), [Some(5)], "{order}");
        assert!(matches!(fact(&log[0]), Fact::Budgeted(_)), "before all");
        for cut in 0..=log.len() {
            let mut same = replayed(study(Budget::trials(5)), &log[..cut]);
            let (rest, _) = drive(&mut same, 2, 1, usize::MAX);
            assert_eq!(
                budgets(&rest).len(),
                usize::from(cut == 0),
                "{order}, {cut}"
            );
        }
        let mut more = replayed(study(Budget::trials(8).resource(90)), &log);
        let (rest, _) = drive(&mut more, 2, 1, usize::MAX);
        assert_eq!(budgets(&rest), [Some(8)], "{order}");
        let all = [log, rest].concat();
        let mut free = replayed(study(Budget::unlimited()), &all);
        free.ask(slots(1)).unwrap();
        assert_eq!(budgets(&free.take_entries(0)), [None], "{order}");
        let mut never = study(Budget::unlimited());
        never.ask(slots(1)).unwrap();
        assert_eq!(budgets(&never.take_entries(0)), [], "{order}");
    }
}
