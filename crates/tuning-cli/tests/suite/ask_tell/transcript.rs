//! The transcript in `docs/ask-tell.md` is what happens.

use serde_json::Value;

use crate::{ask_tell::client::Client, support::Folder};

const CHAPTER: &str = include_str!("../../../docs/ask-tell.md");

#[test]
fn the_session_in_the_documentation_is_what_happens() {
    let (_, transcript) = CHAPTER.split_once("```transcript\n").unwrap();
    let (transcript, _) = transcript.split_once("```").unwrap();
    let mut client = Client::start(&Folder::new(), &[]);
    let mut played = String::new();
    let mut same = true;
    let mut expected = transcript
        .lines()
        .filter_map(|line| line.strip_prefix("< "));
    for request in transcript
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
    {
        let answer = client.line(request);
        played.push_str(&format!("> {request}\n< {answer}\n"));
        let expected: Value = serde_json::from_str(expected.next().unwrap()).unwrap();
        same &= timeless(answer) == timeless(expected);
    }
    assert!(same, "this is what happened:\n{played}");
    let done = client.end();
    assert_eq!((done.code, &*done.stdout), (Some(0), ""));
}

/// Without what differs from run to run.
fn timeless(mut answer: Value) -> Value {
    if let Some(ended) = answer["ended"].as_object_mut() {
        ended.retain(|key, _| !key.ends_with("_millis"));
    }
    answer
}
