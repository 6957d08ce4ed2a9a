//! [`Leaf`]: the value of one parameter, [`Ranged`]: one that a range can be given to, and
//! [`Leaves`]: one or several of them in the same domain.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    super::{
        error::ParamsError,
        literal::Literal,
        parameter::{Fault, Parameter},
    },
    scope::Scope,
    sink::Sink,
    source::Source,
};

/// A type that is the value of one parameter: a number, a boolean or a string.
///
/// Implement it for a type of your own to tune it with `#[tune(choices = […])]` or `#[tune(ordered =
/// […])]`; with [`Ranged`] too, also with `#[tune(range = …)]`.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Literal, typed::{Leaf, Ranged}};
///
/// /// A temperature that is tuned in whole degrees.
/// #[derive(Clone, Copy)]
/// struct Celsius(i32);
///
/// impl Leaf for Celsius {
///     const NAME: &'static str = "temperature";
///     type Written = Self;
///
///     fn to_literal(&self) -> Literal {
///         self.0.into()
///     }
///
///     fn from_literal(literal: &Literal) -> Option<Self> {
///         i32::from_literal(literal).map(Self)
///     }
/// }
///
/// impl Ranged for Celsius {
///     fn range(low: Self, high: Self) -> Parameter {
///         i32::range(low.0, high.0)
///     }
///
///     fn step(range: Parameter, step: Self) -> Parameter {
///         i32::step(range, step.0)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of one parameter",
    label = "neither a number, nor a boolean, nor a string",
    note = "`range`, `choices` and `ordered` are for `f32`, `f64`, integers of up to 64 bits, `bool` and `String`, for `Option`s and arrays of these, and for types that implement `tuning_core::typed::Leaf`",
    note = "a type with parameters of its own derives `Tunable` and needs no attribute"
)]
pub trait Leaf: Sized {
    /// What it is called in errors, as in "which is not a u8".
    const NAME: &'static str;

    /// How a value is written in a list of choices: `&'static str` for texts, else the type itself.
    type Written: Into<Self>;

    /// Returns the value as a study keeps it.
    fn to_literal(&self) -> Literal;

    /// Returns the value that a study keeps so; none if the type has no such value.
    fn from_literal(literal: &Literal) -> Option<Self>;
}

/// A type that a range can be given to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have a range",
    label = "no number",
    note = "`range` is for `f32`, `f64`, integers of up to 64 bits, `Option`s and arrays of these, and types that implement `tuning_core::typed::Ranged`; others have `choices`"
)]
pub trait Ranged: Leaf {
    /// The values from `low` to `high`, both included: a parameter whose name does not matter.
    fn range(low: Self, high: Self) -> Parameter;

    /// Takes values in steps.
    fn step(range: Parameter, step: Self) -> Parameter;
}

/// A type that has one value or several in the same domain: a [`Leaf`], an `Option` of one, an array.
///
/// An `Option` at the place `dropout` is a boolean `dropout` and, when that is true,
/// `dropout.value`. An array is its elements `weights.0`, `weights.1` and so on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the value of a parameter",
    label = "neither a number, nor a boolean, nor a string",
    note = "`range`, `choices` and `ordered` are for `f32`, `f64`, integers of up to 64 bits, `bool` and `String`, for `Option`s and arrays of these, and for types that implement `tuning_core::typed::Leaf`",
    note = "a type with parameters of its own derives `Tunable` and needs no attribute"
)]
pub trait Leaves: Sized {
    /// What each of its values is.
    type Leaf: Leaf;

    /// Declares its parameters, each in this domain.
    fn declare(scope: &mut Scope<'_>, domain: &Parameter);

    /// Returns its value.
    ///
    /// # Errors
    /// If a parameter is missing or of another type.
    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError>;

    /// Writes its value.
    fn write_to(&self, sink: &mut Sink<'_>);
}

impl<T: Leaf> Leaves for T {
    type Leaf = T;

    fn declare(scope: &mut Scope<'_>, domain: &Parameter) {
        let mut parameter = domain.clone();
        let choices = parameter.domain().choices().map_or(&[][..], |all| all);
        let unreadable = choices
            .iter()
            .position(|choice| T::from_literal(choice).is_none());
        if let Some(choice) = unreadable {
            parameter.fault = Some(Fault::Unreadable(choice, T::NAME));
        }
        scope.here(parameter);
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        source.value()
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        sink.value(self);
    }
}

impl<T: Leaves> Leaves for Option<T> {
    type Leaf = T::Leaf;

    fn declare(scope: &mut Scope<'_>, domain: &Parameter) {
        super::option::declare(scope, |scope| scope.leaves::<T>(domain.clone()));
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        super::option::read_from(source, |source| source.leaves())
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        super::option::write_to(self, sink, |sink, value| sink.leaves(value));
    }
}

impl<T: Leaves, const N: usize> Leaves for [T; N] {
    type Leaf = T::Leaf;

    fn declare(scope: &mut Scope<'_>, domain: &Parameter) {
        super::array::declare(N, scope, |scope| scope.leaves::<T>(domain.clone()));
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        super::array::read_from(source, |source| source.leaves())
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        super::array::write_to(self, sink, |sink, value| sink.leaves(value));
    }
}

macro_rules! integers {
    ($($type:ident),*) => {$(
        impl Leaf for $type {
            const NAME: &'static str = stringify!($type);
            type Written = Self;

            fn to_literal(&self) -> Literal {
                // What no domain holds stays what it is, as nearly as a number can say.
                i64::try_from(*self).map_or(Literal::Float(*self as f64), Literal::Int)
            }

            fn from_literal(literal: &Literal) -> Option<Self> {
                Self::try_from(literal.as_i64()?).ok()
            }
        }

        impl Ranged for $type {
            fn range(low: Self, high: Self) -> Parameter {
                match (i64::try_from(low), i64::try_from(high)) {
                    (Ok(low), Ok(high)) => Parameter::int("", low, high),
                    // Of unsigned types, `high` too is at least this large, or the range is reversed.
                    (Err(_), _) => Parameter::too_large(low as u64),
                    (_, Err(_)) => Parameter::too_large(high as u64),
                }
            }

            fn step(range: Parameter, step: Self) -> Parameter {
                match i64::try_from(step) {
                    Ok(step) => range.whole_step(step),
                    Err(_) => Parameter::too_large(step as u64),
                }
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl Leaf for f64 {
    const NAME: &'static str = "number";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        Literal::Float(*self)
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        literal.as_f64()
    }
}

impl Ranged for f64 {
    fn range(low: Self, high: Self) -> Parameter {
        Parameter::float("", low, high)
    }

    fn step(range: Parameter, step: Self) -> Parameter {
        range.step(step)
    }
}

impl Leaf for f32 {
    const NAME: &'static str = "number";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        Literal::Float(as_written(*self))
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        literal.as_f64().map(|value| value as Self)
    }
}

impl Ranged for f32 {
    fn range(low: Self, high: Self) -> Parameter {
        f64::range(as_written(low), as_written(high))
    }

    fn step(range: Parameter, step: Self) -> Parameter {
        f64::step(range, as_written(step))
    }
}

/// The 0.1 that people mean by `0.1_f32`, not 0.10000000149011612; it rounds back to the same `f32`.
fn as_written(value: f32) -> f64 {
    match value.to_string().parse::<f64>() {
        Ok(written) if written as f32 == value => written,
        _ => f64::from(value),
    }
}

impl Leaf for bool {
    const NAME: &'static str = "boolean";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        Literal::Bool(*self)
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        literal.as_bool()
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Leaf for $type {
            const NAME: &'static str = "string";
            type Written = &'static str;

            fn to_literal(&self) -> Literal {
                Literal::from(&**self)
            }

            fn from_literal(literal: &Literal) -> Option<Self> {
                literal.as_str().map(Into::into)
            }
        }
    )*};
}

texts!(String, Arc<str>);

/// Any value that JSON has.
impl Leaf for Literal {
    const NAME: &'static str = "value";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        self.clone()
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        Some(literal.clone())
    }
}

/// A list is one value: what it holds is not tuned one by one, as with an array.
impl<T: Leaf> Leaf for Vec<T> {
    const NAME: &'static str = "list";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        Literal::List(self.iter().map(T::to_literal).collect())
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        literal.as_list()?.iter().map(T::from_literal).collect()
    }
}

/// A mapping is one value.
impl<T: Leaf> Leaf for BTreeMap<String, T> {
    const NAME: &'static str = "mapping";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        Literal::map(
            self.iter()
                .map(|(name, value)| (name.as_str(), value.to_literal())),
        )
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        let entries = literal.as_map()?.iter();
        entries
            .map(|(name, value)| Some((name.to_string(), T::from_literal(value)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_f32_is_kept_as_it_is_written_and_read_back_exactly() {
        for value in [
            0.1_f32,
            1e-5,
            3.4e38,
            f32::MIN_POSITIVE,
            1e-45,
            -0.3,
            16_777_217.0,
        ] {
            let Literal::Float(kept) = value.to_literal() else {
                panic!("{value} is kept as {:?}", value.to_literal());
            };
            assert_eq!(f32::from_literal(&Literal::Float(kept)), Some(value));
        }
        assert_eq!(0.1_f32.to_literal(), Literal::Float(0.1));
        assert!(as_written(f32::NAN).is_nan());
    }

    #[test]
    fn lists_and_mappings_are_read_back_whole() {
        let list = vec![vec![64_u8], vec![64, 64]];
        assert_eq!(list.to_literal().to_string(), "[[64],[64,64]]");
        assert_eq!(Vec::from_literal(&list.to_literal()), Some(list));
        let map = BTreeMap::from([("a".to_owned(), 0.5), ("b".to_owned(), 1.0)]);
        assert_eq!(BTreeMap::from_literal(&map.to_literal()), Some(map));
        assert_eq!(Vec::<u8>::from_literal(&Literal::from([1, 256])), None);
        assert_eq!(Vec::<u8>::from_literal(&Literal::from(1)), None);
    }

    #[test]
    fn an_integer_is_read_only_where_its_type_has_it() {
        assert_eq!(u8::from_literal(&Literal::Int(255)), Some(255));
        assert_eq!(u8::from_literal(&Literal::Int(256)), None);
        assert_eq!(u64::from_literal(&Literal::Int(-1)), None);
        assert_eq!(i8::from_literal(&Literal::Float(-3.0)), Some(-3));
        assert_eq!(i8::from_literal(&Literal::Float(0.5)), None);
        assert_eq!(u64::MAX.to_literal(), Literal::Float(2_f64.powi(64)));
    }
}
