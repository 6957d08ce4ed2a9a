//! The body of a request, version 1. See [`Webhook`](super::Webhook) for what it holds.

use serde::Serialize;
use tuning_core::{
    Best, Counts, Event, EventKind, Fact, Failure, Fidelity, Metrics, Objectives, OpenTrial,
    Outcome, Params, TrialId, TrialState, Values,
};

use super::topic::Topic;
use crate::watched::Watched;

/// The version of the body.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    topics: &'a [Topic],
    event: &'a Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<Trial<'a>>,
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    best: Option<BestTrial<'a>>,
}

#[derive(Serialize)]
struct Trial<'a> {
    trial: TrialId,
    state: TrialState,
    params: &'a Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Named>,
    #[serde(skip_serializing_if = "Metrics::is_empty")]
    metrics: &'a Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a Failure>,
    seconds: f64,
    retries: u32,
}

#[derive(Serialize)]
struct BestTrial<'a> {
    trial: TrialId,
    params: &'a Params,
    values: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Fidelity>,
}

/// Values by the names of their objectives.
type Named = serde_json::Map<String, serde_json::Value>;

/// The body of a request about an event, the last one applied. `ended`: the trial that ended with it.
pub(super) fn body(
    topics: &[Topic],
    event: &Event,
    watched: &Watched,
    ended: Option<&OpenTrial>,
) -> Vec<u8> {
    let body = Body {
        version: VERSION,
        topics,
        event,
        trial: trial(event, watched, ended),
        counts: watched.counts(),
        best: watched.best().map(|best| best_trial(best, watched)),
    };
    // Names are strings and numbers finite: that is always JSON.
    serde_json::to_vec(&body).unwrap_or_default()
}

fn trial<'a>(
    event: &'a Event,
    watched: &'a Watched,
    ended: Option<&'a OpenTrial>,
) -> Option<Trial<'a>> {
    let id = event.kind.trial()?;
    let open = ended.or_else(|| watched.trial(id))?;
    let outcome = match &event.kind {
        EventKind::Fact(Fact::Ended(ended)) => Some(&ended.outcome),
        _ => None,
    };
    let (state, values) = match outcome {
        Some(Outcome::Completed(values)) => (TrialState::Completed, Some(values)),
        Some(Outcome::Failed(_)) => (TrialState::Failed, None),
        Some(_) => (TrialState::Stopped, None),
        None if open.paused => (TrialState::Paused, None),
        None => (TrialState::Running, None),
    };
    let values = values.or(open.last.as_ref().map(|(_, values)| values));
    Some(Trial {
        trial: id,
        state,
        params: &open.params,
        values: values.map(|values| named(watched.objectives(), values)),
        metrics: &open.metrics,
        failure: outcome.and_then(Outcome::failure),
        seconds: open.took_micros as f64 / 1e6,
        retries: open.retries,
    })
}

fn best_trial<'a>(best: &'a Best, watched: &Watched) -> BestTrial<'a> {
    BestTrial {
        trial: best.trial,
        params: &best.params,
        values: named(watched.objectives(), &best.values),
        at: best.at,
    }
}

fn named(objectives: &Objectives, values: &Values) -> Named {
    let values = values.as_slice().iter().enumerate();
    let named = values.map(|(index, value)| {
        let name = match objectives.get(index) {
            Some(objective) => objective.name.clone(),
            None => format!("value {index}"),
        };
        (name, (*value).into())
    });
    named.collect()
}
