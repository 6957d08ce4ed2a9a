//! Study files that include others and take values from the environment.

#![cfg(unix)]

use crate::support::{Done, Folder, STUDY, TRIAL, finish};
use serde_json::Value;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", TRIAL);
    folder
}

/// Runs the program with these variables.
fn with(folder: &Folder, variables: &[(&str, &str)], args: &[&str]) -> Done {
    let mut command = folder.command(args);
    command.envs(variables.iter().copied());
    finish(command)
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

/// What `tune validate` says of files that are wrong, the first one being the study.
fn errors(files: &[(&str, &str)]) -> String {
    let folder = folder();
    std::fs::create_dir(folder.path("shared")).unwrap();
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.ends_with(2, &["validate", files[0].0]).stderr
}

#[test]
fn files_of_any_format_are_merged_and_every_setting_knows_its_origin() {
    let folder = folder();
    std::fs::create_dir(folder.path("shared")).unwrap();
    folder.write(
        "shared/base.toml",
        "command = ['sh', 'trial.sh', '${x}']\nworkdir = '..'\n[parameters]\nx = {min = 0.0, max = 1.0}\n\
         y = {low = 1, high = 9}\nz = {min = 1, max = 5, log = true}\n[budget]\ntrials = 9\ntime = '1h'\n",
    );
    folder.write(
        "shared/strategy.json",
        "{\"include\": \"more.yaml\", \"strategy\": {\"name\": \"grid\", \"resolution\": 3},\n \"budget\": {\"trials\": 8}}",
    );
    folder.write("shared/more.yaml", "seed: 3\nretry: {error: 1}\n");
    folder.write(
        "study.yaml",
        "include: [shared/base.toml, shared/strategy.json]\nobjective: {name: loss, direction: minimize}\n\
         parameters:\n  x: {max: 0.5}\n  y: null\n  z: {values: [1, 3]}\n  w: {value: 2}\n\
         budget: {time: null, trials: 3}\nstrategy: {resolution: 4}\n",
    );
    let merged = folder.ends_with(
        0,
        &["validate", "study.yaml", "--merged", "--set", "seed=5"],
    );
    insta::assert_snapshot!(merged.stdout);
    let checked = json(&folder.ends_with(0, &["validate", "study.yaml", "--json"]));
    assert_eq!(checked["file"]["parameters"]["x"]["max"], 0.5);
    assert_eq!(checked["file"]["budget"], serde_json::json!({"trials": 3}));
    let run = folder.ends_with(0, &["run", "study.yaml"]);
    assert!(run.stdout.contains("3 completed"), "{run:#?}");
    folder.ends_with(0, &["status", "study.yaml"]);
}

#[test]
fn options_of_another_strategy_and_another_kind_of_parameter_are_not_mixed() {
    let folder = folder();
    folder.write(
        "base.yaml",
        &format!("{STUDY}strategy: {{name: grid, resolution: 3}}\n"),
    );
    folder.write(
        "study.yaml",
        "include: base.yaml\nstrategy: {name: sobol}\nparameters: {x: {values: [0.25, 0.5]}}\n",
    );
    let checked = json(&folder.ends_with(0, &["validate", "study.yaml", "--json"]));
    assert_eq!(
        checked["file"]["strategy"],
        serde_json::json!({"name": "sobol"})
    );
    assert_eq!(
        checked["file"]["parameters"]["x"],
        serde_json::json!({"values": [0.25, 0.5]})
    );
}

#[test]
fn paths_are_relative_to_the_file_that_they_stand_in() {
    let folder = folder();
    std::fs::create_dir_all(folder.path("shared/data")).unwrap();
    folder.write("shared/base.yaml", "workdir: data\njournal: all.db\n");
    folder.write(
        "study.yaml",
        "include: shared/base.yaml\ncommand: [sh, -c, 'pwd; echo loss=1']\nparameters: {x: {min: 0, max: 9}}\n\
         objective: {name: loss, direction: minimize}\nbudget: {trials: 1}\n",
    );
    folder.ends_with(0, &["run", "study.yaml"]);
    assert!(folder.path("shared/all.db").exists());
    let log = folder.read("shared/all.trials/study/000000/stdout.log");
    assert!(
        log.lines().next().unwrap().ends_with("shared/data"),
        "{log}"
    );
    folder.ends_with(0, &["best", "study.yaml"]);
}

#[test]
fn what_is_wrong_with_an_included_file_is_shown_there() {
    let study = format!("include: shared/base.yaml\n{STUDY}");
    let report = [
        errors(&[("study.yaml", "include: shared/none.yaml\nname: x\n")]),
        errors(&[("study.yaml", &study), ("shared/base.yaml", "seed: [1\n")]),
        errors(&[("study.yaml", &study), ("shared/base.yaml", "\n- a\n")]),
        errors(&[
            ("study.yaml", &study),
            ("shared/base.yaml", "workers: 2\ngrace: soon\nseeds: 7\n"),
        ]),
        errors(&[
            ("study.yaml", &study),
            ("shared/base.yaml", "name: x\ninclude: other.json\n"),
            ("shared/other.json", "{\"include\": [\"base.yaml\"]}"),
        ]),
        errors(&[("study.yaml", "include: study.yaml\n")]),
        errors(&[("study.yaml", "include: [base, 7, '']\n")]),
        errors(&[("study.yaml", "include:\n")]),
        errors(&[
            ("study.yaml", &study),
            ("shared/base.yaml", "parameters: {x: {when: {y: 1}}}\n"),
        ]),
    ];
    insta::assert_snapshot!(report.join("\n"));
    let folder = Folder::with_study();
    let error = folder
        .ends_with(2, &["validate", "study.yaml", "--set", "include=x.yaml"])
        .stderr;
    assert!(error.contains("`include` is for files"), "{error}");
}

#[test]
fn variables_are_filled_in_as_values_and_nothing_else() {
    let folder = folder();
    folder.write(
        "study.yaml",
        "name: ${env:NAME}\ncommand: [sh, trial.sh, '${x}', '${env:ODD}', [--x, '$${env:ODD}']]\n\
         env: {TOKEN: '${env:TOKEN}', KEPT: 'a$b'}\nparameters:\n  x: {min: '${env:LOW:-0.0}', max: 1.0}\n\
         \x20 y: {values: ['${env:ONE}', '1${env:ONE}']}\nobjective: {name: loss, direction: minimize}\n\
         strategy: {name: grid, resolution: '${env:ONE}'}\nbudget: {trials: '${env:ONE}', time: '${env:TIME:-1h}'}\n\
         trial_timeout: 9s\n",
    );
    folder.write(
        "trial.sh",
        "printf '%s|' \"$@\" \"$TOKEN\" \"$KEPT\" >> args.log\necho loss=1\n",
    );
    let variables = [
        ("NAME", "007"),
        ("ODD", "a b; ${x} $$ 'c' [1]"),
        ("TOKEN", "$ecret"),
        ("ONE", "1"),
        ("TIME", ""),
    ];
    let checked = with(&folder, &variables, &["validate", "study.yaml", "--json"]);
    assert!(!checked.stdout.contains("$ecret"), "{checked:#?}");
    let checked = json(&checked);
    assert_eq!(checked["study"], "007");
    assert_eq!(checked["parameters"][0]["low"], 0.0);
    assert_eq!(
        checked["parameters"][1]["choices"],
        serde_json::json!([1, "11"])
    );
    assert_eq!(checked["strategy"]["options"]["resolution"], 1);
    assert_eq!(checked["budget"]["trials"], 1);
    assert_eq!(checked["file"]["env"]["TOKEN"], "${env:TOKEN}");
    let text = with(&folder, &variables, &["validate", "study.yaml"]);
    assert!(
        text.stdout.contains("${env:ODD}") && !text.stdout.contains("a b;"),
        "{text:#?}"
    );

    let run = with(&folder, &variables, &["run", "study.yaml"]);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let args = folder.read("args.log");
    assert!(
        args.ends_with("|a b; ${x} $$ 'c' [1]|--x|${env:ODD}|$ecret|a$b|"),
        "{args}"
    );
    // Only the variables that are needed must be there.
    let status = with(&folder, &[("NAME", "007")], &["status", "study.yaml"]);
    assert_eq!(status.code, Some(0), "{status:#?}");
    let journal = std::fs::read(folder.path("study.db")).unwrap();
    assert!(!String::from_utf8_lossy(&journal).contains("$ecret"));
}

#[test]
fn variables_that_cannot_be_filled_in_are_told() {
    let folder = folder();
    folder.write(
        "study.yaml",
        "command: [sh, trial.sh, '${env:NONE_OF_IT}']\nenv: {A: '${env:9}'}\nparameters:\n\
         \x20 x: {min: 0.0, max: '${env:NONE_OF_IT}'}\n  env:y: {min: 1, max: 2}\n\
         objective: {name: loss, direction: '${env:WORD}'}\nseed: '${env:WORD}'\nworkers: '${env:NONE_OF_IT'\n\
         strategy: {name: grid, resolution: '${env:NONE_OF_IT}'}\n",
    );
    let wrong = with(&folder, &[("WORD", "up")], &["validate", "study.yaml"]);
    folder.write(
        "study.yaml",
        &STUDY.replace("[sh, trial.sh,", "sh trial.sh ${env:HOME} #"),
    );
    let shell = folder.ends_with(2, &["validate", "study.yaml"]);
    insta::assert_snapshot!([wrong.stderr, shell.stderr].join("\n"));
}

#[test]
fn args_stands_for_all_parameters_that_are_active() {
    let folder = folder();
    folder.write("trial.sh", "echo \"$@\" >> args.log\necho loss=1\n");
    folder.write(
        "study.yaml",
        "command: [sh, trial.sh, \"${args}\", --last, '${opt}']\nparameters:\n  opt: {values: [adam, sgd]}\n\
         \x20 m: {value: 0.5, when: {opt: sgd}}\nobjective: {name: loss, direction: minimize}\nstrategy: grid\nworkers: 1\n",
    );
    folder.ends_with(0, &["run", "study.yaml"]);
    let args = folder.read("args.log");
    let mut lines: Vec<&str> = args.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["--opt=adam --last adam", "--opt=sgd --m=0.5 --last sgd"]
    );
    // What stands after it is counted right.
    let error = folder.ends_with(
        2,
        &[
            "validate",
            "study.yaml",
            "--set",
            "command=[sh, '${args}', '${opd}']",
        ],
    );
    assert!(error.stderr.contains("did you mean `${opt}`"), "{error:#?}");
    // A parameter of that name comes first; in a text there is no such thing.
    folder.ends_with(
        0,
        &[
            "validate",
            "study.yaml",
            "--set",
            "parameters.args={value: 1}",
            "--journal",
            "other.db",
        ],
    );
    let error = folder.ends_with(
        2,
        &[
            "validate",
            "study.yaml",
            "--set",
            "command=sh trial.sh ${args}",
        ],
    );
    assert!(error.stderr.contains("of its own stands for"), "{error:#?}");
}

#[test]
fn conditions_and_choices_of_any_kind_reach_the_program() {
    let folder = folder();
    folder.write(
        "study.yaml",
        "command: 'printf \"%s\\n\" \"$TUNE_PARAMS\" >> params.txt; echo loss=1'\n\
         parameters:\n\
         \x20 layers: {min: 1, max: 3}\n\
         \x20 weight: {values: [null, balanced]}\n\
         \x20 hidden: {values: [[64], [64, 64.0], {a: true}], when: {layers: {min: 2}, weight: [null]}}\n\
         objective: {name: loss, direction: minimize}\nstrategy: grid\nworkers: 1\n",
    );
    folder.ends_with(0, &["run", "study.yaml"]);
    let told = folder.read("params.txt");
    let expect = [
        r#"{"layers":1,"weight":null}"#,
        r#"{"layers":1,"weight":"balanced"}"#,
        r#"{"layers":2,"weight":null,"hidden":[64]}"#,
        r#"{"layers":2,"weight":null,"hidden":[64,64.0]}"#,
        r#"{"layers":2,"weight":null,"hidden":{"a":true}}"#,
        r#"{"layers":2,"weight":"balanced"}"#,
        r#"{"layers":3,"weight":null,"hidden":[64]}"#,
        r#"{"layers":3,"weight":null,"hidden":[64,64.0]}"#,
        r#"{"layers":3,"weight":null,"hidden":{"a":true}}"#,
        r#"{"layers":3,"weight":"balanced"}"#,
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expect);
    folder.ends_with(0, &["export", "study.yaml", "-o", "all.csv"]);
    let csv = folder.read("all.csv");
    assert!(csv.contains(",2,null,\"[64,64.0]\","), "{csv}");
    folder.ends_with(0, &["export", "study.yaml", "-o", "all.jsonl"]);
    let lines: Vec<Value> = (folder.read("all.jsonl").lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[4]["hidden"], serde_json::json!({"a": true}));
    assert_eq!(lines[0]["weight"], Value::Null);
    assert!(lines[0].get("weight").is_some() && lines[0].get("hidden").is_none());
}

#[test]
fn a_space_of_configspace_is_read_from_its_file() {
    let folder = folder();
    std::fs::create_dir(folder.path("shared")).unwrap();
    folder.write(
        "shared/space.json",
        r#"{"hyperparameters": [
            {"name": "depth", "type": "uniform_int", "lower": 1, "upper": 9, "log": false},
            {"name": "booster", "type": "categorical", "choices": ["linear", "tree"]}
        ], "conditions": [{"child": "depth", "parent": "booster", "type": "EQ", "value": "tree"}]}"#,
    );
    folder.write(
        "study.yaml",
        "command: [sh, -c, 'echo loss=1']\n\
         parameters: {configspace: shared/space.json, seed: {value: 3, when: {depth: {min: 5}}}}\n\
         objective: {name: loss, direction: minimize}\n",
    );
    let shown = folder.ends_with(0, &["validate", "study.yaml"]).stdout;
    assert!(shown.contains("when `booster` is `tree`"), "{shown}");
    assert!(shown.contains("when `depth` is at least 5"), "{shown}");
    let file = r#"{"hyperparameters": [{"name": "n", "type": "normal_int"}]}"#;
    folder.write("shared/space.json", file);
    let told = folder.ends_with(2, &["validate", "study.yaml"]).stderr;
    assert!(
        told.contains("`n` is a `normal_int`, which a space cannot express"),
        "{told}"
    );
}

#[test]
fn files_that_are_no_files_are_told_and_nothing_waits_for_them() {
    let folder = folder();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path("pipe.yaml"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.path("zero.yaml")).unwrap();
    std::fs::create_dir(folder.path("folder.yaml")).unwrap();
    let large = std::fs::File::create(folder.path("large.yaml")).unwrap();
    large.set_len(65 << 20).unwrap();
    folder.write("bytes.yaml", "");
    std::fs::write(folder.path("bytes.yaml"), b"name: \xff\n").unwrap();
    for (name, expect) in [
        ("pipe.yaml", "it is a pipe: name a file"),
        ("zero.yaml", "it is a device: name a file"),
        ("folder.yaml", "it is a folder: name a file"),
        ("large.yaml", "it has more than 64 MiB"),
        ("bytes.yaml", "it is not UTF-8 at byte 6"),
    ] {
        for command in ["validate", "run", "status"] {
            let told = folder.ends_with(2, &[command, name]).stderr;
            assert!(told.contains(expect), "{command} {name}: {told}");
        }
        folder.write("including.yaml", &format!("include: {name}\n{STUDY}"));
        let told = folder.ends_with(2, &["validate", "including.yaml"]).stderr;
        assert!(
            told.contains("including.yaml:1:10: `include` cannot be read") && told.contains(expect),
            "{name}: {told}"
        );
        let space = format!(
            "parameters: {{configspace: {name}}}\nobjective: {{name: loss, direction: minimize}}\n"
        );
        folder.write("space.yaml", &space);
        let told = folder.ends_with(2, &["validate", "space.yaml"]).stderr;
        assert!(told.contains(expect), "{name}: {told}");
    }
}

#[test]
fn hints_can_be_copied_whatever_the_file_is_called() {
    let folder = folder();
    folder.write("my study's.yaml", STUDY);
    let told = folder.ends_with(2, &["status", "my study's.yaml"]).stderr;
    let word = told
        .split("`tune run ")
        .nth(1)
        .and_then(|rest| rest.split('`').next());
    assert_eq!(
        word.and_then(shlex::split),
        Some(vec!["my study's.yaml".to_owned()]),
        "{told}"
    );
}
