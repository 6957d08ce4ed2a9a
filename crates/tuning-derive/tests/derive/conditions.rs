//! Fields that are there only when others have certain values, and choices of any value that JSON has.

use std::collections::BTreeMap;

use tuning_core::{Condition, Literal, Parameter, Space, Test, Tunable};
use tuning_derive::Tunable;

use crate::support::{check_space, check_value};

const MOST: i64 = 3;

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Net {
    #[tune(range = 1..=4)]
    layers: u8,
    #[tune(choices = ["adam", "sgd", "rmsprop"], rename = "opt")]
    optimizer: String,
    scaled: bool,
    #[tune(range = 8..=64, when = layers >= 2)]
    units2: Option<u16>,
    #[tune(range = 0.0..=0.99, when = layers < MOST && optimizer == ["sgd", "rmsprop"])]
    momentum: Option<f64>,
    #[tune(when = (scaled || optimizer != "adam") && layers > 1)]
    warm: Option<bool>,
    #[tune(when = !scaled)]
    extra: Option<Extra>,
    #[tune(choices = [1, 2], when = units2 <= 9)]
    few: Option<i8>,
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Extra {
    #[tune(range = 0..=9)]
    a: i64,
    #[tune(range = 0..=9)]
    b: Option<i64>,
}

fn net() -> Net {
    Net {
        layers: 1,
        optimizer: "adam".to_owned(),
        scaled: true,
        units2: None,
        momentum: None,
        warm: None,
        extra: None,
        few: None,
    }
}

#[test]
fn a_condition_is_an_expression_over_the_fields_before() {
    check_space::<Net>([
        Parameter::int("layers", 1, 4),
        Parameter::categorical("opt", ["adam", "sgd", "rmsprop"]),
        Parameter::bool("scaled"),
        Parameter::int("units2", 8, 64).when("layers", 2..),
        Parameter::float("momentum", 0.0, 0.99)
            .when("layers", ..3_i64)
            .when("opt", ["sgd", "rmsprop"]),
        Parameter::bool("warm").active_if(
            Condition::when("scaled", true)
                .or(Condition::when("opt", Test::not(["adam"])))
                .and(Condition::when("layers", Test::above(1))),
        ),
        Parameter::int("extra.a", 0, 9).when("scaled", false),
        Parameter::bool("extra.b").when("scaled", false),
        Parameter::int("extra.b.value", 0, 9).when("extra.b", true),
        Parameter::categorical("few", [1, 2]).when("units2", ..=9),
    ]);
}

#[test]
fn a_field_is_there_when_its_condition_holds() {
    check_value(&net(), "layers=1 opt=adam scaled=true");
    let deep = Net {
        layers: 2,
        optimizer: "sgd".to_owned(),
        scaled: false,
        units2: Some(9),
        momentum: Some(0.5),
        warm: Some(true),
        extra: Some(Extra { a: 3, b: None }),
        few: Some(2),
    };
    check_value(
        &deep,
        "layers=2 opt=sgd scaled=false units2=9 momentum=0.5 warm=true extra.a=3 extra.b=false few=2",
    );
    let space = Space::of::<Net>().unwrap();
    let without = Net { layers: 2, ..net() };
    let error = without.to_params(&space).unwrap_err().to_string();
    assert!(
        error.starts_with("parameter `units2` has no value"),
        "{error}"
    );
    let with = Net {
        units2: Some(8),
        ..net()
    };
    let error = with.to_params(&space).unwrap_err().to_string();
    let expect =
        "parameter `units2` has a value but is active only when `layers` is at least 2: remove it";
    assert_eq!(error, expect);
}

#[derive(Clone, Debug, PartialEq, Tunable)]
#[tune(default)]
enum Model {
    Linear,
    Net {
        #[tune(range = 1..=3)]
        layers: u8,
        #[tune(range = 8..=64, when = layers >= 2)]
        units: Option<u16>,
    },
}

impl Default for Model {
    fn default() -> Self {
        let (layers, units) = (2, Some(8));
        Self::Net { layers, units }
    }
}

#[test]
fn the_fields_of_a_variant_have_conditions_too() {
    check_space::<Model>([
        Parameter::categorical("model", ["linear", "net"]),
        Parameter::int("model.net.layers", 1, 3).when("model", "net"),
        Parameter::int("model.net.units", 8, 64).when("model.net.layers", 2..),
    ]);
    let shown = "model=net model.net.layers=2 model.net.units=8";
    check_value(&Model::default_value().unwrap(), shown);
    check_value(&Model::Linear, "model=linear");
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Shapes {
    #[tune(choices = [vec![64], vec![64, 64], vec![]])]
    hidden: Vec<u32>,
    #[tune(choices = [Literal::Null, Literal::from("balanced"), Literal::map([("a", 2)])])]
    class_weight: Literal,
    #[tune(choices = [BTreeMap::new(), BTreeMap::from([("gamma".to_owned(), 0.5)])])]
    options: BTreeMap<String, f64>,
}

#[test]
fn choices_are_any_value_of_json() {
    check_space::<Shapes>([
        Parameter::categorical("hidden", [vec![64], vec![64, 64], vec![]]),
        Parameter::categorical(
            "class_weight",
            [Literal::Null, "balanced".into(), Literal::map([("a", 2)])],
        ),
        Parameter::categorical(
            "options",
            [BTreeMap::new(), BTreeMap::from([("gamma".to_owned(), 0.5)])],
        ),
    ]);
    let shapes = Shapes {
        hidden: vec![64, 64],
        class_weight: Literal::Null,
        options: BTreeMap::from([("gamma".to_owned(), 0.5)]),
    };
    check_value(
        &shapes,
        r#"hidden=[64,64] class_weight=null options={"gamma":0.5}"#,
    );
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Huge {
    #[tune(choices = [1, u64::MAX])]
    seed: u64,
}

#[test]
fn an_integer_beyond_those_of_a_study_is_refused() {
    let error = Space::of::<Huge>().unwrap_err().to_string();
    let expect = "cannot be read back as u64: integers end at 2^63 - 1";
    assert!(error.contains(expect), "{error}");
}
