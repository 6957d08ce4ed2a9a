//! Why a subcommand did not succeed.

use std::path::Path;
use std::{fmt, io};

pub(crate) type Result<T = ()> = std::result::Result<T, Error>;

#[derive(Debug)]
pub(crate) enum Error {
    /// The command line makes no sense.
    Usage(String),
    /// A program ran and failed; `command` repeats it.
    Failed { command: String, status: String },
    /// A program could not be started.
    NotStarted {
        command: String,
        source: std::io::Error,
    },
    /// A step of `ci` failed.
    Step {
        step: &'static str,
        source: Box<Error>,
    },
    /// How many problems `tidy` found. It has printed them.
    Untidy(usize),
    /// How many steps of documents failed, which has been printed, and where their files are kept.
    Documents(usize, String),
    /// These files do not match the public items. The differences have been printed.
    Stale(Vec<String>),
    /// `cargo metadata` or the file system refused.
    Workspace(String),
}

impl Error {
    /// The file system refused to do this with this file.
    pub(crate) fn file(what: &str, path: &Path, error: &io::Error) -> Self {
        Error::Workspace(format!("cannot {what} `{}`: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(message) | Error::Workspace(message) => f.write_str(message),
            Error::Failed { command, status } => {
                write!(
                    f,
                    "the command failed ({status}); run it again with\n\n    {command}\n"
                )
            }
            Error::NotStarted { command, source } => {
                write!(f, "cannot start `{command}`: {source}")
            }
            Error::Step { step, source } => write!(
                f,
                "ci stopped at `{step}`: {source}\n(this step alone: cargo xtask ci --only {step})"
            ),
            Error::Documents(1, kept) => write!(f, "1 step of the documents failed{kept}"),
            Error::Documents(count, kept) => {
                write!(f, "{count} steps of the documents failed{kept}")
            }
            Error::Stale(files) => write!(
                f,
                "not up to date: {}; if the change is intended, run `cargo xtask api`, and mention it in the commit and in \
                 CHANGELOG.md",
                files.join(", ")
            ),
            Error::Untidy(1) => f.write_str("tidy found 1 problem"),
            Error::Untidy(problems) => write!(f, "tidy found {problems} problems"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::NotStarted { source, .. } => Some(source),
            Error::Step { source, .. } => Some(source),
            _ => None,
        }
    }
}
