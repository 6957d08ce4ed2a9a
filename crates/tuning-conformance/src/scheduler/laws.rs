//! The laws of schedulers, one function each: whether the record of a study keeps them. Each returns whether there was
//! anything to look at.

use tuning_core::{EndReason, Fact, Fidelity, FidelityRange, Proposal, ProposalKind, TrialId};

use super::{
    promotion::Promotion,
    rungs::Rungs,
    scene::Seen,
    stages::{Matter, Stages},
    walk::{Trials, pass, walk},
};
use crate::{
    report::Breach,
    simulation::{Call, Stop},
};

pub(super) type Looked = Result<bool, Breach>;

/// The trial that a proposal continues or copies, as words, and the fidelity that it has reached.
fn origin(proposal: &Proposal, trials: &Trials) -> Option<(&'static str, TrialId, Fidelity)> {
    let (verb, trial) = match proposal.kind() {
        ProposalKind::Resume(trial) => ("resumes", *trial),
        ProposalKind::Fork(trial, _) => ("forks", *trial),
        _ => return None,
    };
    Some((verb, trial, trials.at(trial)?))
}

/// Whether a target lies within the fidelities, and above what was reached.
fn is_legal(until: Fidelity, at: Option<Fidelity>, range: FidelityRange) -> bool {
    until >= range.min() && until <= range.max() && at.is_none_or(|at| until > at)
}

pub(super) fn targets(seen: &Seen, range: FidelityRange) -> Looked {
    let mut any = false;
    let mut look = |proposals: &[Proposal], trials: &Trials| {
        for proposal in proposals.iter().filter(|proposal| proposal.is_work()) {
            let Some(until) = proposal.target() else {
                continue;
            };
            any = true;
            let origin = origin(proposal, trials);
            if is_legal(until, origin.map(|(_, _, at)| at), range) {
                continue;
            }
            let (min, max) = (range.min(), range.max());
            return Err(Breach::new(match origin {
                Some((verb, trial, at)) if until <= at => {
                    format!("it {verb} trial {trial}, which has reached {at}, to run until {until}")
                }
                _ => format!(
                    "it asks for a trial that runs until {until}, and the fidelities are {min} to {max}"
                ),
            }));
        }
        Ok(())
    };
    walk(&seen.run.calls, &seen.before, &mut look)?;
    Ok(any)
}

pub(super) fn rungs(seen: &Seen, range: FidelityRange, rungs: &Rungs, anywhere: bool) -> Looked {
    let mut any = false;
    let mut look = |proposals: &[Proposal], trials: &Trials| {
        let mut left = trials.left;
        for proposal in proposals {
            let aim = rungs.aim(proposal.target());
            let origin = origin(proposal, trials);
            let cost = aim
                .get()
                .saturating_sub(origin.map_or(0, |(_, _, at)| at.get()));
            // The last piece of work may end where the budget does.
            let is_last = left == Some(cost);
            left = left.map(|left| left.saturating_sub(if proposal.is_work() { cost } else { 0 }));
            let right = match (proposal.kind(), origin) {
                (ProposalKind::Start(_), _) if anywhere => rungs.contains(aim),
                (ProposalKind::Start(_), _) => aim == rungs.level(0),
                // A target that is illegal is another law's matter.
                (_, Some((_, _, at))) => {
                    let next = rungs.above(at);
                    !is_legal(aim, Some(at), range) || aim == next || (is_last && aim < next)
                }
                _ => continue,
            };
            any = true;
            if right {
                continue;
            }
            return Err(Breach::new(match origin {
                Some((verb, trial, at)) => format!(
                    "it {verb} trial {trial} from {at} to {aim}, and the next rung is {}",
                    rungs.above(at)
                ),
                None if anywhere => {
                    format!("it starts a trial that runs to {aim}, and the rungs are {rungs}")
                }
                None => format!(
                    "it starts a trial that runs to {aim}, and the lowest rung is {}",
                    rungs.level(0)
                ),
            }));
        }
        Ok(())
    };
    walk(&seen.run.calls, &seen.before, &mut look)?;
    Ok(any)
}

/// What makes others' trials part of a ranking is not declared, so studies with those are passed over.
pub(super) fn promotions(
    seen: &Seen,
    matter: Matter,
    rungs: &Rungs,
    promotion: Promotion,
) -> Looked {
    if seen.has_others {
        return Ok(false);
    }
    let calls = &seen.run.calls;
    let is_start = |call: &&Call| matches!(call, Call::Tell(Fact::Started(_)));
    let starts = calls.iter().filter(is_start).count();
    let mut stages = Stages::new(matter, rungs, promotion, starts);
    walk(calls, &seen.before, &mut stages)?;
    Ok(stages.looked > 0)
}

pub(super) fn ends(seen: &Seen, range: FidelityRange) -> Looked {
    let Some((_, message)) = seen.run.stop.breach() else {
        return Ok(true);
    };
    let is_other = matches!(seen.run.stop, Stop::Illegal(..)) && targets(seen, range).is_err();
    match is_other {
        true => Ok(false),
        false => Err(Breach::new(message).at(seen.run.calls.len())),
    }
}

pub(super) fn left_paused(seen: &Seen) -> Looked {
    let reason = match seen.run.stop {
        Stop::Over(reason @ (EndReason::Trials | EndReason::Exhausted)) => reason,
        _ => return Ok(false),
    };
    let trials = walk(&seen.run.calls, &seen.before, &mut pass)?;
    let paused: Vec<_> = trials.paused().map(|trial| trial.to_string()).collect();
    if paused.is_empty() {
        return Ok(trials.pauses > 0);
    }
    Err(Breach::new(format!(
        "the study ends ({reason}), and of its trials {} are paused still: {}",
        paused.len(),
        paused.join(", ")
    ))
    .at(seen.run.calls.len()))
}

pub(super) fn whole(seen: &Seen) -> Looked {
    if !seen.is_quiet || !matches!(seen.run.stop, Stop::Over(_)) {
        return Ok(false);
    }
    let trials = walk(&seen.run.calls, &seen.before, &mut pass)?;
    match trials.completed {
        0 => Err(
            Breach::new("the study ends, and none of its trials has run to its end")
                .at(seen.run.calls.len()),
        ),
        _ => Ok(true),
    }
}
