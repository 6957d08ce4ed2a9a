//! Pruners: what the schema takes is what the reader takes.

use serde_json::json;

use super::{all_keys, folder, read, validator};

#[test]
fn pruners_are_good_for_both_or_for_neither() {
    let (folder, validator) = (folder(), validator());
    for (pruner, good) in [
        (json!("never"), true),
        (json!({"name": "never"}), true),
        (json!("waits"), true),
        (json!({"name": "waits"}), true),
        (json!({"name": "waits", "warmup": 3}), true),
        (json!("median"), true),
        (json!({"name": "median", "startup": -1}), false),
        (json!({"name": "patience", "inner": "median"}), true),
        (
            json!({"name": "patience", "inner": {"name": "waits", "warmup": 3}}),
            true,
        ),
        (json!({"name": "patience", "inner": 3}), false),
        (json!({"name": "patience", "patience": -1}), false),
        (
            json!({"name": "any", "of": ["median", {"name": "threshold", "upper": 10}]}),
            true,
        ),
        (json!({"name": "any", "of": []}), false),
        (
            json!({"any": ["median", {"name": "waits", "warmup": 3}]}),
            true,
        ),
        (
            json!({"all": [{"any": ["median", "never"]}, "waits"]}),
            true,
        ),
        (json!({"any": []}), false),
        (json!({"any": "median"}), false),
        (json!({"any": ["medan"]}), false),
        (json!({"any": ["median"], "all": ["never"]}), false),
        (json!({"any": ["median"], "name": "never"}), false),
        (json!({"any": [{"warmup": 3}]}), false),
        (json!({"after": ["median"]}), false),
        (json!("threshold"), false),
        (json!({"name": "threshold"}), false),
        (json!({"name": "threshold", "warmup": 3}), false),
        (json!({"name": "threshold", "lower": null}), false),
        (
            json!({"name": "threshold", "lower": null, "upper": 3}),
            true,
        ),
        (json!({"name": "patience", "inner": "threshold"}), false),
        (json!({"all": [{"name": "threshold"}]}), false),
        (json!({"all": [{"name": "threshold", "lower": 0.5}]}), true),
        (json!({"name": "after", "step": 5, "inner": "median"}), true),
        (json!({"name": "after", "step": 5, "inner": "medan"}), false),
        (json!("nver"), false),
        (json!({"name": "nver"}), false),
        (json!({"name": "waits", "warmup": 100}), true),
        (json!({"name": "waits", "warmup": 101}), false),
        (json!({"name": "waits", "warmup": -1}), false),
        (json!({"name": "waits", "warmup": 0.5}), false),
        (json!({"name": "waits", "warmup": "long"}), false),
        (json!({"name": "waits", "wrmup": 3}), false),
        (json!({"name": "never", "warmup": 3}), false),
        (json!({"waits": {}}), false),
        (json!(3), false),
        (json!(["waits"]), false),
    ] {
        let mut study = all_keys()[0].clone();
        // What is missing may be in those.
        study.as_object_mut().unwrap().remove("include");
        study["pruner"] = pruner.clone();
        let read = read(folder.path(), &study);
        assert_eq!(read.is_ok(), good, "{pruner}: {read:?}");
        assert_eq!(validator.is_valid(&study), good, "{pruner}");
    }
}
