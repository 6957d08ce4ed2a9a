//! [`fingerprint`]: a point in eight bytes.

use tuning_core::{Params, Seed, Value};

/// A number made of the values of a point, the same on every machine: eight bytes that tell a point from others.
///
/// Two points have the same one with a chance of 2⁻⁶⁴: among a million points some two are alike once in 30 million
/// studies. Where that matters, [`Params::key`] tells all of them apart, and takes more room. Parameters of one space
/// only are compared: names are not part of it.
#[must_use]
pub fn fingerprint(params: &Params) -> u64 {
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
    use std::collections::BTreeSet;

    use tuning_core::{Parameter, Space};

    use super::*;

    #[test]
    fn points_are_told_apart() {
        let space = Space::new([
            Parameter::bool("a"),
            Parameter::int("n", -3, 3).when("a", [true]),
            Parameter::int("m", -3, 3),
            Parameter::float("x", -0.5, 0.5).step(0.25),
        ])
        .unwrap();
        let (mut prints, mut points) = (BTreeSet::new(), BTreeSet::new());
        for k in 0..4000_u64 {
            let place: Vec<f64> = (0..4).map(|d| Seed::new(k).derive(d).unit()).collect();
            let params = space.decode(&place).unwrap();
            prints.insert(fingerprint(&params));
            points.insert(params.key());
        }
        assert_eq!(prints.len(), points.len());
        assert_eq!(points.len(), (1 + 7) * 7 * 5);
    }

    #[test]
    fn zero_has_one_sign() {
        let space = Space::new([Parameter::float("x", -1.0, 1.0)]).unwrap();
        let print = |x: f64| fingerprint(&space.params([("x", x)]).unwrap());
        assert_eq!(print(0.0), print(-0.0));
        assert_ne!(print(0.5), print(-0.5));
    }
}
