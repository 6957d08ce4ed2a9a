//! `tune run --amend`: a study that has begun, whose parameters change.

use serde_json::Value;

use crate::support::{Done, Folder};

const STUDY: &str = "\
command: [sh, trial.sh, \"${x}\", \"${kind}\"]
parameters:
  x: {min: 0.0, max: 1.0}
  kind: {values: [a, b]}
objective: {name: loss, direction: minimize}
strategy: random
budget: {trials: 8}
workers: 1
seed: 7
";

/// Wider, with another choice and a parameter more.
fn amended() -> String {
    STUDY
        .replace("max: 1.0", "max: 3.0")
        .replace("[a, b]}", "[b, c]}\n  y: {min: 0, max: 9, default: 4}")
        .replace("trials: 8", "trials: 12")
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", "echo \"loss=$1\"\n");
    folder.write("study.yaml", STUDY);
    folder.ends_with(0, &["run"]);
    folder.write("study.yaml", &amended());
    folder
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

#[test]
fn other_parameters_are_refused_with_the_remedy_and_taken_with_amend() {
    let folder = folder();
    for command in [&["run"][..], &["validate"]] {
        let done = folder.ends_with(2, command);
        for part in [
            "parameter `x`: float 0 to 1 became float 0 to 3",
            "parameter `kind`: one of a, b became one of b, c",
            "parameter `y` was added",
            "`tune run --amend`",
        ] {
            assert!(done.stderr.contains(part), "{part}: {done:#?}");
        }
    }
    let before = json(&folder.ends_with(0, &["trials", "study.db", "--json"]));
    let before = before.as_array().unwrap();
    let fit = before.iter().filter(|trial| trial["kind"] == "b").count();
    let outside = before.len() - fit;
    assert!(fit > 0 && outside > 1, "{before:?}");
    let done = folder.ends_with(0, &["run", "--amend"]);
    for part in [
        &*format!("(3 of them): {fit} of 8 trials so far fit"),
        &*format!("{outside} are kept, but the strategy is not told of them"),
    ] {
        assert!(done.stderr.contains(part), "{part}: {done:#?}");
    }
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status
            .contains("amended   in session 2: parameter `x`: float 0 to 1 became float 0 to 3; ")
            && status.contains(&format!("; {outside} trials from before do not fit"))
            && status.contains("12 of 12 started: 12 completed"),
        "{status}"
    );
    let events = folder.ends_with(0, &["events", "--kind", "amended"]).stdout;
    assert!(
        events.contains("parameters x, kind, y from now on"),
        "{events}"
    );

    // The trials are seen in the parameters as they are now; those that do not fit, as they were.
    let after = json(&folder.ends_with(0, &["trials", "--json"]));
    for (old, now) in before.iter().zip(after.as_array().unwrap()) {
        let y = if old["kind"] == "b" {
            Value::from(4)
        } else {
            Value::Null
        };
        assert_eq!(
            (&now["x"], &now["loss"], &now["y"]),
            (&old["x"], &old["loss"], &y)
        );
    }
    let place = before
        .iter()
        .position(|trial| trial["kind"] == "a")
        .unwrap();
    let show = folder.ends_with(0, &["show", &place.to_string()]).stdout;
    assert!(
        show.contains("outside   of the parameters since they were amended"),
        "{show}"
    );
    let export = folder.ends_with(0, &["export"]).stdout;
    assert!(export.starts_with("trial,state,loss,x,kind,y"), "{export}");
    assert_eq!(export.lines().count(), 13);

    // From now on the file fits its journal.
    folder.ends_with(0, &["validate"]);
    let done = folder.ends_with(0, &["run", "--amend", "--trials", "14"]);
    assert!(
        done.stderr.contains("there is nothing to amend"),
        "{done:#?}"
    );
    folder.ends_with(0, &["run", "--trials", "15"]);
    let more = json(&folder.ends_with(0, &["trials", "--json"]));
    assert_eq!(more.as_array().unwrap().len(), 15);
}

#[test]
fn a_csv_file_keeps_its_columns_and_another_one_has_all_trials_in_the_new_ones() {
    let folder = Folder::new();
    folder.write("trial.sh", "echo \"loss=$1\"\n");
    let with = |study: &str, file: &str| format!("{study}observers: [{{csv: {file}}}]\n");
    folder.write("study.yaml", &with(STUDY, "trials.csv"));
    folder.ends_with(0, &["run"]);
    let before = folder.read("trials.csv");
    assert_eq!(before.lines().count(), 9, "{before}");
    folder.write("study.yaml", &with(&amended(), "trials.csv"));
    let refused = folder.tune(&["run", "--amend"]);
    assert_ne!(refused.code, Some(0), "{refused:#?}");
    for part in [
        "the file has the columns `trial,state,loss,x,kind,seconds,",
        "and the study has `trial,state,loss,x,kind,y,seconds,",
        "name another file",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {refused:#?}");
    }
    assert_eq!(folder.read("trials.csv"), before);
    let events = folder.ends_with(0, &["events", "study.db", "--kind", "amended"]);
    assert_eq!(events.stdout, "", "nothing has changed");

    folder.write("study.yaml", &with(&amended(), "more.csv"));
    folder.ends_with(0, &["run", "--amend"]);
    let after = folder.read("more.csv");
    let rows: Vec<Vec<&str>> = after
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows[0][..6], ["trial", "state", "loss", "x", "kind", "y"]);
    assert_eq!(rows.len(), 13, "{after}");
    for (row, old) in rows[1..].iter().zip(before.lines().skip(1)) {
        let old: Vec<&str> = old.split(',').collect();
        assert_eq!(row[..5], old[..5]);
    }
    assert!(rows[9..].iter().all(|row| !row[5].is_empty()), "{after}");
    assert_eq!(folder.read("trials.csv"), before);
}

/// A number that was text, and one that was whole: no value of a trial that does not fit any more is lost.
#[cfg(feature = "parquet")]
#[test]
fn parquet_files_hold_what_trials_had_before_their_parameters_changed() {
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::Field,
    };

    let folder = Folder::new();
    folder.write("trial.sh", "echo \"loss=$TUNE_TRIAL\"\n");
    let study = |parameters: &str, trials: u64| {
        format!(
            "command: [sh, trial.sh]\nparameters: {parameters}\nobjective: {{name: loss, direction: minimize}}\n\
             strategy: random\nbudget: {{trials: {trials}}}\nworkers: 1\nseed: 7\n"
        )
    };
    let old = "{n: {min: 1, max: 9}, size: {values: [small, large]}, gone: {min: 0.0, max: 1.0}}";
    let new = "{n: {min: 0.5, max: 0.75}, size: {values: [1, 2]}}";
    folder.write("study.yaml", &study(old, 4));
    folder.ends_with(0, &["run"]);
    folder.write("study.yaml", &study(new, 6));
    folder.ends_with(0, &["run", "--amend"]);
    folder.ends_with(0, &["export", "-o", "trials.parquet"]);

    let rows: Vec<Value> = folder
        .ends_with(0, &["export", "--format", "jsonl"])
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 6);
    let file = std::fs::File::open(folder.path("trials.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    for (row, line) in reader.get_row_iter(None).unwrap().zip(&rows) {
        let row = row.unwrap();
        for (name, field) in row.get_column_iter() {
            let expected = &line[name];
            match field {
                Field::Null => assert!(expected.is_null(), "{name}: {line}"),
                Field::Long(value) => assert_eq!(expected.as_i64(), Some(*value), "{name}"),
                Field::Double(value) => assert_eq!(expected.as_f64(), Some(*value), "{name}"),
                Field::Str(value) => match expected {
                    Value::String(text) => assert_eq!(text, value, "{name}"),
                    other => assert_eq!(other.to_string(), *value, "{name}"),
                },
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[test]
fn what_cannot_be_amended_is_told() {
    let folder = folder();
    folder.write("study.yaml", &amended().replace("minimize", "maximize"));
    let done = folder.ends_with(2, &["run", "--amend"]);
    assert!(
        done.stderr
            .contains("objectives: `minimize loss` became `maximize loss`")
            && !done.stderr.contains("tune run --amend"),
        "{done:#?}"
    );
    folder.write("study.yaml", &amended().replace(", default: 4", ""));
    let done = folder.ends_with(2, &["run", "--amend"]);
    assert!(
        done.stderr.contains(
            "parameter `y` is new: give it a `default`, the value that the trials so far had"
        ),
        "{done:#?}"
    );
    folder.write(
        "study.yaml",
        &amended().replace("default: 4", "default: 40"),
    );
    let done = folder.ends_with(2, &["validate"]);
    assert!(
        done.stderr.contains(
            "study.yaml:5:32: `parameters.y.default` is `40`, which is not in the domain"
        ),
        "{done:#?}"
    );
}

#[test]
fn a_parameter_that_is_dropped_is_kept_in_the_export_of_trials_that_do_not_fit() {
    let folder = folder();
    let dropped = STUDY
        .replace("  x: {min: 0.0, max: 1.0}\n", "")
        .replace("\"${x}\", ", "")
        .replace("[a, b]", "[b, c]")
        .replace("trials: 8", "trials: 9");
    folder.write("study.yaml", &dropped);
    folder.ends_with(0, &["run", "--amend"]);
    let trials = json(&folder.ends_with(0, &["export", "--format", "json"]));
    for trial in &trials.as_array().unwrap()[..8] {
        assert_eq!(trial["x"].is_number(), trial["kind"] == "a", "{trial}");
    }
}

#[test]
fn a_client_that_evaluates_the_trials_amends_its_study_too() {
    let folder = folder();
    let done = folder.tune(&["ask-tell", "study.yaml"]);
    assert_eq!(done.code, Some(2), "{done:#?}");
    let done = folder.ends_with(0, &["ask-tell", "study.yaml", "--amend"]);
    assert!(done.stderr.contains("(3 of them)"), "{done:#?}");
    let trials = json(&folder.ends_with(0, &["trials", "--json"]));
    assert_eq!(trials.as_array().unwrap().len(), 8);
    // From then on it is as its file says.
    folder.ends_with(0, &["ask-tell", "study.yaml"]);
}
