//! [`Sink`]: where a type writes its values to.

use super::{
    super::literal::Literal,
    leaf::{Leaf, Leaves},
    place::Place,
    tunable::Tunable,
};

/// Where a type writes its values to: a place in the tree of names, and a list of values.
///
/// Its methods are those of [`Scope`](super::Scope), by the same names.
#[derive(Debug)]
pub struct Sink<'a> {
    values: &'a mut Vec<(String, Literal)>,
    place: Place,
}

impl<'a> Sink<'a> {
    /// An empty list, where nothing has a name yet.
    pub(super) fn root(values: &'a mut Vec<(String, Literal)>) -> Self {
        let place = Place::root();
        Self { values, place }
    }

    /// The place of this name below this one.
    pub fn at(&mut self, name: &str) -> Sink<'_> {
        let place = self.place.at(name);
        self.moved(place)
    }

    /// The same place, for a type whose parameters stand beside those of others.
    pub fn flat(&mut self) -> Sink<'_> {
        let place = self.place.flat();
        self.moved(place)
    }

    /// This place if it has a name, else the place of this name below it.
    pub fn named(&mut self, name: &str) -> Sink<'_> {
        let place = self.place.named(name);
        self.moved(place)
    }

    /// Writes the value of a type whose parameters stand here.
    pub fn tunable<T: Tunable>(&mut self, value: &T) {
        value.write_to(self);
    }

    /// Writes the value of a type that has one value or several here.
    pub fn leaves<T: Leaves>(&mut self, value: &T) {
        value.write_to(self);
    }

    /// Writes the value of the parameter at this place itself.
    pub fn value<T: Leaf>(&mut self, value: &T) {
        self.literal(value.to_literal());
    }

    /// Writes the choice of the parameter at this place itself.
    pub fn choice(&mut self, choice: &str) {
        self.literal(choice.into());
    }

    fn literal(&mut self, literal: Literal) {
        self.values.push((self.place.name().to_owned(), literal));
    }

    fn moved(&mut self, place: Place) -> Sink<'_> {
        Sink {
            values: self.values,
            place,
        }
    }
}
