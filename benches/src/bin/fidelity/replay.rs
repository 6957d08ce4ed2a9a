//! [`run`]: a study on a table, with workers in virtual time: an epoch takes each of them as long as any other.

use std::{cmp::Reverse, collections::BinaryHeap, error::Error, num::NonZeroUsize};

use tuning_core::{
    Ask, Asked, BoxedConfig, Budget, Budgeted, Ended, Fidelity, FidelityRange, Objectives, Outcome,
    Params, Paused, Problem, Proposal, ProposalKind, Reported, Resumed, Seed, Started, Strategy,
    StrategyConfig as _, TrialId, Values,
};

use crate::{
    network::Network,
    table::{Place, Table},
};

/// After the resource of this many whole trials the regret is taken.
pub(crate) const MARKS: [u64; 5] = [3, 6, 10, 20, 30];

/// What came of a study.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) regrets: [f64; MARKS.len()],
    pub(crate) trials: usize,
    pub(crate) whole: usize,
}

/// A trial: where it is, and the epochs that it has trained.
struct Trial {
    place: Place,
    at: u64,
}

struct Study<'a> {
    table: &'a Table,
    strategy: Box<dyn Strategy>,
    trials: Vec<Trial>,
    free: Vec<bool>,
    /// What runs: when it ends, the trial, and until which epoch it was to run.
    flying: BinaryHeap<Reverse<(u64, usize, Option<u64>)>>,
    now: u64,
    used: u64,
    best: f64,
    run: Run,
}

/// Runs a study until it has used what the last mark says.
pub(crate) fn run(
    table: &Table,
    config: &BoxedConfig,
    gradual: bool,
    seed: Seed,
    workers: usize,
) -> Result<Run, Box<dyn Error>> {
    let whole = table.whole();
    let budget = Budget::unlimited().resource(MARKS[MARKS.len() - 1] * whole);
    let range = FidelityRange::new(1, whole)?;
    let problem = Problem::new(table.space.clone(), Objectives::minimize("error")?)
        .fidelity(gradual.then_some(range))
        .parallelism(NonZeroUsize::new(workers).ok_or("there must be a worker")?)
        .budget(budget);
    let mut strategy: Box<dyn Strategy> = Box::new(config.build(&problem)?);
    strategy.tell(&Budgeted::new(&problem.budget).into());
    let mut study = Study {
        table,
        strategy,
        trials: Vec::new(),
        free: vec![true; table.points.len()],
        flying: BinaryHeap::new(),
        now: 0,
        used: 0,
        best: f64::INFINITY,
        run: Run {
            regrets: [f64::NAN; MARKS.len()],
            trials: 0,
            whole: 0,
        },
    };
    while study.run.regrets.iter().any(|regret| regret.is_nan()) {
        while let Some(slots) = NonZeroUsize::new(workers - study.flying.len()) {
            let next = TrialId::new(study.trials.len() as u64);
            let Asked::Propose(proposals) = study.strategy.ask(&Ask::new(slots, next, seed))?
            else {
                break;
            };
            for proposal in &proposals {
                study.begin(proposal)?;
            }
        }
        study.end()?;
    }
    study.run.trials = study.trials.len();
    Ok(study.run)
}

impl Study<'_> {
    /// Begins a piece of work.
    fn begin(&mut self, proposal: &Proposal) -> Result<(), Box<dyn Error>> {
        let (until, tag) = (proposal.target(), proposal.note().clone());
        let place = match proposal.kind() {
            ProposalKind::Start(params) => {
                let (params, place) = if self.table.is_network() {
                    (params.clone(), Place::Anywhere(Network::numbers(params)))
                } else {
                    self.nearest(params)?
                };
                let trial = TrialId::new(self.trials.len() as u64);
                self.strategy
                    .tell(&Started::new(trial, params).until(until).tag(tag).into());
                self.trials.push(Trial { place, at: 0 });
                self.trials.len() - 1
            }
            ProposalKind::Resume(trial) => {
                self.strategy
                    .tell(&Resumed::new(*trial, until).tag(tag).into());
                usize::try_from(trial.get())?
            }
            ProposalKind::GiveUp(trial) => {
                self.strategy
                    .tell(&Ended::new(*trial, Outcome::Stopped).into());
                return Ok(());
            }
            other => return Err(format!("{other:?}").into()),
        };
        let until = until.map(Fidelity::get);
        let ends = self.now + until.unwrap_or(self.table.whole()) - self.trials[place].at;
        self.flying.push(Reverse((ends, place, until)));
        Ok(())
    }

    /// Ends the piece of work that is done first.
    fn end(&mut self) -> Result<(), Box<dyn Error>> {
        let Reverse((now, place, until)) = self.flying.pop().ok_or("it waits for nothing")?;
        self.now = now;
        let (whole, trial) = (self.table.whole(), &mut self.trials[place]);
        let (from, to) = (trial.at, until.unwrap_or(whole));
        trial.at = to;
        let id = TrialId::new(place as u64);
        for epoch in from + 1..=to {
            let error = self.table.error(&trial.place, epoch);
            let values = Values::one(error)?;
            self.strategy
                .tell(&Reported::new(id, Fidelity::new(epoch), values).into());
            self.used += 1;
            self.best = self.best.min(error);
            for (mark, regret) in MARKS.iter().zip(&mut self.run.regrets) {
                if self.used == mark * whole {
                    *regret = self.table.regret(self.best);
                }
            }
        }
        let values = Values::one(self.table.error(&self.trials[place].place, to))?;
        self.run.whole += usize::from(to == whole);
        self.strategy.tell(&match until {
            Some(until) => Paused::new(id, Fidelity::new(until), values).into(),
            None => Ended::new(id, Outcome::Completed(values)).into(),
        });
        Ok(())
    }

    /// The nearest row that was not tried, which is tried now.
    fn nearest(&mut self, params: &Params) -> Result<(Params, Place), Box<dyn Error>> {
        let places = self.table.space.encode(params);
        let point: Vec<f64> = places.into_iter().flatten().collect();
        let distance = |row: usize| -> f64 {
            let pairs = self.table.points[row].iter().zip(&point);
            pairs.map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let free = (0..self.free.len()).filter(|row| self.free[*row]);
        let distances = free.map(|row| (distance(row), row));
        let nearest = distances.min_by(|one, other| one.0.total_cmp(&other.0));
        let (_, row) = nearest.ok_or("every row was tried")?;
        self.free[row] = false;
        let params = self.table.space.decode(&self.table.points[row])?;
        Ok((params, Place::Row(row)))
    }
}
