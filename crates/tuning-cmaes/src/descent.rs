//! [`Descent`]: one run of the search from its start to where a restart takes over.

use crate::{
    axes::{Axes, Point},
    search::{
        categories::Categories,
        gaussian::{Gaussian, Member},
        margin,
        normal::Draws,
        weights::Weights,
    },
};
use tuning_core::Seed;

/// How often a point outside the cube is drawn again before it is moved to the border.
const REDRAWS: usize = 100;

/// How a trial came out, best first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Standing {
    /// It has this loss.
    Measured(f64),
    /// It was stopped early; the last loss it reported, if any.
    Stopped(Option<f64>),
    /// It has no value.
    Failed,
}

impl Standing {
    /// What orders them: measured before stopped before failed, then by loss. Equal keys are ties.
    pub(crate) fn key(self) -> (u8, f64) {
        match self {
            Self::Measured(loss) => (0, loss + 0.0),
            Self::Stopped(Some(loss)) => (1, loss + 0.0),
            Self::Stopped(None) => (2, 0.0),
            Self::Failed => (3, 0.0),
        }
    }
}

/// One result that a generation is made of.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) point: Point,
    pub(crate) standing: Standing,
    /// Whether it was drawn from another distribution than the present one.
    pub(crate) injected: bool,
}

/// The knobs of a descent.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lambda: usize,
    pub(crate) sigma: f64,
    pub(crate) separable: bool,
    pub(crate) margin: f64,
}

/// One run of the search.
#[derive(Clone, Debug)]
pub(crate) struct Descent {
    gaussian: Option<Gaussian>,
    categories: Categories,
    weights: Weights,
    settings: Settings,
    pub(crate) generation: u64,
    /// The best and the worst loss of the last generations, newest last.
    history: Vec<(f64, f64)>,
}

impl Descent {
    pub(crate) fn new(axes: &Axes, settings: Settings, mean: Vec<f64>) -> Self {
        let n = mean.len();
        let gaussian = (n > 0).then(|| Gaussian::new(mean, settings.sigma, settings.separable));
        let mut descent = Self {
            gaussian,
            categories: Categories::new(&axes.sizes()),
            weights: Weights::new(settings.lambda, n.max(1), settings.separable),
            settings,
            generation: 0,
            history: Vec::new(),
        };
        descent.keep_margins(axes);
        descent
    }

    pub(crate) fn lambda(&self) -> usize {
        self.settings.lambda
    }

    /// The middle of the distribution: the mean and the likeliest choices.
    pub(crate) fn centre(&self) -> Point {
        let likeliest = |q: &Vec<f64>| {
            let best = (0..q.len()).fold(0, |best, k| if q[k] > q[best] { k } else { best });
            best as u32
        };
        Point {
            x: self.gaussian.as_ref().map_or_else(Vec::new, |g| g.mean.clone()),
            choices: self.categories.probabilities().iter().map(likeliest).collect(),
        }
    }

    /// The point that belongs to this seed.
    pub(crate) fn draw(&self, axes: &Axes, seed: Seed) -> Point {
        let mut draws = Draws::new(seed);
        let mut point = Point {
            x: vec![0.0; axes.numbers()],
            choices: vec![0; axes.sizes().len()],
        };
        self.categories.draw(&mut draws, &mut point.choices);
        if let Some(gaussian) = &self.gaussian {
            let mut z = vec![0.0; point.x.len()];
            let outside = |(k, x): (usize, &f64)| axes.is_continuous(k) && !(0.0..=1.0).contains(x);
            for _ in 0..REDRAWS {
                gaussian.draw(&mut draws, &mut z, &mut point.x);
                if !point.x.iter().enumerate().any(outside) {
                    break;
                }
            }
            for (k, x) in point.x.iter_mut().enumerate() {
                if axes.is_continuous(k) {
                    *x = x.clamp(0.0, 1.0);
                }
            }
        }
        point
    }

    /// Learns a generation.
    pub(crate) fn update(&mut self, axes: &Axes, mut entries: Vec<Entry>) {
        let by_standing = |a: &Entry, b: &Entry| {
            let ((a, x), (b, y)) = (a.standing.key(), b.standing.key());
            a.cmp(&b).then(x.total_cmp(&y))
        };
        entries.sort_by(by_standing);
        if self.weights.lambda != entries.len() {
            let n = self.gaussian.as_ref().map_or(1, Gaussian::dimensions);
            self.weights = Weights::new(entries.len(), n, self.settings.separable);
        }
        let (pulls, weights) = self.shares(&entries);
        if let Some(gaussian) = &mut self.gaussian {
            let members: Vec<_> = entries
                .iter()
                .enumerate()
                .map(|(k, entry)| Member {
                    point: &entry.point.x,
                    pull: pulls[k],
                    weight: weights[k],
                    injected: entry.injected,
                })
                .collect();
            gaussian.update(&members, &self.weights);
        }
        let chosen: Vec<_> = entries
            .iter()
            .zip(&pulls)
            .map(|(entry, pull)| (&*entry.point.choices, *pull))
            .collect();
        self.categories.update(&chosen);
        self.keep_margins(axes);
        self.remember(&entries);
        self.generation += 1;
    }

    /// What each rank pulls the mean by, and what it weighs in the covariance; ties share.
    fn shares(&self, entries: &[Entry]) -> (Vec<f64>, Vec<f64>) {
        let mut weights = self.weights.by_rank.clone();
        let mut pulls: Vec<f64> = weights.iter().map(|w| w.max(0.0)).collect();
        let mut from = 0;
        while from < entries.len() {
            let key = entries[from].standing.key();
            let tied = entries[from..].iter().take_while(|e| e.standing.key() == key).count();
            for shares in [&mut pulls, &mut weights] {
                let shares = &mut shares[from..from + tied];
                let mean = shares.iter().sum::<f64>() / tied as f64;
                shares.fill(mean);
            }
            from += tied;
        }
        (pulls, weights)
    }

    fn keep_margins(&mut self, axes: &Axes) {
        let Some(gaussian) = &mut self.gaussian else { return };
        for k in 0..gaussian.dimensions() {
            if !axes.is_continuous(k) {
                margin::correct(gaussian, k, axes.domain(k), self.settings.margin);
            }
        }
    }

    fn remember(&mut self, entries: &[Entry]) {
        let measured: Vec<f64> = entries
            .iter()
            .filter_map(|entry| match entry.standing {
                Standing::Measured(loss) => Some(loss),
                _ => None,
            })
            .collect();
        if let (Some(best), Some(worst)) = (measured.first(), measured.last()) {
            let n = self.gaussian.as_ref().map_or(1, Gaussian::dimensions);
            let term = 10 + (30 * n).div_ceil(self.settings.lambda);
            if self.history.len() == term {
                self.history.remove(0);
            }
            self.history.push((*best, *worst));
        }
    }

    /// Whether there is nothing left to gain here.
    pub(crate) fn is_over(&self) -> bool {
        let Some(gaussian) = &self.gaussian else { return false };
        if !gaussian.is_finite() {
            return true;
        }
        let n = gaussian.dimensions();
        let term = 10 + (30 * n).div_ceil(self.settings.lambda);
        let (longest, shortest) = gaussian.half_axes();
        let widest = (0..n).map(|k| gaussian.deviation(k)).fold(0.0, f64::max);
        let flat = self.history.len() == term && {
            let (best, worst) = self.history.iter().fold((f64::MAX, f64::MIN), |(b, w), (x, y)| (b.min(*x), w.max(*y)));
            let size = best.abs().max(worst.abs());
            (worst / 2.0 - best / 2.0) * 2.0 <= 1e-12 * size.min(1.0)
        };
        flat || widest < 1e-11 || longest > 1e7 * shortest
    }
}
