//! [`Plan`]: the decisions of one ask.

use std::collections::BTreeSet;

use tuning_core::{Ask, Fidelity, Params, Proposal, Seed, Space, StrategyError, Tag};
use tuning_toolkit::{Kind, Stream, fingerprint, normal};

use super::{
    FreezeThawConfig, NAME,
    curves::{Curves, Trial},
    model::Model,
};

/// Paused trials that are judged in full, the most promising ones.
const PAUSED: usize = 40;
/// Good trials around which new points are looked for, and what share of the candidates each gets.
const GOOD: usize = 4;
const SHARE: usize = 16;
/// How often a point that was tried is drawn again.
const TRIES: usize = 16;
/// The power of a step's cost that the expected improvement is divided by.
const COST: f64 = 0.5;

/// Something that can be done next.
struct Candidate {
    trial: Option<usize>,
    params: Params,
    numbers: Vec<f64>,
    at: u64,
}

/// The decisions of one ask, each made as if those before were under way.
pub(super) struct Plan<'a> {
    pub(super) config: &'a FreezeThawConfig,
    pub(super) space: &'a Space,
    pub(super) curves: &'a Curves,
    now: &'a dyn Fn() -> Option<Model>,
    pub(super) ask: &'a Ask,
    /// Whether the model decides, and whether ranks do before that.
    pub(super) warm: bool,
    pub(super) ranked: bool,
    /// The resource that the budget leaves, if it has a limit, and what the decisions so far use.
    left: Option<u64>,
    spent: u64,
    started: usize,
    resumed: BTreeSet<usize>,
    keys: BTreeSet<u64>,
    model: Option<Option<Model>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        config: &'a FreezeThawConfig,
        space: &'a Space,
        curves: &'a Curves,
        now: &'a dyn Fn() -> Option<Model>,
        ask: &'a Ask,
        (warm, ranked): (bool, bool),
        left: Option<u64>,
    ) -> Self {
        Self {
            config,
            space,
            curves,
            now,
            ask,
            warm,
            ranked,
            left,
            spent: 0,
            started: 0,
            resumed: BTreeSet::new(),
            keys: BTreeSet::new(),
            model: None,
        }
    }

    /// The next decision; none if those before it use the resource up, or if no trial may be started and none is due by rank.
    pub(super) fn next(&mut self) -> Result<Option<Proposal>, StrategyError> {
        let left = self.left();
        if left == Some(0) && self.spent > 0 {
            return Ok(None);
        }
        let decision = self.curves.decisions + (self.started + self.resumed.len()) as u64;
        let may_start = self
            .ask
            .trials_left()
            .is_none_or(|left| left > self.started as u64);
        let every = u64::from(self.config.promote_every);
        let by_rank = match (may_start, self.warm) {
            (false, _) => true,
            (true, false) => self.ranked,
            (true, true) => every > 0 && (decision + 1).is_multiple_of(every),
        };
        let due = || self.curves.due(self.config.reduction_factor, &self.resumed);
        if let Some(place) = by_rank.then(due).flatten() {
            return Ok(Some(self.resume(place, "rank")));
        }
        let ends = left.is_some_and(|left| left <= self.curves.rungs.whole());
        let leader = || self.curves.leader(left.unwrap_or(u64::MAX), &self.resumed);
        if let Some(place) = (ends || !may_start).then(leader).flatten() {
            return Ok(Some(self.resume(place, "the best so far")));
        }
        if !may_start {
            return Ok(None);
        }
        let seed = self.ask.seed(self.started).derive(decision);
        if self.warm
            && let Some(chosen) = self.choose(seed)?
        {
            return Ok(Some(match chosen.trial {
                Some(place) => self.resume(place, "model"),
                None => self.start(chosen.params, "model"),
            }));
        }
        let params = self.unseen(&mut Stream::counted(seed))?;
        Ok(Some(self.start(params, "random")))
    }

    /// What the decisions so far leave of the resource.
    fn left(&self) -> Option<u64> {
        Some(self.left?.saturating_sub(self.spent))
    }

    fn start(&mut self, params: Params, why: &str) -> Proposal {
        let rung = self.curves.rungs.next(0);
        let trial = self.curves.trials.len() + self.started;
        self.believe(&self.curves.columns.numbers(&params), trial, rung);
        self.keys.insert(fingerprint(&params));
        self.started += 1;
        self.spent += rung;
        self.until(Proposal::start(params), rung, why)
    }

    fn resume(&mut self, place: usize, why: &str) -> Proposal {
        let trial = &self.curves.trials[place];
        let rung = self.curves.rungs.next(trial.at);
        // The last piece of work ends where the budget does.
        let rung = match self.left() {
            Some(left @ 1..) => rung.min(trial.at.saturating_add(left)),
            _ => rung,
        };
        self.believe(&trial.numbers, place, rung);
        self.resumed.insert(place);
        self.spent += rung.saturating_sub(trial.at);
        self.until(Proposal::resume(trial.id), rung, why)
    }

    /// Lets the proposal run until a rung: to its end from the last one.
    fn until(&self, proposal: Proposal, rung: u64, why: &str) -> Proposal {
        let top = self.curves.rungs.whole();
        let until = (rung < top).then(|| Fidelity::new(rung));
        let tag = Tag::new(NAME, format_args!("{why}, to {rung} of {top}"));
        proposal.until(until).tag(tag)
    }

    fn believe(&mut self, numbers: &[f64], trial: usize, at: u64) {
        if let Some(Some(model)) = &mut self.model {
            model.posterior.believe(numbers, trial, at as f64);
        }
    }

    /// The candidate with the greatest expected improvement at the full fidelity per root of its next step's cost.
    fn choose(&mut self, seed: Seed) -> Result<Option<Candidate>, StrategyError> {
        if self.model.is_none() {
            self.model = Some((self.now)());
        }
        let Some(Some(model)) = &self.model else {
            return Ok(None);
        };
        let (rungs, posterior) = (&self.curves.rungs, &model.posterior);
        let decays = posterior.decays_to(rungs.whole() as f64);
        let variance = posterior.variance(rungs.whole() as f64);
        let mut candidates = self.fresh(seed)?;
        let waiting = self.curves.paused.difference(&self.resumed);
        let mut paused: Vec<(f64, usize)> = waiting.map(|place| (0.0, *place)).collect();
        if paused.len() > PAUSED {
            for (mean, place) in &mut paused {
                let numbers = &self.curves.trials[*place].numbers;
                *mean = posterior.mean(&decays, numbers, Some(*place));
            }
            paused.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
            paused.truncate(PAUSED);
        }
        candidates.extend(paused.iter().map(|(_, place)| {
            let trial = &self.curves.trials[*place];
            Candidate {
                trial: Some(*place),
                params: trial.params.clone(),
                numbers: trial.numbers.clone(),
                at: trial.at,
            }
        }));
        let mut chosen: Option<(f64, Candidate)> = None;
        for candidate in candidates {
            let Candidate {
                trial, numbers, at, ..
            } = &candidate;
            let (mean, deviation) = posterior.predict(&decays, variance, numbers, *trial);
            let cost = rungs.next(*at).saturating_sub(*at).max(1) as f64;
            let gain = normal::log_improvement((model.best - mean) / deviation).0;
            let score = gain + libm::log(deviation) - COST * libm::log(cost);
            if chosen.as_ref().is_none_or(|(most, _)| score > *most) {
                chosen = Some((score, candidate));
            }
        }
        Ok(chosen.map(|(_, candidate)| candidate))
    }

    /// New points: three quarters anywhere, the others near the best trials. None that were tried.
    fn fresh(&self, seed: Seed) -> Result<Vec<Candidate>, StrategyError> {
        let mut stream = Stream::counted(seed);
        let all = self.config.candidates as usize;
        let mut points = Vec::with_capacity(all);
        for _ in 0..all - all / 4 {
            points.push(self.anywhere(&mut stream)?);
        }
        let measured = self
            .curves
            .trials
            .iter()
            .filter(|trial| trial.best.is_finite());
        let mut good: Vec<&Trial> = measured.collect();
        if good.len() > GOOD {
            good.select_nth_unstable_by(GOOD, |one, other| {
                one.best.total_cmp(&other.best).then(one.id.cmp(&other.id))
            });
            good.truncate(GOOD);
        }
        // Selection leaves them in no particular order.
        good.sort_by_key(|trial| trial.id);
        for trial in good {
            for _ in 0..all / SHARE {
                points.push(self.near(&trial.params, &mut stream)?);
            }
        }
        points.retain(|params| !self.is_taken(params));
        let candidate = |params: Params| Candidate {
            trial: None,
            numbers: self.curves.columns.numbers(&params),
            params,
            at: 0,
        };
        Ok(points.into_iter().map(candidate).collect())
    }

    fn is_taken(&self, params: &Params) -> bool {
        self.curves.is_seen(params) || self.keys.contains(&fingerprint(params))
    }

    /// A point that was not tried, if one is found soon.
    fn unseen(
        &self,
        stream: &mut Stream<tuning_toolkit::Counter>,
    ) -> Result<Params, StrategyError> {
        let mut params = self.anywhere(stream)?;
        for _ in 1..TRIES {
            if !self.is_taken(&params) {
                break;
            }
            params = self.anywhere(stream)?;
        }
        Ok(params)
    }

    fn anywhere(
        &self,
        stream: &mut Stream<tuning_toolkit::Counter>,
    ) -> Result<Params, StrategyError> {
        let point: Vec<f64> = (0..self.space.len()).map(|_| stream.unit()).collect();
        Ok(self.space.decode(&point)?)
    }

    /// A point near another one: about half of the parameters are moved, by a fifth of their range to a five-hundredth;
    /// choices are drawn anew.
    fn near(
        &self,
        params: &Params,
        stream: &mut Stream<tuning_toolkit::Counter>,
    ) -> Result<Params, StrategyError> {
        let step = 0.2 * libm::exp(-4.6 * stream.unit());
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
