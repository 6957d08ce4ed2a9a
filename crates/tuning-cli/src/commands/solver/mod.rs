//! `tune solver`: a strategy as a solver of kurobako, the benchmark of black-box optimisers, over its protocol on
//! standard input and output: <https://github.com/optuna/kurobako>, `kurobako_core::epi::solver`.
//!
//! `message` is what goes to and fro, `problem` makes our problems of theirs, `study` is one study of them.

mod message;
mod problem;
mod refused;
mod study;

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _},
};

use tuning_core::{Seed, StrategyConfig as _};
use tuning_strategies::Registry;

use self::{
    message::{Incoming, Kind, Outgoing, SolverSpec},
    refused::Refused,
    study::Study,
};
use tuning_file::{SharedConfig, read_strategy};

use crate::{
    args::SolverArgs,
    error::CliError,
    exit::Exit,
    output::{Output, json_line},
};

pub(super) fn run(
    args: &SolverArgs,
    registry: &Registry,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let config = read_strategy(&args.strategy, registry)?;
    send(
        out,
        &Outgoing::SolverSpecCast {
            spec: spec(&config),
        },
    )?;
    let mut studies = BTreeMap::new();
    for (number, line) in (1_u64..).zip(io::stdin().lock().lines()) {
        let line = line.map_err(|error| unreadable(number, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let message = serde_json::from_str(&line).map_err(|error| unreadable(number, &error))?;
        if let Some(answer) = answer(message, &config, &mut studies) {
            send(out, &answer)?;
        }
    }
    Ok(Exit::Done)
}

/// The studies that are under way, by their numbers. One that could not be begun says why when it is asked.
type Studies = BTreeMap<u64, Result<Study, Refused>>;

/// Does what a message says; some want no answer.
fn answer(message: Incoming, config: &SharedConfig, studies: &mut Studies) -> Option<Outgoing> {
    match message {
        Incoming::CreateSolverCast {
            solver_id,
            random_seed,
            problem,
        } => {
            let study = Study::begin(&problem, config, Seed::new(random_seed));
            studies.insert(solver_id, study);
            None
        }
        Incoming::DropSolverCast { solver_id } => {
            studies.remove(&solver_id);
            None
        }
        Incoming::AskCall {
            solver_id,
            next_trial_id,
        } => Some(
            match the(studies, solver_id).and_then(|study| study.ask(next_trial_id)) {
                Ok((trial, next_trial_id)) => Outgoing::AskReply {
                    trial,
                    next_trial_id,
                },
                Err(refused) => refused.into(),
            },
        ),
        Incoming::TellCall { solver_id, trial } => Some(
            match the(studies, solver_id).and_then(|study| study.tell(&trial)) {
                Ok(()) => Outgoing::TellReply,
                Err(refused) => refused.into(),
            },
        ),
    }
}

fn the(studies: &mut Studies, solver: u64) -> Result<&mut Study, Refused> {
    match studies.get_mut(&solver) {
        Some(Ok(study)) => Ok(study),
        Some(Err(refused)) => Err(refused.clone()),
        None => Err(Refused::new(
            Kind::InvalidInput,
            format!("there is no solver {solver}: it was never created, or was dropped"),
        )),
    }
}

/// Who proposes, and what it can do: that is tried out, and asked of a program when it comes to it.
fn spec(config: &SharedConfig) -> SolverSpec {
    let spec = config.spec();
    let is_program = spec.name == tuning_process::NAME;
    let capabilities = problem::samples()
        .into_iter()
        .filter(|(_, sample)| is_program || config.build(sample).is_ok())
        .map(|(capability, _)| capability);
    let attrs = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("strategy", spec.to_string()),
    ];
    SolverSpec {
        name: format!("tuning-{}", spec.name),
        attrs: attrs.into(),
        capabilities: capabilities.chain(["CONCURRENT"]).collect(),
    }
}

fn send(out: &mut Output, message: &Outgoing) -> Result<(), CliError> {
    json_line(out, message)?;
    Ok(out.flush()?)
}

fn unreadable(number: u64, error: &dyn std::fmt::Display) -> CliError {
    CliError::Protocol(format!(
        "line {number} of the input is not a message of kurobako: {error} (`tune solver` is started by kurobako, as in \
         `kurobako solver command tune solver sobol`)"
    ))
}
