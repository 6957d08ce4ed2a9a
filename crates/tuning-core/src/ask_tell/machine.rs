//! The machine itself: asks the strategy, takes results, and folds a log.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    num::NonZeroUsize,
};

use super::{
    error::{AskError, ReplayError, TellError},
    in_line::Line,
    limits::Spent,
};
use crate::{
    Amended, EndReason, Entry, EventKind, FailureKind, Fidelity, Metrics, Order, Origin, Outcome,
    Problem, Pruner, Seed, Strategy, Tag, TrialId, Values, Verdict, Work,
    fact::{Budgeted, Ended, Fact, Paused, Reported},
    space::{Params, ParamsError},
};

/// A study without threads, clock or I/O.
///
/// Ask it for work, do the work in whatever way, and tell it the results: it hands out numbered
/// trials, tells the strategy and the pruner facts in the right order and with the right sign, and
/// says when the budget is spent. Everything that happened comes out as [entries](Self::take_entries)
/// of a log; [replaying](Self::replay) them into a new one restores it.
///
/// # Example
/// ```
/// use std::num::NonZeroUsize;
/// use tuning_core::*;
/// # #[derive(Debug)] struct Random { space: Space }
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
/// let mut study = AskTell::new(problem, Random { space }, Seed::new(1));
///
/// while let Turn::Work(work) = study.ask(NonZeroUsize::MIN)? {
///     for work in work {
///         let x = work.params.float("x")?;
///         study.finish(work.trial, Outcome::Completed(Values::one((x - 1.0).powi(2))?), Metrics::default(), 0)?;
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AskTell<S = Box<dyn Strategy>> {
    pub(super) problem: Problem,
    pub(super) strategy: S,
    pub(super) pruner: Option<Box<dyn Pruner>>,
    pub(super) order: Order,
    pub(super) seed: Seed,
    pub(super) next: TrialId,
    /// How many entries are missing since the last start: each of them may have been one.
    pub(super) missing: u64,
    /// How many pieces of work were proposed and accepted, resumed ones included.
    pub(super) works: u64,
    pub(super) running: BTreeMap<TrialId, Open>,
    pub(super) paused: BTreeMap<TrialId, Open>,
    /// The last fidelity of the ended trials that reported one, for forks.
    pub(super) ended: BTreeMap<TrialId, Fidelity>,
    /// Those whose checkpoint may be gone.
    pub(super) given_up: BTreeSet<TrialId>,
    /// The limits that the strategy was told last.
    pub(super) budgeted: Budgeted,
    pub(super) line: Line,
    pub(super) spent: Spent,
    /// How the space was amended behind what is replayed now, in order.
    pub(super) amendments: VecDeque<Amended>,
    /// The trials that do not fit the amended space: the strategy is not told of them.
    pub(super) outside: BTreeSet<TrialId>,
    /// The trials that the caller wants and that have not begun.
    pub(super) wanted: VecDeque<(Params, Tag)>,
    /// What has happened, with how many pieces of work were told when it was proposed.
    pub(super) facts: Vec<(Fact, u64)>,
}

/// A trial that has not ended.
pub(super) struct Open {
    pub(super) params: Params,
    /// The number of its current or last piece of work, in the order of proposals.
    pub(super) work: u64,
    pub(super) origin: Origin,
    pub(super) at: Option<Fidelity>,
    /// The values of its last report.
    pub(super) values: Option<Values>,
    pub(super) until: Option<Fidelity>,
    pub(super) attempt: u32,
    /// Whether its pruner has stopped it: for good, also when it is evaluated again.
    pub(super) judged: bool,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Turn {
    /// Do this, all of it at once if you can; never empty.
    Work(Vec<Work>),
    /// Nothing now: ask again after the next result.
    Wait,
    /// Nothing more, for this reason; nothing is in flight.
    Done(EndReason),
}

impl<S: Strategy> AskTell<S> {
    /// A study of this problem by this strategy, told [as finished](Order::AsFinished).
    pub fn new(problem: Problem, strategy: S, seed: Seed) -> Self {
        Self {
            problem,
            strategy,
            pruner: None,
            order: Order::AsFinished,
            seed,
            next: TrialId::new(0),
            missing: 0,
            works: 0,
            running: BTreeMap::new(),
            paused: BTreeMap::new(),
            ended: BTreeMap::new(),
            given_up: BTreeSet::new(),
            budgeted: Budgeted::default(),
            line: Line::default(),
            spent: Spent::default(),
            amendments: VecDeque::new(),
            outside: BTreeSet::new(),
            wanted: VecDeque::new(),
            facts: Vec::new(),
        }
    }

    /// Sets the order in which results are told.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Sets the pruner.
    #[must_use]
    pub fn pruner(mut self, pruner: impl Into<Option<Box<dyn Pruner>>>) -> Self {
        self.pruner = pruner.into();
        self
    }

    /// Sets how the study's space was amended, in order: the problem has the last of these spaces. What is replayed is carried into it, up to
    /// the entry of the last one.
    #[must_use]
    pub fn amended(mut self, amendments: impl IntoIterator<Item = Amended>) -> Self {
        self.amendments.extend(amendments);
        self
    }

    /// The trials that have not ended and do not fit the amended space.
    #[must_use]
    pub fn outside(&self) -> Vec<TrialId> {
        let open = self.running.keys().chain(self.paused.keys());
        open.filter(|trial| self.outside.contains(trial))
            .copied()
            .collect()
    }

    /// Whether the strategy is told of a trial: all of them, but for those that do not fit the amended space.
    #[must_use]
    pub fn is_told(&self, trial: TrialId) -> bool {
        !self.outside.contains(&trial)
    }

    /// Asks for up to `slots` pieces of work. Each is in flight until it is [finished](Self::finish).
    /// Paused trials that the strategy gives up on the way have ended when it returns.
    ///
    /// # Errors
    /// If the strategy fails or breaks a law; the study cannot continue then.
    pub fn ask(&mut self, slots: NonZeroUsize) -> Result<Turn, AskError> {
        let budgeted = self.spent.budgeted(&self.problem.budget);
        if budgeted != self.budgeted {
            self.happened_by(budgeted, self.known());
        }
        match self.order {
            Order::AsFinished => self.ask_now(slots),
            Order::AsProposed { lag } => self.ask_in_line(slots, lag),
        }
    }

    /// Takes a report of a running trial and returns what the trial is to do. Values are in the
    /// objectives' own directions. A report at a fidelity that was reported before is not taken again:
    /// the first one counts. Nor is one behind the report that reached the fidelity which the trial was to run until.
    ///
    /// # Errors
    /// If the trial is not running or the number of values is wrong; nothing has changed then.
    pub fn report(
        &mut self,
        trial: TrialId,
        at: Fidelity,
        values: Values,
        metrics: Metrics,
    ) -> Result<Verdict, TellError> {
        self.count(&values)?;
        let open = self.open(trial)?;
        let (until, work) = (open.until, open.work);
        let is_new = open.at.is_none_or(|before| at > before);
        let is_over = until.is_some_and(|until| open.at.is_some_and(|before| before >= until));
        if is_new && !is_over {
            let mut reported = Reported::new(trial, at, values);
            reported.metrics = metrics;
            self.happened(reported);
        } else if !is_new {
            // Evaluated again, it reports what is known: it is judged anew all the same.
            self.judge(trial, work);
        }
        let stops = self.running.get(&trial).is_some_and(|open| open.judged);
        let reached = until.is_some_and(|until| at >= until);
        Ok(match (stops, reached) {
            (true, _) => Verdict::Stop,
            (false, true) => Verdict::Pause,
            (false, false) => Verdict::Continue,
        })
    }

    /// Takes the result of a piece of work. Values are in the objectives' own directions.
    ///
    /// Completed work that was to run until a fidelity below the whole leaves its trial paused, with
    /// its values as a report if it made none there. Work that was told to pause and says that it was
    /// stopped counts as completed with the values of its last report. Work that was told to stop is
    /// stopped with its last report, whatever came back, unless it failed. Completed work with the
    /// wrong number of values has failed.
    ///
    /// # Errors
    /// If the trial is not running; nothing has changed then.
    pub fn finish(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
        took_micros: u64,
    ) -> Result<(), TellError> {
        let outcome = match outcome {
            Outcome::Completed(values) => match self.count(&values) {
                Ok(()) => Outcome::Completed(values),
                Err(error) => Outcome::failed(FailureKind::Error, error.to_string()),
            },
            other => other,
        };
        let whole = self.problem.fidelity.map(|range| range.max());
        let open = self.open(trial)?;
        let reached = open
            .at
            .filter(|at| open.until.is_some_and(|until| *at >= until));
        let outcome = match (outcome, &open.values) {
            // What a loop that was cut short computes must not stand beside whole trials.
            (Outcome::Completed(_), _) if open.judged => Outcome::Stopped,
            // It was told to pause and did: it has done what it was asked for.
            (Outcome::Stopped, Some(values)) if !open.judged && reached.is_some() => {
                Outcome::Completed(values.clone())
            }
            (outcome, _) => outcome,
        };
        let pause = open
            .until
            .filter(|until| whole.is_some_and(|whole| *until < whole));
        let mut metrics = metrics;
        match (pause, outcome) {
            (Some(until), Outcome::Completed(values)) => {
                let last = match (reached, &open.values) {
                    (Some(_), Some(last)) => last.clone(),
                    _ => values,
                };
                if reached.is_none() {
                    let mut reported = Reported::new(trial, until, last.clone());
                    reported.metrics = std::mem::take(&mut metrics);
                    self.happened(reported);
                }
                let mut paused = Paused::new(trial, reached.unwrap_or(until), last);
                paused.metrics = metrics;
                paused.took_micros = took_micros;
                self.happened(paused);
            }
            (_, outcome) => {
                let mut ended = Ended::new(trial, outcome);
                ended.metrics = metrics;
                ended.took_micros = took_micros;
                self.happened(ended);
            }
        }
        Ok(())
    }

    /// Returns the work of a running trial once more, as the next attempt. What it reported stays.
    ///
    /// # Errors
    /// If the trial is not running.
    pub fn retry(&mut self, trial: TrialId) -> Result<Work, TellError> {
        let open = self
            .running
            .get_mut(&trial)
            .ok_or(TellError::NotRunning { trial })?;
        open.attempt += 1;
        Ok(open.work(trial, self.seed))
    }

    /// Folds one entry of the study's log into this machine: what [`take_entries`](Self::take_entries)
    /// gave, in that order. Parameters are aligned with the space by name.
    ///
    /// # Errors
    /// If the log contradicts itself or the space.
    pub fn replay(&mut self, entry: Entry) -> Result<(), ReplayError> {
        let known = entry.known;
        match entry.kind {
            EventKind::Fact(mut fact) => {
                let mut fits = true;
                if let Fact::Started(started) = &mut fact {
                    let trial = started.trial;
                    match self.carried(&started.params) {
                        Ok(params) => started.params = params,
                        Err(_) if !self.amendments.is_empty() => fits = false,
                        Err(source) => return Err(ReplayError::Params { trial, source }),
                    }
                }
                self.fits(&fact, known)?;
                self.outside.extend(fact.trial().filter(|_| !fits));
                self.apply(&fact, known);
            }
            EventKind::Retried(retried) => {
                if let Some(open) = self.running.get_mut(&retried.trial) {
                    open.attempt = retried.attempt;
                }
            }
            EventKind::Closed(closed) if closed.reason == EndReason::Failures => {
                self.spent.forgive(self.line.trials());
            }
            EventKind::Missing(missing) => self.miss(missing)?,
            EventKind::Amended(_) => drop(self.amendments.pop_front()),
            _ => {}
        }
        Ok(())
    }

    /// The parameters in the space of the problem, through all amendments to come.
    fn carried(&self, params: &Params) -> Result<Params, ParamsError> {
        let mut carried = None;
        for amended in &self.amendments {
            // What does not fit one space may fit a later one.
            let from = carried.as_ref().unwrap_or(params);
            carried = amended.carry(from).ok().or(carried);
        }
        self.problem.space.align(carried.as_ref().unwrap_or(params))
    }

    /// Takes what has happened since the last call, in order, in the objectives' own directions, as
    /// entries for the journal at this time.
    pub fn take_entries(&mut self, at_millis: u64) -> Vec<Entry> {
        let entry = |(fact, known)| Entry::new(at_millis, EventKind::Fact(fact)).known(known);
        self.facts.drain(..).map(entry).collect()
    }

    /// The work in flight, in the order of its proposals: after replaying a log, what has to be done
    /// again.
    #[must_use]
    pub fn in_flight(&self) -> Vec<Work> {
        let mut open: Vec<_> = self.running.iter().collect();
        open.sort_by_key(|(_, open)| open.work);
        open.into_iter()
            .map(|(trial, open)| open.work(*trial, self.seed))
            .collect()
    }

    /// How many pieces of work are in flight.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// The number of the next new trial: how many were started.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.next.get()
    }

    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The strategy.
    #[must_use]
    pub fn strategy(&self) -> &S {
        &self.strategy
    }

    /// The strategy, as the study leaves it.
    #[must_use]
    pub fn into_strategy(self) -> S {
        self.strategy
    }

    fn open(&self, trial: TrialId) -> Result<&Open, TellError> {
        self.running
            .get(&trial)
            .ok_or(TellError::NotRunning { trial })
    }

    pub(super) fn count(&self, values: &Values) -> Result<(), TellError> {
        let (found, expected) = (values.len(), self.problem.objectives.len());
        if found == expected {
            Ok(())
        } else {
            Err(TellError::Count { found, expected })
        }
    }
}

impl Open {
    pub(super) fn work(&self, trial: TrialId, study: Seed) -> Work {
        Work {
            trial,
            params: self.params.clone(),
            seed: study.derive(trial.get()).named("evaluate"),
            origin: self.origin,
            until: self.until,
            attempt: self.attempt,
        }
    }
}

impl<S> fmt::Debug for AskTell<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running: BTreeSet<_> = self.running.keys().collect();
        f.debug_struct("AskTell")
            .field("started", &self.next)
            .field("running", &running)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}
