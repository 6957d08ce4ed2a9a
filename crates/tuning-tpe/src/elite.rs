//! [`Elite`]: the best trials, in order, whatever the number of all.

use tuning_toolkit::pareto;

use crate::history::Ended;

/// The most trials that the better mixture ever stands on.
pub(crate) const MOST: usize = 64;
/// With several objectives: how many of the best are kept, once there are twice as many.
const KEPT: usize = 128;

/// How far a trial got, best first: values of other levels are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level(pub(crate) u32);

/// A trial with values.
#[derive(Clone, Debug)]
struct Valued {
    level: Level,
    values: Box<[f64]>,
    ended: Ended,
}

/// The best trials.
#[derive(Clone, Debug)]
pub(crate) struct Elite {
    objectives: usize,
    count: u64,
    /// With one objective: the best first, [`MOST`] of them. With several: by their places.
    best: Vec<Valued>,
}

impl Elite {
    pub(crate) fn new(objectives: usize) -> Self {
        Self {
            objectives,
            count: 0,
            best: Vec::new(),
        }
    }

    /// How many objectives there are.
    pub(crate) fn objectives(&self) -> usize {
        self.objectives
    }

    /// How many trials had values.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Takes in a trial with these losses.
    pub(crate) fn push(&mut self, level: Level, values: &[f64], ended: Ended) {
        self.count += 1;
        // Minus zero is zero: the direction of an objective must not show.
        let values: Box<[f64]> = values.iter().map(|value| value + 0.0).collect();
        let valued = Valued {
            level,
            values,
            ended,
        };
        if self.objectives > 1 {
            self.best.push(valued);
            if self.best.len() >= 2 * KEPT {
                let mut order = self.order();
                order.truncate(KEPT);
                order.sort_unstable();
                let kept = order.iter().map(|place| self.best[*place].clone());
                self.best = kept.collect();
            }
            return;
        }
        let key = |valued: &Valued| (valued.level, valued.values.first().copied().unwrap_or(0.0));
        let (level, loss) = key(&valued);
        let rank = self.best.partition_point(|other| {
            let (other_level, other_loss) = key(other);
            other_level
                .cmp(&level)
                .then(other_loss.total_cmp(&loss))
                .is_le()
        });
        if rank < MOST {
            self.best.insert(rank, valued);
            self.best.truncate(MOST);
        }
    }

    /// The best `n` trials, best first.
    pub(crate) fn best(&self, n: usize) -> Vec<&Ended> {
        let order = if self.objectives > 1 {
            self.order()
        } else {
            (0..self.best.len()).collect()
        };
        let best = order.into_iter().take(n);
        best.map(|place| &self.best[place].ended).collect()
    }

    /// With several objectives: by level, then by front, then those in the emptiest regions first.
    fn order(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.best.len()).collect();
        places.sort_by_key(|place| self.best[*place].level);
        let mut order = Vec::with_capacity(places.len());
        for level in places.chunk_by(|a, b| self.best[*a].level == self.best[*b].level) {
            let values: Vec<&[f64]> = level
                .iter()
                .map(|place| &*self.best[*place].values)
                .collect();
            order.extend(pareto::order(&values).into_iter().map(|k| level[k]));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn push(elite: &mut Elite, level: u32, values: &[f64]) {
        let place = elite.count();
        let ended = Ended {
            trial: place,
            place,
            point: Arc::from([0.0]),
        };
        elite.push(Level(level), values, ended);
    }

    fn best(elite: &Elite, n: usize) -> Vec<u64> {
        elite.best(n).iter().map(|ended| ended.trial).collect()
    }

    #[test]
    fn the_best_are_in_order_and_equal_ones_in_the_order_of_time() {
        let mut elite = Elite::new(1);
        for loss in [3.0, 1.0, 2.0, 1.0, f64::MAX, -1e300, 0.0, -0.0] {
            push(&mut elite, 0, &[loss]);
        }
        assert_eq!(best(&elite, 9), [5, 6, 7, 1, 3, 2, 0, 4]);
        assert_eq!(best(&elite, 2), [5, 6]);
    }

    #[test]
    fn only_the_best_are_kept() {
        let mut elite = Elite::new(1);
        for k in 0..1000_u64 {
            push(&mut elite, 0, &[((k * 7919) % 1000) as f64]);
        }
        assert_eq!((elite.count(), elite.best.len()), (1000, MOST));
        let expected: Vec<u64> = (0..10)
            .map(|rank| (0..1000).find(|k| (k * 7919) % 1000 == rank).unwrap())
            .collect();
        assert_eq!(best(&elite, 10), expected);
    }

    #[test]
    fn who_got_further_comes_first() {
        let mut elite = Elite::new(1);
        for (level, loss) in [(1, 0.1), (0, 5.0), (1, 0.05), (0, 4.0)] {
            push(&mut elite, level, &[loss]);
        }
        assert_eq!(best(&elite, 4), [3, 1, 2, 0]);
    }

    #[test]
    fn of_several_objectives_the_first_front_survives() {
        let mut elite = Elite::new(2);
        for k in 0..600_u32 {
            // Every tenth is on the front, the others behind it.
            let x = f64::from(k) / 600.0;
            let behind = if k % 10 == 0 { 0.0 } else { 1.0 };
            push(&mut elite, 0, &[x + behind, 1.0 - x + behind]);
        }
        assert!(elite.best.len() < 2 * KEPT);
        let front = best(&elite, 60);
        assert!(front.iter().all(|trial| trial % 10 == 0), "{front:?}");
    }
}
