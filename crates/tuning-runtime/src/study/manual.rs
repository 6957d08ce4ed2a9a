//! [`ManualSession`]: a session whose trials somebody else evaluates, asked for and told one call at a time.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tuning_core::{
    Closed, EndReason, Entry, EventKind, Fact, Failure, FailureKind, Fidelity, Metrics, Outcome,
    Progress, Retried, StudySpec, TrialId, TrialState, Turn, Values, Verdict, Work,
};

use super::{Study, Summary, millis, session::Session};
use crate::{
    driver::{Machine, SLOW_ASK, ask_off_thread},
    error::StudyError,
    panic,
};

/// A session of a study whose trials you evaluate in whatever way: the loop is yours, and everything else
/// is as in [`Study::run`]. Made by [`Study::manual`].
///
/// Every answer is given once what it rests on is in the journal: a trial that was handed out, a report
/// or a result that was taken stays so, whatever happens next. The budget, the order of results, the
/// pruner and retries apply; a retry comes with the next [`ask`](Self::ask), without a delay. How long a
/// trial may take is your own matter.
///
/// After an error other than [`StudyError::Tell`] the session cannot go on; drop it and open the study
/// again.
///
/// # Example
/// ```
/// use std::num::NonZeroUsize;
/// use tuning_core::{Metrics, Outcome, Parameter, Space, Turn, Values};
/// use tuning_runtime::Study;
/// # use tuning_core::*;
/// # struct Random;
/// # impl StrategyConfig for Random {
/// #     type Strategy = RandomSearch;
/// #     fn spec(&self) -> StrategySpec { StrategySpec::new("random") }
/// #     fn build(&self, p: &Problem) -> Result<RandomSearch, Unsupported> { Ok(RandomSearch(p.space.clone())) }
/// # }
/// # struct RandomSearch(Space);
/// # impl Strategy for RandomSearch {
/// #     fn ask(&mut self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         let u: Vec<f64> = (0..self.0.len()).map(|d| ask.seed(0).derive(d as u64).unit()).collect();
/// #         Ok(Asked::Propose(vec![Proposal::start(self.0.decode(&u).unwrap())]))
/// #     }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
///
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let space = Space::new([Parameter::float("x", -2.0, 2.0)])?;
/// let mut study = Study::builder("bowl", space).minimize("loss").strategy(Random).trials(20).open().await?;
/// let mut session = study.manual().await?;
/// while let Turn::Work(work) = session.ask(NonZeroUsize::MIN).await? {
///     for work in work {
///         let loss = Values::one(work.params.float("x")?.powi(2))?;
///         session.finish(work.trial, Outcome::Completed(loss), Metrics::default()).await?;
///     }
/// }
/// let summary = session.close().await?;
/// assert_eq!(summary.counts.completed, 20);
/// # Ok(()) }
/// ```
pub struct ManualSession<'a> {
    study: &'a mut Study,
    session: Session,
    time_left: Option<Duration>,
    /// Work that the next asks hand out first.
    ready: VecDeque<Work>,
    /// When work was handed out.
    handed: BTreeMap<TrialId, Duration>,
    /// Entries that are not handed to the log yet.
    entries: Vec<Entry>,
    over: Option<EndReason>,
    slow: bool,
    /// After an error nothing more is written: it would rest on what was lost.
    failed: bool,
}

impl Study {
    /// Begins a session whose trials you evaluate yourself.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn manual(&mut self) -> Result<ManualSession<'_>, StudyError> {
        let session = self.begin()?;
        let (opened, time_left) = (self.opened(), self.time_left());
        let mut session = ManualSession {
            study: self,
            session,
            time_left,
            ready: VecDeque::new(),
            handed: BTreeMap::new(),
            entries: Vec::new(),
            over: None,
            slow: false,
            failed: false,
        };
        session.note(opened);
        for work in session.machine()?.in_flight() {
            let failure = Failure::new(FailureKind::Lost, "the study was interrupted");
            session.again(work.trial, failure)?;
        }
        session.commit().await?;
        Ok(session)
    }
}

impl ManualSession<'_> {
    /// Asks for up to `slots` pieces of work: first what has to be done again, then what the strategy
    /// proposes.
    ///
    /// # Errors
    /// If the strategy or the journal fails.
    pub async fn ask(&mut self, slots: NonZeroUsize) -> Result<Turn, StudyError> {
        self.check()?;
        if self.time_is_up() {
            return Ok(self.idle(EndReason::Time));
        }
        let again = self.ready.len().min(slots.get());
        let mut work: Vec<Work> = self.ready.drain(..again).collect();
        if let Some(rest) = NonZeroUsize::new(slots.get() - again) {
            match self
                .ask_machine(rest)
                .await
                .inspect_err(|_| self.failed = true)?
            {
                Turn::Work(new) => work.extend(new),
                Turn::Done(reason) if work.is_empty() => {
                    self.over = Some(reason);
                    return Ok(Turn::Done(reason));
                }
                turn if work.is_empty() => return Ok(turn),
                _ => {}
            }
        }
        let now = self.study.executor.now();
        self.handed
            .extend(work.iter().map(|work| (work.trial, now)));
        self.commit().await?;
        Ok(Turn::Work(work))
    }

    /// Takes a report of a trial, in the objectives' own directions, and returns what it is to do.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if the trial is not running or the number of values is wrong; others if the
    /// journal fails.
    pub async fn report(
        &mut self,
        trial: TrialId,
        at: impl Into<Fidelity>,
        values: Values,
        metrics: Metrics,
    ) -> Result<Verdict, StudyError> {
        self.check()?;
        let verdict = self.machine()?.report(trial, at.into(), values, metrics)?;
        self.record()?;
        self.commit().await?;
        Ok(verdict)
    }

    /// Takes the result of a piece of work, and returns how its trial stands: it has ended, or paused,
    /// or is [running](TrialState::Running) because it failed and will be handed out again.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if the trial is not running; others if the journal fails.
    pub async fn finish(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
    ) -> Result<TrialState, StudyError> {
        self.check()?;
        let state = self.take(trial, outcome, metrics)?;
        // It may be told before it was handed out again: by who evaluated it in an earlier session.
        if state != TrialState::Running {
            self.ready.retain(|work| work.trial != trial);
        }
        self.commit().await?;
        Ok(state)
    }

    /// The work that the next asks hand out before anything new: what an earlier session left
    /// unfinished, and what is to be tried again.
    pub fn ready(&self) -> impl Iterator<Item = &Work> {
        self.ready.iter()
    }

    /// How many trials are being evaluated, or wait to be.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.study.machine.as_ref().map_or(0, Machine::running)
    }

    /// How the study stands.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.study.progress
    }

    /// What makes it this study.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.study.spec
    }

    /// Ends the session. Trials that are not finished will be handed out again when the study goes on.
    ///
    /// # Errors
    /// If the journal fails, or the session had failed before.
    pub async fn close(mut self) -> Result<Summary, StudyError> {
        if let Err(error) = self.check() {
            return self.study.end(self.session, Err(error)).await;
        }
        let reason = self.over.unwrap_or(EndReason::Stopped);
        let progress = &self.study.progress;
        let (counts, best) = (progress.counts(), progress.best().cloned());
        self.note(EventKind::Closed(Closed::new(reason, counts, best)));
        let ended = self.commit().await.map(|()| reason);
        self.study.end(self.session, ended).await
    }

    async fn ask_machine(&mut self, slots: NonZeroUsize) -> Result<Turn, StudyError> {
        let executor = &*self.study.executor;
        let turn = if self.slow {
            ask_off_thread(&mut self.study.machine, executor, slots).await?
        } else {
            let began = executor.now();
            let machine = self.study.machine.as_mut().ok_or(StudyError::Abandoned)?;
            let turn = catch_unwind(AssertUnwindSafe(|| machine.ask(slots)));
            self.slow = executor.now().saturating_sub(began) > SLOW_ASK;
            turn.map_err(|payload| StudyError::Panicked {
                message: panic::message(&*payload),
            })??
        };
        self.record()?;
        Ok(turn)
    }

    fn take(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
    ) -> Result<TrialState, StudyError> {
        if let Outcome::Failed(failure) = &outcome {
            let tried = self.study.tried.get(&(trial, failure.kind)).copied();
            let retry = &self.study.settings.retry;
            if retry.delay(failure.kind, tried.unwrap_or(0)).is_some() {
                let kind = failure.kind;
                self.again(trial, failure.clone())?;
                *self.study.tried.entry((trial, kind)).or_default() += 1;
                return Ok(TrialState::Running);
            }
        }
        let handed = self.handed.get(&trial);
        let took = handed.map_or(Duration::ZERO, |then| {
            self.study.executor.now().saturating_sub(*then)
        });
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.machine()?.finish(trial, outcome, metrics, took)?;
        self.handed.remove(&trial);
        self.study.tried.retain(|(other, _), _| *other != trial);
        self.record()
    }

    /// Puts a trial's work in line once more.
    fn again(&mut self, trial: TrialId, failure: Failure) -> Result<(), StudyError> {
        let work = self.machine()?.retry(trial)?;
        let retried = Retried::new(trial, work.attempt, failure, 0);
        self.note(EventKind::Retried(retried));
        self.ready.retain(|work| work.trial != trial);
        self.ready.push_back(work);
        Ok(())
    }

    /// Over for this reason once nothing is being evaluated.
    fn idle(&mut self, reason: EndReason) -> Turn {
        if self.in_flight() > self.ready.len() {
            return Turn::Wait;
        }
        self.over = Some(reason);
        Turn::Done(reason)
    }

    fn time_is_up(&self) -> bool {
        let spent = self
            .study
            .executor
            .now()
            .saturating_sub(self.session.began());
        self.time_left.is_some_and(|left| spent >= left)
    }

    /// Notes the facts that the machine has made; returns how the last one leaves its trial.
    fn record(&mut self) -> Result<TrialState, StudyError> {
        let mut state = TrialState::Running;
        for fact in self.machine()?.take_facts() {
            state = match &fact {
                Fact::Paused(_) => TrialState::Paused,
                Fact::Ended(ended) => match &ended.outcome {
                    Outcome::Completed(_) => TrialState::Completed,
                    Outcome::Stopped => TrialState::Stopped,
                    _ => TrialState::Failed,
                },
                _ => TrialState::Running,
            };
            self.note(EventKind::Fact(fact));
        }
        Ok(state)
    }

    fn note(&mut self, kind: EventKind) {
        let at = millis(self.study.executor.now());
        self.study.progress.apply(at, &kind);
        self.entries.push(Entry::new(at, kind));
    }

    /// Waits until everything that was noted is in the journal.
    async fn commit(&mut self) -> Result<(), StudyError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.entries);
        let writer = self.session.writer();
        // Dropped in its middle, it is as good as failed.
        self.failed = true;
        writer.append(entries).await;
        writer.head().await?;
        self.failed = false;
        Ok(())
    }

    fn check(&self) -> Result<(), StudyError> {
        if self.failed {
            return Err(StudyError::Abandoned);
        }
        Ok(())
    }

    fn machine(&mut self) -> Result<&mut Machine, StudyError> {
        self.study.machine.as_mut().ok_or(StudyError::Abandoned)
    }
}

impl fmt::Debug for ManualSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualSession")
            .field("study", &self.study)
            .field("ready", &self.ready.len())
            .finish_non_exhaustive()
    }
}
