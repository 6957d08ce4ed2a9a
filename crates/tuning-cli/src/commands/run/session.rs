//! A session: from a study file to its end, or to the signal that ends it.

use std::{pin::pin, time::Duration};

use tuning_core::EndReason;
use tuning_observers::format_duration;
use tuning_runtime::{
    ObserverReport, Study, StudyBuilder, StudyHandle, Summary, command::CommandEvaluator,
};
use tuning_sqlite::SqliteJournal;

use super::{
    counted::Counted,
    finished::finished,
    observers::Observers,
    report::{Report, Start},
    signals::Signals,
};
use crate::{
    args::RunArgs,
    error::CliError,
    exit::Exit,
    output::{Output, say, say_warning},
    study_file::StudyFile,
};

/// Runs the study of a file.
pub(super) async fn run(
    args: &RunArgs,
    file: StudyFile,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let evaluator = file.command.clone().build(&file.space)?;
    let mut signals = Signals::listen().map_err(CliError::Start)?;
    let mut study = open(&file).await?;
    let talks = !args.quiet && !args.json;
    let report = Report::new(args, &file);

    if let Some(reason) = finished(&file, study.progress())? {
        let Some(caught_up) = catch_up(&mut study, &file, &mut signals).await? else {
            return Ok(Exit::Stopped);
        };
        let trials = study.trials().await?;
        report.already_ended(reason, &study, &trials, &caught_up, out)?;
        warn_of(&caught_up, talks);
        return Ok(exit_of(reason, study.progress().counts().completed));
    }
    if talks {
        say(Start::new(&file, study.progress()));
    }
    let observers = Observers::subscribe(&study, &file, talks && !args.no_progress)?;
    let Some(summary) =
        run_until_stopped(&mut study, evaluator, &observers, &mut signals, talks).await?
    else {
        return Ok(Exit::Interrupted);
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
    drop(observers);
    warn_of(&summary.observers, talks);
    let trials = study.trials().await?;
    report.ended(&summary, study.spec(), &trials, out)?;
    Ok(exit_of(summary.reason, summary.counts.completed))
}

/// Delivers what durable observers of a study that has ended have not taken yet; none if a signal ended
/// it: they go on there the next time.
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

async fn open(file: &StudyFile) -> Result<Study, CliError> {
    let journal = SqliteJournal::open(&file.journal, &file.name)?;
    Ok(builder(file).journal(journal).open().await?)
}

/// The study of a file, with a journal in memory.
pub(in crate::commands) fn builder(file: &StudyFile) -> StudyBuilder {
    let mut builder = Study::builder(file.name.clone(), file.space.clone())
        .objectives(&file.objectives)
        .strategy(file.strategy.clone())
        .budget(file.budget.clone())
        .workers(file.workers.get())
        .retry(file.retry.clone());
    if let Some(fidelity) = file.fidelity {
        builder = builder.fidelity(fidelity);
    }
    if let Some(order) = file.order {
        builder = builder.order(order);
    }
    if let Some(seed) = file.seed {
        builder = builder.seed(seed);
    }
    if let Some(timeout) = file.timeout {
        builder = builder.timeout(timeout);
    }
    // The evaluator's own patience comes first; this is for one that hangs.
    builder.grace(file.command.grace + Duration::from_secs(5))
}

/// Runs the study; none if it was left without waiting for anything.
async fn run_until_stopped(
    study: &mut Study,
    evaluator: CommandEvaluator,
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
                "stopping {running} running {trials}; they will be run again when the study goes on"
            )
        }
        _ => "leaving at once".to_owned(),
    }
}

fn exit_of(reason: EndReason, completed: u64) -> Exit {
    match reason {
        EndReason::Stopped => Exit::Stopped,
        _ if completed == 0 => Exit::Fruitless,
        _ => Exit::Done,
    }
}
