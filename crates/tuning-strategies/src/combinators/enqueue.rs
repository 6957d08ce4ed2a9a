//! [`Enqueue`]: points to be tried first.

use std::{collections::BTreeMap, num::NonZeroUsize};

use serde::{Deserialize, Serialize};
use tuning_core::{
    Ask, Asked, ConfigOption, Fact, Literal, Params, Problem, Proposal, Spec, Strategy,
    StrategyConfig, StrategyError, Unsupported,
};

use crate::position::Position;

pub(crate) const NAME: &str = "enqueue";

/// The options of [`Enqueue`].
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_strategies::{EnqueueConfig, RandomConfig};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::int("layers", 1, 8)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let enqueue = EnqueueConfig::over(RandomConfig::default())
///     .point([("lr", 0.001.into()), ("layers", 2.into())])
///     .build(&problem)?;
/// # let _ = enqueue;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A value of a type that is the space is a point too:
/// ```
/// use tuning_core::{Objectives, Problem, Space, StrategyConfig, Tunable};
/// use tuning_derive::Tunable; // or both of `hypertuning::prelude`
/// use tuning_strategies::{EnqueueConfig, RandomConfig};
///
/// #[derive(Tunable)]
/// enum Optimizer {
///     Adam,
///     Sgd {
///         #[tune(range = 0.0..=0.99)]
///         momentum: f64,
///     },
/// }
///
/// let space = Space::of::<Optimizer>()?;
/// let (adam, sgd) = (Optimizer::Adam, Optimizer::Sgd { momentum: 0.9 });
/// let enqueue = EnqueueConfig::over(RandomConfig::default())
///     .point(adam.to_params(&space)?.iter())
///     .point(sgd.to_params(&space)?.iter())
///     .build(&Problem::new(space, Objectives::minimize("loss")?))?;
/// # let _ = enqueue;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct EnqueueConfig<C> {
    /// The points by name, each with all its active parameters.
    pub points: Vec<BTreeMap<String, Literal>>,
    /// What proposes afterwards.
    pub inner: C,
}

impl<C> EnqueueConfig<C> {
    /// No points yet in front of `inner`.
    pub fn over(inner: C) -> Self {
        Self {
            points: Vec::new(),
            inner,
        }
    }

    /// Adds a point after the others.
    #[must_use]
    pub fn point<N: Into<String>>(
        mut self,
        values: impl IntoIterator<Item = (N, Literal)>,
    ) -> Self {
        self.points.push(
            values
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        );
        self
    }
}

impl<C: StrategyConfig> StrategyConfig for EnqueueConfig<C> {
    type Strategy = Enqueue<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "points",
                self.points.clone(),
                "the points, each a map from names to values",
            ),
            ConfigOption::new(
                "inner",
                self.inner.spec(),
                "the strategy that comes after them",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let params = |(index, point): (usize, &BTreeMap<String, Literal>)| {
            let values = point.iter().map(|(name, value)| (name, value.clone()));
            problem.space.params(values).map_err(|error| {
                Unsupported::new(
                    NAME,
                    format!("cannot use the point `points.{index}`: {error}"),
                )
            })
        };
        Ok(Enqueue {
            points: self
                .points
                .iter()
                .enumerate()
                .map(params)
                .collect::<Result<_, _>>()?,
            position: Position::new(NAME),
            inner: self
                .inner
                .build(problem)
                .map_err(|error| error.within("inner"))?,
        })
    }
}

/// Proposes given points first, each exactly once and in order, then what the inner strategy proposes.
///
/// How far it has got follows from its own trials, so a restarted study does not repeat a point. The
/// inner strategy learns the results of the points as those of foreign trials.
#[derive(Clone, Debug)]
pub struct Enqueue<S> {
    points: Vec<Params>,
    position: Position,
    inner: S,
}

impl<S: Strategy> Strategy for Enqueue<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let first = usize::try_from(self.position.next()).unwrap_or(usize::MAX);
        let mut proposals: Vec<Proposal> = (first..self.points.len())
            .take(ask.slots().get())
            .map(|index| {
                Proposal::start(self.points[index].clone()).tag(self.position.tag(index as u128))
            })
            .collect();
        let Some(slots) = NonZeroUsize::new(ask.slots().get() - proposals.len()) else {
            return Ok(Asked::Propose(proposals));
        };
        match self.inner.ask(&ask.after(proposals.len(), slots))? {
            Asked::Propose(inner) => {
                proposals.extend(inner.into_iter().map(|proposal| proposal.wrapped(NAME, "")));
                Ok(Asked::Propose(proposals))
            }
            _ if !proposals.is_empty() => Ok(Asked::Propose(proposals)),
            other => Ok(other),
        }
    }

    fn tell(&mut self, fact: &Fact) {
        self.position.tell(fact);
        self.inner.tell(&fact.unwrapped(NAME));
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Objectives, Parameter, Seed, Space, Started, Tag, TrialId};

    use super::*;
    use crate::{GridConfig, RandomConfig};

    fn problem() -> Problem {
        let space = Space::new([
            Parameter::categorical("opt", ["adam", "sgd"]),
            Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
        ]);
        Problem::new(space.unwrap(), Objectives::minimize("loss").unwrap())
    }

    fn ask(strategy: &mut impl Strategy, slots: usize, next: u64) -> Vec<Proposal> {
        let ask = Ask::new(
            NonZeroUsize::new(slots).unwrap(),
            TrialId::new(next),
            Seed::new(3),
        );
        match strategy.ask(&ask).unwrap() {
            Asked::Propose(proposals) => proposals,
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_point_names_all_active_parameters_and_no_other() {
        let check = |point: &[(&str, Literal)], expect: &str| {
            let config = EnqueueConfig::over(RandomConfig::default())
                .point([("opt", "adam".into())])
                .point(point.iter().cloned());
            assert_eq!(config.build(&problem()).unwrap_err().to_string(), expect);
        };
        check(
            &[("opt", "sgd".into())],
            "strategy `enqueue` cannot use the point `points.1`: parameter `momentum` has no value: give it one of its \
             domain (float 0 to 1)",
        );
        check(
            &[("opt", "adam".into()), ("momentum", 0.5.into())],
            "strategy `enqueue` cannot use the point `points.1`: parameter `momentum` has a value but is active only \
             when `opt` is `sgd`: remove it",
        );
        check(
            &[("optt", "adam".into())],
            "strategy `enqueue` cannot use the point `points.1`: there is no parameter `optt`: did you mean `opt`?",
        );
    }

    #[test]
    fn what_is_left_of_a_batch_goes_to_the_inner_strategy() {
        let config = EnqueueConfig::over(RandomConfig::default()).point([("opt", "adam".into())]);
        let mut strategy = config.build(&problem()).unwrap();
        let proposals = ask(&mut strategy, 3, 0);
        let notes: Vec<_> = proposals.iter().map(|p| p.note().as_str()).collect();
        assert_eq!(notes, ["enqueue:0", "enqueue:", "enqueue:"]);
        let mut alone = RandomConfig::default().build(&problem()).unwrap();
        let rest = ask(&mut alone, 2, 1);
        let params = |proposals: &[Proposal]| -> Vec<_> {
            proposals.iter().map(|p| p.params().cloned()).collect()
        };
        assert_eq!(
            params(&proposals[1..]),
            params(&rest),
            "trials 1 and 2 of random search"
        );
    }

    #[test]
    fn it_is_done_when_the_inner_strategy_is_and_not_before_its_points() {
        let grid = GridConfig::default().resolution(1);
        let config = EnqueueConfig::over(grid).point([("opt", "adam".into())]);
        let mut strategy = config.build(&problem()).unwrap();
        let mut notes = Vec::new();
        for next in 0..5 {
            for proposal in ask(&mut strategy, 1, next) {
                let params = proposal.params().unwrap().clone();
                let started = Started::new(TrialId::new(next), params).tag(proposal.note().clone());
                strategy.tell(&started.into());
                notes.push(proposal.note().to_string());
            }
        }
        assert_eq!(notes, ["enqueue:0", "enqueue:/grid:0", "enqueue:/grid:1"]);
    }

    #[test]
    fn a_trial_that_a_bare_inner_strategy_started_is_foreign() {
        let config = EnqueueConfig::over(GridConfig::default());
        let mut strategy = config.build(&problem()).unwrap();
        let params = problem().space.decode(&[0.0, 0.0]).unwrap();
        strategy.tell(
            &Started::new(TrialId::new(0), params)
                .tag(Tag::new("grid", 5))
                .into(),
        );
        assert_eq!(
            ask(&mut strategy, 1, 1)[0].note().as_str(),
            "enqueue:/grid:0"
        );
    }
}
