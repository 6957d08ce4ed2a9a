//! What outlives a session: results that were told, work that was handed out, decisions.

use serde_json::{Value, json};

use crate::{
    ask_tell::client::{Client, loss, study},
    support::{Folder, signal},
};

fn export(folder: &Folder, file: &str) -> String {
    let columns = "trial,state,parameters,values";
    folder
        .ends_with(0, &["export", file, "--columns", columns])
        .stdout
}

#[test]
fn after_kill_9_what_was_told_is_kept_and_what_was_handed_out_comes_again() {
    let folder = Folder::new();
    let journal = ["--journal", "study.db"];
    let mut client = Client::start(&folder, &journal);
    let ready = client.send(study());
    assert_eq!(
        (&ready["ready"]["resumed"], &ready["ready"]["journal"]),
        (&json!(false), &json!("study.db"))
    );
    let first = client.ask(5);
    for work in &first[..2] {
        client.tell(&work["trial"], loss(&work["params"]));
    }
    let report = json!({"report": {"trial": 3, "at": 2, "values": {"loss": 0.5}}});
    client.send(report);
    client.kill();

    let mut client = Client::start(&folder, &journal);
    let ready = client.send(study())["ready"].clone();
    assert_eq!(ready["resumed"], true);
    assert_eq!(
        (&ready["counts"]["completed"], &ready["counts"]["running"]),
        (&json!(2), &json!(3))
    );
    let open = ready["open"].as_array().unwrap().clone();
    // One was still evaluated elsewhere: its result is taken.
    client.tell(&open[0]["trial"], loss(&open[0]["params"]));
    let again = client.ask(3);
    assert_eq!(again[..2], open[1..]);
    for (before, now) in first[3..].iter().zip(&again) {
        for key in ["trial", "params", "seed", "until"] {
            assert_eq!(before[key], now[key]);
        }
        assert_eq!(now["attempt"], 1);
    }
    assert_eq!(again[2]["trial"], 5, "and then a new one");
    for work in &again {
        client.tell(&work["trial"], loss(&work["params"]));
    }
    assert_eq!(client.finish(loss)["reason"], "trials");
    client.send(json!({"end": true}));
    client.end();

    // The same as a study that was not killed.
    let mut client = Client::start(&folder, &["--journal", "other.db"]);
    client.send(study());
    client.finish(loss);
    client.end();
    assert_eq!(export(&folder, "study.db"), export(&folder, "other.db"));
}

#[test]
fn an_answer_is_given_when_others_can_read_what_it_rests_on() {
    let folder = Folder::with_study();
    let mut client = Client::start(&folder, &["study.yaml"]);
    for trial in 0..3 {
        let work = client.ask(1);
        client.tell(&work[0]["trial"], f64::from(trial));
        let trials = folder
            .ends_with(0, &["trials", "study.yaml", "--json"])
            .stdout;
        let trials: Value = serde_json::from_str(&trials).unwrap();
        let last = &trials[trial as usize];
        assert_eq!(
            (&last["state"], &last["loss"]),
            (&json!("completed"), &json!(f64::from(trial)))
        );
    }
    let other = folder.ends_with(1, &["ask-tell", "study.yaml"]);
    assert!(
        other.stderr.contains("is being run by process"),
        "{}",
        other.stderr
    );
}

#[test]
fn the_end_of_the_input_and_signals_end_the_session_cleanly() {
    let folder = Folder::with_study();
    let mut client = Client::start(&folder, &["study.yaml"]);
    client.ask(2);
    let done = client.end();
    assert_eq!((done.code, &*done.stdout), (Some(0), ""));
    let status = |folder: &Folder| -> Value {
        let status = folder
            .ends_with(0, &["status", "study.yaml", "--json"])
            .stdout;
        serde_json::from_str(&status).unwrap()
    };
    assert_eq!(status(&folder)["reason"], "stopped");

    let mut client = Client::start(&folder, &["study.yaml"]);
    assert_eq!(client.ask(1)[0]["trial"], 0);
    signal(client.child(), "TERM");
    assert_eq!(client.answer(), None);
    assert_eq!(client.end().code, Some(3));
    assert_eq!(status(&folder)["reason"], "stopped");
    assert_eq!(status(&folder)["sessions"], 2);
}

#[test]
fn a_study_decides_the_same_whether_it_is_run_or_asked_and_one_goes_on_with_the_other() {
    let folder = Folder::with_study();
    let run = [
        "run",
        "study.yaml",
        "--workers",
        "1",
        "--order",
        "as-proposed:1",
    ];
    folder.ends_with(0, &run);
    let expected = export(&folder, "study.yaml");

    let again = Folder::with_study();
    let order = ["--workers", "1", "--order", "as-proposed:1"];
    let mut client = Client::start(&again, &[&["study.yaml"], &order[..]].concat());
    for _ in 0..3 {
        let work = client.ask(1);
        client.tell(&work[0]["trial"], work[0]["params"]["x"].as_f64().unwrap());
    }
    client.ask(1); // and never told
    client.kill();
    again.ends_with(0, &run);
    assert_eq!(export(&again, "study.yaml"), expected);
    assert_eq!(again.numbers("done.log"), [3, 4, 5], "the others were told");
}

/// A strategy that pauses two trials, gives the second one up and resumes the first.
const THRIFTY: &str = r#"
while read -r line; do
  case $line in
    '{"problem"'*) started=0 paused=0 gone=; echo '{"ready": true}' ;;
    *'"event":"started"'*) started=$((started + 1)) ;;
    *'"event":"paused"'*) paused=$((paused + 1)) ;;
    *'"state":"stopped"'*) gone=yes ;;
    '{"ask"'*)
      if [ $started -lt 2 ]; then echo "{\"asked\": [{\"params\": {\"x\": 0.$started}, \"until\": 1}]}"
      elif [ $paused -lt 2 ]; then echo '{"asked": "wait"}'
      elif [ -z "$gone" ]; then echo '{"asked": [{"give_up": 1}, {"resume": 0}]}'
      else echo '{"asked": "done"}'
      fi ;;
  esac
done
"#;

#[test]
fn the_client_is_told_what_was_given_up_once_in_each_session() {
    let folder = Folder::new();
    folder.write("thrifty.sh", THRIFTY);
    let study = json!({"study": {
        "parameters": {"x": {"min": 0.0, "max": 1.0}},
        "objective": {"name": "loss", "direction": "minimize"},
        "fidelity": {"min": 1, "max": 3},
        "strategy": {"command": ["sh", "thrifty.sh"]},
        "budget": {"trials": 2},
    }});
    let journal = ["--journal", "study.db"];
    let mut client = Client::start(&folder, &journal);
    client.send(study.clone());
    let none = Value::Null;
    for trial in 0..2 {
        let answer = client.send(json!({"ask": 1}));
        assert_eq!(answer["asked"][0]["until"], 1, "{answer}");
        assert_eq!(answer["given_up"], none);
        let report = json!({"report": {"trial": trial, "at": 1, "values": {"loss": trial}}});
        assert_eq!(client.send(report)["verdict"], "pause");
        let told = client.send(json!({"tell": {"trial": trial, "stopped": true}}));
        assert_eq!(told["state"], "paused", "{told}");
    }
    let answer = client.send(json!({"ask": 1}));
    assert_eq!(answer["asked"][0]["trial"], 0, "{answer}");
    assert_eq!(answer["asked"][0]["resumed"], true, "{answer}");
    assert_eq!(answer["given_up"], json!([1]));
    let wait = client.send(json!({"ask": 1}));
    assert_eq!((&wait["asked"], &wait["given_up"]), (&json!("wait"), &none));
    client.kill();

    // The client may not have got to it before it was killed.
    let mut client = Client::start(&folder, &journal);
    client.send(study);
    let answer = client.send(json!({"ask": 1}));
    assert_eq!(answer["asked"][0]["attempt"], 1, "{answer}");
    assert_eq!(answer["given_up"], json!([1]));
    client.tell(&json!(0), 0.5);
    let done = client.send(json!({"ask": 1}));
    assert_eq!((&done["asked"], &done["given_up"]), (&json!("done"), &none));
    let status = client.send(json!({"status": true}));
    assert_eq!(status["status"]["counts"]["stopped"], 1, "{status}");
}

#[test]
fn a_study_in_memory_leaves_nothing_behind() {
    let folder = Folder::with_study();
    let mut client = Client::start(&folder, &["study.yaml", "--no-journal"]);
    let status = client.send(json!({"status": true}));
    assert_eq!(status["status"]["journal"], Value::Null);
    client.finish(|_| 0.5);
    client.end();
    assert!(!folder.path("study.db").exists());
}

#[test]
fn observers_of_the_study_file_watch() {
    let folder = Folder::new();
    let mut watched = study();
    watched["study"]["observers"] = json!([{"jsonl": "events.jsonl"}]);
    let mut client = Client::start(&folder, &["--journal", "study.db"]);
    client.send(watched);
    client.finish(loss);
    client.send(json!({"end": true}));
    assert_eq!(client.end().code, Some(0));
    let events = folder.read("events.jsonl");
    assert_eq!(
        events.matches("\"event\":\"ended\"").count(),
        12,
        "{events}"
    );
}

#[test]
fn a_study_that_does_not_fit_its_journal_is_refused_with_the_difference() {
    let folder = Folder::new();
    let journal = ["--journal", "study.db"];
    let mut client = Client::start(&folder, &journal);
    client.send(study());
    client.end();
    let mut other = study();
    other["study"]["parameters"]["x"]["max"] = json!(3.0);
    let mut client = Client::start(&folder, &journal);
    let refused = client.send(other);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("does not match its journal"), "{message}");
    assert_eq!(
        client.send(study())["ready"]["resumed"],
        true,
        "the session continues"
    );
}
