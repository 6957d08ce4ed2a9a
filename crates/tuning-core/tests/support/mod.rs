//! Generated search spaces: every kind of domain, conditions up to grandchildren, small and huge ranges.

use proptest::{prelude::*, sample::Index};
use tuning_core::{Condition, Literal, Parameter, Space, Test};

/// Ranges of numbers, from the least to the largest that there are.
fn ends() -> impl Strategy<Value = (f64, f64)> {
    let number = prop_oneof![
        -10.0..10.0,
        -1e6..1e6,
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
    ];
    (number.clone(), number, any::<u8>()).prop_map(|(a, b, same)| {
        if same == 0 {
            (a, a)
        } else if a <= b {
            (a, b)
        } else {
            (b, a)
        }
    })
}

/// A float on a linear scale, also of one value.
pub(crate) fn linear() -> impl Strategy<Value = Parameter> {
    ends().prop_map(|(low, high)| Parameter::float("x", low, high))
}

/// A float on a logarithmic scale.
pub(crate) fn log() -> impl Strategy<Value = Parameter> {
    (-300.0..300.0_f64, 0.0..300.0_f64).prop_map(|(low, width)| {
        let (low, high) = (low.exp2(), (low + width).exp2());
        Parameter::float("x", low, high).log()
    })
}

/// A float in steps, whose bounds are meant as decimals.
pub(crate) fn stepped() -> impl Strategy<Value = Parameter> {
    (
        -1_000_000..1_000_000_i64,
        1..1000_i64,
        0..2000_i64,
        0..9_usize,
    )
        .prop_map(|(low, step, steps, decimals)| {
            let number = |n: i64| decimal(n, decimals);
            let (from, to) = (number(low), number(low + steps * step));
            Parameter::float("x", from, to).step(number(step))
        })
}

/// The number `n` · 10^-`decimals`, read from its text.
pub(crate) fn decimal(n: i64, decimals: usize) -> f64 {
    format!("{n}e-{decimals}").parse().unwrap()
}

/// An integer on a linear scale, in steps or not.
pub(crate) fn int() -> impl Strategy<Value = Parameter> {
    let low = prop_oneof![-100..100_i64, Just(i64::MIN), Just(0), any::<i64>()];
    let span = prop_oneof![0..100_u64, 0..1_000_000_u64, any::<u64>()];
    (low, span, 1..1000_i32).prop_map(|(low, span, step)| {
        let step = if span % 3 == 0 { step } else { 1 };
        let span = span.min(i64::MAX.unsigned_abs());
        let room = i64::MAX.abs_diff(low).min(span) / step.unsigned_abs() as u64;
        let high = low.checked_add_unsigned(room * step.unsigned_abs() as u64);
        Parameter::int("x", low, high.unwrap()).step(step)
    })
}

/// An integer on a logarithmic scale.
pub(crate) fn int_log() -> impl Strategy<Value = Parameter> {
    let low = prop_oneof![1..10_i64, 1..1_000_000_i64, 1..i64::MAX];
    let span = prop_oneof![0..10_i64, 0..1_000_000_i64, 0..i64::MAX];
    (low, span).prop_map(|(low, span)| Parameter::int("x", low, low.saturating_add(span)).log())
}

/// Choices of every type, in an order or none.
pub(crate) fn choices() -> impl Strategy<Value = Parameter> {
    (1..6_usize, any::<bool>(), any::<bool>()).prop_map(|(count, ordered, mixed)| {
        let choice = |n: usize| match n {
            0 if mixed => Literal::from(false),
            1 if mixed => Literal::from(1),
            2 if mixed => Literal::from(0.5),
            3 if mixed => Literal::Null,
            4 if mixed => Literal::from([Literal::from(1), Literal::map([("a", n as f64)])]),
            n => Literal::from(format!("choice {n}")),
        };
        let list: Vec<Literal> = (0..count).map(choice).collect();
        if ordered {
            Parameter::ordered("x", list)
        } else {
            Parameter::categorical("x", list)
        }
    })
}

/// A parameter of any kind.
pub(crate) fn parameter() -> impl Strategy<Value = Parameter> {
    prop_oneof![
        linear(),
        log(),
        stepped(),
        int(),
        int_log(),
        choices(),
        choices(),
        Just(Parameter::bool("x")),
    ]
}

/// A parameter of few values.
fn small() -> impl Strategy<Value = Parameter> {
    prop_oneof![
        (0..3_i64).prop_map(|high| Parameter::int("x", 0, high)),
        choices(),
        choices(),
        Just(Parameter::float("x", 0.5, 0.5)),
        Just(Parameter::float("x", 0.0, 0.2).step(0.1)),
    ]
}

/// The parameter under another name.
fn renamed(parameter: &Parameter, name: String) -> Parameter {
    let mut form = serde_json::to_value(parameter).unwrap();
    form["name"] = name.into();
    serde_json::from_value(form).unwrap()
}

/// What a test is made of: its kind, and two values of the parent.
type Sketch = (Index, u8, Index, Index);

fn test_of(parent: &Parameter, (_, kind, a, b): &Sketch) -> Test {
    let domain = parent.domain();
    let literal = |index: &Index| {
        let value = match domain.cardinality() {
            Some(count) => domain.value_at(index.index(count as usize) as u64),
            None => Some(domain.decode(index.index(9) as f64 / 8.0)),
        };
        domain.literal(value.unwrap())
    };
    let ordered = domain.is_ordered();
    match kind % 8 {
        0 => Test::not([literal(a)]),
        1 => Test::not([literal(a), literal(b)]),
        2 if ordered => (literal(a)..).into(),
        3 if ordered => Test::above(literal(a)),
        4 if ordered => (..literal(a)).into(),
        5 if ordered => (..=literal(a)).into(),
        6 if ordered => (literal(a)..=literal(b)).into(),
        7 => [literal(a)].into(),
        _ => [literal(a), literal(b)].into(),
    }
}

/// Conditions of one test mostly, and of several joined by "and" and "or".
fn condition_of(parameters: &[Parameter], shape: u8, tests: &[Sketch]) -> Option<Condition> {
    let test = |sketch: &Sketch| {
        let parent = sketch.0.get(parameters);
        Condition::when(parent.name(), test_of(parent, sketch))
    };
    let mut tests = tests.iter().map(test);
    let (a, b, c, d) = (tests.next()?, tests.next()?, tests.next()?, tests.next()?);
    Some(match shape % 10 {
        0..=3 => a,
        4 | 5 => a.and(b),
        6 | 7 => a.or(b),
        8 => a.and(b.or(c)),
        _ => a.and(b).or(c.and(d)),
    })
}

fn tree(parameter: impl Strategy<Value = Parameter>, most: usize) -> impl Strategy<Value = Space> {
    let sketch = (any::<Index>(), any::<u8>(), any::<Index>(), any::<Index>());
    let tests = proptest::collection::vec(sketch, 4);
    let node = (parameter, any::<bool>(), any::<u8>(), tests);
    proptest::collection::vec(node, 1..=most).prop_map(|nodes| {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (place, (parameter, conditional, shape, tests)) in nodes.into_iter().enumerate() {
            let new = renamed(&parameter, format!("p{place}"));
            let condition = match conditional && place > 0 {
                true => condition_of(&parameters, shape, &tests),
                false => None,
            };
            parameters.push(new.clone());
            if let Some(condition) = condition {
                // What never or always holds is refused: then it stays without.
                parameters[place] = new.clone().active_if(condition);
                if Space::new(parameters.iter().cloned()).is_err() {
                    parameters[place] = new;
                }
            }
        }
        Space::new(parameters).unwrap()
    })
}

/// A search space of up to eight parameters of every kind.
pub(crate) fn space() -> impl Strategy<Value = Space> {
    tree(parameter(), 8)
}

/// A search space with few points, which can be counted one by one.
pub(crate) fn small_space() -> impl Strategy<Value = Space> {
    tree(small(), 5)
}

/// A point of the unit cube, with its corners and faces.
pub(crate) fn point() -> impl Strategy<Value = Vec<f64>> {
    let coordinate = prop_oneof![
        8 => 0.0..=1.0,
        1 => Just(0.0),
        1 => Just(1.0),
        1 => prop_oneof![Just(f64::NAN), Just(-3.0), Just(f64::INFINITY)],
    ];
    proptest::collection::vec(coordinate, 8)
}
