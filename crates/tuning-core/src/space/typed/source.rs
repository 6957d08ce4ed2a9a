//! [`Source`]: where a type reads its values from.

use std::sync::Arc;

use super::{
    super::{
        choices::{self, listed},
        error::ParamsError,
        params::Params,
    },
    leaf::{Leaf, Leaves},
    place::Place,
    tunable::Tunable,
};

/// Where a type reads its values from: a place in the tree of names, and a trial's parameters.
///
/// Its methods are those of [`Scope`](super::Scope), by the same names.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    params: &'a Params,
    place: Place,
}

impl<'a> Source<'a> {
    /// These parameters, where nothing has a name yet.
    pub(super) fn root(params: &'a Params) -> Self {
        let place = Place::root();
        Self { params, place }
    }

    /// The place of this name below this one.
    #[must_use]
    pub fn at(&self, name: &str) -> Self {
        let place = self.place.at(name);
        Self { place, ..*self }
    }

    /// The same place, for a type whose parameters stand beside those of others.
    #[must_use]
    pub fn flat(&self) -> Self {
        let place = self.place.flat();
        Self { place, ..*self }
    }

    /// This place if it has a name, else the place of this name below it.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        let place = self.place.named(name);
        Self { place, ..*self }
    }

    /// Returns the value of a type whose parameters stand here.
    ///
    /// # Errors
    /// If one of them is missing or not what the type takes it for.
    pub fn tunable<T: Tunable>(&self) -> Result<T, ParamsError> {
        T::read_from(self)
    }

    /// Returns the value of a type that has one value or several here.
    ///
    /// # Errors
    /// As for [`tunable`](Self::tunable).
    pub fn leaves<T: Leaves>(&self) -> Result<T, ParamsError> {
        T::read_from(self)
    }

    /// Returns the value of the parameter at this place itself.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is of another type.
    pub fn value<T: Leaf>(&self) -> Result<T, ParamsError> {
        self.params
            .typed(self.place.name(), T::NAME, T::from_literal)
    }

    /// Whether any parameter at this place or below it is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        let place = self.place.name();
        let below = |name: &str| {
            let rest = name.strip_prefix(place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.params.iter().any(|(name, _)| below(name))
    }

    /// Returns the choice of the parameter at this place itself.
    ///
    /// # Errors
    /// If there is none, it is not active, or it is not a string.
    pub fn choice(&self) -> Result<Arc<str>, ParamsError> {
        self.value()
    }

    /// The error to return for a choice that is none of those that were declared.
    #[must_use]
    pub fn no_choice(&self, choice: &str, choices: &[&'static str]) -> ParamsError {
        let choices = choices::declare(choices.iter().copied());
        ParamsError::OutOfDomain {
            parameter: self.place.name().to_owned(),
            value: choice.to_owned(),
            domain: format!("one of {}", listed(&choices)),
        }
    }
}
