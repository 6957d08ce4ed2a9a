//! [`Fits`]: when hyper-parameters are fitted, to which rows, and what came of it.

use std::cell::RefCell;

use tuning_toolkit::lbfgs::{Bounds, Lbfgs};

use super::{curves::Curves, kernel::Prior, likelihood::Likelihood, rows::Rows, targets::Targets};

/// A fit follows when there are this many times the rows of the one before.
const GROWTH: f64 = 1.35;
/// Beyond this many rows the fit of before stays.
const MOST: usize = 1000;
/// A fit rests on the best of this many rows, and on as many of the others, spread over their ranks.
const HALF: usize = 80;
/// Steps and calls of the likelihood.
const STEPS: usize = 15;
const CALLS: usize = 20;

/// The hyper-parameters (logarithms), fitted again each time that the rows have grown by a third.
///
/// Which rows a fit rests on is settled when facts are told, so that the fits are a function of the facts; they are
/// computed when somebody asks, each from the result of the one before.
#[derive(Clone, Debug)]
pub(super) struct Fits {
    prior: Prior,
    rows: usize,
    due: Vec<(Rows, Vec<f64>)>,
    /// How many of those due are done, and the result.
    done: RefCell<(usize, Vec<f64>)>,
}

impl Fits {
    pub(super) fn new(prior: Prior) -> Self {
        Self {
            rows: 0,
            due: Vec::new(),
            done: RefCell::new((0, prior.medians.clone())),
            prior,
        }
    }

    /// Settles whether a fit is due, to the rows of which the model takes at most this many.
    pub(super) fn follow(&mut self, curves: &Curves, most: usize) {
        if (curves.rows as f64) < GROWTH * self.rows as f64 || curves.rows > MOST {
            return;
        }
        if let Some((rows, targets, _)) = data(curves, most) {
            self.rows = curves.rows;
            self.due.push(chosen(curves, &rows, &targets));
        }
    }

    /// The result of all fits that are due.
    pub(super) fn logs(&self) -> Vec<f64> {
        let mut done = self.done.borrow_mut();
        for (rows, targets) in &self.due[done.0..] {
            let method = Lbfgs {
                steps: STEPS,
                calls: CALLS,
                tolerance: 1e-2,
                gain: 1e-4,
                reach: 2.0,
                first: 0.5,
            };
            let bounds = Bounds {
                lower: &self.prior.lower,
                upper: &self.prior.upper,
            };
            let mut likelihood = Likelihood::new(rows, targets, &self.prior);
            method.minimise(&mut done.1, bounds, |logs, gradient| {
                likelihood.loss(logs, gradient)
            });
        }
        done.0 = self.due.len();
        done.1.clone()
    }
}

/// The rows that a fit rests on, of all.
fn chosen(curves: &Curves, rows: &Rows, targets: &[f64]) -> (Rows, Vec<f64>) {
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by(|one, other| targets[*one].total_cmp(&targets[*other]));
    if order.len() > 2 * HALF {
        let others = order.len() - HALF;
        let spread: Vec<usize> = (0..HALF).map(|k| order[HALF + k * others / HALF]).collect();
        order.truncate(HALF);
        order.extend(spread);
    }
    let mut kept = Rows::new(curves.columns.labels());
    for row in &order {
        let trial = rows.trials[*row];
        kept.push(&curves.trials[trial].numbers, trial, rows.at[*row]);
    }
    (kept, order.iter().map(|row| targets[*row]).collect())
}

/// At most this many rows with their targets, and the units of these: last reports first, the best of them first, then
/// the rungs before, likewise. None while nothing was measured.
pub(super) fn data(curves: &Curves, most: usize) -> Option<(Rows, Vec<f64>, Targets)> {
    let lowest = curves.rungs.next(0);
    let mut points = Vec::new();
    for (place, trial) in curves.trials.iter().enumerate() {
        let curve = trial.points(lowest);
        let last = curve.len().saturating_sub(1);
        let point = |(k, (at, loss)): (usize, &(u64, f64))| (k < last, *loss, place, *at);
        points.extend(curve.iter().enumerate().map(point));
    }
    if points.len() > most {
        points.sort_by(|one, other| {
            let by_loss = one.1.total_cmp(&other.1);
            one.0.cmp(&other.0).then(by_loss).then(one.2.cmp(&other.2))
        });
        points.truncate(most);
    }
    let finite = points
        .iter()
        .map(|point| point.1)
        .filter(|loss| loss.is_finite());
    let losses: Vec<f64> = finite.collect();
    if losses.is_empty() {
        return None;
    }
    let units = Targets::fit(&losses);
    let mut rows = Rows::new(curves.columns.labels());
    for (_, _, place, at) in &points {
        rows.push(&curves.trials[*place].numbers, *place, *at as f64);
    }
    let targets = points.iter().map(|point| units.of(point.1)).collect();
    Some((rows, targets, units))
}
