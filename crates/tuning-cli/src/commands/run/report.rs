//! What a run says at its start and at its end, to people and to programs.

use std::{fmt, path::Path, time::Duration};

use serde_json::{Value, json};
use tuning_core::{Counted, Counts, EndReason, Progress, StudySpec, Trial, Trials};
use tuning_file::StudyFile;
use tuning_observers::format_duration;
use tuning_runtime::{ObserverReport, Study, Summary};

use super::advice::Advice;
use crate::{
    args::RunArgs,
    columns::{self, Column},
    commands::best,
    error::CliError,
    output::{Output, say, streams_meet},
    savings::Savings,
    shell, table,
};

/// How many trials the final table has.
const ROWS: usize = 5;

/// The first lines: what is run, whether it is resumed, and where it is kept.
#[derive(Debug)]
pub(super) struct Start<'a> {
    file: &'a StudyFile,
    counts: Counts,
    sessions: u64,
}

impl<'a> Start<'a> {
    pub(super) fn new(file: &'a StudyFile, progress: &Progress) -> Self {
        Self {
            file,
            counts: progress.counts(),
            sessions: progress.sessions(),
        }
    }
}

impl fmt::Display for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, counts) = (&self.file.settings.name, &self.counts);
        if self.sessions == 0 {
            writeln!(f, "study `{name}` begins")?;
        } else {
            write!(
                f,
                "study `{name}` resumes: {} finished trials are kept",
                counts.ended()
            )?;
            if counts.paused > 0 {
                write!(f, ", {} are paused", counts.paused)?;
            }
            match counts.running {
                0 => writeln!(f)?,
                1 => writeln!(f, ", 1 unfinished one is run again")?,
                n => writeln!(f, ", {n} unfinished ones are run again")?,
            }
        }
        if let Some(pruner) = &self.file.identity.pruner {
            writeln!(f, "pruner: {pruner}")?;
        }
        write!(f, "journal: {}", self.file.journal.place())
    }
}

/// How much is said at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// A line, the best trials, where everything is, and what may come next.
    Whole,
    /// A line.
    Brief,
}

/// How a run reports its end.
#[derive(Debug)]
pub(super) struct Report<'a> {
    file: &'a StudyFile,
    /// What further commands are to be given: the study file, or the journal if it is elsewhere.
    target: &'a Path,
    quiet: bool,
    json: bool,
    shown: Shown,
}

impl<'a> Report<'a> {
    pub(super) fn new(args: &'a RunArgs, file: &'a StudyFile, shown: Shown) -> Self {
        let moved = args.settings.moves_journal();
        Self {
            file,
            target: file.journal.file().filter(|_| moved).unwrap_or(&args.file),
            quiet: args.quiet,
            json: args.json,
            shown,
        }
    }

    /// The session is over. Returns what there is to say as JSON.
    pub(super) fn ended(
        &self,
        summary: &Summary,
        study: &Study,
        trials: &Trials,
        has_progress: bool,
        out: &mut Output,
    ) -> Result<Value, CliError> {
        let mut object = serde_json::to_value(summary).unwrap_or_default();
        let savings = Savings::of(study.spec(), trials);
        object["resource"] = json!(savings);
        self.complete(&mut object, false);
        if self.json || self.quiet {
            return Ok(object);
        }
        // Where both streams go to one place, the last line of the progress has said it.
        if !(has_progress && streams_meet()) {
            let took = format_duration(Duration::from_millis(summary.session_millis));
            let (study, reason, counts) = (&summary.study, summary.reason, summary.counts);
            out.line(format_args!("{study}: {reason} after {took}: {counts}"))?;
            out.flush()?;
        }
        if self.shown == Shown::Brief {
            return Ok(object);
        }
        self.table(summary.front.len(), study.spec(), trials, out)?;
        out.flush()?;
        if let Some(savings) = savings {
            say(format_args!("resource: {savings}"));
        }
        self.advise(summary.reason, study.progress());
        Ok(object)
    }

    /// There was nothing to do. Returns what there is to say as JSON.
    pub(super) fn already_ended(
        &self,
        reason: EndReason,
        study: &Study,
        trials: &Trials,
        caught_up: &[ObserverReport],
        out: &mut Output,
    ) -> Result<Value, CliError> {
        let progress = study.progress();
        let mut object = json!({
            "study": self.file.settings.name,
            "reason": reason,
            "session": progress.sessions(),
            "counts": progress.counts(),
            "best": progress.best(),
            "front": progress.front(),
            "failures": progress.failures(),
            "session_millis": 0,
            "elapsed_millis": progress.elapsed_millis(),
            "resource": Savings::of(study.spec(), trials),
            "observers": caught_up,
        });
        self.complete(&mut object, true);
        if self.json || self.quiet {
            return Ok(object);
        }
        say(format_args!(
            "study `{}` has already finished",
            self.file.settings.name
        ));
        for observer in caught_up.iter().filter(|observer| observer.delivered > 0) {
            let ObserverReport {
                name, delivered, ..
            } = observer;
            say(format_args!(
                "observer {name} caught up on {delivered} events"
            ));
        }
        out.line(format_args!(
            "{}: {reason}: {}",
            self.file.settings.name,
            progress.counts()
        ))?;
        out.flush()?;
        if self.shown == Shown::Brief {
            return Ok(object);
        }
        self.table(progress.front().len(), study.spec(), trials, out)?;
        out.flush()?;
        self.advise(reason, progress);
        let counts = progress.counts();
        let started = match self.file.settings.budget.of {
            Counted::All => counts.started,
            _ => counts.started.saturating_sub(counts.added),
        };
        say(extend(reason, started));
        Ok(object)
    }

    fn complete(&self, object: &mut Value, already_ended: bool) {
        if let Value::Object(object) = object {
            object.insert("already_ended".to_owned(), already_ended.into());
            object.insert("journal".to_owned(), json!(self.file.journal.place()));
            object.insert("trials_dir".to_owned(), json!(self.file.trials_dir));
        }
    }

    /// The best trials, or those that no other one dominates.
    fn table(
        &self,
        front: usize,
        spec: &StudySpec,
        trials: &Trials,
        out: &mut Output,
    ) -> Result<(), CliError> {
        let mut ranked = trials.ranked(&spec.objectives);
        if spec.objectives.len() > 1 {
            let dominates = |a: &Trial, b: &Trial| match (&a.values, &b.values) {
                (Some(a), Some(b)) => spec.objectives.dominates(a, b),
                _ => false,
            };
            let all = ranked.clone();
            ranked.retain(|trial| !all.iter().any(|other| dominates(other, trial)));
        }
        ranked.truncate(ROWS);
        if ranked.is_empty() {
            return Ok(());
        }
        let mut columns: Vec<Column> = columns::all(spec, &columns::metrics(trials));
        columns.retain(|column| best::brief(&column.kind));
        let remedy = format!(
            "`{} best {} -n {} --wide` shows everything",
            shell::tune(),
            shell::word(self.target),
            ranked.len()
        );
        let table = table::of_trials(&columns, &ranked);
        out.laid_out(&table::fit(&table, out.style(), &remedy))?;
        if spec.objectives.len() > 1 && front > ranked.len() {
            out.line(format_args!(
                "and {} more that no other one dominates",
                front - ranked.len()
            ))?;
        }
        Ok(())
    }

    /// Why trials failed, where everything is, and what may come next.
    fn advise(&self, reason: EndReason, progress: &Progress) {
        Advice {
            target: self.target,
            reason,
            progress,
            budget: &self.file.settings.budget,
            journal: self.file.journal.place(),
            trials_dir: &self.file.trials_dir,
        }
        .say();
    }
}

/// How an ended study can be continued.
fn extend(reason: EndReason, started: u64) -> String {
    let option = match reason {
        EndReason::Trials => format!("--trials {}", started.saturating_mul(2)),
        EndReason::Time => "--time TIME".to_owned(),
        EndReason::Target => "--set budget.target=VALUE".to_owned(),
        EndReason::NoImprovement => "--set budget.no_improvement=N".to_owned(),
        EndReason::Resource => "--set budget.resource=N".to_owned(),
        EndReason::Cost => "--set budget.cost.limit=N".to_owned(),
        _ => {
            return "to continue the search, use another strategy in a study of another name"
                .to_owned();
        }
    };
    format!("to extend it, raise its budget: `{option}`")
}
