//! [`Steps`]: the fidelities at which the members of a population are compared.

use tuning_core::{Fidelity, FidelityRange};

/// The part of the whole between two comparisons if no interval is given.
const PART: u64 = 10;

/// The multiples of an interval that lie in a range, then the whole: where the steps of a population end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    interval: u64,
    first: u64,
    whole: u64,
}

impl Steps {
    /// Steps of this interval; of a tenth of the range if there is none.
    pub(super) fn new(range: FidelityRange, interval: Option<u64>) -> Self {
        let (least, whole) = (range.min().get(), range.max().get());
        let interval = interval.unwrap_or_else(|| whole.div_ceil(PART)).max(1);
        Self {
            interval,
            first: least
                .div_ceil(interval)
                .max(1)
                .saturating_mul(interval)
                .min(whole),
            whole,
        }
    }

    /// The index of the last one.
    pub(super) fn last(&self) -> u64 {
        (self.whole - self.first).div_ceil(self.interval)
    }

    /// Where this step ends; none for the last one, which ends with the whole.
    pub(super) fn end(&self, step: u64) -> Option<Fidelity> {
        let end = self
            .interval
            .saturating_mul(step)
            .saturating_add(self.first);
        (end < self.whole).then(|| Fidelity::new(end))
    }

    /// Where this step ends for a trial that is there already: at least one step further.
    pub(super) fn end_from(&self, step: u64, at: Fidelity) -> Option<Fidelity> {
        let beyond = match at.get().checked_sub(self.first) {
            Some(more) => more / self.interval + 1,
            None => 0,
        };
        self.end(step.max(beyond))
    }

    /// The step as people count them.
    pub(super) fn note(&self, step: u64) -> String {
        format!("step {} of {}", step + 1, self.last() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(min: u64, max: u64, interval: Option<u64>) -> Steps {
        Steps::new(FidelityRange::new(min, max).unwrap(), interval)
    }

    #[test]
    fn steps_end_at_the_multiples_in_the_range_and_with_the_whole() {
        let check = |(min, max), interval, ends: &[u64]| {
            let steps = steps(min, max, interval);
            let found: Vec<_> = (0..steps.last())
                .map(|step| steps.end(step).unwrap().get())
                .collect();
            assert_eq!((&found[..], steps.end(steps.last())), (ends, None));
        };
        check((1, 10), Some(3), &[3, 6, 9]);
        check((1, 9), Some(3), &[3, 6]);
        check((4, 12), Some(3), &[6, 9]);
        check((1, 52), None, &[6, 12, 18, 24, 30, 36, 42, 48]);
        check((1, 3), None, &[1, 2]);
        check((1, 5), Some(9), &[]);
        check((5, 5), None, &[]);
        let wide = steps(1, u64::MAX, Some(1 << 63));
        assert_eq!((wide.last(), wide.end(1)), (1, None));
    }

    #[test]
    fn a_trial_that_is_further_runs_to_the_next_end() {
        let steps = steps(1, 10, Some(3));
        let from = |step, at: u64| steps.end_from(step, Fidelity::new(at)).map(Fidelity::get);
        assert_eq!(
            [from(1, 3), from(1, 5), from(1, 6), from(1, 7), from(1, 9)],
            [Some(6), Some(6), Some(9), Some(9), None]
        );
        assert_eq!([from(0, 0), from(0, 2)], [Some(3), Some(3)]);
    }
}
