//! `my-strategy` keeps the laws of strategies, and study files can name its options.

use my_strategy::MyStrategyConfig;
use serde_json::json;
use tuning_core::StrategyConfig;

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::strategy(|problem| MyStrategyConfig::default().build(problem))
        .config::<MyStrategyConfig>()
        .check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| serde_json::from_value::<MyStrategyConfig>(json!(given))).check();
}

#[test]
fn its_options_are_read_by_name() {
    let read = |value| serde_json::from_value::<MyStrategyConfig>(value);
    assert_eq!(
        read(json!({"step": 0.5})).unwrap(),
        MyStrategyConfig::default().step(0.5)
    );
    let error = read(json!({"stepp": 0.5})).unwrap_err();
    assert!(error.to_string().contains("unknown field `stepp`"), "{error}");
}
