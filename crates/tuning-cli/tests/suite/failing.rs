//! Scripts that fail: when a study stops, what is said, and how it continues.

use serde_json::Value;

use crate::support::{Done, Folder};

/// Fails with a traceback unless the file `fixed` is there.
const BROKEN: &str = "\
if [ -e fixed ]; then echo \"loss=$1\"; exit 0; fi
{
  echo 'Traceback (most recent call last):'
  echo '  File \"train.py\", line 3, in <module>'
  echo \"    lr = params['lr']\"
  echo \"KeyError: 'lr' of trial $TUNE_TRIAL\"
} >&2
exit 1
";

const STUDY: &str = "\
command: [sh, trial.sh, \"${x}\"]
parameters:
  x: {min: 0.0, max: 1.0}
objective: {name: loss, direction: minimize}
budget: {trials: 60}
workers: 1
seed: 7
strategy: random
";

fn folder(more: &str) -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", BROKEN);
    folder.write("study.yaml", &format!("{STUDY}{more}"));
    folder
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

#[test]
fn a_broken_script_stops_early_and_says_why() {
    let folder = folder("");
    let done = folder.ends_with(4, &["run", "study.yaml"]);
    assert!(
        done.stdout.starts_with("study: too many trials failed")
            && done.stdout.contains("5 failed"),
        "{done:#?}"
    );
    for part in [
        "failed: 5 × error: it exited with code 1: KeyError: 'lr' of trial 4 (last: trial 4)",
        "  KeyError: 'lr' of trial 4\n",
        "`tune show study.yaml 4` or `tune logs study.yaml 4`, fix the program, then run the same command again",
        "55 trials of the budget are left",
        "`stop_on: {failures: first 5 alike}`",
    ] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
    assert!(!done.stderr.contains("tune export"), "{}", done.stderr);
    // What the group says is not said twice.
    let head = done.stderr.matches("it exited with code 1").count();
    assert!(
        head == 1
            && done
                .stderr
                .contains("\ntrial 4: the end of its standard error:\n"),
        "{}",
        done.stderr
    );
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains("stopped: too many trials failed; fix the program")
            && status
                .contains("failed    5 × error: it exited with code 1: KeyError: 'lr' of trial 4"),
        "{status}"
    );
    let status = json(&folder.ends_with(0, &["status", "--json"]));
    assert_eq!(status["reason"], "failures");
    assert_eq!(status["failures"][0]["count"], 5);

    // Still broken: five more, not one, and not none.
    let again = json(&folder.ends_with(4, &["run", "study.yaml", "--json"]));
    assert_eq!(again["counts"]["failed"], 10);
    assert_eq!(again["failures"][0]["last"], 9);

    folder.write("fixed", "");
    let fixed = json(&folder.ends_with(0, &["run", "study.yaml", "--json"]));
    assert_eq!(
        (&fixed["counts"]["completed"], &fixed["counts"]["failed"]),
        (&50.into(), &10.into())
    );
    assert_eq!(fixed["reason"], "trials");
}

#[test]
fn stop_on_says_how_many_failed_trials_are_too_many() {
    let failed = |more: &str| {
        let folder = folder(more);
        let done = json(&folder.ends_with(4, &["run", "study.yaml", "--json"]));
        done["counts"]["failed"].as_u64().unwrap()
    };
    assert_eq!(failed("stop_on: {failures: 3 in a row}\n"), 3);
    assert_eq!(failed("stop_on: {failures: 0.5 of the first 20}\n"), 10);
    assert_eq!(failed("stop_on: {failures: first 7 alike}\n"), 7);
    assert_eq!(failed("stop_on: {failures: never}\n"), 60);

    let check = |value: &str, expect: &str| {
        let folder = folder(&format!("stop_on: {{failures: {value}}}\n"));
        let done = folder.ends_with(2, &["validate", "study.yaml"]);
        assert!(
            done.stderr.contains("study.yaml:9:") && done.stderr.contains(expect),
            "{value}: {}",
            done.stderr
        );
    };
    check("0 in a row", "use at least 1, or `never`");
    check(
        "1.5 of the first 20",
        "the share 1.5 of failed trials must be above 0 and at most 1",
    );
    check(
        "often",
        "write `5 in a row`, `0.5 of the first 20`, `first 5 alike`, or `never`",
    );
    check("\"5\"", "did you mean `5 in a row`?");
    check("5", "expected `5 in a row`");
    check("[]", "expected `5 in a row`");
}

#[test]
fn failed_trials_can_be_left_out_of_the_budget() {
    let folder = folder("stop_on: {failures: never}\n");
    folder.write(
        "trial.sh",
        "case $TUNE_TRIAL in *[13579]) echo odd >&2; exit 1;; esac; echo \"loss=$1\"",
    );
    let args = [
        "run",
        "study.yaml",
        "--json",
        "--set",
        "budget={trials: 6, of: completed}",
    ];
    let done = json(&folder.ends_with(0, &args));
    assert_eq!(done["counts"]["completed"], 6);
    assert_eq!(done["counts"]["failed"], 5);
    let again = json(&folder.ends_with(0, &args));
    assert_eq!(
        (&again["already_ended"], &again["counts"]["completed"]),
        (&true.into(), &6.into())
    );
    let lone = ["validate", "study.yaml", "--set", "budget={of: completed}"];
    let error = folder.ends_with(2, &lone).stderr;
    assert!(
        error.contains("add `trials`, as in `{trials: 60, of: completed}`"),
        "{error}"
    );
    let other = ["validate", "study.yaml", "--set", "budget.of=finished"];
    let error = folder.ends_with(2, &other).stderr;
    assert!(
        error.contains("expected `started`, `completed` or `all`"),
        "{error}"
    );
}

#[test]
fn failed_trials_are_tried_again_as_new_ones() {
    let folder = folder("");
    folder.ends_with(4, &["run", "study.yaml", "--trials", "5"]);
    folder.write("fixed", "");
    let args = ["run", "study.yaml", "--trials", "5", "--retry-failed"];
    let done = folder.ends_with(0, &args);
    assert!(
        done.stderr.contains("trials 0, 1, 2, 3, 4 are tried again"),
        "{done:#?}"
    );
    let trials = json(&folder.ends_with(0, &["trials", "--json"]));
    let trials = trials.as_array().unwrap();
    assert_eq!(trials.len(), 10);
    for (old, new) in trials[..5].iter().zip(&trials[5..]) {
        assert_eq!(
            (&old["state"], &new["state"]),
            (&"failed".into(), &"completed".into())
        );
        assert_eq!(old["x"], new["x"]);
        assert_eq!(new["tag"], format!("retry:{}", old["trial"]));
    }
    // Each is tried again once.
    let done = folder.ends_with(0, &args);
    assert!(
        done.stderr
            .contains("no trial failed that was not tried again already"),
        "{done:#?}"
    );
    // By number as often as is wished, and only those that failed.
    let done = folder.ends_with(
        0,
        &[
            "run",
            "--retry-failed",
            "1-2",
            "study.yaml",
            "--trials",
            "5",
        ],
    );
    assert!(
        done.stderr.contains("trials 1, 2 are tried again"),
        "{done:#?}"
    );
    let done = folder.ends_with(2, &["run", "study.yaml", "--retry-failed", "7"]);
    assert!(
        done.stderr
            .contains("trial 7 cannot be tried again, since it is completed"),
        "{done:#?}"
    );
    let done = folder.ends_with(2, &["run", "study.yaml", "--retry-failed", "77"]);
    assert!(done.stderr.contains("there is no such trial"), "{done:#?}");
    let done = folder.ends_with(2, &["run", "study.yaml", "--retry-failed=x"]);
    assert!(
        done.stderr
            .contains("name trials by their numbers, as in `3,7-9`"),
        "{done:#?}"
    );
}

#[test]
fn a_result_with_failures_says_what_failed_and_what_to_do() {
    let folder = folder("");
    folder.write(
        "trial.sh",
        "case $TUNE_TRIAL in 3) echo 'ValueError: bad lr' >&2; exit 1;; esac; echo \"loss=$1\"",
    );
    let done = folder.ends_with(0, &["run", "study.yaml", "--trials", "6"]);
    for part in [
        "failed: 1 × error: it exited with code 1: ValueError: bad lr (trial 3)",
        "next: `tune best study.yaml`, `tune export study.yaml -o trials.csv`",
        "`tune show study.yaml 3` shows one in full",
        "`--retry-failed`",
    ] {
        assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
    }
}

#[test]
fn one_trial_is_shown_in_full() {
    let folder = folder("");
    folder.write(
        "trial.sh",
        "for n in 1 2 3 4; do echo \"epoch=$n loss=0.$((9 - n))\"; done\n\
         echo 'reading the data' >&2\n\
         case $TUNE_TRIAL in 2) printf 'Traceback\\nValueError: bad lr\\n' >&2; exit 1;; esac\n\
         echo usd=0.25\necho \"loss=$1\"",
    );
    let args = ["--trials", "4", "--set", "reports={step: epoch}"];
    folder.ends_with(0, &[&["run", "study.yaml"], &args[..]].concat());
    let shown = folder.ends_with(0, &["show", "1"]).stdout;
    for part in [
        "trial     1 of study `study`: completed after ",
        "time      started 20",
        "params    x  0.",
        "values    loss  0.",
        "reports   4 reports, at 1 to 4",
        "loss  █▆▃▁  0.8 to 0.5, best 0.5 at 4",
        "metrics   usd  0.25",
        "standard output:",
        "  epoch=4 loss=0.5",
        "standard error:\n  reading the data",
        "all of it: `tune logs study.yaml 1`",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let failed = folder.ends_with(0, &["show", "study.yaml", "2"]).stdout;
    assert!(
        failed.contains("trial     2 of study `study`: failed"),
        "{failed}"
    );
    assert!(
        failed.contains("          ValueError: bad lr\n"),
        "{failed}"
    );
    let object = json(&folder.ends_with(0, &["show", "study.db", "2", "--json"]));
    assert_eq!(
        (&object["trial"], &object["state"]),
        (&2.into(), &"failed".into())
    );
    assert!(
        object["folder"].as_str().unwrap().ends_with("000002"),
        "{object}"
    );

    let error = folder.ends_with(2, &["show", "9"]).stderr;
    assert!(error.contains("study `study` has no trial 9"), "{error}");
    let error = folder.ends_with(2, &["show"]).stderr;
    assert!(error.contains("<TRIAL>"), "{error}");
}

#[test]
fn the_attempts_of_a_trial_and_what_tries_it_again_are_shown() {
    let folder =
        folder("retry: {error: 1, backoff: {first: 1ms}}\nstop_on: {failures: 1 in a row}\n");
    folder.ends_with(4, &["run"]);
    folder.write("fixed", "");
    folder.ends_with(0, &["run", "--retry-failed", "--trials", "2"]);
    let old = folder.ends_with(0, &["show", "0"]).stdout;
    assert!(
        old.contains("attempt 1 error: it exited with code 1"),
        "{old}"
    );
    assert!(
        old.contains("failure   error: it exited with code 1"),
        "{old}"
    );
    // Another one may have begun while this one waited for its second attempt.
    let again = old
        .lines()
        .find_map(|line| line.strip_prefix("again     as trial "));
    let again = again.unwrap_or_else(|| panic!("{old}"));
    let new = folder.ends_with(0, &["show", again]).stdout;
    assert!(new.contains("proposed  by retry of trial 0"), "{new}");
}

#[test]
fn the_logs_of_a_trial_are_printed_and_followed_until_it_ends() {
    let folder = folder("");
    folder.write(
        "trial.sh",
        "echo begin; echo warning >&2; while [ ! -e go ]; do sleep 0.05; done; echo \"loss=$1\"",
    );
    let run = folder.start(&["run", "--trials", "1"], &[]);
    let log = "study.trials/study/000000/stdout.log";
    folder.wait_for_lines(log, 1);
    let follow = folder.start(&["logs", "0", "-f"], &[]);
    // It has printed what is there, and waits: nothing depends on how far it has come.
    folder.write("go", "");
    let followed = crate::support::wait(follow);
    assert_eq!(followed.code, Some(0), "{followed:#?}");
    assert!(
        followed.stdout.contains("begin\n") && followed.stdout.contains("loss=0."),
        "{followed:#?}"
    );
    assert!(
        followed
            .stdout
            .contains("==> standard error <==\nwarning\n"),
        "{followed:#?}"
    );
    assert_eq!(crate::support::wait(run).code, Some(0));
    let out = folder
        .ends_with(0, &["logs", "study.yaml", "0", "--stdout"])
        .stdout;
    assert!(out.starts_with("begin\nloss=0."), "{out}");
    let err = folder.ends_with(0, &["logs", "0", "--stderr"]).stdout;
    assert_eq!(err, "warning\n");
}

#[test]
fn reasons_are_never_cut_where_they_are_asked_for() {
    let folder = folder("stop_on: {failures: 1 in a row}\n");
    let long = "x".repeat(500);
    folder.write(
        "trial.sh",
        &format!("printf 'Traceback\\n  {long}\\nKeyError: the end\\n' >&2; exit 1"),
    );
    folder.ends_with(4, &["run"]);
    for args in [
        &["show", "0"][..],
        &["trials"],
        &["trials", "--columns", "failure"],
        &["trials", "--columns", "failure", "--reverse"],
        &["events"],
        &["export"],
    ] {
        let shown = folder.ends_with(0, args).stdout;
        assert!(
            shown.contains(&long) && shown.contains("KeyError: the end"),
            "{args:?}: {shown}"
        );
    }
}

#[test]
fn there_is_one_line_at_the_end_where_both_streams_meet() {
    let folder = folder("");
    folder.write("trial.sh", "echo \"loss=$1\"");
    let run = |more: &str| {
        let mut shell = std::process::Command::new("sh");
        let tune = env!("CARGO_BIN_EXE_tune");
        shell
            .args(["-c", &format!("'{tune}' run --trials 2 {more}")])
            .current_dir(folder.path(""));
        crate::support::finish(shell)
    };
    let both = run("2>&1").stdout;
    let ends = |text: &str| text.matches("all trials of the budget are done").count();
    assert_eq!(ends(&both), 1, "{both}");
    let apart = run("--set seed=8 --journal other.db");
    assert_eq!(
        (ends(&apart.stdout), ends(&apart.stderr)),
        (1, 1),
        "{apart:#?}"
    );
    let quiet = run("--set seed=9 --journal third.db --no-progress 2>&1").stdout;
    assert_eq!(ends(&quiet), 1, "{quiet}");
}

#[test]
fn an_unknown_ending_of_an_exported_file_is_refused() {
    let folder = folder("");
    folder.write("fixed", "");
    folder.ends_with(0, &["run", "--trials", "2"]);
    for name in ["t.xlsx", "t.csv.gz", "t.tsv"] {
        let error = folder.ends_with(2, &["export", "-o", name]).stderr;
        assert!(
            error.contains("ends in `.csv`, `.json` or `.jsonl`"),
            "{error}"
        );
        assert!(!folder.path(name).exists());
    }
    for args in [
        &["-o", "t.CSV"][..],
        &["-o", "trials"],
        &["-o", "t.xlsx", "-f", "csv"],
    ] {
        folder.ends_with(0, &[&["export"], args].concat());
        assert!(folder.read(args[1]).starts_with("trial,"), "{args:?}");
    }
}

#[test]
fn the_studies_of_a_folder_are_listed() {
    let folder = folder("");
    let none = folder.ends_with(0, &["list"]);
    assert!(
        none.stderr
            .contains("there is no study in `.`: `tune run` begins one"),
        "{none:#?}"
    );
    folder.ends_with(4, &["run"]);
    folder.write("fixed", "");
    folder.ends_with(
        0,
        &[
            "run",
            "--trials",
            "3",
            "--journal",
            "other.db",
            "--set",
            "name=other",
        ],
    );
    folder.write("foreign.db", "no journal");
    let listed = folder.ends_with(0, &["list"]);
    let cells = |line: &str| {
        let cells = line
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect::<Vec<_>>()
    };
    let lines: Vec<_> = listed.stdout.lines().map(cells).collect();
    assert_eq!(lines.len(), 3, "{listed:#?}");
    assert_eq!(
        lines[1][..4],
        [
            "other",
            "other.db",
            "ended: all trials of the budget are done",
            "3 completed"
        ]
    );
    assert!(lines[1][4].starts_with("loss 0."), "{listed:#?}");
    assert_eq!(
        lines[2],
        [
            "study",
            "study.db",
            "ended: too many trials failed",
            "0 completed, 5 failed"
        ]
    );
    assert!(
        listed.stderr.contains("warning: `foreign.db`"),
        "{listed:#?}"
    );
    let objects = json(&folder.ends_with(0, &["list", ".", "--json"]));
    assert_eq!(objects[1]["counts"]["failed"], 5);
    let error = folder.ends_with(2, &["list", "nowhere"]).stderr;
    assert!(error.contains("cannot read `nowhere`"), "{error}");
}

#[test]
fn the_study_file_of_the_folder_is_taken_where_none_is_named() {
    let folder = Folder::new();
    let error = folder.ends_with(2, &["run"]).stderr;
    assert!(
        error.contains("cannot read `study.yaml`")
            && error.contains("`tune init study.yaml` writes one"),
        "{error}"
    );
    folder.write("study.toml", "command = [\"sh\", \"-c\", \"echo loss=1\"]\nbudget = {trials = 2}\n\
        parameters = {x = {min = 0.0, max = 1.0}}\nobjective = {name = \"loss\", direction = \"minimize\"}\n");
    folder.ends_with(0, &["validate"]);
    folder.ends_with(0, &["run"]);
    assert!(
        folder
            .ends_with(0, &["status"])
            .stdout
            .contains("study     study in study.db")
    );
    assert!(folder.ends_with(0, &["best"]).stdout.contains("loss"));
}
