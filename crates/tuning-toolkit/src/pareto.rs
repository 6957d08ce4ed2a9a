//! Points with several losses: which dominates which, their fronts, and who stands alone on a front.
//!
//! A point is a slice of losses, one per objective, as many for every point: less is better, and none is NaN. What a
//! strategy is told has both properties. Zero has one sign.

use std::cmp::Ordering;

/// The places of the points in order: by front; within a front, the one whose loss leaves the largest
/// hole first.
///
/// Losses are taken by their ranks: a scale, or a value of 1e300, decides nothing.
// Deb et al. 2002, NSGA-II: fronts and crowding. The crowding is that of ranks, so that infinities
// cannot come up.
#[must_use]
pub fn order(values: &[&[f64]]) -> Vec<usize> {
    let ranks = ranks(values);
    let mut order = Vec::with_capacity(values.len());
    for front in by_front(&ranks) {
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

/// Whether `a` is nowhere worse than `b` and somewhere better.
#[must_use]
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    let pairs = || a.iter().zip(b);
    pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
}

/// The number of the front of each point: 0 for those that no other one dominates, 1 for those that only points of
/// front 0 dominate, and so on.
///
/// # Example
/// ```
/// use tuning_toolkit::pareto::fronts;
///
/// assert_eq!(fronts(&[&[1.0, 5.0], &[2.0, 6.0], &[5.0, 1.0], &[3.0, 7.0]]), [0, 1, 0, 2]);
/// ```
#[must_use]
pub fn fronts(values: &[&[f64]]) -> Vec<usize> {
    // In lexical order, a point is dominated by earlier ones alone.
    let mut sorted: Vec<usize> = (0..values.len()).collect();
    sorted.sort_unstable_by(|a, b| lexical(values[*a], values[*b]).then(a.cmp(b)));
    match values.len() <= FEW {
        true => one_by_one(&sorted, |a, b| is_above(values[a], values[b])),
        false => by_bisection(&sorted, |a, b| is_above(values[a], values[b])),
    }
}

/// Up to this many points, comparing each with all is quicker than keeping fronts to search in.
const FEW: usize = 48;

fn lexical(a: &[f64], b: &[f64]) -> Ordering {
    let unequal = |(a, b): (&f64, &f64)| Some(a.total_cmp(b)).filter(|order| order.is_ne());
    a.iter().zip(b).find_map(unequal).unwrap_or(Ordering::Equal)
}

/// How alone each point of a front is: for each objective the distance between its two neighbours as a part of the
/// front's range, added up. Points at the ends have no neighbour on one side: infinity.
// Deb et al. 2002, NSGA-II, §III-B.
#[must_use]
pub fn crowding(front: &[&[f64]]) -> Vec<f64> {
    let mut crowding = vec![0.0; front.len()];
    let objectives = front.first().map_or(0, |first| first.len());
    for objective in 0..objectives {
        let loss = |k: usize| front[k][objective];
        let mut order: Vec<usize> = (0..front.len()).collect();
        order.sort_by(|a, b| loss(*a).total_cmp(&loss(*b)));
        let (first, last) = (order[0], order[order.len() - 1]);
        // Halves: the difference of ±1e308 overflows.
        let range = loss(last) / 2.0 - loss(first) / 2.0;
        crowding[first] = f64::INFINITY;
        crowding[last] = f64::INFINITY;
        if range <= 0.0 {
            continue;
        }
        for three in order.windows(3) {
            crowding[three[1]] += (loss(three[2]) / 2.0 - loss(three[0]) / 2.0) / range;
        }
    }
    crowding
}

/// The points that no other one dominates, kept while points come one by one. Of equal points the first one stays.
#[derive(Clone, Debug, Default)]
pub struct Front(Vec<Box<[f64]>>);

impl Front {
    /// Takes in a point, unless one of the front is as good everywhere, and drops what it beats. Whether it is on the
    /// front now.
    pub fn admit(&mut self, losses: &[f64]) -> bool {
        let no_better = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a >= b);
        if self.0.iter().any(|member| no_better(losses, member)) {
            return false;
        }
        self.0.retain(|member| !no_better(member, losses));
        self.0.push(losses.into());
        true
    }

    /// Its points, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.0.iter().map(|losses| &**losses)
    }

    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no point has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// [`dominates`], also for ranks.
fn is_above<T: PartialOrd>(a: &[T], b: &[T]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a != b
}

/// The points front by front, each in the order of their places.
fn by_front(ranks: &[Vec<u32>]) -> Vec<Vec<usize>> {
    let mut sorted: Vec<usize> = (0..ranks.len()).collect();
    sorted.sort_unstable_by(|a, b| ranks[*a].cmp(&ranks[*b]).then(a.cmp(b)));
    let numbers = by_bisection(&sorted, |a, b| is_above(&ranks[a], &ranks[b]));
    let count = numbers.iter().max().map_or(0, |last| last + 1);
    let mut fronts = vec![Vec::new(); count];
    for (place, number) in numbers.into_iter().enumerate() {
        fronts[number].push(place);
    }
    fronts
}

/// The number of the front of each point, given their places in an order in which a point is dominated by earlier
/// ones alone: one behind the last front that holds one that dominates it.
fn one_by_one(sorted: &[usize], is_above: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut numbers = vec![0; sorted.len()];
    for (k, place) in sorted.iter().enumerate() {
        let mut number = 0;
        for earlier in &sorted[..k] {
            if numbers[*earlier] >= number && is_above(*earlier, *place) {
                number = numbers[*earlier] + 1;
            }
        }
        numbers[*place] = number;
    }
    numbers
}

/// The same, for many points.
fn by_bisection(sorted: &[usize], is_above: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut numbers = vec![0; sorted.len()];
    let mut fronts: Vec<Vec<usize>> = Vec::new();
    for place in sorted {
        // If a front has one that dominates the point, so has every front before it.
        let open = fronts.partition_point(|front| {
            let mut newest_first = front.iter().rev();
            newest_first.any(|other| is_above(*other, *place))
        });
        match fronts.get_mut(open) {
            Some(front) => front.push(*place),
            None => fronts.push(vec![*place]),
        }
        numbers[*place] = open;
    }
    numbers
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
    use proptest::prelude::*;

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
    fn neighbours_at_a_distance_make_a_point_lonely() {
        let front: [&[f64]; 4] = [&[1.0, 5.0], &[2.0, 3.0], &[4.0, 2.0], &[5.0, 1.0]];
        let inf = f64::INFINITY;
        // (4 − 1)/4 + (5 − 2)/4 and (5 − 2)/4 + (3 − 1)/4.
        assert_eq!(crowding(&front), [inf, 1.5, 1.25, inf]);
        assert!(crowding(&[]).is_empty());
        let far: [&[f64]; 3] = [&[f64::MAX, -f64::MAX], &[-f64::MAX, f64::MAX], &[0.0, 0.0]];
        assert_eq!(crowding(&far)[2], 2.0);
    }

    #[test]
    fn a_front_holds_what_nothing_dominates() {
        let mut front = Front::default();
        let admitted: Vec<bool> = [
            [3.0, 3.0],
            [1.0, 5.0],
            [5.0, 1.0],
            [3.0, 3.0],
            [2.0, 2.0],
            [4.0, 2.0],
        ]
        .iter()
        .map(|losses| front.admit(losses))
        .collect();
        assert_eq!(admitted, [true, true, true, false, true, false]);
        let points: Vec<_> = front.iter().map(<[f64]>::to_vec).collect();
        assert_eq!(points, [[1.0, 5.0], [5.0, 1.0], [2.0, 2.0]]);
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
        for front in by_front(&ranks) {
            let first = |a: &&usize| !left.iter().any(|b| is_above(&ranks[*b], &ranks[**a]));
            let expected: Vec<usize> = left.iter().filter(first).copied().collect();
            assert_eq!(front, expected);
            left.retain(|place| !front.contains(place));
        }
        assert!(left.is_empty());
    }

    proptest! {
        #[test]
        fn few_points_and_many_are_ranked_alike(
            points in prop::collection::vec(prop::array::uniform3(0_u8..6), 0..2 * FEW),
        ) {
            let points: Vec<_> = points.iter().map(|point| point.map(f64::from)).collect();
            let values: Vec<&[f64]> = points.iter().map(|point| &point[..]).collect();
            let mut sorted: Vec<usize> = (0..values.len()).collect();
            sorted.sort_by(|a, b| lexical(values[*a], values[*b]));
            let above = |a: usize, b: usize| is_above(values[a], values[b]);
            let numbers = one_by_one(&sorted, above);
            prop_assert_eq!(&numbers, &by_bisection(&sorted, above));
            prop_assert_eq!(numbers, fronts(&values));
        }

        #[test]
        fn a_front_is_one_behind_the_last_that_dominates_it(
            points in prop::collection::vec(prop::array::uniform2(0_u8..8), 1..30),
        ) {
            let points: Vec<_> = points.iter().map(|point| point.map(f64::from)).collect();
            let values: Vec<&[f64]> = points.iter().map(|point| &point[..]).collect();
            let fronts = fronts(&values);
            for (b, number) in fronts.iter().enumerate() {
                let above = (0..values.len()).filter(|a| dominates(values[*a], values[b]));
                let expected = above.map(|a| fronts[a] + 1).max().unwrap_or(0);
                prop_assert_eq!(*number, expected);
            }
        }
    }
}
