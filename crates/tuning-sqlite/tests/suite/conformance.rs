//! The journal and its reader keep the laws.

use tuning_sqlite::{SqliteJournal, SqliteStudyReader};

#[test]
fn sqlite_keeps_the_laws_of_journals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.db");
    tuning_conformance::journal(|study| SqliteJournal::open(&path, study))
        .reader(|study| SqliteStudyReader::open(&path, Some(study)))
        .check();
}
