//! What is said and answered, in good order and in bad.

use serde_json::{Value, json};

use crate::{
    ask_tell::client::{Client, loss, study},
    support::Folder,
};

/// The message of an error, and whether it ends the session.
#[track_caller]
fn error(answer: &Value) -> &str {
    assert_eq!(answer["error"].get("fatal"), None, "{answer}");
    answer["error"]["message"]
        .as_str()
        .unwrap_or_else(|| panic!("no error: {answer}"))
}

#[test]
fn bad_lines_get_errors_and_the_session_goes_on() {
    let mut client = Client::start(&Folder::new(), &[]);
    assert!(error(&client.send(json!({"ask": 1}))).contains("no study is open"));
    assert!(error(&client.line("")).contains("the line is empty"));
    let mut wrong = study();
    wrong["study"]["paramters"] = wrong["study"]["parameters"].take();
    wrong["study"].as_object_mut().unwrap().remove("parameters");
    wrong["study"]["budget"] = json!({"trials": "many"});
    let answer = client.send(wrong);
    let message = error(&answer).to_owned();
    assert!(message.contains("did you mean `parameters`?"), "{message}");
    assert!(
        message.contains("`budget.trials` is the string `many`"),
        "{message}"
    );
    assert_eq!(answer["error"]["problems"].as_array().unwrap().len(), 2);
    assert_eq!(answer["error"]["line"], 3);
    assert!(answer["error"]["column"].as_u64() > Some(1));

    let ready = client.send(study());
    assert_eq!(ready["ready"]["study"], "bowl");
    assert!(error(&client.send(study())).contains("study `bowl` is open"));

    let trial = client.ask(1)[0]["trial"].clone();
    for (request, words) in [
        (
            json!({"tell": {"trial": 7, "values": {"loss": 1}}}),
            "trial 7 is not running",
        ),
        (
            json!({"report": {"trial": 7, "at": 1, "values": {"loss": 1}}}),
            "trial 7 is not running",
        ),
        (
            json!({"tell": {"trial": trial, "values": {"lss": 1}}}),
            "did you mean `loss`?",
        ),
        (
            json!({"tell": {"trial": trial, "values": {"loss": "low"}}}),
            "expected a number",
        ),
        (json!({"tel": {}}), "did you mean `tell`?"),
    ] {
        let answer = client.send(request);
        assert!(error(&answer).contains(words), "{answer}");
    }
    let answer = client.line("{\"tell\": {\"trial\": 0, \"values\": {\"loss\": NaN}}}");
    assert!(error(&answer).contains("JSON has neither NaN"), "{answer}");
    client.tell(&trial, 0.5);
    let again = client.send(json!({"tell": {"trial": trial, "values": {"loss": 1}}}));
    assert!(error(&again).contains("trial 0 is not running"), "{again}");
    assert_eq!(client.finish(loss)["reason"], "trials");
    let ended = client.send(json!({"end": true}));
    assert_eq!(ended["ended"]["counts"]["completed"], 12, "{ended}");
    let done = client.end();
    assert_eq!((done.code, &*done.stdout, &*done.stderr), (Some(0), "", ""));
}

#[test]
fn lines_may_be_sent_before_their_answers_are_read() {
    let folder = Folder::new();
    let mut lines = vec![study().to_string()];
    for trial in 0..12 {
        lines.push(json!({"ask": 1}).to_string());
        let tell = json!({"tell": {"trial": trial, "values": {"loss": trial}}});
        lines.push(tell.to_string());
    }
    lines.push(json!({"ask": 1}).to_string());
    folder.write("lines", &lines.join("\n")); // and no end of the last line
    let mut command = folder.command(&["ask-tell"]);
    let output = command
        .stdin(std::fs::File::open(folder.path("lines")).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), lines.len());
    assert!(stdout.ends_with("\"message\":\"all trials of the budget are done\"}\n"));
}

#[test]
fn the_best_come_first_and_with_several_objectives_those_that_nothing_dominates() {
    let mut client = Client::start(&Folder::new(), &[]);
    client.send(study());
    assert_eq!(client.send(json!({"best": 1})), json!({"best": []}));
    let work = client.ask(4);
    let report = json!({"report": {"trial": 2, "at": 1, "values": {"loss": 9}}});
    assert_eq!(client.send(report), json!({"verdict": "continue"}));
    let best = client.send(json!({"best": 5}));
    assert_eq!(best["best"][0]["at"], 1, "{best}");
    for (work, loss) in work.iter().zip([3.0, -1.0, 2.0, -1.0]) {
        client.tell(&work["trial"], loss);
    }
    let best = client.send(json!({"best": 3}));
    let numbers = |best: &Value| -> Vec<u64> {
        let best = best["best"].as_array().unwrap();
        best.iter()
            .map(|best| best["trial"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(numbers(&best), [1, 3, 2]);
    assert_eq!(best["best"][0]["params"], work[1]["params"]);
    assert_eq!(best["best"][0]["values"], json!({"loss": -1.0}));

    let mut two = study();
    two["study"]["objectives"] = json!([
        {"name": "loss", "direction": "minimize"},
        {"name": "gain", "direction": "maximize"},
    ]);
    two["study"].as_object_mut().unwrap().remove("objective");
    let mut client = Client::start(&Folder::new(), &[]);
    client.send(two);
    client.ask(4);
    for (trial, (loss, gain)) in [(3.0, 9.0), (1.0, 1.0), (2.0, 0.5), (2.0, 5.0)]
        .iter()
        .enumerate()
    {
        let values = json!({"gain": gain, "loss": loss});
        client.send(json!({"tell": {"trial": trial, "values": values}}));
    }
    assert_eq!(numbers(&client.send(json!({"best": 9}))), [1, 3, 0]);
    assert_eq!(numbers(&client.send(json!({"best": 2}))), [1, 3]);
}

#[test]
fn the_budget_ends_it_and_a_failed_trial_is_tried_again_as_the_study_says() {
    let mut client = Client::start(&Folder::new(), &[]);
    let mut study = study();
    study["study"]["budget"] = json!({"trials": 12, "target": 0.5});
    study["study"]["retry"] = json!({"timed_out": 1});
    client.send(study);
    assert_eq!(client.ask(1)[0]["trial"], 0);
    let slow = json!({"tell": {"trial": 0, "failed": "slow", "kind": "timed_out"}});
    assert_eq!(client.send(slow.clone())["state"], "running");
    let again = client.ask(2);
    assert_eq!(
        (&again[0]["trial"], &again[0]["attempt"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(again[1]["trial"], 1);
    assert_eq!(client.send(slow)["state"], "failed");
    let wait = client.send(json!({"tell": {"trial": 1, "values": {"loss": 0.25}}}));
    assert_eq!(wait["state"], "completed");
    let done = client.send(json!({"ask": 1}));
    assert_eq!(
        (&done["asked"], &done["reason"]),
        (&json!("done"), &json!("target"))
    );
}

#[test]
fn the_options_of_the_command_line_go_before_the_study() {
    let mut client = Client::start(
        &Folder::new(),
        &["--trials", "3", "--strategy", "sobol", "--seed", "9"],
    );
    let mut commanded = study();
    commanded["study"]["command"] = json!(["no-such-program"]);
    let ready = client.send(commanded);
    assert_eq!(ready["ready"]["strategy"]["name"], "sobol", "{ready}");
    assert_eq!(
        (&ready["ready"]["seed"], &ready["ready"]["journal"]),
        (&json!(9), &Value::Null)
    );
    client.finish(loss);
    let status = client.send(json!({"status": true}));
    assert_eq!(status["status"]["counts"]["completed"], 3);
    let done = client.end();
    assert!(
        done.stderr.contains("`command`: not used"),
        "{}",
        done.stderr
    );
    let folder = Folder::with_study();
    folder.ends_with(2, &["ask-tell", "nowhere.yaml"]);
    folder.ends_with(2, &["ask-tell", "study.yaml", "--strategy", "gird"]);
    folder.ends_with(2, &["ask-tell", "--journal", "a.db", "--no-journal"]);
}

#[test]
fn lines_that_come_together_are_answered_in_order_and_kept_like_any_others() {
    let folder = Folder::new();
    let journal = ["--journal", "study.db"];
    let mut client = Client::start(&folder, &journal);
    client.send(study());
    let work = client.ask(10);
    let told = work.len();
    let tell = |trial: &Value| json!({"tell": {"trial": trial, "values": {"loss": 1.0}}});
    let lines: Vec<String> = work
        .iter()
        .map(|work| tell(&work["trial"]).to_string())
        // One that is wrong changes nothing of the others.
        .chain([r#"{"tell": {"trial": 77, "values": {"loss": 1.0}}}"#.to_owned()])
        .chain([r#"{"ask": 5}"#.to_owned(), r#"{"best": 3}"#.to_owned()])
        .collect();
    let answers = client.lines(&lines);
    for (work, answer) in work.iter().zip(&answers) {
        assert_eq!(answer["told"], work["trial"], "{answer}");
    }
    assert!(answers[told]["error"]["message"].is_string(), "{answers:?}");
    let asked = answers[told + 1]["asked"].as_array().map(Vec::len);
    assert!(asked >= Some(1), "{answers:?}");
    assert_eq!(answers[told + 2]["best"].as_array().map(Vec::len), Some(3));
    // What was answered is kept, whatever happens then.
    client.kill();
    let mut client = Client::start(&folder, &journal);
    let ready = client.send(study());
    assert_eq!(ready["ready"]["counts"]["completed"], told, "{ready}");
    assert_eq!(ready["ready"]["open"].as_array().map(Vec::len), asked);
    // The ranking of earlier sessions is read only when a client asks for it, and includes what came since.
    let work = client.ask(1);
    client.tell(&work[0]["trial"], 0.5);
    let best = client.send(json!({"best": 20}));
    assert_eq!(
        best["best"].as_array().map(Vec::len),
        Some(told + 1),
        "{best}"
    );
    assert_eq!(best["best"][0]["trial"], work[0]["trial"]);
}
