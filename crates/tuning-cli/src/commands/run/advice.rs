//! [`Advice`]: what is said under the result of a run: why trials failed, where everything is, and what may come next.

use std::path::Path;

use tuning_core::{Budget, EndReason, Progress};

use crate::{failures, output::say, paused::left_paused, shell};

/// How many lines of a failure are shown.
const LINES: usize = 12;

/// What there is to know at the end of a run.
pub(super) struct Advice<'a> {
    pub(super) target: &'a Path,
    pub(super) reason: EndReason,
    pub(super) progress: &'a Progress,
    pub(super) budget: &'a Budget,
    pub(super) journal: String,
    pub(super) trials_dir: &'a Path,
}

impl Advice<'_> {
    /// Says it.
    pub(super) fn say(&self) {
        let counts = self.progress.counts();
        // The journal knows them by study, not by session.
        let failed = match self.progress.sessions() {
            0 | 1 => "failed",
            _ => "failed in all sessions",
        };
        for line in failures::lines(self.progress.failures()) {
            say(format_args!("{failed}: {line}"));
        }
        let is_broken = self.reason == EndReason::Failures
            || (counts.completed == 0 && counts.failed > 0 && self.reason != EndReason::Stopped);
        if is_broken {
            self.say_last_words();
        }
        say(format_args!("journal: {}", self.journal));
        say(format_args!("trial logs: {}", self.trials_dir.display()));
        match is_broken {
            true => self.fix(),
            false => self.next(),
        }
    }

    /// The end of the newest failure, in which a program says what is wrong with it.
    fn say_last_words(&self) {
        let Some((trial, failure)) = self.progress.last_failure() else {
            return;
        };
        let lines: Vec<&str> = failure.reason.lines().collect();
        // One line was said above.
        if lines.len() < 2 {
            return;
        }
        // Of a head that announces a program's output, only that is left to say.
        let announced = lines[0]
            .strip_suffix(':')
            .and_then(|head| head.rsplit_once("; "));
        let lines = match announced {
            Some((_, what)) => {
                say(format_args!("trial {trial}: {what}:"));
                &lines[1..]
            }
            None => {
                say(format_args!("trial {trial} failed with:"));
                &lines[..]
            }
        };
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            say(format_args!("  {line}"));
        }
    }

    /// What to do about trials that fail.
    fn fix(&self) {
        let (tune, target) = (shell::tune(), shell::word(self.target));
        let trial = self.progress.last_failure().map(|(trial, _)| trial);
        let trial = trial.map_or_else(String::new, |trial| trial.to_string());
        say(format_args!(
            "next: look at `{tune} show {target} {trial}` or `{tune} logs {target} {trial}`, fix the program, then run the same \
             command again"
        ));
        if self.reason == EndReason::Failures {
            let left = match self.budget.trials_left(&self.progress.counts()) {
                Some(1) => "1 trial of the budget is left".to_owned(),
                Some(left) => format!("{left} trials of the budget are left"),
                None => "the rest of the budget is left".to_owned(),
            };
            say(format_args!(
                "{left}; the study stopped because of `stop_on: {{failures: {}}}`, and `never` lets it continue",
                self.budget.failures
            ));
        } else {
            say(format_args!(
                "with `--retry-failed` it tries the failed trials again"
            ));
        }
    }

    /// What to do with a result.
    fn next(&self) {
        let (tune, target) = (shell::tune(), shell::word(self.target));
        let counts = self.progress.counts();
        if counts.completed > 0 {
            say(format_args!(
                "next: `{tune} best {target}`, `{tune} export {target} -o trials.csv`"
            ));
        }
        if let Some((trial, _)) = self.progress.last_failure() {
            say(format_args!(
                "failed trials: `{tune} show {target} {trial}` shows one in full, the same command with `--retry-failed` tries them again"
            ));
        }
        if let Some(paused) = left_paused(self.reason, &counts) {
            say(format_args!("paused: {paused}"));
        }
        if self.reason == EndReason::Stopped {
            say("run it again to resume");
        }
    }
}
