//! [`Region`]: a box around its best point, and when it grows, shrinks and is left.

use crate::TrustRegionConfig;

/// A better point gains at least this part of the best loss: less is noise.
const GAIN: f64 = 1e-3;

/// A trust region: a fold of the losses that it is told.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// How many there were before it.
    pub(crate) number: u64,
    /// The sides of the box.
    pub(crate) length: f64,
    best: Option<(f64, Vec<f64>)>,
    /// How many of its own points it has learned.
    learned: u32,
    successes: u32,
    failures: u32,
}

impl Region {
    pub(crate) fn new(number: u64, length: f64) -> Self {
        Self {
            number,
            length,
            best: None,
            learned: 0,
            successes: 0,
            failures: 0,
        }
    }

    /// The centre of the box; none while the first points are drawn from the whole space.
    pub(crate) fn centre(&self, config: &TrustRegionConfig) -> Option<&[f64]> {
        let (_, best) = self.best.as_ref()?;
        (self.learned >= config.initial).then_some(best)
    }

    /// Learns the loss of a point of its own; none if it failed.
    // Eriksson et al. 2019, section 2: successes and failures in a row. They count them by batches, which do not exist
    // here: a result is told as soon as it is known.
    pub(crate) fn learn(&mut self, loss: Option<f64>, point: Vec<f64>, config: &TrustRegionConfig) {
        self.learned += 1;
        let best = self.best.as_ref().map(|(best, _)| *best);
        let better =
            loss.is_some_and(|loss| best.is_none_or(|best| loss < best - GAIN * best.abs()));
        self.offer(loss, point);
        if self.learned <= config.initial {
            return;
        }
        (self.successes, self.failures) = match better {
            true => (self.successes + 1, 0),
            false => (0, self.failures + 1),
        };
        if self.successes >= config.successes {
            (self.length, self.successes) = ((2.0 * self.length).min(1.0), 0);
        } else if self.failures >= config.failures {
            (self.length, self.failures) = (self.length / 2.0, 0);
        }
        if self.length < config.min_length {
            *self = Self::new(self.number + 1, config.length);
        }
    }

    /// Moves the box to a point that is better, wherever it comes from.
    pub(crate) fn offer(&mut self, loss: Option<f64>, point: Vec<f64>) {
        if let Some(loss) = loss
            && self.best.as_ref().is_none_or(|(best, _)| loss < *best)
        {
            self.best = Some((loss, point));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(losses: &[f64]) -> Region {
        let config = TrustRegionConfig::default().initial(1).failures(2);
        let mut region = Region::new(0, config.length);
        for loss in losses {
            region.learn(Some(*loss), vec![0.5], &config);
        }
        region
    }

    #[test]
    fn it_grows_while_it_succeeds_and_shrinks_while_it_fails() {
        let check =
            |losses: &[f64], length: f64| assert_eq!(after(losses).length, length, "{losses:?}");
        check(&[9.0, 8.0, 7.0], 0.8);
        check(&[9.0, 8.0, 7.0, 6.0], 1.0);
        check(&[9.0, 9.0], 0.8);
        check(&[9.0, 9.0, 9.0], 0.4);
        check(&[9.0, 9.0, 8.0, 8.0], 0.8);
    }

    #[test]
    fn a_tiny_box_is_left() {
        let region = after(&[9.0; 16]);
        assert_eq!((region.number, region.length), (1, 0.8));
        assert_eq!(region.centre(&TrustRegionConfig::default()), None);
    }
}
