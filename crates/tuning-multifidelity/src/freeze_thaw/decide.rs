//! [`Plan`]: the decisions of one ask.

use std::collections::BTreeSet;

use tuning_core::{Ask, Fidelity, Params, Proposal, Seed, Space, StrategyError, Tag};
use tuning_toolkit::{Stream, fingerprint};

use super::{
    FreezeThawConfig, NAME,
    curves::Curves,
    judge::{Candidate, Choice, Judge},
    model::Model,
    points::Points,
};

/// Paused trials that are judged in full, the most promising ones.
const PAUSED: usize = 40;
/// New points that are judged in full.
const JUDGED: usize = 128;
/// How often points near the best new one are judged, how many each time, how far their numbers are moved the first
/// time, and how much less each time after it.
const ROUNDS: u32 = 3;
const CHILDREN: usize = 16;
const STEP: f64 = 0.1;
const SHRINK: f64 = 0.4;

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
    taken: BTreeSet<u64>,
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
            taken: BTreeSet::new(),
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
        let params = self.points().unseen(&mut Stream::counted(seed))?;
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
        self.taken.insert(fingerprint(&params));
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
        let judge = Judge::new(model, &self.curves.rungs);
        let (points, mut stream) = (self.points(), Stream::counted(seed));
        let mut chosen = Choice::default();
        let fresh = points.fresh(self.config.candidates as usize, &mut stream)?;
        for candidate in judge.most_promising(fresh, JUDGED) {
            chosen.offer(&judge, candidate);
        }
        let mut step = STEP;
        for _ in 0..ROUNDS {
            let Some(center) = chosen.params().cloned() else {
                break;
            };
            for candidate in points.around(&center, step, CHILDREN, &mut stream)? {
                chosen.offer(&judge, candidate);
            }
            step *= SHRINK;
        }
        let waiting = self.curves.paused.difference(&self.resumed);
        let paused = waiting.map(|place| {
            let trial = &self.curves.trials[*place];
            Candidate {
                trial: Some(*place),
                params: trial.params.clone(),
                numbers: trial.numbers.clone(),
                at: trial.at,
            }
        });
        for candidate in judge.most_promising(paused.collect(), PAUSED) {
            chosen.offer(&judge, candidate);
        }
        Ok(chosen.into_best())
    }

    fn points(&self) -> Points<'_> {
        Points {
            space: self.space,
            curves: self.curves,
            taken: &self.taken,
        }
    }
}
