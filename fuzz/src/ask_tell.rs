//! Lines of `tune ask-tell`: each gets one answer, which is one line of JSON, and a trial ends once.
//!
//! The whole program is asked, through its standard input and output.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
};

use serde_json::Value;
use tuning_cli::Extensions;
use tuning_strategies::{RandomConfig, Registry};

/// The largest error.
const LONGEST: usize = 4096;
/// Ten problems, and a line that counts the others.
const MOST: usize = 11;

/// What an answer may be.
const ANSWERS: [&str; 8] = [
    "ready", "status", "asked", "verdict", "told", "best", "ended", "error",
];

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session::new().expect("files without a name"));
}

/// Checks one conversation.
pub fn check(bytes: &[u8]) {
    let said = SESSION
        .with_borrow_mut(|session| session.run(bytes))
        .expect("files can be read and written");
    let text = String::from_utf8(said).expect("answers are UTF-8");
    let answers: Vec<Value> = text
        .lines()
        .map(|line| {
            let control = line.chars().find(|c| c.is_control());
            assert_eq!(control, None, "{line:?}");
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        })
        .collect();
    let lines = bytes.split(|byte| *byte == b'\n').count()
        - usize::from(bytes.last().is_none_or(|byte| *byte == b'\n'));
    let is_over = answers
        .last()
        .is_some_and(|last| last.get("ended").is_some() || last["error"]["fatal"] == true);
    match is_over {
        true => assert!(answers.len() <= lines, "{lines} lines: {text}"),
        false => assert_eq!(answers.len(), lines, "{text}"),
    }
    let mut handed = HashMap::new();
    for answer in &answers {
        follow(answer, &mut handed);
    }
}

/// A trial that was handed out, and whether it has ended.
type Handed = HashMap<u64, bool>;

fn follow(answer: &Value, handed: &mut Handed) {
    let known = ANSWERS.iter().filter(|key| answer.get(key).is_some());
    assert_eq!(known.count(), 1, "{answer}");
    if let Some(work) = answer["asked"].as_array() {
        for trial in work {
            let number = trial["trial"].as_u64().expect("a trial has a number");
            let ended = handed.insert(number, false);
            assert_ne!(ended, Some(true), "handed out after its end: {answer}");
        }
    }
    if let Some(trial) = answer["told"].as_u64() {
        let ended = handed
            .get_mut(&trial)
            .unwrap_or_else(|| panic!("never handed out: {answer}"));
        assert!(!*ended, "it had ended: {answer}");
        *ended = answer["state"] != "paused";
    }
    if let Some(error) = answer.get("error") {
        let message = error["message"].as_str().expect("an error has a message");
        assert!(
            !message.is_empty() && answer.to_string().len() <= LONGEST,
            "{answer}"
        );
        let problems = error["problems"].as_array();
        assert!(
            problems.is_none_or(|problems| problems.len() <= MOST),
            "{answer}"
        );
    }
}

/// Standard input and output, as files.
struct Session {
    input: File,
    output: File,
    extensions: Extensions,
}

impl Session {
    fn new() -> io::Result<Self> {
        let session = Self {
            input: tempfile::tempfile()?,
            output: tempfile::tempfile()?,
            extensions: extensions(),
        };
        rustix::stdio::dup2_stdin(&session.input)?;
        rustix::stdio::dup2_stdout(&session.output)?;
        Ok(session)
    }

    fn run(&mut self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        // What an earlier session did not want to read may still be on its way.
        io::stdin().lock().read_to_end(&mut Vec::new())?;
        for file in [&mut self.input, &mut self.output] {
            file.rewind()?;
            file.set_len(0)?;
        }
        self.input.write_all(bytes)?;
        self.input.rewind()?;
        let _ = tuning_cli::main_from(
            self.extensions.clone(),
            ["tune", "ask-tell", "--no-journal"],
        );
        let mut said = Vec::new();
        self.output.rewind()?;
        self.output.read_to_end(&mut said)?;
        Ok(said)
    }
}

/// Nothing that writes files, starts programs or takes long.
fn extensions() -> Extensions {
    let all = Extensions::default();
    let mut extensions = Extensions::none();
    let mut strategies = Registry::standard();
    strategies.register::<RandomConfig>("tpe", "a model that is not fitted");
    *extensions.strategies_mut() = strategies;
    extensions = all
        .pruners()
        .cloned()
        .fold(extensions, Extensions::pruner_kind);
    all.journals()
        .cloned()
        .fold(extensions, Extensions::journal_kind)
}
