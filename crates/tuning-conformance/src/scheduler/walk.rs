//! [`walk`]: goes through the record of a study, with what the scheduler knew of its own trials at each answer.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Asked, Fact, Fidelity, Outcome, Proposal, Started, TrialId};

use crate::{report::Breach, simulation::Call};

/// The trials of a scheduler, as it has been told of them.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// Its own; what others start is passed over.
    own: BTreeMap<TrialId, Trial>,
    /// What it proposed last, and what it had proposed before the record begins.
    proposed: Vec<Proposal>,
    before: BTreeSet<TrialId>,
    /// What the budget left of the resource when it was asked last, if that is limited and known to it.
    pub(super) left: Option<u64>,
    /// How many of its own have run to their end, and have ever paused.
    pub(super) completed: usize,
    pub(super) pauses: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    at: Fidelity,
    doing: Doing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Doing {
    #[default]
    Runs,
    Waits,
    HasEnded,
}

impl Trials {
    pub(super) fn own(&self) -> impl Iterator<Item = TrialId> + '_ {
        self.own.keys().copied()
    }

    /// The fidelity that one of its own has reached.
    pub(super) fn at(&self, trial: TrialId) -> Option<Fidelity> {
        self.own.get(&trial).map(|trial| trial.at)
    }

    pub(super) fn are_any_running(&self) -> bool {
        self.own.values().any(|trial| trial.doing == Doing::Runs)
    }

    pub(super) fn paused(&self) -> impl Iterator<Item = TrialId> + '_ {
        let waits =
            |(trial, state): (&TrialId, &Trial)| (state.doing == Doing::Waits).then_some(*trial);
        self.own.iter().filter_map(waits)
    }

    fn tell(&mut self, fact: &Fact) {
        if let Fact::Started(started) = fact {
            if self.proposes(started) {
                self.own.insert(started.trial, Trial::default());
            }
            return;
        }
        let own = fact.trial().and_then(|trial| self.own.get_mut(&trial));
        let Some(trial) = own else { return };
        match fact {
            Fact::Resumed(_) => trial.doing = Doing::Runs,
            Fact::Reported(reported) => trial.at = reported.at,
            Fact::Paused(paused) => {
                (trial.at, trial.doing) = (paused.at, Doing::Waits);
                self.pauses += 1;
            }
            Fact::Ended(ended) => {
                trial.doing = Doing::HasEnded;
                self.completed += usize::from(matches!(ended.outcome, Outcome::Completed(_)));
            }
            _ => {}
        }
    }

    /// Whether this is one of the trials that it has proposed.
    fn proposes(&mut self, started: &Started) -> bool {
        if self.before.contains(&started.trial) {
            return true;
        }
        let same = |proposal: &Proposal| {
            proposal.params() == Some(&started.params)
                && proposal.note() == &started.tag
                && proposal.target() == started.until
        };
        let place = self.proposed.iter().position(same);
        place.map(|place| self.proposed.remove(place)).is_some()
    }
}

/// What a law looks at.
pub(super) trait Look {
    /// It has answered this, before anything of it has happened.
    fn answered(&mut self, proposals: &[Proposal], trials: &Trials) -> Result<(), Breach>;

    /// It has been told this.
    fn told(&mut self, _: &Fact) {}
}

impl<F: FnMut(&[Proposal], &Trials) -> Result<(), Breach>> Look for F {
    fn answered(&mut self, proposals: &[Proposal], trials: &Trials) -> Result<(), Breach> {
        self(proposals, trials)
    }
}

/// Looks at nothing.
pub(super) fn pass(_: &[Proposal], _: &Trials) -> Result<(), Breach> {
    Ok(())
}

/// Goes through a record; returns the trials as they are at its end. `before`: the trials in it that the scheduler had
/// proposed when it was last restarted.
pub(super) fn walk(
    calls: &[Call],
    before: &BTreeSet<TrialId>,
    look: &mut impl Look,
) -> Result<Trials, Breach> {
    let mut trials = Trials {
        before: before.clone(),
        ..Trials::default()
    };
    for (step, call) in calls.iter().enumerate() {
        match call {
            Call::Ask(ask, answer) => {
                trials.left = ask.resource_left();
                trials.proposed.clear();
                if let Ok(Asked::Propose(proposals)) = answer {
                    let looked = look.answered(proposals, &trials);
                    looked.map_err(|breach| breach.at(step))?;
                    trials.proposed.clone_from(proposals);
                }
            }
            Call::Tell(fact) => {
                trials.tell(fact);
                look.told(fact);
            }
        }
    }
    Ok(trials)
}
