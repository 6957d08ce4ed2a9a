//! How [`Tpe`] comes to a proposal.

use std::sync::Arc;

use tuning_core::{Params, Seed, StrategyError};
use tuning_toolkit::{Stream, fingerprint};

use crate::{
    Tpe, finite,
    model::{Member, evenly},
    split,
};

/// The most trials in flight that count, the newest ones.
const MOST_OPEN: usize = 128;
/// The good trials are few, and get no more: so that the search can become as fine as there are trials, their
/// kernels may be as narrow as those of a third of all.
const TRIALS_PER_CROWD: f64 = 3.0;
/// How often candidates are drawn anew, four times as many, when all of them were tried before.
const ROUNDS: usize = 3;
/// How many random points are tried before one that was tried is taken.
const RANDOM: usize = 100;
/// The numbers of trials that have none yet.
const UNNUMBERED: u64 = 1 << 63;

/// The proposals that an answer has so far.
type Batch = [(Arc<[f64]>, Params)];

impl Tpe {
    /// Proposes one point more.
    pub(crate) fn propose(&self, seed: Seed, batch: &Batch) -> Result<Params, StrategyError> {
        let mut stream = Stream::new(seed);
        let startup = self.history.ended() < u64::from(self.config.n_startup_trials);
        if startup || stream.unit() < self.config.random_fraction {
            return self.random(&mut stream, batch);
        }
        let branch = self.branches.due(batch.iter().map(|(point, _)| &**point));
        self.refresh(branch, batch);
        self.likely(branch, &mut stream, batch)
    }

    /// Puts both mixtures in step with the trials, or with those of a branch.
    fn refresh(&self, branch: Option<usize>, batch: &Batch) {
        let branch = branch.map(|place| self.branches.get(place));
        let holds = |point: &[f64]| branch.is_none_or(|branch| branch.holds(point));
        let elite = branch.map_or(&self.elite, |branch| &branch.elite);
        let best = elite.best(split::good(elite.count(), self.config.gamma));
        let n = best.len();
        let alike = self.elite.objectives() > 1; // within a front none is better
        let mut good = Vec::with_capacity(n);
        for (rank, ended) in best.into_iter().enumerate() {
            good.push(Member {
                id: ended.trial,
                point: &ended.point,
                weight: if alike { 1.0 } else { split::weight(rank, n) },
            });
        }
        good.sort_unstable_by_key(|member| member.id);

        let is_good = |trial: u64| {
            let found = good.binary_search_by_key(&trial, |member| member.id);
            found.is_ok()
        };
        let mut bad = Vec::with_capacity(512);
        for (ended, weight) in self.history.weighed() {
            if holds(&ended.point) && !is_good(ended.trial) {
                bad.push(Member {
                    id: ended.trial,
                    point: &ended.point,
                    weight,
                });
            }
        }
        if self.config.constant_liar {
            let liar = |id: u64, point| Member {
                id,
                point,
                weight: 1.0,
            };
            let newest_first = batch.iter().enumerate().rev().take(MOST_OPEN);
            let newest_first = newest_first.filter(|(_, (point, _))| holds(point));
            bad.extend(newest_first.map(|(n, (point, _))| liar(UNNUMBERED + n as u64, point)));
            let room = MOST_OPEN.saturating_sub(batch.len());
            let newest_first = self.open.iter().rev().take(room);
            let newest_first = newest_first.filter(|(_, open)| holds(&open.kept));
            bad.extend(newest_first.map(|(trial, open)| liar(trial.get(), &open.kept)));
        }
        bad.sort_unstable_by_key(|member| member.id);

        let prior = self.config.prior_weight;
        let crowd = elite.count() as f64 / TRIALS_PER_CROWD;
        let mut model = self.models[usize::from(branch.is_some())].borrow_mut();
        model.good.set(&self.axes, &good, prior, crowd);
        model.bad.set(&self.axes, &bad, prior, 0.0);
    }

    /// The candidate of the largest `l(x) / g(x)` that was not tried.
    fn likely(
        &self,
        branch: Option<usize>,
        stream: &mut Stream,
        batch: &Batch,
    ) -> Result<Params, StrategyError> {
        let fixed = branch.map(|place| self.branches.get(place));
        let fixed = fixed.map(|branch| (branch.axis, branch.choice));
        let used = usize::from(branch.is_some());
        let mut candidates = Candidates::new(self.axes.len());
        let mut point = Vec::new();
        for round in 0..ROUNDS {
            let many = self.config.n_ei_candidates as usize * if round == 0 { 1 } else { 4 };
            candidates.clear();
            let mut model = self.models[used].borrow_mut();
            for _ in 0..many {
                model.good.draw(&self.axes, fixed, stream, &mut point);
                candidates.push(model.score(&self.axes, &point), &point);
            }
            drop(model);
            if let Some(params) = self.first_new(&mut candidates, batch)? {
                return Ok(params);
            }
            if let Some(params) = self.left_over(used, batch)? {
                return Ok(params);
            }
        }
        let best = candidates.best().to_vec();
        match self.near(&best, stream, batch)? {
            Some(params) => Ok(params),
            None => self.random(stream, batch),
        }
    }

    /// The best candidate that is new.
    fn first_new(
        &self,
        candidates: &mut Candidates,
        batch: &Batch,
    ) -> Result<Option<Params>, StrategyError> {
        for rank in 0..candidates.len() {
            let params = self.params(candidates.ranked(rank))?;
            if self.is_new(&params, batch) {
                return Ok(Some(params));
            }
        }
        Ok(None)
    }

    /// Of a small space, the best of all points that are new.
    fn left_over(&self, used: usize, batch: &Batch) -> Result<Option<Params>, StrategyError> {
        if self.points.is_none() {
            return Ok(None);
        }
        let mut candidates = Candidates::new(self.axes.len());
        let (mut model, axes) = (self.models[used].borrow_mut(), &self.axes);
        finite::each(axes, |point| {
            candidates.push(model.score(axes, point), point);
        });
        drop(model);
        self.first_new(&mut candidates, batch)
    }

    /// A point beside `best`, in one or two coordinates.
    fn near(
        &self,
        best: &[f64],
        stream: &mut Stream,
        batch: &Batch,
    ) -> Result<Option<Params>, StrategyError> {
        let mut point = Vec::with_capacity(best.len());
        for _ in 0..RANDOM {
            let moved = [stream.below(best.len()), stream.below(best.len())];
            point.clear();
            for (d, axis) in self.axes.iter().enumerate() {
                let coordinate = match axis.is_active(&point) {
                    false => f64::NAN,
                    true if moved.contains(&d) || best[d].is_nan() => axis.settle(stream.unit()),
                    true => best[d],
                };
                point.push(coordinate);
            }
            let params = self.params(&point)?;
            if self.is_new(&params, batch) {
                return Ok(Some(params));
            }
        }
        Ok(None)
    }

    /// A random point, if possible a new one.
    fn random(&self, stream: &mut Stream, batch: &Batch) -> Result<Params, StrategyError> {
        let mut params = self.params(&evenly(&self.axes, stream))?;
        for _ in 0..RANDOM {
            if self.is_new(&params, batch) {
                return Ok(params);
            }
            params = self.params(&evenly(&self.axes, stream))?;
        }
        let mut left = Vec::new();
        if self.points.is_some() {
            finite::each(&self.axes, |point| left.push(point.to_vec()));
        }
        let mut new = Vec::new();
        for point in left {
            let params = self.params(&point)?;
            if self.is_new(&params, batch) {
                new.push(params);
            }
        }
        match new.len() {
            0 => Ok(params),
            n => Ok(new.swap_remove(stream.below(n))),
        }
    }

    fn params(&self, point: &[f64]) -> Result<Params, StrategyError> {
        let assigned = self.space.assign(|d, _| self.axes[d].value(point[d]));
        assigned.map_err(StrategyError::from_source)
    }

    /// Whether a point may be proposed: it was not tried, or all points were tried.
    fn is_new(&self, params: &Params, batch: &Batch) -> bool {
        let key = fingerprint(params);
        let asked = |key: u64| batch.iter().any(|(_, other)| fingerprint(other) == key);
        let exhausted = || {
            let tried = (self.tried.len() + batch.len()) as u128;
            self.points.is_some_and(|points| tried >= points)
        };
        self.config.repeat || !(self.tried.contains(key) || asked(key)) || exhausted()
    }
}

/// Points with their scores.
struct Candidates {
    dimensions: usize,
    points: Vec<f64>,
    scores: Vec<f64>,
    /// The places of all of them, the best first; empty until it is asked for.
    order: Vec<usize>,
}

impl Candidates {
    fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            points: Vec::new(),
            scores: Vec::new(),
            order: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.points.clear();
        self.scores.clear();
        self.order.clear();
    }

    fn len(&self) -> usize {
        self.scores.len()
    }

    fn push(&mut self, score: f64, point: &[f64]) {
        self.points.extend_from_slice(point);
        self.scores.push(score);
    }

    fn point(&self, place: usize) -> &[f64] {
        &self.points[place * self.dimensions..][..self.dimensions]
    }

    /// The first of the best.
    fn best(&self) -> &[f64] {
        let better = |best: usize, place: usize| {
            let (old, new) = (self.scores[best], self.scores[place]);
            if new > old { place } else { best }
        };
        self.point((1..self.len()).fold(0, better))
    }

    /// The candidate of this rank; equals are in the order in which they came.
    fn ranked(&mut self, rank: usize) -> &[f64] {
        if rank == 0 {
            return self.best(); // nearly always the only one that is asked for
        }
        if self.order.is_empty() {
            self.order.extend(0..self.scores.len());
            let scores = &self.scores;
            self.order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        }
        self.point(self.order[rank])
    }
}
