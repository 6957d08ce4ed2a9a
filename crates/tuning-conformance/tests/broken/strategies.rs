//! A twin of random search for each law of strategies.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};
use tuning_conformance::{Law, Lawlike as _, Report, StrategyKit, strategy};
use tuning_core::{Problem, StrategyConfig, Unsupported};

use super::{
    breaks_only,
    options::{Forgetful, Named, Rounding},
    twin::{Fault as F, Twin},
};

type Build = Box<dyn Fn(&Problem) -> Result<Twin, Unsupported>>;
type Kit = StrategyKit<Twin, Unsupported, Build>;

fn twin(fault: F) -> Kit {
    let build: Build = Box::new(move |problem| Twin::build(fault, problem));
    strategy(build).spaces(["floats/min", "floats/max"])
}

/// The same in the study along fidelities.
fn along(fault: F) -> Kit {
    twin(fault).spaces(["floats/fidelity"])
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    twin(F::None).check();
    along(F::None).check();
}

#[test]
fn law_1_ask_twice() {
    let report = twin(F::AnswersDifferentlyTheSecondTime).report();
    breaks_only(
        &report,
        Law::AskTwice,
        &["`floats/min`, seed 0, step 1: the answer was [start x="],
    );
}

#[test]
fn law_2_in_space() {
    let report = twin(F::DrawsFromAWiderSpace).report();
    breaks_only(
        &report,
        Law::InSpace,
        &[
            "parameters outside the space: parameter `",
            "not in its domain",
        ],
    );
    let report = twin(F::IgnoresConditions)
        .spaces(["deep-conditions/min"])
        .report();
    breaks_only(
        &report,
        Law::InSpace,
        &["parameters outside the space: parameter `c0`"],
    );
}

#[test]
fn law_3_slots() {
    let report = twin(F::ProposesOneMore).report();
    breaks_only(&report, Law::Slots, &["proposals for", "slot(s)"]);
    let report = twin(F::ProposesNothing).report();
    breaks_only(&report, Law::Slots, &["an empty list of proposals"]);
}

#[test]
fn law_4_same_seed() {
    let report = twin(F::DiffersFromItsBrother).report();
    breaks_only(
        &report,
        Law::SameSeed,
        &["step 1: the answer was [start x=", "and became [start x="],
    );
}

#[test]
fn law_5_retell() {
    let report = twin(F::RemembersInAsk).report();
    breaks_only(
        &report,
        Law::Retell,
        &["and told the log anew, the answer was", "only(Law::Retell)"],
    );
}

#[test]
fn law_6_wait_and_done() {
    let report = twin(F::WaitsForNothing).report();
    breaks_only(
        &report,
        Law::WaitAndDone,
        &["it answers `Wait` although nothing is in flight"],
    );
    let report = twin(F::TakesDoneBack).seeds(1).report();
    breaks_only(
        &report,
        Law::WaitAndDone,
        &["it was `Done` at step", "then answers [start"],
    );
    let report = twin(F::EndsWithItsFirstBudget).report();
    breaks_only(
        &report,
        Law::WaitAndDone,
        &["its budget of 24 trials was raised to 36, and it proposes nothing more"],
    );
}

#[test]
fn law_7_resume_and_fork() {
    let report = along(F::ResumesWhatRuns).report();
    breaks_only(
        &report,
        Law::ResumeAndFork,
        &["trial 0 is to be resumed, but it is not paused"],
    );
    let report = along(F::ForksWhatRuns).report();
    breaks_only(
        &report,
        Law::ResumeAndFork,
        &["trial 0 is to be forked, but it is neither paused nor ended, or was given up"],
    );
    let report = along(F::GivesUpWhatRuns).report();
    breaks_only(
        &report,
        Law::ResumeAndFork,
        &["trial 0 is to be given up, but it is not paused"],
    );
    let report = along(F::ResumesToNoHigher).seed(3).report();
    breaks_only(
        &report,
        Law::ResumeAndFork,
        &["trial 0 is to run until 1, but has reached 3 already"],
    );
}

#[test]
fn law_8_foreigners() {
    let report = twin(F::PanicsAtForeignTags).report();
    breaks_only(
        &report,
        Law::Foreigners,
        &["with trials of others and failures", "is not mine"],
    );
    let report = twin(F::IndexesUnknownTrials).report();
    breaks_only(
        &report,
        Law::Foreigners,
        &["told Ended(Ended { trial: TrialId(1000000)", "it panicked"],
    );
    let report = twin(F::TrustsItsTags).report();
    breaks_only(
        &report,
        Law::Foreigners,
        &["tag: Tag(Some(\"twin:\"))", "I wrote it"],
    );
    let report = twin(F::PanicsAtAnotherBudget).report();
    breaks_only(
        &report,
        Law::Foreigners,
        &[
            "told Budgeted(Budgeted { trials: Some(3)",
            "the budget never changes",
        ],
    );
}

#[test]
fn law_9_extremes() {
    let report = twin(F::PanicsWhenAllAreEqual).report();
    breaks_only(
        &report,
        Law::Extremes,
        &["every value 0: it panicked: the range of the losses is 0"],
    );
    let report = twin(F::FailsWhenAllFail).report();
    breaks_only(
        &report,
        Law::Extremes,
        &["every trial failing: `ask` failed, which ends the study: there is nothing"],
    );
    let report = twin(F::LoopsWhenAllAreEqual)
        .patience(Duration::from_secs(2))
        .report();
    breaks_only(
        &report,
        Law::Extremes,
        &["every value 0: a call did not return within 2 s: it loops"],
    );
    let report = twin(F::PanicsInConstructor).report();
    assert_eq!(report.broken(), [Law::Extremes], "{report}");
    assert!(
        report
            .to_string()
            .contains("its constructor panicked: no constructor should do this")
    );
}

#[test]
fn law_10_boxed() {
    let report = twin(F::KnowsItsAddress).report();
    breaks_only(
        &report,
        Law::Boxed,
        &["the answer was [start x=", "and became [start x="],
    );
}

#[test]
fn law_11_duplicates() {
    let report = twin(F::RepeatsItselfInABatch).report();
    breaks_only(
        &report,
        Law::Duplicates,
        &[
            "proposals 0 and 1 of 8 in flight together",
            "are the same, x=",
        ],
    );
    let report = twin(F::IgnoresPendingTrials).report();
    breaks_only(
        &report,
        Law::Duplicates,
        &["proposals 0 and 1 of 8 in flight together"],
    );
}

#[test]
fn law_12_cost() {
    let report = twin(F::IsCubic).report();
    breaks_only(
        &report,
        Law::Cost,
        &["after 1000 trials of others", "times as long, and"],
    );
}

#[test]
fn law_13_sanity() {
    let report = twin(F::MaximisesLosses).report();
    breaks_only(
        &report,
        Law::Sanity,
        &["panel: two floats", "% of those of random search"],
    );
}

/// What is told as proposed is the same at any number of workers, and without timings. So only what a strategy remembers
/// of being asked can break this law, and that is the matter of law 5: it is judged alone here.
#[test]
fn law_14_order() {
    let report = twin(F::CountsItsWaits).only(Law::Order).report();
    breaks_only(&report, Law::Order, &["workers instead of 1, fact"]);
    let report = twin(F::CountsItsWaits).report();
    breaks_only(
        &report,
        Law::Retell,
        &["14 order: not judged: see law 5, retell"],
    );
}

/// What makes a strategy differ from itself breaks one law, whose remedy names it.
#[test]
fn one_cause_breaks_one_law() {
    for fault in [
        F::FollowsTheOrderOfAHashMap,
        F::HashesAnewInEachAsk,
        F::ReadsTheClock,
        F::CountsAcrossAllStudies,
        F::HasAGeneratorOfItsThread,
    ] {
        let unjudged = [1, 5, 6, 8, 10, 14, 15].map(|number| {
            let name = Law::ALL[number - 1].name();
            format!("{number:>2} {name}: not judged: see law 4, same-seed")
        });
        let mut words: Vec<&str> = unjudged.iter().map(String::as_str).collect();
        words.push("no clock, global, thread or hash order");
        breaks_only(&twin(fault).report(), Law::SameSeed, &words);
    }
    let words = [
        " 5 retell: not judged: see law 1, ask-twice",
        "14 order: not judged: see law 1, ask-twice",
        "Change state in `tell` only",
    ];
    breaks_only(&twin(F::CountsItsAsks).report(), Law::AskTwice, &words);
}

#[test]
fn law_15_direction() {
    let report = twin(F::FlipsTheSignAgain).report();
    breaks_only(
        &report,
        Law::Direction,
        &["with every objective negated and its direction reversed"],
    );
}

#[test]
fn law_16_options() {
    fn report<C>() -> Report<Law>
    where
        C: StrategyConfig + Default + Serialize + DeserializeOwned,
    {
        twin(F::None).only(Law::Options).config::<C>().report()
    }
    assert!(report::<Named>().is_ok());
    breaks_only(
        &report::<Forgetful>(),
        Law::Options,
        &["the option `step: 0.2` is not in `spec()`: twin (shuffle: false)"],
    );
    breaks_only(
        &report::<Rounding>(),
        Law::Options,
        &["instead of `step: 0.2`, `spec()` is the same: twin (shuffle: false, step: 0)"],
    );
    let unnamed = twin(F::None).only(Law::Options).report();
    assert!(
        unnamed.to_string().contains("add `.config::<…>()`"),
        "{unnamed}"
    );
}

#[test]
fn a_kit_that_looked_at_nothing_fails() {
    let refuse = |_: &Problem| Err::<Twin, _>(Unsupported::new("picky", "likes no problem at all"));
    let report = strategy(refuse).report();
    assert!(!report.is_ok() && report.broken().is_empty());
    let text = report.to_string();
    assert!(
        text.contains("every problem was refused") && text.contains("likes no problem"),
        "{text}"
    );
}

#[test]
fn skipped_laws_are_in_the_report_with_their_reason() {
    let report = twin(F::RepeatsItselfInABatch)
        .skip(Law::Duplicates, "it measures noise")
        .report();
    assert!(report.is_ok());
    assert!(
        report
            .to_string()
            .contains("skipped 11 duplicates: it measures noise")
    );
}
