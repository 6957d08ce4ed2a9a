//! Replaying a log restores the machine: at every place of the log, in both orders.

use tuning_core::*;

use crate::support::*;

fn sensitive(order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem(), Sensitive::new(), Seed::new(5)).order(order)
}

fn rungs(order: Order) -> AskTell<Rungs> {
    let problem = ladder().budget(Budget::trials(12));
    AskTell::new(problem, Rungs::new(12, true), Seed::new(5))
        .order(order)
        .pruner(mean())
}

#[test]
fn one_by_one_every_prefix_goes_on_to_the_same_log() {
    for order in [Order::AsFinished, proposed(1), proposed(3)] {
        let whole = drive(&mut rungs(order), 1, 0, usize::MAX);
        for cut in 0..=whole.0.len() {
            let mut study = replayed(rungs(order), &whole.0[..cut]);
            let (rest, reason) = drive(&mut study, 1, 0, usize::MAX);
            let facts = [&whole.0[..cut], &rest].concat();
            assert_eq!(
                (&facts, reason),
                (&whole.0, whole.1),
                "{order}, cut at {cut}"
            );
        }
    }
}

#[test]
fn in_parallel_every_prefix_goes_on_to_the_same_decisions() {
    for (lag, workers) in [(3, 3), (8, 8), (8, 2)] {
        let order = proposed(lag);
        let (whole, reason) = drive(&mut rungs(order), workers, 4, usize::MAX);
        for cut in 0..=whole.len() {
            let mut study = replayed(rungs(order), &whole[..cut]);
            let (rest, again) = drive(&mut study, workers, 9, usize::MAX);
            let facts = [&whole[..cut], &rest].concat();
            assert_eq!(sorted(&facts), sorted(&whole), "lag {lag}, cut at {cut}");
            assert_eq!(again, reason);
        }
    }
}

#[test]
fn a_replayed_strategy_was_told_the_same_in_the_same_order() {
    for order in [Order::AsFinished, proposed(3), proposed(8)] {
        for cut in 0..60 {
            let mut study = sensitive(order);
            let (facts, _) = drive(&mut study, 8, 4, cut);
            let again = replayed(sensitive(order), &facts);
            let (live, told) = (&study.strategy().told, &again.strategy().told);
            // What the live one was told after its last proposal, the other is told when it is asked.
            assert_eq!(live[..told.len()], told[..], "{order}, cut at {cut}");
            if order == Order::AsFinished {
                assert_eq!(told.len(), facts.len());
            }
            assert_eq!(again.in_flight(), study.in_flight());
            assert_eq!(
                (again.running(), again.started()),
                (study.running(), study.started())
            );
        }
    }
}

#[test]
fn work_in_flight_comes_back_in_the_order_of_its_proposals() {
    for order in [Order::AsFinished, proposed(4)] {
        // Trial 0 pauses and is resumed after trial 1 was started.
        let script = || {
            Script::new(|_, told| {
                Asked::Propose(vec![match told.len() {
                    0 => start().until(at(1)),
                    3 => start(),
                    _ => Proposal::resume(id(0)),
                }])
            })
        };
        let mut study = AskTell::new(ladder(), script(), Seed::new(0)).order(proposed(1));
        ask(&mut study);
        study
            .finish(id(0), completed(1.0), Metrics::default(), 0)
            .unwrap();
        let mut facts = study.take_entries(0);
        // By hand, so that both orders have the same log: what was proposed knew the first work.
        let started = Entry::from(Started::new(id(1), params()));
        let resumed = Entry::from(Resumed::new(id(0), None));
        let known = u64::from(order != Order::AsFinished);
        facts.extend([started.known(known), resumed.known(known)]);
        let study = replayed(
            AskTell::new(ladder(), script(), Seed::new(0)).order(order),
            &facts,
        );
        let trials: Vec<_> = study.in_flight().iter().map(|work| work.trial).collect();
        assert_eq!(trials, [id(1), id(0)], "{order}");
        assert_eq!(study.in_flight()[1].origin, Origin::Resumed { at: at(1) });
    }
}

#[test]
fn a_trial_that_is_evaluated_again_reports_nothing_twice() {
    let mut study = sensitive(Order::AsFinished);
    let work = ask(&mut study);
    for epoch in 1..=2 {
        study
            .report(work.trial, at(epoch), one(0.5), Metrics::default())
            .unwrap();
    }
    let facts = study.take_facts();
    let mut study = replayed(sensitive(Order::AsFinished), &facts);
    assert_eq!(study.in_flight(), std::slice::from_ref(&work));
    evaluate(&mut study, &work);
    let reports: Vec<_> = study
        .take_facts()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Reported(reported) => Some(reported.at),
            _ => None,
        })
        .collect();
    assert_eq!(reports, [at(3)]);
}

#[test]
fn attempts_are_restored_by_the_log() {
    let mut study = sensitive(Order::AsFinished);
    let work = ask(&mut study);
    let facts = study.take_facts();
    let mut study = replayed(sensitive(Order::AsFinished), &facts);
    let failure = Failure::new(FailureKind::Lost, "gone");
    study
        .replay(Entry::new(
            0,
            EventKind::Retried(Retried::new(work.trial, 2, failure, 0)),
        ))
        .unwrap();
    assert_eq!(study.in_flight()[0].attempt, 2);
    assert_eq!(study.retry(work.trial).unwrap().attempt, 3);
}

#[test]
fn a_paused_trial_that_was_ended_stays_ended_and_is_told_at_the_same_place() {
    for order in [Order::AsFinished, proposed(4)] {
        let until = |n| Started::new(id(n), params()).until(at(1));
        let ended = |n| Ended::new(id(n), Outcome::failed(FailureKind::Cancelled, ""));
        let log: Vec<Fact> = vec![
            until(0).into(),
            until(1).into(),
            Reported::new(id(0), at(1), one(0.5)).into(),
            Paused::new(id(0), at(1), one(0.5)).into(),
            ended(0).into(),
            Reported::new(id(1), at(1), one(0.5)).into(),
            Paused::new(id(1), at(1), one(0.5)).into(),
        ];
        let script = || Script::new(|_, _| Asked::Propose(vec![Proposal::resume(id(0))]));
        let study = || AskTell::new(ladder(), script(), Seed::new(0)).order(order);
        let mut study = replayed(study(), &log);
        let place = study
            .strategy()
            .told
            .iter()
            .position(|fact| matches!(fact, Fact::Ended(_)));
        assert_eq!(place, Some(4), "{order}");
        let error = study.ask(slots(1)).unwrap_err();
        assert!(
            matches!(error, AskError::Illegal(IllegalProposal::NotPaused { .. })),
            "{order}"
        );
    }
}

#[test]
fn logs_that_contradict_themselves_are_refused() {
    let new = |n: u64| Fact::from(Started::new(id(n), params()));
    let until = |n: u64| Fact::from(Started::new(id(n), params()).until(at(3)));
    let report = |n: u64, epoch| Fact::from(Reported::new(id(n), at(epoch), one(0.5)));
    let pause = |n: u64, epoch| Fact::from(Paused::new(id(n), at(epoch), one(0.5)));
    let end = |n: u64| Fact::from(Ended::new(id(n), completed(0.5)));
    let resume = |n: u64, epoch: u64| Fact::from(Resumed::new(id(n), at(epoch)));
    let two = Values::new([1.0, 2.0]).unwrap();
    let fork = |n: u64, donor: u64| {
        let mut started = Started::new(id(n), params());
        started.fork = Some(Fork::new(id(donor), None));
        Fact::from(started)
    };
    let check = |log: &[Fact], last: Fact, expect: &str| {
        let study = || AskTell::new(ladder(), Sensitive::new(), Seed::new(0));
        let mut study = replayed(study(), log);
        let told = study.strategy().told.len();
        let error = study.replay(last.clone().into()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("trial {}: {expect}", last.trial().unwrap())
        );
        assert_eq!(
            study.strategy().told.len(),
            told,
            "a refused fact is not told"
        );
    };
    check(&[], new(1), "it was started out of turn");
    check(&[new(0)], new(0), "it was started out of turn");
    check(&[], report(0, 1), "it reported while it was not running");
    check(
        &[new(0), end(0)],
        report(0, 1),
        "it reported while it was not running",
    );
    check(
        &[new(0), report(0, 2)],
        report(0, 2),
        "it reported at a fidelity no higher than before",
    );
    check(&[], pause(0, 1), "it paused while it was not running");
    check(
        &[new(0), end(0)],
        end(0),
        "it ended twice, or before it was started",
    );
    check(&[], end(0), "it ended twice, or before it was started");
    check(&[new(0)], resume(0, 9), "it was resumed without a pause");
    check(
        &[until(0), report(0, 3), pause(0, 3)],
        resume(0, 3),
        "it was resumed, but not to a higher fidelity",
    );
    check(
        &[new(0)],
        fork(1, 0),
        "it was forked from a trial that had no checkpoint",
    );
    check(
        &[new(0)],
        fork(1, 7),
        "it was forked from a trial that had no checkpoint",
    );
    check(
        &[new(0)],
        Reported::new(id(0), at(1), two.clone()).into(),
        "it does not have one value for each objective",
    );
    check(
        &[new(0)],
        Ended::new(id(0), Outcome::Completed(two)).into(),
        "it does not have one value for each objective",
    );
    let elsewhere = Space::new([Parameter::int("m", 0, 1)]).unwrap();
    let foreign = Started::new(id(0), elsewhere.decode(&[0.0]).unwrap());
    check(&[], foreign.into(), "there is no parameter `m`");
}

#[test]
fn a_log_cannot_know_what_comes_later() {
    let early = Entry::from(Started::new(id(1), params())).known(1);
    let mut study = replayed(
        sensitive(proposed(2)),
        &[Fact::from(Started::new(id(0), params()))],
    );
    let error = study.replay(early.clone()).unwrap_err();
    assert!(
        error.to_string().contains("from results that come later"),
        "{error}"
    );
    study
        .replay(Ended::new(id(0), completed(1.0)).into())
        .unwrap();
    study.replay(early).unwrap();
}

#[test]
fn parameters_of_a_log_are_put_back_into_the_space() {
    let detached: Params = serde_json::from_str(r#"{"n":3,"x":1}"#).unwrap();
    let study = sensitive(Order::AsFinished);
    let study = replayed(study, &[Fact::from(Started::new(id(0), detached))]);
    let params = &study.in_flight()[0].params;
    assert_eq!(params.to_string(), "x=1 n=3");
    assert_eq!(params.space(), &study.problem().space);
}

#[test]
fn sessions_and_their_ends_are_no_facts() {
    let mut study = sensitive(Order::AsFinished);
    let spec = StudySpec::new(space(), study.problem().objectives.clone(), Spec::new("x"));
    let opened = Opened::new(1, Budget::default(), 1);
    let closed = Closed::new(EndReason::Stopped, Counts::default(), None);
    for kind in [
        EventKind::Created(Box::new(spec)),
        EventKind::Opened(Box::new(opened)),
        EventKind::Closed(Box::new(closed)),
    ] {
        study.replay(Entry::new(0, kind)).unwrap();
    }
    assert!(study.strategy().told.is_empty());
}

#[test]
fn a_start_may_be_missing_only_where_an_entry_is() {
    let new = |n: u64| Entry::from(Started::new(id(n), params()));
    let missing = |trial: Option<u64>| {
        Entry::new(0, EventKind::Missing(Missing::new(trial.map(TrialId::new))))
    };
    // The last entry, and whether it fits.
    let check = |log: &[Entry], fits: bool| {
        let mut study = AskTell::new(ladder(), Sensitive::new(), Seed::new(0));
        let (last, before) = log.split_last().unwrap();
        for entry in before {
            study.replay(entry.clone()).unwrap();
        }
        assert_eq!(study.replay(last.clone()).is_ok(), fits, "{log:?}");
        study.started()
    };
    check(&[new(1)], false);
    check(&[missing(None), new(1)], true);
    check(&[missing(None), new(0)], true);
    check(&[missing(None), new(2)], false);
    check(&[missing(Some(0)), new(0)], false);
    check(&[missing(Some(0)), new(1)], true);
    check(&[missing(Some(0)), new(2)], false);
    // What is missing of a trial that was started is no start.
    check(&[new(0), missing(Some(0)), new(2)], false);
    // What was missing before a start was none behind it.
    check(&[missing(None), new(0), new(2)], false);
    check(&[missing(Some(1))], false);
    check(&[missing(Some(u64::MAX))], false);
    // The number of a lost trial is not used again.
    assert_eq!(check(&[new(0), missing(Some(1))], true), 2);
    assert_eq!(
        check(&[missing(None), missing(None), missing(Some(2))], true),
        3
    );
}
