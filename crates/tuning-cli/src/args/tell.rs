//! What tells a study of trials that are evaluated elsewhere.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{SettingArgs, study_here};

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
    /// Take the parameters as the study has them now, although it has begun with others: trials so far stay where they fit
    #[arg(long, conflicts_with = "no_journal")]
    pub(crate) amend: bool,
    /// Keep the study in memory only, even if its file names a journal
    #[arg(long, conflicts_with = "journal")]
    pub(crate) no_journal: bool,
    /// Continue although entries of the journal are missing or were changed: what is there counts
    #[arg(long, conflicts_with = "no_journal")]
    pub(crate) accept_loss: bool,
}
