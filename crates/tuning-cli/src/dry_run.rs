//! [`DryRun`]: what a budget comes to with a strategy, found out by asking it without running anything.

use std::{
    fmt,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use serde::Serialize;
use tuning_core::{
    AskTell, EndReason, Metrics, Order, Outcome, Problem, Strategy, StrategyConfig as _, Turn,
    Values,
};
use tuning_file::StudyFile;

/// How long it may take: it is for people who wait.
const PATIENCE: Duration = Duration::from_millis(300);

/// How long the first [`SHORT`] pieces of work may take, so that a busy machine says of a short study what a quiet one says.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// How many pieces of work a short study has.
const SHORT: u64 = 64;

/// What a study would do if every trial took its whole way and none were better than another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DryRun {
    /// How many trials are started.
    pub(crate) trials: u64,
    /// How many pieces of work that is: more than trials if trials are resumed.
    pub(crate) works: u64,
    /// How much resource they use, if the study has fidelities.
    pub(crate) resource: Option<u64>,
    /// Why it ends; none if it went on when patience ended.
    pub(crate) reason: Option<EndReason>,
}

impl DryRun {
    /// Asks the strategy of a study until it or the budget says that it is enough.
    pub(crate) fn of(file: &StudyFile) -> Result<Self, String> {
        let (problem, strategy) = foreseeable(file)?;
        let mut study = AskTell::new(problem, strategy, file.identity.seed);
        let slots = match file.identity.order {
            Order::AsProposed { lag } => lag,
            _ => file.settings.workers,
        };
        let whole = file.settings.fidelity.map(|range| range.max());
        let values =
            Values::new(vec![0.0; file.objectives().len()]).map_err(|error| error.to_string())?;
        let mut dry = Self {
            trials: 0,
            works: 0,
            resource: whole.map(|_| 0),
            reason: None,
        };
        let began = Instant::now();
        let patience = |works| {
            if works < SHORT {
                LONG_PATIENCE
            } else {
                PATIENCE
            }
        };
        while began.elapsed() < patience(dry.works) {
            let work = match study.ask(NonZeroUsize::max(slots, NonZeroUsize::MIN)) {
                Ok(Turn::Work(work)) => work,
                Ok(Turn::Done(reason)) => {
                    dry.reason = Some(reason);
                    break;
                }
                Ok(_) => break,
                Err(error) => return Err(error.to_string()),
            };
            for work in work {
                dry.works += 1;
                if let Some(at) = work.until.or(whole) {
                    let from = work.origin.at().map_or(0, |at| at.get());
                    dry.resource = dry.resource.map(|sum| sum + at.get().saturating_sub(from));
                    study
                        .report(work.trial, at, values.clone(), Metrics::default())
                        .map_err(|error| error.to_string())?;
                }
                study
                    .finish(
                        work.trial,
                        Outcome::Completed(values.clone()),
                        Metrics::default(),
                        0,
                    )
                    .map_err(|error| error.to_string())?;
            }
            study.take_entries(0);
        }
        dry.trials = study.started();
        Ok(dry)
    }
}

/// The problem of a study without what depends on results, which cannot be foreseen; and its strategy.
pub(crate) fn foreseeable(file: &StudyFile) -> Result<(Problem, Box<dyn Strategy>), String> {
    let mut problem = file.problem();
    problem.budget.target = None;
    problem.budget.no_improvement = None;
    problem.budget.cost = None;
    let strategy = file.strategy.build(&problem);
    Ok((problem, strategy.map_err(|error| error.to_string())?))
}

impl fmt::Display for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Some(reason) => write!(f, "{} trials", self.trials).and_then(|()| {
                if self.works > self.trials {
                    write!(f, " in {} pieces", self.works)?;
                }
                if let Some(resource) = self.resource {
                    write!(f, ", {resource} units of resource")?;
                }
                write!(f, ", then {reason}")
            }),
            None => write!(
                f,
                "more than {} trials: not followed to their end",
                self.trials
            ),
        }
    }
}
