//! The command line.

use std::{num::NonZeroU64, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint, builder::PossibleValuesParser};
use tuning_core::EventKind;
use tuning_file::Override;

use crate::{
    exit::EXIT_CODES,
    failed_trials::{ALL_TRIALS, FailedTrials},
};

/// For `tune add --help`.
const ADD: &str = "\
A column for each parameter and each objective, by their names; further columns of numbers are metrics:
  lr,layers,loss,gpu_hours
  0.01,3,0.52,1.5
Columns that `tune export` writes mean the same here: `state` (completed, failed, stopped), `failure`, `seconds`.
All rows are added or, if anything is wrong with one of them, none. Added trials use up nothing of the budget,
unless the study file says `budget: {of: all}`.";

/// For `tune ask-tell --help`.
const ASK_TELL: &str = "\
One JSON value a line, one answer for each:
  {\"study\": {…}}                                     {\"ready\": {…}}
  {\"ask\": 2}                                         {\"asked\": [{\"trial\": 0, \"params\": {…}}, …]}
  {\"report\": {\"trial\": 0, \"at\": 3, \"values\": {…}}}   {\"verdict\": \"continue\"}
  {\"tell\": {\"trial\": 0, \"values\": {\"loss\": 1.2}}}   {\"told\": 0, \"state\": \"completed\"}
  {\"tell\": {\"params\": {…}, \"values\": {…}}}          {\"told\": 7, \"state\": \"completed\"}
  {\"enqueue\": [{\"lr\": 0.1, …}]}                     {\"enqueued\": [7]}
  {\"best\": 1}                                        {\"best\": [{…}]}
  {\"trials\": true}                                   {\"trials\": [{…}, …]}
  {\"end\": true}                                      {\"ended\": {…}}
A study file is kept where `tune run` keeps it; a study that comes as a line, in memory,
unless `--journal` or its own `journal` says where.";

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

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The file to write; its extension chooses between YAML, TOML and JSON
    #[arg(default_value = "study.yaml", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Write `study.schema.json` beside it, too, with which editors complete and check the file
    #[arg(long)]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file of the other tool (Katib, NNI, Hydra, Ray, Orion, Determined, ConfigSpace, Azure ML, SageMaker, Vizier)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The study file to write, in YAML; standard output unless given
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// The study file; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Show every setting with the file and line that it comes from
    #[arg(long)]
    pub(crate) merged: bool,
    /// Print the summary as JSON, with the merged file
    #[arg(long)]
    pub(crate) json: bool,
}

/// Settings that override those of the study file.
#[derive(Debug, Args)]
pub(crate) struct SettingArgs {
    /// How many trials run at the same time
    #[arg(long, value_name = "N")]
    workers: Option<String>,
    /// How many trials the study has in total, including earlier runs
    #[arg(long, value_name = "N")]
    trials: Option<String>,
    /// How long the study runs in total, including earlier runs, such as `2h`
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
    /// How long one attempt at a trial may take, such as `90s`
    #[arg(long, value_name = "TIME")]
    trial_timeout: Option<String>,
    /// The seed of all randomness
    #[arg(long, value_name = "N")]
    seed: Option<String>,
    /// The strategy: a name, or YAML such as `{name: grid, resolution: 5}`
    #[arg(long, value_name = "STRATEGY")]
    strategy: Option<String>,
    /// What stops bad trials early: a name, or YAML such as `{name: NAME, option: 5}`
    #[arg(long, value_name = "PRUNER")]
    pruner: Option<String>,
    /// `as-finished`, or `as-proposed` for the same trials with any number of workers
    #[arg(long, value_name = "ORDER")]
    order: Option<String>,
    /// Where the study is kept
    #[arg(long, value_name = "PATH")]
    journal: Option<String>,
    /// Any other setting of the study file, such as `retry.error=2`; the value is YAML
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
}

impl SettingArgs {
    /// The settings in the order in which they are put over the file: the named options last.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let set = self.set.iter().map(|(key, value)| Override {
            path: key.clone(),
            value: value.clone(),
            option: format!("--set {key}={value}"),
        });
        let named = [
            ("--workers", "workers", &self.workers, false),
            ("--trials", "budget.trials", &self.trials, false),
            ("--time", "budget.time", &self.time, true),
            (
                "--trial-timeout",
                "trial_timeout",
                &self.trial_timeout,
                true,
            ),
            ("--seed", "seed", &self.seed, false),
            ("--strategy", "strategy", &self.strategy, false),
            ("--pruner", "pruner", &self.pruner, false),
            ("--order", "order", &self.order, true),
            ("--journal", "journal", &self.journal, true),
        ];
        let named = named
            .into_iter()
            .filter_map(|(option, path, value, is_text)| {
                let value = value.as_ref()?;
                Some(Override {
                    path: path.to_owned(),
                    // JSON texts are YAML texts, and nothing in them is anything else.
                    value: match is_text {
                        true => serde_json::Value::from(value.as_str()).to_string(),
                        false => value.clone(),
                    },
                    option: format!("{option} {value}"),
                })
            });
        set.chain(named).collect()
    }

    /// Whether it is said here where the study is kept.
    pub(crate) fn names_journal(&self) -> bool {
        self.journal.is_some() || self.set.iter().any(|(key, _)| key == "journal")
    }

    /// Whether the study is kept elsewhere than its file says.
    pub(crate) fn moves_journal(&self) -> bool {
        let keys = ["journal", "name"];
        self.journal.is_some() || self.set.iter().any(|(key, _)| keys.contains(&key.as_str()))
    }
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunArgs {
    /// The study file; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Print one JSON summary to stdout at the end, and no progress
    #[arg(long)]
    pub(crate) json: bool,
    /// Show no progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Continue although entries of the journal are missing or were changed: what is there counts
    #[arg(long)]
    pub(crate) accept_loss: bool,
    /// Take the parameters as the study file has them now, although the study has begun with others: trials so far stay where they fit
    #[arg(long, conflicts_with = "repeat")]
    pub(crate) amend: bool,
    /// Try failed trials again, each as a new one with the same parameters, before anything new and whatever the budget: all
    /// that failed and were not tried again yet, or these, such as `3,7-9`
    #[arg(
        long,
        value_name = "TRIALS",
        num_args = 0..=1,
        default_missing_value = ALL_TRIALS,
        conflicts_with = "repeat",
        value_parser = FailedTrials::parse
    )]
    pub(crate) retry_failed: Option<FailedTrials>,
    /// Run the study N times, with the seed, the seed plus 1, …, each in a journal of its own, and
    /// summarise them
    #[arg(long, value_name = "N")]
    pub(crate) repeat: Option<NonZeroU64>,
}

#[derive(Debug, Args)]
#[command(allow_missing_positional = true, after_help = ADD)]
pub(crate) struct AddArgs {
    /// The study file; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    /// The results: a `.csv`, `.json` or `.jsonl` file, such as `tune export` writes
    #[arg(value_name = "RESULTS", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) results: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Add results, too, that the study has already: those of trials with the same parameters and the same values
    #[arg(long)]
    pub(crate) doubles: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = ASK_TELL)]
pub(crate) struct AskTellArgs {
    /// The study file; without one, the first line of the input is `{"study": {…}}`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Keep the study in memory only, even if its file names a journal
    #[arg(long, conflicts_with = "journal")]
    pub(crate) no_journal: bool,
    /// Continue although entries of the journal are missing or were changed: what is there counts
    #[arg(long, conflicts_with = "no_journal")]
    pub(crate) accept_loss: bool,
}

/// Which study to look at.
#[derive(Debug, Args)]
pub(crate) struct StudyArgs {
    /// The study file, or the `.db` file that it is kept in; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE|DB", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    /// The name of the study, if the `.db` file holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) study: Option<String>,
}

/// How trials are laid out. A table is as wide as the terminal unless this says otherwise.
#[derive(Debug, Args)]
pub(crate) struct LayoutArgs {
    /// Only these columns, or groups of columns: see `tune export --help`
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Every column, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// A block of lines for each trial
    #[arg(long, conflicts_with = "wide")]
    pub(crate) long: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The folder of the `.db` files that they are kept in
    #[arg(default_value = ".", value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// Every column, however wide the terminal is
    #[arg(long)]
    pub(crate) wide: bool,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BestArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// How many; with several objectives, by default all that no other one dominates
    #[arg(short = 'n', long, value_name = "K")]
    pub(crate) number: Option<usize>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TrialsArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Sort by this column, small to large
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sort: Option<String>,
    /// In reverse
    #[arg(long, short)]
    pub(crate) reverse: bool,
    /// Only trials in these states: running, paused, completed, stopped, failed
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub(crate) state: Vec<String>,
    /// Only trials for which this holds, such as `lr<0.01` or `optimizer=sgd` (repeatable)
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) conditions: Vec<String>,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
    /// With learning curves and times: a small plot of the reports of each trial or, with `--json`, every report
    #[arg(long)]
    pub(crate) reports: bool,
    /// At most this many
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The number of the trial
    #[arg(value_name = "TRIAL", required = true)]
    pub(crate) trial: u64,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The number of the trial
    #[arg(value_name = "TRIAL", required = true)]
    pub(crate) trial: u64,
    /// Print what is written from now on, too, until the trial has ended
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only its standard output
    #[arg(long, conflicts_with = "stderr")]
    pub(crate) stdout: bool,
    /// Only its standard error
    #[arg(long)]
    pub(crate) stderr: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// Print new events, until no process runs the study any more
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Only events of these kinds
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kinds())]
    pub(crate) kind: Vec<String>,
    /// Only events of these trials
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) trial: Vec<u64>,
    /// Only events after this number
    #[arg(long, value_name = "N")]
    pub(crate) after: Option<u64>,
    /// Print one JSON object per line, as in the journal
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The format; by default that of the output file's extension, or csv
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<ExportFormat>,
    /// The file to write; by default stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only these columns, by name, or by group: values, parameters, metrics. With
    /// `--columns trial,parameters,values` equal studies have equal bytes
    #[arg(
        long,
        visible_alias = "only",
        value_name = "COLUMNS",
        value_delimiter = ','
    )]
    pub(crate) columns: Vec<String>,
    /// Learning curves and times: a row for each report, with its trial, its time and its values
    #[arg(long, conflicts_with = "columns")]
    pub(crate) reports: bool,
    /// In CSV: put a `'` before cells that a spreadsheet would take for formulas
    #[arg(long)]
    pub(crate) safe: bool,
}

/// How trials are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A head and a line per trial
    Csv,
    /// An array of objects
    Json,
    /// An object per line
    Jsonl,
    /// A Parquet file, for data frames
    #[cfg(feature = "parquet")]
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The new journal; by default beside the damaged one, as in `study.repaired.db`
    #[arg(long, short, value_name = "DB")]
    pub(crate) output: Option<PathBuf>,
    /// Save only what comes before the first damaged entry, for a study that is to be repeated from there
    #[arg(long)]
    pub(crate) before_damage: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) study: StudyArgs,
    /// The study itself, too, with all its results: its journal, or its part of it
    #[arg(long)]
    pub(crate) all: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Only show what would be removed
    #[arg(long, short = 'n', conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StrategiesArgs {
    /// Only this one, with its options
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PrunersArgs {
    /// Only this one, with its options
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

const COMPLETIONS: &str = "\
Put it where your shell looks:
  bash  tune completions bash > ~/.local/share/bash-completion/completions/tune
  zsh   tune completions zsh > ~/.zfunc/_tune    (with `fpath+=~/.zfunc` before `compinit`)
  fish  tune completions fish > ~/.config/fish/completions/tune.fish";

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(EventKind::NAMES)
}

#[derive(Debug, Args)]
pub(crate) struct CheckStrategyArgs {
    /// The program and its arguments, as in `tune check-strategy -- python3 sampler.py`
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// Its options: a JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) options: Option<String>,
    /// Only this law, by its name or number (repeatable)
    #[arg(long = "law", value_name = "LAW")]
    pub(crate) laws: Vec<String>,
    /// Only this problem, such as `floats/min`, or those of a space, such as `floats` (repeatable)
    #[arg(long = "problem", value_name = "NAME")]
    pub(crate) problems: Vec<String>,
    /// Only this seed
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// This many seeds for each problem
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with = "seed")]
    pub(crate) seeds: u64,
    /// How long a simulated study of a few dozen trials may take
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) timeout: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SolverArgs {
    /// The strategy: a name, or YAML such as `{name: grid, resolution: 5}`
    #[arg(value_name = "STRATEGY", default_value = "auto")]
    pub(crate) strategy: String,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.to_owned())),
        None => Err("write it as KEY=VALUE".to_owned()),
    }
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
