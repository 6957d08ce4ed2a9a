//! [`Grid`]: walks over the lattice, in order or shuffled.

use std::cell::{RefCell, RefMut};

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Space, Strategy, StrategyError};

use super::{Lattice, NAME, shuffle::Shuffle};
use crate::position::Position;

/// Grid search: every combination of the parameters' values, each once, then done.
///
/// Points are computed as they are asked for, so a grid of 10^12 points costs no more than one of ten.
/// In order, the parameter declared first changes slowest. Conditions are honoured: a point has no
/// values for inactive parameters, and none comes twice because of them.
///
/// The place in the order follows from the grid's own trials: other people's trials are not counted. A
/// point that was proposed but not started is passed over once a later one was started.
#[derive(Clone, Debug)]
pub struct Grid {
    space: Space,
    lattice: Lattice,
    shuffle: bool,
    position: Position,
    /// A cache: the order of the study that last asked.
    order: RefCell<Option<Shuffle>>,
}

impl Grid {
    pub(super) fn new(space: Space, lattice: Lattice, shuffle: bool) -> Self {
        Self {
            space,
            lattice,
            shuffle,
            position: Position::new(NAME),
            order: RefCell::new(None),
        }
    }

    /// How many points there are.
    #[must_use]
    pub fn points(&self) -> u128 {
        self.lattice.points()
    }

    /// The order of the points in a study with this seed; none if they are not shuffled.
    fn order(&self, study: Seed) -> RefMut<'_, Option<Shuffle>> {
        let seed = study.named(NAME);
        let mut order = self.order.borrow_mut();
        let is_old = order.as_ref().is_none_or(|cached| cached.seed() != seed);
        if self.shuffle && is_old {
            *order = Some(Shuffle::new(seed, self.lattice.points()));
        }
        order
    }
}

impl Strategy for Grid {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let order = self.order(ask.study_seed());
        let first = self.position.next();
        let end = self
            .lattice
            .points()
            .min(first.saturating_add(ask.slots().get() as u128));
        if first >= end {
            return Ok(Asked::Done);
        }
        let mut proposals = Vec::with_capacity((end - first) as usize);
        for index in first..end {
            let number = order.as_ref().map_or(index, |order| order.at(index));
            let params = self.lattice.at(&self.space, number)?;
            proposals.push(Proposal::start(params).tag(self.position.tag(index)));
        }
        Ok(Asked::Propose(proposals))
    }

    fn tell(&mut self, fact: &Fact) {
        self.position.tell(fact);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tuning_core::{
        Objectives, Parameter, Params, Problem, Started, StrategyConfig, Tag, TrialId,
    };

    use super::*;
    use crate::GridConfig;

    fn problem(parameters: impl IntoIterator<Item = Parameter>) -> Problem {
        let space = Space::new(parameters).unwrap();
        Problem::new(space, Objectives::minimize("loss").unwrap())
    }

    fn ask(grid: &mut Grid, slots: usize) -> Asked {
        let slots = NonZeroUsize::new(slots).unwrap();
        grid.ask(&Ask::new(slots, TrialId::new(0), Seed::new(1)))
            .unwrap()
    }

    fn shown(asked: &Asked) -> Vec<String> {
        let Asked::Propose(proposals) = asked else {
            return vec![format!("{asked:?}")];
        };
        proposals
            .iter()
            .map(|p| format!("{} {}", p.note(), p.params().unwrap()))
            .collect()
    }

    fn started(params: &Params, tag: Tag) -> Fact {
        Started::new(TrialId::new(0), params.clone())
            .tag(tag)
            .into()
    }

    #[test]
    fn what_was_not_started_is_proposed_again_and_the_last_point_is_the_end() {
        let problem = problem([Parameter::int("x", 1, 3)]);
        let mut grid = GridConfig::default().build(&problem).unwrap();
        assert_eq!(shown(&ask(&mut grid, 2)), ["grid:0 x=1", "grid:1 x=2"]);
        let params = problem.space.decode(&[0.0]).unwrap();
        grid.tell(&started(&params, Tag::new("grid", 0)));
        assert_eq!(shown(&ask(&mut grid, 9)), ["grid:1 x=2", "grid:2 x=3"]);
        grid.tell(&started(&params, Tag::NONE)); // foreign, though it is the same point
        assert_eq!(shown(&ask(&mut grid, 1)), ["grid:1 x=2"]);
        grid.tell(&started(&params, Tag::new("grid", 2)));
        assert_eq!(ask(&mut grid, 1), Asked::Done);
    }

    #[test]
    fn a_grid_of_ten_to_the_thirty_eighth_is_walked_like_a_small_one() {
        let problem = problem((0..38).map(|k| Parameter::int(format!("x{k}"), 0, 9)));
        for shuffle in [false, true] {
            let mut grid = GridConfig::default()
                .shuffle(shuffle)
                .build(&problem)
                .unwrap();
            assert_eq!(grid.points(), 10_u128.pow(38));
            let params = problem.space.decode(&[0.0; 38]).unwrap();
            grid.tell(&started(&params, Tag::new("grid", 10_u128.pow(38) - 4)));
            let Asked::Propose(last) = ask(&mut grid, 64) else {
                panic!()
            };
            assert_eq!(last.len(), 3);
            let point = last[2].params().unwrap();
            assert_eq!(point.iter().all(|(_, value)| value == 9.into()), !shuffle);
            grid.tell(&started(point, last[2].note().clone()));
            assert_eq!(ask(&mut grid, 1), Asked::Done);
        }
    }

    #[test]
    fn another_study_seed_gives_another_shuffled_order() {
        let problem = problem([Parameter::int("x", 0, 9), Parameter::int("y", 0, 9)]);
        let grid = GridConfig::default().shuffle(true).build(&problem).unwrap();
        let order = |seed| {
            let slots = NonZeroUsize::new(20).unwrap();
            grid.ask(&Ask::new(slots, TrialId::new(0), Seed::new(seed)))
                .unwrap()
        };
        let one = order(1);
        assert_ne!(one, order(2));
        assert_eq!(one, order(1), "the cache follows the seed");
    }
}
