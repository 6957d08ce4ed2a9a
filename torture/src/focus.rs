//! [`Focus`]: what happens most in a study.

use std::num::NonZeroUsize;

use tuning_core::Order;

use crate::{
    plan::{Limit, Plan},
    scheduler::Scheduler,
};

/// What happens most in a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// What the seed says.
    Nothing,
    /// Its process dies often.
    Deaths,
    /// Its trials are tried again and again.
    Attempts,
    /// Its observers fail, and die with their process.
    Observers,
    /// It has a limit of cost.
    Cost,
    /// It has a limit of resource.
    Resource,
    /// It ends after some trials without an improvement, and gives many up.
    NoImprovement,
    /// Its results are told as proposed.
    InLine,
    /// Its results are told as finished.
    AsFinished,
    /// Its trials are evaluated by its caller.
    Manual,
    /// Its results are told as proposed, a scheduler decides by them, and its process dies often.
    Scheduled,
}

impl Plan {
    /// The same with this focus.
    #[must_use]
    pub fn with(mut self, focus: Focus) -> Self {
        let some = 1 + self.seed % 6;
        match focus {
            Focus::Nothing => {}
            Focus::Deaths => (self.deaths, self.trials) = (8, self.trials.max(12)),
            Focus::Attempts => {
                (self.timeout, self.retries, self.manual) = (true, 3, false);
                (self.share, self.deaths) = (0.1, 3);
                // Only what is evaluated has attempts.
                self.added = 0;
            }
            Focus::Observers => (self.share, self.deaths) = (0.1, 5),
            Focus::Cost => {
                self.limit = Limit::Cost(3 + 3 * some as u32);
                self.trials = 24;
            }
            Focus::Resource => {
                (self.limit, self.fidelity) = (Limit::Resource(20 + 10 * some), true);
                self.trials = 24;
            }
            Focus::NoImprovement => {
                (self.limit, self.strategy) = (Limit::NoImprovement(1 + some), "ladder");
                (self.fidelity, self.trials, self.scheduler) = (true, 24, None);
            }
            Focus::InLine => {
                let lag = NonZeroUsize::MIN.saturating_add(some as usize - 1);
                self.order = Order::AsProposed { lag };
                self.workers = self.workers.max(3);
                (self.share, self.deaths, self.trials) = (0.1, 5, self.trials.max(12));
            }
            Focus::AsFinished => self.order = Order::AsFinished,
            Focus::Manual => (self.manual, self.deaths, self.share) = (true, 8, 0.1),
            Focus::Scheduled => {
                let scheduler = Scheduler::ALL[self.seed as usize % Scheduler::ALL.len()];
                self = self.scheduled(scheduler);
                self.order = Order::AsProposed {
                    lag: NonZeroUsize::MIN.saturating_add(some as usize),
                };
                (self.deaths, self.trials) = (8, self.trials.max(20));
            }
        }
        if self.is_in_line() && matches!(self.limit, Limit::Time(_)) {
            self.limit = Limit::None; // what time allows depends on how often it dies
        }
        self
    }
}
