//! [`Model`]: what learning curves say about trials that continue, computed once after each fact that an ask follows.

use std::cell::RefCell;

use super::{
    curves::{Curves, State},
    fits::{Fits, data},
    kernel::Hyper,
    posterior::Posterior,
};

/// Trials that run and are believed to reach their mean.
const PENDING: usize = 64;

/// The posterior, and the best loss in its units.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) posterior: Posterior,
    pub(super) best: f64,
}

impl Model {
    /// Given at most this many rows. None while nothing was measured, or if the rows cannot be explained.
    fn new(curves: &Curves, fits: &Fits, most: usize) -> Option<Self> {
        let (rows, targets, units) = data(curves, most)?;
        let hyper = Hyper::new(&fits.logs());
        let mut posterior = Posterior::new(hyper, rows, &targets)?;
        for place in curves.running.iter().rev().take(PENDING) {
            let trial = &curves.trials[*place];
            if let State::Running(until) = trial.state {
                posterior.believe(&trial.numbers, *place, until as f64);
            }
        }
        let losses = curves.trials.iter().map(|trial| trial.best);
        let best = units.of(losses.fold(f64::INFINITY, f64::min));
        Some(Self { posterior, best })
    }
}

/// The model of the facts so far, kept from the first ask that needs it to the next fact.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(RefCell<Option<Option<Model>>>);

impl Kept {
    /// Forgets it: there is a new fact.
    pub(super) fn forget(&mut self) {
        *self.0.get_mut() = None;
    }

    /// A copy of it.
    pub(super) fn get(&self, curves: &Curves, fits: &Fits, most: usize) -> Option<Model> {
        let mut kept = self.0.borrow_mut();
        kept.get_or_insert_with(|| Model::new(curves, fits, most))
            .clone()
    }
}
