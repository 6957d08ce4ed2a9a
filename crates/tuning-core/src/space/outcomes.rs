//! Whether a condition can hold at all, and whether it can fail.

use super::{domain::Domain, parameter::Parameter, ranks, rule::Rule};

/// This many cases are looked at; a condition that is not decided by then is taken for one that can both
/// hold and fail.
const MOST_CASES: u32 = 20_000;

/// The parameters whose conditions are known, by place.
pub(super) struct Outcomes<'a> {
    pub(super) parameters: &'a [Parameter],
    pub(super) rules: &'a [Rule],
}

impl Outcomes<'_> {
    /// Whether some values of the parameters make the rule hold, or with `wanted` false, fail.
    pub(super) fn possible(&self, rule: &Rule, wanted: bool) -> bool {
        let mut cases = MOST_CASES;
        let mut known = vec![None; self.rules.len()];
        self.search(rule, wanted, &mut known, &mut cases)
    }

    /// `known`: of each parameter, its rank or that it is inactive, as far as chosen.
    fn search(
        &self,
        goal: &Rule,
        wanted: bool,
        known: &mut Vec<Option<Option<u64>>>,
        cases: &mut u32,
    ) -> bool {
        match goal {
            Rule::Always => return wanted,
            Rule::Never => return !wanted,
            _ => {}
        }
        if *cases == 0 {
            return true;
        }
        *cases -= 1;
        // The first parent of a parent that has none of its own left to choose.
        let mut place = goal.parents()[0];
        loop {
            let open = |parent: &usize| known[*parent].is_none();
            match self.rules[place].parents().into_iter().find(open) {
                Some(parent) => place = parent,
                None => break,
            }
        }
        let active = self.rules[place].holds(&mut |parent, ranks| {
            known[parent]
                .flatten()
                .is_some_and(|rank| ranks.contains(rank))
        });
        let choices: Vec<Option<u64>> = match active {
            true => self.cells(place, goal).into_iter().map(Some).collect(),
            false => vec![None],
        };
        for choice in choices {
            known[place] = Some(choice);
            let found = self.search(&goal.given(place, choice), wanted, known, cases);
            known[place] = None;
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
