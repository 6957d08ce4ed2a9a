//! What saves and removes what a study has left.

use std::path::PathBuf;

use clap::Args;

use super::StudyArgs;

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
