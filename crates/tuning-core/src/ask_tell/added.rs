//! [`AddedTrial`]: a trial that was evaluated elsewhere.

use super::{error::TellError, machine::AskTell};
use crate::{
    Ended, Metrics, Outcome, Started, Strategy, Tag, Trial, TrialId, TrialState, space::Params,
};

/// A trial that was evaluated elsewhere, with its outcome: an earlier study, a paper, a default that is in use.
///
/// # Example
/// ```
/// use tuning_core::{AddedTrial, Metrics, Outcome, Parameter, Space, Values};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
/// let trial = AddedTrial::new(space.params([("lr", 0.001)])?, Outcome::Completed(Values::one(0.93)?))
///     .metrics(Metrics::from_iter([("epochs", 20.0)]))
///     .note("the paper");
/// assert_eq!(trial.note, "the paper");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AddedTrial {
    /// Its parameters.
    pub params: Params,
    /// How it ended; values are in the objectives' own directions.
    pub outcome: Outcome,
    /// What else was measured.
    pub metrics: Metrics,
    /// How long its evaluation took.
    pub took_micros: u64,
    /// Where it comes from, for people: its tag is `added:` and this.
    pub note: String,
}

impl AddedTrial {
    /// A trial with these parameters that ended like this.
    #[must_use]
    pub fn new(params: Params, outcome: Outcome) -> Self {
        Self {
            params,
            outcome,
            metrics: Metrics::default(),
            took_micros: 0,
            note: String::new(),
        }
    }

    /// A trial of another study; none if it has not ended. Of its reports nothing is kept.
    #[must_use]
    pub fn of(trial: &Trial) -> Option<Self> {
        let outcome = match trial.state {
            TrialState::Completed => Outcome::Completed(trial.values.clone()?),
            TrialState::Stopped => Outcome::Stopped,
            TrialState::Failed => Outcome::Failed(trial.failure.clone()?),
            TrialState::Running | TrialState::Paused => return None,
        };
        let added = Self::new(trial.params.clone(), outcome).metrics(trial.metrics.clone());
        Some(added.took(trial.took_micros))
    }

    /// Sets what else was measured.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Sets how many microseconds its evaluation took.
    #[must_use]
    pub fn took(mut self, micros: u64) -> Self {
        self.took_micros = micros;
        self
    }

    /// Sets where it comes from, for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl<S: Strategy> AskTell<S> {
    /// Adds trials that were evaluated elsewhere, all of them or none, and returns their numbers.
    ///
    /// To the strategy they are foreign trials: it learns from them, but does not count them as its own. They use up nothing of the
    /// budget, unless that [counts all](crate::Counted::All); but the best of them may reach its target, or be an improvement.
    /// Under [`Order::AsProposed`](crate::Order::AsProposed) they are told at once if nothing is in flight, and else when it is their turn, as if they
    /// had been proposed now.
    ///
    /// # Errors
    /// [`TellError::Add`] if the parameters of one do not lie in the space or the number of its values is wrong; nothing has
    /// changed then.
    ///
    /// # Example
    /// ```
    /// # use std::num::NonZeroUsize;
    /// # use tuning_core::*;
    /// # #[derive(Debug)] struct Never;
    /// # impl Strategy for Never {
    /// #     fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> { Ok(Asked::Done) }
    /// #     fn tell(&mut self, _: &Fact) {}
    /// # }
    /// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
    /// let known = AddedTrial::new(space.params([("lr", 0.001)])?, Outcome::Completed(Values::one(0.93)?));
    /// let problem = Problem::new(space, Objectives::maximize("accuracy")?).budget(Budget::unlimited().target(0.9));
    /// # let strategy = Never;
    /// let mut study = AskTell::new(problem, strategy, Seed::new(1));
    /// assert_eq!(study.add([known])?, [TrialId::new(0)]);
    /// assert_eq!(study.ask(NonZeroUsize::MIN)?, Turn::Done(EndReason::Target));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(
        &mut self,
        trials: impl IntoIterator<Item = AddedTrial>,
    ) -> Result<Vec<TrialId>, TellError> {
        let mut trials: Vec<AddedTrial> = trials.into_iter().collect();
        let of = trials.len();
        for (place, trial) in trials.iter_mut().enumerate() {
            self.align_added(trial).map_err(|source| TellError::Add {
                number: place + 1,
                of,
                source: Box::new(source),
            })?;
        }
        Ok(trials
            .into_iter()
            .map(|trial| self.add_one(trial))
            .collect())
    }

    fn align_added(&self, trial: &mut AddedTrial) -> Result<(), TellError> {
        if let Outcome::Completed(values) = &trial.outcome {
            self.count(values)?;
        }
        trial.params = self.problem.space.align(&trial.params)?;
        Ok(())
    }

    fn add_one(&mut self, added: AddedTrial) -> TrialId {
        let trial = self.next;
        let tag = Tag::new(Tag::ADDED, added.note);
        self.happened_by(Started::new(trial, added.params).tag(tag), self.known());
        let ended = Ended::new(trial, added.outcome).metrics(added.metrics);
        self.happened(ended.took(added.took_micros));
        trial
    }
}
