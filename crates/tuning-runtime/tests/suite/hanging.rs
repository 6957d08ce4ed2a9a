//! Observers whose flush never returns: the end of a session does not wait for them, and nothing is lost.

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tuning_core::{Event, Observer, ObserverError, Seed};
use tuning_runtime::{Delivery, Executor as _, MemoryJournal, Study, blocking, sim::SimExecutor};

use crate::support::{Random, space};

/// Keeps what it has flushed; a flush may hang.
struct Sink {
    hangs: bool,
    buffered: Vec<u64>,
    kept: Arc<Mutex<Vec<u64>>>,
}

#[async_trait]
impl Observer for Sink {
    fn name(&self) -> &str {
        "sink"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.buffered.push(event.seq.get());
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        if self.hangs {
            pending::<()>().await;
        }
        self.kept.lock().unwrap().append(&mut self.buffered);
        Ok(())
    }
}

#[test]
fn a_flush_that_hangs_does_not_hold_the_end_and_the_next_session_loses_nothing() {
    const LINGER: Duration = Duration::from_secs(7);
    for seed in 0..20 {
        let (sim, journal) = (SimExecutor::new(Seed::new(seed)), MemoryJournal::new());
        let kept = Arc::<Mutex<Vec<u64>>>::default();
        let session = |hangs, trials| {
            let sink = Sink {
                hangs,
                buffered: Vec::new(),
                kept: Arc::clone(&kept),
            };
            let study = Study::builder("test", space())
                .minimize("loss")
                .strategy(Random)
                .trials(trials)
                .linger(LINGER)
                .executor(Arc::new(sim.clone()))
                .journal(journal.clone())
                .observe(sink, Delivery::durable());
            let began = sim.now();
            let run = async { study.open().await?.run(blocking(|_| 0.5)).await };
            let summary = sim.run(run).expect("it ends").unwrap();
            (summary, sim.now() - began)
        };
        let (summary, took) = session(true, 5);
        assert_eq!(summary.counts.completed, 5);
        assert!(took <= 2 * LINGER, "seed {seed}: {took:?}");
        let said = summary.to_string();
        assert!(said.contains("left for the next session"), "{said}");
        assert!(kept.lock().unwrap().is_empty());

        let (summary, _) = session(false, 6);
        assert_eq!(summary.counts.completed, 6);
        let all: Vec<u64> = (1..=journal.entries().len() as u64).collect();
        assert_eq!(*kept.lock().unwrap(), all, "seed {seed}");
    }
}
