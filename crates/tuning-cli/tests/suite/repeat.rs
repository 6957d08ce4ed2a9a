//! `tune run --repeat N`: one study with several seeds, each kept and resumed for itself.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader};

use crate::support::{Folder, signal, wait};
use serde_json::Value;

fn summary(folder: &Folder, args: &[&str]) -> Value {
    let args = [&["run", "study.yaml", "--json"], args].concat();
    let done = folder.ends_with(0, &args);
    assert_eq!(done.stderr, "");
    serde_json::from_str(&done.stdout).unwrap()
}

fn bests(summary: &Value) -> Vec<f64> {
    let repeats = summary["repeats"].as_array().unwrap();
    let best = |repeat: &Value| repeat["best_values"][0].as_f64().unwrap();
    repeats.iter().map(best).collect()
}

#[test]
fn each_seed_is_a_study_of_its_own_and_their_best_values_are_summarised() {
    let folder = Folder::with_study();
    let summary = summary(&folder, &["--repeat", "3"]);
    let best = bests(&summary);
    for (seed, best) in [7, 8, 9].into_iter().zip(&best) {
        let journal = format!("study.seed-{seed}.db");
        let args = ["best", &journal, "--json"];
        let alone: Value = serde_json::from_str(&folder.ends_with(0, &args).stdout).unwrap();
        assert_eq!(alone[0]["loss"].as_f64(), Some(*best));
        let status = folder.ends_with(0, &["status", &journal]).stdout;
        assert!(status.contains(&format!("seed {seed}")), "{status}");
        let trials = format!("study.seed-{seed}.trials/study.seed-{seed}/000005");
        assert!(folder.path(&trials).exists());
        // As if it had been the only one.
        let name = format!("alone-{seed}.db");
        let seed = seed.to_string();
        folder.ends_with(
            0,
            &[
                "run",
                "study.yaml",
                "--seed",
                &seed,
                "--journal",
                &name,
                "-q",
            ],
        );
        let args = ["best", &name, "--json"];
        assert_eq!(
            serde_json::from_str::<Value>(&folder.ends_with(0, &args).stdout).unwrap()[0]["loss"],
            alone[0]["loss"]
        );
    }
    assert!(!folder.path("study.db").exists());
    let mut sorted = best.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted[0] < sorted[2], "seeds differ: {sorted:?}");
    let spread = &summary["objectives"][0]["spread"];
    assert_eq!(summary["objectives"][0]["name"], "loss");
    assert_eq!(spread["seeds"], 3);
    assert_eq!(spread["median"].as_f64(), Some(sorted[1]));
    assert_eq!(spread["best"]["value"].as_f64(), Some(sorted[0]));
    let at = best.iter().position(|best| *best == sorted[0]).unwrap();
    assert_eq!(spread["best"]["seed"], 7 + at);
    let lower = (sorted[0] + sorted[1]) / 2.0;
    assert!((spread["lower_quartile"].as_f64().unwrap() - lower).abs() < 1e-12);
}

#[test]
fn more_of_them_leave_those_alone_that_have_ended() {
    let folder = Folder::with_study();
    let before = bests(&summary(&folder, &["--repeat", "2"]));
    assert_eq!(folder.numbers("done.log").len(), 12);
    let all = summary(&folder, &["--repeat", "3"]);
    assert_eq!(folder.numbers("done.log").len(), 18, "one more");
    assert_eq!(bests(&all)[..2], before);
    let again: Vec<bool> = all["repeats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|repeat| repeat["already_ended"].as_bool().unwrap())
        .collect();
    assert_eq!(again, [true, true, false]);
    // And a larger budget extends them all.
    let text = folder.ends_with(
        0,
        &[
            "run",
            "study.yaml",
            "--repeat",
            "3",
            "--trials",
            "7",
            "--no-progress",
        ],
    );
    assert_eq!(folder.numbers("done.log").len(), 21);
    let table: Vec<&str> = text.stdout.lines().skip(3).collect();
    assert!(table[0].starts_with("seed  ended"), "{text:#?}");
    assert!(table[1].contains("study.seed-7.db"), "{text:#?}");
    assert!(
        table[4].starts_with("best loss of a seed: median ") && table[4].contains("(seed "),
        "{text:#?}"
    );
    let quiet = folder.ends_with(
        0,
        &["run", "study.yaml", "--repeat", "3", "--trials", "7", "-q"],
    );
    // The summary is what all of that is for.
    let summary: Vec<&str> = quiet.stdout.lines().collect();
    assert_eq!(
        (summary[..].first(), summary.last()),
        (table.first(), table.last())
    );
    assert_eq!(
        (summary.len(), quiet.stderr.as_str()),
        (table.len(), ""),
        "{quiet:#?}"
    );
}

#[test]
fn ctrl_c_stops_all_of_them_and_they_go_on_where_they_were() {
    let folder = Folder::with_study();
    // Trials of the second seed wait until they may continue.
    let wait_for_it =
        "[ \"$TUNE_STUDY\" != study.seed-8 ] || while [ ! -e go ]; do sleep 0.02; done";
    folder.write(
        "trial.sh",
        &crate::support::TRIAL.replace("sleep \"${DELAY:-0}\"", wait_for_it),
    );
    let args = ["run", "study.yaml", "--repeat", "3", "--no-progress"];
    let mut child = folder.start(&args, &[]);
    folder.wait_for_lines("started.log", 8);
    signal(&child, "INT");
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let heard = said.any(|line| line.unwrap().contains("waiting for 2 running trials"));
    assert!(heard);
    folder.write("go", "");
    let rest: Vec<String> = said.map(Result::unwrap).collect();
    let done = wait(child);
    assert_eq!(done.code, Some(3), "{done:#?} {rest:#?}");
    assert!(done.stdout.contains("seed  ended"), "{done:#?}");
    assert!(
        rest.last().unwrap().contains("run it again to resume"),
        "{rest:#?}"
    );
    assert!(!folder.path("study.seed-9.db").exists());
    assert_eq!(folder.numbers("done.log").len(), 8);
    folder.ends_with(0, &args);
    assert_eq!(
        folder.numbers("done.log").len(),
        18,
        "nothing was done twice"
    );
}

#[test]
fn observers_have_a_file_for_each_seed_and_one_log() {
    let folder = Folder::with_study();
    let observers = "observers: [{jsonl: events.jsonl}, {log: study.log}]\n";
    folder.write(
        "study.yaml",
        &format!("{}{observers}", crate::support::STUDY),
    );
    folder.ends_with(0, &["run", "study.yaml", "--repeat", "2", "--quiet"]);
    for seed in [7, 8] {
        let events = folder.read(&format!("events.seed-{seed}.jsonl"));
        assert_eq!(events.lines().count(), 16, "{events}");
    }
    let log = folder.read("study.log");
    for name in ["study.seed-7", "study.seed-8"] {
        let lines = log.lines().filter(|line| line.contains(name));
        assert_eq!(
            lines
                .filter(|line| line.contains("trial completed"))
                .count(),
            6,
            "{log}"
        );
    }
}

#[test]
fn several_objectives_are_summarised_each_for_itself() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "echo \"loss=$1, size=$(echo \"$1\" | awk '{print 1-$1}')\"\n",
    );
    let objectives =
        "objectives: [{name: loss, direction: minimize}, {name: size, direction: maximize}]";
    let one = "objective: {name: loss, direction: minimize}";
    folder.write(
        "study.yaml",
        &crate::support::STUDY.replace(one, objectives),
    );
    let summary = summary(&folder, &["--repeat", "2"]);
    for repeat in summary["repeats"].as_array().unwrap() {
        let best = &repeat["best_values"];
        let sum = best[0].as_f64().unwrap() + best[1].as_f64().unwrap();
        // The least loss and the greatest size are of the same trial.
        assert!((sum - 1.0).abs() < 1e-4, "{repeat}");
    }
    assert_eq!(summary["objectives"][1]["spread"]["seeds"], 2);
}

#[test]
fn seeds_without_a_result_and_seeds_that_do_not_exist_are_told() {
    let folder = Folder::with_study();
    folder.write("trial.sh", "exit 1\n");
    let done = folder.ends_with(4, &["run", "study.yaml", "--repeat", "2"]);
    assert!(
        done.stdout.contains("no seed has a value of loss"),
        "{done:#?}"
    );
    for times in ["0", "-1", "many"] {
        folder.ends_with(2, &["run", "study.yaml", &format!("--repeat={times}")]);
    }
    let last = u64::MAX.to_string();
    let done = folder.ends_with(2, &["run", "study.yaml", "--repeat", "2", "--seed", &last]);
    assert!(done.stderr.contains("choose a smaller `seed`"), "{done:#?}");
}
