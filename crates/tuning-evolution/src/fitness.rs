//! [`Fitness`]: how a trial came out, as what is selected by.

use std::cmp::Ordering;

use tuning_core::{Outcome, Values};

/// How a trial came out, best class first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fitness {
    /// It has these losses.
    Measured(Values),
    /// It was stopped early; the losses it reported last.
    Stopped(Values),
    /// It has no values.
    Failed,
}

impl Fitness {
    /// How many classes there are.
    pub(crate) const CLASSES: u8 = 3;

    /// The fitness of a trial that ended like this, having reported `last`.
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
        let first = |fitness: &Self| fitness.losses().first().map_or(0.0, |loss| loss + 0.0);
        let by_class = self.class().cmp(&other.class());
        by_class.then_with(|| first(self).total_cmp(&first(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(losses: &[f64]) -> Fitness {
        Fitness::Measured(Values::new(losses.iter().copied()).unwrap())
    }

    #[test]
    fn classes_come_before_losses() {
        let stopped = Fitness::Stopped(Values::one(-9.0).unwrap());
        let order = [
            measured(&[-1.0]),
            measured(&[5.0]),
            stopped,
            Fitness::Failed,
        ];
        for (place, better) in order.iter().enumerate() {
            for worse in &order[place + 1..] {
                assert_eq!(better.compare(worse), Ordering::Less);
            }
        }
        assert_eq!(
            measured(&[0.0]).compare(&measured(&[-0.0])),
            Ordering::Equal
        );
    }
}
