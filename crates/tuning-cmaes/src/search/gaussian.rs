//! The normal distribution that CMA-ES moves: where its mean is, how wide it is, and in which directions.

use tuning_toolkit::{Stream, linalg::eigen};

use super::weights::Weights;

/// The covariance matrix C and its square root.
#[derive(Clone, Debug)]
enum Shape {
    /// All of it, row-major; C = B D² Bᵀ as of the last decomposition.
    Full {
        c: Vec<f64>,
        b: Vec<f64>,
        d: Vec<f64>,
        /// Updates since the decomposition.
        stale: u32,
    },
    /// Its diagonal alone, and the roots of that.
    Diagonal { c: Vec<f64>, d: Vec<f64> },
}

/// One result for an update: a point in search coordinates.
#[derive(Clone, Debug)]
pub(crate) struct Member<'a> {
    pub(crate) point: &'a [f64],
    /// Its weight for the mean: not negative, sum 1.
    pub(crate) pull: f64,
    /// Its weight for the covariance; may be negative.
    pub(crate) weight: f64,
    /// Whether it was drawn from another distribution than the present one.
    pub(crate) injected: bool,
}

/// N(m, σ² A C A) with its evolution paths. `A`, a diagonal matrix, keeps steps from freezing (`margin.rs`).
#[derive(Clone, Debug)]
pub(crate) struct Gaussian {
    pub(crate) mean: Vec<f64>,
    pub(crate) sigma: f64,
    pub(crate) a: Vec<f64>,
    shape: Shape,
    path_sigma: Vec<f64>,
    path_c: Vec<f64>,
    updates: u32,
}

impl Gaussian {
    pub(crate) fn new(mean: Vec<f64>, sigma: f64, separable: bool) -> Self {
        let n = mean.len();
        let ones = vec![1.0; n];
        let shape = if separable {
            Shape::Diagonal {
                c: ones.clone(),
                d: ones.clone(),
            }
        } else {
            Shape::Full {
                c: identity(n),
                b: identity(n),
                d: ones.clone(),
                stale: 0,
            }
        };
        Self {
            mean,
            sigma,
            a: ones,
            shape,
            path_sigma: vec![0.0; n],
            path_c: vec![0.0; n],
            updates: 0,
        }
    }

    /// The same with this covariance matrix (row-major); of the separable variant, its diagonal.
    pub(crate) fn with_covariance(mut self, covariance: &[f64]) -> Self {
        let n = self.mean.len();
        match &mut self.shape {
            Shape::Full { c, .. } => c.copy_from_slice(covariance),
            Shape::Diagonal { c, .. } => {
                for (k, c) in c.iter_mut().enumerate() {
                    *c = covariance[k * n + k];
                }
            }
        }
        self.decompose();
        self
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.mean.len()
    }

    /// C_kk.
    pub(crate) fn variance(&self, k: usize) -> f64 {
        match &self.shape {
            Shape::Full { c, .. } => c[k * self.mean.len() + k],
            Shape::Diagonal { c, .. } => c[k],
        }
    }

    /// The standard deviation of coordinate `k`.
    pub(crate) fn deviation(&self, k: usize) -> f64 {
        self.sigma * self.a[k] * self.variance(k).sqrt()
    }

    /// The longest and the shortest half-axis of C.
    pub(crate) fn half_axes(&self) -> (f64, f64) {
        let (Shape::Full { d, .. } | Shape::Diagonal { d, .. }) = &self.shape;
        let longest = d.iter().fold(0.0_f64, |m, d| m.max(*d));
        (longest, d.iter().fold(longest, |m, d| m.min(*d)))
    }

    /// Draws a point into `x`; `z` is a scratch space of the same size.
    pub(crate) fn draw(&self, stream: &mut Stream, z: &mut [f64], x: &mut [f64]) {
        let n = self.mean.len();
        match &self.shape {
            Shape::Full { b, d, .. } => {
                for (z, d) in z.iter_mut().zip(d) {
                    *z = stream.normal_in_pairs() * d;
                }
                for (k, x) in x.iter_mut().enumerate() {
                    let y = dot(&b[k * n..(k + 1) * n], z);
                    *x = self.mean[k] + self.sigma * self.a[k] * y;
                }
            }
            Shape::Diagonal { d, .. } => {
                for (k, x) in x.iter_mut().enumerate() {
                    *x = self.mean[k] + self.sigma * self.a[k] * d[k] * stream.normal_in_pairs();
                }
            }
        }
    }

    /// C^(-1/2) y.
    fn whiten(&self, y: &[f64]) -> Vec<f64> {
        let n = y.len();
        match &self.shape {
            Shape::Full { b, d, .. } => {
                let mut turned = vec![0.0; n];
                for (row, y) in b.chunks_exact(n).zip(y) {
                    for (turned, b) in turned.iter_mut().zip(row) {
                        *turned += b * y;
                    }
                }
                for (turned, d) in turned.iter_mut().zip(d) {
                    *turned /= d;
                }
                b.chunks_exact(n).map(|row| dot(row, &turned)).collect()
            }
            Shape::Diagonal { d, .. } => y.iter().zip(d).map(|(y, d)| y / d).collect(),
        }
    }

    /// One generation: moves the mean, then learns the step size and the covariance.
    pub(crate) fn update(&mut self, members: &[Member<'_>], weights: &Weights) {
        let n = self.dimensions();
        let size = n as f64;
        let mut steps: Vec<Vec<f64>> = Vec::with_capacity(members.len());
        let mut lengths = Vec::with_capacity(members.len());
        for member in members {
            let scaled = member.point.iter().zip(&self.mean).zip(&self.a);
            let mut y: Vec<f64> = scaled
                .map(|((x, m), a)| (x - m) / (self.sigma * a))
                .collect();
            let mut length = norm(&self.whiten(&y));
            // Hansen 2011, "Injecting External Solutions Into CMA-ES", arXiv:1110.4181, eq. 4: what was
            // not drawn from this distribution is drawn near enough to be likely under it.
            let longest = size.sqrt() + 2.0 * size / (size + 2.0);
            if member.injected && length > longest {
                let shorter = longest / length;
                y.iter_mut().for_each(|y| *y *= shorter);
                length = longest;
            }
            steps.push(y);
            lengths.push(length);
        }
        // eq. 41, 42
        let mut shift = vec![0.0; n];
        for (member, y) in members.iter().zip(&steps) {
            add(&mut shift, member.pull, y);
        }
        for (k, y) in shift.iter().enumerate() {
            self.mean[k] += self.sigma * self.a[k] * y;
        }
        // eq. 43, with the selection mass of the weights as they are: ties share theirs.
        let mass = 1.0 / members.iter().map(|m| m.pull * m.pull).sum::<f64>();
        let white = self.whiten(&shift);
        let c_s = weights.c_sigma;
        self.path_sigma.iter_mut().for_each(|p| *p *= 1.0 - c_s);
        add(
            &mut self.path_sigma,
            (c_s * (2.0 - c_s) * mass).sqrt(),
            &white,
        );
        self.updates = self.updates.saturating_add(1);
        let length = norm(&self.path_sigma);
        // p. 28: no rank-one update while the step size is far too small.
        let fade = 1.0 - libm::pow(1.0 - c_s, 2.0 * f64::from(self.updates));
        let usual = length / fade.sqrt() < (1.4 + 2.0 / (size + 1.0)) * weights.chi;
        let c_c = weights.c_c;
        self.path_c.iter_mut().for_each(|p| *p *= 1.0 - c_c);
        if usual {
            add(&mut self.path_c, (c_c * (2.0 - c_c) * mass).sqrt(), &shift);
        }
        // eq. 46
        let usable: Vec<f64> = members
            .iter()
            .zip(&lengths)
            .map(|(member, length)| {
                if member.weight >= 0.0 {
                    member.weight
                } else {
                    member.weight * size / (length * length + 1e-8)
                }
            })
            .collect();
        self.learn(&steps, &usable, members, weights, usual);
        // eq. 44
        let growth = (c_s / weights.d_sigma) * (length / weights.chi - 1.0);
        self.sigma *= libm::exp(growth.min(1.0));
        self.decompose_if_due(weights);
    }

    /// eq. 47
    fn learn(
        &mut self,
        steps: &[Vec<f64>],
        usable: &[f64],
        members: &[Member<'_>],
        weights: &Weights,
        usual: bool,
    ) {
        let n = self.dimensions();
        let (c_1, c_mu, c_c) = (weights.c_1, weights.c_mu, weights.c_c);
        let lost = if usual { 0.0 } else { c_c * (2.0 - c_c) };
        let sum: f64 = members.iter().map(|m| m.weight).sum();
        let keep = 1.0 + c_1 * lost - c_1 - c_mu * sum;
        match &mut self.shape {
            Shape::Full { c, stale, .. } => {
                // The lower triangle, row by row.
                for i in 0..n {
                    let row = &mut c[i * n..i * n + i + 1];
                    let path = c_1 * self.path_c[i];
                    for (c, p) in row.iter_mut().zip(&self.path_c) {
                        *c = keep * *c + path * p;
                    }
                    for (y, w) in steps.iter().zip(usable) {
                        let factor = c_mu * w * y[i];
                        for (c, y) in row.iter_mut().zip(y) {
                            *c += factor * y;
                        }
                    }
                }
                for i in 0..n {
                    for j in 0..i {
                        c[j * n + i] = c[i * n + j];
                    }
                }
                *stale += 1;
            }
            Shape::Diagonal { c, .. } => {
                for (k, c) in c.iter_mut().enumerate() {
                    let squares: f64 = steps.iter().zip(usable).map(|(y, w)| w * y[k] * y[k]).sum();
                    let path = self.path_c[k];
                    *c = keep * *c + c_1 * path * path + c_mu * squares;
                }
            }
        }
    }

    /// C changes little in one update: its roots are taken when a tenth of the time it takes to learn a
    /// dimension has passed.
    // Hansen 2016, B.2: every max(1, ⌊1 / (10 n (c_1 + c_mu))⌋) generations.
    fn decompose_if_due(&mut self, weights: &Weights) {
        let n = self.mean.len() as f64;
        let due = match &self.shape {
            Shape::Full { stale, .. } => {
                f64::from(*stale) * 10.0 * n * (weights.c_1 + weights.c_mu) >= 1.0
            }
            Shape::Diagonal { .. } => true,
        };
        if due {
            self.decompose();
        }
    }

    fn decompose(&mut self) {
        let n = self.mean.len();
        match &mut self.shape {
            Shape::Full { c, b, d, stale } => {
                *stale = 0;
                match eigen::symmetric(c, n) {
                    Some(eigen) => {
                        *b = eigen.vectors;
                        *d = eigen.values;
                        let largest = d.iter().fold(0.0_f64, |m, d| m.max(*d));
                        if largest <= 0.0 {
                            *c = identity(n);
                            *b = identity(n);
                            d.fill(1.0);
                            return;
                        }
                        // Rounding may leave an eigenvalue at or below 0.
                        let floor = largest * 1e-20;
                        let mut raised = false;
                        for d in d.iter_mut() {
                            if *d < floor {
                                *d = floor;
                                raised = true;
                            }
                        }
                        if raised {
                            compose(c, b, d);
                        }
                        d.iter_mut().for_each(|d| *d = d.sqrt());
                    }
                    None => {
                        *c = identity(n);
                        *b = identity(n);
                        d.fill(1.0);
                    }
                }
            }
            Shape::Diagonal { c, d } => {
                for (c, d) in c.iter_mut().zip(d) {
                    if !(c.is_finite() && *c > 0.0) {
                        *c = 1e-20;
                    }
                    *d = c.sqrt();
                }
            }
        }
    }

    /// Whether every number in it can still be computed with.
    pub(crate) fn is_finite(&self) -> bool {
        self.sigma.is_finite()
            && self.sigma > 0.0
            && self
                .mean
                .iter()
                .chain(&self.a)
                .chain(&self.path_sigma)
                .chain(&self.path_c)
                .all(|x| x.is_finite())
    }
}

fn identity(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for k in 0..n {
        matrix[k * n + k] = 1.0;
    }
    matrix
}

/// C = B diag(values) Bᵀ.
fn compose(c: &mut [f64], b: &[f64], values: &[f64]) {
    let n = values.len();
    for i in 0..n {
        for j in 0..=i {
            let entry: f64 = (0..n)
                .map(|k| b[i * n + k] * values[k] * b[j * n + k])
                .sum();
            c[i * n + j] = entry;
            c[j * n + i] = entry;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

#[cfg(test)]
mod tests;
