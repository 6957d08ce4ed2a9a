//! [`Lane`]: one observer, its queue and the task that serves it. Whatever the observer does stays in here.

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
use tuning_core::{Event, Observer, ObserverError, Progress, Seq};

use super::{
    delivery::{Delivery, ObserverReport},
    queue::Queue,
};
use crate::{executor::Executor, log::LogReader, panic};

/// One observer's place on the bus.
#[derive(Debug)]
pub(crate) struct Lane {
    queue: Queue,
    delivery: Delivery,
    report: Mutex<ObserverReport>,
    executor: Arc<dyn Executor>,
    /// Since when the observer has been at what it does now, in microseconds; 0 while it does nothing.
    busy_since: AtomicU64,
    abort: Notify,
    aborted: AtomicBool,
    closing: watch::Sender<bool>,
    ended: watch::Sender<bool>,
}

/// How often a durable observer is tried again with the same event, and the first wait in between.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// A lossy observer that has been at one event for longer is not waited for at the end of a study.
const STUCK: Duration = Duration::from_secs(1);

impl Lane {
    /// Puts an observer on a lane of its own. `so_far`: how the study stands before its first event;
    /// `log`: where a durable one reads.
    pub(super) fn start(
        observer: Box<dyn Observer>,
        delivery: Delivery,
        so_far: Progress,
        executor: &Arc<dyn Executor>,
        log: LogReader,
    ) -> Arc<Self> {
        let name = observer.name().to_owned();
        let capacity = match delivery {
            Delivery::Lossless { capacity, .. } | Delivery::Lossy { capacity } => capacity,
            Delivery::Durable => 1,
        };
        let lane = Arc::new(Self {
            queue: Queue::new(capacity),
            delivery,
            report: Mutex::new(ObserverReport::new(name.clone(), delivery)),
            executor: Arc::clone(executor),
            busy_since: AtomicU64::new(0),
            abort: Notify::new(),
            aborted: AtomicBool::new(false),
            closing: watch::Sender::new(false),
            ended: watch::Sender::new(false),
        });
        let ended = EndedOnDrop(Arc::clone(&lane));
        let task = async move {
            let lane = Arc::clone(&ended.0);
            let serve = async {
                match delivery {
                    Delivery::Durable => lane.serve_durable(observer, so_far, log).await,
                    _ => lane.serve(observer, so_far).await,
                }
            };
            let abort = async {
                while !lane.aborted.load(Ordering::SeqCst) {
                    lane.abort.notified().await;
                }
            };
            future::select(std::pin::pin!(serve), std::pin::pin!(abort)).await;
        };
        executor.spawn_apart(&format!("observer {name}"), Box::pin(task));
        lane
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
                    if let Either::Right(_) =
                        future::select(room, self.executor.sleep(patience)).await
                    {
                        self.report().dropped += rest.len() as u64;
                        self.give_up(format!("it was stuck for {patience:?}"));
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

    /// Ends the observer's task, wherever it hangs (a thread that it blocks is left alone).
    pub(crate) fn give_up(&self, reason: impl Into<String>) {
        self.report().given_up.get_or_insert(reason.into());
        self.abort_now();
    }

    /// Ends the observer's task without a word: nobody is interested any more.
    pub(super) fn abort_now(&self) {
        self.close();
        self.aborted.store(true, Ordering::SeqCst);
        self.abort.notify_one();
    }

    /// Whether a lossy observer has been at the same event for so long that nobody waits for it.
    pub(crate) fn is_stuck(&self, now: Duration) -> bool {
        let since = Duration::from_micros(self.busy_since.load(Ordering::SeqCst));
        matches!(self.delivery, Delivery::Lossy { .. })
            && !since.is_zero()
            && now.saturating_sub(since) > STUCK
    }

    fn busy(&self) {
        let now = u64::try_from(self.executor.now().as_micros()).unwrap_or(u64::MAX);
        self.busy_since.store(now, Ordering::SeqCst);
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

    async fn serve(&self, mut observer: Box<dyn Observer>, so_far: Progress) {
        if !self.note(guarded(observer.begin(&so_far)).await) {
            return;
        }
        drop(so_far);
        while let Some(batch) = self.queue.take().await {
            if batch.missed > 0 && !self.note(guarded(observer.missed(batch.missed)).await) {
                return;
            }
            for event in &batch.events {
                self.busy();
                let taken = guarded(observer.observe(event)).await;
                if !self.note_event(event, taken) {
                    return;
                }
            }
            if self.queue.is_empty() && !self.note(guarded(observer.flush()).await) {
                return;
            }
            self.busy_since.store(0, Ordering::SeqCst);
        }
        self.note(guarded(observer.flush()).await);
    }

    /// Reads the journal from the observer's cursor on; nothing is held in memory, nothing is lost.
    async fn serve_durable(
        &self,
        mut observer: Box<dyn Observer>,
        so_far: Progress,
        mut log: LogReader,
    ) {
        let name = observer.name().to_owned();
        let mut at = match log.cursor(&name).await {
            Ok(cursor) => cursor.unwrap_or(Seq::ZERO),
            Err(error) => return self.give_up(error.to_string()),
        };
        self.report().last = at;
        // What it has seen before is its own affair: from here on it learns everything.
        let begin = Progress::new(so_far.objectives().clone());
        if !self.note(guarded(observer.begin(&begin)).await) {
            return;
        }
        let mut closing = self.closing.subscribe();
        loop {
            let last_round = *closing.borrow();
            let events = match log.read(at).await {
                Ok(events) => events,
                Err(error) => return self.give_up(error.to_string()),
            };
            if events.is_empty() {
                if last_round {
                    return;
                }
                let close = std::pin::pin!(closing.wait_for(|closing| *closing));
                future::select(std::pin::pin!(log.grown(at)), close).await;
                continue;
            }
            let mut taken = at;
            for event in &events {
                if !self.deliver(&mut *observer, event).await {
                    break;
                }
                taken = event.seq;
            }
            let flushed = guarded(observer.flush()).await;
            let safe = matches!(flushed, Ok(Ok(())));
            self.note(flushed);
            if safe && taken > at {
                at = taken;
                if let Err(error) = log.set_cursor(&name, at).await {
                    return self.give_up(error.to_string());
                }
            }
            if !safe || events.last().is_some_and(|event| event.seq > taken) {
                return self.give_up("it kept failing: the next session goes on where it stopped");
            }
        }
    }

    /// Delivers one event, again and again while it fails; false if it never got through.
    async fn deliver(&self, observer: &mut dyn Observer, event: &Event) -> bool {
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            let taken = guarded(observer.observe(event)).await;
            let done = matches!(taken, Ok(Ok(())));
            if !self.note_event(event, taken) || done {
                return done;
            }
            if *self.closing.borrow() {
                return false;
            }
            self.executor.sleep(wait).await;
            wait *= 2;
        }
        false
    }

    fn note_event(&self, event: &Event, taken: Told) -> bool {
        if matches!(taken, Ok(Ok(()))) {
            let mut report = self.report();
            report.delivered += 1;
            report.last = event.seq;
            return true;
        }
        self.note(taken)
    }

    /// Notes a result; false if the observer panicked and cannot be used any more.
    fn note(&self, told: Told) -> bool {
        match told {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                let mut report = self.report();
                report.failed += 1;
                report.last_error = Some(error.to_string());
                true
            }
            Err(message) => {
                let mut report = self.report();
                report.failed += 1;
                report
                    .given_up
                    .get_or_insert(format!("it panicked: {message}"));
                false
            }
        }
    }

    fn report(&self) -> MutexGuard<'_, ObserverReport> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of telling an observer something: its own error, or the message of its panic.
type Told = Result<Result<(), ObserverError>, String>;

/// Marks the lane as ended when its task is gone, in whatever way.
struct EndedOnDrop(Arc<Lane>);

impl Drop for EndedOnDrop {
    fn drop(&mut self) {
        self.0.queue.close();
        self.0.ended.send_replace(true);
    }
}

/// Runs a piece of an observer; a panic becomes its message.
async fn guarded<T>(work: impl Future<Output = T> + Send) -> Result<T, String> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .map_err(|payload| panic::message(&*payload))
}
