//! Laws 1, 4, 5, 6 and 11: ask decides, tell remembers, and nothing else counts.

use std::num::NonZeroUsize;

use tuning_core::{LoadError, Snapshot};

use super::{
    follow::{ask, cuts, follow, same, tell},
    lab::{Lab, Scene},
};
use crate::{
    law::Law,
    report::{Breach, Finding},
    simulation::Call,
};

const NEVER_ASKED: &str = "no study got as far as a first answer";
const NEVER_REPEATED: &str = "no study could be repeated: see law 4";

pub(super) fn ask_twice(lab: &Lab<'_>) -> Finding {
    lab.each(Law::AskTwice, &lab.scenes, NEVER_ASKED, |scene, run| {
        let mut strategy = lab.build(&scene.problem)?;
        let others = cuts(&run.calls, 4);
        for (step, call) in run.calls.iter().enumerate() {
            let question = match call {
                Call::Tell(fact) => {
                    strategy.tell(fact);
                    continue;
                }
                Call::Ask(question, _) => question,
            };
            let first = ask(&mut strategy, question);
            let second = ask(&mut strategy, question);
            same(&first, &second).map_err(|breach| breach.at(step))?;
            if !others.contains(&step) {
                continue;
            }
            // Another question between is no trace either.
            let more = question.slots().saturating_add(2);
            let _ = ask(&mut strategy, &question.clone().with_slots(more));
            let _ = ask(
                &mut strategy,
                &question.clone().with_slots(NonZeroUsize::MIN).salted(1),
            );
            let third = ask(&mut strategy, question);
            same(&first, &third).map_err(|mut breach| {
                breach
                    .message
                    .insert_str(0, "after it was asked for another number of proposals, ");
                breach.at(step)
            })?;
        }
        Ok(!run.calls.is_empty())
    })
}

pub(super) fn same_seed(lab: &Lab<'_>) -> Finding {
    lab.each(Law::SameSeed, &lab.scenes, NEVER_ASKED, |scene, run| {
        lab.repeats(scene).clone()?;
        Ok(!run.calls.is_empty())
    })
}

pub(super) fn retell(lab: &Lab<'_>) -> Finding {
    lab.each(Law::Retell, &lab.scenes, NEVER_REPEATED, |scene, run| {
        if lab.repeats(scene).is_ok() {
            lab.retells(scene).clone()?;
        }
        Ok(!run.calls.is_empty() && lab.repeats(scene).is_ok())
    })
}

pub(super) fn save_load(lab: &Lab<'_>) -> Finding {
    lab.each(
        Law::SaveLoad,
        &lab.scenes,
        "it saves nothing",
        |scene, run| {
            let mut saved = false;
            if lab.repeats(scene).is_err() {
                return Ok(false);
            }
            let mut idle = lab.build(&scene.problem)?;
            tell(&mut idle, &run.calls);
            if idle.save().is_none() && lab.build(&scene.problem)?.save().is_none() {
                return Ok(false);
            }
            for cut in cuts(&run.calls, 6) {
                let (before, after) = run.calls.split_at(cut);
                let mut strategy = lab.build(&scene.problem)?;
                follow(&mut strategy, before, 0)?;
                let Some(snapshot) = strategy.save() else {
                    continue;
                };
                saved = true;
                let loaded = |breach: Breach| Breach {
                    message: format!("saved and loaded at step {cut}, {}", breach.message),
                    ..breach
                };
                let mut heir = lab.build(&scene.problem)?;
                if let Err(error) = heir.load(&snapshot) {
                    let message = format!("it cannot load what it has saved: {error}");
                    return Err(Breach::new(message).at(cut));
                }
                follow(&mut heir, after, cut).map_err(loaded)?;
                follow(&mut strategy, after, cut).map_err(|breach| Breach {
                    message: format!("after saving, {}", breach.message),
                    ..breach
                })?;
                refuses_garbage(lab, scene, &snapshot)?;
            }
            Ok(saved)
        },
    )
}

fn refuses_garbage(lab: &Lab<'_>, scene: &Scene, good: &Snapshot) -> Result<(), Breach> {
    let mut strategy = lab.build(&scene.problem)?;
    let format = good.format.wrapping_add(1_000_000);
    let newer = Snapshot::new(format, good.bytes.clone());
    let refused: Result<(), LoadError> = strategy.load(&newer);
    if refused.is_ok() {
        return Err(Breach::new(format!(
            "it loads a snapshot of the unknown format {format}"
        )));
    }
    for keep in [0, good.bytes.len() / 2] {
        // An error or not: half a state may be a whole one. But no panic.
        let _ = lab
            .build(&scene.problem)?
            .load(&Snapshot::new(good.format, &good.bytes[..keep]));
    }
    Ok(())
}

pub(super) fn boxed(lab: &Lab<'_>) -> Finding {
    lab.each(Law::Boxed, &lab.scenes, NEVER_REPEATED, |scene, run| {
        if lab.repeats(scene).is_err() {
            return Ok(false);
        }
        (lab.moved)(scene, run)?;
        Ok(!run.calls.is_empty())
    })
}
