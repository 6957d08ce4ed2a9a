//! [`Plan`]: a study and its fate, from a seed.

use std::{fmt, time::Duration};

use serde_json::json;
use tuning_cmaes::CmaEsConfig;
use tuning_core::{
    AddedTrial, Budget, FailureKind, FailureLimit, FidelityRange, Metrics, Objective, Order,
    Outcome, Parameter, Seed, Space, StrategyConfig, Values,
};
use tuning_evolution::{DeConfig, RegularisedEvolutionConfig};
use tuning_runtime::{Retry, StudyBuilder, StudySettings};
use tuning_strategies::Registry;
use tuning_tpe::TpeConfig;

use crate::{
    bench::{LONGEST, WHOLE},
    dice::Dice,
    ladder::{LadderConfig, StopSome},
    scheduler::Scheduler,
};

/// A study and its fate: all of it follows from the seed, but for what was taken away to make it smaller.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where everything comes from.
    pub seed: u64,
    /// How many trials are started.
    pub trials: u64,
    /// How many faults strike it, at most.
    pub faults: usize,
    /// How many times its process dies.
    pub deaths: u32,
    /// How many trials run at once.
    pub workers: usize,
    pub(crate) strategy: &'static str,
    /// What decides by intermediate results, in the place of the strategy.
    pub(crate) scheduler: Option<Scheduler>,
    pub(crate) space: usize,
    pub(crate) objectives: usize,
    pub(crate) fidelity: bool,
    pub(crate) order: Order,
    pub(crate) pruned: bool,
    pub(crate) limit: Limit,
    pub(crate) retries: u32,
    pub(crate) timeout: bool,
    /// The share of calls that are struck.
    pub(crate) share: f64,
    /// Whether the caller evaluates the trials.
    pub(crate) manual: bool,
    /// How many trials that were evaluated elsewhere it begins with.
    pub(crate) added: u64,
}

/// What limits a study beside its number of trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    None,
    Cost(u32),
    Resource(u64),
    NoImprovement(u64),
    Target,
    Time(Duration),
}

/// The value with which a study is content.
pub(crate) const TARGET: f64 = 0.5;

const STRATEGIES: [&str; 8] = [
    "random",
    "sobol",
    "grid",
    "tpe",
    "cmaes",
    "de",
    "regularised_evolution",
    "ladder",
];

impl Plan {
    /// The plan of this seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(Seed::new(seed).named("plan"));
        let strategy = dice.pick(&STRATEGIES);
        let ladder = strategy == "ladder";
        let fidelity = ladder || dice.chance(0.3);
        let in_line = dice.chance(0.5);
        let order = match in_line {
            true => Order::AsProposed {
                lag: std::num::NonZeroUsize::new(1 + dice.below(6) as usize)
                    .unwrap_or(std::num::NonZeroUsize::MIN),
            },
            false => Order::AsFinished,
        };
        let limit = match dice.below(8) {
            0 => Limit::Cost(3 + dice.below(30) as u32),
            1 if fidelity => Limit::Resource(10 + dice.below(60)),
            2 => Limit::NoImprovement(2 + dice.below(6)),
            3 => Limit::Target,
            // What time allows depends on how often it dies.
            4 if !in_line => Limit::Time(Duration::from_secs(600 + dice.below(36_000))),
            _ => Limit::None,
        };
        // The others optimise one.
        let several = matches!(strategy, "random" | "sobol" | "ladder") && dice.chance(0.3);
        let plan = Self {
            seed,
            trials: 1 + dice.below(24),
            faults: usize::MAX,
            deaths: dice.pick(&[0, 1, 2, 3, 5, 8, 13]),
            workers: 1 + dice.below(6) as usize,
            strategy,
            scheduler: None,
            space: dice.below(4) as usize,
            objectives: 1 + usize::from(several),
            fidelity,
            order,
            pruned: dice.chance(0.3),
            limit,
            retries: dice.pick(&[0, 0, 1, 3]),
            timeout: dice.chance(0.8),
            share: dice.pick(&[0.0, 0.01, 0.03, 0.1]),
            manual: dice.chance(0.25),
            added: dice.pick(&[0, 0, 0, 1, 4, 12]),
        };
        let is_free = matches!(strategy, "random" | "sobol") && fidelity && !several;
        match is_free && dice.chance(0.7) {
            true => plan.scheduled(dice.pick(&Scheduler::ALL)),
            false => plan,
        }
    }

    /// The same with this scheduler. One that is a pruner needs the place of a pruner, and all of them one objective.
    pub(crate) fn scheduled(self, scheduler: Scheduler) -> Self {
        Self {
            scheduler: Some(scheduler),
            pruned: self.pruned && !scheduler.is_a_pruner(),
            objectives: 1,
            fidelity: true,
            ..self
        }
    }

    /// Whether its decisions follow from the plan alone: then it ends as one that never died.
    #[must_use]
    pub fn is_in_line(&self) -> bool {
        matches!(self.order, Order::AsProposed { .. })
    }

    /// The same study where nothing goes wrong.
    #[must_use]
    pub fn undisturbed(&self) -> Self {
        Self {
            faults: 0,
            deaths: 0,
            share: 0.0,
            ..self.clone()
        }
    }

    pub(crate) fn space(&self) -> Space {
        let parameters = match self.space {
            0 => vec![
                Parameter::float("x", -2.0, 2.0),
                Parameter::categorical("kind", ["a", "b", "c"]),
            ],
            1 => vec![
                Parameter::float("lr", 1e-5, 1.0).log(),
                Parameter::int("layers", 1, 8),
            ],
            2 => vec![
                Parameter::categorical("opt", ["adam", "sgd"]),
                Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
                Parameter::int("n", 0, 1000),
            ],
            _ => vec![Parameter::int("n", -3, 3)],
        };
        Space::new(parameters).unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// Trials that were evaluated elsewhere.
    pub(crate) fn known(&self) -> Vec<AddedTrial> {
        let space = self.space();
        let known = |k: u64| {
            let seed = Seed::new(self.seed).named("known").derive(k);
            let point: Vec<f64> = (0..space.len())
                .map(|d| seed.derive(d as u64).unit())
                .collect();
            let params = space
                .decode(&point)
                .unwrap_or_else(|error| unreachable!("{error}"));
            let value = 0.2 + 2.0 * seed.named("value").unit();
            let values = Values::new([value, -value][..self.objectives].iter().copied());
            let outcome = match k % 4 {
                3 => Outcome::failed(FailureKind::Error, "it failed elsewhere"),
                _ => Outcome::Completed(values.unwrap_or_else(|error| unreachable!("{error}"))),
            };
            AddedTrial::new(params, outcome).metrics(Metrics::from_iter([("cost", 2.0)]))
        };
        (0..self.added).map(known).collect()
    }

    pub(crate) fn budget(&self) -> Budget {
        let budget = Budget::trials(self.trials).failures(FailureLimit::Never);
        match self.limit {
            Limit::None => budget,
            Limit::Cost(limit) => budget.cost("cost", f64::from(limit)),
            Limit::Resource(limit) => budget.resource(limit),
            Limit::NoImprovement(trials) => budget.no_improvement(trials),
            Limit::Target => budget.target(TARGET),
            Limit::Time(time) => budget.time(time),
        }
    }

    /// The study, without a journal, observers and an executor.
    pub(crate) fn study(&self) -> StudyBuilder {
        let mut settings = StudySettings::new("torture", self.space());
        let objectives = [Objective::minimize("loss"), Objective::maximize("gain")];
        settings.objectives = objectives[..self.objectives].to_vec();
        settings.fidelity = (self.fidelity)
            .then(|| FidelityRange::new(1, WHOLE).unwrap_or_else(|error| unreachable!("{error}")));
        settings.order = Some(self.order);
        settings.seed = Some(Seed::new(self.seed));
        settings.budget = self.budget();
        settings.grace = Duration::from_secs(30);
        settings.retry = Retry::never().on(FailureKind::Error, self.retries);
        for kind in [
            FailureKind::Lost,
            FailureKind::Panicked,
            FailureKind::TimedOut,
        ] {
            // As proposed, what strikes the work decides nothing: it is done until it was done.
            let retries = match self.is_in_line() {
                true => u32::MAX,
                false => self.retries,
            };
            settings.retry = settings.retry.on(kind, retries);
        }
        settings.trial_timeout = self.timeout.then(|| match self.is_in_line() {
            true => LONGEST + Duration::from_secs(60),
            false => Duration::from_secs(3_600),
        });
        let study = StudyBuilder::new(settings).workers(self.workers);
        let study = match self.pruned {
            true => study.pruner(StopSome::default()),
            false => study,
        };
        if let Some(scheduler) = self.scheduler {
            return scheduler.schedules(study);
        }
        match self.strategy {
            "ladder" => study.strategy(LadderConfig),
            name => {
                let options = match name {
                    "grid" => json!({"name": name, "resolution": 5}),
                    _ => json!(name),
                };
                let config = registry().read(&options);
                let config = config.unwrap_or_else(|error| unreachable!("{error}"));
                study.strategy(config.boxed())
            }
        }
    }
}

/// The strategies by their names, without those that take long to build: `cargo xtask mutants` builds them often.
fn registry() -> Registry {
    let mut registry = Registry::standard();
    registry
        .register::<TpeConfig>("tpe", "")
        .register::<CmaEsConfig>("cmaes", "")
        .register::<DeConfig>("de", "")
        .register::<RegularisedEvolutionConfig>("regularised_evolution", "");
    registry
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {}: {} trials of `{}` {}, {} workers, {} deaths, {:.0} % of calls struck",
            self.seed,
            self.trials,
            self.scheduler.map_or(self.strategy, Scheduler::name),
            self.order,
            self.workers,
            self.deaths,
            100.0 * self.share
        )?;
        if self.faults < usize::MAX {
            write!(f, " but {} at most", self.faults)?;
        }
        if self.manual {
            write!(f, ", evaluated by its caller")?;
        }
        if self.added > 0 {
            write!(f, ", {} added", self.added)?;
        }
        Ok(())
    }
}
