//! A part of law 6: the end of a budget is not the end of the strategy.

use tuning_core::{EndReason, Fact};

use super::lab::{Lab, Scene};
use crate::{
    report::Breach,
    simulation::{Run, Simulation, Stop},
};

/// Continues a study that has used up its trials with half as many more. Returns whether there was anything to
/// look at: a strategy that has something to propose then.
pub(super) fn raised(lab: &Lab<'_>, scene: &Scene, run: &Run) -> Result<bool, Breach> {
    let spent = matches!(
        run.stop,
        Stop::Over(EndReason::Trials | EndReason::Exhausted)
    );
    let Some(trials) = scene.problem.budget.trials.filter(|_| spent) else {
        return Ok(false);
    };
    let more = trials + trials.div_ceil(2);
    let mut problem = scene.problem.clone();
    problem.budget.trials = Some(more);
    let simulation = Simulation::new(problem.clone(), scene.seed).life(scene.life());
    let resumed = lab.resume(&simulation, lab.build(&problem)?, &run.log);
    if resumed.stop.breach().is_some() || started(&resumed) > trials {
        return Ok(true); // one that ends badly is another law's matter
    }
    let whole = lab.simulate(&simulation, lab.build(&problem)?);
    if started(&whole) <= trials {
        return Ok(false); // it has no more to propose
    }
    Err(Breach::new(format!(
        "its budget of {trials} trials was raised to {more}, and it proposes nothing more, although it would have with \
         that budget from the start"
    ))
    .at(resumed.calls.len()))
}

fn started(run: &Run) -> u64 {
    let started = |fact: &&Fact| matches!(fact, Fact::Started(_));
    run.facts().filter(started).count() as u64
}
