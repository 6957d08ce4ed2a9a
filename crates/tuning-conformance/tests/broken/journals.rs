//! A twin of a journal in memory for each law of journals.

use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use tuning_conformance::{JournalKit, JournalLaw, journal};
use tuning_core::{Entry, EventKind, Fact, Journal, JournalError, ObserverStatus, Seq};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    CountsFromTheBatch,
    ReadsInclusively,
    TakesHeadsTooHigh,
    DropsMetrics,
    RefusesNothing,
    WritesAThousandAtMost,
    BuffersTheLast,
    TrustsItsOwnHead,
    FoldsNames,
    Compacts,
    WritesOneByOne,
    SharesAFile,
    NeverReturns,
    KeepsNoCursors,
    KeepsNoStatuses,
    KeepsAllStatuses,
}

use Fault as F;

#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    pub(super) cursors: BTreeMap<String, Seq>,
    pub(super) statuses: Vec<ObserverStatus>,
    appends: u64,
    open: usize,
}

pub(super) type Shared = Arc<Mutex<Log>>;

#[derive(Debug)]
pub(super) struct Twin {
    fault: Fault,
    log: Shared,
    /// What it believes to be the head.
    head: u64,
    buffered: Vec<Entry>,
}

pub(super) fn lock(log: &Shared) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Yields once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Twin {
    fn open(
        fault: Fault,
        stores: &mut BTreeMap<String, Shared>,
        name: &str,
    ) -> Result<Self, String> {
        let name = match fault {
            F::SharesAFile => name.rsplit('-').next().unwrap_or(name),
            _ => name,
        };
        let log = Arc::clone(stores.entry(name.to_owned()).or_default());
        let head = lock(&log).entries.len() as u64;
        if fault == F::BuffersTheLast && lock(&log).open > 0 {
            return Err("it is open already".to_owned());
        }
        lock(&log).open += 1;
        Ok(Self {
            fault,
            log,
            head,
            buffered: Vec::new(),
        })
    }

    /// A sound one.
    pub(super) fn sound(stores: &mut BTreeMap<String, Shared>, name: &str) -> Result<Self, String> {
        Self::open(F::None, stores, name)
    }

    fn all(&self) -> Vec<Entry> {
        let mut all = lock(&self.log).entries.clone();
        all.extend(self.buffered.iter().cloned());
        all
    }

    fn write(&mut self, entries: &[Entry]) {
        let mut log = lock(&self.log);
        log.entries.append(&mut self.buffered);
        log.entries.extend_from_slice(entries);
        log.appends += 1;
        let log = &mut *log;
        match self.fault {
            F::BuffersTheLast => self.buffered.extend(log.entries.pop()),
            F::Compacts if log.appends == 6 && entries.len() == 3 => {
                log.entries[0] = entries[0].clone()
            }
            F::DropsMetrics => {
                for entry in &mut log.entries {
                    if let EventKind::Fact(Fact::Reported(reported)) = &mut entry.kind {
                        reported.metrics = tuning_core::Metrics::default();
                    }
                }
            }
            _ => {}
        }
        self.head = (log.entries.len() + self.buffered.len()) as u64;
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        lock(&self.log).open -= 1;
    }
}

#[async_trait]
impl Journal for Twin {
    async fn append(&mut self, after: Seq, entries: &[Entry]) -> Result<Seq, JournalError> {
        let head = match self.fault {
            F::TrustsItsOwnHead => self.head,
            _ => self.all().len() as u64,
        };
        let conflict = match self.fault {
            F::TakesHeadsTooHigh => after.get() < head,
            _ => after.get() != head,
        };
        if conflict {
            return Err(JournalError::Conflict {
                head: Seq::new(head),
            });
        }
        match self.fault {
            F::RefusesNothing if entries.is_empty() => {
                let message = "there is nothing to write".to_owned();
                return Err(JournalError::Unavailable {
                    message,
                    source: None,
                });
            }
            F::WritesAThousandAtMost => self.write(&entries[..entries.len().min(1000)]),
            F::WritesOneByOne => {
                for entry in entries {
                    self.write(std::slice::from_ref(entry));
                    Yield(false).await;
                }
            }
            F::NeverReturns if entries.len() > 100 => std::future::pending().await,
            _ => self.write(entries),
        }
        Ok(match self.fault {
            F::CountsFromTheBatch => Seq::new(entries.len() as u64),
            _ => after.plus(entries.len() as u64),
        })
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let skip = match self.fault {
            F::ReadsInclusively => after.get().saturating_sub(1),
            _ => after.get(),
        };
        Ok(self
            .all()
            .into_iter()
            .skip(skip as usize)
            .take(limit)
            .collect())
    }

    async fn cursor(&mut self, observer: &str) -> Result<Option<Seq>, JournalError> {
        if self.fault == F::KeepsNoCursors {
            return Err(JournalError::Unsupported("keep cursors of observers"));
        }
        Ok(lock(&self.log).cursors.get(&self.key(observer)).copied())
    }

    async fn set_cursor(&mut self, observer: &str, at: Seq) -> Result<(), JournalError> {
        let key = self.key(observer);
        lock(&self.log).cursors.insert(key, at);
        Ok(())
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        if self.fault == F::KeepsNoStatuses {
            return Err(JournalError::Unsupported("keep the statuses of observers"));
        }
        Ok(lock(&self.log).statuses.clone())
    }

    async fn set_observer_status(&mut self, status: &ObserverStatus) -> Result<(), JournalError> {
        let statuses = &mut lock(&self.log).statuses;
        if self.fault != F::KeepsAllStatuses {
            statuses.retain(|other| other.observer != status.observer);
        }
        statuses.push(status.clone());
        statuses.sort_by(|a, b| a.observer.cmp(&b.observer));
        Ok(())
    }
}

impl Twin {
    fn key(&self, observer: &str) -> String {
        match self.fault {
            F::FoldsNames => observer.to_lowercase(),
            _ => observer.to_owned(),
        }
    }
}

fn twin(fault: Fault) -> JournalKit<'static, Twin> {
    let mut stores = BTreeMap::new();
    journal(move |name| Twin::open(fault, &mut stores, name))
}

#[track_caller]
fn check(fault: Fault, law: JournalLaw, words: &[&str]) {
    breaks_only(&twin(fault).report(), law, words);
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    twin(F::None).check();
}

#[test]
fn law_1_head() {
    check(
        F::CountsFromTheBatch,
        JournalLaw::Head,
        &["an append of 3 entries behind 1 returned the head 3 instead of 4"],
    );
}

#[test]
fn law_2_read() {
    check(
        F::ReadsInclusively,
        JournalLaw::Read,
        &["reading up to 1 entries behind 1 of 12, entry 1 of them differs"],
    );
}

#[test]
fn law_3_conflict() {
    check(
        F::TakesHeadsTooHigh,
        JournalLaw::Conflict,
        &["an append of 2 entries behind 1 while the head is 0 was taken instead of refused"],
    );
}

#[test]
fn law_4_round_trip() {
    check(
        F::DropsMetrics,
        JournalLaw::RoundTrip,
        &["differs:", "written Entry", "read    Entry"],
    );
}

#[test]
fn law_5_empty() {
    check(
        F::RefusesNothing,
        JournalLaw::Empty,
        &[
            "an append of 0 entries behind the head 0 failed",
            "there is nothing to write",
        ],
    );
}

#[test]
fn law_6_large() {
    check(
        F::WritesAThousandAtMost,
        JournalLaw::Large,
        &["there are 1000 entries instead of 10000"],
    );
    let report = twin(F::NeverReturns)
        .patience(std::time::Duration::from_millis(50))
        .report();
    breaks_only(
        &report,
        JournalLaw::Large,
        &["did not return within 0.05 s"],
    );
}

#[test]
fn law_7_reopen() {
    check(
        F::BuffersTheLast,
        JournalLaw::Reopen,
        &["after it was opened again, there are 1 entries instead of 2"],
    );
}

#[test]
fn law_8_rivals() {
    check(
        F::TrustsItsOwnHead,
        JournalLaw::Rivals,
        &["both appended behind the head 2"],
    );
}

#[test]
fn law_9_cursors() {
    check(
        F::FoldsNames,
        JournalLaw::Cursors,
        &["the cursor of another observer is Some(3) instead of None"],
    );
    let report = twin(F::KeepsNoCursors).report();
    assert!(report.is_ok());
    assert!(
        report
            .to_string()
            .contains("skipped  9 cursors: it keeps no cursors"),
        "{report}"
    );
}

#[test]
fn law_10_unchanging() {
    check(
        F::Compacts,
        JournalLaw::Unchanging,
        &["after append number 6, entry 1 of them differs"],
    );
}

#[test]
fn law_11_cancelled() {
    check(
        F::WritesOneByOne,
        JournalLaw::Cancelled,
        &["was dropped, and the head is 1: neither all nor none"],
    );
}

#[test]
fn law_12_separate() {
    check(
        F::SharesAFile,
        JournalLaw::Separate,
        &["in another journal than the one written to, there are 3"],
    );
}

#[test]
fn law_13_statuses() {
    check(
        F::KeepsAllStatuses,
        JournalLaw::Statuses,
        &["after one was stored twice, there are 2 statuses instead of 1"],
    );
    let report = twin(F::KeepsNoStatuses).report();
    assert!(report.is_ok());
    assert!(
        report
            .to_string()
            .contains("skipped 13 statuses: it keeps no statuses"),
        "{report}"
    );
}

#[test]
fn a_runtime_of_ones_own_gives_the_same_report() {
    let mut report = pin!(twin(F::FoldsNames).report_async());
    let mut context = Context::from_waker(Waker::noop());
    let report = loop {
        if let Poll::Ready(report) = report.as_mut().poll(&mut context) {
            break report;
        }
    };
    assert_eq!(report.broken(), [JournalLaw::Cursors]);
}
