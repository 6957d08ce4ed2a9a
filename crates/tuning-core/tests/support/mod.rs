//! Generated search spaces: every kind of domain, conditions up to grandchildren, small and huge ranges.

use proptest::{prelude::*, sample::Index};
use tuning_core::{Domain, Parameter, Scalar, Space};

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

/// A float in steps, written as decimals by somebody who means decimals.
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
            0 if mixed => Scalar::from(false),
            1 if mixed => Scalar::from(1),
            2 if mixed => Scalar::from(0.5),
            n => Scalar::from(format!("choice {n}")),
        };
        let list: Vec<Scalar> = (0..count).map(choice).collect();
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

/// The parameter under another name, active when `parent` has one of `values`.
fn renamed(parameter: &Parameter, name: String, when: Option<(&str, Vec<Scalar>)>) -> Parameter {
    let mut form = serde_json::to_value(parameter).unwrap();
    form["name"] = name.into();
    let parameter: Parameter = serde_json::from_value(form).unwrap();
    match when {
        Some((parent, values)) => parameter.when(parent, values),
        None => parameter,
    }
}

fn tree(parameter: impl Strategy<Value = Parameter>, most: usize) -> impl Strategy<Value = Space> {
    let node = (parameter, any::<Index>(), any::<u8>(), any::<bool>());
    proptest::collection::vec(node, 1..=most).prop_map(|nodes| {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (place, (parameter, parent, mask, conditional)) in nodes.into_iter().enumerate() {
            let parents: Vec<_> = parameters
                .iter()
                .filter(|p| matches!(p.domain(), Domain::Categorical(_)))
                .collect();
            let when = (conditional && !parents.is_empty()).then(|| {
                let parent = *parent.get(&parents);
                let all = parent.domain().choices().unwrap();
                let mut some: Vec<_> = all.iter().cloned().enumerate().collect();
                some.retain(|(choice, _)| mask >> (choice % 8) & 1 == 1);
                let mut some: Vec<_> = some.into_iter().map(|(_, choice)| choice).collect();
                if some.is_empty() {
                    some.push(all[0].clone());
                }
                some.reverse();
                (parent.name(), some)
            });
            let new = renamed(&parameter, format!("p{place}"), when);
            parameters.push(new);
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
