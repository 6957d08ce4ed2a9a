//! What it promises about batches, small spaces, and trials that were stopped or got less far.

mod common;

use std::{collections::BTreeSet, num::NonZeroUsize};

use common::study;
use tuning_core::{
    Ask, Asked, Ended, Fact, Fidelity, FidelityRange, Objective, Objectives, Outcome, Parameter,
    Params, Problem, ProposalKind, Reported, Seed, Space, Started, Strategy, StrategyConfig,
    TrialId, Values,
};
use tuning_tpe::{Tpe, TpeConfig};

fn problem(parameters: impl IntoIterator<Item = Parameter>) -> Problem {
    let space = Space::new(parameters).unwrap();
    Problem::new(space, Objectives::minimize("loss").unwrap())
}

fn floats() -> Problem {
    problem([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("y", 0.0, 1.0),
    ])
}

fn ask(tpe: &mut Tpe, slots: usize, next: u64) -> Vec<Params> {
    let slots = NonZeroUsize::new(slots).unwrap();
    let ask = Ask::new(slots, TrialId::new(next), Seed::new(5));
    let Asked::Propose(proposals) = tpe.ask(&ask).unwrap() else {
        panic!("it always proposes");
    };
    let params = |proposal: &tuning_core::Proposal| match proposal.kind() {
        ProposalKind::Start(params) => params.clone(),
        other => panic!("{other:?}"),
    };
    proposals.iter().map(params).collect()
}

fn start(tpe: &mut Tpe, trial: u64, params: &Params) {
    tpe.tell(&Started::new(TrialId::new(trial), params.clone()).into());
}

fn end(tpe: &mut Tpe, trial: u64, outcome: Outcome) {
    tpe.tell(&Ended::new(TrialId::new(trial), outcome).into());
}

fn completed(losses: &[f64]) -> Outcome {
    Outcome::Completed(Values::new(losses.iter().copied()).unwrap())
}

fn distance(params: &Params, x: f64, y: f64) -> f64 {
    (params.float("x").unwrap() - x).hypot(params.float("y").unwrap() - y)
}

/// A strategy that knows 40 random trials with these losses.
fn taught(problem: &Problem, losses: impl Fn(&Params) -> Vec<f64>) -> Tpe {
    let config = TpeConfig::default().random_fraction(0.0);
    let mut tpe = config.n_startup_trials(40).build(problem).unwrap();
    for trial in 0..40 {
        let params = ask(&mut tpe, 1, trial).remove(0);
        start(&mut tpe, trial, &params);
        end(&mut tpe, trial, completed(&losses(&params)));
    }
    tpe
}

#[test]
fn an_answer_of_many_is_many_answers_of_one() {
    let problem = floats();
    let losses = |params: &Params| vec![distance(params, 0.3, 0.8)];
    let together = ask(&mut taught(&problem, losses), 6, 40);
    let mut tpe = taught(&problem, losses);
    for (trial, expected) in (40..).zip(&together) {
        let params = ask(&mut tpe, 1, trial).remove(0);
        assert_eq!(params, *expected);
        start(&mut tpe, trial, &params);
    }
}

#[test]
fn asks_in_between_change_nothing() {
    let problem = floats();
    let losses = |params: &Params| vec![distance(params, 0.3, 0.8)];
    let (mut asked, mut told) = (taught(&problem, losses), taught(&problem, losses));
    let points = ask(&mut asked, 8, 40);
    for (trial, params) in (40..).zip(&points) {
        for tpe in [&mut asked, &mut told] {
            start(tpe, trial, params);
            end(tpe, trial, completed(&losses(params)));
        }
        ask(&mut asked, 3, trial + 1); // whatever it answers
    }
    assert_eq!(ask(&mut asked, 4, 48), ask(&mut told, 4, 48));
}

#[test]
fn trials_in_flight_keep_the_next_ones_away() {
    let problem = floats();
    let losses = |params: &Params| vec![distance(params, 0.3, 0.8)];
    let apart = |liar: bool| {
        let mut tpe = taught(&problem, losses);
        let config = TpeConfig::default()
            .constant_liar(liar)
            .random_fraction(0.0);
        let mut other = config.build(&problem).unwrap();
        // The same trials, told to a strategy with the option.
        for trial in 0..40 {
            let params = ask(&mut tpe, 1, trial).remove(0);
            start(&mut other, trial, &params);
            end(&mut other, trial, completed(&losses(&params)));
        }
        let batch = ask(&mut other, 24, 40);
        let mut sum = 0.0;
        for a in &batch {
            for b in &batch {
                sum += distance(a, b.float("x").unwrap(), b.float("y").unwrap());
            }
        }
        sum
    };
    assert!(apart(true) > 1.2 * apart(false));
}

#[test]
fn a_small_space_is_searched_to_its_last_point_and_then_again() {
    let problem = problem([
        Parameter::int("n", 1, 6),
        Parameter::categorical("c", ["a", "b"]),
        Parameter::bool("deep").when("c", ["b"]),
    ]);
    let points = problem.space.cardinality().unwrap() as usize;
    let done = study(&problem, 7, points as u64 + 10, |params| {
        Some((params.int("n").unwrap() - 4).pow(2) as f64)
    });
    let keys = |done: &[(Params, Option<f64>)]| -> BTreeSet<_> {
        done.iter().map(|(params, _)| params.key()).collect()
    };
    assert_eq!(keys(&done[..points]).len(), points);
    let again = &done[points..];
    let near = again
        .iter()
        .filter(|(_, loss)| loss.unwrap() <= 1.0)
        .count();
    assert!(near >= 5, "{near} of 10 beside the best");
}

#[test]
fn stopped_trials_tell_where_it_is_worse() {
    // Only the reports tell the losses: nine of ten trials are stopped.
    let problem = floats();
    let config = TpeConfig::default().random_fraction(0.0);
    let mut tpe = config.build(&problem).unwrap();
    let mut last = 0.0;
    for trial in 0..80 {
        let params = ask(&mut tpe, 1, trial).remove(0);
        let loss = distance(&params, 0.8, 0.3);
        last += if trial >= 60 { loss } else { 0.0 };
        start(&mut tpe, trial, &params);
        let values = Values::one(loss).unwrap();
        let report = Reported::new(TrialId::new(trial), Fidelity::new(4), values);
        tpe.tell(&report.into());
        end(&mut tpe, trial, Outcome::Stopped);
    }
    assert!(
        last / 20.0 < 0.3,
        "{}, and random search has 0.5",
        last / 20.0
    );
}

#[test]
fn who_got_further_counts_more_than_who_looks_better() {
    // Short trials look best at x = 0, whole ones are best at x = 1: a combinator ends both as completed.
    let range = FidelityRange::new(1, 27).unwrap();
    let problem = floats().fidelity(range);
    let config = TpeConfig::default().random_fraction(0.0);
    let mut tpe = config.build(&problem).unwrap();
    let mut sum = 0.0;
    for trial in 0..60 {
        let params = ask(&mut tpe, 1, trial).remove(0);
        let x = params.float("x").unwrap();
        start(&mut tpe, trial, &params);
        let whole = trial % 3 == 0;
        let (at, loss) = if whole { (27, 10.0 - x) } else { (1, x) };
        let values = Values::one(loss).unwrap();
        let trial_id = TrialId::new(trial);
        let report = Reported::new(trial_id, Fidelity::new(at), values.clone());
        tpe.tell(&report.into());
        end(&mut tpe, trial, Outcome::Completed(values));
        sum += if trial >= 40 { x } else { 0.0 };
    }
    assert!(sum / 20.0 > 0.65, "{}", sum / 20.0);
}

#[test]
fn both_ends_of_a_front_are_searched() {
    let objectives = [Objective::minimize("left"), Objective::minimize("right")];
    let problem = Problem::new(floats().space, Objectives::new(objectives).unwrap());
    let losses = |params: &Params| vec![distance(params, 0.2, 0.5), distance(params, 0.8, 0.5)];
    let mut tpe = taught(&problem, losses);
    let mut points = Vec::new();
    for trial in 40..120 {
        let params = ask(&mut tpe, 1, trial).remove(0);
        start(&mut tpe, trial, &params);
        end(&mut tpe, trial, completed(&losses(&params)));
        points.push(params);
    }
    // The front is the line between the two places.
    let late = &points[40..];
    let off = late.iter().map(|p| (p.float("y").unwrap() - 0.5).abs());
    let off = off.sum::<f64>() / late.len() as f64;
    assert!(off < 0.15, "{off}, and random search has 0.25");
    let left = late.iter().filter(|p| p.float("x").unwrap() < 0.5).count();
    assert!((8..=32).contains(&left), "{left} of 40 in one half");
}

#[test]
fn facts_about_unknown_trials_are_none() {
    let problem = floats();
    let losses = |params: &Params| vec![distance(params, 0.3, 0.8)];
    let (mut plain, mut odd) = (taught(&problem, losses), taught(&problem, losses));
    let facts: [Fact; 2] = [
        Ended::new(TrialId::new(900), completed(&[-1.0])).into(),
        Ended::new(TrialId::new(3), completed(&[-1.0])).into(), // it ended before
    ];
    facts.iter().for_each(|fact| odd.tell(fact));
    assert_eq!(ask(&mut plain, 3, 40), ask(&mut odd, 3, 40));
}
