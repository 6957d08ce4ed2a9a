//! Studies whose trials stop early: what they will spend, what they spent, and why a trial stopped.

use serde_json::Value;

use crate::support::{Done, Folder};

/// Reports a loss at each step from where it begins to where it is to run, as `x` says.
const TRIAL: &str = "\
k=$((${TUNE_FROM:-0} + 1))
while [ $k -le ${TUNE_UNTIL:-9} ]; do
  echo \"{\\\"step\\\": $k, \\\"loss\\\": $1}\"
  k=$((k + 1))
done
";

const STUDY: &str = "\
command: [sh, trial.sh, \"${x}\"]
parameters: {x: {min: 0.0, max: 1.0}}
objective: {name: loss, direction: minimize}
fidelity: {min: 1, max: 9}
budget: {trials: 9}
workers: 1
seed: 7
";

fn folder(more: &str) -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", TRIAL);
    folder.write("study.yaml", &format!("{STUDY}{more}"));
    folder
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

const ASHA: &str = "strategy: {name: asha, inner: random, min_resource: 1, reduction_factor: 3}\n";

#[test]
fn a_plan_tells_how_many_trials_run_how_far_and_what_that_takes() {
    let folder = folder(ASHA);
    let plan = json(&folder.ends_with(0, &["plan", "--json", "--unit", "2s"]));
    let plan_ = &plan["plan"];
    assert_eq!(plan_["trials"], 9, "{plan}");
    let steps = plan_["steps"].as_array().unwrap();
    let reached: Vec<u64> = steps
        .iter()
        .filter_map(|step| step["until"].as_u64())
        .collect();
    assert_eq!(reached, [1, 3, 9], "{plan}");
    let (units, works): (u64, u64) = steps.iter().fold((0, 0), |(units, works), step| {
        (
            units + step["units"].as_u64().unwrap(),
            works + step["trials"].as_u64().unwrap(),
        )
    });
    assert_eq!(
        (plan_["units"].as_u64(), plan_["works"].as_u64()),
        (Some(units), Some(works))
    );
    assert_eq!(
        steps[0]["trials"], 9,
        "every trial begins at the lowest rung: {plan}"
    );
    assert_eq!(plan_["to_the_end"], 81);
    assert!(units < 81, "{plan}");
    // One worker does one unit after another.
    assert_eq!(
        (plan_["wall_units"].as_u64(), &plan_["busy"]),
        (Some(units), &1.0.into())
    );
    assert_eq!(plan["seconds"], 2.0 * units as f64);

    let done = folder.ends_with(0, &["plan", "--unit", "2s"]);
    for part in [
        "until  trials  resource",
        "to the end would use 81",
        "1 worker, busy 100%",
    ] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    // Nothing was run.
    assert!(!folder.path("study.db").exists());
}

#[test]
fn a_plan_counts_brackets_and_what_a_pruner_stops() {
    let hyperband = folder("strategy: {name: hyperband, inner: random, min_resource: 1}\n");
    hyperband.write(
        "study.yaml",
        &hyperband
            .read("study.yaml")
            .replace("trials: 9", "trials: 30"),
    );
    let plan = json(&hyperband.ends_with(0, &["plan", "--json"]));
    let brackets: Vec<&str> = plan["plan"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["bracket"].as_str())
        .collect();
    assert!(
        brackets.contains(&"1 of 3") && brackets.contains(&"3 of 3"),
        "{plan}"
    );

    let median = folder("strategy: random\npruner: {name: median, startup: 2}\n");
    let plan = json(&median.ends_with(0, &["plan", "--json"]));
    let plan = &plan["plan"];
    assert!(plan["stopped"].as_u64() > Some(0), "{plan}");
    assert!(
        plan["units"].as_u64() < plan["to_the_end"].as_u64(),
        "{plan}"
    );

    let plain = Folder::with_study();
    let done = plain.ends_with(0, &["plan"]);
    assert!(!done.stdout.contains("resource"), "{}", done.stdout);
    let done = plain.ends_with(2, &["plan", "--unit", "90"]);
    assert!(done.stderr.contains("as in `90s`"), "{}", done.stderr);
}

#[test]
fn what_was_stopped_early_says_why_and_what_it_saved() {
    let folder = folder(ASHA);
    let done = folder.ends_with(0, &["run"]);
    assert!(
        done.stderr.contains("resource: ") && done.stderr.contains("% saved"),
        "{}",
        done.stderr
    );
    let trials = json(&folder.ends_with(0, &["trials", "--json"]));
    let trials = trials.as_array().unwrap();
    let used: u64 = trials
        .iter()
        .filter_map(|trial| trial["resource"].as_u64())
        .sum();
    let again = json(&folder.ends_with(0, &["run", "--json"]));
    assert_eq!(again["resource"]["used"].as_u64(), Some(used), "{again}");
    assert_eq!(again["resource"]["to_the_end"], 81, "{again}");
    for trial in trials {
        let expected = match trial["state"].as_str() {
            Some("stopped") => Value::from("given up"),
            _ => Value::Null,
        };
        assert_eq!(trial["stopped_by"], expected, "{trial}");
    }
    assert!(trials.iter().any(|trial| trial["state"] == "stopped"));
    let shown = folder.ends_with(0, &["show", "0"]).stdout;
    assert!(shown.contains("asha (rung 1 of 3)"), "{shown}");
}

#[test]
fn what_a_budget_of_resource_leaves_paused_is_said_and_resumes_when_it_is_raised() {
    let folder = folder(ASHA);
    let study = format!("{STUDY}{ASHA}").replace("trials: 9", "resource: 3");
    folder.write("study.yaml", &study);
    let plan = json(&folder.ends_with(0, &["plan", "--json"]));
    let planned = plan["plan"]["paused"].as_u64().unwrap();
    assert_eq!(planned, 3, "{plan}");
    let plan = folder.ends_with(0, &["plan"]).stdout;
    let expected = format!("{planned} left paused for a larger budget");
    assert!(plan.contains(&expected), "{plan}");

    // No trial has run to its end.
    let run = folder.ends_with(4, &["run"]);
    let status = json(&folder.ends_with(0, &["status", "--json"]));
    let paused = status["counts"]["paused"].as_u64().unwrap();
    assert_eq!(paused, 3, "{status}");
    let expected = format!("{paused} trials can resume when the budget is raised");
    assert!(
        run.stderr.contains(&format!("paused: {expected}")),
        "{run:#?}"
    );
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains(&format!("paused    {expected}")),
        "{status}"
    );

    let resource = |trials: &Value| -> Vec<u64> {
        let trials = trials.as_array().unwrap().iter();
        trials
            .filter_map(|trial| trial["resource"].as_u64())
            .collect()
    };
    // The best of three continues: there was no resource left for it before.
    let before = resource(&json(&folder.ends_with(0, &["trials", "--json"])));
    folder.ends_with(0, &["run", "--set", "budget.resource=30"]);
    let after = resource(&json(&folder.ends_with(0, &["trials", "--json"])));
    let resumed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before < after);
    assert!(resumed.count() > 0, "{before:?} {after:?}");
}

/// Runs whole each time, as a program does that knows nothing of `TUNE_FROM` and `TUNE_UNTIL`.
const WHOLE: &str = "\
for k in 1 2 3 4 5 6 7 8 9; do
  echo \"{\\\"step\\\": $k, \\\"loss\\\": $1}\"
done
";

#[test]
fn a_program_that_begins_anew_each_time_is_warned_of_once_and_changes_nothing() {
    let (proper, whole) = (folder(ASHA), folder(ASHA));
    whole.write("trial.sh", WHOLE);
    proper.ends_with(0, &["run"]);
    let run = whole.ends_with(0, &["run"]);
    let (beyond, repeated) = (
        "trial 0 was to run until step 1 and reported step 2: ",
        "was resumed from step 1 and reported step 1 again: let it save a checkpoint and continue from it \
         (`TUNE_CHECKPOINT_DIR`, `TUNE_FROM`), or say `resumes: false`",
    );
    for words in [beyond, repeated] {
        assert_eq!(run.stderr.matches(words).count(), 1, "{words}: {run:#?}");
    }
    assert_eq!(run.stderr.matches("warning: trial ").count(), 2, "{run:#?}");
    let again = whole.ends_with(0, &["run", "--trials", "12"]);
    assert!(!again.stderr.contains("warning: trial"), "{again:#?}");

    let status = whole.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains(&format!("warning   {beyond}")) && status.contains(repeated),
        "{status}"
    );
    let status = json(&whole.ends_with(0, &["status", "--json"]));
    assert_eq!(
        status["warnings"][0],
        serde_json::json!({"trial": 0, "warning": {"beyond": {"until": 1, "at": 2}}})
    );
    let events = whole.ends_with(0, &["events", "--kind", "warned"]).stdout;
    assert_eq!(events.lines().count(), 2, "{events}");
    assert!(
        events.contains(beyond) && events.contains(repeated),
        "{events}"
    );

    // The trials are those of a program that resumes.
    let quiet = proper.ends_with(0, &["run", "--trials", "12"]);
    assert!(!quiet.stderr.contains("warning: "), "{quiet:#?}");
    let columns = "trial,state,values,parameters,resource,stopped_by,retries,tag,failure";
    let export = |folder: &Folder| {
        let export = ["export", "study.yaml", "--columns", columns];
        folder.ends_with(0, &export).stdout
    };
    assert_eq!(export(&whole), export(&proper));
}

#[test]
fn status_tells_what_checkpoints_take_on_disk() {
    let folder = folder(ASHA);
    folder.write(
        "trial.sh",
        &format!(
            "{TRIAL}echo 12345 > \"$TUNE_CHECKPOINT_DIR/state\"\n[ $TUNE_TRIAL -lt 2 ] || exit 1\n"
        ),
    );
    folder.write(
        "study.yaml",
        &format!("{STUDY}{ASHA}stop_on: {{failures: 1 in a row}}\n"),
    );
    folder.ends_with(4, &["run"]);
    let status = json(&folder.ends_with(0, &["status", "--json"]));
    let trials = status["counts"]["paused"].as_u64().unwrap();
    assert!(trials > 0, "{status}");
    assert!(
        status["checkpoints"]["trials"].as_u64() >= Some(trials),
        "{status}"
    );
    let status = folder.ends_with(0, &["status"]).stdout;
    assert!(
        status.contains("disk      ") && status.contains(" bytes in checkpoints of "),
        "{status}"
    );
}
