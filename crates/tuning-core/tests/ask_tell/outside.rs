//! Known results that are added, and trials that are cancelled: facts like any other, in both orders.

use tuning_core::*;

use crate::support::*;

fn sensitive(order: Order) -> AskTell<Sensitive> {
    AskTell::new(problem(), Sensitive::new(), Seed::new(5)).order(order)
}

fn add(study: &mut AskTell<Sensitive>, value: f64) -> TrialId {
    study
        .add(&params(), completed(value), Metrics::default(), Tag::NONE)
        .unwrap()
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
            Started::new(id(1), params()).into(),
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
fn it_counts_against_the_budget_and_towards_its_target() {
    let budget = |budget: Budget| {
        let mut study = AskTell::new(problem().budget(budget), Sensitive::new(), Seed::new(1));
        add(&mut study, 0.25);
        study.ask(slots(1)).unwrap()
    };
    assert_eq!(budget(Budget::trials(1)), Turn::Done(EndReason::Trials));
    assert_eq!(
        budget(Budget::trials(9).target(0.25)),
        Turn::Done(EndReason::Target)
    );
    assert!(matches!(budget(Budget::trials(2)), Turn::Work(_)));
}

#[test]
fn what_cannot_be_added_leaves_no_trace() {
    let mut study = sensitive(Order::AsFinished);
    let (none, metrics) = (Tag::NONE, Metrics::default());
    let two = Outcome::Completed(Values::new([1.0, 2.0]).unwrap());
    let error = study.add(&params(), two, metrics.clone(), none.clone());
    assert_eq!(
        error.unwrap_err().to_string(),
        "2 value(s) for 1 objective(s)"
    );
    let other = Space::new([Parameter::float("y", 0.0, 1.0)]).unwrap();
    let point = other.decode(&[0.5]).unwrap();
    let error = study.add(&point, completed(1.0), metrics, none);
    let text = error.unwrap_err().to_string();
    assert!(text.starts_with("parameters outside the space: "), "{text}");
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
        let known = study.add(&params(), completed(0.1), Metrics::default(), Tag::NONE);
        known.unwrap();
        log.extend(drive(&mut study, 3, 2, 16).0);
        let open = (0..study.started()).map(id);
        let cancelled: Vec<_> = open
            .filter(|trial| study.cancel(*trial, "enough").is_ok())
            .collect();
        assert!(cancelled.len() > 2, "{order}: {cancelled:?}");
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
