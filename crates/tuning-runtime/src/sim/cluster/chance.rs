//! [`Chance`]: what strikes the work of a cluster, from a seed: it straggles, fails, or its worker is preempted.

use std::time::Duration;

use tuning_core::{Fidelity, Seed, Work};
use tuning_toolkit::Stream;

/// What may strike the work of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    pub(super) seed: Seed,
    /// The standard deviation of the logarithm of how much longer a piece of work takes.
    pub(super) stragglers: f64,
    /// The share of pieces of work that fail.
    pub(super) failing: f64,
    pub(super) preemption: Option<Preemption>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Preemption {
    /// How long a worker works until it is preempted, on average.
    pub(super) every: Duration,
    pub(super) away: Duration,
}

/// What strikes one piece of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fate {
    /// It takes this many times as long as it should.
    pub(super) factor: f64,
    /// The unit in which it fails.
    pub(super) fails_at: Option<u64>,
    /// Its worker is preempted after this much work, and is away for so long.
    pub(super) preempted: Option<(Duration, Duration)>,
}

impl Chance {
    /// What strikes this piece of work, which does the units behind `from` up to `until`.
    ///
    /// Whether it fails depends on the trial and on where the work begins alone, so that a study that was killed sees the
    /// same; what only takes time is drawn for each attempt.
    pub(super) fn fate(&self, work: &Work, from: u64, until: u64) -> Fate {
        let piece = self.seed.derive(work.trial.get()).derive(from);
        let mut lasting = Stream::counted(piece);
        let fails = lasting.chance(self.failing);
        let units = usize::try_from(until.saturating_sub(from)).unwrap_or(usize::MAX);
        let fails_at = from + 1 + lasting.below(units) as u64;
        let mut passing = Stream::counted(piece.named("attempt").derive(work.attempt.into()));
        let factor = libm::exp(self.stragglers * passing.normal());
        let preempted = self.preemption.map(|preemption| {
            // Preemptions of a worker are a Poisson process: the time until the next one is exponential, whenever it began.
            let means = -libm::log(1.0 - passing.unit());
            let after = Duration::try_from_secs_f64(means * preemption.every.as_secs_f64());
            (after.unwrap_or(Duration::MAX), preemption.away)
        });
        Fate {
            factor,
            fails_at: fails.then_some(fails_at),
            preempted,
        }
    }
}

/// The fidelity at which a piece of work begins: that of its checkpoint.
pub(super) fn begins(work: &Work) -> u64 {
    work.origin.at().map_or(0, Fidelity::get)
}
