//! [`Kind`]: what a search can do along a parameter.

use tuning_core::Domain;

/// What a search can do along a parameter.
///
/// It is what remains of a [`Domain`] once values are places on the unit interval ([`Domain::encode`]): whether there is
/// an order, and how fine the places are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A single value: nothing to search.
    Constant,
    /// This many choices without an order, two at least.
    Choices(usize),
    /// This many values in order, two at least, each with a cell of the unit interval.
    Cells(u64),
    /// Values in order without gaps.
    Continuum,
}

impl Kind {
    /// The kind of a domain.
    #[must_use]
    pub fn of(domain: &Domain) -> Self {
        match (domain, domain.cardinality()) {
            (_, Some(0 | 1)) => Self::Constant,
            (Domain::Categorical(choices), _) => Self::Choices(choices.len()),
            (_, Some(cells)) => Self::Cells(cells),
            (_, None) => Self::Continuum,
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    #[test]
    fn domains_are_of_their_kinds() {
        let check = |parameter: Parameter, kind| assert_eq!(Kind::of(parameter.domain()), kind);
        check(
            Parameter::categorical("c", ["a", "b", "c"]),
            Kind::Choices(3),
        );
        check(Parameter::categorical("c", ["a"]), Kind::Constant);
        check(Parameter::bool("b"), Kind::Choices(2));
        check(Parameter::float("x", 1e-4, 1.0).log(), Kind::Continuum);
        check(Parameter::float("x", 2.0, 2.0), Kind::Constant);
        check(Parameter::float("x", 0.0, 1.0).step(0.25), Kind::Cells(5));
        check(Parameter::int("n", 3, 3), Kind::Constant);
        check(Parameter::int("n", 0, 9), Kind::Cells(10));
        check(Parameter::ordered("o", [1, 2, 4]), Kind::Cells(3));
    }
}
