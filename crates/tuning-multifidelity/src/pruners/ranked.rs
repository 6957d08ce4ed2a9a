//! [`Ranked`]: numbers in their order, to add to and to select from by rank. It does not know what the numbers are.

use std::sync::Arc;

/// How many numbers a block holds at most: a copy of one is what an addition to shared numbers costs.
const FULL: usize = 512;

/// Finite numbers in their order. An addition moves at most one block, and a copy shares all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranked {
    blocks: Vec<Arc<Vec<f64>>>,
    len: usize,
}

impl Ranked {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds a number.
    pub(super) fn insert(&mut self, number: f64) {
        let is_below =
            |last: Option<&f64>| last.is_some_and(|last| last.total_cmp(&number).is_lt());
        let after = self.blocks.partition_point(|block| is_below(block.last()));
        let place = after.min(self.blocks.len().saturating_sub(1));
        self.len += 1;
        let Some(block) = self.blocks.get_mut(place) else {
            self.blocks.push(Arc::new(vec![number]));
            return;
        };
        let block = Arc::make_mut(block);
        let rank = block.partition_point(|other| other.total_cmp(&number).is_lt());
        block.insert(rank, number);
        if block.len() > FULL {
            let upper = block.split_off(block.len() / 2);
            self.blocks.insert(place + 1, Arc::new(upper));
        }
    }

    /// The number of this rank, the lowest being of rank 0; none beyond the last.
    pub(super) fn get(&self, rank: usize) -> Option<f64> {
        let mut rank = rank;
        for block in &self.blocks {
            match block.get(rank) {
                Some(number) => return Some(*number),
                None => rank -= block.len(),
            }
        }
        None
    }

    /// The `percent` percentile, between two numbers in proportion; none if there are no numbers.
    ///
    /// This is the default of `numpy.percentile`, which Optuna calls, to the last bit: Hyndman and Fan 1996, definition 7.
    pub(super) fn percentile(&self, percent: f64) -> Option<f64> {
        let last = self.len.checked_sub(1)?;
        let at = last as f64 * (percent / 100.0);
        let rank = at.floor() as usize;
        let (low, high) = (self.get(rank)?, self.get((rank + 1).min(last))?);
        let share = at - at.floor();
        let between = match high - low {
            // The widest pairs of numbers are further apart than a number can say.
            distance if distance.is_infinite() => low * (1.0 - share) + high * share,
            distance if share < 0.5 => low + distance * share,
            distance => high - distance * (1.0 - share),
        };
        Some(between)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranked(numbers: &[f64]) -> Ranked {
        let mut ranked = Ranked::default();
        numbers.iter().for_each(|number| ranked.insert(*number));
        ranked
    }

    #[test]
    fn a_percentile_lies_between_two_numbers_in_proportion() {
        let check = |numbers: &[f64], percent: f64, expected: Option<f64>| {
            assert_eq!(
                ranked(numbers).percentile(percent),
                expected,
                "{numbers:?} at {percent}"
            );
        };
        check(&[], 50.0, None);
        check(&[3.0], 75.0, Some(3.0));
        check(&[4.0, 1.0], 50.0, Some(2.5));
        check(&[5.0, 1.0, 2.0], 50.0, Some(2.0));
        check(&[1.0, 2.0, 3.0, 5.0], 25.0, Some(1.75));
        check(&[1.0, 2.0, 3.0, 5.0], 75.0, Some(3.5));
        check(&[1.0, 2.0, 3.0, 5.0], 0.0, Some(1.0));
        check(&[1.0, 2.0, 3.0, 5.0], 100.0, Some(5.0));
        check(&[f64::MIN, f64::MAX], 50.0, Some(0.0));
    }

    #[test]
    fn a_copy_keeps_its_numbers_while_the_original_gets_more() {
        let mut original = ranked(&[2.0, 1.0]);
        let copy = original.clone();
        original.insert(0.0);
        assert_eq!((copy.len(), copy.get(0), copy.get(2)), (2, Some(1.0), None));
        assert_eq!((original.len(), original.get(0)), (3, Some(0.0)));
    }

    proptest! {
        #[test]
        fn every_rank_is_that_of_the_sorted_numbers(
            numbers in proptest::collection::vec(-50_i32..50, 0..2_000),
        ) {
            let mut numbers: Vec<f64> = numbers.into_iter().map(f64::from).collect();
            let ranked = ranked(&numbers);
            numbers.sort_by(f64::total_cmp);
            let found: Vec<f64> = (0..=numbers.len()).filter_map(|rank| ranked.get(rank)).collect();
            prop_assert_eq!(found, numbers);
        }
    }
}
