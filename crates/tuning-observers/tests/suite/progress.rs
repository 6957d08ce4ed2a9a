//! What a progress bar writes where there is no terminal.

#![cfg(feature = "progress")]

use crate::support::{
    BrokenPipe, Sink, Story, block_on, deliver, front, out_of_the_blue, second_session,
    two_sessions,
};
use tuning_core::{
    Budget, EndReason, Event, EventKind, Fidelity, Objectives, Observer, TrialId, Warned, Warning,
};
use tuning_observers::ProgressBar;

fn lines(events: &[Event]) -> String {
    let sink = Sink::default();
    deliver(&mut ProgressBar::new().to(sink.clone()), events);
    sink.text()
}

#[test]
fn a_line_for_each_new_best_and_few_between() {
    insta::assert_snapshot!(lines(&two_sessions().events));
}

#[test]
fn a_front_names_the_trials_that_join_it() {
    insta::assert_snapshot!(lines(&front().events));
}

#[test]
fn facts_out_of_the_blue_are_survived() {
    insta::assert_snapshot!(lines(&out_of_the_blue().events));
}

#[test]
fn a_session_that_goes_on_begins_with_what_was_before() {
    let sink = Sink::default();
    let objectives = Objectives::minimize("loss").unwrap();
    let mut progress = ProgressBar::new().to(sink.clone()).objectives(objectives);
    deliver(&mut progress, &second_session());
    insta::assert_snapshot!(sink.text());
}

#[test]
fn without_directions_no_trial_is_called_better() {
    insta::assert_snapshot!(lines(&second_session()));
}

#[test]
fn a_fast_study_does_not_flood() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::trials(20_000), 1);
    for trial in 0..20_000 {
        story.start(trial);
        story.wait(trial % 2); // 10 seconds in all
        story.complete(trial, [-(trial as f64)]); // each is the best so far
    }
    story.close(EndReason::Trials);
    let text = lines(&story.events);
    assert!(text.lines().count() < 30, "{text}");
    assert!(text.lines().last().unwrap().contains("trial 19999"));
}

#[test]
fn a_long_study_without_a_budget_shows_that_it_lives() {
    let mut story = Story::new(Objectives::maximize("accuracy").unwrap()).created();
    story.open(Budget::unlimited(), 1);
    for trial in 0..48 {
        story.start(trial);
        story.wait(1_800_000);
        story.complete(trial, [0.5]);
    }
    let text = lines(&story.events);
    assert_eq!(text.lines().count(), 49, "{text}");
    assert!(text.ends_with("mnist: 48 trials, best accuracy 0.5 (trial 0), 30m a trial\n"));
}

#[test]
fn a_tenth_of_the_budget_is_worth_a_line() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::trials(100), 4);
    for trial in 0..100 {
        story.start(trial);
        story.wait(600);
        story.complete(trial, [1.0 + trial as f64]);
    }
    story.close(EndReason::Trials);
    insta::assert_snapshot!(lines(&story.events));
}

#[test]
fn a_budget_of_resource_is_told_in_its_units() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::unlimited().resource(90), 4);
    for trial in 0..10 {
        story.start(trial);
        for at in 1..=9 {
            story.wait(1_000);
            story.report(trial, at, [10.0 - trial as f64]);
        }
        story.complete(trial, [1.0 + trial as f64]);
    }
    story.close(EndReason::Resource);
    let text = lines(&story.events);
    assert!(
        text.starts_with("mnist: 90 units of resource, 4 workers\n"),
        "{text}"
    );
    // A line for each tenth of it, with the time that the rest takes at this pace.
    let of = |done: u64| {
        let begin = format!("mnist: {done}/90 units of resource, best loss 1 (trial 0), ");
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with(&begin))
            .unwrap_or_else(|| panic!("{done}: {text}"))
    };
    for tenth in 2..=9 {
        of(9 * tenth);
    }
    assert!(of(18).ends_with(", 1m 12s left"), "{text}");
    assert!(of(81).ends_with(", 9s left"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("mnist: no resource is left for more work after 1m 30s: 10 completed"),
        "{text}"
    );
}

#[test]
fn a_warning_is_a_line() {
    let mut story = Story::new(Objectives::minimize("loss").unwrap()).created();
    story.open(Budget::trials(2), 1);
    story.start(0);
    let warning = Warning::Repeated {
        from: Fidelity::new(3),
        at: Fidelity::new(1),
    };
    story.push(EventKind::Warned(Warned::new(TrialId::new(0), warning)));
    let text = lines(&story.events);
    assert!(
        text.ends_with("mnist: warning: trial 0 was resumed from step 3 and reported step 1 again: let it save a checkpoint and continue from it (`TUNE_CHECKPOINT_DIR`, `TUNE_FROM`), or say `resumes: false`\n"),
        "{text}"
    );
}

#[test]
fn names_and_values_stay_on_their_line() {
    let mut story = Story::new(Objectives::minimize("lo\x1b[31m\nss").unwrap()).created();
    story.open(Budget::unlimited(), 1);
    story.start(0);
    story.complete(0, [1.0]);
    let text = lines(&story.events);
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains('\x1b'), "{text}");
}

#[test]
fn a_closed_stderr_is_an_error_and_no_panic() {
    let mut progress = ProgressBar::new().to(BrokenPipe);
    let events = two_sessions().events;
    block_on(async {
        assert!(progress.observe(&events[0]).await.is_ok()); // nothing to write
        assert!(progress.observe(&events[1]).await.is_err());
        assert!(progress.flush().await.is_err());
    });
}
