//! [`History`]: what is kept of the trials that ended. It does not grow with their number.

use std::{collections::VecDeque, sync::Arc};

use tuning_core::Seed;

/// The newest trials, all of which are kept.
const NEWEST: usize = 160;
/// How many of the older ones are kept: a sample.
const SAMPLED: usize = 96;
/// The newest trials that count in full.
// hyperopt's `linear_forgetting`.
const IN_FULL: u64 = 25;

/// A trial that ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Its number.
    pub(crate) trial: u64,
    /// How many had ended before it.
    pub(crate) place: u64,
    /// Where it lies.
    pub(crate) point: Arc<[f64]>,
}

/// The trials that ended: the newest ones, and a sample of those before them.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    ended: u64,
    newest: VecDeque<Ended>,
    /// By priority, the least first.
    sampled: Vec<(f64, Ended)>,
}

impl History {
    /// How many trials ended.
    pub(crate) fn ended(&self) -> u64 {
        self.ended
    }

    /// Takes in a trial that ended.
    pub(crate) fn push(&mut self, trial: u64, point: Arc<[f64]>) -> Ended {
        let ended = Ended {
            trial,
            place: self.ended,
            point,
        };
        self.ended += 1;
        self.newest.push_back(ended.clone());
        if self.newest.len() > NEWEST {
            self.newest
                .pop_front()
                .into_iter()
                .for_each(|old| self.sample(old));
        }
        ended
    }

    /// A weighted sample without replacement of everything that left the newest.
    // Efraimidis and Spirakis 2006: the largest of ln(u) / w. Old trials count by a ramp over their
    // places, and the ratio of two places never changes: neither does a priority.
    fn sample(&mut self, old: Ended) {
        let u = Seed::new(old.trial).named("tpe sample").unit().max(1e-300);
        let priority = libm::log(u) / (old.place as f64 + 1.0);
        let rank = self
            .sampled
            .partition_point(|(other, _)| *other <= priority);
        self.sampled.insert(rank, (priority, old));
        if self.sampled.len() > SAMPLED {
            self.sampled.remove(0);
        }
    }

    /// What is left of the trials, and how much each counts: the newest in full, older ones less and
    /// less, those of the sample for all that they stand for.
    pub(crate) fn weighed(&self) -> impl Iterator<Item = (&Ended, f64)> {
        let older = self.ended - self.newest.len() as u64;
        let share = if older > self.sampled.len() as u64 {
            let sum = 0.5 * older as f64 * (self.weight(0) + self.weight(older - 1));
            Some(sum / self.sampled.len() as f64)
        } else {
            None
        };
        let sampled = self.sampled.iter().map(move |(_, ended)| {
            let weight = share.unwrap_or_else(|| self.weight(ended.place));
            (ended, weight)
        });
        let newest = self.newest.iter();
        sampled.chain(newest.map(|ended| (ended, self.weight(ended.place))))
    }

    /// How much the trial at this place counts: a ramp up to the newest ones.
    fn weight(&self, place: u64) -> f64 {
        let n = self.ended;
        if place + IN_FULL >= n {
            return 1.0;
        }
        let least = 1.0 / n as f64;
        least + (1.0 - least) * place as f64 / (n - IN_FULL) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(n: u64) -> History {
        let mut history = History::default();
        for trial in 0..n {
            history.push(trial, Arc::from([0.5]));
        }
        history
    }

    #[test]
    fn nothing_is_forgotten_at_first() {
        for n in [0, 1, 26, 160, 161, 256] {
            let history = history(n);
            let mut places: Vec<u64> = history.weighed().map(|(ended, _)| ended.place).collect();
            places.sort_unstable();
            assert_eq!(places, (0..n).collect::<Vec<_>>());
            for (ended, weight) in history.weighed() {
                assert_eq!(weight, history.weight(ended.place));
            }
        }
    }

    #[test]
    fn older_trials_count_less_and_the_newest_in_full() {
        let history = history(100);
        let weights: Vec<f64> = (0..100).map(|place| history.weight(place)).collect();
        assert_eq!(weights[0], 0.01);
        assert!(weights.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(weights[75..].iter().all(|weight| *weight == 1.0));
        assert!(weights[74] < 1.0);
    }

    #[test]
    fn a_sample_stands_for_all_that_is_old() {
        let history = history(20_000);
        assert_eq!(history.weighed().count(), NEWEST + SAMPLED);
        let sum: f64 = history.weighed().map(|(_, weight)| weight).sum();
        let all: f64 = (0..20_000).map(|place| history.weight(place)).sum();
        assert!((sum / all - 1.0).abs() < 1e-9, "{sum} {all}");
        // By a ramp: three quarters of the weight are in the later half.
        let late = history
            .sampled
            .iter()
            .filter(|(_, ended)| ended.place > 10_000);
        let late = late.count();
        assert!((60..=84).contains(&late), "{late}");
    }
}
