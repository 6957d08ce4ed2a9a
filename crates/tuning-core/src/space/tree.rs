//! [`Space`]: the search space, a tree of parameters.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{
    check,
    difference::{self, SpaceDifference},
    domain::{Domain, Value},
    error::{ParamsError, SpaceError},
    features::Features,
    parameter::Parameter,
    params::Params,
    ranks::{self, Ranks},
    rule::Rule,
    scalar::Scalar,
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
}

impl Space {
    /// The space of these parameters.
    ///
    /// # Errors
    /// If it is malformed; the error names the parameter, the value and the remedy.
    pub fn new(parameters: impl IntoIterator<Item = Parameter>) -> Result<Self, SpaceError> {
        let parameters: Box<[Parameter]> = parameters.into_iter().collect();
        let rules = check::check(&parameters)?;
        Ok(Self::of_rules(parameters, rules))
    }

    /// A space of constants, which holds the parameters of a trial whose own space is not at hand.
    pub(super) fn detached(parameters: Vec<Parameter>) -> Self {
        let rules = parameters.iter().map(|_| Rule::Always).collect();
        Self::of_rules(parameters.into(), rules)
    }

    fn of_rules(parameters: Box<[Parameter]>, rules: Box<[Rule]>) -> Self {
        let parents = rules.iter().map(|rule| rule.parents().into()).collect();
        Self(Arc::new(Inner {
            parameters,
            rules,
            parents,
            cardinality: OnceLock::new(),
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

    /// The place of the parameter of this name.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.0.parameters.iter().position(|p| &*p.name == name)
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
    fn active(&self, index: usize, values: &[Option<Value>]) -> bool {
        // Most rules are one of these: they are looked at without a call.
        match &self.0.rules[index] {
            Rule::Always => true,
            Rule::Test(parent, ranks) => self.passes(*parent, ranks, values[*parent]),
            rule => rule.holds(&mut |parent, ranks| self.passes(parent, ranks, values[parent])),
        }
    }

    /// Returns the parameters that `choose` chooses. It is asked for active parameters only, in order.
    ///
    /// # Errors
    /// If it chooses a value outside a domain.
    pub fn assign(
        &self,
        mut choose: impl FnMut(usize, &Domain) -> Value,
    ) -> Result<Params, ParamsError> {
        let mut values = Vec::with_capacity(self.len());
        for (index, parameter) in self.0.parameters.iter().enumerate() {
            if !self.active(index, &values) {
                values.push(None);
                continue;
            }
            let value = choose(index, &parameter.domain);
            match parameter.domain.settle(value) {
                Some(value) => values.push(Some(value)),
                None => return Err(out_of_domain(parameter, value)),
            }
        }
        Ok(Params::of(self, values.into()))
    }

    /// Returns the parameters at a point of the unit cube: one coordinate per parameter, in order.
    /// Coordinates of inactive parameters are ignored, those outside are moved to the nearer end.
    ///
    /// # Errors
    /// If there are too few or too many coordinates.
    pub fn decode(&self, point: &[f64]) -> Result<Params, ParamsError> {
        let (found, expected) = (point.len(), self.len());
        if found != expected {
            return Err(ParamsError::Length { found, expected });
        }
        let mut values = Vec::with_capacity(expected);
        for (index, parameter) in self.0.parameters.iter().enumerate() {
            let active = self.active(index, &values);
            values.push(active.then(|| parameter.domain.decode(point[index])));
        }
        Ok(Params::of(self, values.into()))
    }

    /// Returns the point of the unit cube: one coordinate per parameter, none for inactive ones.
    ///
    /// Parameters of another space are taken by name; those that this space does not hold have no
    /// coordinate.
    #[must_use]
    pub fn encode(&self, params: &Params) -> Vec<Option<f64>> {
        let own = self.is_own(params);
        let place = |(index, parameter): (usize, &Parameter)| {
            let value = if own {
                params.value(index)
            } else {
                parameter.domain.value_of(&params.get(&parameter.name)?)
            };
            value.map(|value| parameter.domain.encode(value))
        };
        self.0.parameters.iter().enumerate().map(place).collect()
    }

    /// Returns the parameters with these values, by name.
    ///
    /// # Errors
    /// If a name is unknown or given twice, an active parameter has no value, an inactive one has
    /// one, or a value is outside its domain.
    pub fn params<N: AsRef<str>, V: Into<Scalar>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Params, ParamsError> {
        let mut given: Vec<Option<Scalar>> = vec![None; self.len()];
        for (name, value) in values {
            let index = self.find(name.as_ref())?;
            if given[index].replace(value.into()).is_some() {
                let parameter = name.as_ref().to_owned();
                return Err(ParamsError::Twice { parameter });
            }
        }
        self.settle(&given)
    }

    /// Returns the parameters of another space (of another order, or [detached](Params)) as those of
    /// this one, by name.
    ///
    /// # Errors
    /// As for [`params`](Self::params).
    pub fn align(&self, params: &Params) -> Result<Params, ParamsError> {
        if Arc::ptr_eq(&self.0, &params.space().0) {
            self.check(params)?;
            return Ok(params.clone());
        }
        self.params(params.iter())
    }

    /// Whether the parameters' values stand at the places of this space.
    fn is_own(&self, params: &Params) -> bool {
        Arc::ptr_eq(&self.0, &params.space().0) || self == params.space()
    }

    /// The parameters as this space's, without judging those that are.
    pub(super) fn own<'a>(&self, params: &'a Params) -> Result<Cow<'a, Params>, ParamsError> {
        if self.is_own(params) {
            return Ok(Cow::Borrowed(params));
        }
        self.align(params).map(Cow::Owned)
    }

    /// Checks that the parameters lie in this space: active ones in their domains, inactive ones absent.
    ///
    /// # Errors
    /// If they do not.
    pub fn check(&self, params: &Params) -> Result<(), ParamsError> {
        if !self.is_own(params) {
            return self.params(params.iter()).map(drop);
        }
        let values = params.values();
        for (index, parameter) in self.0.parameters.iter().enumerate() {
            match (values[index], self.active(index, values)) {
                (Some(value), true) if parameter.domain.contains(value) => {}
                (Some(value), true) => return Err(out_of_domain(parameter, value)),
                (None, false) => {}
                (Some(_), false) => return Err(inactive(parameter)),
                (None, true) => return Err(missing(parameter)),
            }
        }
        Ok(())
    }

    /// Returns what differs from `other`. Another order of the parameters is no difference.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<SpaceDifference> {
        difference::differences(self, other)
    }

    /// Returns the view for models that need columns of numbers: one per parameter, and one for each
    /// choice of a categorical one.
    #[must_use]
    pub fn features(&self) -> Features {
        Features::new(self.clone())
    }

    pub(super) fn find(&self, name: &str) -> Result<usize, ParamsError> {
        self.index_of(name).ok_or_else(|| ParamsError::Unknown {
            parameter: name.to_owned(),
            nearest: nearest(name, self.0.parameters.iter().map(|p| &*p.name)).map(str::to_owned),
        })
    }

    fn settle(&self, given: &[Option<Scalar>]) -> Result<Params, ParamsError> {
        let mut values = Vec::with_capacity(self.len());
        for (index, parameter) in self.0.parameters.iter().enumerate() {
            let value = match (&given[index], self.active(index, &values)) {
                (None, false) => None,
                (Some(_), false) => return Err(inactive(parameter)),
                (None, true) => return Err(missing(parameter)),
                (Some(scalar), true) => match parameter.domain.value_of(scalar) {
                    Some(value) => Some(value),
                    None => {
                        return Err(ParamsError::OutOfDomain {
                            parameter: parameter.name.to_string(),
                            value: scalar.to_string(),
                            domain: parameter.domain.to_string(),
                        });
                    }
                },
            };
            values.push(value);
        }
        Ok(Params::of(self, values.into()))
    }
}

fn out_of_domain(parameter: &Parameter, value: Value) -> ParamsError {
    ParamsError::OutOfDomain {
        parameter: parameter.name.to_string(),
        value: match value {
            Value::Choice(place) => format!("choice number {place}"),
            value => parameter.domain.scalar(value).to_string(),
        },
        domain: parameter.domain.to_string(),
    }
}

fn missing(parameter: &Parameter) -> ParamsError {
    ParamsError::Missing {
        parameter: parameter.name.to_string(),
        domain: parameter.domain.to_string(),
    }
}

fn inactive(parameter: &Parameter) -> ParamsError {
    ParamsError::Inactive {
        parameter: parameter.name.to_string(),
        condition: parameter
            .condition
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
    }
}

impl PartialEq for Space {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.parameters == other.0.parameters
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
