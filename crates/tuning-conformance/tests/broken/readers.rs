//! A twin of a reader for each law of readers, beside a sound journal.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use async_trait::async_trait;
use tuning_conformance::{JournalKit, JournalLaw, journal};
use tuning_core::{
    Entry, EventKind, JournalError, JournalReader, Objectives, ObserverStatus, Parameter, Seq,
    Space, Spec, StudySpec,
};

use super::{
    breaks_only,
    journals::{Shared, Twin, lock},
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    ReadsACopy,
    CountsWhatItHasRead,
    MovesCursors,
    TellsNoStatuses,
    InventsAnIdentity,
}

use Fault as F;

#[derive(Debug)]
struct Reader {
    fault: Fault,
    log: Shared,
    copy: Vec<Entry>,
    seen: Seq,
}

#[async_trait]
impl JournalReader for Reader {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let mut log = lock(&self.log);
        if self.fault == F::MovesCursors {
            log.cursors.insert("mail".to_owned(), after);
        }
        let all = match self.fault {
            F::ReadsACopy => &self.copy,
            _ => &log.entries,
        };
        let skip = after.get() as usize;
        let found: Vec<_> = all.iter().skip(skip).take(limit).cloned().collect();
        self.seen = self.seen.max(after.plus(found.len() as u64));
        Ok(found)
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        Ok(match self.fault {
            F::CountsWhatItHasRead => self.seen,
            _ => Seq::new(lock(&self.log).entries.len() as u64),
        })
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        Ok(match self.fault {
            F::TellsNoStatuses => Vec::new(),
            _ => lock(&self.log).statuses.clone(),
        })
    }

    async fn spec(&mut self) -> Result<StudySpec, JournalError> {
        let first = lock(&self.log).entries.first().cloned();
        match first.map(|entry| entry.kind) {
            Some(EventKind::Created(spec)) => Ok(*spec),
            None if self.fault == F::InventsAnIdentity => Ok(StudySpec::new(
                Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap(),
                Objectives::minimize("loss").unwrap(),
                Spec::new("random"),
            )),
            _ => Err(JournalError::Unsupported("tell the study's identity")),
        }
    }
}

fn twin(fault: Fault) -> JournalKit<'static, Twin> {
    let stores = Rc::new(RefCell::new(BTreeMap::<String, Shared>::new()));
    let same = Rc::clone(&stores);
    journal(move |name| Twin::sound(&mut stores.borrow_mut(), name)).reader(move |name| {
        let log = same.borrow().get(name).map(Arc::clone);
        let log = log.ok_or_else(|| format!("there is no study `{name}`"))?;
        let copy = lock(&log).entries.clone();
        Ok::<_, String>(Reader {
            fault,
            log,
            copy,
            seen: Seq::ZERO,
        })
    })
}

#[track_caller]
fn check(fault: Fault, law: JournalLaw, words: &[&str]) {
    breaks_only(&twin(fault).report(), law, words);
}

#[test]
fn a_reader_without_a_fault_keeps_all_laws() {
    twin(F::None).check();
}

#[test]
fn law_14_reader_reads() {
    check(
        F::ReadsACopy,
        JournalLaw::ReaderReads,
        &["read after append 2, there are 6 entries instead of 23"],
    );
}

#[test]
fn law_15_reader_head() {
    check(
        F::CountsWhatItHasRead,
        JournalLaw::ReaderHead,
        &["the head that the reader tells is 0 instead of 6"],
    );
}

#[test]
fn law_16_reader_traces() {
    check(
        F::MovesCursors,
        JournalLaw::ReaderTraces,
        &["after readers have read, a cursor is Some(Seq(0)) instead of 2"],
    );
}

#[test]
fn law_17_reader_statuses() {
    check(
        F::TellsNoStatuses,
        JournalLaw::ReaderStatuses,
        &["the reader tells other statuses than were stored"],
    );
}

#[test]
fn law_18_reader_spec() {
    check(
        F::InventsAnIdentity,
        JournalLaw::ReaderSpec,
        &["it tells the identity of a study that has not begun"],
    );
}
