//! The command line.

mod keep;
mod kit;
mod look;
mod number;
mod run;
mod settings;
mod tell;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use self::{
    keep::{CleanArgs, RepairArgs},
    kit::{CheckStrategyArgs, CompletionsArgs, PrunersArgs, SolverArgs, StrategiesArgs},
    look::{
        BestArgs, EventsArgs, ExportArgs, ExportFormat, LayoutArgs, ListArgs, LogsArgs, ShowArgs,
        StatusArgs, StudyArgs, TrialsArgs,
    },
    number::duration,
    run::{ImportArgs, InitArgs, PlanArgs, RunArgs, ValidateArgs},
    settings::SettingArgs,
    tell::{AddArgs, AskTellArgs},
};
use crate::exit::EXIT_CODES;

/// Tune the parameters of any program: run a study from a file, resume it, look at it, export it.
#[derive(Debug, Parser)]
#[command(name = "tune", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a commented study file to start from
    Init(InitArgs),
    /// Make a study file of a file of another tool
    Import(ImportArgs),
    /// Check a study file without running anything
    Validate(ValidateArgs),
    /// Tell what a study will spend, before anything is spent
    Plan(PlanArgs),
    /// Run a study, or resume it
    Run(RunArgs),
    /// Add trials that were evaluated elsewhere: from a file of results, or of another study
    Add(AddArgs),
    /// Run a study whose trials another program evaluates, over standard input and output
    AskTell(AskTellArgs),
    /// List the studies of a folder
    List(ListArgs),
    /// Show the status of a study, also while it runs
    Status(StatusArgs),
    /// Show the best trials
    Best(BestArgs),
    /// List trials
    Trials(TrialsArgs),
    /// Show one trial in full: parameters, reports, failure, logs
    Show(ShowArgs),
    /// Print what the program of a trial wrote, also while it runs
    Logs(LogsArgs),
    /// Show what happened in a study, event by event, also while it runs
    Events(EventsArgs),
    /// Write all trials as CSV or JSON
    Export(ExportArgs),
    /// Save what is intact of a study whose journal is damaged
    Repair(RepairArgs),
    /// Remove what a study has left: the files of its trials or, with `--all`, the study itself
    Clean(CleanArgs),
    /// List the strategies and their options
    Strategies(StrategiesArgs),
    /// List the pruners and their options
    Pruners(PrunersArgs),
    /// Print the JSON Schema of study files, for editors
    Schema,
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
    /// Check whether a program keeps the laws of strategies
    CheckStrategy(CheckStrategyArgs),
    /// Serve a strategy to kurobako, which compares solvers
    Solver(SolverArgs),
}

/// The study file of this folder, whether or not it is there.
fn study_here() -> PathBuf {
    const NAMES: [&str; 4] = ["study.yaml", "study.yml", "study.toml", "study.json"];
    let here = NAMES
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file());
    here.unwrap_or_else(|| NAMES[0].into())
}
