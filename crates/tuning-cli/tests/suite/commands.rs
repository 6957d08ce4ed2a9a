//! The commands, from `init` to `export`, with real processes.

#![cfg(unix)]

use crate::support::{Folder, finish};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_init_writes_is_good_and_runs_in_every_format() {
    let folder = Folder::new();
    for name in ["study.yaml", "other.yml", "study.toml", "study.json"] {
        let folder = Folder::new();
        folder.ends_with(0, &["init", name]);
        let before = folder.read(name);
        folder.ends_with(2, &["init", name]);
        assert_eq!(folder.read(name), before, "it refuses to overwrite");
        let checked = folder.ends_with(0, &["validate", name]).stdout;
        assert!(
            checked.contains("int 1 to 4") && checked.contains("20 trials"),
            "{checked}"
        );

        let run = folder.ends_with(0, &["run", name]);
        assert!(run.stdout.contains("20 completed"), "{run:#?}");
        assert!(
            folder
                .ends_with(0, &["status", name])
                .stdout
                .contains("20 of 20 started")
        );
        assert_eq!(
            json(&folder.ends_with(0, &["best", name, "--json"]).stdout)
                .as_array()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            folder
                .ends_with(0, &["trials", name])
                .stdout
                .lines()
                .count(),
            21
        );
        for (format, lines) in [("csv", 21), ("json", 22), ("jsonl", 20)] {
            let text = folder
                .ends_with(0, &["export", name, "--format", format])
                .stdout;
            assert_eq!(text.lines().count(), lines, "{text}");
        }
    }
    drop(folder);
}

#[test]
fn the_three_formats_say_the_same() {
    let folder = Folder::new();
    let mut exports = Vec::new();
    for name in ["a.yaml", "b.toml", "c.json"] {
        folder.ends_with(0, &["init", name]);
        folder.ends_with(0, &["run", name, "--order", "as-proposed", "--quiet"]);
        exports.push(
            folder
                .ends_with(0, &["export", name, "--columns", "trial,parameters,values"])
                .stdout,
        );
    }
    assert_eq!(exports[0], exports[1]);
    assert_eq!(exports[0], exports[2]);
}

#[test]
fn trials_are_sorted_filtered_and_limited() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml"]);
    let trials = |args: &[&str]| {
        let args = [&["trials", "study.db", "--json"], args].concat();
        let trials = json(&folder.ends_with(0, &args).stdout);
        trials
            .as_array()
            .unwrap()
            .iter()
            .map(|trial| trial["loss"].as_f64().unwrap())
            .collect::<Vec<_>>()
    };
    let all = trials(&[]);
    assert_eq!(all.len(), 6);
    let mut sorted = all.clone();
    sorted.sort_by(f64::total_cmp);
    assert_eq!(trials(&["--sort", "loss"]), sorted);
    let limited = trials(&["--sort", "loss", "--reverse", "--limit", "2"]);
    assert_eq!(limited, [sorted[5], sorted[4]]);
    let below = trials(&["--where", "loss<0.5"]);
    assert_eq!(below.len(), all.iter().filter(|loss| **loss < 0.5).count());
    assert!(trials(&["--state", "failed,running"]).is_empty());
    let best = json(
        &folder
            .ends_with(0, &["best", "study.yaml", "-n", "3", "--json"])
            .stdout,
    );
    assert_eq!(best[0]["loss"].as_f64(), Some(sorted[0]));
    assert_eq!(best.as_array().unwrap().len(), 3);

    let columns = folder
        .ends_with(0, &["trials", "study.yaml", "--columns", "trial,values"])
        .stdout;
    let head = columns.lines().next().unwrap_or_default();
    assert_eq!(
        head.split_whitespace().collect::<Vec<_>>(),
        ["trial", "loss"]
    );
    let error = folder
        .ends_with(2, &["trials", "study.yaml", "--sort", "los"])
        .stderr;
    assert!(
        error.contains("there is no column `los`, but `trial`, `state`, `loss`"),
        "{error}"
    );
    folder.ends_with(2, &["trials", "study.yaml", "--state", "done"]);
    folder.ends_with(2, &["trials", "study.yaml", "--where", "loss"]);
}

#[test]
fn exports_have_all_digits_and_read_back() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml"]);
    folder.ends_with(0, &["export", "study.yaml", "-o", "all.csv"]);
    folder.ends_with(0, &["export", "study.yaml", "-o", "all.jsonl"]);
    folder.ends_with(0, &["export", "study.yaml", "-o", "all.json"]);
    let array = json(&folder.read("all.json"));
    let lines: Vec<Value> = folder.read("all.jsonl").lines().map(json).collect();
    assert_eq!(array.as_array().unwrap(), &lines);
    let text = folder.read("all.csv");
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<String> = csv.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        heads,
        [
            "trial", "state", "loss", "x", "kind", "seconds", "retries", "tag", "failure"
        ]
    );
    for (record, object) in csv.records().map(Result::unwrap).zip(&lines) {
        assert_eq!(record[2].parse::<f64>().ok(), object["loss"].as_f64());
        assert_eq!(record[3].parse::<f64>().ok(), object["x"].as_f64());
        // What the program was given is what it returned.
        assert_eq!(object["loss"], object["x"]);
    }
}

#[test]
fn every_json_is_json() {
    let folder = Folder::with_study();
    let checked = json(
        &folder
            .ends_with(0, &["validate", "study.yaml", "--json"])
            .stdout,
    );
    assert_eq!(checked["dry_run"]["trials"], 6);
    let run = folder.ends_with(0, &["run", "study.yaml", "--json"]);
    assert_eq!(run.stderr, "");
    let summary = json(&run.stdout);
    assert_eq!(summary["counts"]["completed"], 6);
    assert_eq!(summary["reason"], "trials");
    assert_eq!(summary["already_ended"], false);
    let again = json(&folder.ends_with(0, &["run", "study.yaml", "--json"]).stdout);
    assert_eq!(again["already_ended"], true);
    assert_eq!(again["best"], summary["best"]);
    let status = json(
        &folder
            .ends_with(0, &["status", "study.yaml", "--json"])
            .stdout,
    );
    assert_eq!(status["activity"], "ended");
    assert_eq!(status["best"], summary["best"]);
    let strategies = json(&folder.ends_with(0, &["strategies", "--json"]).stdout);
    assert!(
        strategies
            .as_array()
            .unwrap()
            .iter()
            .any(|strategy| strategy["name"] == "random")
    );
}

#[test]
fn why_trials_failed_is_visible() {
    let folder = Folder::with_study();
    folder.write("trial.sh", "echo 'no gradient today' >&2; exit 7\n");
    let run = folder.ends_with(4, &["run", "study.yaml"]);
    assert!(run.stderr.contains("tune show study.yaml"), "{run:#?}");
    let trials = folder.ends_with(0, &["trials", "study.yaml"]).stdout;
    assert!(
        trials.contains("failed") && trials.contains("no gradient today") && trials.contains('7'),
        "{trials}"
    );
    let best = folder.ends_with(4, &["best", "study.yaml"]);
    assert!(
        best.stdout.is_empty() && best.stderr.contains("no trial"),
        "{best:#?}"
    );
    let log = folder.read("study.trials/study/000000/stderr.log");
    assert_eq!(log, "no gradient today\n");
}

#[test]
fn a_reader_that_goes_away_is_no_disaster() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    for command in ["trials", "export", "status", "best"] {
        let mut shell = std::process::Command::new("sh");
        let script = format!("(sleep 0.2; \"$TUNE\" {command} study.yaml; echo $? >&2) | true");
        shell
            .arg("-c")
            .arg(script)
            .env("TUNE", env!("CARGO_BIN_EXE_tune"));
        shell.current_dir(folder.path(""));
        let done = finish(shell);
        assert_eq!(done.stderr, "0\n", "{command}");
    }
}

#[test]
fn a_database_with_several_studies_wants_a_name() {
    let folder = Folder::with_study();
    folder.write(
        "other.yaml",
        &format!("{}journal: study.db\nname: second\n", crate::support::STUDY),
    );
    folder.ends_with(0, &["run", "study.yaml"]);
    folder.ends_with(0, &["run", "other.yaml"]);
    let error = folder.ends_with(1, &["best", "study.db"]).stderr;
    assert!(error.contains("`study`, `second`"), "{error}");
    let status = folder
        .ends_with(0, &["status", "study.db", "--study", "second"])
        .stdout;
    assert!(status.contains("second"), "{status}");
    assert!(
        folder
            .ends_with(0, &["status", "other.yaml"])
            .stdout
            .contains("second")
    );
}

#[test]
fn observers_of_the_study_file_watch() {
    let folder = Folder::with_study();
    let observers = "observers: [{jsonl: events.jsonl}, {log: study.log, level: debug}]\n";
    folder.write(
        "study.yaml",
        &format!("{}{observers}", crate::support::STUDY),
    );
    folder.ends_with(0, &["run", "study.yaml", "--trials", "3"]);
    folder.ends_with(0, &["run", "study.yaml"]);
    let events: Vec<Value> = folder.read("events.jsonl").lines().map(json).collect();
    let seqs: Vec<u64> = events
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(
        seqs,
        (1..=seqs.len() as u64).collect::<Vec<_>>(),
        "all of both sessions"
    );
    let log = folder.read("study.log");
    assert!(
        log.contains("trial completed") && !log.contains('\x1b'),
        "{log}"
    );
}

#[test]
fn settings_of_the_command_line_go_first() {
    let folder = Folder::with_study();
    let args = [
        "run",
        "study.yaml",
        "--trials",
        "4",
        "--set",
        "budget.trials=9",
        "--strategy",
        "{name: grid, resolution: 2}",
    ];
    let run = folder.ends_with(
        0,
        &[
            &args[..],
            &["--workers", "1", "--seed", "9", "--journal", "moved.db"],
        ]
        .concat(),
    );
    assert!(run.stdout.contains("4 completed"), "{run:#?}");
    assert!(run.stderr.contains("tune best moved.db"), "{run:#?}");
    assert!(!folder.path("study.db").exists());
    let status = folder.ends_with(0, &["status", "moved.db"]).stdout;
    assert!(
        status.contains("grid (resolution: 2") && status.contains("seed 9"),
        "{status}"
    );
}

#[test]
fn what_people_read_is_as_it_was() {
    let folder = Folder::new();
    folder.ends_with(0, &["init", "study.yaml"]);
    insta::assert_snapshot!("help", folder.ends_with(0, &["--help"]).stdout);
    insta::assert_snapshot!("help_run", folder.ends_with(0, &["run", "--help"]).stdout);
    insta::assert_snapshot!(
        "validate",
        folder.ends_with(0, &["validate", "study.yaml"]).stdout
    );
    insta::assert_snapshot!("template", folder.read("study.yaml"));
}

#[test]
fn a_quiet_run_says_nothing_and_plain_output_has_no_escapes() {
    let folder = Folder::with_study();
    let quiet = folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    let loud = folder.ends_with(0, &["run", "study.yaml", "--trials", "8"]);
    assert!(
        !loud.stdout.contains('\x1b') && !loud.stderr.contains('\x1b'),
        "{loud:#?}"
    );
    assert!(loud.stderr.contains("/8 trials"), "progress: {loud:#?}");
    let still = folder.ends_with(0, &["run", "study.yaml", "--trials", "9", "--no-progress"]);
    assert!(
        !still.stderr.contains("/9 trials") && still.stderr.contains("resumes"),
        "{still:#?}"
    );
}

#[test]
fn the_study_file_of_the_readme_is_good() {
    let readme = include_str!("../../README.md");
    let (_, yaml) = readme.split_once("```yaml\n").unwrap();
    let (yaml, _) = yaml.split_once("```").unwrap();
    let folder = Folder::new();
    folder.write("digits.yaml", &yaml.replace("[python,", "[sh,"));
    let checked = folder.ends_with(0, &["validate", "digits.yaml"]).stdout;
    assert!(checked.contains("dry run     40 trials"), "{checked}");
}

#[test]
fn a_number_of_the_command_line_that_is_none_is_told_in_words() {
    let folder = Folder::with_study();
    let check = |args: &[&str], expected: &str| {
        let done = folder.ends_with(2, args);
        assert!(done.stderr.contains(expected), "{args:?}: {done:#?}");
    };
    for command in ["show", "logs"] {
        check(
            &[command, "0", "study.yaml"],
            "a study file comes before it, as in `study.yaml 7`",
        );
    }
    let whole = "expected a whole number, such as 10";
    check(&["trials", "-n", "few"], whole);
    check(&["best", "-n", "1.5"], whole);
    check(&["events", "--trial", "1,two"], whole);
    check(&["events", "--after", "now"], whole);
    check(&["run", "--repeat", "thrice"], whole);
    check(&["run", "--repeat", "0"], "it must be at least 1");
}
