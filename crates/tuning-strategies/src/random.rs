//! [`Random`] search: every trial is drawn anew, from the study's seed and its own number alone.

use serde::{Deserialize, Serialize};
use tuning_core::{
    Ask, Asked, Fact, Params, Problem, Proposal, Seed, Space, Spec, Strategy, StrategyConfig,
    StrategyError, Unsupported,
};
use tuning_toolkit::Stream;

pub(crate) const NAME: &str = "random";

/// The options of [`Random`]: there are none.
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_strategies::RandomConfig;
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let random = RandomConfig::default().build(&problem)?;
/// # let _ = random;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RandomConfig {}

impl StrategyConfig for RandomConfig {
    type Strategy = Random;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
    }

    fn build(&self, problem: &Problem) -> Result<Random, Unsupported> {
        Ok(Random {
            space: problem.space.clone(),
        })
    }
}

/// Random search: uniform in the unit cube, so log-uniform where a parameter is logarithmic.
///
/// Trial `k` is a function of the study's seed and of `k` alone: it does not depend on the batch size,
/// on results, or on the trials before it. It never ends by itself: give the study a budget.
#[derive(Clone, Debug)]
pub struct Random {
    space: Space,
}

impl Strategy for Random {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        (0..ask.slots().get())
            .map(|n| Ok(Proposal::start(sample(&self.space, ask.seed(n))?)))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    fn tell(&mut self, _: &Fact) {}
}

/// Draws a point of the space.
pub(crate) fn sample(space: &Space, seed: Seed) -> Result<Params, StrategyError> {
    let mut stream = Stream::new(seed);
    space
        .assign(|_, domain| domain.decode(stream.unit()))
        .map_err(StrategyError::from_source)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tuning_core::{Objectives, Parameter, TrialId};

    use super::*;

    #[test]
    fn a_trial_depends_on_the_seed_and_its_number_alone() {
        let space = Space::new([Parameter::float("x", 0.0, 1.0), Parameter::int("n", 1, 9)]);
        let problem = Problem::new(space.unwrap(), Objectives::minimize("loss").unwrap());
        let ask = |slots, next, seed| {
            let random = RandomConfig::default().build(&problem).unwrap();
            let slots = NonZeroUsize::new(slots).unwrap();
            let asked = random
                .ask(&Ask::new(slots, TrialId::new(next), Seed::new(seed)))
                .unwrap();
            match asked {
                Asked::Propose(proposals) => proposals,
                other => panic!("{other:?}"),
            }
        };
        let many = ask(8, 0, 1);
        for (n, proposal) in many.iter().enumerate() {
            assert_eq!(ask(1, n as u64, 1)[0], *proposal);
        }
        assert_ne!(ask(8, 0, 2), many);
    }

    #[test]
    fn points_are_uniform_on_the_scale() {
        let space = Space::new([Parameter::float("x", 1e-4, 1.0).log()]).unwrap();
        let below = (0..4000)
            .filter(|&k| sample(&space, Seed::new(k)).unwrap().float("x").unwrap() < 1e-2)
            .count();
        // Half of them, with a standard deviation of 32.
        assert!((1870..2130).contains(&below), "{below}");
    }

    #[test]
    fn its_points_stay_the_same_in_every_version() {
        let space = Space::new([Parameter::int("n", 0, 999_999)]).unwrap();
        let first = |seed: u64| sample(&space, Seed::new(seed)).unwrap().int("n").unwrap();
        assert_eq!([0, 1, 2].map(first), [748_364, 935_347, 426_397]);
    }
}
