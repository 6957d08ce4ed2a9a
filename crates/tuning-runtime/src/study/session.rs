//! A session of a study: what begins and ends it, whoever runs its trials.

use std::{sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{self, Either},
};
use tokio::sync::oneshot;
use tuning_core::{EndReason, EventKind, Journal, Opened, Seq};

use super::{Study, Summary, millis};
use crate::{
    bus::{Bus, Lane},
    error::StudyError,
    executor::Executor,
    log::{Log, LogWriter},
};

/// How long observers may take to finish after the end of a study.
const LINGER: Duration = Duration::from_secs(5);

/// A session that has begun: the task that keeps its log, and since when.
pub(super) struct Session {
    writer: LogWriter,
    journal: oneshot::Receiver<(Box<dyn Journal>, Seq)>,
    began: Duration,
}

impl Session {
    /// Where its entries go.
    pub(super) fn writer(&self) -> LogWriter {
        self.writer.clone()
    }

    /// When it began, by the executor's clock.
    pub(super) fn began(&self) -> Duration {
        self.began
    }
}

impl Study {
    /// Begins a session: its log is served from here on.
    pub(super) fn begin(&mut self) -> Result<Session, StudyError> {
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
        Ok(Session {
            writer,
            journal: journal_back,
            began,
        })
    }

    /// The entry with which the session begins.
    pub(super) fn opened(&self) -> EventKind {
        let opened = Opened::new(
            self.progress.sessions() + 1,
            self.budget.clone(),
            self.settings.workers.get(),
        );
        let so_far = opened.so_far(self.progress.counts(), self.progress.best().cloned());
        EventKind::Opened(Box::new(so_far))
    }

    /// How much of the budget's time the sessions before this one have left.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let spent = Duration::from_millis(self.progress.elapsed_millis());
        self.budget.time.map(|time| time.saturating_sub(spent))
    }

    /// Ends a session, once everything that belongs to it was handed to its log.
    pub(super) async fn end(
        &mut self,
        session: Session,
        ended: Result<EndReason, StudyError>,
    ) -> Result<Summary, StudyError> {
        let Session {
            writer,
            journal,
            began,
        } = session;
        // Everything before this answer is committed and published.
        let head = writer.head().await;
        let lanes = self.bus.take();
        finish_observers(&lanes, &*self.executor).await;
        writer.close().await;
        let (journal, last) = journal.await.map_err(|_| StudyError::Abandoned)?;
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

    /// A log and a bus for the next session.
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
