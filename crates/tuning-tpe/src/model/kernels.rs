//! [`Kernels`]: one of the two mixtures, kept in step with the trials that it stands on.
//!
//! It is a function of its members alone. What an earlier state has in common with the next one is not
//! computed again; that saves time and changes nothing.

use std::sync::Arc;

use super::{
    axis::Axis,
    column::{Column, Limits, PRIOR},
};

/// About how many choices a draw changes, over the number of kernels.
const CHANGES: f64 = 20.0;
/// The most that all choices of a parameter share, in kernels.
const MOST_SPREAD: f64 = 16.0;

/// A trial in a mixture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'a> {
    /// Which trial; members are in this order.
    pub(crate) id: u64,
    /// Where it lies: one coordinate per axis, see [`Axis`].
    pub(crate) point: &'a Arc<[f64]>,
    /// How much it counts, more than 0.
    pub(crate) weight: f64,
}

/// A mixture of kernels, one per member behind one for the prior:
/// `p(x) = Σ w_i Π_d k_id(x_d)`.
// Falkner et al. 2018, "BOHB", arXiv:1807.01774, section 3.2, and Optuna's `multivariate`: one product
// kernel per trial, so that dependences between parameters are kept.
#[derive(Clone, Debug)]
pub(crate) struct Kernels {
    narrowest: f64,
    ids: Vec<u64>,
    points: Vec<Arc<[f64]>>,
    pub(super) columns: Box<[Column]>,
    /// The sums of weights up to each kernel, of 1 in all.
    pub(super) cumulated: Vec<f64>,
    /// The weights, of 1 in all.
    pub(super) weights: Vec<f32>,
    /// What each kernel adds to the logarithm of its density wherever the point is.
    pub(super) base: Vec<f32>,
    pub(super) sums: Vec<f32>,
}

impl Kernels {
    /// The prior alone. `narrowest`: no kernel is narrower than that.
    pub(crate) fn new(axes: &[Axis], narrowest: f64) -> Self {
        Self {
            narrowest,
            ids: Vec::new(),
            points: Vec::new(),
            columns: axes.iter().map(Column::new).collect(),
            cumulated: vec![1.0],
            weights: vec![1.0],
            base: vec![0.0],
            sums: Vec::new(),
        }
    }

    /// Takes these members, in the order of their ids, and no others. `prior`: how much the prior
    /// counts, measured in members of mean weight. `crowd`: kernels of numbers may be as narrow as those of
    /// this many members.
    pub(crate) fn set(&mut self, axes: &[Axis], members: &[Member<'_>], prior: f64, crowd: f64) {
        self.exchange(axes, members);
        let limits = Limits {
            narrowest: self.narrowest,
            crowd,
            spread: self.spread(),
        };
        for (column, axis) in self.columns.iter_mut().zip(axes) {
            column.settle(axis, limits);
        }
        self.weigh(axes, members, prior);
    }

    /// How much of a categorical kernel all choices share, in kernels: the fewer parameters have choices,
    /// the more of each of them. So a draw changes about as many choices in every space, 20 over the
    /// number of kernels, and none at all only rarely: a mixture that keeps to the choices of its first
    /// good trials never learns about the others.
    fn spread(&self) -> f64 {
        let choosing: usize = self.columns.iter().map(Column::choosing).sum();
        let each = choosing as f64 / self.ids.len().max(1) as f64;
        (CHANGES / each.max(1.0)).min(MOST_SPREAD)
    }

    /// Removes who is not among the members and adds who is missing.
    fn exchange(&mut self, axes: &[Axis], members: &[Member<'_>]) {
        let mut place = 0;
        let mut gone = Vec::new();
        for (old, (id, point)) in self.ids.iter().zip(&self.points).enumerate() {
            while members.get(place).is_some_and(|member| member.id < *id) {
                place += 1;
            }
            let same = |member: &Member<'_>| member.id == *id && Arc::ptr_eq(member.point, point);
            if !members.get(place).is_some_and(same) {
                gone.push(old);
            }
        }
        let stay = self.ids.len() - gone.len();
        if gone.len() + members.len() - stay > 8 + members.len() / 4 {
            gone = (0..self.ids.len()).collect(); // cheaper, and the same in the end
        }
        if gone.len() == self.ids.len() {
            self.ids.clear();
            self.points.clear();
            for (d, (column, axis)) in self.columns.iter_mut().zip(axes).enumerate() {
                column.fill(axis, members.iter().map(|member| member.point[d]));
            }
            self.ids.extend(members.iter().map(|member| member.id));
            let points = members.iter().map(|member| Arc::clone(member.point));
            self.points.extend(points);
            return;
        }
        for old in gone.into_iter().rev() {
            self.ids.remove(old);
            self.points.remove(old);
            self.columns
                .iter_mut()
                .for_each(|column| column.remove(old + 1));
        }
        for (place, member) in members.iter().enumerate() {
            if self.ids.get(place) == Some(&member.id) {
                continue;
            }
            self.ids.insert(place, member.id);
            self.points.insert(place, Arc::clone(member.point));
            for (d, (column, axis)) in self.columns.iter_mut().zip(axes).enumerate() {
                column.insert(axis, place + 1, member.point[d]);
            }
        }
    }

    fn weigh(&mut self, axes: &[Axis], members: &[Member<'_>], prior: f64) {
        let sum: f64 = members.iter().map(|member| member.weight).sum();
        let mean = if members.is_empty() {
            1.0
        } else {
            sum / members.len() as f64
        };
        let all = sum + mean * prior;
        self.cumulated.clear();
        self.weights.clear();
        let mut cumulated = 0.0;
        let weights = members.iter().map(|member| member.weight);
        for weight in std::iter::once(mean * prior).chain(weights) {
            cumulated += weight / all;
            self.cumulated.push(cumulated);
            self.weights.push((weight / all) as f32);
        }
        debug_assert_eq!(PRIOR, 0);
        self.base.clear();
        self.base.resize(self.weights.len(), 0.0);
        for (column, axis) in self.columns.iter().zip(axes) {
            if let (false, Some(constants)) = (axis.is_conditional(), column.constants()) {
                for (base, constant) in self.base.iter_mut().zip(constants) {
                    *base += constant;
                }
            }
        }
    }
}

/// The two mixtures.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Of the good trials: `l`.
    pub(crate) good: Kernels,
    /// Of the others: `g`.
    pub(crate) bad: Kernels,
}

impl Model {
    pub(crate) fn new(axes: &[Axis], narrowest: f64) -> Self {
        let kernels = Kernels::new(axes, narrowest);
        Self {
            good: kernels.clone(),
            bad: kernels,
        }
    }

    /// `ln l(x) - ln g(x)`.
    // Bergstra et al. 2011, section 4.1: the expected improvement grows with l(x) / g(x).
    pub(crate) fn score(&mut self, axes: &[Axis], point: &[f64]) -> f64 {
        self.good.log_density(axes, point) - self.bad.log_density(axes, point)
    }
}
