//! [`StudyError`]: why a study cannot be opened or cannot continue.

use thiserror::Error;
use tuning_core::{AskError, JournalError, ReplayError, Seq, SettingError, TellError, Unsupported};

/// A study cannot be opened, or cannot continue. A failed trial is not an error.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The objectives, the fidelities or the order make no sense.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// No strategy was given.
    #[error("study `{study}` has no strategy: choose one with `.strategy(…)`")]
    NoStrategy {
        /// The study.
        study: String,
    },
    /// The strategy or the pruner cannot handle the problem.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// A setting makes no sense.
    #[error("study `{study}`: {message}")]
    Invalid {
        /// The study.
        study: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// There is no tokio runtime around, and no other executor was given.
    #[error(
        "a study runs inside a tokio runtime: call it from async code (`#[tokio::main]`), or give it an executor"
    )]
    NoRuntime,
    /// The journal holds a study with other properties.
    #[error("study `{study}` does not match its journal:\n{}\nchange it back, {}or give the new study another name or file", lines(.differences), amend(*.is_amendable))]
    Differs {
        /// The study.
        study: String,
        /// One line for each difference.
        differences: Vec<String>,
        /// Whether it is its space alone, which can be [amended](crate::StudyBuilder::amend).
        is_amendable: bool,
    },
    /// The journal was written by a newer version.
    #[error(
        "the journal of study `{study}` has format {found}, but this version knows formats up to {known}: use a newer version"
    )]
    Format {
        /// The study.
        study: String,
        /// The format found.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// The journal's entries do not fit together.
    #[error("entry {seq} of the journal contradicts those before it: {message}")]
    Log {
        /// The place of the entry.
        seq: Seq,
        /// What does not fit.
        message: String,
    },
    /// The journal failed. What was acknowledged is safe.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The strategy failed or broke a law. All results so far are safe.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A result that was told to a [manual session](crate::ManualSession) cannot be taken. Nothing has changed; the
    /// session continues.
    #[error(transparent)]
    Tell(#[from] TellError),
    /// The strategy or the pruner panicked. All results so far are safe.
    #[error("the strategy panicked: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
    /// The evaluator met something that keeps all trials from being evaluated, and
    /// [halted](tuning_core::RunningTrial::halt) the session. No trial failed of it; all results so far are safe.
    #[error(
        "study `{study}` was stopped, since no trial can be evaluated: {reason}; mend that, then run the study again: it \
         resumes, and what was not finished is evaluated then"
    )]
    Halted {
        /// The study.
        study: String,
        /// What the evaluator said.
        reason: String,
    },
    /// An earlier session of this study was dropped in its middle, or failed.
    #[error("an earlier session of this study failed or was dropped: open the study again")]
    Abandoned,
}

fn lines(differences: &[String]) -> String {
    let lines: Vec<_> = differences
        .iter()
        .map(|line| format!("  - {line}"))
        .collect();
    lines.join("\n")
}

fn amend(is_amendable: bool) -> &'static str {
    match is_amendable {
        true => {
            "take the new space for the rest of the study with `tune run --amend` (in Rust, `.amend()`), "
        }
        false => "",
    }
}

impl StudyError {
    pub(crate) fn replay(seq: Seq, error: &ReplayError) -> Self {
        Self::Log {
            seq,
            message: error.to_string(),
        }
    }
}
