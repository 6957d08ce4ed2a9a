//! [`Queue`]: the events that wait for one observer.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use tuning_core::Event;

/// A bounded queue of events between the bus and one observer.
#[derive(Debug)]
pub(super) struct Queue {
    capacity: usize,
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Arc<Event>>,
    missed: u64,
    dropped: u64,
    closed: bool,
}

/// What was waiting.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) events: VecDeque<Arc<Event>>,
    /// How many events were dropped before these.
    pub(super) missed: u64,
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            state: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    /// Adds events; the oldest are dropped when there is no room.
    pub(super) fn push_lossy(&self, events: &[Arc<Event>]) {
        let mut state = self.state();
        let overflow = (state.events.len() + events.len()).saturating_sub(self.capacity);
        let old = overflow.min(state.events.len());
        state.events.drain(..old);
        state.missed += overflow as u64;
        state.dropped += overflow as u64;
        state
            .events
            .extend(events[overflow - old..].iter().cloned());
        drop(state);
        self.filled.notify_one();
    }

    /// Adds as many events as there is room for; returns how many.
    pub(super) fn push_some(&self, events: &[Arc<Event>]) -> usize {
        let mut state = self.state();
        if state.closed {
            return events.len(); // the lane has ended
        }
        let room = self.capacity.saturating_sub(state.events.len());
        let taken = room.min(events.len());
        state.events.extend(events[..taken].iter().cloned());
        drop(state);
        if taken > 0 {
            self.filled.notify_one();
        }
        taken
    }

    /// Resolves when there may be room again.
    pub(super) async fn room(&self) {
        self.emptied.notified().await;
    }

    /// Takes all that waits, or waits for something; none once the queue is closed and empty.
    pub(super) async fn take(&self) -> Option<Batch> {
        loop {
            {
                let mut state = self.state();
                if !state.events.is_empty() || state.missed > 0 {
                    let batch = Batch {
                        events: std::mem::take(&mut state.events),
                        missed: std::mem::take(&mut state.missed),
                    };
                    drop(state);
                    self.emptied.notify_one();
                    return Some(batch);
                }
                if state.closed {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// How many events were dropped so far, told or not.
    pub(super) fn dropped(&self) -> u64 {
        self.state().dropped
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.state().events.is_empty()
    }

    /// Lets the observer's task end once it has taken all.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_one();
        self.emptied.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
