//! [`Lbfgs`]: a quasi-Newton method for functions of a few dozen variables between bounds.

use std::collections::VecDeque;

use crate::linalg::dot;

/// Lower and upper ends, one of each per variable.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The least value of each variable.
    pub lower: &'a [f64],
    /// The greatest value of each variable.
    pub upper: &'a [f64],
}

impl Bounds<'_> {
    fn clamp(&self, index: usize, value: f64) -> f64 {
        // Not `clamp`, which panics where a value is not a number.
        value.max(self.lower[index]).min(self.upper[index])
    }

    /// Whether the variable is at an end and would leave it downhill.
    fn holds(&self, index: usize, value: f64, slope: f64) -> bool {
        (value <= self.lower[index] && slope > 0.0) || (value >= self.upper[index] && slope < 0.0)
    }
}

/// Projected L-BFGS with a backtracking search along each direction.
// Nocedal & Wright 2006, algorithms 7.4 (two loops) and 3.1 (backtracking); variables that are held by
// their bounds take no part in a step (Bertsekas 1982).
#[derive(Clone, Copy, Debug)]
pub struct Lbfgs {
    /// How many steps at most.
    pub steps: usize,
    /// How often the function is computed at most.
    pub calls: usize,
    /// It stops where no slope is greater than this.
    pub tolerance: f64,
    /// It stops when a step gains less than this.
    pub gain: f64,
    /// How far a variable moves at most in one step.
    pub reach: f64,
    /// And in the first one, about which nothing is known.
    pub first: f64,
}

/// How many steps are remembered.
const MEMORY: usize = 8;
/// The share of the promised decrease that is enough.
const ENOUGH: f64 = 1e-4;
/// How often a step is shortened at most.
const SHORTER: usize = 12;

struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse: f64,
}

impl Lbfgs {
    /// Moves `x` to where `f` is small, and returns the least value. `f` writes the gradient into its
    /// second argument; where it is not finite, no step is taken.
    pub fn minimise(
        &self,
        x: &mut [f64],
        bounds: Bounds<'_>,
        mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
    ) -> f64 {
        let n = x.len();
        for (index, value) in x.iter_mut().enumerate() {
            *value = bounds.clamp(index, *value);
        }
        let mut gradient = vec![0.0; n];
        let mut value = f(x, &mut gradient);
        let mut calls = 1;
        let mut pairs: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
        let (mut next, mut next_gradient) = (vec![0.0; n], vec![0.0; n]);
        for _ in 0..self.steps {
            let free: Vec<bool> = (0..n)
                .map(|i| !bounds.holds(i, x[i], gradient[i]))
                .collect();
            let steep = (0..n).filter(|i| free[*i]).map(|i| gradient[i].abs());
            let steepest = steep.fold(0.0, f64::max);
            if !value.is_finite() || !steepest.is_finite() || steepest <= self.tolerance {
                break;
            }
            let mut direction = descent(&pairs, &gradient, &free);
            if dot(&direction, &gradient) >= 0.0 {
                pairs.clear();
                direction = descent(&pairs, &gradient, &free);
            }
            let longest = direction.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
            let limit = if pairs.is_empty() {
                self.first
            } else {
                self.reach
            };
            let mut length = if longest > limit || pairs.is_empty() {
                limit / longest
            } else {
                1.0
            };
            let mut gained = None;
            for _ in 0..SHORTER {
                if calls >= self.calls {
                    break;
                }
                for i in 0..n {
                    next[i] = bounds.clamp(i, x[i] + length * direction[i]);
                }
                let new = f(&next, &mut next_gradient);
                calls += 1;
                let promised: f64 = (0..n).map(|i| gradient[i] * (next[i] - x[i])).sum();
                if new.is_finite() && new <= value + ENOUGH * promised {
                    gained = Some(value - new);
                    value = new;
                    break;
                }
                // The lowest point of the parabola through what is known, within reason.
                let bend = 2.0 * (new - value - promised);
                let share = if bend > 0.0 && bend.is_finite() {
                    -promised / bend
                } else {
                    0.5
                };
                length *= share.clamp(0.1, 0.5);
            }
            let Some(gained) = gained else { break };
            let step: Vec<f64> = next.iter().zip(x.iter()).map(|(a, b)| a - b).collect();
            let change: Vec<f64> = next_gradient
                .iter()
                .zip(&gradient)
                .map(|(a, b)| a - b)
                .collect();
            let bend = dot(&step, &change);
            if bend > 1e-10 * (dot(&step, &step) * dot(&change, &change)).sqrt() {
                if pairs.len() == MEMORY {
                    pairs.pop_front();
                }
                pairs.push_back(Pair {
                    step,
                    change,
                    inverse: 1.0 / bend,
                });
            }
            x.copy_from_slice(&next);
            gradient.copy_from_slice(&next_gradient);
            if gained < self.gain || calls >= self.calls {
                break;
            }
        }
        value
    }
}

/// The quasi-Newton direction downhill over the free variables.
fn descent(pairs: &VecDeque<Pair>, gradient: &[f64], free: &[bool]) -> Vec<f64> {
    let masked = |(value, free): (&f64, &bool)| if *free { *value } else { 0.0 };
    let mut direction: Vec<f64> = gradient.iter().zip(free).map(masked).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = pair.inverse * dot(&pair.step, &direction);
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    if let Some(last) = pairs.back() {
        let scale = 1.0 / (last.inverse * dot(&last.change, &last.change));
        direction.iter_mut().for_each(|value| *value *= scale);
    }
    for (pair, share) in pairs.iter().zip(shares.iter().rev()) {
        let other = pair.inverse * dot(&pair.change, &direction);
        add(&mut direction, share - other, &pair.step);
    }
    direction
        .iter()
        .zip(free)
        .map(masked)
        .map(|value| -value)
        .collect()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: Lbfgs = Lbfgs {
        steps: 200,
        calls: 400,
        tolerance: 1e-8,
        gain: 0.0,
        reach: 1.0,
        first: 0.1,
    };

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for i in 1..x.len() {
            let (a, b) = (x[i] - x[i - 1] * x[i - 1], 1.0 - x[i - 1]);
            sum += 100.0 * a * a + b * b;
            gradient[i] += 200.0 * a;
            gradient[i - 1] -= 400.0 * a * x[i - 1] + 2.0 * b;
        }
        sum
    }

    #[test]
    fn it_follows_a_curved_valley() {
        let mut x = [-1.2, 1.0, -0.5, 0.8, 1.5];
        let bounds = Bounds {
            lower: &[-5.0; 5],
            upper: &[5.0; 5],
        };
        let least = METHOD.minimise(&mut x, bounds, rosenbrock);
        assert!(least < 1e-12, "{least} at {x:?}");
    }

    #[test]
    fn it_stays_between_the_bounds_and_finds_the_corner() {
        let mut x = [0.2, 0.9, 0.5];
        let bounds = Bounds {
            lower: &[0.0; 3],
            upper: &[1.0; 3],
        };
        let target = [2.0, -1.0, 0.3];
        let least = METHOD.minimise(&mut x, bounds, |x, gradient| {
            assert!(x.iter().all(|x| (0.0..=1.0).contains(x)));
            let mut sum = 0.0;
            for i in 0..3 {
                gradient[i] = 2.0 * (x[i] - target[i]);
                sum += (x[i] - target[i]).powi(2);
            }
            sum
        });
        assert!(
            (least - 2.0).abs() < 1e-12 && (x[2] - 0.3).abs() < 1e-6,
            "{least} at {x:?}"
        );
        assert_eq!(x[..2], [1.0, 0.0]);
    }

    #[test]
    fn functions_that_are_not_numbers_end_it() {
        let bounds = Bounds {
            lower: &[0.0],
            upper: &[1.0],
        };
        for bad in [f64::NAN, f64::INFINITY] {
            let mut x = [0.5];
            METHOD.minimise(&mut x, bounds, |_, gradient| {
                gradient[0] = bad;
                bad
            });
            assert_eq!(x, [0.5]);
        }
    }
}
