//! Freeze-thaw keeps the laws, and finds better trials than ranks alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use tuning_conformance::Law;
use tuning_core::{
    Ask, AskTell, Asked, Budget, Ended, EventKind, Fact, FailureKind, Fidelity, FidelityRange,
    Objective, Objectives, Outcome, Parameter, Params, Paused, Problem, Proposal, ProposalKind,
    Reported, Resumed, Seed, Space, Started, Strategy, StrategyConfig, Tag, TrialId, Turn, Values,
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
        .skip(
            Law::Sanity,
            "a smaller model keeps it below: this one takes twelve seconds",
        )
        .check();
}

#[test]
fn a_small_model_that_decides_at_once_keeps_the_laws() {
    let config = FreezeThawConfig::default()
        .startup(0)
        .promote_every(0)
        .candidates(16)
        .max_observations(16);
    tuning_conformance::strategy(|problem| config.build(problem))
        .spaces(SPACES)
        .trials(16)
        .seeds(1)
        .check();
}

/// The resource of a whole trial.
const WHOLE: u64 = 52;

/// The error of a trial after this many epochs: it decays to a bowl, at a rate that depends on the parameters.
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

/// What a study told, whose trials report nothing on their way: `loss` of the parameters and the fidelity; none is a
/// failure. With several workers, as many pieces of work as that are in flight, and the oldest ends first.
fn told(
    config: &FreezeThawConfig,
    budget: Budget,
    workers: usize,
    loss: impl Fn(&Params, u64) -> Option<f64>,
) -> Vec<Fact> {
    let parameters = ["a", "b", "c"].map(|name| Parameter::float(name, 0.0, 1.0));
    let problem = Problem::new(
        Space::new(parameters).unwrap(),
        Objectives::minimize("error").unwrap(),
    )
    .fidelity(FidelityRange::new(1, WHOLE).unwrap())
    .budget(budget);
    let strategy = config.build(&problem).unwrap();
    let mut study = AskTell::new(problem, strategy, Seed::new(3));
    let mut flying = std::collections::VecDeque::new();
    loop {
        while let Some(free) = NonZeroUsize::new(workers - flying.len()) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => flying.extend(work),
                _ => break,
            }
        }
        let Some(work) = flying.pop_front() else {
            break;
        };
        let at = work.until.map_or(WHOLE, Fidelity::get);
        let outcome = match loss(&work.params, at) {
            Some(loss) => Outcome::Completed(Values::one(loss).unwrap()),
            None => Outcome::failed(FailureKind::NonFinite, "it diverged"),
        };
        study
            .finish(work.trial, outcome, Default::default(), 0)
            .unwrap();
    }
    let facts = study.take_entries(0).into_iter();
    let fact = |kind: EventKind| match kind {
        EventKind::Fact(fact) => Some(fact),
        _ => None,
    };
    facts.filter_map(|entry| fact(entry.kind)).collect()
}

/// A small model: quick to test.
fn small() -> FreezeThawConfig {
    FreezeThawConfig::default()
        .candidates(60)
        .max_observations(60)
}

fn point(params: &Params) -> Vec<f64> {
    params
        .space()
        .encode(params)
        .into_iter()
        .flatten()
        .collect()
}

fn starts(facts: &[Fact]) -> Vec<&Started> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Started(started) => Some(started),
            _ => None,
        })
        .collect()
}

/// How many trials ran to their end, and how many were given up or ended otherwise.
fn ends(facts: &[Fact]) -> (usize, usize) {
    let outcomes = facts.iter().filter_map(|fact| match fact {
        Fact::Ended(ended) => Some(matches!(ended.outcome, Outcome::Completed(_))),
        _ => None,
    });
    let (whole, other): (Vec<bool>, Vec<bool>) = outcomes.partition(|whole| *whole);
    (whole.len(), other.len())
}

#[test]
fn every_trial_of_a_study_ends() {
    let facts = told(&small(), Budget::trials(30), 1, |params, at| {
        Some(error(&point(params), at))
    });
    let (whole, given_up) = ends(&facts);
    assert_eq!(whole + given_up, 30);
    assert!(whole > 1 && given_up > 10, "{whole} {given_up}");
    let by_model = |fact: &&Fact| {
        fact.tag()
            .is_some_and(|tag| tag.to_string().contains("model"))
    };
    assert!(facts.iter().filter(by_model).count() > 5);
}

#[test]
fn workers_are_given_different_points() {
    let facts = told(&small(), Budget::trials(40), 8, |params, at| {
        Some(error(&point(params), at))
    });
    let started = starts(&facts);
    let points: Vec<_> = started
        .iter()
        .map(|started| point(&started.params))
        .collect();
    for (k, one) in points.iter().enumerate() {
        for other in &points[..k] {
            let squares: f64 = one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum();
            assert!(squares > 1e-8, "{one:?} and {other:?}");
        }
    }
    assert_eq!(points.len(), 40);
}

#[test]
fn where_trials_fail_few_are_started() {
    let facts = told(&small().startup(0), Budget::trials(40), 1, |params, at| {
        let point = point(params);
        (point[2] < 0.5).then(|| error(&point, at))
    });
    let started = starts(&facts);
    let late = started[20..]
        .iter()
        .filter(|started| point(&started.params)[2] >= 0.5);
    let late = late.count();
    assert!(
        late <= 5,
        "{late} of the last 20, where random ones would be 10"
    );
}

#[test]
fn equal_losses_and_failures_alone_end_like_others() {
    for loss in [Some(1.0), Some(0.0), Some(-3.0), None] {
        let facts = told(&small(), Budget::trials(30), 2, |_, _| loss);
        // The driver ends a study of failures alone.
        let (whole, other) = ends(&facts);
        assert_eq!(whole + other, starts(&facts).len(), "{loss:?}");
        assert_eq!(whole > 0, loss.is_some(), "{loss:?}: {whole}");
    }
}

#[test]
fn the_best_loss_is_that_of_a_whole_trial() {
    // Ranks would be content with others: each trial is as good as it is early on. What a budget of resource lets
    // begin too late cannot end.
    let config = small().promote_every(0);
    let (resource, open) = (Budget::unlimited().resource(6 * WHOLE), 5 * WHOLE);
    for (budget, open) in [(Budget::trials(20), u64::MAX), (resource, open)] {
        let facts = told(&config, budget, 1, |params, _| Some(point(params)[0]));
        let (mut used, mut reached) = (0, BTreeMap::new());
        let (mut paused_best, mut whole_best) = (f64::INFINITY, f64::INFINITY);
        for fact in &facts {
            match fact {
                Fact::Paused(paused) => {
                    used += paused.at.get()
                        - reached.insert(paused.trial, paused.at.get()).unwrap_or(0);
                    if used < open {
                        paused_best = paused_best.min(paused.values.first());
                    }
                }
                Fact::Ended(ended) => {
                    if let Some(values) = ended.outcome.values() {
                        used += WHOLE - reached[&ended.trial];
                        whole_best = whole_best.min(values.first());
                    }
                }
                _ => {}
            }
        }
        assert!(whole_best <= paused_best, "{whole_best} {paused_best}");
    }
}

#[test]
fn choices_and_conditions_are_learned_from() {
    let space = Space::new([
        Parameter::categorical("kind", ["poor", "good", "bad", "worse"]),
        Parameter::float("x", 0.0, 1.0).when("kind", ["good", "bad"]),
    ])
    .unwrap();
    let problem = Problem::new(space, Objectives::minimize("error").unwrap())
        .fidelity(FidelityRange::new(1, WHOLE).unwrap())
        .budget(Budget::trials(30));
    let strategy = small().startup(0).build(&problem).unwrap();
    let mut study = AskTell::new(problem, strategy, Seed::new(3));
    let mut kinds = Vec::new();
    while let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap() {
        for work in work {
            let kind = work.params.str("kind").unwrap().to_string();
            let loss = match work.params.float("x") {
                Ok(x) if kind == "good" => (x - 0.7).powi(2),
                _ => 0.5,
            };
            if work.origin.at().is_none() {
                kinds.push(kind);
            }
            let outcome = Outcome::Completed(Values::one(loss + 0.01).unwrap());
            study
                .finish(work.trial, outcome, Default::default(), 0)
                .unwrap();
        }
    }
    let good = kinds[10..].iter().filter(|kind| *kind == "good").count();
    assert!(good >= 12, "{kinds:?}");
    assert!(kinds.iter().collect::<BTreeSet<_>>().len() > 1);
}

#[test]
fn the_same_ask_twice_has_one_answer_and_the_model_of_the_first() {
    let problem = {
        let parameters = ["a", "b", "c"].map(|name| Parameter::float(name, 0.0, 1.0));
        Problem::new(
            Space::new(parameters).unwrap(),
            Objectives::minimize("error").unwrap(),
        )
        .fidelity(FidelityRange::new(1, WHOLE).unwrap())
    };
    let mut strategy = small().startup(0).build(&problem).unwrap();
    let facts = told(&small().startup(0), Budget::trials(20), 1, |params, at| {
        Some(error(&point(params), at))
    });
    let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(20), Seed::new(9));
    for fact in &facts {
        strategy.tell(fact);
        let (first, again) = (strategy.ask(&ask).unwrap(), strategy.ask(&ask).unwrap());
        assert_eq!(first, again);
    }
}

#[test]
fn several_objectives_are_refused() {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let two = Objectives::new([Objective::minimize("loss"), Objective::minimize("time")]);
    let problem = Problem::new(space, two.unwrap()).fidelity(FidelityRange::new(1, 9).unwrap());
    let error = FreezeThawConfig::default().build(&problem).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("compares trials by one objective"),
        "{error}"
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
    let third = space.decode(&[0.5]).unwrap();
    strategy.tell(&Started::new(TrialId::new(2), third).tag(tag).into());
    let completed = Outcome::Completed(Values::one(0.5).unwrap());
    strategy.tell(&Ended::new(TrialId::new(2), completed).into());
    let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(3), Seed::new(0)).with_trials_left(Some(0));
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
