//! Trials that were evaluated elsewhere: `tune add`, and ask-tell.

use serde_json::{Value, json};

use crate::{
    ask_tell::client::Client,
    support::{Done, Folder, wait},
};

const STUDY: &str = "\
command: [sh, trial.sh, \"${lr}\"]
parameters:
  lr: {min: 0.001, max: 1.0, log: true}
  layers: {min: 1, max: 4}
  opt: {values: [adam, \"no, none\", 3, true]}
  momentum: {min: 0.0, max: 1.0, when: {opt: adam}}
objective: {name: loss, direction: minimize}
budget: {trials: 5}
workers: 1
seed: 7
";

const RESULTS: &str = "\
opt,lr,layers,momentum,loss,gpu_hours,notes
adam,0.1,2,0.9,0.5,1.5,fine
\"no, none\",1e-2,3.0,,0.25,,
3,.5,4,,1,2,\"a, b\"
True,0.2,1,,0.75,0,
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", "echo \"loss=$1\"\n");
    folder.write("study.yaml", STUDY);
    folder.write("results.csv", RESULTS);
    folder
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

/// All that is known of the trials but the times.
fn trials(folder: &Folder, file: &str) -> Value {
    let mut trials = json(&folder.ends_with(0, &["trials", file, "--json"]));
    for trial in trials.as_array_mut().unwrap() {
        let trial = trial.as_object_mut().unwrap();
        trial.retain(|key, _| !["started", "ended"].contains(&key.as_str()));
    }
    trials
}

#[test]
fn results_of_a_table_become_trials() {
    let folder = folder();
    let done = folder.ends_with(0, &["add", "results.csv"]);
    assert_eq!(
        done.stdout,
        "study: added 4 trials from `results.csv`: 0 to 3\n"
    );
    assert_eq!(
        done.stderr,
        "warning: the column `notes` is left out: it is no parameter and no objective, and `fine` in line 2 is no number\n"
    );
    let added = trials(&folder, "study.yaml");
    assert_eq!(
        added[0],
        json!({"trial": 0, "state": "completed", "loss": 0.5, "lr": 0.1, "layers": 2, "opt": "adam", "momentum": 0.9,
            "gpu_hours": 1.5, "retries": 0, "tag": "added:results.csv"})
    );
    assert_eq!(added[1]["opt"], "no, none");
    assert_eq!(
        (&added[2]["opt"], &added[3]["opt"]),
        (&json!(3), &json!(true))
    );
    let best = json(&folder.ends_with(0, &["best", "--json"]));
    assert_eq!(best[0]["trial"], 1);
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains("trials    0 started, 4 added: 4 completed")
            || status.contains("0 of 5 started, 4 added: 4 completed"),
        "{status}"
    );
    let show = folder.ends_with(0, &["show", "1"]).stdout;
    assert!(show.contains("added     from results.csv"), "{show}");

    // Five more are run: what was added uses up no budget.
    let run = json(&folder.ends_with(0, &["run", "--json"]));
    assert_eq!(run["reason"], "trials");
    assert_eq!(
        (&run["counts"]["started"], &run["counts"]["added"]),
        (&json!(9), &json!(4))
    );
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains("5 of 5 started, 4 added: 9 completed"),
        "{status}"
    );
}

#[test]
fn added_trials_count_for_the_budget_if_the_file_says_so() {
    let folder = folder();
    folder.write(
        "study.yaml",
        &STUDY.replace("{trials: 5}", "{trials: 5, of: all}"),
    );
    folder.ends_with(0, &["add", "study.yaml", "results.csv"]);
    let run = json(&folder.ends_with(0, &["run", "--json"]));
    assert_eq!(run["counts"]["started"], 5);
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(status.contains("5 of 5 started, 4 added"), "{status}");
}

#[test]
fn the_trials_of_a_study_move_into_another_one() {
    let folder = folder();
    folder.write(
        "trial.sh",
        "case $TUNE_TRIAL in 1) echo 'no data' >&2; exit 3;; esac\necho \"loss=$1\"\necho \"size=7\"\n",
    );
    folder.ends_with(0, &["run", "study.yaml", "--strategy", "random"]);
    let strip = |mut trials: Value| {
        for trial in trials.as_array_mut().unwrap() {
            let trial = trial.as_object_mut().unwrap();
            trial.retain(|key, _| !["tag", "seconds"].contains(&key.as_str()));
        }
        trials
    };
    let expect = strip(trials(&folder, "study.yaml"));
    for (index, ending) in ["csv", "json", "jsonl"].into_iter().enumerate() {
        let (name, file) = (format!("other{index}.yaml"), format!("trials.{ending}"));
        folder.ends_with(0, &["export", "study.yaml", "--safe", "-o", &file]);
        folder.write(&name, STUDY);
        let done = json(&folder.ends_with(0, &["add", &name, &file, "--json"]));
        assert_eq!(done["added"], json!([0, 1, 2, 3, 4]), "{ending}");
        assert_eq!(strip(trials(&folder, &name)), expect, "{ending}");
    }
}

#[test]
fn what_optuna_writes_is_understood() {
    let folder = folder();
    folder.write(
        "optuna.csv",
        ",number,value,datetime_start,params_lr,params_layers,params_opt,params_momentum,state\n\
         0,0,0.5,2024-01-01 10:00:00,0.1,2,adam,0.5,COMPLETE\n\
         1,1,,2024-01-01 10:00:00,0.2,2,3,,FAIL\n\
         2,2,0.1,2024-01-01 10:00:00,0.3,2,3,,PRUNED\n\
         3,3,,2024-01-01 10:00:00,0.4,2,3,,RUNNING\n",
    );
    let done = folder.ends_with(0, &["add", "optuna.csv"]);
    assert!(
        done.stderr
            .contains("1 row is left out, since they have not ended"),
        "{done:#?}"
    );
    let added = trials(&folder, "study.yaml");
    let states: Vec<_> = added
        .as_array()
        .unwrap()
        .iter()
        .map(|trial| trial["state"].clone())
        .collect();
    assert_eq!(states, ["completed", "failed", "stopped"]);
}

#[test]
fn nothing_is_added_if_anything_is_wrong() {
    let folder = folder();
    let check = |name: &str, text: &str, expect: &[&str]| {
        folder.write(name, text);
        let done = folder.ends_with(2, &["add", "study.yaml", name]);
        for part in expect {
            assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
        }
        assert!(done.stderr.len() < 6000, "{}", done.stderr.len());
        assert!(!folder.path("study.db").exists(), "{text}");
    };
    let head = "lr,layers,opt,momentum,loss\n";
    let csv = |rows: &str, expect: &[&str]| {
        check("bad.csv", &format!("{head}0.1,2,3,,0.5\n{rows}"), expect)
    };
    csv(
        "2.0,2,3,,0.5\n",
        &[
            "nothing was added:\nbad.csv:3: parameter `lr` is 2, which is not in its domain",
            "leave the row out, or widen the parameter in the study file",
        ],
    );
    csv(
        "0.1,2,adam,,0.5\n",
        &["bad.csv:3: parameter `momentum` has no value"],
    );
    csv(
        "0.1,2,3,0.5,0.5\n",
        &["bad.csv:3: parameter `momentum` has a value but is active only when"],
    );
    csv(
        "0.1,2.5,3,,0.5\n",
        &["bad.csv:3: parameter `layers` is 2.5, which is not in its domain"],
    );
    csv("fast,2,3,,0.5\n", &["bad.csv:3: parameter `lr` is fast"]);
    csv(
        "0.1,2,3,,nan\n",
        &[
            "bad.csv:3: `loss` is `nan`, which is not a finite number: write a number, or say in a column `state` that the trial `failed`",
        ],
    );
    csv("0.1,2,3,,\n", &["bad.csv:3: `loss` has no value"]);
    csv(
        "0.1,2,3,,1e999\n",
        &["bad.csv:3: `loss` is `1e999`, which is too large"],
    );
    csv(
        "0.1,2,3\n",
        &["bad.csv:3: it has 3 cells where the first line has 5"],
    );
    let many = "2.0,2,3,,0.5\n".repeat(50);
    csv(&many, &["bad.csv:12:", "and 40 more problems"]);
    check(
        "bad.csv",
        "lr,layers,opt,momentum,los\n0.1,2,3,,0.5\n",
        &["bad.csv:1: objective `loss` has no column: rename the column `los` if it is that"],
    );
    check(
        "bad.csv",
        "lr,opt,momentum,loss\n0.1,3,,0.5\n",
        &["bad.csv:1: parameter `layers` has no column: add a column `layers`"],
    );
    check(
        "bad.csv",
        "lr,lr\n0.1,0.2\n",
        &["bad.csv:1: the column `lr` comes twice: remove one"],
    );
    check(
        "bad.csv",
        "lr,layers,opt,loss,state\n0.1,2,3,0.5,done\n",
        &["bad.csv:2: `state` is `done`: expected `completed`"],
    );
    check(
        "bad.json",
        "[{\"lr\": 0.1, \"layers\": 2,\n  \"opt\": \"sgd\", \"loss\": 0.5}]",
        &["bad.json:2:10: parameter `opt` is sgd, which is not in its domain"],
    );
    check(
        "bad.json",
        "{\"lr\": 0.1}",
        &["bad.json:1:1: it is a mapping: expected a list of trials"],
    );
    check(
        "bad.jsonl",
        "{\"lr\": 0.1, \"layers\": 2, \"opt\": 3, \"loss\": 1}\n\n{\"lr\": \n",
        &["bad.jsonl:3:", "it is no JSON"],
    );
    check(
        "bad.jsonl",
        "{\"lr\": 0.1, \"layers\": 2, \"opt\": 3, \"loss\": 9007199254740993}\n",
        &[
            "bad.jsonl:1:44: `loss` is the integer `9007199254740993`, which a float cannot be exactly",
        ],
    );
    check(
        "bad.xlsx",
        "",
        &["name a file that ends in `.csv`, `.json` or `.jsonl`"],
    );
    let done = folder.ends_with(2, &["add", "study.yaml", "none.csv"]);
    assert!(done.stderr.contains("cannot read `none.csv`"), "{done:#?}");
}

#[test]
fn doubles_are_told_and_left_out() {
    let folder = folder();
    folder.ends_with(0, &["add", "results.csv"]);
    let more = "adam,0.3,2,0.9,0.5,1.5,\nadam,0.3,2,0.9,0.5,9,\n";
    folder.write("results.csv", &format!("{RESULTS}{more}"));
    let done = folder.ends_with(0, &["add", "results.csv"]);
    assert!(done.stdout.contains("added trial 4 from"), "{done:#?}");
    for part in [
        "line 2 is left out: trial 0 has the same parameters and the same result",
        "line 7 is left out: line 6 has the same parameters and the same result",
        "with `--doubles` they are added, too",
    ] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    let done = folder.ends_with(0, &["add", "results.csv"]);
    assert!(done.stdout.contains("nothing to add from"), "{done:#?}");
    let done = json(&folder.ends_with(0, &["add", "results.csv", "--doubles", "--json"]));
    assert_eq!(done["added"], json!([5, 6, 7, 8, 9, 10]));
}

#[test]
fn a_study_that_runs_takes_nothing_from_another_process() {
    let folder = folder();
    // It lasts until the pipe is opened.
    folder.write(
        "trial.sh",
        "echo begun >> started.log\nread line < go\necho \"loss=$1\"\n",
    );
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path("go"))
        .status();
    assert!(made.unwrap().success());
    let child = folder.start(&["run", "--trials", "1"], &[]);
    folder.wait_for_lines("started.log", 1);
    let done = folder.ends_with(1, &["add", "results.csv"]);
    assert!(
        done.stderr.contains("nothing was added: study `study` in")
            && done.stderr.contains("is being run by process")
            && done
                .stderr
                .contains("A session of `tune ask-tell` takes trials while it runs"),
        "{done:#?}"
    );
    folder.write("go", "on\n");
    assert_eq!(wait(child).code, Some(0));
    folder.ends_with(0, &["add", "results.csv"]);
}

#[test]
fn a_client_tells_of_trials_that_were_evaluated_elsewhere() {
    let folder = Folder::new();
    const OPEN: &str = r#"{"study": {"parameters": {"x": {"min": -2.0, "max": 2.0}}, "objective": {"name": "loss", "direction": "minimize"}, "strategy": "random", "budget": {"trials": 1}, "journal": "bowl.db"}}"#;
    let mut client = Client::start(&folder, &[]);
    client.line(OPEN);
    let told = client.line(
        r#"{"tell": {"params": {"x": 0.5}, "values": {"loss": 0.25}, "metrics": {"hours": 2}}}"#,
    );
    assert_eq!(told, json!({"told": 0, "state": "completed"}));
    let told = client.line(r#"{"tell": {"params": {"x": 1}, "failed": "no data"}}"#);
    assert_eq!(told, json!({"told": 1, "state": "failed"}));
    let best = client.line(r#"{"best": 1}"#);
    assert_eq!(best["best"][0]["params"], json!({"x": 0.5}));
    let status = client.line(r#"{"status": true}"#);
    assert_eq!(status["status"]["counts"]["added"], 2);
    let mut check = |line: &str, expect: &str| {
        let answer = client.line(line);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expect), "{line}: {answer}");
    };
    check(
        r#"{"tell": {"params": {"x": 9}, "values": {"loss": 1}}}"#,
        "`tell.params` is not a point of the space: parameter `x` is 9",
    );
    check(
        r#"{"tell": {"params": {}, "values": {"loss": 1}}}"#,
        "parameter `x` has no value",
    );
    check(
        r#"{"tell": {"params": {"x": 1}, "trial": 0, "values": {"loss": 1}}}"#,
        "stands beside a `trial`",
    );
    check(r#"{"tell": {"params": {"x": 1}}}"#, "has no result");
    check(
        r#"{"tell": {"params": {"x": 1}, "values": {"los": 1}}}"#,
        "did you mean `loss`?",
    );
    check(
        r#"{"tell": {"values": {"loss": 1}}}"#,
        "or give the `params` of one that was evaluated elsewhere",
    );
    client.kill();
    // What was answered is there, and has used up no budget.
    let mut client = Client::start(&folder, &[]);
    client.line(OPEN);
    let work = client.ask(1);
    assert_eq!(work[0]["trial"], 2);
    client.tell(&work[0]["trial"], 1.0);
    assert_eq!(client.line(r#"{"ask": 1}"#)["asked"], "done");
    let listed = client.line(r#"{"trials": [0]}"#);
    assert_eq!(
        listed["trials"][0],
        json!({"trial": 0, "state": "completed", "params": {"x": 0.5}, "values": {"loss": 0.25}, "metrics": {"hours": 2.0}, "tag": "added:the client"})
    );
    client.end();
}
