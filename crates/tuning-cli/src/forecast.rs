//! [`Forecast`]: what a study will spend, found out by running it in virtual time, with results in a random order.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use serde::Serialize;
use tuning_core::{
    AskTell, Direction, EndReason, EventKind, Fact, Fidelity, Metrics, Order, Outcome,
    PrunerConfig as _, Strategy, Tag, TrialId, TrialState, Trials, Turn, Values, Verdict, Work,
};
use tuning_file::StudyFile;

use crate::dry_run::foreseeable;

/// How long it may take: it is for people who wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a trial reports on its whole way, at most.
const REPORTS: u64 = 1_000;

/// What a study will spend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Forecast {
    /// How many trials are started.
    pub(crate) trials: u64,
    /// How many pieces of work that is: more than trials if trials are resumed.
    pub(crate) works: u64,
    /// How many trials run to their end.
    pub(crate) completed: u64,
    /// How many are stopped by the pruner, or given up by the strategy.
    pub(crate) stopped: u64,
    /// How many are paused when the study ends.
    pub(crate) paused: u64,
    /// What is done, by bracket and by how far a piece of work is to run.
    pub(crate) steps: Vec<Step>,
    /// How many units all of that takes: of resource or, without a fidelity, trials.
    pub(crate) units: u64,
    /// How many units these trials would take if each of them ran to its end.
    pub(crate) to_the_end: u64,
    /// How many units pass from the first start to the last end.
    pub(crate) wall_units: u64,
    /// The share of that in which workers are busy.
    pub(crate) busy: f64,
    /// Why it ends; none if it went on when patience ended.
    pub(crate) reason: Option<EndReason>,
}

/// The work of one bracket that runs to one fidelity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    /// The bracket, as the strategy's tag says; none if there are none.
    pub(crate) bracket: Option<String>,
    /// How far it runs; none for a whole trial of a study without a fidelity.
    pub(crate) until: Option<u64>,
    /// How many trials run there.
    pub(crate) trials: u64,
    /// How many units that takes.
    pub(crate) units: u64,
}

impl Forecast {
    /// Runs a study in virtual time until its strategy or its budget says that it is enough.
    pub(crate) fn of(file: &StudyFile) -> Result<Self, String> {
        let (problem, strategy) = foreseeable(file)?;
        let mut study =
            AskTell::new(problem.clone(), strategy, file.identity.seed).order(file.identity.order);
        if let Some(pruner) = &file.pruner {
            let pruner = pruner.build(&problem);
            study = study.pruner(pruner.map_err(|error| error.to_string())?);
        }
        let signs = file.objectives().iter();
        let signs = signs.map(|objective| match objective.direction {
            Direction::Minimize => 1.0,
            Direction::Maximize => -1.0,
        });
        let whole = file.settings.fidelity.map(|range| range.max().get());
        let simulated = Run {
            study,
            signs: signs.collect(),
            whole,
            stride: whole.unwrap_or(1).div_ceil(REPORTS).max(1),
            workers: file.settings.workers,
            ahead: match file.identity.order {
                Order::AsProposed { lag } => lag.get().max(file.settings.workers.get()),
                _ => file.settings.workers.get(),
            },
            now: 0,
            queue: BinaryHeap::new(),
            running: BTreeMap::new(),
            trials: Trials::new(),
            brackets: BTreeMap::new(),
            steps: BTreeMap::new(),
            works: 0,
        };
        simulated.run()
    }
}

/// A study in virtual time.
struct Run<S> {
    study: AskTell<S>,
    /// Of each objective: whether small or large values are better.
    signs: Vec<f64>,
    whole: Option<u64>,
    /// How many units lie between two reports.
    stride: u64,
    workers: NonZeroUsize,
    /// How much work may be in flight.
    ahead: usize,
    now: u64,
    /// What happens next, by its time and then in the order in which work began.
    queue: BinaryHeap<Reverse<(u64, u64, TrialId)>>,
    running: BTreeMap<TrialId, Running>,
    trials: Trials,
    /// The bracket of each trial.
    brackets: BTreeMap<TrialId, Option<String>>,
    /// How many trials ran to each fidelity of each bracket, and for how many units.
    steps: BTreeMap<(Option<String>, Option<u64>), (u64, u64)>,
    works: u64,
}

/// A piece of work that runs.
struct Running {
    number: u64,
    /// How far it has come, and is to come.
    at: u64,
    until: u64,
    /// How good the trial is, from 0 to 1.
    quality: f64,
}

impl<S: Strategy> Run<S> {
    fn run(mut self) -> Result<Forecast, String> {
        let began = Instant::now();
        let mut reason = None;
        while began.elapsed() < PATIENCE {
            match self.fill()? {
                Some(done) if self.running.is_empty() => {
                    reason = Some(done);
                    break;
                }
                _ if self.queue.is_empty() => break,
                _ => self.step()?,
            }
        }
        Ok(self.summed(reason))
    }

    /// Gives workers that are free something to do. Says so if there is nothing more.
    fn fill(&mut self) -> Result<Option<EndReason>, String> {
        while let Some(free) = self.workers.get().checked_sub(self.running.len()) {
            let Some(free) = NonZeroUsize::new(free.min(self.ahead)) else {
                break;
            };
            let turn = self.study.ask(free).map_err(|error| error.to_string())?;
            let work = match turn {
                Turn::Work(work) => work,
                Turn::Done(reason) => {
                    self.learn();
                    return Ok(Some(reason));
                }
                _ => break,
            };
            self.learn();
            for work in work {
                self.begin(&work);
            }
        }
        Ok(None)
    }

    fn begin(&mut self, work: &Work) {
        let at = work.origin.at().map_or(0, Fidelity::get);
        let until = match self.whole {
            Some(whole) => work.until.map_or(whole, Fidelity::get),
            None => 1,
        };
        let number = self.works;
        self.works += 1;
        let bracket = self.brackets.get(&work.trial).cloned().flatten();
        let step = self.whole.map(|_| until);
        self.steps.entry((bracket, step)).or_default().0 += 1;
        let running = Running {
            number,
            at,
            until,
            quality: work.seed.unit(),
        };
        let next = self.now + self.stride.min(until.saturating_sub(at));
        self.queue.push(Reverse((next, number, work.trial)));
        self.running.insert(work.trial, running);
    }

    /// The next report, or the end of a piece of work.
    fn step(&mut self) -> Result<(), String> {
        let Some(Reverse((time, number, trial))) = self.queue.pop() else {
            return Ok(());
        };
        self.now = time;
        let Some(running) = self.running.get_mut(&trial) else {
            return Ok(());
        };
        let passed = self.stride.min(running.until.saturating_sub(running.at));
        running.at += passed;
        let bracket = self.brackets.get(&trial).cloned().flatten();
        let step = (bracket, self.whole.map(|_| running.until));
        self.steps.entry(step).or_default().1 += passed;
        // Curves that do not cross: who is good early is good late.
        let loss = running.quality + 1.0 / running.at.max(1) as f64;
        let values: Vec<f64> = self.signs.iter().map(|sign| sign * loss).collect();
        let values = Values::new(values).map_err(|error| error.to_string())?;
        let mut goes_on = running.at < running.until;
        if self.whole.is_some() {
            let at = Fidelity::new(running.at);
            let verdict = self
                .study
                .report(trial, at, values.clone(), Metrics::default())
                .map_err(|error| error.to_string())?;
            goes_on &= verdict == Verdict::Continue;
        }
        if goes_on {
            let left = running.until - running.at;
            let next = time + self.stride.min(left);
            self.queue.push(Reverse((next, number, trial)));
        } else {
            debug_assert_eq!(running.number, number);
            self.running.remove(&trial);
            let outcome = Outcome::Completed(values);
            self.study
                .finish(trial, outcome, Metrics::default(), 0)
                .map_err(|error| error.to_string())?;
        }
        self.learn();
        Ok(())
    }

    /// Learns what the study has written.
    fn learn(&mut self) {
        for entry in self.study.take_entries(0) {
            let (trial, tag) = match &entry.kind {
                EventKind::Fact(Fact::Started(started)) => (started.trial, &started.tag),
                EventKind::Fact(Fact::Resumed(resumed)) => (resumed.trial, &resumed.tag),
                _ => {
                    self.trials.apply(0, &entry.kind);
                    continue;
                }
            };
            self.brackets.insert(trial, bracket(tag));
            self.trials.apply(0, &entry.kind);
        }
    }

    fn summed(self, reason: Option<EndReason>) -> Forecast {
        let count = |state| {
            let of_it = self.trials.iter().filter(|trial| trial.state == state);
            of_it.count() as u64
        };
        let units: u64 = self.steps.values().map(|(_, units)| units).sum();
        let capacity = self.now * self.workers.get() as u64;
        Forecast {
            trials: self.study.started(),
            works: self.works,
            completed: count(TrialState::Completed),
            stopped: count(TrialState::Stopped),
            paused: count(TrialState::Paused),
            units,
            to_the_end: self.study.started() * self.whole.unwrap_or(1),
            wall_units: self.now,
            busy: match capacity {
                0 => 0.0,
                capacity => units as f64 / capacity as f64,
            },
            steps: self
                .steps
                .into_iter()
                .map(|((bracket, until), (trials, units))| Step {
                    bracket,
                    until,
                    trials,
                    units,
                })
                .collect(),
            reason,
        }
    }
}

/// The bracket that a tag speaks of: `2 of 5`.
fn bracket(tag: &Tag) -> Option<String> {
    tag.layers().find_map(|(_, note)| {
        let rest = note.strip_prefix("bracket ")?;
        Some(rest.split(',').next().unwrap_or(rest).to_owned())
    })
}
