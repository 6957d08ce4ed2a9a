//! Laws 8 and 9: what a strategy must live through.

use tuning_core::{
    Budget, Budgeted, Ended, Fact, FailureKind, Fidelity, Outcome, Paused, Reported, Resumed,
    Started, Strategy, Tag, TrialId, Values,
};

use super::{
    follow::{ask, cuts, follow, tell},
    lab::{Lab, Scene},
};
use crate::{
    landscape::Landscape,
    law::Law,
    report::{Breach, Finding},
    simulation::{Call, Chance, Life, Run},
};

pub(super) fn foreigners(lab: &Lab<'_>) -> Finding {
    if let Some(breach) = lab.constructor() {
        // Law 10 reports it; here there may be nothing to look at.
        if lab.scenes.is_empty() {
            return Finding::Skipped(breach.message.clone());
        }
    }
    let closely: Vec<_> = lab
        .some(20)
        .into_iter()
        .map(|scene| (&scene.name, scene.seed))
        .collect();
    lab.each(
        Law::Foreigners,
        &lab.scenes,
        "nothing was proposed",
        |scene, base| {
            let life = Life::default().foreign(0.7).failing(0.3);
            let run = lab.simulate(&scene.simulation().life(life), lab.build(&scene.problem)?);
            lab.ended_well(scene, &run, "with trials of others and failures")?;
            if closely.contains(&(&scene.name, scene.seed)) && lab.sound(scene) {
                follow(&mut lab.build(&scene.problem)?, &run.calls, 0)?;
                if lab.retells(scene).is_ok() {
                    lab.retell(&scene.problem, &run.calls)?;
                }
            }
            // A study that ends badly without strangers is another law's matter.
            if base.stop.breach().is_none() {
                strangers(lab, scene, base)?;
            }
            Ok(true)
        },
    )
}

/// Facts of trials that were never started, and tags of its own layer that it never wrote.
fn strangers(lab: &Lab<'_>, scene: &Scene, base: &Run) -> Result<(), Breach> {
    let Some(cut) = cuts(&base.calls, 2).last().copied() else {
        return Ok(());
    };
    if base.stop.breach().is_some() {
        return Ok(()); // it fails without strangers, too: the matter of law 9
    }
    let mut strategy = lab.build(&scene.problem)?;
    tell(&mut strategy, &base.calls[..cut]);
    let objectives = scene.problem.objectives.len();
    let values = Values::new(vec![0.25; objectives]).map_err(|e| Breach::new(e.to_string()))?;
    let unknown = TrialId::new(1_000_000);
    let mut facts = vec![
        Reported::new(unknown, Fidelity::new(1), values.clone()).into(),
        Paused::new(unknown, Fidelity::new(1), values.clone()).into(),
        Resumed::new(unknown, Fidelity::new(2)).into(),
        Ended::new(unknown, Outcome::Completed(values)).into(),
        Ended::new(unknown.plus(1), Outcome::Stopped).into(),
        Budgeted::new(&Budget::trials(3)).into(),
        Budgeted::new(&Budget::unlimited()).into(),
    ];
    let mut chance = Chance::new(scene.seed.named("strangers"));
    for (number, tag) in (2..).zip(forged(base)) {
        let trial = unknown.plus(number);
        facts.push(
            Started::new(trial, chance.params(&scene.problem.space))
                .tag(tag)
                .into(),
        );
        facts.push(Ended::new(trial, Outcome::failed(FailureKind::Lost, "forged")).into());
    }
    for fact in facts {
        told(&mut strategy, &fact)?;
    }
    if let Call::Ask(question, _) = &base.calls[cut] {
        let answer = crate::guard::caught(|| ask(&mut strategy, question));
        let answer = answer.and_then(|answer| answer);
        answer.map_err(|message| {
            let after = "asked after facts about unknown trials and forged tags, it failed";
            Breach::new(format!("{after}: {message}")).at(cut)
        })?;
    }
    Ok(())
}

fn told<S: Strategy>(strategy: &mut S, fact: &Fact) -> Result<(), Breach> {
    crate::guard::caught(|| strategy.tell(fact))
        .map_err(|panic| Breach::new(format!("told {fact:?}, it panicked: {panic}")))
}

/// Tags with the outermost layer of an own one and notes that make no sense.
fn forged(base: &Run) -> Vec<Tag> {
    let own = base.facts().find_map(|fact| match fact {
        Fact::Started(started) if !started.tag.is_none() => Some(started.tag.as_str()),
        _ => None,
    });
    let Some((layer, _)) = own.and_then(|own| own.split_once(':')) else {
        return vec![Tag::NONE];
    };
    [
        "",
        "?",
        "-1",
        "18446744073709551615",
        "18446744073709551616",
        "NaN",
        "0:0:0:0",
        "a/b",
    ]
    .map(|note| Tag::new(layer, note))
    .into()
}

pub(super) fn extremes(lab: &Lab<'_>) -> Finding {
    if let Some(breach) = lab.constructor() {
        return Finding::Broken(breach.clone());
    }
    let ended_well = lab.each(Law::Extremes, &lab.scenes, "", |scene, _| {
        lab.base_breach(Law::Extremes, scene).map_or(Ok(true), Err)
    });
    if let Finding::Broken(_) = ended_well {
        return ended_well;
    }
    let extreme = [
        ("every value 0", Landscape::Constant(0.0)),
        ("every value 1e300", Landscape::Constant(1e300)),
        ("every value 5e-324", Landscape::Constant(5e-324)),
        ("values 0 or 1", Landscape::Either(0.0, 1.0)),
        ("values 0 or -0", Landscape::Either(0.0, -0.0)),
        ("values 1e300 or -1e300", Landscape::Either(1e300, -1e300)),
        (
            "values f64::MAX or f64::MIN",
            Landscape::Either(f64::MAX, f64::MIN),
        ),
        (
            "every trial failing",
            Landscape::Failing(FailureKind::Error),
        ),
        (
            "every trial infeasible",
            Landscape::Failing(FailureKind::Infeasible),
        ),
        ("every trial stopped", Landscape::Stopped),
    ];
    lab.each(
        Law::Extremes,
        lab.some(14),
        "nothing was proposed",
        |scene, _| {
            for (name, landscape) in extreme {
                let life = Life::of(scene.seed).landscape(landscape);
                let run = lab.simulate(&scene.simulation().life(life), lab.build(&scene.problem)?);
                lab.ended_well(scene, &run, name)?;
            }
            Ok(true)
        },
    )
}
