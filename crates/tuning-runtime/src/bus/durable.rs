//! Serving an observer from the journal: every event, in order, until it has taken it. Nothing is held in
//! memory.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{self, Either};
use tokio::sync::watch;
use tuning_core::{Event, JournalError, Observer, Progress, Seq};

use super::{
    breaker::{Fuse, Task},
    lane::{Lane, Noted, SoFar, Told, guarded},
};
use crate::log::LogReader;

/// How long events are taken before what was taken is made safe: a crash repeats them.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Serves until the lane is closed and everything is delivered, or the observer panics.
pub(super) async fn serve(lane: &Lane, observer: Box<dyn Observer>, so_far: SoFar) {
    let mut durable = Durable {
        lane,
        observer,
        fuse: Fuse::new(lane.shared.breaker),
        log: lane.shared.log.clone(),
        closing: lane.closing(),
    };
    match durable.run(so_far).await {
        Ok(()) | Err(Stop::Panicked) => {}
        Err(Stop::Journal(error)) => lane.cut_off(error.to_string()),
    }
}

struct Durable<'a> {
    lane: &'a Lane,
    observer: Box<dyn Observer>,
    fuse: Fuse,
    log: LogReader,
    closing: watch::Receiver<bool>,
}

/// Why nothing more can be delivered.
enum Stop {
    /// The observer cannot be used any more.
    Panicked,
    Journal(JournalError),
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Durable<'_> {
    async fn run(&mut self, so_far: SoFar) -> Result<(), Stop> {
        let cursor = self.log.cursor(&self.lane.name).await?;
        let mut at = cursor.unwrap_or(Seq::ZERO);
        self.lane.change(|report| report.last = at);
        let begin = fold(&self.log, so_far, at).await?;
        let begun = guarded(self.observer.begin(&begin)).await;
        drop(begin);
        if self.lane.note(begun) == Noted::Panicked {
            return Err(Stop::Panicked);
        }
        loop {
            let last_round = *self.closing.borrow();
            let events = self.log.read(at).await?;
            if !events.is_empty() {
                at = self.deliver(at, &events).await?;
            } else if last_round {
                return Ok(());
            } else {
                let more = pin!(self.log.grown(at));
                let close = pin!(self.closing.wait_for(|closing| *closing));
                self.lane.idle(future::select(more, close)).await;
            }
        }
    }

    /// Delivers events until one fails, and makes safe what was taken; waits after a failure. Returns how
    /// far it is safe: what is not will be told again.
    async fn deliver(&mut self, at: Seq, events: &[Arc<Event>]) -> Result<Seq, Stop> {
        let began = self.lane.now();
        let mut wait = None;
        let mut taken = at;
        for event in events {
            let told = guarded(self.observer.observe(event)).await;
            wait = self.judge(Task::Observe, told)?;
            if wait.is_some() {
                break;
            }
            taken = event.seq;
            if self.lane.now().saturating_sub(began) >= SAVE_EVERY {
                break;
            }
        }
        let mut safe = at;
        if taken > at {
            let flushed = guarded(self.observer.flush()).await;
            match self.judge(Task::Flush, flushed)? {
                None => {
                    safe = taken;
                    self.log.set_cursor(&self.lane.name, safe).await?;
                }
                longer => wait = wait.max(longer),
            }
        }
        self.lane.change(|report| {
            report.delivered += safe.get() - at.get();
            report.last = safe;
            report.circuit = self.fuse.state();
        });
        if let Some(wait) = wait {
            self.rest(wait).await;
        }
        Ok(safe)
    }

    /// Leaves the observer alone for this long. Once the study has ended there is little time left: it is
    /// tried at once then, and from there on often.
    async fn rest(&mut self, wait: Duration) {
        let sleep = self.lane.shared.executor.sleep(wait);
        let is_over = *self.closing.borrow();
        if is_over {
            self.lane.idle(sleep).await;
        } else {
            let close = pin!(self.closing.wait_for(|closing| *closing));
            if let Either::Right(_) = self.lane.idle(future::select(sleep, close)).await {
                self.fuse.try_now();
            }
        }
        let now = self.lane.now();
        if self.fuse.lets_through(|| now) {
            let state = self.fuse.state();
            self.lane.change(|report| report.circuit = state);
        }
    }

    /// Notes what came of it; returns how long to wait if it failed.
    fn judge(&mut self, task: Task, told: Told) -> Result<Option<Duration>, Stop> {
        match self.lane.note(told) {
            Noted::Done => {
                self.fuse.worked(task);
                Ok(None)
            }
            Noted::Failed => Ok(Some(self.fuse.failed(task, self.lane.now()))),
            Noted::Panicked => Err(Stop::Panicked),
        }
    }
}

/// How the study stood behind this event: what the observer has seen already.
async fn fold(log: &LogReader, so_far: SoFar, at: Seq) -> Result<Progress, Stop> {
    if at >= so_far.head {
        return Ok(so_far.progress);
    }
    let mut progress = Progress::new(so_far.progress.objectives().clone());
    let mut seen = Seq::ZERO;
    while seen < at {
        let events = log.read(seen).await?;
        let Some(last) = events.last() else { break };
        seen = last.seq;
        for event in events.iter().take_while(|event| event.seq <= at) {
            progress.apply(event.at_millis, &event.kind);
        }
    }
    Ok(progress)
}
