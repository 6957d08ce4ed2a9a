//! Webhooks of the study file, from the program to a service that is down at times.

#![cfg(unix)]

use std::{
    collections::BTreeMap,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use crate::support::sink::{Mood, Request, Sink};
use crate::support::{Folder, wait};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

const SECRET: &str = "zwischen uns beiden: größe";
const ENV: [(&str, &str); 1] = [("HOOK_SECRET", SECRET)];

/// A trial that waits at a gate: a file with the number of trials that may pass.
const TRIAL: &str = "\
while [ \"$TUNE_TRIAL\" -ge \"$(cat gate)\" ]; do sleep 0.02; done
echo \"$TUNE_TRIAL\" >> done.log
echo \"loss=$1\"
";

fn study(sink: &Sink) -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", TRIAL);
    gate(&folder, "0");
    let observers = format!(
        "observers:\n- jsonl: {{path: events.jsonl, name: archive}}\n- webhook: {{url: \"{}\", events: [trial_ended, \
         study_started], secret_env: HOOK_SECRET, retries: 0, timeout: 20s}}\n",
        sink.url()
    );
    let study = crate::support::STUDY.replace("trials: 6", "trials: 24");
    folder.write("study.yaml", &format!("{study}{observers}"));
    folder
}

/// Lets trials below this number pass.
fn gate(folder: &Folder, trials: &str) {
    // At once: a gate that is half written lets everybody pass.
    folder.write("gate.new", trials);
    std::fs::rename(folder.path("gate.new"), folder.path("gate")).unwrap();
}

fn start(folder: &Folder) -> Child {
    folder.start(&["run", "study.yaml", "--no-progress"], &ENV)
}

#[track_caller]
fn ends_well(child: Child) {
    let done = wait(child);
    assert_eq!(done.code, Some(0), "{done:#?}");
}

/// How the webhook stands, as the journal tells everybody.
fn status(folder: &Folder) -> Value {
    let status = folder.ends_with(0, &["status", "study.yaml", "--json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let mut observers = status["observers"].as_array().unwrap().iter();
    let is_hook = |status: &&Value| {
        let name = status["observer"].as_str();
        name.is_some_and(|name| name.starts_with("webhook"))
    };
    observers.rfind(is_hook).cloned().unwrap_or_default()
}

#[track_caller]
fn wait_for_status(folder: &Folder, is_it: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let status = status(folder);
        if is_it(&status) {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{status}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The numbers of the events that it was to be told about, as another observer has noted them.
fn expected(folder: &Folder) -> Vec<u64> {
    let events = folder.read("events.jsonl");
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let topical =
        events.filter(|event| matches!(event["event"].as_str(), Some("ended" | "opened")));
    topical
        .map(|event| event["seq"].as_u64().unwrap())
        .collect()
}

/// Each event once by its key, in the order in which they first came; what came again was the same.
#[track_caller]
fn distinct(requests: &[Request]) -> Vec<u64> {
    let mut known = BTreeMap::<&str, &Request>::new();
    let mut numbers = Vec::new();
    for request in requests {
        verify(request);
        let key = &*request.headers["idempotency-key"];
        match known.insert(key, request) {
            Some(before) => assert_eq!(before, request, "told again otherwise"),
            None => numbers.push(request.seq()),
        }
        let event = &request.json()["event"];
        assert_eq!(
            key,
            format!("study/{}/{}", event["seq"], event["at_millis"])
        );
    }
    numbers
}

#[track_caller]
fn verify(request: &Request) {
    let digits = request.headers["tuning-signature"]
        .strip_prefix("sha256=")
        .unwrap();
    let byte = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&request.body);
    mac.verify_slice(&bytes).unwrap();
}

#[test]
fn a_service_that_is_down_for_half_the_study_gets_all_of_it_in_order() {
    let sink = Sink::start(Mood::Up);
    let folder = study(&sink);
    let run = start(&folder);
    gate(&folder, "8");
    sink.wait_for(1 + 8);
    sink.be(Mood::Down);
    gate(&folder, "16");
    folder.wait_for_lines("done.log", 16);
    let down = wait_for_status(&folder, |status| {
        status["circuit"] == "open" && status["lag"].as_u64() >= Some(8)
    });
    assert!(down["failed"].as_u64() >= Some(5), "{down}");
    assert_eq!(down["dropped"], 0, "{down}");
    assert!(down["last_error"].is_string(), "{down}");
    let text = folder.ends_with(0, &["status", "study.yaml"]).stdout;
    let line = text.lines().find(|line| line.contains("webhook")).unwrap();
    for part in [
        "(durable)",
        " delivered",
        " failures",
        " behind",
        "circuit open",
        "last error",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    sink.be(Mood::Up);
    gate(&folder, "99");
    ends_well(run);

    let expected = expected(&folder);
    assert_eq!(expected.len(), 1 + 24);
    assert_eq!(distinct(&sink.requests()), expected);
    assert_eq!(sink.requests().len(), expected.len(), "each exactly once");
    let up = status(&folder);
    assert_eq!(
        (&up["circuit"], &up["lag"]),
        (&"closed".into(), &0.into()),
        "{up}"
    );
}

#[test]
fn across_kill_9_everything_arrives_and_what_comes_twice_is_known_by_its_key() {
    let sink = Sink::start(Mood::Down);
    let folder = study(&sink);
    let mut run = start(&folder);
    gate(&folder, "6");
    folder.wait_for_lines("done.log", 6);
    sink.wait_for_refused(2);
    run.kill().unwrap();
    run.wait().unwrap();

    sink.be(Mood::Up);
    let mut run = start(&folder);
    gate(&folder, "12");
    // Killed when the service has it, and before it is known here that it has.
    sink.wait_for(5);
    sink.be(Mood::Forgetful);
    gate(&folder, "18");
    let noted = sink.requests().len();
    sink.wait_for(noted + 1);
    run.kill().unwrap();
    run.wait().unwrap();

    sink.be(Mood::Up);
    let run = start(&folder);
    gate(&folder, "99");
    ends_well(run);
    let requests = sink.requests();
    let expected = expected(&folder);
    assert_eq!(expected.len(), 3 + 24);
    assert_eq!(distinct(&requests), expected);
    assert!(requests.len() > expected.len(), "one of them came twice");
}

#[test]
fn what_a_service_missed_until_the_end_it_gets_when_the_study_is_run_again() {
    let sink = Sink::start(Mood::Down);
    let folder = study(&sink);
    gate(&folder, "99");
    let run = wait(start(&folder));
    assert_eq!(run.code, Some(0), "{run:#?}");
    assert!(run.stderr.contains("left for the next session"), "{run:#?}");
    assert!(sink.requests().is_empty());

    sink.be(Mood::Up);
    let again = wait(start(&folder));
    assert!(again.stderr.contains("has already finished"), "{again:#?}");
    assert!(again.stderr.contains("caught up on"), "{again:#?}");
    assert_eq!(distinct(&sink.requests()), expected(&folder));
    assert_eq!(sink.requests().len(), 1 + 24);
}
