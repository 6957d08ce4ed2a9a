//! [`doubted`]: shorter lengths while nothing gets better.

use tuning_toolkit::math::median;

use crate::model::Hyper;

/// After this many results without one that is clearly better, the lengths are doubted.
const PATIENCE: usize = 10;
/// Clearly better: by so much of what lies between the best loss and the median one.
const CLEARLY: f64 = 0.02;
/// So much shorter are lengths that are doubted: ln 2.
const SHORTER: f64 = std::f64::consts::LN_2;

/// The hyper-parameters to predict with. Where the lengths that were fitted are too long, the model takes what it has seen
/// of a part of the space for all of it, and stays where it is: so while nothing gets better, every other pair of
/// results is followed by predictions with half the lengths, which know less of what is far from any result.
// Berkenkamp, Schoellig & Krause 2019, "No-regret Bayesian optimization with unknown hyperparameters" (JMLR 20),
// section 4, shorten all lengths ever more; taking turns with the fitted ones is ours: those are right more often.
pub(crate) fn doubted(hyper: Hyper, losses: &[f64]) -> Hyper {
    let turn = (losses.len() / 2).is_multiple_of(2);
    match turn && since_clearly_better(losses) >= PATIENCE {
        true => hyper.shortened(SHORTER),
        false => hyper,
    }
}

/// How many results came after the last one that was clearly better than those before it.
fn since_clearly_better(losses: &[f64]) -> usize {
    let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
    // Halves: the difference of ±1e308 overflows.
    let clearly = CLEARLY * (0.5 * median(losses.to_vec()) - 0.5 * best);
    let (mut mark, mut at) = (f64::INFINITY, 0);
    for (k, loss) in losses.iter().enumerate() {
        if mark == f64::INFINITY || 0.5 * mark - 0.5 * loss > clearly {
            (mark, at) = (*loss, k);
        }
    }
    losses.len() - 1 - at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Prior;

    #[test]
    fn only_what_is_clearly_better_counts() {
        let mut losses = vec![8.0, 9.0, 2.0, 7.0, 6.0];
        assert_eq!(since_clearly_better(&losses), 2);
        losses.extend([1.97, 1.94]);
        assert_eq!(since_clearly_better(&losses), 4, "0.06 of 4 is little");
        losses.extend([1.85, 5.0]);
        assert_eq!(since_clearly_better(&losses), 1, "0.15 together is not");
        for equal in [7.0, f64::MAX, 0.0] {
            assert_eq!(since_clearly_better(&[equal; 6]), 5, "{equal}");
        }
        assert_eq!(since_clearly_better(&[f64::MAX, f64::MIN, f64::MAX]), 1);
    }

    #[test]
    fn lengths_are_doubted_by_turns_and_only_then() {
        let mode = Prior::new(2).mode();
        let weights = |losses: &[f64]| doubted(mode.clone(), losses).weights();
        let halved: Vec<f64> = mode.weights().iter().map(|weight| 4.0 * weight).collect();
        for results in 1..40_usize {
            let stands_still = vec![1.0; results];
            let found = weights(&stands_still);
            let turn = results > PATIENCE && (results / 2) % 2 == 0;
            let expected = if turn { &halved } else { &mode.weights() };
            let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9 * b;
            assert!(found.iter().zip(expected).all(near), "{results}");
            let gets_better: Vec<f64> = (0..results).map(|k| -(k as f64)).collect();
            assert_eq!(weights(&gets_better), mode.weights());
        }
    }
}
