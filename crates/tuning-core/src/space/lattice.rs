//! [`Lattice`]: the points of a space by number, without a list of them.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    ops::{Add, Div, Mul, Sub},
};

use super::{
    domain::{Domain, Value},
    error::ParamsError,
    params::Params,
    ranks::{self, Ranks},
    rule::Rule,
    tree::Space,
};

/// This many parts are looked at before a space counts as too entangled.
const MOST_WORK: usize = 4_000_000;

/// The points of a space of which every parameter takes this many values, numbered in the order of the
/// parameters' declaration: the first parameter changes slowest. Inactive parameters have no values, so
/// no point comes twice.
///
/// It holds a few numbers per test of the conditions: how many points there are matters neither for
/// memory nor for time.
#[derive(Clone, Debug)]
pub struct Lattice {
    space: Space,
    decisions: Vec<Decision>,
    /// The decision that is due at each parameter that depends on nothing, by place.
    first: Box<[usize]>,
    points: u128,
    /// How many points agree in a parameter and all before it, by place: known without conditions alone.
    agree: Option<Box<[u64]>>,
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
    /// Returns the points of which each parameter takes this many values; none if there are 2^128 or more,
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
            alone: vec![None; self.len()],
            known: BTreeMap::new(),
            work: 0,
        };
        let rules = self.rules().iter().cloned().enumerate().collect();
        let top = count.all(rules)?;
        let points = product(&top, &count.decisions);
        let mut first = vec![0; self.len()];
        decide(&mut first, &top, &count.decisions);
        let agree = agree(self.rules(), &count.sizes);
        Some(Lattice {
            space: self.clone(),
            decisions: count.decisions,
            first: first.into(),
            points,
            agree,
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
        // The processor divides and compares numbers of 64 bits much faster, and nearly all points have such numbers.
        match (u64::try_from(number), u64::try_from(self.points)) {
            (Ok(number), Ok(points)) => match &self.agree {
                Some(agree) => self.pick(number, agree, value),
                None => self.walk(number, points, value),
            },
            _ => self.walk(number, self.points, value),
        }
    }

    /// The point with this number, where nothing depends on anything: one division for each parameter.
    fn pick(
        &self,
        mut number: u64,
        agree: &[u64],
        value: impl Fn(usize, u64) -> Value,
    ) -> Result<Params, ParamsError> {
        self.space.assign(|index, _| {
            let place = number / agree[index];
            number -= place * agree[index];
            value(index, place)
        })
    }

    /// The point with this number among `left` points.
    fn walk<N: Whole>(
        &self,
        mut number: N,
        mut left: N,
        value: impl Fn(usize, u64) -> Value,
    ) -> Result<Params, ParamsError> {
        // The decision that is due at each active parameter; without conditions there is nothing to copy.
        let mut due = Cow::Borrowed(&*self.first);
        // `left`: how many points agree with what is chosen so far. `number`: that of the point among them.
        self.space.assign(|index, _| {
            let decision = &self.decisions[due[index]];
            left = left / N::of(decision.ways);
            let (place, before, run) = decision.find(number / left);
            number = number - before * left;
            left = left * N::of(run.ways);
            if !run.below.is_empty() {
                decide(due.to_mut(), &run.below, &self.decisions);
            }
            value(index, place)
        })
    }
}

impl Decision {
    /// The place of the `n`-th way, the ways before that place, and its run.
    fn find<N: Whole>(&self, n: N) -> (u64, N, &Run) {
        let run = match &*self.runs {
            [run] => run,
            runs => {
                let after = runs.partition_point(|run| N::of(run.before) <= n);
                &runs[after - 1] // the first run has nothing before it
            }
        };
        let (before, ways) = (N::of(run.before), N::of(run.ways));
        if run.ways == 1 {
            return (run.place + (n - before).place(), n, run);
        }
        let further = (n - before) / ways;
        (run.place + further.place(), before + further * ways, run)
    }
}

/// Counts the points of a space, part by part.
struct Count<'a, V> {
    space: &'a Space,
    sizes: Vec<u64>,
    value: V,
    decisions: Vec<Decision>,
    /// The decision of each parameter by itself, if it was counted before.
    alone: Vec<Option<usize>>,
    /// The decisions of larger parts that were counted before.
    known: BTreeMap<Vec<(usize, Rule)>, usize>,
    work: usize,
}

impl<V: Fn(usize, u64) -> Value> Count<'_, V> {
    /// The decisions of all these parameters, which are in order; what decided about their rules before
    /// is already taken out of them.
    fn all(&mut self, parameters: Vec<(usize, Rule)>) -> Option<Vec<usize>> {
        if parameters.iter().all(|(_, rule)| *rule == Rule::Always) {
            let each = parameters.into_iter();
            return each.map(|(place, _)| self.alone(place)).collect();
        }
        let parts = apart(parameters);
        let decide = |part: Vec<(usize, Rule)>| match &part[..] {
            [(place, _)] => self.alone(*place),
            _ => self.part(part),
        };
        parts.into_iter().map(decide).collect()
    }

    /// The decision of a parameter on which no other one depends any more.
    fn alone(&mut self, parameter: usize) -> Option<usize> {
        if let Some(decision) = self.alone[parameter] {
            return Some(decision);
        }
        let run = Run {
            place: 0,
            before: 0,
            ways: 1,
            below: Box::default(),
        };
        self.decisions.push(Decision {
            parameter,
            runs: Box::new([run]),
            ways: self.sizes[parameter].into(),
        });
        let decision = self.decisions.len() - 1;
        self.alone[parameter] = Some(decision);
        Some(decision)
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
        places
            .into_iter()
            .map(|place| (place, rank(place)))
            .collect()
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

/// How many points agree in a parameter and all before it, if there are no conditions and 64 bits hold it.
fn agree(rules: &[Rule], sizes: &[u64]) -> Option<Box<[u64]>> {
    if rules.iter().any(|rule| *rule != Rule::Always) {
        return None;
    }
    let mut agree = vec![1_u64; sizes.len()];
    for index in (1..sizes.len()).rev() {
        agree[index - 1] = agree[index].checked_mul(sizes[index])?;
    }
    Some(agree.into())
}

/// Notes the decisions that are due at their parameters.
fn decide(due: &mut [usize], decisions: &[usize], of: &[Decision]) {
    for decision in decisions {
        due[of[*decision].parameter] = *decision;
    }
}

fn product(decisions: &[usize], of: &[Decision]) -> u128 {
    let ways = decisions.iter().map(|decision| of[*decision].ways);
    ways.fold(1, u128::saturating_mul)
}

/// What points are counted with.
trait Whole:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// A count that is known to fit.
    fn of(count: u128) -> Self;

    /// As the place of a value, which is known to fit.
    fn place(self) -> u64;
}

impl Whole for u64 {
    fn of(count: u128) -> Self {
        count as Self
    }

    fn place(self) -> u64 {
        self
    }
}

impl Whole for u128 {
    fn of(count: u128) -> Self {
        count
    }

    fn place(self) -> u64 {
        self as u64
    }
}
