//! What fuzzing has found, each with all of its kind.

use std::path::Path;

use tuning_file::{Extensions, Format, StudyReader, import};

/// What is said of a study.
fn refusal(text: &str) -> String {
    let extensions = Extensions::default();
    let read = StudyReader::new(&extensions).text(Format::Yaml, text);
    read.err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

/// A study whose key has this value.
fn with(key: &str, value: &str) -> String {
    let mut text = format!("{key}: {value}\n");
    for line in [
        "command: x",
        "parameters: {x: {min: 0.0, max: 1.0}}",
        "objective: {name: loss, direction: minimize}",
    ] {
        if !line.starts_with(&format!("{key}:")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[test]
fn a_variable_that_cannot_be_filled_in_is_told_wherever_it_stands() {
    let any = [
        "name",
        "workdir",
        "env",
        "parameters",
        "objective",
        "fidelity",
        "budget",
        "workers",
        "order",
        "seed",
        "trial_timeout",
        "grace",
        "retry",
        "observers",
        "pruner",
        "strategy",
        "journal",
        "reports",
    ];
    // What is no text there, whatever it comes to.
    let structured = ["env", "parameters", "budget", "observers"];
    for (keys, value, expect) in [
        (&any[..], "${env:TUNING_IS_NOT_SET}", "`TUNING_IS_NOT_SET`"),
        (&any[..], "\"${env:TUNING\"", "without its `}`"),
        (
            &structured[..],
            "\"${env:TUNING_IS_NOT_SET:-007}\"",
            "begins with a zero",
        ),
    ] {
        let whole = refusal(value);
        assert!(whole.contains(expect), "{value}: {whole:?}");
        for key in keys {
            let told = refusal(&with(key, value));
            assert!(told.contains(expect), "{key}: {value}: {told:?}");
        }
    }
}

#[test]
fn what_controls_a_terminal_is_in_no_message() {
    let hidden = ["\\x1b", "\\u202e", "\\x7f", "\\n", "\\u009b"];
    for text in [
        "direction: \"m?inimize\"",
        "objective: {name: loss, direction: \"m?inimize\"}",
        "objective: \"minimize lo?ss\"",
        "parameters: {\"a?\": {\"mi?n\": 0, max: 1}}",
        "parameters: {\"a?\": {\"type\": \"uni?form\", low: 0, high: 1}}",
        "parameters: {\"a?\": {uniform: \"?\"}}",
        "parameters: {\"a?\": {\"choice?s\": [\"?\"]}}",
        "parameters: {x: {min: 0, max: 1, when: {\"?\": \"?\"}}}",
        "strategy: {name: \"ran?dom\"}",
        "strategy: {name: random, \"see?d\": \"?\"}",
        "budget: {\"trial?s\": 3, time: \"3?h\"}",
        "observers: [{\"cs?v\": \"?\"}]",
        "journal: \"sql?ite:x\"",
        "command: [\"${?}\", \"${env:?}\"]",
        "\"comm?and\": 3",
        "include: \"?.yaml\"",
    ] {
        for hidden in hidden {
            let told = refusal(&text.replace('?', hidden));
            assert!(!told.is_empty(), "{text}");
            let is_hidden = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!told.contains(is_hidden), "{text} {told:?}");
        }
    }
}

#[test]
fn an_import_without_parameters_says_so() {
    let without = "$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json
type: sweep
trial: {command: python3 main.py}
search-space: {lr: {type: uniform, min_value: 0, max_value: 1}}
objective: {goal: maximize, primary_metric: auc}
limits: {max_total_trials: 8}
";
    let lost = |text: &str| {
        let read = import(Path::new("sweep.yaml"), Format::Yaml, text);
        read.unwrap().unwrap().lost
    };
    let told = |lost: &[String]| lost.iter().any(|line| line.starts_with("the parameters: "));
    assert!(told(&lost(without)), "{:?}", lost(without));
    let with = without.replace("search-space", "search_space");
    assert!(!told(&lost(&with)), "{:?}", lost(&with));
}

#[test]
fn an_imported_study_is_yaml_whatever_characters_the_file_has() {
    let hidden = "\u{7f}\u{85}\u{9f}\u{2028}\u{fffe}";
    let file = serde_json::json!({
        format!("lr{hidden}"): {"_type": "uniform", "_value": [0, 1]},
        "opt": {"_type": "choice", "_value": ["adam", format!("sgd{hidden}")]},
        format!("x{hidden}"): {"_type": "normal", "_value": [0, 1]},
    });
    let imported = import(Path::new("study"), Format::Json, &file.to_string());
    let imported = imported.unwrap().expect("a search space of NNI");
    assert!(!imported.lost.is_empty());
    let root = Format::Yaml.parse(&imported.study).unwrap().to_json();
    let parameters = root["parameters"].as_object().unwrap();
    assert!(parameters.contains_key(&format!("lr{hidden}")), "{root}");
    assert_eq!(parameters["opt"]["values"][1], format!("sgd{hidden}"));
}

#[test]
fn an_imported_study_has_each_parameter_once_and_none_without_a_name() {
    let parameter = |name: &str| {
        format!("  - {{{name}parameterType: int, feasibleSpace: {{min: \"1\", max: \"5\"}}}}\n")
    };
    let text = format!(
        "apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nspec:\n  objective: {{type: maximize, objectiveMetricName: \
         a}}\n  parameters:\n{}{}{}{}{}",
        parameter("name: x, "),
        parameter("name: x, "),
        parameter(""),
        parameter("name: \"\", "),
        parameter("name: y, "),
    );
    let imported = import(Path::new("study"), Format::Yaml, &text).unwrap();
    let imported = imported.expect("an experiment of Katib");
    let root = Format::Yaml.parse(&imported.study).unwrap().to_json();
    let names: Vec<_> = root["parameters"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["x", "y"]);
    let lost = imported.lost.join("\n");
    assert!(lost.contains("parameter `x` occurs twice"), "{lost}");
    assert_eq!(
        lost.matches("a parameter without a name").count(),
        2,
        "{lost}"
    );
}

#[test]
fn an_imported_study_is_yaml_however_long_the_names_are() {
    let long = "n".repeat(2000);
    let file = serde_json::json!({
        long.as_str(): {"_type": "uniform", "_value": [0, 1]},
        "opt": {"_type": "choice", "_value": [{long.as_str(): 1}, "sgd"]},
    });
    let imported = import(Path::new("study"), Format::Json, &file.to_string());
    let imported = imported.unwrap().expect("a search space of NNI");
    let root = Format::Yaml.parse(&imported.study).unwrap().to_json();
    assert_eq!(root["parameters"][&long]["max"], 1.0, "{root}");
    assert_eq!(root["parameters"]["opt"]["values"][0][&long], 1, "{root}");
}
