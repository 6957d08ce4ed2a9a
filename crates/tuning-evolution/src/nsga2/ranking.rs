//! [`Ranking`]: fronts and crowding of a population.

use tuning_toolkit::pareto;

use crate::fitness::Fitness;

/// In which front each member is, and how far its neighbours on that front are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranking {
    fronts: Vec<usize>,
    crowding: Vec<f64>,
}

impl Ranking {
    // Deb, Pratap, Agarwal & Meyarivan 2002, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II",
    // §III-A and B. All of a class stand before all of the next: their fronts do, too.
    pub(crate) fn of(members: &[&Fitness]) -> Self {
        let mut ranking = Self {
            fronts: vec![0; members.len()],
            crowding: vec![0.0; members.len()],
        };
        let mut before = 0;
        for class in 0..Fitness::CLASSES {
            let in_class = |k: &usize| members[*k].class() == class;
            let of_class: Vec<usize> = (0..members.len()).filter(in_class).collect();
            let losses: Vec<&[f64]> = of_class.iter().map(|k| members[*k].losses()).collect();
            let fronts = pareto::fronts(&losses);
            let count = fronts.iter().max().map_or(0, |last| last + 1);
            for front in 0..count {
                let places = || (0..fronts.len()).filter(|k| fronts[*k] == front);
                let losses: Vec<&[f64]> = places().map(|k| losses[k]).collect();
                for (k, crowding) in places().zip(pareto::crowding(&losses)) {
                    ranking.fronts[of_class[k]] = before + front;
                    ranking.crowding[of_class[k]] = crowding;
                }
            }
            before += count;
        }
        ranking
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tuning_core::Values;

    use super::*;

    fn measured(points: &[[f64; 2]]) -> Vec<Fitness> {
        let values = |point: &[f64; 2]| Values::new(*point).unwrap();
        points
            .iter()
            .map(|point| Fitness::Measured(values(point)))
            .collect()
    }

    fn rank(fitness: &[Fitness]) -> Ranking {
        Ranking::of(&fitness.iter().collect::<Vec<_>>())
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
        let mut fitness = measured(&points);
        fitness.push(Fitness::Stopped(Values::new([0.0, 0.0]).unwrap()));
        let ranking = rank(&fitness);
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

    /// Whether one is of a better class, or of the same one, nowhere worse and somewhere better.
    // Deb et al. 2002, def. 1, with classes in the place of constraints.
    fn dominates(a: &Fitness, b: &Fitness) -> bool {
        let alike = a.class() == b.class();
        a.class() < b.class() || alike && pareto::dominates(a.losses(), b.losses())
    }

    proptest! {
        #[test]
        fn fronts_are_what_they_are_defined_as(
            points in prop::collection::vec((prop::array::uniform2(0_u8..8), prop::bool::ANY), 1..30),
        ) {
            let fitness = points.iter().map(|(point, stopped)| {
                let losses = Values::new(point.map(f64::from)).unwrap();
                if *stopped { Fitness::Stopped(losses) } else { Fitness::Measured(losses) }
            });
            let fitness: Vec<Fitness> = fitness.collect();
            let fronts = rank(&fitness).fronts;
            for (b, front) in fronts.iter().enumerate() {
                let above = (0..points.len()).filter(|a| dominates(&fitness[*a], &fitness[b]));
                let expected = above.map(|a| fronts[a] + 1).max().unwrap_or(0);
                prop_assert_eq!(*front, expected);
            }
        }
    }
}
