//! Trials that were evaluated elsewhere: kept, counted and known as any others, and decided upon alike wherever the study dies.

use std::num::NonZeroUsize;

use crate::support::{Climber, Seen, decisions, space, trials};
use tuning_core::{
    AddedTrial, EndReason, FailureKind, Order, Outcome, Tag, TellError, TrialId, Turn, Values,
};
use tuning_runtime::{
    Delivery, MemoryJournal, Study, StudyBuilder, StudyError, Summary, asynchronous,
    sim::FaultyJournal,
};

fn study(journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("added", space())
        .minimize("loss")
        .strategy(Climber)
        .order(Order::AS_PROPOSED)
        .trials(12)
        .journal(journal.clone())
}

/// Results of an earlier study, far from where the search begins.
fn known() -> Vec<AddedTrial> {
    let at = |x: f64| {
        space().params([("x", x.into()), ("kind", "b".into())] as [(_, tuning_core::Literal); 2])
    };
    let completed = |x: f64| {
        let loss = Values::one((x - 1.3).powi(2)).unwrap();
        AddedTrial::new(at(x).unwrap(), Outcome::Completed(loss)).note("2019")
    };
    let failed = Outcome::failed(FailureKind::Error, "no data");
    vec![
        completed(1.5),
        completed(-1.0),
        AddedTrial::new(at(0.0).unwrap(), failed),
    ]
}

async fn run(study: &mut Study) -> Result<Summary, StudyError> {
    study
        .run(asynchronous(|trial| async move {
            let x = trial.params().float("x")?;
            Ok::<_, tuning_core::ParamsError>((x - 1.3).powi(2))
        }))
        .await
}

#[tokio::test]
async fn known_results_are_trials_like_any_others_and_use_up_no_budget() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal).open().await.unwrap();
    assert_eq!(open.add([]).await.unwrap(), []);
    assert_eq!(journal.entries().len(), 1, "adding nothing is no session");
    let added = open.add(known()).await.unwrap();
    assert_eq!(added, [0, 1, 2].map(TrialId::new));
    assert_eq!(open.progress().best().unwrap().trial, TrialId::new(0));
    assert_eq!(open.finished(), None);
    let summary = run(&mut open).await.unwrap();
    assert_eq!((summary.reason, summary.session), (EndReason::Trials, 2));
    let counts = summary.counts;
    assert_eq!(
        (counts.started, counts.added, counts.completed),
        (15, 3, 14)
    );
    let trials = trials(&journal);
    assert_eq!(trials[0].tag, Tag::new(Tag::ADDED, "2019"));
    assert_eq!(
        trials[2].failure.as_ref().unwrap().reason.as_ref(),
        "no data"
    );
    // The search begins where they were good, not in the middle of the space.
    let first = trials[3].params.float("x").unwrap();
    assert!((first - 1.5).abs() <= 1.2, "{first}");

    // A finished study takes more, and stays finished.
    open.add(known()).await.unwrap();
    let summary = run(&mut open).await.unwrap();
    assert_eq!(
        (summary.reason, summary.counts.started),
        (EndReason::Trials, 18)
    );
}

#[tokio::test]
async fn a_study_with_known_results_resumes_as_one_that_never_stopped() {
    let whole = MemoryJournal::new();
    let mut open = study(&whole).workers(8).open().await.unwrap();
    open.add(known()).await.unwrap();
    let begun = whole.entries().len();
    run(&mut open).await.unwrap();
    let (expect, entries) = (decisions(&whole), whole.entries().len());
    assert_eq!(expect.len(), 15);
    for workers in [1, 3] {
        for cut in (begun..=entries).step_by(5).chain([0, 1]) {
            let left = whole.prefix(cut);
            let mut open = study(&left).workers(workers).open().await.unwrap();
            if open.progress().counts().added == 0 {
                open.add(known()).await.unwrap();
            }
            run(&mut open).await.unwrap();
            assert_eq!(decisions(&left), expect, "cut at {cut}, {workers} workers");
        }
    }
}

#[tokio::test]
async fn all_are_added_or_none() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal).open().await.unwrap();
    let two = AddedTrial::new(
        known()[0].params.clone(),
        Outcome::Completed(Values::new([1.0, 2.0]).unwrap()),
    );
    let refused = open
        .add(known().into_iter().chain([two]))
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            StudyError::Tell(TellError::Add {
                number: 4,
                of: 4,
                ..
            })
        ),
        "{refused}"
    );
    assert_eq!(
        (journal.entries().len(), open.progress().counts().started),
        (1, 0)
    );
    // Nothing has changed: the study continues.
    assert_eq!(run(&mut open).await.unwrap().counts.completed, 12);

    let journal = MemoryJournal::new();
    let failing = FaultyJournal::after(1, journal.clone());
    let mut open = study(&MemoryJournal::new())
        .journal(failing)
        .open()
        .await
        .unwrap();
    let error = open.add(known()).await.unwrap_err();
    assert!(matches!(error, StudyError::Journal(_)), "{error}");
    assert_eq!(journal.entries().len(), 1);
    let error = run(&mut open).await.unwrap_err();
    assert!(matches!(error, StudyError::Abandoned), "{error}");
}

#[tokio::test]
async fn observers_of_the_first_run_see_that_run() {
    let (journal, seen, all) = (MemoryJournal::new(), Seen::default(), Seen::default());
    let observed = study(&journal).observe(seen.clone(), Delivery::lossless());
    let mut open = observed
        .observe(all.clone(), Delivery::Durable)
        .open()
        .await
        .unwrap();
    open.add(known()).await.unwrap();
    let before = journal.entries().len() as u64;
    run(&mut open).await.unwrap();
    let entries = journal.entries().len() as u64;
    assert_eq!(seen.numbers(), (before + 1..=entries).collect::<Vec<_>>());
    assert_eq!(all.numbers(), (1..=entries).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_manual_session_adds_while_trials_are_in_flight() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal).open().await.unwrap();
    let mut session = open.manual().await.unwrap();
    let Turn::Work(work) = session.ask(NonZeroUsize::MIN).await.unwrap() else {
        panic!("it has proposed nothing");
    };
    let added = session.add(known()).await.unwrap();
    assert_eq!(added, [1, 2, 3].map(TrialId::new));
    assert_eq!((session.in_flight(), work[0].trial), (1, TrialId::new(0)));
    let bad = AddedTrial::new(
        work[0].params.clone(),
        Outcome::Completed(Values::new([]).unwrap()),
    );
    let refused = session.add([bad]).await.unwrap_err();
    assert!(matches!(refused, StudyError::Tell(_)), "{refused}");
    session.close().await.unwrap();
    let mut again = study(&journal).open().await.unwrap();
    assert_eq!(run(&mut again).await.unwrap().counts.completed, 14);
}
