//! [`Store`]: the journals of one kit, and reading and writing with errors turned into breaches.

use tuning_core::{Entry, Journal, JournalError, Seq};

use crate::{
    entries,
    report::{Breach, Finding},
};

/// Kept, or why not.
pub(super) type Looked = Result<(), Finding>;

pub(super) fn broken(message: impl Into<String>) -> Finding {
    Finding::Broken(Breach::new(message))
}

/// Opens journals by name, a new name for each law.
pub(super) struct Store<'a, J> {
    open: &'a mut dyn FnMut(&str) -> Result<J, String>,
    names: usize,
}

impl<'a, J: Journal> Store<'a, J> {
    pub(super) fn new(open: &'a mut dyn FnMut(&str) -> Result<J, String>) -> Self {
        Self { open, names: 0 }
    }

    /// A journal without entries, and its name.
    pub(super) fn fresh(&mut self) -> Result<(String, J), Finding> {
        self.names += 1;
        let name = format!("conformance-{}", self.names);
        let journal = self.try_open(&name).map_err(|error| {
            broken(format!(
                "the new journal `{name}` cannot be opened: {error}"
            ))
        })?;
        Ok((name, journal))
    }

    /// The journal of this name, which is not open.
    pub(super) fn reopen(&mut self, name: &str) -> Result<J, Finding> {
        self.try_open(name).map_err(|error| {
            broken(format!(
                "after it was dropped, `{name}` cannot be opened again: {error}"
            ))
        })
    }

    pub(super) fn try_open(&mut self, name: &str) -> Result<J, String> {
        (self.open)(name)
    }
}

/// Appends what must be taken; returns the new head, as the journal tells it.
pub(super) async fn append<J: Journal>(
    journal: &mut J,
    after: u64,
    new: &[Entry],
) -> Result<u64, Finding> {
    let appended = journal.append(Seq::new(after), new).await;
    appended.map(Seq::get).map_err(|error| {
        let n = new.len();
        broken(format!(
            "an append of {n} entries behind the head {after} failed: {error}"
        ))
    })
}

/// Reads what must be readable.
pub(super) async fn read<J: Journal>(
    journal: &mut J,
    after: u64,
    limit: usize,
) -> Result<Vec<Entry>, Finding> {
    journal.read(Seq::new(after), limit).await.map_err(|error| {
        broken(format!(
            "a read of up to {limit} entries behind {after} failed: {error}"
        ))
    })
}

/// Everything in the journal must be these entries, told apart to the last bit.
pub(super) async fn holds<J: Journal>(journal: &mut J, expected: &[Entry], when: &str) -> Looked {
    let found = read(journal, 0, expected.len() + 10).await?;
    equal(expected, &found, when)
}

pub(super) fn equal(expected: &[Entry], found: &[Entry], when: &str) -> Looked {
    for (place, (expected, found)) in expected.iter().zip(found).enumerate() {
        if let Some(difference) = entries::difference(expected, found) {
            let number = place + 1;
            return Err(broken(format!(
                "{when}, entry {number} of them differs:\n{difference}"
            )));
        }
    }
    if expected.len() == found.len() {
        return Ok(());
    }
    Err(broken(format!(
        "{when}, there are {} entries instead of {}",
        found.len(),
        expected.len()
    )))
}

/// What is there of these entries must be equal to them; that something is missing is law 7's matter.
pub(super) async fn begins<J: Journal>(journal: &mut J, expected: &[Entry], when: &str) -> Looked {
    let found = read(journal, 0, expected.len()).await?;
    equal(&expected[..found.len().min(expected.len())], &found, when)
}

/// A head that is not the true one must conflict and write nothing.
pub(super) async fn conflicts<J: Journal>(
    journal: &mut J,
    at: u64,
    head: u64,
    new: &[Entry],
) -> Looked {
    let what = format!(
        "an append of {} entries behind {at} while the head is {head}",
        new.len()
    );
    match journal.append(Seq::new(at), new).await {
        Err(JournalError::Conflict { head: told }) if told.get() == head => Ok(()),
        Err(JournalError::Conflict { head: told }) => Err(broken(format!(
            "{what} is a conflict, but tells the head {told}"
        ))),
        Err(error) => Err(broken(format!(
            "{what} is not a conflict but fails: {error}"
        ))),
        Ok(_) => Err(broken(format!("{what} was taken instead of refused"))),
    }
}
