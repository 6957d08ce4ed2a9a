//! From a [`Condition`] to its [`Rule`]: every condition that makes no sense is refused here.

use std::{cell::Cell, cmp::Ordering, collections::BTreeMap, ops::Bound};

use super::{
    choices::{Places, listed},
    condition::{Condition, Test},
    domain::Domain,
    error::Flaw,
    literal::Literal,
    outcomes::Outcomes,
    parameter::Parameter,
    ranks::{self, Ranks, bits, ends},
    rule::Rule,
};
use crate::nearest::nearest;

const MOST_TESTS: usize = 1000;
const DEEPEST: usize = 32;

/// The parameters, with the place of each name and of each choice.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) parameters: &'a [Parameter],
    pub(super) names: &'a BTreeMap<&'a str, usize>,
    pub(super) places: &'a [Places],
    /// What [`Outcomes`] may still look at.
    pub(super) steps: &'a Cell<usize>,
}

/// The rule of the parameter at this place, given those of all before it.
pub(super) fn resolve(known: Known<'_>, rules: &[Rule], index: usize) -> Result<Rule, Flaw> {
    let parameters = known.parameters;
    let parameter = &parameters[index];
    let Some(condition) = &parameter.condition else {
        return Ok(Rule::Always);
    };
    let resolver = Resolver {
        known,
        rules,
        index,
        condition,
    };
    let mut tests = 0;
    if resolver.is_too_large(condition, 0, &mut tests) {
        return Err(Flaw::ConditionTooLarge {
            parameter: resolver.name(),
        });
    }
    let rule = resolver.rule(condition)?;
    let outcomes = Outcomes {
        parameters,
        rules,
        steps: known.steps,
    };
    if !outcomes.possible(&rule, true) {
        return Err(Flaw::NeverActive {
            parameter: resolver.name(),
            condition: condition.to_string(),
            parent: None,
        });
    }
    let constant = |parent: &usize| parameters[*parent].domain.cardinality() == Some(1);
    if !rule.parents().iter().all(constant) && !outcomes.possible(&rule, false) {
        return Err(Flaw::AlwaysActive {
            parameter: resolver.name(),
            condition: condition.to_string(),
            parent: None,
            whole: true,
        });
    }
    Ok(rule)
}

struct Resolver<'a> {
    known: Known<'a>,
    rules: &'a [Rule],
    index: usize,
    condition: &'a Condition,
}

impl Resolver<'_> {
    fn name(&self) -> String {
        self.known.parameters[self.index].name.to_string()
    }

    fn is_too_large(&self, condition: &Condition, depth: usize, tests: &mut usize) -> bool {
        *tests += 1;
        depth > DEEPEST
            || *tests > MOST_TESTS
            || match condition {
                Condition::Is { .. } => false,
                Condition::All(parts) | Condition::Any(parts) => {
                    let mut parts = parts.iter();
                    parts.any(|part| self.is_too_large(part, depth + 1, tests))
                }
            }
    }

    fn rule(&self, condition: &Condition) -> Result<Rule, Flaw> {
        let empty = |group| Flaw::EmptyGroup {
            parameter: self.name(),
            group,
        };
        let each = |parts: &[Condition]| -> Result<Vec<Rule>, Flaw> {
            parts.iter().map(|part| self.rule(part)).collect()
        };
        match condition {
            Condition::All(parts) if parts.is_empty() => Err(empty("all")),
            Condition::Any(parts) if parts.is_empty() => Err(empty("any")),
            Condition::All(parts) => match Rule::all(each(parts)?) {
                Rule::Never => Err(Flaw::NeverActive {
                    parameter: self.name(),
                    condition: condition.to_string(),
                    parent: None,
                }),
                rule => Ok(rule),
            },
            Condition::Any(parts) => each(parts).map(Rule::any),
            Condition::Is { parent, test } => self.test(condition, parent, test),
        }
    }

    fn test(&self, part: &Condition, parent: &str, test: &Test) -> Result<Rule, Flaw> {
        let place = self.place(parent)?;
        let domain = &self.known.parameters[place].domain;
        let passing = self.passing(parent, place, test)?;
        let why = || Some((parent.to_owned(), domain.to_string()));
        if passing.is_empty() {
            return Err(Flaw::NeverActive {
                parameter: self.name(),
                condition: part.to_string(),
                parent: why(),
            });
        }
        // A parameter with a single value is one that was fixed for now.
        let all = passing.complement(ends(domain)).is_empty();
        if all && domain.cardinality() != Some(1) && self.rules[place] == Rule::Always {
            return Err(Flaw::AlwaysActive {
                parameter: self.name(),
                condition: part.to_string(),
                parent: why(),
                whole: part == self.condition,
            });
        }
        Ok(Rule::Test(place, passing))
    }

    fn place(&self, parent: &str) -> Result<usize, Flaw> {
        let place = self.known.names.get(parent).copied();
        let (parameter, parent) = (self.name(), parent.to_owned());
        match place {
            None => {
                let before = self.known.parameters[..self.index].iter().map(|p| &*p.name);
                let nearest = nearest(&parent, before).map(str::to_owned);
                Err(Flaw::UnknownParent {
                    parameter,
                    parent,
                    nearest,
                })
            }
            Some(place) if place >= self.index => Err(Flaw::LaterParent { parameter, parent }),
            Some(place) => Ok(place),
        }
    }

    fn passing(&self, parent: &str, place: usize, test: &Test) -> Result<Ranks, Flaw> {
        let domain = &self.known.parameters[place].domain;
        match test {
            Test::OneOf(values) => self.named(parent, place, values),
            Test::NoneOf(values) => {
                let named = self.named(parent, place, values)?;
                Ok(named.complement(ends(domain)))
            }
            Test::Between { lower, upper } => {
                self.between(parent, place, test, (lower.as_ref(), upper.as_ref()))
            }
        }
    }

    fn named(&self, parent: &str, place: usize, values: &[Literal]) -> Result<Ranks, Flaw> {
        let (domain, places) = (
            &self.known.parameters[place].domain,
            &self.known.places[place],
        );
        if values.is_empty() {
            return Err(Flaw::EmptyCondition {
                parameter: self.name(),
                parent: parent.to_owned(),
            });
        }
        let mut passing = Vec::with_capacity(values.len());
        for value in values {
            let rank = domain
                .value_among(places, value)
                .and_then(|value| ranks::rank(domain, value));
            let Some(rank) = rank else {
                return Err(self.unknown(parent, domain, value));
            };
            passing.push((rank, rank));
        }
        Ok(Ranks::of(passing))
    }

    fn unknown(&self, parent: &str, domain: &Domain, value: &Literal) -> Flaw {
        let choices = match domain {
            Domain::Categorical(choices) | Domain::Ordered(choices) => listed(choices),
            domain => domain.to_string(),
        };
        Flaw::UnknownParentValue {
            parameter: self.name(),
            parent: parent.to_owned(),
            value: value.clone(),
            choices,
        }
    }

    fn between(
        &self,
        parent: &str,
        place: usize,
        test: &Test,
        bounds: (Bound<&Literal>, Bound<&Literal>),
    ) -> Result<Ranks, Flaw> {
        let domain = &self.known.parameters[place].domain;
        let numeric = match domain {
            Domain::Categorical(choices) | Domain::Ordered(choices) => is_numeric(choices),
            _ => true,
        };
        if !numeric {
            let Domain::Ordered(choices) = domain else {
                return Err(Flaw::NoOrder {
                    parameter: self.name(),
                    parent: parent.to_owned(),
                    test: test.to_string(),
                    domain: domain.to_string(),
                });
            };
            return self.in_order(parent, place, choices, bounds);
        }
        for bound in [bounds.0, bounds.1] {
            if let Bound::Included(bound) | Bound::Excluded(bound) = bound
                && !bound.as_f64().is_some_and(f64::is_finite)
            {
                return Err(Flaw::BoundIsNoNumber {
                    parameter: self.name(),
                    parent: parent.to_owned(),
                    test: test.to_string(),
                    bound: bound.clone(),
                    domain: domain.to_string(),
                });
            }
        }
        Ok(match domain {
            Domain::Categorical(choices) | Domain::Ordered(choices) => {
                let passing = (0_u64..).zip(choices.iter());
                let passing = passing.filter(|(_, choice)| lies_between(choice, bounds));
                Ranks::of(passing.map(|(rank, _)| (rank, rank)))
            }
            Domain::Float(float) if float.is_continuum() => {
                let (first, last) = ends(domain);
                let key = |bound: &Literal| bits(bound.as_f64().unwrap_or(0.0));
                let from = match bounds.0 {
                    Bound::Included(bound) => key(bound),
                    Bound::Excluded(bound) => key(bound).saturating_add(1),
                    Bound::Unbounded => first,
                };
                let to = match bounds.1 {
                    Bound::Included(bound) => key(bound),
                    Bound::Excluded(bound) => key(bound).saturating_sub(1),
                    Bound::Unbounded => last,
                };
                Ranks::of([(from.max(first), to.min(last))])
            }
            _ => countable(domain, bounds),
        })
    }

    /// Of an ordered list of choices that are not numbers: its own order decides.
    fn in_order(
        &self,
        parent: &str,
        place: usize,
        choices: &[Literal],
        (lower, upper): (Bound<&Literal>, Bound<&Literal>),
    ) -> Result<Ranks, Flaw> {
        let domain = &self.known.parameters[place].domain;
        let places = &self.known.places[place];
        let place = |bound: &Literal| match places.position(choices, bound) {
            Some(place) => Ok(u64::from(place)),
            None => Err(self.unknown(parent, domain, bound)),
        };
        let from = match lower {
            Bound::Included(bound) => Some(place(bound)?),
            Bound::Excluded(bound) => Some(place(bound)? + 1),
            Bound::Unbounded => Some(0),
        };
        let to = match upper {
            Bound::Included(bound) => Some(place(bound)?),
            Bound::Excluded(bound) => place(bound)?.checked_sub(1),
            Bound::Unbounded => Some(ends(domain).1),
        };
        let (_, last) = ends(domain);
        Ok(Ranks::of(
            from.zip(to).map(|(from, to)| (from, to.min(last))),
        ))
    }
}

/// Integers, or numbers in steps: their values rise with their ranks.
fn countable(domain: &Domain, (lower, upper): (Bound<&Literal>, Bound<&Literal>)) -> Ranks {
    let (_, last) = ends(domain);
    // How many values come before those that `within` lets in.
    let before = |within: &dyn Fn(&Literal) -> bool| {
        let (mut low, mut high) = (0, last.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            let value = domain.value_at(middle).map(|value| domain.literal(value));
            match value.is_some_and(|value| within(&value)) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        low
    };
    let from = before(&|value| lies_between(value, (lower, Bound::Unbounded)));
    let end = before(&|value| !lies_between(value, (Bound::Unbounded, upper)));
    Ranks::of(end.checked_sub(1).map(|to| (from, to)))
}

fn is_numeric(choices: &[Literal]) -> bool {
    choices.iter().all(|choice| choice.as_f64().is_some())
}

fn lies_between(value: &Literal, (lower, upper): (Bound<&Literal>, Bound<&Literal>)) -> bool {
    let above = match lower {
        Bound::Included(bound) => compare(value, bound) != Ordering::Less,
        Bound::Excluded(bound) => compare(value, bound) == Ordering::Greater,
        Bound::Unbounded => true,
    };
    above
        && match upper {
            Bound::Included(bound) => compare(value, bound) != Ordering::Greater,
            Bound::Excluded(bound) => compare(value, bound) == Ordering::Less,
            Bound::Unbounded => true,
        }
}

/// Compares numbers; integers exactly.
fn compare(a: &Literal, b: &Literal) -> Ordering {
    match (a, b) {
        (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
        _ => {
            let number = |literal: &Literal| literal.as_f64().unwrap_or(f64::NAN);
            number(a).total_cmp(&number(b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Space;

    /// The whole message: it names the parameter, the value and the remedy.
    fn check(parameters: impl IntoIterator<Item = Parameter>, expect: &str) {
        match Space::new(parameters) {
            Ok(space) => panic!("{space:?} was accepted, expected: {expect}"),
            Err(error) => assert_eq!(error.to_string(), expect),
        }
    }

    fn opt() -> Parameter {
        Parameter::categorical("opt", ["adam", "sgd"])
    }

    fn layers() -> Parameter {
        Parameter::int("layers", 1, 4)
    }

    fn when(parent: &str, test: impl Into<Test>) -> Parameter {
        Parameter::float("m", 0.0, 1.0).when(parent, test)
    }

    #[test]
    fn parents_are_declared_before() {
        check(
            [opt(), when("op", "sgd")],
            "parameter `m` depends on `op`, which does not exist: did you mean `opt`?",
        );
        check(
            [opt(), when("scheduler", "sgd")],
            "parameter `m` depends on `scheduler`, which does not exist: declare it first, or remove the condition",
        );
        check(
            [when("opt", "sgd"), opt()],
            "parameter `m` depends on `opt`, which is not declared before it: move `opt` up",
        );
        check(
            [when("m", 1.0)],
            "parameter `m` depends on `m`, which is not declared before it: remove the condition",
        );
    }

    #[test]
    fn values_are_those_of_the_parent() {
        check(
            [opt(), when("opt", "lion")],
            "parameter `m` is active when `opt` is `lion`, which it never is: choose from adam, sgd",
        );
        check(
            [layers(), when("layers", Test::not([2.5]))],
            "parameter `m` is active when `layers` is `2.5`, which it never is: choose from int 1 to 4",
        );
        check(
            [opt(), when("opt", Vec::<Literal>::new())],
            "parameter `m` depends on `opt` but names no value of it: name those that make it active",
        );
        let sizes = Parameter::ordered("size", ["small", "medium", "large"]);
        check(
            [sizes, when("size", "tiny"..)],
            "parameter `m` is active when `size` is `tiny`, which it never is: choose from small, medium, large",
        );
    }

    #[test]
    fn ranges_need_an_order_and_numbers_need_numbers() {
        check(
            [opt(), when("opt", "adam"..)],
            "parameter `m` is active when `opt` is at least adam, but its values have no order (one of adam, sgd): \
             name those that make `m` active",
        );
        check(
            [Parameter::bool("b"), when("b", ..=true)],
            "parameter `m` is active when `b` is at most true, but its values have no order (one of false, true): \
             name those that make `m` active",
        );
        check(
            [layers(), when("layers", "two"..)],
            "parameter `m` is active when `layers` is at least two, but `two` is not a finite number: use one \
             between the values of `layers` (int 1 to 4)",
        );
        check(
            [layers(), when("layers", Test::above(f64::NAN))],
            "parameter `m` is active when `layers` is above NaN, but `NaN` is not a finite number: use one between \
             the values of `layers` (int 1 to 4)",
        );
    }

    #[test]
    fn what_never_or_always_holds_is_refused() {
        check(
            [layers(), when("layers", 5..)],
            "parameter `m` is active when `layers` is at least 5, which is never true, since `layers` is int 1 to 4: \
             change the condition, or remove `m`",
        );
        check(
            [layers(), when("layers", 1..)],
            "parameter `m` is active when `layers` is at least 1, which is always true, since `layers` is int 1 to 4: \
             remove the condition",
        );
        check(
            [layers(), opt(), when("layers", ..9).when("opt", "sgd")],
            "parameter `m` is active when `layers` is below 9, which is always true, since `layers` is int 1 to 4: \
             remove that part of the condition",
        );
        check(
            [layers(), when("layers", 3..).when("layers", ..2)],
            "parameter `m` is active when `layers` is at least 3 and `layers` is below 2, which is never true: change \
             the condition, or remove `m`",
        );
        let either = Condition::when("layers", 2..).or(Condition::when("layers", ..=2));
        check(
            [layers(), Parameter::bool("m").active_if(either)],
            "parameter `m` is active when `layers` is at least 2, or `layers` is at most 2, which is always true: \
             remove the condition",
        );
        // Through the condition of a parent.
        let nesterov = Parameter::bool("nesterov").when("opt", "sgd");
        check(
            [
                opt(),
                nesterov.clone(),
                when("nesterov", true).when("opt", "adam"),
            ],
            "parameter `m` is active when `nesterov` is `true` and `opt` is `adam`, which is never true: change the \
             condition, or remove `m`",
        );
        // Whether the parent is active is a question, too.
        assert!(Space::new([opt(), nesterov, when("nesterov", [false, true])]).is_ok());
        // A parameter that is fixed for now need not lose its children.
        let fixed = Parameter::categorical("layers", [3]);
        assert!(Space::new([fixed.clone(), when("layers", 2..)]).is_ok());
        assert!(Space::new([fixed, when("layers", 4..)]).is_err());
    }

    #[test]
    fn groups_name_something_and_end_somewhere() {
        check(
            [
                opt(),
                Parameter::bool("m").active_if(Condition::Any(vec![])),
            ],
            "parameter `m` has an empty `any` in its condition: name at least one condition, or remove it",
        );
        let mut deep = Condition::when("opt", "sgd");
        for _ in 0..40 {
            deep = Condition::All(vec![deep]);
        }
        check(
            [opt(), Parameter::bool("m").active_if(deep)],
            "parameter `m` has a condition of more than 1000 tests, or nested more than 32 deep: write a simpler one",
        );
    }

    #[test]
    fn every_kind_of_parent_is_compared_by_its_own_order() {
        let active = |parent: Parameter, test: Test| -> Vec<String> {
            let space = Space::new([parent, when("p", test)]).unwrap();
            let domain = space.parameters()[0].domain().clone();
            (0..domain.cardinality().unwrap())
                .filter_map(|k| domain.value_at(k))
                .filter(|value| space.is_active(1, |_| Some(*value)))
                .map(|value| domain.literal(value).to_string())
                .collect()
        };
        let int = || Parameter::int("p", -2, 3);
        assert_eq!(active(int(), (0..2).into()), ["0", "1"]);
        assert_eq!(active(int(), (1.5..).into()), ["2", "3"]);
        assert_eq!(active(int(), Test::not([0, 1])), ["-2", "-1", "2", "3"]);
        assert_eq!(active(int(), (-2.0).into()), ["-2"]);
        let odd = Parameter::int("p", 1, 9).step(2);
        assert_eq!(active(odd, (4..=8).into()), ["5", "7"]);
        let steps = Parameter::float("p", 0.0, 0.5).step(0.1);
        assert_eq!(active(steps.clone(), (0.3..).into()), ["0.3", "0.4", "0.5"]);
        assert_eq!(active(steps.clone(), Test::above(0.3)), ["0.4", "0.5"]);
        assert_eq!(active(steps, (0.1 + 0.2).into()), ["0.3"]);
        let falling = Parameter::ordered("p", [128, 64, 32]);
        assert_eq!(active(falling, (64..).into()), ["128", "64"]);
        let unordered = Parameter::categorical("p", [16, 64, 32]);
        assert_eq!(active(unordered, (20..).into()), ["64", "32"]);
        let sizes = || Parameter::ordered("p", ["small", "medium", "large"]);
        assert_eq!(active(sizes(), ("medium"..).into()), ["medium", "large"]);
        assert_eq!(active(sizes(), (.."medium").into()), ["small"]);
        assert_eq!(active(sizes(), Test::above("small")), ["medium", "large"]);
    }

    #[test]
    fn a_bound_on_a_continuum_is_exact() {
        let space = Space::new([
            Parameter::float("p", -1.0, 1.0),
            when("p", Test::above(0.0)),
        ]);
        let space = space.unwrap();
        let active = |x: f64| space.is_active(1, |_| Some(crate::Value::Float(x)));
        assert!(!active(0.0) && !active(-0.0) && active(5e-324) && active(1.0) && !active(-1.0));
    }
}
