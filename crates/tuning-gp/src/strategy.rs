//! [`Gp`]: the strategy.

use std::cell::RefCell;

use tuning_core::{Ask, Asked, Fact, Problem, Proposal, Strategy, StrategyError, Tag};

use crate::{
    GpConfig, NAME,
    cube::{Columns, Cube},
    history::History,
    model::Scratch,
    propose::{Proposer, Why},
    surrogate::{Limits, Surrogate, Surrogates},
    unoptimised,
};

/// Points that are believed to be on their way, at most: the model has to stay small.
const PENDING: usize = 64;
/// Spaces of at most this many points are searched whole.
const FEW: u128 = 1024;

/// Gaussian-process Bayesian optimisation. [`GpConfig`] builds it; the [crate's documentation](crate) says
/// what it does.
///
/// It never ends by itself: give the study a budget. When every point of a finite space has been tried, it
/// proposes those again that are worth most, as is right where measurements are noisy.
#[derive(Clone, Debug)]
pub struct Gp {
    config: GpConfig,
    cube: Cube,
    columns: Columns,
    /// All points, if they are few.
    all: Option<Vec<Vec<f64>>>,
    history: History,
    /// Caches: what they hold is a function of the history.
    surrogates: RefCell<Surrogates>,
}

impl Gp {
    pub(crate) fn new(config: GpConfig, problem: &Problem) -> Self {
        let cube = Cube::new(&problem.space);
        Self {
            columns: Columns::new(&cube),
            all: cube.finite(FEW).map(|_| cube.all()),
            history: History::new(&cube, problem.objectives.len(), problem.fidelity),
            surrogates: RefCell::default(),
            cube,
            config,
        }
    }

    /// The share of the variance of losses (as the model has them: warped) that it takes for noise, 0 to 1: what it cannot
    /// explain by the parameters. Near 0 for a smooth objective; large for one that is noisy, or rougher than
    /// trials are dense.
    ///
    /// None with several objectives, and while there are too few results. A function of the facts told: it may fit
    /// the model, and leaves no trace that another call could observe.
    pub fn noise_share(&self) -> Option<f64> {
        let limits = self.limits();
        self.surrogates
            .borrow_mut()
            .noise_share(&self.cube, &self.columns, &self.history, limits)
    }

    fn surrogate(&self, ask: &Ask, n: usize) -> Option<Surrogate> {
        if (self.history.rows() as u64) < u64::from(self.config.n_startup_trials) {
            return None;
        }
        unoptimised::warn();
        let limits = self.limits();
        self.surrogates.borrow_mut().surrogate(
            &self.cube,
            &self.columns,
            &self.history,
            limits,
            ask.seed(n),
        )
    }

    fn limits(&self) -> Limits {
        Limits {
            observations: self.config.max_observations as usize,
            trust_region_after: self.config.trust_region_after as usize,
            warp: self.config.output_warp,
        }
    }
}

impl Strategy for Gp {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let several = self.history.objectives() > 1;
        let mut scratch = Scratch::default();
        let mut surrogate: Option<Surrogate> = None;
        let mut taken: Vec<Vec<f64>> = Vec::new();
        let mut proposals = Vec::new();
        for n in 0..ask.slots().get() {
            // Several objectives are weighted anew for each proposal.
            if n == 0 || several {
                surrogate = self.surrogate(ask, n);
                if let Some(surrogate) = &mut surrogate {
                    let begun = taken.iter().rev().map(Vec::as_slice);
                    for point in begun.chain(self.history.pending(PENDING)).take(PENDING) {
                        surrogate.believe(point, &mut scratch);
                    }
                }
            }
            let mut proposer = Proposer {
                config: &self.config,
                cube: &self.cube,
                columns: &self.columns,
                all: self.all.as_deref(),
                history: &self.history,
                taken: &taken,
            };
            let (point, why) = proposer.propose(surrogate.as_mut(), ask.trial(n), ask.seed(n));
            let params = self.cube.params(&point)?;
            let point = self.cube.point(&params);
            if let Some(surrogate) = surrogate.as_mut().filter(|_| !several && n < PENDING) {
                surrogate.believe(&point, &mut scratch);
            }
            taken.push(point);
            proposals.push(Proposal::start(params).tag(Tag::new(NAME, Why::as_str(why))));
        }
        Ok(Asked::Propose(proposals))
    }

    fn tell(&mut self, fact: &Fact) {
        self.history.tell(&self.cube, fact);
    }
}
