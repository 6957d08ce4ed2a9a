//! What goes back to the client: one JSON object a line, in the words of the protocol.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use tuning_core::{
    Best, Budget, Counts, EndReason, FailureKind, Fidelity, FidelityRange, Fork, Metrics,
    Objective, Objectives, Order, Origin, Params, Seed, Spec, Trial, TrialId, TrialState, Values,
    Verdict, Work,
};

use super::refusal::Refusal;

/// An answer: a map with one key, or with one and its companions.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer<'a> {
    Ready {
        ready: Box<Status<'a>>,
    },
    Status {
        status: Box<Status<'a>>,
    },
    Work {
        asked: Vec<Handed<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        given_up: Vec<TrialId>,
    },
    Nothing {
        asked: &'static str,
        reason: &'static str,
        message: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        given_up: Vec<TrialId>,
    },
    Verdict {
        verdict: Verdict,
    },
    Told {
        told: TrialId,
        state: TrialState,
    },
    Enqueued {
        enqueued: Vec<TrialId>,
    },
    Best {
        best: Vec<Ranked<'a>>,
    },
    Trials {
        trials: Vec<Listed<'a>>,
    },
    Ended {
        ended: Option<Box<Ended<'a>>>,
    },
    Error {
        error: Refusal,
    },
}

/// How a study stands.
#[derive(Debug, Serialize)]
pub(super) struct Status<'a> {
    pub(super) protocol: u64,
    pub(super) study: &'a str,
    pub(super) strategy: &'a Spec,
    /// What answers `stop` to reports; none if nothing does.
    pub(super) pruner: Option<&'a Spec>,
    pub(super) objectives: &'a [Objective],
    pub(super) fidelity: Option<FidelityRange>,
    pub(super) budget: &'a Budget,
    pub(super) order: Order,
    pub(super) seed: Seed,
    /// Where it is kept; none if only in memory.
    pub(super) journal: Option<&'a str>,
    /// Whether it was begun in an earlier session.
    pub(super) resumed: bool,
    pub(super) counts: Counts,
    pub(super) best: Option<Ranked<'a>>,
    /// The work that is in flight and waits to be handed out again.
    pub(super) open: Vec<Handed<'a>>,
}

/// A piece of work.
#[derive(Debug, Serialize)]
pub(super) struct Handed<'a> {
    trial: TrialId,
    params: &'a Params,
    until: Option<Fidelity>,
    seed: Seed,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resumed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Fidelity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
    #[serde(skip_serializing_if = "is_zero")]
    attempt: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    tag: &'a str,
}

impl<'a> Handed<'a> {
    pub(super) fn new(work: &'a Work, tag: &'a str) -> Self {
        Self {
            trial: work.trial,
            params: &work.params,
            until: work.until,
            seed: work.seed,
            resumed: matches!(work.origin, Origin::Resumed { .. }),
            from: work.origin.at(),
            fork: match work.origin {
                Origin::Forked(fork) => Some(fork),
                _ => None,
            },
            attempt: work.attempt,
            tag,
        }
    }
}

/// A trial with its values.
#[derive(Debug, Serialize)]
pub(super) struct Ranked<'a> {
    trial: TrialId,
    params: Params,
    values: Named<'a>,
    /// The fidelity at which it had them, if it has not run to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Fidelity>,
}

impl<'a> Ranked<'a> {
    pub(super) fn new(best: &Best, objectives: &'a Objectives) -> Self {
        Self {
            trial: best.trial,
            params: best.params.clone(),
            values: Named {
                objectives,
                values: best.values.clone(),
            },
            at: best.at,
        }
    }
}

/// A trial in a list.
#[derive(Debug, Serialize)]
pub(super) struct Listed<'a> {
    trial: TrialId,
    state: TrialState,
    params: Params,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Metrics::is_empty")]
    metrics: Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<FailureKind>,
    #[serde(skip_serializing_if = "String::is_empty")]
    tag: String,
}

impl<'a> Listed<'a> {
    pub(super) fn new(trial: &Trial, objectives: &'a Objectives) -> Self {
        let failure = trial.failure.as_ref();
        Self {
            trial: trial.id,
            state: trial.state,
            params: trial.params.clone(),
            values: trial
                .values
                .clone()
                .map(|values| Named { objectives, values }),
            metrics: trial.metrics.clone(),
            failed: failure.map(|failure| failure.reason.to_string()),
            kind: failure.map(|failure| failure.kind),
            tag: trial.tag.to_string(),
        }
    }
}

/// Values by the names of their objectives.
#[derive(Debug)]
struct Named<'a> {
    objectives: &'a Objectives,
    values: Values,
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.values.len()))?;
        for (objective, value) in self.objectives.iter().zip(self.values.as_slice()) {
            map.serialize_entry(&objective.name, value)?;
        }
        map.end()
    }
}

/// How a session ended.
#[derive(Debug, Serialize)]
pub(super) struct Ended<'a> {
    pub(super) study: &'a str,
    pub(super) reason: EndReason,
    pub(super) counts: Counts,
    pub(super) best: Option<Ranked<'a>>,
    pub(super) front: Vec<Ranked<'a>>,
    pub(super) session_millis: u64,
    pub(super) elapsed_millis: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) observers: BTreeMap<String, String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}
