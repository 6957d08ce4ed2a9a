//! The driver: the only owner of a study's state. One task puts everything that happens in one line.

mod attempt;
mod link;
mod message;

use std::{
    collections::{BTreeMap, VecDeque},
    num::NonZeroUsize,
    sync::Arc,
    time::Duration,
};

use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender},
    oneshot,
};
use tuning_core::{
    AskError, AskTell, EndReason, Entry, Evaluator, EventKind, Failure, FailureKind, Metrics,
    Order, Outcome, Progress, Retried, StopReason, Strategy, TrialId, Turn, Verdict, Work,
};

pub(crate) use self::message::{AttemptEnd, Message, Stop};
use self::{attempt::Attempt, link::Link};
use crate::{error::StudyError, executor::Executor, log::LogWriter, retry::Retry};

/// The pure part of a study: it decides, the driver does.
pub(crate) type Machine = AskTell<Box<dyn Strategy>>;

/// An ask that takes longer is moved off the async threads from then on.
pub(crate) const SLOW_ASK: Duration = Duration::from_millis(2);
/// How many messages are handled before new work is started.
const BURST: usize = 256;

/// How trials are run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) workers: NonZeroUsize,
    pub(crate) order: Order,
    pub(crate) retry: Retry,
    pub(crate) timeout: Option<Duration>,
    pub(crate) grace: Duration,
}

/// A study while it runs.
pub(crate) struct Driver<'a> {
    machine: &'a mut Option<Machine>,
    progress: &'a mut Progress,
    mailbox: &'a mut UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    settings: Settings,
    evaluator: Arc<dyn Evaluator>,
    executor: Arc<dyn Executor>,
    log: LogWriter,
    /// Entries that are not handed to the log yet.
    entries: Vec<Entry>,
    /// Work that waits for a free worker, and work that waits for its next attempt.
    ready: VecDeque<Work>,
    delayed: BTreeMap<TrialId, Work>,
    active: BTreeMap<TrialId, Arc<Link>>,
    /// How often each class of failure of an open trial was tried again.
    tried: BTreeMap<(TrialId, FailureKind), u32>,
    stop: Option<Stop>,
    time_is_up: bool,
    slow: bool,
}

impl<'a> Driver<'a> {
    #[expect(clippy::too_many_arguments, reason = "called once, by the study")]
    pub(crate) fn new(
        machine: &'a mut Option<Machine>,
        progress: &'a mut Progress,
        mailbox: &'a mut UnboundedReceiver<Message>,
        sender: UnboundedSender<Message>,
        settings: Settings,
        evaluator: Arc<dyn Evaluator>,
        executor: Arc<dyn Executor>,
        log: LogWriter,
        tried: BTreeMap<(TrialId, FailureKind), u32>,
    ) -> Self {
        Self {
            machine,
            progress,
            mailbox,
            sender,
            settings,
            evaluator,
            executor,
            log,
            entries: Vec::new(),
            ready: VecDeque::new(),
            delayed: BTreeMap::new(),
            active: BTreeMap::new(),
            tried,
            stop: None,
            time_is_up: false,
            slow: false,
        }
    }

    /// Notes an entry that is no fact of a trial.
    pub(crate) fn note(&mut self, kind: impl Into<EventKind>) {
        let (at, kind) = (self.now_millis(), kind.into());
        self.progress.apply(at, &kind);
        self.entries.push(Entry::new(at, kind));
    }

    /// How the study stands.
    pub(crate) fn progress(&self) -> &Progress {
        self.progress
    }

    /// Hands what was noted to the log.
    pub(crate) async fn flush(&mut self) {
        if !self.entries.is_empty() {
            let entries = std::mem::take(&mut self.entries);
            self.log.append(entries).await;
        }
    }

    /// Runs until there is nothing more to do, or somebody stops it.
    pub(crate) async fn run(
        &mut self,
        time_left: Option<Duration>,
    ) -> Result<EndReason, StudyError> {
        self.take_up_unfinished()?;
        match time_left {
            Some(Duration::ZERO) => self.time_is_up = true,
            Some(time_left) => self.after(time_left, Message::TimeUp),
            None => {}
        }
        let ended = self.work().await;
        self.wind_down(ended.is_err()).await;
        ended
    }

    async fn work(&mut self) -> Result<EndReason, StudyError> {
        loop {
            for _ in 0..BURST {
                match self.mailbox.try_recv() {
                    Ok(message) => self.handle(message)?,
                    Err(_) => break,
                }
            }
            if let Some(reason) = self.fill().await? {
                return Ok(reason);
            }
            self.flush().await;
            // `self` holds a sender: the mailbox cannot be closed.
            if let Some(message) = self.mailbox.recv().await {
                self.handle(message)?;
            }
        }
    }

    /// Work that was in flight when an earlier session was interrupted is done again, with the same
    /// parameters.
    fn take_up_unfinished(&mut self) -> Result<(), StudyError> {
        for work in self.machine()?.in_flight() {
            let failure = Failure::new(FailureKind::Lost, "the study was interrupted");
            self.again(work.trial, failure, None)?;
        }
        Ok(())
    }

    /// Keeps the workers busy; returns why the study is over, once it is.
    async fn fill(&mut self) -> Result<Option<EndReason>, StudyError> {
        let closing = match self.stop {
            Some(_) => Some(EndReason::Stopped),
            None => self.time_is_up.then_some(EndReason::Time),
        };
        if closing.is_some() {
            return Ok(closing.filter(|_| self.active.is_empty()));
        }
        loop {
            while self.active.len() < self.settings.workers.get() {
                match self.ready.pop_front() {
                    Some(work) => self.launch(work),
                    None => break,
                }
            }
            let free = self.settings.workers.get() - self.active.len();
            let slots = match self.settings.order {
                Order::AsFinished => free,
                // What may be proposed does not depend on the workers: the machine knows the lag.
                Order::AsProposed { lag } => free.min(1) * lag.get(),
            };
            let Some(slots) = NonZeroUsize::new(slots) else {
                return Ok(None);
            };
            match self.ask(slots).await? {
                Turn::Work(work) => self.ready.extend(work),
                Turn::Done(reason) => return Ok(Some(reason)),
                _ => return Ok(None),
            }
        }
    }

    async fn ask(&mut self, slots: NonZeroUsize) -> Result<Turn, StudyError> {
        let began = self.executor.now();
        let turn = if self.slow {
            ask_off_thread(self.machine, &*self.executor, slots).await?
        } else {
            let turn = self.machine()?.ask(slots);
            self.slow = self.executor.now().saturating_sub(began) > SLOW_ASK;
            turn?
        };
        self.record()?;
        Ok(turn)
    }

    fn launch(&mut self, work: Work) {
        let trial = work.trial;
        let link = Arc::new(Link::new(trial, self.sender.clone()));
        self.active.insert(trial, Arc::clone(&link));
        let attempt = Attempt {
            work: Arc::new(work),
            objectives: self.progress.objectives().clone(),
            evaluator: Arc::clone(&self.evaluator),
            executor: Arc::clone(&self.executor),
            link,
            driver: self.sender.clone(),
            timeout: self.settings.timeout,
            grace: self.settings.grace,
        };
        self.executor.spawn(Box::pin(attempt.run()));
    }

    fn handle(&mut self, message: Message) -> Result<(), StudyError> {
        match message {
            Message::Report {
                trial,
                at,
                values,
                metrics,
                reply,
            } => {
                let verdict = self.machine()?.report(trial, at, values, metrics);
                self.record()?;
                // A trial that does not wait for its verdict any more does not need it.
                let _ = reply.send(verdict.unwrap_or(Verdict::Stop));
            }
            Message::Finished {
                trial,
                end,
                metrics,
                took_micros,
            } => {
                self.active.remove(&trial);
                if let AttemptEnd::Outcome(outcome) = end {
                    self.finish(trial, outcome, metrics, took_micros)?;
                }
            }
            Message::RetryDue(trial) => self.ready.extend(self.delayed.remove(&trial)),
            Message::TimeUp => self.time_is_up = true,
            Message::Stop(stop) => {
                self.stop = self.stop.max(Some(stop));
                if stop == Stop::Now {
                    self.stop_active();
                }
            }
            Message::Cancel(trial) => self.cancel(trial)?,
            // The study asks the log for the reason, which then stands in the place of this.
            Message::JournalFailed => return Err(StudyError::Abandoned),
        }
        Ok(())
    }

    fn finish(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
        took_micros: u64,
    ) -> Result<(), StudyError> {
        if let (Outcome::Failed(failure), None) = (&outcome, self.stop) {
            let before = self.tried.get(&(trial, failure.kind)).copied().unwrap_or(0);
            if let Some(delay) = self.settings.retry.delay(failure.kind, before) {
                return self.again(trial, failure.clone(), Some(delay));
            }
        }
        self.tried.retain(|(other, _), _| *other != trial);
        // Nobody else ends trials: it is running.
        let _ = self.machine()?.finish(trial, outcome, metrics, took_micros);
        self.record()
    }

    /// Begins a trial's work once more: at once, or as a retry after a delay.
    fn again(
        &mut self,
        trial: TrialId,
        failure: Failure,
        delay: Option<Duration>,
    ) -> Result<(), StudyError> {
        let Ok(work) = self.machine()?.retry(trial) else {
            return Ok(());
        };
        let millis = u64::try_from(delay.unwrap_or_default().as_millis()).unwrap_or(u64::MAX);
        let kind = failure.kind;
        self.note(EventKind::Retried(Retried::new(
            trial,
            work.attempt,
            failure,
            millis,
        )));
        match delay {
            None => self.ready.push_back(work),
            Some(delay) => {
                *self.tried.entry((trial, kind)).or_default() += 1;
                self.delayed.insert(trial, work);
                self.after(delay, Message::RetryDue(trial));
            }
        }
        Ok(())
    }

    fn cancel(&mut self, trial: TrialId) -> Result<(), StudyError> {
        if let Some(link) = self.active.get(&trial) {
            link.stop(StopReason::Cancelled);
            return Ok(());
        }
        self.ready.retain(|work| work.trial != trial);
        self.delayed.remove(&trial);
        // A trial that has ended, or never was, is no error: it needs no cancelling.
        let _ = self.machine()?.cancel(trial, "somebody cancelled it");
        self.record()
    }

    /// Waits for what still runs; after an error it is stopped first.
    async fn wind_down(&mut self, failed: bool) {
        if failed {
            self.stop_active();
        }
        while !self.active.is_empty() {
            match self.mailbox.recv().await {
                Some(Message::JournalFailed) | None => self.stop_active(),
                // The machine may be gone with the strategy that panicked.
                Some(Message::Finished { trial, .. }) if failed => {
                    self.active.remove(&trial);
                }
                Some(message) => {
                    let _ = self.handle(message);
                }
            }
        }
        self.flush().await;
    }

    fn stop_active(&self) {
        for link in self.active.values() {
            link.stop(StopReason::Stopping);
        }
    }

    fn after(&self, delay: Duration, message: Message) {
        let (sleep, sender) = (self.executor.sleep(delay), self.sender.clone());
        self.executor.spawn(Box::pin(async move {
            sleep.await;
            let _ = sender.send(message);
        }));
    }

    /// Notes the facts that the machine has made.
    fn record(&mut self) -> Result<(), StudyError> {
        for fact in self.machine()?.take_facts() {
            self.note(fact);
        }
        Ok(())
    }

    fn machine(&mut self) -> Result<&mut Machine, StudyError> {
        self.machine.as_mut().ok_or(StudyError::Abandoned)
    }

    fn now_millis(&self) -> u64 {
        u64::try_from(self.executor.now().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Asks where a long computation disturbs nobody. A machine whose strategy panics is gone.
pub(crate) async fn ask_off_thread(
    machine: &mut Option<Machine>,
    executor: &dyn Executor,
    slots: NonZeroUsize,
) -> Result<Turn, StudyError> {
    let mut asked = machine.take().ok_or(StudyError::Abandoned)?;
    let (reply, answer) = oneshot::channel::<(Machine, Result<Turn, AskError>)>();
    executor.spawn_blocking(Box::new(move || {
        let turn = asked.ask(slots);
        let _ = reply.send((asked, turn));
    }));
    let Ok((back, turn)) = answer.await else {
        let message = "while it was asked; see its message above".to_owned();
        return Err(StudyError::Panicked { message });
    };
    *machine = Some(back);
    Ok(turn?)
}

impl Drop for Driver<'_> {
    /// Whoever drops a running study wants its trials to end.
    fn drop(&mut self) {
        self.stop_active();
    }
}
