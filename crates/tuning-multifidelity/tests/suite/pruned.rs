//! [`Pruned`]: a pruner that is told the life of trials, a line each.

use tuning_core::{
    Ended, FailureKind, Fidelity, Objectives, Outcome, Parameter, Paused, Problem, Pruner,
    PrunerConfig, Reported, Resumed, Space, Started, TrialId, Values, Verdict,
};

/// A problem with one objective, which is minimised.
pub(crate) fn problem() -> Problem {
    problem_of(Objectives::minimize("loss").unwrap())
}

pub(crate) fn problem_of(objectives: Objectives) -> Problem {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    Problem::new(space, objectives)
}

/// A pruner, and trials by their numbers.
pub(crate) struct Pruned<P>(P);

impl<P: Pruner + 'static> Pruned<P> {
    pub(crate) fn new<C: PrunerConfig<Pruner = P>>(config: &C) -> Self {
        Self::of(config.build(&problem()).unwrap())
    }

    pub(crate) fn of(pruner: P) -> Self {
        Self(pruner)
    }

    pub(crate) fn copy(&self) -> Box<dyn Pruner> {
        self.0.boxed_clone()
    }

    pub(crate) fn judge(&self, trial: TrialId) -> Verdict {
        self.0.judge(trial)
    }

    pub(crate) fn start(&mut self, trial: u64) {
        let params = problem().space.decode(&[0.5]).unwrap();
        self.0
            .tell(&Started::new(TrialId::new(trial), params).into());
    }

    /// Whether it stops the trial after this report.
    pub(crate) fn stops(&mut self, trial: u64, at: u64, loss: f64) -> bool {
        let (trial, values) = (TrialId::new(trial), Values::one(loss).unwrap());
        self.0
            .tell(&Reported::new(trial, Fidelity::new(at), values).into());
        self.0.judge(trial) == Verdict::Stop
    }

    pub(crate) fn pause(&mut self, trial: u64, at: u64, loss: f64) {
        let values = Values::one(loss).unwrap();
        let paused = Paused::new(TrialId::new(trial), Fidelity::new(at), values);
        self.0.tell(&paused.into());
    }

    pub(crate) fn resume(&mut self, trial: u64) {
        self.0.tell(&Resumed::new(TrialId::new(trial), None).into());
    }

    pub(crate) fn end(&mut self, trial: u64, outcome: Outcome) {
        self.0
            .tell(&Ended::new(TrialId::new(trial), outcome).into());
    }

    /// A trial with these reports at 1, 2, … that completes with the last of them.
    pub(crate) fn complete(&mut self, trial: u64, losses: &[f64]) {
        let at = (1..).zip(losses.iter().copied());
        self.complete_at(trial, &at.collect::<Vec<_>>());
    }

    /// The same with fidelities.
    pub(crate) fn complete_at(&mut self, trial: u64, reports: &[(u64, f64)]) {
        self.start(trial);
        for (at, loss) in reports {
            self.stops(trial, *at, *loss);
        }
        let last = reports.last().map_or(0.0, |(_, loss)| *loss);
        self.end(trial, Outcome::Completed(Values::one(last).unwrap()));
    }

    /// The verdict on each report of a new trial, at 1, 2, …: as many as it made before it was stopped.
    pub(crate) fn survived(&mut self, trial: u64, losses: &[f64]) -> usize {
        self.start(trial);
        let mut at = (1..).zip(losses);
        at.position(|(at, loss)| self.stops(trial, at, *loss))
            .unwrap_or(losses.len())
    }
}

pub(crate) fn failed() -> Outcome {
    Outcome::failed(FailureKind::Error, "it was")
}
