//! What looks at a study.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint, builder::PossibleValuesParser};
use tuning_core::EventKind;

use super::{
    number::{trial, whole},
    study_here,
};

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
    #[arg(short = 'n', long, value_name = "K", value_parser = whole::<usize>)]
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
    #[arg(long, short = 'n', value_name = "N", value_parser = whole::<usize>)]
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
    #[arg(value_name = "TRIAL", required = true, value_parser = trial)]
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
    #[arg(value_name = "TRIAL", required = true, value_parser = trial)]
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
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = whole::<u64>)]
    pub(crate) trial: Vec<u64>,
    /// Only events after this number
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) after: Option<u64>,
    /// Print one JSON object per line, as in the journal
    #[arg(long)]
    pub(crate) json: bool,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(EventKind::NAMES)
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
