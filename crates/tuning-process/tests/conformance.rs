//! The strategies in Python of `examples/` keep the laws.

#![cfg(unix)]

mod support;

use support::kit;
use tuning_process::ProcessPool;

fn check(script: &str) {
    if !support::python() {
        return;
    }
    let pool = ProcessPool::new();
    let script = format!("{}/examples/{script}", env!("CARGO_MANIFEST_DIR"));
    // Each ask waits for another process: more seeds would cost more than all other tests of this crate.
    kit(&pool, &[&script]).seeds(1).check();
    assert!(pool.idle() > 0, "the processes were given back");
}

#[test]
fn random_search() {
    check("random_search.py");
}

#[test]
fn random_sampler_without_any_library() {
    check("random_sampler.py");
}

#[test]
fn one_plus_one() {
    check("one_plus_one.py");
}

#[test]
fn halving_with_trials_that_pause_and_are_given_up() {
    check("halving.py");
}
