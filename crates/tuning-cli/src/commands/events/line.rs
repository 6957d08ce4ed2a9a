//! An event as a line for people: its number, when it was, what it is, and what it says.

use std::time::Duration;

use tuning_core::{
    Amended, Budgeted, Closed, Counted, Ended, Event, EventKind, Fact, Fidelity, Missing,
    Objectives, Opened, Outcome, Retried, StudySpec,
};
use tuning_observers::{format_count, format_duration, format_params, format_values};

use crate::{
    moment::moment,
    output::{Dressed, Style},
    table::one_line,
};

/// The widest name of an event, `budgeted`.
const WIDEST: usize = 8;

/// The event as a line.
pub(super) fn line(event: &Event, objectives: &Objectives, style: Style) -> Dressed {
    let what = match &event.kind {
        EventKind::Created(spec) => created(spec),
        EventKind::Opened(opened) => self::opened(opened),
        EventKind::Closed(closed) => self::closed(closed, objectives),
        EventKind::Retried(retried) => self::retried(retried),
        EventKind::Missing(missing) => self::missing(*missing),
        EventKind::Amended(amended) => self::amended(amended),
        EventKind::Warned(warned) => warned.to_string(),
        EventKind::Fact(fact) => self::fact(fact, objectives),
        _ => String::new(),
    };
    let name = event.kind.name();
    let blanks = " ".repeat(WIDEST.saturating_sub(name.len()) + 2);
    let name = match &event.kind {
        EventKind::Fact(Fact::Ended(ended)) if ended.outcome.failure().is_some() => style.red(name),
        EventKind::Retried(_) | EventKind::Missing(_) | EventKind::Warned(_) => style.red(name),
        EventKind::Fact(_) => Dressed::plain(name),
        _ => style.bold(name),
    };
    let at = format!("{:>5}  {}  ", event.seq.get(), moment(event.at_millis));
    let line = Dressed::plain(&at).and(&name).text(&blanks);
    line.text(&one_line(&what)).trim_end()
}

fn created(spec: &StudySpec) -> String {
    let objectives: Vec<String> = spec.objectives.iter().map(ToString::to_string).collect();
    let pruner = match &spec.pruner {
        Some(pruner) => format!(", pruner {pruner}"),
        None => String::new(),
    };
    format!(
        "{}: strategy {}{pruner}, seed {}, {}, {}",
        objectives.join(", "),
        spec.strategy,
        spec.seed,
        spec.order,
        format_count(spec.space.len() as u64, "parameter")
    )
}

fn missing(missing: Missing) -> String {
    match missing.trial {
        Some(trial) => format!("trial {trial}: it was lost when the journal was damaged"),
        None => "it was lost when the journal was damaged".to_owned(),
    }
}

fn amended(amended: &Amended) -> String {
    let names: Vec<&str> = amended
        .space
        .parameters()
        .iter()
        .map(|p| p.name())
        .collect();
    let outside = match amended.outside {
        0 => String::new(),
        1 => "; 1 trial does not fit".to_owned(),
        n => format!("; {n} trials do not fit"),
    };
    format!("parameters {} from now on{outside}", names.join(", "))
}

fn opened(opened: &Opened) -> String {
    let budget = match opened.budget.trials {
        Some(trials) if opened.budget.of == Counted::Completed => {
            format!(", {}", format_count(trials, "completed trial"))
        }
        Some(trials) if opened.budget.of == Counted::All => {
            format!(", {}, added ones included", format_count(trials, "trial"))
        }
        Some(trials) => format!(", {}", format_count(trials, "trial")),
        None => String::new(),
    };
    let so_far = match opened.counts.started {
        0 => String::new(),
        _ => format!("; so far {}", opened.counts),
    };
    let workers = format_count(opened.workers as u64, "worker");
    format!("session {}: {workers}{budget}{so_far}", opened.session)
}

fn closed(closed: &Closed, objectives: &Objectives) -> String {
    let best = match &closed.best {
        Some(best) => format!(
            "; best trial {}: {}",
            best.trial,
            format_values(objectives, &best.values)
        ),
        None => String::new(),
    };
    format!("{}: {}{best}", closed.reason, closed.counts)
}

fn retried(retried: &Retried) -> String {
    let delay = match retried.delay_millis {
        0 => String::new(),
        millis => format!(", after {}", format_duration(Duration::from_millis(millis))),
    };
    format!(
        "trial {}: attempt {}{delay}: {}",
        retried.trial, retried.attempt, retried.failure
    )
}

fn fact(fact: &Fact, objectives: &Objectives) -> String {
    let trial = fact
        .trial()
        .map_or_else(String::new, |trial| trial.to_string());
    let until = |until: Option<Fidelity>| match until {
        Some(until) => format!(" until {until}"),
        None => String::new(),
    };
    match fact {
        Fact::Started(started) => format!(
            "trial {trial}{}: {}",
            until(started.until),
            format_params(&started.params)
        ),
        Fact::Resumed(resumed) => format!("trial {trial}{}", until(resumed.until)),
        Fact::Reported(reported) => format!(
            "trial {trial} at {}: {}",
            reported.at,
            format_values(objectives, &reported.values)
        ),
        Fact::Paused(paused) => {
            let values = format_values(objectives, &paused.values);
            let took = took(paused.took_micros);
            format!("trial {trial} at {}: {values}{took}", paused.at)
        }
        Fact::Ended(ended) => ending(ended, objectives),
        Fact::Budgeted(budgeted) => limits(budgeted),
        _ => format!("trial {trial}"),
    }
}

fn limits(budgeted: &Budgeted) -> String {
    let trials = budgeted.trials.map(|trials| format!("{trials} trials"));
    let resource = budgeted
        .resource
        .map(|resource| format!("resource {resource}"));
    let limits: Vec<_> = trials.into_iter().chain(resource).collect();
    if limits.is_empty() {
        "no limits".to_owned()
    } else {
        limits.join(", ")
    }
}

fn ending(ended: &Ended, objectives: &Objectives) -> String {
    let how = match &ended.outcome {
        Outcome::Completed(values) => format!("completed, {}", format_values(objectives, values)),
        Outcome::Stopped => "stopped".to_owned(),
        Outcome::Failed(failure) => format!("failed, {failure}"),
        _ => "ended".to_owned(),
    };
    format!("trial {}: {how}{}", ended.trial, took(ended.took_micros))
}

/// Nothing if it was not measured.
fn took(micros: u64) -> String {
    match micros {
        0 => String::new(),
        micros => format!(" ({})", format_duration(Duration::from_micros(micros))),
    }
}
