//! Looking at studies while they run: the reader, and the view that people see.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::{START, block_on, created, every_kind, started};
use rusqlite::types::Value;
use tuning_core::{
    Entry, EventKind, Journal, Objectives, Outcome, Parameter, Seq, Space, Spec, StudySpec,
};
use tuning_sqlite::{SqliteJournal, SqliteReader};

#[test]
fn a_reader_sees_every_acknowledged_entry_while_the_study_runs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    let mut head = block_on(journal.append(Seq::ZERO, &[created()])).unwrap();
    let acknowledged = AtomicU64::new(head.get());
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let reader = SqliteReader::open(&path).unwrap();
            let mut seen = Seq::ZERO;
            while seen < Seq::new(201) {
                let at_least = acknowledged.load(Ordering::SeqCst);
                let events = reader.events("digits", seen, usize::MAX).unwrap();
                for event in &events {
                    seen = seen.plus(1);
                    assert_eq!((event.seq, &*event.study), (seen, "digits"));
                }
                assert!(seen.get() >= at_least);
                assert!(reader.study(None).unwrap().head >= seen);
            }
        });
        for trial in 0..200 {
            head = block_on(journal.append(head, &[started(trial)])).unwrap();
            acknowledged.store(head.get(), Ordering::SeqCst);
        }
        reading.join().unwrap();
    });
}

#[test]
fn the_only_study_needs_no_name_and_of_several_one_must_be_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    assert!(
        SqliteReader::open(&path)
            .unwrap_err()
            .to_string()
            .contains("does not exist")
    );
    assert!(!path.exists(), "reading creates nothing");
    let add = |name: &str| {
        let mut journal = SqliteJournal::open(&path, name).unwrap();
        block_on(journal.append(Seq::ZERO, &[created()])).unwrap();
    };
    drop(SqliteJournal::open(&path, "digits").unwrap());
    let reader = SqliteReader::open(&path).unwrap();
    assert!(
        reader
            .study(None)
            .unwrap_err()
            .to_string()
            .contains("no study yet")
    );
    add("digits");
    let study = reader.study(None).unwrap();
    assert_eq!((study.name.as_str(), study.head), ("digits", Seq::new(1)));
    assert_eq!(study.spec, crate::common::spec());
    add("letters");
    let error = reader.study(None).unwrap_err().to_string();
    assert!(
        error.contains("2 studies: `digits`, `letters`; say which"),
        "{error}"
    );
    assert_eq!(reader.study(Some("letters")).unwrap().name, "letters");
    let error = reader.read("digit", Seq::ZERO, 1).unwrap_err().to_string();
    assert!(
        error.contains("no study `digit`, but `digits`, `letters`"),
        "{error}"
    );
}

#[test]
fn a_reader_writes_nothing_and_leaves_no_litter() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
    let during = SqliteReader::open(&path).unwrap();
    during.read("digits", Seq::ZERO, 10).unwrap();
    drop(journal);
    during.read("digits", Seq::ZERO, 10).unwrap();
    drop(during);
    let bytes = std::fs::read(&path).unwrap();
    let after = SqliteReader::open(&path).unwrap();
    after.read("digits", Seq::ZERO, 10).unwrap();
    drop(after);
    let files = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(files, 2, "the file and the notes on its entries");
    assert!(std::fs::read(&path).unwrap() == bytes);
}

#[cfg(unix)]
#[test]
fn files_with_odd_names_are_files() {
    let dir = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "ü %20#?.db"] {
        let path = dir.path().join(name);
        let mut journal = SqliteJournal::open(&path, "digits").unwrap();
        block_on(journal.append(Seq::ZERO, &[created()])).unwrap();
        assert_eq!(
            SqliteReader::open(&path).unwrap().studies().unwrap().len(),
            1
        );
        drop(journal);
        assert!(path.is_file());
    }
}

/// The rows of a query as text, one line each.
fn query(path: &std::path::Path, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut select = connection.prepare(sql).unwrap();
    let columns = select.column_count();
    let text = |value| match value {
        Value::Null => "-".to_owned(),
        Value::Integer(n) => n.to_string(),
        Value::Real(x) => format!("{x:?}"),
        Value::Text(text) => text,
        Value::Blob(_) => unreachable!("there are none"),
    };
    let rows = select.query_map([], |row| {
        let cells = (0..columns).map(|column| row.get(column).map(text));
        Ok(cells.collect::<Result<Vec<_>, _>>()?.join(" | "))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn people_see_a_table_of_trials() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
    let columns = query(
        &path,
        "SELECT group_concat(name, ', ') FROM pragma_table_info('trials')",
    );
    let expect = "study, trial, state, loss, accuracy, lr, layers, opt.name, momentum, it's \"quoted\", \
                  seconds, retries, started, tag, failure";
    assert_eq!(columns, [expect]);
    let rows = query(
        &path,
        r#"SELECT trial, state, loss, accuracy, lr, "opt.name", momentum, "it's ""quoted""", seconds, retries,
           tag, failure FROM trials"#,
    );
    assert_eq!(
        rows[0],
        "0 | completed | 2.2250738585072014e-308 | 1e300 | 0.1 | sgd | 0.9 | 1 | 2.0 | 0 | asha:bracket 0/random:0 | -"
    );
    assert_eq!(
        rows[1],
        "1 | stopped | - | - | 1e-5 | adam | - | 1 | 0.0 | 1 | - | -"
    );
    assert_eq!(
        rows[2],
        "2 | failed | - | - | 0.05 | adam | - | 1 | 0.0 | 0 | - | error: it broke: ünïcode 🦀"
    );
    assert_eq!(
        rows[5],
        "5 | failed | - | - | 0.05 | adam | - | 1 | 0.0 | 0 | - | timed out"
    );
    assert_eq!(
        rows[9],
        "9 | running | - | - | 0.02 | sgd | 0.9 | 1 | - | 0 | - | -"
    );
    assert_eq!(
        rows[10],
        "10 | paused | 0.5 | 0.75 | 0.03 | sgd | 0.9 | 1 | 0.0 | 0 | - | -"
    );
    let started = query(&path, "SELECT study, started FROM trials LIMIT 1");
    assert_eq!(started, ["digits | 2023-11-14 22:13:23"]);
}

#[test]
fn the_table_has_the_columns_of_all_studies() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("study.db");
    let mut journal = SqliteJournal::open(&path, "digits").unwrap();
    block_on(journal.append(Seq::ZERO, &every_kind())).unwrap();
    let space = Space::new([Parameter::int("loss", 1, 9), Parameter::int("state", 1, 9)]).unwrap();
    let params = space.params([("loss", 4), ("state", 5)]).unwrap();
    let objectives = Objectives::maximize("accuracy").unwrap();
    let spec = StudySpec::new(space, objectives, Spec::new("random"));
    let trial = tuning_core::TrialId::new(0);
    let values = tuning_core::Values::one(0.5).unwrap();
    let kinds = [
        EventKind::Created(Box::new(spec)),
        tuning_core::Started::new(trial, params).into(),
        tuning_core::Ended::new(trial, Outcome::Completed(values)).into(),
    ];
    let mut other = SqliteJournal::open(&path, "it's").unwrap();
    block_on(other.append(Seq::ZERO, &kinds.map(|kind| Entry::new(START, kind)))).unwrap();
    let sql = r#"SELECT study, trial, loss, accuracy, lr, "param.loss", "param.state" FROM trials"#;
    assert_eq!(
        query(&path, &format!("{sql} WHERE study = 'it''s'")),
        ["it's | 0 | - | 0.5 | - | 4 | 5"]
    );
    let paused = query(
        &path,
        &format!("{sql} WHERE study = 'digits' AND state = 'paused'"),
    );
    assert_eq!(paused, ["digits | 10 | 0.5 | 0.75 | 0.03 | - | -"]);
}
