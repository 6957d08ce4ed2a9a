//! What outlives the process begins only once its trial is durable.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use crate::support::{Random, space};
use async_trait::async_trait;
use tokio::sync::Notify;
use tuning_core::{
    Entry, Evaluator, EventKind, Fact, Journal, JournalError, Outcome, RunningTrial, Seq, Values,
};
use tuning_runtime::{MemoryJournal, Study, StudyError};

/// A journal whose appends wait for permission, or fail.
struct Gated {
    inner: MemoryJournal,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    /// An append of trials that were started has come.
    came: Notify,
    /// It may be done.
    open: Notify,
    fails: AtomicBool,
    /// The trials whose start is durable.
    durable: Mutex<Vec<u64>>,
}

#[async_trait]
impl Journal for Gated {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let started = |entry: &Entry| match &entry.kind {
            EventKind::Fact(Fact::Started(started)) => Some(started.trial.get()),
            _ => None,
        };
        let started: Vec<u64> = entries.iter().filter_map(started).collect();
        if !started.is_empty() {
            self.gate.came.notify_one();
            self.gate.open.notified().await;
            if self.gate.fails.load(Ordering::SeqCst) {
                return Err(JournalError::Unsupported("write any more"));
            }
        }
        let head = self.inner.append(after, entries).await?;
        self.gate.durable.lock().unwrap().extend(started);
        Ok(head)
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.read(after, limit).await
    }
}

/// Starts a program, as it were.
struct Starts {
    gate: Arc<Gate>,
    waits: Arc<Notify>,
    begun: Arc<AtomicU64>,
}

#[async_trait]
impl Evaluator for Starts {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        self.waits.notify_one();
        if !trial.committed().await {
            return Outcome::Stopped;
        }
        assert!(
            self.gate
                .durable
                .lock()
                .unwrap()
                .contains(&trial.id().get())
        );
        self.begun.fetch_add(1, Ordering::SeqCst);
        Outcome::Completed(Values::one(1.0).unwrap())
    }
}

async fn run(fails: bool) -> (Result<u64, StudyError>, u64) {
    let (gate, waits) = (Arc::new(Gate::default()), Arc::new(Notify::new()));
    let begun = Arc::new(AtomicU64::new(0));
    let journal = Gated {
        inner: MemoryJournal::new(),
        gate: Arc::clone(&gate),
    };
    let mut study = Study::builder("gated", space())
        .minimize("loss")
        .strategy(Random)
        .trials(5)
        .workers(1)
        .journal(journal)
        .open()
        .await
        .unwrap();
    let starts = Starts {
        gate: Arc::clone(&gate),
        waits: Arc::clone(&waits),
        begun: Arc::clone(&begun),
    };
    let guard = async {
        for n in 0.. {
            // The start of a trial is on its way to the disk, and its evaluator has been called.
            tokio::join!(gate.came.notified(), waits.notified());
            tokio::task::yield_now().await;
            assert_eq!(begun.load(Ordering::SeqCst), n, "it did not wait");
            gate.fails.store(fails, Ordering::SeqCst);
            gate.open.notify_one();
        }
    };
    let summary = tokio::select! {
        summary = study.run(starts) => summary,
        () = guard => unreachable!("it has no end"),
    };
    (
        summary.map(|summary| summary.counts.completed),
        begun.load(Ordering::SeqCst),
    )
}

#[tokio::test]
async fn a_program_never_runs_for_a_trial_whose_start_is_not_committed() {
    let (completed, begun) = run(false).await;
    assert_eq!((completed.unwrap(), begun), (5, 5));
}

#[tokio::test]
async fn a_journal_that_fails_lets_nothing_begin() {
    let (ended, begun) = run(true).await;
    assert!(matches!(ended, Err(StudyError::Journal(_))), "{ended:?}");
    assert_eq!(begun, 0);
}
