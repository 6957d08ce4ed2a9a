//! Laws 14 and 15: neither the machine nor the direction of an objective changes the proposals.

use tuning_core::{Direction, Fact, Objective, Objectives, Order, Problem};

use super::lab::{Lab, Scene};
use crate::{
    landscape::Landscape,
    law::Law,
    report::{Breach, Finding},
    simulation::{Life, Run},
};

pub(super) fn order(lab: &Lab<'_>) -> Finding {
    lab.each(
        Law::Order,
        lab.some(12),
        "nothing was proposed",
        |scene, _| {
            if !lab.sound(scene) {
                return Ok(false); // another law's matter
            }
            let life = Life::default().failing(0.2).order(Order::AS_PROPOSED);
            let alone = scene.simulation().life(life.workers(1));
            let expected = lab.simulate(&alone, lab.build(&scene.problem)?);
            let mut log = Vec::new();
            for (workers, shuffle) in [(2, 1), (8, 2), (8, 3)] {
                let many = scene
                    .simulation()
                    .life(life.workers(workers))
                    .shuffle(shuffle);
                let run = lab.simulate(&many, lab.build(&scene.problem)?);
                equal(
                    &expected,
                    &run,
                    &format!("with {workers} workers instead of 1"),
                )?;
                log = run.log;
            }
            let restarts = if lab.retells(scene).is_ok() { 6 } else { 0 };
            for piece in 0..restarts {
                let cut = log.len() * piece / restarts + piece % 2;
                let again = scene
                    .simulation()
                    .life(life.workers(4))
                    .shuffle(10 + piece as u64);
                let run = again.resume(lab.build(&scene.problem)?, &log[..cut.min(log.len())]);
                equal(
                    &expected,
                    &run,
                    &format!("stopped after {cut} facts and started again"),
                )?;
            }
            Ok(!log.is_empty())
        },
    )
}

/// The same proposals in the same order, and the same facts trial by trial.
fn equal(expected: &Run, found: &Run, how: &str) -> Result<(), Breach> {
    if expected.stop != found.stop {
        return Err(Breach::new(format!(
            "{how}, the study ended with {:?} instead of {:?}",
            found.stop, expected.stop
        )));
    }
    let proposals = |run: &Run| -> Vec<Fact> {
        let proposed = |fact: &&Fact| matches!(fact, Fact::Started(_) | Fact::Resumed(_));
        run.facts().filter(proposed).cloned().collect()
    };
    first_difference(&proposals(expected), &proposals(found), how)?;
    let by_trial = |run: &Run| {
        let mut facts = run.timeless();
        facts.sort_by_key(Fact::trial);
        facts
    };
    first_difference(&by_trial(expected), &by_trial(found), how)
}

fn first_difference(expected: &[Fact], found: &[Fact], how: &str) -> Result<(), Breach> {
    let place = (0..expected.len().max(found.len())).find(|k| expected.get(*k) != found.get(*k));
    let Some(place) = place else {
        return Ok(());
    };
    let show = |facts: &[Fact]| {
        facts
            .get(place)
            .map_or_else(|| "nothing".to_owned(), |fact| format!("{fact:?}"))
    };
    Err(Breach::new(format!(
        "{how}, fact {place} was {}\nand became {}",
        show(expected),
        show(found)
    ))
    .at(place))
}

pub(super) fn direction(lab: &Lab<'_>) -> Finding {
    lab.each(
        Law::Direction,
        &lab.scenes,
        "nothing was proposed",
        |scene, base| {
            let mirrored = mirrored(scene)?;
            if !lab.sound(scene) {
                return Ok(false); // another law's matter
            }
            let Some(strategy) = lab.try_build(&mirrored) else {
                return Err(Breach::new(
                    "it refuses the same problem with the directions reversed",
                ));
            };
            let life = Life::of(scene.seed).landscape(Landscape::Hill);
            let simulation = crate::Simulation::new(mirrored, scene.seed).life(life);
            let run = lab.simulate(&simulation, strategy);
            let proposals = |run: &Run| -> Vec<Fact> {
                let proposed = |fact: &&Fact| matches!(fact, Fact::Started(_) | Fact::Resumed(_));
                run.facts().filter(proposed).cloned().collect()
            };
            let how = "with every objective negated and its direction reversed";
            first_difference(&proposals(base), &proposals(&run), how)?;
            Ok(!run.log.is_empty())
        },
    )
}

fn mirrored(scene: &Scene) -> Result<Problem, Breach> {
    let reversed = scene
        .problem
        .objectives
        .iter()
        .map(|objective| match objective.direction {
            Direction::Minimize => Objective::maximize(&*objective.name),
            Direction::Maximize => Objective::minimize(&*objective.name),
        });
    let objectives = Objectives::new(reversed).map_err(|error| Breach::new(error.to_string()))?;
    let mut problem = scene.problem.clone();
    problem.objectives = objectives;
    Ok(problem)
}
