//! [`Branches`]: the choices that open a part of the space of their own, and which of them is due.
//!
//! The first good trials are of one branch, and soon all are: what is promising in another one has no
//! kernel in the better mixture, and would need luck to be as good at once. So each branch gets a share of
//! the trials, a smaller one as the study grows, that are chosen by the trials of that branch alone. This
//! is for parameters of which at least half of the space depends on one choice or another: where branches
//! share their parameters, what is learnt in one serves the others, and no share is needed.

use crate::{
    elite::{Elite, Level},
    history::Ended,
    model::Axis,
};

/// Of `n` trials, this many times `n^0.6` are shared by the branches of a parameter, if they get no more
/// anyway: a third of 350 trials, a tenth of 7,000.
const SHARE: f64 = 3.5;
const POWER: f64 = 0.6;
/// At first, this part of all.
const AT_FIRST: f64 = 0.75;
/// A branch without any value after this many trials is left.
const PATIENCE: u64 = 6;

/// One choice of a parameter that many others depend on.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) axis: usize,
    pub(crate) choice: f64,
    started: u64,
    /// Its best trials.
    pub(crate) elite: Elite,
}

impl Branch {
    /// Whether a point is in it.
    pub(crate) fn holds(&self, point: &[f64]) -> bool {
        point[self.axis] == self.choice
    }

    fn is_hopeless(&self) -> bool {
        self.started >= PATIENCE && self.elite.count() == 0
    }
}

/// The choices of all parameters that half of the others depend on; those of a parameter stand together.
#[derive(Clone, Debug)]
pub(crate) struct Branches(Vec<Branch>);

impl Branches {
    pub(crate) fn of(axes: &[Axis], objectives: usize) -> Self {
        let mut branches = Vec::new();
        for (axis, values) in axes.iter().map(Axis::values).enumerate() {
            if 2 * dependants(axes, axis) >= axes.len() {
                branches.extend((0..values.unwrap_or(0)).map(|choice| Branch {
                    axis,
                    choice: choice as f64,
                    started: 0,
                    elite: Elite::new(objectives),
                }));
            }
        }
        Self(branches)
    }

    pub(crate) fn get(&self, place: usize) -> &Branch {
        &self.0[place]
    }

    /// Takes note of a trial that was started.
    pub(crate) fn started(&mut self, point: &[f64]) {
        for branch in self.0.iter_mut().filter(|branch| branch.holds(point)) {
            branch.started += 1;
        }
    }

    /// Takes in a trial with these losses.
    pub(crate) fn valued(&mut self, level: Level, values: &[f64], ended: &Ended) {
        for branch in self
            .0
            .iter_mut()
            .filter(|branch| branch.holds(&ended.point))
        {
            branch.elite.push(level, values, ended.clone());
        }
    }

    /// The branch that has fewest trials, of the first parameter one of whose branches has too few. `more`:
    /// points that are about to be started.
    pub(crate) fn due<'a>(&self, more: impl Iterator<Item = &'a [f64]> + Clone) -> Option<usize> {
        let counted = |branch: &Branch| {
            let more = more.clone().filter(|point| branch.holds(point)).count();
            branch.started + more as u64
        };
        let mut first = 0;
        for siblings in self.0.chunk_by(|a, b| a.axis == b.axis) {
            let all: u64 = siblings.iter().map(counted).sum();
            let hopeless = all >= PATIENCE && siblings.iter().all(|b| b.elite.count() == 0);
            let shared = (SHARE * libm::pow(all as f64, POWER)).min(AT_FIRST * all as f64);
            let share = shared / siblings.len() as f64;
            let hopeful = siblings
                .iter()
                .enumerate()
                .filter(|(_, branch)| !branch.is_hopeless());
            let least = hopeful.min_by_key(|(_, branch)| counted(branch));
            if let Some((place, branch)) = least
                && !hopeless // neither is what is below
                && (counted(branch) as f64) < share
            {
                return Some(first + place);
            }
            first += siblings.len();
        }
        None
    }
}

/// How many axes are active with a single choice of this one, be it through others.
fn dependants(axes: &[Axis], axis: usize) -> usize {
    let mut depends = vec![false; axes.len()];
    for (place, other) in axes.iter().enumerate() {
        depends[place] = other.parents().any(|parent| {
            (depends[parent] && other.needs(parent))
                || (parent == axis && other.is_opened_by_one_value_of(axis))
        });
    }
    depends.into_iter().filter(|depends| *depends).count()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tuning_core::{Parameter, Space};

    use super::*;

    /// Of two models, the second with a choice of its own below.
    fn branches() -> Branches {
        let space = Space::new([
            Parameter::categorical("model", ["a", "b"]),
            Parameter::bool("deep").when("model", ["b"]),
            Parameter::int("n", 1, 9).when("deep", [true]),
            Parameter::int("m", 1, 9).when("deep", [true]),
        ]);
        Branches::of(&Axis::of(&space.unwrap()), 1)
    }

    fn end(branches: &mut Branches, trial: u64, point: [f64; 4], loss: Option<f64>) {
        branches.started(&point);
        let ended = Ended {
            trial,
            place: trial,
            point: Arc::from(point),
        };
        if let Some(loss) = loss {
            branches.valued(Level(0), &[loss], &ended);
        }
    }

    const A: [f64; 4] = [0.0, f64::NAN, f64::NAN, f64::NAN];
    const B: [f64; 4] = [1.0, 0.0, f64::NAN, f64::NAN];
    const DEEP: [f64; 4] = [1.0, 1.0, 3.0, 5.0];

    #[test]
    fn only_choices_of_half_the_space_are_branches() {
        let found: Vec<(usize, f64)> = branches().0.iter().map(|b| (b.axis, b.choice)).collect();
        assert_eq!(found, [(0, 0.0), (0, 1.0), (1, 0.0), (1, 1.0)]);
        let space = Space::new([
            Parameter::categorical("optimizer", ["adam", "sgd"]),
            Parameter::float("momentum", 0.0, 1.0).when("optimizer", ["sgd"]),
            Parameter::float("lr", 0.0, 1.0),
        ]);
        assert!(Branches::of(&Axis::of(&space.unwrap()), 1).0.is_empty());
        let space = Space::new([
            Parameter::int("layers", 1, 3),
            Parameter::categorical("optimizer", ["adam", "sgd"]),
            Parameter::int("n", 1, 9).when("layers", 3..),
            Parameter::int("m", 1, 9)
                .when("layers", 3..)
                .when("optimizer", "sgd"),
        ]);
        let found = Branches::of(&Axis::of(&space.unwrap()), 1).0;
        assert!(found.iter().all(|branch| branch.axis == 0) && found.len() == 3);
        let space = Space::new([
            Parameter::categorical("booster", ["linear", "tree", "dart"]),
            Parameter::int("depth", 1, 9).when("booster", ["tree", "dart"]),
        ]);
        assert!(Branches::of(&Axis::of(&space.unwrap()), 1).0.is_empty());
    }

    #[test]
    fn a_branch_that_is_left_behind_is_due_now_and_then() {
        let mut branches = branches();
        let mut turns = Vec::new();
        for trial in 0..200_u64 {
            let due = branches
                .due([].into_iter())
                .map(|place| branches.get(place));
            let point = match due.map(|branch| (branch.axis, branch.choice)) {
                Some((0, 1.0)) => B,
                Some((1, 1.0)) => DEEP,
                _ => A,
            };
            end(&mut branches, trial, point, Some(1.0));
            if point[0] == 1.0 {
                turns.push(trial);
            }
        }
        // Half of 3.5 * 200^0.6, and of what it was at 100.
        assert!(turns.len() >= 42, "{turns:?}");
        let late = turns.iter().filter(|trial| **trial >= 100).count();
        assert!((14..40).contains(&late), "{late}");
    }

    #[test]
    fn a_branch_of_failures_is_given_up() {
        let mut branches = branches();
        for trial in 0..PATIENCE {
            end(&mut branches, trial, B, None);
        }
        for trial in PATIENCE..100 {
            end(&mut branches, trial, A, Some(1.0));
        }
        assert!(branches.due([].into_iter()).is_none());
    }
}
