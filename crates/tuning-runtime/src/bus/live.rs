//! Serving an observer from its queue: events as they come, lossless or lossy.

use tuning_core::{Circuit, Event, Observer, Progress};

use super::{
    breaker::{Fuse, Task},
    lane::{Lane, Noted, Told, guarded},
};

/// Serves until the queue is closed and empty, or the observer panics.
pub(super) async fn serve(lane: &Lane, observer: Box<dyn Observer>, so_far: Progress) {
    let mut live = Live {
        lane,
        observer,
        fuse: Fuse::new(lane.shared.breaker),
        missed: 0,
    };
    // That it panicked is in its report; there is nothing else to do.
    let _ = live.run(so_far).await;
}

struct Live<'a> {
    lane: &'a Lane,
    observer: Box<dyn Observer>,
    fuse: Fuse,
    /// How many events it did not get since the last one that it was told.
    missed: u64,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Taken,
    Failed,
    /// The circuit is open.
    Dropped,
}

/// The observer has panicked.
struct Panicked;

impl Live<'_> {
    async fn run(&mut self, so_far: Progress) -> Result<(), Panicked> {
        let begun = guarded(self.observer.begin(&so_far)).await;
        drop(so_far);
        self.judge(Task::Observe, begun)?;
        while let Some(batch) = self.lane.idle(self.lane.queue.take()).await {
            self.missed += batch.missed;
            for event in &batch.events {
                let fate = self.tell(event).await?;
                self.lane.change(|report| {
                    report.delivered += u64::from(fate == Fate::Taken);
                    report.dropped += u64::from(fate == Fate::Dropped);
                    report.circuit = self.fuse.state();
                    report.last = event.seq;
                });
            }
            if self.lane.queue.is_empty() && self.fuse.state() != Circuit::Open {
                self.flush().await?;
                self.lane
                    .change(|report| report.circuit = self.fuse.state());
            }
            self.lane.rest();
        }
        self.flush().await
    }

    /// Tells one event, unless the circuit is open.
    async fn tell(&mut self, event: &Event) -> Result<Fate, Panicked> {
        if !self.fuse.lets_through(|| self.lane.now()) {
            self.missed += 1;
            return Ok(Fate::Dropped);
        }
        self.lane.begin();
        let missed = std::mem::take(&mut self.missed);
        if missed > 0 {
            let told = guarded(self.observer.missed(missed)).await;
            self.judge(Task::Observe, told)?;
        }
        let trial = self.fuse.state() == Circuit::HalfOpen;
        let told = guarded(self.observer.observe(event)).await;
        if !self.judge(Task::Observe, told)? {
            return Ok(Fate::Failed);
        }
        if trial {
            self.flush().await?;
        }
        Ok(Fate::Taken)
    }

    async fn flush(&mut self) -> Result<(), Panicked> {
        let flushed = guarded(self.observer.flush()).await;
        self.judge(Task::Flush, flushed).map(drop)
    }

    /// Notes what came of it; returns whether it went well.
    fn judge(&mut self, task: Task, told: Told) -> Result<bool, Panicked> {
        match self.lane.note(told) {
            Noted::Done => {
                self.fuse.worked(task);
                Ok(true)
            }
            Noted::Failed => {
                self.fuse.failed(task, self.lane.now());
                Ok(false)
            }
            Noted::Panicked => Err(Panicked),
        }
    }
}
