//! [`CliError`]: why a command could not do what it was asked for, and the exit code of that.

use std::{io, path::PathBuf};

use thiserror::Error;
use tuning_command::CommandError;
use tuning_core::JournalError;
use tuning_file::FileError;
use tuning_runtime::StudyError;

use crate::{exit::Exit, shell};

/// A command could not do what it was asked for. Trials that fail are none of these.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// The command line makes no sense.
    #[error("{0}")]
    Usage(String),
    #[error("{error}{hint}", error = .0, hint = init_hint(.0))]
    File(FileError),
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{}{}", with_causes(.0), study_hint(.0))]
    Study(#[from] StudyError),
    #[error("{}{}", with_causes(.0), loss_hint(.0))]
    Journal(#[from] JournalError),
    #[error("cannot {what} `{}`: {source}", path.display())]
    Write {
        what: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// A program that is to be a strategy cannot be talked to.
    #[error("it cannot be asked for a proposal: {0}")]
    Program(String),
    /// What the other side of a protocol sends cannot be understood.
    #[error("{0}")]
    Protocol(String),
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// What reads our output is gone: there is no use in writing the rest.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::File(FileError::Observer { .. } | FileError::TrialsFolder(_)) => Exit::Failed,
            // No fault of the study file.
            Self::File(FileError::Evaluator(error))
                if matches!(error.downcast_ref(), Some(CommandError::TrialsDir { .. })) =>
            {
                Exit::Failed
            }
            Self::Usage(_) | Self::Read { .. } | Self::File(_) => Exit::Usage,
            Self::Study(
                StudyError::Differs { .. }
                | StudyError::Invalid { .. }
                | StudyError::Setting(_)
                | StudyError::Unsupported(_)
                | StudyError::NoStrategy { .. },
            ) => Exit::Usage,
            _ => Exit::Failed,
        }
    }

    /// Whether it is to be passed over in silence.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<FileError> for CliError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Journal(error) => Self::Journal(error),
            FileError::Study(error) => Self::Study(error),
            error => Self::File(error),
        }
    }
}

fn init_hint(error: &FileError) -> String {
    match error {
        FileError::Read { path, source } if source.kind() == io::ErrorKind::NotFound => {
            format!(
                "; `{} init {}` writes one to start from",
                shell::tune(),
                shell::word(path)
            )
        }
        _ => String::new(),
    }
}

/// What to do about a damaged journal.
fn loss_hint(error: &JournalError) -> &'static str {
    match error {
        JournalError::Lost { .. } | JournalError::Corrupt { .. } => {
            "; `tune repair` saves what is intact in a new journal, `--accept-loss` continues with what is there"
        }
        _ => "",
    }
}

fn study_hint(error: &StudyError) -> &'static str {
    match error {
        StudyError::Journal(error) => loss_hint(error),
        _ => "",
    }
}

/// The message with those of its causes that say something new.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
