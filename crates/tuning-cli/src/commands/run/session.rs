//! A session: from a study file to its end, or to the signal that ends it.

use std::{path::Path, pin::pin};

use serde_json::Value;
use tuning_core::{
    Counts, Direction, EndReason, Evaluator, Objective, TrialId, TrialState, Trials,
};
use tuning_observers::format_duration;
use tuning_runtime::{ObserverReport, Study, StudyHandle, Summary};

use tuning_file::StudyFile;

use super::{
    counted::Counted,
    observers::Observers,
    report::{Report, Shown, Start},
};
use crate::{
    args::RunArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say, say_warning},
    signals::Signals,
};

/// How a session ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) exit: Exit,
    pub(super) reason: EndReason,
    pub(super) counts: Counts,
    /// The best value of each objective; none if no trial has one.
    pub(super) best: Vec<Option<f64>>,
    /// What there is to say, as JSON; nothing if it was left in the middle.
    pub(super) object: Option<Value>,
}

impl Ended {
    /// Left by a signal before anything could be said.
    fn left(exit: Exit, study: &Study) -> Self {
        Self {
            exit,
            reason: EndReason::Stopped,
            counts: study.progress().counts(),
            best: Vec::new(),
            object: None,
        }
    }

    fn new(reason: EndReason, study: &Study, trials: &Trials, object: Value) -> Self {
        let counts = study.progress().counts();
        Self {
            exit: exit_of(reason, counts.completed),
            reason,
            counts,
            best: best(study, trials),
            object: Some(object),
        }
    }
}

/// Runs the study of a file.
pub(super) async fn run(
    args: &RunArgs,
    file: &StudyFile,
    shown: Shown,
    signals: &mut Signals,
    out: &mut Output,
) -> Result<Ended, CliError> {
    if args.accept_loss {
        accept_loss(file)?;
    }
    let builder = file.builder()?;
    let builder = match args.amend {
        true => builder.amend(),
        false => builder,
    };
    let mut study = builder.open().await?;
    let talks = !args.quiet && !args.json;
    let report = Report::new(args, file, shown);

    let again = match &args.retry_failed {
        Some(trials) => study.retry_failed(trials.listed()).await?,
        None => Vec::new(),
    };
    if talks && args.retry_failed.is_some() {
        say_again(&again);
    }
    if talks && args.amend {
        say_amended(&study);
    }
    if let Some(reason) = study.finished().filter(|_| again.is_empty()) {
        let Some(caught_up) = catch_up(&mut study, file, signals).await? else {
            return Ok(Ended::left(Exit::Stopped, &study));
        };
        let trials = study.trials().await?;
        let object = report.already_ended(reason, &study, &trials, &caught_up, out)?;
        warn_of(&caught_up, talks);
        return Ok(Ended::new(reason, &study, &trials, object));
    }
    // After the journal: by it the evaluator knows whether the folder of its trials is its own.
    let evaluator = file.evaluator()?;
    if talks {
        say(Start::new(file, study.progress()));
    }
    let observers = Observers::subscribe(&study, file, talks && !args.no_progress)?;
    let Some(summary) =
        run_until_stopped(&mut study, evaluator, &observers, signals, talks).await?
    else {
        return Ok(Ended::left(Exit::Interrupted, &study));
    };
    if let Some(patience) = observers.patience() {
        if talks {
            let patience = format_duration(patience);
            observers.say(&format!(
                "waiting up to {patience} for a last scrape of the metrics; press ctrl-c to leave"
            ));
        }
        tokio::select! {
            () = observers.linger() => {}
            () = signals.next() => {}
        }
    }
    let has_progress = observers.show_progress();
    drop(observers);
    warn_of(&summary.observers, talks);
    let trials = study.trials().await?;
    let object = report.ended(&summary, &study, &trials, has_progress, out)?;
    Ok(Ended::new(summary.reason, &study, &trials, object))
}

/// Says which failed trials are tried again.
fn say_again(trials: &[TrialId]) {
    let numbers: Vec<String> = trials.iter().map(ToString::to_string).collect();
    match &numbers[..] {
        [] => say("no trial failed that was not tried again already"),
        [one] => say(format_args!("trial {one} is tried again")),
        several => say(format_args!(
            "trials {} are tried again",
            several.join(", ")
        )),
    }
}

/// Says what becomes of the trials so far in the amended space.
pub(crate) fn say_amended(study: &Study) {
    let Some((amended, outside)) = study.amended() else {
        return say("the parameters are as they were: there is nothing to amend");
    };
    let trials = study.progress().counts().started;
    say(format_args!(
        "the study searches in the parameters of its file from now on ({} of them): {} of {trials} trials so far fit",
        amended.space.len(),
        trials.saturating_sub(outside)
    ));
    if outside > 0 {
        say(format_args!(
            "{outside} are kept, but the strategy is not told of them"
        ));
    }
}

/// Lets a study continue whose journal is damaged.
pub(in crate::commands) fn accept_loss(file: &StudyFile) -> Result<(), CliError> {
    // One that is not there yet has lost nothing.
    if file.journal.file().is_none_or(Path::exists) {
        file.journal.accept_loss(&file.settings.name)?;
    }
    Ok(())
}

/// The best value of each objective, in its own direction. With a single one, the best trial's.
fn best(study: &Study, trials: &Trials) -> Vec<Option<f64>> {
    let objectives = &study.spec().objectives;
    if objectives.len() == 1 {
        let best = study.progress().best();
        return vec![best.and_then(|best| best.values.as_slice().first().copied())];
    }
    let of = |(at, objective): (usize, &Objective)| {
        let completed = trials.iter().filter(|t| t.state == TrialState::Completed);
        completed
            .filter_map(|trial| trial.values.as_ref()?.as_slice().get(at).copied())
            .reduce(|a, b| match objective.direction {
                Direction::Maximize => a.max(b),
                _ => a.min(b),
            })
    };
    objectives.iter().enumerate().map(of).collect()
}

/// Delivers what durable observers of a study that has ended have not taken yet; none if a signal ended
/// it: they continue there the next time.
async fn catch_up(
    study: &mut Study,
    file: &StudyFile,
    signals: &mut Signals,
) -> Result<Option<Vec<ObserverReport>>, CliError> {
    let observers = Observers::durable(study, file)?;
    if observers.is_empty() {
        return Ok(Some(Vec::new()));
    }
    tokio::select! {
        reports = study.catch_up() => Ok(Some(reports?)),
        () = signals.next() => Ok(None),
    }
}

/// Says which observers do not have everything, and which had to try.
fn warn_of(observers: &[ObserverReport], talks: bool) {
    for observer in observers {
        let line = format_args!("observer {observer}");
        if !observer.is_clean() {
            say_warning(line);
        } else if observer.failed > 0 && talks {
            // It has everything, but not at once.
            say(line);
        }
    }
}

/// Runs the study; none if it was left without waiting for anything.
async fn run_until_stopped(
    study: &mut Study,
    evaluator: Box<dyn Evaluator>,
    observers: &Observers,
    signals: &mut Signals,
    talks: bool,
) -> Result<Option<Summary>, CliError> {
    let handle = study.handle();
    let evaluator = Counted::new(evaluator);
    let running = evaluator.running();
    let mut run = pin!(study.run(evaluator));
    let mut signalled = 0;
    loop {
        tokio::select! {
            summary = &mut run => return Ok(Some(summary?)),
            () = signals.next() => signalled += 1,
        }
        let line = stop(&handle, signalled, running.count());
        if talks {
            observers.say(&line);
        }
        if signalled > 2 {
            return Ok(None);
        }
    }
}

/// Reacts to the n-th signal; returns what to say about it.
fn stop(handle: &StudyHandle, signalled: u32, running: u64) -> String {
    let trials = if running == 1 { "trial" } else { "trials" };
    match signalled {
        1 => {
            handle.stop();
            format!("waiting for {running} running {trials}; press ctrl-c again to stop at once")
        }
        2 => {
            handle.stop_now();
            format!(
                "stopping {running} running {trials}; they will be run again when the study resumes"
            )
        }
        _ => "leaving at once".to_owned(),
    }
}

fn exit_of(reason: EndReason, completed: u64) -> Exit {
    match reason {
        EndReason::Stopped => Exit::Stopped,
        EndReason::Failures => Exit::Fruitless,
        _ if completed == 0 => Exit::Fruitless,
        _ => Exit::Done,
    }
}
