//! [`Judge`]: what a candidate promises.

use tuning_core::Params;
use tuning_toolkit::normal;

use super::model::Model;
use crate::schedulers::rungs::Rungs;

/// The power of a step's cost that the expected improvement is divided by.
const COST: f64 = 0.5;

/// Something that can be done next: a new trial, or a paused one that is resumed.
pub(super) struct Candidate {
    pub(super) trial: Option<usize>,
    pub(super) params: Params,
    pub(super) numbers: Vec<f64>,
    /// The fidelity that the trial has reached; 0 if it is new.
    pub(super) at: u64,
}

/// What the model expects of candidates at the full fidelity.
pub(super) struct Judge<'a> {
    model: &'a Model,
    rungs: &'a Rungs,
    decays: Vec<f64>,
    variance: f64,
}

impl<'a> Judge<'a> {
    pub(super) fn new(model: &'a Model, rungs: &'a Rungs) -> Self {
        let whole = rungs.whole() as f64;
        Self {
            decays: model.posterior.decays_to(whole),
            variance: model.posterior.variance(whole),
            model,
            rungs,
        }
    }

    /// The logarithm of the expected improvement at the full fidelity, less that of the root of the next step's cost.
    fn score(&self, candidate: &Candidate) -> f64 {
        let Candidate {
            trial, numbers, at, ..
        } = candidate;
        let posterior = &self.model.posterior;
        let (mean, deviation) = posterior.predict(&self.decays, self.variance, numbers, *trial);
        let cost = self.rungs.next(*at).saturating_sub(*at).max(1) as f64;
        let gain = normal::log_improvement((self.model.best - mean) / deviation).0;
        gain + libm::log(deviation) - COST * libm::log(cost)
    }

    /// At most this many of the candidates, in their order: those with the least expected loss. A mean costs a small
    /// part of a score.
    pub(super) fn most_promising(&self, all: Vec<Candidate>, most: usize) -> Vec<Candidate> {
        if all.len() <= most {
            return all;
        }
        let posterior = &self.model.posterior;
        let mean = |one: &Candidate| posterior.mean(&self.decays, &one.numbers, one.trial);
        let mut order: Vec<(f64, usize)> = all.iter().map(mean).zip(0..).collect();
        order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut keep = vec![false; all.len()];
        for (_, place) in &order[..most] {
            keep[*place] = true;
        }
        let pairs = all.into_iter().zip(keep);
        pairs
            .filter_map(|(one, keep)| keep.then_some(one))
            .collect()
    }
}

/// The candidate with the greatest score so far, the first of equal ones.
#[derive(Default)]
pub(super) struct Choice(Option<(f64, Candidate)>);

impl Choice {
    pub(super) fn offer(&mut self, judge: &Judge<'_>, candidate: Candidate) {
        let score = judge.score(&candidate);
        if self.0.as_ref().is_none_or(|(most, _)| score > *most) {
            self.0 = Some((score, candidate));
        }
    }

    /// Its parameters.
    pub(super) fn params(&self) -> Option<&Params> {
        self.0.as_ref().map(|(_, candidate)| &candidate.params)
    }

    pub(super) fn into_best(self) -> Option<Candidate> {
        self.0.map(|(_, candidate)| candidate)
    }
}
