//! Small studies of schedulers: they run in the test itself, one event after the other.

use std::{collections::VecDeque, num::NonZeroUsize};

use tuning_core::{
    AskTell, Budget, EndReason, EventKind, Fact, FailureKind, FidelityRange, Metrics, Objectives,
    Outcome, Parameter, Problem, Seed, Space, Strategy, StrategyConfig, Trial, TrialState, Trials,
    Turn, Values, Work,
};

/// One float, one loss, fidelities from 1 to `max`.
pub(crate) fn problem(max: u64, budget: Budget) -> Problem {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let objectives = Objectives::minimize("loss").unwrap();
    Problem::new(space, objectives)
        .fidelity(FidelityRange::new(1, max).unwrap())
        .budget(budget)
}

/// A trial begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Began(u64),
    Ended(u64),
}

/// A study that has ended.
pub(crate) struct Ran {
    /// Each piece of work as it began: the trial, and how far it is to run.
    pub(crate) work: Vec<(u64, u64)>,
    /// When trials begin and end.
    pub(crate) order: Vec<Step>,
    /// What happened, in order.
    pub(crate) facts: Vec<Fact>,
    pub(crate) trials: Trials,
    pub(crate) reason: EndReason,
}

impl Ran {
    /// How many trials are in this state.
    pub(crate) fn count(&self, state: TrialState) -> usize {
        self.trials.iter().filter(|t| t.state == state).count()
    }

    /// How many pieces of work were to run until there.
    pub(crate) fn until(&self, fidelity: u64) -> usize {
        let same = |(_, until): &&(u64, u64)| *until == fidelity;
        self.work.iter().filter(same).count()
    }

    /// The place of the first fact of this kind about a trial.
    pub(crate) fn place(&self, trial: u64, kind: impl Fn(&Fact) -> bool) -> Option<usize> {
        let ours = |fact: &Fact| fact.trial().is_some_and(|id| id.get() == trial);
        self.facts.iter().position(|fact| ours(fact) && kind(fact))
    }

    pub(crate) fn trial(&self, number: u64) -> &Trial {
        self.trials
            .iter()
            .nth(usize::try_from(number).unwrap())
            .unwrap()
    }
}

/// Runs a study with this many workers. `loss`: what a trial measures at a fidelity, or none if it fails on its way there. A
/// trial that measures what is no finite number fails, too.
/// The worker that began first is done first.
pub(crate) fn run<C: StrategyConfig>(
    config: &C,
    problem: &Problem,
    workers: usize,
    loss: impl Fn(u64, u64) -> Option<f64>,
) -> Ran {
    let strategy = config.build(problem).unwrap();
    drive(strategy, problem, workers, |work, until| {
        (until, loss(work.trial.get(), until))
    })
}

/// The same with `result`, which says where the trial reports as well.
pub(crate) fn drive<S: Strategy>(
    strategy: S,
    problem: &Problem,
    workers: usize,
    result: impl Fn(&Work, u64) -> (u64, Option<f64>),
) -> Ran {
    let study = AskTell::new(problem.clone(), strategy, Seed::new(5));
    drive_in_order(study, problem, workers, |_| 0, result)
}

/// The same for a study that has an order of results. `first`: which of this many workers is done first.
pub(crate) fn drive_in_order<S: Strategy>(
    mut study: AskTell<S>,
    problem: &Problem,
    workers: usize,
    mut first: impl FnMut(usize) -> usize,
    result: impl Fn(&Work, u64) -> (u64, Option<f64>),
) -> Ran {
    let whole = problem.fidelity.unwrap().max().get();
    let mut running: VecDeque<Work> = VecDeque::new();
    let (mut all, mut order, mut trials) = (Vec::new(), Vec::new(), Trials::new());
    let reason = loop {
        if let Some(free) = NonZeroUsize::new(workers - running.len()) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => {
                    let begun =
                        |work: &Work| (work.trial.get(), work.until.map_or(whole, |f| f.get()));
                    all.extend(work.iter().map(begun));
                    running.extend(work);
                    continue;
                }
                Turn::Done(reason) => break reason,
                _ => {}
            }
        }
        let done = running.remove(first(running.len()));
        let work = done.expect("it waits for something");
        let until = work.until.map_or(whole, |until| until.get());
        let (at, loss) = result(&work, until);
        let outcome = match loss.map(Values::one) {
            Some(Ok(values)) => {
                let report = (work.trial, at.into(), values.clone());
                study
                    .report(report.0, report.1, report.2, Metrics::default())
                    .unwrap();
                Outcome::Completed(values)
            }
            Some(Err(error)) => Outcome::failed(FailureKind::NonFinite, error.to_string()),
            None => Outcome::failed(FailureKind::Error, "crashed"),
        };
        study
            .finish(work.trial, outcome, Metrics::default(), 0)
            .unwrap();
    };
    let mut facts = Vec::new();
    for entry in study.take_entries(0) {
        if let EventKind::Fact(fact) = &entry.kind {
            facts.push(fact.clone());
        }
        match &entry.kind {
            EventKind::Fact(Fact::Started(started)) => order.push(Step::Began(started.trial.get())),
            EventKind::Fact(Fact::Ended(ended)) => order.push(Step::Ended(ended.trial.get())),
            _ => {}
        }
        trials.apply(0, &entry.kind);
    }
    Ran {
        work: all,
        order,
        facts,
        trials,
        reason,
    }
}
