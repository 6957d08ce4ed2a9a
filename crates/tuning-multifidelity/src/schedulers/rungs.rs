//! [`Rungs`]: the fidelities at which trials are compared, from the lowest to the whole.

use tuning_core::{ConfigOption, Fidelity, FidelityRange, Problem, Unsupported};

use crate::config;

/// How many times more resource a trial gets from rung to rung, and which part of a rung gets it.
pub(crate) const REDUCTION_FACTOR: u32 = 3;

/// The lowest rung if none is given, as a part of the whole.
// Measured on learning curves of 52 epochs, where 3 is better than 1: the first epoch ranks badly.
const PART: f64 = 17.0;

/// A rung is left out if the whole is less than this many times as much.
const NARROW: f64 = 1.3;

/// The fidelities at which trials are compared. The last one is the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rungs {
    levels: Vec<Fidelity>,
}

impl Rungs {
    /// From the lowest rung up: each is `factor` times the one before, as long as it is below the whole. The last of
    /// these is left out if it is nearly the whole, unless it is the only one.
    // Li et al. 2020, arXiv:1810.05934, Alg. 2: r_k = r_min η^k.
    pub(crate) fn upwards(range: FidelityRange, least: Option<u64>, factor: u32) -> Self {
        let whole = range.max().get();
        let mut levels = Vec::new();
        let mut level = lowest(range, least);
        while level < whole {
            levels.push(Fidelity::new(level));
            level = level.saturating_mul(u64::from(factor));
        }
        if let [_, .., last] = levels[..]
            && (whole as f64) < NARROW * last.get() as f64
        {
            levels.pop();
        }
        levels.push(range.max());
        Self { levels }
    }

    /// From the whole down: each is a `factor`-th of the one above, rounded, as long as it is not below the lowest rung.
    // Li et al. 2018, arXiv:1603.06560, Alg. 1: r_s = R η^-s for s = 0 … s_max = ⌊log_η(R / r_min)⌋.
    pub(crate) fn downwards(range: FidelityRange, least: Option<u64>, factor: u32) -> Self {
        let (whole, least) = (range.max(), lowest(range, least));
        let mut levels = vec![whole];
        let mut divisor = Some(u64::from(factor));
        while let Some(by) = divisor
            && least
                .checked_mul(by)
                .is_some_and(|lowest| lowest <= whole.get())
        {
            let (quotient, rest) = (whole.get() / by, whole.get() % by);
            levels.push(Fidelity::new(quotient + u64::from(rest >= by.div_ceil(2))));
            divisor = by.checked_mul(u64::from(factor));
        }
        levels.reverse();
        Self { levels }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.levels.len()
    }

    /// The fidelity of a whole trial.
    pub(crate) fn whole(&self) -> u64 {
        self.levels[self.top()].get()
    }

    /// How many of them a trial at this fidelity has passed or stands at.
    pub(crate) fn passed(&self, at: u64) -> usize {
        self.levels.partition_point(|level| level.get() <= at)
    }

    /// The next one for a trial at this fidelity; the whole if it has passed all.
    pub(crate) fn next(&self, at: u64) -> u64 {
        let next = self.passed(at).min(self.top());
        self.levels[next].get()
    }

    /// How much resource lies between a rung and the one below.
    pub(crate) fn step(&self, rung: usize) -> u64 {
        let below = rung
            .checked_sub(1)
            .map_or(0, |below| self.levels[below].get());
        self.levels[rung].get() - below
    }

    /// The index of the whole.
    pub(crate) fn top(&self) -> usize {
        self.levels.len() - 1
    }

    /// How far a trial is to run that is to reach this rung: to its end for the last one.
    pub(crate) fn until(&self, rung: usize) -> Option<Fidelity> {
        (rung < self.top()).then(|| self.levels[rung])
    }

    /// How far a trial is to run from there that is to reach this rung: to a higher one if it has gone beyond.
    pub(crate) fn until_from(&self, rung: usize, at: Fidelity) -> Option<Fidelity> {
        let beyond = self.levels.partition_point(|level| *level <= at);
        self.until(rung.max(beyond))
    }

    /// The rung of a trial that was asked to run until there.
    pub(crate) fn of(&self, until: Option<Fidelity>) -> usize {
        until.map_or(self.top(), |until| self.reached(until))
    }

    /// The rung of a trial that has paused there: the highest one at or below, and at most the last one before the whole.
    pub(crate) fn reached(&self, at: Fidelity) -> usize {
        let beyond = self.levels.partition_point(|level| *level <= at);
        beyond.saturating_sub(1).min(self.top().saturating_sub(1))
    }

    /// The highest rung at or below, if there is one; none for the whole.
    pub(crate) fn below_whole(&self, at: Fidelity) -> Option<usize> {
        let beyond = self.levels.partition_point(|level| *level <= at);
        beyond.checked_sub(1).filter(|rung| *rung < self.top())
    }

    /// The rung as people count them.
    pub(crate) fn note(&self, rung: usize) -> String {
        format!("rung {} of {}", rung + 1, self.count())
    }
}

/// The lowest rung: what was asked for, as far as the range goes.
fn lowest(range: FidelityRange, least: Option<u64>) -> u64 {
    let (min, max) = (range.min().get().max(1), range.max().get().max(1));
    let least = least.unwrap_or_else(|| (max as f64 / PART).round() as u64);
    least.clamp(min, max)
}

/// The options that all schedulers have.
pub(crate) fn options(factor: u32, least: Option<u64>) -> [ConfigOption; 2] {
    let about = "the lowest rung; a seventeenth of the largest fidelity if not given";
    [
        ConfigOption::new(
            "reduction_factor",
            factor,
            "one trial in this many is promoted from rung to rung, and each rung is this many times the one before",
        )
        .at_least(2.0)
        .at_most(1000.0),
        config::fidelity("min_resource", least, about, 1.0),
    ]
}

/// The fidelities of a problem that a scheduler with these options can work with.
///
/// # Errors
/// If an option is out of its range, or the problem has no fidelities, or several objectives.
pub(crate) fn range(
    name: &str,
    options: &[ConfigOption],
    problem: &Problem,
) -> Result<FidelityRange, Unsupported> {
    config::check_strategy(name, options, problem)?;
    problem.fidelity.ok_or_else(|| {
        Unsupported::new(
            name,
            "needs a fidelity to compare trials early: declare it, as in `fidelity: {name: epoch, min: 1, max: 81}`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(rungs: &Rungs) -> Vec<u64> {
        rungs.levels.iter().map(|level| level.get()).collect()
    }

    #[test]
    fn rungs_go_up_from_the_lowest_and_down_from_the_whole() {
        let check = |(min, max): (u64, u64), least, factor, up: &[u64], down: &[u64]| {
            let range = FidelityRange::new(min, max).unwrap();
            assert_eq!(levels(&Rungs::upwards(range, least, factor)), up);
            assert_eq!(levels(&Rungs::downwards(range, least, factor)), down);
        };
        let powers = [1, 3, 9, 27, 81];
        check((1, 81), Some(1), 3, &powers, &powers);
        check((1, 52), None, 3, &[3, 9, 27, 52], &[6, 17, 52]);
        check((1, 100), Some(10), 4, &[10, 40, 100], &[25, 100]);
        check((5, 52), Some(1), 3, &[5, 15, 52], &[6, 17, 52]);
        check((5, 6), Some(1), 2, &[5, 6], &[6]);
        check((1, 1), None, 3, &[1], &[1]);
        check((5, 9), Some(1), 2, &[5, 9], &[9]);
        check((1, 3), Some(9), 2, &[3], &[3]);
        check(
            (1, u64::MAX),
            Some(1 << 62),
            2,
            &[1 << 62, 1 << 63, u64::MAX],
            &[1 << 63, u64::MAX],
        );
    }

    #[test]
    fn the_next_rung_is_above_the_fidelity() {
        let rungs = Rungs::upwards(FidelityRange::new(1, 52).unwrap(), None, 3);
        let check = |at, passed, next| {
            assert_eq!((rungs.passed(at), rungs.next(at)), (passed, next), "{at}");
        };
        check(0, 0, 3);
        check(3, 1, 9);
        check(10, 2, 27);
        check(52, 4, 52);
        check(99, 4, 52);
        assert_eq!(rungs.whole(), 52);
    }

    #[test]
    fn a_trial_stands_at_the_highest_rung_at_or_below() {
        let rungs = Rungs::upwards(FidelityRange::new(1, 27).unwrap(), Some(1), 3);
        let reached = |at: u64| rungs.reached(Fidelity::new(at));
        assert_eq!(
            [0, 1, 2, 3, 8, 9, 26, 27, 99].map(reached),
            [0, 0, 0, 1, 1, 2, 2, 2, 2]
        );
        let until = |rung, at: u64| rungs.until_from(rung, Fidelity::new(at)).map(Fidelity::get);
        assert_eq!(
            [until(1, 1), until(1, 3), until(1, 10), until(3, 9)],
            [Some(3), Some(9), None, None]
        );
    }
}
