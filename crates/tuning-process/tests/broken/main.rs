//! Each law that a program can break from outside is broken by a twin of random search in Python, and the kit
//! finds it and blames no other. (Not from outside: 6, since a program saves nothing; 11, since it does not know
//! where its strategy lies in memory; 15, since it is not told how long work took.)

#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

use support::{Kit, kit};
use tuning_conformance::{Law, Report};
use tuning_process::ProcessPool;

fn twin(pool: &ProcessPool, law: &str) -> Kit {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/broken/broken.py");
    let command = match law {
        "" => vec![script],
        law => vec![script, "--law", law],
    };
    kit(pool, &command)
        .spaces(["floats/min"])
        .seeds(1)
        .trials(16)
}

/// Exactly this law is broken, and the report says all of `words` about it.
#[track_caller]
fn breaks_only(report: &Report<Law>, law: Law, words: &[&str]) {
    assert_eq!(report.broken(), [law], "\n{report}");
    let text = report.to_string();
    let unsaid: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    assert!(
        unsaid.is_empty(),
        "the report does not say {unsaid:?}:\n{text}"
    );
}

macro_rules! twins {
    ($($test:ident: $law:ident $name:literal in $space:literal says $words:expr;)*) => {$(
        #[test]
        fn $test() {
            if !support::python() {
                return;
            }
            let pool = ProcessPool::new();
            let report = twin(&pool, $name).spaces([$space]).report();
            breaks_only(&report, Law::$law, &$words);
        }
    )*};
}

twins! {
    law_1_ask_twice: AskTwice "ask-twice" in "floats/min" says ["the answer was [start x="];
    law_2_in_space: InSpace "in-space" in "floats/min" says ["parameters outside the space: parameter `x`"];
    law_3_slots: Slots "slots" in "floats/min" says ["proposals for", "slot(s)"];
    law_4_same_seed: SameSeed "same-seed" in "floats/min" says ["and became [start x="];
    law_5_retell: Retell "retell" in "floats/min" says ["and told the log anew, the answer was"];
    law_6_wait_and_done: WaitAndDone "wait-and-done" in "floats/min" says ["it answers `Wait` although nothing is in flight"];
    law_7_resume_and_fork: ResumeAndFork "resume-and-fork" in "floats/fidelity" says ["trial 0 is to be resumed, but it is not paused"];
    law_7_giving_up: ResumeAndFork "giving-up" in "floats/fidelity" says ["trial 0 is to be given up, but it is not paused"];
    law_8_foreigners: Foreigners "foreigners" in "floats/min" says ["exited with code 1 instead of answering", "ValueError: invalid literal for int()"];
    law_9_extremes: Extremes "extremes" in "floats/min" says ["every value 0", "ZeroDivisionError"];
    law_11_duplicates: Duplicates "duplicates" in "floats/min" says ["proposals 0 and 1 of 8 in flight together"];
    law_12_cost: Cost "cost" in "floats/min" says ["times as long, and"];
    law_13_sanity: Sanity "sanity" in "floats/min" says ["of those of random search"];
    law_15_direction: Direction "direction" in "floats/max" says ["with every objective negated"];
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    if support::python() {
        twin(&ProcessPool::new(), "").check();
    }
}
