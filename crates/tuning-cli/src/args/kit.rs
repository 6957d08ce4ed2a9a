//! What tells, checks and serves strategies and pruners.

use clap::Args;

use super::number::whole;

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

const COMPLETIONS: &str = "\
Put it where your shell looks:
  bash  tune completions bash > ~/.local/share/bash-completion/completions/tune
  zsh   tune completions zsh > ~/.zfunc/_tune    (with `fpath+=~/.zfunc` before `compinit`)
  fish  tune completions fish > ~/.config/fish/completions/tune.fish";

#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
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
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub(crate) seed: Option<u64>,
    /// This many seeds for each problem
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with = "seed", value_parser = whole::<u64>)]
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
