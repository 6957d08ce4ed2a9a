//! [`Study`]: opened with a [builder](StudyBuilder), run with an evaluator, steered through a [handle](StudyHandle).

mod builder;
mod handle;
mod open;
mod summary;

use std::{
    collections::BTreeMap, fmt, num::NonZeroUsize, panic::AssertUnwindSafe, sync::Arc,
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{self, Either},
};
use tokio::sync::{mpsc, oneshot};
use tuning_core::{
    Budget, Closed, Evaluator, EventKind, FailureKind, Journal, Observer, Opened, Progress, Seq,
    StudySpec, TrialId, Trials,
};

pub use builder::StudyBuilder;
pub use handle::StudyHandle;
pub use summary::Summary;

use crate::{
    bus::{Bus, Delivery, Lane},
    driver::{Driver, Machine, Message, Settings},
    error::StudyError,
    executor::Executor,
    log::Log,
    panic,
};

/// How long observers may take to finish after the end of a study.
const LINGER: Duration = Duration::from_secs(5);
/// How many entries are read from a journal at once.
const PAGE: usize = 4096;

/// A study: a log of trials, and what it takes to make more of them.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
/// use tuning_runtime::{Study, blocking};
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
/// let space = Space::new([Parameter::float("x", -2.0, 2.0), Parameter::float("y", -2.0, 2.0)])?;
/// let mut study = Study::builder("bowl", space)
///     .minimize("loss")
///     .strategy(Random)
///     .trials(50)
///     .workers(4)
///     .open()
///     .await?;
/// let summary = study
///     .run(blocking(|trial| {
///         let (x, y) = (trial.params().float("x")?, trial.params().float("y")?);
///         Ok::<_, tuning_core::ParamsError>((x - 1.0).powi(2) + y * y)
///     }))
///     .await?;
/// println!("{summary}");
/// assert_eq!(summary.counts.completed, 50);
/// # Ok(()) }
/// ```
pub struct Study {
    name: Arc<str>,
    spec: StudySpec,
    budget: Budget,
    settings: Settings,
    executor: Arc<dyn Executor>,
    journal: Option<Box<dyn Journal>>,
    head: Seq,
    machine: Option<Machine>,
    progress: Progress,
    tried: BTreeMap<(TrialId, FailureKind), u32>,
    observers: Vec<(Box<dyn Observer>, Delivery)>,
    mailbox: mpsc::UnboundedReceiver<Message>,
    handle: StudyHandle,
    log: Option<Log>,
    bus: Arc<Bus>,
}

impl Study {
    /// Starts to describe a study of this name over this space.
    #[must_use]
    pub fn builder(name: impl Into<String>, space: tuning_core::Space) -> StudyBuilder {
        StudyBuilder::new(name.into(), space)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What makes it this study, as its journal holds it.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// How it stands.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Returns a handle to stop it, to cancel trials and to subscribe observers while it runs.
    #[must_use]
    pub fn handle(&self) -> StudyHandle {
        self.handle.clone()
    }

    /// Runs trials with this evaluator until the budget is spent, the strategy has nothing more to
    /// propose, or somebody stops it. Work that an earlier session left unfinished is done first.
    ///
    /// # Errors
    /// If the study cannot go on: the journal fails, or the strategy does. Failed trials are no errors.
    /// Whatever was durable stays; open the study again to go on.
    pub async fn run(
        &mut self,
        evaluator: impl Evaluator + 'static,
    ) -> Result<Summary, StudyError> {
        let journal = self.journal.take().ok_or(StudyError::Abandoned)?;
        let log = self.log.take().ok_or(StudyError::Abandoned)?;
        let writer = log.writer();
        for (observer, delivery) in std::mem::take(&mut self.observers) {
            self.bus.add(observer, delivery);
        }
        let began = self.executor.now();
        let (returned, journal_back) = oneshot::channel();
        let serve = log.serve(
            Arc::clone(&self.name),
            journal,
            Arc::clone(&self.bus),
            self.handle.sender(),
        );
        self.executor.spawn(Box::pin(async move {
            // Nobody waits for the journal if the study was dropped; it is closed then.
            let _ = returned.send(serve.await);
        }));
        let time_left = self
            .budget
            .time
            .map(|time| time.saturating_sub(Duration::from_millis(self.progress.elapsed_millis())));
        let mut driver = Driver::new(
            &mut self.machine,
            &mut self.progress,
            &mut self.mailbox,
            self.handle.sender(),
            self.settings.clone(),
            Arc::new(evaluator),
            Arc::clone(&self.executor),
            writer.clone(),
            std::mem::take(&mut self.tried),
        );
        let opened = Opened::new(
            driver.progress().sessions() + 1,
            self.budget.clone(),
            self.settings.workers.get(),
        )
        .so_far(
            driver.progress().counts(),
            driver.progress().best().cloned(),
        );
        driver.note(EventKind::Opened(Box::new(opened)));
        let ended = AssertUnwindSafe(driver.run(time_left)).catch_unwind().await;
        let ended = ended.unwrap_or_else(|payload| {
            let message = panic::message(&*payload);
            Err(StudyError::Panicked { message })
        });
        if let Ok(reason) = ended {
            let (counts, best) = (
                driver.progress().counts(),
                driver.progress().best().cloned(),
            );
            driver.note(EventKind::Closed(Closed::new(reason, counts, best)));
            driver.flush().await;
        }
        drop(driver);
        // Everything before this answer is committed and published.
        let head = writer.head().await;
        let lanes = self.bus.take();
        finish_observers(&lanes, &*self.executor).await;
        writer.close().await;
        let (journal, last) = journal_back.await.map_err(|_| StudyError::Abandoned)?;
        self.journal = Some(journal);
        self.head = last;
        self.renew_log();
        // A journal that failed is the cause, whatever the driver made of it.
        let head = head?;
        let reason = ended?;
        Ok(Summary {
            study: self.name.to_string(),
            reason,
            session: self.progress.sessions(),
            counts: self.progress.counts(),
            best: self.progress.best().cloned(),
            front: self.progress.front().to_vec(),
            session_millis: millis(self.executor.now().saturating_sub(began)),
            elapsed_millis: self.progress.elapsed_millis(),
            entries: head,
            observers: lanes.iter().map(|lane| lane.summary(head)).collect(),
        })
    }

    /// Reads all trials from the journal.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub async fn trials(&mut self) -> Result<Trials, StudyError> {
        let journal = self.journal.as_mut().ok_or(StudyError::Abandoned)?;
        let mut trials = Trials::new();
        let mut after = Seq::ZERO;
        loop {
            let entries = journal.read(after, PAGE).await?;
            if entries.is_empty() {
                return Ok(trials);
            }
            after = after.plus(entries.len() as u64);
            for entry in entries {
                trials.apply(entry.at_millis, &entry.kind);
            }
        }
    }

    /// Gives the journal back.
    #[must_use]
    pub fn into_journal(self) -> Option<Box<dyn Journal>> {
        self.journal
    }

    /// A log and a bus for the next run.
    fn renew_log(&mut self) {
        let log = Log::new(self.head);
        let (executor, progress) = (Arc::clone(&self.executor), self.progress.clone());
        self.bus = Arc::new(Bus::new(executor, log.reader(), progress));
        self.handle.move_to(Arc::clone(&self.bus));
        self.log = Some(log);
    }
}

/// Lets every observer see the rest; what hangs is given up.
async fn finish_observers(lanes: &[Arc<Lane>], executor: &dyn Executor) {
    for lane in lanes {
        lane.close();
        if lane.is_stuck(executor.now()) {
            lane.give_up("it was not done with an event at the end");
        }
    }
    let all = future::join_all(lanes.iter().map(|lane| lane.ended()));
    if let Either::Left(_) = future::select(all, executor.sleep(LINGER)).await {
        return;
    }
    for lane in lanes {
        if lane.ended().now_or_never().is_none() {
            lane.give_up(format!("it was not done {LINGER:?} after the end"));
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Study")
            .field("name", &self.name)
            .field("head", &self.head)
            .field("counts", &self.progress.counts())
            .finish_non_exhaustive()
    }
}

/// How many trials run at once if nobody says: one for each core.
fn default_workers() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
