//! `tune show`: one trial in full.

use std::{
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

use serde_json::json;
use tuning_command::trial_dir;
use tuning_core::{
    Budget, Direction, EventKind, Fact, Fidelity, JournalReader, Retried, Seq, StudySpec, Tag,
    Trial, TrialId, TrialState, Trials,
};
use tuning_file::Extensions;
use tuning_observers::{format_duration, format_literal, format_tag, format_value};

use super::logs::{self, LOGS};
use crate::{
    args::ShowArgs,
    error::CliError,
    exit::Exit,
    output::{Dressed, Output},
    shell,
    sparkline::sparkline,
    view::Place,
    wait::wait,
};

const PAGE: usize = 4096;

/// How wide the plot of reports is.
const PLOT: usize = 60;

/// How much of the end of a log is shown.
const LINES: usize = 10;
const BYTES: u64 = 4096;

pub(super) fn run(
    args: &ShowArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let place = Place::of(&args.study, extensions)?;
    place.must_be_there(&args.study)?;
    let (mut reader, study) = place.open()?;
    let id = TrialId::new(args.trial);
    let Some(found) = Found::read(&mut *reader, id)? else {
        return Err(logs::no_such_trial(&study, id));
    };
    let folder = trial_dir(&place.whereabouts(&study).trials_dir, id);
    let folder = folder.is_dir().then_some(folder);
    if args.json {
        let mut object = json!(found.trial);
        object["study"] = study.into();
        object["proposed"] = format_tag(&found.trial.tag).into();
        object["attempts"] = json!(found.attempts);
        object["folder"] = json!(folder);
        out.json(&object)?;
    } else {
        let shown = Shown {
            found: &found,
            study: &study,
            folder: folder.as_deref(),
            file: &args.study.file,
        };
        shown.write(out)?;
    }
    Ok(Exit::Done)
}

/// A trial, and what its study says of it.
struct Found {
    spec: StudySpec,
    trial: Trial,
    /// Why its work was begun again.
    attempts: Vec<Retried>,
    /// The trial that tries it again.
    again: Option<TrialId>,
    budget: Budget,
}

impl Found {
    /// Reads a study; none if it has no such trial.
    fn read(reader: &mut dyn JournalReader, id: TrialId) -> Result<Option<Self>, CliError> {
        let mut spec = wait(reader.spec())??;
        let mut trials = Trials::new();
        let (mut attempts, mut again, mut budget) = (Vec::new(), None, Budget::default());
        let retries = Tag::new(Tag::RETRY, id);
        let mut at = Seq::ZERO;
        loop {
            let entries = wait(reader.read(at, PAGE))??;
            if entries.is_empty() {
                break;
            }
            at = at.plus(entries.len() as u64);
            for mut entry in entries {
                match &mut entry.kind {
                    EventKind::Amended(amended) => {
                        spec.space = amended.space.clone();
                        trials.apply(entry.at_millis, &entry.kind);
                    }
                    EventKind::Opened(opened) => budget = opened.budget.clone(),
                    EventKind::Fact(Fact::Started(started)) if started.tag == retries => {
                        again = Some(started.trial);
                    }
                    EventKind::Fact(Fact::Started(started)) if started.trial == id => {
                        if let Ok(params) = spec.space.align(&started.params) {
                            started.params = params;
                        }
                    }
                    EventKind::Retried(retried) if retried.trial == id => {
                        attempts.push(retried.clone());
                    }
                    _ => {}
                }
                if entry.kind.trial() == Some(id) {
                    trials.apply(entry.at_millis, &entry.kind);
                }
            }
        }
        Ok(trials.into_iter().next().map(|trial| Self {
            spec,
            trial,
            attempts,
            again,
            budget,
        }))
    }
}

/// A trial as people read it.
struct Shown<'a> {
    found: &'a Found,
    study: &'a str,
    folder: Option<&'a Path>,
    file: &'a Path,
}

impl Shown<'_> {
    fn write(&self, out: &mut Output) -> io::Result<()> {
        let Found { trial, spec, .. } = self.found;
        let took = match trial.took_micros {
            0 => String::new(),
            micros => format!(" after {}", format_duration(Duration::from_micros(micros))),
        };
        let line = Dressed::plain("trial     ").and(&out.style().bold(&trial.id.to_string()));
        let of = format!(" of study `{}`: {}{took}", self.study, trial.state);
        out.dressed(&line.text(&of))?;
        let proposed = format_tag(&trial.tag);
        match trial.tag.note(Tag::ADDED) {
            Some(from) => out.line(format_args!("added     from {from}"))?,
            None if proposed.is_empty() => {}
            None => out.line(format_args!("proposed  by {proposed}"))?,
        }
        if let Some(fork) = trial.fork {
            let at = fork.at.map_or_else(String::new, |at| format!(" at {at}"));
            out.line(format_args!("begins    from trial {}{at}", fork.trial))?;
        }
        out.line(format_args!("time      {}", self.times()))?;
        let params: Vec<(String, String)> = trial
            .params
            .iter()
            .map(|(name, value)| (name.to_owned(), format_literal(&value)))
            .collect();
        pairs("params", &params, out)?;
        if let Err(error) = spec.space.align(&trial.params) {
            out.line(format_args!(
                "outside   of the parameters since they were amended: {error}"
            ))?;
        }
        if let Some(values) = &trial.values {
            let names = spec.objectives.iter().map(|objective| &objective.name);
            let values: Vec<(String, String)> = names
                .zip(values.as_slice())
                .map(|(name, value)| (name.clone(), format_value(*value)))
                .collect();
            let label = match trial.state {
                TrialState::Completed => "values",
                _ => "last",
            };
            pairs(label, &values, out)?;
        }
        self.reports(out)?;
        let metrics: Vec<(String, String)> = trial
            .metrics
            .iter()
            .map(|(name, value)| (name.to_owned(), format_value(value)))
            .collect();
        pairs("metrics", &metrics, out)?;
        if let Some(cost) = &self.found.budget.cost
            && let Some(value) = trial.metrics.get(&cost.metric)
        {
            out.line(format_args!(
                "cost      {} of {} `{}` that the study may cost",
                format_value(value),
                format_value(cost.limit),
                cost.metric
            ))?;
        }
        self.attempts(out)?;
        self.logs(out)
    }

    fn times(&self) -> String {
        let trial = &self.found.trial;
        let at = |millis: u64| {
            humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(millis))
                .to_string()
        };
        let started = format!("started {}", at(trial.started_at_millis));
        match trial.ended_at_millis {
            Some(ended) => format!("{started}, ended {}", at(ended)),
            None => started,
        }
    }

    /// Its reports, as a small plot for each objective.
    fn reports(&self, out: &mut Output) -> io::Result<()> {
        let reports = &self.found.trial.reports;
        let (Some((first, _)), Some((last, _))) = (reports.first(), reports.last()) else {
            return Ok(());
        };
        let count = match reports.len() {
            1 => format!("1 report, at {first}"),
            count => format!("{count} reports, at {first} to {last}"),
        };
        out.line(format_args!("reports   {count}"))?;
        for (index, objective) in self.found.spec.objectives.iter().enumerate() {
            let value = |(at, values): &(Fidelity, tuning_core::Values)| {
                values.as_slice().get(index).map(|value| (*at, *value))
            };
            let values: Vec<(Fidelity, f64)> = reports.iter().filter_map(value).collect();
            let (Some((_, first)), Some((_, last))) = (values.first(), values.last()) else {
                continue;
            };
            let sign = match objective.direction {
                Direction::Maximize => -1.0,
                _ => 1.0,
            };
            let best = values
                .iter()
                .min_by(|(_, a), (_, b)| (sign * a).total_cmp(&(sign * b)));
            let best = best.map_or_else(String::new, |(at, value)| {
                format!(", best {} at {at}", format_value(*value))
            });
            let plot: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
            out.line(format_args!(
                "          {}  {}  {} to {}{best}",
                objective.name,
                sparkline(&plot, PLOT),
                format_value(*first),
                format_value(*last),
            ))?;
        }
        Ok(())
    }

    /// What went wrong, in full.
    fn attempts(&self, out: &mut Output) -> io::Result<()> {
        for retried in &self.found.attempts {
            let attempt = retried.attempt;
            block(
                &format!("attempt {attempt}"),
                &retried.failure.to_string(),
                out,
            )?;
        }
        if let Some(failure) = &self.found.trial.failure {
            block("failure", &failure.to_string(), out)?;
        }
        if let Some(again) = self.found.again {
            out.line(format_args!("again     as trial {again}"))?;
        }
        Ok(())
    }

    /// Where its files are, and how its logs end.
    fn logs(&self, out: &mut Output) -> io::Result<()> {
        let Some(folder) = self.folder else {
            return Ok(());
        };
        out.line(format_args!("folder    {}", folder.display()))?;
        let failure = self.found.trial.failure.as_ref();
        for (name, title) in LOGS {
            let Some((text, is_whole)) = end_of(&folder.join(name)) else {
                continue;
            };
            // The failure may have told it.
            let last = text.lines().next_back().unwrap_or_default().trim_end();
            let is_told = failure.is_some_and(|failure| failure.reason.ends_with(last));
            if last.is_empty() || is_told {
                continue;
            }
            let which = if is_whole { "" } else { "the end of " };
            out.line(format_args!("{which}{title}:"))?;
            for line in text.lines() {
                out.line(format_args!("  {}", line.trim_end_matches('\r')))?;
            }
        }
        out.line(format_args!(
            "all of it: `{} logs {} {}`",
            shell::tune(),
            shell::word(self.file),
            self.found.trial.id
        ))
    }
}

/// Lines of names and values, the first one under a label.
fn pairs(label: &str, pairs: &[(String, String)], out: &mut Output) -> io::Result<()> {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    for (index, (name, value)) in pairs.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        out.line(format_args!("{label:<9} {name:<width$}  {value}"))?;
    }
    Ok(())
}

/// Text of several lines under a label; none of it is left out.
fn block(label: &str, text: &str, out: &mut Output) -> io::Result<()> {
    for (index, line) in text.lines().enumerate() {
        let label = if index == 0 { label } else { "" };
        out.line(format_args!("{label:<9} {line}"))?;
    }
    Ok(())
}

/// The last lines of a log, and whether those are all; none if it cannot be read.
fn end_of(path: &Path) -> Option<(String, bool)> {
    let mut file = logs::open(path).ok()??;
    let length = file.metadata().ok()?.len();
    let from = length.saturating_sub(BYTES);
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<&str> = text.lines().collect();
    if from > 0 && lines.len() > 1 {
        // A part of a line.
        lines.remove(0);
    }
    let skipped = lines.len().saturating_sub(LINES);
    Some((lines[skipped..].join("\n"), from == 0 && skipped == 0))
}
