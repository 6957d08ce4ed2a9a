//! Parameters: given by name, read back from files, compared and aligned.

use proptest::prelude::*;
use tuning_core::{Literal, Parameter, Params, ParamsError, Space, Value};

use crate::support::{point, space};

fn literal(value: impl Into<Literal>) -> Literal {
    value.into()
}

fn sgd() -> Space {
    Space::new([
        Parameter::float("learning_rate", 0.0, 1.0),
        Parameter::categorical("optimizer", ["adam", "sgd"]),
        Parameter::float("momentum", 0.0, 0.9)
            .step(0.1)
            .when("optimizer", ["sgd"]),
    ])
    .unwrap()
}

fn sample(space: &Space, point: &[f64]) -> Params {
    space.decode(&point[..space.len()]).unwrap()
}

proptest! {
    #[test]
    fn the_serde_form_keeps_every_value_to_the_last_bit(space in space(), point in point()) {
        let params = sample(&space, &point);
        let text = serde_json::to_string(&params).unwrap();
        let detached: Params = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&detached, &params);
        let aligned = space.align(&detached).unwrap();
        prop_assert_eq!(aligned.values(), params.values());
        prop_assert_eq!(aligned.key(), params.key());
        prop_assert_eq!(serde_json::to_string(&detached).unwrap(), text);
    }

    #[test]
    fn keys_are_equal_exactly_if_the_parameters_are(space in space(), a in point(), b in point()) {
        let (a, b) = (sample(&space, &a), sample(&space, &b));
        prop_assert_eq!(a.key() == b.key(), a == b);
        prop_assert_eq!(a.key(), a.clone().key());
    }

    #[test]
    fn params_by_name_are_the_same_in_any_order(space in space(), point in point()) {
        let params = sample(&space, &point);
        let mut pairs: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value)).collect();
        pairs.reverse();
        let again = space.params(pairs).unwrap();
        prop_assert_eq!(again.values(), params.values());
    }
}

#[test]
fn every_mistake_is_named() {
    let space = sgd();
    let check = |values: &[(&str, Literal)], expect: &str| {
        let given = values.iter().map(|(name, value)| (*name, value.clone()));
        let error = space.params(given).unwrap_err();
        assert_eq!(error.to_string(), expect);
    };
    let (rate, adam, sgd) = (
        ("learning_rate", literal(0.1)),
        ("optimizer", literal("adam")),
        ("optimizer", literal("sgd")),
    );
    check(
        &[("learning_rat", literal(0.1))],
        "there is no parameter `learning_rat`: did you mean `learning_rate`?",
    );
    check(&[("x", literal(0.1))], "there is no parameter `x`");
    check(
        &[rate.clone(), rate.clone(), adam.clone()],
        "parameter `learning_rate` was given twice",
    );
    check(
        std::slice::from_ref(&adam),
        "parameter `learning_rate` has no value: give it one of its domain (float 0 to 1)",
    );
    check(
        &[rate.clone(), sgd.clone()],
        "parameter `momentum` has no value: give it one of its domain (float 0 to 0.9, step 0.1)",
    );
    check(
        &[rate.clone(), adam.clone(), ("momentum", literal(0.5))],
        "parameter `momentum` has a value but is active only when `optimizer` is `sgd`: remove it",
    );
    check(
        &[("learning_rate", literal(1.5)), adam.clone()],
        "parameter `learning_rate` is 1.5, which is not in its domain (float 0 to 1)",
    );
    check(
        &[rate.clone(), ("optimizer", literal("adamw"))],
        "parameter `optimizer` is adamw, which is not in its domain (one of adam, sgd)",
    );
    check(
        &[rate, sgd, ("momentum", literal(0.55))],
        "parameter `momentum` is 0.55, which is not in its domain (float 0 to 0.9, step 0.1)",
    );
}

#[test]
fn reading_a_value_as_another_type_is_refused() {
    let space = sgd();
    let params = space.decode(&[0.5, 0.0, 0.0]).unwrap();
    let check = |error: ParamsError, expect: &str| assert_eq!(error.to_string(), expect);
    check(
        params.int("learning_rate").unwrap_err(),
        "parameter `learning_rate` is 0.5, which is not an integer",
    );
    check(
        params.bool("optimizer").unwrap_err(),
        "parameter `optimizer` is adam, which is not a boolean",
    );
    check(
        params.str("learning_rate").unwrap_err(),
        "parameter `learning_rate` is 0.5, which is not a string",
    );
    check(
        params.float("optimizer").unwrap_err(),
        "parameter `optimizer` is adam, which is not a number",
    );
    check(
        params.float("momentum").unwrap_err(),
        "parameter `momentum` is not active in this trial",
    );
    assert!(matches!(
        params.float("x"),
        Err(ParamsError::Unknown { .. })
    ));
}

#[test]
fn coordinates_must_be_one_for_each() {
    let error = sgd().decode(&[0.5]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 coordinate(s) for 3: give one for each"
    );
}

#[test]
fn assigning_outside_a_domain_is_refused() {
    let space = sgd();
    let assign = |value: Value| space.assign(|_, _| value).unwrap_err().to_string();
    assert!(assign(Value::Float(2.0)).contains("`learning_rate` is 2,"));
    assert!(assign(Value::Float(f64::NAN)).contains("`learning_rate` is NaN"));
    assert!(assign(Value::Choice(7)).contains("choice number 7"));
    let chosen = |index: usize| [Value::Float(0.5), Value::Choice(2)][index];
    let error = space.assign(|index, _| chosen(index)).unwrap_err();
    assert!(error.to_string().contains("`optimizer` is choice number 2"));
}

#[test]
fn computed_steps_become_the_values_of_the_grid() {
    let space = sgd();
    let values = |momentum: f64| {
        [
            ("learning_rate", literal(0.5)),
            ("optimizer", literal("sgd")),
            ("momentum", literal(momentum)),
        ]
    };
    let exact = space.params(values(0.3)).unwrap();
    let computed = space.params(values(0.1 * 3.0)).unwrap();
    assert_eq!(computed, exact);
    assert_eq!(computed.key(), exact.key());
    assert_eq!(
        computed.to_string(),
        "learning_rate=0.5 optimizer=sgd momentum=0.3"
    );
    let chosen = [Value::Float(0.5), Value::Choice(1), Value::Float(0.1 * 3.0)];
    assert_eq!(
        space.assign(|index, _| chosen[index]).unwrap().key(),
        exact.key()
    );
}

#[test]
fn alignment_goes_by_name_and_turns_integers_into_numbers() {
    let a = Space::new([Parameter::float("x", 0.0, 9.0), Parameter::int("n", 0, 9)]).unwrap();
    let b = Space::new([Parameter::int("n", 0, 9), Parameter::float("x", 0.0, 9.0)]).unwrap();
    let params = a.decode(&[0.25, 0.75]).unwrap();
    let other = b.align(&params).unwrap();
    assert_eq!(other.to_string(), "n=7 x=2.25");
    assert_eq!(other, params);
    assert_eq!(b.check(&params), Ok(()));

    let whole: Params = serde_json::from_str(r#"{"x":3,"n":4.0}"#).unwrap();
    assert_eq!(a.align(&whole).unwrap().to_string(), "x=3 n=4");
    assert_eq!(a.align(&whole).unwrap().float("x"), Ok(3.0));

    let check = |text: &str, expect: &str| {
        let detached: Params = serde_json::from_str(text).unwrap();
        let error = a.align(&detached).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert_eq!(a.check(&detached).unwrap_err().to_string(), error);
    };
    check(r#"{"x":3}"#, "`n` has no value");
    check(r#"{"x":3,"n":4,"m":1}"#, "no parameter `m`");
    check(r#"{"x":3,"n":4,"x":5}"#, "`x` was given twice");
    check(r#"{"x":"3","n":4}"#, "`x` is 3, which is not in its domain");
}

#[test]
fn encoding_goes_by_name_for_parameters_of_another_space() {
    let a = Space::new([
        Parameter::float("x", 0.0, 8.0),
        Parameter::float("y", 0.0, 2.0),
    ])
    .unwrap();
    let b = Space::new([
        Parameter::float("y", 0.0, 4.0),
        Parameter::float("x", 0.0, 8.0),
    ])
    .unwrap();
    let params = a.decode(&[0.25, 0.5]).unwrap();
    assert_eq!(b.encode(&params), [Some(0.25), Some(0.25)]);
    let detached: Params = serde_json::from_str(r#"{"y":99.0,"x":2.0}"#).unwrap();
    assert_eq!(b.encode(&detached), [None, Some(0.25)]);
    let mut row = [0.0; 2];
    b.features().encode(&params, &mut row, 0.0).unwrap();
    assert_eq!(row, [0.25, 0.25]);
    assert!(b.features().encode(&detached, &mut row, 0.0).is_err());
}

#[test]
fn parameters_are_equal_in_whatever_order_they_stand() {
    let read = |text: &str| serde_json::from_str::<Params>(text).unwrap();
    assert_eq!(read(r#"{"a":1,"b":"x"}"#), read(r#"{"b":"x","a":1}"#));
    assert_ne!(read(r#"{"a":1,"b":"x"}"#), read(r#"{"a":1}"#));
    assert_ne!(read(r#"{"a":1}"#), read(r#"{"b":1}"#));
    assert_ne!(read(r#"{"a":1}"#), read(r#"{"a":"1"}"#));
    assert_eq!(read("{}"), read("{}"));
    assert_eq!(read(r#"{"a":true}"#).bool("a"), Ok(true));
}

#[test]
fn minus_zero_is_zero() {
    let space = Space::new([Parameter::float("x", -1.0, 1.0)]).unwrap();
    let (plus, minus) = (
        space.params([("x", 0.0)]).unwrap(),
        space.params([("x", -0.0)]).unwrap(),
    );
    assert_eq!(plus, minus);
    assert_eq!(plus.key(), minus.key());
    let back: Params = serde_json::from_str(&serde_json::to_string(&minus).unwrap()).unwrap();
    assert!(back.float("x").unwrap().is_sign_negative());
}

#[test]
fn what_is_no_map_of_values_is_no_parameters() {
    let huge = r#"{"a":18446744073709551615}"#;
    for text in ["[]", "1", "null", huge, r#"{"a":{"b":1,"b":2}}"#] {
        assert!(serde_json::from_str::<Params>(text).is_err(), "{text}");
    }
}

#[test]
fn every_value_of_json_is_a_choice_and_reads_back() {
    let space = Space::new([
        Parameter::categorical("weight", [None, Some("balanced")]),
        Parameter::categorical("hidden", [vec![64], vec![64, 64]]),
        Parameter::categorical(
            "options",
            [Literal::map([("a", 1), ("b", 2)]), Literal::Null],
        ),
    ])
    .unwrap();
    let text = r#"{"options":{"b":2.0,"a":1},"weight":null,"hidden":[64.0,64]}"#;
    let params = space.align(&serde_json::from_str(text).unwrap()).unwrap();
    let expect = r#"{"weight":null,"hidden":[64,64],"options":{"a":1,"b":2}}"#;
    assert_eq!(serde_json::to_string(&params).unwrap(), expect);
    let shown = r#"weight=null hidden=[64,64] options={"a":1,"b":2}"#;
    assert_eq!(params.to_string(), shown);
    let error = space
        .params([("weight", Literal::from("null"))])
        .unwrap_err();
    let expect = "parameter `weight` is null, which is not in its domain (one of null, balanced)";
    assert_eq!(error.to_string(), expect);
}
