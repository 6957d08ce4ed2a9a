//! [`Ranks`]: a set of values of a domain by their rank, the number that orders them.
//!
//! Countable domains rank their values by place; a continuum ranks numbers by their bits. So every test
//! of a condition is a few intervals of integers, and "always", "never" and "the same" are decided
//! exactly.

use super::domain::{Domain, Value};

/// Ranks as closed intervals, in order, apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ranks(Box<[(u64, u64)]>);

impl Ranks {
    /// The ranks in any of these intervals, each from the first to the last; none if it is reversed.
    pub(super) fn of(intervals: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut sorted: Vec<_> = intervals.into_iter().filter(|(a, b)| a <= b).collect();
        sorted.sort_unstable();
        let mut apart: Vec<(u64, u64)> = Vec::with_capacity(sorted.len());
        for (first, last) in sorted {
            match apart.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => apart.push((first, last)),
            }
        }
        Self(apart.into())
    }

    pub(super) fn contains(&self, rank: u64) -> bool {
        if let [(first, last)] = &*self.0 {
            return (*first..=*last).contains(&rank); // as nearly always
        }
        let after = self.0.partition_point(|(first, _)| *first <= rank);
        after > 0 && rank <= self.0[after - 1].1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The intervals, in order.
    pub(super) fn intervals(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// Those from `first` to `last` that are not in the set.
    pub(super) fn complement(&self, (first, last): (u64, u64)) -> Self {
        let mut next = Some(first);
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        for (from, to) in &self.0 {
            if let (Some(next), Some(before)) = (next, from.checked_sub(1)) {
                gaps.push((next, before.min(last)));
            }
            // What lies before the first one leaves no gap behind itself.
            next = to.checked_add(1).map(|next| next.max(first));
        }
        gaps.extend(next.map(|next| (next, last)));
        Self::of(gaps)
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|(a, b)| {
            let other = other.0.iter();
            other.map(move |(c, d)| (*a.max(c), *b.min(d)))
        });
        Self::of(pairs)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }
}

/// The rank of a value among those of its domain.
pub(super) fn rank(domain: &Domain, value: Value) -> Option<u64> {
    match (domain, value) {
        (Domain::Float(float), Value::Float(value)) if float.is_continuum() => Some(bits(value)),
        _ => domain.index_of(value),
    }
}

/// The least and the greatest rank.
pub(super) fn ends(domain: &Domain) -> (u64, u64) {
    match domain {
        Domain::Float(float) if float.is_continuum() => (bits(float.low()), bits(float.high())),
        _ => (0, domain.cardinality().unwrap_or(1).saturating_sub(1)),
    }
}

/// The bits of a number, in the order of the numbers; zero has one sign.
pub(super) fn bits(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranks() -> impl Strategy<Value = Ranks> {
        let end = prop_oneof![0_u64..20, u64::MAX - 20..=u64::MAX];
        proptest::collection::vec((end.clone(), end), 0..6).prop_map(Ranks::of)
    }

    proptest! {
        #[test]
        fn sets_are_what_their_members_say(a in ranks(), b in ranks(), rank in prop_oneof![0_u64..25, u64::MAX - 25..=u64::MAX]) {
            prop_assert_eq!(a.intersection(&b).contains(rank), a.contains(rank) && b.contains(rank));
            prop_assert_eq!(a.union(&b).contains(rank), a.contains(rank) || b.contains(rank));
            let rest = a.complement((3, u64::MAX - 2));
            prop_assert_eq!(rest.contains(rank), !a.contains(rank) && (3..=u64::MAX - 2).contains(&rank));
        }

        #[test]
        fn bits_keep_the_order(a: f64, b: f64) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(bits(a).cmp(&bits(b)), a.partial_cmp(&b).unwrap());
        }
    }
}
