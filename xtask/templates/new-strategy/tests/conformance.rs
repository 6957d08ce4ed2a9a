//! `my-strategy` keeps the laws of strategies, and study files can name it.

use my_strategy::{MyStrategyConfig, NAME};
use tuning_core::StrategyConfig;
use tuning_strategies::Registry;

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::strategy(|problem| MyStrategyConfig::default().build(problem)).check();
}

#[test]
fn its_options_are_read_by_name() {
    let mut registry = Registry::standard();
    registry.register::<MyStrategyConfig>(NAME, "my-strategy");
    let read = |value| registry.read(&value).map(|config| config.spec());
    assert_eq!(
        read(serde_json::json!({"name": NAME, "step": 0.5})).unwrap(),
        MyStrategyConfig::default().step(0.5).spec()
    );
    let error = read(serde_json::json!({"name": NAME, "stepp": 0.5})).unwrap_err();
    assert!(error.to_string().contains("did you mean `step`?"), "{error}");
}
