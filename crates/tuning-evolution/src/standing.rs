//! [`Standing`]: how a trial came out, as what is selected by.

use std::cmp::Ordering;

use tuning_core::{Outcome, Values};

/// How a trial came out, best class first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    /// It has these losses.
    Measured(Values),
    /// It was stopped early; the losses it reported last.
    Stopped(Values),
    /// It has no values.
    Failed,
}

impl Standing {
    /// The standing of a trial that ended like this, having reported `last`.
    pub(crate) fn of(outcome: &Outcome, last: Option<Values>) -> Self {
        match (outcome, last) {
            (Outcome::Completed(losses), _) => Self::Measured(losses.clone()),
            (Outcome::Stopped, Some(last)) => Self::Stopped(last),
            _ => Self::Failed,
        }
    }

    /// Measured before stopped before failed: whatever the losses of a trial that did not end well, they
    /// are no reason to prefer it.
    pub(crate) fn class(&self) -> u8 {
        match self {
            Self::Measured(_) => 0,
            Self::Stopped(_) => 1,
            Self::Failed => 2,
        }
    }

    pub(crate) fn losses(&self) -> &[f64] {
        match self {
            Self::Measured(losses) | Self::Stopped(losses) => losses.as_slice(),
            Self::Failed => &[],
        }
    }

    /// Orders by class, then by the first loss.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let first = |standing: &Self| standing.losses().first().map_or(0.0, |loss| loss + 0.0);
        let by_class = self.class().cmp(&other.class());
        by_class.then_with(|| first(self).total_cmp(&first(other)))
    }

    /// Whether it is of a better class, or of the same one, nowhere worse and somewhere better.
    // Deb et al. 2002, def. 1, with classes in the place of constraints.
    pub(crate) fn dominates(&self, other: &Self) -> bool {
        match self.class().cmp(&other.class()) {
            Ordering::Less => true,
            Ordering::Greater => false,
            Ordering::Equal => {
                let pairs = || self.losses().iter().zip(other.losses());
                pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(losses: &[f64]) -> Standing {
        Standing::Measured(Values::new(losses.iter().copied()).unwrap())
    }

    #[test]
    fn classes_come_before_losses() {
        let stopped = Standing::Stopped(Values::one(-9.0).unwrap());
        let order = [
            measured(&[-1.0]),
            measured(&[5.0]),
            stopped,
            Standing::Failed,
        ];
        for (place, better) in order.iter().enumerate() {
            for worse in &order[place + 1..] {
                assert_eq!(better.compare(worse), Ordering::Less);
                assert!(better.dominates(worse) && !worse.dominates(better));
            }
        }
        assert_eq!(
            measured(&[0.0]).compare(&measured(&[-0.0])),
            Ordering::Equal
        );
    }

    #[test]
    fn a_trade_off_dominates_neither_way() {
        let (a, b) = (measured(&[1.0, 2.0]), measured(&[2.0, 1.0]));
        assert!(!a.dominates(&b) && !b.dominates(&a) && !a.dominates(&a));
        assert!(a.dominates(&measured(&[1.0, 2.5])));
    }
}
