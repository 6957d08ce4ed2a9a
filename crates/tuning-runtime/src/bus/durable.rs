//! Serving an observer from the journal: every event, in order, until it has taken it. Nothing is held in
//! memory.

use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{self, Either};
use tokio::sync::watch;
use tuning_core::{Event, EventKind, JournalError, Kept, Observer, Progress, Seq};

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
        progress: so_far.progress.clone(),
    };
    match durable.run(so_far).await {
        Ok(()) | Err(Stop::Panicked) => {}
        Err(Stop::Journal(error)) => lane.cut_off(error.to_string()),
        Err(Stop::Foreign(seq)) => lane.cut_off(format!(
            "what it keeps ends with event {seq} of another study of this name, or of a journal that was longer: move \
             it away to have it written anew, or name another place"
        )),
    }
}

struct Durable<'a> {
    lane: &'a Lane,
    observer: Box<dyn Observer>,
    fuse: Fuse,
    log: LogReader,
    closing: watch::Receiver<bool>,
    /// The study behind the last event that is safe: where an observer begins again that has forgotten the rest.
    progress: Progress,
}

/// Why nothing more can be delivered.
enum Stop {
    /// The observer cannot be used any more.
    Panicked,
    Journal(JournalError),
    /// What it keeps ends with an event that the journal does not have.
    Foreign(Seq),
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Durable<'_> {
    async fn run(&mut self, so_far: SoFar) -> Result<(), Stop> {
        let cursor = self.log.cursor(&self.lane.name).await?;
        // A journal that was repaired may be shorter than what was taken of it.
        let cursor = cursor.map(|cursor| cursor.min(so_far.head));
        let mut at = self.beginning(cursor).await?;
        self.begin(&so_far, at).await?;
        loop {
            let last_round = *self.closing.borrow();
            let events = self.log.read(at).await?;
            if !events.is_empty() {
                let (safe, all) = self.deliver(at, &events).await?;
                at = safe;
                for event in events.iter().take_while(|event| event.seq <= safe) {
                    self.progress.apply(event.at_millis, &event.kind);
                }
                if !all {
                    at = self.again(&so_far, safe).await?;
                }
            } else if last_round {
                return Ok(());
            } else {
                let more = pin!(self.log.grown(at));
                let close = pin!(self.closing.wait_for(|closing| *closing));
                self.lane.idle(future::select(more, close)).await;
            }
        }
    }

    /// Lets the observer know how the study stood behind this event.
    async fn begin(&mut self, so_far: &SoFar, at: Seq) -> Result<(), Stop> {
        self.lane.change(|report| report.last = at);
        self.progress = fold(&self.log, so_far, at).await?;
        self.tell_begin().await
    }

    async fn tell_begin(&mut self) -> Result<(), Stop> {
        let begun = guarded(self.observer.begin(&self.progress)).await;
        match self.lane.note(begun) {
            Noted::Panicked => Err(Stop::Panicked),
            Noted::Done | Noted::Failed => Ok(()),
        }
    }

    /// Where to begin: behind what the journal says that it has taken, unless it keeps more, or less.
    async fn beginning(&mut self, cursor: Option<Seq>) -> Result<Seq, Stop> {
        let taken = cursor.unwrap_or(Seq::ZERO);
        let place = match self.kept().await? {
            Kept::Unknown => return Ok(taken),
            Kept::Until { seq, at_millis } if self.is_ours(seq, at_millis).await? => seq,
            Kept::Until { seq, at_millis } => {
                // Begun anew under the old name: what is kept is from before.
                let events = self.log.read(Seq::ZERO).await?;
                let is_older = events
                    .first()
                    .is_some_and(|first| first.at_millis > at_millis);
                if cursor.is_none() && is_older {
                    return Ok(taken);
                }
                return Err(Stop::Foreign(seq));
            }
            _ => Seq::ZERO,
        };
        if place >= taken || self.is_missing(place, taken).await? {
            return Ok(place);
        }
        Ok(taken)
    }

    /// Where to go on after a failure: what it keeps may be less than it had. One that can tell has forgotten the rest,
    /// and begins again there.
    async fn again(&mut self, so_far: &SoFar, at: Seq) -> Result<Seq, Stop> {
        let place = match self.kept().await? {
            Kept::Nothing => Seq::ZERO,
            Kept::Until { seq, at_millis } if self.is_ours(seq, at_millis).await? => seq,
            Kept::Until { seq, .. } => return Err(Stop::Foreign(seq)),
            _ => return Ok(at),
        };
        if place > at || self.is_missing(place, at).await? {
            self.begin(so_far, place).await?;
            return Ok(place);
        }
        self.tell_begin().await?;
        Ok(at)
    }

    /// What the observer keeps. One that fails to tell is asked until it does: without an answer nothing can be told
    /// to it that it may not have already, or have forgotten.
    async fn kept(&mut self) -> Result<Kept, Stop> {
        let study = Arc::clone(&self.lane.shared.study);
        loop {
            let kept = guarded(self.observer.kept(&study)).await;
            let told = match kept {
                Ok(Ok(kept)) => return Ok(kept),
                Ok(Err(error)) => Ok(Err(error)),
                Err(panic) => Err(panic),
            };
            let wait = self.judge(Task::Observe, told)?;
            let state = self.fuse.state();
            self.lane.change(|report| report.circuit = state);
            self.rest(wait.unwrap_or_default()).await;
        }
    }

    /// Whether the journal has this event.
    async fn is_ours(&mut self, seq: Seq, at_millis: u64) -> Result<bool, Stop> {
        let before = Seq::new(seq.get().saturating_sub(1));
        let events = self.log.read(before).await?;
        // In the place of an entry that a repaired journal has lost, it may be anything.
        Ok(events.first().is_some_and(|event| {
            let is_missing = matches!(event.kind, EventKind::Missing(_));
            event.seq == seq && (event.at_millis == at_millis || is_missing)
        }))
    }

    /// Whether the observer keeps anything of the events behind the first of these up to the second.
    async fn is_missing(&mut self, mut after: Seq, until: Seq) -> Result<bool, Stop> {
        while after < until {
            let events = self.log.read(after).await?;
            let Some(last) = events.last() else { break };
            after = last.seq;
            for event in events.iter().take_while(|event| event.seq <= until) {
                let keeps = guarded(async { self.observer.keeps(event) }).await;
                match keeps {
                    Ok(false) => {}
                    Ok(true) => return Ok(true),
                    Err(panic) => {
                        self.lane.note(Err(panic));
                        return Err(Stop::Panicked);
                    }
                }
            }
        }
        Ok(false)
    }

    /// Delivers events until one fails, and makes safe what was taken; waits after a failure. Returns how
    /// far it is safe, and whether nothing failed: what is not safe will be told again.
    async fn deliver(&mut self, at: Seq, events: &[Arc<Event>]) -> Result<(Seq, bool), Stop> {
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
        Ok((safe, wait.is_none()))
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
async fn fold(log: &LogReader, so_far: &SoFar, at: Seq) -> Result<Progress, Stop> {
    if at == so_far.head {
        return Ok(so_far.progress.clone());
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
