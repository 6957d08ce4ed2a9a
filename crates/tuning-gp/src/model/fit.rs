//! Fitting hyper-parameters: from where the last fit ended, and now and then from the beginning.

use tuning_toolkit::lbfgs::{Bounds, Lbfgs};

use super::{
    likelihood::Likelihood,
    prior::{Hyper, Prior},
};
use crate::cube::{Columns, Table};

/// Returns the most likely hyper-parameters, sought from each of the starts with this many calls of the
/// likelihood at most.
pub(crate) fn fit(
    columns: &Columns,
    table: &Table,
    targets: &[f64],
    starts: &[Hyper],
    calls: usize,
) -> Hyper {
    let prior = Prior::new(columns.weights());
    let (lower, upper) = prior.bounds();
    let bounds = Bounds {
        lower: &lower,
        upper: &upper,
    };
    let method = Lbfgs {
        steps: calls,
        calls,
        tolerance: 1e-2,
        gain: 1e-4,
        reach: 3.0,
        first: 1.0,
    };
    let mut likelihood = Likelihood::new(columns, table, targets, prior);
    let mut best: Option<(f64, Hyper)> = None;
    for start in starts {
        let mut hyper = start.0.clone();
        let loss = method.minimise(&mut hyper, bounds, |hyper, gradient| {
            likelihood.loss(hyper, gradient)
        });
        if best.as_ref().is_none_or(|(least, _)| loss < *least) {
            best = Some((loss, Hyper(hyper)));
        }
    }
    best.map_or_else(|| prior.mode(), |(_, hyper)| hyper)
}
