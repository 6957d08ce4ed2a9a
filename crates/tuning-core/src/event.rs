//! [`Event`]: a fact of a study with its place and time, and [`StudySpec`]: what makes a study that study.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    Amended, Best, Budget, Counts, EndReason, Failure, FidelityRange, Objectives, Order, Seed, Seq,
    Spec, TrialId, Warned,
    fact::{Budgeted, Ended, Fact, Paused, Reported, Resumed, Started},
    space::Space,
};

/// Something that happened in a study. Events are numbered without gaps, in the order of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The study's name.
    pub study: Arc<str>,
    /// Its place in the study's journal.
    pub seq: Seq,
    /// When, in milliseconds since the start of 1970 (UTC).
    pub at_millis: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// This happened then, in that study.
    #[must_use]
    pub fn new(study: Arc<str>, seq: Seq, at_millis: u64, kind: EventKind) -> Self {
        Self {
            study,
            seq,
            at_millis,
            kind,
        }
    }
}

/// What happened. Values are in the objectives' own directions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", from = "Form")]
#[non_exhaustive]
pub enum EventKind {
    /// The study was created: the first entry of every journal.
    Created(Box<StudySpec>),
    /// A session began: the study was created or resumed.
    Opened(Box<Opened>),
    /// A trial is evaluated again.
    Retried(Retried),
    /// A session ended.
    Closed(Box<Closed>),
    /// What happened is lost: the journal was damaged, and repaired.
    Missing(Missing),
    /// The study's space was changed.
    Amended(Box<Amended>),
    /// Something is wrong, but the study continues.
    Warned(Warned),
    /// Something happened that strategies are told, too.
    #[serde(untagged)]
    Fact(Fact),
}

/// How a kind is read: every event by its own name, so that a damaged one is refused with the reason.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Form {
    Created(Box<StudySpec>),
    Opened(Box<Opened>),
    Retried(Retried),
    Closed(Box<Closed>),
    Missing(Missing),
    Amended(Box<Amended>),
    Warned(Warned),
    Started(Started),
    Resumed(Resumed),
    Reported(Reported),
    Paused(Paused),
    Ended(Ended),
    Budgeted(Budgeted),
}

impl From<Form> for EventKind {
    fn from(form: Form) -> Self {
        match form {
            Form::Created(spec) => Self::Created(spec),
            Form::Opened(opened) => Self::Opened(opened),
            Form::Retried(retried) => Self::Retried(retried),
            Form::Closed(closed) => Self::Closed(closed),
            Form::Missing(missing) => Self::Missing(missing),
            Form::Amended(amended) => Self::Amended(amended),
            Form::Warned(warned) => Self::Warned(warned),
            Form::Started(fact) => fact.into(),
            Form::Resumed(fact) => fact.into(),
            Form::Reported(fact) => fact.into(),
            Form::Paused(fact) => fact.into(),
            Form::Ended(fact) => fact.into(),
            Form::Budgeted(fact) => fact.into(),
        }
    }
}

impl EventKind {
    /// The names of all kinds, in the order in which they usually come.
    pub const NAMES: [&str; 13] = [
        "created", "opened", "budgeted", "started", "resumed", "reported", "retried", "paused",
        "ended", "closed", "missing", "amended", "warned",
    ];

    /// The kind as one word, as in the journal: `started`, `ended`, ….
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "created",
            Self::Opened(_) => "opened",
            Self::Retried(_) => "retried",
            Self::Closed(_) => "closed",
            Self::Missing(_) => "missing",
            Self::Amended(_) => "amended",
            Self::Warned(_) => "warned",
            Self::Fact(Fact::Started(_)) => "started",
            Self::Fact(Fact::Resumed(_)) => "resumed",
            Self::Fact(Fact::Reported(_)) => "reported",
            Self::Fact(Fact::Paused(_)) => "paused",
            Self::Fact(Fact::Ended(_)) => "ended",
            Self::Fact(Fact::Budgeted(_)) => "budgeted",
        }
    }

    /// The trial that it happened to, if it happened to one.
    #[must_use]
    pub fn trial(&self) -> Option<TrialId> {
        match self {
            Self::Fact(fact) => fact.trial(),
            Self::Retried(retried) => Some(retried.trial),
            Self::Missing(missing) => missing.trial,
            Self::Warned(warned) => Some(warned.trial),
            _ => None,
        }
    }
}

impl<F: Into<Fact>> From<F> for EventKind {
    fn from(fact: F) -> Self {
        Self::Fact(fact.into())
    }
}

/// What makes a study that study: a journal is continued only with the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StudySpec {
    /// The version of the journal's format.
    pub format: u32,
    /// Where it searches.
    pub space: Space,
    /// What it optimises.
    pub objectives: Objectives,
    /// The ladder of a trial's resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<FidelityRange>,
    /// What proposes.
    pub strategy: Spec,
    /// What stops bad trials early, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruner: Option<Spec>,
    /// In which order results are told.
    #[serde(default)]
    pub order: Order,
    /// The seed of all randomness.
    pub seed: Seed,
}

impl StudySpec {
    /// The version of the journal's format that this crate writes.
    pub const FORMAT: u32 = 2;

    /// A study of this strategy over this space.
    #[must_use]
    pub fn new(space: Space, objectives: Objectives, strategy: Spec) -> Self {
        Self {
            format: Self::FORMAT,
            space,
            objectives,
            fidelity: None,
            strategy,
            pruner: None,
            order: Order::AsFinished,
            seed: Seed::new(0),
        }
    }

    /// Returns a line for each difference that forbids to continue `self` as `other`. Another order
    /// of the parameters is no difference.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = self.space.differences(&other.space);
        let mut compare = |what: &str, old: String, new: String| {
            if old != new {
                lines.push(format!("{what}: `{old}` became `{new}`"));
            }
        };
        let list = |objectives: &Objectives| {
            let names: Vec<_> = objectives.iter().map(ToString::to_string).collect();
            names.join(", ")
        };
        compare(
            "objectives",
            list(&self.objectives),
            list(&other.objectives),
        );
        let range = |fidelity: Option<FidelityRange>| match fidelity {
            Some(range) => format!("{} to {}", range.min(), range.max()),
            None => "none".to_owned(),
        };
        compare("format", self.format.to_string(), other.format.to_string());
        compare("fidelity", range(self.fidelity), range(other.fidelity));
        compare("order", self.order.to_string(), other.order.to_string());
        compare("seed", self.seed.to_string(), other.seed.to_string());
        lines.extend(self.strategy.differences("strategy", &other.strategy));
        match (&self.pruner, &other.pruner) {
            (None, None) => {}
            (None, Some(new)) => lines.push(format!("pruner: none became `{}`", new.name)),
            (Some(old), None) => lines.push(format!("pruner: `{}` became none", old.name)),
            (Some(old), Some(new)) => lines.extend(old.differences("pruner", new)),
        }
        lines
    }
}

/// A session began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Opened {
    /// The number of the session, from 1.
    pub session: u64,
    /// When the study is to end.
    pub budget: Budget,
    /// How many trials run at once.
    pub workers: usize,
    /// How its trials stood.
    pub counts: Counts,
    /// The best trial so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

impl Opened {
    /// The first session of a study.
    #[must_use]
    pub fn new(session: u64, budget: Budget, workers: usize) -> Self {
        Self {
            session,
            budget,
            workers,
            counts: Counts::default(),
            best: None,
        }
    }

    /// The same for a study that has trials already.
    #[must_use]
    pub fn so_far(mut self, counts: Counts, best: Option<Best>) -> Self {
        self.counts = counts;
        self.best = best;
        self
    }
}

/// A trial is evaluated again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retried {
    /// The trial.
    pub trial: TrialId,
    /// The number of the new attempt: 1 for the first repetition.
    pub attempt: u32,
    /// What was wrong with the attempt before.
    pub failure: Failure,
    /// How long it waits before it begins.
    #[serde(default)]
    pub delay_millis: u64,
}

impl Retried {
    /// The trial is evaluated again because of this failure.
    #[must_use]
    pub fn new(trial: TrialId, attempt: u32, failure: Failure, delay_millis: u64) -> Self {
        Self {
            trial,
            attempt,
            failure,
            delay_millis,
        }
    }
}

/// An entry of a repaired journal in the place of one that was damaged, or that made no sense without one that was: so
/// every other entry keeps its place. What happened is not known; it may have been the start of a trial, so the next
/// trial may have a later number than its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Missing {
    /// The trial that it happened to, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialId>,
}

impl Missing {
    /// What happened to this trial, or to an unknown one or to none, is lost.
    #[must_use]
    pub const fn new(trial: Option<TrialId>) -> Self {
        Self { trial }
    }
}

/// A session ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Closed {
    /// Why.
    pub reason: EndReason,
    /// How the trials stand.
    pub counts: Counts,
    /// The best trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Best>,
}

impl Closed {
    /// A session ended for this reason.
    #[must_use]
    pub fn new(reason: EndReason, counts: Counts, best: Option<Best>) -> Self {
        Self {
            reason,
            counts,
            best,
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.counts)
    }
}
