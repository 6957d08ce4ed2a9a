//! The schema against the reader: what one accepts, the other does.

mod advice;
mod counts;
mod odd;
mod pruners;

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};

use jsonschema::Validator;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tuning_core::{ConfigOption, Problem, PrunerConfig, Spec, Unsupported};
use tuning_multifidelity::Never;
use tuning_runtime::Study;
use tuning_strategies::Registry;

use self::odd::Odd;
use super::schema;
use crate::{
    document::{Format, Item, Key, Keys, Shape},
    extensions::Extensions,
    observers::{ObserverConfig, Watching},
    study_file::{StudyReader, keys::ROOT, template},
    words::word,
};

/// What the program has: its own two kinds of observers stand in for those of any guest.
fn extensions() -> Extensions {
    static LOG: Keys = Keys::new(
        "a path",
        &[
            Key::new("to", Shape::Text, "Where to.").required(),
            Key::new("level", Shape::Word(&["info", "debug"]), "How much."),
        ],
    );
    static PROGRESS: Keys = Keys::new(
        "true or false",
        &[Key::new("shown", Shape::Flag, "Whether it is.").default("true")],
    );
    let log = crate::Kind::new("log", "Records.", &LOG, |options| {
        options.need("to", "name a file")?.text("a path")?;
        options.read_if_said("level", |item| word(item, &["info", "debug"]))?;
        Some(Arc::new(Nothing) as Arc<dyn ObserverConfig>)
    });
    let progress = crate::Kind::new("progress", "A bar.", &PROGRESS, |options| {
        options.read_if_said("shown", Item::flag)?;
        Some(Arc::new(Nothing) as Arc<dyn ObserverConfig>)
    });
    Extensions::default()
        .pruner::<Waits>("waits", "A guest.")
        .observer_kind(log.short("to"))
        .observer_kind(progress.short("shown"))
}

/// A pruner with an option.
#[derive(Default, Serialize, Deserialize)]
struct Waits {
    warmup: u64,
}

impl PrunerConfig for Waits {
    type Pruner = Never;

    fn spec(&self) -> Spec {
        Spec::new("waits").options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let warmup = i64::try_from(self.warmup).unwrap_or(i64::MAX);
        let about = "how many reports are waited for";
        vec![ConfigOption::new("warmup", warmup, about).at_most(100.0)]
    }

    fn build(&self, _: &Problem) -> Result<Never, Unsupported> {
        for option in self.options() {
            option.check_pruner("waits")?;
        }
        Ok(Never)
    }
}

#[derive(Debug)]
struct Nothing;

impl ObserverConfig for Nothing {
    fn watch(&self, _: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        Ok(Watching::by(tuning_observers::JsonLines::to(
            std::io::sink(),
        )))
    }
}

fn validator() -> Validator {
    let schema = schema(&extensions());
    jsonschema::meta::validate(&schema).expect("it is a schema");
    jsonschema::draft202012::new(&schema).expect("it is a schema of draft 2020-12")
}

#[track_caller]
fn is_good(validator: &Validator, study: &Value, name: &str) {
    let errors: Vec<String> = validator
        .iter_errors(study)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

fn parse(format: Format, text: &str) -> Value {
    format.parse(text).expect("it is well-formed").to_json()
}

/// What the reader says of a study.
fn read(folder: &Path, study: &Value) -> Result<(), String> {
    let path = folder.join("study.json");
    std::fs::write(&path, study.to_string()).unwrap();
    match StudyReader::new(&extensions()).file(&path) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Three studies that say all that can be said.
fn all_keys() -> [Value; 3] {
    let one = json!({
        "$schema": "study.schema.json",
        "include": "empty.yaml",
        "name": "all",
        "command": ["sh", "-c", ["${a}"]],
        "workdir": ".",
        "env": {"A": "1"},
        "reports": {"step": "epoch", "zero_based": true},
        "parameters": {
            "a": {"min": 1, "max": 9, "log": false, "step": 2, "type": "int", "default": 3},
            "k": {"values": ["u", "v"]},
            "b": {"values": [1, 2], "ordered": true, "when": {"k": "u"}},
            "c": {"value": "x"},
        },
        "objective": {"name": "loss", "direction": "minimize"},
        "strategy": {"name": "grid", "resolution": 3},
        "grid": {"a": [3, 5]},
        "pruner": {"name": "waits", "warmup": 3},
        "enqueue": [{"a": 3, "k": "v", "c": "x"}],
        "budget": {
            "trials": 3, "of": "completed", "time": "2h", "target": 0.5, "no_improvement": 3, "resource": 7,
            "cost": {"metric": "usd", "limit": 5},
        },
        "stop_on": {"failures": "0.5 of the first 20"},
        "fidelity": {"min": 1, "max": 27},
        "workers": 2,
        "resumes": false,
        "order": "as-proposed",
        "seed": 1,
        "trial_timeout": "60s",
        "grace": "5s",
        "retry": {
            "error": 1, "non_finite": 1, "timed_out": 1, "lost": 1,
            "backoff": {"first": "1s", "factor": 2, "max": "60s"},
        },
        "journal": "x.db",
        "observers": [{"jsonl": "a.jsonl"}, {"log": "a.log", "level": "info"}],
    });
    let mut several = one.clone();
    let objective = several.as_object_mut().unwrap().remove("objective");
    several["objectives"] = json!([objective]);
    let mut named = one.clone();
    let entries = named.as_object_mut().unwrap();
    let command = ["command", "workdir", "env", "reports"].map(|key| {
        let value = entries.remove(key).unwrap();
        (key.to_owned(), value)
    });
    named["evaluator"] = json!({"command": Map::from_iter(command)});
    [one, several, named]
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("empty.yaml"), "").unwrap();
    folder
}

/// The places of all values that stand under a key of a table.
fn places(keys: &'static Keys, value: &Value, path: &str, found: &mut Vec<(String, Shape)>) {
    for key in keys.keys {
        let path = format!("{path}/{}", key.name);
        if let Some(value) = value.get(key.name) {
            found.push((path.clone(), key.shape));
            inner(&key.shape, value, &path, found);
        }
    }
}

fn inner(shape: &Shape, value: &Value, path: &str, found: &mut Vec<(String, Shape)>) {
    match (shape, value) {
        (Shape::Map(keys), value) => places(keys, value, path, found),
        (Shape::Parameters(keys), Value::Object(entries)) => {
            for (name, value) in entries {
                places(keys, value, &format!("{path}/{name}"), found);
            }
        }
        (Shape::Names(shape), Value::Object(entries)) => {
            for (name, value) in entries {
                inner(shape, value, &format!("{path}/{name}"), found);
            }
        }
        (Shape::List(shape) | Shape::Filled(shape), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                inner(shape, value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn all_names(keys: &'static Keys, names: &mut Vec<&'static str>) {
    for key in keys.keys {
        names.push(key.name);
        let mut shape = &key.shape;
        while let Shape::Names(within) | Shape::List(within) | Shape::Filled(within) = shape {
            shape = within;
        }
        if let Shape::Map(within) | Shape::Parameters(within) = shape {
            all_names(within, names);
        }
    }
}

#[test]
fn a_study_that_says_all_that_can_be_said_is_good_for_both() {
    let (folder, validator) = (folder(), validator());
    let mut known = Vec::new();
    all_names(&ROOT, &mut known);
    let mut said = Vec::new();
    for study in all_keys() {
        assert_eq!(read(folder.path(), &study), Ok(()));
        is_good(&validator, &study, "all keys");
        let mut found = Vec::new();
        places(&ROOT, &study, "", &mut found);
        said.extend(found.into_iter().map(|(path, _)| path));
    }
    for name in known {
        assert!(
            said.iter().any(|path| path.ends_with(&format!("/{name}"))),
            "`{name}` is in a table, but not in this test"
        );
    }
}

#[test]
fn every_key_of_the_tables_is_read() {
    let (folder, validator) = (folder(), validator());
    let nonsense = json!({"\u{1}": [[{}]]});
    for study in all_keys() {
        let mut found = Vec::new();
        places(&ROOT, &study, "", &mut found);
        // Where any value may stand, nothing is nonsense; a condition has a test of its own, and so have lists of any values.
        let of_any = |shape: &Shape| {
            matches!(
                shape,
                Shape::Json | Shape::When | Shape::Names(Shape::List(Shape::Json))
            )
        };
        found.retain(|(_, shape)| !of_any(shape));
        for (path, _) in found {
            let mut study = study.clone();
            *study.pointer_mut(&path).unwrap() = nonsense.clone();
            assert!(
                !validator.is_valid(&study),
                "the schema accepts nonsense at {path}"
            );
            // Only editors look at this one.
            if path != "/$schema" {
                assert!(read(folder.path(), &study).is_err(), "{path} is not read");
            }
        }
    }
}

#[test]
fn conditions_are_good_for_both_or_for_none() {
    let (folder, validator) = (folder(), validator());
    let check = |when: Value, good: bool| {
        let mut study = all_keys()[0].clone();
        study["enqueue"] = json!([]);
        study["parameters"]["b"]["when"] = when.clone();
        let read = read(folder.path(), &study);
        assert_eq!(read.is_ok(), good, "{when}: {read:?}");
        assert_eq!(validator.is_valid(&study), good, "{when}");
    };
    for when in [
        json!({"k": "u"}),
        json!({"k": ["u"], "a": {"min": 3}}),
        json!({"a": {"above": 1, "max": 7, "not": 5}}),
        json!({"a": {"below": 5}}),
        json!({"k": {"not": ["v"]}}),
        json!({"k": {"values": ["v"]}}),
        json!({"any": [{"a": {"min": 7}}, {"k": "v"}]}),
        json!({"any": [{"a": 1, "k": "u"}, {"all": [{"a": 3}, {"k": "v"}]}]}),
    ] {
        check(when, true);
    }
    for when in [
        json!({}),
        json!([]),
        json!("k"),
        json!({"a": {}}),
        json!({"a": {"least": 3}}),
        json!({"a": {"min": 3, "above": 3}}),
        json!({"a": {"max": 3, "below": 3}}),
        json!({"a": {"min": [3]}}),
        json!({"any": [{"a": {}}]}),
    ] {
        check(when, false);
    }
}

#[test]
fn what_the_reader_accepts_the_schema_does_and_the_other_way_round() {
    let (folder, validator) = (folder(), validator());
    let values = [
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(3),
        json!(0.5),
        json!(-0.5),
        json!(2.0),
        json!(1e300),
        json!("text"),
        json!(""),
        json!(" "),
        json!("2h"),
        json!("0s"),
        json!("minimize"),
        json!("info"),
        json!("stderr"),
        json!("as-proposed:8"),
        json!("as-proposed:0"),
        json!("grid"),
        json!("int"),
        json!("1"),
        json!("${env:TUNING_SCHEMA_TEST:-3}"),
        json!([]),
        json!([1]),
        json!(["a"]),
        json!([[]]),
        json!({}),
        json!({"a": 1}),
        json!({"name": "random"}),
    ];
    let mut differ = Vec::new();
    for study in all_keys() {
        let mut found = Vec::new();
        places(&ROOT, &study, "", &mut found);
        // Only editors look at this one.
        found.retain(|(path, _)| path != "/$schema");
        for (path, _) in found {
            for value in &values {
                let mut study = study.clone();
                *study.pointer_mut(&path).unwrap() = value.clone();
                let said = read(folder.path(), &study);
                let accepted = validator.is_valid(&study);
                let differs = match &said {
                    Ok(()) => !accepted,
                    // What is wrong by its type alone; sense is the reader's alone to judge.
                    Err(error) => {
                        let of_another_key = error.contains("since the parameter has `type:");
                        // To a schema 2.0 is an integer.
                        let by_notation = error.contains("written without a point");
                        let by_type = error.contains("expected") && !of_another_key && !by_notation;
                        accepted && by_type && !is_of_environment(value)
                    }
                };
                if differs {
                    differ.push(format!(
                        "{path} = {value}: schema {accepted}, reader {said:?}"
                    ));
                }
            }
        }
    }
    differ.sort();
    differ.dedup();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// What a variable comes to is not known to the schema.
fn is_of_environment(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("${env:"))
}

/// All files that are called `study`, but for what is built.
fn study_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            study_files(&path, found);
        } else if path.file_stem().is_some_and(|stem| stem == "study")
            && Format::of(&path).is_some()
        {
            found.push(path);
        }
    }
}

#[test]
fn the_study_files_of_the_project_are_good() {
    let validator = validator();
    for format in [Format::Yaml, Format::Toml, Format::Json] {
        for with_schema in [false, true] {
            let text = template(format, with_schema);
            is_good(&validator, &parse(format, &text), "template");
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    study_files(&root, &mut files);
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut study = parse(Format::of(&path).unwrap(), &text);
        // That of a strategy that is yet to be written.
        if study["strategy"]["name"] == "my-strategy" {
            study["strategy"] = json!("random");
        }
        is_good(&validator, &study, &path.display().to_string());
    }
    let rest = json!({"command": "true", "parameters": {"x": {"values": [1, 2]}}, "objective": {"name": "loss", "direction": "minimize"}});
    for readme in [
        include_str!("../../../../tuning-cli/README.md"),
        include_str!("../../../../../README.md"),
    ] {
        let blocks: Vec<&str> = readme.split("```yaml\n").skip(1).collect();
        assert!(!blocks.is_empty());
        for block in blocks {
            let text = block.split("```").next().unwrap();
            let mut study = parse(Format::Yaml, text);
            let read = study.as_object_mut().unwrap();
            if !read.contains_key("include") {
                // A block may be a part of a file.
                for (key, value) in rest.as_object().unwrap() {
                    read.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            is_good(&validator, &study, text);
        }
    }
}

#[test]
fn words_of_other_tools_are_known_and_files_that_include_others_need_not_be_whole() {
    let validator = validator();
    let rest = json!({"command": "true", "search_space": {"x": {"low": 1, "upper": 3}, "y": {"bounds": [1, 2]}}});
    let with = |more: Value| {
        let mut study = rest.clone();
        study
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        study
    };
    for more in [
        json!({"metric": {"name": "loss", "goal": "minimize", "target": 1}}),
        json!({"metric": "loss", "mode": "min"}),
        json!({"objective": {"name": "loss", "goal": "max"}, "run_cap": 5, "n_jobs": 3, "method": "random"}),
    ] {
        is_good(&validator, &with(more), "words of others");
    }
    assert!(!validator.is_valid(&with(json!({"metric": "loss", "run_cap": 0}))));
    assert!(!validator.is_valid(&with(json!({"metric": "loss", "n_trials": 5}))));
    let part = json!({
        "include": "base.yaml", "parameters": {"x": {"max": 3}, "y": null}, "strategy": {"resolution": 4},
        "budget": {"time": null, "cost": {"limit": 3}},
    });
    is_good(&validator, &part, "part");
    let mut alone = part;
    alone.as_object_mut().unwrap().remove("include");
    assert!(!validator.is_valid(&alone));
}

#[test]
fn strategies_are_those_of_the_registry_with_what_their_options_may_be() {
    let mut registry = Registry::standard();
    registry.register::<tuning_strategies::SobolConfig>("mine", "one of my own");
    let schema = schema(&registry.into());
    let all = schema["$defs"]["strategy"]["oneOf"].as_array().unwrap();
    let map = |name: &str| {
        let found = all
            .iter()
            .find(|map| map["properties"]["name"]["const"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))["properties"].clone()
    };
    assert_eq!(
        map("grid")["resolution"],
        json!({
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": 1_000_000_000}, {"$ref": "#/$defs/variable"}],
            "description": "how many values of a parameter without natural ones",
            "default": 11,
        })
    );
    assert_eq!(
        map("mine")["scramble"]["anyOf"][0],
        json!({"type": "boolean"})
    );
    assert_eq!(
        map("dedup")["inner"]["allOf"][0],
        json!({"$ref": "#/$defs/strategy"})
    );
    assert_eq!(
        map("dedup")["attempts"]["anyOf"][0],
        json!({"type": "integer", "minimum": 0, "maximum": 10_000})
    );
    assert_eq!(
        map("enqueue")["points"]["anyOf"][0],
        json!({"type": "array"})
    );
    assert!(
        all.iter()
            .any(|name| *name == json!({"const": "mine", "description": "one of my own"}))
    );
}

#[test]
fn types_of_options_are_found_by_trying() {
    let mut registry = Registry::new();
    registry.register::<Odd>("odd", "all kinds of options");
    let schema = schema(&registry.into());
    let options = &schema["$defs"]["strategy"]["oneOf"][1]["properties"];
    let kinds = |name: &str| options[name]["anyOf"].as_array().unwrap().clone();
    let variable = json!({"$ref": "#/$defs/variable"});
    assert_eq!(kinds("rate"), [json!({"type": "number"}), variable.clone()]);
    assert_eq!(
        kinds("maybe"),
        [
            json!({"type": "integer", "minimum": 0}),
            json!({"type": "null"}),
            variable.clone()
        ]
    );
    assert_eq!(
        kinds("kind"),
        [json!({"enum": ["fast", "very_slow"]}), variable.clone()]
    );
    assert_eq!(kinds("name"), [json!({"type": "string"}), variable.clone()]);
    assert_eq!(
        kinds("some"),
        [json!({"type": "integer", "minimum": 1}), variable.clone()]
    );
    assert_eq!(kinds("signed"), [json!({"type": "integer"}), variable]);
}
