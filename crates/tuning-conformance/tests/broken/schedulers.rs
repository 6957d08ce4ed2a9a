//! A twin of a scheduler for each law of schedulers.

use tuning_conformance::{Finding, Promotion, SchedulerKit, SchedulerLaw as Law, scheduler};
use tuning_core::{Problem, Unsupported};

use super::{
    breaks_only,
    ladder::{Ladder, Slip as L, rungs_from},
    rounds::{Rounds, Slip as R},
};

type Kit<S> = SchedulerKit<S, Unsupported, Box<dyn Fn(&Problem) -> Result<S, Unsupported>>>;

/// The best third of each rung so far.
fn ladder(slip: L) -> Kit<Ladder> {
    let kit: Kit<Ladder> = scheduler(Box::new(move |problem| Ladder::build(slip, problem)));
    let kit = match slip {
        L::StartsBelowTheLeast => kit.rungs(|range| rungs_from(1, range)),
        _ => kit.rungs(|range| rungs_from(range.min().get(), range)),
    };
    kit.promotes(Promotion::best_so_far(3))
}

/// The best third of each round.
fn rounds(slip: R) -> Kit<Rounds> {
    let kit: Kit<Rounds> = scheduler(Box::new(move |problem| Rounds::build(slip, problem)));
    kit.rungs(|range| rungs_from(range.min().get(), range))
        .promotes(Promotion::best_of_round(3))
}

#[test]
fn the_twins_without_a_slip_keep_all_laws() {
    for report in [ladder(L::None).report(), rounds(R::None).report()] {
        assert!(report.is_ok(), "{report}");
        let mut findings = report.findings().iter();
        assert!(
            findings.all(|(_, finding)| *finding == Finding::Kept),
            "{report}"
        );
    }
}

#[test]
fn without_rungs_and_promotions_those_laws_are_skipped() {
    let kit: Kit<Ladder> = scheduler(Box::new(|problem| Ladder::build(L::PromotesAll, problem)));
    let report = kit.seeds(1).report();
    assert!(report.is_ok(), "{report}");
    let text = report.to_string();
    for said in [
        "skipped  2 rungs: no rungs are declared: add `.rungs(…)`",
        "skipped  3 top-fraction: what is promoted is not declared: add `.promotes(…)`",
        "skipped  4 best-first: what is promoted is not declared: add `.promotes(…)`",
    ] {
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn law_1_targets() {
    for (slip, words) in [
        (
            L::StartsBelowTheLeast,
            "it asks for a trial that runs until 1, and the fidelities are 4 to 50",
        ),
        (
            L::ForgetsThatTrialsOverstep,
            "which has reached 5, to run until 3",
        ),
    ] {
        breaks_only(&ladder(slip).report(), Law::Targets, &[words]);
    }
}

#[test]
fn law_2_rungs() {
    for (slip, words) in [
        (
            L::StartsBetweenRungs,
            "it starts a trial that runs to 2, and the lowest rung is 1",
        ),
        (
            L::StartsSomeWithoutATarget,
            "it starts a trial that runs to 27, and the lowest rung is 1",
        ),
        (L::SkipsARung, "from 1 to 9, and the next rung is 3"),
    ] {
        breaks_only(&ladder(slip).report(), Law::Rungs, &[words]);
    }
}

#[test]
fn brackets_begin_at_any_rung_and_nowhere_else() {
    let report = ladder(L::StartsSomeWithoutATarget)
        .starts_at_any_rung()
        .report();
    assert!(report.is_ok(), "{report}");
    breaks_only(
        &ladder(L::StartsBetweenRungs).starts_at_any_rung().report(),
        Law::Rungs,
        &["it starts a trial that runs to 2, and the rungs are 1, 3, 9, 27"],
    );
}

#[test]
fn law_3_top_fraction() {
    breaks_only(
        &ladder(L::PromotesAll).report(),
        Law::TopFraction,
        &[
            "from rung 1, where ",
            " that have paused there, ",
            " may continue",
        ],
    );
    for (slip, words) in [
        (R::PromotesTwoThirds, " that began the round, "),
        (R::DoesNotWaitForTheLast, "before the round is over: trial "),
    ] {
        breaks_only(&rounds(slip).report(), Law::TopFraction, &[words]);
    }
}

#[test]
fn law_4_best_first() {
    for (slip, words) in [
        (L::LeavesTheBestBehind, "and leaves trial "),
        (L::GivesSomeOfTheBestUp, "it gives up trial 3, number "),
    ] {
        breaks_only(&ladder(slip).report(), Law::BestFirst, &[words]);
    }
}

#[test]
fn law_5_ends() {
    for (slip, words) in [
        (
            L::WaitsForNothing,
            "it answers `Wait` although nothing is in flight",
        ),
        (
            L::PanicsAtFailures,
            "it panicked: a failure is nothing unusual",
        ),
    ] {
        breaks_only(&ladder(slip).report(), Law::Ends, &[words]);
    }
}

#[test]
fn law_6_left_paused() {
    breaks_only(
        &ladder(L::GivesNothingUp).report(),
        Law::LeftPaused,
        &[
            "the study ends (the strategy has nothing more to propose), and of its trials ",
            " are paused still: ",
        ],
    );
}

#[test]
fn law_7_whole() {
    breaks_only(
        &ladder(L::GivesTheLeaderUp).report(),
        Law::Whole,
        &["`1 to 27, 1 trial, 1 worker, quiet`"],
    );
}

#[test]
fn a_scheduler_that_refuses_all_is_told_so() {
    let build = |_: &Problem| Err::<Ladder, _>(Unsupported::new("ladder", "needs two objectives"));
    let report = scheduler(build).report();
    assert!(!report.is_ok());
    assert!(
        report.to_string().contains("nothing was looked at"),
        "{report}"
    );
}
