//! The points of a [`Space`]: made from choices, coordinates or values by name, and checked.

use std::borrow::Cow;

use super::{
    domain::{Domain, Value},
    error::ParamsError,
    literal::Literal,
    parameter::Parameter,
    params::Params,
    tree::Space,
};

impl Space {
    /// Returns the parameters that `choose` chooses. It is called for active parameters only, in order.
    ///
    /// # Errors
    /// If it chooses a value outside a domain.
    pub fn assign(
        &self,
        mut choose: impl FnMut(usize, &Domain) -> Value,
    ) -> Result<Params, ParamsError> {
        let mut values = Vec::with_capacity(self.len());
        for (index, parameter) in self.parameters().iter().enumerate() {
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
        for (index, parameter) in self.parameters().iter().enumerate() {
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
                self.value_of(index, &params.get(&parameter.name)?)
            };
            value.map(|value| parameter.domain.encode(value))
        };
        self.parameters().iter().enumerate().map(place).collect()
    }

    /// Returns the parameters with these values, by name.
    ///
    /// # Errors
    /// If a name is unknown or given twice, an active parameter has no value, an inactive one has
    /// one, or a value is outside its domain.
    pub fn params<N: AsRef<str>, V: Into<Literal>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Params, ParamsError> {
        let mut given: Vec<Option<Literal>> = vec![None; self.len()];
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
        if self.is_same(params.space()) {
            self.check(params)?;
            return Ok(params.clone());
        }
        self.params(params.iter())
    }

    /// Whether the parameters' values stand at the places of this space.
    fn is_own(&self, params: &Params) -> bool {
        self.is_same(params.space()) || self == params.space()
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
        for (index, parameter) in self.parameters().iter().enumerate() {
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

    fn settle(&self, given: &[Option<Literal>]) -> Result<Params, ParamsError> {
        let mut values = Vec::with_capacity(self.len());
        for (index, parameter) in self.parameters().iter().enumerate() {
            let value = match (&given[index], self.active(index, &values)) {
                (None, false) => None,
                (Some(_), false) => return Err(inactive(parameter)),
                (None, true) => return Err(missing(parameter)),
                (Some(literal), true) => match self.value_of(index, literal) {
                    Some(value) => Some(value),
                    None => {
                        return Err(ParamsError::OutOfDomain {
                            parameter: parameter.name.to_string(),
                            value: literal.to_string(),
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
            value => parameter.domain.literal(value).to_string(),
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
