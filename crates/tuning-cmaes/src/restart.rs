//! [`Restart`]: when one descent has ended, where and how large the next one begins.

use serde::{Deserialize, Serialize};
use tuning_core::Seed;
use tuning_toolkit::Stream;

/// What follows when a descent has come to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Restart {
    /// Another one of the same kind, from another point.
    Same,
    /// Each time one with twice the population (Auger & Hansen 2005, IPOP).
    Ipop,
    /// Ever larger ones and small ones with small steps in turn, so that both kinds get the same number
    /// of trials (Hansen 2009, BIPOP).
    #[default]
    Bipop,
}

impl Restart {
    /// The name in a study file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Ipop => "ipop",
            Self::Bipop => "bipop",
        }
    }
}

/// Which descent it is, and what the ones before have used.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    kind: Restart,
    lambda: usize,
    sigma: f64,
    /// The number of the present descent.
    run: u64,
    /// How often the population was doubled.
    doublings: u32,
    small: bool,
    /// Trials of large and of small descents.
    used: (u64, u64),
}

/// How the next descent begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Begin {
    pub(crate) lambda: usize,
    pub(crate) sigma: f64,
    pub(crate) mean: Vec<f64>,
}

/// A population is doubled no further than to this many times the first one.
const DOUBLINGS: u32 = 9;

impl Schedule {
    pub(crate) fn new(kind: Restart, lambda: usize, sigma: f64) -> Self {
        Self {
            kind,
            lambda,
            sigma,
            run: 0,
            doublings: 0,
            small: false,
            used: (0, 0),
        }
    }

    pub(crate) fn run(&self) -> u64 {
        self.run
    }

    /// Ends the present descent, which has used this many trials; says how the next one begins in a box
    /// of this many dimensions. `root`: a seed of the study's own.
    // Hansen 2009, "Benchmarking a BI-Population CMA-ES on the BBOB-2009 Function Testbed", §2.
    pub(crate) fn next(&mut self, trials: u64, dimensions: usize, root: Seed) -> Begin {
        let used = if self.small {
            &mut self.used.1
        } else {
            &mut self.used.0
        };
        *used += trials;
        self.run += 1;
        let mut stream = Stream::new(root.named("restart").derive(self.run));
        let mean = (0..dimensions).map(|_| stream.unit()).collect();
        self.small = self.kind == Restart::Bipop && self.used.1 < self.used.0 && self.doublings > 0;
        let large = |doublings: u32| self.lambda << doublings.min(DOUBLINGS);
        if self.small {
            let ratio = 0.5 * large(self.doublings) as f64 / self.lambda as f64;
            let u = stream.unit();
            let lambda = self.lambda as f64 * libm::pow(ratio, u * u);
            return Begin {
                lambda: (lambda as usize).max(self.lambda),
                sigma: self.sigma * libm::pow(10.0, -2.0 * stream.unit()),
                mean,
            };
        }
        if self.kind != Restart::Same {
            self.doublings += 1;
        }
        Begin {
            lambda: self.lambda << self.doublings.min(DOUBLINGS),
            sigma: self.sigma,
            mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lambdas(kind: Restart, trials: impl Fn(usize) -> u64) -> Vec<usize> {
        let mut schedule = Schedule::new(kind, 8, 0.2);
        let mut last = 8;
        (0..8)
            .map(|_| {
                last = schedule.next(trials(last), 3, Seed::new(1)).lambda;
                last
            })
            .collect()
    }

    #[test]
    fn ipop_doubles_and_same_does_not() {
        assert_eq!(
            lambdas(Restart::Ipop, |_| 100),
            [16, 32, 64, 128, 256, 512, 1024, 2048]
        );
        assert_eq!(lambdas(Restart::Same, |_| 100), [8; 8]);
    }

    #[test]
    fn bipop_gives_both_kinds_the_same_number_of_trials() {
        let mut schedule = Schedule::new(Restart::Bipop, 8, 0.2);
        let mut trials = 800;
        for _ in 0..40 {
            let begin = schedule.next(trials, 3, Seed::new(1));
            trials = 100 * begin.lambda as u64;
            assert!(begin.sigma <= 0.2 && begin.sigma > 0.0019);
            assert!(begin.lambda >= 8 && begin.lambda <= 8 << DOUBLINGS);
            assert!(begin.mean.iter().all(|x| (0.0..1.0).contains(x)));
        }
        let (large, small) = schedule.used;
        assert!(
            small > large / 4 && small <= large + trials,
            "{large} {small}"
        );
        assert!(schedule.doublings > 3);
    }

    #[test]
    fn every_restart_is_elsewhere_and_depends_on_the_root() {
        let next = |root: u64, times: usize| {
            let mut schedule = Schedule::new(Restart::Bipop, 8, 0.2);
            (0..times)
                .map(|_| schedule.next(10, 2, Seed::new(root)))
                .last()
        };
        assert_eq!(next(1, 3), next(1, 3));
        assert_ne!(next(1, 3).map(|b| b.mean), next(1, 2).map(|b| b.mean));
        assert_ne!(next(1, 3).map(|b| b.mean), next(2, 3).map(|b| b.mean));
    }
}
