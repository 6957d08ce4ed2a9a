//! The order of points with several losses: fronts, and within a front the emptiest regions first.

/// The places of the points in order: by front; within a front, the one whose loss leaves the largest
/// hole first.
///
/// Losses are taken by their ranks: a scale, or a value of 1e300, decides nothing.
// Deb et al. 2002, NSGA-II: fronts and crowding. The crowding is that of ranks, so that infinities
// cannot come up.
pub fn order(values: &[&[f64]]) -> Vec<usize> {
    let ranks = ranks(values);
    let mut order = Vec::with_capacity(values.len());
    for front in fronts(&ranks) {
        order.extend(spread(&ranks, front));
    }
    order
}

/// Each point's losses as ranks among those of all points; equal losses have equal ranks.
fn ranks(values: &[&[f64]]) -> Vec<Vec<u32>> {
    let objectives = values.first().map_or(0, |first| first.len());
    let mut ranks = vec![Vec::with_capacity(objectives); values.len()];
    for objective in 0..objectives {
        let mut sorted: Vec<usize> = (0..values.len()).collect();
        let loss = |place: usize| values[place][objective];
        sorted.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)));
        let mut rank = 0;
        for (k, place) in sorted.iter().enumerate() {
            if k > 0 && loss(sorted[k - 1]) < loss(*place) {
                rank = k as u32;
            }
            ranks[*place].push(rank);
        }
    }
    ranks
}

fn dominates(a: &[u32], b: &[u32]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a != b
}

/// The points front by front, each in the order of their places.
fn fronts(ranks: &[Vec<u32>]) -> Vec<Vec<usize>> {
    // In lexical order, a point is dominated by earlier ones alone.
    let mut sorted: Vec<usize> = (0..ranks.len()).collect();
    sorted.sort_by(|a, b| ranks[*a].cmp(&ranks[*b]).then(a.cmp(b)));
    let mut fronts: Vec<Vec<usize>> = Vec::new();
    for place in sorted {
        // If a front has one that dominates the point, so has every front before it.
        let open = fronts.partition_point(|front| {
            let mut newest_first = front.iter().rev();
            newest_first.any(|other| dominates(&ranks[*other], &ranks[place]))
        });
        match fronts.get_mut(open) {
            Some(front) => front.push(place),
            None => fronts.push(vec![place]),
        }
    }
    fronts.iter_mut().for_each(|front| front.sort_unstable());
    fronts
}

/// A front, its ends first, then by the gaps around each point, the widest first.
fn spread(ranks: &[Vec<u32>], mut front: Vec<usize>) -> Vec<usize> {
    let objectives = ranks.first().map_or(0, Vec::len);
    let mut gaps = vec![0_u64; front.len()];
    let columns = (0..objectives).map(|objective| {
        let own = front
            .iter()
            .map(|place| u64::from(ranks[*place][objective]));
        own.collect::<Vec<u64>>()
    });
    for own in columns {
        let mut sorted: Vec<usize> = (0..front.len()).collect();
        sorted.sort_by_key(|k| (own[*k], *k));
        for (rank, k) in sorted.iter().enumerate() {
            let inner = rank > 0 && rank + 1 < sorted.len();
            gaps[*k] += if inner {
                own[sorted[rank + 1]] - own[sorted[rank - 1]]
            } else {
                1 << 40 // an end
            };
        }
    }
    let mut by_gap: Vec<usize> = (0..front.len()).collect();
    by_gap.sort_by_key(|k| (std::cmp::Reverse(gaps[*k]), *k));
    front = by_gap.into_iter().map(|k| front[k]).collect();
    front
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[[f64; 2]], expected: &[usize]) {
        let values: Vec<&[f64]> = values.iter().map(|values| &values[..]).collect();
        assert_eq!(order(&values), expected);
    }

    #[test]
    fn fronts_come_one_after_the_other() {
        check(&[[2.0, 2.0], [1.0, 1.0], [3.0, 3.0]], &[1, 0, 2]);
        check(&[[0.0, 3.0], [1.0, 4.0], [3.0, 0.0]], &[0, 2, 1]);
        check(&[], &[]);
    }

    #[test]
    fn ends_come_first_and_crowds_last() {
        let front = [
            [0.0, 10.0],
            [4.9, 5.1],
            [5.0, 5.0],
            [8.0, 1.0],
            [10.0, 0.0],
            [5.1, 4.9],
        ];
        let values: Vec<&[f64]> = front.iter().map(|values| &values[..]).collect();
        assert_eq!(order(&values)[..2], [0, 4]);
    }

    #[test]
    fn huge_values_and_ties_are_nothing_special() {
        check(&[[1e300, -1e300], [-1e300, 1e300], [0.0, 0.0]], &[0, 1, 2]);
        check(&[[1.0, 1.0]; 3], &[0, 2, 1]);
        check(&[[f64::MAX, f64::MIN], [f64::MAX, f64::MAX]], &[0, 1]);
    }

    #[test]
    fn fronts_are_those_of_the_definition() {
        let mut state = 1_u64;
        let mut number = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 60) as f64
        };
        let values: Vec<[f64; 3]> = (0..120).map(|_| [number(), number(), number()]).collect();
        let values: Vec<&[f64]> = values.iter().map(|values| &values[..]).collect();
        let ranks = ranks(&values);
        let mut left: Vec<usize> = (0..values.len()).collect();
        for front in fronts(&ranks) {
            let first = |a: &&usize| !left.iter().any(|b| dominates(&ranks[*b], &ranks[**a]));
            let expected: Vec<usize> = left.iter().filter(first).copied().collect();
            assert_eq!(front, expected);
            left.retain(|place| !front.contains(place));
        }
        assert!(left.is_empty());
    }
}
