//! A model of the loss by nearest neighbours, with pending trials as lies: the family of Bayesian
//! optimisation.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Features, Outcome, Params, ParamsError, Problem, Proposal, Seed, Space,
    Strategy, StrategyError, Tag, TrialId, Unsupported, Values,
};

use crate::random::draw;

const STARTUP: usize = 8;
const CANDIDATES: u64 = 16;
/// The model looks at this many of the best, of the others, and of those in flight: its cost is bounded.
const SIGHT: usize = 100;

#[derive(Debug)]
pub(crate) struct Neighbours {
    space: Space,
    features: Features,
    rows: BTreeMap<TrialId, (Params, Vec<f64>)>,
    /// What was measured, of everybody; none for failures.
    measured: BTreeMap<TrialId, Option<Values>>,
    pending: BTreeSet<TrialId>,
}

impl Neighbours {
    pub(crate) fn build(problem: &Problem) -> Result<Self, Unsupported> {
        Ok(Self {
            space: problem.space.clone(),
            features: problem.space.features(),
            rows: BTreeMap::new(),
            measured: BTreeMap::new(),
            pending: BTreeSet::new(),
        })
    }

    fn row(&self, params: &Params) -> Result<Vec<f64>, ParamsError> {
        let mut row = vec![0.0; self.features.width()];
        self.features.encode(params, &mut row, 0.5)?;
        Ok(row)
    }

    /// Ranks instead of values: no scale, no overflow. 0 is the best; failures are the worst.
    fn ranks(&self) -> Vec<(TrialId, f64)> {
        let objectives = self
            .measured
            .values()
            .flatten()
            .map(Values::len)
            .max()
            .unwrap_or(1);
        let mut sums: BTreeMap<TrialId, f64> = BTreeMap::new();
        for objective in 0..objectives {
            let loss = |values: &Option<Values>| {
                values
                    .as_ref()
                    .and_then(|v| v.as_slice().get(objective).copied())
                    .unwrap_or(f64::INFINITY)
            };
            let mut order: Vec<_> = self.measured.iter().map(|(t, v)| (loss(v), *t)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for (place, (loss, trial)) in order.iter().enumerate() {
                // Equal losses share the best of their places.
                let place = order[..place]
                    .partition_point(|(other, _)| other < loss)
                    .min(place);
                *sums.entry(*trial).or_default() += place as f64 / order.len() as f64;
            }
        }
        let mut ranks: Vec<_> = sums.into_iter().collect();
        ranks.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        ranks
    }

    fn candidate(&self, seed: Seed, best: &[(TrialId, f64)]) -> Result<Params, ParamsError> {
        let elite = best.get((seed.named("elite").unit() * 3.0) as usize);
        let elite = elite.and_then(|(trial, _)| self.rows.get(trial));
        let fresh = draw(&self.space, seed)?;
        let Some((elite, _)) = elite.filter(|_| seed.named("local").unit() < 0.7) else {
            return Ok(fresh);
        };
        let (elite, fresh) = (self.space.encode(elite), self.space.encode(&fresh));
        let mix = |(d, place): (usize, Option<f64>)| {
            let seed = seed.derive(d as u64).named("mix");
            let noise = 0.2 * (seed.unit() - 0.5);
            match place {
                Some(place) if seed.named("keep").unit() < 0.8 => (place + noise).abs().min(1.0),
                _ => fresh[d].unwrap_or(0.5),
            }
        };
        self.space
            .decode(&elite.into_iter().enumerate().map(mix).collect::<Vec<_>>())
    }

    /// What the nearest neighbours measured, minus what there is to learn far away from them. Lies for
    /// pending trials: they measured the mean.
    fn score(&self, row: &[f64], known: &[(&[f64], f64)]) -> f64 {
        let (mut weight, mut sum, mut nearest) = (1e-9, 0.5e-9, f64::MAX);
        for (other, rank) in known {
            let squares: f64 = row.iter().zip(*other).map(|(a, b)| (a - b) * (a - b)).sum();
            let near = (-20.0 * squares / row.len() as f64).exp();
            weight += near;
            sum += near * rank;
            nearest = nearest.min(squares);
        }
        let same = if nearest == 0.0 { 10.0 } else { 0.0 };
        sum / weight - 0.2 * (nearest / row.len() as f64).sqrt().min(1.0) + same
    }

    fn propose(&self, ask: &Ask) -> Result<Vec<Proposal>, ParamsError> {
        let ranks = self.ranks();
        let others = ranks
            .iter()
            .skip(SIGHT)
            .step_by((ranks.len() / SIGHT).max(1));
        let seen = ranks.iter().take(SIGHT).chain(others).copied();
        let lies = self
            .pending
            .iter()
            .rev()
            .take(SIGHT)
            .map(|trial| (*trial, 0.5));
        let row = |(trial, rank)| Some((&*self.rows.get(&trial)?.1, rank));
        let known: Vec<(&[f64], f64)> = seen.chain(lies).filter_map(row).collect();
        let mut batch: Vec<Vec<f64>> = Vec::new();
        let mut proposals = Vec::new();
        for n in 0..ask.slots().get() {
            let seed = ask.seed(n);
            let startup = self.measured.len() < STARTUP;
            let mut best: Option<(f64, Params, Vec<f64>)> = None;
            for k in 0..if startup { 1 } else { CANDIDATES } {
                let params = match startup {
                    true => draw(&self.space, seed)?,
                    false => self.candidate(seed.derive(k), &ranks)?,
                };
                let row = self.row(&params)?;
                let chosen = batch.iter().map(|row| (&**row, 0.5));
                let known: Vec<_> = known.iter().copied().chain(chosen).collect();
                let score = self.score(&row, &known);
                if best.as_ref().is_none_or(|(other, ..)| score < *other) {
                    best = Some((score, params, row));
                }
            }
            if let Some((score, params, row)) = best {
                let tag = Tag::new("neighbours", format!("{score:.3}"));
                proposals.push(Proposal::start(params).tag(tag));
                batch.push(row);
            }
        }
        Ok(proposals)
    }
}

impl Strategy for Neighbours {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.propose(ask)
            .map(Asked::Propose)
            .map_err(StrategyError::from_source)
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(trial) = fact.trial() else {
            return;
        };
        match fact {
            Fact::Started(started) => {
                if let Ok(row) = self.row(&started.params) {
                    self.rows.insert(trial, (started.params.clone(), row));
                    self.pending.insert(trial);
                }
            }
            Fact::Reported(reported) if self.rows.contains_key(&trial) => {
                self.measured.insert(trial, Some(reported.values.clone()));
            }
            Fact::Ended(ended) if self.rows.contains_key(&trial) => {
                self.pending.remove(&trial);
                match &ended.outcome {
                    Outcome::Completed(values) => {
                        drop(self.measured.insert(trial, Some(values.clone())))
                    }
                    _ => drop(self.measured.entry(trial).or_insert(None)),
                }
            }
            Fact::Paused(_) => drop(self.pending.remove(&trial)),
            Fact::Resumed(_) if self.rows.contains_key(&trial) => drop(self.pending.insert(trial)),
            _ => {}
        }
    }
}
