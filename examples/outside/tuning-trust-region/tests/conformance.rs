//! `trust-region` keeps the laws of strategies, and study files can name it and its options.

use serde_json::json;
use tuning_core::StrategyConfig;
use tuning_strategies::Registry;
use tuning_trust_region::{NAME, TrustRegionConfig};

#[test]
fn it_keeps_the_laws() {
    tuning_conformance::strategy(|problem| TrustRegionConfig::default().build(problem))
        .config::<TrustRegionConfig>()
        .check();
}

#[test]
fn its_options_are_what_they_are_said_to_be() {
    tuning_conformance::options(|given| serde_json::from_value::<TrustRegionConfig>(json!(given)))
        .check();
}

#[test]
fn a_registry_knows_it_by_name() {
    let mut registry = Registry::standard();
    registry
        .register::<TrustRegionConfig>(NAME, "a box around the best point that grows and shrinks");
    let read = |value| registry.read(&value).map(|config| config.spec());

    let expect = TrustRegionConfig::default().failures(6).spec();
    assert_eq!(read(json!({"name": NAME, "failures": 6})).unwrap(), expect);
    let error = read(json!({"name": NAME, "failure": 6}))
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `failures`?"), "{error}");
}
