//! [`Retry`]: which failures are worth another attempt, and after how long; [`Tried`]: how many it has had.

use std::{collections::BTreeMap, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::{Deserialize, Serialize};
use tuning_core::{EventKind, Fact, FailureKind, TrialId};

/// Which failures are worth another attempt, how often, and after how long.
///
/// By default none is: a failed trial is information. Work that was lost because the study itself was
/// interrupted is always done again and counts as no attempt.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use tuning_core::FailureKind;
/// use tuning_runtime::Retry;
///
/// let retry = Retry::never()
///     .on(FailureKind::Lost, 5)
///     .on(FailureKind::TimedOut, 1)
///     .backoff(Duration::from_secs(1), 2.0, Duration::from_secs(60));
/// assert_eq!(retry.delay(FailureKind::Lost, 2), Some(Duration::from_secs(4)));
/// assert_eq!(retry.delay(FailureKind::TimedOut, 1), None, "one retry was allowed, and it is used up");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Retry {
    /// How often each class of failure is tried again.
    pub limits: BTreeMap<FailureKind, u32>,
    /// How long the first repetition waits.
    pub first_delay: Duration,
    /// By how much the wait grows each time, at least 1.
    pub factor: f32,
    /// How long it waits at most.
    pub max_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            limits: BTreeMap::new(),
            first_delay: Duration::from_secs(1),
            factor: 2.0,
            max_delay: Duration::from_secs(60),
        }
    }
}

impl Retry {
    /// No failure is tried again.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Sets how often this class of failure is tried again.
    #[must_use]
    pub fn on(mut self, kind: FailureKind, times: u32) -> Self {
        self.limits.insert(kind, times);
        self
    }

    /// Sets the wait before the first repetition, the factor by which it grows, and its maximum.
    #[must_use]
    pub fn backoff(mut self, first: Duration, factor: f32, max: Duration) -> Self {
        self.first_delay = first;
        self.factor = factor;
        self.max_delay = max;
        self
    }

    /// How long to wait before the next attempt, when this class of failure was tried again `before`
    /// times already; none if it is not worth it.
    #[must_use]
    pub fn delay(&self, kind: FailureKind, before: u32) -> Option<Duration> {
        let limit = self.limits.get(&kind).copied().unwrap_or(0);
        if before >= limit {
            return None;
        }
        let mut delays = ExponentialBuilder::default()
            .with_min_delay(self.first_delay.min(self.max_delay))
            .with_max_delay(self.max_delay)
            .with_factor(self.factor.max(1.0))
            .without_max_times()
            .build();
        delays.nth(before as usize).or(Some(self.max_delay))
    }
}

/// How often each class of failure of an open trial was retried. Work that was lost because the study was
/// interrupted does not count.
#[derive(Debug, Default)]
pub(crate) struct Tried(BTreeMap<(TrialId, FailureKind), u32>);

impl Tried {
    /// How often a trial was retried after this class of failure.
    pub(crate) fn times(&self, trial: TrialId, kind: FailureKind) -> u32 {
        self.0.get(&(trial, kind)).copied().unwrap_or(0)
    }

    /// Counts one more.
    pub(crate) fn count(&mut self, trial: TrialId, kind: FailureKind) {
        *self.0.entry((trial, kind)).or_default() += 1;
    }

    /// Forgets a trial that has ended.
    pub(crate) fn forget(&mut self, trial: TrialId) {
        self.0.retain(|(other, _), _| *other != trial);
    }

    /// Counts what an earlier session has tried.
    pub(crate) fn replay(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Retried(retried) if retried.failure.kind != FailureKind::Lost => {
                self.count(retried.trial, retried.failure.kind);
            }
            EventKind::Fact(Fact::Ended(ended)) => self.forget(ended.trial),
            _ => {}
        }
    }
}
