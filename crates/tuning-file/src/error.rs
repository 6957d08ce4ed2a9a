//! [`FileError`]: why a file is not a study.

use std::{error::Error, io, path::PathBuf};

use thiserror::Error as ThisError;
use tuning_command::CommandError;
use tuning_core::JournalError;
use tuning_runtime::StudyError;

use crate::document::Located;

/// A file that cannot be read as a study.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum FileError {
    /// The name of a file does not tell its format.
    #[error("cannot tell the format of `{}`: name it `.yaml`, `.toml` or `.json`", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read at all.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file does not say what runs the trials.
    #[error(
        "nothing runs the trials: name a `command` or an `evaluator`, or run the study with a function"
    )]
    NoEvaluator,
    /// Who is to run the trials cannot.
    #[error("the trials cannot be run: {0}")]
    Evaluator(#[source] Box<dyn Error + Send + Sync>),
    /// The folder for what trials leave cannot be used.
    #[error(transparent)]
    TrialsFolder(#[from] CommandError),
    /// An observer cannot watch.
    #[error("observer `{kind}` cannot watch: {source}")]
    Observer {
        /// Its kind.
        kind: String,
        /// Why not.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The study cannot continue.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// What it says makes no sense: everything that is wrong, each with its place.
    #[error("{0}")]
    Invalid(Located),
}
