//! A twin of a sound observer for each law of observers.

use std::collections::BTreeSet;

use async_trait::async_trait;
use tuning_conformance::{ObserverLaw, observer};
use tuning_core::{Event, EventKind, Fact, Kept, Observer, ObserverError, Progress, Seq, TrialId};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    KnowsNoRetries,
    TrustsThatTrialsWereStarted,
    FlushesOnce,
    PanicsWhenItMissed,
    Renames,
    TrustsThatNothingRuns,
    KeepsMoreThanItWasTold,
}

use Fault as F;

#[derive(Debug)]
struct Twin {
    fault: Fault,
    seen: u64,
    kept: u64,
    started: BTreeSet<TrialId>,
    last: Option<(Seq, u64)>,
}

impl Twin {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            seen: 0,
            kept: 1,
            started: BTreeSet::new(),
            last: None,
        }
    }
}

#[async_trait]
impl Observer for Twin {
    fn name(&self) -> &str {
        if self.fault == F::Renames && self.seen > 30 {
            "twin (busy)"
        } else {
            "twin"
        }
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.seen += 1;
        self.kept += 1;
        self.last = Some((event.seq, event.at_millis));
        match &event.kind {
            EventKind::Fact(Fact::Started(started)) => drop(self.started.insert(started.trial)),
            EventKind::Fact(Fact::Ended(ended)) if self.fault == F::TrustsThatTrialsWereStarted => {
                assert!(
                    self.started.contains(&ended.trial),
                    "trial {} fell from the sky",
                    ended.trial
                );
            }
            EventKind::Retried(_) if self.fault == F::KnowsNoRetries => {
                return Err(ObserverError::new("what is a retry?"));
            }
            _ => {}
        }
        Ok(())
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        if self.fault == F::TrustsThatNothingRuns && so_far.open().next().is_some() {
            return Err(ObserverError::new("I was not there when it started"));
        }
        Ok(())
    }

    async fn missed(&mut self, _: u64) -> Result<(), ObserverError> {
        assert!(
            self.fault != F::PanicsWhenItMissed,
            "but I need all of them"
        );
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        if self.fault == F::FlushesOnce && self.kept == 0 {
            return Err(ObserverError::new("there is nothing to flush"));
        }
        self.kept = 0;
        Ok(())
    }

    async fn kept(&mut self, _: &str) -> Result<Kept, ObserverError> {
        let Some((seq, at_millis)) = self.last else {
            return Ok(Kept::Nothing);
        };
        let more = u64::from(self.fault == F::KeepsMoreThanItWasTold);
        let seq = seq.plus(more);
        Ok(Kept::Until { seq, at_millis })
    }
}

#[track_caller]
fn check(fault: Fault, law: ObserverLaw, words: &[&str]) {
    breaks_only(&observer(|| Twin::new(fault)).report(), law, words);
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    observer(|| Twin::new(F::None)).check();
}

#[test]
fn law_1_every_event() {
    // A kind of event that it refuses is refused whenever it comes.
    let report = observer(|| Twin::new(F::KnowsNoRetries))
        .only(ObserverLaw::EveryEvent)
        .report();
    breaks_only(
        &report,
        ObserverLaw::EveryEvent,
        &["observing `retried` (event", "what is a retry?"],
    );
}

#[test]
fn law_2_late() {
    check(
        F::TrustsThatTrialsWereStarted,
        ObserverLaw::Late,
        &["it panicked: trial", "fell from the sky"],
    );
}

#[test]
fn law_3_flush() {
    check(
        F::FlushesOnce,
        ObserverLaw::Flush,
        &["a flush before any event failed"],
    );
}

#[test]
fn law_4_missed() {
    check(
        F::PanicsWhenItMissed,
        ObserverLaw::Missed,
        &["it panicked: but I need all of them"],
    );
}

#[test]
fn law_5_name() {
    check(
        F::Renames,
        ObserverLaw::Name,
        &["its name was `twin` and became `twin (busy)`"],
    );
}

#[test]
fn law_6_begin() {
    check(
        F::TrustsThatNothingRuns,
        ObserverLaw::Begin,
        &["beginning behind", "I was not there when it started"],
    );
}

#[test]
fn law_7_kept() {
    check(
        F::KeepsMoreThanItWasTold,
        ObserverLaw::Kept,
        &[
            "it keeps all up to event",
            "and the last that it keeps anything of is event",
        ],
    );
}
