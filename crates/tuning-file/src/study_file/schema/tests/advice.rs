//! Advice is true outside of parameters, too: the tables of what other tools write are walked, what an error tells to
//! write is put there as it stands, and the study that this makes is the one that was meant.

use std::path::Path;

use serde_json::{Value, json};
use tuning_core::StrategyConfig;
use tuning_strategies::{RandomConfig, Registry};

use super::{all_keys, extensions, folder};
use crate::{
    Kind,
    document::{Format, Keys, Shape},
    extensions::Extensions,
    kinds::Shapes,
    study_file::{
        StudyFile, StudyReader,
        keys::ROOT,
        spellings::{ALIASES, METHODS, REFUSED, Within},
        when,
    },
};

/// What a study means.
fn meaning(file: &StudyFile) -> String {
    let (settings, identity) = (&file.settings, &file.identity);
    format!(
        "{settings:?} {identity:?} {:?} {:?} {:?}",
        file.journal, file.observers, file.evaluator
    )
}

fn json(folder: &Path, study: &Value) -> Result<String, String> {
    let path = folder.join("study.json");
    std::fs::write(&path, study.to_string()).unwrap();
    let file = StudyReader::new(&extensions()).file(&path);
    file.map(|file| meaning(&file))
        .map_err(|error| error.to_string())
}

/// The only thing that an error says was meant.
#[track_caller]
fn meant(error: &str) -> &str {
    let found: Vec<&str> = error.split("did you mean `").skip(1).collect();
    assert_eq!(found.len(), 1, "{error}");
    found[0].split('`').next().unwrap()
}

fn renamed(study: &Value, path: &str, from: &str, to: &str) -> Value {
    let mut study = study.clone();
    let map = study.pointer_mut(path).unwrap().as_object_mut().unwrap();
    let value = map.remove(from).unwrap();
    map.insert(to.to_owned(), value);
    study
}

/// Each synonym of the key of a map is refused with that key, which is accepted in its place and means the same; or it
/// is accepted itself.
#[track_caller]
fn check(folder: &Path, study: &Value, path: &str, ours: &str, theirs: &str) {
    let expected = json(folder, study).unwrap_or_else(|error| panic!("{study}: {error}"));
    let foreign = renamed(study, path, ours, theirs);
    match json(folder, &foreign) {
        Ok(found) => assert_eq!(found, expected, "{path}: {theirs}"),
        Err(error) => {
            let advised = renamed(&foreign, path, theirs, meant(&error));
            assert_eq!(
                json(folder, &advised),
                Ok(expected),
                "{path}: {theirs}: {error}"
            );
        }
    }
}

/// The maps with known keys, and where they are.
fn maps(keys: &'static Keys, value: &Value, path: &str, found: &mut Vec<(String, &'static Keys)>) {
    found.push((path.to_owned(), keys));
    for key in keys.keys {
        if let Some(value) = value.get(key.name) {
            within(&key.shape, value, &format!("{path}/{}", key.name), found);
        }
    }
}

fn within(shape: &Shape, value: &Value, path: &str, found: &mut Vec<(String, &'static Keys)>) {
    match (shape, value) {
        (Shape::Map(keys), Value::Object(_)) => maps(keys, value, path, found),
        (Shape::Parameters(keys), Value::Object(entries)) => {
            for (name, value) in entries {
                maps(keys, value, &format!("{path}/{name}"), found);
            }
        }
        (Shape::List(shape), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                within(shape, value, &format!("{path}/{index}"), found);
            }
        }
        (Shape::When, Value::Object(tests)) => {
            for (name, value) in tests {
                let path = format!("{path}/{name}");
                match value {
                    Value::Object(_) => maps(when::keys(), value, &path, found),
                    Value::Array(items) if name == "any" => {
                        for (index, value) in items.iter().enumerate() {
                            within(&Shape::When, value, &format!("{path}/{index}"), found);
                        }
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_synonym_of_a_key_leads_to_a_key_that_means_it() {
    let folder = folder();
    let mut studies = all_keys().to_vec();
    for key in when::keys().keys {
        let mut study = all_keys()[0].clone();
        study["enqueue"] = json!([]);
        study["parameters"]["b"]["when"] = json!({"a": {key.name: 3}});
        studies.push(study.clone());
        study["parameters"]["b"]["when"] = json!({"any": [{"k": "u"}, {"a": {key.name: 3}}]});
        studies.push(study);
    }
    let mut walked = 0;
    for study in studies {
        let mut found = Vec::new();
        maps(&ROOT, &study, "", &mut found);
        for (path, keys) in found {
            let there = study.pointer(&path).unwrap();
            for key in keys.keys.iter().filter(|key| there.get(key.name).is_some()) {
                for theirs in key.synonyms {
                    check(folder.path(), &study, &path, key.name, theirs);
                    walked += 1;
                }
            }
        }
    }
    assert!(walked > 100, "{walked}");
}

#[test]
fn every_alias_means_what_ours_means() {
    let folder = folder();
    for alias in ALIASES {
        let mut study = all_keys()[0].clone();
        let paths: Vec<String> = match alias.within {
            Within::File => vec![String::new()],
            Within::Objective => vec!["/objective".to_owned()],
            Within::Parameter => ["a", "k", "b", "c"]
                .map(|name| format!("/parameters/{name}"))
                .to_vec(),
        };
        let expected = json(folder.path(), &study).unwrap();
        let ours = format!("/{}", alias.ours.replace('.', "/"));
        let path = paths
            .iter()
            .find(|path| study.pointer(&format!("{path}{ours}")).is_some());
        let path = path.unwrap_or_else(|| panic!("`{}` is not in this test", alias.ours));
        let (outer, inner) = match alias.ours.split_once('.') {
            Some((outer, inner)) => (format!("{path}/{outer}"), inner),
            None => (path.clone(), alias.ours),
        };
        let value = study
            .pointer_mut(&outer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(inner);
        study.pointer_mut(path).unwrap()[alias.theirs] = value.unwrap();
        assert_eq!(json(folder.path(), &study), Ok(expected), "{alias:?}");
    }
}

#[test]
fn every_synonym_of_a_kind_and_its_options_leads_to_what_it_means() {
    /// The options of each kind that has synonyms among its keys.
    fn options(kind: &str) -> Value {
        match kind {
            "jsonl" => json!({"path": "a.jsonl"}),
            "csv" => json!({"path": "b.csv"}),
            "prometheus" => json!({"listen": "127.0.0.1:9464"}),
            "webhook" => json!({"url": "http://127.0.0.1:1/", "events": ["new_best"]}),
            "sqlite" => json!({"path": "x.db"}),
            "command" => {
                json!({"command": ["sh", "-c", "true"], "workdir": ".", "env": {"A": "1"}})
            }
            "log" => json!({"to": "a.log"}),
            "progress" => json!({"shown": true}),
            _ => json!({}),
        }
    }
    fn walk<M: ?Sized>(kind: &Kind<M>, place: &str, walked: &mut usize) {
        let folder = folder();
        let options = options(kind.name());
        let mut study = all_keys()[0].clone();
        let (map, within) = match place {
            "observers" => {
                study[place] = json!([{kind.name(): options}]);
                (
                    "/observers/0".to_owned(),
                    format!("/observers/0/{}", kind.name()),
                )
            }
            _ => {
                study[place] = json!({kind.name(): options});
                (format!("/{place}"), format!("/{place}/{}", kind.name()))
            }
        };
        if place == "evaluator" {
            for key in ["command", "workdir", "env", "reports"] {
                study.as_object_mut().unwrap().remove(key);
            }
        }
        for theirs in kind.meant_by() {
            check(folder.path(), &study, &map, kind.name(), theirs);
            *walked += 1;
        }
        let Shapes::Table { keys, .. } = kind.shapes() else {
            return;
        };
        for key in keys.keys.iter().filter(|key| !key.synonyms.is_empty()) {
            assert!(
                options.get(key.name).is_some(),
                "{}: {}",
                kind.name(),
                key.name
            );
            for theirs in key.synonyms {
                check(folder.path(), &study, &within, key.name, theirs);
                *walked += 1;
            }
        }
    }
    let extensions = extensions();
    let mut walked = 0;
    let journals = extensions.journals.iter();
    journals.for_each(|kind| walk(kind, "journal", &mut walked));
    let evaluators = extensions.evaluators.iter();
    evaluators.for_each(|kind| walk(kind, "evaluator", &mut walked));
    let observers = extensions.observers.iter();
    observers.for_each(|kind| walk(kind, "observers", &mut walked));
    assert!(walked > 20, "{walked}");
    let folder = folder();
    for kind in extensions.pruners() {
        for theirs in kind.meant_by() {
            let mut study = all_keys()[0].clone();
            study["pruner"] = json!(theirs);
            let error = json(folder.path(), &study).unwrap_err();
            study["pruner"] = json!(meant(&error));
            // Some need an option: then that is what is said.
            let needs = [
                format!("pruner `{}` needs", kind.name()),
                format!("`pruner` is `{}` without its options", kind.name()),
            ];
            match json(folder.path(), &study) {
                Ok(read) => assert!(read.contains(kind.name()), "{error}"),
                Err(refused) => {
                    let is_said = needs.iter().any(|needs| refused.contains(needs));
                    assert!(is_said, "{error}: {refused}");
                }
            }
        }
    }
}

/// Lines of a study by their keys; those of `over` stand in the place of these.
fn study(over: &[&str]) -> String {
    const BASE: [&str; 5] = [
        "env: {PATH: /usr/bin}",
        "command: [sh, train]",
        "parameters: {x: {min: 0.0, max: 1.0}}",
        "objective: {name: loss, direction: minimize}",
        "journal: none.db",
    ];
    let key = |line: &str| line.split(':').next().unwrap().to_owned();
    let instead = |line: &&&str| {
        !over.iter().any(|over| {
            let same = key(over) == key(line);
            let objectives = ["objectives", "direction", "directions", "mode", "goal"];
            same || (key(line) == "objective" && objectives.contains(&&*key(over)))
                || (key(line) == "command" && key(over) == "program")
        })
    };
    let base: Vec<&str> = BASE.iter().filter(instead).copied().collect();
    format!("{}\n{}\n", base.join("\n"), over.join("\n"))
}

const GUEST: &str = "bohb";

/// Those of the project, and a ladder that a guest brings.
fn with_ladders() -> Extensions {
    let mut registry = crate::registry();
    registry.register::<RandomConfig>(GUEST, "a guest");
    registry.into()
}

fn text(extensions: &Extensions, text: &str) -> Result<StudyFile, String> {
    let read = StudyReader::new(extensions).text(Format::Yaml, text);
    read.map_err(|error| error.to_string())
}

/// What an error tells to write: each `KEY: VALUE` in backticks.
fn lines(error: &str) -> Vec<&str> {
    let said = error.lines().filter(|line| !line.starts_with("  "));
    let quoted = said.flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_line = |text: &&str| text.split_once(": ").is_some_and(|(key, _)| ROOT.has(key));
    quoted.filter(is_line).collect()
}

#[test]
fn every_name_of_a_strategy_leads_to_one_that_it_means() {
    let extensions = with_ladders();
    // A guest's ladder has the spec of what stands in for it.
    let is_meant =
        |ours: &[&str], spec: &str| ours.contains(&spec) || spec == "random" && ours[0] == GUEST;
    let fidelity = "fidelity: {min: 1, max: 27}"; // some of them need one
    let mut walked = 0;
    for (words, ours) in METHODS {
        for word in *words {
            for name in [
                (*word).to_owned(),
                format!("{}Sampler", word.to_uppercase()),
                format!("{word}_search"),
                format!("{{name: {word}}}"),
                format!("{{type: {word}, seed: 3}}"),
                format!("{{{word}: {{seed: 3}}}}"),
            ] {
                for key in [
                    "method",
                    "sampler",
                    "algorithm",
                    "search_alg",
                    "tuner",
                    "optimizer",
                    "strategy",
                ] {
                    let theirs = format!("{key}: {name}");
                    let error = match text(&extensions, &study(&[&theirs, fidelity])) {
                        Ok(file) => {
                            let spec = file.strategy.spec();
                            assert!(is_meant(ours, &spec.name), "{theirs}: {spec}");
                            continue;
                        }
                        Err(error) => error,
                    };
                    let renamed;
                    let mut lines = lines(&error);
                    if lines.is_empty() {
                        // With the words of ours, under another key.
                        renamed = format!("{}: {name}", meant(&error));
                        lines = vec![&renamed];
                    }
                    for line in lines {
                        let is_one = ours.iter().any(|ours| line == format!("strategy: {ours}"));
                        assert!(
                            is_one || error.contains("did you mean"),
                            "{theirs}: {error}"
                        );
                        let file = text(&extensions, &study(&[line, fidelity]));
                        let file =
                            file.unwrap_or_else(|refused| panic!("{theirs}: {error}: {refused}"));
                        let spec = file.strategy.spec();
                        assert!(is_meant(ours, &spec.name), "{theirs}: {spec}");
                        walked += 1;
                    }
                }
            }
        }
    }
    assert!(walked > 500, "{walked}");
    for key in ["method", "sampler", "optimizer"] {
        let error = text(&extensions, &study(&[&format!("{key}: adam")])).unwrap_err();
        assert_eq!(lines(&error), [""; 0], "{error}");
    }
}

#[test]
fn every_scheduler_leads_to_a_ladder_that_is_there_or_away() {
    let (with, without) = (with_ladders(), Extensions::from(Registry::standard()));
    for (theirs, ours) in [
        (
            "pruner: HyperbandPruner",
            "strategy: hyperband; fidelity: {min: 1, max: 27}",
        ),
        (
            "pruner: SuccessiveHalvingPruner",
            "strategy: asha; fidelity: {min: 1, max: 27}",
        ),
        (
            "pruner: {name: hyperband, min_resource: 2, max_resource: 50}",
            "strategy: hyperband; fidelity: {min: 2, max: 50}",
        ),
        (
            "scheduler: asha",
            "strategy: asha; fidelity: {min: 1, max: 27}",
        ),
        (
            "scheduler: AsyncHyperBandScheduler",
            "strategy: asha; fidelity: {min: 1, max: 27}",
        ),
        (
            "scheduler: {type: hyperband_for_bohb, max_t: 81}",
            "strategy: bohb; fidelity: {min: 1, max: 81}",
        ),
        (
            "scheduler: {type: asha, grace_period: 5, max_t: 100}",
            "strategy: asha; fidelity: {min: 5, max: 100}",
        ),
        (
            "early_terminate: {type: hyperband, min_iter: 50}",
            "strategy: hyperband; fidelity: {min: 50, max: 1350}",
        ),
        (
            "early_terminate: {type: hyperband, max_iter: 27, s: 2}",
            "strategy: hyperband; fidelity: {min: 3, max: 27}",
        ),
        (
            "early_terminate: {type: hyperband, max_iter: 64, s: 2, eta: 4}",
            "strategy: hyperband; fidelity: {min: 4, max: 64}",
        ),
        (
            "early_terminate: {type: hyperband, max_iter: 9, s: 400}",
            "strategy: hyperband; fidelity: {min: 1, max: 9}",
        ),
        (
            "early_terminate: {type: hyperband, min_iter: 9007199254740992}",
            "",
        ),
    ] {
        let error = text(&with, &study(&[theirs]))
            .err()
            .unwrap_or_else(|| panic!("{theirs}"));
        let advised = text(&with, &study(&lines(&error)));
        let advised = advised.unwrap_or_else(|refused| panic!("{theirs}: {error}: {refused}"));
        if !ours.is_empty() {
            assert_eq!(lines(&error).join("; "), ours, "{theirs}");
            let expected = text(&with, &study(&ours.split("; ").collect::<Vec<_>>())).unwrap();
            assert_eq!(meaning(&advised), meaning(&expected), "{theirs}: {error}");
        }
        // Where there is none, none is advised.
        let error = text(&without, &study(&[theirs]))
            .err()
            .unwrap_or_else(|| panic!("{theirs}"));
        assert!(
            error.contains("remove it") && lines(&error).is_empty(),
            "{error}"
        );
    }
}

#[test]
fn every_key_that_is_refused_leads_to_lines_that_mean_it() {
    const ROWS: &[(&str, &str)] = &[
        ("n_trials: 100", "budget: {trials: 100}"),
        (
            "n_trials: 100; budget: {time: 2h}",
            "budget: {trials: 100, time: 2h}",
        ),
        (
            "n_trials: 100; time_budget_s: 60",
            "budget: {trials: 100, time: 60s}",
        ),
        ("n_trials: 100; budget: {trials: 7}", "budget: {trials: 7}"),
        ("n_trials: null", ""),
        ("n_trials: -1", "budget: {trials: 100}"),
        ("time_budget_s: 3600", "budget: {time: 1h}"),
        ("time_budget_s: 3600.5", "budget: {time: 3600500ms}"),
        ("time_budget_s: 1e5", "budget: {time: 100000s}"),
        ("time_budget_s: 1h 30min", "budget: {time: 90min}"),
        ("time_budget_s: null", ""),
        ("time_budget_s: -1", "budget: {time: 1h}"),
        ("time_budget_s: 1e300", "budget: {time: 1h}"),
        (
            "program: train.py",
            "command: [python, train.py, \"${args}\"]",
        ),
        (
            "program: \"my, train.py\"",
            "command: [python, \"my, train.py\", \"${args}\"]",
        ),
        (
            "direction: minimize",
            "objective: {name: NAME, direction: minimize}",
        ),
        (
            "direction: MAXIMIZE",
            "objective: {name: NAME, direction: maximize}",
        ),
        (
            "direction: StudyDirection.MAXIMIZE",
            "objective: {name: NAME, direction: maximize}",
        ),
        (
            "direction: max; objective: acc",
            "objective: {name: acc, direction: maximize}",
        ),
        (
            "direction: max; objective: {name: acc}",
            "objective: {name: acc, direction: maximize}",
        ),
        ("mode: max", "objective: {name: NAME, direction: maximize}"),
        ("mode: min", "objective: {name: NAME, direction: minimize}"),
        (
            "goal: maximize",
            "objective: {name: NAME, direction: maximize}",
        ),
        (
            "directions: [minimize, maximize]",
            "objectives: [{name: NAME_1, direction: minimize}, {name: NAME_2, direction: maximize}]",
        ),
        (
            "directions: [maximize]",
            "objective: {name: NAME, direction: maximize}",
        ),
        (
            "mode: [min, max]; metric: [loss, acc]",
            "objectives: [{name: loss, direction: minimize}, {name: acc, direction: maximize}]",
        ),
        ("storage: sqlite:///study.db", "journal: study.db"),
        (
            "storage: sqlite:////data/study.db",
            "journal: /data/study.db",
        ),
        ("storage: sqlite:///my study.db", "journal: my study.db"),
        (
            "storage: \"sqlite:///a: b, c.db?timeout=10\"",
            "journal: \"a: b, c.db\"",
        ),
        ("storage: \"sqlite:///:memory:\"", "journal: memory"),
        ("storage: sqlite:///memory", "journal: study.db"),
        ("storage: null", "journal: memory"),
        ("storage: postgresql://host/optuna", "journal: study.db"),
        ("load_if_exists: true", ""),
        ("project: digits", ""),
        ("entity: me", ""),
        ("controller: {type: local}", ""),
        ("description: of digits", ""),
    ];
    let extensions = Extensions::default();
    let split = |lines: &'static str| -> Vec<&str> {
        lines.split("; ").filter(|line| !line.is_empty()).collect()
    };
    for (theirs, ours) in ROWS {
        let foreign = text(&extensions, &study(&split(theirs)));
        let error = foreign.err().unwrap_or_else(|| panic!("{theirs}"));
        let mut advised = lines(&error);
        advised.dedup();
        let kept: Vec<&str> = match advised.is_empty() {
            true => {
                assert!(error.contains("remove it"), "{theirs}: {error}");
                let rest = split(theirs).into_iter().skip(1);
                rest.collect()
            }
            false => advised,
        };
        let advised = text(&extensions, &study(&kept));
        let advised = advised.unwrap_or_else(|refused| panic!("{theirs}: {error}\n{refused}"));
        let expected = text(&extensions, &study(&split(ours))).unwrap();
        assert_eq!(meaning(&advised), meaning(&expected), "{theirs}: {error}");
    }
    for key in REFUSED {
        let is_there = ROWS
            .iter()
            .any(|(theirs, _)| theirs.starts_with(&format!("{key}:")));
        // Two answers: the next test.
        assert!(is_there || key == "timeout", "`{key}` is not in this test");
    }
}

#[test]
fn a_timeout_may_be_that_of_a_trial_or_of_the_study() {
    let extensions = Extensions::default();
    for (theirs, time) in [
        ("600", "10min"),
        ("0.5", "500ms"),
        ("2h", "2h"),
        ("soon", "60s"),
    ] {
        let error = text(&extensions, &study(&[&format!("timeout: {theirs}")])).unwrap_err();
        let lines = lines(&error);
        let ours = [
            format!("trial_timeout: {time}"),
            format!("budget: {{time: {time}}}"),
        ];
        assert_eq!(lines.len(), ours.len(), "{error}");
        for (line, ours) in lines.iter().zip(&ours) {
            let advised = text(&extensions, &study(&[line])).unwrap();
            let expected = text(&extensions, &study(&[ours])).unwrap();
            assert_eq!(meaning(&advised), meaning(&expected), "{error}");
        }
    }
}
