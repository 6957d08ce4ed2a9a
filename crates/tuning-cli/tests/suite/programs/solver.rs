//! `tune solver`: conversations with kurobako, as its runner 0.2.10 has them.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Done, Folder, wait};

/// What kurobako sent for `kurobako problem sigopt --dim 2 branin02`, a budget of 3 and `--seed 1`, and what it took for
/// answers.
const RECORDED: &str = include_str!("kurobako.jsonl");

/// Sends all lines at once; what came, and how it ended.
fn converse(strategy: &str, lines: &[String]) -> (Vec<Value>, Done) {
    let folder = Folder::new();
    let mut command: Command = folder.command(&["solver", strategy]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        writeln!(stdin, "{line}").unwrap();
    }
    drop(stdin);
    let done = wait(child);
    let answers = done.stdout.lines();
    let answers = answers.map(|line| serde_json::from_str(line).unwrap());
    (answers.collect(), done)
}

/// A problem as kurobako writes it.
fn problem(params: Value, values: usize, steps: Value) -> Value {
    let value = |n| json!({"name": format!("v{n}"), "range": {"type": "CONTINUOUS"}, "distribution": "UNIFORM"});
    json!({
        "name": "made by hand", "attrs": {}, "params_domain": params,
        "values_domain": (0..values).map(value).collect::<Vec<_>>(), "steps": steps,
    })
}

fn create(problem: &Value) -> String {
    json!({"type": "CREATE_SOLVER_CAST", "solver_id": 0, "random_seed": u64::MAX, "problem": problem}).to_string()
}

fn ask(next: u64) -> String {
    json!({"type": "ASK_CALL", "solver_id": 0, "next_trial_id": next}).to_string()
}

fn tell(id: u64, values: Value, step: u64) -> String {
    json!({"type": "TELL_CALL", "solver_id": 0, "trial": {"id": id, "values": values, "current_step": step}}).to_string()
}

fn unit() -> Value {
    json!([{"name": "x", "range": {"type": "CONTINUOUS", "low": 0.0, "high": 1.0}, "distribution": "UNIFORM"}])
}

#[test]
fn a_recorded_conversation_is_the_same_again() {
    let lines = |mark: &str| -> Vec<String> {
        let lines = RECORDED.lines();
        lines
            .filter_map(|line| line.strip_prefix(mark))
            .map(str::to_owned)
            .collect()
    };
    let (answers, done) = converse("sobol", &lines("> "));
    assert_eq!(done.code, Some(0), "{done:#?}");
    let expected: Vec<Value> = lines("< ")
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers[1..], expected[1..]);
    // The version in the greeting moves on.
    assert_eq!(answers[0]["spec"]["name"], expected[0]["spec"]["name"]);
    assert_eq!(
        answers[0]["spec"]["capabilities"],
        expected[0]["spec"]["capabilities"]
    );
}

#[test]
fn every_kind_of_parameter_becomes_a_number_within_its_range() {
    let params = json!([
        {"name": "a", "range": {"type": "CONTINUOUS", "low": 0.001, "high": 1.0}, "distribution": "LOG_UNIFORM"},
        {"name": "b", "range": {"type": "DISCRETE", "low": 0, "high": 3}, "distribution": "UNIFORM"},
        {"name": "c", "range": {"type": "DISCRETE", "low": 1, "high": 100}, "distribution": "LOG_UNIFORM"},
        {"name": "d", "range": {"type": "CATEGORICAL", "choices": ["false", "true"]}, "distribution": "UNIFORM"},
    ]);
    let mut lines = vec![create(&problem(params, 1, json!(1)))];
    for id in 0..40 {
        lines.extend([ask(id), tell(id, json!([id]), 1)]);
    }
    let (answers, _) = converse("random", &lines);
    let asked: Vec<&Value> = answers
        .iter()
        .filter(|a| a["type"] == "ASK_REPLY")
        .collect();
    assert_eq!(asked.len(), 40);
    for (place, high, whole) in [
        (0, 1.0, false),
        (1, 3.0, true),
        (2, 100.0, true),
        (3, 2.0, true),
    ] {
        let numbers = asked
            .iter()
            .map(|a| a["trial"]["params"][place].as_f64().unwrap());
        let numbers: Vec<f64> = numbers.collect();
        assert!(
            numbers.iter().all(|x| (0.0..high).contains(x)),
            "{numbers:?}"
        );
        assert!(
            !whole || numbers.iter().all(|x| x.fract() == 0.0),
            "{numbers:?}"
        );
        assert!(numbers.iter().any(|x| *x != numbers[0]), "{numbers:?}");
    }
    // The upper end is excluded, also by a strategy that tries ends.
    let (answers, _) = converse(
        "{name: grid, resolution: 3}",
        &[
            create(&problem(unit(), 1, json!(1))),
            ask(0),
            ask(1),
            ask(2),
        ],
    );
    let last = answers[3]["trial"]["params"][0].as_f64().unwrap();
    assert!(last < 1.0 && last > 0.999, "{last}");
}

#[test]
fn trials_in_flight_several_values_and_what_cannot_be_evaluated() {
    let lines = [
        create(&problem(unit(), 2, json!(1))),
        ask(0),
        ask(1),
        // Other solvers share the numbers.
        ask(7),
        tell(7, json!([1.0, 2.0]), 1),
        tell(0, json!([]), 0),
        tell(1, json!([1.0, null]), 1),
        ask(8),
    ];
    let (answers, done) = converse("random", &lines);
    assert_eq!(done.code, Some(0), "{done:#?}");
    let types: Vec<&str> = answers
        .iter()
        .map(|a| a["type"].as_str().unwrap())
        .collect();
    let (asked, told) = ("ASK_REPLY", "TELL_REPLY");
    assert_eq!(
        types,
        [
            "SOLVER_SPEC_CAST",
            asked,
            asked,
            asked,
            told,
            told,
            told,
            asked
        ]
    );
    assert_eq!(answers[3]["trial"]["id"], 7);
    assert_eq!(answers[3]["next_trial_id"], 8);
    assert_eq!(answers[7]["trial"]["id"], 8);
}

#[test]
fn steps_are_fidelities() {
    // Without a strategy for them, trials run to the last step.
    for (steps, last) in [(json!(5), 5), (json!([1, 3, 9]), 9)] {
        let lines = [
            create(&problem(unit(), 1, steps)),
            ask(0),
            tell(0, json!([0.5]), last),
            ask(1),
        ];
        let (answers, _) = converse("random", &lines);
        assert_eq!(answers[1]["trial"]["next_step"], last);
        assert_eq!(answers[2]["type"], "TELL_REPLY");
        assert_eq!(answers[3]["trial"]["id"], 1);
    }
}

#[test]
fn a_strategy_that_stops_and_resumes_trials_uses_the_steps() {
    if !crate::programs::python::python() {
        return;
    }
    // Every trial runs to step 1, and the better one of the first two is resumed to step 3.
    let halving = r#"
import json, sys
ended = {}
for line in sys.stdin:
    m = json.loads(line)
    if "problem" in m:
        print('{"ready": true}', flush=True)
    elif "tell" in m and m["tell"]["event"] == "reported":
        ended[m["tell"]["trial"]] = m["tell"]["losses"][0]
    elif "ask" in m:
        if len(ended) < 2:
            p = {"params": {"x": m["ask"]["next"] / 4}, "until": 1}
        else:
            p = {"resume": min(ended, key=ended.get), "until": 3}
        print(json.dumps({"asked": [p]}), flush=True)
"#;
    let strategy = json!({"command": ["python3", "-c", halving]}).to_string();
    let lines = [
        create(&problem(unit(), 1, json!([1, 3, 9]))),
        ask(0),
        tell(0, json!([0.5]), 1),
        ask(1),
        tell(1, json!([0.25]), 1),
        ask(2),
        tell(1, json!([0.125]), 3),
    ];
    let (answers, done) = converse(&strategy, &lines);
    assert_eq!(answers.len(), 7, "{done:#?}");
    assert_eq!(answers[1]["trial"]["next_step"], 1);
    assert_eq!(
        answers[5],
        json!({"type": "ASK_REPLY", "trial": {"id": 1, "params": [0.25], "next_step": 3}, "next_trial_id": 2})
    );
    assert_eq!(answers[6]["type"], "TELL_REPLY");
}

#[test]
fn what_cannot_be_done_is_answered_when_it_is_asked_for() {
    let check = |strategy: &str, lines: &[String], kind: &str, words: &str| {
        let (answers, done) = converse(strategy, lines);
        assert_eq!(done.code, Some(0), "{done:#?}");
        let last = answers.last().unwrap();
        assert_eq!(last["type"], "ERROR_REPLY", "{last}");
        assert_eq!(last["kind"], kind, "{last}");
        assert!(last["message"].as_str().unwrap().contains(words), "{last}");
    };
    let endless = json!([{"name": "x", "range": {"type": "CONTINUOUS", "low": 0.0}, "distribution": "UNIFORM"}]);
    let begin = create(&problem(endless, 1, json!(1)));
    check(
        "random",
        &[begin, ask(0)],
        "INCAPABLE",
        "parameter `x` has no bounds",
    );
    let mut guarded = unit();
    guarded[0]["constraint"] = json!({"lua_script": "x > 0"});
    let begin = create(&problem(guarded, 1, json!(1)));
    check("random", &[begin, ask(0)], "INCAPABLE", "has a constraint");
    let begin = create(&problem(unit(), 1, json!(1)));
    let grid = "{name: grid, resolution: 1}";
    check(
        grid,
        &[begin.clone(), ask(0), tell(0, json!([1.0]), 1), ask(1)],
        "OTHER",
        "nothing more to propose after 1 trials",
    );
    check(
        "random",
        &[begin.clone(), tell(3, json!([1.0]), 1)],
        "INVALID_INPUT",
        "trial 3 was never asked for",
    );
    check("random", &[ask(0)], "INVALID_INPUT", "there is no solver 0");
    let dropped = json!({"type": "DROP_SOLVER_CAST", "solver_id": 0}).to_string();
    check(
        "random",
        &[begin, dropped, ask(0)],
        "INVALID_INPUT",
        "was dropped",
    );
}

#[test]
fn what_is_no_message_ends_it_with_an_error() {
    let (answers, done) = converse("random", &["{\"type\": \"HELLO\"}".to_owned()]);
    assert_eq!((done.code, answers.len()), (Some(1), 1), "{done:#?}");
    assert!(
        done.stderr
            .contains("line 1 of the input is not a message of kurobako"),
        "{done:#?}"
    );
    assert!(done.stderr.contains("unknown variant `HELLO`"), "{done:#?}");
    let (_, done) = converse("radnom", &[]);
    assert_eq!(done.code, Some(2));
    assert!(done.stderr.contains("did you mean `random`?"), "{done:#?}");
}
