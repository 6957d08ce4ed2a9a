//! The journal in memory and its reader keep the laws.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};

use tuning_runtime::MemoryJournal;

#[test]
fn memory_keeps_the_laws_of_journals() {
    let journals = RefCell::new(BTreeMap::<String, MemoryJournal>::new());
    let open = |study: &str| {
        let mut journals = journals.borrow_mut();
        Ok::<_, Infallible>(journals.entry(study.to_owned()).or_default().clone())
    };
    tuning_conformance::journal(open)
        .reader(|study| open(study).map(|journal| journal.reader()))
        .check();
}
