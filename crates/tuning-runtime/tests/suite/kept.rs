//! Durable observers that say how much of a study they keep: what they have lost is told again.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tuning_core::{Event, Kept, Observer, ObserverError, Progress, Seed, Seq};
use tuning_runtime::{Delivery, MemoryJournal, sim::SimExecutor};

use crate::delivery::{all, run, study};

/// A store that may lose what it has, and says how much of it is there.
#[derive(Clone, Default)]
struct Store {
    events: Arc<Mutex<Vec<(u64, u64)>>>,
    /// At which event it fails once and loses all but this many of its first events.
    loses: Arc<Mutex<Option<(u64, usize)>>>,
}

impl Store {
    fn numbers(&self) -> Vec<u64> {
        let events = self.events.lock().unwrap();
        events.iter().map(|(seq, _)| *seq).collect()
    }
}

#[async_trait]
impl Observer for Store {
    fn name(&self) -> &str {
        "store"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        // It is told how the study stood behind what it keeps, not how it stands now.
        let keeps_none = self.events.lock().unwrap().is_empty();
        assert!(!keeps_none || so_far.counts().started == 0);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let mut loses = self.loses.lock().unwrap();
        if let Some((_, left)) = loses.take_if(|(at, _)| *at == event.seq.get()) {
            self.events.lock().unwrap().truncate(left);
            return Err(ObserverError::new("the store was emptied"));
        }
        let event = (event.seq.get(), event.at_millis);
        self.events.lock().unwrap().push(event);
        Ok(())
    }

    async fn kept(&mut self, study: &str) -> Result<Kept, ObserverError> {
        assert_eq!(study, "delivery");
        let last = self.events.lock().unwrap().last().copied();
        Ok(last.map_or(Kept::Nothing, |(seq, at_millis)| Kept::Until {
            seq: Seq::new(seq),
            at_millis,
        }))
    }
}

#[test]
fn what_a_durable_observer_has_lost_is_told_again() {
    for left in [0, 1, 7] {
        let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
        let store = Store::default();
        *store.loses.lock().unwrap() = Some((20, left));
        // In the middle of a session.
        let observed = |trials| {
            let study = study(&sim, journal.clone(), trials);
            study.observe(store.clone(), Delivery::durable())
        };
        let summary = sim.run(run(&sim, observed(20))).unwrap().unwrap();
        assert_eq!(store.numbers(), all(&journal), "{left} left");
        let report = &summary.observers[0];
        assert!(report.is_clean() && report.failed == 1, "{report:?}");
        // Between two sessions.
        store.events.lock().unwrap().truncate(left);
        let summary = sim.run(run(&sim, observed(25))).unwrap().unwrap();
        assert_eq!(store.numbers(), all(&journal), "{left} left");
        assert!(summary.observers[0].is_clean());
    }
}

#[test]
fn an_observer_that_keeps_another_study_is_cut_off_and_told() {
    let (sim, journal) = (SimExecutor::new(Seed::new(1)), MemoryJournal::new());
    let store = Store::default();
    let observed = |trials| {
        let study = study(&sim, journal.clone(), trials);
        study.observe(store.clone(), Delivery::durable())
    };
    sim.run(run(&sim, observed(5))).unwrap().unwrap();
    for last in [(3, 1), (1_000, 1_800_000_000_000)] {
        *store.events.lock().unwrap() = vec![last];
        let summary = sim.run(run(&sim, observed(8))).unwrap().unwrap();
        let reason = summary.observers[0].cut_off.clone().unwrap_or_default();
        assert!(reason.contains("of another study of this name"), "{reason}");
        assert_eq!(store.numbers(), [last.0], "it is left alone");
    }
}
