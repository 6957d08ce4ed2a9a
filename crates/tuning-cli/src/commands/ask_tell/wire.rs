//! [`Wire`]: the line to the client: requests come, and each gets exactly one answer.

use std::io::{self, Write as _};

use tuning_core::Objectives;

use super::{
    answer::Answer,
    lines::{Line, Lines},
    refusal::Refusal,
    request::Request,
};
use crate::{commands::run::Signals, error::CliError, output::Output};

/// The line to the client.
pub(super) struct Wire<'a> {
    lines: Lines,
    out: &'a mut Output,
    /// How many lines have come.
    line: u64,
    interrupted: bool,
}

impl<'a> Wire<'a> {
    /// Standard input, and `out`.
    pub(super) fn new(out: &'a mut Output) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::of_stdin()?,
            out,
            line: 0,
            interrupted: false,
        })
    }

    /// The next line; none at the end of the input, or after a signal to end.
    pub(super) async fn next(&mut self, signals: &mut Signals) -> Result<Option<Line>, CliError> {
        let line = tokio::select! {
            biased;
            line = self.lines.next() => line?,
            () = signals.next() => {
                self.interrupted = true;
                None
            }
        };
        self.line += u64::from(line.is_some());
        Ok(line)
    }

    /// Whether a signal has ended it.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupted
    }

    /// Reads a line as a request.
    pub(super) fn request(
        &self,
        line: Line,
        objectives: Option<&Objectives>,
    ) -> Result<Request, Refusal> {
        match line {
            Line::Text(text) => Request::parse(&text, objectives),
            Line::Bad(why) => Err(Refusal::new(why)),
        }
    }

    /// Sends an answer.
    pub(super) fn answer(&mut self, answer: &Answer<'_>) -> Result<(), CliError> {
        serde_json::to_writer(&mut *self.out, answer).map_err(io::Error::from)?;
        self.out.write_all(b"\n")?;
        Ok(self.out.flush()?)
    }

    /// Sends an error for an answer.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> Result<(), CliError> {
        let error = refusal.at(self.line);
        self.answer(&Answer::Error { error })
    }
}
