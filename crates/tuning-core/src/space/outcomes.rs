//! Whether a condition can hold at all, and whether it can fail.

use std::{cell::Cell, collections::BTreeMap};

use super::{domain::Domain, parameter::Parameter, ranks, rule::Rule};

/// This much is looked at for one condition, and for all of a space. What is not decided by then is taken for a
/// condition that can both hold and fail. A step is a rule or a test that is looked at.
const MOST_STEPS: usize = 200_000;
pub(super) const MOST_STEPS_OF_SPACE: usize = 5_000_000;

/// The parameters whose conditions are known, by place. Each of them can be active.
pub(super) struct Outcomes<'a> {
    pub(super) parameters: &'a [Parameter],
    pub(super) rules: &'a [Rule],
    /// How many steps the space has left.
    pub(super) steps: &'a Cell<usize>,
}

impl Outcomes<'_> {
    /// Whether some values of the parameters make the rule hold, or with `wanted` false, fail.
    pub(super) fn possible(&self, rule: &Rule, wanted: bool) -> bool {
        if let Rule::Test(parent, ranks) = rule
            && self.is_free(*parent, ranks, wanted)
        {
            return true;
        }
        let granted = self.steps.get().min(MOST_STEPS);
        let mut steps = granted;
        let found = self.search(rule, wanted, &mut BTreeMap::new(), &mut steps);
        self.steps.set(self.steps.get() - (granted - steps));
        found
    }

    /// Whether a test of one parent turns out as wanted for some of its values: the parent can be active, and is free then.
    fn is_free(&self, parent: usize, ranks: &ranks::Ranks, wanted: bool) -> bool {
        let ends = ranks::ends(&self.parameters[parent].domain);
        let turns_out = match wanted {
            true => ranks.intersection(&ranks::Ranks::of([ends])),
            false => ranks.complement(ends),
        };
        !turns_out.is_empty()
    }

    /// `known`: of each parameter that is chosen, its rank or that it is inactive.
    fn search(
        &self,
        goal: &Rule,
        wanted: bool,
        known: &mut BTreeMap<usize, Option<u64>>,
        steps: &mut usize,
    ) -> bool {
        match goal {
            Rule::Always => return wanted,
            Rule::Never => return !wanted,
            _ => {}
        }
        // The first parent of a parent that has none of its own left to choose.
        let mut place = goal.parents()[0];
        loop {
            let parents = self.rules[place].parents();
            if !spend(steps, 1 + parents.len()) {
                return true;
            }
            let open = |parent: &usize| !known.contains_key(parent);
            match parents.into_iter().find(open) {
                Some(parent) => place = parent,
                None => break,
            }
        }
        let active = self.rules[place].holds(&mut |parent, ranks| {
            let rank = known.get(&parent).copied().flatten();
            rank.is_some_and(|rank| ranks.contains(rank))
        });
        let choices: Vec<Option<u64>> = match active {
            true if !spend(steps, self.rules.len()) => return true,
            true => self.cells(place, goal).into_iter().map(Some).collect(),
            false => vec![None],
        };
        for choice in choices {
            known.insert(place, choice);
            let found = self.search(&goal.given(place, choice), wanted, known, steps);
            known.remove(&place);
            if found {
                return true;
            }
        }
        false
    }

    /// One rank for each way in which the tests can turn out.
    fn cells(&self, place: usize, goal: &Rule) -> Vec<u64> {
        let domain: &Domain = &self.parameters[place].domain;
        let (first, last) = ranks::ends(domain);
        let mut begins = vec![first];
        let mut visit = |parent: usize, ranks: &ranks::Ranks| {
            if parent == place {
                for (from, to) in ranks.intervals() {
                    begins.push(*from);
                    begins.extend(to.checked_add(1));
                }
            }
        };
        goal.visit(&mut visit);
        self.rules.iter().for_each(|rule| rule.visit(&mut visit));
        begins.retain(|begin| (first..=last).contains(begin));
        begins.sort_unstable();
        begins.dedup();
        begins
    }
}

/// Whether there were this many steps left.
fn spend(steps: &mut usize, count: usize) -> bool {
    let left = steps.checked_sub(count);
    *steps = left.unwrap_or_default();
    left.is_some()
}
