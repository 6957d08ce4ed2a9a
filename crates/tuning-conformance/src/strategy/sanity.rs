//! Law 14: on a small panel, not worse than random search.

use std::num::NonZeroUsize;

use tuning_core::{
    AskTell, Budget, Fidelity, FidelityRange, Metrics, Objectives, Outcome, Parameter, Params,
    Problem, Seed, Space, Strategy, Turn, Values, Verdict, Work,
};

use super::lab::Lab;
use crate::{
    law::Law,
    report::{Breach, Finding},
    simulation::Chance,
};

/// Trials (or the resource of this many whole ones) in each study.
const TRIALS: u64 = 30;
/// Studies of the strategy, and of random search, on each objective of the panel.
const STUDIES: u64 = 9;
const RANDOM_STUDIES: u64 = 100;
/// Where the median study may stand among those of random search: 0 is the best of them, 1 the worst.
/// Nine studies of random search itself get there less than once in 10 000 panels.
const ONE_OBJECTIVE: f64 = 0.95;
const WHOLE_PANEL: f64 = 0.7;

pub(super) fn sanity(lab: &Lab<'_>) -> Finding {
    if !lab.all_ended_well() {
        return Finding::Skipped("studies end badly: see the other laws".to_owned());
    }
    let mut stands = Vec::new();
    for (name, space) in panel() {
        let Some(problem) = problem(lab, &space) else {
            continue;
        };
        let studies: Result<Vec<f64>, Breach> = (0..STUDIES)
            .map(|seed| study(lab, &problem, Seed::new(seed)))
            .collect();
        let mut ranks = match studies {
            Ok(best) => {
                let random = random(&space);
                best.iter()
                    .map(|best| rank(*best, &random))
                    .collect::<Vec<_>>()
            }
            Err(breach) => return broken(breach, name),
        };
        ranks.sort_by(f64::total_cmp);
        let median = ranks[ranks.len() / 2];
        if median > ONE_OBJECTIVE {
            let message = format!(
                "its median study of {TRIALS} trials is worse than {:.0} % of those of random search",
                100.0 * median
            );
            return broken(Breach::new(message), name);
        }
        stands.extend(ranks);
    }
    if stands.is_empty() {
        return Finding::Skipped("it refuses every space of the panel".to_owned());
    }
    let mean = stands.iter().sum::<f64>() / stands.len() as f64;
    if mean > WHOLE_PANEL {
        let message = format!(
            "its studies of {TRIALS} trials are worse than {:.0} % of those of random search on average",
            100.0 * mean
        );
        return broken(Breach::new(message), "all");
    }
    Finding::Kept
}

fn broken(mut breach: Breach, name: &str) -> Finding {
    breach.scene = format!("panel: {name}");
    breach.repeat = format!("strategy(…).only(Law::{:?})", Law::Sanity);
    Finding::Broken(breach)
}

fn panel() -> Vec<(&'static str, Space)> {
    let floats = |n: usize| {
        (0..n)
            .map(|k| Parameter::float(format!("x{k}"), -5.0, 10.0))
            .collect()
    };
    let choices = |n: usize| {
        (0..n)
            .map(|k| Parameter::categorical(format!("c{k}"), ["a", "b", "c", "d"]))
            .collect()
    };
    let training = vec![
        Parameter::float("lr", 1e-5, 1e-1).log(),
        Parameter::int("layers", 1, 8),
        Parameter::ordered("batch", [16, 32, 64, 128, 256]),
        Parameter::categorical("optimizer", ["adam", "sgd"]),
        Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
    ];
    let steps = vec![
        Parameter::int("n", 1, 1 << 20).log(),
        Parameter::float("x", -10.2, 10.2).step(0.1),
        Parameter::int("k", -50, 50),
    ];
    let spaces: [(&str, Vec<Parameter>); 5] = [
        ("two floats", floats(2)),
        ("four floats", floats(4)),
        ("training", training),
        ("steps", steps),
        ("five choices", choices(5)),
    ];
    let space =
        |(name, parameters): (_, Vec<Parameter>)| Some((name, Space::new(parameters).ok()?));
    spaces.into_iter().filter_map(space).collect()
}

/// The space as a problem that the strategy takes: without fidelities if it can.
fn problem(lab: &Lab<'_>, space: &Space) -> Option<Problem> {
    let objectives = Objectives::minimize("loss").ok()?;
    let range = FidelityRange::new(1, 27).ok()?;
    let plain = Problem::new(space.clone(), objectives.clone()).budget(Budget::trials(TRIALS));
    let resource = Budget::unlimited().resource(TRIALS * range.max().get());
    let along = Problem::new(space.clone(), objectives)
        .fidelity(range)
        .budget(resource);
    [plain, along]
        .into_iter()
        .find(|problem| lab.try_build(problem).is_some())
}

/// A bowl with correlated parameters and its lowest point off the centre, the diagonal and the ends.
fn loss(params: &Params) -> f64 {
    let places = params.space().encode(params);
    let away = |(index, place): (usize, &Option<f64>)| {
        let centre = 0.12 + 0.7 * Seed::new(5).derive(index as u64).unit();
        place.map_or(0.2, |place| place - centre)
    };
    let away: Vec<f64> = places.iter().enumerate().map(away).collect();
    let squares: f64 = away.iter().map(|d| d * d).sum();
    let products: f64 = away.windows(2).map(|pair| pair[0] * pair[1]).sum();
    squares + 0.8 * products
}

/// What the trial measures on its way: the loss with an error that shrinks.
fn measured(work: &Work, at: Option<Fidelity>) -> f64 {
    let error = at.map_or(0.0, |at| {
        (work.seed.named("panel").unit() - 0.5) / at.get() as f64
    });
    loss(&work.params) + 0.1 * error
}

/// The best loss of a study, of trials that ran to their end.
fn study(lab: &Lab<'_>, problem: &Problem, seed: Seed) -> Result<f64, Breach> {
    let mut study = AskTell::new(problem.clone(), lab.build(problem)?, seed);
    let mut best = f64::MAX;
    // Bounded: an endless study is law 9's matter.
    for _ in 0..100 * TRIALS {
        let turn = study.ask(NonZeroUsize::MIN);
        let Turn::Work(works) = turn.map_err(|error| Breach::new(error.to_string()))? else {
            break;
        };
        for work in works {
            if let Some(loss) = run(&mut study, &work) {
                best = best.min(loss);
            }
        }
    }
    Ok(best)
}

/// Runs one piece of work; the loss of a trial that ran to its end.
fn run(study: &mut AskTell<Box<dyn Strategy>>, work: &Work) -> Option<f64> {
    let whole = study.problem().fidelity.map(FidelityRange::max);
    let until = work.until.or(whole);
    let value = Values::one(measured(work, until)).ok()?;
    if let Some(until) = until {
        let first = work.origin.at().map_or(0, Fidelity::get) + 1;
        for at in (first..=until.get()).map(Fidelity::new) {
            let value = Values::one(measured(work, Some(at))).ok()?;
            if study.report(work.trial, at, value, Metrics::default()) == Ok(Verdict::Stop) {
                break;
            }
        }
    }
    study
        .finish(work.trial, Outcome::Completed(value), Metrics::default(), 0)
        .ok()?;
    (until == whole).then(|| loss(&work.params))
}

/// The best losses of studies of random search, in order.
fn random(space: &Space) -> Vec<f64> {
    let study = |seed| {
        let mut chance = Chance::new(Seed::new(seed).named("random search"));
        let losses = (0..TRIALS).map(|_| loss(&chance.params(space)));
        losses.fold(f64::MAX, f64::min)
    };
    let mut best: Vec<f64> = (0..RANDOM_STUDIES).map(study).collect();
    best.sort_by(f64::total_cmp);
    best
}

/// The share of random studies that are better; ties count half.
fn rank(best: f64, random: &[f64]) -> f64 {
    let better = random.iter().filter(|other| **other < best).count();
    let equal = random.iter().filter(|other| **other == best).count();
    (better as f64 + 0.5 * equal as f64) / random.len() as f64
}
