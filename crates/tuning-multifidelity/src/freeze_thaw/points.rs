//! [`Points`]: where new trials could be.

use std::collections::BTreeSet;

use tuning_core::{Params, Space, StrategyError};
use tuning_toolkit::{Counter, Kind, Stream, fingerprint};

use super::{
    curves::{Curves, Trial},
    judge::Candidate,
};

/// Good trials around which new points are looked for, and what share of the candidates each gets.
const GOOD: usize = 4;
const SHARE: usize = 16;
/// How often a point that was tried is drawn again.
const TRIES: usize = 16;

/// Points of the space that no trial has, and none that is about to start.
pub(super) struct Points<'a> {
    pub(super) space: &'a Space,
    pub(super) curves: &'a Curves,
    /// The fingerprints of what is about to start.
    pub(super) taken: &'a BTreeSet<u64>,
}

impl Points<'_> {
    /// About this many: three quarters anywhere, the others near the best trials.
    pub(super) fn fresh(
        &self,
        count: usize,
        stream: &mut Stream<Counter>,
    ) -> Result<Vec<Candidate>, StrategyError> {
        let mut points = Vec::with_capacity(count);
        for _ in 0..count - count / 4 {
            points.push(self.anywhere(stream)?);
        }
        for trial in self.good() {
            for _ in 0..count / SHARE {
                // From a fifth of the range to a five-hundredth.
                let step = 0.2 * libm::exp(-4.6 * stream.unit());
                points.push(self.near(&trial.params, step, stream)?);
            }
        }
        Ok(self.candidates(points))
    }

    /// About this many near another one.
    pub(super) fn around(
        &self,
        center: &Params,
        step: f64,
        count: usize,
        stream: &mut Stream<Counter>,
    ) -> Result<Vec<Candidate>, StrategyError> {
        let points = (0..count).map(|_| self.near(center, step, stream));
        let points = points.collect::<Result<Vec<_>, _>>()?;
        Ok(self.candidates(points))
    }

    /// One that was not tried, if it is found soon.
    pub(super) fn unseen(&self, stream: &mut Stream<Counter>) -> Result<Params, StrategyError> {
        let mut params = self.anywhere(stream)?;
        for _ in 1..TRIES {
            if !self.is_taken(&params) {
                break;
            }
            params = self.anywhere(stream)?;
        }
        Ok(params)
    }

    /// The trials with the best losses, by number.
    fn good(&self) -> Vec<&Trial> {
        let trials = self.curves.trials.iter();
        let mut good: Vec<&Trial> = trials.filter(|trial| trial.best.is_finite()).collect();
        if good.len() > GOOD {
            good.select_nth_unstable_by(GOOD, |one, other| {
                one.best.total_cmp(&other.best).then(one.id.cmp(&other.id))
            });
            good.truncate(GOOD);
        }
        // Selection leaves them in no particular order.
        good.sort_by_key(|trial| trial.id);
        good
    }

    fn candidates(&self, mut points: Vec<Params>) -> Vec<Candidate> {
        points.retain(|params| !self.is_taken(params));
        let candidate = |params: Params| Candidate {
            trial: None,
            numbers: self.curves.columns.numbers(&params),
            params,
            at: 0,
        };
        points.into_iter().map(candidate).collect()
    }

    fn is_taken(&self, params: &Params) -> bool {
        self.curves.is_seen(params) || self.taken.contains(&fingerprint(params))
    }

    fn anywhere(&self, stream: &mut Stream<Counter>) -> Result<Params, StrategyError> {
        let point: Vec<f64> = (0..self.space.len()).map(|_| stream.unit()).collect();
        Ok(self.space.decode(&point)?)
    }

    /// A point near another one: about half of the parameters are moved, by `step` of their range in the deviation;
    /// choices are drawn anew.
    fn near(
        &self,
        params: &Params,
        step: f64,
        stream: &mut Stream<Counter>,
    ) -> Result<Params, StrategyError> {
        let must = stream.below(self.space.len().max(1));
        let places = self.space.encode(params);
        let parameters = self.space.parameters().iter().zip(places).enumerate();
        let move_one =
            |(index, (parameter, place)): (usize, (&tuning_core::Parameter, Option<f64>))| {
                let moves = stream.chance(0.5) || index == must;
                let (anew, by) = (stream.unit(), step * stream.normal());
                match (place, Kind::of(parameter.domain())) {
                    (Some(place), _) if !moves => place,
                    (None, _) | (_, Kind::Choices(_)) => anew,
                    (Some(place), _) => {
                        let folded = (place + by).rem_euclid(2.0);
                        if folded > 1.0 { 2.0 - folded } else { folded }
                    }
                }
            };
        let point: Vec<f64> = parameters.map(move_one).collect();
        Ok(self.space.decode(&point)?)
    }
}
