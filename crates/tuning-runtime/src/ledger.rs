//! [`Ledger`]: the state of a running study: the machine that decides, the entries that follow from its
//! decisions, and how often each failure was retried. The driver and manual sessions stand on it. It
//! knows no workers, no evaluator and no journal.

use std::{
    fmt,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use tokio::sync::oneshot;
use tuning_core::{
    AddedTrial, Amended, AskTell, Closed, EndReason, Entry, EventKind, Fact, Failure, FailureKind,
    Fidelity, Metrics, Origin, Outcome, Params, Progress, Retried, Seq, Strategy, Tag, TellError,
    TrialId, TrialState, Turn, Values, Verdict, Warned, Warning, Work,
};

use crate::{
    error::StudyError,
    executor::{Executor, millis},
    panic,
    retry::{Retry, Tried},
};

/// The pure part of a study: it decides, its owner does.
pub(crate) type Machine = AskTell<Box<dyn Strategy>>;

/// An ask that takes longer is moved off the async threads from then on.
const SLOW_ASK: Duration = Duration::from_millis(2);

/// The state of a running study. Every change of it becomes an entry, and every entry changes it.
pub(crate) struct Ledger {
    /// None once its strategy or pruner has panicked, or an ask was dropped in its middle.
    machine: Option<Machine>,
    progress: Progress,
    tried: Tried,
    retry: Retry,
    executor: Arc<dyn Executor>,
    /// Entries that were not taken yet.
    entries: Vec<Entry>,
    /// Trials that were given up and whose files may still be there.
    given_up: Vec<TrialId>,
    slow: bool,
}

impl Ledger {
    /// A study in which nothing has happened yet.
    pub(crate) fn new(machine: Machine, retry: Retry, executor: Arc<dyn Executor>) -> Self {
        Self {
            progress: Progress::new(machine.problem().objectives.clone()),
            machine: Some(machine),
            tried: Tried::default(),
            retry,
            executor,
            entries: Vec::new(),
            given_up: Vec::new(),
            slow: false,
        }
    }

    /// Folds an entry of the journal, with its place, before the study runs.
    pub(crate) fn replay(&mut self, seq: Seq, mut entry: Entry) -> Result<(), StudyError> {
        let machine = self.machine.as_mut().ok_or(StudyError::Abandoned)?;
        if let EventKind::Fact(Fact::Started(started)) = &mut entry.kind {
            // A journal may hold a trial's parameters in another order than the space. What does not lie in it, the machine judges.
            if let Ok(aligned) = machine.problem().space.align(&started.params) {
                started.params = aligned;
            }
        }
        self.tried.replay(&entry.kind);
        self.given_up.extend(given_up(&self.progress, &entry.kind));
        self.progress.apply(entry.at_millis, &entry.kind);
        machine
            .replay(entry)
            .map_err(|error| StudyError::replay(seq, &error))
    }

    /// Takes the trials that were given up since the last call, in this session or an earlier one. One whose
    /// checkpoint is still needed, because work in flight forks it, comes with a later call.
    pub(crate) fn take_given_up(&mut self) -> Vec<TrialId> {
        if self.given_up.is_empty() {
            return Vec::new();
        }
        let Some(machine) = &self.machine else {
            return Vec::new();
        };
        let in_flight = machine.in_flight();
        let is_needed = |trial: &TrialId| {
            let mut origins = in_flight.iter().map(|work| work.origin);
            origins.any(|origin| matches!(origin, Origin::Forked(fork) if fork.trial == *trial))
        };
        let given_up = std::mem::take(&mut self.given_up);
        let (needed, free) = given_up.into_iter().partition(is_needed);
        self.given_up = needed;
        free
    }

    /// Notes that the space is amended, as the machine was told at its beginning, and cancels what has not ended and does not fit.
    ///
    /// # Errors
    /// If the machine is gone.
    pub(crate) fn amend(&mut self, mut amended: Amended) -> Result<(), StudyError> {
        amended.outside = self.outside();
        self.note(EventKind::Amended(Box::new(amended)));
        let noted = self.entries.last().cloned();
        let cancelled = self.guarded(|machine| {
            // As the next session will replay it: no trial is in it that could contradict.
            let _ = noted.map(|entry| machine.replay(entry));
            for trial in machine.outside() {
                machine.cancel(trial, OUTSIDE)?;
            }
            Ok::<_, TellError>(())
        })?;
        cancelled?;
        self.record()?;
        Ok(())
    }

    /// How many trials do not fit the space as it was amended.
    pub(crate) fn outside(&self) -> u64 {
        let Some(machine) = &self.machine else {
            return 0;
        };
        let trials = (0..machine.started()).map(TrialId::new);
        trials.filter(|trial| !machine.is_told(*trial)).count() as u64
    }

    /// Notes an entry that is not a fact of a trial.
    pub(crate) fn note(&mut self, kind: impl Into<EventKind>) {
        let (at, kind) = (millis(self.executor.now()), kind.into());
        self.progress.apply(at, &kind);
        self.entries.push(Entry::new(at, kind));
    }

    /// Notes that the session has ended.
    pub(crate) fn close(&mut self, reason: EndReason) {
        let (counts, best) = (self.progress.counts(), self.progress.best().cloned());
        self.note(EventKind::Closed(Box::new(Closed::new(
            reason, counts, best,
        ))));
        if let (Some(machine), Some(closed)) = (&mut self.machine, self.entries.last()) {
            // As the next session will replay it; no trial is in it that could contradict.
            let _ = machine.replay(closed.clone());
        }
    }

    /// Gives the machine up, with what was noted but not taken. The study has to be opened again.
    pub(crate) fn abandon(&mut self) {
        self.machine = None;
        self.entries.clear();
    }

    /// Takes what was noted since the last call: what belongs in the journal.
    pub(crate) fn take_entries(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    /// The study so far, uncommitted entries included.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Where tasks and time come from.
    pub(crate) fn executor(&self) -> Arc<dyn Executor> {
        Arc::clone(&self.executor)
    }

    /// How many pieces of work are in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.machine.as_ref().map_or(0, Machine::running)
    }

    /// Asks for up to `slots` pieces of work. A strategy that was slow once is asked off the async threads.
    ///
    /// # Errors
    /// If the strategy fails, breaks a law or panics.
    pub(crate) async fn ask(&mut self, slots: NonZeroUsize) -> Result<Turn, StudyError> {
        let turn = if self.slow {
            self.ask_off_thread(slots).await?
        } else {
            let began = self.executor.now();
            let turn = self.guarded(|machine| machine.ask(slots))?;
            self.slow = self.executor.now().saturating_sub(began) > SLOW_ASK;
            turn?
        };
        self.record()?;
        Ok(turn)
    }

    /// Takes a report of a running trial, and returns what the trial is to do.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if it cannot be taken; nothing has changed then.
    pub(crate) fn report(
        &mut self,
        trial: TrialId,
        at: Fidelity,
        values: Values,
        metrics: Metrics,
    ) -> Result<Verdict, StudyError> {
        let warning = self.warning(trial, at);
        let verdict = self.guarded(|machine| machine.report(trial, at, values, metrics))??;
        self.record()?;
        self.warn(trial, warning);
        Ok(verdict)
    }

    /// Warns of a running trial that has gone on to this fidelity, beyond the end of its work.
    pub(crate) fn overran(&mut self, trial: TrialId, at: Fidelity) {
        self.warn(trial, self.warning(trial, at));
    }

    /// What is wrong with a report at this fidelity.
    fn warning(&self, trial: TrialId, at: Fidelity) -> Option<Warning> {
        self.machine.as_ref()?.warning(trial, at)
    }

    /// Notes a warning that the study has not had yet.
    fn warn(&mut self, trial: TrialId, warning: Option<Warning>) {
        let mut known = self.progress.warnings().iter();
        if let Some(warning) = warning
            && !known.any(|known| known.warning.is_like(&warning))
        {
            self.note(EventKind::Warned(Warned::new(trial, warning)));
        }
    }

    /// Takes the result of a piece of work, and returns the state in which it leaves its trial.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if it cannot be taken; nothing has changed then.
    pub(crate) fn finish(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
        took: Duration,
    ) -> Result<TrialState, StudyError> {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.guarded(|machine| machine.finish(trial, outcome, metrics, took))??;
        self.tried.forget(trial);
        self.record()
    }

    /// Adds trials that were evaluated elsewhere, all of them or none; `before` is noted before them, if all can be taken.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if one cannot be taken; nothing has changed then.
    pub(crate) fn add(
        &mut self,
        trials: Vec<AddedTrial>,
        before: Option<EventKind>,
    ) -> Result<Vec<TrialId>, StudyError> {
        let added = self.guarded(|machine| machine.add(trials))??;
        if let Some(before) = before {
            self.note(before);
        }
        self.record()?;
        Ok(added)
    }

    /// Lets the next asks begin a trial with these parameters.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if they do not lie in the space.
    pub(crate) fn enqueue(&mut self, params: &Params, tag: Tag) -> Result<(), StudyError> {
        let machine = self.machine.as_mut().ok_or(StudyError::Abandoned)?;
        Ok(machine.enqueue(params, tag)?)
    }

    /// Begins a trial with these parameters at once.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if they do not lie in the space.
    pub(crate) fn start(&mut self, params: &Params, tag: Tag) -> Result<Work, StudyError> {
        let work = self.guarded(|machine| machine.start(params, tag))??;
        self.record()?;
        Ok(work)
    }

    /// Ends a running or paused trial as cancelled.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if it has ended, or never was.
    pub(crate) fn cancel(&mut self, trial: TrialId) -> Result<(), StudyError> {
        self.guarded(|machine| machine.cancel(trial, CANCELLED))??;
        self.tried.forget(trial);
        self.record()?;
        Ok(())
    }

    /// How long to wait before a trial that failed like this is retried; none if it is not.
    pub(crate) fn retry_delay(&self, trial: TrialId, failure: &Failure) -> Option<Duration> {
        let before = self.tried.times(trial, failure.kind);
        self.retry.delay(failure.kind, before)
    }

    /// Begins a trial's work once more because it failed, to be started after `delay`. It counts as a
    /// retry.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if the trial is not running.
    pub(crate) fn retry(
        &mut self,
        trial: TrialId,
        failure: Failure,
        delay: Duration,
    ) -> Result<Work, StudyError> {
        let kind = failure.kind;
        let work = self.again(trial, failure, delay)?;
        self.tried.count(trial, kind);
        Ok(work)
    }

    /// Begins all work once more that was in flight when an earlier session was interrupted, with the same
    /// parameters. It counts as no retry.
    ///
    /// # Errors
    /// If the machine is gone.
    pub(crate) fn take_up_unfinished(&mut self) -> Result<Vec<Work>, StudyError> {
        let lost = self.guarded(|machine| machine.in_flight())?;
        let again = |work: Work| {
            let failure = Failure::new(FailureKind::Lost, "the study was interrupted");
            self.again(work.trial, failure, Duration::ZERO)
        };
        lost.into_iter().map(again).collect()
    }

    fn again(
        &mut self,
        trial: TrialId,
        failure: Failure,
        delay: Duration,
    ) -> Result<Work, StudyError> {
        let work = self.guarded(|machine| machine.retry(trial))??;
        let retried = Retried::new(trial, work.attempt, failure, millis(delay));
        self.note(EventKind::Retried(retried));
        Ok(work)
    }

    /// Asks where a long computation does not block other tasks.
    async fn ask_off_thread(&mut self, slots: NonZeroUsize) -> Result<Turn, StudyError> {
        let mut asked = self.machine.take().ok_or(StudyError::Abandoned)?;
        let (reply, answer) = oneshot::channel();
        self.executor.spawn_blocking(Box::new(move || {
            let turn = catch_unwind(AssertUnwindSafe(|| asked.ask(slots)));
            let turn = turn.map_err(|payload| panic::message(&*payload));
            // Dropped if the study is gone.
            let _ = reply.send(turn.map(|turn| (asked, turn)));
        }));
        // An executor that drops its jobs is shutting down.
        match answer.await.map_err(|_| StudyError::Abandoned)? {
            Ok((back, turn)) => {
                self.machine = Some(back);
                Ok(turn?)
            }
            Err(message) => Err(StudyError::Panicked { message }),
        }
    }

    /// Notes the facts that the machine has made; returns the state in which the last one leaves its trial.
    fn record(&mut self) -> Result<TrialState, StudyError> {
        let machine = self.machine.as_mut().ok_or(StudyError::Abandoned)?;
        let mut state = TrialState::Running;
        for entry in machine.take_entries(millis(self.executor.now())) {
            state = match &entry.kind {
                EventKind::Fact(Fact::Paused(_)) => TrialState::Paused,
                EventKind::Fact(Fact::Ended(ended)) => match &ended.outcome {
                    Outcome::Completed(_) => TrialState::Completed,
                    Outcome::Stopped => TrialState::Stopped,
                    _ => TrialState::Failed,
                },
                _ => TrialState::Running,
            };
            self.given_up.extend(given_up(&self.progress, &entry.kind));
            self.progress.apply(entry.at_millis, &entry.kind);
            self.entries.push(entry);
        }
        Ok(state)
    }

    /// Runs code of the strategy and the pruner. If it panics, their state is not to be trusted any more,
    /// and the machine is gone with what it was about to note.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Machine) -> T) -> Result<T, StudyError> {
        let machine = self.machine.as_mut().ok_or(StudyError::Abandoned)?;
        catch_unwind(AssertUnwindSafe(|| work(machine))).map_err(|payload| {
            self.machine = None;
            let message = panic::message(&*payload);
            StudyError::Panicked { message }
        })
    }
}

/// The trial that is given up with this, where the study stands as it was before: only such a trial is stopped
/// while it is paused.
fn given_up(before: &Progress, kind: &EventKind) -> Option<TrialId> {
    let EventKind::Fact(Fact::Ended(ended)) = kind else {
        return None;
    };
    let paused = before.trial(ended.trial).is_some_and(|open| open.paused);
    (paused && ended.outcome == Outcome::Stopped).then_some(ended.trial)
}

/// Why a trial that does not fit an amended space was cancelled.
const OUTSIDE: &str = "its parameters do not lie in the amended space";

/// Why a cancelled trial failed.
pub(crate) const CANCELLED: &str = "cancelled by request";

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("machine", &self.machine)
            .field("counts", &self.progress.counts())
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}
