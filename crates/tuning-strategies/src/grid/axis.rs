//! [`Axis`]: the values of one parameter that a grid uses.

use std::{cmp::Ordering, sync::Arc};

use tuning_core::{Domain, Value};

/// The values of one parameter that a grid uses, in order, by their place. It knows the numbers only;
/// the domain that it was made from turns them into values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    points: u64,
    spread: Spread,
}

#[derive(Clone, Debug, PartialEq)]
enum Spread {
    /// Every value there is.
    Every,
    /// Fewer of them than there are, the last being number `last`.
    Some { last: u64 },
    /// The same, evenly in the logarithm of values from `low` to `low + last`.
    SomeLog { low: f64, last: u64 },
    /// Points of a continuum.
    Continuum,
    /// These, in the order of the domain.
    Listed(Arc<[Value]>),
}

impl Axis {
    /// At most `resolution` values (at least 1) of a domain of numbers, evenly spread on its scale
    /// with both ends among them; all values of a list of choices.
    pub(crate) fn new(domain: &Domain, resolution: u64) -> Self {
        let (points, spread) = match (domain, domain.cardinality()) {
            (_, None) => (resolution, Spread::Continuum),
            (Domain::Categorical(_) | Domain::Ordered(_), Some(values)) => (values, Spread::Every),
            (_, Some(values)) if values <= resolution => (values, Spread::Every),
            (Domain::Int(int), Some(values)) if int.is_log() => (
                resolution,
                Spread::SomeLog {
                    low: int.low() as f64,
                    last: values - 1,
                },
            ),
            (_, Some(values)) => (resolution, Spread::Some { last: values - 1 }),
        };
        Self { points, spread }
    }

    /// These values of a domain, each once and in its order.
    pub(crate) fn listed(domain: &Domain, values: Vec<Value>) -> Self {
        let points = values.len() as u64;
        let spread = match domain.cardinality() == Some(points) {
            true => Spread::Every,
            false => Spread::Listed(values.into()),
        };
        Self { points, spread }
    }

    /// How many values there are.
    pub(crate) fn points(&self) -> u64 {
        self.points
    }

    /// Whether no value of the domain is left out.
    pub(crate) fn is_complete(&self) -> bool {
        self.spread == Spread::Every
    }

    /// The value at a place below [`points`](Self::points).
    pub(crate) fn value(&self, domain: &Domain, place: u64) -> Value {
        let index = match &self.spread {
            Spread::Every => place,
            Spread::Some { last } => self.evenly(place, *last),
            Spread::SomeLog { low, last } => self.evenly_in_log(place, *low, *last),
            Spread::Continuum => return domain.decode(self.fraction(place)),
            Spread::Listed(values) => return values[place as usize],
        };
        domain
            .value_at(index)
            .expect("an axis names values of its own domain")
    }

    /// The place as a part of the way; a single point is in the middle.
    fn fraction(&self, place: u64) -> f64 {
        if self.points == 1 {
            0.5
        } else {
            place as f64 / (self.points - 1) as f64
        }
    }

    fn evenly(&self, place: u64, last: u64) -> u64 {
        if self.points == 1 {
            return last / 2;
        }
        // Rounded to the nearest; neighbours are more than one apart, so none comes twice.
        let gaps = u128::from(self.points - 1);
        ((u128::from(place) * u128::from(last) + gaps / 2) / gaps) as u64
    }

    fn evenly_in_log(&self, place: u64, low: f64, last: u64) -> u64 {
        if place > 0 && place + 1 == self.points {
            return last; // not rounded twice
        }
        // low · ((high / low)^t − 1), without losing digits where the range is narrow.
        let offset = low * (self.fraction(place) * (last as f64 / low).ln_1p()).exp_m1();
        let nearest = offset.round() as u64;
        // Near the lower end several points may round to the same integer. The exact ones lie on a
        // convex curve from (0, 0), so they fall behind `place` first and, once they have passed it,
        // are at least one apart: the larger of the two never repeats, and ends at `last`.
        nearest.max(place).min(last - (self.points - 1 - place))
    }
}

/// The order of a domain's values: by number, or by the place of the choice.
pub(crate) fn in_order(a: Value, b: Value) -> Ordering {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => (a + 0.0).total_cmp(&(b + 0.0)),
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Choice(a), Value::Choice(b)) => a.cmp(&b),
        // Values of one domain are of one kind.
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tuning_core::Parameter;

    use super::*;

    fn values(parameter: &Parameter, resolution: u64) -> Vec<Value> {
        let axis = Axis::new(parameter.domain(), resolution);
        (0..axis.points())
            .map(|k| axis.value(parameter.domain(), k))
            .collect()
    }

    fn ints(parameter: &Parameter, resolution: u64) -> Vec<i64> {
        let int = |value| match value {
            Value::Int(value) => value,
            other => panic!("{other:?}"),
        };
        values(parameter, resolution).into_iter().map(int).collect()
    }

    fn floats(parameter: &Parameter, resolution: u64) -> Vec<f64> {
        let float = |value| match value {
            Value::Float(value) => value,
            other => panic!("{other:?}"),
        };
        values(parameter, resolution)
            .into_iter()
            .map(float)
            .collect()
    }

    #[test]
    fn a_continuum_is_cut_evenly_on_its_scale_with_both_ends() {
        assert_eq!(
            floats(&Parameter::float("x", -1.0, 1.0), 5),
            [-1.0, -0.5, 0.0, 0.5, 1.0]
        );
        let log = floats(&Parameter::float("x", 1e-5, 1e-1).log(), 5);
        assert_eq!((log[0], log[4]), (1e-5, 1e-1), "exact ends");
        for (value, expect) in log.iter().zip([1e-5, 1e-4, 1e-3, 1e-2, 1e-1]) {
            assert!((value / expect - 1.0).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn one_point_is_in_the_middle() {
        assert_eq!(floats(&Parameter::float("x", 0.0, 4.0), 1), [2.0]);
        assert_eq!(ints(&Parameter::int("x", 0, 4), 1), [2]);
        let log = ints(&Parameter::int("x", 1, 10_000).log(), 1);
        assert_eq!(log, [100]);
    }

    #[test]
    fn few_integers_are_all_taken_and_many_are_spread() {
        assert_eq!(ints(&Parameter::int("x", 1, 4), 11), [1, 2, 3, 4]);
        assert_eq!(ints(&Parameter::int("x", 1, 100), 4), [1, 34, 67, 100]);
        assert_eq!(ints(&Parameter::int("x", 1, 5), 4), [1, 2, 4, 5]);
    }

    #[test]
    fn integers_on_a_log_scale_never_come_twice() {
        assert_eq!(
            ints(&Parameter::int("x", 1, 1024).log(), 11),
            [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
        );
        assert_eq!(
            ints(&Parameter::int("x", 1, 32).log(), 11),
            [1, 2, 3, 4, 5, 6, 8, 11, 16, 23, 32]
        );
    }

    #[test]
    fn narrow_ranges_of_huge_integers_keep_their_ends_on_a_log_scale() {
        let low = 365_312_878_802_026_592;
        assert_eq!(
            ints(&Parameter::int("x", low, low + 192).log(), 2),
            [low, low + 192]
        );
        assert_eq!(
            ints(&Parameter::int("x", low, low + 192).log(), 3),
            [low, low + 96, low + 192]
        );
    }

    #[test]
    fn lists_of_choices_are_taken_whole() {
        assert_eq!(values(&Parameter::categorical("x", 0..20_i64), 3).len(), 20);
        assert_eq!(values(&Parameter::ordered("x", 0..20_i64), 3).len(), 20);
    }

    proptest! {
        #[test]
        fn integers_strictly_rise_from_end_to_end(
            low in prop_oneof![1_i64..100, 1_i64..i64::MAX / 2],
            span in prop_oneof![0_i64..300, 0_i64..i64::MAX / 2],
            resolution in 2_u64..200,
            log: bool,
        ) {
            let parameter = Parameter::int("x", low, low + span);
            let parameter = if log { parameter.log() } else { parameter };
            let values = ints(&parameter, resolution);
            prop_assert_eq!(values.len() as i128, i128::from(resolution).min(i128::from(span) + 1));
            prop_assert!(values.is_sorted_by(|a, b| a < b), "{values:?}");
            prop_assert_eq!((values[0], values[values.len() - 1]), (low, low + span));
        }
    }
}
