//! `tune events`: what happened, in order, also while it happens.

#![cfg(unix)]

use crate::support::{Folder, wait};
use serde_json::Value;
use tuning_core::EventKind;

fn seqs(events: &[Value]) -> Vec<u64> {
    let seq = |event: &Value| event["seq"].as_u64().unwrap();
    events.iter().map(seq).collect()
}

fn events(text: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

#[test]
fn all_that_happened_is_shown_in_order_to_people_and_to_programs() {
    let folder = Folder::with_study();
    let observers = "observers: [{jsonl: events.jsonl}]\n";
    folder.write(
        "study.yaml",
        &format!("{}{observers}", crate::support::STUDY),
    );
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    let json = folder
        .ends_with(0, &["events", "study.yaml", "--json"])
        .stdout;
    assert_eq!(json, folder.read("events.jsonl"), "as an observer has it");
    let all = events(&json);
    // Created, opened, the budget, six begun and ended, closed.
    assert_eq!(seqs(&all), (1..=16).collect::<Vec<_>>());
    for event in &all {
        let kind = event["event"].as_str().unwrap();
        assert!(EventKind::NAMES.contains(&kind), "{kind}");
    }

    let text = folder.ends_with(0, &["events", "study.db"]).stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), all.len());
    for (line, event) in lines.iter().zip(&all) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], event["seq"].to_string());
        assert!(
            words[1].starts_with("20") && words[1].ends_with('Z'),
            "{line}"
        );
        assert_eq!(words[2], event["event"]);
        if let Some(trial) = event["trial"].as_u64() {
            assert!(line.contains(&format!("  trial {trial}: ")), "{line}");
        }
    }
    assert!(
        lines[0].contains("strategy auto (") && lines[0].contains("), seed 7, as-finished"),
        "{text}"
    );
    assert!(
        lines[1].contains("session 1: 2 workers, 6 trials"),
        "{text}"
    );
    assert!(lines[15].contains("6 completed; best trial"), "{text}");
    let last = &all[14];
    let loss = last["outcome"]["completed"][0].as_f64().unwrap();
    let shown = format!("completed, loss {}", tuning_observers::format_value(loss));
    assert!(lines[14].contains(&shown), "{text}");
}

#[test]
fn events_are_chosen_by_kind_trial_and_number() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    let chosen = |args: &[&str]| {
        let args = [&["events", "study.yaml", "--json"], args].concat();
        events(&folder.ends_with(0, &args).stdout)
    };
    let ended = chosen(&["--kind", "ended"]);
    assert_eq!(ended.len(), 6);
    assert!(ended.iter().all(|event| event["event"] == "ended"));
    let trial = chosen(&["--trial", "3"]);
    assert_eq!(trial.len(), 2);
    assert_eq!(
        chosen(&["--trial", "3,4", "--kind", "started,closed"]).len(),
        2
    );
    assert_eq!(seqs(&chosen(&["--after", "14"])), [15, 16]);
    assert!(chosen(&["--after", "16"]).is_empty());
    assert!(chosen(&["--trial", "99"]).is_empty());
    for kind in EventKind::NAMES {
        chosen(&["--kind", kind]);
    }
    let error = folder
        .ends_with(2, &["events", "study.yaml", "--kind", "end"])
        .stderr;
    assert!(
        error.contains("'end'") && error.contains("ended"),
        "{error}"
    );
}

#[test]
fn a_study_that_has_not_begun_or_is_no_study_is_told() {
    let folder = Folder::with_study();
    let error = folder.ends_with(2, &["events", "study.yaml"]).stderr;
    assert!(error.contains("`tune run study.yaml` starts it"), "{error}");
    folder.ends_with(1, &["events", "nothing.db"]);
    folder.ends_with(1, &["events", "trial.sh"]);
}

#[test]
fn a_running_study_is_followed_to_its_end() {
    let folder = Folder::with_study();
    let run = folder.start(&["run", "study.yaml", "--quiet"], &[("HELD", "2")]);
    folder.wait_for_lines("started.log", 1);
    let follow = folder.start(&["events", "study.yaml", "--json", "--follow"], &[]);
    folder.write("go", "");
    let done = wait(follow);
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (Some(0), ""),
        "{done:#?}"
    );
    let followed = events(&done.stdout);
    assert_eq!(followed.last().unwrap()["event"], "closed", "{done:#?}");
    assert_eq!(wait(run).code, Some(0));
    let all = folder
        .ends_with(0, &["events", "study.yaml", "--json"])
        .stdout;
    assert_eq!(done.stdout, all);
    // One that is over is shown, and that is all.
    let args = ["events", "study.yaml", "--json", "--follow"];
    assert_eq!(folder.ends_with(0, &args).stdout, all);
}

#[test]
fn who_follows_a_study_that_is_killed_is_told() {
    let folder = Folder::with_study();
    let mut run = folder.start(&["run", "study.yaml"], &[("DELAY", "20")]);
    folder.wait_for_lines("started.log", 2);
    let started = ["events", "study.yaml", "--kind", "started"];
    let follow = folder.start(&[&started[..], &["-f"]].concat(), &[]);
    run.kill().unwrap();
    run.wait().unwrap();
    let done = wait(follow);
    assert_eq!(done.code, Some(0));
    assert_eq!(done.stdout.lines().count(), 2, "{done:#?}");
    assert!(done.stderr.contains("it was interrupted"), "{done:#?}");
}
