//! Several objectives as one: the augmented Tchebycheff function with weights drawn for each proposal.

use crate::{history::Level, stream::Stream};

/// How much of the plain sum is in it: it breaks ties on the edges of boxes.
// Knowles 2006, "ParEGO", IEEE Trans. Evol. Comput. 10(1), eq. 2.
const AUGMENT: f64 = 0.05;

/// Returns one loss per result of a level: the largest of the weighted losses and a little of their sum.
/// Weights are drawn evenly from those with sum 1; each objective is measured from its best value to its
/// worst on the front, which is where the trade-off happens.
pub(crate) fn scalarise(level: &Level, objectives: usize, stream: &mut Stream) -> Vec<f64> {
    let draws: Vec<f64> = (0..objectives)
        .map(|_| -libm::log(1.0 - stream.unit()))
        .collect();
    let sum: f64 = draws.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    // In halves: the difference of ±1e308 overflows.
    let half = |k: usize, m: usize| 0.5 * level.losses(k)[m];
    let scales: Vec<(f64, f64)> = (0..objectives)
        .map(|m| {
            let front = || level.front().map(|losses| 0.5 * losses[m]);
            let all = || (0..level.len()).map(|k| half(k, m));
            let best = front().fold(f64::INFINITY, f64::min);
            let width = front().fold(f64::NEG_INFINITY, f64::max) - best;
            let widest = all().fold(f64::NEG_INFINITY, f64::max) - best;
            // A front of one point has no width, and one of equal values neither.
            let width = if width > 1e-6 * widest { width } else { widest };
            (best, if width > 0.0 { width } else { 1.0 })
        })
        .collect();
    (0..level.len())
        .map(|k| {
            let weighted = |m: usize| draws[m] / sum * ((half(k, m) - scales[m].0) / scales[m].1);
            let (mut most, mut total) = (f64::NEG_INFINITY, 0.0);
            for value in (0..objectives).map(weighted) {
                most = most.max(value);
                total += value;
            }
            (most + AUGMENT * total).min(f64::MAX)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;

    use super::*;

    #[test]
    fn every_corner_of_the_front_is_best_for_some_weights_and_nothing_dominated_ever_is() {
        let mut level = Level::new(2);
        for losses in [
            [0.0, 1e9],
            [0.5, 0.3e9],
            [1.0, 0.0],
            [0.6, 0.4e9],
            [5.0, 5e9],
        ] {
            level.push(0, &losses);
        }
        let mut best = [0; 5];
        for seed in 0..200 {
            let losses = scalarise(&level, 2, &mut Stream::counted(Seed::new(seed)));
            let least = (0..5)
                .min_by(|a, b| losses[*a].total_cmp(&losses[*b]))
                .unwrap();
            best[least] += 1;
        }
        assert!(best[..3].iter().all(|times| *times > 20), "{best:?}");
        assert_eq!(best[3..], [0, 0]);
    }

    #[test]
    fn huge_and_equal_losses_stay_finite() {
        let mut level = Level::new(2);
        for losses in [[1.7e308, 3.0], [-1.7e308, 3.0]] {
            level.push(0, &losses);
        }
        let losses = scalarise(&level, 2, &mut Stream::counted(Seed::new(1)));
        assert!(
            losses.iter().all(|loss| loss.is_finite()) && losses[1] < losses[0],
            "{losses:?}"
        );
    }
}
