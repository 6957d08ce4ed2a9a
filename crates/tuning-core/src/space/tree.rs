//! [`Space`]: the search space, a tree of parameters.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{
    check,
    choices::{self, Places},
    domain::Value,
    error::{ParamsError, SpaceError},
    literal::Literal,
    parameter::Parameter,
    ranks::{self, Ranks},
    rule::Rule,
};
use crate::nearest::nearest;

/// A search space: parameters in order, parents before children. Cheap to clone, and always well formed.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
///
/// let space = Space::new([
///     Parameter::categorical("optimizer", ["adam", "sgd"]),
///     Parameter::float("momentum", 0.0, 0.9).step(0.3).when("optimizer", ["sgd"]),
/// ])?;
/// assert_eq!(space.cardinality(), Some(5)); // adam, and sgd with four momenta
///
/// let params = space.decode(&[0.9, 0.3])?; // a point of the unit cube, one coordinate per parameter
/// assert_eq!(params.to_string(), "optimizer=sgd momentum=0.3");
/// assert_eq!(space.params([("optimizer", "adam")])?.float("momentum").ok(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Space(Arc<Inner>);

struct Inner {
    parameters: Box<[Parameter]>,
    rules: Box<[Rule]>,
    parents: Box<[Box<[usize]>]>,
    cardinality: OnceLock<Option<u128>>,
    /// The places of many parameters by name, once one was looked for.
    places: OnceLock<BTreeMap<Arc<str>, usize>>,
    /// The places of each parameter's choices.
    choices: Box<[Places]>,
}

/// Fewer parameters are faster looked through one by one.
const MANY: usize = 32;

impl Space {
    /// The space of these parameters.
    ///
    /// # Errors
    /// If it is malformed; the error names the parameter, the value and the remedy.
    pub fn new(parameters: impl IntoIterator<Item = Parameter>) -> Result<Self, SpaceError> {
        let parameters: Box<[Parameter]> = parameters.into_iter().collect();
        let choices = choices::places(parameters.len());
        let rules = check::check(&parameters, &choices).map_err(SpaceError::new)?;
        Ok(Self::of_rules(parameters, rules, choices))
    }

    /// A space of constants, which holds the parameters of a trial whose own space is not at hand.
    pub(super) fn detached(parameters: Vec<Parameter>) -> Self {
        let rules = parameters.iter().map(|_| Rule::Always).collect();
        let choices = choices::places(parameters.len());
        Self::of_rules(parameters.into(), rules, choices)
    }

    fn of_rules(parameters: Box<[Parameter]>, rules: Box<[Rule]>, choices: Box<[Places]>) -> Self {
        let parents = rules.iter().map(|rule| rule.parents().into()).collect();
        Self(Arc::new(Inner {
            parameters,
            rules,
            parents,
            cardinality: OnceLock::new(),
            places: OnceLock::new(),
            choices,
        }))
    }

    /// How many parameters there are, active or not.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a space is never empty")]
    pub fn len(&self) -> usize {
        self.0.parameters.len()
    }

    /// The parameters in order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.0.parameters
    }

    /// The parameter at this place.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.0.parameters.get(index)
    }

    /// The value that people mean by a literal, of the parameter at this place.
    pub(super) fn value_of(&self, index: usize, literal: &Literal) -> Option<Value> {
        let domain = &self.0.parameters[index].domain;
        domain.value_among(&self.0.choices[index], literal)
    }

    /// The place of the parameter of this name.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let parameters = self.0.parameters.iter();
        if self.len() < MANY {
            return parameters.map(|p| &*p.name).position(|other| other == name);
        }
        let places = self.0.places.get_or_init(|| {
            // Of equal names, which only parameters that are read have, the first one.
            let places = parameters.enumerate().rev();
            places
                .map(|(place, p)| (Arc::clone(&p.name), place))
                .collect()
        });
        places.get(name).copied()
    }

    /// The places of the parameters that decide whether this one is active, in order; none if it is
    /// always active.
    #[must_use]
    pub fn parents(&self, index: usize) -> &[usize] {
        self.0.parents.get(index).map_or(&[], |parents| parents)
    }

    /// Whether any parameter has a condition.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        self.0.parents.iter().any(|parents| !parents.is_empty())
    }

    /// How many distinct points there are, conditions honoured; none if any parameter is a continuum, or
    /// the conditions are too entangled to count. Beyond `u128::MAX` it stays there.
    #[must_use]
    pub fn cardinality(&self) -> Option<u128> {
        *self.0.cardinality.get_or_init(|| {
            let domain = |index: usize| &self.0.parameters[index].domain;
            let value = |index, k| domain(index).value_at(k).expect("`k` is below the count");
            let counted = self.count(|index| domain(index).cardinality(), value)?;
            Some(counted.points())
        })
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.0.rules
    }

    /// Whether the parameter at this place is active, given the values of its [parents](Self::parents):
    /// `value` returns none where one is inactive itself.
    #[must_use]
    pub fn is_active(&self, index: usize, value: impl Fn(usize) -> Option<Value>) -> bool {
        let Some(rule) = self.0.rules.get(index) else {
            return false;
        };
        rule.holds(&mut |parent, ranks| self.passes(parent, ranks, value(parent)))
    }

    /// Whether the parameter at this place can be active when one of its parents has this value, or
    /// with none, when that parent is inactive: whatever the values of the others.
    #[must_use]
    pub fn can_be_active(&self, index: usize, parent: usize, value: Option<Value>) -> bool {
        let Some(rule) = self.0.rules.get(index) else {
            return false;
        };
        // Tests are never negated, so a rule that fails when all others pass never holds.
        rule.holds(&mut |place, ranks| place != parent || self.passes(parent, ranks, value))
    }

    fn passes(&self, parent: usize, ranks: &Ranks, value: Option<Value>) -> bool {
        let rank = value.and_then(|value| ranks::rank(&self.0.parameters[parent].domain, value));
        rank.is_some_and(|rank| ranks.contains(rank))
    }

    /// Whether it is active, given the values of those before it.
    pub(super) fn active(&self, index: usize, values: &[Option<Value>]) -> bool {
        // Most rules are one of these: they are looked at without a call.
        match &self.0.rules[index] {
            Rule::Always => true,
            Rule::Test(parent, ranks) => self.passes(*parent, ranks, values[*parent]),
            rule => rule.holds(&mut |parent, ranks| self.passes(parent, ranks, values[parent])),
        }
    }

    /// Whether it is this very space, and not an equal one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn find(&self, name: &str) -> Result<usize, ParamsError> {
        self.index_of(name).ok_or_else(|| ParamsError::Unknown {
            parameter: name.to_owned(),
            nearest: nearest(name, self.0.parameters.iter().map(|p| &*p.name)).map(str::to_owned),
        })
    }
}

impl PartialEq for Space {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.0.parameters == other.0.parameters
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.parameters.iter().map(|p| {
            let when = p.condition.as_ref().map(|c| format!(" when {c}"));
            (&p.name, format!("{}{}", p.domain, when.unwrap_or_default()))
        });
        f.debug_map().entries(shown).finish()
    }
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.parameters.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Space {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::<Parameter>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
