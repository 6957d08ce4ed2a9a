//! [`Wire`]: the line to the client: requests come, and each gets exactly one answer.

use std::io::{self, Write as _};

use tuning_core::Objectives;

use super::{
    answer::Answer,
    lines::{Line, Lines},
    refusal::Refusal,
    request::Request,
};
use crate::{
    error::CliError,
    output::{Output, json_line},
    signals::Signals,
};

/// The line to the client.
pub(super) struct Wire<'a> {
    lines: Lines,
    out: &'a mut Output,
    /// How many lines have come.
    line: u64,
    interrupted: bool,
    /// Answers that are not sent yet.
    held: Vec<u8>,
}

impl<'a> Wire<'a> {
    /// Standard input, and `out`.
    pub(super) fn new(out: &'a mut Output) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::of_stdin()?,
            out,
            line: 0,
            interrupted: false,
            held: Vec::new(),
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

    /// The next line if it has come already.
    pub(super) fn ready(&mut self) -> Result<Option<Line>, CliError> {
        let line = self.lines.ready()?;
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

    /// Sends an answer, behind those that are held back.
    pub(super) fn answer(&mut self, answer: &Answer<'_>) -> Result<(), CliError> {
        self.hold(answer)?;
        self.send()
    }

    /// Sends an error for an answer, likewise.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> Result<(), CliError> {
        self.hold_refusal(refusal)?;
        self.send()
    }

    /// Holds an answer back.
    pub(super) fn hold(&mut self, answer: &Answer<'_>) -> Result<(), CliError> {
        Ok(json_line(&mut self.held, answer)?)
    }

    /// Holds an error for an answer back.
    pub(super) fn hold_refusal(&mut self, refusal: Refusal) -> Result<(), CliError> {
        let error = refusal.at(self.line);
        self.hold(&Answer::Error { error })
    }

    /// How many bytes are held back.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }

    /// Forgets what is held back: it is not true any more.
    pub(super) fn forget(&mut self) {
        self.held.clear();
    }

    /// Sends what was held back.
    pub(super) fn send(&mut self) -> Result<(), CliError> {
        let written = self.out.write_all(&self.held);
        self.held.clear();
        written?;
        Ok(self.out.flush()?)
    }
}
