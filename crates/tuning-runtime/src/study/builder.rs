//! [`StudyBuilder`]: describes a study.

use std::{fmt, num::NonZeroUsize, sync::Arc, time::Duration};

use tuning_core::{
    BoxedConfig, BoxedPrunerConfig, Budget, FailureLimit, FidelityRange, Journal, Literal,
    Objective, Objectives, Observer, Order, PrunerConfig, Seed, StrategyConfig,
};

use crate::{
    bus::{Breaker, Delivery},
    executor::Executor,
    memory::MemoryJournal,
    retry::Retry,
    settings::StudySettings,
};

/// Describes a study. Everything has a sensible default: one worker per core, seed 0, results
/// told as they finish, no retries, a journal in memory.
pub struct StudyBuilder {
    pub(super) settings: StudySettings,
    pub(super) strategy: Option<BoxedConfig>,
    pub(super) pruner: Option<BoxedPrunerConfig>,
    pub(super) journal: Box<dyn Journal>,
    pub(super) observers: Vec<(Box<dyn Observer>, Delivery)>,
    pub(super) executor: Option<Arc<dyn Executor>>,
    pub(super) invalid: Option<String>,
    pub(super) amends: bool,
}

impl StudyBuilder {
    /// A study with these settings.
    #[must_use]
    pub fn new(settings: StudySettings) -> Self {
        Self {
            settings,
            strategy: None,
            pruner: None,
            journal: Box::new(MemoryJournal::new()),
            observers: Vec::new(),
            executor: None,
            invalid: None,
            amends: false,
        }
    }

    /// Adds an objective of which less is better.
    #[must_use]
    pub fn minimize(mut self, name: impl Into<String>) -> Self {
        self.settings.objectives.push(Objective::minimize(name));
        self
    }

    /// Adds an objective of which more is better.
    #[must_use]
    pub fn maximize(mut self, name: impl Into<String>) -> Self {
        self.settings.objectives.push(Objective::maximize(name));
        self
    }

    /// Sets all objectives.
    #[must_use]
    pub fn objectives(mut self, objectives: &Objectives) -> Self {
        self.settings.objectives = objectives.to_vec();
        self
    }

    /// Sets what proposes trials: a configuration such as `RandomConfig::default()`, or one that was
    /// chosen at run time ([`BoxedConfig`]).
    #[must_use]
    pub fn strategy(mut self, strategy: impl StrategyConfig + 'static) -> Self {
        self.strategy = Some(strategy.boxed());
        self
    }

    /// Sets what stops bad trials early: a configuration, or one that was chosen at run time
    /// ([`BoxedPrunerConfig`]). It belongs to the identity of the study, as the strategy does.
    #[must_use]
    pub fn pruner(mut self, pruner: impl PrunerConfig + 'static) -> Self {
        self.pruner = Some(pruner.boxed());
        self
    }

    /// Sets the ladder of a trial's resource, for strategies that pause and resume trials.
    #[must_use]
    pub fn fidelity(mut self, fidelity: FidelityRange) -> Self {
        self.settings.fidelity = Some(fidelity);
        self
    }

    /// Sets when the study has done enough.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = budget;
        self
    }

    /// Sets how many trials are started in all.
    #[must_use]
    pub fn trials(mut self, trials: u64) -> Self {
        self.settings.budget.trials = Some(trials);
        self
    }

    /// Sets how many failed trials end the study early: if nothing is set, the first five, if they fail alike.
    #[must_use]
    pub fn stop_on_failures(mut self, limit: FailureLimit) -> Self {
        self.settings.budget.failures = limit;
        self
    }

    /// Sets how many trials run at once.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        match NonZeroUsize::new(workers) {
            Some(workers) => self.settings.workers = workers,
            None => self.invalid = Some("0 workers do nothing: use at least 1".to_owned()),
        }
        self
    }

    /// Sets where all randomness comes from. A study that resumes keeps its seed if none is set.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.settings.seed = Some(seed.into());
        self
    }

    /// Sets in which order the strategy learns results.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.settings.order = Some(order);
        self
    }

    /// Sets which failures are tried again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = retry;
        self
    }

    /// Sets how long one attempt at a trial may take.
    #[must_use]
    pub fn trial_timeout(mut self, timeout: Duration) -> Self {
        self.settings.trial_timeout = Some(timeout);
        self
    }

    /// Sets how long an evaluator may take to end when it is told to, before it is dropped.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// Sets where the study's log is kept. If it holds a study already, that one is resumed.
    #[must_use]
    pub fn journal(mut self, journal: impl Journal + 'static) -> Self {
        self.journal = Box::new(journal);
        self
    }

    /// Lets a study that has begun in another space search in this one from now on, where it is refused otherwise: ranges may be wider or
    /// narrower, choices and parameters may come and go. Its objectives, fidelity, strategy, pruner, order and seed stay as they are.
    ///
    /// Trials from before stay where they fit: the strategy is told of them anew, as of foreign trials. Of those that do not fit it is not
    /// told any more; the journal keeps them, and they count for the best trial and the budget. Trials that have not ended and do not fit are
    /// cancelled. A parameter that is always active needs a [default](Self::default_of). The journal notes the change with the beginning of the next
    /// session; until then nothing has changed.
    #[must_use]
    pub fn amend(mut self) -> Self {
        self.amends = true;
        self
    }

    /// Sets what trials from before a parameter was added had in it: the value by which they fit the [amended](Self::amend) space.
    #[must_use]
    pub fn default_of(mut self, parameter: impl Into<String>, value: impl Into<Literal>) -> Self {
        self.settings
            .defaults
            .insert(parameter.into(), value.into());
        self
    }

    /// Adds an observer for the first run of the study.
    #[must_use]
    pub fn observe(mut self, observer: impl Observer + 'static, delivery: Delivery) -> Self {
        self.observers.push((Box::new(observer), delivery));
        self
    }

    /// Sets when an observer that keeps failing is left alone, and for how long.
    #[must_use]
    pub fn breaker(mut self, breaker: Breaker) -> Self {
        self.settings.breaker = breaker;
        self
    }

    /// Sets how long the end of a session waits for observers: 5 s if nothing is set. What one with
    /// durable delivery has not taken by then, the next session begins with.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Self {
        self.settings.linger = linger;
        self
    }

    /// Sets where tasks and time come from: the current tokio runtime if nothing is set.
    #[must_use]
    pub fn executor(mut self, executor: Arc<dyn Executor>) -> Self {
        self.executor = Some(executor);
        self
    }
}

impl fmt::Debug for StudyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudyBuilder")
            .field("settings", &self.settings)
            .field("strategy", &self.strategy)
            .field("pruner", &self.pruner)
            .finish_non_exhaustive()
    }
}
