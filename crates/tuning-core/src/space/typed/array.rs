//! An array as parameters: its elements under their numbers, from 0 on.

use super::{super::error::ParamsError, scope::Scope, sink::Sink, source::Source};

pub(super) fn declare(len: usize, scope: &mut Scope<'_>, element: impl Fn(&mut Scope<'_>)) {
    for place in 0..len {
        element(&mut scope.at(&place.to_string()));
    }
}

pub(super) fn read_from<T, const N: usize>(
    source: &Source<'_>,
    element: impl Fn(&Source<'_>) -> Result<T, ParamsError>,
) -> Result<[T; N], ParamsError> {
    let elements: Result<Vec<T>, ParamsError> = (0..N)
        .map(|place| element(&source.at(&place.to_string())))
        .collect();
    let array = elements?.try_into().ok();
    Ok(array.expect("N elements make an array of N"))
}

pub(super) fn write_to<T, const N: usize>(
    array: &[T; N],
    sink: &mut Sink<'_>,
    element: impl Fn(&mut Sink<'_>, &T),
) {
    for (place, value) in array.iter().enumerate() {
        element(&mut sink.at(&place.to_string()), value);
    }
}
