//! What is wrong with a report, if its evaluator begins or ends elsewhere than it was asked to.

use super::machine::AskTell;
use crate::{Fidelity, FidelityRange, Strategy, TrialId, Warning};

impl<S: Strategy> AskTell<S> {
    /// Whether a report of a running trial at this fidelity, before it is [taken](Self::report), tells of an evaluator that
    /// does not begin or end where it was asked to: at or below the checkpoint that its work began with, or beyond the
    /// fidelity that it was to run until. None if the trial is not running.
    #[must_use]
    pub fn warning(&self, trial: TrialId, at: Fidelity) -> Option<Warning> {
        let open = self.running.get(&trial)?;
        let from = open.origin.at().filter(|from| from.get() > 0);
        if let Some(from) = from.filter(|from| at <= *from) {
            return Some(Warning::Repeated { from, at });
        }
        let whole = self.problem.fidelity.map(FidelityRange::max);
        let until = open.until.or(whole).filter(|until| at > *until)?;
        Some(Warning::Beyond { until, at })
    }
}
