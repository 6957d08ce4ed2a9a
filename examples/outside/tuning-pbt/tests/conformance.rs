//! `pbt` keeps the laws of strategies, and study files can name it and its options.

use serde_json::json;
use tuning_core::StrategyConfig;
use tuning_pbt::{NAME, PbtConfig};
use tuning_strategies::Registry;

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::strategy(|problem| PbtConfig::default().build(problem))
        .config::<PbtConfig>()
        .check();
}

#[test]
fn it_keeps_the_laws_of_schedulers() {
    tuning_conformance::scheduler(|problem| PbtConfig::default().build(problem)).check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| serde_json::from_value::<PbtConfig>(json!(given))).check();
}

#[test]
fn a_registry_knows_it_by_name() {
    let mut registry = Registry::standard();
    registry.register::<PbtConfig>(NAME, "a population that trains in rounds");
    let read = |value| registry.read(&value).map(|config| config.spec());

    let expect = PbtConfig::default().members(6).spec();
    assert_eq!(read(json!({"name": NAME, "members": 6})).unwrap(), expect);
    let error = read(json!({"name": NAME, "member": 6}))
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `members`?"), "{error}");
}
