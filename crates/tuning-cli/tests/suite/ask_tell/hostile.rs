//! Input that nests without end, repeats without end, or counts beyond measure: one answer, and the session continues.

use serde_json::{Value, json};
use tuning_file::{Extensions, Format, StudyReader, limits};

use crate::{
    ask_tell::client::{self, Client},
    support::Folder,
};

/// What is said of a study in this format.
fn refusal(format: Format, text: &str) -> String {
    let extensions = Extensions::default();
    let read = StudyReader::new(&extensions).functions().text(format, text);
    read.err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn deep_nesting_is_refused_with_its_place_in_every_format() {
    const DEEP: usize = 20_000;
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    let maps = (0..DEEP)
        .map(|k| format!("{}a:\n", " ".repeat(k % 300)))
        .collect::<String>();
    for (format, text) in [
        (Format::Json, format!("{{\"a\": {open}{close}}}")),
        (
            Format::Json,
            format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP)),
        ),
        (Format::Toml, format!("a = {open}{close}")),
        (
            Format::Toml,
            format!("a = {}1{}", "{a=".repeat(DEEP), "}".repeat(DEEP)),
        ),
        (Format::Toml, format!("[{}]", vec!["a"; DEEP].join("."))),
        (Format::Yaml, format!("a: {open}{close}")),
        (
            Format::Yaml,
            format!("a: {}1{}", "{a: ".repeat(DEEP), "}".repeat(DEEP)),
        ),
        (Format::Yaml, format!("{}1", "- ".repeat(DEEP))),
        (Format::Yaml, maps),
    ] {
        let message = refusal(format, &text);
        let shown: String = text.chars().take(30).collect();
        assert!(
            message.starts_with("study:1:") || message.starts_with("study:8"),
            "{shown}: {message}"
        );
        assert!(
            message.contains("nested more than 80 deep"),
            "{shown}: {message}"
        );
    }
}

#[test]
fn a_line_that_nests_without_end_is_refused_and_the_session_continues() {
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    for line in [
        format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!(
            "{{\"tell\": {}1{}}}",
            "{\"a\":".repeat(20_000),
            "}".repeat(20_000)
        ),
    ] {
        let answer = client.line(&line);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("nested more than 80 deep"), "{answer}");
        assert!(answer["error"]["column"].as_u64().is_some(), "{answer}");
    }
    client.send(client::study());
    assert_eq!(client.ask(1).len(), 1);
}

/// Takes minutes where anything is done for each pair of them.
#[test]
fn reading_takes_time_in_proportion_to_what_is_read() {
    const MANY: usize = 100_000;
    let list = |of: &dyn Fn(usize) -> String| (0..MANY).map(of).collect::<Vec<_>>().join(", ");
    let objective = "objective: {name: loss, direction: minimize}\n";
    // Choices, and words that differ late.
    let choices = list(&|k| format!("choice-number-{k}"));
    let text = format!("{objective}parameters: {{x: {{values: [{choices}]}}}}\n");
    assert_eq!(refusal(Format::Yaml, &text), "");
    let integers = list(&|k| (9_007_199_254_740_993 + k).to_string());
    let text = format!("{objective}parameters: {{x: {{values: [{integers}]}}}}\n");
    assert_eq!(refusal(Format::Yaml, &text), "");
    // Choices that are looked up: by a condition on all of them but one, and by points of them.
    let all_but_one = choices.split_once(", ").unwrap().1;
    let conditional = format!(
        "{objective}parameters: {{x: {{values: [{choices}]}}, y: {{min: 0, max: 1, when: {{x: [{all_but_one}]}}}}}}\n"
    );
    assert_eq!(refusal(Format::Yaml, &conditional), "");
    let points = (0..20_000)
        .map(|k| format!("- {{x: choice-number-{}}}\n", MANY - 1 - k))
        .collect::<String>();
    let enqueued =
        format!("{objective}parameters: {{x: {{values: [{choices}]}}}}\nenqueue:\n{points}");
    assert_eq!(refusal(Format::Yaml, &enqueued), "");
    let maps = format!("{{{}}}", list(&|k| format!("\"k{k}\": {k}")));
    let text = format!("{objective}parameters: {{x: {{values: [a, {maps}]}}}}\n");
    assert!(refusal(Format::Yaml, &text).contains("holds more than 10000 values"));
    // Keys, known to none.
    for (format, text) in [
        (
            Format::Yaml,
            list(&|k| format!("key_{k}: {k}\n")).replace(", ", ""),
        ),
        (
            Format::Toml,
            list(&|k| format!("key_{k} = {k}\n")).replace(", ", ""),
        ),
        (
            Format::Json,
            format!("{{{}}}", list(&|k| format!("\"key_{k}\": {k}"))),
        ),
    ] {
        let message = refusal(format, &text);
        assert!(
            message.contains("more problems") && message.len() < 4096,
            "{message}"
        );
    }
    // Parameters.
    let parameters = (0..9_000)
        .map(|k| format!("  p{k}: {{min: 0, max: 9}}\n"))
        .collect::<String>();
    let text = format!("{objective}parameters:\n{parameters}");
    assert_eq!(refusal(Format::Yaml, &text), "");
    let twice = format!("{text}  late: {{min: 0, max: 1, when: {{nowhere: 1}}}}\n");
    assert!(refusal(Format::Yaml, &twice).contains("`nowhere`, which does not exist"));
    let metrics = list(&|k| format!("\"m{k}\": {k}.5"));
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    client.send(client::study());
    client.ask(1);
    let told = client.line(&format!(
        "{{\"report\": {{\"trial\": 0, \"at\": 1, \"values\": {{\"loss\": 1, \"b\": 2}}, \"metrics\": {{{metrics}}}}}}}"
    ));
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("not an objective"),
        "{told}"
    );
}

#[test]
fn the_first_ten_problems_are_told_and_the_others_counted() {
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    let keys: Vec<String> = (0..20_000).map(|k| format!("\"key_{k}\": 1")).collect();
    let answer = client.line(&format!("{{\"study\": {{{}}}}}", keys.join(", ")));
    let error = &answer["error"];
    let problems = error["problems"].as_array().unwrap();
    assert!(
        problems.len() <= 11 && answer.to_string().len() <= 4096,
        "{answer}"
    );
    let last = problems.last().unwrap()["message"].as_str().unwrap();
    assert!(
        last.starts_with("and ") && last.ends_with(" more problems"),
        "{last}"
    );
}

#[test]
fn counts_that_a_client_sends_have_an_end() {
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    client.send(client::study());
    client.ask(1);
    for (request, most) in [
        (json!({"ask": 1_000_000_000}), limits::ASK),
        (json!({"ask": i64::MAX}), limits::ASK),
        (json!({"ask": u64::MAX}), limits::ASK),
        (json!({"best": 1_000_000_000}), limits::BEST),
        (
            json!({"report": {"trial": 0, "at": i64::MAX, "values": {"loss": 1}}}),
            limits::RESOURCE,
        ),
    ] {
        let answer = client.send(request.clone());
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        let expected = format!("which is too many: at most {most}");
        assert!(message.contains(&expected), "{request}: {answer}");
    }
    let answer: Value = client.send(json!({"status": true}));
    assert_eq!(answer["status"]["counts"]["running"], 1, "{answer}");
}
