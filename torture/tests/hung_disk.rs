//! A disk that hangs: a write to it never returns. The study does not notice, and its end says what was not written.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};

use tokio::sync::watch;
use tuning_core::{Budget, Parameter, Seq, Space};
use tuning_observers::JsonLines;
use tuning_runtime::{
    Delivery, MemoryJournal, Study, StudyBuilder, StudySettings, Summary, asynchronous,
};
use tuning_strategies::RandomConfig;

/// How many trials there are: more than any buffer between the study and its file holds.
const TRIALS: u64 = 1_000;

/// After this trial the others wait until the disk hangs.
const GOOD: u64 = 100;

/// A file on a disk that hangs at the first write.
struct Hung {
    hangs: watch::Sender<bool>,
    /// Never sends anything.
    returns: mpsc::Receiver<()>,
}

impl Write for Hung {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        self.hangs.send_replace(true);
        match self.returns.recv() {
            Ok(()) => unreachable!("no one sends"),
            Err(_) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file in memory.
#[derive(Clone, Default)]
struct Good(Arc<Mutex<Vec<u8>>>);

impl Write for Good {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn study(journal: &MemoryJournal, lines: JsonLines) -> StudyBuilder {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let mut settings = StudySettings::new("hung", space);
    settings.budget = Budget::trials(TRIALS);
    settings.linger = Duration::from_millis(100);
    StudyBuilder::new(settings)
        .minimize("loss")
        .strategy(RandomConfig::default())
        .journal(journal.clone())
        .observe(lines, Delivery::durable())
}

/// Runs it; the later trials wait until the disk hangs.
async fn run(mut study: Study, hangs: watch::Receiver<bool>) -> Summary {
    let objective = asynchronous(move |trial| {
        let mut hangs = hangs.clone();
        async move {
            if trial.id().get() > GOOD {
                hangs.wait_for(|hangs| *hangs).await.unwrap();
            }
            trial.params().float("x")
        }
    });
    study.run(objective).await.unwrap()
}

/// That all was done, and what the end says of the file.
fn left(summary: &Summary) -> u64 {
    assert_eq!(summary.counts.completed, TRIALS);
    let [report] = &summary.observers[..] else {
        panic!("there is one observer");
    };
    let said = summary.to_string();
    let expect = format!(
        "observer json lines: {} events delivered, {} left for the next session; cut off: it had not finished 100ms after \
         the end",
        report.delivered, report.behind
    );
    assert!(said.contains(&expect), "{said}\n\nshould say\n{expect}");
    assert_eq!(report.delivered + report.behind, summary.entries.get());
    report.behind
}

/// The numbers of the events that the next session writes.
async fn written_next(journal: &MemoryJournal) -> Vec<u64> {
    let good = Good::default();
    let mut study = study(journal, JsonLines::to(good.clone()))
        .open()
        .await
        .unwrap();
    study.catch_up().await.unwrap();
    let written = good
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let lines = String::from_utf8(written).unwrap();
    let number = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["seq"].as_u64().unwrap()
    };
    lines.lines().map(number).collect()
}

#[tokio::test]
async fn d_a_disk_that_hangs_slows_nothing_and_the_end_says_what_was_not_written() {
    let journal = MemoryJournal::new();
    let (hangs, is_hung) = watch::channel(false);
    let (_never, returns) = mpsc::channel();
    let lines = JsonLines::to(Hung { hangs, returns });
    let summary = run(study(&journal, lines).open().await.unwrap(), is_hung).await;
    assert_eq!(left(&summary), summary.entries.get(), "nothing was written");
    let all: Vec<u64> = (1..=summary.entries.get()).collect();
    assert_eq!(written_next(&journal).await, all);
}

#[cfg(unix)]
#[tokio::test]
async fn d_a_pipe_that_no_one_reads_slows_nothing_and_the_end_says_what_was_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let journal = MemoryJournal::new();
    let lines = JsonLines::append(&path).unwrap();
    let (_hangs, at_once) = watch::channel(true);
    let summary = run(study(&journal, lines).open().await.unwrap(), at_once).await;
    let left = left(&summary);
    assert!(left > 0, "the pipe holds all of it");
    let first = Seq::new(summary.entries.get() - left).plus(1).get();
    let rest: Vec<u64> = (first..=summary.entries.get()).collect();
    assert_eq!(written_next(&journal).await, rest);
}
