//! Known results that are added, and trials that are cancelled: facts like any other, in both orders.

use tuning_core::*;

use crate::support::*;

fn sensitive(order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem(), Sensitive::new(), Seed::new(5)).order(order)
}

fn known(value: f64) -> AddedTrial {
    AddedTrial::new(params(), completed(value))
}

fn add(study: &mut AskTell<Sensitive>, value: f64) -> TrialId {
    study.add([known(value)]).unwrap()[0]
}

#[test]
fn a_known_result_is_a_trial_that_has_ended() {
    for order in [Order::AsFinished, proposed(3)] {
        let mut study = sensitive(order);
        let work = ask(&mut study);
        assert_eq!(add(&mut study, 0.25), id(1));
        let facts = study.take_facts();
        let expect: [Fact; 3] = [
            Started::new(id(0), work.params.clone()).into(),
            Started::new(id(1), params())
                .tag(Tag::new(Tag::ADDED, ""))
                .into(),
            Ended::new(id(1), completed(0.25)).into(),
        ];
        assert_eq!(facts, expect);
        assert_eq!((study.started(), study.running()), (2, 1));
        assert_eq!(
            ask(&mut study).trial,
            id(2),
            "the numbers continue after it"
        );
    }
}

#[test]
fn it_is_told_when_it_is_its_turn() {
    let mut study = sensitive(proposed(2));
    let work = ask(&mut study);
    add(&mut study, 0.25);
    let ended = |study: &AskTell<Sensitive>| {
        let ends = study.strategy().told.iter();
        ends.filter(|fact| matches!(fact, Fact::Ended(_))).count()
    };
    assert_eq!(study.ask(slots(1)).unwrap(), Turn::Wait, "for trial 0");
    assert_eq!(ended(&study), 0);
    evaluate(&mut study, &work);
    ask(&mut study);
    assert_eq!(ended(&study), 1);
    ask(&mut study);
    assert_eq!(ended(&study), 2);
}

#[test]
fn what_is_added_while_nothing_is_in_flight_is_known_at_once() {
    let mut study = sensitive(proposed(8));
    study.add([known(0.25), known(0.5), known(0.75)]).unwrap();
    let told = study.strategy().told.len();
    assert_eq!(told, 6, "whatever the lag, three began and three ended");
}

#[test]
fn it_uses_up_no_budget_unless_all_trials_count() {
    let turn = |budget: Budget, added: &[AddedTrial]| {
        let mut study = AskTell::new(problem().budget(budget), Sensitive::new(), Seed::new(1));
        study.add(added.to_vec()).unwrap();
        study.ask(slots(1)).unwrap()
    };
    let check = |budget: Budget, expect: Option<EndReason>| {
        let counted = budget.of;
        let mut metrics = Metrics::default();
        metrics.set("usd", 5.0);
        let failed = Outcome::failed(FailureKind::Error, "");
        let mut added = vec![known(0.5).metrics(metrics), known(0.75)];
        added.extend((0..9).map(|_| AddedTrial::new(params(), failed.clone())));
        match (turn(budget, &added), expect) {
            (Turn::Done(reason), Some(expect)) => assert_eq!(reason, expect),
            (turn, None) => assert!(matches!(turn, Turn::Work(_)), "{counted:?}: {turn:?}"),
            (turn, Some(expect)) => panic!("{turn:?} instead of {expect:?}"),
        }
    };
    for counted in [Counted::Started, Counted::Completed] {
        check(Budget::trials(1).of(counted), None);
    }
    check(Budget::trials(12).of(Counted::All), None);
    check(Budget::trials(11).of(Counted::All), Some(EndReason::Trials));
    check(Budget::trials(1).no_improvement(1), None);
    check(Budget::trials(1).cost("usd", 1.0), None);
    check(Budget::trials(1).failures(FailureLimit::InARow(3)), None);
    check(Budget::trials(9).target(0.4), None);
    check(Budget::trials(9).target(0.5), Some(EndReason::Target));
}

#[test]
fn the_limit_of_trials_that_a_strategy_is_told_is_on_top_of_what_was_added() {
    for (counted, expect) in [
        (Counted::Started, 7),
        (Counted::Completed, 7),
        (Counted::All, 5),
    ] {
        let budget = Budget::trials(5).of(counted);
        let mut study = AskTell::new(problem().budget(budget), Sensitive::new(), Seed::new(1));
        study.add([known(0.25), known(0.5)]).unwrap();
        study.ask(slots(1)).unwrap();
        let limits = study.strategy().told.iter().filter_map(|fact| match fact {
            Fact::Budgeted(budgeted) => budgeted.trials,
            _ => None,
        });
        assert_eq!(limits.collect::<Vec<_>>(), [expect], "{counted:?}");
    }
}

#[test]
fn what_was_added_is_counted_apart() {
    let mut study = sensitive(Order::AsFinished);
    let failed = AddedTrial::new(params(), Outcome::failed(FailureKind::Error, ""));
    study.add([known(0.25), failed]).unwrap();
    ask(&mut study);
    let mut progress = Progress::new(study.problem().objectives.clone());
    for entry in study.take_entries(0) {
        progress.apply(0, &entry.kind);
    }
    let counts = progress.counts();
    assert_eq!(
        (counts.started, counts.added, counts.added_completed),
        (3, 2, 1)
    );
    let left = |counted| Budget::trials(9).of(counted).trials_left(&counts);
    assert_eq!(left(Counted::Started), Some(8));
    assert_eq!(left(Counted::Completed), Some(8), "one may still complete");
    assert_eq!(left(Counted::All), Some(6));
}

#[test]
fn what_cannot_be_added_leaves_no_trace() {
    let mut study = sensitive(Order::AsFinished);
    let two = AddedTrial::new(
        params(),
        Outcome::Completed(Values::new([1.0, 2.0]).unwrap()),
    );
    let error = study.add([known(0.5), two]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "nothing was added: number 2 of 2: 2 value(s) for 1 objective(s)"
    );
    let other = Space::new([Parameter::float("y", 0.0, 1.0)]).unwrap();
    let point = other.decode(&[0.5]).unwrap();
    let error = study.add([AddedTrial::new(point, completed(1.0))]);
    let text = error.unwrap_err().to_string();
    assert!(
        text.contains("number 1 of 1: parameters outside the space: "),
        "{text}"
    );
    assert_eq!((study.started(), study.take_facts()), (0, vec![]));
    assert_eq!(study.strategy().told, []);
}

#[test]
fn a_study_with_known_results_and_cancelled_trials_is_replayed_from_every_place() {
    for order in [Order::AsFinished, proposed(3)] {
        let rungs = || {
            let problem = ladder().budget(Budget::trials(12));
            AskTell::new(problem, Rungs::new(12, true), Seed::new(1)).order(order)
        };
        let mut study = rungs();
        let mut log = drive(&mut study, 3, 1, 8).0;
        study.add([known(0.1), known(0.2)]).unwrap();
        log.extend(drive(&mut study, 3, 2, 16).0);
        let open = (0..study.started()).map(id);
        let cancelled: Vec<_> = open
            .filter(|trial| study.cancel(*trial, "enough").is_ok())
            .collect();
        assert!(cancelled.len() > 1, "{order}: {cancelled:?}");
        log.extend(drive(&mut study, 3, 3, usize::MAX).0);
        let told = |study: &AskTell<Rungs>| study.strategy().told().to_vec();
        for cut in 0..=log.len() {
            let again = replayed(rungs(), &log[..cut]);
            let place = told(&again).len();
            assert_eq!(told(&again), told(&study)[..place], "{order}, cut at {cut}");
        }
    }
}

#[test]
fn running_and_paused_trials_can_be_cancelled_and_others_cannot() {
    for order in [Order::AsFinished, proposed(4)] {
        let script = Script::new(|ask, _| {
            Asked::Propose(vec![match ask.trial(0).get() {
                0 => start().until(at(1)),
                1 | 2 => start(),
                _ => Proposal::resume(id(0)).until(at(3)),
            }])
        });
        let mut study = AskTell::new(ladder(), script, Seed::new(0)).order(order);
        for trial in [0, 1, 2] {
            assert_eq!(ask(&mut study).trial, id(trial));
        }
        let finish = |study: &mut AskTell<_>, trial| {
            study.finish(trial, completed(0.5), Metrics::default(), 0)
        };
        finish(&mut study, id(0)).unwrap();
        finish(&mut study, id(1)).unwrap();
        study.take_facts();

        for trial in [id(0), id(2)] {
            study.cancel(trial, "cancelled by request").unwrap();
            let failed = Outcome::failed(FailureKind::Cancelled, "cancelled by request");
            assert_eq!(study.take_facts(), [Ended::new(trial, failed).into()]);
            let gone = TellError::NotOpen { trial };
            assert_eq!(study.cancel(trial, "twice"), Err(gone));
            let late = TellError::NotRunning { trial };
            assert_eq!(finish(&mut study, trial), Err(late));
        }
        assert_eq!(study.running(), 0);
        for trial in [id(1), id(7)] {
            let error = study.cancel(trial, "").unwrap_err();
            let expect = "is not open: it was never started, or has ended";
            assert_eq!(error.to_string(), format!("trial {trial} {expect}"));
        }
        assert_eq!(study.take_facts(), []);
        let error = study.ask(slots(1)).unwrap_err();
        assert!(
            matches!(error, AskError::Illegal(IllegalProposal::NotPaused { .. })),
            "{order}: {error}"
        );
    }
}
