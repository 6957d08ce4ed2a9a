//! [`Tried`]: which points have been tried, in a few bytes for each.

use std::collections::HashSet;

use tuning_core::{Params, Seed, Value};

/// The points that somebody tried. Never forgotten, never iterated over.
///
/// Two points of one fingerprint are taken for one: with a million points, once in 30 million studies,
/// and then a candidate is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tried(HashSet<u64>);

impl Tried {
    pub(crate) fn insert(&mut self, point: u64) {
        self.0.insert(point);
    }

    pub(crate) fn contains(&self, point: u64) -> bool {
        self.0.contains(&point)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A number made of the values of a point, the same on every machine.
pub(crate) fn fingerprint(params: &Params) -> u64 {
    let mix = |seed: Seed, value: &Option<Value>| match value {
        None => seed.derive(0),
        // Zero has two signs but is one number.
        Some(Value::Float(value)) => seed.derive((value + 0.0).to_bits()).derive(1),
        Some(Value::Int(value)) => seed.derive(value.cast_unsigned()).derive(2),
        Some(Value::Choice(choice)) => seed.derive(u64::from(*choice)).derive(3),
        Some(_) => seed.derive(4),
    };
    params.values().iter().fold(Seed::new(0), mix).get()
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Space};

    use super::*;

    #[test]
    fn points_are_told_apart() {
        let space = Space::new([
            Parameter::int("n", -20, 20),
            Parameter::bool("flag"),
            Parameter::float("x", -1.0, 1.0)
                .step(0.25)
                .when("flag", [true]),
        ])
        .unwrap();
        let mut tried = Tried::default();
        let mut count = 0;
        for n in -20..=20_i64 {
            for flag in [false, true] {
                for x in 0..if flag { 9 } else { 1 } {
                    let mut values =
                        vec![("n", tuning_core::Scalar::from(n)), ("flag", flag.into())];
                    if flag {
                        values.push(("x", (f64::from(x) * 0.25 - 1.0).into()));
                    }
                    let params = space.params(values).unwrap();
                    assert!(!tried.contains(fingerprint(&params)), "{params}");
                    tried.insert(fingerprint(&params));
                    count += 1;
                }
            }
        }
        assert_eq!(tried.len(), count);
    }
}
