//! The bus: committed events, in order, to one queue and one task per observer.

mod delivery;
mod lane;
mod queue;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tuning_core::{Event, Observer, Progress};

pub use delivery::{Delivery, ObserverReport};
pub(crate) use lane::Lane;

use crate::{executor::Executor, log::LogReader};

/// All lanes of a study.
#[derive(Debug)]
pub(crate) struct Bus {
    state: Mutex<State>,
    executor: Arc<dyn Executor>,
    log: LogReader,
}

/// The lanes, and how the study stands by what was published: what a new observer begins with.
#[derive(Debug)]
struct State {
    lanes: Vec<Arc<Lane>>,
    progress: Progress,
}

impl Bus {
    pub(crate) fn new(executor: Arc<dyn Executor>, log: LogReader, progress: Progress) -> Self {
        Self {
            state: Mutex::new(State {
                lanes: Vec::new(),
                progress,
            }),
            executor,
            log,
        }
    }

    /// Gives an observer a lane.
    pub(crate) fn add(&self, observer: Box<dyn Observer>, delivery: Delivery) -> Arc<Lane> {
        let mut state = self.lock();
        let so_far = state.progress.clone();
        let lane = Lane::start(observer, delivery, so_far, &self.executor, self.log.clone());
        state.lanes.push(Arc::clone(&lane));
        lane
    }

    /// Takes a lane off the bus. Its observer learns nothing more.
    pub(crate) fn remove(&self, lane: &Arc<Lane>) {
        self.lock().lanes.retain(|other| !Arc::ptr_eq(other, lane));
        lane.abort_now();
    }

    /// Gives events to every lane.
    pub(crate) async fn publish(&self, events: &[Arc<Event>]) {
        let lanes = {
            let mut state = self.lock();
            for event in events {
                state.progress.apply(event.at_millis, &event.kind);
            }
            state.lanes.clone()
        };
        for lane in lanes {
            lane.publish(events).await;
        }
    }

    /// Takes all lanes off the bus.
    pub(crate) fn take(&self) -> Vec<Arc<Lane>> {
        std::mem::take(&mut self.lock().lanes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An observer's place on the bus of a running study; dropping it ends the subscription.
#[derive(Debug)]
#[must_use = "dropping a subscription ends it: keep it, or call `detach`"]
pub struct Subscription {
    bus: Arc<Bus>,
    lane: Option<Arc<Lane>>,
}

impl Subscription {
    pub(crate) fn new(bus: Arc<Bus>, lane: Arc<Lane>) -> Self {
        Self {
            bus,
            lane: Some(lane),
        }
    }

    /// Lets the observer watch until the study ends.
    pub fn detach(mut self) {
        self.lane = None;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(lane) = &self.lane {
            self.bus.remove(lane);
        }
    }
}
