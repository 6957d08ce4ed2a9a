//! [`Tunable`]: a Rust type that is a search space.

use super::{
    super::{
        error::{ParamsError, SpaceError},
        parameter::Parameter,
        params::Params,
        tree::Space,
    },
    scope::{self, Scope},
    sink::Sink,
    source::Source,
};

/// A type that is a search space: each of its values is a point of it.
///
/// A struct is the parameters of its fields; an enum is a choice, and the fields of a variant are
/// parameters that are active when it is chosen. `#[derive(Tunable)]` (of the crate `tuning-derive`)
/// implements it; [the module's page](super) shows how to do so by hand.
///
/// # For callers
/// [`Space::of`] gives the space, [`from_params`](Self::from_params) the value of a trial, and
/// [`to_params`](Self::to_params) the point of a value, to have it tried first.
///
/// # For implementors
/// - `declare`, `read_from` and `write_to` go through the same places in the same order, and give the
///   same names: `read_from` of what `write_to` wrote is the same value.
/// - Names are what a study's journal keeps: another name is another study.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what can be tuned",
    label = "no search space",
    note = "give a number `#[tune(range = low..=high)]`, a number or a string `#[tune(choices = […])]`, a field that stays as it is `#[tune(skip = value)]`",
    note = "for a type of your own, derive or implement `Tunable`; an enum is a choice between its variants"
)]
pub trait Tunable: Sized {
    /// Declares its parameters at a place.
    fn declare(scope: &mut Scope<'_>);

    /// Returns the value that the parameters at a place say.
    ///
    /// # Errors
    /// If one of them is missing or not what the type takes it for.
    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError>;

    /// Writes the value of each active parameter at a place.
    fn write_to(&self, sink: &mut Sink<'_>);

    /// Returns the value that is worth trying before all others, if the type names one.
    #[must_use]
    fn default_value() -> Option<Self> {
        None
    }

    /// Returns the value of a trial's parameters.
    ///
    /// # Errors
    /// If they are not those of this type: one of them is missing or of another type.
    fn from_params(params: &Params) -> Result<Self, ParamsError> {
        Self::read_from(&Source::root(params))
    }

    /// Returns the point of the value in its space. Inexact values become those of the domain: 0.1 ·
    /// 3 is the 0.3 of a range in steps.
    ///
    /// # Errors
    /// If the value lies outside of the space, or the space is not that of this type.
    fn to_params(&self, space: &Space) -> Result<Params, ParamsError> {
        let mut values = Vec::with_capacity(space.len());
        self.write_to(&mut Sink::root(&mut values));
        space.params(values)
    }
}

impl Space {
    /// The space of a type.
    ///
    /// # Errors
    /// If the space is malformed, which cannot be seen before: two parameters of the same name, a
    /// range that is computed and makes no sense, a type that contains itself.
    pub fn of<T: Tunable>() -> Result<Self, SpaceError> {
        Self::new(scope::declared::<T>().map_err(SpaceError::new)?)
    }
}

/// A boolean is a parameter with the choices `false` and `true`.
impl Tunable for bool {
    fn declare(scope: &mut Scope<'_>) {
        scope.named("value").leaves::<Self>(Parameter::bool(""));
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        source.named("value").value()
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        sink.named("value").value(self);
    }
}

/// An option at the place `noise` is a boolean `noise`, and when that is true, the parameters of
/// `T` at `noise.value`. Its default is `None`.
impl<T: Tunable> Tunable for Option<T> {
    fn declare(scope: &mut Scope<'_>) {
        super::option::declare(scope, |scope| scope.tunable::<T>());
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        super::option::read_from(source, |source| source.tunable())
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        super::option::write_to(self, sink, |sink, value| sink.tunable(value));
    }

    fn default_value() -> Option<Self> {
        Some(None)
    }
}

/// An array at the place `layers` is the parameters of its elements at `layers.0`, `layers.1`, ….
impl<T: Tunable, const N: usize> Tunable for [T; N] {
    fn declare(scope: &mut Scope<'_>) {
        super::array::declare(N, scope, |scope| scope.tunable::<T>());
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        super::array::read_from(source, |source| source.tunable())
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        super::array::write_to(self, sink, |sink, value| sink.tunable(value));
    }

    fn default_value() -> Option<Self> {
        let elements: Option<Vec<T>> = (0..N).map(|_| T::default_value()).collect();
        elements?.try_into().ok()
    }
}

/// A box is what is in it.
impl<T: Tunable> Tunable for Box<T> {
    fn declare(scope: &mut Scope<'_>) {
        scope.tunable::<T>();
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        T::read_from(source).map(Self::new)
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        T::write_to(self, sink);
    }

    fn default_value() -> Option<Self> {
        T::default_value().map(Self::new)
    }
}
