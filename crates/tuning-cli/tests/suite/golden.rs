//! Journals of other versions, through the program: an old one loads, a newer one is refused and left as it is.

#![cfg(unix)]

use std::path::Path;

use crate::support::Folder;
use tuning_core::{
    Entry, EventKind, Journal as _, Objectives, Parameter, Seq, Space, Spec, StudySpec,
};
use tuning_sqlite::SqliteJournal;

const COMMANDS: [&[&str]; 6] = [
    &["run", "study.yaml"],
    &["status", "study.yaml"],
    &["best", "study.yaml"],
    &["trials", "study.yaml"],
    &["events", "study.yaml"],
    &["export", "study.yaml"],
];

#[track_caller]
fn is_refused(folder: &Folder, words: &str) {
    let before = std::fs::read(folder.path("study.db")).unwrap();
    for args in COMMANDS {
        let done = folder.tune(args);
        assert!(
            done.code.is_some_and(|code| code != 0),
            "{args:?}: {done:#?}"
        );
        let told = done.stderr.contains(words) && done.stderr.contains("newer version");
        assert!(told, "{args:?}: {done:#?}");
    }
    assert_eq!(std::fs::read(folder.path("study.db")).unwrap(), before);
}

#[test]
fn d_a_file_of_a_newer_version_is_refused_by_every_command() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml"]);
    let mut bytes = std::fs::read(folder.path("study.db")).unwrap();
    // Where SQLite keeps `user_version`, big-endian.
    assert_eq!(bytes[60..64], [0, 0, 0, 2]);
    bytes[63] = 3;
    std::fs::write(folder.path("study.db"), bytes).unwrap();
    is_refused(&folder, "version 3");
}

#[test]
fn d_a_study_of_a_newer_format_is_refused_by_every_command() {
    let folder = Folder::with_study();
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::categorical("kind", ["a", "b", "c"]),
    ]);
    let loss = Objectives::minimize("loss").unwrap();
    let mut spec = StudySpec::new(space.unwrap(), loss, Spec::new("random"));
    spec.format = 3;
    let mut journal = SqliteJournal::open(folder.path("study.db"), "study").unwrap();
    let created = Entry::new(1, EventKind::Created(Box::new(spec)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime
        .block_on(journal.append(Seq::ZERO, &[created]))
        .unwrap();
    drop(journal);
    is_refused(&folder, "format");
}

#[test]
fn d_a_file_of_version_2_loads_in_every_command_that_reads() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tuning-sqlite/tests/golden/v2.db");
    let folder = Folder::new();
    std::fs::copy(golden, folder.path("old.db")).unwrap();
    for command in ["status", "trials", "events", "export"] {
        let done = folder.ends_with(0, &[command, "old.db"]);
        assert!(!done.stdout.is_empty(), "{command}: {done:#?}");
    }
    let events = folder.ends_with(0, &["events", "old.db", "--json"]).stdout;
    let dump =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tuning-sqlite/tests/golden/v2.events.txt");
    let rows = std::fs::read_to_string(dump).unwrap().lines().count();
    assert_eq!(events.lines().count(), rows);
}
