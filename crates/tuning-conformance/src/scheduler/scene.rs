//! [`Scene`]: a study that schedulers are tried in, and [`Seen`]: its record.

use std::{collections::BTreeSet, num::NonZeroU64, time::Duration};

use tuning_core::{
    Budget, FidelityRange, Objectives, Order, Parameter, Problem, Seed, Space, Strategy, TrialId,
};

use super::walk::{pass, walk};
use crate::{
    guard,
    landscape::Landscape,
    simulation::{Calls, Life, Run, Simulation, Stop},
};

/// Builds a scheduler, or says why it does not.
pub(super) type Build<'a> = dyn Fn(&Problem) -> Result<Box<dyn Strategy>, String> + 'a;

const WORKERS: [(&str, usize); 3] = [("1 worker", 1), ("3 workers", 3), ("8 workers", 8)];

/// A study that a scheduler is tried in.
pub(super) struct Scene {
    name: String,
    pub(super) seed: u64,
    problem: Problem,
    life: Life,
    /// What the budget is raised to when it is used up.
    raised: Option<Budget>,
}

/// The record of a study.
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) seed: u64,
    pub(super) range: FidelityRange,
    pub(super) run: Run,
    /// The trials that the scheduler had proposed before its budget was raised, which begins the record anew.
    pub(super) before: BTreeSet<TrialId>,
    /// Whether others start trials, too.
    pub(super) has_others: bool,
    /// Whether no work fails, and the budget is one of trials alone.
    pub(super) is_quiet: bool,
}

/// One objective over two floats, with these fidelities.
pub(super) fn problem(range: FidelityRange) -> Problem {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("y", 0.0, 1.0),
    ]);
    let space = space.unwrap_or_else(|error| unreachable!("{error}"));
    let objectives = Objectives::minimize("loss").unwrap_or_else(|error| unreachable!("{error}"));
    Problem::new(space, objectives).fidelity(range)
}

/// The budgets, and what they are raised to.
fn budgets(trials: u64, range: FidelityRange) -> Vec<(String, Budget, Option<Budget>)> {
    let resource = range.max().get().saturating_mul(10);
    let more = trials + trials.div_ceil(2);
    let plain = |name: &str, budget| (name.to_owned(), budget, None);
    vec![
        plain("1 trial", Budget::trials(1)),
        plain("5 trials", Budget::trials(5)),
        plain(&format!("{trials} trials"), Budget::trials(trials)),
        (
            format!("{trials} trials, then {more}"),
            Budget::trials(trials),
            Some(Budget::trials(more)),
        ),
        plain(
            &format!("{trials} trials, resource {resource}"),
            Budget::trials(trials).resource(resource),
        ),
        plain(
            &format!("resource {resource}"),
            Budget::unlimited().resource(resource),
        ),
        // Nothing that it is told of.
        plain(
            &format!("cost {resource}"),
            Budget::unlimited().cost("cost", resource as f64),
        ),
    ]
}

fn lives() -> [(&'static str, Life); 7] {
    let quiet = Life::default();
    [
        ("quiet", quiet),
        ("failures, stops and preemptions", quiet.failing(0.3)),
        (
            "losses 0 or 1",
            quiet.landscape(Landscape::Either(0.0, 1.0)),
        ),
        (
            "reports at every 2nd",
            quiet.failing(0.1).reports_every(NonZeroU64::new(2)),
        ),
        (
            "reports at every 5th",
            quiet.reports_every(NonZeroU64::new(5)),
        ),
        ("as proposed", quiet.failing(0.1).order(Order::AS_PROPOSED)),
        ("trials of others", quiet.failing(0.1).foreign(0.3)),
    ]
}

/// The studies with these fidelities: each budget with each number of workers, for each seed in another kind of life. Seven
/// seeds in a row see all of them.
pub(super) fn scenes(range: FidelityRange, trials: u64, seeds: &[u64]) -> Vec<Scene> {
    let lives = lives();
    let mut scenes = Vec::new();
    for (budget, (budget_name, limit, raised)) in budgets(trials, range).into_iter().enumerate() {
        for (workers_place, (workers_name, workers)) in WORKERS.into_iter().enumerate() {
            for seed in seeds {
                let place = 3 * budget as u64 + workers_place as u64;
                let (life_name, life) = lives[((place + seed) % lives.len() as u64) as usize];
                let life = match limit.trials {
                    Some(_) => life.workers(workers),
                    None => life.workers(workers).foreign(0.0), // others would start trials without end
                };
                scenes.push(Scene {
                    name: format!(
                        "{} to {}, {budget_name}, {workers_name}, {life_name}",
                        range.min(),
                        range.max()
                    ),
                    seed: *seed,
                    problem: problem(range).budget(limit.clone()),
                    life,
                    raised: raised.clone(),
                });
            }
        }
    }
    scenes
}

impl Scene {
    /// Lives through the study, with a new scheduler.
    pub(super) fn live(self, build: &Build<'_>, patience: Duration, range: FidelityRange) -> Seen {
        let budget = &self.problem.budget;
        let mut seen = Seen {
            is_quiet: self.life.failing == 0.0
                && budget.trials.is_some()
                && budget.resource.is_none(),
            has_others: self.life.foreign > 0.0,
            before: BTreeSet::new(),
            run: self.run(build, patience, None),
            name: self.name.clone(),
            seed: self.seed,
            range,
        };
        if let Some(budget) = &self.raised
            && seen.run.stop.breach().is_none()
            && let Ok(trials) = walk(&seen.run.calls, &seen.before, &mut pass)
        {
            seen.before = trials.own().collect();
            seen.run = self.run(build, patience, Some((budget, &seen.run)));
        }
        seen
    }

    /// Runs it, or continues with a larger budget.
    fn run(&self, build: &Build<'_>, patience: Duration, before: Option<(&Budget, &Run)>) -> Run {
        let mut problem = self.problem.clone();
        if let Some((budget, _)) = before {
            problem = problem.budget(budget.clone());
        }
        let failed = |stop| Run {
            calls: Vec::new(),
            log: Vec::new(),
            stop,
        };
        let strategy = match guard::caught(|| build(&problem)) {
            Ok(Ok(strategy)) => strategy,
            Ok(Err(why)) => {
                let why = format!("the same problem was taken at first and then refused: {why}");
                return failed(Stop::Failed(why));
            }
            Err(panic) => return failed(Stop::Panicked(panic)),
        };
        let simulation = Simulation::new(problem, Seed::new(self.seed)).life(self.life);
        let log = before.map_or_else(Vec::new, |(_, run)| run.log.clone());
        let calls = Calls::default();
        let theirs = calls.clone();
        let run = guard::in_time(patience, move || {
            simulation.run_with(strategy, None, &log, &theirs)
        });
        run.unwrap_or_else(|| Run {
            calls: calls.take(),
            ..failed(Stop::Hung(patience))
        })
    }
}
