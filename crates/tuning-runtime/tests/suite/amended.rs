//! Studies whose space is amended: what becomes of the trials so far, and that it makes no difference where the study dies.

use std::num::NonZeroUsize;

use crate::support::{Climber, decisions, trials};
use tuning_core::{
    EndReason, EventKind, FailureKind, Literal, Order, Parameter, Space, TrialState, Turn,
};
use tuning_runtime::{MemoryJournal, Study, StudyBuilder, StudyError, Summary, asynchronous};

fn old() -> Space {
    Space::new([
        Parameter::float("x", -2.0, 2.0),
        Parameter::categorical("kind", ["a", "b"]),
    ])
    .unwrap()
}

/// A wider range, a choice less, and a parameter more.
fn new() -> Space {
    Space::new([
        Parameter::float("x", -2.0, 4.0),
        Parameter::categorical("kind", ["b", "c"]),
        Parameter::float("y", 0.0, 1.0),
    ])
    .unwrap()
}

fn study(journal: &MemoryJournal, space: Space) -> StudyBuilder {
    Study::builder("amended", space)
        .minimize("loss")
        .strategy(Climber)
        .order(Order::AS_PROPOSED)
        .journal(journal.clone())
        .default_of("y", 0.25)
}

async fn run(study: StudyBuilder) -> Result<Summary, StudyError> {
    let mut study = study.open().await?;
    study
        .run(asynchronous(|trial| async move {
            let x = trial.params().float("x")?;
            let y = trial.params().float("y").unwrap_or(0.25);
            Ok::<_, tuning_core::ParamsError>((x - 3.0).powi(2) + y)
        }))
        .await
}

/// Ten trials in the old space.
async fn begun() -> MemoryJournal {
    let journal = MemoryJournal::new();
    run(study(&journal, old()).trials(10).workers(1))
        .await
        .unwrap();
    journal
}

#[tokio::test]
async fn another_space_is_refused_with_the_difference_and_the_remedy() {
    let journal = begun().await;
    let error = run(study(&journal, new())).await.unwrap_err().to_string();
    for part in [
        "parameter `x`: float -2 to 2 became float -2 to 4",
        "parameter `y` was added",
        "take the new space for the rest of the study with `tune run --amend` (in Rust, `.amend()`)",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    // Nothing else can be amended.
    let error = run(study(&journal, new()).seed(9).amend())
        .await
        .unwrap_err();
    assert!(
        matches!(
            &error,
            StudyError::Differs {
                is_amendable: false,
                ..
            }
        ),
        "{error}"
    );
    assert!(!error.to_string().contains("--amend"), "{error}");
    assert_eq!(journal.entries().len(), begun().await.entries().len());
}

#[tokio::test]
async fn the_trials_so_far_stay_where_they_fit() {
    let journal = begun().await;
    let open = study(&journal, new())
        .trials(20)
        .amend()
        .open()
        .await
        .unwrap();
    let before = trials(&journal);
    let fit = before
        .iter()
        .filter(|trial| trial.params.get("kind") == Some("b".into()));
    let fit = fit.count() as u64;
    assert!(fit > 0 && fit < 10, "{fit}");
    let (amended, outside) = open.amended().unwrap();
    assert_eq!((amended.space.clone(), outside), (new(), 10 - fit));
    assert_eq!(open.finished(), None);
    assert_eq!(
        trials(&journal),
        before,
        "nothing has changed until it runs"
    );
    drop(open);

    let summary = run(study(&journal, new()).trials(20).amend())
        .await
        .unwrap();
    assert_eq!(
        (summary.reason, summary.counts.completed),
        (EndReason::Trials, 20)
    );
    let after = trials(&journal);
    for (old, now) in before.iter().zip(&after) {
        let kind = old.params.get("kind").unwrap();
        match kind == Literal::from("b") {
            true => assert_eq!(now.params.to_string(), format!("{} y=0.25", old.params)),
            false => assert_eq!(now.params, old.params),
        }
        assert_eq!(now.values, old.values);
    }
    for trial in &after[10..] {
        new().check(&trial.params).unwrap();
    }
    let events: Vec<_> = journal
        .entries()
        .iter()
        .map(|entry| entry.kind.name())
        .collect();
    let amended = events.iter().position(|name| *name == "amended").unwrap();
    assert_eq!(events[amended - 1], "opened");
    let noted = journal
        .entries()
        .into_iter()
        .find_map(|entry| match entry.kind {
            EventKind::Amended(amended) => Some(amended.outside),
            _ => None,
        });
    assert_eq!(noted, Some(10 - fit));

    // From now on this is its space.
    let summary = run(study(&journal, new()).trials(22)).await.unwrap();
    assert_eq!(summary.counts.completed, 22);
    let error = run(study(&journal, old())).await.unwrap_err().to_string();
    assert!(error.contains("parameter `y` was removed"), "{error}");
    // And back to the one that it began with.
    let summary = run(study(&journal, old()).trials(24).amend())
        .await
        .unwrap();
    assert_eq!(summary.counts.completed, 24);
    let summary = run(study(&journal, old()).trials(25)).await.unwrap();
    assert_eq!((summary.counts.completed, summary.session), (25, 5));
}

#[tokio::test]
async fn it_makes_no_difference_where_an_amended_study_dies() {
    let begun = begun().await;
    let before = begun.entries().len();
    let whole = begun.prefix(before);
    run(study(&whole, new()).trials(24).workers(8).amend())
        .await
        .unwrap();
    let (expect, entries) = (decisions(&whole), whole.entries().len());
    let amended = whole
        .entries()
        .iter()
        .position(|entry| entry.kind.name() == "amended");
    // The change is in the journal with the beginning of its session, or not at all.
    let first = amended.unwrap() + 1;
    for workers in [1, 3] {
        let cuts = (first..=entries).step_by(7).chain([before, entries]);
        for cut in cuts {
            let left = whole.prefix(cut);
            let study = study(&left, new()).trials(24).workers(workers);
            // Said again, it changes nothing.
            let study = match cut == before || workers == 3 {
                true => study.amend(),
                false => study,
            };
            run(study).await.unwrap();
            assert_eq!(decisions(&left), expect, "cut at {cut}, {workers} workers");
        }
    }
}

#[tokio::test]
async fn what_is_in_flight_is_evaluated_where_it_fits_and_cancelled_where_it_does_not() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal, old())
        .trials(12)
        .workers(8)
        .open()
        .await
        .unwrap();
    let mut session = open.manual().await.unwrap();
    let slots = NonZeroUsize::new(8).unwrap();
    let Turn::Work(work) = session.ask(slots).await.unwrap() else {
        panic!("it has proposed nothing");
    };
    assert_eq!(work.len(), 8);
    drop(session); // it dies
    drop(open);
    run(study(&journal, new()).trials(12).amend())
        .await
        .unwrap();
    let trials = trials(&journal);
    for (work, trial) in work.iter().zip(&trials) {
        match work.params.get("kind") == Some("b".into()) {
            true => {
                assert_eq!(trial.state, TrialState::Completed);
                assert_eq!(trial.params.float("y").unwrap(), 0.25);
            }
            false => {
                let failure = trial.failure.as_ref().unwrap();
                assert_eq!(failure.kind, FailureKind::Cancelled);
                assert_eq!(
                    &*failure.reason,
                    "its parameters do not lie in the amended space"
                );
            }
        }
    }
    let cancelled = trials
        .iter()
        .filter(|trial| trial.state == TrialState::Failed);
    assert!((1..8).contains(&cancelled.count()));
}

#[tokio::test]
async fn a_new_parameter_needs_a_default_of_its_domain() {
    let journal = begun().await;
    let space = || {
        let mut more = old().parameters().to_vec();
        more.push(Parameter::int("z", 1, 3));
        Space::new(more).unwrap()
    };
    let error = run(study(&journal, space()).amend())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("parameter `z` is new: give it a `default`"),
        "{error}"
    );
    let wrong = study(&journal, space()).amend().default_of("z", 7);
    let error = run(wrong).await.unwrap_err().to_string();
    assert!(
        error.contains("the default 7 of parameter `z` is not in its domain (int 1 to 3)"),
        "{error}"
    );
    let right = study(&journal, space())
        .amend()
        .default_of("z", 2)
        .trials(12);
    assert_eq!(run(right).await.unwrap().counts.completed, 12);
    assert_eq!(trials(&journal)[0].params.int("z").unwrap(), 2);
}
