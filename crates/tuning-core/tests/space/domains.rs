//! Laws of the domains: both ends are reached, cells are exact, steps are what people write.

use proptest::prelude::*;
use tuning_core::{Domain, Literal, Parameter, Space, Value};

use crate::support::{decimal, int, int_log, linear, log, parameter, stepped};

fn float(value: Value) -> f64 {
    match value {
        Value::Float(value) => value,
        other => panic!("{other:?} is not a float"),
    }
}

fn judged(parameter: &Parameter) -> &Domain {
    Space::new([parameter.clone()]).unwrap();
    parameter.domain()
}

/// The least and the greatest value.
fn ends(domain: &Domain) -> (Value, Value) {
    match domain {
        Domain::Float(d) => (Value::Float(d.low()), Value::Float(d.high())),
        Domain::Int(d) => (Value::Int(d.low()), Value::Int(d.high())),
        Domain::Categorical(list) | Domain::Ordered(list) => {
            (Value::Choice(0), Value::Choice(list.len() as u32 - 1))
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn decoding_stays_inside_and_reaches_both_ends(parameter in parameter(), u in 0.0..=1.0) {
        let domain = judged(&parameter);
        prop_assert!(domain.contains(domain.decode(u)), "{domain} at {u}");
        let (low, high) = ends(domain);
        for (u, end) in [(0.0, low), (1.0, high), (-1.0, low), (f64::INFINITY, high)] {
            prop_assert_eq!(domain.decode(u), end, "{} at {}", domain, u);
        }
        prop_assert_eq!(domain.decode(f64::NAN), domain.decode(0.5));
    }

    #[test]
    fn encoding_stays_inside_and_keeps_the_order(parameter in parameter(), u in 0.0..=1.0, v in 0.0..=1.0) {
        let domain = judged(&parameter);
        let (a, b) = (domain.decode(f64::min(u, v)), domain.decode(f64::max(u, v)));
        let (x, y) = (domain.encode(a), domain.encode(b));
        prop_assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y), "{domain}: {x}, {y}");
        prop_assert!(x <= y, "{domain}: {a:?} at {x}, {b:?} at {y}");
    }

    #[test]
    fn decode_undoes_encode_where_values_can_be_counted(parameter in parameter(), u in 0.0..=1.0) {
        let domain = judged(&parameter);
        if let Some(count) = domain.cardinality().filter(|count| *count < 1 << 40) {
            let value = domain.decode(u);
            prop_assert_eq!(domain.decode(domain.encode(value)), value, "{}", domain);
            let index = domain.index_of(value).unwrap();
            prop_assert!(index < count);
            prop_assert_eq!(domain.value_at(index), Some(value), "{}", domain);
            prop_assert_eq!(domain.value_at(count), None);
        }
    }

    #[test]
    fn a_cell_holds_what_decodes_to_its_value_from_border_to_border(parameter in parameter(), u in 0.0..=1.0) {
        let domain = judged(&parameter);
        if domain.cardinality().is_some_and(|count| count < 1 << 30) {
            let value = domain.decode(u);
            let (from, to) = domain.cell(value).unwrap();
            prop_assert!(from <= u && (u < to || to == 1.0), "{domain}: {u} is not in {from}..{to}");
            prop_assert_eq!(domain.decode(from), value, "lower border of {}", domain);
            prop_assert_eq!(domain.decode(to.next_down()), value, "upper border of {}", domain);
            let centre = domain.encode(value);
            prop_assert!(from < centre && centre < to, "{domain}: {centre} is not in {from}..{to}");
        }
    }

    #[test]
    fn a_continuum_has_no_cells(parameter in prop_oneof![linear(), log()], u in 0.0..=1.0) {
        let domain = judged(&parameter);
        if domain.cardinality().is_none() {
            let value = domain.decode(u);
            prop_assert_eq!((domain.cell(value), domain.index_of(value), domain.value_at(0)), (None, None, None));
        }
    }

    #[test]
    fn encode_undoes_decode_on_a_continuum(parameter in prop_oneof![linear(), log()], u in 0.0..=1.0) {
        let domain = judged(&parameter);
        let (low, high) = ends(domain);
        let (low, high) = (float(low), float(high));
        // Where neighbouring numbers are far apart, so are neighbouring places.
        let log = matches!(domain, Domain::Float(d) if d.is_log());
        let width = if log { high.ln() - low.ln() } else { high / 2.0 - low / 2.0 };
        let grain = if log { 1e-14 * low.ln().abs().max(high.ln().abs()).max(1.0) } else { 1e-15 * low.abs().max(high.abs()) };
        if width > 1e6 * grain && width > 1e-300 {
            let back = domain.encode(domain.decode(u));
            prop_assert!((back - u).abs() <= 1e-12 + 4.0 * grain / width, "{domain}: {u} came back as {back}");
        }
    }

    #[test]
    fn steps_are_the_decimals_that_people_write(low in -100_000..100_000_i64, step in 1..500_i64, steps in 0..500_i64, decimals in 0..7_usize, k in any::<prop::sample::Index>()) {
        let (from, to) = (decimal(low, decimals), decimal(low + steps * step, decimals));
        let size = decimal(step, decimals);
        let parameter = Parameter::float("x", from, to).step(size);
        let domain = judged(&parameter);
        prop_assert_eq!(domain.cardinality(), Some(steps as u64 + 1));
        let k = k.index(steps as usize + 1);
        let value = domain.value_at(k as u64).unwrap();
        prop_assert_eq!(value, Value::Float(decimal(low + k as i64 * step, decimals)));
        // The same number as a program would compute it.
        for computed in [from + k as f64 * size, to - (steps - k as i64) as f64 * size] {
            prop_assert!(domain.contains(Value::Float(computed)), "{computed} is not in {domain}");
            prop_assert_eq!(domain.index_of(Value::Float(computed)), Some(k as u64));
            prop_assert_eq!(domain.value_of(&Literal::Float(computed)), Some(value));
        }
        let between = from + (k as f64 + 0.5) * size;
        prop_assert!(!domain.contains(Value::Float(between)), "{between} is in {domain}");
    }

    #[test]
    fn literals_and_values_are_each_others_inverse(parameter in parameter(), u in 0.0..=1.0) {
        let domain = judged(&parameter);
        let value = domain.decode(u);
        prop_assert_eq!(domain.value_of(&domain.literal(value)), Some(value));
    }

    #[test]
    fn logarithmic_integers_come_back_however_far_the_range(v in 1..=1_000_000_i64, low in 1..1000_i64, high in 1_000_000..i64::MAX) {
        let parameter = Parameter::int("n", low, high).log();
        if v >= low {
            let domain = judged(&parameter);
            prop_assert_eq!(domain.decode(domain.encode(Value::Int(v))), Value::Int(v));
        }
    }

    #[test]
    fn values_outside_encode_to_the_middle(parameter in prop_oneof![stepped(), linear(), log(), int(), int_log()]) {
        let domain = judged(&parameter);
        for value in [Value::Float(f64::NAN), Value::Float(f64::INFINITY), Value::Choice(0)] {
            prop_assert!(!domain.contains(value));
            prop_assert_eq!(domain.encode(value), 0.5, "{:?} in {}", value, domain);
            prop_assert_eq!(domain.cell(value), None);
            prop_assert_eq!(domain.index_of(value), None);
        }
    }
}

#[test]
fn a_linear_range_is_even_even_if_its_width_overflows() {
    let check = |low, high, u, expect: f64| {
        let parameter = Parameter::float("x", low, high);
        let value = float(judged(&parameter).decode(u));
        let close = (value - expect).abs() <= 1e-12 * high.abs().max(low.abs());
        assert!(close, "{low} to {high} at {u}: {value}");
        let back = judged(&parameter).encode(Value::Float(value));
        assert!((back - u).abs() < 1e-12, "{low} to {high}: {u} -> {back}");
    };
    check(-1e308, 1e308, 0.5, 0.0);
    check(-1e308, 1e308, 0.75, 5e307);
    check(f64::MIN, f64::MAX, 0.25, f64::MIN / 2.0);
    check(-1.0, 0.0, 0.5, -0.5);
    check(0.0, 1.0, 0.125, 0.125);
}

#[test]
fn a_log_range_is_even_in_its_exponents() {
    let check = |low: f64, high: f64, u, expect: f64| {
        let parameter = Parameter::float("x", low, high).log();
        let value = float(judged(&parameter).decode(u));
        assert!(
            (value / expect - 1.0).abs() < 1e-12,
            "{low} to {high}: {value}"
        );
    };
    check(1e-5, 1e-1, 0.5, 1e-3);
    check(1e-300, 1e300, 0.5, 1.0);
    check(5e-324, 1.0, 0.0, 5e-324);
    check(1.0, f64::MAX, 1.0, f64::MAX);
}

#[test]
fn ranges_of_neighbouring_tiny_numbers_have_places() {
    let tiny = |n: u64| f64::from_bits(n);
    let parameter = Parameter::float("x", tiny(3), tiny(5));
    assert_eq!(judged(&parameter).encode(Value::Float(tiny(4))), 0.5);
}

#[test]
fn stepped_values_are_pretty() {
    let tenths = Parameter::float("x", -10.0, 10.0).step(0.1);
    let odd = Parameter::float("x", -10.2, 10.2).step(0.1);
    assert_eq!(
        (judged(&tenths).cardinality(), judged(&odd).cardinality()),
        (Some(201), Some(205))
    );
    for parameter in [&tenths, &odd] {
        let domain = parameter.domain();
        for k in 0..domain.cardinality().unwrap() {
            let value = domain.value_at(k).unwrap();
            let text = domain.literal(value).to_string();
            assert!(text.len() <= 5, "{text}");
            assert_eq!(domain.decode(domain.encode(value)), value);
        }
        for value in [0.1 * 3.0, 0.1 + 0.2, -0.7 + 0.1, 1.1 * 1.1 - 0.01] {
            assert!(domain.contains(Value::Float(value)), "{value}");
        }
        for value in [0.35, 10.3, -10.3, 0.3001, f64::NAN] {
            assert!(!domain.contains(Value::Float(value)), "{value}");
        }
    }
}

#[test]
fn fine_steps_on_large_numbers_take_what_people_compute() {
    let parameter = Parameter::float("x", 1e6, 1e6 + 100.0).step(1e-3);
    let domain = judged(&parameter);
    let mut value = 1e6;
    for k in 0..1000 {
        assert_eq!(domain.index_of(Value::Float(value)), Some(k), "{value}");
        value = 1e6 + (k + 1) as f64 * 1e-3;
    }
    let wide = Parameter::float("x", -1e308, 1e308).step(1e307);
    let domain = judged(&wide);
    assert_eq!(domain.cardinality(), Some(21));
    for k in 0..21 {
        let value = domain.value_at(k).unwrap();
        assert_eq!(domain.index_of(value), Some(k), "{value:?}");
    }
    assert_eq!(domain.value_at(10), Some(Value::Float(0.0)));
}

#[test]
fn integers_have_equal_shares() {
    let parameter = Parameter::int("n", -3, 3);
    let domain = judged(&parameter);
    for (k, value) in (-3..=3).enumerate() {
        let cell = domain.cell(Value::Int(value)).unwrap();
        assert_eq!(cell, (k as f64 / 7.0, (k as f64 + 1.0) / 7.0));
        assert_eq!(domain.encode(Value::Int(value)), (k as f64 + 0.5) / 7.0);
    }
    // 1/49 · 49 is less than 1: borders must not slip.
    let parameter = Parameter::int("n", 0, 48);
    for n in 0..49 {
        let u = n as f64 / 49.0;
        assert_eq!(parameter.domain().decode(u), Value::Int(n));
    }
}

#[test]
fn logarithmic_integers_have_the_cells_of_their_halves() {
    let parameter = Parameter::int("n", 1, 1_000_000).log();
    let domain = judged(&parameter);
    let width = (1_000_000.5_f64 / 0.5).ln();
    for value in [1, 2, 10, 12_345, 999_999, 1_000_000] {
        let (from, to) = domain.cell(Value::Int(value)).unwrap();
        let place = |edge: f64| (edge / 0.5).ln() / width;
        assert!((from - place(value as f64 - 0.5)).abs() < 1e-14);
        assert!((to - place(value as f64 + 0.5)).abs() < 1e-14);
        let centre = domain.encode(Value::Int(value));
        assert!((centre - place(value as f64)).abs() < 1e-14);
    }
}

#[test]
fn every_logarithmic_integer_comes_back() {
    for (low, high) in [
        (1, 1_000_000),
        (7, 500_000),
        (1, 1),
        (1 << 60, (1 << 60) + 9),
    ] {
        let parameter = Parameter::int("n", low, high).log();
        let domain = judged(&parameter);
        for value in low..=high {
            let value = Value::Int(value);
            assert_eq!(domain.decode(domain.encode(value)), value);
        }
    }
}

#[test]
fn huge_integer_ranges_stay_inside() {
    for parameter in [
        Parameter::int("n", 1, i64::MAX).log(),
        Parameter::int("n", 0, i64::MAX),
        Parameter::int("n", i64::MIN, -1),
        Parameter::int("n", i64::MAX - 2, i64::MAX).log(),
    ] {
        let domain = judged(&parameter);
        let (low, high) = ends(domain);
        assert_eq!((domain.decode(0.0), domain.decode(1.0)), (low, high));
        for k in 0..=1000 {
            let value = domain.decode(f64::from(k) / 1000.0);
            assert!(domain.contains(value), "{value:?}");
            assert!(domain.contains(domain.decode(domain.encode(value))));
            let (from, to) = domain.cell(value).unwrap();
            assert!(0.0 <= from && from <= to && to <= 1.0);
        }
    }
}

#[test]
fn constants_have_one_value_at_the_middle() {
    for parameter in [
        Parameter::float("x", 2.5, 2.5),
        Parameter::float("x", 2.5, 2.5).log(),
        Parameter::float("x", 2.5, 2.5).step(0.1),
        Parameter::float("x", 1e300, 1e300),
        Parameter::int("x", 7, 7),
        Parameter::int("x", 7, 7).log(),
        Parameter::int("x", 7, 7).step(3),
        Parameter::int("x", i64::MAX, i64::MAX).log(),
        Parameter::categorical("x", ["only"]),
        Parameter::ordered("x", [1.5]),
    ] {
        let domain = judged(&parameter);
        assert_eq!(domain.cardinality(), Some(1), "{domain}");
        let only = domain.value_at(0).unwrap();
        for u in [0.0, 0.3, 1.0] {
            assert_eq!(domain.decode(u), only, "{domain}");
        }
        assert_eq!(domain.encode(only), 0.5, "{domain}");
        assert_eq!(domain.cell(only), Some((0.0, 1.0)), "{domain}");
        assert_eq!((domain.index_of(only), domain.value_at(1)), (Some(0), None));
    }
}

#[test]
fn declarations_that_were_not_checked_do_not_panic() {
    for parameter in [
        Parameter::float("x", 0.0, 1.0).step(0.0),
        Parameter::float("x", 0.0, 1.0).step(-1.0),
        Parameter::float("x", 0.0, 1.0).step(f64::NAN),
        Parameter::float("x", 1.0, 0.0),
        Parameter::float("x", f64::NAN, f64::INFINITY).log(),
        Parameter::int("x", 5, -5),
        Parameter::int("x", 0, 5).step(0),
        Parameter::int("x", 0, 5).step(-2),
        Parameter::int("x", -5, 5).log(),
        Parameter::int("x", i64::MIN, i64::MAX),
        Parameter::categorical("x", Vec::<i64>::new()),
    ] {
        let domain = parameter.domain();
        for u in [0.0, 0.5, 1.0, f64::NAN] {
            let value = domain.decode(u);
            let _ = (
                domain.encode(value),
                domain.cell(value),
                domain.contains(value),
            );
            let _ = (domain.index_of(value), domain.literal(value).to_string());
        }
        assert!(Space::new([parameter]).is_err());
    }
}

#[test]
fn numbers_match_choices_by_value_and_texts_do_not() {
    let parameter = Parameter::ordered("batch", [32, 64, 128]);
    let domain = judged(&parameter);
    let check = |literal: Literal, expect: Option<u32>| {
        assert_eq!(
            domain.value_of(&literal),
            expect.map(Value::Choice),
            "{literal}"
        );
    };
    check(64.into(), Some(1));
    check(64.0.into(), Some(1));
    check("64".into(), None);
    check(true.into(), None);
    check(65.into(), None);
    let neighbours = Parameter::categorical("n", [1_i64 << 53, (1 << 53) + 1]);
    let second = Literal::from((1_i64 << 53) + 1);
    assert_eq!(
        judged(&neighbours).value_of(&second),
        Some(Value::Choice(1))
    );
}

#[test]
fn integers_are_taken_for_numbers_and_whole_numbers_for_integers() {
    let (float, int) = (Parameter::float("x", 0.0, 9.0), Parameter::int("n", 0, 9));
    assert_eq!(float.domain().value_of(&3.into()), Some(Value::Float(3.0)));
    assert_eq!(int.domain().value_of(&3.0.into()), Some(Value::Int(3)));
    for literal in [
        3.5.into(),
        "3".into(),
        true.into(),
        10.into(),
        f64::NAN.into(),
    ] {
        assert_eq!(int.domain().value_of(&literal), None, "{literal}");
    }
}

#[test]
fn domains_read_as_they_are_declared() {
    let check = |parameter: Parameter, text: &str| assert_eq!(parameter.domain().to_string(), text);
    check(
        Parameter::float("x", 1e-5, 0.1).log(),
        "float 1e-5 to 0.1, log",
    );
    check(
        Parameter::float("x", 0.0, 1.0).step(0.1),
        "float 0 to 1, step 0.1",
    );
    check(Parameter::int("x", 1, 9).step(2), "int 1 to 9, step 2");
    check(Parameter::int("x", 1, 9).log(), "int 1 to 9, log");
    check(Parameter::bool("x"), "one of false, true");
    check(Parameter::ordered("x", [32, 64]), "one of 32, 64 (ordered)");
}
