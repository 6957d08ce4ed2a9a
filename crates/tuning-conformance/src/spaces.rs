//! The catalogue of awkward spaces: what has broken strategies before.

use std::collections::BTreeMap;

use tuning_core::{Condition, Literal, Parameter, ParamsKey, Seed, Space, Test};

use crate::simulation::Chance;

/// A space with a name to say where a law broke.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NamedSpace {
    /// Its name in reports and in `spaces([…])`.
    pub name: &'static str,
    /// The space.
    pub space: Space,
}

/// The catalogue of awkward spaces, plain ones first. It grows: do not count on its length.
///
/// # Example
/// ```
/// let names: Vec<_> = tuning_conformance::spaces().iter().map(|named| named.name).collect();
/// assert!(names.contains(&"deep-conditions"));
/// ```
#[must_use]
pub fn spaces() -> Vec<NamedSpace> {
    let mut spaces = plain();
    spaces.extend(constants());
    spaces.extend(numbers());
    spaces.extend(choices());
    spaces.extend(trees());
    spaces.extend(pairs());
    spaces
}

fn named<const N: usize>(name: &'static str, parameters: [Parameter; N]) -> NamedSpace {
    of(name, parameters)
}

fn of(name: &'static str, parameters: impl IntoIterator<Item = Parameter>) -> NamedSpace {
    let space = Space::new(parameters).unwrap_or_else(|error| unreachable!("{name}: {error}"));
    NamedSpace { name, space }
}

/// What people write on the first day.
fn plain() -> Vec<NamedSpace> {
    vec![
        named("float", [Parameter::float("x", -5.0, 5.0)]),
        named(
            "floats",
            [
                Parameter::float("x", 0.0, 1.0),
                Parameter::float("y", -10.0, 0.0),
            ],
        ),
        named("bool", [Parameter::bool("flag")]),
        named(
            "training",
            [
                Parameter::float("lr", 1e-5, 1e-1).log(),
                Parameter::int("layers", 1, 4),
                Parameter::ordered("batch", [32, 64, 128]),
                Parameter::categorical("optimizer", ["adam", "sgd"]),
                Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
            ],
        ),
    ]
}

/// Parameters with a single value, of each kind: ranges and deviations of 0.
fn constants() -> Vec<NamedSpace> {
    vec![
        named("one-float", [Parameter::float("x", 2.5, 2.5)]),
        named(
            "all-constant",
            [
                Parameter::float("float", -1.5, -1.5),
                Parameter::float("log", 1e-3, 1e-3).log(),
                Parameter::float("stepped", 7.0, 7.0).step(0.5),
                Parameter::int("int", -3, -3),
                Parameter::int("log int", 8, 8).log(),
                Parameter::categorical("categorical", ["only"]),
                Parameter::ordered("ordered", [4]),
            ],
        ),
        named(
            "constant-beside",
            [
                Parameter::int("fixed", 1, 1),
                Parameter::float("free", 0.0, 1.0),
                Parameter::categorical("only", ["a"]),
                Parameter::float("child", 0.0, 1.0).when("only", ["a"]),
            ],
        ),
    ]
}

/// Numbers at the ends of what numbers can do.
fn numbers() -> Vec<NamedSpace> {
    vec![
        named(
            "log-600-decades",
            [Parameter::float("x", 1e-300, 1e300).log()],
        ),
        named("widest-linear", [Parameter::float("x", -1e308, 1e308)]),
        named(
            "tiny-range",
            [Parameter::float("x", 1.0, 1.0 + 8.0 * f64::EPSILON)],
        ),
        named(
            "subnormal",
            [
                Parameter::float("x", 5e-324, 1e-310),
                Parameter::float("y", 5e-324, 1e-310).log(),
            ],
        ),
        named(
            "negative",
            [
                Parameter::float("x", -3.0, -1.0),
                Parameter::int("n", -20, -10).step(2),
            ],
        ),
        named("stepped", [Parameter::float("x", -10.2, 10.2).step(0.1)]),
        named(
            "widest-int",
            [
                Parameter::int("n", -(1 << 62), (1 << 62) - 1),
                Parameter::int("m", 0, i64::MAX),
            ],
        ),
        named(
            "log-int",
            [
                Parameter::int("n", 1, 1 << 40).log(),
                Parameter::int("few", 1, 3).log(),
            ],
        ),
    ]
}

/// Lists, short, long and odd.
fn choices() -> Vec<NamedSpace> {
    let mixed = [
        Literal::from(1),
        Literal::from("a"),
        Literal::from(true),
        Literal::from(2.5),
        Literal::from(""),
    ];
    vec![
        of(
            "thousand-choices",
            [Parameter::categorical(
                "c",
                (0..1000).map(|k| format!("choice {k}")),
            )],
        ),
        named(
            "mixed-choices",
            [Parameter::categorical("c", mixed), Parameter::bool("b")],
        ),
        named(
            "json-choices",
            [
                Parameter::categorical("class_weight", [None, Some("balanced")]),
                Parameter::ordered("hidden", [vec![], vec![64], vec![64, 64]]),
                Parameter::categorical(
                    "scheduler",
                    [
                        Literal::Null,
                        Literal::from(false),
                        Literal::map([("name", "step \"a\""), ("by", "é\n")]),
                        Literal::from([Literal::from(1.0), Literal::map([("a", 1)])]),
                    ],
                ),
                Parameter::float("gamma", 0.0, 1.0)
                    .when("hidden", Test::above(Vec::<i64>::new()))
                    .when("class_weight", Test::not([Literal::Null])),
            ],
        ),
        named(
            "odd-names",
            [
                Parameter::float("größe · α", 0.0, 1.0),
                Parameter::categorical("a \"quoted\" name", ["it's", "a/b:c%d", "\n", "日本語"]),
                Parameter::int("with/slash:colon%", 0, 9),
            ],
        ),
    ]
}

/// Conditions: deep, shared, and very many parameters.
fn trees() -> Vec<NamedSpace> {
    let mut chain = vec![Parameter::bool("c0"), Parameter::float("x0", 0.0, 1.0)];
    for level in 1..=5_usize {
        let parent = format!("c{}", level - 1);
        chain.push(Parameter::bool(format!("c{level}")).when(parent.clone(), [true]));
        chain.push(Parameter::float(format!("x{level}"), 0.0, 1.0).when(parent, [level % 2 == 1]));
    }
    let shared = [
        Parameter::categorical("model", ["svm", "tree", "net"]),
        Parameter::float("c", 1e-3, 1e3)
            .log()
            .when("model", ["svm"]),
        Parameter::categorical("kernel", ["rbf", "linear"]).when("model", ["svm"]),
        Parameter::float("gamma", 1e-4, 1.0)
            .log()
            .when("kernel", ["rbf"]),
        Parameter::int("depth", 1, 32)
            .log()
            .when("model", ["tree", "net"]),
        Parameter::int("width", 8, 512)
            .step(8)
            .when("model", ["net"]),
        Parameter::float("dropout", 0.0, 0.9).when("model", ["net"]),
    ];
    // Parents of every kind, tests of every kind.
    let compared = [
        Parameter::int("layers", 1, 4),
        Parameter::int("units1", 8, 64).when("layers", 2..),
        Parameter::int("units2", 8, 64).step(8).when("layers", 3..),
        Parameter::float("dropout", 0.0, 0.5),
        Parameter::bool("scaled").when("dropout", Test::above(0.1)),
        Parameter::float("decay", 1e-6, 1e-1).log(),
        Parameter::categorical("warmup", ["linear", "cosine"]).when("decay", 1e-4..1e-2),
        Parameter::ordered("size", ["small", "medium", "large"]),
        Parameter::int("heads", 1, 16)
            .log()
            .when("size", "medium"..),
        Parameter::ordered("batch", [16, 32, 64]),
        Parameter::float("momentum", 0.0, 0.9)
            .step(0.1)
            .when("batch", ..=32),
        Parameter::categorical("kernel", ["rbf", "linear", "poly"]),
        Parameter::float("gamma", 1e-4, 1.0)
            .log()
            .when("kernel", Test::not(["linear"])),
    ];
    let joined = [
        Parameter::int("layers", 1, 3),
        Parameter::categorical("optimizer", ["adam", "sgd", "rmsprop"]),
        Parameter::float("momentum", 0.0, 0.9)
            .when("layers", 2..)
            .when("optimizer", ["sgd", "rmsprop"]),
        Parameter::bool("nesterov").when("momentum", 0.3..),
        Parameter::int("units", 1, 8)
            .active_if(Condition::when("optimizer", "adam").or(Condition::when("nesterov", true))),
        // Not 4, but there: a test of what is inactive fails, whatever it tests.
        Parameter::float("noise", 0.0, 1.0).when("units", Test::not([4])),
        Parameter::ordered("clip", [0.5, 1.0, 2.0]).active_if(
            Condition::when("layers", 1)
                .and(Condition::when("noise", ..0.5))
                .or(Condition::when("layers", 3)
                    .and(Condition::when("units", 5..).or(Condition::when("nesterov", false)))),
        ),
    ];
    let hundred = (0..100_i64).map(|k| match k % 5 {
        0 => Parameter::float(format!("p{k}"), -1.0, 1.0),
        1 => Parameter::float(format!("p{k}"), 1e-6, 1.0).log(),
        2 => Parameter::int(format!("p{k}"), 0, k),
        3 => Parameter::categorical(format!("p{k}"), ["a", "b", "c"]),
        _ => Parameter::ordered(format!("p{k}"), [1, 2, 4, 8]),
    });
    vec![
        of("deep-conditions", chain),
        of("shared-parent", shared),
        of("compared-parents", compared),
        of("joined-conditions", joined),
        of("hundred", hundred),
    ]
}

/// The six kinds of parameters: all pairs of different kinds in one space, all pairs of equal kinds
/// in another; and numbers or choices alone.
fn pairs() -> Vec<NamedSpace> {
    let kind = |kind: usize, name: String| match kind {
        0 => Parameter::float(name, -2.0, 2.0),
        1 => Parameter::float(name, 1e-7, 1.0).log(),
        2 => Parameter::float(name, -10.0, 10.0).step(0.1),
        3 => Parameter::int(name, -10, 10).step(2),
        4 => Parameter::categorical(name, ["a", "b", "c"]),
        _ => Parameter::ordered(name, [0.5, 1.0, 2.0]),
    };
    let kinds = |kinds: &[usize]| -> Vec<_> {
        let places = kinds.iter().enumerate();
        places
            .map(|(place, k)| kind(*k, format!("p{place}")))
            .collect()
    };
    vec![
        of("every-kind", kinds(&[0, 1, 2, 3, 4, 5])),
        of(
            "every-kind-twice",
            kinds(&[5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0]),
        ),
        of("only-steps", kinds(&[2, 3, 2])),
        of("only-choices", kinds(&[4, 5, 4])),
    ]
}

/// The chance that two points drawn evenly from the unit cube decode to the same parameters, estimated
/// from a million pairs: exact counting would have to know every domain's cells.
pub(crate) fn coincidence(space: &Space) -> f64 {
    const DRAWS: usize = 1500;
    let mut chance = Chance::new(Seed::new(12));
    let mut seen: BTreeMap<ParamsKey, usize> = BTreeMap::new();
    for _ in 0..DRAWS {
        *seen.entry(chance.params(space).key()).or_default() += 1;
    }
    let equal: usize = seen.values().map(|times| times * (times - 1) / 2).sum();
    equal as f64 / (DRAWS * (DRAWS - 1) / 2) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = spaces().iter().map(|named| named.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn coincidence_honours_conditions_and_digits() {
        let check = |parameters: Vec<Parameter>, expected: f64| {
            let found = coincidence(&Space::new(parameters).unwrap());
            assert!(
                (found - expected).abs() <= 0.1 * expected,
                "{found} {expected}"
            );
        };
        check(vec![Parameter::bool("b"), Parameter::int("n", 1, 4)], 0.125);
        let tree = vec![
            Parameter::categorical("opt", ["adam", "sgd"]),
            Parameter::int("n", 1, 4).when("opt", ["sgd"]),
        ];
        check(tree, 0.25 + 0.25 * 0.25); // adam twice, or sgd twice with the same n
        check(vec![Parameter::float("x", 0.0, 1.0)], 0.0);
        check(
            vec![Parameter::float("x", 1.0, 1.0 + 8.0 * f64::EPSILON)],
            0.125,
        );
    }
}
