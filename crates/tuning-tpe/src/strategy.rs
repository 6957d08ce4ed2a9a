//! [`Tpe`]: what it remembers of the facts.

use std::{cell::RefCell, sync::Arc};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, Outcome, Params, Problem, Proposal, Space, Strategy, StrategyError,
    TrialId,
};
use tuning_toolkit::{OpenTrials, fingerprint, says_nothing};

use crate::{
    TpeConfig,
    branches::Branches,
    elite::{Elite, Level},
    finite,
    history::History,
    model::{Axis, Model},
    tried::Tried,
};

/// The tree-structured Parzen estimator: proposes what looks more like the good trials than like the
/// others.
///
/// After [`n_startup_trials`](TpeConfig::n_startup_trials) random points, the trials that ended are split
/// by their losses into a few good ones and the rest. Each part becomes a density over the space, `l(x)`
/// and `g(x)`: a mixture of kernels, one around each trial. Candidates are drawn from `l`, and the one
/// of the largest `l(x) / g(x)` is proposed: the one with the largest expected improvement.
///
/// - One joint mixture over all parameters: what goes together stays together. Where a parameter is not
///   active in a trial, its kernel is even.
/// - Trials in flight count as bad ones until they end, those of the same answer too.
/// - A failed trial is a bad one, unless it was lost or cancelled, which says nothing. A stopped trial has the value of its last report, and is compared with
///   those that got about as far; those that got further come before it.
/// - Choices on which half of the space depends each get a share of the trials, so that none is forgotten
///   before it has shown what it can do.
/// - No point is proposed twice as long as there are others.
/// - With several objectives, the good ones are the first fronts, and of the last of these the points
///   in its emptiest regions.
/// - An ask costs the same after a hundred trials and after a million.
///
/// It never ends by itself: give the study a budget.
#[derive(Debug)]
pub struct Tpe {
    pub(crate) config: TpeConfig,
    pub(crate) space: Space,
    pub(crate) axes: Box<[Axis]>,
    objectives: usize,
    /// The fidelity of a whole trial, if it is known.
    whole: Option<Fidelity>,
    /// How many points the space has, if they can be looked at one by one.
    pub(crate) points: Option<u128>,
    pub(crate) open: OpenTrials<Arc<[f64]>>,
    pub(crate) tried: Tried,
    pub(crate) history: History,
    pub(crate) elite: Elite,
    pub(crate) branches: Branches,
    /// The model of the whole space, and that of the branch that was looked at last: caches, which an
    /// ask brings in step with the facts.
    pub(crate) models: [RefCell<Model>; 2],
}

impl Tpe {
    pub(crate) fn new(config: TpeConfig, problem: &Problem) -> Self {
        let space = problem.space.clone();
        let axes = Axis::of(&space);
        let objectives = problem.objectives.len();
        let model = Model::new(&axes, config.min_bandwidth);
        Self {
            config,
            objectives,
            whole: problem.fidelity.map(|range| range.max()),
            points: finite::size(&space, &axes),
            open: OpenTrials::default(),
            tried: Tried::default(),
            history: History::default(),
            elite: Elite::new(objectives),
            branches: Branches::of(&axes, objectives),
            models: [RefCell::new(model.clone()), RefCell::new(model)],
            space,
            axes,
        }
    }

    /// Where the parameters lie.
    pub(crate) fn point(&self, params: &Params) -> Arc<[f64]> {
        let values = self.axes.iter().zip(params.values());
        values
            .map(|(axis, value)| value.map_or(f64::NAN, |value| axis.coordinate(value)))
            .collect()
    }

    fn started(&mut self, trial: TrialId, params: &Params) {
        // Parameters of another space would be a driver's mistake: nothing can be learnt from them.
        let Ok(params) = self.space.align(params) else {
            return;
        };
        self.tried.insert(fingerprint(&params));
        let point = self.point(&params);
        self.branches.started(&point);
        self.open.start(trial, point);
    }

    fn ended(&mut self, trial: TrialId, outcome: &Outcome) {
        let Some(open) = self.open.end(trial) else {
            return;
        };
        if says_nothing(outcome) {
            return;
        }
        let reported = open.last();
        let ended = self.history.push(trial.get(), open.kept.clone());
        let at = reported.map(|(at, _)| at);
        let (level, values) = match (outcome, reported) {
            (Outcome::Completed(values), _) => (self.completed(at), values),
            (Outcome::Stopped, Some((at, values))) => (self.stopped(at), values),
            _ => return,
        };
        if values.len() == self.objectives {
            self.branches.valued(level, values.as_slice(), &ended);
            self.elite.push(level, values.as_slice(), ended);
        }
    }

    /// A combinator ends trials that it means to resume as completed, at whatever fidelity they are: in
    /// a problem with fidelities the last report tells.
    fn completed(&self, at: Option<Fidelity>) -> Level {
        match (self.whole, at) {
            (Some(_), Some(at)) => self.stopped(at),
            _ => Level(0),
        }
    }

    /// Trials are compared with those that got as far, but for a factor of two.
    fn stopped(&self, at: Fidelity) -> Level {
        let at = at.get().max(1);
        match self.whole {
            Some(whole) => Level((whole.get() / at).max(1).ilog2()),
            None => Level(u64::BITS - at.ilog2()),
        }
    }
}

impl Strategy for Tpe {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let mut batch = Vec::new();
        for n in 0..ask.slots().get() {
            let params = self.propose(ask.seed(n), &batch)?;
            batch.push((self.point(&params), params));
        }
        let start = |(_, params)| Proposal::start(params);
        Ok(Asked::Propose(batch.into_iter().map(start).collect()))
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(fact) => self.started(fact.trial, &fact.params),
            Fact::Ended(fact) => self.ended(fact.trial, &fact.outcome),
            _ => {
                self.open.follow(fact); // a paused trial is still in flight
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{FidelityRange, Objectives, Parameter, StrategyConfig};

    use super::*;

    fn problem() -> Problem {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        Problem::new(space, Objectives::minimize("loss").unwrap())
    }

    #[test]
    fn trials_are_compared_with_those_that_got_as_far() {
        let tpe = TpeConfig::default().build(&problem()).unwrap();
        let stopped = |at| tpe.stopped(Fidelity::new(at));
        assert_eq!(tpe.completed(Some(Fidelity::new(3))), Level(0));
        assert!(Level(0) < stopped(50) && stopped(50) < stopped(3));
        assert_eq!(stopped(32), stopped(63));

        let range = FidelityRange::new(1, 50).unwrap();
        let tpe = TpeConfig::default()
            .build(&problem().fidelity(range))
            .unwrap();
        let completed = |at: u64| tpe.completed(Some(Fidelity::new(at)));
        assert_eq!(completed(50), tpe.completed(None));
        assert_eq!(completed(26), completed(50)); // a script that stops early by itself
        assert!(completed(50) < completed(25) && completed(25) < completed(1));
    }
}
