//! [`Fact`]: what happened to a trial, or to the budget. A strategy's and a pruner's state is a fold of the facts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Budget, Fidelity, Metrics, Outcome, Tag, TrialId, Values, space::Params};

/// What happened, to one trial or to the study's budget.
///
/// In facts that a strategy or a pruner is told, values are *losses*: smaller is better
/// ([`Objectives::losses`](crate::Objectives::losses)). In the journal and in events they are
/// in the objectives' own directions.
///
/// Promises about their order, kept by every driver:
/// - a trial's first fact is `Started`; nothing follows `Ended`;
/// - `Resumed` follows only `Paused`, and only to a higher fidelity;
/// - a paused trial may end without being resumed: it was given up or cancelled;
/// - `Budgeted` comes before the first ask if the budget has limits, and again when they change;
/// - the fidelities of a trial's reports strictly rise, also if it had to be run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// A new trial was started.
    Started(Started),
    /// A paused trial is resumed to a higher fidelity.
    Resumed(Resumed),
    /// A running trial measured intermediate values.
    Reported(Reported),
    /// A trial reached the fidelity it was asked for and can be resumed.
    Paused(Paused),
    /// A trial ended for good.
    Ended(Ended),
    /// The study has these limits from now on.
    Budgeted(Budgeted),
}

impl Fact {
    /// The trial that it happened to, if it happened to one.
    #[must_use]
    pub fn trial(&self) -> Option<TrialId> {
        match self {
            Self::Started(fact) => Some(fact.trial),
            Self::Resumed(fact) => Some(fact.trial),
            Self::Reported(fact) => Some(fact.trial),
            Self::Paused(fact) => Some(fact.trial),
            Self::Ended(fact) => Some(fact.trial),
            Self::Budgeted(_) => None,
        }
    }
}

impl Fact {
    /// The note of its author, on what was started or resumed.
    #[must_use]
    pub fn tag(&self) -> Option<&Tag> {
        match self {
            Self::Started(fact) => Some(&fact.tag),
            Self::Resumed(fact) => Some(&fact.tag),
            _ => None,
        }
    }

    /// The fact as the strategy inside the combinator `layer` is told it: that layer is off the tag. What
    /// the combinator did not pass on becomes foreign, without a tag, even if its author is of the same
    /// kind as the inner strategy. [`Proposal::wrapped`](crate::Proposal::wrapped) is the way out.
    ///
    /// # Example
    /// ```
    /// use tuning_core::{Fact, Parameter, Proposal, Space, Started, Tag, TrialId};
    ///
    /// let space = Space::new([Parameter::int("layers", 1, 4)])?;
    /// let inner = Proposal::start(space.params([("layers", 2)])?).tag(Tag::new("grid", 1));
    /// let outer = inner.wrapped("asha", 0);
    /// let params = outer.params().expect("it starts a trial").clone();
    /// let fact = Fact::from(Started::new(TrialId::new(0), params).tag(outer.note().clone()));
    /// assert_eq!(fact.unwrapped("asha").tag(), Some(&Tag::new("grid", 1)));
    /// assert_eq!(fact.unwrapped("other").tag(), Some(&Tag::NONE));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unwrapped(&self, layer: &str) -> Cow<'_, Self> {
        let inner = |tag: &Tag| tag.unwrap(layer).map_or(Tag::NONE, |(_, inner)| inner);
        self.retagged(inner)
    }

    /// The fact as one of a foreign trial: what a combinator over several strategies tells those that
    /// did not propose it.
    #[must_use]
    pub fn untagged(&self) -> Cow<'_, Self> {
        self.retagged(|_| Tag::NONE)
    }

    fn retagged(&self, f: impl FnOnce(&Tag) -> Tag) -> Cow<'_, Self> {
        let Some(tag) = self.tag().filter(|tag| !tag.is_none()) else {
            return Cow::Borrowed(self);
        };
        let inner = f(tag);
        let mut fact = self.clone();
        match &mut fact {
            Self::Started(fact) => fact.tag = inner,
            Self::Resumed(fact) => fact.tag = inner,
            _ => {}
        }
        Cow::Owned(fact)
    }
}

/// Where a forked trial begins: the checkpoint of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fork {
    /// The trial whose checkpoint it begins with.
    pub trial: TrialId,
    /// The fidelity of that checkpoint; none if the trial reported none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Fidelity>,
}

impl Fork {
    /// From this trial's checkpoint at this fidelity.
    #[must_use]
    pub const fn new(trial: TrialId, at: Option<Fidelity>) -> Self {
        Self { trial, at }
    }
}

/// A new trial was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Started {
    /// Its number.
    pub trial: TrialId,
    /// Its parameters.
    pub params: Params,
    /// How far it is to run; to its end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Fidelity>,
    /// The trial whose checkpoint it begins with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
    /// Its author's note.
    #[serde(default, skip_serializing_if = "Tag::is_none")]
    pub tag: Tag,
}

impl Started {
    /// A trial with these parameters, to run to its end.
    #[must_use]
    pub fn new(trial: TrialId, params: Params) -> Self {
        Self {
            trial,
            params,
            until: None,
            fork: None,
            tag: Tag::NONE,
        }
    }

    /// Sets the fidelity to run until.
    #[must_use]
    pub fn until(mut self, until: impl Into<Option<Fidelity>>) -> Self {
        self.until = until.into();
        self
    }

    /// Sets its author's note.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = tag;
        self
    }

    /// Begins it from the checkpoint of another trial.
    #[must_use]
    pub fn fork(mut self, fork: Fork) -> Self {
        self.fork = Some(fork);
        self
    }
}

/// A paused trial is resumed to a higher fidelity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resumed {
    /// The trial.
    pub trial: TrialId,
    /// How far it is to run now; to its end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Fidelity>,
    /// The note of the strategy that resumed it.
    #[serde(default, skip_serializing_if = "Tag::is_none")]
    pub tag: Tag,
}

impl Resumed {
    /// The trial runs until this fidelity, or to its end.
    #[must_use]
    pub fn new(trial: TrialId, until: impl Into<Option<Fidelity>>) -> Self {
        Self {
            trial,
            until: until.into(),
            tag: Tag::NONE,
        }
    }

    /// Sets its author's note.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = tag;
        self
    }
}

/// A running trial measured intermediate values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reported {
    /// The trial.
    pub trial: TrialId,
    /// The cumulative resource it had used.
    pub at: Fidelity,
    /// What the objectives were there.
    pub values: Values,
    /// What else was measured.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub metrics: Metrics,
}

impl Reported {
    /// The trial had these values at this fidelity.
    #[must_use]
    pub fn new(trial: TrialId, at: Fidelity, values: Values) -> Self {
        Self {
            trial,
            at,
            values,
            metrics: Metrics::default(),
        }
    }

    /// Adds other measurements.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }
}

/// A trial reached the fidelity it was asked for and can be resumed.
///
/// It may have gone beyond that fidelity: a program that reports every tenth epoch pauses at the next report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Paused {
    /// The trial.
    pub trial: TrialId,
    /// The cumulative resource it has used: that of its last report.
    pub at: Fidelity,
    /// What the objectives were there.
    pub values: Values,
    /// What else was measured since that report.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub metrics: Metrics,
    /// How long this piece of work took to evaluate, retries not counted. Strategies are told 0 under
    /// [`Order::AsProposed`](crate::Order::AsProposed), where no timing may decide.
    #[serde(default)]
    pub took_micros: u64,
}

impl Paused {
    /// The trial had these values at this fidelity, from which it can be resumed.
    #[must_use]
    pub fn new(trial: TrialId, at: Fidelity, values: Values) -> Self {
        Self {
            trial,
            at,
            values,
            metrics: Metrics::default(),
            took_micros: 0,
        }
    }

    /// Adds other measurements.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Sets how many microseconds the evaluation took.
    #[must_use]
    pub fn took(mut self, micros: u64) -> Self {
        self.took_micros = micros;
        self
    }
}

/// A trial ended for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ended {
    /// The trial.
    pub trial: TrialId,
    /// How.
    pub outcome: Outcome,
    /// What else was measured.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub metrics: Metrics,
    /// How long its last piece of work took to evaluate, retries not counted. Strategies are
    /// told 0 under [`Order::AsProposed`](crate::Order::AsProposed), where no timing may decide.
    #[serde(default)]
    pub took_micros: u64,
}

impl Ended {
    /// The trial ended like this.
    #[must_use]
    pub fn new(trial: TrialId, outcome: Outcome) -> Self {
        Self {
            trial,
            outcome,
            metrics: Metrics::default(),
            took_micros: 0,
        }
    }

    /// Adds other measurements.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Sets how many microseconds the evaluation took.
    #[must_use]
    pub fn took(mut self, micros: u64) -> Self {
        self.took_micros = micros;
        self
    }
}

/// The study has these limits from now on: told at its start, and when a session begins with others.
///
/// What is left follows from the other facts: a trial counts when it is started, no matter who proposed it. So
/// a strategy that works in rounds can plan them in `tell`. A limit may be raised at any time: the end of
/// the budget is no reason to be [done](crate::Asked::Done) for one that could still propose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Budgeted {
    /// How many trials there are in all, those included that were [added](crate::AddedTrial); without limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<u64>,
    /// How much resource all trials together may use; without limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<u64>,
}

impl Budgeted {
    /// The limits of this budget that a strategy can plan with.
    #[must_use]
    pub const fn new(budget: &Budget) -> Self {
        Self {
            trials: budget.trials,
            resource: budget.resource,
        }
    }
}

macro_rules! into_fact {
    ($($name:ident),*) => {$(
        impl From<$name> for Fact {
            fn from(fact: $name) -> Self {
                Self::$name(fact)
            }
        }
    )*};
}

into_fact!(Started, Resumed, Reported, Paused, Ended, Budgeted);
