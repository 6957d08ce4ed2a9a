//! Laws 2, 3, 6 and 7: what a strategy may answer.

use std::num::NonZeroUsize;

use tuning_core::{Ask, Asked, Ended, Fact, FailureKind, Outcome, Proposal, Started, TrialId};

use super::{
    budget::raised,
    follow::{Answer, ask, cuts, shown, tell},
    lab::{Lab, Scene},
};
use crate::{
    law::Law,
    report::{Breach, Finding},
    simulation::{Call, Run},
};

const NEVER_ASKED: &str = "no study got as far as a first answer";

pub(super) fn in_space(lab: &Lab<'_>) -> Finding {
    let law = Law::InSpace;
    lab.each(law, &lab.scenes, NEVER_ASKED, |scene, run| {
        base(lab, law, scene)?;
        probe(lab, scene, run, |_, answer| {
            let Ok(Asked::Propose(proposals)) = answer else {
                return Ok(());
            };
            for params in proposals.iter().filter_map(Proposal::params) {
                let aligned = scene.problem.space.align(params);
                aligned.map_err(|error| {
                    Breach::new(format!("it proposes parameters outside the space: {error}"))
                })?;
            }
            Ok(())
        })
    })
}

pub(super) fn slots(lab: &Lab<'_>) -> Finding {
    let law = Law::Slots;
    lab.each(law, &lab.scenes, NEVER_ASKED, |scene, run| {
        base(lab, law, scene)?;
        probe(lab, scene, run, |slots, answer| match answer {
            Ok(Asked::Propose(proposals)) if proposals.is_empty() => Err(Breach::new(
                "it proposes an empty list; it should answer `Wait` or `Done`",
            )),
            Ok(Asked::Propose(proposals)) => {
                // Giving up takes no slot.
                match proposals.iter().filter(|p| p.is_work()).count() {
                    found if found > slots => Err(Breach::new(format!(
                        "it was asked for up to {slots} and proposes {found}"
                    ))),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        })
    })
}

/// Asks for one, a few and many at several places of the record.
fn probe(
    lab: &Lab<'_>,
    scene: &Scene,
    run: &Run,
    look: impl Fn(usize, &Answer) -> Result<(), Breach>,
) -> Result<bool, Breach> {
    for cut in cuts(&run.calls, 3) {
        let Call::Ask(question, _) = &run.calls[cut] else {
            continue;
        };
        let mut strategy = lab.build(&scene.problem)?;
        tell(&mut strategy, &run.calls[..cut]);
        for slots in [1, 2, 11] {
            let question = question.with_slots(NonZeroUsize::MIN.saturating_add(slots - 1));
            look(slots, &ask(&mut strategy, &question)).map_err(|breach| breach.at(cut))?;
        }
    }
    Ok(!run.calls.is_empty())
}

pub(super) fn wait_and_done(lab: &Lab<'_>) -> Finding {
    let law = Law::WaitAndDone;
    let closely: Vec<_> = lab
        .some(4)
        .into_iter()
        .map(|scene| (&scene.name, scene.seed))
        .collect();
    lab.each(law, &lab.scenes, NEVER_ASKED, |scene, run| {
        base(lab, law, scene)?;
        let answers = run
            .calls
            .iter()
            .enumerate()
            .filter_map(|(step, call)| match call {
                Call::Ask(_, answer) => Some((step, answer)),
                Call::Tell(_) => None,
            });
        let mut done = None;
        for (step, answer) in answers {
            match (done, answer) {
                (None, Ok(Asked::Done)) => done = Some(step),
                (Some(before), answer) if *answer != Ok(Asked::Done) => {
                    return Err(taken_back(before, answer).at(step));
                }
                _ => {}
            }
        }
        if let Some(before) = done {
            still_done(lab, scene, run, before)?;
        }
        if closely.contains(&(&scene.name, scene.seed)) {
            raised(lab, scene, run)?;
        }
        Ok(!run.calls.is_empty())
    })
}

fn taken_back(before: usize, answer: &Answer) -> Breach {
    Breach::new(format!(
        "it was `Done` at step {before}, and then answers {}",
        shown(answer)
    ))
}

/// Others start trials and fail after it was done: it stays done.
fn still_done(lab: &Lab<'_>, scene: &Scene, run: &Run, before: usize) -> Result<(), Breach> {
    let mut strategy = lab.build(&scene.problem)?;
    tell(&mut strategy, &run.calls);
    let started = |call: &&Call| matches!(call, Call::Tell(Fact::Started(_)));
    let trial = TrialId::new(run.calls.iter().filter(started).count() as u64);
    let space = &scene.problem.space;
    let params = space.decode(&vec![0.5; space.len()]);
    let params = params.map_err(|error| Breach::new(error.to_string()))?;
    for fact in [
        Fact::from(Started::new(trial, params)),
        Ended::new(trial, Outcome::failed(FailureKind::Error, "foreign")).into(),
    ] {
        strategy.tell(&fact);
    }
    let (trials, resource) = match &run.calls[before] {
        Call::Ask(question, _) => (question.trials_left(), question.resource_left()),
        Call::Tell(_) => (None, None),
    };
    let question = Ask::new(NonZeroUsize::MIN, trial.plus(1), scene.seed)
        .with_trials_left(trials)
        .with_resource_left(resource);
    match ask(&mut strategy, &question) {
        Ok(Asked::Done) => Ok(()),
        other => Err(taken_back(before, &other).at(run.calls.len())),
    }
}

pub(super) fn resume_and_fork(lab: &Lab<'_>) -> Finding {
    let law = Law::ResumeAndFork;
    let nothing = "it proposes no fidelities, resumes and forks";
    lab.each(law, &lab.scenes, nothing, |scene, run| {
        base(lab, law, scene)?;
        let special = |proposal: &Proposal| {
            let start = matches!(proposal.kind(), tuning_core::ProposalKind::Start(_));
            !start || proposal.target().is_some()
        };
        Ok(run.calls.iter().any(|call| match call {
            Call::Ask(_, Ok(Asked::Propose(proposals))) => proposals.iter().any(special),
            _ => false,
        }))
    })
}

fn base(lab: &Lab<'_>, law: Law, scene: &Scene) -> Result<(), Breach> {
    lab.base_breach(law, scene).map_or(Ok(()), Err)
}
