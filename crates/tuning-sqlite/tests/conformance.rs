//! The journal keeps the laws.

use tuning_sqlite::SqliteJournal;

#[test]
fn sqlite_keeps_the_laws_of_journals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    tuning_conformance::journal(|study| SqliteJournal::open(&path, study)).check();
}
