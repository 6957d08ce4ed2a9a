//! [`Study`]: opened with a [builder](StudyBuilder), run with an evaluator, steered through a [handle](StudyHandle).

mod add;
mod builder;
mod cannot_resume;
mod finish;
mod finished;
mod handle;
mod manual;
mod open;
mod retry_failed;
mod session;
mod summary;

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tuning_core::{Amended, Evaluator, Journal, Observer, Progress, Seq, StudySpec, Trials};

pub use builder::StudyBuilder;
pub use cannot_resume::CannotResume;
pub use handle::StudyHandle;
pub use manual::ManualSession;
pub use summary::Summary;

use crate::{
    bus::{Bus, Delivery, ObserverReport},
    driver::{Driver, Message},
    error::StudyError,
    executor::Executor,
    ledger::Ledger,
    log::Log,
    panic,
    settings::StudySettings,
};

/// How many entries are read from a journal at once: more would only take more memory.
const PAGE: usize = 1024;

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
    /// How its space is amended with the next session.
    amended: Option<Amended>,
    settings: StudySettings,
    executor: Arc<dyn Executor>,
    journal: Option<Box<dyn Journal>>,
    head: Seq,
    ledger: Ledger,
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
        StudyBuilder::new(StudySettings::new(name, space))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &StudySettings {
        &self.settings
    }

    /// Its identity, as its journal holds it.
    #[must_use]
    pub fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// Its progress.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.ledger.progress()
    }

    /// Returns a handle to stop it, to cancel trials and to subscribe observers while it runs.
    #[must_use]
    pub fn handle(&self) -> StudyHandle {
        self.handle.clone()
    }

    /// Runs trials with this evaluator until the budget is spent, the strategy has nothing more to
    /// propose, or it is stopped. Work that an earlier session left unfinished is done first.
    ///
    /// # Errors
    /// If the study cannot continue: the journal fails, the strategy does, or the evaluator
    /// [halts](tuning_core::RunningTrial::halt) the session. Failed trials are not errors.
    /// Whatever was durable stays; open the study again to resume.
    pub async fn run(
        &mut self,
        evaluator: impl Evaluator + 'static,
    ) -> Result<Summary, StudyError> {
        let session = self.begin()?;
        let time_left = self.time_left();
        self.open_session()?;
        let mut driver = Driver::new(
            &mut self.ledger,
            &mut self.mailbox,
            self.handle.sender(),
            &self.settings,
            self.spec.order,
            Arc::new(evaluator),
            session.writer(),
        );
        let ended = AssertUnwindSafe(driver.run(time_left)).catch_unwind().await;
        let halted = driver.take_halted();
        drop(driver);
        let ended = ended.unwrap_or_else(|payload| {
            let message = panic::message(&*payload);
            Err(StudyError::Panicked { message })
        });
        if let Ok(reason) = ended {
            self.ledger.close(reason);
            session.writer().append(self.ledger.take_entries()).await;
        }
        let summary = self.end(session, ended).await?;
        match halted {
            Some(reason) => Err(StudyError::Halted {
                study: summary.study,
                reason,
            }),
            None => Ok(summary),
        }
    }

    /// Runs nothing, and delivers to observers with durable delivery what they have not taken yet. It
    /// lasts as long as they take events; one that takes nothing for as long as the end of a session may
    /// linger is cut off.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn catch_up(&mut self) -> Result<Vec<ObserverReport>, StudyError> {
        let serving = self.start_log()?;
        let (durable, others) = std::mem::take(&mut self.observers)
            .into_iter()
            .partition(|(_, delivery)| *delivery == Delivery::Durable);
        self.observers = others;
        for (observer, delivery) in durable {
            self.bus.add(observer, delivery);
        }
        let lanes = self.bus.take();
        finish::while_they_take_events(self.settings.linger, &lanes, &*self.executor).await;
        self.stop_log(serving).await?;
        Ok(lanes.iter().map(|lane| lane.summary(self.head)).collect())
    }

    /// How the next session [amends](StudyBuilder::amend) the space: the change, and how many of the trials so far do not fit it. None if it does not.
    #[must_use]
    pub fn amended(&self) -> Option<(&Amended, u64)> {
        let amended = self.amended.as_ref()?;
        Some((amended, self.ledger.outside()))
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
}

impl fmt::Debug for Study {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Study")
            .field("name", &self.name)
            .field("head", &self.head)
            .field("counts", &self.progress().counts())
            .finish_non_exhaustive()
    }
}
