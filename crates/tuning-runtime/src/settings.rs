//! [`StudySettings`]: what a study is and how it runs, as one value from a builder or a file to the driver.
//! What does the work (strategy, pruner, journal, observers) is handed over beside it.

use std::{collections::BTreeMap, num::NonZeroUsize, time::Duration};

use tuning_core::{
    Budget, FidelityRange, Literal, Objective, Objectives, Order, Problem, Seed, Space, Spec,
    StudySpec,
};

use crate::{bus::Breaker, error::StudyError, retry::Retry};

/// What a study is and how it runs.
///
/// The space, the objectives, the fidelity, the order and the seed are its identity and have to match its
/// journal; everything else may change from session to session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudySettings {
    /// The name of the study.
    pub name: String,
    /// What to tune.
    pub space: Space,
    /// What trials from before a parameter was added had in it, by name: for a study whose space is
    /// [amended](crate::StudyBuilder::amend).
    pub defaults: BTreeMap<String, Literal>,
    /// What to optimise; one or more.
    pub objectives: Vec<Objective>,
    /// The ladder of a trial's resource, for strategies that pause and resume trials.
    pub fidelity: Option<FidelityRange>,
    /// In which order the strategy learns results; as the journal has it, or as finished, if absent.
    pub order: Option<Order>,
    /// Where all randomness comes from; the seed of the journal, or 0, if absent.
    pub seed: Option<Seed>,
    /// When the study has done enough.
    pub budget: Budget,
    /// How many trials run at once.
    pub workers: NonZeroUsize,
    /// Which failures are retried.
    pub retry: Retry,
    /// How long one attempt at a trial may take.
    pub trial_timeout: Option<Duration>,
    /// How long an evaluator may take to end when it is told to, before it is dropped.
    pub grace: Duration,
    /// When an observer that keeps failing is left alone, and for how long.
    pub breaker: Breaker,
    /// How long the end of a session waits for observers, and for the removal of what is kept of trials that were given
    /// up. The next session makes up for what is left.
    pub linger: Duration,
}

impl StudySettings {
    /// A study with the defaults: no objective yet, one worker per core, no limit, no retries.
    #[must_use]
    pub fn new(name: impl Into<String>, space: Space) -> Self {
        Self {
            name: name.into(),
            space,
            defaults: BTreeMap::new(),
            objectives: Vec::new(),
            fidelity: None,
            order: None,
            seed: None,
            budget: Budget::default(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            retry: Retry::default(),
            trial_timeout: None,
            grace: Duration::from_secs(15),
            breaker: Breaker::default(),
            linger: Duration::from_secs(5),
        }
    }

    /// Returns the identity of the study under this strategy and this pruner, if it has one: that of its journal, if
    /// there is one and it matches.
    ///
    /// # Errors
    /// [`StudyError::Differs`] if it does not match, [`StudyError::Setting`] if the objectives are invalid.
    pub fn identity(
        &self,
        strategy: Spec,
        pruner: Option<Spec>,
        stored: Option<StudySpec>,
    ) -> Result<StudySpec, StudyError> {
        let objectives = Objectives::new(self.objectives.clone())?;
        let mut wanted = StudySpec::new(self.space.clone(), objectives, strategy);
        wanted.fidelity = self.fidelity;
        wanted.pruner = pruner;
        // What the settings leave open stays as it was.
        let order = self.order.or(stored.as_ref().map(|stored| stored.order));
        let seed = self.seed.or(stored.as_ref().map(|stored| stored.seed));
        wanted.order = order.unwrap_or_default();
        wanted.seed = seed.unwrap_or(Seed::new(0));
        let Some(stored) = stored else {
            return Ok(wanted);
        };
        let differences = stored.differences(&wanted);
        if differences.is_empty() {
            // The stored order of the parameters, by which grids and sequences count.
            return Ok(stored);
        }
        // Another space alone can be amended.
        let mut moved = stored;
        moved.space = self.space.clone();
        Err(StudyError::Differs {
            study: self.name.clone(),
            differences,
            is_amendable: moved.differences(&wanted).is_empty(),
        })
    }

    /// Returns what the strategy and the pruner of a study with this identity are built from.
    #[must_use]
    pub fn problem(&self, identity: &StudySpec) -> Problem {
        // What a strategy is told of parallelism must not depend on the workers when its decisions must not.
        let parallelism = match identity.order {
            Order::AsFinished => self.workers,
            Order::AsProposed { lag } => lag,
        };
        Problem::new(identity.space.clone(), identity.objectives.clone())
            .fidelity(identity.fidelity)
            .budget(self.budget.clone())
            .parallelism(parallelism)
    }

    /// Checks the budget.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] if a limit makes no sense.
    pub(crate) fn check(&self) -> Result<(), StudyError> {
        let invalid = |message: String| {
            let study = self.name.clone();
            Err(StudyError::Invalid { study, message })
        };
        let budget = &self.budget;
        if budget.trials == Some(0) {
            return invalid("a budget of 0 trials does nothing: use at least 1".to_owned());
        }
        if let Some(target) = budget.target.filter(|target| !target.is_finite()) {
            return invalid(format!("the target {target} is not a finite number"));
        }
        if let Err(error) = budget.failures.check() {
            return invalid(error.to_string());
        }
        if budget.no_improvement == Some(0) {
            return invalid(
                "a `no_improvement` of 0 trials ends the study at once: use at least 1".to_owned(),
            );
        }
        match &budget.cost {
            Some(cost) if !(cost.limit.is_finite() && cost.limit > 0.0) => invalid(format!(
                "the limit {} of cost `{}` must be a finite number above 0",
                cost.limit, cost.metric
            )),
            _ => Ok(()),
        }
    }
}
