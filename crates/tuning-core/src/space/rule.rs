//! [`Rule`]: a condition of a space, with the places of the parents and the ranks that pass.

use super::ranks::Ranks;

/// When a parameter is active. Rules that hold for the same values are mostly equal: tests of the same
/// parent are joined, parts are in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Rule {
    Always,
    Never,
    /// The parent is active, and its rank is one of these.
    Test(usize, Ranks),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

impl Rule {
    /// All of them hold.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, true)
    }

    /// At least one of them holds.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::join(parts, false)
    }

    fn join(parts: impl IntoIterator<Item = Self>, all: bool) -> Self {
        let (neutral, decisive) = if all {
            (Self::Always, Self::Never)
        } else {
            (Self::Never, Self::Always)
        };
        let mut tests: Vec<(usize, Ranks)> = Vec::new();
        let mut rest = Vec::new();
        let mut add = |part: Self| match part {
            Self::Test(parent, ranks) => match tests.iter_mut().find(|(p, _)| *p == parent) {
                Some((_, other)) if all => *other = other.intersection(&ranks),
                Some((_, other)) => *other = other.union(&ranks),
                None => tests.push((parent, ranks)),
            },
            other => rest.push(other),
        };
        for part in parts {
            match part {
                part if part == decisive => return decisive,
                part if part == neutral => {}
                Self::All(parts) if all => parts.into_iter().for_each(&mut add),
                Self::Any(parts) if !all => parts.into_iter().for_each(&mut add),
                part => add(part),
            }
        }
        let empty = |(_, ranks): &(usize, Ranks)| ranks.is_empty();
        if all && tests.iter().any(empty) {
            return Self::Never;
        }
        tests.retain(|test| !empty(test));
        let mut parts: Vec<Self> = tests.into_iter().map(|(p, r)| Self::Test(p, r)).collect();
        parts.append(&mut rest);
        parts.sort_unstable();
        parts.dedup();
        match parts.len() {
            0 => neutral,
            1 => parts.remove(0),
            _ if all => Self::All(parts),
            _ => Self::Any(parts),
        }
    }

    /// Whether it holds; `passes` says so of a test.
    pub(super) fn holds(&self, passes: &mut impl FnMut(usize, &Ranks) -> bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Test(parent, ranks) => passes(*parent, ranks),
            Self::All(parts) => parts.iter().all(|part| part.holds(passes)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(passes)),
        }
    }

    /// What is left of it once a parent has this rank, or none.
    pub(super) fn given(&self, place: usize, rank: Option<u64>) -> Self {
        match self {
            Self::Test(parent, ranks) if *parent == place => {
                match rank.is_some_and(|rank| ranks.contains(rank)) {
                    true => Self::Always,
                    false => Self::Never,
                }
            }
            Self::All(parts) if self.mentions(place) => {
                Self::all(parts.iter().map(|part| part.given(place, rank)))
            }
            Self::Any(parts) if self.mentions(place) => {
                Self::any(parts.iter().map(|part| part.given(place, rank)))
            }
            rule => rule.clone(),
        }
    }

    /// The same with other places for the parents.
    pub(super) fn moved(&self, to: &impl Fn(usize) -> usize) -> Self {
        match self {
            Self::Test(parent, ranks) => Self::Test(to(*parent), ranks.clone()),
            Self::All(parts) => Self::all(parts.iter().map(|part| part.moved(to))),
            Self::Any(parts) => Self::any(parts.iter().map(|part| part.moved(to))),
            rule => rule.clone(),
        }
    }

    fn mentions(&self, place: usize) -> bool {
        let mut found = false;
        self.visit(&mut |parent, _| found |= parent == place);
        found
    }

    /// Calls `visit` with every test.
    pub(super) fn visit<'a>(&'a self, visit: &mut impl FnMut(usize, &'a Ranks)) {
        match self {
            Self::Always | Self::Never => {}
            Self::Test(parent, ranks) => visit(*parent, ranks),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(visit)),
        }
    }

    /// The places of its parents, in order.
    pub(super) fn parents(&self) -> Vec<usize> {
        let mut parents = Vec::new();
        self.visit(&mut |parent, _| parents.push(parent));
        parents.sort_unstable();
        parents.dedup();
        parents
    }
}
