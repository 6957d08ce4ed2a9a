//! [`Scope`]: where a type declares its parameters.

use super::{
    super::{
        condition::{Condition, Test},
        error::Flaw,
        literal::Literal,
        parameter::Parameter,
    },
    leaf::Leaves,
    place::Place,
    tunable::Tunable,
};

/// How deep types may be nested: one that contains itself would never end.
const DEEPEST: usize = 64;

/// What has been declared so far.
#[derive(Debug, Default)]
struct Declared {
    parameters: Vec<Parameter>,
    depth: usize,
    /// The first place that lies too deep.
    too_deep: Option<String>,
}

/// Where a type declares its parameters: a place in the tree of names, and when it is active.
///
/// A struct declares its fields [`at`](Self::at) their names; an enum declares a
/// [`choice`](Self::choice) at the place itself. You need not know where the place is: the names
/// and conditions that are given are completed by those around them.
#[derive(Debug)]
pub struct Scope<'a> {
    declared: &'a mut Declared,
    place: Place,
    condition: Option<Condition>,
}

impl Scope<'_> {
    /// The place of this name below this one: `lr` in `optimizer` is `optimizer.lr`.
    pub fn at(&mut self, name: &str) -> Scope<'_> {
        let place = self.place.at(name);
        self.moved(place)
    }

    /// The same place, for a type whose parameters stand beside those of others.
    pub fn flat(&mut self) -> Scope<'_> {
        let place = self.place.flat();
        self.moved(place)
    }

    /// This place if it has a name, else the place of this name below it: for a type that is a
    /// parameter itself, and may be the whole space.
    pub fn named(&mut self, name: &str) -> Scope<'_> {
        let place = self.place.named(name);
        self.moved(place)
    }

    /// Declares the parameters of a type here.
    pub fn tunable<T: Tunable>(&mut self) {
        if self.declared.depth == DEEPEST {
            let too_deep = &mut self.declared.too_deep;
            too_deep.get_or_insert_with(|| self.place.name().to_owned());
        }
        if self.declared.too_deep.is_none() {
            self.declared.depth += 1;
            T::declare(self);
            self.declared.depth -= 1;
        }
    }

    /// Declares the parameters of a type here that has one value or several, each in this domain. The
    /// name of `domain` does not matter.
    pub fn leaves<T: Leaves>(&mut self, domain: Parameter) {
        T::declare(self, &domain);
    }

    /// This place under a condition, which names parameters below it: what is declared there is active
    /// when the condition holds.
    pub fn when(&mut self, condition: Condition) -> Scope<'_> {
        let condition = condition.renamed(&|name: &str| self.place.at(name).name().into());
        let place = self.place.clone();
        let mut scope = self.moved(place);
        scope.condition = Some(condition);
        scope
    }

    /// Declares a parameter below this place, under its own name. It is active when this place is, or
    /// if it has a condition, when that holds; the condition names parameters below this place too.
    pub fn parameter(&mut self, mut parameter: Parameter) {
        parameter.name = self.place.at(&parameter.name).name().into();
        parameter.condition = match parameter.condition {
            // Its parents are active only when this place is.
            Some(condition) => {
                Some(condition.renamed(&|name: &str| self.place.at(name).name().into()))
            }
            None => self.condition.clone(),
        };
        self.declared.parameters.push(parameter);
    }

    /// Declares a parameter at this place itself, whatever it was called.
    pub(super) fn here(&mut self, mut parameter: Parameter) {
        parameter.name = self.place.name().into();
        parameter.condition.clone_from(&self.condition);
        self.declared.parameters.push(parameter);
    }

    /// Declares a categorical parameter at this place itself, whose choices may have parameters of
    /// their own.
    pub fn choice(&mut self, choices: impl IntoIterator<Item = impl Into<Literal>>) -> Choice<'_> {
        self.here(Parameter::categorical("", choices));
        let place = self.place.clone();
        Choice {
            scope: self.moved(place),
        }
    }

    fn moved(&mut self, place: Place) -> Scope<'_> {
        Scope {
            declared: self.declared,
            place,
            condition: self.condition.clone(),
        }
    }
}

/// A categorical parameter whose choices may have parameters of their own.
#[derive(Debug)]
pub struct Choice<'a> {
    scope: Scope<'a>,
}

impl Choice<'_> {
    /// The place of this name below the parameter, which is active when the parameter is `value`.
    pub fn when(&mut self, value: impl Into<Literal>, name: &str) -> Scope<'_> {
        let parent = self.scope.place.name().to_owned();
        let mut scope = self.scope.at(name);
        let test = Test::OneOf(vec![value.into()]);
        scope.condition = Some(Condition::when(parent, test));
        scope
    }
}

/// The parameters of a type that is the whole space.
pub(super) fn declared<T: Tunable>() -> Result<Vec<Parameter>, Flaw> {
    let mut declared = Declared::default();
    let mut scope = Scope {
        declared: &mut declared,
        place: Place::root(),
        condition: None,
    };
    scope.tunable::<T>();
    match declared.too_deep {
        Some(place) => Err(Flaw::TooDeep { place }),
        None => Ok(declared.parameters),
    }
}
