//! The active set: the results that a model of bounded size rests on.

use tuning_core::Seed;

/// The share of the set that is for the best results.
const BEST: f64 = 0.375;
/// The share for the newest.
const NEWEST: f64 = 0.25;

/// Returns the places of at most `most` of these results, in order: the best, the newest, and of the
/// rest a sample that stays the same while results are added.
pub(crate) fn active(losses: &[f64], most: usize) -> Vec<usize> {
    let n = losses.len();
    if n <= most {
        return (0..n).collect();
    }
    let mut taken = vec![false; n];
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| losses[*a].total_cmp(&losses[*b]).then(a.cmp(b)));
    let share = |share: f64| (share * most as f64) as usize;
    order
        .iter()
        .take(share(BEST))
        .for_each(|k| taken[*k] = true);
    taken[n - share(NEWEST)..].fill(true);
    let left = most - taken.iter().filter(|taken| **taken).count();
    // Sorted by a number drawn once for each place, whatever comes after it.
    order.retain(|k| !taken[*k]);
    order.sort_by_cached_key(|k| (Seed::new(0).derive(*k as u64), *k));
    order.iter().take(left).for_each(|k| taken[*k] = true);
    (0..n).filter(|k| taken[*k]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_and_the_newest_are_kept_and_the_rest_is_sampled() {
        let losses: Vec<f64> = (0..1000).map(|k| f64::from((k * 37) % 1000)).collect();
        let places = active(&losses, 80);
        assert_eq!(places.len(), 80);
        assert!(places.is_sorted() && (980..1000).all(|k| places.contains(&k)));
        assert!(places.iter().filter(|k| losses[**k] < 30.0).count() == 30);
        assert!(
            places
                .iter()
                .filter(|k| **k < 980 && losses[**k] >= 30.0)
                .count()
                > 20
        );
        assert_eq!(active(&losses[..80], 80), (0..80).collect::<Vec<_>>());
        assert_eq!(active(&[0.0; 300], 80).len(), 80);
    }
}
