//! [`Life`]: how a simulated study goes: how many workers, what fails, who else proposes.

use std::num::NonZeroU64;

use tuning_core::{Order, Seed};

use crate::landscape::Landscape;

/// How a simulated study goes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Life {
    /// How many pieces of work are in flight at once at most.
    pub workers: usize,
    /// In which order results are told.
    pub order: Order,
    /// The share of the work that fails, is stopped, or is lost and repeated.
    pub failing: f64,
    /// How many trials of others come for each own one, until the budget is spent. With them, some
    /// paused trials are cancelled. Nothing interferes with a study in line.
    pub foreign: f64,
    /// What trials measure.
    pub landscape: Landscape,
    /// Trials report at the multiples of this, and so pause beyond what they were asked for if that is none; absent: at
    /// 1, 2, 3, 6, 9, 18, 27 and where they are to pause.
    pub reports_every: Option<NonZeroU64>,
}

impl Default for Life {
    /// A quiet life: three workers, no failures, no trials of others.
    fn default() -> Self {
        Self {
            workers: 3,
            order: Order::AsFinished,
            failing: 0.0,
            foreign: 0.0,
            landscape: Landscape::Bowl,
            reports_every: None,
        }
    }
}

impl Life {
    /// The life that goes with a seed, so that a few seeds see a bit of everything: quiet with three
    /// workers, rough with four, in line, alone with one, and so on.
    #[must_use]
    pub fn of(seed: Seed) -> Self {
        let quiet = Self::default();
        match seed.get() % 4 {
            0 => quiet,
            1 => Self {
                workers: 4,
                failing: 0.3,
                ..quiet
            },
            2 => Self {
                workers: 5,
                failing: 0.1,
                order: Order::AS_PROPOSED,
                ..quiet
            },
            _ => Self {
                workers: 1,
                ..quiet
            },
        }
    }

    /// Sets the number of workers.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.max(1);
        self
    }

    /// Sets the order in which results are told.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Sets the share of the work that fails.
    #[must_use]
    pub fn failing(mut self, share: f64) -> Self {
        self.failing = share;
        self
    }

    /// Sets how many foreign trials there are for each of its own.
    #[must_use]
    pub fn foreign(mut self, share: f64) -> Self {
        self.foreign = share;
        self
    }

    /// Lets trials report at the multiples of this alone, and at their end.
    #[must_use]
    pub fn reports_every(mut self, resource: impl Into<Option<NonZeroU64>>) -> Self {
        self.reports_every = resource.into();
        self
    }

    /// Sets what trials measure.
    #[must_use]
    pub fn landscape(mut self, landscape: Landscape) -> Self {
        self.landscape = landscape;
        self
    }
}
