//! [`p_greater`]: Wilcoxon's signed-rank test. It does not know what was measured.

use std::f64::consts::SQRT_2;

/// Up to how many pairs the distribution is counted out; beyond them the normal one is as good.
const EXACT: usize = 50;

/// How likely differences at least so high are if both signs are: the p value of Wilcoxon's one-sided signed-rank test. None
/// if there are no differences.
///
/// Those that are equal share their ranks, and a zero counts half as a difference of each sign (Pratt 1959 keeps them,
/// SciPy's `zsplit` splits them). Up to 50 differences the p value is exact, given the ranks. SciPy does the same
/// without ties and zeros, and with them up to 13 differences; from 14 on it takes the normal distribution for them.
pub(super) fn p_greater(differences: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = differences.to_vec();
    sorted.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let (mut twice_ranks, mut ties) = (Vec::with_capacity(sorted.len()), 0.0);
    // Twice the sum of the ranks of positive differences, a zero with half of its rank.
    let mut twice_sum = 0;
    for group in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        let (before, size) = (twice_ranks.len(), group.len());
        let twice_rank = 2 * before + size + 1;
        let positive = group.iter().filter(|difference| **difference > 0.0).count();
        let is_zero = group.first().is_some_and(|difference| *difference == 0.0);
        ties += (size as f64).powi(3) - size as f64;
        twice_ranks.resize(before + size, if is_zero { 0 } else { twice_rank });
        // The mean rank of zeros is `(size + 1) / 2`: half of all of theirs is `size (size + 1) / 4`.
        twice_sum += match is_zero {
            true => size * (size + 1) / 2,
            false => positive * twice_rank,
        };
    }
    let count = twice_ranks.len();
    let is_zero = |rank: &&usize| **rank == 0;
    let zeros = twice_ranks.iter().filter(is_zero).count();
    match count {
        0 => None,
        1..=EXACT => Some(exact(
            &twice_ranks[zeros..],
            twice_sum - zeros * (zeros + 1) / 2,
        )),
        _ => Some(normal(count as f64, twice_sum as f64 / 2.0, ties)),
    }
}

/// The share of all ways to give signs to the ranks in which the sum of the positive ones is at least so high.
fn exact(ranks: &[usize], sum: usize) -> f64 {
    let most: usize = ranks.iter().sum();
    // How likely each sum is: halved at each rank, so that nothing overflows.
    let mut likely = vec![0.0; most + 1];
    likely[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        reached += rank;
        for sum in (0..=reached).rev() {
            let with = sum
                .checked_sub(*rank)
                .map_or(0.0, |without| likely[without]);
            likely[sum] = 0.5 * (likely[sum] + with);
        }
    }
    likely.iter().skip(sum).sum()
}

/// The same by the normal distribution, with its variance corrected for ties.
fn normal(count: f64, sum: f64, ties: f64) -> f64 {
    let mean = count * (count + 1.0) / 4.0;
    let variance = (count * (count + 1.0) * (2.0 * count + 1.0) - ties / 2.0) / 24.0;
    0.5 * libm::erfc((sum - mean) / variance.sqrt() / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.wilcoxon(d, alternative="greater", zero_method="zsplit").pvalue` of SciPy 1.17.1.
    #[track_caller]
    fn check(differences: &[f64], expected: f64) {
        let found = p_greater(differences).unwrap();
        assert!(
            (found - expected).abs() < 1e-12,
            "{found} for {differences:?}"
        );
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        check(&[1.0], 0.5);
        check(&[1.0, 2.0], 0.25);
        check(&[1.0, 2.0, 3.0], 0.125);
        check(&[1.0, -2.0, 3.0, 4.0, 5.0], 0.09375);
        check(&[0.0, 0.0], 1.0);
        check(&[0.0, 1.0, 2.0], 0.25);
        check(&[1.0, 1.0, -1.0, 2.0], 0.25);
        check(&[-1.0, -2.0, -3.0], 1.0);
        check(&[0.0, 0.0, 0.5, -0.5, 0.5, 1.0, 2.0], 0.125);
        let thirty: Vec<f64> = (0..30)
            .map(|n| if n % 2 == 0 { -1.0 } else { 1.0 } * f64::from(n + 1))
            .collect();
        check(&thirty, 0.4435974042862654);
        let sixty: Vec<f64> = (0..60).map(|n| f64::from(n * 7 % 13 - 4)).collect();
        check(&sixty, 0.0004502067793756057);
    }

    #[test]
    fn there_is_none_without_differences() {
        assert_eq!(p_greater(&[]), None);
    }

    #[test]
    fn ties_among_many_are_counted_out() {
        // By all 2^14 ways to give signs to the ranks 1.5, 1.5, 3, 4, …
        let differences: Vec<f64> = (0..14)
            .map(|n| f64::from(n.max(1)) * if n % 3 == 0 { -1.0 } else { 1.0 })
            .collect();
        let ranks: Vec<f64> = (0..14)
            .map(|n| if n < 2 { 1.5 } else { f64::from(n) + 1.0 })
            .collect();
        let sum = |is_in: &dyn Fn(usize) -> bool| -> f64 {
            let ranks = ranks.iter().enumerate();
            ranks
                .filter(|(place, _)| is_in(*place))
                .map(|(_, rank)| rank)
                .sum()
        };
        let found = sum(&|place| differences[place] > 0.0);
        let ways = 1_u32 << 14;
        let high = (0..ways)
            .filter(|way| sum(&|place| way >> place & 1 == 1) >= found)
            .count();
        check(&differences, high as f64 / f64::from(ways));
    }
}
