//! [`FreezeThaw`]: the strategy.

use tuning_core::{Ask, Asked, Fact, Proposal, Space, Strategy, StrategyError};

use super::{
    FreezeThawConfig, curves::Curves, decide::Plan, fits::Fits, kernel::Prior, model::Kept,
};
use crate::schedulers::rungs::Rungs;

/// The model decides after this many trials if the budget is small.
const FEW: usize = 8;
/// A budget of less than this many whole trials is small.
const SMALL: u64 = 6;

/// A Gaussian process over parameters and fidelity that decides which trial to start and which paused one to resume.
/// [`FreezeThawConfig`] builds it.
///
/// Trials run from rung to rung: a seventeenth of the full fidelity, three times that, and so on. The model predicts
/// where every learning curve ends, and the next step goes to where the improvement that is expected there is greatest
/// for the root of the step's cost. Every fifth decision is left to successive halving by rank, if that has a trial to
/// resume, so that no model starves a good trial.
///
/// When the budget has room for no further trial, what is due by rank is resumed, and the others are given up. There
/// and in the last whole trial's worth of a budget of resource, the trial with the best loss so far runs to its end if
/// it still can. Without a limit on trials it never ends by itself.
// Swersky et al. 2014, arXiv:1406.3896; Li et al. 2020, arXiv:1810.05934 for the ranks.
#[derive(Clone, Debug)]
pub struct FreezeThaw {
    config: FreezeThawConfig,
    space: Space,
    curves: Curves,
    fits: Fits,
    kept: Kept,
    /// How much resource the study may use.
    budget: Option<u64>,
}

impl FreezeThaw {
    pub(super) fn new(config: FreezeThawConfig, space: &Space, rungs: Rungs) -> Self {
        let top = rungs.whole();
        let curves = Curves::new(space, rungs);
        Self {
            fits: Fits::new(Prior::new(curves.columns.len(), top)),
            curves,
            kept: Kept::default(),
            space: space.clone(),
            config,
            budget: None,
        }
    }

    /// Whether the model decides, and whether ranks do before that: not if the budget is small.
    fn phase(&self) -> (bool, bool) {
        let top = self.curves.rungs.whole();
        let startup = u64::from(self.config.startup);
        let small = self.budget.is_some_and(|budget| budget / top < SMALL);
        let ranked = startup > 0 && !small;
        let enough = self.curves.measured() >= FEW;
        (
            enough && (!ranked || self.curves.used / top >= startup),
            ranked,
        )
    }
}

impl Strategy for FreezeThaw {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let phase = self.phase();
        let (config, space) = (&self.config, &self.space);
        let left = ask.resource_left();
        let most = config.max_observations as usize;
        let now = || self.kept.get(&self.curves, &self.fits, most);
        let mut plan = Plan::new(config, space, &self.curves, &now, ask, phase, left);
        let mut proposals = Vec::new();
        while proposals.len() < ask.slots().get()
            && let Some(proposal) = plan.next()?
        {
            proposals.push(proposal);
        }
        if proposals.is_empty() {
            if !self.curves.running.is_empty() {
                return Ok(Asked::Wait);
            }
            let paused = self.curves.paused.iter();
            proposals.extend(paused.map(|place| Proposal::give_up(self.curves.trials[*place].id)));
        }
        Ok(if proposals.is_empty() {
            Asked::Done
        } else {
            Asked::Propose(proposals)
        })
    }

    fn tell(&mut self, fact: &Fact) {
        if let Fact::Budgeted(budgeted) = fact {
            self.budget = budgeted.resource;
        }
        self.kept.forget();
        self.curves.tell(fact);
        if self.phase().0 {
            self.fits
                .follow(&self.curves, self.config.max_observations as usize);
        }
    }
}
