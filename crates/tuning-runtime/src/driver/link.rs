//! [`Link`]: the line between one attempt at a piece of work and the driver.

use std::{
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use async_trait::async_trait;
use futures_util::future;
use tokio::sync::{Notify, mpsc::UnboundedSender, oneshot};
use tuning_core::{Failure, Fidelity, Metrics, StopReason, TrialId, TrialLink, Values, Verdict};

use super::message::Message;
use crate::log::LogWriter;

/// The line between one attempt and the driver. Once it is closed, nothing more gets through: an
/// attempt that was given up cannot speak for the next one.
#[derive(Debug)]
pub(super) struct Link {
    trial: TrialId,
    driver: UnboundedSender<Message>,
    log: LogWriter,
    /// Whether the log has got what the work rests on, and who waits for that.
    begun: AtomicBool,
    begins: Notify,
    notes: Mutex<Notes>,
    stop: AtomicU8,
    stopped: Notify,
    /// Whether a report was answered with a stop because the work has to end.
    cut_short: AtomicBool,
    closed: AtomicBool,
}

/// What an attempt leaves on its line.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) metrics: Metrics,
    pub(super) failure: Option<Failure>,
    /// Why the session is to end.
    pub(super) halt: Option<String>,
}

const REASONS: [StopReason; 3] = [
    StopReason::TimedOut,
    StopReason::Cancelled,
    StopReason::Stopping,
];

impl Link {
    /// The line of a trial.
    pub(super) fn new(trial: TrialId, driver: UnboundedSender<Message>, log: LogWriter) -> Self {
        Self {
            trial,
            driver,
            log,
            begun: AtomicBool::new(false),
            begins: Notify::new(),
            notes: Mutex::default(),
            stop: AtomicU8::new(0),
            stopped: Notify::new(),
            cut_short: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// The log has got what the work rests on.
    pub(super) fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
        self.begins.notify_waiters();
    }

    /// Asks the work to end. The first reason counts.
    pub(super) fn stop(&self, reason: StopReason) {
        let code = 1 + REASONS
            .iter()
            .position(|known| *known == reason)
            .unwrap_or(REASONS.len() - 1);
        let first = self.stop.compare_exchange(
            0,
            u8::try_from(code).unwrap_or(u8::MAX),
            Ordering::SeqCst,
            Ordering::SeqCst,
        );
        if first.is_ok() {
            self.stopped.notify_waiters();
        }
    }

    /// Closes the line and returns what was noted on it.
    pub(super) fn close(&self) -> Notes {
        self.closed.store(true, Ordering::SeqCst);
        std::mem::take(&mut *self.notes())
    }

    /// Whether the work learnt from a report that it has to end: what it returns then is not whole.
    pub(super) fn was_cut_short(&self) -> bool {
        self.cut_short.load(Ordering::SeqCst)
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TrialLink for Link {
    async fn report(&self, at: Fidelity, values: Values) -> Verdict {
        if self.is_closed() {
            return Verdict::Stop;
        }
        let metrics = std::mem::take(&mut self.notes().metrics);
        let (reply, verdict) = oneshot::channel();
        let report = Message::Report {
            trial: self.trial,
            at,
            values,
            metrics,
            reply,
        };
        if self.driver.send(report).is_err() {
            return Verdict::Stop;
        }
        match verdict.await {
            Ok(verdict) if self.stop_reason().is_none() => verdict,
            _ => {
                self.cut_short.store(true, Ordering::SeqCst);
                Verdict::Stop
            }
        }
    }

    fn metric(&self, name: &str, value: f64) {
        if !self.is_closed() {
            self.notes().metrics.set(name, value);
        }
    }

    fn overran(&self, at: Fidelity) {
        if !self.is_closed() {
            let trial = self.trial;
            // Without a driver there is no one to warn.
            let _ = self.driver.send(Message::Overran { trial, at });
        }
    }

    fn fail(&self, failure: Failure) {
        if !self.is_closed() {
            self.notes().failure.get_or_insert(failure);
        }
    }

    fn halt(&self, reason: &str) {
        if !self.is_closed() {
            self.notes().halt.get_or_insert_with(|| reason.to_owned());
        }
    }

    fn stop_reason(&self) -> Option<StopReason> {
        let code = usize::from(self.stop.load(Ordering::SeqCst));
        REASONS.get(code.checked_sub(1)?).copied()
    }

    async fn stopped(&self) -> StopReason {
        loop {
            let mut stopped = std::pin::pin!(self.stopped.notified());
            // Registered before the check: a stop in between is not missed.
            stopped.as_mut().enable();
            if let Some(reason) = self.stop_reason() {
                return reason;
            }
            stopped.await;
        }
    }

    async fn committed(&self) -> bool {
        let mut begins = pin!(self.begins.notified());
        begins.as_mut().enable();
        if !self.begun.load(Ordering::SeqCst) {
            // Without a driver nothing more gets to the log.
            future::select(begins, pin!(self.driver.closed())).await;
        }
        self.begun.load(Ordering::SeqCst) && self.log.committed().await
    }
}
