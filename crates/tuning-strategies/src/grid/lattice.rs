//! [`Lattice`]: the points of a grid by number, without a list of them.

use std::collections::BTreeMap;

use tuning_core::{Params, ParamsError, Space};

use super::Axis;

/// The points of a grid over a space, numbered in the order of the parameters' declaration: the first
/// parameter changes slowest. Inactive parameters have no values, so no point comes twice.
///
/// It holds one axis per parameter and one number per choice that something depends on: how many
/// points there are matters neither for memory nor for time.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    nodes: Vec<Node>,
    points: u128,
}

/// A parameter with all that depends on it.
#[derive(Clone, Debug)]
struct Node {
    axis: Axis,
    /// The choices on which other parameters depend, in order.
    branches: Vec<Branch>,
    /// In how many ways the parameter and those that depend on it can be set.
    ways: u128,
}

/// A choice on which other parameters depend.
#[derive(Clone, Copy, Debug)]
struct Branch {
    place: u64,
    /// In how many ways the choices before it can be taken.
    before: u128,
    /// In how many ways it can be taken.
    ways: u128,
}

impl Lattice {
    /// The lattice of these axes, one for each parameter; none if it has 2^128 points or more.
    pub(crate) fn new(space: &Space, axes: impl IntoIterator<Item = Axis>) -> Option<Self> {
        let mut nodes: Vec<_> = axes
            .into_iter()
            .map(|axis| Node {
                axis,
                branches: Vec::new(),
                ways: 0,
            })
            .collect();
        let mut below: Vec<BTreeMap<u64, u128>> = vec![BTreeMap::new(); nodes.len()];
        let mut points = 1_u128;
        // Children come after their parents, so they are counted first.
        for index in (0..nodes.len()).rev() {
            let ways = nodes[index].count(&below[index])?;
            match space.parent(index) {
                None => points = points.checked_mul(ways)?,
                Some((parent, choices)) => {
                    for choice in choices {
                        let all = below[parent].entry(u64::from(*choice)).or_insert(1);
                        *all = all.checked_mul(ways)?;
                    }
                }
            }
        }
        Some(Self { nodes, points })
    }

    /// How many points there are; at least 1.
    pub(crate) fn points(&self) -> u128 {
        self.points
    }

    /// Whether every point of the space is one of them.
    pub(crate) fn is_complete(&self) -> bool {
        self.nodes.iter().all(|node| node.axis.is_complete())
    }

    /// The point with a number below [`points`](Self::points).
    pub(crate) fn at(&self, space: &Space, number: u128) -> Result<Params, ParamsError> {
        // How many points agree with what is chosen so far, and the number of the point among them.
        let (mut left, mut number) = (self.points, number);
        space.assign(|index, domain| {
            let node = &self.nodes[index];
            left = divide(left, node.ways);
            let (place, before, ways) = node.find(divide(number, left));
            number -= before * left;
            left *= ways;
            node.axis.value(domain, place)
        })
    }
}

impl Node {
    /// Counts the ways, given those of what each choice opens.
    fn count(&mut self, below: &BTreeMap<u64, u128>) -> Option<u128> {
        let mut plain = 0; // choices before this one on which nothing depends
        let mut opened = 0_u128;
        for (k, (&place, &ways)) in below.iter().enumerate() {
            plain = place - k as u64;
            let before = opened.checked_add(u128::from(plain))?;
            self.branches.push(Branch {
                place,
                before,
                ways,
            });
            opened = opened.checked_add(ways)?;
        }
        debug_assert!(u128::from(plain) <= u128::from(self.axis.points()));
        let plain = self.axis.points() - self.branches.len() as u64;
        self.ways = opened.checked_add(u128::from(plain))?;
        Some(self.ways)
    }

    /// The place of the `n`-th way, the ways before that place, and the ways of it.
    fn find(&self, n: u128) -> (u64, u128, u128) {
        let behind = self.branches.partition_point(|branch| branch.before <= n);
        let Some(branch) = behind.checked_sub(1).map(|last| self.branches[last]) else {
            return (n as u64, n, 1);
        };
        match (n - branch.before).checked_sub(branch.ways) {
            None => (branch.place, branch.before, branch.ways),
            Some(further) => (branch.place + 1 + further as u64, n, 1),
        }
    }
}

/// Divides; the processor does so much faster if the numbers fit 64 bits, as nearly all do.
fn divide(a: u128, b: u128) -> u128 {
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(a / b),
        _ => a / b,
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Parameter;

    use super::*;

    fn lattice(space: &Space, resolution: u64) -> Option<Lattice> {
        let axes = space
            .parameters()
            .iter()
            .map(|p| Axis::new(p.domain(), resolution));
        Lattice::new(space, axes)
    }

    fn all(space: &Space, resolution: u64) -> Vec<String> {
        let lattice = lattice(space, resolution).unwrap();
        (0..lattice.points())
            .map(|n| lattice.at(space, n).unwrap().to_string())
            .collect()
    }

    #[test]
    fn the_first_parameter_changes_slowest() {
        let space = Space::new([Parameter::bool("a"), Parameter::int("b", 1, 3)]).unwrap();
        let expect = [
            "a=false b=1",
            "a=false b=2",
            "a=false b=3",
            "a=true b=1",
            "a=true b=2",
            "a=true b=3",
        ];
        assert_eq!(all(&space, 11), expect);
    }

    #[test]
    fn inactive_parameters_make_no_duplicates() {
        let space = Space::new([
            Parameter::categorical("a", ["p", "q", "r", "s"]),
            Parameter::int("b", 1, 2), // declared between a parent and its child
            Parameter::categorical("c", ["x", "y"]).when("a", ["q", "s"]),
            Parameter::int("d", 1, 2).when("c", ["y"]),
        ])
        .unwrap();
        let expect = [
            "a=p b=1",
            "a=p b=2",
            "a=q b=1 c=x",
            "a=q b=1 c=y d=1",
            "a=q b=1 c=y d=2",
            "a=q b=2 c=x",
            "a=q b=2 c=y d=1",
            "a=q b=2 c=y d=2",
            "a=r b=1",
            "a=r b=2",
            "a=s b=1 c=x",
            "a=s b=1 c=y d=1",
            "a=s b=1 c=y d=2",
            "a=s b=2 c=x",
            "a=s b=2 c=y d=1",
            "a=s b=2 c=y d=2",
        ];
        assert_eq!(all(&space, 11), expect);
        assert_eq!(space.cardinality(), Some(16));
    }

    #[test]
    fn more_points_than_a_u128_can_count_are_refused() {
        let space =
            |n| Space::new((0..n).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0))).unwrap();
        // 2^127 points, of which the last is found, and 2^128.
        let wide = space(127);
        let found = lattice(&wide, 2).unwrap();
        assert_eq!(found.points(), 1 << 127);
        let last = found.at(&wide, (1 << 127) - 1).unwrap();
        assert!(wide.encode(&last).iter().all(|&u| u == Some(1.0)));
        assert!(lattice(&space(128), 2).is_none());
        assert!(lattice(&space(2000), 11).is_none());
    }
}
