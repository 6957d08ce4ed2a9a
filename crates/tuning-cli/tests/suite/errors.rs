//! What is said about study files that are wrong: snapshots, to be read as a user reads them.

use tuning_file::Format;

use crate::support::Folder;

/// The errors about `text`, after the file itself where that is short.
fn errors(name: &str, cases: &[&str]) -> String {
    let folder = Folder::new();
    folder.write("trial.sh", crate::support::TRIAL);
    let mut report = String::new();
    for text in cases {
        folder.write(name, text);
        let done = folder.ends_with(2, &["validate", name]);
        assert!(done.stdout.is_empty(), "{}", done.stdout);
        assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
        report.push_str(&format!("{}\n", done.stderr));
    }
    report.replace(
        folder.path("x").parent().unwrap().to_str().unwrap(),
        "/study",
    )
}

/// The same of a file that is wrong by the keys and types in it alone: the schema knows that, too.
fn errors_by_shape(cases: &[&str]) -> String {
    let schema = Folder::new().ends_with(0, &["schema"]).stdout;
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for text in cases {
        let study = Format::Yaml.parse(text);
        let study = study.map_or_else(|_| serde_json::Value::Null, |node| node.to_json());
        assert!(!validator.is_valid(&study), "the schema accepts:\n{text}");
    }
    errors("study.yaml", cases)
}

/// A good study with these lines instead of those that begin alike.
fn with(lines: &str) -> String {
    const GOOD: [(&str, &str); 4] = [
        ("command:", "command: [sh, trial.sh, \"${x}\"]\n"),
        ("parameters:", "parameters:\n  x: {min: 0.0, max: 1.0}\n"),
        (
            "objective:",
            "objective: {name: loss, direction: minimize}\n",
        ),
        ("budget:", "budget: {trials: 3}\n"),
    ];
    let kept = GOOD
        .iter()
        .filter(|(key, _)| !lines.lines().any(|line| line.starts_with(key)));
    kept.map(|(_, text)| *text).chain([lines]).collect()
}

#[test]
fn what_is_missing_is_told_with_what_to_write() {
    let cases = [
        "",
        "name: x\n",
        "just a text\n",
        "- a\n- list\n",
        "parameters: {}\ncommand: []\nobjective: loss\n",
    ];
    insta::assert_snapshot!(errors_by_shape(&cases));
}

#[test]
fn unknown_keys_name_the_nearest_known_one() {
    let cases = [
        with("paramters: {x: {min: 0, max: 1}}\n"),
        with("parameters:\n  x: {mn: 0.0, max: 1.0}\n"),
        with("parameters:\n  x:\n    min: 0.0\n    max: 1.0\n    q: 3\n"),
        with("budget: {trails: 3}\nmethod: random\nsampler: tpe\n"),
        with("retry: {errors: 1}\nfidelity: {max: 3, eta: 3}\n"),
    ];
    insta::assert_snapshot!(errors_by_shape(&cases.each_ref().map(String::as_str)));
}

#[test]
fn wrong_types_name_the_path_and_what_was_expected() {
    let cases = [
        with("workers: two\nseed: -1\ntimeout: 60\ngrace: soon\norder: fifo\n"),
        with(
            "budget: {trials: 3.5, time: 0s, target: low, no_improvement: 0, cost: {metric: usd, limit: 0}}\n",
        ),
        with("budget:\nworkers: 0\nname: 7\nobservers: log\n"),
        with("objective: {name: loss, direction: down}\n"),
        with("objective: {name: loss}\n"),
        with(
            "objectives: [{name: a, direction: minimize}]\nobjective: {name: a, direction: minimize}\n",
        ),
        with(
            "observers: [{jsonl: a.jsonl, level: info}, {log: stderr, level: loud}, {csv: a.csv}]\n",
        ),
        with(
            "retry: {error: many, backoff: {first: 1, factor: 0.5}}\nfidelity: {min: 9, max: 3}\n",
        ),
        with("env: [A]\nworkdir: nowhere\nreports: {step: 1, zero_based: no}\n"),
    ];
    insta::assert_snapshot!(errors_by_shape(&cases.each_ref().map(String::as_str)));
}

#[test]
fn observers_that_make_no_sense() {
    let of = |observers: &str| with(&format!("observers:\n{observers}"));
    let cases = [
        of("- progres\n- jsonl\n- nothing\n- 7\n- {}\n"),
        of(
            "- {prometeus: \"127.0.0.1:9464\"}\n- {jsonl: a.jsonl, csv: a.csv}\n- {progress: often}\n",
        ),
        of(
            "- prometheus: {listen: 9464}\n- prometheus: {listen: localhost, prefix: 7up, linger: 5}\n\
             - prometheus: {port: \"127.0.0.1:1\", buckets: [3, 1]}\n",
        ),
        of(
            "- webhook: {url: \"ftp://host/\", events: [new_bst, trial_ended], retries: -1}\n\
             - webhook: {url: \"http://host/\", secret: hunter2}\n\
             - webhook: {url: \"http://host/\", secret_env: NO_SUCH_SECRET, events: []}\n\
             - webhook: {events: new_best, headers: {Content-Type: text/plain, \"X Y\": a, X-Z: 3}}\n",
        ),
        of(
            "- csv: {path: a.csv, delivery: durabel}\n- jsonl: {file: a.jsonl}\n\
             - log: {to: stderr, level: loud}\n",
        ),
        of(
            "- jsonl: a.jsonl\n- jsonl: b.jsonl\n- csv: {path: a.csv, name: a}\n- csv: {path: b.csv, name: a}\n",
        ),
        of("- log: stderr\n- log: {to: a.log, level: info}\n  level: debug\n"),
        of("- log: stderr\n- log: a.log\n- progress\n- progress: false\n"),
    ];
    insta::assert_snapshot!(errors("study.yaml", &cases.each_ref().map(String::as_str)));
}

#[test]
fn parameters_that_make_no_sense() {
    let cases = [
        with(
            "parameters:\n  x: 3\n  y: {}\n  z: {min: 1}\n  v: {values: [1], min: 2}\n  w: {values: []}\n",
        ),
        with(
            "parameters:\n  x: {min: 1.0, max: 0.0}\n  y: {min: 0, max: 1, log: true}\n  z: {values: [a, a]}\n",
        ),
        with(
            "parameters:\n  x: {min: 0.0, max: 1.0, step: 0.3}\n  y: {min: low, max: 1}\n  z: {min: 0.5, max: 2, type: int}\n",
        ),
        with(
            "parameters:\n  x: {values: [null, 1]}\n  y: {value: 1, log: true}\n  z: {min: 0, max: 1, ordered: true}\n",
        ),
        with(
            "parameters:\n  x: {min: 0.0, max: 1.0, when: {opt: sgd}}\n  opt: {values: [adam, sgd]}\n",
        ),
        with(
            "parameters:\n  opt: {values: [adam, sgd]}\n  x: {min: 0.0, max: 1.0, when: {opt: sdg}}\n",
        ),
        with("parameters:\n  x: {min: 0.0, max: 1.0, when: [opt]}\n"),
        with("parameters:\n  x: {min: 0.0, max: 1.0}\n  y: {min: 0, max: 9, when: {x: 1, z: 2}}\n"),
    ];
    insta::assert_snapshot!(errors("study.yaml", &cases.each_ref().map(String::as_str)));
}

#[test]
fn strategies_and_points_that_make_no_sense() {
    let cases = [
        with("strategy: gird\n"),
        with("strategy: {name: grid, resolutoin: 5}\n"),
        with("strategy:\n  name: grid\n  resolution: many\n"),
        with("strategy: {name: dedup, inner: {name: rnadom}}\n"),
        with("strategy: 7\n"),
        with("enqueue: [{x: 0.5}, {x: 2.0}, {y: 1}, 3]\n"),
    ];
    insta::assert_snapshot!(errors("study.yaml", &cases.each_ref().map(String::as_str)));
}

#[test]
fn commands_that_cannot_run() {
    let cases = [
        with("command: [sh, trial.sh, \"${xx}\"]\n"),
        with("command: [sh, trial.sh, {lr: 1}]\n"),
        with("command: [no-such-program-xyz, 3]\n"),
        with("command: [./no-such-program.sh]\n"),
        with("command: [trial.sh]\n"),
        with("command: []\n"),
        with("command: 7\n"),
        with("env: {TUNE_TRIAL: 3}\n"),
        with("command: [sh, trial.sh, [--x, \"${x\"]]\nenv: {A: \"${y}\"}\n"),
        with("env: {A: 1, B: \"${y}\"}\n"),
        with("command: \"\"\n"),
    ];
    insta::assert_snapshot!(errors("study.yaml", &cases.each_ref().map(String::as_str)));
}

#[test]
fn files_that_cannot_be_parsed() {
    let yaml = errors(
        "study.yaml",
        &[
            "a: 1\nb: [1, 2\n",
            "a: 1\na: 2\n",
            "a: \"x\n",
            "\ta: 1\n",
            "a: *b\n",
        ],
    );
    let toml = errors(
        "study.toml",
        &[
            "a = 1\nb = \n",
            "a = 1\na = 2\n",
            "[budget]\ntrials = many\n",
        ],
    );
    let json = errors(
        "study.json",
        &[
            "{\"a\": 1,}",
            "{\"a\": 1,\n \"a\": 2}",
            "",
            "{\"budget\": {\"trials\": \"many\"}}",
        ],
    );
    insta::assert_snapshot!([yaml, toml, json].join("------------\n"));
}

#[test]
fn options_of_the_command_line_are_named_in_errors() {
    let folder = Folder::with_study();
    let mut report = String::new();
    for args in [
        &["--trials", "0"][..],
        &["--trials", "many", "--workers", "none"],
        &["--time", "60"],
        &["--strategy", "{name: gird}"],
        &["--order", "as-propsed"],
        &["--set", "budget.trails=3"],
        &["--set", "name.x.y=3"],
        &["--set", "a..b=3"],
        &["--set", "seed=[1"],
        &["--set", "parameters.x.min=2.0"],
    ] {
        let args = [&["validate", "study.yaml"], args].concat();
        report.push_str(&format!(
            "$ tune {}\n{}\n",
            args.join(" "),
            folder.ends_with(2, &args).stderr
        ));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::with_study();
    let mut report = String::new();
    for args in [
        &["run", "nothing.yaml"][..],
        &["run", "study.db"],
        &["run", "study"],
        &["status", "study.yaml"],
        &["best", "nothing.db"],
        &["init", "study.yaml"],
        &["init", "study.ini"],
        &["strategies", "gird"],
    ] {
        let done = folder.tune(args);
        report.push_str(&format!(
            "$ tune {}\n{}exit {:?}\n\n",
            args.join(" "),
            done.stderr,
            done.code
        ));
    }
    insta::assert_snapshot!(report);
}
