//! A twin of a configuration for each law of configurations.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use tuning_conformance::{
    EvaluatorConfigLaw, JournalConfigLaw, JournalPlace, ObserverConfigLaw, evaluator_config,
    journal_config, observer_config,
};
use tuning_core::{
    Entry, Evaluator, Event, Journal, JournalError, JournalReader, Observer, ObserverError,
    Outcome, Parameter, RunningTrial, Seq, Space, Values,
};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Creates,
    Forgets,
    SharesMarks,
    SortsStudies,
    ReadsTheFirst,
    RemovesAll,
    SavesLess,
    AcceptsMore,
}

use Fault as F;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(&self, after: Seq, limit: usize) -> Vec<Entry> {
        let entries = self.entries();
        let after = usize::try_from(after.get()).unwrap();
        entries.iter().skip(after).take(limit).cloned().collect()
    }
}

#[async_trait]
impl Journal for Log {
    async fn append(&mut self, after: Seq, new: &[Entry]) -> Result<Seq, JournalError> {
        self.entries().extend_from_slice(new);
        Ok(after.plus(new.len() as u64))
    }

    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        Ok(self.page(after, limit))
    }
}

#[async_trait]
impl JournalReader for Log {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        Ok(self.page(after, limit))
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        Ok(Seq::new(self.entries().len() as u64))
    }
}

/// The studies of a place, in the order in which they were opened.
type Studies = Vec<(String, Log)>;

/// A place of this name among those that there are.
struct Shelf {
    fault: Fault,
    places: Rc<RefCell<BTreeMap<String, Studies>>>,
    name: String,
}

impl Shelf {
    fn unavailable<T>(&self, what: &str) -> Result<T, JournalError> {
        let studies: Vec<String> = self.studies()?.unwrap_or_default();
        Err(JournalError::Unavailable {
            message: format!("there is no study {what}, but {studies:?}"),
            source: None,
        })
    }
}

impl JournalPlace for Shelf {
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError> {
        let mut places = self.places.borrow_mut();
        let studies = places.entry(self.name.clone()).or_default();
        let known = studies.iter().find(|(name, _)| name == study);
        match known {
            Some(_) if self.fault == F::Forgets => Ok(Box::new(Log::default())),
            Some((_, log)) => Ok(Box::new(log.clone())),
            None => {
                let log = Log::default();
                studies.push((study.to_owned(), log.clone()));
                Ok(Box::new(log))
            }
        }
    }

    fn marked(&self, mark: &str) -> Self {
        let name = match self.fault {
            F::SharesMarks => format!("{}.marked", self.name),
            _ => format!("{}.{mark}", self.name),
        };
        Self {
            fault: self.fault,
            places: Rc::clone(&self.places),
            name,
        }
    }

    fn studies(&self) -> Result<Option<Vec<String>>, JournalError> {
        let places = self.places.borrow();
        Ok(places.get(&self.name).map(|studies| {
            let mut names: Vec<String> = studies.iter().map(|(name, _)| name.clone()).collect();
            if self.fault == F::SortsStudies {
                names.sort();
            }
            names
        }))
    }

    fn reader(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>), JournalError> {
        let places = self.places.borrow();
        let studies = places.get(&self.name).cloned().unwrap_or_default();
        let mut found = match study {
            Some(_) if self.fault == F::ReadsTheFirst => studies.into_iter().take(1).collect(),
            Some(study) => studies
                .into_iter()
                .filter(|(name, _)| name == study)
                .collect(),
            None => studies,
        };
        match (found.len(), found.pop()) {
            (1, Some((name, log))) => Ok((name, Box::new(log))),
            _ => self.unavailable(&format!("{study:?}")),
        }
    }

    fn remove(&self, study: &str) -> Result<(), JournalError> {
        if !self
            .studies()?
            .unwrap_or_default()
            .iter()
            .any(|name| name == study)
        {
            return self.unavailable(study);
        }
        let mut places = self.places.borrow_mut();
        let studies = places.entry(self.name.clone()).or_default();
        studies.retain(|(name, _)| name != study && self.fault != F::RemovesAll);
        Ok(())
    }

    fn salvage(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>, bool), JournalError> {
        let (name, reader) = self.reader(study)?;
        let places = self.places.borrow();
        let mut studies = places.get(&self.name).into_iter().flatten();
        match studies.find(|(known, _)| *known == name) {
            Some((_, log)) if self.fault == F::SavesLess => {
                let less = Log(Arc::new(Mutex::new(log.page(Seq::ZERO, 2))));
                Ok((name, Box::new(less), false))
            }
            _ => Ok((name, reader, false)),
        }
    }

    fn accept_loss(&self, study: &str) -> Result<(), JournalError> {
        let places = self.places.borrow();
        let mut studies = places.get(&self.name).into_iter().flatten();
        if let (F::AcceptsMore, Some((_, log))) =
            (self.fault, studies.find(|(name, _)| name == study))
        {
            log.entries().pop();
        }
        Ok(())
    }
}

#[track_caller]
fn check_journal(fault: Fault, law: Option<(JournalConfigLaw, &str)>) {
    let places = Rc::new(RefCell::new(BTreeMap::new()));
    let kit = journal_config(|name| {
        if fault == F::Creates {
            places.borrow_mut().insert(name.to_owned(), Vec::new());
        }
        Shelf {
            fault,
            places: Rc::clone(&places),
            name: name.to_owned(),
        }
    });
    match law {
        None => kit.check(),
        Some((law, words)) => breaks_only(&kit.report(), law, &[words]),
    }
}

#[test]
fn journals() {
    use JournalConfigLaw as Law;

    check_journal(F::None, None);
    check_journal(
        F::Creates,
        Some((Law::Idle, "it was only described, and is there already")),
    );
    check_journal(
        F::Forgets,
        Some((
            Law::Kept,
            "`one`, opened again: expected 4 entries, found 0",
        )),
    );
    check_journal(
        F::SharesMarks,
        Some((
            Law::Marked,
            "the place marked `right`: expected 0 entries, found 2",
        )),
    );
    check_journal(
        F::SortsStudies,
        Some((
            Law::Studies,
            "those that it names are Some([\"alpha\", \"zeta\"])",
        )),
    );
    check_journal(
        F::ReadsTheFirst,
        Some((Law::Reader, "the reader of Some(\"two\") is that of `one`")),
    );
    check_journal(
        F::SavesLess,
        Some((Law::Salvage, "what is intact of a whole study")),
    );
    check_journal(
        F::AcceptsMore,
        Some((Law::Salvage, "a study whose loss was accepted")),
    );
    check_journal(
        F::RemovesAll,
        Some((Law::Remove, "the studies that are left are Some([])")),
    );
}

/// Evaluates by what is shared, if anything.
struct Counts(Arc<AtomicU64>);

#[async_trait]
impl Evaluator for Counts {
    async fn evaluate(&self, _: RunningTrial) -> Outcome {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        Outcome::Completed(Values::one(count as f64).unwrap())
    }
}

#[test]
fn evaluators() {
    use EvaluatorConfigLaw as Law;

    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let report = |starts: bool, shares: bool| {
        let running = Cell::new(false);
        let kit = evaluator_config(
            &space,
            || {
                running.set(starts);
                Arc::new(AtomicU64::new(0))
            },
            |shared: &Arc<AtomicU64>, _| {
                let count = match shares {
                    true => Arc::clone(shared),
                    false => Arc::default(),
                };
                Ok::<_, String>(Box::new(Counts(count)) as Box<dyn Evaluator>)
            },
            || !running.get(),
        );
        kit.report()
    };
    report(false, false).unwrap();
    breaks_only(
        &report(true, false),
        Law::Idle,
        &["something runs, or was left behind, before `build`"],
    );
    breaks_only(
        &report(false, true),
        Law::Apart,
        &["trial 0 of a second study ended as"],
    );
}

#[derive(Debug)]
struct Quiet;

#[async_trait]
impl Observer for Quiet {
    fn name(&self) -> &str {
        "quiet"
    }

    async fn observe(&mut self, _: &Event) -> Result<(), ObserverError> {
        Ok(())
    }
}

#[test]
fn observers() {
    use ObserverConfigLaw as Law;

    let report = |opens: bool, once: bool| {
        let open = Cell::new(false);
        let kit = observer_config(
            || {
                open.set(opens);
                Cell::new(0)
            },
            |watched: &Cell<u32>, _| {
                watched.set(watched.get() + 1);
                match once && watched.get() > 1 {
                    true => Err("the file is open already"),
                    false => Ok(Box::new(Quiet) as Box<dyn Observer>),
                }
            },
            || !open.get(),
        );
        kit.report()
    };
    report(false, false).unwrap();
    breaks_only(
        &report(true, false),
        Law::Idle,
        &["something is open, or was written, before `watch`"],
    );
    breaks_only(
        &report(false, true),
        Law::Again,
        &["session 2 of `one` cannot be watched: the file is open already"],
    );
}
