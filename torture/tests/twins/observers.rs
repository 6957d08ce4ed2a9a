//! Twins of who delivers to observers.

use async_trait::async_trait;
use torture::{Focus, Invariant, Seams};
use tuning_core::{Event, Kept, Observer, ObserverError, Progress};

use super::breaks;

/// How an event is delivered wrongly.
#[derive(Clone, Copy, Debug)]
enum How {
    /// Each seventh event is not passed on.
    Drops,
    /// Each seventh event is passed on twice.
    Doubles,
    /// It says one less than were missed.
    Belittles,
}

/// Passes on what an observer is told, wrongly.
struct Host {
    inner: Box<dyn Observer>,
    how: How,
}

#[async_trait]
impl Observer for Host {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.inner.begin(so_far).await
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        match self.how {
            How::Drops if event.seq.get().is_multiple_of(7) => return Ok(()),
            How::Doubles if event.seq.get().is_multiple_of(7) => {
                self.inner.observe(event).await?;
            }
            _ => {}
        }
        self.inner.observe(event).await
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        match self.how {
            How::Belittles => self.inner.missed(events - 1).await,
            _ => self.inner.missed(events).await,
        }
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.inner.flush().await
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        self.inner.kept(study).await
    }

    fn keeps(&mut self, event: &Event) -> bool {
        self.inner.keeps(event)
    }
}

/// A study whose observers are delivered to by a twin.
struct With(How);

impl Seams for With {
    fn observer(&self, inner: Box<dyn Observer>) -> Box<dyn Observer> {
        let how = self.0;
        Box::new(Host { inner, how })
    }

    fn lossy(&self, inner: Box<dyn Observer>) -> Box<dyn Observer> {
        let how = self.0;
        match how {
            How::Belittles => Box::new(Host { inner, how }),
            _ => inner,
        }
    }
}

#[test]
fn a_host_that_drops_an_event_is_not_durable() {
    breaks(Invariant::Durable, Focus::Observers, |_| {
        Box::new(With(How::Drops))
    });
}

#[test]
fn a_host_that_doubles_an_event_is_not_durable() {
    breaks(Invariant::Durable, Focus::Nothing, |_| {
        Box::new(With(How::Doubles))
    });
}

#[test]
fn a_count_of_missed_events_that_lies_is_noticed() {
    breaks(Invariant::Lossy, Focus::Observers, |_| {
        Box::new(With(How::Belittles))
    });
}
