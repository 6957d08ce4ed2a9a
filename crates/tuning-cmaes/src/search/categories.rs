//! The categorical part of the distribution: one probability per choice, moved by natural gradient.

use tuning_toolkit::Stream;

/// Independent categorical distributions.
// Hamano et al. 2024, "CatCMA: Stochastic Optimization for Mixed-Category Problems", arXiv:2405.09962,
// with the trust region of ASNG (Akimoto et al. 2019, PMLR 97, Alg. 2).
#[derive(Clone, Debug)]
pub(crate) struct Categories {
    /// One list of probabilities per parameter.
    q: Vec<Vec<f64>>,
    /// No probability falls below this one, per parameter.
    least: Vec<f64>,
    /// How far one step may go, in units of the Fisher metric.
    trust: f64,
    path: Vec<f64>,
    gamma: f64,
}

/// How certain a direction must be before steps grow (ASNG's α).
const SIGNAL: f64 = 1.5;

impl Categories {
    /// Uniform over this many choices of each parameter (at least 2).
    pub(crate) fn new(sizes: &[usize]) -> Self {
        let parameters = sizes.len() as f64;
        let free: usize = sizes.iter().map(|size| size - 1).sum();
        // CatCMA, §4.2: with the least probabilities, all parameters together stay as they are with a
        // probability of at least 0.73.
        let once = 1.0 - libm::pow(0.73, 1.0 / parameters.max(1.0));
        Self {
            q: sizes
                .iter()
                .map(|&size| vec![1.0 / size as f64; size])
                .collect(),
            least: sizes
                .iter()
                .map(|&size| once / (size - 1) as f64)
                .map(|l| l.min(0.2))
                .collect(),
            trust: 1.0,
            path: vec![0.0; free],
            gamma: 0.0,
        }
    }

    pub(crate) fn draw(&self, stream: &mut Stream, choices: &mut [u32]) {
        for (q, choice) in self.q.iter().zip(choices) {
            let mut left = stream.unit();
            let mut place = 0;
            for (k, q) in q.iter().enumerate() {
                place = k;
                left -= q;
                if left < 0.0 {
                    break;
                }
            }
            *choice = place as u32;
        }
    }

    /// Begins with the choices of good points, and with one of each choice besides.
    pub(crate) fn learn_from<'a>(&mut self, points: impl Iterator<Item = &'a [u32]>) {
        self.q.iter_mut().for_each(|q| q.fill(1.0));
        for choices in points {
            for (q, choice) in self.q.iter_mut().zip(choices) {
                if let Some(q) = q.get_mut(*choice as usize) {
                    *q += 1.0;
                }
            }
        }
        for (q, least) in self.q.iter_mut().zip(&self.least) {
            let sum: f64 = q.iter().sum();
            q.iter_mut().for_each(|q| *q /= sum);
            lift(q, *least);
        }
    }

    /// One generation: `members` are choices with weights that are not negative and sum to 1.
    pub(crate) fn update(&mut self, members: &[(&[u32], f64)]) {
        let free = self.path.len();
        if free == 0 {
            return;
        }
        // The natural gradient is the weighted mean of (one-hot − q).
        let mut gradient: Vec<Vec<f64>> = self
            .q
            .iter()
            .map(|q| q.iter().map(|q| -q).collect())
            .collect();
        for (choices, weight) in members {
            for (gradient, choice) in gradient.iter_mut().zip(*choices) {
                if let Some(gradient) = gradient.get_mut(*choice as usize) {
                    *gradient += weight;
                }
            }
        }
        // Its length in the Fisher metric (ASNG, appendix B).
        let mut rooted = Vec::with_capacity(free);
        for (q, gradient) in self.q.iter().zip(&gradient) {
            let last = q[q.len() - 1];
            let sum: f64 = gradient[..q.len() - 1].iter().sum();
            for (q, g) in q.iter().zip(gradient).take(q.len() - 1) {
                rooted.push(g / q.sqrt() + q.sqrt() * sum / (last + last.sqrt()));
            }
        }
        let length = rooted.iter().map(|r| r * r).sum::<f64>().sqrt();
        if length.is_nan() || length <= 1e-12 {
            return;
        }
        let step = 1.0 / self.trust;
        for (q, gradient) in self.q.iter_mut().zip(&gradient) {
            for (q, g) in q.iter_mut().zip(gradient) {
                *q += step / length * g;
            }
        }
        let beta = (step / (free as f64).sqrt()).min(1.0);
        let keep = 1.0 - beta;
        for (path, rooted) in self.path.iter_mut().zip(&rooted) {
            *path = keep * *path + (beta * (2.0 - beta)).sqrt() * rooted / length;
        }
        self.gamma = keep * keep * self.gamma + beta * (2.0 - beta);
        let squared: f64 = self.path.iter().map(|p| p * p).sum();
        self.trust *= libm::exp(beta * (self.gamma - squared / SIGNAL));
        self.trust = self.trust.clamp(1e-6, 1e6);
        for (q, least) in self.q.iter_mut().zip(&self.least) {
            lift(q, *least);
        }
    }

    /// The probabilities of each parameter.
    pub(crate) fn probabilities(&self) -> &[Vec<f64>] {
        &self.q
    }
}

/// Raises probabilities below `least` and takes it from the others in proportion to what they have above.
fn lift(q: &mut [f64], least: f64) {
    let least = least.min(1.0 / q.len() as f64);
    q.iter_mut().for_each(|q| *q = q.max(least));
    let sum: f64 = q.iter().sum();
    let above = sum - least * q.len() as f64;
    if above > 0.0 {
        q.iter_mut()
            .for_each(|q| *q -= (sum - 1.0) * (*q - least) / above);
    }
    let sum: f64 = q.iter().sum();
    q.iter_mut().for_each(|q| *q /= sum);
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;

    use super::*;

    /// Generations of six, where each parameter that is not 0 costs one.
    fn learn(sizes: &[usize], generations: u64) -> Categories {
        let mut categories = Categories::new(sizes);
        for generation in 0..generations {
            let mut stream = Stream::new(Seed::new(3).derive(generation));
            let mut drawn = vec![vec![0; sizes.len()]; 6];
            for choices in &mut drawn {
                categories.draw(&mut stream, choices);
            }
            drawn.sort_by_key(|choices| choices.iter().filter(|choice| **choice > 0).count());
            let pulls = [0.637, 0.285, 0.078];
            let members: Vec<_> = drawn.iter().zip(pulls).map(|(c, w)| (&**c, w)).collect();
            categories.update(&members);
        }
        categories
    }

    #[test]
    fn they_are_probabilities_and_none_vanishes() {
        let sizes = [2, 3, 17, 400];
        for generations in [0, 1, 5, 300] {
            let categories = learn(&sizes, generations);
            for (q, least) in categories.q.iter().zip(&categories.least) {
                assert!((q.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{q:?}");
                let least = least.min(1.0 / q.len() as f64);
                assert!(q.iter().all(|q| *q >= least * (1.0 - 1e-9)), "{q:?}");
            }
        }
    }

    #[test]
    fn the_better_choice_wins() {
        let categories = learn(&[2, 3, 5], 60);
        for q in categories.probabilities() {
            assert!(q[0] > 0.75, "{q:?}");
        }
    }

    #[test]
    fn a_warm_start_is_the_shares_of_the_good_points() {
        let mut categories = Categories::new(&[3]);
        categories.learn_from([[2_u32], [2], [2], [0]].iter().map(|c| &c[..]));
        // With one of each besides: 2, 1 and 4 of 7, none below the least of 0.135.
        for (found, expected) in categories.q[0].iter().zip([2.0, 1.0, 4.0]) {
            assert!((found - expected / 7.0).abs() < 1e-12, "{found}");
        }
    }

    #[test]
    fn no_parameters_are_no_trouble() {
        let mut categories = Categories::new(&[]);
        categories.update(&[(&[], 1.0)]);
        assert!(categories.probabilities().is_empty());
    }
}
