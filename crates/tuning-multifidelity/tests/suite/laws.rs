//! Every pruner of this crate keeps the laws.

use std::collections::BTreeMap;

use tuning_conformance::{PrunerLaw, pruner, pruner_options};
use tuning_core::Literal;
use tuning_multifidelity::{
    AllOfConfig, AnyOfConfig, Combine as _, MedianConfig, NeverConfig, PatienceConfig,
    PercentileConfig, ThresholdConfig, WilcoxonConfig,
};

#[test]
fn the_pruner_that_stops_nothing_keeps_the_laws() {
    pruner(NeverConfig::default()).check();
}

#[test]
fn the_median_keeps_the_laws() {
    pruner(MedianConfig::default())
        .refuses("interval", MedianConfig::default().interval(0))
        .refuses("min_trials", MedianConfig::default().min_trials(0))
        .check();
}

#[test]
fn the_percentile_keeps_the_laws() {
    pruner(PercentileConfig::default())
        .refuses("percentile", PercentileConfig::default().percentile(100.5))
        .refuses(
            "percentile",
            PercentileConfig::default().percentile(f64::NAN),
        )
        .check();
}

#[test]
fn the_threshold_keeps_the_laws_but_those_that_spare_the_best() {
    const ABSOLUTE: &str = "its bounds are absolute, as its documentation says";
    let config = ThresholdConfig::default().upper(0.5);
    pruner(config.clone())
        .refuses("upper", ThresholdConfig::default())
        .refuses("lower", config.lower(1.0))
        .skip(PrunerLaw::FirstTrial, ABSOLUTE)
        .skip(PrunerLaw::Leader, ABSOLUTE)
        .check();
}

#[test]
fn the_signed_rank_test_keeps_the_laws() {
    pruner(WilcoxonConfig::default())
        .refuses("p", WilcoxonConfig::default().p(0.0))
        .check();
}

#[test]
fn patience_keeps_the_laws_alone_and_with_another_pruner() {
    for config in [
        PatienceConfig::default(),
        PatienceConfig::default().patience(0),
        MedianConfig::default().patient(1),
    ] {
        let negative = config.clone().tolerance(-1.0);
        pruner(config).refuses("tolerance", negative).check();
    }
}

#[test]
fn pruners_of_pruners_keep_the_laws() {
    let (median, alone) = (MedianConfig::default(), PatienceConfig::default());
    pruner(median.clone().after(3))
        .refuses("step", median.clone().after(u64::MAX))
        .check();
    pruner(median.clone().or(alone.clone()))
        .refuses("of", AnyOfConfig::of([]))
        .check();
    pruner(median.and(alone))
        .refuses("of", AllOfConfig::of([]))
        .check();
}

#[test]
fn what_is_said_of_the_options_of_pruners_of_pruners_is_what_they_do() {
    pruner_options(|given| {
        let mut config = PatienceConfig::default();
        for (name, value) in given {
            match (&**name, value) {
                ("patience", Literal::Int(reports)) => {
                    config.patience = u32::try_from(*reports).map_err(|_| name.clone())?
                }
                ("tolerance", Literal::Float(tolerance)) => config.tolerance = *tolerance,
                ("inner", Literal::Null) => config.inner = None,
                _ => return Err(name.clone()),
            }
        }
        Ok(config)
    })
    .check();
    pruner_options(|given| {
        let mut config = MedianConfig::default().after(3);
        for (name, value) in given {
            match (&**name, value) {
                ("step", Literal::Int(step)) => {
                    config.step = u64::try_from(*step).map_err(|_| name.clone())?;
                }
                ("inner", Literal::Map(inner)) => {
                    let fields = inner.iter().filter(|(field, _)| **field != *"name");
                    let fields: BTreeMap<_, _> = fields.cloned().collect();
                    let median = serde_json::from_value::<MedianConfig>(serde_json::json!(fields));
                    config = median.map_err(|_| name.clone())?.after(config.step);
                }
                _ => return Err(name.clone()),
            }
        }
        Ok(config)
    })
    .check();
}

#[test]
fn what_is_said_of_the_options_is_what_they_do() {
    pruner_options(|given| serde_json::from_value::<MedianConfig>(serde_json::json!(given)))
        .check();
    pruner_options(|given| serde_json::from_value::<WilcoxonConfig>(serde_json::json!(given)))
        .check();
    pruner_options(|given| serde_json::from_value::<PercentileConfig>(serde_json::json!(given)))
        .check();
    pruner_options(|given| {
        let mut given = given.clone();
        given.entry("upper".to_owned()).or_insert(10.0.into());
        serde_json::from_value::<ThresholdConfig>(serde_json::json!(given))
    })
    .check();
}
