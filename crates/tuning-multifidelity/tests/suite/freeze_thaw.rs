//! Freeze-thaw keeps the laws, and finds better trials than ranks alone.

use std::num::NonZeroUsize;

use tuning_core::{
    Ask, Asked, Ended, Fidelity, FidelityRange, Objective, Objectives, Outcome, Parameter, Paused,
    Problem, Proposal, ProposalKind, Reported, Resumed, Seed, Space, Started, Strategy,
    StrategyConfig, Tag, TrialId, Values,
};
use tuning_multifidelity::FreezeThawConfig;

/// What there is in spaces, without the many variants of it.
const SPACES: [&str; 4] = ["training", "every-kind-twice", "deep-conditions", "floats"];

#[test]
fn freeze_thaw_keeps_the_laws() {
    tuning_conformance::strategy(|problem| FreezeThawConfig::default().build(problem))
        .config::<FreezeThawConfig>()
        .spaces(SPACES)
        .trials(16)
        .seeds(1)
        .check();
}

#[test]
fn a_small_model_that_decides_at_once_keeps_the_laws() {
    let config = FreezeThawConfig::default()
        .startup(0)
        .min_resource(1)
        .promote_every(0)
        .candidates(16)
        .max_observations(16);
    tuning_conformance::strategy(|problem| config.build(problem))
        .seeds(1)
        .check();
}

/// The resource of a whole trial.
const WHOLE: u64 = 52;

/// The error of a trial after so many epochs: it decays to a bowl, at a rate that depends on the parameters.
fn error(x: &[f64], epoch: u64) -> f64 {
    let bowl: f64 = x
        .iter()
        .zip([0.3, 0.6, 0.2])
        .map(|(x, c)| (x - c).powi(2))
        .sum();
    bowl + 0.4 * (1.0 - 0.5 * x[0]) * (epoch as f64).powf(-0.5 - x[1])
}

/// The least error that a study with one worker sees, until it has used ten whole trials.
fn least(config: &FreezeThawConfig, seed: u64) -> f64 {
    let space = Space::new(["a", "b", "c"].map(|name| Parameter::float(name, 0.0, 1.0))).unwrap();
    let range = FidelityRange::new(1, WHOLE).unwrap();
    let objectives = Objectives::minimize("error").unwrap();
    let problem = Problem::new(space.clone(), objectives).fidelity(range);
    let mut strategy = config.build(&problem).unwrap();
    let (mut points, mut used, mut least) = (Vec::new(), 0, f64::INFINITY);
    while used < 10 * WHOLE {
        let next = TrialId::new(points.len() as u64);
        let ask = Ask::new(NonZeroUsize::MIN, next, Seed::new(seed));
        let Asked::Propose(proposals) = strategy.ask(&ask).unwrap() else {
            panic!("it always has something to propose")
        };
        let (until, tag) = (proposals[0].target(), proposals[0].note().clone());
        let trial = match proposals[0].kind() {
            ProposalKind::Start(params) => {
                let point: Vec<f64> = space.encode(params).into_iter().flatten().collect();
                points.push((point, 0));
                let started = Started::new(next, params.clone());
                strategy.tell(&started.until(until).tag(tag).into());
                next
            }
            ProposalKind::Resume(trial) => {
                strategy.tell(&Resumed::new(*trial, until).tag(tag).into());
                *trial
            }
            other => panic!("{other:?}"),
        };
        let (point, at) = &mut points[trial.get() as usize];
        let end = until.map_or(WHOLE, |until| until.get());
        for epoch in *at + 1..=end {
            let values = Values::one(error(point, epoch)).unwrap();
            least = least.min(values.first());
            strategy.tell(&Reported::new(trial, Fidelity::new(epoch), values).into());
        }
        used += end - *at;
        *at = end;
        let values = Values::one(error(point, end)).unwrap();
        strategy.tell(&match until {
            Some(until) => Paused::new(trial, until, values).into(),
            None => Ended::new(trial, Outcome::Completed(values)).into(),
        });
    }
    least
}

#[test]
fn the_model_finds_better_trials_than_ranks_alone() {
    let model = FreezeThawConfig::default()
        .candidates(100)
        .max_observations(80);
    let ranks = model.clone().startup(100);
    let log_mean = |config: &FreezeThawConfig| -> f64 {
        (0..4).map(|seed| least(config, seed).log10()).sum::<f64>() / 4.0
    };
    let (model, ranks) = (log_mean(&model), log_mean(&ranks));
    // Measured: -2.27 and -1.63.
    assert!(model < ranks - 0.3, "model {model}, ranks {ranks}");
}

#[test]
fn several_objectives_are_refused() {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let two = Objectives::new([Objective::minimize("loss"), Objective::minimize("time")]);
    let problem = Problem::new(space, two.unwrap()).fidelity(FidelityRange::new(1, 9).unwrap());
    let error = FreezeThawConfig::default().build(&problem).unwrap_err();
    assert_eq!(
        error.to_string(),
        "strategy `freeze_thaw` models one objective, and there are 2: keep one, or take another strategy"
    );
}

#[test]
fn what_can_never_be_resumed_is_given_up() {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let objectives = Objectives::minimize("loss").unwrap();
    let range = FidelityRange::new(1, WHOLE).unwrap();
    let problem = Problem::new(space.clone(), objectives).fidelity(range);
    let mut strategy = FreezeThawConfig::default().build(&problem).unwrap();
    let tag = Tag::new("freeze_thaw", "random, to 3 of 52");
    for trial in 0..2 {
        let trial = TrialId::new(trial);
        let params = space.decode(&[0.25 + 0.5 * trial.get() as f64]).unwrap();
        let at = Fidelity::new(3);
        strategy.tell(
            &Started::new(trial, params)
                .until(at)
                .tag(tag.clone())
                .into(),
        );
        strategy.tell(&Paused::new(trial, at, Values::one(1.0).unwrap()).into());
    }
    let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(2), Seed::new(0)).with_trials_left(Some(0));
    let both = (0..2).map(|trial| Proposal::give_up(TrialId::new(trial)));
    assert_eq!(strategy.ask(&ask).unwrap(), Asked::Propose(both.collect()));
    for trial in 0..2 {
        strategy.tell(&Ended::new(TrialId::new(trial), Outcome::Stopped).into());
    }
    assert_eq!(strategy.ask(&ask).unwrap(), Asked::Done);
    let more = ask.with_trials_left(Some(1));
    assert!(
        matches!(strategy.ask(&more).unwrap(), Asked::Propose(_)),
        "the budget was raised"
    );
}
#[test]
fn zz_sanity() {
    tuning_conformance::strategy(|problem| FreezeThawConfig::default().build(problem))
        .spaces(SPACES)
        .trials(16)
        .seeds(1)
        .only(tuning_conformance::Law::Sanity)
        .check();
}
#[test]
fn zz_cost() {
    tuning_conformance::strategy(|problem| FreezeThawConfig::default().build(problem))
        .spaces(SPACES)
        .trials(16)
        .seeds(1)
        .only(tuning_conformance::Law::Cost)
        .check();
}
