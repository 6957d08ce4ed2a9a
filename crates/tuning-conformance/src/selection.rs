//! [`Selection`]: which laws a kit looks at, and which it leaves out for a reason.

use crate::{
    law::Lawlike,
    report::{Finding, Report},
};

/// Which laws a kit looks at: all of its family, unless told otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Selection<L> {
    only: Vec<L>,
    skipped: Vec<(L, String)>,
}

/// The methods of a kit that change its `selection`.
macro_rules! selects {
    ($law:ty) => {
        /// Leaves a law out, for a reason that the report shows.
        pub fn skip(mut self, law: $law, reason: impl Into<String>) -> Self {
            self.selection.skip(law, reason.into());
            self
        }

        /// Checks this law alone; called again, that one too.
        pub fn only(mut self, law: $law) -> Self {
            self.selection.only(law);
            self
        }
    };
}

pub(crate) use selects;

impl<L: Lawlike> Selection<L> {
    pub(crate) fn all() -> Self {
        Self {
            only: Vec::new(),
            skipped: Vec::new(),
        }
    }

    pub(crate) fn only(&mut self, law: L) {
        self.only.push(law);
    }

    pub(crate) fn skip(&mut self, law: L, reason: String) {
        self.skipped.push((law, reason));
    }

    /// Whether no law was asked for alone.
    pub(crate) fn is_whole(&self) -> bool {
        self.only.is_empty()
    }

    /// Whether the report is to speak of this law.
    pub(crate) fn holds(&self, law: L) -> bool {
        self.is_whole() || self.only.contains(&law)
    }

    /// What the report says of a law that is left out.
    pub(crate) fn skipped(&self, law: L) -> Option<Finding> {
        let mut skipped = self.skipped.iter();
        let (_, reason) = skipped.find(|(skipped, _)| *skipped == law)?;
        Some(Finding::Skipped(reason.clone()))
    }

    /// Adds what `look` finds out about each law that is selected and not skipped.
    pub(crate) fn look(&self, report: &mut Report<L>, mut look: impl FnMut(L) -> Finding) {
        for law in L::ALL.iter().copied().filter(|law| self.holds(*law)) {
            let finding = self.skipped(law).unwrap_or_else(|| look(law));
            report.push(law, finding);
        }
    }
}
