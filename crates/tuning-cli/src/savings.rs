//! [`Savings`]: what a study with a fidelity did not have to spend, since trials were stopped early.

use std::fmt;

use serde::Serialize;
use tuning_core::{StudySpec, Tag, Trial, TrialState, Trials};

/// The resource that trials used, and what all of them would have used had none been stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Savings {
    used: u64,
    to_the_end: u64,
}

impl Savings {
    /// What a study saved; none if it has no fidelity, or if none of its trials has ended.
    pub(crate) fn of(spec: &StudySpec, trials: &Trials) -> Option<Self> {
        let whole = spec.fidelity?.max().get();
        let mut savings = Self {
            used: 0,
            to_the_end: 0,
        };
        let is_ours = |trial: &&Trial| trial.tag.note(Tag::ADDED).is_none();
        for trial in trials.iter().filter(is_ours) {
            let begun = trial.fork.and_then(|fork| fork.at);
            let rest = whole.saturating_sub(begun.map_or(0, |at| at.get()));
            let used = match trial.state {
                // One that never reports has gone the whole way when it ends.
                TrialState::Completed if trial.reports.is_empty() => rest,
                // How far one comes that fails has no meaning, and it was not stopped.
                TrialState::Running | TrialState::Failed => continue,
                _ => trial.resource(),
            };
            savings.used += used;
            savings.to_the_end += rest;
        }
        (savings.to_the_end > 0).then_some(savings)
    }
}

impl fmt::Display for Savings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { used, to_the_end } = self;
        write!(
            f,
            "{used} units of resource; all of these trials to the end would have used {to_the_end}"
        )?;
        if used < to_the_end {
            let saved = 100.0 * (1.0 - *used as f64 / *to_the_end as f64);
            write!(f, ": {saved:.0}% saved")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{
        Ended, EventKind, Fidelity, FidelityRange, Objectives, Outcome, Parameter, Paused,
        Reported, Space, Spec, Started, TrialId, Values,
    };

    use super::*;

    fn spec(fidelity: Option<FidelityRange>) -> StudySpec {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let objectives = Objectives::minimize("loss").unwrap();
        let mut spec = StudySpec::new(space, objectives, Spec::new("random"));
        spec.fidelity = fidelity;
        spec
    }

    #[test]
    fn what_was_stopped_early_is_saved() {
        let spec = spec(FidelityRange::new(1, 10).ok());
        let mut trials = Trials::new();
        let mut apply = |kind: EventKind| trials.apply(0, &kind);
        let params = spec.space.decode(&[0.5]).unwrap();
        let value = || Values::one(0.0).unwrap();
        let id = TrialId::new;
        for n in 0..4 {
            apply(Started::new(id(n), params.clone()).into());
        }
        // To the end, with reports and without; given up at 3; and one that fails.
        apply(Reported::new(id(0), Fidelity::new(10), value()).into());
        apply(Ended::new(id(0), Outcome::Completed(value())).into());
        apply(Ended::new(id(1), Outcome::Completed(value())).into());
        apply(Reported::new(id(2), Fidelity::new(3), value()).into());
        apply(Paused::new(id(2), Fidelity::new(3), value()).into());
        apply(Ended::new(id(2), Outcome::Stopped).into());
        apply(Ended::new(id(3), Outcome::failed(tuning_core::FailureKind::Error, "")).into());
        let savings = Savings::of(&spec, &trials).unwrap();
        assert_eq!(
            savings.to_string(),
            "23 units of resource; all of these trials to the end would have used 30: 23% saved"
        );
    }

    #[test]
    fn without_a_fidelity_there_is_nothing_to_say() {
        assert_eq!(Savings::of(&spec(None), &Trials::new()), None);
    }
}
