//! [`Simulation`]: runs a strategy through a simulated study.

use std::{
    any::Any,
    collections::BTreeSet,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
};

use tuning_core::{
    AskError, AskTell, Ended, Entry, EventKind, Fact, FailureKind, FailureLimit, Order, Outcome,
    Problem, Pruner, Seed, Started, Strategy, Tag, TrialId, Turn,
};

use super::{
    chance::Chance,
    job::Job,
    life::Life,
    run::{Run, Stop},
    spy::{Calls, Spy},
};

/// A study to be simulated. The same simulation gives the same run, on every machine.
///
/// # Example
/// ```
/// use tuning_conformance::{Life, Simulation, Stop};
/// # use tuning_core::*;
/// # struct Random { space: Space }
/// # impl Strategy for Random {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         let point: Vec<f64> = (0..self.space.len()).map(|d| ask.seed(0).derive(d as u64).unit()).collect();
/// #         Ok(Asked::Propose(vec![Proposal::start(self.space.decode(&point).unwrap())]))
/// #     }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
///
/// let space = Space::new([Parameter::float("x", -5.0, 5.0)])?;
/// let problem = Problem::new(space.clone(), Objectives::minimize("loss")?).budget(Budget::trials(20));
/// let simulation = Simulation::new(problem, Seed::new(7)).life(Life::default().workers(8).failing(0.2));
/// let run = simulation.run(Random { space });
/// assert_eq!(run.stop, Stop::Over(EndReason::Trials));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simulation {
    problem: Problem,
    seed: Seed,
    life: Life,
    shuffle: Seed,
}

impl Simulation {
    /// A quiet study of this problem. Without a budget of trials, give it one: some strategies never end.
    #[must_use]
    pub fn new(problem: Problem, seed: Seed) -> Self {
        Self {
            problem,
            seed,
            life: Life::default(),
            shuffle: seed.named("shuffle"),
        }
    }

    /// Sets another life.
    #[must_use]
    pub fn life(mut self, life: Life) -> Self {
        self.life = life;
        self
    }

    /// The same with work that completes in another order and takes another time.
    #[must_use]
    pub fn shuffle(mut self, shuffle: u64) -> Self {
        self.shuffle = self.seed.named("shuffle").derive(shuffle);
        self
    }

    /// Runs a new strategy from the start to the end.
    pub fn run<S: Strategy>(&self, strategy: S) -> Run {
        self.run_with(strategy, None, &[], &Calls::default())
    }

    /// Runs a new strategy with a pruner.
    pub fn run_pruned<S: Strategy>(&self, strategy: S, pruner: Box<dyn Pruner>) -> Run {
        self.run_with(strategy, Some(pruner), &[], &Calls::default())
    }

    /// Replays a log into a new strategy and continues from there: what a restart does. The run's log
    /// begins with it.
    pub fn resume<S: Strategy>(&self, strategy: S, log: &[Entry]) -> Run {
        self.run_with(strategy, None, log, &Calls::default())
    }

    pub(crate) fn run_with<S: Strategy>(
        &self,
        strategy: S,
        pruner: Option<Box<dyn Pruner>>,
        log: &[Entry],
        calls: &Calls,
    ) -> Run {
        let spy = Spy {
            inner: strategy,
            calls: calls.clone(),
        };
        let mut problem = self.problem.clone();
        // What strategies make of trials that all fail is to be seen.
        problem.budget.failures = FailureLimit::Never;
        let study = AskTell::new(problem, spy, self.seed)
            .order(self.life.order)
            .pruner(pruner);
        let mut going = Going {
            simulation: self,
            study,
            chance: Chance::new(self.shuffle),
            jobs: Vec::new(),
            log: Vec::new(),
            paused: BTreeSet::new(),
            tag: Tag::NONE,
        };
        let end = catch_unwind(AssertUnwindSafe(|| {
            going.replay(log).and_then(|()| going.go())
        }));
        let stop = match end {
            Ok(Ok(stop) | Err(stop)) => stop,
            Err(payload) => Stop::Panicked(panic_message(&*payload)),
        };
        Run {
            calls: calls.take(),
            log: going.log,
            stop,
        }
    }
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// A simulation on its way.
struct Going<'a, S> {
    simulation: &'a Simulation,
    study: AskTell<Spy<S>>,
    chance: Chance,
    jobs: Vec<Job>,
    log: Vec<Entry>,
    paused: BTreeSet<TrialId>,
    /// The last tag of the strategy's own, to make foreign ones that resemble it.
    tag: Tag,
}

impl<S: Strategy> Going<'_, S> {
    fn replay(&mut self, log: &[Entry]) -> Result<(), Stop> {
        for entry in log {
            self.inject(entry.clone())?;
        }
        let work = self.study.in_flight();
        self.begin(work);
        Ok(())
    }

    fn go(&mut self) -> Result<Stop, Stop> {
        let problem = &self.simulation.problem;
        let limit = 1_000 + 200 * problem.budget.trials.unwrap_or(100);
        for _ in 0..limit {
            let free = self.simulation.life.workers.saturating_sub(self.jobs.len());
            if let Some(free) = NonZeroUsize::new(free) {
                self.meddle()?;
                let all = self.chance.coin(0.5);
                let some = NonZeroUsize::MIN.saturating_add(self.chance.below(free.get()));
                match self.study.ask(if all { free } else { some }) {
                    Ok(Turn::Work(work)) => self.begin(work),
                    Ok(Turn::Done(reason)) => {
                        self.collect();
                        return Ok(Stop::Over(reason));
                    }
                    Ok(_) if self.jobs.is_empty() => return Err(Stop::Deadlock),
                    Ok(_) => {}
                    Err(AskError::Strategy(error)) => return Err(Stop::failed(&error)),
                    Err(AskError::Deadlock) => return Err(Stop::Deadlock),
                    Err(AskError::Illegal(illegal)) => return Err(Stop::illegal(&illegal)),
                    Err(error) => return Err(Stop::Failed(error.to_string())),
                }
            }
            self.collect();
            self.step()?;
        }
        Err(Stop::Endless)
    }

    fn begin(&mut self, work: Vec<tuning_core::Work>) {
        let simulation = self.simulation;
        let job = |work| Job::new(work, &simulation.problem, &simulation.life);
        self.jobs.extend(work.into_iter().map(job));
    }

    /// Does a bit of some work.
    fn step(&mut self) -> Result<(), Stop> {
        if self.jobs.is_empty() {
            return Ok(());
        }
        let place = self.chance.below(self.jobs.len());
        let took = 1 + self.chance.below(1_000_000) as u64;
        let done = self.jobs[place].step(&mut self.study, &self.simulation.life, took);
        // The machine refuses results only of trials that do not run: no fault of the strategy.
        if done.unwrap_or_else(|error| unreachable!("{error}")) {
            self.jobs.swap_remove(place);
        }
        self.collect();
        Ok(())
    }

    fn collect(&mut self) {
        for entry in self.study.take_entries(0) {
            self.note(&entry);
            self.log.push(entry);
        }
    }

    fn note(&mut self, entry: &Entry) {
        let EventKind::Fact(fact) = &entry.kind else {
            return;
        };
        match fact {
            Fact::Started(started) if !started.tag.is_none() => self.tag = started.tag.clone(),
            Fact::Paused(paused) => drop(self.paused.insert(paused.trial)),
            Fact::Resumed(resumed) => drop(self.paused.remove(&resumed.trial)),
            Fact::Ended(ended) => drop(self.paused.remove(&ended.trial)),
            _ => {}
        }
    }

    /// Others start trials of their own, and cancel paused ones.
    fn meddle(&mut self) -> Result<(), Stop> {
        let foreign = self.simulation.life.foreign;
        let trials = self.simulation.problem.budget.trials;
        // Others keep to the budget too, or the study would never end. In line, a start says how many
        // results it knew, which is known to the machine alone.
        let over = trials.is_some_and(|trials| self.study.started() >= trials);
        if foreign == 0.0 || over || self.simulation.life.order != Order::AsFinished {
            return Ok(());
        }
        if self.chance.coin(foreign / (1.0 + foreign)) {
            let trial = TrialId::new(self.study.started());
            let params = self.chance.params(&self.simulation.problem.space);
            let tag = match self.chance.below(4) {
                0 => Tag::NONE,
                1 => Tag::new("somebody", 7),
                2 => self.resembling(),
                _ => Tag::from("free text".to_owned()),
            };
            let whole = self
                .simulation
                .problem
                .fidelity
                .map(|range| range.max().get());
            let until = whole
                .filter(|_| self.chance.coin(0.3))
                .map(|whole| whole.div_ceil(3).into());
            let own = self.tag.clone();
            self.inject(Started::new(trial, params).until(until).tag(tag))?;
            self.tag = own;
            let work = self.study.in_flight();
            self.begin(
                work.into_iter()
                    .filter(|work| work.trial == trial)
                    .collect(),
            );
        }
        if self.chance.coin(0.1)
            && let Some(trial) = self.paused.first().copied()
        {
            let outcome = Outcome::failed(FailureKind::Cancelled, "cancelled by request");
            self.inject(Ended::new(trial, outcome))?;
        }
        Ok(())
    }

    /// The strategy's own tag with a layer around it or, of a combinator, the one inside it alone.
    fn resembling(&mut self) -> Tag {
        match self.tag.as_str().split_once('/') {
            Some((_, inner)) if self.chance.coin(0.5) => Tag::from(inner.to_owned()),
            _ => self.tag.wrap("around", 0),
        }
    }

    /// What happens without the machine's doing.
    fn inject(&mut self, entry: impl Into<Entry>) -> Result<(), Stop> {
        self.collect();
        let entry = entry.into();
        self.study
            .replay(entry.clone())
            .map_err(|error| Stop::Unreplayable(error.to_string()))?;
        self.note(&entry);
        self.log.push(entry);
        Ok(())
    }
}
