//! [`Ranking`]: fronts and crowding of a population.

use crate::standing::Standing;

/// In which front each member is, and how far its neighbours on that front are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranking {
    fronts: Vec<usize>,
    crowding: Vec<f64>,
}

impl Ranking {
    // Deb, Pratap, Agarwal & Meyarivan 2002, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II",
    // §III-A and B. With populations of some tens, counting who dominates whom again is fast enough.
    pub(crate) fn of(members: &[&Standing]) -> Self {
        let fronts = fronts(members);
        let mut crowding = vec![0.0; members.len()];
        for front in 0..=fronts.iter().copied().max().unwrap_or(0) {
            let of_front: Vec<usize> = (0..members.len()).filter(|k| fronts[*k] == front).collect();
            crowd(members, &of_front, &mut crowding);
        }
        Self { fronts, crowding }
    }

    /// Whether `a` is to be preferred: on a better front, or on the same one and less crowded.
    pub(crate) fn prefers(&self, a: usize, b: usize) -> bool {
        let order = self.fronts[a].cmp(&self.fronts[b]);
        order
            .then_with(|| self.crowding[b].total_cmp(&self.crowding[a]))
            .is_lt()
    }

    /// The one that is missed least; of equals the oldest.
    pub(crate) fn worst(&self) -> Option<usize> {
        (0..self.fronts.len()).reduce(|worst, k| if self.prefers(worst, k) { k } else { worst })
    }
}

/// The number of the front of each member: 0 for those that nobody dominates, 1 for those that nobody but
/// these dominates, and so on.
fn fronts(members: &[&Standing]) -> Vec<usize> {
    let n = members.len();
    let mut dominated_by = vec![0_usize; n];
    let mut dominates: Vec<Vec<usize>> = vec![Vec::new(); n];
    for a in 0..n {
        for b in 0..n {
            if members[a].dominates(members[b]) {
                dominates[a].push(b);
                dominated_by[b] += 1;
            }
        }
    }
    let mut fronts = vec![0; n];
    let mut front: Vec<usize> = (0..n).filter(|k| dominated_by[*k] == 0).collect();
    let mut number = 0;
    while !front.is_empty() {
        let mut next = Vec::new();
        for a in front {
            fronts[a] = number;
            for &b in &dominates[a] {
                dominated_by[b] -= 1;
                if dominated_by[b] == 0 {
                    next.push(b);
                }
            }
        }
        next.sort_unstable();
        front = next;
        number += 1;
    }
    fronts
}

/// Adds up, for each objective, the distance between the two neighbours as a part of the whole range; those at
/// the ends have none on one side, and are never crowded.
fn crowd(members: &[&Standing], front: &[usize], crowding: &mut [f64]) {
    let objectives = front.first().map_or(0, |k| members[*k].losses().len());
    for objective in 0..objectives {
        let loss = |k: usize| members[k].losses()[objective];
        let mut order = front.to_vec();
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tuning_core::Values;

    use super::*;

    fn measured(points: &[[f64; 2]]) -> Vec<Standing> {
        let values = |point: &[f64; 2]| Values::new(*point).unwrap();
        points
            .iter()
            .map(|point| Standing::Measured(values(point)))
            .collect()
    }

    fn rank(standings: &[Standing]) -> Ranking {
        Ranking::of(&standings.iter().collect::<Vec<_>>())
    }

    #[test]
    fn fronts_and_crowding_by_hand() {
        let points = [
            [1.0, 5.0],
            [2.0, 3.0],
            [4.0, 2.0],
            [5.0, 1.0],
            [3.0, 4.0],
            [6.0, 6.0],
        ];
        let mut standings = measured(&points);
        standings.push(Standing::Stopped(Values::new([0.0, 0.0]).unwrap()));
        let ranking = rank(&standings);
        assert_eq!(ranking.fronts, [0, 0, 0, 0, 1, 2, 3]);
        let inf = f64::INFINITY;
        // (4 − 1)/4 + (5 − 2)/4 and (5 − 2)/4 + (3 − 1)/4.
        assert_eq!(ranking.crowding, [inf, 1.5, 1.25, inf, inf, inf, inf]);
        assert_eq!(ranking.worst(), Some(6));
        assert!(ranking.prefers(1, 2) && !ranking.prefers(2, 1) && ranking.prefers(2, 4));
    }

    #[test]
    fn extremes_are_numbers() {
        let far = [
            [f64::MAX, -f64::MAX],
            [-f64::MAX, f64::MAX],
            [0.0, 0.0],
            [1.0, -1.0],
        ];
        let ranking = rank(&measured(&far));
        assert_eq!(ranking.fronts, [0; 4]);
        assert!(
            ranking.crowding.iter().all(|c| *c >= 0.0),
            "{:?}",
            ranking.crowding
        );
        assert!(rank(&[]).worst().is_none());
        let same = rank(&measured(&[[1.0, 1.0]; 5]));
        assert_eq!(same.fronts, [0; 5]);
    }

    proptest! {
        #[test]
        fn fronts_are_what_they_are_defined_as(
            points in prop::collection::vec(prop::array::uniform2(0_u8..8), 1..30),
        ) {
            let points: Vec<_> = points.iter().map(|p| p.map(f64::from)).collect();
            let standings = measured(&points);
            let fronts = rank(&standings).fronts;
            for (b, front) in fronts.iter().enumerate() {
                let above = (0..points.len()).filter(|a| standings[*a].dominates(&standings[b]));
                let expected = above.map(|a| fronts[a] + 1).max().unwrap_or(0);
                prop_assert_eq!(*front, expected);
            }
        }
    }
}
