//! What a client asks for beside the strategy: trials of its own, and lists of trials.

use serde_json::json;

use super::client::Client;
use crate::support::Folder;

const STUDY: &str = r#"{"study": {"name": "bowl", "parameters": {"x": {"min": -2.0, "max": 2.0}}, "objective":
    {"name": "loss", "direction": "minimize"}, "strategy": "random", "budget": {"trials": 2}"#;

fn study(more: &str) -> String {
    format!("{STUDY}{more}}}}}").replace('\n', " ")
}

#[test]
fn trials_of_the_client_come_first_and_are_listed_with_all_others() {
    let folder = Folder::new();
    for more in ["", r#", "journal": "bowl.db""#] {
        let mut client = Client::start(&folder, &[]);
        client.line(&study(more));
        let none = client.line(r#"{"trials": true}"#);
        assert_eq!(none, json!({"trials": []}));
        let first = client.ask(1);
        let answer = client.line(r#"{"enqueue": [{"x": 0.5}, {"x": 1}]}"#);
        assert_eq!(answer, json!({"enqueued": [1, 2]}));
        let work = client.ask(2);
        assert_eq!(work[0]["params"], json!({"x": 0.5}));
        assert_eq!(work[1]["params"], json!({"x": 1.0}));
        client.tell(&work[0]["trial"], 0.25);
        client.line(r#"{"tell": {"trial": 2, "failed": "no data"}}"#);
        let listed = client.line(r#"{"trials": [2, 1]}"#);
        assert_eq!(
            listed["trials"],
            json!([
                {"trial": 2, "state": "failed", "params": {"x": 1.0}, "failed": "no data", "kind": "error", "tag": "client:enqueued"},
                {"trial": 1, "state": "completed", "params": {"x": 0.5}, "values": {"loss": 0.25}, "tag": "client:enqueued"},
            ])
        );
        let all = client.line(r#"{"trials": true}"#);
        assert_eq!(all["trials"].as_array().map(Vec::len), Some(3));
        assert_eq!(all["trials"][0]["state"], "running");
        client.tell(&first[0]["trial"], 1.0);
        // They count for the budget, and it is no limit for them.
        assert_eq!(client.line(r#"{"ask": 1}"#)["asked"], "done");
        assert_eq!(
            client.line(r#"{"enqueue": [{"x": -1.0}]}"#),
            json!({"enqueued": [3]})
        );
        assert_eq!(client.ask(1)[0]["trial"], 3);
        client.line(r#"{"end": true}"#);
    }
}

#[test]
fn what_was_enqueued_and_not_handed_out_is_there_after_a_crash() {
    let folder = Folder::new();
    let study = study(r#", "journal": "bowl.db""#);
    let mut client = Client::start(&folder, &[]);
    client.line(&study);
    client.line(r#"{"enqueue": [{"x": 0.5}]}"#);
    client.kill();
    let mut client = Client::start(&folder, &[]);
    client.line(&study);
    assert_eq!(client.ask(1)[0]["params"], json!({"x": 0.5}));
}

#[test]
fn what_cannot_be_enqueued_or_listed_is_refused_with_a_remedy() {
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    client.line(&study(""));
    let mut check = |line: &str, expect: &str| {
        let answer = client.line(line);
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expect), "{line}: {answer}");
    };
    check(r#"{"enqueue": []}"#, "name at least one trial");
    check(r#"{"enqueue": {"x": 1.0}}"#, "expected a list of trials");
    check(
        r#"{"enqueue": [{"x": 0.5}, {"x": 9.0}]}"#,
        "`enqueue[1]` is not a point of the space",
    );
    check(r#"{"enqueue": [{}]}"#, "`x`");
    check(
        r#"{"trials": [0]}"#,
        "trial 0, which the study does not have: it has none yet",
    );
    check(r#"{"trials": 3}"#, "expected `true`, or a list of numbers");
}
