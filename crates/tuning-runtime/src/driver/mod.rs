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

use futures_util::future;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender},
    oneshot,
};
use tuning_core::{
    EndReason, Evaluator, Metrics, Order, Outcome, StopReason, TrialId, Turn, Verdict, Work,
};

pub(crate) use self::message::{AttemptEnd, Message, Stop};
use self::{attempt::Attempt, link::Link};
use crate::{
    error::StudyError, executor::Executor, ledger::Ledger, log::LogWriter, settings::StudySettings,
};

/// How many messages are handled before new work is started.
const BURST: usize = 256;

/// A study while it runs.
pub(crate) struct Driver<'a> {
    ledger: &'a mut Ledger,
    mailbox: &'a mut UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    settings: &'a StudySettings,
    order: Order,
    evaluator: Arc<dyn Evaluator>,
    executor: Arc<dyn Executor>,
    log: LogWriter,
    /// Work that waits for a free worker, and work that waits for its next attempt.
    ready: VecDeque<Work>,
    delayed: BTreeMap<TrialId, Work>,
    active: BTreeMap<TrialId, Arc<Link>>,
    /// Attempts that begin with the entries that they rest on.
    begun: Vec<Attempt>,
    /// The removals of what was given up that are under way.
    discards: Vec<oneshot::Receiver<()>>,
    stop: Option<Stop>,
    /// Why the evaluator cannot go on.
    halted: Option<String>,
    time_is_up: bool,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(
        ledger: &'a mut Ledger,
        mailbox: &'a mut UnboundedReceiver<Message>,
        sender: UnboundedSender<Message>,
        settings: &'a StudySettings,
        order: Order,
        evaluator: Arc<dyn Evaluator>,
        log: LogWriter,
    ) -> Self {
        Self {
            executor: ledger.executor(),
            ledger,
            mailbox,
            sender,
            settings,
            order,
            evaluator,
            log,
            ready: VecDeque::new(),
            delayed: BTreeMap::new(),
            active: BTreeMap::new(),
            begun: Vec::new(),
            discards: Vec::new(),
            stop: None,
            halted: None,
            time_is_up: false,
        }
    }

    /// Runs until there is nothing more to do, or it is stopped.
    pub(crate) async fn run(
        &mut self,
        time_left: Option<Duration>,
    ) -> Result<EndReason, StudyError> {
        self.ready.extend(self.ledger.take_up_unfinished()?);
        match time_left {
            Some(Duration::ZERO) => self.time_is_up = true,
            Some(time_left) => self.after(time_left, Message::TimeUp),
            None => {}
        }
        let ended = self.work().await;
        self.wind_down(ended.is_err()).await;
        ended
    }

    /// Why its evaluator ended the session, if it did.
    pub(crate) fn take_halted(&mut self) -> Option<String> {
        self.halted.take()
    }

    /// Begins what was launched, and hands to the log what it rests on. Only work that waits for that is behind it:
    /// what stays in this process need not wait.
    async fn flush(&mut self) {
        let entries = self.ledger.take_entries();
        let mut begun = Vec::with_capacity(self.begun.len());
        for attempt in self.begun.drain(..) {
            begun.push(Arc::clone(&attempt.link));
            self.executor.spawn(Box::pin(attempt.run()));
        }
        if !entries.is_empty() {
            self.log.append(entries).await;
        }
        begun.iter().for_each(|link| link.begin());
        self.discard_given_up();
    }

    /// Lets the evaluator remove what it keeps of trials that were given up, once that is durable: a study
    /// that is killed before may resume them after all.
    fn discard_given_up(&mut self) {
        let given_up = self.ledger.take_given_up();
        if given_up.is_empty() {
            return;
        }
        let (log, evaluator) = (self.log.clone(), Arc::clone(&self.evaluator));
        let (done, discarded) = oneshot::channel();
        self.discards.push(discarded);
        self.executor.spawn(Box::pin(async move {
            if log.committed().await {
                for trial in given_up {
                    evaluator.discard(trial).await;
                }
            }
            let _ = done.send(());
        }));
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
            let slots = match self.order {
                Order::AsFinished => free,
                // What may be proposed does not depend on the workers: the machine knows the lag.
                Order::AsProposed { lag } => free.min(1) * lag.get(),
            };
            let Some(slots) = NonZeroUsize::new(slots) else {
                return Ok(None);
            };
            match self.ledger.ask(slots).await? {
                Turn::Work(work) => self.ready.extend(work),
                Turn::Done(reason) => return Ok(Some(reason)),
                _ => return Ok(None),
            }
        }
    }

    fn launch(&mut self, work: Work) {
        let trial = work.trial;
        let link = Arc::new(Link::new(trial, self.sender.clone(), self.log.clone()));
        self.active.insert(trial, Arc::clone(&link));
        self.begun.push(Attempt {
            work: Arc::new(work),
            objectives: self.ledger.progress().objectives().clone(),
            evaluator: Arc::clone(&self.evaluator),
            executor: Arc::clone(&self.executor),
            link,
            driver: self.sender.clone(),
            timeout: self.settings.trial_timeout,
            grace: self.settings.grace,
        });
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
                let verdict = self.ledger.report(trial, at, values, metrics);
                // A trial that does not wait for its verdict any more does not need it.
                let _ = reply.send(taken(verdict)?.unwrap_or(Verdict::Stop));
            }
            Message::Finished {
                trial,
                end,
                metrics,
                took,
            } => {
                self.active.remove(&trial);
                match end {
                    AttemptEnd::Outcome(outcome) => self.finish(trial, outcome, metrics, took)?,
                    AttemptEnd::Interrupted => {}
                    AttemptEnd::Halted(reason) => {
                        self.stop = self.stop.max(Some(Stop::Gracefully));
                        self.halted.get_or_insert(reason);
                    }
                }
            }
            Message::Overran { trial, at } => self.ledger.overran(trial, at),
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
        took: Duration,
    ) -> Result<(), StudyError> {
        if let (Outcome::Failed(failure), None) = (&outcome, self.stop)
            && let Some(delay) = self.ledger.retry_delay(trial, failure)
        {
            let work = self.ledger.retry(trial, failure.clone(), delay);
            if let Some(work) = taken(work)? {
                self.delayed.insert(trial, work);
                self.after(delay, Message::RetryDue(trial));
            }
            return Ok(());
        }
        taken(self.ledger.finish(trial, outcome, metrics, took)).map(drop)
    }

    fn cancel(&mut self, trial: TrialId) -> Result<(), StudyError> {
        if let Some(link) = self.active.get(&trial) {
            link.stop(StopReason::Cancelled);
            return Ok(());
        }
        self.ready.retain(|work| work.trial != trial);
        self.delayed.remove(&trial);
        taken(self.ledger.cancel(trial)).map(drop)
    }

    /// Waits for what still runs; after an error it is stopped first.
    async fn wind_down(&mut self, failed: bool) {
        if failed {
            self.stop_active();
        }
        for attempt in self.begun.drain(..) {
            self.active.remove(&attempt.work.trial);
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
        // What hangs in that is tried again in the next session.
        let discarded = future::join_all(std::mem::take(&mut self.discards));
        let patience = self.executor.sleep(self.settings.linger);
        future::select(discarded, patience).await;
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
}

/// What concerns a trial that has ended meanwhile changes nothing, and is not an error of the study.
fn taken<T>(told: Result<T, StudyError>) -> Result<Option<T>, StudyError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(StudyError::Tell(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Drop for Driver<'_> {
    /// A running study that is dropped ends its trials.
    fn drop(&mut self) {
        self.stop_active();
    }
}
