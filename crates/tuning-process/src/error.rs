//! [`ProcessError`]: what a program did wrong, with all that is needed to find out why.

use std::{fmt, time::Duration};

use thiserror::Error;
use tuning_core::IllegalProposal;

/// How much of a line is shown.
const SHOWN: usize = 600;

/// A program did not do what a strategy must.
///
/// Its message names the command, what it was sent, what it answered, and the end of its standard error.
#[derive(Debug, Error)]
#[non_exhaustive]
pub struct ProcessError {
    /// The command, as people write it.
    pub command: String,
    /// What it did.
    #[source]
    pub cause: ProtocolError,
    /// The line that it was sent last.
    pub sent: String,
    /// What it answered, if anything.
    pub came: String,
    /// The end of its standard error.
    pub stderr: String,
}

/// How a program broke the protocol.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// It ended instead of answering; how, as the rest of a sentence that begins with "it".
    #[error("{0} instead of answering")]
    Ended(String),
    /// It took too long. It was killed.
    #[error(
        "did not answer within {0:?}; it was killed (its option `timeout` says how long it may take)"
    )]
    TimedOut(Duration),
    /// Its answer cannot be understood.
    #[error("answered something that cannot be understood: {0}")]
    Nonsense(String),
    /// It answered with this many lines instead of one.
    #[error(
        "answered with {0} lines: an answer is one line, and everything else belongs on standard error"
    )]
    Lines(usize),
    /// It wrote a line that nothing asked for.
    #[error(
        "wrote a line that nothing asked for: one line is one answer, and everything else belongs on standard error"
    )]
    Unasked,
    /// Its answer is longer than 16 MiB.
    #[error("answered with a line of more than 16 MiB")]
    TooLong,
    /// Its proposal cannot be done.
    #[error("made an illegal proposal: {0}")]
    Illegal(#[source] IllegalProposal),
    /// It cannot continue, and said why.
    #[error("failed: {0}")]
    Failed(String),
}

impl ProtocolError {
    /// Whether the program can be talked to afterwards.
    pub(crate) fn is_harmless(&self) -> bool {
        matches!(self, Self::Illegal(_) | Self::Failed(_))
    }
}

impl ProcessError {
    pub(crate) fn new(
        command: &str,
        cause: ProtocolError,
        sent: &str,
        came: &[u8],
        stderr: String,
    ) -> Self {
        Self {
            command: command.to_owned(),
            cause,
            sent: sent.trim_end().to_owned(),
            came: String::from_utf8_lossy(came).into_owned(),
            stderr,
        }
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.command, self.cause)?;
        write!(f, "\n  it was sent: {}", short(&self.sent))?;
        match &*self.came {
            "" => write!(f, "\n  it answered nothing")?,
            came => write!(f, "\n  it answered: {}", short(came))?,
        }
        match &*self.stderr {
            "" => write!(f, "\n  its standard error is empty"),
            stderr => {
                write!(f, "\n  the end of its standard error:")?;
                let lines: Vec<&str> = stderr.lines().collect();
                for line in &lines[lines.len().saturating_sub(20)..] {
                    write!(f, "\n    {}", short(line))?;
                }
                Ok(())
            }
        }
    }
}

/// A text in one line, not too long.
fn short(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(SHOWN).map(clean).collect();
    if text.chars().nth(SHOWN).is_some() {
        let left = text.chars().count() - SHOWN;
        short.push_str(&format!(" … ({left} more characters)"));
    }
    short
}
