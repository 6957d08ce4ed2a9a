//! [`Budget`]: when a study has done enough, and [`EndReason`]: why it ended.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Counts, FailureLimit};

/// When a study has done enough: whichever limit is met first. Without a limit the strategy
/// decides (a grid ends by itself, random search never does), as long as its trials do not [all fail](FailureLimit).
///
/// A budget is not part of a study's identity: open a finished study with a larger one, and it continues.
///
/// # Example
/// ```
/// use tuning_core::Budget;
///
/// let budget = Budget::trials(100).target(0.01).no_improvement(30);
/// assert_eq!(budget.trials, Some(100));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Budget {
    /// How many trials there are. Which ones count, `of` says: all that are started, failed ones included, if nothing is set.
    ///
    /// Trials that were [added](crate::AddedTrial) use up no limit, unless `of` is [`Counted::All`]; but one of them may be the best,
    /// and reach the `target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials: Option<u64>,
    /// Which trials count for `trials`.
    #[serde(skip_serializing_if = "Counted::is_default")]
    pub of: Counted,
    /// How many failed trials end the study early.
    #[serde(skip_serializing_if = "FailureLimit::is_default")]
    pub failures: FailureLimit,
    /// How long the study runs, all its sessions together. No trial is started after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Duration>,
    /// The value of the first objective, in its own direction, that is good enough. Only what a trial
    /// completed with counts: a report on the way, or of a paused trial, ends nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// After how many ended trials without a new best the study ends. Completed, stopped and failed
    /// trials count, and only completed ones are a new best; paused ones have not ended. So with
    /// successive halving, where most trials stay paused, few trials count: give it a larger number, or a
    /// `resource`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_improvement: Option<u64>,
    /// How much resource (epochs, steps) all trials together may use. A trial counts with the fidelity
    /// it has reported, and when it completes or fails, with what it was asked for if that is more.
    /// A piece of work is begun only if what it asks for is left beside what was used and what the work in flight was asked
    /// for. So the limit is never passed, and some of it may be left over: too little for what comes next. Without a
    /// fidelity nothing says what a piece of work asks for: the last one may then go beyond the limit, as may a program that
    /// reports beyond the fidelity that it was to run until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<u64>,
    /// How large the sum of a metric over all trials may get (money, GPU-hours). A trial counts with the
    /// last value it measured: let it measure what it has cost in all. Work in flight counts, too: with what it has
    /// measured, or as much as the pieces of work before it have cost on average, if that is more. So the limit is met
    /// exactly if all cost the same, but for those that are begun before the first one has told what it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostLimit>,
}

/// Which trials a budget of trials counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Counted {
    /// All that the study started, however they end.
    #[default]
    Started,
    /// Those that completed, and those that may still do so. In the place of one that failed or was stopped, another one is
    /// started.
    Completed,
    /// All that were started, and those that were [added](crate::AddedTrial).
    All,
}

impl Counted {
    /// Whether this is what counts if nothing is set.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A limit for the sum of a metric over all trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostLimit {
    /// The name of the metric that trials report.
    pub metric: String,
    /// How large its sum may get.
    // JSON writes an infinite limit as null.
    #[serde(deserialize_with = "limit")]
    pub limit: f64,
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
}

impl Budget {
    /// No limit but that on failures: the strategy decides.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// This many trials, failed ones included.
    #[must_use]
    pub fn trials(trials: u64) -> Self {
        Self {
            trials: Some(trials),
            ..Self::default()
        }
    }

    /// How many new trials it still allows after these; none if it has no limit of trials.
    #[must_use]
    pub fn trials_left(&self, counts: &Counts) -> Option<u64> {
        let counted = match self.of {
            Counted::All => counts.started,
            Counted::Started => counts.started.saturating_sub(counts.added),
            // Those in hand may complete.
            Counted::Completed => {
                let completed = counts.completed + counts.running + counts.paused;
                completed.saturating_sub(counts.added_completed)
            }
        };
        Some(self.trials?.saturating_sub(counted))
    }

    /// Counts only these trials for the number of trials.
    #[must_use]
    pub fn of(mut self, counted: Counted) -> Self {
        self.of = counted;
        self
    }

    /// Ends when this many trials have failed.
    #[must_use]
    pub fn failures(mut self, limit: FailureLimit) -> Self {
        self.failures = limit;
        self
    }

    /// Starts no trial after this long.
    #[must_use]
    pub fn time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// Ends when the first objective is as good as this (in its own direction).
    #[must_use]
    pub fn target(mut self, target: f64) -> Self {
        self.target = Some(target);
        self
    }

    /// Ends after this many ended trials without a new best.
    #[must_use]
    pub fn no_improvement(mut self, trials: u64) -> Self {
        self.no_improvement = Some(trials);
        self
    }

    /// Begins no work that could make all trials together use more resource than this.
    #[must_use]
    pub fn resource(mut self, resource: u64) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Ends when the sum of this metric over the trials reaches the limit.
    #[must_use]
    pub fn cost(mut self, metric: impl Into<String>, limit: f64) -> Self {
        self.cost = Some(CostLimit {
            metric: metric.into(),
            limit,
        });
        self
    }
}

/// Why a study (or one session of it) ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndReason {
    /// As many trials as the budget allows were started.
    Trials,
    /// The time is up.
    Time,
    /// The target value was reached.
    Target,
    /// Too many trials in a row were no new best.
    NoImprovement,
    /// The resource is used up, or too little of it is left for what comes next.
    Resource,
    /// The cost limit was reached.
    Cost,
    /// Too many trials failed: something is broken. Fix it, and run the study again to resume.
    Failures,
    /// The strategy has nothing more to propose, as a grid at its end.
    Exhausted,
    /// It was stopped: run it again to resume.
    Stopped,
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trials => "all trials of the budget are done",
            Self::Time => "the time is up",
            Self::Target => "the target was reached",
            Self::NoImprovement => "no further improvement",
            Self::Resource => "no resource is left for more work",
            Self::Cost => "the cost limit was reached",
            Self::Failures => "too many trials failed",
            Self::Exhausted => "the strategy has nothing more to propose",
            Self::Stopped => "stopped",
        })
    }
}
