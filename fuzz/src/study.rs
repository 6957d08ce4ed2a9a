//! Study files: what is accepted means the same when it is written back, and what is refused is told in few words.

use std::{path::Path, sync::LazyLock};

use tuning_file::{
    Extensions, FileError, Format, StudyFile, StudyReader,
    document::{Problem, json_text},
    import,
};
use tuning_strategies::RandomConfig;

/// The largest text of an error.
const LONGEST: usize = 4096;
/// Ten problems, and a line that counts the others.
const MOST: usize = 11;

/// All that study files can name, but for the strategy that starts a program: an input must not run anything.
static EXTENSIONS: LazyLock<Extensions> = LazyLock::new(|| {
    let mut extensions = Extensions::default();
    let strategies = extensions.strategies_mut();
    strategies.register::<RandomConfig>(tuning_process::NAME, "a program that is not started");
    extensions
});

/// Checks one text.
pub fn check(format: Format, text: &str) {
    let read = read(format, text);
    match &read {
        Ok(study) => accepted(study),
        Err(error) => told(&error.to_string()),
    }
    if let Ok(root) = format.parse(text) {
        let includes = root.get("include").is_some();
        let node = StudyReader::new(&EXTENSIONS).node(root, Path::new("study"));
        if let Err(problems) = &node {
            few(problems);
        }
        if !includes {
            assert_eq!(
                node.is_ok(),
                read.is_ok(),
                "as a line: {node:?}\nas a file: {read:?}"
            );
        }
    }
    if let Ok(Some(imported)) = import(Path::new("study"), format, text) {
        if let Err(problem) = Format::Yaml.parse(&imported.study) {
            panic!("imported, but not as YAML: {problem:?}\n{}", imported.study);
        }
        let study = StudyReader::new(&EXTENSIONS).text(Format::Yaml, &imported.study);
        if let (Err(error), true) = (study, imported.lost.is_empty()) {
            panic!(
                "imported as a whole, and refused: {error}\n{}",
                imported.study
            );
        }
    }
}

fn read(format: Format, text: &str) -> Result<StudyFile, FileError> {
    StudyReader::new(&EXTENSIONS).text(format, text)
}

fn accepted(study: &StudyFile) {
    let json = json_text(&study.written.json);
    // YAML takes no more than 1024 characters for a key that is not marked as one.
    let is_yaml = longest_key(&study.written.json) <= 1000;
    let formats = [Some(Format::Json), is_yaml.then_some(Format::Yaml)];
    for format in formats.into_iter().flatten() {
        match read(format, &json) {
            Ok(again) => {
                assert_eq!(meaning(&again), meaning(study), "{format:?} {json}");
                assert_eq!(again.written.json, study.written.json, "{format:?}");
            }
            Err(error) => panic!("accepted, but not as {format:?}: {error}\n{json}"),
        }
    }
}

fn longest_key(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    match value {
        Value::Array(items) => items.iter().map(longest_key).max(),
        Value::Object(entries) => {
            let written = |key: &String| json_text(&key.as_str().into()).len();
            let longest = |(key, value): (&String, &Value)| longest_key(value).max(written(key));
            entries.iter().map(longest).max()
        }
        _ => None,
    }
    .unwrap_or_default()
}

/// All that a study file says, without the places where it says it.
fn meaning(study: &StudyFile) -> String {
    let mut study = study.clone();
    study.written.settings.clear();
    format!("{study:?}")
}

fn told(error: &str) {
    assert!(!error.is_empty(), "refused without a word");
    assert!(error.len() <= LONGEST, "{} bytes: {error}", error.len());
    let control = error.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None, "{error:?}");
    let problems = error.lines().filter(|line| !line.starts_with(' '));
    assert!(problems.count() <= MOST, "{error}");
}

fn few(problems: &[Problem]) {
    let bytes: usize = problems.iter().map(|problem| problem.message.len()).sum();
    assert!(
        (1..=MOST).contains(&problems.len()) && bytes <= LONGEST,
        "{problems:?}"
    );
    for problem in problems {
        let control = problem.message.chars().find(|c| c.is_control());
        assert_eq!(control, None, "{:?}", problem.message);
    }
}
