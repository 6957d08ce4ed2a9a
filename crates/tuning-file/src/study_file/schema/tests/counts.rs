//! Every count has a bound: the tables are walked, and each count is set to one more than it may be.

use serde_json::json;

use super::{all_keys, folder, places, read};
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
            let is_count = matches!(option.value(), tuning_core::Literal::Int(_));
            let name = option.name();
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
