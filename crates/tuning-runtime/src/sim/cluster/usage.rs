//! [`Usage`]: what the workers of a cluster did with their time.

use std::time::Duration;

/// What the workers of a cluster have done with their time until now. Times of workers are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// How much virtual time has passed since the cluster was made.
    pub elapsed: Duration,
    /// How long workers have worked.
    pub busy: Duration,
    /// How long they have waited for work.
    pub idle: Duration,
    /// How long they were away, after they had been preempted.
    pub away: Duration,
    /// How much of `busy` was for work that was preempted: it is done again.
    pub lost: Duration,
    /// How many units of resource were done, with those of work that was preempted or failed.
    pub units: u64,
}

impl Usage {
    /// The share of their time that workers waited for work, between 0 and 1, without the time that they were away.
    #[must_use]
    pub fn idle_share(&self) -> f64 {
        let there = self.busy + self.idle;
        match there.is_zero() {
            true => 0.0,
            false => self.idle.as_secs_f64() / there.as_secs_f64(),
        }
    }
}
