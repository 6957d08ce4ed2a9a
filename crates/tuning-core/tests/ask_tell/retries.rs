//! Work that is tried again.

use tuning_core::*;

use crate::support::*;

#[test]
fn retries_are_the_same_work_with_another_number() {
    let resume = propose(Proposal::resume(id(0)).until(at(9)));
    let mut study = scripted(ladder(), vec![propose(start().until(at(3))), resume]);
    let first = ask(&mut study);
    report(&mut study, 0, 1);
    let again = study.retry(id(0)).unwrap();
    assert_eq!(again, {
        let mut work = first.clone();
        work.attempt = 1;
        work
    });
    assert_eq!(study.retry(id(0)).unwrap().attempt, 2);
    finish(&mut study, 0, completed(1.0));
    // The next piece of work counts anew and begins where the trial was paused.
    let resumed = ask(&mut study);
    assert_eq!(
        (resumed.attempt, resumed.origin.at(), resumed.until),
        (0, Some(at(3)), Some(at(9)))
    );
    report(&mut study, 0, 5);
    let again = study.retry(id(0)).unwrap();
    assert_eq!((again.attempt, again.origin.at()), (1, Some(at(3))));
    assert_eq!(again.seed, first.seed);
    assert_eq!(study.in_flight(), [again]);
    study.take_facts();
    assert_eq!(report(&mut study, 0, 4), Verdict::Continue);
    assert_eq!(short(&mut study), [""; 0], "it has reported 5 before");
}

#[test]
fn a_stop_outlives_a_retry_and_a_restart() {
    let answers = || vec![propose(start().until(at(4)))];
    let mut study = scripted(ladder(), answers()).pruner(two());
    ask(&mut study);
    assert_eq!(
        study.report(id(0), at(1), one(5.0), Metrics::default()),
        Ok(Verdict::Stop)
    );
    let mut going = scripted(ladder(), answers()).pruner(two());
    for fact in study.take_facts() {
        going.replay(fact.into()).unwrap();
    }
    for mut study in [study, going] {
        study.retry(id(0)).unwrap();
        assert_eq!(
            study.report(id(0), at(4), one(1.0), Metrics::default()),
            Ok(Verdict::Stop)
        );
        study.take_facts();
        finish(&mut study, 0, completed(1.0));
        assert_eq!(short(&mut study), ["0 stopped"]);
    }
}

#[test]
fn work_has_the_seed_of_its_trial_in_every_attempt() {
    let seeds = |order, workers| {
        let mut study = AskTell::new(problem(), Sensitive::new(), Seed::new(1)).order(order);
        let Turn::Work(work) = study.ask(slots(workers)).unwrap() else {
            panic!()
        };
        work.iter().map(|work| work.seed).collect::<Vec<_>>()
    };
    let five = seeds(Order::AsFinished, 5);
    assert_eq!(seeds(proposed(8), 5), five);
    assert_eq!(seeds(Order::AsFinished, 2), five[..2]);
    let distinct: std::collections::BTreeSet<_> = five.iter().collect();
    assert_eq!(distinct.len(), 5);
}
