//! What makes, checks and runs a study.

use std::{num::NonZeroU64, path::PathBuf, time::Duration};

use clap::{Args, ValueHint};

use super::{
    SettingArgs,
    number::{duration, whole},
    study_here,
};
use crate::{
    exit::EXIT_CODES,
    failed_trials::{ALL_TRIALS, FailedTrials},
};

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

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// The study file; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// How long one unit of resource takes (without `fidelity`: one trial), such as `90s`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) unit: Option<Duration>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct RunArgs {
    /// The study file; `study.yaml` (or `.toml`, `.json`) unless given
    #[arg(value_name = "FILE", default_value_os_t = study_here(), hide_default_value = true)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Print nothing but errors; with `--repeat` the summary of all seeds, too
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
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroU64>)]
    pub(crate) repeat: Option<NonZeroU64>,
}
