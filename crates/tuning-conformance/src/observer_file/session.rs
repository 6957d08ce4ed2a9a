//! [`Session`]: durable delivery as a bus does it, one call at a time.

use std::path::Path;

use tuning_core::{Event, Kept, Observer, Progress};

use super::{kit::Open, story::objectives};
use crate::report::Breach;

/// A law holds, or is broken like this.
pub(super) type Looked<T = ()> = Result<T, Breach>;

/// An observer with durable delivery.
pub(super) struct Session<'a> {
    observer: Box<dyn Observer>,
    events: &'a [Event],
    /// How many events it has taken.
    at: usize,
}

impl<'a> Session<'a> {
    /// Opens the file where the journal says that this many events were taken.
    pub(super) async fn open(
        open: &Open<'_>,
        path: &Path,
        events: &'a [Event],
        cursor: usize,
    ) -> Looked<Self> {
        let observer =
            open(path).map_err(|error| Breach::new(format!("it cannot be opened: {error}")))?;
        let mut session = Self {
            observer,
            events,
            at: cursor,
        };
        session.at = session.beginning(cursor).await?;
        session.begin().await?;
        Ok(session)
    }

    /// Delivers events up to this one, and flushes: at once, or once for each. Returns why not, if it fails.
    pub(super) async fn deliver(&mut self, until: usize, each: bool) -> Result<(), String> {
        while self.at < until {
            let event = &self.events[self.at];
            let told = self.observer.observe(event).await;
            told.map_err(|error| error.to_string())?;
            self.at += 1;
            if each || self.at == until {
                let flushed = self.observer.flush().await;
                flushed.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// Tells it once more what came last, as a loop does that keeps no place.
    pub(super) async fn repeat(&mut self, events: usize) -> Result<(), String> {
        let from = self.at.saturating_sub(events);
        for event in &self.events[from..self.at] {
            let told = self.observer.observe(event).await;
            told.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Tells it some more events, as if the bus did not come to the flush.
    pub(super) async fn begin_to_deliver(&mut self, more: usize) -> Result<(), String> {
        for event in self.events[self.at..].iter().take(more) {
            let told = self.observer.observe(event).await;
            told.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Goes on after a failure, behind what is kept.
    pub(super) async fn again(&mut self) -> Looked {
        self.at = self.beginning(self.at).await?;
        self.begin().await
    }

    async fn begin(&mut self) -> Looked {
        let mut so_far = Progress::new(objectives());
        for event in &self.events[..self.at] {
            so_far.apply(event.at_millis, &event.kind);
        }
        let begun = self.observer.begin(&so_far).await;
        begun.map_err(|error| {
            Breach::new(format!(
                "beginning behind event {} failed: {error}",
                self.at
            ))
        })
    }

    async fn beginning(&mut self, cursor: usize) -> Looked<usize> {
        let kept = self.observer.kept(&self.events[0].study).await;
        let kept = kept.map_err(|error| Breach::new(format!("`kept` failed: {error}")))?;
        let place = match kept {
            Kept::Nothing => 0,
            Kept::Until { seq, at_millis } => {
                let known = usize::try_from(seq.get()).ok();
                let event = known.and_then(|n| self.events.get(n.checked_sub(1)?));
                match event {
                    Some(event) if event.at_millis == at_millis => event.seq.get() as usize,
                    _ => {
                        return Err(Breach::new(format!(
                            "`kept` names event {seq} at {at_millis}, which was never told"
                        )));
                    }
                }
            }
            _ => return Err(Breach::new("`kept` cannot tell what is in the file")),
        };
        let lacks = |event: &Event| self.observer.keeps(event);
        let is_missing = place < cursor && self.events[place..cursor].iter().any(lacks);
        Ok(if place >= cursor || is_missing {
            place
        } else {
            cursor
        })
    }
}
