//! A short run of the torture: `cargo xtask torture` is the long one.

use torture::{Plan, broken, live};

/// So many studies in one test, so that the tests run side by side.
const STUDIES: u64 = 60;

fn torture(part: u64) {
    for seed in part * STUDIES..(part + 1) * STUDIES {
        let plan = Plan::of(seed);
        let undisturbed = plan.is_in_line().then(|| live(&plan.undisturbed()));
        let found = broken(&plan, &live(&plan), undisturbed.as_ref());
        assert!(found.is_empty(), "{plan}: {found:#?}");
    }
}

#[test]
fn d_studies_that_are_struck_and_killed_keep_all_invariants_1() {
    torture(0);
}

#[test]
fn d_studies_that_are_struck_and_killed_keep_all_invariants_2() {
    torture(1);
}

#[test]
fn d_studies_that_are_struck_and_killed_keep_all_invariants_3() {
    torture(2);
}

#[test]
fn d_the_same_seed_is_the_same_life() {
    for seed in [1, 7, 30] {
        let (one, other) = (live(&Plan::of(seed)), live(&Plan::of(seed)));
        assert_eq!(one.entries, other.entries);
        assert_eq!((one.faults, one.durable), (other.faults, other.durable));
    }
}
