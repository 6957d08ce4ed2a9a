//! What the tests share: comparing a type with a space that is written by hand.

use std::fmt::Debug;

use tuning_core::{Literal, Parameter, Params, Space, Tunable};

/// The space of a type is this one, in this order.
pub(crate) fn check_space<T: Tunable>(expect: impl IntoIterator<Item = Parameter>) {
    let expect = Space::new(expect).unwrap();
    assert_eq!(Space::of::<T>().unwrap(), expect);
}

/// The value is these parameters, and these parameters are the value.
pub(crate) fn check_value<T: Tunable + Debug + PartialEq>(value: &T, expect: &str) {
    let space = Space::of::<T>().unwrap();
    let params = value.to_params(&space).unwrap();
    assert_eq!(params.to_string(), expect);
    assert_eq!(&T::from_params(&params).unwrap(), value);
}

/// The parameters of a type, by name.
pub(crate) fn params<T: Tunable>(values: &[(&str, Literal)]) -> Params {
    let space = Space::of::<T>().unwrap();
    space.params(values.iter().cloned()).unwrap()
}

/// The names of a type's parameters.
pub(crate) fn names<T: Tunable>() -> Vec<String> {
    let space = Space::of::<T>().unwrap();
    let names = space.parameters().iter().map(|p| p.name().to_owned());
    names.collect()
}
