//! Studies with a fidelity: who leads, as the tags of trials say it.

use std::num::NonZeroUsize;

use tuning_auto::AutoConfig;
use tuning_core::{
    AskTell, Budget, EventKind, Fact, Fidelity, FidelityRange, Objective, Objectives, Outcome,
    Parameter, Problem, Seed, Space, StrategyConfig, Turn, Values, Work,
};

/// The resource of a whole trial.
const WHOLE: u64 = 27;

fn problem(objectives: &[&str], budget: Budget) -> Problem {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::categorical("kind", ["a", "b", "c"]),
    ]);
    let objectives = Objectives::new(objectives.iter().map(|name| Objective::minimize(*name)));
    Problem::new(space.unwrap(), objectives.unwrap())
        .fidelity(FidelityRange::new(1, WHOLE).unwrap())
        .budget(budget)
}

/// The facts of a study, until it has started this many trials or ends.
fn told(config: &AutoConfig, problem: Problem, trials: usize) -> Vec<Fact> {
    let auto = config.build(&problem).unwrap();
    let objectives = problem.objectives.len();
    let mut study = AskTell::new(problem, auto, Seed::new(5));
    let mut started = 0;
    while started < trials
        && let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap()
    {
        for work in work {
            started += usize::from(work.origin.at().is_none());
            let x = work.params.float("x").unwrap();
            let at = work.until.map_or(WHOLE, Fidelity::get);
            let loss = (x - 0.3).powi(2) + 1.0 / at as f64;
            let values = Values::new(vec![loss; objectives]).unwrap();
            study
                .finish(
                    work.trial,
                    Outcome::Completed(values),
                    Default::default(),
                    0,
                )
                .unwrap();
        }
    }
    let facts = study.take_entries(0).into_iter();
    let fact = |kind: EventKind| match kind {
        EventKind::Fact(fact) => Some(fact),
        _ => None,
    };
    facts.filter_map(|entry| fact(entry.kind)).collect()
}

fn tags(facts: &[Fact]) -> Vec<String> {
    facts
        .iter()
        .filter_map(|fact| Some(fact.tag()?.to_string()))
        .collect()
}

/// Whether all tags begin with these words.
fn led_by(words: &str, facts: &[Fact]) {
    let tags = tags(facts);
    assert!(
        tags.len() > 9 && tags.iter().all(|tag| tag.starts_with(words)),
        "{tags:?}"
    );
}

const MODEL: &str = "auto:freeze_thaw, trials report on their way/freeze_thaw:";
const RANKS: &str = "auto:asha, trials report on their way and there are many/asha:";

#[test]
fn a_model_of_curves_leads_and_no_trial_stays_paused() {
    let facts = told(
        &AutoConfig::default(),
        problem(&["loss"], Budget::trials(30)),
        100,
    );
    led_by(MODEL, &facts);
    assert!(
        tags(&facts)
            .iter()
            .any(|tag| tag.contains("freeze_thaw:model"))
    );
    let ended = |fact: &&Fact| matches!(fact, Fact::Ended(_));
    assert_eq!(facts.iter().filter(ended).count(), 30);
    let resumed = |fact: &&Fact| matches!(fact, Fact::Resumed(_));
    assert!(facts.iter().filter(resumed).count() > 5);
}

#[test]
fn ranks_lead_where_there_are_many_trials_or_no_gaussian_process() {
    let many = [
        Budget::trials(1001),
        Budget::unlimited().resource(201 * WHOLE),
    ];
    for budget in many {
        led_by(
            RANKS,
            &told(&AutoConfig::default(), problem(&["loss"], budget), 40),
        );
    }
    let without = AutoConfig::default().gp_until(0);
    led_by(
        RANKS,
        &told(&without, problem(&["loss"], Budget::trials(20)), 100),
    );
}

#[test]
fn who_started_the_first_trial_leads_when_the_budget_is_raised() {
    use tuning_core::{Ask, Asked, Budgeted, Strategy as _, TrialId};
    let few = problem(&["loss"], Budget::trials(20));
    let mut auto = AutoConfig::default().build(&few).unwrap();
    for fact in told(&AutoConfig::default(), few, 100) {
        auto.tell(&fact);
    }
    auto.tell(&Budgeted::new(&Budget::trials(5000)).into());
    let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(20), Seed::new(5));
    let Asked::Propose(proposals) = auto.ask(&ask).unwrap() else {
        panic!("it may start more trials");
    };
    assert!(
        proposals[0].note().to_string().starts_with(MODEL),
        "{proposals:?}"
    );
}

#[test]
fn trials_of_several_objectives_run_to_their_end() {
    let problem = problem(&["loss", "time"], Budget::trials(12));
    let facts = told(&AutoConfig::default(), problem, 100);
    led_by("auto:", &facts);
    assert!(tags(&facts)[0].starts_with("auto:gp, few results yet"));
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Paused(_))));
}

#[test]
fn no_budget_of_resource_is_passed() {
    let (model, ranks) = (AutoConfig::default(), AutoConfig::default().gp_until(0));
    for (config, resource, workers) in [
        (&model, 101, 1),
        (&model, 162, 1),
        (&model, 162, 8),
        (&ranks, 400, 1),
        (&ranks, 401, 8),
    ] {
        let problem = problem(&["loss"], Budget::unlimited().resource(resource));
        let auto = config.build(&problem).unwrap();
        let mut study = AskTell::new(problem, auto, Seed::new(5));
        let (mut running, mut used) = (Vec::new(), 0);
        loop {
            if let Some(free) = NonZeroUsize::new(workers - running.len()) {
                match study.ask(free).unwrap() {
                    Turn::Work(work) => {
                        running.extend(work);
                        continue;
                    }
                    Turn::Done(_) => break,
                    _ => {}
                }
            }
            let work: Work = running.remove(0);
            let from = work.origin.at().map_or(0, Fidelity::get);
            let at = work.until.map_or(WHOLE, Fidelity::get);
            used += at - from;
            let x = work.params.float("x").unwrap();
            let loss = Values::one((x - 0.3).powi(2) + 1.0 / at as f64).unwrap();
            let completed = Outcome::Completed(loss);
            study
                .finish(work.trial, completed, Default::default(), 0)
                .unwrap();
        }
        // What is left over is less than the lowest rung, 2.
        let rest = resource.checked_sub(used);
        assert!(rest < Some(2), "{used} of {resource}, {workers} workers");
        assert!(rest.is_some(), "{used} of {resource}, {workers} workers");
    }
}
