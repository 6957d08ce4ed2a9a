//! [`Descent`]: one run of the search from its start to where a restart takes over.

use std::collections::VecDeque;

use tuning_toolkit::Stream;

use crate::{
    axes::{Axes, Point},
    earlier::promising,
    fitness::Fitness,
    search::{
        categories::Categories,
        gaussian::{Gaussian, Member},
        margin,
        weights::Weights,
    },
};

/// How often a point is drawn until it lies inside the box. The last one is taken as it is: the nearest point
/// of the box is tried, and the step that was drawn is learned from: so optima on the border, which are common,
/// are reached, and those inside are not missed.
const DRAWS: usize = 2;
/// How often where all coordinates are outside: the corners would be tried again and again.
const MOST_DRAWS: usize = 100;

/// This many trials of a descent go by with the smaller population.
const EARLY: u64 = 200;

/// A descent whose last losses differ by less than this part of what they are worse than the best one known
/// will not get there.
const HOPELESS: f64 = 0.01;

/// One result that a generation is made of.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) point: Point,
    pub(crate) fitness: Fitness,
    /// Whether it was drawn from another distribution than the present one.
    pub(crate) injected: bool,
}

/// The knobs of a descent.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How many results make a generation, at first.
    pub(crate) lambda: usize,
    /// How many do so after the first `EARLY` trials; never fewer than `lambda`.
    pub(crate) later: usize,
    pub(crate) sigma: f64,
    pub(crate) separable: bool,
}

/// The losses of a generation.
#[derive(Clone, Copy, Debug)]
struct Losses {
    best: f64,
    median: f64,
    worst: f64,
}

/// One run of the search.
#[derive(Clone, Debug)]
pub(crate) struct Descent {
    gaussian: Option<Gaussian>,
    categories: Categories,
    weights: Weights,
    settings: Settings,
    pub(crate) generation: u64,
    /// How many results it has learned from.
    pub(crate) trials: u64,
    /// The losses of the last generations, newest last.
    history: VecDeque<Losses>,
    /// The best and the worst loss of all.
    range: (f64, f64),
}

impl Descent {
    /// From a point, every direction alike.
    pub(crate) fn new(axes: &Axes, settings: Settings, mean: Vec<f64>) -> Self {
        let gaussian = Gaussian::new(mean, settings.sigma, settings.separable);
        Self::from(axes, settings, gaussian, Categories::new(&axes.sizes()))
    }

    /// From a region that is known to be good.
    pub(crate) fn warm(axes: &Axes, settings: Settings, top: &[&Point]) -> Self {
        let gaussian = promising(top, settings.separable);
        let mut categories = Categories::new(&axes.sizes());
        categories.learn_from(top.iter().map(|point| &*point.choices));
        Self::from(axes, settings, gaussian, categories)
    }

    fn from(axes: &Axes, settings: Settings, gaussian: Gaussian, categories: Categories) -> Self {
        let n = axes.numbers();
        let mut descent = Self {
            gaussian: (n > 0).then_some(gaussian),
            categories,
            weights: Weights::new(settings.lambda, n.max(1), settings.separable),
            settings,
            generation: 0,
            trials: 0,
            history: VecDeque::new(),
            range: (f64::MAX, f64::MIN),
        };
        descent.keep_margins(axes);
        descent
    }

    /// How many results make the present generation.
    pub(crate) fn lambda(&self) -> usize {
        let Settings { lambda, later, .. } = self.settings;
        if self.trials < EARLY { lambda } else { later }
    }

    /// The middle of the distribution: the mean and the likeliest choices.
    pub(crate) fn centre(&self) -> Point {
        let likeliest = |q: &Vec<f64>| {
            let best = (0..q.len()).fold(0, |best, k| if q[k] > q[best] { k } else { best });
            best as u32
        };
        Point {
            x: self
                .gaussian
                .as_ref()
                .map_or_else(Vec::new, |g| g.mean.clone()),
            choices: self
                .categories
                .probabilities()
                .iter()
                .map(likeliest)
                .collect(),
        }
    }

    /// The next point of a stream of random numbers.
    pub(crate) fn draw(&self, axes: &Axes, stream: &mut Stream) -> Point {
        let mut point = Point {
            x: vec![0.0; axes.numbers()],
            choices: vec![0; axes.choices()],
        };
        self.categories.draw(stream, &mut point.choices);
        if let Some(gaussian) = &self.gaussian {
            let mut z = vec![0.0; point.x.len()];
            for drawn in 1..=MOST_DRAWS {
                gaussian.draw(stream, &mut z, &mut point.x);
                let (mut inside, mut outside) = (0, 0);
                for (k, x) in point.x.iter().enumerate() {
                    if axes.is_continuous(k) {
                        *(if (0.0..=1.0).contains(x) {
                            &mut inside
                        } else {
                            &mut outside
                        }) += 1;
                    }
                }
                if outside == 0 || (inside > 0 && drawn >= DRAWS) {
                    break;
                }
            }
        }
        point
    }

    /// Learns a generation.
    pub(crate) fn update(&mut self, axes: &Axes, mut entries: Vec<Entry>) {
        let by_fitness = |a: &Entry, b: &Entry| {
            let ((a, x), (b, y)) = (a.fitness.key(), b.fitness.key());
            a.cmp(&b).then(x.total_cmp(&y))
        };
        entries.sort_by(by_fitness);
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
        self.stay_near(axes);
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
            let key = entries[from].fitness.key();
            let tied = entries[from..]
                .iter()
                .take_while(|e| e.fitness.key() == key)
                .count();
            for shares in [&mut pulls, &mut weights] {
                let shares = &mut shares[from..from + tied];
                let mean = shares.iter().sum::<f64>() / tied as f64;
                shares.fill(mean);
            }
            from += tied;
        }
        (pulls, weights)
    }

    /// Beyond the border of the box a coordinate changes nothing, and its mean would drift away: two
    /// deviations are enough for nearly every trial to be on the border.
    fn stay_near(&mut self, axes: &Axes) {
        let Some(gaussian) = &mut self.gaussian else {
            return;
        };
        for k in 0..gaussian.dimensions() {
            if axes.is_continuous(k) {
                let reach = 2.0 * gaussian.deviation(k);
                gaussian.mean[k] = gaussian.mean[k].max(-reach).min(1.0 + reach);
            }
        }
    }

    fn keep_margins(&mut self, axes: &Axes) {
        let lambda = self.lambda();
        let Some(gaussian) = &mut self.gaussian else {
            return;
        };
        // Hamano et al. 2022, §4.4: about one step to a neighbour in a generation.
        let alpha = 1.0 / (gaussian.dimensions() * lambda) as f64;
        for k in 0..gaussian.dimensions() {
            if !axes.is_continuous(k) {
                margin::correct(gaussian, k, axes.domain(k), alpha);
            }
        }
    }

    /// Takes down the losses of a generation that is ordered by them.
    fn remember(&mut self, entries: &[Entry]) {
        self.trials += entries.len() as u64;
        let losses: Vec<f64> = entries.iter().filter_map(|e| e.fitness.loss()).collect();
        if let (Some(&best), Some(&worst)) = (losses.first(), losses.last()) {
            while self.history.len() >= self.memory() {
                self.history.pop_front();
            }
            let median = losses[losses.len() / 2];
            self.history.push_back(Losses {
                best,
                median,
                worst,
            });
            self.range = (self.range.0.min(best), self.range.1.max(worst));
        }
    }

    /// How many generations without any difference mean that none is to come (Hansen 2016, B.3, TolFun).
    fn term(&self) -> usize {
        let n = self.gaussian.as_ref().map_or(1, Gaussian::dimensions);
        10 + (30 * n).div_ceil(self.lambda())
    }

    /// How many generations must bring progress (Hansen 2016, B.3, Stagnation).
    fn memory(&self) -> usize {
        self.term() + 110
    }

    /// Whether the losses of the last generations are all but the same, or all of them worse than `known` by
    /// far more than they differ: the second rule is our own.
    fn is_settled(&self, known: f64) -> bool {
        if self.history.len() < self.term() {
            return false;
        }
        let last = self.history.iter().rev().take(self.term());
        let (best, worst) = last.fold((f64::MAX, f64::MIN), |(best, worst), losses| {
            (best.min(losses.best), worst.max(losses.worst))
        });
        // Halves: the difference of ±1e308 overflows.
        let spread = |best: f64, worst: f64| worst / 2.0 - best / 2.0;
        let noise = 2.0 * f64::EPSILON * best.abs().max(worst.abs());
        let same = 1e-18 * spread(self.range.0, self.range.1) + noise;
        spread(best, worst) <= same.max(HOPELESS * spread(known, best))
    }

    /// Whether neither the best nor the middle losses have fallen in a long time.
    fn stagnates(&self) -> bool {
        let memory = self.memory();
        let third = memory * 3 / 10;
        let typical = |from: usize, of: fn(&Losses) -> f64| {
            let mut losses: Vec<f64> = self.history.iter().skip(from).take(third).map(of).collect();
            losses.sort_by(f64::total_cmp);
            losses[third / 2]
        };
        let risen = |of| typical(memory - third, of) >= typical(0, of);
        self.history.len() >= memory && risen(|l| l.best) && risen(|l| l.median)
    }

    /// The best loss it has seen; `f64::MAX` if none.
    pub(crate) fn best(&self) -> f64 {
        self.range.0
    }

    /// Whether there is nothing left to gain here, where `known` is the best loss of the descents before.
    // Hansen 2016, B.3, with tolerances that know the scale: parameters are parts of their ranges, and
    // losses are compared with all that this descent has seen.
    pub(crate) fn is_over(&self, axes: &Axes, known: f64) -> bool {
        if self.is_settled(known) || self.stagnates() {
            return true;
        }
        let Some(gaussian) = &self.gaussian else {
            return false;
        };
        let (longest, shortest) = gaussian.half_axes();
        let mut continuous = (0..gaussian.dimensions())
            .filter(|k| axes.is_continuous(*k))
            .peekable();
        let narrow =
            continuous.peek().is_some() && continuous.all(|k| gaussian.deviation(k) < 1e-11);
        narrow || longest > 1e7 * shortest || !gaussian.is_finite()
    }
}
