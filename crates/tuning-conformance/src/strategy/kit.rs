//! [`StrategyKit`]: what a test calls.

use std::{collections::BTreeMap, fmt, marker::PhantomData, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use tuning_core::{Problem, Strategy, StrategyConfig};

use super::{
    batch, conduct, cost,
    follow::follow,
    lab::{Lab, Scene, Settings},
    options, order, purity, sanity, survival,
};
use crate::{
    guard,
    law::{Law, Lawlike},
    problems::{self, NamedProblem},
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
    simulation::Run,
};

/// The laws of strategies for the strategies that `build` builds.
///
/// `build` is called often, with problems of every kind; an error refuses the problem, which is fine
/// as long as some are taken.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # struct Random { space: Space }
/// # impl Random {
/// #     fn build(problem: &Problem) -> Result<Self, Unsupported> { Ok(Self { space: problem.space.clone() }) }
/// # }
/// # impl Strategy for Random {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         let point = |n| (0..self.space.len()).map(|d| ask.seed(n).derive(d as u64).unit()).collect::<Vec<_>>();
/// #         Ok(Asked::Propose((0..ask.slots().get()).map(|n| Proposal::start(self.space.decode(&point(n)).unwrap())).collect()))
/// #     }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
/// tuning_conformance::strategy(|problem| Random::build(problem)).check();
/// ```
pub fn strategy<S, E, B>(build: B) -> StrategyKit<S, E, B>
where
    S: Strategy + 'static,
    E: fmt::Display,
    B: Fn(&Problem) -> Result<S, E>,
{
    StrategyKit {
        build,
        selection: Selection::all(),
        settings: Settings {
            problems: None,
            names: None,
            seeds: vec![0, 1, 2],
            trials: 24,
            cost_factor: 32.0,
            patience: Duration::from_secs(30),
        },
        options: None,
        built: PhantomData,
    }
}

/// The laws of strategies, ready to be checked. See [`strategy`].
#[must_use = "call `check`"]
pub struct StrategyKit<S, E, B> {
    build: B,
    selection: Selection<Law>,
    settings: Settings,
    /// Checks law 16.
    options: Option<fn() -> Result<(), Breach>>,
    built: PhantomData<fn() -> (S, E)>,
}

impl<S, E, B> StrategyKit<S, E, B>
where
    S: Strategy + 'static,
    E: fmt::Display,
    B: Fn(&Problem) -> Result<S, E>,
{
    selects!(Law);

    pub(crate) fn selection(mut self, selection: Selection<Law>) -> Self {
        self.selection = selection;
        self
    }

    /// Looks at this configuration, too: whether its `spec()` holds every option. Options are its fields, as
    /// a study file gives them.
    ///
    /// # Example
    /// ```
    /// # use serde::{Deserialize, Serialize};
    /// # use tuning_core::*;
    /// # struct Still { space: Space }
    /// # impl Strategy for Still {
    /// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
    /// #         let point = |n| (0..self.space.len()).map(|d| ask.seed(n).derive(d as u64).unit()).collect::<Vec<_>>();
    /// #         let start = |n| self.space.decode(&point(n)).map(Proposal::start);
    /// #         Ok(Asked::Propose((0..ask.slots().get()).map(start).collect::<Result<_, _>>()?))
    /// #     }
    /// #     fn tell(&mut self, _: &Fact) {}
    /// # }
    /// #[derive(Default, Serialize, Deserialize)]
    /// #[serde(default)]
    /// struct MyConfig {
    ///     step: f64,
    /// }
    ///
    /// impl StrategyConfig for MyConfig {
    /// #   type Strategy = Still;
    ///     fn spec(&self) -> Spec {
    ///         Spec::new("mine").option("step", self.step)
    ///     }
    /// #   fn build(&self, problem: &Problem) -> Result<Still, Unsupported> {
    /// #       Ok(Still { space: problem.space.clone() })
    /// #   }
    ///     // …
    /// }
    ///
    /// tuning_conformance::strategy(|problem| MyConfig::default().build(problem))
    ///     .config::<MyConfig>()
    ///     .check();
    /// ```
    pub fn config<C>(mut self) -> Self
    where
        C: StrategyConfig + Default + Serialize + DeserializeOwned,
    {
        self.options = Some(options::options::<C>);
        self
    }

    /// Takes only the problems of these names, of spaces (`floats`) or in full (`floats/two`).
    pub fn spaces<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.settings.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Takes these problems instead of the catalogue's.
    pub fn problems(mut self, problems: impl IntoIterator<Item = NamedProblem>) -> Self {
        self.settings.problems = Some(problems.into_iter().collect());
        self
    }

    /// Takes the seeds 0 to `n` - 1; 3 unless told otherwise. Four in a row see every kind of
    /// [`Life`](crate::Life).
    pub fn seeds(mut self, n: u64) -> Self {
        self.settings.seeds = (0..n.max(1)).collect();
        self
    }

    /// Takes this seed alone.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seeds = vec![seed];
        self
    }

    /// Gives each simulated study this many trials; 24 unless told otherwise.
    pub fn trials(mut self, trials: u64) -> Self {
        self.settings.trials = trials.max(1);
        self
    }

    /// How much slower an ask may be with ten times as many trials; 32 unless told otherwise: half-way
    /// between linear (10) and quadratic (100). Where the machine is worse than that at sorting a long
    /// history, because of its caches or of other work, so much more is allowed.
    pub fn cost_factor(mut self, factor: f64) -> Self {
        self.settings.cost_factor = factor;
        self
    }

    /// How long one simulated study of a few dozen trials may take before it counts as an endless
    /// loop; 30 s unless told otherwise.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.settings.patience = patience;
        self
    }

    /// Checks the laws.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, where, how to see it again, and what to
    /// look for; or if every problem was refused.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<Law> {
        let build = |problem: &Problem| match (self.build)(problem) {
            Ok(strategy) => Ok(Box::new(strategy) as Box<dyn Strategy>),
            Err(error) => Err(error.to_string()),
        };
        let moved = |scene: &Scene, run: &Run| self.moved(scene, run);
        let lab = Lab::new(&build, &moved, &self.settings, self.chosen());
        let mut found: BTreeMap<Law, Finding> = BTreeMap::new();
        for law in causes_first() {
            if !self.selection.holds(law) {
                continue;
            }
            let broken = |other: &&Law| matches!(found.get(other), Some(Finding::Broken(_)));
            let cause = stands_on(law).iter().find(broken);
            let finding = match (self.selection.skipped(law), cause) {
                (Some(skipped), _) => skipped,
                (None, Some(cause)) => Finding::Skipped(format!(
                    "not judged: see law {}, {}",
                    cause.number(),
                    cause.name()
                )),
                (None, None) if law == Law::Options => self.options(),
                (None, None) => look(&lab, law),
            };
            found.insert(law, finding);
        }
        let mut report = Report::new(lab.problems, lab.refused.clone());
        for (law, finding) in found {
            report.push(law, finding);
        }
        report
    }

    fn options(&self) -> Finding {
        let Some(options) = self.options else {
            return Finding::Skipped("no configuration is given: add `.config::<…>()`".to_owned());
        };
        let found = guard::caught(options);
        match found.unwrap_or_else(|panic| Err(Breach::new(format!("it panicked: {panic}")))) {
            Ok(()) => Finding::Kept,
            Err(mut breach) => {
                breach.repeat = "strategy(…).only(Law::Options).config::<…>()".to_owned();
                Finding::Broken(breach)
            }
        }
    }

    fn chosen(&self) -> Vec<NamedProblem> {
        let Settings {
            problems,
            names,
            trials,
            ..
        } = &self.settings;
        let mut chosen = match (problems, names) {
            (Some(problems), _) => problems.clone(),
            (None, Some(_)) => problems::problems(*trials),
            (None, None) => problems::selection(*trials),
        };
        if let Some(names) = names {
            let named = |full: &str| {
                let space = full.split_once('/').map_or(full, |(space, _)| space);
                names.iter().any(|name| name == full || name == space)
            };
            chosen.retain(|problem| named(&problem.name));
            assert!(
                !chosen.is_empty(),
                "no problem is named {names:?}: see `problems`"
            );
        }
        chosen
    }

    /// Law 11, the only one that needs the type itself.
    fn moved(&self, scene: &Scene, run: &Run) -> Result<(), Breach> {
        let built = (self.build)(&scene.problem);
        let half = run.calls.len() / 2;
        let (first, second) = run.calls.split_at(half);
        let quarter = first.len() / 2;
        let mut strategy = built.map_err(|error| Breach::new(error.to_string()))?;
        follow(&mut strategy, &first[..quarter], 0)?;
        follow(&mut &mut strategy, &first[quarter..], quarter)?;
        let mut boxed: Box<dyn Strategy> = Box::new(Box::new(strategy));
        follow(&mut boxed, second, half)
    }
}

/// The laws in an order in which a law comes behind those that it stands on.
fn causes_first() -> impl Iterator<Item = Law> {
    let causes = [Law::SameSeed, Law::AskTwice, Law::Retell];
    let others = Law::ALL.iter().copied();
    causes
        .into_iter()
        .chain(others.filter(move |law| !causes.contains(law)))
}

/// The laws without which this one has no meaning: a strategy that breaks one of them breaks this one
/// too, for a reason that this one's remedy does not name.
fn stands_on(law: Law) -> &'static [Law] {
    match law {
        Law::AskTwice | Law::WaitAndDone | Law::Foreigners | Law::Boxed | Law::Direction => {
            &[Law::SameSeed]
        }
        Law::Retell => &[Law::SameSeed, Law::AskTwice],
        Law::Order => &[Law::SameSeed, Law::AskTwice, Law::Retell],
        _ => &[],
    }
}

/// Looks whether one law is kept.
fn look(lab: &Lab<'_>, law: Law) -> Finding {
    if lab.scenes.is_empty() && lab.constructor().is_none() {
        return Finding::Skipped("every problem was refused".to_owned());
    }
    if lab.hung() && law != Law::Extremes {
        return Finding::Skipped("a call did not return: see law 9, or 8".to_owned());
    }
    match law {
        Law::AskTwice => purity::ask_twice(lab),
        Law::InSpace => conduct::in_space(lab),
        Law::Slots => conduct::slots(lab),
        Law::SameSeed => purity::same_seed(lab),
        Law::Retell => purity::retell(lab),
        Law::WaitAndDone => conduct::wait_and_done(lab),
        Law::ResumeAndFork => conduct::resume_and_fork(lab),
        Law::Foreigners => survival::foreigners(lab),
        Law::Extremes => survival::extremes(lab),
        Law::Boxed => purity::boxed(lab),
        Law::Duplicates => batch::duplicates(lab),
        Law::Cost => cost::cost(lab),
        Law::Sanity => sanity::sanity(lab),
        Law::Order => order::order(lab),
        Law::Direction => order::direction(lab),
        Law::Options => unreachable!("it is about the configuration, not about studies"),
    }
}

impl<S, E, B> fmt::Debug for StrategyKit<S, E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StrategyKit")
            .field("strategy", &std::any::type_name::<S>())
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
