//! The laws of pruners, one function each.

use std::collections::BTreeMap;

use tuning_core::{
    Ended, Fact, Fidelity, Outcome, Parameter, Paused, Pruner, Reported, Resumed, Space, Started,
    TrialId, Values, Verdict,
};

use super::scene::{Scene, running};
use crate::{guard::caught, report::Breach};

/// A new pruner.
pub(super) type Build<'a> = dyn Fn() -> Box<dyn Pruner> + 'a;

type Looked = Result<(), Breach>;

/// The verdicts on all these trials.
pub(super) fn verdicts(pruner: &dyn Pruner, trials: &[TrialId]) -> Vec<(TrialId, Verdict)> {
    trials
        .iter()
        .map(|trial| (*trial, pruner.judge(*trial)))
        .collect()
}

pub(super) fn told(build: &Build<'_>, facts: &[Fact]) -> Box<dyn Pruner> {
    let mut pruner = build();
    facts.iter().for_each(|fact| pruner.tell(fact));
    pruner
}

fn study(build: &Build<'_>, scene: &Scene) -> Result<Vec<Fact>, Breach> {
    scene.facts(Some(build())).map_err(Breach::new)
}

pub(super) fn same(
    expected: &[(TrialId, Verdict)],
    found: &[(TrialId, Verdict)],
    how: &str,
    step: usize,
) -> Looked {
    match expected.iter().zip(found).find(|(one, other)| one != other) {
        None => Ok(()),
        Some(((trial, one), (_, other))) => Err(Breach::new(format!(
            "{how}, the verdict on trial {trial} was {one:?} and became {other:?}"
        ))
        .at(step)),
    }
}

/// Twelve places, evenly spread; the last is the end.
pub(super) fn cuts(facts: &[Fact]) -> impl Iterator<Item = usize> + use<> {
    let all = facts.len();
    (1..=12).map(move |k| k * all / 12)
}

pub(super) fn pure(build: &Build<'_>, scene: &Scene) -> Looked {
    let facts = study(build, scene)?;
    let mut pruner = build();
    for (step, fact) in facts.iter().enumerate() {
        pruner.tell(fact);
        if let Fact::Reported(reported) = fact {
            let this = [reported.trial];
            let first = verdicts(&*pruner, &this);
            same(&first, &verdicts(&*pruner, &this), "judged twice", step)?;
            let others = running(&facts[..=step]);
            let _ = verdicts(&*pruner, &others);
            same(
                &first,
                &verdicts(&*pruner, &this),
                "judged again after others",
                step,
            )?;
        }
    }
    Ok(())
}

pub(super) fn same_facts(build: &Build<'_>, scene: &Scene) -> Looked {
    let facts = study(build, scene)?;
    let mut pruner = build();
    let mut done = 0;
    for cut in cuts(&facts) {
        for place in done..cut {
            // Judging on the way is not a fact.
            let _ = verdicts(&*pruner, &running(&facts[..place]));
            pruner.tell(&facts[place]);
        }
        done = cut;
        let open = running(&facts[..cut]);
        let fresh = told(build, &facts[..cut]);
        same(
            &verdicts(&*fresh, &open),
            &verdicts(&*pruner, &open),
            "judged on the way",
            cut,
        )?;
    }
    Ok(())
}

pub(super) fn copies(build: &Build<'_>, scene: &Scene) -> Looked {
    let facts = study(build, scene)?;
    for cut in cuts(&facts) {
        let (seen, rest) = facts.split_at(cut);
        let open = running(seen);
        let expected = verdicts(&*told(build, seen), &open);
        let mut original = told(build, seen);
        let copy = original.boxed_clone();
        same(&expected, &verdicts(&*copy, &open), "judged by a copy", cut)?;
        let mut ahead = original.boxed_clone();
        rest.iter().for_each(|fact| ahead.tell(fact));
        let how = "after a copy was told more, judged by the original";
        same(&expected, &verdicts(&*original, &open), how, cut)?;
        rest.iter().for_each(|fact| original.tell(fact));
        let expected = verdicts(&*original, &open);
        same(
            &expected,
            &verdicts(&*ahead, &open),
            "told the same facts, judged by a copy",
            cut,
        )?;
    }
    Ok(())
}

pub(super) fn first_trial(build: &Build<'_>) -> Looked {
    for (shape, scale, power) in [
        ("falling", 1.0, -1),
        ("falling below zero", -1.0, 1),
        ("falling from 1e300", 1e300, -1),
    ] {
        let mut pruner = build();
        pruner.tell(&started(0)?);
        for at in 1..=27 {
            let loss = scale * (at as f64).powi(power);
            pruner.tell(&reported(0, at, loss)?);
            if pruner.judge(TrialId::new(0)) == Verdict::Stop {
                return Err(Breach::new(format!(
                    "the first trial, whose loss is {shape}, is stopped at fidelity {at}"
                )));
            }
        }
    }
    Ok(())
}

/// Twelve trials a fixed distance apart that fall a little, and one ahead of them all, which runs when they have ended,
/// or side by side with them.
pub(super) fn leader(build: &Build<'_>) -> Looked {
    const LEADER: u64 = 12;
    const FIDELITIES: [u64; 7] = [1, 2, 3, 6, 9, 18, 27];
    let trials = 0..=LEADER;
    let behind = trials
        .clone()
        .flat_map(|trial| FIDELITIES.map(|at| (trial, at)));
    let beside = FIDELITIES
        .iter()
        .flat_map(|at| trials.clone().map(|trial| (trial, *at)));
    let schedules = [
        ("when the others have ended", behind.collect::<Vec<_>>()),
        ("side by side with the others", beside.collect()),
    ];
    let losses = [
        ("above zero", 1.0, 0.0),
        ("below zero", 1.0, -100.0),
        ("huge", 1e290, 0.0),
    ];
    for (when, schedule) in &schedules {
        for (kind, scale, shift) in losses {
            let mut pruner = build();
            let mut seen = BTreeMap::new();
            for (trial, at) in schedule {
                let goes_on = seen.entry(*trial).or_insert(None);
                if goes_on.is_none() {
                    pruner.tell(&started(*trial)?);
                }
                if *goes_on == Some(false) {
                    continue;
                }
                let start = if *trial == LEADER {
                    0.5
                } else {
                    2.0 + *trial as f64
                };
                let loss = scale * (start - 0.01 * *at as f64) + shift;
                pruner.tell(&reported(*trial, *at, loss)?);
                let verdict = pruner.judge(TrialId::new(*trial));
                if *trial == LEADER && verdict == Verdict::Stop {
                    return Err(Breach::new(format!(
                        "the trial with the lowest losses of all ({kind}), run {when}, is stopped at fidelity {at}"
                    )));
                }
                *goes_on = Some(verdict != Verdict::Stop);
                if *at == 27 || verdict == Verdict::Stop {
                    let outcome = match verdict {
                        Verdict::Stop => Outcome::Stopped,
                        _ => Outcome::Completed(value(loss)?),
                    };
                    pruner.tell(&Ended::new(TrialId::new(*trial), outcome).into());
                }
            }
        }
    }
    Ok(())
}

pub(super) fn survives(build: &Build<'_>, scene: &Scene) -> Looked {
    let facts = scene.facts(None).map_err(Breach::new)?;
    let mut pruner = build();
    for (step, fact) in facts.iter().enumerate() {
        tell(&mut *pruner, fact, step)?;
        if let Some(trial) = fact.trial() {
            judge(&*pruner, trial, step)?;
        }
        judge(&*pruner, TrialId::new(1_000_000), step)?;
    }
    let unknown = TrialId::new(2_000_000);
    let values = value(0.5)?;
    for fact in [
        Fact::from(Reported::new(unknown, Fidelity::new(3), values.clone())),
        Paused::new(unknown, Fidelity::new(3), values.clone()).into(),
        Resumed::new(unknown, Fidelity::new(9)).into(),
        Ended::new(unknown, Outcome::Completed(values)).into(),
        Ended::new(unknown.plus(1), Outcome::Stopped).into(),
    ] {
        tell(&mut *pruner, &fact, facts.len())?;
        judge(&*pruner, unknown, facts.len())?;
    }
    Ok(())
}

fn tell(pruner: &mut dyn Pruner, fact: &Fact, step: usize) -> Looked {
    caught(|| pruner.tell(fact))
        .map_err(|panic| Breach::new(format!("told {fact:?}, it panicked: {panic}")).at(step))
}

fn judge(pruner: &dyn Pruner, trial: TrialId, step: usize) -> Looked {
    caught(|| pruner.judge(trial)).map(drop).map_err(|panic| {
        Breach::new(format!("judging trial {trial}, it panicked: {panic}")).at(step)
    })
}

pub(super) fn two_verdicts(build: &Build<'_>, scene: &Scene) -> Looked {
    let facts = scene.facts(None).map_err(Breach::new)?;
    let mut pruner = build();
    for (step, fact) in facts.iter().enumerate() {
        pruner.tell(fact);
        let Some(trial) = fact.trial() else {
            continue;
        };
        let verdict = pruner.judge(trial);
        if !matches!(verdict, Verdict::Continue | Verdict::Stop) {
            return Err(
                Breach::new(format!("the verdict on trial {trial} is {verdict:?}")).at(step),
            );
        }
    }
    Ok(())
}

fn started(trial: u64) -> Result<Fact, Breach> {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]);
    let params = space.map_err(|error| error.to_string());
    let params = params.and_then(|space| space.decode(&[0.5]).map_err(|error| error.to_string()));
    Ok(Started::new(TrialId::new(trial), params.map_err(Breach::new)?).into())
}

fn reported(trial: u64, at: u64, loss: f64) -> Result<Fact, Breach> {
    Ok(Reported::new(TrialId::new(trial), Fidelity::new(at), value(loss)?).into())
}

fn value(loss: f64) -> Result<Values, Breach> {
    Values::one(loss).map_err(|error| Breach::new(error.to_string()))
}
