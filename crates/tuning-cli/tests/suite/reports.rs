//! Learning curves and times, in lists and exports.

#![cfg(unix)]

use crate::support::{Folder, timeless::timeless};
use serde_json::{Value, json};

/// Two trials with three reports each, one event a second.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(
        "study.yaml",
        "command: |\n  for epoch in 1 2 3; do echo \"{\\\"epoch\\\": $epoch, \\\"loss\\\": 0.$((4 - epoch))123456789, \\\"at\\\": $epoch}\"; done\n\
         parameters: {x: {min: 0.0, max: 1.0}}\n\
         objective: {name: loss, direction: minimize}\n\
         budget: {trials: 2}\nworkers: 1\nstrategy: random\n",
    );
    folder.ends_with(0, &["run", "--quiet", "--journal", "measured.db"]);
    timeless(
        &folder.path("measured.db"),
        &folder.path("study.db"),
        "study",
    );
    folder
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn learning_curves_and_times_are_exported_with_all_digits() {
    let folder = folder();
    let csv = folder.ends_with(0, &["export", "--reports"]).stdout;
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 7, "{csv}");
    assert_eq!(lines[0], "trial,at,time,seconds,loss,metric.at");
    // After the three entries that open the study, each trial has a start, three reports and an end.
    assert_eq!(lines[1], "0,1,2023-11-14T22:13:24.000Z,1,0.3123456789,1");
    assert_eq!(lines[3], "0,3,2023-11-14T22:13:26.000Z,3,0.1123456789,3");
    assert_eq!(lines[4], "1,1,2023-11-14T22:13:29.000Z,1,0.3123456789,1");

    let lines = folder
        .ends_with(0, &["export", "--reports", "-f", "jsonl"])
        .stdout;
    let objects: Vec<Value> = lines.lines().map(parsed).collect();
    assert_eq!(objects.len(), 6);
    let first = json!({
        "trial": 0, "at": 1, "time": "2023-11-14T22:13:24.000Z", "seconds": 1.0, "loss": 0.3123456789, "metric.at": 1.0
    });
    assert_eq!(objects[0], first);
    folder.ends_with(2, &["export", "--reports", "--columns", "trial"]);
}

#[test]
fn a_list_has_learning_curves_and_times_if_they_are_asked_for() {
    let folder = folder();
    let usual = folder.ends_with(0, &["trials"]).stdout;
    assert!(
        !usual.contains("curve") && !usual.contains("2023-11-14"),
        "{usual}"
    );
    let list = folder.ends_with(0, &["trials", "--reports"]).stdout;
    assert!(list.lines().next().unwrap().contains("curve"), "{list}");
    assert!(
        list.contains("█▅▁") && list.contains("2023-11-14T22:13:23.000Z"),
        "{list}"
    );

    for order in [&["--json"][..], &["--json", "--sort", "loss"]] {
        let args = [&["trials", "--reports"], order].concat();
        let trials = parsed(&folder.ends_with(0, &args).stdout);
        assert_eq!(trials[1]["trial"], 1, "{trials}");
        assert_eq!(trials[1]["started"], "2023-11-14T22:13:28.000Z");
        let reports = trials[1]["reports"].as_array().unwrap();
        assert_eq!(reports.len(), 3);
        assert_eq!(reports[2]["at"], 3);
        assert_eq!(reports[2]["loss"], 0.1123456789);
    }
    let chosen = folder
        .ends_with(0, &["export", "--columns", "trial,started,ended"])
        .stdout;
    assert_eq!(
        chosen.lines().nth(1),
        Some("0,2023-11-14T22:13:23.000Z,2023-11-14T22:13:27.000Z")
    );
}

#[cfg(feature = "parquet")]
#[test]
fn trials_and_reports_are_exported_to_parquet_with_their_types() {
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    let folder = folder();
    let read = |name: &str| -> Vec<Vec<(String, Field)>> {
        let file = std::fs::File::open(folder.path(name)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
        rows.map(|row| {
            row.get_column_iter()
                .map(|(name, field)| (name.clone(), field.clone()))
                .collect()
        })
        .collect()
    };
    folder.ends_with(0, &["export", "-o", "trials.parquet"]);
    let trials = read("trials.parquet");
    assert_eq!(trials.len(), 2);
    let of = |name: &str| {
        trials[1]
            .iter()
            .find(|(column, _)| column == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(of("trial"), Field::Long(1));
    assert_eq!(of("loss"), Field::Double(0.1123456789));
    assert_eq!(of("seconds"), Field::Double(1.25));
    assert_eq!(of("failure"), Field::Null);
    let json = folder.ends_with(0, &["export", "-f", "jsonl"]).stdout;
    let x = parsed(json.lines().nth(1).unwrap())["x"].as_f64().unwrap();
    assert_eq!(of("x"), Field::Double(x));

    folder.ends_with(0, &["export", "--reports", "-o", "curves.parquet"]);
    let curves = read("curves.parquet");
    assert_eq!(curves.len(), 6);
    assert_eq!(curves[2][1], ("at".to_owned(), Field::Long(3)));
}
