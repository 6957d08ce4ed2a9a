//! [`Lattice`]: the points of a space by number, without a list of them.

use std::collections::BTreeMap;

use super::{
    domain::{Domain, Value},
    error::ParamsError,
    params::Params,
    ranks::{self, Ranks},
    rule::Rule,
    tree::Space,
};

/// So many parts are looked at before a space counts as too entangled.
const MOST_WORK: usize = 4_000_000;

/// The points of a space of which every parameter takes so many values, numbered in the order of the
/// parameters' declaration: the first parameter changes slowest. Inactive parameters have no values, so
/// no point comes twice.
///
/// It holds a few numbers per test of the conditions: how many points there are matters neither for
/// memory nor for time.
#[derive(Clone, Debug)]
pub struct Lattice {
    space: Space,
    decisions: Vec<Decision>,
    /// The decisions that depend on nothing.
    top: Box<[usize]>,
    points: u128,
}

/// A parameter that is active, with all that depends on it.
#[derive(Clone, Debug)]
struct Decision {
    parameter: usize,
    runs: Box<[Run]>,
    /// In how many ways the parameter and those that depend on it can be set.
    ways: u128,
}

/// Neighbouring values with which the conditions turn out alike.
#[derive(Clone, Debug)]
struct Run {
    /// The first of them.
    place: u64,
    /// In how many ways the values before it can be taken.
    before: u128,
    /// In how many ways each of them can be taken.
    ways: u128,
    /// What is to be decided then.
    below: Box<[usize]>,
}

impl Space {
    /// Returns the points of which each parameter takes so many values; none if there are 2^128 or more,
    /// a parameter has no number of values, or the conditions are too entangled to count.
    ///
    /// `values`: how many values the parameter at a place takes, at least 1. `value`: the `k`-th of them;
    /// they are in the order of the domain.
    ///
    /// # Example
    /// ```
    /// use tuning_core::{Parameter, Space};
    ///
    /// let space = Space::new([
    ///     Parameter::int("layers", 1, 3),
    ///     Parameter::float("dropout", 0.0, 0.5).when("layers", 2..),
    /// ])?;
    /// let value = |index: usize, k: u64| match index {
    ///     0 => space.parameters()[0].domain().value_at(k).expect("of three"),
    ///     _ => tuning_core::Value::Float([0.0, 0.5][k as usize]),
    /// };
    /// let lattice = space.lattice(|index| Some([3, 2][index]), value).expect("few points");
    /// assert_eq!(lattice.points(), 1 + 2 + 2);
    /// assert_eq!(lattice.at(0, value)?.to_string(), "layers=1");
    /// assert_eq!(lattice.at(4, value)?.to_string(), "layers=3 dropout=0.5");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lattice(
        &self,
        values: impl Fn(usize) -> Option<u64>,
        value: impl Fn(usize, u64) -> Value,
    ) -> Option<Lattice> {
        let lattice = self.count(values, value)?;
        (lattice.points < u128::MAX).then_some(lattice)
    }

    /// The same with numbers that stay at `u128::MAX`.
    pub(super) fn count(
        &self,
        values: impl Fn(usize) -> Option<u64>,
        value: impl Fn(usize, u64) -> Value,
    ) -> Option<Lattice> {
        let sizes: Option<Vec<u64>> = (0..self.len()).map(values).collect();
        let mut count = Count {
            space: self,
            sizes: sizes?,
            value,
            decisions: Vec::new(),
            known: BTreeMap::new(),
            work: 0,
        };
        let rules = self.rules().iter().cloned().enumerate().collect();
        let top = count.all(rules)?;
        let points = product(&top, &count.decisions);
        Some(Lattice {
            space: self.clone(),
            decisions: count.decisions,
            top: top.into(),
            points,
        })
    }
}

impl Lattice {
    /// How many points there are; at least 1.
    #[must_use]
    pub fn points(&self) -> u128 {
        self.points
    }

    /// Returns the point of this number, counted from 0. `value` is the one that the lattice was made with.
    ///
    /// # Errors
    /// If `value` gives one that its domain does not hold.
    ///
    /// # Panics
    /// If there are fewer [points](Self::points).
    pub fn at(
        &self,
        number: u128,
        value: impl Fn(usize, u64) -> Value,
    ) -> Result<Params, ParamsError> {
        assert!(
            number < self.points,
            "the lattice has {} points",
            self.points
        );
        // The decision that is due at each active parameter.
        let mut due = vec![0; self.space.len()];
        let decide = |due: &mut Vec<usize>, decisions: &[usize]| {
            for decision in decisions {
                due[self.decisions[*decision].parameter] = *decision;
            }
        };
        decide(&mut due, &self.top);
        // How many points agree with what is chosen so far, and the number of the point among them.
        let (mut left, mut number) = (self.points, number);
        self.space.assign(|index, _| {
            let decision = &self.decisions[due[index]];
            left = divide(left, decision.ways);
            let (place, before, run) = decision.find(divide(number, left));
            number -= before * left;
            left *= run.ways;
            decide(&mut due, &run.below);
            value(index, place)
        })
    }
}

impl Decision {
    /// The place of the `n`-th way, the ways before that place, and its run.
    fn find(&self, n: u128) -> (u64, u128, &Run) {
        let after = self.runs.partition_point(|run| run.before <= n);
        let run = &self.runs[after - 1]; // the first run has nothing before it
        let further = divide(n - run.before, run.ways);
        (
            run.place + further as u64,
            run.before + further * run.ways,
            run,
        )
    }
}

/// Counts the points of a space, part by part.
struct Count<'a, V> {
    space: &'a Space,
    sizes: Vec<u64>,
    value: V,
    decisions: Vec<Decision>,
    /// The decisions of parts that were counted before.
    known: BTreeMap<Vec<(usize, Rule)>, usize>,
    work: usize,
}

impl<V: Fn(usize, u64) -> Value> Count<'_, V> {
    /// The decisions of all these parameters, which are in order; what decided about their rules before
    /// is already taken out of them.
    fn all(&mut self, parameters: Vec<(usize, Rule)>) -> Option<Vec<usize>> {
        let parts = apart(parameters);
        parts.into_iter().map(|part| self.part(part)).collect()
    }

    /// The decision of the first of these parameters, which depend on each other.
    fn part(&mut self, part: Vec<(usize, Rule)>) -> Option<usize> {
        if let Some(decision) = self.known.get(&part) {
            return Some(*decision);
        }
        let (parameter, _) = part[0]; // its parents came before it: it is active
        let mut runs: Vec<Run> = Vec::new();
        let mut ways = 0_u128;
        let starts = self.starts(parameter, &part[1..]);
        for (run, (place, rank)) in starts.iter().enumerate() {
            self.work += part.len();
            if self.work > MOST_WORK {
                return None;
            }
            let below = self.all(given(&part[1..], parameter, *rank))?;
            let each = product(&below, &self.decisions);
            let end = starts
                .get(run + 1)
                .map_or(self.sizes[parameter], |next| next.0);
            if runs.last().is_none_or(|last| *last.below != *below) {
                runs.push(Run {
                    place: *place,
                    before: ways,
                    ways: each,
                    below: below.into(),
                });
            }
            ways = ways.saturating_add(each.saturating_mul(u128::from(end - place)));
        }
        self.decisions.push(Decision {
            parameter,
            runs: runs.into(),
            ways,
        });
        let decision = self.decisions.len() - 1;
        self.known.insert(part, decision);
        Some(decision)
    }

    /// The first place and its rank of each run of values with which all tests turn out alike.
    fn starts(&self, parameter: usize, rest: &[(usize, Rule)]) -> Vec<(u64, Option<u64>)> {
        let domain: &Domain = self.space.parameters()[parameter].domain();
        let rank = |place| ranks::rank(domain, (self.value)(parameter, place));
        let mut begins: Vec<u64> = Vec::new();
        let mut visit = |parent: usize, ranks: &Ranks| {
            if parent == parameter {
                for (from, to) in ranks.intervals() {
                    begins.push(*from);
                    begins.extend(to.checked_add(1));
                }
            }
        };
        rest.iter().for_each(|(_, rule)| rule.visit(&mut visit));
        begins.sort_unstable();
        begins.dedup();
        let mut places = vec![0];
        for begin in begins {
            // The first place whose rank is `begin` or more, behind the last one that was found.
            let (mut low, mut high) = (places[places.len() - 1], self.sizes[parameter]);
            while low < high {
                let middle = low + (high - low) / 2;
                if rank(middle).is_some_and(|rank| rank >= begin) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            if low < self.sizes[parameter] && low > places[places.len() - 1] {
                places.push(low);
            }
        }
        match places.len() {
            1 if rest.is_empty() => vec![(0, None)],
            _ => places
                .into_iter()
                .map(|place| (place, rank(place)))
                .collect(),
        }
    }
}

/// The parameters without those that can no longer be active, once one has this rank.
fn given(rest: &[(usize, Rule)], parameter: usize, rank: Option<u64>) -> Vec<(usize, Rule)> {
    let mut left = Vec::with_capacity(rest.len());
    let mut inactive: Vec<usize> = Vec::new();
    for (place, rule) in rest {
        let mut rule = rule.given(parameter, rank);
        for parent in rule.parents() {
            // Places rise, so those that are inactive are in order.
            if inactive.binary_search(&parent).is_ok() {
                rule = rule.given(parent, None);
            }
        }
        match rule {
            Rule::Never => inactive.push(*place),
            rule => left.push((*place, rule)),
        }
    }
    left
}

/// The parameters in groups that do not depend on each other, each in order.
fn apart(parameters: Vec<(usize, Rule)>) -> Vec<Vec<(usize, Rule)>> {
    fn root(of: &mut [usize], mut at: usize) -> usize {
        while of[at] != at {
            of[at] = of[of[at]];
            at = of[at];
        }
        at
    }
    let mut group: Vec<usize> = (0..parameters.len()).collect();
    for (at, (_, rule)) in parameters.iter().enumerate() {
        for parent in rule.parents() {
            if let Ok(parent) = parameters.binary_search_by_key(&parent, |(place, _)| *place) {
                let (a, b) = (root(&mut group, at), root(&mut group, parent));
                group[a.max(b)] = a.min(b);
            }
        }
    }
    let mut parts: BTreeMap<usize, Vec<(usize, Rule)>> = BTreeMap::new();
    for (at, parameter) in parameters.into_iter().enumerate() {
        parts
            .entry(root(&mut group, at))
            .or_default()
            .push(parameter);
    }
    parts.into_values().collect()
}

fn product(decisions: &[usize], of: &[Decision]) -> u128 {
    let ways = decisions.iter().map(|decision| of[*decision].ways);
    ways.fold(1, u128::saturating_mul)
}

/// Divides; the processor does so much faster if the numbers fit 64 bits, as nearly all do.
fn divide(a: u128, b: u128) -> u128 {
    match (u64::try_from(a), u64::try_from(b)) {
        (Ok(a), Ok(b)) => u128::from(a / b),
        _ => a / b,
    }
}
