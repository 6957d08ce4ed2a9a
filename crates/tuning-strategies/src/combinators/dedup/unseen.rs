//! [`Unseen`]: the next point of a space that was not tried, found on ever finer grids.

use std::collections::HashSet;

use tuning_core::{Domain, Params, ParamsKey, Space, StrategyError};

use crate::grid::{Axis, Lattice};

/// Finer grids than this have no more new points: the rest are floats too close to tell apart.
const FINEST: u64 = 1 << 20;

/// Walks over grids of 2, 3, 5, 9, … values per parameter: the ends first, then halves, quarters and so
/// on; the last grid of a finite space is the whole space.
///
/// What it remembers is a cache: the points that it has passed are in the set of the seen ones, which
/// only grows.
#[derive(Clone, Debug)]
pub(super) struct Unseen {
    space: Space,
    walk: Walk,
}

#[derive(Clone, Debug)]
struct Walk {
    resolution: u64,
    /// None if the grid is too fine to be counted.
    lattice: Option<Lattice>,
    number: u128,
}

impl Walk {
    fn new(space: &Space, resolution: u64) -> Self {
        let axes = space
            .parameters()
            .iter()
            .map(|p| Axis::new(p.domain(), resolution.min(floats(p.domain()))));
        Self {
            resolution,
            lattice: Lattice::new(space, axes),
            number: 0,
        }
    }

    /// The same on the next finer grid, if that has more points.
    fn finer(&self, space: &Space) -> Option<Self> {
        let lattice = self.lattice.as_ref()?;
        let resolution = self.resolution * 2 - 1;
        if lattice.is_complete() || resolution > FINEST {
            return None;
        }
        let finer = Self::new(space, resolution);
        let more = |finer: &Lattice| finer.points() > lattice.points();
        finer.lattice.as_ref().is_none_or(more).then_some(finer)
    }
}

impl Unseen {
    pub(super) fn new(space: Space) -> Self {
        Self {
            walk: Walk::new(&space, 2),
            space,
        }
    }

    /// The next point that is neither among the seen nor among the taken; none if there is no more.
    pub(super) fn next(
        &mut self,
        seen: &HashSet<ParamsKey>,
        taken: &HashSet<ParamsKey>,
    ) -> Result<Option<Params>, StrategyError> {
        // `self.walk` passes seen points only; behind the first taken one, a copy continues.
        let mut ahead: Option<Walk> = None;
        loop {
            let walk = ahead.as_mut().unwrap_or(&mut self.walk);
            let Some(lattice) = &walk.lattice else {
                return Ok(None);
            };
            if walk.number >= lattice.points() {
                let Some(finer) = walk.finer(&self.space) else {
                    return Ok(None);
                };
                *walk = finer;
                continue;
            }
            let params = lattice.at(&self.space, walk.number)?;
            let key = params.key();
            if seen.contains(&key) {
                walk.number += 1;
            } else if taken.contains(&key) {
                walk.number += 1;
                if ahead.is_none() {
                    ahead = Some(self.walk.clone());
                    self.walk.number -= 1;
                }
            } else {
                return Ok(Some(params));
            }
        }
    }
}

/// How many floats there are in a range of them: a finer grid would name some of them twice.
fn floats(domain: &Domain) -> u64 {
    let Domain::Float(range) = domain else {
        return u64::MAX;
    };
    // The bits of floats are in their order, but for the negative ones, which run backwards.
    let place = |float: f64| match float.to_bits() {
        bits if bits >> 63 == 1 => !bits,
        bits => bits | 1 << 63,
    };
    let gaps = place(range.high()).saturating_sub(place(range.low()));
    gaps.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    fn walk(space: &Space, most: usize) -> Vec<String> {
        let mut unseen = Unseen::new(space.clone());
        let (mut seen, taken) = (HashSet::new(), HashSet::new());
        let mut found = Vec::new();
        while let Some(params) = unseen.next(&seen, &taken).unwrap() {
            if found.len() == most {
                break;
            }
            seen.insert(params.key());
            found.push(params.to_string());
        }
        found
    }

    #[test]
    fn it_goes_from_coarse_to_fine_to_the_end() {
        let space = Space::new([Parameter::int("x", 0, 8)]).unwrap();
        let expect = [
            "x=0", "x=8", "x=4", "x=2", "x=6", "x=1", "x=3", "x=5", "x=7",
        ];
        assert_eq!(walk(&space, 100), expect);
    }

    #[test]
    fn a_continuum_has_no_end() {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        assert_eq!(walk(&space, 5), ["x=0", "x=1", "x=0.5", "x=0.25", "x=0.75"]);
        assert_eq!(walk(&space, 1000).len(), 1000);
    }

    #[test]
    fn what_is_taken_but_never_seen_comes_again() {
        let space = Space::new([Parameter::int("x", 0, 8)]).unwrap();
        let mut unseen = Unseen::new(space.clone());
        let seen = HashSet::new();
        let mut taken = HashSet::new();
        for _ in 0..9 {
            taken.insert(unseen.next(&seen, &taken).unwrap().unwrap().key());
        }
        assert_eq!(unseen.next(&seen, &taken).unwrap(), None);
        let first = unseen.next(&seen, &HashSet::new()).unwrap().unwrap();
        assert_eq!(first.to_string(), "x=0");
    }

    #[test]
    fn a_range_of_nine_floats_ends_with_the_ninth() {
        let narrow = Parameter::float("x", 1.0, 1.0 + 8.0 * f64::EPSILON);
        assert_eq!(floats(narrow.domain()), 9);
        let both_zeros = Parameter::float("x", -5e-324, 5e-324);
        assert_eq!(floats(both_zeros.domain()), 4);
        assert_eq!(walk(&Space::new([narrow]).unwrap(), 100).len(), 9);
    }
}
