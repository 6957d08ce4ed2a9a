//! A short run of the torture, with a test for each invariant: on studies in which its mechanism has the most to do.
//! `cargo xtask mutants` takes the mechanisms away one by one, and requires that the test fails with the invariant's name;
//! `cargo xtask torture` is the long run.

use torture::{Focus, Invariant, Plan, broken, judge, live};

/// How many studies a test lets live.
const STUDIES: u64 = 20;

/// Lets studies live in which much depends on this, and looks for what is broken, of this and of everything else.
fn keeps(invariant: Invariant, focus: Focus) {
    let first = STUDIES * invariant as u64;
    let mut found = Vec::new();
    for seed in first..first + STUDIES {
        let plan = Plan::of(seed).with(focus);
        let breaches = judge(&plan).into_iter();
        found.extend(breaches.map(|breach| (breach.invariant, format!("{plan}: {breach}"))));
        if found.len() > 8 || found.iter().any(|(broken, _)| *broken == invariant) {
            break; // that is enough
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn d_what_was_acknowledged_is_never_lost() {
    keeps(Invariant::Acknowledged, Focus::Deaths);
}

#[test]
fn d_what_was_answered_to_a_caller_is_never_lost() {
    keeps(Invariant::Acknowledged, Focus::Manual);
}

#[test]
fn d_a_trial_that_has_ended_is_never_evaluated_again() {
    keeps(Invariant::Finished, Focus::Deaths);
}

#[test]
fn d_attempts_are_fenced() {
    keeps(Invariant::Fenced, Focus::Attempts);
}

#[test]
fn d_trials_are_numbered_without_gap_or_double() {
    keeps(Invariant::Ids, Focus::Deaths);
}

#[test]
fn d_durable_observers_take_every_event_in_order_and_their_files_each_once() {
    keeps(Invariant::Durable, Focus::Observers);
}

#[test]
fn d_lossy_observers_are_told_how_many_events_they_missed() {
    keeps(Invariant::Lossy, Focus::Observers);
}

#[test]
fn d_the_summary_is_the_fold_of_the_journal() {
    keeps(Invariant::Fold, Focus::Deaths);
}

#[test]
fn d_limits_of_trials_are_exact() {
    keeps(Invariant::Budget, Focus::Nothing);
}

#[test]
fn d_limits_of_trials_without_an_improvement_are_exact() {
    keeps(Invariant::Budget, Focus::NoImprovement);
}

#[test]
fn d_limits_of_cost_are_exact() {
    keeps(Invariant::Budget, Focus::Cost);
}

#[test]
fn d_limits_of_resource_are_exact() {
    keeps(Invariant::Budget, Focus::Resource);
}

#[test]
fn d_as_proposed_a_study_ends_as_one_that_never_died() {
    keeps(Invariant::AsProposed, Focus::InLine);
}

#[test]
fn d_as_proposed_a_scheduled_study_ends_as_one_that_never_died() {
    keeps(Invariant::AsProposed, Focus::Scheduled);
}

#[test]
fn d_every_study_comes_to_its_end() {
    keeps(Invariant::Alive, Focus::Attempts);
}

#[test]
fn d_the_same_seed_is_the_same_life() {
    for seed in [1, 7, 30] {
        let (one, other) = (live(&Plan::of(seed)), live(&Plan::of(seed)));
        assert_eq!(one.entries, other.entries);
        assert_eq!((&one.faults, &one.durable), (&other.faults, &other.durable));
        let plan = Plan::of(seed);
        assert_eq!(broken(&plan, &one, None), broken(&plan, &other, None));
    }
}
