//! `tune status`: how a study stands.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tuning_core::{Circuit, Counted, EndReason, ObserverStatus};
use tuning_observers::{format_count, format_duration, format_params, format_values};

use crate::{
    activity::Activity,
    args::StatusArgs,
    disk::{Checkpoints, size},
    error::CliError,
    exit::Exit,
    failures,
    output::{Dressed, Output},
    paused::left_paused,
    table::one_line,
    view::{Overview, Place, View},
};
use tuning_file::Extensions;

/// How many running trials are shown to people.
const SHOWN: usize = 8;

pub(super) fn run(
    args: &StatusArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let place = Place::of(&args.study, extensions)?;
    place.must_be_there(&args.study)?;
    let view = View::overview_of(&place)?;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now_millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
    let activity = Activity::of(&*view.journal, &view.name, view.study.progress.closed())?;
    let checkpoints = Checkpoints::of(&place.whereabouts(&view.name).trials_dir);
    if args.json {
        let mut object = as_json(&view, &activity, now_millis);
        object["checkpoints"] = json!(checkpoints);
        out.json(&object)?;
    } else {
        as_text(&view, &activity, now_millis, checkpoints, out)?;
    }
    Ok(Exit::Done)
}

fn as_json(view: &View<Overview>, activity: &Activity, now_millis: u64) -> Value {
    let running: Vec<Value> = view
        .study
        .progress
        .open()
        .map(|(trial, open)| {
            json!({
                "trial": trial,
                "params": open.params,
                "paused": open.paused,
                "attempt": open.attempt,
                "at": open.last.as_ref().map(|(at, _)| at),
                "values": open.last.as_ref().map(|(_, values)| values),
                "age_millis": now_millis.saturating_sub(open.started_at_millis),
            })
        })
        .collect();
    let observers: Vec<Value> = view
        .study
        .observers
        .iter()
        .map(|status| {
            let mut object = json!(status);
            object["lag"] = status.lag(view.study.head).into();
            object
        })
        .collect();
    json!({
        "study": view.name,
        "journal": view.journal.place(),
        "activity": activity.word(),
        "reason": view.study.progress.closed().map(|closed| closed.reason),
        "process": match activity { Activity::Running(process) => *process, _ => None },
        "objectives": view.study.spec.objectives.to_vec(),
        "strategy": view.study.spec.strategy,
        "pruner": view.study.spec.pruner,
        "amended": view.study.amended.as_ref().map(|amended| json!({
            "session": amended.session,
            "differences": amended.differences,
            "outside": amended.outside,
        })),
        "order": view.study.spec.order,
        "seed": view.study.spec.seed,
        "budget": view.study.progress.opened().map(|opened| &opened.budget),
        "workers": view.study.progress.opened().map(|opened| opened.workers),
        "counts": view.study.progress.counts(),
        "best": view.study.progress.best(),
        "front": view.study.progress.front(),
        "failures": view.study.progress.failures(),
        "resource": view.study.progress.resource(),
        "warnings": view.study.progress.warnings(),
        "open": running,
        "observers": observers,
        "sessions": view.study.progress.sessions(),
        "elapsed_millis": view.study.progress.elapsed_millis(),
        "last_at_millis": view.study.last_at_millis,
    })
}

fn as_text(
    view: &View<Overview>,
    activity: &Activity,
    now_millis: u64,
    checkpoints: Checkpoints,
    out: &mut Output,
) -> Result<(), CliError> {
    let ago =
        |millis: u64| format_duration(Duration::from_millis(now_millis.saturating_sub(millis)));
    let state = match activity {
        Activity::Running(Some(process)) => format!("running (process {process})"),
        Activity::Running(None) => "running".to_owned(),
        Activity::Interrupted => "interrupted: run it again to resume".to_owned(),
        Activity::Unknown => {
            "begun, and not ended; its journal cannot tell whether it runs".to_owned()
        }
        Activity::Stopped => "stopped: run it again to resume".to_owned(),
        Activity::Ended(EndReason::Failures) => {
            "stopped: too many trials failed; fix the program, then run it again to resume"
                .to_owned()
        }
        Activity::Ended(reason) => format!("ended: {reason}"),
    };
    let line = Dressed::plain("study     ").and(&out.style().bold(&view.name));
    out.dressed(&line.text(&format!(" in {}", view.journal.place())))?;
    out.line(format_args!("state     {state}"))?;
    out.line(format_args!(
        "strategy  {}, seed {}, {}",
        view.study.spec.strategy, view.study.spec.seed, view.study.spec.order
    ))?;
    if let Some(pruner) = &view.study.spec.pruner {
        out.line(format_args!("pruner    {pruner}"))?;
    }
    if let Some(amended) = &view.study.amended {
        let outside = match amended.outside {
            0 => String::new(),
            1 => "; 1 trial from before does not fit".to_owned(),
            n => format!("; {n} trials from before do not fit"),
        };
        out.line(format_args!(
            "amended   in session {}: {}{outside}",
            amended.session,
            amended.differences.join("; ")
        ))?;
    }
    let budget = view.study.progress.opened().map(|opened| &opened.budget);
    let trials = budget.and_then(|budget| budget.trials);
    let counts = view.study.progress.counts();
    let all = budget.is_some_and(|budget| budget.of == Counted::All);
    let started = match all {
        true => counts.started,
        false => counts.started - counts.added.min(counts.started),
    };
    let of = match (trials, budget.map(|budget| budget.of)) {
        (Some(trials), Some(Counted::Completed)) => {
            format!("{started} started for {trials} completed")
        }
        (Some(trials), _) => format!("{started} of {trials} started"),
        (None, _) => format!("{started} started"),
    };
    let added = match counts.added {
        0 => String::new(),
        added => format!(", {added} added"),
    };
    out.line(format_args!("trials    {of}{added}: {counts}"))?;
    if let Some(limit) = budget.and_then(|budget| budget.resource) {
        let used = view.study.progress.resource();
        out.line(format_args!("resource  {used} of {limit} units used"))?;
    }
    if let Some(best) = view.study.progress.best() {
        let values = format_values(&view.study.spec.objectives, &best.values);
        let at = best.at.map_or_else(String::new, |at| format!(" at {at}"));
        out.line(format_args!(
            "best      trial {}: {values}{at}, {}",
            best.trial,
            format_params(&best.params)
        ))?;
    }
    if view.study.spec.objectives.len() > 1 {
        out.line(format_args!(
            "front     {} trials",
            view.study.progress.front().len()
        ))?;
    }
    for (index, line) in failures::lines(view.study.progress.failures()).enumerate() {
        let label = if index == 0 { "failed   " } else { "         " };
        out.line(format_args!("{label} {line}"))?;
    }
    for warned in view.study.progress.warnings() {
        out.line(format_args!("warning   {warned}"))?;
    }
    let sessions = view.study.progress.sessions();
    out.line(format_args!(
        "time      {} in {}, last event {} ago",
        format_duration(Duration::from_millis(view.study.progress.elapsed_millis())),
        format_count(sessions, "session"),
        ago(view.study.last_at_millis),
    ))?;
    if let Activity::Ended(reason) = activity
        && let Some(paused) = left_paused(*reason, &counts)
    {
        out.line(format_args!("paused    {paused}"))?;
    }
    if checkpoints.bytes > 0 {
        out.line(format_args!(
            "disk      {} in checkpoints of {}",
            size(checkpoints.bytes),
            format_count(checkpoints.trials, "trial")
        ))?;
    }
    let open: Vec<_> = view
        .study
        .progress
        .open()
        .filter(|(_, open)| !open.paused)
        .collect();
    for (index, (trial, open)) in open.iter().take(SHOWN).enumerate() {
        let label = match (index, activity) {
            (0, Activity::Running(_)) => "running ",
            (0, _) => "open    ",
            _ => "        ",
        };
        let last = open.last.as_ref().map_or_else(String::new, |(at, values)| {
            format!(
                ", at {at}: {}",
                format_values(&view.study.spec.objectives, values)
            )
        });
        let since = ago(open.started_at_millis);
        out.line(format_args!(
            "{label}  trial {trial} for {since}{last}, {}",
            format_params(&open.params)
        ))?;
    }
    if open.len() > SHOWN {
        out.line(format_args!("          and {} more", open.len() - SHOWN))?;
    }
    // Of those who watched an earlier session only those that something is kept for.
    let statuses = view.study.observers.iter().filter(|status| {
        status.session >= sessions || (status.delivery == "durable" && lag(view, status) > 0)
    });
    for (index, status) in statuses.enumerate() {
        let label = if index == 0 { "observers" } else { "         " };
        out.line(format_args!("{label} {}", watching(view, status)))?;
    }
    Ok(())
}

fn lag(view: &View<Overview>, status: &ObserverStatus) -> u64 {
    status.lag(view.study.head)
}

/// The status of an observer, in a line.
fn watching(view: &View<Overview>, status: &ObserverStatus) -> String {
    let ObserverStatus {
        observer,
        delivery,
        delivered,
        ..
    } = status;
    let mut line = format!("{observer} ({delivery}): {delivered} delivered");
    for (count, what) in [
        (status.dropped, "dropped"),
        (status.failed, "failures"),
        (lag(view, status), "behind"),
    ] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    if status.circuit != Circuit::Closed {
        line.push_str(&format!(", circuit {}", status.circuit));
    }
    for (what, text) in [
        ("cut off", &status.cut_off),
        ("last error", &status.last_error),
    ] {
        if let Some(text) = text {
            line.push_str(&format!("; {what}: {text}"));
        }
    }
    one_line(&line)
}
