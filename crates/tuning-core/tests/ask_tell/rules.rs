//! What a strategy may propose, and what reports and results do.

use tuning_core::*;

use crate::support::*;

#[test]
fn every_illegal_proposal_ends_the_study_with_the_reason() {
    let check =
        |problem: Problem, before: Vec<Proposal>, proposals: Vec<Proposal>, expect: &str| {
            for order in [Order::AsFinished, proposed(1)] {
                let mut answers: Vec<_> = before.iter().cloned().map(propose).collect();
                answers.push(Asked::Propose(proposals.clone()));
                let mut study = scripted(problem.clone(), answers).order(order);
                for trial in 0..before.len() as u64 {
                    ask(&mut study);
                    finish(&mut study, trial, completed(1.0));
                }
                let error = study.ask(slots(1)).unwrap_err();
                let expect = format!("the strategy made an illegal proposal: {expect}");
                assert_eq!(error.to_string(), expect, "{order}");
            }
        };
    check(
        problem(),
        vec![],
        vec![],
        "an empty list of proposals: answer `Wait` or `Done` instead",
    );
    check(
        problem(),
        vec![],
        vec![start(); 2],
        "2 proposals for 1 slot(s)",
    );
    let elsewhere = Space::new([Parameter::int("m", 0, 1)]).unwrap();
    check(
        problem(),
        vec![],
        vec![Proposal::start(elsewhere.decode(&[0.0]).unwrap())],
        "parameters outside the space: there is no parameter `m`",
    );
    check(
        problem(),
        vec![],
        vec![start().until(at(3))],
        "a trial is to run until fidelity 3, but the study's fidelities are none: declare them",
    );
    for until in [0, 10] {
        check(
            ladder(),
            vec![],
            vec![start().until(at(until))],
            &format!(
                "a trial is to run until fidelity {until}, but the study's fidelities are 1 to 9: declare them"
            ),
        );
    }
    check(
        ladder(),
        vec![start()],
        vec![Proposal::resume(id(0))],
        "trial 0 is to be resumed, but it is not paused",
    );
    check(
        ladder(),
        vec![],
        vec![Proposal::resume(id(0)).until(at(3))],
        "trial 0 is to be resumed, but it is not paused",
    );
    check(
        ladder(),
        vec![start().until(at(3))],
        vec![Proposal::resume(id(0)).until(at(3))],
        "trial 0 is to run until 3, but has reached 3 already",
    );
    check(
        ladder(),
        vec![start().until(at(3))],
        vec![Proposal::fork(id(0), params()).until(at(2))],
        "trial 0 is to run until 2, but has reached 3 already",
    );
    check(
        ladder(),
        vec![],
        vec![Proposal::fork(id(0), params())],
        "trial 0 is to be forked, but it is neither paused nor ended, or was given up",
    );
}

#[test]
fn a_running_trial_can_be_neither_resumed_nor_forked() {
    for (order, proposal) in [
        (Order::AsFinished, Proposal::resume(id(0))),
        (Order::AsFinished, Proposal::fork(id(0), params())),
        (proposed(2), Proposal::resume(id(0))),
        (proposed(2), Proposal::fork(id(0), params())),
    ] {
        let answers = vec![propose(start().until(at(3))), propose(proposal)];
        let mut study = scripted(ladder(), answers).order(order);
        ask(&mut study);
        assert!(
            matches!(study.ask(slots(1)), Err(AskError::Illegal(_))),
            "{order}"
        );
    }
}

#[test]
fn what_a_strategy_cannot_know_yet_is_as_illegal_as_if_it_had_not_happened() {
    // In line, whether a proposal is legal must not depend on which worker was fast.
    for proposal in [Proposal::resume(id(0)), Proposal::fork(id(0), params())] {
        let answers = vec![propose(start().until(at(3))), propose(proposal)];
        let mut study = scripted(ladder(), answers).order(proposed(8));
        ask(&mut study);
        finish(&mut study, 0, completed(1.0));
        assert!(matches!(study.ask(slots(1)), Err(AskError::Illegal(_))));
    }
}

#[test]
fn forks_begin_with_the_checkpoint_of_their_donor() {
    let fork = || propose(Proposal::fork(id(0), params()).until(at(9)));
    let mut study = scripted(ladder(), vec![propose(start().until(at(3))), fork()]);
    ask(&mut study);
    finish(&mut study, 0, completed(1.0));
    let work = ask(&mut study);
    assert_eq!(work.origin, Origin::Forked(Fork::new(id(0), Some(at(3)))));
    assert_eq!(work.until, Some(at(9)));
    study.take_facts();
    report(&mut study, 1, 3);
    assert_eq!(short(&mut study), [""; 0], "its donor has reported that");
    report(&mut study, 1, 4);
    assert_eq!(short(&mut study), ["1 at 4: 4"]);
}

#[test]
fn a_forked_trial_that_is_resumed_begins_with_its_own_checkpoint() {
    let fork = propose(Proposal::fork(id(0), params()).until(at(4)));
    let resume = propose(Proposal::resume(id(1)));
    let mut study = scripted(ladder(), vec![propose(start().until(at(3))), fork, resume]);
    for trial in [0, 1] {
        ask(&mut study);
        finish(&mut study, trial, completed(1.0));
    }
    let work = ask(&mut study);
    assert_eq!(work.origin, Origin::Resumed { at: at(4) });
}

#[test]
fn ended_trials_can_be_forked_with_fidelities_and_without() {
    for problem in [problem(), ladder()] {
        for order in [Order::AsFinished, proposed(1)] {
            let fork = |n| propose(Proposal::fork(id(n), params()));
            let answers = vec![propose(start()), fork(0), fork(1)];
            let mut study = scripted(problem.clone(), answers).order(order);
            ask(&mut study);
            finish(&mut study, 0, completed(1.0));
            assert_eq!(
                ask(&mut study).origin,
                Origin::Forked(Fork::new(id(0), None))
            );
            report(&mut study, 1, 5);
            finish(&mut study, 1, Outcome::failed(FailureKind::Lost, ""));
            assert_eq!(
                ask(&mut study).origin,
                Origin::Forked(Fork::new(id(1), Some(at(5))))
            );
        }
    }
}

#[test]
fn waiting_for_nothing_is_a_deadlock() {
    for order in [Order::AsFinished, proposed(1), proposed(8)] {
        let answers = vec![propose(start()), Asked::Wait, Asked::Wait, Asked::Wait];
        let mut study = scripted(problem(), answers).order(order);
        ask(&mut study);
        assert_eq!(study.ask(slots(1)).unwrap(), Turn::Wait, "{order}");
        finish(&mut study, 0, completed(1.0));
        let error = study.ask(slots(1)).unwrap_err();
        assert!(matches!(error, AskError::Deadlock), "{order}: {error}");
    }
}

#[test]
fn a_strategy_that_is_done_waits_for_what_is_in_flight() {
    for order in [Order::AsFinished, proposed(4)] {
        let mut study = scripted(problem(), vec![propose(start())]).order(order);
        ask(&mut study);
        assert_eq!(study.ask(slots(1)).unwrap(), Turn::Wait);
        finish(&mut study, 0, completed(1.0));
        assert_eq!(
            study.ask(slots(1)).unwrap(),
            Turn::Done(EndReason::Exhausted)
        );
        assert_eq!(
            study.ask(slots(1)).unwrap(),
            Turn::Done(EndReason::Exhausted)
        );
    }
}

#[test]
fn a_strategy_that_gives_up_ends_the_study() {
    struct Broken;
    impl Strategy for Broken {
        fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
            Err(StrategyError::new("no more ideas"))
        }
        fn tell(&mut self, _: &Fact) {}
    }
    let mut study = AskTell::new(problem(), Broken, Seed::new(0));
    let error = study.ask(slots(1)).unwrap_err();
    assert_eq!(error.to_string(), "the strategy failed: no more ideas");
}

#[test]
fn the_first_report_of_a_fidelity_counts() {
    for order in [Order::AsFinished, proposed(2)] {
        let mut study = scripted(ladder(), vec![propose(start().until(at(3)))]).order(order);
        ask(&mut study);
        let verdicts = [2, 2, 1, 3, 3, 4].map(|epoch| report(&mut study, 0, epoch));
        let (go, pause) = (Verdict::Continue, Verdict::Pause);
        assert_eq!(verdicts, [go, go, go, pause, pause, pause]);
        assert_eq!(short(&mut study)[1..], ["0 at 2: 2", "0 at 3: 3"]);
    }
}

#[test]
fn of_reports_beyond_the_end_of_a_piece_of_work_the_first_one_counts() {
    for order in [Order::AsFinished, proposed(2)] {
        let mut study = scripted(ladder(), vec![propose(start().until(at(3)))]).order(order);
        ask(&mut study);
        let verdicts = [2, 5, 6, 9].map(|epoch| report(&mut study, 0, epoch));
        let (go, pause) = (Verdict::Continue, Verdict::Pause);
        assert_eq!(verdicts, [go, pause, pause, pause]);
        finish(&mut study, 0, completed(9.0));
        assert_eq!(
            short(&mut study)[1..],
            ["0 at 2: 2", "0 at 5: 5", "0 paused at 5"]
        );
    }
}

#[test]
fn a_report_that_does_not_fit_its_work_is_warned_of() {
    let until = |until: u64| start().until(at(until));
    let answers = vec![
        propose(until(3)),
        propose(Proposal::resume(id(0)).until(at(6))),
        propose(Proposal::fork(id(0), params())),
    ];
    let mut study = scripted(ladder(), answers);
    let warnings = |study: &AskTell<_>, trial: u64| {
        let of = |epoch: u64| study.warning(id(trial), at(epoch));
        [1, 3, 4, 6, 7, 9, 10].map(of)
    };
    let repeated = |from: u64, epoch: u64| {
        Some(Warning::Repeated {
            from: at(from),
            at: at(epoch),
        })
    };
    let beyond = |until: u64, epoch: u64| {
        Some(Warning::Beyond {
            until: at(until),
            at: at(epoch),
        })
    };
    ask(&mut study);
    let new = [None, None, beyond(3, 4), beyond(3, 6), beyond(3, 7)];
    assert_eq!(warnings(&study, 0)[..5], new);
    finish(&mut study, 0, completed(1.0));
    assert_eq!(warnings(&study, 0), [None; 7], "it does not run");

    ask(&mut study);
    let resumed = [repeated(3, 1), repeated(3, 3), None, None, beyond(6, 7)];
    assert_eq!(warnings(&study, 0)[..5], resumed);
    // What an attempt before reported is no report of the checkpoint.
    report(&mut study, 0, 5);
    study.retry(id(0)).unwrap();
    assert_eq!(warnings(&study, 0)[..5], resumed);
    finish(&mut study, 0, completed(1.0));

    ask(&mut study);
    let forked = [
        repeated(6, 1),
        repeated(6, 3),
        repeated(6, 4),
        repeated(6, 6),
    ];
    assert_eq!(warnings(&study, 1)[..4], forked);
    assert_eq!(warnings(&study, 1)[4..], [None, None, beyond(9, 10)]);
}

#[test]
fn completed_work_below_the_whole_is_paused_with_its_values() {
    let check = |epochs: &[u64], outcome: Outcome, expect: &[&str]| {
        for order in [Order::AsFinished, proposed(2)] {
            let mut study = scripted(ladder(), vec![propose(start().until(at(3)))]).order(order);
            ask(&mut study);
            for epoch in epochs {
                report(&mut study, 0, *epoch);
            }
            study.take_facts();
            finish(&mut study, 0, outcome.clone());
            assert_eq!(short(&mut study), expect);
        }
    };
    check(&[], completed(0.5), &["0 at 3: 0.5", "0 paused at 3"]);
    check(&[1], completed(0.5), &["0 at 3: 0.5", "0 paused at 3"]);
    check(&[1, 3], completed(0.5), &["0 paused at 3"]);
    check(&[1, 5], completed(0.5), &["0 paused at 5"]);
    // Told to pause, it says that it was stopped: the same.
    check(&[1, 3], Outcome::Stopped, &["0 paused at 3"]);
    // Stopped by itself, or failed: it has ended.
    check(&[1, 2], Outcome::Stopped, &["0 stopped"]);
    check(&[], Outcome::Stopped, &["0 stopped"]);
    check(
        &[3],
        Outcome::failed(FailureKind::Lost, ""),
        &["0 failed: lost"],
    );
}

#[test]
fn work_until_the_whole_ends_the_trial() {
    let check = |until: Option<u64>, epochs: &[u64], outcome: Outcome, expect: &str| {
        let proposal = start().until(until.map(at));
        let mut study = scripted(ladder(), vec![propose(proposal)]);
        ask(&mut study);
        for epoch in epochs {
            report(&mut study, 0, *epoch);
        }
        study.take_facts();
        finish(&mut study, 0, outcome);
        assert_eq!(short(&mut study), [expect]);
    };
    check(Some(9), &[], completed(0.5), "0 completed: 0.5");
    check(Some(9), &[9], completed(0.5), "0 completed: 0.5");
    // The verdict at 9 was to pause: a trial that obeys it and says so has run to the end.
    check(Some(9), &[9], Outcome::Stopped, "0 completed: 9");
    check(Some(9), &[8], Outcome::Stopped, "0 stopped");
    check(None, &[9], completed(0.5), "0 completed: 0.5");
    check(None, &[9], Outcome::Stopped, "0 stopped");
    check(None, &[], completed(0.5), "0 completed: 0.5");
}

#[test]
fn what_the_pruner_stops_is_not_paused() {
    for order in [Order::AsFinished, proposed(2)] {
        for until in [3, 9] {
            let answers = vec![propose(start().until(at(until)))];
            let mut study = scripted(ladder(), answers).order(order).pruner(two());
            ask(&mut study);
            assert_eq!(report(&mut study, 0, 2), Verdict::Continue);
            assert_eq!(report(&mut study, 0, until), Verdict::Stop);
            study.take_facts();
            finish(&mut study, 0, Outcome::Stopped);
            assert_eq!(short(&mut study), ["0 stopped"]);
        }
    }
}

#[test]
fn told_to_stop_it_is_stopped_whatever_comes_back() {
    let failed = Outcome::failed(FailureKind::Error, "no memory");
    let check = |until: u64, came: &Outcome, expect: &str| {
        let answers = vec![propose(start().until(at(until)))];
        let mut study = scripted(ladder(), answers).pruner(two());
        ask(&mut study);
        let verdict = study.report(id(0), at(1), one(5.0), Metrics::default());
        assert_eq!(verdict, Ok(Verdict::Stop));
        finish(&mut study, 0, came.clone());
        assert_eq!(short(&mut study), ["0 started", "0 at 1: 5", expect]);
    };
    for until in [1, 4, 9] {
        // A loop that breaks and returns what it has, one that says so, and one that broke down.
        check(until, &completed(5.0), "0 stopped");
        check(until, &Outcome::Stopped, "0 stopped");
        check(until, &failed, "0 failed: error: no memory");
    }
}

#[test]
fn metrics_are_kept_wherever_the_work_ends() {
    let resume = propose(Proposal::resume(id(0)).until(at(9)));
    let mut study = scripted(ladder(), vec![propose(start().until(at(3))), resume]);
    ask(&mut study);
    study.report(id(0), at(3), one(1.0), metrics(1.0)).unwrap();
    study
        .finish(id(0), completed(1.0), metrics(2.0), 10)
        .unwrap();
    ask(&mut study);
    study
        .finish(id(0), completed(1.0), metrics(3.0), 20)
        .unwrap();
    let mut trials = Trials::new();
    let mut seen = Vec::new();
    for fact in study.take_facts() {
        trials.apply(0, &fact.into());
        seen.push(trials.get(id(0)).unwrap().metrics.get("cost"));
    }
    assert_eq!(seen, [None, Some(1.0), Some(2.0), Some(2.0), Some(3.0)]);
    assert_eq!(trials.get(id(0)).unwrap().took_micros, 30);
}

#[test]
fn the_wrong_number_of_values_fails_the_trial() {
    for problem in [problem(), ladder()] {
        let mut study = scripted(problem, vec![propose(start())]);
        ask(&mut study);
        study.take_facts();
        finish(
            &mut study,
            0,
            Outcome::Completed(Values::new([1.0, 2.0]).unwrap()),
        );
        assert_eq!(
            short(&mut study),
            ["0 failed: error: 2 value(s) for 1 objective(s)"]
        );
    }
}

#[test]
fn a_wrong_result_leaves_no_trace() {
    for order in [Order::AsFinished, proposed(2)] {
        let mut study = scripted(
            ladder(),
            vec![propose(start()), propose(start().until(at(3)))],
        )
        .order(order);
        study.ask(slots(1)).unwrap();
        study.ask(slots(1)).unwrap();
        finish(&mut study, 1, completed(1.0));
        study.take_facts();
        let told = study.strategy().told.len();
        let values = || one(1.0);
        // Never started, paused, ended.
        for trial in [7, 1] {
            let trial = id(trial);
            let gone = Err(TellError::NotRunning { trial });
            assert_eq!(
                study.report(trial, at(5), values(), metrics(1.0)),
                gone.clone().map(|()| Verdict::Continue)
            );
            assert_eq!(study.finish(trial, completed(1.0), metrics(1.0), 0), gone);
            assert_eq!(study.retry(trial), Err(TellError::NotRunning { trial }));
        }
        let two = Values::new([1.0, 2.0]).unwrap();
        let count = TellError::Count {
            found: 2,
            expected: 1,
        };
        assert_eq!(study.report(id(0), at(1), two, metrics(1.0)), Err(count));
        assert_eq!(study.take_facts(), []);
        assert_eq!(study.strategy().told.len(), told);
        assert_eq!(study.in_flight().len(), 1);
        finish(&mut study, 0, completed(1.0));
        let error = study
            .finish(id(0), completed(1.0), Metrics::default(), 0)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "trial 0 is not running: it was never started, is paused, or has ended"
        );
    }
}
