//! [`Exit`]: what the exit code says.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The study ended by its budget or its strategy; or what was asked for was shown.
    Done,
    /// The study failed: its journal or its strategy did, or the folder of its trials takes no files.
    Failed,
    /// The command line or the study file makes no sense, or does not fit the journal.
    Usage,
    /// The study was stopped before its end; run it again to resume.
    Stopped,
    /// The study ended, but no trial completed, or too many failed: something is to be fixed.
    Fruitless,
    /// Ctrl-c for the third time: the program left at once, as shells expect it (128 + SIGINT).
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Stopped => 3,
            Self::Fruitless => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// For `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    done: the study ended by its budget or its strategy
  1    failed: the journal, the strategy or the folder of the trials; what was durable is safe
  2    the command line or the study file is invalid
  3    stopped before its end (ctrl-c, SIGTERM); run it again to resume
  4    no trial completed, or too many failed: fix the program, then run it again to resume
  130  exited at once (ctrl-c three times)";
