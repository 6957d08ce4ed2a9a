//! A twin of a sound combinator for each way to break a law of combinators.

use tuning_conformance::{CombinatorKit, CombinatorLaw as Law, combinator};
use tuning_core::BoxedConfig;

use super::{
    breaks_only,
    halving::{HalvingConfig, Slip as S},
};

type Over = Box<dyn Fn(BoxedConfig) -> HalvingConfig<BoxedConfig>>;

fn twin(slip: S) -> CombinatorKit<Over> {
    let over: Over = Box::new(move |inner| HalvingConfig { slip, inner });
    combinator(over)
}

/// Each of the slips breaks this law and no other, and the report says what it has to.
#[track_caller]
fn check<const N: usize>(law: Law, slips: [(S, &str); N]) {
    for (slip, words) in slips {
        breaks_only(&twin(slip).report(), law, &[words]);
    }
}

#[test]
fn the_combinator_without_a_slip_keeps_all_laws() {
    let report = twin(S::None).report();
    assert!(
        report.to_string().contains("9 kept, 0 skipped, 0 broken"),
        "{report}"
    );
    twin(S::None).check();
}

#[test]
fn law_1_every_fact() {
    check(
        Law::EveryFact,
        [
            (
                S::SwallowsForeigners,
                "this happened, and it was not told: `",
            ),
            (
                S::SwallowsFailures,
                "this happened, and it was not told: `Ended` trial ",
            ),
            (S::TellsTwice, "this happened once: `Ended` trial "),
            (
                S::TellsInAsk,
                "while nothing happened, the inner strategy was told `Started`",
            ),
        ],
    );
}

#[test]
fn law_2_wrapped() {
    check(
        Law::Wrapped,
        [
            (S::LeavesTagsBare, "left as the inner strategy wrote it"),
            (S::DropsTags, "and its proposal left with `halving:"),
        ],
    );
}

#[test]
fn law_3_unwrapped() {
    check(
        Law::Unwrapped,
        [
            (S::ForgetsItsLayer, "was told the tag `halving:"),
            (S::KeepsTagsOfOthers, "instead of ``"),
        ],
    );
}

#[test]
fn law_4_questions() {
    check(
        Law::Questions,
        [
            (
                S::ForgetsAfter,
                "trial 1 was made for the number 0, with the seed of another trial",
            ),
            (S::AsksForMore, "the inner strategy was asked for "),
            (
                S::AsksWithAnotherSeed,
                "was asked with the seed 9 in a study of the seed 0",
            ),
        ],
    );
}

#[test]
fn law_5_no_fidelities() {
    check(
        Law::NoFidelities,
        [
            (S::TellsUntil, "until 9, tag `probe:"),
            (S::TellsPaused, "and was told `Paused` trial "),
            (S::TellsTheEndLate, "completed with"),
            (
                S::TellsTheEndTwice,
                "of a trial that has ended for it, it was told `Ended`",
            ),
            (S::TellsAStopForAValue, ": stopped"),
        ],
    );
}

#[test]
fn law_6_as_they_are() {
    check(
        Law::AsTheyAre,
        [
            (S::RoundsParams, "and it was told `Started` trial"),
            (S::HidesFidelitiesThatWereAskedFor, "until 9, tag `halving:"),
            (S::StartsForks, "and it was told `Started` trial"),
        ],
    );
}

#[test]
fn law_7_ends() {
    check(
        Law::Ends,
        [
            (
                S::EndsWhenItWaits,
                "its inner strategy answers `Wait`, and it answers `Done`",
            ),
            (S::WaitsWhenItIsDone, "although nothing is in flight"),
            (
                S::ForgetsGivingUp,
                "asks for GiveUp(TrialId(3)), and it answers `Done`",
            ),
        ],
    );
}

#[test]
fn law_8_spec() {
    check(
        Law::Spec,
        [
            (
                S::LeavesTheInnerSpecOut,
                "no option ends in `.name` and is `probe`",
            ),
            (
                S::LeavesTheInnerOptionsOut,
                "the option `mark: 1` of the inner strategy is not in it",
            ),
        ],
    );
}

#[test]
fn law_9_refusal() {
    check(
        Law::Refusal,
        [
            (
                S::SwallowsTheRefusal,
                "which does not say `probe`: strategy `halving` cannot be built",
            ),
            (
                S::HidesWhoRefuses,
                "which does not say `inner`: strategy `probe` needs",
            ),
            (S::TakesWhatIsRefused, "and the combinator takes it"),
        ],
    );
}
