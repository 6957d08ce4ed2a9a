//! [`Lab`]: where the laws of strategies are tried: problems, seeds, and the records of the base runs.

use std::{cell::Cell, cell::OnceCell, time::Duration};

use tuning_core::{Entry, Problem, Seed, Strategy};

use super::follow::{cuts, follow, tell};
use crate::{
    guard,
    law::{Law, Lawlike},
    problems::NamedProblem,
    report::{Breach, Finding},
    simulation::{Call, Calls, Life, Run, Simulation, Stop},
};

/// How thoroughly a kit looks.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) problems: Option<Vec<NamedProblem>>,
    pub(super) names: Option<Vec<String>>,
    pub(super) seeds: Vec<u64>,
    pub(super) trials: u64,
    pub(super) cost_factor: f64,
    pub(super) patience: Duration,
}

type Build<'a> = dyn Fn(&Problem) -> Result<Box<dyn Strategy>, String> + 'a;

/// Lives through half a record by value and by reference, is moved into a box, and continues.
pub(super) type Moved<'a> = dyn Fn(&Scene, &Run) -> Result<(), Breach> + 'a;

pub(super) struct Lab<'a> {
    build: &'a Build<'a>,
    pub(super) moved: &'a Moved<'a>,
    pub(super) settings: &'a Settings,
    pub(super) scenes: Vec<Scene>,
    /// Names of refused problems and why.
    pub(super) refused: Vec<(String, String)>,
    pub(super) problems: usize,
    panicked: Option<Breach>,
    hung: Cell<bool>,
}

/// A problem with a seed, and the record of its base run.
pub(super) struct Scene {
    pub(super) name: String,
    pub(super) problem: Problem,
    pub(super) seed: Seed,
    run: OnceCell<Run>,
    /// Whether it repeats itself, and whether it can be told its log anew.
    repeats: OnceCell<Result<(), Breach>>,
    retells: OnceCell<Result<(), Breach>>,
}

impl Scene {
    /// Completes a breach with the place where it happened.
    pub(super) fn breach(&self, law: Law, mut breach: Breach) -> Breach {
        breach.scene.clone_from(&self.name);
        breach.seed = Some(self.seed.get());
        breach.repeat = format!(
            "strategy(…).only(Law::{law:?}).spaces([{:?}]).seed({})",
            self.name,
            self.seed.get()
        );
        breach
    }

    /// The base simulation.
    pub(super) fn simulation(&self) -> Simulation {
        Simulation::new(self.problem.clone(), self.seed).life(self.life())
    }

    /// How its studies go.
    pub(super) fn life(&self) -> Life {
        Life::of(self.seed)
    }
}

impl<'a> Lab<'a> {
    pub(super) fn new(
        build: &'a Build<'a>,
        moved: &'a Moved<'a>,
        settings: &'a Settings,
        problems: Vec<NamedProblem>,
    ) -> Self {
        let mut lab = Self {
            build,
            moved,
            settings,
            scenes: Vec::new(),
            refused: Vec::new(),
            problems: problems.len(),
            panicked: None,
            hung: Cell::new(false),
        };
        for NamedProblem { name, mut problem } in problems {
            problem.budget.trials.get_or_insert(settings.trials);
            match guard::caught(|| build(&problem)) {
                Ok(Ok(_)) => lab.scenes.extend(settings.seeds.iter().map(|seed| Scene {
                    name: name.clone(),
                    problem: problem.clone(),
                    seed: Seed::new(*seed),
                    run: OnceCell::new(),
                    repeats: OnceCell::new(),
                    retells: OnceCell::new(),
                })),
                Ok(Err(why)) => lab.refused.push((name, why)),
                Err(panic) => {
                    let mut breach = Breach::new(format!("its constructor panicked: {panic}"));
                    breach.scene = name;
                    lab.panicked.get_or_insert(breach);
                }
            }
        }
        lab
    }

    /// A breach if a constructor panicked.
    pub(super) fn constructor(&self) -> Option<&Breach> {
        self.panicked.as_ref()
    }

    /// A new strategy; what was built once can be built again.
    pub(super) fn build(&self, problem: &Problem) -> Result<Box<dyn Strategy>, Breach> {
        (self.build)(problem).map_err(|why| {
            Breach::new(format!(
                "the same problem was taken at first and then refused: {why}"
            ))
        })
    }

    /// A new strategy for a problem that it was not tried with before; none if it refuses.
    pub(super) fn try_build(&self, problem: &Problem) -> Option<Box<dyn Strategy>> {
        guard::caught(|| (self.build)(problem)).ok()?.ok()
    }

    /// The record of the base run.
    pub(super) fn run<'s>(&self, scene: &'s Scene) -> &'s Run {
        scene.run.get_or_init(|| match self.build(&scene.problem) {
            Ok(strategy) => self.simulate(&scene.simulation(), strategy),
            Err(breach) => failed(Stop::Failed(breach.message)),
        })
    }

    /// Whether a new strategy repeats the base run: law 4. Without it other laws have no meaning.
    pub(super) fn repeats<'s>(&self, scene: &'s Scene) -> &'s Result<(), Breach> {
        scene.repeats.get_or_init(|| {
            let run = self.run(scene);
            calm(|| follow(&mut self.build(&scene.problem)?, &run.calls, 0))
        })
    }

    /// Whether a strategy that is told the base run anew continues as before: law 5.
    pub(super) fn retells<'s>(&self, scene: &'s Scene) -> &'s Result<(), Breach> {
        scene.retells.get_or_init(|| {
            let run = self.run(scene);
            calm(|| self.retell(&scene.problem, &run.calls))
        })
    }

    /// Stops at several places, tells the log so far to a new strategy, and continues for a while.
    pub(super) fn retell(&self, problem: &Problem, calls: &[Call]) -> Result<(), Breach> {
        for cut in cuts(calls, 12) {
            let mut strategy = self.build(problem)?;
            tell(&mut strategy, &calls[..cut]);
            let on = calls.len().min(cut + 8);
            follow(&mut strategy, &calls[cut..on], cut).map_err(|breach| Breach {
                message: format!(
                    "stopped at step {cut} and told the log anew, {}",
                    breach.message
                ),
                ..breach
            })?;
        }
        Ok(())
    }

    /// Whether the base run ended well and can be repeated: else that is the matter of those laws.
    pub(super) fn sound(&self, scene: &Scene) -> bool {
        self.run(scene).stop.breach().is_none() && self.repeats(scene).is_ok()
    }

    /// Whether a call did not return, so that no more simulations are run.
    pub(super) fn hung(&self) -> bool {
        self.hung.get()
    }

    /// Whether all base runs ended well.
    pub(super) fn all_ended_well(&self) -> bool {
        self.scenes
            .iter()
            .all(|scene| self.run(scene).stop.breach().is_none())
    }

    /// Runs a simulation that may hang.
    pub(super) fn simulate(&self, simulation: &Simulation, strategy: Box<dyn Strategy>) -> Run {
        self.resume(simulation, strategy, &[])
    }

    /// Goes on with a study of which there is a log, in a simulation that may hang.
    pub(super) fn resume(
        &self,
        simulation: &Simulation,
        strategy: Box<dyn Strategy>,
        log: &[Entry],
    ) -> Run {
        let patience = self.settings.patience;
        if self.hung.get() {
            return failed(Stop::Hung(patience)); // once is enough: each costs the whole patience
        }
        let calls = Calls::default();
        let (theirs, simulation) = (calls.clone(), simulation.clone());
        let log = log.to_vec();
        let run = move || simulation.run_with(strategy, None, &log, &theirs);
        guard::in_time(patience, run).unwrap_or_else(|| {
            self.hung.set(true);
            Run {
                calls: calls.take(),
                ..failed(Stop::Hung(patience))
            }
        })
    }

    /// Tries a law in the given scenes with their base runs until it breaks. `check` says whether
    /// there was anything to look at.
    pub(super) fn each<'s>(
        &self,
        law: Law,
        scenes: impl IntoIterator<Item = &'s Scene>,
        nothing: &str,
        check: impl Fn(&Scene, &Run) -> Result<bool, Breach>,
    ) -> Finding {
        let mut looked = false;
        for scene in scenes {
            let run = self.run(scene);
            match calm(|| check(scene, run)) {
                Ok(any) => looked |= any,
                Err(breach) => return Finding::Broken(scene.breach(law, breach)),
            }
        }
        if looked {
            Finding::Kept
        } else {
            Finding::Skipped(nothing.to_owned())
        }
    }

    /// Some scenes, evenly chosen, each problem at most once: for laws that cost more.
    pub(super) fn some(&self, n: usize) -> Vec<&Scene> {
        let seeds = self.settings.seeds.len().max(1);
        let problems = self.scenes.len() / seeds;
        let step = problems.div_ceil(n.max(1)).max(1);
        (0..problems)
            .step_by(step)
            .enumerate()
            .map(|(place, problem)| &self.scenes[problem * seeds + place % seeds])
            .collect()
    }

    /// The base run broke this law by itself.
    pub(super) fn base_breach(&self, law: Law, scene: &Scene) -> Option<Breach> {
        let run = self.run(scene);
        let (broken, message) = run.stop.breach()?;
        (broken == law).then(|| Breach::new(message).at(run.calls.len()))
    }

    /// A breach if this run of a special life ended badly and the base run did not.
    pub(super) fn ended_well(&self, scene: &Scene, run: &Run, life: &str) -> Result<(), Breach> {
        let Some((law, message)) = run.stop.breach() else {
            return Ok(());
        };
        if self.run(scene).stop.breach().is_some() {
            return Ok(());
        }
        let more = match law {
            Law::Extremes => String::new(),
            law => format!(" (law {}, {})", law.number(), law.name()),
        };
        Err(Breach::new(format!("{life}: {message}{more}")).at(run.calls.len()))
    }
}

/// A panic is a breach.
fn calm<T>(check: impl FnOnce() -> Result<T, Breach>) -> Result<T, Breach> {
    guard::caught(check).unwrap_or_else(|panic| Err(Breach::new(format!("it panicked: {panic}"))))
}

fn failed(stop: Stop) -> Run {
    Run {
        calls: Vec::new(),
        log: Vec::new(),
        stop,
    }
}
