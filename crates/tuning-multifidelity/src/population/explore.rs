//! [`Explore`]: how the parameters of a copy differ from those of the trial that it is a copy of.

use std::collections::BTreeSet;

use tuning_core::{Domain, Params, ParamsError, Seed, Space, Value};
use tuning_toolkit::Stream;

/// How much of a number is added or taken away: factors of 1.2 and 0.8.
// Jaderberg et al. 2017, arXiv:1711.09846, section 4: "perturb" multiplies by 1.2 or 0.8.
const PART: f64 = 0.2;

/// How the parameters of a copy differ from those of its donor.
#[derive(Clone, Debug)]
pub(super) struct Explore {
    space: Space,
    /// Those that stay as they are, by their indices.
    fixed: BTreeSet<usize>,
    /// How probable it is that a parameter is drawn anew.
    resample: f64,
}

impl Explore {
    pub(super) fn new(space: &Space, fixed: BTreeSet<usize>, resample: f64) -> Self {
        Self {
            space: space.clone(),
            fixed,
            resample,
        }
    }

    /// A point of the space, each as likely as any other.
    pub(super) fn anywhere(&self, seed: Seed) -> Result<Params, ParamsError> {
        self.space.assign(|index, domain| {
            let mut stream = Stream::new(seed.derive(index as u64));
            domain.decode(stream.unit())
        })
    }

    /// The parameters of a copy. What the donor has no value of, since it is inactive there, is drawn.
    pub(super) fn around(&self, donor: &Params, seed: Seed) -> Result<Params, ParamsError> {
        self.space.assign(|index, domain| {
            let mut stream = Stream::new(seed.derive(index as u64));
            let kept = donor.value(index);
            match kept {
                Some(value) if self.fixed.contains(&index) => value,
                Some(value) if !stream.chance(self.resample) => {
                    let grows = stream.chance(0.5);
                    perturbed(domain, value, grows)
                }
                _ => domain.decode(stream.unit()),
            }
        })
    }
}

/// The value a fifth larger or smaller, within its domain. What has an order moves by one place at least; what has none
/// stays.
fn perturbed(domain: &Domain, value: Value, grows: bool) -> Value {
    let part = if grows { PART } else { -PART };
    let (moved, step) = match (domain, value) {
        (Domain::Float(float), Value::Float(number)) => {
            let moved = number * (1.0 + part);
            match float.step() {
                None => return Value::Float(moved.max(float.low()).min(float.high())),
                Some(step) => (number * part, step),
            }
        }
        (Domain::Int(int), Value::Int(number)) => (number as f64 * part, int.step() as f64),
        (Domain::Ordered(_), _) => (part, 1.0),
        _ => return value,
    };
    let (Some(place), Some(places)) = (domain.index_of(value), domain.cardinality()) else {
        return value;
    };
    let by = ((moved / step).abs().round() as u64).max(1);
    // A negative number that grows in size goes down; zero goes both ways.
    let up = if moved == 0.0 { grows } else { moved > 0.0 };
    let place = match up {
        true => place.saturating_add(by).min(places - 1),
        false => place.saturating_sub(by),
    };
    domain.value_at(place).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    #[test]
    fn numbers_change_by_a_fifth_and_what_is_counted_by_one_place_at_least() {
        let check = |parameter: Parameter, from, smaller, larger| {
            // Only a space says what a parameter's domain is.
            let space = Space::new([parameter]).unwrap();
            let domain = space.parameters()[0].domain();
            assert_eq!(
                [false, true].map(|grows| perturbed(domain, from, grows)),
                [smaller, larger],
                "{domain}"
            );
        };
        let float = Value::Float;
        check(
            Parameter::float("lr", 1e-4, 1.0).log(),
            float(0.5),
            float(0.4),
            float(0.6),
        );
        check(
            Parameter::float("x", -1.0, 1.0),
            float(-0.5),
            float(-0.4),
            float(-0.6),
        );
        // Not beyond the ends.
        check(
            Parameter::float("x", 0.45, 0.55),
            float(0.5),
            float(0.45),
            float(0.55),
        );
        let stepped = Parameter::float("x", 0.0, 1.0).step(0.1);
        check(stepped.clone(), float(1.0), float(0.8), float(1.0));
        check(stepped.clone(), float(0.2), float(0.1), float(0.3));
        check(stepped, float(0.0), float(0.0), float(0.1));
        let int = Value::Int;
        check(Parameter::int("n", 0, 9), int(3), int(2), int(4));
        check(Parameter::int("n", 0, 99), int(50), int(40), int(60));
        check(Parameter::int("n", -99, 0), int(-50), int(-40), int(-60));
        check(Parameter::int("n", -9, 9), int(0), int(-1), int(1));
        let choice = Value::Choice;
        check(
            Parameter::ordered("batch", [16, 32, 64]),
            choice(1),
            choice(0),
            choice(2),
        );
        check(
            Parameter::ordered("batch", [16, 32, 64]),
            choice(2),
            choice(1),
            choice(2),
        );
        check(
            Parameter::categorical("act", ["relu", "tanh", "gelu"]),
            choice(1),
            choice(1),
            choice(1),
        );
    }

    #[test]
    fn a_copy_keeps_what_is_fixed_and_draws_as_often_as_it_is_told() {
        let space = Space::new([
            Parameter::float("lr", 1e-4, 1.0).log(),
            Parameter::float("width", 0.1, 0.9),
            Parameter::categorical("act", ["relu", "tanh", "gelu", "elu"]),
        ])
        .unwrap();
        let lr = 0.012_345_678_9;
        let donor = space
            .params(
                [("lr", lr.into()), ("width", 0.3.into())]
                    .into_iter()
                    .chain([("act", tuning_core::Literal::from("tanh"))]),
            )
            .unwrap();
        let explore = Explore::new(&space, BTreeSet::from([1]), 0.25);
        let (mut drawn, mut larger, mut others) = (0, 0, 0);
        for seed in 0..4000 {
            let copy = explore.around(&donor, Seed::new(seed)).unwrap();
            assert_eq!(copy.value(1), donor.value(1));
            match copy.float("lr").unwrap() {
                new if new == lr * 1.2 => larger += 1,
                new if new == lr * 0.8 => {}
                _ => drawn += 1,
            }
            others += i32::from(copy.value(2) != donor.value(2));
        }
        // 1,000 ± 27, 1,500 ± 31 and, of four choices, three quarters of 1,000.
        assert!((900..1100).contains(&drawn), "{drawn}");
        assert!((1380..1620).contains(&larger), "{larger}");
        assert!((650..850).contains(&others), "{others}");
    }

    #[test]
    fn what_becomes_active_is_drawn() {
        let space = Space::new([
            Parameter::categorical("kind", ["sgd", "adam"]),
            Parameter::float("beta", 0.5, 1.0).when("kind", ["adam"]),
        ])
        .unwrap();
        let donor = space.params([("kind", "sgd")]).unwrap();
        let explore = Explore::new(&space, BTreeSet::new(), 1.0);
        let copies = (0..50).map(|seed| explore.around(&donor, Seed::new(seed)).unwrap());
        let adam = copies.filter(|copy| copy.is_active(1)).count();
        assert!((10..40).contains(&adam), "{adam}");
    }
}
