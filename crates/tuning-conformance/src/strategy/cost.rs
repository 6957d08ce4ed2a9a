//! Law 13: the cost of an ask grows at most in proportion to the history.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use tuning_core::{
    Ask, Asked, Ended, Fidelity, FidelityRange, Objectives, Outcome, Parameter, Paused, Problem,
    ProposalKind, Reported, Resumed, Seed, Space, Started, Strategy, Tag, TrialId, Values,
};

use super::{
    lab::Lab,
    yardstick::{ON_PAPER, Yardstick},
};
use crate::{
    law::Law,
    report::{Breach, Finding},
    simulation::Chance,
};

/// Below this the time does not matter, and clocks and caches disturb the measurement.
const FLOOR: Duration = Duration::from_micros(50);
/// How long a history of the strategy's own trials may take to build.
const ALLOWANCE: Duration = Duration::from_millis(1500);

pub(super) fn cost(lab: &Lab<'_>) -> Finding {
    let Some(problem) = problem(lab) else {
        return Finding::Skipped("it refuses the problem that the cost is measured on".to_owned());
    };
    let mut worst = None;
    let mut factor = lab.settings.cost_factor;
    for _ in 0..4 {
        match crate::guard::caught(|| measure(lab, &problem, factor)) {
            // A slow moment of the machine passes; a slow strategy stays.
            Ok(Err(breach)) => {
                worst = Some(breach);
                factor = lab.settings.cost_factor * machine(&problem).max(1.0);
            }
            Ok(Ok(())) => return Finding::Kept,
            Err(panic) => {
                return Finding::Skipped(format!(
                    "it panicked (the matter of laws 8 and 9): {panic}"
                ));
            }
        }
    }
    let mut breach = worst.unwrap_or_default();
    breach.scene = "cost".to_owned();
    breach.repeat = format!("strategy(…).only(Law::{:?})", Law::Cost);
    Finding::Broken(breach)
}

/// A space of the usual kind, which no grid exhausts soon.
fn problem(lab: &Lab<'_>) -> Option<Problem> {
    let space = Space::new([
        Parameter::float("lr", 1e-5, 1e-1).log(),
        Parameter::float("x", -1.0, 1.0).step(0.001),
        Parameter::int("layers", 1, 100),
        Parameter::categorical("optimizer", ["adam", "sgd", "lion"]),
    ]);
    let problem = Problem::new(space.ok()?, Objectives::minimize("loss").ok()?);
    let along = problem.clone().fidelity(FidelityRange::new(1, 27).ok());
    [problem, along]
        .into_iter()
        .find(|problem| lab.try_build(problem).is_some())
}

fn measure(lab: &Lab<'_>, problem: &Problem, factor: f64) -> Result<(), Breach> {
    let small = (1_000, foreign(lab.build(problem)?, problem, 1_000));
    let large = (10_000, foreign(lab.build(problem)?, problem, 10_000));
    judge(factor, small, large, "trials of others")?;
    match own(lab.build(problem)?, problem) {
        Some((small, large)) => judge(factor, small, large, "trials of its own"),
        None => Ok(()),
    }
}

/// How much worse than on paper this machine is now at sorting a long history.
fn machine(problem: &Problem) -> f64 {
    let time = |trials| foreign(Box::new(Yardstick::default()), problem, trials).as_secs_f64();
    time(10_000) / time(1_000).max(1e-9) / ON_PAPER
}

/// How many trials there were, and how long a step took then.
type Measured = (usize, Duration);

fn judge(
    factor: f64,
    (few, small): Measured,
    (many, large): Measured,
    whose: &str,
) -> Result<(), Breach> {
    let limit = small.max(FLOOR).mul_f64(factor);
    if large <= limit {
        return Ok(());
    }
    Err(Breach::new(format!(
        "after {few} {whose} a trial told and the next one asked for take {small:.1?}, after {many} \
         {large:.1?}: {:.0} times as long, and {factor:.0} times would do",
        large.as_secs_f64() / small.as_secs_f64().max(1e-9),
    )))
}

/// How long it takes to tell one more trial and ask for the next one, after `trials` of others.
fn foreign(mut strategy: Box<dyn Strategy>, problem: &Problem, trials: usize) -> Duration {
    let mut chance = Chance::new(Seed::new(13));
    let mut next = TrialId::new(0);
    let mut one_more = |strategy: &mut Box<dyn Strategy>| {
        let params = chance.params(&problem.space);
        let loss = Values::one(chance.unit()).unwrap_or_else(|error| unreachable!("{error}"));
        strategy.tell(&Started::new(next, params).tag(Tag::NONE).into());
        strategy.tell(&Ended::new(next, Outcome::Completed(loss)).into());
        next = next.plus(1);
        next
    };
    for _ in 1..trials {
        one_more(&mut strategy);
    }
    let mut times = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        let next = one_more(&mut strategy);
        let _ = strategy.ask(&Ask::new(NonZeroUsize::MIN, next, Seed::new(0)));
        times.push(begun.elapsed());
    }
    quickest(&times)
}

/// The shortest of these times. What else the machine does only ever adds to a time, and to that of a program most of all:
/// each of its answers waits for its turn. And some strategies refit their model every few trials.
fn quickest(times: &[Duration]) -> Duration {
    times.iter().min().copied().unwrap_or_default()
}

/// The same for trials of its own: a tenth of those that are reached within the allowance, and all.
fn own(mut strategy: Box<dyn Strategy>, problem: &Problem) -> Option<(Measured, Measured)> {
    const WINDOW: usize = 15;
    let mut chance = Chance::new(Seed::new(14));
    let mut next = TrialId::new(0);
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < ALLOWANCE && times.len() < 10_000 {
        let step = Instant::now();
        let answer = strategy.ask(&Ask::new(NonZeroUsize::MIN, next, Seed::new(0)));
        let Ok(Asked::Propose(proposals)) = answer else {
            break;
        };
        let Some(proposal) = proposals.into_iter().next() else {
            break;
        };
        let (until, tag) = (proposal.target(), proposal.note().clone());
        let loss = Values::one(chance.unit()).unwrap_or_else(|error| unreachable!("{error}"));
        let trial = match proposal.kind() {
            ProposalKind::Start(params) | ProposalKind::Fork(_, params) => {
                let started = Started::new(next, params.clone());
                strategy.tell(&started.until(until).tag(tag).into());
                next = next.plus(1);
                TrialId::new(next.get() - 1)
            }
            ProposalKind::Resume(trial) => {
                strategy.tell(&Resumed::new(*trial, until).tag(tag).into());
                *trial
            }
            _ => break,
        };
        finish(&mut strategy, problem, trial, until, loss);
        times.push(step.elapsed());
    }
    let (many, few) = (times.len(), times.len() / 10);
    let measured = |end: usize| (end, quickest(&times[end.saturating_sub(WINDOW)..end]));
    (many >= 1_000).then(|| (measured(few), measured(many)))
}

/// The trial reports at the fidelity that it was to run until, and pauses or ends.
fn finish(
    strategy: &mut Box<dyn Strategy>,
    problem: &Problem,
    trial: TrialId,
    until: Option<Fidelity>,
    loss: Values,
) {
    let whole = problem.fidelity.map(FidelityRange::max);
    if let Some(at) = until.or(whole) {
        strategy.tell(&Reported::new(trial, at, loss.clone()).into());
        if Some(at) < whole {
            strategy.tell(&Paused::new(trial, at, loss).into());
            return;
        }
    }
    strategy.tell(&Ended::new(trial, Outcome::Completed(loss)).into());
}
