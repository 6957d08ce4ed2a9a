//! [`Floor`]: the workers of a cluster, which of them are free, and who waits for one. It knows no trial.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use super::usage::Usage;
use crate::{executor::Executor as _, sim::SimExecutor};

/// The workers of a cluster. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    clock: SimExecutor,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    opened: Duration,
    workers: Vec<Worker>,
    waiting: VecDeque<oneshot::Sender<Place>>,
    lost: Duration,
    units: u64,
}

#[derive(Debug)]
struct Worker {
    speed: f64,
    does: Does,
    since: Duration,
    busy: Duration,
    away: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Nothing,
    Work,
    /// It was preempted.
    IsAway,
}

/// A worker that works for whoever holds this.
#[derive(Debug)]
pub(super) struct Place {
    floor: Floor,
    worker: usize,
    /// Whether it could not be handed over: then the worker is not passed on from here.
    is_void: bool,
    /// How long it is away after this work.
    away: Duration,
}

impl Floor {
    pub(super) fn new(clock: SimExecutor, speeds: Vec<f64>) -> Self {
        let opened = clock.now();
        let worker = |speed| Worker {
            speed,
            does: Does::Nothing,
            since: opened,
            busy: Duration::ZERO,
            away: Duration::ZERO,
        };
        let state = State {
            opened,
            workers: speeds.into_iter().map(worker).collect(),
            waiting: VecDeque::new(),
            lost: Duration::ZERO,
            units: 0,
        };
        Self {
            clock,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The fastest worker that is free, or the first that becomes so; those who wait are served in order.
    pub(super) async fn take(&self) -> Place {
        loop {
            let next = {
                let mut state = self.state();
                match state.fastest_free() {
                    Some(worker) => {
                        state.turn(worker, Does::Work, self.clock.now());
                        return self.place(worker);
                    }
                    None => {
                        let (send, next) = oneshot::channel();
                        state.waiting.push_back(send);
                        next
                    }
                }
            };
            if let Ok(place) = next.await {
                return place;
            }
        }
    }

    pub(super) fn usage(&self) -> Usage {
        let (now, state) = (self.clock.now(), self.state());
        let elapsed = now.saturating_sub(state.opened);
        let mut usage = Usage {
            elapsed,
            lost: state.lost,
            units: state.units,
            ..Usage::default()
        };
        for worker in &state.workers {
            let lately = now.saturating_sub(worker.since);
            let (busy, away) = match worker.does {
                Does::Nothing => (worker.busy, worker.away),
                Does::Work => (worker.busy + lately, worker.away),
                Does::IsAway => (worker.busy, worker.away + lately),
            };
            usage.busy += busy;
            usage.away += away;
            usage.idle += elapsed.saturating_sub(busy + away);
        }
        usage
    }

    fn place(&self, worker: usize) -> Place {
        Place {
            floor: self.clone(),
            worker,
            is_void: false,
            away: Duration::ZERO,
        }
    }

    /// The worker goes to the next who waits, or is free.
    fn pass_on(&self, worker: usize) {
        loop {
            let next = {
                let (mut state, now) = (self.state(), self.clock.now());
                let next = state.waiting.pop_front();
                let does = match next {
                    Some(_) => Does::Work,
                    None => Does::Nothing,
                };
                state.turn(worker, does, now);
                next
            };
            let Some(next) = next else { return };
            match next.send(self.place(worker)) {
                Ok(()) => return,
                Err(mut place) => place.is_void = true, // whoever waited is gone
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fastest_free(&self) -> Option<usize> {
        let free = |(_, worker): &(usize, &Worker)| worker.does == Does::Nothing;
        let all = self.workers.iter().enumerate().filter(free);
        // Of several that are as fast, the first one.
        all.rev()
            .max_by(|(_, a), (_, b)| a.speed.total_cmp(&b.speed))
            .map(|(worker, _)| worker)
    }

    fn turn(&mut self, worker: usize, does: Does, now: Duration) {
        let worker = &mut self.workers[worker];
        let lately = now.saturating_sub(worker.since);
        match worker.does {
            Does::Nothing => {}
            Does::Work => worker.busy += lately,
            Does::IsAway => worker.away += lately,
        }
        (worker.does, worker.since) = (does, now);
    }
}

impl Place {
    /// How fast the worker is.
    pub(super) fn speed(&self) -> f64 {
        self.floor.state().workers[self.worker].speed
    }

    /// A unit of its work is done.
    pub(super) fn did_a_unit(&self) {
        self.floor.state().units += 1;
    }

    /// The worker is preempted: this much of its work is lost, and it is away for so long.
    pub(super) fn preempt(mut self, lost: Duration, away: Duration) {
        self.floor.state().lost += lost;
        self.away = away;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_void {
            return;
        }
        if self.away.is_zero() {
            return self.floor.pass_on(self.worker);
        }
        let (floor, worker) = (self.floor.clone(), self.worker);
        floor.state().turn(worker, Does::IsAway, floor.clock.now());
        let away = floor.clock.sleep(self.away);
        let back = floor.clone();
        floor.clock.spawn(Box::pin(async move {
            away.await;
            back.pass_on(worker);
        }));
    }
}
