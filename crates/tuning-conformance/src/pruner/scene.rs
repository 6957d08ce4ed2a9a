//! [`Scene`]: the facts of simulated studies that pruners are told.

use tuning_core::{
    Ask, Asked, Budget, Ended, Fact, FailureKind, FidelityRange, Objective, Objectives, Parameter,
    Params, Paused, Problem, Proposal, Pruner, Seed, Space, Strategy, StrategyError, TrialId,
};

use crate::{
    landscape::Landscape,
    simulation::{Chance, Life, Simulation},
};

const TWO_OBJECTIVES: &str = "two objectives";

/// A study for pruners to judge.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) seed: u64,
    simulation: Simulation,
    problem: Problem,
}

/// Random search: pruners do not care who proposes.
struct Draws(Space);

impl Strategy for Draws {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let params = |n| -> Params { Chance::new(ask.seed(n)).params(&self.0) };
        Ok(Asked::Propose(
            (0..ask.slots().get())
                .map(params)
                .map(Proposal::start)
                .collect(),
        ))
    }

    fn tell(&mut self, _: &Fact) {}
}

impl Scene {
    /// What the pruner is built for.
    pub(super) fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What happens, with values as losses. With a pruner, trials end where it says so.
    pub(super) fn facts(&self, pruner: Option<Box<dyn Pruner>>) -> Result<Vec<Fact>, String> {
        let draws = Draws(self.problem.space.clone());
        let run = match pruner {
            None => self.simulation.run(draws),
            Some(pruner) => self.simulation.run_pruned(draws, pruner),
        };
        match run.stop.breach() {
            None => Ok(run.facts().cloned().collect()),
            Some((_, message)) => Err(message),
        }
    }
}

/// Quiet and rough studies, and all values that have broken pruners before.
pub(super) fn scenes(seeds: u64) -> Vec<Scene> {
    let kinds = [
        ("quiet", Life::default()),
        ("alone", Life::default().workers(1)),
        ("rough", Life::default().workers(8).failing(0.4)),
        (
            "every value 0",
            Life::default().landscape(Landscape::Constant(0.0)),
        ),
        (
            "values 0 or 1",
            Life::default().landscape(Landscape::Either(0.0, 1.0)),
        ),
        (
            "values f64::MAX or f64::MIN",
            Life::default().landscape(Landscape::Either(f64::MAX, f64::MIN)),
        ),
        (
            "every value 5e-324",
            Life::default().landscape(Landscape::Constant(5e-324)),
        ),
        (TWO_OBJECTIVES, Life::default()),
        (
            "every trial failing",
            Life::default().landscape(Landscape::Failing(FailureKind::Error)),
        ),
    ];
    let mut scenes = Vec::new();
    for (name, life) in kinds {
        for seed in 0..seeds {
            let space = Space::new([
                Parameter::float("x", 0.0, 1.0),
                Parameter::float("y", 0.0, 1.0),
            ]);
            let space = space.unwrap_or_else(|error| unreachable!("{error}"));
            // Minimised, both of them: then values are losses.
            let names = ["loss", "time"]
                .into_iter()
                .take(if name == TWO_OBJECTIVES { 2 } else { 1 });
            let objectives = Objectives::new(names.map(Objective::minimize))
                .unwrap_or_else(|error| unreachable!("{error}"));
            let problem = Problem::new(space, objectives)
                .fidelity(FidelityRange::new(1, 27).ok())
                .budget(Budget::trials(30));
            let simulation = Simulation::new(problem.clone(), Seed::new(seed)).life(life);
            scenes.push(Scene {
                name,
                seed,
                simulation,
                problem,
            });
        }
    }
    scenes
}

/// The trials that run after these facts.
pub(super) fn running(facts: &[Fact]) -> Vec<TrialId> {
    let mut running = std::collections::BTreeSet::new();
    for fact in facts {
        match fact {
            Fact::Paused(Paused { trial, .. }) | Fact::Ended(Ended { trial, .. }) => {
                running.remove(trial);
            }
            _ => running.extend(fact.trial()),
        }
    }
    running.into_iter().collect()
}
