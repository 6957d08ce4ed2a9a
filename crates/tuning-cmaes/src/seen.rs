//! [`Seen`]: which points have been tried, and how they came out.

use std::collections::BTreeMap;

use tuning_core::{Params, Seed, Value};

use crate::descent::Standing;

/// The points tried, by a hash of 64 bits: two of a million points are taken for one with a chance of
/// 3 in 10^8.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(BTreeMap<u64, Option<Standing>>);

/// What tells a point from others, nearly always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u64);

impl Key {
    pub(crate) fn of(params: &Params) -> Self {
        let word = |value: &Option<Value>| match value {
            Some(Value::Float(value)) => (value + 0.0).to_bits(),
            Some(Value::Int(value)) => value.cast_unsigned(),
            Some(Value::Choice(place)) => u64::from(*place),
            _ => 0x5EED, // inactive; what is active follows from the choices before
        };
        let mix = |seed: Seed, value| Seed::new(seed.get() ^ word(value)).derive(0);
        Self(params.values().iter().fold(Seed::new(0), mix).get())
    }
}

impl Seen {
    /// Somebody began to try it.
    pub(crate) fn begin(&mut self, key: Key) {
        self.0.entry(key.0).or_default();
    }

    /// It came out like this.
    pub(crate) fn end(&mut self, key: Key, standing: Standing) {
        self.0.insert(key.0, Some(standing));
    }

    /// It may be tried again.
    pub(crate) fn forget(&mut self, key: Key) {
        self.0.remove(&key.0);
    }

    /// How many were tried.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it was tried, and how it came out if that is known.
    pub(crate) fn get(&self, key: Key) -> Option<Option<Standing>> {
        self.0.get(&key.0).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tuning_core::{Parameter, Space};

    use super::*;

    #[test]
    fn keys_tell_points_apart() {
        let space = Space::new([
            Parameter::bool("a"),
            Parameter::int("n", -3, 3).when("a", [true]),
            Parameter::int("m", -3, 3),
            Parameter::float("x", 0.0, 1.0).step(0.25),
        ])
        .unwrap();
        let mut keys = BTreeSet::new();
        let mut points = BTreeSet::new();
        for k in 0..4000_u64 {
            let point: Vec<f64> = (0..4).map(|d| Seed::new(k).derive(d).unit()).collect();
            let params = space.decode(&point).unwrap();
            keys.insert(Key::of(&params));
            points.insert(params.key());
        }
        assert_eq!(keys.len(), points.len());
        assert_eq!(points.len(), (1 + 7) * 7 * 5);
    }
}
