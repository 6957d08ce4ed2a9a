//! The bus: committed events, in order, to one queue and one task per observer.

mod breaker;
mod delivery;
mod durable;
mod lane;
mod live;
mod queue;
mod serve;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tuning_core::{Event, EventKind, Observer, ObserverStatus, Progress, Seq};

use self::lane::{Shared, SoFar};
pub use breaker::Breaker;
pub use delivery::{Delivery, ObserverReport};
pub(crate) use lane::Lane;

use crate::{executor::Executor, log::LogReader};

/// All lanes of a study.
#[derive(Debug)]
pub(crate) struct Bus {
    state: Mutex<State>,
    shared: Shared,
}

#[derive(Debug)]
struct State {
    lanes: Vec<Arc<Lane>>,
    /// The lanes of a session that is over, for the statuses of their observers.
    ended: Vec<Arc<Lane>>,
    /// How the study stands by what was published: what a new observer begins with.
    so_far: SoFar,
}

impl Bus {
    /// `progress`: how the study stands behind its entry `head`.
    pub(crate) fn new(
        study: Arc<str>,
        executor: Arc<dyn Executor>,
        log: LogReader,
        breaker: Breaker,
        progress: Progress,
        head: Seq,
    ) -> Self {
        Self {
            shared: Shared {
                study,
                executor,
                log,
                breaker,
                session: Arc::new(AtomicU64::new(progress.sessions())),
            },
            state: Mutex::new(State {
                lanes: Vec::new(),
                ended: Vec::new(),
                so_far: SoFar { progress, head },
            }),
        }
    }

    /// Gives an observer a lane. If another one has its name, it gets a number.
    pub(crate) fn add(&self, observer: Box<dyn Observer>, delivery: Delivery) -> Arc<Lane> {
        let mut state = self.lock();
        let name = free_name(observer.name(), &state.lanes);
        let lane = serve::start(observer, name, delivery, state.so_far.clone(), &self.shared);
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
                if let EventKind::Opened(opened) = &event.kind {
                    self.shared.session.store(opened.session, Ordering::SeqCst);
                }
                state.so_far.progress.apply(event.at_millis, &event.kind);
                state.so_far.head = event.seq;
            }
            state.lanes.clone()
        };
        for lane in lanes {
            lane.publish(events).await;
        }
    }

    /// Takes all lanes off the bus, since the session is over.
    pub(crate) fn take(&self) -> Vec<Arc<Lane>> {
        let mut state = self.lock();
        let lanes = std::mem::take(&mut state.lanes);
        state.ended.clone_from(&lanes);
        lanes
    }

    /// Takes over the lanes of the session before, for their statuses.
    pub(crate) fn inherit(&self, before: &Self) {
        self.lock().ended.clone_from(&before.lock().ended);
    }

    /// The statuses of the observers of this session, or of the one that is over.
    pub(crate) fn observer_statuses(&self) -> Vec<ObserverStatus> {
        let state = self.lock();
        let lanes = state.ended.iter().chain(&state.lanes);
        lanes.map(|lane| lane.status()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Bus {
    /// Nothing is published any more: observers may end, also those of a study that was dropped.
    fn drop(&mut self) {
        self.lock().lanes.iter().for_each(|lane| lane.close());
    }
}

/// Cursors are kept by name: no two observers may have the same.
fn free_name(name: &str, lanes: &[Arc<Lane>]) -> String {
    let is_taken = |name: &str| lanes.iter().any(|lane| lane.name == name);
    if !is_taken(name) {
        return name.to_owned();
    }
    let mut numbered = (2_u64..).map(|number| format!("{name} {number}"));
    numbered.find(|name| !is_taken(name)).unwrap_or_default()
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
