//! [`Study`]: one study of kurobako's, as the ask/tell machine sees it.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
};

use tuning_core::{
    AskTell, FailureKind, FailureLimit, Fidelity, Metrics, Origin, Outcome, Seed, Strategy,
    StrategyConfig as _, TrialId, Turn, Values, Work,
};

use tuning_file::SharedConfig;

use super::{
    message::{EvaluatedTrial, Kind, NextTrial, ProblemSpec, Variable},
    problem,
    refused::Refused,
};

/// A study that is under way.
pub(super) struct Study {
    machine: AskTell<Box<dyn Strategy>>,
    domain: Vec<Variable>,
    last_step: u64,
    /// Their numbers of our trials, and the other way round.
    theirs: BTreeMap<TrialId, u64>,
    ours: HashMap<u64, TrialId>,
    /// Why it cannot continue.
    failed: Option<Refused>,
}

impl Study {
    pub(super) fn begin(
        spec: &ProblemSpec,
        config: &SharedConfig,
        seed: Seed,
    ) -> Result<Self, Refused> {
        let mut problem = problem::read(spec)?;
        // How long it tries is for kurobako to say.
        problem.budget.failures = FailureLimit::Never;
        let strategy = config
            .build(&problem)
            .map_err(|error| Refused::new(Kind::Incapable, error.to_string()))?;
        Ok(Self {
            machine: AskTell::new(problem, strategy, seed),
            domain: spec.params_domain.clone(),
            last_step: spec.steps.last(),
            theirs: BTreeMap::new(),
            ours: HashMap::new(),
            failed: None,
        })
    }

    /// The next piece of work, and the number of the new trial after it; `next` is that of a new trial now.
    pub(super) fn ask(&mut self, next: u64) -> Result<(NextTrial, u64), Refused> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        let turn = self.machine.ask(NonZeroUsize::MIN).map_err(|error| {
            let refused = Refused::new(Kind::Other, error.to_string());
            self.failed.insert(refused).clone()
        })?;
        self.machine.take_entries(0);
        let work = match turn {
            Turn::Work(mut work) if work.len() == 1 => work.remove(0),
            Turn::Done(_) => {
                let tried = self.machine.started();
                let message = format!(
                    "the strategy has nothing more to propose after {tried} trials: use a smaller budget"
                );
                return Err(Refused::new(Kind::Other, message));
            }
            _ => {
                let message = "the strategy waits for a result, and kurobako cannot: give its studies less concurrency";
                return Err(Refused::new(Kind::Other, message));
            }
        };
        if let Origin::Forked(_) = work.origin {
            let message = "the strategy begins a trial with the checkpoint of another one, which kurobako cannot do";
            let refused = Refused::new(Kind::Incapable, message);
            return Err(self.failed.insert(refused).clone());
        }
        let (id, next) = match self.theirs.get(&work.trial) {
            // It continues.
            Some(id) => (*id, next),
            None => (next, next + 1),
        };
        self.theirs.insert(work.trial, id);
        self.ours.insert(id, work.trial);
        Ok((self.next_trial(id, &work), next))
    }

    fn next_trial(&self, id: u64, work: &Work) -> NextTrial {
        let until = work.until.map_or(self.last_step, Fidelity::get);
        NextTrial {
            id,
            params: problem::numbers(&work.params, &self.domain),
            next_step: Some(until),
        }
    }

    /// The result of a piece of work.
    pub(super) fn tell(&mut self, told: &EvaluatedTrial) -> Result<(), Refused> {
        let refuse = |message: String| Refused::new(Kind::InvalidInput, message);
        let id = told.id;
        let trial = *self
            .ours
            .get(&id)
            .ok_or_else(|| refuse(format!("trial {id} was never asked for")))?;
        let outcome = self.outcome(told);
        if let Outcome::Completed(values) = &outcome
            && told.current_step > 0
            && self.machine.problem().fidelity.is_some()
        {
            let at = Fidelity::new(told.current_step);
            self.machine
                .report(trial, at, values.clone(), Metrics::default())
                .map_err(|error| refuse(format!("trial {id}: {error}")))?;
        }
        self.machine
            .finish(trial, outcome, Metrics::default(), 0)
            .map_err(|error| refuse(format!("trial {id}: {error}")))?;
        self.machine.take_entries(0);
        Ok(())
    }

    fn outcome(&self, told: &EvaluatedTrial) -> Outcome {
        if told.values.is_empty() {
            return Outcome::failed(FailureKind::Infeasible, "cannot be evaluated there");
        }
        let values: Option<Vec<f64>> = told.values.iter().copied().collect();
        match values.map(Values::new) {
            Some(Ok(values)) => Outcome::Completed(values),
            _ => Outcome::failed(FailureKind::NonFinite, "a value is not a finite number"),
        }
    }
}
