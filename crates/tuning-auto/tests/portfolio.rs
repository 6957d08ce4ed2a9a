//! Who is asked, and why: as the tags of trials say it.

use std::{collections::VecDeque, num::NonZeroUsize};

use tuning_auto::AutoConfig;
use tuning_core::{
    AskTell, Budget, EventKind, Fact, Failure, FailureKind, Objectives, Outcome, Parameter, Params,
    Problem, Seed, Space, StrategyConfig, Turn, Values,
};

/// The tags of all trials, with the loss of each; none is a failure.
fn tags(
    config: &AutoConfig,
    trials: u64,
    workers: usize,
    loss: impl Fn(&Params) -> Option<f64>,
) -> Vec<(String, Option<f64>)> {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("y", 1e-4, 1.0).log(),
        Parameter::int("k", 1, 8),
    ])
    .unwrap();
    let problem =
        Problem::new(space, Objectives::minimize("loss").unwrap()).budget(Budget::trials(trials));
    let auto = config.build(&problem).unwrap();
    let mut study = AskTell::new(problem, auto, Seed::new(5));
    let mut losses = Vec::new();
    let mut flying = VecDeque::new();
    loop {
        // As many in flight as there are workers; then the oldest ends.
        while let Some(free) = NonZeroUsize::new(workers - flying.len()) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => flying.extend(work),
                _ => break,
            }
        }
        let Some(work) = flying.pop_front() else {
            break;
        };
        let loss = loss(&work.params);
        losses.push(loss);
        let outcome = match loss {
            Some(loss) => Outcome::Completed(Values::one(loss).unwrap()),
            None => Outcome::Failed(Failure::new(FailureKind::Error, "it cannot")),
        };
        study
            .finish(work.trial, outcome, Default::default(), 0)
            .unwrap();
    }
    let log = study.take_entries(0);
    let tags = log.iter().filter_map(|entry| match &entry.kind {
        EventKind::Fact(Fact::Started(started)) => Some(started.tag.to_string()),
        _ => None,
    });
    let found: Vec<_> = tags.zip(losses).collect();
    assert_eq!(found.len() as u64, trials);
    found
}

fn bowl(params: &Params) -> Option<f64> {
    let (x, k) = (params.float("x").unwrap(), params.int("k").unwrap());
    Some((x - 0.3).powi(2) + (k - 6).pow(2) as f64 / 50.0)
}

fn count(tags: &[(String, Option<f64>)], words: &str) -> usize {
    tags.iter().filter(|(tag, _)| tag.contains(words)).count()
}

#[test]
fn the_gaussian_process_leads_and_others_have_a_say() {
    let tags = tags(&AutoConfig::default(), 40, 1, |params| {
        // Always a little better: none is stuck.
        static STEP: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let step = STEP.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        bowl(params).map(|_| -(step as f64))
    });
    assert_eq!(count(&tags, "auto:gp, few results yet"), 31);
    assert_eq!(count(&tags, "auto:tpe, second opinion"), 9);
}

#[test]
fn without_progress_every_second_trial_is_of_another_strategy() {
    let tags = tags(&AutoConfig::default(), 60, 1, |_| Some(1.0));
    assert_eq!(count(&tags[..16], "no recent progress"), 0);
    let late = &tags[18..];
    assert!(
        count(late, "no recent progress") >= late.len() / 2 - 1,
        "{late:?}"
    );
    assert!(
        count(late, "auto:tpe, no recent progress") > 5
            && count(late, "auto:cmaes, no recent progress") > 5
    );
}

#[test]
fn where_results_are_noise_every_second_trial_is_of_tpe() {
    // Noise that is a function of the parameters' last digits, and always a little better in the end.
    let noise = |params: &Params| {
        let digits = params.float("x").unwrap().to_bits() ^ params.float("y").unwrap().to_bits();
        Seed::new(digits).unit()
    };
    let noisy = tags(&AutoConfig::default(), 60, 1, |params| Some(noise(params)));
    let said = count(&noisy[10..], "auto:tpe, noisy results");
    let stuck = count(&noisy[10..], "no recent progress");
    assert!(said >= 5 && said + stuck >= 20, "{noisy:?}");
    let smooth = tags(&AutoConfig::default(), 60, 1, bowl);
    assert_eq!(count(&smooth, "noisy results"), 0);
}

#[test]
fn many_at_once_are_shared() {
    let tags = tags(&AutoConfig::default(), 100, 50, bowl);
    assert!(
        count(&tags, "auto:tpe, many trials at once") >= 10,
        "{tags:?}"
    );
}

#[test]
fn the_gaussian_process_can_be_left_out() {
    let tags = tags(&AutoConfig::default().gp_until(0), 60, 1, bowl);
    assert_eq!(count(&tags, "auto:gp"), 0);
    assert!(count(&tags, "auto:tpe, doing well") > 0);
}

#[test]
fn a_region_that_fails_is_left() {
    let fails = |params: &Params| bowl(params).filter(|_| params.float("x").unwrap() < 0.5);
    let tags = tags(&AutoConfig::default(), 80, 1, fails);
    let failed = tags.iter().filter(|(_, loss)| loss.is_none()).count();
    assert!(
        failed < 30,
        "{failed} of 80, where random search has about 40"
    );
    let best = tags
        .iter()
        .filter_map(|(_, loss)| *loss)
        .fold(f64::INFINITY, f64::min);
    assert!(best < 1e-3, "{best}");
}
