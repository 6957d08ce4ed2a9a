//! What the strategy inside a scheduler learns from: values of one fidelity.

use tuning_core::{
    Ask, Asked, Budget, Fact, Outcome, Problem, Proposal, Space, Spec, Strategy, StrategyConfig,
    StrategyError, Tag, Unsupported,
};
use tuning_multifidelity::{AshaConfig, HyperbandConfig, SuccessiveHalvingConfig};

use crate::studies::{Ran, problem, run};

/// Random search that writes into each tag how many losses it was told, the smallest and the largest.
#[derive(Clone)]
struct ConfidingConfig;

struct Confiding {
    space: Space,
    told: Vec<f64>,
}

impl StrategyConfig for ConfidingConfig {
    type Strategy = Confiding;

    fn spec(&self) -> Spec {
        Spec::new("confiding")
    }

    fn build(&self, problem: &Problem) -> Result<Confiding, Unsupported> {
        Ok(Confiding {
            space: problem.space.clone(),
            told: Vec::new(),
        })
    }
}

impl Strategy for Confiding {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let least = self.told.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.told.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let note = format!("{} {least} {most}", self.told.len());
        let propose = |n| {
            let params = self.space.decode(&[ask.seed(n).unit()]);
            let params = params.map_err(StrategyError::from_source)?;
            Ok::<_, StrategyError>(Proposal::start(params).tag(Tag::new("confiding", &note)))
        };
        let all: Result<_, _> = (0..ask.slots().get()).map(propose).collect();
        Ok(Asked::Propose(all?))
    }

    fn tell(&mut self, fact: &Fact) {
        if let Fact::Ended(ended) = fact
            && let Outcome::Completed(values) = &ended.outcome
        {
            self.told.push(values.first());
        }
    }
}

/// Losses at rung 3^k are between 100 k and 100 k + 100, so a lower rung looks better than any higher one.
fn loss(trial: u64, at: u64) -> Option<f64> {
    Some(100.0 * f64::from(at.ilog(3)) + ((trial * 37) % 100) as f64)
}

/// Each proposal stands on losses of one rung; returns the highest of these rungs, and how many losses of it there were.
fn highest(ran: &Ran) -> (u32, u32) {
    let mut highest = (0, 0);
    for trial in ran.trials.iter() {
        let innermost = trial.tag.as_str().rsplit("confiding:").next().unwrap();
        let mut words = innermost
            .split(' ')
            .map(|word| word.parse::<f64>().unwrap());
        let mut next = || words.next().unwrap();
        let (count, least, most) = (next() as u32, next(), next());
        if count == 0 {
            continue;
        }
        let rung = (least / 100.0) as u32;
        assert_eq!(rung, (most / 100.0) as u32, "{} mixes rungs", trial.tag);
        assert!(rung == 0 || count >= 10, "{} is too early", trial.tag);
        highest = highest.max((rung, count));
    }
    highest
}

#[test]
fn the_inner_strategy_learns_from_the_highest_rung_with_enough_results_alone() {
    for workers in [1, 4] {
        // Of 100 trials 33 reach 3 and 11 reach 9.
        let problem = problem(27, Budget::trials(100));
        let asha = AshaConfig::over(ConfidingConfig).min_resource(1);
        let (rung, count) = highest(&run(&asha, &problem, workers, loss));
        assert_eq!((rung, count >= 10), (2, true), "{workers} workers");

        // The first bracket of 27 trials leaves 9 at 3, so the second one still begins on rung 1.
        let halving = SuccessiveHalvingConfig::over(ConfidingConfig).min_resource(1);
        let (rung, count) = highest(&run(&halving, &problem, workers, loss));
        assert_eq!((rung, count >= 18), (1, true), "{workers} workers");

        let hyperband = HyperbandConfig::over(ConfidingConfig).min_resource(1);
        let (rung, _) = highest(&run(&hyperband, &problem, workers, loss));
        assert!(rung > 0, "{workers} workers");
    }
}
