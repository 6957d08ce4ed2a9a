//! [`CombinatorKit`]: what a test calls.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use tuning_core::{BoxedConfig, Problem, Seed, Strategy, StrategyConfig, Unsupported};

use super::{
    config,
    judge::{Found, judge},
    probe::{Kind, Probe},
    watch::Outside,
};
use crate::{
    guard,
    law::{CombinatorLaw, Law},
    problems::{NamedProblem, problems},
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
    simulation::{Calls, Life, Run, Simulation, Stop},
    strategy::strategy,
};

/// The problems that combinators are tried with unless a test says otherwise.
const PROBLEMS: [&str; 6] = [
    "floats/min",
    "floats/two",
    "floats/fidelity",
    "training/max",
    "training/fidelity",
    "deep-conditions/min",
];

/// How long a simulated study may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The laws of combinators for the configurations that `over` makes of an inner one.
///
/// The inner strategies are the kit's own: random search, one that learns from every bit that it is
/// told, one that waits and ends, and one that pauses, resumes and forks trials itself. They write
/// down what they are asked and told. The laws of combinators are checked on that record; when they
/// are kept, the laws of strategies follow, over random search and over the one that learns.
///
/// # Example
/// ```
/// use tuning_core::*;
///
/// /// Passes everything on.
/// struct Through<S>(S);
///
/// struct ThroughConfig<C>(C);
///
/// impl<C: StrategyConfig> StrategyConfig for ThroughConfig<C> {
///     type Strategy = Through<C::Strategy>;
///
///     fn spec(&self) -> Spec {
///         Spec::new("through").option("inner", self.0.spec())
///     }
///
///     fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
///         Ok(Through(self.0.build(problem).map_err(|error| error.within("inner"))?))
///     }
/// }
///
/// impl<S: Strategy> Strategy for Through<S> {
///     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
///         Ok(self.0.ask(ask)?.map(|proposal| proposal.wrapped("through", "")))
///     }
///
///     fn tell(&mut self, fact: &Fact) {
///         self.0.tell(&fact.unwrapped("through"));
///     }
/// }
///
/// tuning_conformance::combinator(|inner| ThroughConfig(inner)).check();
/// ```
pub fn combinator<C, B>(over: B) -> CombinatorKit<B>
where
    C: StrategyConfig,
    B: Fn(BoxedConfig) -> C,
{
    CombinatorKit {
        over,
        selection: Selection::all(),
        of_strategies: Selection::all(),
        problems: None,
        seeds: 3,
    }
}

/// The laws of combinators, ready to be checked. See [`combinator`].
#[must_use = "call `check`"]
pub struct CombinatorKit<B> {
    over: B,
    selection: Selection<CombinatorLaw>,
    of_strategies: Selection<Law>,
    problems: Option<Vec<NamedProblem>>,
    seeds: u64,
}

impl<C, B> CombinatorKit<B>
where
    C: StrategyConfig,
    B: Fn(BoxedConfig) -> C,
{
    selects!(CombinatorLaw);

    /// Leaves a law of strategies out, for a reason that the report shows.
    pub fn skip_of_strategies(mut self, law: Law, reason: impl Into<String>) -> Self {
        self.of_strategies.skip(law, reason.into());
        self
    }

    /// Takes these problems instead of the catalogue's.
    pub fn problems(mut self, problems: impl IntoIterator<Item = NamedProblem>) -> Self {
        self.problems = Some(problems.into_iter().collect());
        self
    }

    /// Checks the laws of strategies with the seeds 0 to `n` - 1; 3 unless told otherwise.
    pub fn seeds(mut self, n: u64) -> Self {
        self.seeds = n.max(1);
        self
    }

    /// Checks the laws of combinators, and then those of strategies.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, where, and what to look for; or if every
    /// problem was refused.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
        if !self.selection.is_whole() {
            return;
        }
        for (inner, report) in self.strategies() {
            assert!(
                report.is_ok(),
                "\nover the inner strategy `{inner}`: {report}"
            );
        }
    }

    /// Checks the laws of combinators and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<CombinatorLaw> {
        let (taken, refused) = self.taken();
        let mut report = Report::new(taken.len() + refused.len(), refused);
        let seen = self.seen(&taken);
        self.selection.look(&mut report, |law| match law {
            CombinatorLaw::Spec => match config::spec(|mark| self.spec(mark)) {
                Ok(()) => Finding::Kept,
                Err(breach) => Finding::Broken(complete(law, breach)),
            },
            CombinatorLaw::Refusal => self.refusal(&taken),
            law => seen.finding(law),
        });
        report
    }

    /// Checks the laws of strategies over two inner strategies, and returns their names and what was
    /// found out.
    #[must_use]
    pub fn strategies(&self) -> Vec<(&'static str, Report<Law>)> {
        let report = |kind: Kind| {
            let build = |problem: &Problem| self.build(Probe::new(kind), problem);
            let mut kit = strategy(build).seeds(self.seeds);
            kit = kit.selection(self.of_strategies.clone());
            if let Some(problems) = &self.problems {
                kit = kit.problems(problems.iter().cloned());
            }
            (kind.name(), kit.report())
        };
        [Kind::Random, Kind::Learner].map(report).into()
    }

    fn build(&self, probe: Probe, problem: &Problem) -> Result<C::Strategy, Unsupported> {
        (self.over)(probe.boxed()).build(problem)
    }

    fn spec(&self, mark: i64) -> tuning_core::Spec {
        let probe = Probe {
            mark,
            ..Probe::new(Kind::Random)
        };
        (self.over)(probe.boxed()).spec()
    }

    fn refusal(&self, taken: &[NamedProblem]) -> Finding {
        let refusing = |problem: &Problem| {
            let probe = Probe {
                refuses: true,
                ..Probe::new(Kind::Random)
            };
            self.build(probe, problem)
                .err()
                .map(|error| error.to_string())
        };
        let spec = self.spec(1);
        for NamedProblem { name, problem } in taken {
            let found = guard::caught(|| config::refusal(problem, &spec, refusing));
            let found = found.unwrap_or_else(|panic| {
                Err(Breach::new(format!("its constructor panicked: {panic}")))
            });
            if let Err(mut breach) = found {
                breach.scene.clone_from(name);
                return Finding::Broken(complete(CombinatorLaw::Refusal, breach));
            }
        }
        match taken {
            [] => Finding::Skipped("every problem was refused".to_owned()),
            _ => Finding::Kept,
        }
    }

    /// The problems that it takes, and the names of those that it refuses with the reasons.
    fn taken(&self) -> (Vec<NamedProblem>, Vec<(String, String)>) {
        let chosen = self.problems.clone().unwrap_or_else(|| {
            let mut all = problems(24);
            all.retain(|problem| PROBLEMS.contains(&&*problem.name));
            all
        });
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for mut problem in chosen {
            problem.problem.budget.trials.get_or_insert(24);
            let built = guard::caught(|| self.build(Probe::new(Kind::Random), &problem.problem));
            match built {
                Ok(Ok(_)) => taken.push(problem),
                Ok(Err(error)) => refused.push((problem.name, error.to_string())),
                Err(panic) => {
                    refused.push((problem.name, format!("its constructor panicked: {panic}")));
                }
            }
        }
        (taken, refused)
    }

    /// What the records of all studies show.
    fn seen(&self, taken: &[NamedProblem]) -> Seen {
        let mut seen = Seen::default();
        for NamedProblem { name, problem } in taken {
            for kind in Kind::ALL {
                if kind == Kind::Staged && problem.fidelity.is_none() {
                    continue;
                }
                for (seed, life) in lives() {
                    let (run, found) = self.live(kind, problem, seed, life);
                    let scene = format!("{name} over `{}`", kind.name());
                    seen.add(found, &scene, seed);
                    if let Stop::Hung(_) = run.stop {
                        return seen; // once is enough: each costs the whole patience
                    }
                }
            }
        }
        seen
    }

    fn live(&self, kind: Kind, problem: &Problem, seed: Seed, life: Life) -> (Run, Found) {
        let probe = Probe::new(kind);
        let watch = probe.watch.clone();
        let simulation = Simulation::new(problem.clone(), seed).life(life);
        let built = guard::caught(|| self.build(probe, problem));
        let stop = |stop| Run {
            calls: Vec::new(),
            log: Vec::new(),
            stop,
        };
        let run = match built {
            Err(panic) => stop(Stop::Panicked(panic)),
            Ok(Err(error)) => stop(Stop::Failed(error.to_string())),
            Ok(Ok(strategy)) => {
                let outside: Box<dyn Strategy> = Box::new(Outside {
                    strategy,
                    watch: watch.clone(),
                });
                let run = move || simulation.run_with(outside, None, &[], &Calls::default());
                guard::in_time(PATIENCE, run).unwrap_or_else(|| stop(Stop::Hung(PATIENCE)))
            }
        };
        let found = judge(&watch.take(), problem, kind, &run.stop);
        (run, found)
    }
}

/// Quiet and rough lives, in both orders, and one among others.
fn lives() -> Vec<(Seed, Life)> {
    let mut lives: Vec<_> = (0..4).map(Seed::new).map(|s| (s, Life::of(s))).collect();
    let among_others = Life::default().foreign(0.7).failing(0.3);
    lives.extend([4, 5].map(|seed| (Seed::new(seed), among_others)));
    lives
}

/// What the records showed so far.
#[derive(Default)]
struct Seen {
    looked: BTreeSet<CombinatorLaw>,
    breaches: BTreeMap<CombinatorLaw, Breach>,
}

impl Seen {
    fn add(&mut self, found: Found, scene: &str, seed: Seed) {
        self.looked.extend(found.looked);
        for (law, mut breach) in found.breaches {
            breach.scene = scene.to_owned();
            breach.seed = Some(seed.get());
            self.breaches.entry(law).or_insert(complete(law, breach));
        }
    }

    fn finding(&self, law: CombinatorLaw) -> Finding {
        if let Some(breach) = self.breaches.get(&law) {
            return Finding::Broken(breach.clone());
        }
        if self.looked.contains(&law) {
            return Finding::Kept;
        }
        Finding::Skipped(match law {
            CombinatorLaw::NoFidelities => "it pauses no trials of the inner strategy".to_owned(),
            CombinatorLaw::Ends => "the inner strategy never answered `Wait` or `Done`".to_owned(),
            _ => "no study got as far as a first answer".to_owned(),
        })
    }
}

fn complete(law: CombinatorLaw, mut breach: Breach) -> Breach {
    breach.repeat = format!("combinator(…).only(CombinatorLaw::{law:?}).report()");
    breach
}

impl<B> fmt::Debug for CombinatorKit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CombinatorKit")
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
