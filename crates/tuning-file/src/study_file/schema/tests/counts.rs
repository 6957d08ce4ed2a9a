//! Every count has a bound: the tables are walked, and each count is set to one more than it may be.

use std::ops::Bound;

use serde_json::json;
use tuning_strategies::RegistryError;

use super::{all_keys, extensions, folder, places, read};
use crate::{document::Shape, study_file::keys::ROOT};

#[test]
fn every_count_of_a_study_file_has_a_bound() {
    let folder = folder();
    let mut walked = Vec::new();
    for study in all_keys() {
        let mut found = Vec::new();
        places(&ROOT, &study, "", &mut found);
        for (path, shape) in found {
            let Shape::Count(_, most) = shape else {
                continue;
            };
            let mut study = study.clone();
            *study.pointer_mut(&path).unwrap() = json!(most + 1);
            let error = read(folder.path(), &study).expect_err(&path);
            let name = path.trim_start_matches('/').replace('/', ".");
            assert!(
                error.contains(&format!("`{name}` is {}, which is too many", most + 1)),
                "{path}: {error}"
            );
            walked.push(name);
        }
    }
    for name in [
        "workers",
        "budget.trials",
        "budget.resource",
        "retry.lost",
        "fidelity.max",
    ] {
        assert!(walked.iter().any(|walked| walked == name), "{walked:?}");
    }
    for (order, fits) in [
        ("as-proposed:1000000", true),
        ("as-proposed:1000001", false),
    ] {
        let [mut study, ..] = all_keys();
        study["order"] = json!(order);
        assert_eq!(read(folder.path(), &study).is_ok(), fits, "{order}");
    }
}

#[test]
fn every_count_of_a_strategy_has_a_bound() {
    let registry = crate::registry();
    let mut counts = 0;
    for strategy in registry.entries().map(|entry| entry.name()) {
        // One that needs something has no count of its own.
        let Ok(config) = registry.read(&json!(strategy)) else {
            continue;
        };
        for option in tuning_core::StrategyConfig::options(&config) {
            let name = option.name();
            let reads = |value: serde_json::Value| {
                let options = [(name.to_owned(), value)].into_iter().collect();
                !matches!(
                    registry.config(strategy, &options),
                    Err(RegistryError::WrongValue { .. } | RegistryError::Part { .. })
                )
            };
            // Also where it may be left out, and in a list or a mapping.
            let is_count = [
                (json!(1), json!(0.5)),
                (json!([1]), json!([0.5])),
                (json!({"x": 1}), json!({"x": 0.5})),
            ]
            .into_iter()
            .any(|(count, number)| reads(count) && !reads(number));
            counts += usize::from(is_count);
            let upper = option.bounds().1;
            assert!(
                !is_count || upper != std::ops::Bound::Unbounded,
                "`{name}` of `{strategy}` has no upper bound"
            );
        }
    }
    assert!(counts > 10, "{counts}");
}

#[test]
fn every_count_of_a_pruner_has_a_bound() {
    let folder = folder();
    let extensions = extensions();
    let mut walked = Vec::new();
    for kind in extensions.pruners() {
        for (option, default) in kind.options() {
            if !default.is_u64() {
                continue; // no count
            }
            let described = kind.described(&option).expect("it is described");
            let Bound::Included(most) = described.bounds().1 else {
                panic!("`{option}` of `{}` has no upper bound", kind.name());
            };
            let [mut study, ..] = all_keys();
            study["pruner"] = json!({"name": kind.name(), option.as_str(): most as i64 + 1});
            let error = read(folder.path(), &study).unwrap_err();
            let expected = format!(
                "`pruner` has an option `{option}` that cannot be `{}`",
                most + 1.0
            );
            assert!(error.contains(&expected), "{error}");
            walked.push(format!("{}.{option}", kind.name()));
        }
    }
    // Ours, and a guest's.
    let counts = [
        "median.startup",
        "median.warmup",
        "median.interval",
        "median.min_trials",
        "percentile.startup",
        "percentile.warmup",
        "percentile.interval",
        "percentile.min_trials",
        "threshold.warmup",
        "threshold.interval",
        "wilcoxon.startup",
        "patience.patience",
        "asha.reduction_factor",
        "waits.warmup",
    ];
    assert_eq!(walked, counts);
}
