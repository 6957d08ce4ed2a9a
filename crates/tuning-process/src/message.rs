//! What the program is told: the problem, questions and facts, each as one line of JSON.

use serde::Serialize;
use serde_json::{Map, Value};
use tuning_core::{
    Ask, Budget, Budgeted, Fact, Fidelity, FidelityRange, Fork, Metrics, Objective, Outcome,
    Params, Problem, Seed, Space, Tag, TrialId,
};

use crate::{PROTOCOL, config::NAME};

/// A line that the program is sent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Message<'a> {
    Problem(Box<ProblemForm<'a>>),
    Ask(AskForm),
    Tell(Told<'a>),
}

impl Message<'_> {
    /// Appends the line to a buffer.
    pub(crate) fn write(&self, buffer: &mut Vec<u8>) {
        let start = buffer.len();
        if serde_json::to_writer(&mut *buffer, self).is_err() {
            // Nothing in these forms can fail: numbers are finite, keys are strings.
            buffer.truncate(start);
            return;
        }
        buffer.push(b'\n');
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct ProblemForm<'a> {
    protocol: u64,
    space: &'a Space,
    objectives: &'a [Objective],
    fidelity: Option<FidelityRange>,
    budget: &'a Budget,
    parallelism: usize,
    options: &'a Map<String, Value>,
}

impl<'a> ProblemForm<'a> {
    pub(crate) fn new(problem: &'a Problem, options: &'a Map<String, Value>) -> Self {
        Self {
            protocol: PROTOCOL,
            space: &problem.space,
            objectives: &problem.objectives,
            fidelity: problem.fidelity,
            budget: &problem.budget,
            parallelism: problem.parallelism.get(),
            options,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct AskForm {
    slots: usize,
    next: TrialId,
    seeds: Vec<u64>,
    study_seed: u64,
    trials_left: Option<u64>,
    resource_left: Option<u64>,
}

impl AskForm {
    pub(crate) fn new(ask: &Ask) -> Self {
        Self {
            slots: ask.slots().get(),
            next: ask.trial(0),
            seeds: (0..ask.slots().get()).map(|n| exact(ask.seed(n))).collect(),
            study_seed: exact(ask.study_seed()),
            trials_left: ask.trials_left(),
            resource_left: ask.resource_left(),
        }
    }
}

/// The upper 53 bits: a number that every language reads from JSON without loss.
fn exact(seed: Seed) -> u64 {
    seed.get() >> 11
}

/// A fact, with its values as losses and without what differs from run to run: how long work took.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Told<'a> {
    Started {
        trial: TrialId,
        params: &'a Params,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Fidelity>,
        #[serde(skip_serializing_if = "Option::is_none")]
        fork: Option<Fork>,
        #[serde(flatten)]
        note: Note,
    },
    Resumed {
        trial: TrialId,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Fidelity>,
        #[serde(flatten)]
        note: Note,
    },
    Reported {
        trial: TrialId,
        at: Fidelity,
        losses: &'a [f64],
        #[serde(skip_serializing_if = "Metrics::is_empty")]
        metrics: &'a Metrics,
    },
    Paused {
        trial: TrialId,
        at: Fidelity,
        losses: &'a [f64],
        #[serde(skip_serializing_if = "Metrics::is_empty")]
        metrics: &'a Metrics,
    },
    Budgeted(Budgeted),
    Ended {
        trial: TrialId,
        #[serde(flatten)]
        how: How<'a>,
        #[serde(skip_serializing_if = "Metrics::is_empty")]
        metrics: &'a Metrics,
    },
}

/// Whose proposal it was, and its own note on it.
#[derive(Debug, Serialize)]
pub(crate) struct Note {
    mine: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum How<'a> {
    Completed { losses: &'a [f64] },
    Stopped,
    Failed { kind: &'a str, reason: &'a str },
}

impl<'a> Told<'a> {
    /// None for facts that a program of this version of the protocol does not know.
    pub(crate) fn of(fact: &'a Fact) -> Option<Self> {
        let Some(trial) = fact.trial() else {
            return match fact {
                Fact::Budgeted(budgeted) => Some(Self::Budgeted(*budgeted)),
                _ => None,
            };
        };
        Some(match fact {
            Fact::Started(started) => Self::Started {
                trial,
                params: &started.params,
                until: started.until,
                fork: started.fork,
                note: Note::of(&started.tag),
            },
            Fact::Resumed(resumed) => Self::Resumed {
                trial,
                until: resumed.until,
                note: Note::of(&resumed.tag),
            },
            Fact::Reported(reported) => Self::Reported {
                trial,
                at: reported.at,
                losses: reported.values.as_slice(),
                metrics: &reported.metrics,
            },
            Fact::Paused(paused) => Self::Paused {
                trial,
                at: paused.at,
                losses: paused.values.as_slice(),
                metrics: &paused.metrics,
            },
            Fact::Ended(ended) => Self::Ended {
                trial,
                how: match &ended.outcome {
                    Outcome::Completed(losses) => How::Completed {
                        losses: losses.as_slice(),
                    },
                    Outcome::Stopped => How::Stopped,
                    Outcome::Failed(failure) => How::Failed {
                        kind: failure.kind.as_str(),
                        reason: &failure.reason,
                    },
                    _ => return None,
                },
                metrics: &ended.metrics,
            },
            _ => return None,
        })
    }
}

impl Note {
    fn of(tag: &Tag) -> Self {
        let note = tag.note(NAME);
        Self {
            mine: note.is_some(),
            tag: note,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use tuning_core::{Ended, FailureKind, Parameter, Reported, Started, Values};

    fn line(message: &Message<'_>) -> String {
        let mut buffer = Vec::new();
        message.write(&mut buffer);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn facts_are_told_in_words_that_any_language_can_match() {
        let space = Space::new([Parameter::int("n", 1, 9)]).unwrap();
        let params = space.params([("n", 3)]).unwrap();
        let trial = TrialId::new(4);
        let check = |fact: Fact, expect: &str| {
            let told = Told::of(&fact).unwrap();
            assert_eq!(
                line(&Message::Tell(told)).trim_end(),
                format!("{{\"tell\":{expect}}}")
            );
        };
        check(
            Started::new(trial, params.clone())
                .tag(Tag::new(NAME, "gen 2"))
                .into(),
            r#"{"event":"started","trial":4,"params":{"n":3},"mine":true,"tag":"gen 2"}"#,
        );
        check(
            Started::new(trial, params)
                .until(Fidelity::new(3))
                .tag(Tag::new("enqueue", 0))
                .into(),
            r#"{"event":"started","trial":4,"params":{"n":3},"until":3,"mine":false}"#,
        );
        check(
            Reported::new(trial, Fidelity::new(3), Values::one(0.5).unwrap()).into(),
            r#"{"event":"reported","trial":4,"at":3,"losses":[0.5]}"#,
        );
        let mut ended = Ended::new(trial, Outcome::Completed(Values::one(-0.5).unwrap()));
        ended.took_micros = 17;
        check(
            ended.into(),
            r#"{"event":"ended","trial":4,"state":"completed","losses":[-0.5]}"#,
        );
        check(
            Ended::new(trial, Outcome::failed(FailureKind::TimedOut, "slow")).into(),
            r#"{"event":"ended","trial":4,"state":"failed","kind":"timed_out","reason":"slow"}"#,
        );
        check(
            Ended::new(trial, Outcome::Stopped).into(),
            r#"{"event":"ended","trial":4,"state":"stopped"}"#,
        );
    }

    #[test]
    fn seeds_are_exact_in_every_language() {
        let slots = NonZeroUsize::new(2).unwrap();
        let ask = Ask::new(slots, TrialId::new(7), Seed::new(u64::MAX));
        let form = AskForm::new(&ask.with_trials_left(Some(3)).with_resource_left(Some(9)));
        assert!(form.seeds.iter().all(|seed| *seed < 1 << 53));
        assert_ne!(form.seeds[0], form.seeds[1]);
        let line = line(&Message::Ask(form));
        assert!(
            line.starts_with(r#"{"ask":{"slots":2,"next":7,"seeds":["#),
            "{line}"
        );
        assert!(
            line.ends_with(
                "\"study_seed\":9007199254740991,\"trials_left\":3,\"resource_left\":9}}\n"
            ),
            "{line}"
        );
    }
}
