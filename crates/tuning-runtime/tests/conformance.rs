//! The journal in memory keeps the laws.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible};

use tuning_runtime::MemoryJournal;

#[test]
fn memory_keeps_the_laws_of_journals() {
    let journals = RefCell::new(BTreeMap::<String, MemoryJournal>::new());
    tuning_conformance::journal(|study| {
        Ok::<_, Infallible>(
            journals
                .borrow_mut()
                .entry(study.to_owned())
                .or_default()
                .clone(),
        )
    })
    .check();
}
