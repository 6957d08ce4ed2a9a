//! [`Lines`]: progress as plain lines, few enough for a log file. Time is that of the events.

use std::io::{self, Write};

use tuning_core::{Event, EventKind, TrialId};

use super::status;
use crate::{
    watched::{Goal, Watched},
    wording::{format_duration, printable},
};

/// The least time between two lines that are about nothing new.
const APART_MILLIS: u64 = 5_000;
/// After this long without a line, the next finished trial is worth one.
const SILENCE_MILLIS: u64 = 600_000;
/// Without a budget of trials: a line after this many, then after ever more.
const FIRST_STEP: u64 = 100;
/// This many new bests may come at once; after that, one every [`APART_MILLIS`].
const BURST: u64 = 20;

pub(super) struct Lines {
    out: Box<dyn Write + Send>,
    /// When the last line was written.
    last_millis: Option<u64>,
    /// How much of the budget was done at the last line about it.
    shown: u64,
    allowance: Allowance,
    /// Whether a new best was not shown because there were too many.
    held_back: bool,
    /// The failed trial that was told last.
    told: Option<TrialId>,
}

impl Lines {
    pub(super) fn new(out: impl Write + Send + 'static) -> Self {
        Self {
            out: Box::new(out),
            last_millis: None,
            shown: 0,
            allowance: Allowance::default(),
            held_back: false,
            told: None,
        }
    }

    /// Writes the line that the event deserves, if any.
    pub(super) fn show(&mut self, watched: &Watched, event: &Event) -> io::Result<()> {
        let now = event.at_millis;
        // A clock that was set back silences nothing.
        let last = self.last_millis.map_or(now, |last| last.min(now));
        self.last_millis = Some(last);
        match &event.kind {
            EventKind::Opened(opened) => {
                self.allowance = Allowance::default();
                self.write(
                    watched,
                    now,
                    &status::opened(watched, event, opened.session),
                )
            }
            EventKind::Closed(closed) => {
                self.write(watched, now, &status::closed(watched, event, closed))
            }
            EventKind::Warned(warned) => writeln!(
                self.out,
                "{}",
                printable(&format!("{}: warning: {warned}", event.study))
            ),
            EventKind::Fact(_) => {
                self.held_back |= watched.is_new_best(event);
                if self.held_back && self.allowance.take(now) {
                    self.write(watched, now, &new_best(watched, event))
                } else if self.is_due(watched, now) {
                    let mut line = progress(watched, event);
                    let failed = watched.last_failure().map(|(trial, _)| trial);
                    if self.told != failed {
                        self.told = failed;
                        if let Some((trial, why)) = status::last_failure(watched) {
                            line.push_str(&format!(", trial {trial} failed: {why}"));
                        }
                    }
                    self.write(watched, now, &line)
                } else {
                    Ok(())
                }
            }
            _ => Ok(()),
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn is_due(&self, watched: &Watched, now: u64) -> bool {
        let Goal { done, of, .. } = watched.goal();
        if done <= self.shown || of.is_some_and(|of| done >= of) {
            return false; // the line at the end tells the rest
        }
        let step = match of {
            Some(of) => of.div_ceil(10).max(1),
            None => FIRST_STEP.max(self.shown / 10),
        };
        let silence = now.saturating_sub(self.last_millis.unwrap_or(now));
        (done / step > self.shown / step && silence >= APART_MILLIS) || silence >= SILENCE_MILLIS
    }

    fn write(&mut self, watched: &Watched, now: u64, line: &str) -> io::Result<()> {
        self.last_millis = Some(now);
        self.shown = watched.goal().done;
        self.held_back = false;
        writeln!(self.out, "{}", printable(line))
    }
}

fn new_best(watched: &Watched, event: &Event) -> String {
    let (study, done) = (&event.study, status::done(watched));
    let best = status::best(watched, true).unwrap_or_default();
    // On a front, what is new is the trial that joined it.
    let id = event.kind.trial();
    match watched.front().iter().find(|best| Some(best.trial) == id) {
        Some(new) if watched.objectives().len() > 1 => {
            format!(
                "{study}: {done}, {best}, new: {}",
                status::trial(watched, new, true)
            )
        }
        _ => format!("{study}: {done}, {best}"),
    }
}

fn progress(watched: &Watched, event: &Event) -> String {
    let mut parts = vec![status::done(watched)];
    parts.extend(status::parts(watched));
    let left = watched.left();
    parts.extend(left.map(|left| format!("{} left", format_duration(left))));
    format!("{}: {}", event.study, parts.join(", "))
}

/// How many lines may still come: it fills up with time.
#[derive(Debug)]
struct Allowance {
    lines: u64,
    filled_millis: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            lines: BURST,
            filled_millis: 0,
        }
    }
}

impl Allowance {
    fn take(&mut self, now: u64) -> bool {
        let more = now.saturating_sub(self.filled_millis) / APART_MILLIS;
        if more > 0 {
            self.lines = self.lines.saturating_add(more).min(BURST);
            self.filled_millis = now;
        }
        let allowed = self.lines > 0;
        self.lines = self.lines.saturating_sub(1);
        allowed
    }
}
