//! A session of a study: what begins and ends it, whatever runs its trials.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;
use tuning_core::{EndReason, EventKind, Journal, Opened, Seq};

use super::{Study, Summary, finish};
use crate::{
    bus::Bus,
    driver::Message,
    error::StudyError,
    executor::millis,
    log::{Listeners, Log, LogWriter},
};

/// The task that keeps the log: where it takes entries, and how it gives the journal and its head back.
pub(super) struct Serving {
    writer: LogWriter,
    journal: oneshot::Receiver<(Box<dyn Journal>, Seq)>,
}

/// A session that has begun: the task that keeps its log, and since when.
pub(super) struct Session {
    serving: Serving,
    began: Duration,
}

impl Session {
    /// Where its entries go.
    pub(super) fn writer(&self) -> LogWriter {
        self.serving.writer.clone()
    }

    /// When it began, by the executor's clock.
    pub(super) fn began(&self) -> Duration {
        self.began
    }
}

impl Study {
    /// Begins a session: its log is served from here on.
    pub(super) fn begin(&mut self) -> Result<Session, StudyError> {
        let session = self.begin_unobserved()?;
        for (observer, delivery) in std::mem::take(&mut self.observers) {
            self.bus.add(observer, delivery);
        }
        Ok(session)
    }

    /// The same without the observers of the builder.
    pub(super) fn begin_unobserved(&mut self) -> Result<Session, StudyError> {
        Ok(Session {
            serving: self.start_log()?,
            began: self.executor.now(),
        })
    }

    /// Notes that the session begins, and how the space is amended with it.
    pub(super) fn open_session(&mut self) -> Result<(), StudyError> {
        let opened = self.opened();
        self.ledger.note(opened);
        match self.amended.take() {
            Some(amended) => self.ledger.amend(amended),
            None => Ok(()),
        }
    }

    /// The entry with which the session begins.
    pub(super) fn opened(&self) -> EventKind {
        let opened = Opened::new(
            self.ledger.progress().sessions() + 1,
            self.settings.budget.clone(),
            self.settings.workers.get(),
        );
        let so_far = opened.so_far(
            self.ledger.progress().counts(),
            self.ledger.progress().best().cloned(),
        );
        EventKind::Opened(Box::new(so_far))
    }

    /// How much of the budget's time the sessions before this one have left.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let spent = Duration::from_millis(self.ledger.progress().elapsed_millis());
        self.settings
            .budget
            .time
            .map(|time| time.saturating_sub(spent))
    }

    /// Ends a session, once everything that belongs to it was handed to its log.
    pub(super) async fn end(
        &mut self,
        session: Session,
        ended: Result<EndReason, StudyError>,
    ) -> Result<Summary, StudyError> {
        let Session { serving, began } = session;
        // Everything before this answer is committed and published.
        let head = serving.writer.head().await;
        let lanes = self.bus.take();
        finish::within(self.settings.linger, &lanes, &*self.executor).await;
        self.stop_log(serving).await?;
        // A journal that failed is the cause, whatever the driver made of it.
        let head = head.inspect_err(|_| self.ledger.abandon())?;
        // What was decided after an error is not in the journal: nothing may follow from it.
        let reason = ended.inspect_err(|_| self.ledger.abandon())?;
        Ok(Summary {
            study: self.name.to_string(),
            reason,
            objectives: self.ledger.progress().objectives().clone(),
            session: self.ledger.progress().sessions(),
            counts: self.ledger.progress().counts(),
            best: self.ledger.progress().best().cloned(),
            front: self.ledger.progress().front().to_vec(),
            failures: self.ledger.progress().failures().to_vec(),
            session_millis: millis(self.executor.now().saturating_sub(began)),
            elapsed_millis: self.ledger.progress().elapsed_millis(),
            entries: head,
            observers: lanes.iter().map(|lane| lane.summary(head)).collect(),
        })
    }

    /// Lets the log's task own the journal.
    pub(super) fn start_log(&mut self) -> Result<Serving, StudyError> {
        let journal = self.journal.take().ok_or(StudyError::Abandoned)?;
        let log = self.log.take().ok_or(StudyError::Abandoned)?;
        let writer = log.writer();
        let (returned, journal_back) = oneshot::channel();
        let (bus, driver) = (Arc::clone(&self.bus), self.handle.sender());
        let listeners = Listeners {
            publish: Box::new(move |events| {
                let bus = Arc::clone(&bus);
                Box::pin(async move { bus.publish(&events).await })
            }),
            fail: Box::new(move || {
                let _ = driver.send(Message::JournalFailed);
            }),
        };
        let serve = log.serve(Arc::clone(&self.name), journal, listeners);
        self.executor.spawn(Box::pin(async move {
            // Sent to no one if the study was dropped: the journal is closed then.
            let _ = returned.send(serve.await);
        }));
        Ok(Serving {
            writer,
            journal: journal_back,
        })
    }

    /// Stores the statuses of the observers, and takes the journal back.
    pub(super) async fn stop_log(&mut self, serving: Serving) -> Result<(), StudyError> {
        let Serving { writer, journal } = serving;
        for status in self.bus.observer_statuses() {
            writer.set_observer_status(status).await;
        }
        writer.close().await;
        let (journal, head) = journal.await.map_err(|_| StudyError::Abandoned)?;
        self.journal = Some(journal);
        self.head = head;
        // A log and a bus for the next session.
        let log = Log::new(head);
        let old = std::mem::replace(
            &mut self.bus,
            Arc::new(Bus::new(
                Arc::clone(&self.name),
                Arc::clone(&self.executor),
                log.reader(),
                self.settings.breaker,
                self.ledger.progress().clone(),
                head,
            )),
        );
        self.bus.inherit(&old);
        self.handle.move_to(Arc::clone(&self.bus));
        self.log = Some(log);
        Ok(())
    }
}
