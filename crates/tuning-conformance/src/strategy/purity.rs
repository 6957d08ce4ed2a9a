//! Laws 1, 4, 5 and 10: ask decides, tell remembers, and nothing else counts.

use std::num::NonZeroUsize;

use super::{
    follow::{ask, cuts, same},
    lab::Lab,
};
use crate::{law::Law, report::Finding, simulation::Call};

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
            // Another question in between leaves no trace either.
            let more = question.slots().saturating_add(2);
            let _ = ask(&mut strategy, &question.with_slots(more));
            let _ = ask(
                &mut strategy,
                &question.with_slots(NonZeroUsize::MIN).salted(1),
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

pub(super) fn boxed(lab: &Lab<'_>) -> Finding {
    lab.each(Law::Boxed, &lab.scenes, NEVER_REPEATED, |scene, run| {
        if lab.repeats(scene).is_err() {
            return Ok(false);
        }
        (lab.moved)(scene, run)?;
        Ok(!run.calls.is_empty())
    })
}
