//! [`ManualSession`]: a session whose trials the caller evaluates, one call at a time.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    num::NonZeroUsize,
    time::Duration,
};

use tuning_core::{
    AddedTrial, EndReason, Fidelity, Metrics, Outcome, Params, Progress, StudySpec, Tag, TrialId,
    TrialState, Turn, Values, Verdict, Work,
};

use super::{Study, Summary, session::Session};
use crate::error::StudyError;

/// A session of a study whose trials you evaluate in whatever way: the loop is yours, and everything else
/// is as in [`Study::run`]. Made by [`Study::manual`].
///
/// Every answer is given once what it rests on is in the journal: a trial that was handed out, a report
/// or a result that was taken stays so, whatever happens next. Many answers can be made durable at once
/// ([`defer`](Self::defer)). The budget, the order of results, the
/// pruner and retries apply; a retry comes with the next [`ask`](Self::ask), without a delay. How long a
/// trial may take is your own matter.
///
/// After an error other than [`StudyError::Tell`] the session cannot continue; drop it and open the study
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
/// #     fn spec(&self) -> Spec { Spec::new("random") }
/// #     fn build(&self, p: &Problem) -> Result<RandomSearch, Unsupported> { Ok(RandomSearch(p.space.clone())) }
/// # }
/// # struct RandomSearch(Space);
/// # impl Strategy for RandomSearch {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
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
    over: Option<EndReason>,
    /// After an error nothing more is written: it would rest on what was lost.
    failed: bool,
    /// The same of the journal itself.
    lost: bool,
    /// Whether answers wait for a commit of their own.
    deferred: bool,
}

impl Study {
    /// Begins a session whose trials you evaluate yourself.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn manual(&mut self) -> Result<ManualSession<'_>, StudyError> {
        let session = self.begin()?;
        let time_left = self.time_left();
        self.open_session()?;
        let ready = self.ledger.take_up_unfinished()?.into();
        let mut manual = ManualSession {
            study: self,
            session,
            time_left,
            ready,
            handed: BTreeMap::new(),
            over: None,
            failed: false,
            lost: false,
            deferred: false,
        };
        manual.settle().await?;
        Ok(manual)
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
            // Dropped in its middle, it is as good as failed.
            self.failed = true;
            let turn = self.study.ledger.ask(rest).await?;
            self.failed = false;
            match turn {
                Turn::Work(new) => work.extend(new),
                turn if work.is_empty() => {
                    if let Turn::Done(reason) = turn {
                        self.over = Some(reason);
                    }
                    // Trials may have been given up.
                    self.settle().await?;
                    return Ok(turn);
                }
                _ => {}
            }
        }
        let now = self.study.executor.now();
        self.handed
            .extend(work.iter().map(|work| (work.trial, now)));
        self.settle().await?;
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
        let verdict = self.study.ledger.report(trial, at.into(), values, metrics);
        let verdict = self.noting_failure(verdict)?;
        self.settle().await?;
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
        let state = self.take(trial, outcome, metrics);
        let state = self.noting_failure(state)?;
        // It may be told before it was handed out again: by who evaluated it in an earlier session.
        if state != TrialState::Running {
            self.ready.retain(|work| work.trial != trial);
        }
        self.settle().await?;
        Ok(state)
    }

    /// Begins a trial with these parameters, whatever the limits of the budget: the next asks hand it out before anything that the
    /// strategy proposes. To the strategy it is a foreign trial, unless `tag` is its own.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if the parameters do not lie in the space; others if the journal fails.
    pub async fn enqueue(&mut self, params: &Params, tag: Tag) -> Result<TrialId, StudyError> {
        self.check()?;
        let work = self.study.ledger.start(params, tag);
        let work = self.noting_failure(work)?;
        let trial = work.trial;
        self.ready.push_back(work);
        self.settle().await?;
        Ok(trial)
    }

    /// Adds trials that were evaluated elsewhere, all of them or none, and returns their numbers: see [`Study::add`].
    ///
    /// # Errors
    /// [`StudyError::Tell`] if one of them cannot be added; others if the journal fails.
    pub async fn add(
        &mut self,
        trials: impl IntoIterator<Item = AddedTrial>,
    ) -> Result<Vec<TrialId>, StudyError> {
        self.check()?;
        let added = self.study.ledger.add(trials.into_iter().collect(), None);
        let added = self.noting_failure(added)?;
        self.settle().await?;
        Ok(added)
    }

    /// The work that the next asks hand out before anything new: what an earlier session left
    /// unfinished, and what is to be tried again.
    pub fn ready(&self) -> impl Iterator<Item = &Work> {
        self.ready.iter()
    }

    /// Takes the paused trials that the strategy gave up since the last call or in earlier sessions: you may
    /// remove what you keep of them, such as checkpoints. A trial that work in flight forks comes once that
    /// work has ended.
    pub fn take_given_up(&mut self) -> Vec<TrialId> {
        self.study.ledger.take_given_up()
    }

    /// How many trials are being evaluated, or wait to be.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.study.ledger.in_flight()
    }

    /// The progress of the study.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.study.ledger.progress()
    }

    /// What makes it this study.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.study.spec
    }

    /// Lets the calls from here on return before what their answers rest on is in the journal, until the next
    /// [`commit`](Self::commit): one for many is much faster. Do not pass an answer on before that.
    pub fn defer(&mut self) {
        self.deferred = true;
    }

    /// Waits until what all answers so far rest on is in the journal, also those that were given before an error.
    ///
    /// # Errors
    /// If the journal fails: none of the answers since the last commit counts.
    pub async fn commit(&mut self) -> Result<(), StudyError> {
        self.deferred = false;
        self.write().await
    }

    /// Ends the session. Trials that are not finished will be handed out again when the study resumes.
    ///
    /// # Errors
    /// If the journal fails, or the session had failed before.
    pub async fn close(mut self) -> Result<Summary, StudyError> {
        if let Err(error) = self.check() {
            return self.study.end(self.session, Err(error)).await;
        }
        let reason = self.over.unwrap_or(EndReason::Stopped);
        self.study.ledger.close(reason);
        let ended = self.commit().await.map(|()| reason);
        self.study.end(self.session, ended).await
    }

    fn take(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
    ) -> Result<TrialState, StudyError> {
        if let Outcome::Failed(failure) = &outcome
            && self.study.ledger.retry_delay(trial, failure).is_some()
        {
            // It comes with the next ask, whenever that is.
            let ledger = &mut self.study.ledger;
            let work = ledger.retry(trial, failure.clone(), Duration::ZERO)?;
            self.ready.retain(|work| work.trial != trial);
            self.ready.push_back(work);
            return Ok(TrialState::Running);
        }
        let now = self.study.executor.now();
        let handed = self.handed.get(&trial);
        let took = handed.map_or(Duration::ZERO, |then| now.saturating_sub(*then));
        let state = self.study.ledger.finish(trial, outcome, metrics, took)?;
        self.handed.remove(&trial);
        Ok(state)
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

    /// Waits until everything that was noted is in the journal, unless that is left to [`commit`](Self::commit).
    async fn settle(&mut self) -> Result<(), StudyError> {
        match self.deferred {
            true => Ok(()),
            false => self.write().await,
        }
    }

    async fn write(&mut self) -> Result<(), StudyError> {
        if self.lost {
            return Err(StudyError::Abandoned);
        }
        let entries = self.study.ledger.take_entries();
        if entries.is_empty() {
            return Ok(());
        }
        let writer = self.session.writer();
        // Dropped in its middle, it is as good as failed.
        let failed = std::mem::replace(&mut self.failed, true);
        self.lost = true;
        writer.append(entries).await;
        writer.head().await?;
        (self.failed, self.lost) = (failed, false);
        Ok(())
    }

    fn check(&self) -> Result<(), StudyError> {
        if self.failed {
            return Err(StudyError::Abandoned);
        }
        Ok(())
    }

    /// A result that cannot be taken leaves the session as it was; any other error ends it.
    fn noting_failure<T>(&mut self, told: Result<T, StudyError>) -> Result<T, StudyError> {
        self.failed |= matches!(&told, Err(error) if !matches!(error, StudyError::Tell(_)));
        told
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
