//! Measures the journal on this machine: `cargo run --release -p tuning-sqlite --example measure [FOLDER]`.
#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::{error::Error, path::PathBuf, time::Instant};

use tuning_core::{
    Ended, Entry, EventKind, Journal, Objectives, Outcome, Parameter, Seed, Seq, Space, Spec,
    Started, StudySpec, TrialId, Values,
};
use tuning_sqlite::{SqliteJournal, SqliteReader};

const TRIALS: u64 = 100_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(PathBuf::from(folder))?,
        None => tempfile::tempdir()?,
    };
    let path = dir.path().join("study.db");
    let space = Space::new((0..10).map(|n| match n % 3 {
        0 => Parameter::float(format!("float_{n}"), 1e-5, 1e-1).log(),
        1 => Parameter::int(format!("int_{n}"), 1, 512),
        _ => Parameter::categorical(format!("choice_{n}"), ["adam", "sgd", "rmsprop"]),
    }))?;
    let spec = StudySpec::new(
        space.clone(),
        Objectives::minimize("loss")?,
        Spec::new("random"),
    );
    let mut entries = vec![Entry::new(0, EventKind::Created(Box::new(spec)))];
    for trial in (0..TRIALS).map(TrialId::new) {
        let seed = Seed::new(1).derive(trial.get());
        let point: Vec<_> = (0..10).map(|n| seed.derive(n).unit()).collect();
        let at = 1_700_000_000_000 + trial.get();
        entries.push(Entry::new(
            at,
            Started::new(trial, space.decode(&point)?).into(),
        ));
        let loss = Values::one(seed.unit())?;
        entries.push(Entry::new(
            at,
            Ended::new(trial, Outcome::Completed(loss)).into(),
        ));
    }

    let mut journal = SqliteJournal::open(&path, "single")?;
    let mut head = Seq::ZERO;
    let time = Instant::now();
    for entry in &entries[..2000] {
        head = journal.append(head, std::slice::from_ref(entry)).await?;
    }
    let seconds = time.elapsed().as_secs_f64();
    println!(
        "one entry per append:    {:>10.0} appends/s",
        2000.0 / seconds
    );

    let mut journal = SqliteJournal::open(&path, "batches")?;
    let mut head = Seq::ZERO;
    let time = Instant::now();
    for batch in entries.chunks(1000) {
        head = journal.append(head, batch).await?;
    }
    let seconds = time.elapsed().as_secs_f64();
    println!(
        "1000 entries per append: {:>10.0} entries/s",
        entries.len() as f64 / seconds
    );

    let time = Instant::now();
    let read = journal.read(Seq::ZERO, usize::MAX).await?;
    println!(
        "read {} entries:     {:>10.2} s",
        read.len(),
        time.elapsed().as_secs_f64()
    );
    assert!(read == entries);
    let reader = SqliteReader::open(&path)?;
    let time = Instant::now();
    let events = reader.events("batches", Seq::ZERO, usize::MAX)?;
    println!(
        "reader, {} events:   {:>10.2} s",
        events.len(),
        time.elapsed().as_secs_f64()
    );

    let sql = rusqlite::Connection::open(&path)?;
    for what in [
        "SELECT count(*) FROM trials",
        "SELECT state, count(*), min(loss), avg(float_0) FROM trials WHERE study = 'batches' GROUP BY state",
        "SELECT * FROM trials WHERE study = 'batches' ORDER BY loss LIMIT 5",
        "SELECT * FROM trials WHERE study = 'batches' AND trial = 77777",
    ] {
        let time = Instant::now();
        let rows = sql.prepare(what)?.query_map([], |_| Ok(()))?.count();
        println!(
            "{:>6.3} s, {rows} row(s): {what}",
            time.elapsed().as_secs_f64()
        );
    }
    println!("{:.1} MB", std::fs::metadata(&path)?.len() as f64 / 1e6);
    Ok(())
}
