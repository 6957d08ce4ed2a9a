//! [`SettingArgs`]: settings that override those of the study file.

use std::path::Path;

use clap::Args;
use tuning_file::{Extensions, Override, StudyFile, StudyReader};

use crate::error::CliError;

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

    /// Reads a study file with these settings over it.
    pub(crate) fn read(&self, file: &Path, extensions: &Extensions) -> Result<StudyFile, CliError> {
        let overrides = self.overrides();
        Ok(StudyReader::new(extensions)
            .overrides(&overrides)
            .file(file)?)
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

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.to_owned())),
        None => Err("write it as KEY=VALUE".to_owned()),
    }
}
