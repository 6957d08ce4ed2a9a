//! [`Lane`]: one observer's place on the bus: its queue, its report, and how it ends.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{
    FutureExt,
    future::{self, Either},
};
use tokio::sync::{Notify, watch};
use tuning_core::{Circuit, Event, ObserverError, ObserverStatus, Progress, Seq};

use super::{
    breaker::Breaker,
    delivery::{Delivery, ObserverReport},
    queue::Queue,
};
use crate::{executor::Executor, log::LogReader, panic};

/// What all lanes of a bus share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) study: Arc<str>,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) log: LogReader,
    pub(super) breaker: Breaker,
    /// The number of the session that runs, or ran last.
    pub(super) session: Arc<AtomicU64>,
}

/// How the study stands behind this event, before what a new observer is told first.
#[derive(Clone, Debug)]
pub(super) struct SoFar {
    pub(super) progress: Progress,
    pub(super) head: Seq,
}

/// One observer's place on the bus.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(super) name: String,
    pub(super) queue: Queue,
    pub(super) shared: Shared,
    delivery: Delivery,
    report: Mutex<ObserverReport>,
    /// Whether the report has changed since it was told to the journal, and when that was.
    changed: AtomicBool,
    told_at: AtomicU64,
    /// Since when the observer has been at what it does now, in microseconds; 0 while it does nothing.
    busy_since: AtomicU64,
    abort: Notify,
    aborted: AtomicBool,
    closing: watch::Sender<bool>,
    ended: watch::Sender<bool>,
}

/// A lossy observer that has been at one event for longer is not waited for at the end of a study.
const STUCK: Duration = Duration::from_secs(1);
/// How often the journal is told the status of an observer, at most.
const TELL_EVERY: Duration = Duration::from_secs(1);

impl Lane {
    /// A lane of this name, whose task has yet to be started. `so_far`: how far the study has come before its
    /// first event.
    pub(super) fn new(name: String, delivery: Delivery, so_far: Seq, shared: &Shared) -> Arc<Self> {
        let capacity = match delivery {
            Delivery::Lossless { capacity, .. } | Delivery::Lossy { capacity } => capacity,
            Delivery::Durable => 1,
        };
        let mut report = ObserverReport::new(name.clone(), delivery);
        report.last = so_far;
        Arc::new(Self {
            name,
            queue: Queue::new(capacity),
            shared: shared.clone(),
            delivery,
            report: Mutex::new(report),
            changed: AtomicBool::new(false),
            told_at: AtomicU64::new(0),
            busy_since: AtomicU64::new(0),
            abort: Notify::new(),
            aborted: AtomicBool::new(false),
            closing: watch::Sender::new(false),
            ended: watch::Sender::new(false),
        })
    }

    /// Resolves once the observer's task is to end, wherever it hangs.
    pub(super) async fn aborted(&self) {
        while !self.aborted.load(Ordering::SeqCst) {
            self.abort.notified().await;
        }
    }

    /// Notes that the observer's task is gone.
    pub(super) fn end(&self) {
        self.queue.close();
        self.ended.send_replace(true);
    }

    /// Gives events to the observer as its delivery promises; may wait for a lossless one.
    pub(super) async fn publish(&self, events: &[Arc<Event>]) {
        match self.delivery {
            Delivery::Durable => {}
            Delivery::Lossy { .. } => self.queue.push_lossy(events),
            Delivery::Lossless { patience, .. } => {
                let mut rest = events;
                loop {
                    rest = &rest[self.queue.push_some(rest)..];
                    if rest.is_empty() || *self.ended.borrow() {
                        return;
                    }
                    let room = std::pin::pin!(self.queue.room());
                    let patient = self.shared.executor.sleep(patience);
                    if let Either::Right(_) = future::select(room, patient).await {
                        self.change(|report| report.dropped += rest.len() as u64);
                        self.cut_off(format!("it was stuck for {patience:?}"));
                        return;
                    }
                }
            }
        }
    }

    /// Lets the observer end once it has seen what there is.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
        self.queue.close();
    }

    /// Whether the observer is to end, now and from now on.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Ends the observer's task, wherever it hangs (a thread that it blocks is left alone).
    pub(crate) fn cut_off(&self, reason: impl Into<String>) {
        self.change(|report| {
            report.cut_off.get_or_insert(reason.into());
        });
        self.abort_now();
    }

    /// Ends the observer's task, since the study ended this long ago.
    pub(crate) fn cut_off_after(&self, patience: Duration) {
        let failing = self.report().circuit != Circuit::Closed;
        self.cut_off(match (self.delivery, failing) {
            (Delivery::Durable, true) => format!("it still failed {patience:?} after the end"),
            _ => format!("it had not finished {patience:?} after the end"),
        });
    }

    /// Ends the observer's task without a reason in its report: its subscription is over.
    pub(super) fn abort_now(&self) {
        self.close();
        self.aborted.store(true, Ordering::SeqCst);
        self.abort.notify_one();
    }

    /// Whether a lossy observer has been at the same event for so long that it is not waited for.
    pub(crate) fn is_stuck(&self, now: Duration) -> bool {
        let since = Duration::from_micros(self.busy_since.load(Ordering::SeqCst));
        matches!(self.delivery, Delivery::Lossy { .. })
            && !since.is_zero()
            && now.saturating_sub(since) > STUCK
    }

    /// Notes that the observer begins something. It may take long: its status is told before.
    pub(super) fn begin(&self) {
        let now = self.now();
        self.busy_since.store(micros(now), Ordering::SeqCst);
        if self.changed.load(Ordering::SeqCst) && self.till_telling(now).is_zero() {
            self.tell(now);
        }
    }

    /// Notes that the observer has nothing to do.
    pub(super) fn rest(&self) {
        self.busy_since.store(0, Ordering::SeqCst);
    }

    /// Resolves when the observer's task has ended.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // The sender is in `self`: it cannot be gone.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// What became of the observer, in a study with this head.
    pub(crate) fn summary(&self, head: Seq) -> ObserverReport {
        let mut report = self.report().clone();
        report.dropped += self.queue.dropped();
        report.behind = head.get().saturating_sub(report.last.get());
        report
    }

    /// The status of the observer now.
    pub(crate) fn status(&self) -> ObserverStatus {
        let mut report = self.report().clone();
        report.dropped += self.queue.dropped();
        let session = self.shared.session.load(Ordering::SeqCst);
        let at_millis = u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX);
        report.status(session, at_millis)
    }

    /// Waits. The journal is told the observer's status meanwhile, if it is time to.
    pub(super) async fn idle<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            if !self.changed.load(Ordering::SeqCst) {
                return work.await;
            }
            let now = self.now();
            let wait = self.till_telling(now);
            if wait.is_zero() {
                self.tell(now);
                continue;
            }
            let sleep = self.shared.executor.sleep(wait);
            if let Either::Left((done, _)) = future::select(&mut work, sleep).await {
                return done;
            }
        }
    }

    fn till_telling(&self, now: Duration) -> Duration {
        let told_at = Duration::from_micros(self.told_at.load(Ordering::SeqCst));
        (told_at + TELL_EVERY).saturating_sub(now)
    }

    /// Tells the journal the observer's status, without waiting for it.
    fn tell(&self, now: Duration) {
        self.told_at.store(micros(now), Ordering::SeqCst);
        self.changed.store(false, Ordering::SeqCst);
        // Where the log has too much to do, it is told a little later.
        if !self.shared.log.try_set_observer_status(self.status()) {
            self.changed.store(true, Ordering::SeqCst);
        }
    }

    /// Changes what is known of the observer.
    pub(super) fn change(&self, change: impl FnOnce(&mut ObserverReport)) {
        change(&mut self.report());
        self.changed.store(true, Ordering::SeqCst);
    }

    /// Notes what came of telling the observer something.
    pub(super) fn note(&self, told: Told) -> Noted {
        match told {
            Ok(Ok(())) => Noted::Done,
            Ok(Err(error)) => {
                self.change(|report| {
                    report.failed += 1;
                    report.last_error = Some(error.to_string());
                });
                Noted::Failed
            }
            Err(message) => {
                self.change(|report| {
                    report.failed += 1;
                    let reason = format!("it panicked: {message}");
                    report.cut_off.get_or_insert(reason);
                });
                Noted::Panicked
            }
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.shared.executor.now()
    }

    fn report(&self) -> MutexGuard<'_, ObserverReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What came of telling an observer something: its own error, or the message of its panic.
pub(super) type Told = Result<Result<(), ObserverError>, String>;

/// The same once it is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noted {
    Done,
    Failed,
    /// It cannot be used any more.
    Panicked,
}

/// Runs a piece of an observer; a panic becomes its message.
pub(super) async fn guarded<T>(work: impl Future<Output = T> + Send) -> Result<T, String> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|payload| panic::message(&*payload))
}
