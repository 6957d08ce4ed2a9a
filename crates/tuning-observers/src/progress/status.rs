//! What a progress line says of a study, in words.

use tuning_core::{Best, Closed, Event, TrialId};

use crate::{
    watched::{Goal, Unit, Watched},
    wording::{format_count, format_duration, format_params, format_value, format_values},
};

/// `12/100 trials`, or `54/162 units of resource`.
pub(super) fn done(watched: &Watched) -> String {
    let Goal { done, of, unit } = watched.goal();
    match of {
        Some(of) => format!("{done}/{}", amount(of, unit)),
        None => amount(done, unit),
    }
}

fn amount(amount: u64, unit: Unit) -> String {
    match unit {
        Unit::Trials => format_count(amount, "trial"),
        Unit::Resource => format!("{} of resource", format_count(amount, "unit")),
    }
}

/// How the study stands, in parts: the best value first, then pace, then what did not go well.
pub(super) fn parts(watched: &Watched) -> Vec<String> {
    let counts = watched.counts();
    let mut parts: Vec<String> = best(watched, false).into_iter().collect();
    parts.extend(pace(watched));
    for (count, what) in [
        (counts.failed, "failed"),
        (counts.stopped, "stopped"),
        (counts.paused, "paused"),
        (counts.running, "running"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts
}

/// How much of a reason is shown.
const REASON: usize = 160;

/// The trial that failed last, and why: `it exited with code 1: KeyError: 'lr'`.
pub(super) fn last_failure(watched: &Watched) -> Option<(TrialId, String)> {
    let (trial, failure) = watched.last_failure()?;
    let gist = failure.gist();
    if gist.is_empty() {
        return None;
    }
    let gist: String = match gist.chars().count() {
        0..=REASON => gist,
        _ => gist.chars().take(REASON - 1).chain(['…']).collect(),
    };
    Some((trial, gist))
}

/// `best loss 0.25 (trial 3)`, or `front of 4`; with the parameters if wanted.
pub(super) fn best(watched: &Watched, params: bool) -> Option<String> {
    if watched.objectives().len() > 1 && !watched.front().is_empty() {
        return Some(format!("front of {}", watched.front().len()));
    }
    watched
        .best()
        .map(|best| format!("best {}", trial(watched, best, params)))
}

/// `best loss 0.25` and ` (trial 3)`, or `front of 4` and nothing.
pub(super) fn best_parts(watched: &Watched) -> Option<(String, String)> {
    let whole = best(watched, false)?;
    let at = whole.rfind(" (trial ").unwrap_or(whole.len());
    let (best, trial) = whole.split_at(at);
    Some((best.to_owned(), trial.to_owned()))
}

/// `loss 0.25 (trial 3: lr=0.01 opt=adam)`.
pub(super) fn trial(watched: &Watched, best: &Best, params: bool) -> String {
    let values = format_values(watched.objectives(), &best.values);
    let at = best.at.map(|at| format!(" at {at}")).unwrap_or_default();
    let id = best.trial;
    if params {
        format!("{values}{at} (trial {id}: {})", format_params(&best.params))
    } else {
        format!("{values}{at} (trial {id})")
    }
}

/// What is said when a session begins.
pub(super) fn opened(watched: &Watched, event: &Event, session: u64) -> String {
    let study = &event.study;
    let workers = format_count(watched.workers() as u64, "worker");
    let goal = watched.goal();
    let budget = match goal.of {
        Some(of) => amount(of, goal.unit),
        None => "no limit on trials".to_owned(),
    };
    if session <= 1 && watched.counts().started == 0 {
        return format!("{study}: {budget}, {workers}");
    }
    let best = best(watched, true).map(|best| format!(", {best}"));
    format!(
        "{study}: session {session} resumes it, {}, {workers}{}",
        done(watched),
        best.unwrap_or_default()
    )
}

/// What is said when a session ends. What the driver tells at its end holds even if events were missed.
pub(super) fn closed(watched: &Watched, event: &Event, closed: &Closed) -> String {
    let best = match &closed.best {
        Some(best) if watched.objectives().len() == 1 => {
            Some(format!("best {}", trial(watched, best, true)))
        }
        _ => best(watched, true),
    };
    format!(
        "{}: {} after {}: {}{}",
        event.study,
        closed.reason,
        format_duration(watched.elapsed()),
        closed.counts,
        best.map(|best| format!("; {best}")).unwrap_or_default()
    )
}

/// `3.1 trials/s`, or `12s a trial`.
pub(super) fn pace(watched: &Watched) -> Option<String> {
    let per_trial = watched.per_trial()?;
    let seconds = per_trial.as_secs_f64();
    if seconds <= 0.0 {
        None
    } else if seconds < 1.0 {
        let rate = 1.0 / seconds;
        let decimals = if rate < 10.0 { 10.0 } else { 1.0 };
        let rate = (rate * decimals).round() / decimals;
        Some(format!("{} trials/s", format_value(rate)))
    } else {
        Some(format!("{} a trial", format_duration(per_trial)))
    }
}
