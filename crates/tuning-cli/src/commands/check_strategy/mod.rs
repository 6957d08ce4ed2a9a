//! `tune check-strategy`: the laws of strategies for a program in any language.

mod choice;
mod report;

use std::{num::NonZeroUsize, time::Duration};

use tuning_conformance::{Law, strategy};
use tuning_core::{
    AskError, AskTell, IllegalProposal, Objectives, Parameter, Problem, Seed, Space,
    StrategyConfig as _, StrategyError,
};
use tuning_process::{ProcessConfig, ProcessPool};

use self::choice::Choice;
use crate::{args::CheckStrategyArgs, error::CliError, exit::Exit, output::Output};

/// What cannot be seen from outside.
const SKIPPED: [(Law, &str); 3] = [
    (Law::Boxed, "it is about Rust"),
    (
        Law::Order,
        "a program is not told what differs from run to run",
    ),
    (
        Law::Options,
        "the options of a program are in its spec as the study file gives them",
    ),
];

pub(super) fn run(args: &CheckStrategyArgs, out: &mut Output) -> Result<Exit, CliError> {
    let choice = Choice::of(args)?;
    let pool = ProcessPool::new();
    let mut config = ProcessConfig::new(args.command.iter().map(String::as_str)).pool(&pool);
    config.options = choice.options.clone();
    let checked = check(config, args, &choice, out);
    // One that hangs was left behind.
    pool.end();
    checked
}

fn check(
    config: ProcessConfig,
    args: &CheckStrategyArgs,
    choice: &Choice,
    out: &mut Output,
) -> Result<Exit, CliError> {
    talk(&config.clone().timeout(choice.patience))?;
    // The kit's own patience comes first: it leaves out what would hang again.
    let config = config.timeout(choice.patience + Duration::from_secs(3600));
    let mut kit = strategy(move |problem: &Problem| config.build(problem))
        .patience(choice.patience)
        .seeds(args.seeds);
    if !args.problems.is_empty() {
        kit = kit.spaces(args.problems.iter().map(String::as_str));
    }
    if let Some(seed) = args.seed {
        kit = kit.seed(seed);
    }
    for law in &choice.laws {
        kit = kit.only(*law);
    }
    for (law, reason) in SKIPPED {
        kit = kit.skip(law, reason);
    }
    let report = kit.report();
    if args.json {
        out.json(&report::as_json(&report))?;
    } else {
        report::as_text(&report, &choice.repeat, out)?;
    }
    Ok(if report.is_ok() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Asks once. Who cannot answer at all breaks every law: one error says more than a dozen.
fn talk(config: &ProcessConfig) -> Result<(), CliError> {
    let broken = |error: String| CliError::Program(error);
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]);
    let (Ok(space), Ok(objectives)) = (space, Objectives::minimize("loss")) else {
        return Ok(());
    };
    let problem = Problem::new(space, objectives);
    // One that it refuses is no matter of talking.
    let Ok(built) = config.build(&problem) else {
        return Ok(());
    };
    match AskTell::new(problem, built, Seed::new(0)).ask(NonZeroUsize::MIN) {
        Err(AskError::Strategy(error)) if !is_illegal(&error) => Err(broken(error.to_string())),
        _ => Ok(()),
    }
}

/// Whether an answer was understood, but cannot be done: there are laws about that.
fn is_illegal(error: &StrategyError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<IllegalProposal>() {
            return true;
        }
        source = cause.source();
    }
    false
}
