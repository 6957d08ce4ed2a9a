//! Studies whose strategy is a program that does nothing wrong.

use std::path::Path;

use serde_json::Value;

use crate::{
    programs::python::{folder, python},
    support::{Folder, gone, signal, wait},
};

/// The messages of the n-th process.
fn told(folder: &Folder, n: usize) -> Vec<Value> {
    let lines = folder.read("told.log");
    let mut processes: Vec<Vec<Value>> = Vec::new();
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        if !message["problem"].is_null() {
            processes.push(Vec::new());
        }
        processes.last_mut().unwrap().push(message);
    }
    processes.swap_remove(n)
}

fn export(folder: &Folder) -> String {
    let columns = [
        "export",
        "study.yaml",
        "--columns",
        "trial,parameters,values",
    ];
    folder.ends_with(0, &columns).stdout
}

#[test]
fn one_process_is_started_and_told_everything() {
    if !python() {
        return;
    }
    let folder = folder();
    let options = "strategy.options={depth: 3, names: [a, null]}";
    folder.ends_with(0, &["run", "study.yaml", "--set", options]);
    let messages = told(&folder, 0);
    let problem = &messages[0]["problem"];
    assert_eq!(problem["protocol"], 1);
    assert_eq!(problem["space"][0]["name"], "x");
    assert_eq!(problem["objectives"][0]["name"], "loss");
    assert_eq!(problem["budget"]["trials"], 8);
    assert_eq!(problem["options"]["names"], serde_json::json!(["a", null]));
    let count = |event: &str| {
        let tells = messages.iter().filter(|m| m["tell"]["event"] == event);
        tells.count()
    };
    // The last trial ends the study: there is nothing more to ask, so the strategy is not told of it.
    assert_eq!((count("started"), count("ended")), (7, 7));
    let asks = messages.iter().filter_map(|m| m["ask"].as_object());
    for ask in asks {
        assert_eq!(ask["seeds"].as_array().unwrap().len(), 1);
    }
    // To see whether it can be built, no second one was started.
    assert_eq!(folder.read("told.log").matches("\"problem\"").count(), 1);
}

#[test]
fn a_study_that_goes_on_tells_a_new_process_all_facts_before_it_asks() {
    if !python() {
        return;
    }
    let whole = folder();
    whole.ends_with(0, &["run", "study.yaml"]);

    let folder = folder();
    folder.ends_with(0, &["run", "study.yaml", "--trials", "5"]);
    folder.ends_with(0, &["run", "study.yaml"]);
    let messages = told(&folder, 1);
    let asked = messages.iter().position(|m| !m["ask"].is_null()).unwrap();
    let ended = |message: &&Value| message["tell"]["event"] == "ended";
    assert_eq!(messages[..asked].iter().filter(ended).count(), 5);
    assert_eq!(messages[asked]["ask"]["next"], 5);
    assert_eq!(export(&folder), export(&whole));
}

#[test]
fn the_number_of_workers_decides_nothing_in_line() {
    if !python() {
        return;
    }
    let run = |workers: &str| {
        let folder = folder();
        let line = [
            "run",
            "study.yaml",
            "--order",
            "as-proposed:4",
            "--workers",
            workers,
        ];
        folder.ends_with(0, &line);
        export(&folder)
    };
    assert_eq!(run("1"), run("4"));
}

#[test]
fn a_study_that_is_killed_leaves_no_program_behind_and_goes_on() {
    if !python() {
        return;
    }
    let folder = folder();
    let mark = format!("killed-{}", std::process::id());
    let study = folder.read("study.yaml");
    let command = format!("sampler.py, {mark}]");
    folder.write("study.yaml", &study.replace("sampler.py]", &command));
    let child = folder.start(&["run", "study.yaml"], &[("HELD", "4")]);
    folder.wait_for_lines("done.log", 2);
    signal(&child, "KILL");
    wait(child);
    // Its input has ended, and so does it.
    gone(&mark);
    folder.ends_with(0, &["run", "study.yaml"]);
    assert_eq!(export(&folder).lines().count(), 9);
}

#[test]
fn it_runs_in_the_folder_of_the_study_or_where_it_is_said() {
    if !python() {
        return;
    }
    let folder = folder();
    let elsewhere = Folder::new();
    let path = folder.path("study.yaml");
    let path = path.to_str().unwrap();
    elsewhere.ends_with(0, &["run", path]);
    assert!(!folder.read("told.log").is_empty());

    std::fs::create_dir(folder.path("inner")).unwrap();
    std::fs::rename(folder.path("sampler.py"), folder.path("inner/sampler.py")).unwrap();
    let study = folder
        .read("study.yaml")
        .replace("5s}", "5s, workdir: inner}");
    folder.write("study.yaml", &study);
    elsewhere.ends_with(0, &["run", path, "--trials", "10"]);
    assert!(!folder.read("inner/told.log").is_empty());
}

#[test]
fn the_examples_run_also_within_other_strategies() {
    if !python() {
        return;
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tuning-process/examples");
    let examples = examples.canonicalize().unwrap();
    for (name, strategy) in [
        (
            "one_plus_one.py",
            "{command: [python3, -B, SCRIPT], options: {step: 0.2}}",
        ),
        ("random_sampler.py", "{command: exec python3 -B SCRIPT}"),
        (
            "random_search.py",
            "{name: dedup, inner: {command: [python3, -B, SCRIPT]}}",
        ),
    ] {
        let folder = Folder::with_study();
        let script = examples.join(name);
        let strategy = strategy.replace("SCRIPT", script.to_str().unwrap());
        folder.ends_with(0, &["run", "study.yaml", "--strategy", &strategy]);
        assert_eq!(export(&folder).lines().count(), 7, "{name}");
    }
}
