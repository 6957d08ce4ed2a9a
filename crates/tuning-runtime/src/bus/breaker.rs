//! [`Breaker`]: when an observer that keeps failing is left alone, and for how long. It knows no clock:
//! its user brings the time.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use serde::{Deserialize, Serialize};
use tuning_core::Circuit;

/// When an observer that keeps failing is left alone, and for how long: a circuit breaker.
///
/// After a number of failures in a row its circuit opens: nothing is delivered to it for a while. Then
/// one event is tried. If that one is taken, all is well again; if not, it is left alone for longer.
/// What comes meanwhile waits in the journal for an observer with durable delivery, and is dropped and
/// counted for the others.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use tuning_runtime::Breaker;
///
/// let breaker = Breaker::default()
///     .failures(3)
///     .wait(Duration::from_secs(10), 2.0, Duration::from_secs(600));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Breaker {
    /// How many failures in a row open the circuit, at least 1.
    pub failures: u32,
    /// How long an observer is left alone first.
    pub first_wait: Duration,
    /// By how much that grows each time, at least 1.
    pub factor: f32,
    /// How long it is left alone at most.
    pub max_wait: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            failures: 5,
            first_wait: Duration::from_secs(1),
            factor: 2.0,
            max_wait: Duration::from_secs(60),
        }
    }
}

impl Breaker {
    /// Sets how many failures in a row open the circuit.
    #[must_use]
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }

    /// Sets the first wait, the factor by which it grows, and its maximum.
    #[must_use]
    pub fn wait(mut self, first: Duration, factor: f32, max: Duration) -> Self {
        self.first_wait = first;
        self.factor = factor;
        self.max_wait = max;
        self
    }

    fn waits(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait.min(self.max_wait))
            .with_max_delay(self.max_wait)
            .with_factor(self.factor.max(1.0))
            .without_max_times()
            .build()
    }
}

/// The first wait before a durable observer is told an event again while its circuit is closed.
const AT_ONCE: Duration = Duration::from_millis(50);

/// What an observer was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Observe,
    Flush,
}

/// The circuit of one observer.
#[derive(Debug)]
pub(super) struct Fuse {
    breaker: Breaker,
    state: Circuit,
    /// Failures in a row. Apart: one that buffers observes well and fails when it flushes.
    observing: u32,
    flushing: u32,
    waits: ExponentialBackoff,
    /// Until when it is left alone.
    until: Duration,
}

impl Fuse {
    pub(super) fn new(breaker: Breaker) -> Self {
        Self {
            breaker,
            state: Circuit::Closed,
            observing: 0,
            flushing: 0,
            waits: breaker.waits(),
            until: Duration::ZERO,
        }
    }

    pub(super) fn state(&self) -> Circuit {
        self.state
    }

    /// Whether the observer may be told something at this time. One that was left alone long enough is
    /// tried from here on.
    pub(super) fn lets_through(&mut self, now: impl FnOnce() -> Duration) -> bool {
        if self.state == Circuit::Open && now() >= self.until {
            self.state = Circuit::HalfOpen;
        }
        self.state != Circuit::Open
    }

    /// Tries it now, however long it was to be left alone.
    pub(super) fn try_now(&mut self) {
        if self.state == Circuit::Open {
            self.state = Circuit::HalfOpen;
        }
        self.waits = self.breaker.waits();
    }

    /// Notes that it did something. All is well once it has taken an event and flushed it.
    pub(super) fn worked(&mut self, task: Task) {
        match task {
            Task::Observe => self.observing = 0,
            Task::Flush => self.flushing = 0,
        }
        if task == Task::Flush && self.observing == 0 {
            *self = Self::new(self.breaker);
        }
    }

    /// Notes that it failed; returns how long to wait before it is told the same again.
    pub(super) fn failed(&mut self, task: Task, now: Duration) -> Duration {
        let count = match task {
            Task::Observe => &mut self.observing,
            Task::Flush => &mut self.flushing,
        };
        *count = count.saturating_add(1);
        let count = *count;
        if self.state == Circuit::Closed && count < self.breaker.failures.max(1) {
            return AT_ONCE
                .saturating_mul(1 << (count - 1).min(10))
                .min(self.breaker.first_wait);
        }
        let wait = self.waits.next().unwrap_or(self.breaker.max_wait);
        self.state = Circuit::Open;
        self.until = now.saturating_add(wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn fuse() -> Fuse {
        Fuse::new(Breaker::default().failures(3).wait(at(1), 2.0, at(5)))
    }

    #[test]
    fn failures_in_a_row_open_it_and_others_do_not() {
        let mut fuse = fuse();
        for _ in 0..10 {
            fuse.failed(Task::Observe, at(0));
            fuse.failed(Task::Observe, at(0));
            fuse.worked(Task::Observe);
        }
        assert_eq!(fuse.state(), Circuit::Closed);
        for _ in 0..3 {
            fuse.worked(Task::Observe);
            fuse.failed(Task::Flush, at(0));
        }
        assert_eq!(fuse.state(), Circuit::Open, "it buffers, and cannot write");
    }

    #[test]
    fn a_flush_of_nothing_is_no_proof_that_it_works() {
        let mut fuse = fuse();
        for _ in 0..3 {
            fuse.failed(Task::Observe, at(0));
            fuse.worked(Task::Flush);
        }
        assert_eq!(fuse.state(), Circuit::Open);
    }

    #[test]
    fn it_is_left_alone_for_longer_each_time_until_it_works() {
        let mut fuse = fuse();
        let mut now = at(100);
        let waits: Vec<_> = (0..8)
            .map(|_| {
                let wait = fuse.failed(Task::Observe, now);
                if fuse.state() == Circuit::Open {
                    assert!(!fuse.lets_through(|| now));
                }
                now += wait;
                assert!(fuse.lets_through(|| now));
                wait.as_millis()
            })
            .collect();
        assert_eq!(waits, [50, 100, 1000, 2000, 4000, 5000, 5000, 5000]);
        assert_eq!(fuse.state(), Circuit::HalfOpen);
        fuse.worked(Task::Observe);
        assert_eq!(fuse.state(), Circuit::HalfOpen, "has it arrived?");
        fuse.worked(Task::Flush);
        assert_eq!(fuse.state(), Circuit::Closed);
        assert_eq!(fuse.failed(Task::Observe, now), Duration::from_millis(50));
    }

    #[test]
    fn odd_settings_do_no_harm() {
        let breaker = Breaker::default()
            .failures(0)
            .wait(at(9), f32::NAN, Duration::ZERO);
        let mut fuse = Fuse::new(breaker);
        for _ in 0..100 {
            assert_eq!(fuse.failed(Task::Flush, Duration::MAX), Duration::ZERO);
            assert!(fuse.lets_through(|| Duration::MAX));
        }
        let forever = Breaker::default().wait(Duration::MAX, 3.0, Duration::MAX);
        let mut fuse = Fuse::new(forever.failures(1));
        assert_eq!(fuse.failed(Task::Observe, at(1)), Duration::MAX);
        assert_eq!(fuse.failed(Task::Observe, at(1)), Duration::MAX);
        assert!(!fuse.lets_through(|| at(u64::MAX / 2)));
    }
}
