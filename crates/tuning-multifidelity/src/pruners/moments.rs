//! [`Moments`]: at which reports of a trial a pruner looks.

use tuning_core::{ConfigOption, Fidelity};

use crate::config;

/// The reports at which a pruner looks: from a fidelity on, and the first in each interval after that.
///
/// With a warmup of 5 and an interval of 10 these are the first report at 5 or above, the first at 15 or above, and so on.
/// A report that comes late, as 17 for 15, is looked at all the same. Optuna's `n_warmup_steps` and `interval_steps`
/// mean the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) warmup: u64,
    pub(super) interval: u64,
}

impl Moments {
    /// The options of these names, set so.
    pub(super) fn options(self) -> [ConfigOption; 2] {
        let interval = "how far apart the fidelities are at which a trial is judged";
        [
            config::fidelity(
                "warmup",
                self.warmup,
                "the fidelity from which trials are judged",
                0.0,
            ),
            config::fidelity("interval", self.interval, interval, 1.0),
        ]
    }

    /// Whether a report at this fidelity, the one after `previous`, is looked at.
    pub(super) fn includes(self, at: Fidelity, previous: Option<Fidelity>) -> bool {
        let Some(beyond) = at.get().checked_sub(self.warmup) else {
            return false;
        };
        let begin = at.get() - beyond % self.interval.max(1);
        previous.is_none_or(|previous| previous.get() < begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(warmup: u64, interval: u64, reports: &[u64]) -> Vec<u64> {
        let moments = Moments { warmup, interval };
        let mut previous = None;
        let mut includes = |at: &u64| {
            let at = Fidelity::new(*at);
            moments.includes(at, previous.replace(at))
        };
        let reports = reports.iter().copied();
        reports.filter(|at| includes(at)).collect()
    }

    #[test]
    fn without_a_warmup_and_an_interval_every_report_is_looked_at() {
        assert_eq!(looked_at(0, 1, &[0, 1, 2, 7]), [0, 1, 2, 7]);
    }

    #[test]
    fn before_the_warmup_none_is() {
        assert_eq!(looked_at(3, 1, &[1, 2, 3, 4]), [3, 4]);
    }

    #[test]
    fn in_each_interval_the_first_report_is_however_late_it_comes() {
        assert_eq!(looked_at(5, 10, &[4, 5, 6, 14, 17, 24, 25]), [5, 17, 25]);
        assert_eq!(looked_at(0, 5, &[1, 2, 5, 6, 9, 10, 31]), [1, 5, 10, 31]);
    }
}
