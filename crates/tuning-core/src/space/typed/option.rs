//! An `Option` as a parameter: on or off, and what there is to tune when it is on.

use super::{super::error::ParamsError, scope::Scope, sink::Sink, source::Source};

/// The name of an option that is the whole space.
const OWN: &str = "some";
/// The name of what is in it, below its own.
const CONTENT: &str = "value";

pub(super) fn declare(scope: &mut Scope<'_>, content: impl FnOnce(&mut Scope<'_>)) {
    let mut scope = scope.named(OWN);
    content(&mut scope.choice([false, true]).when(true, CONTENT));
}

pub(super) fn read_from<T>(
    source: &Source<'_>,
    content: impl FnOnce(&Source<'_>) -> Result<T, ParamsError>,
) -> Result<Option<T>, ParamsError> {
    let source = source.named(OWN);
    match source.value()? {
        true => content(&source.at(CONTENT)).map(Some),
        false => Ok(None),
    }
}

pub(super) fn write_to<T>(
    value: &Option<T>,
    sink: &mut Sink<'_>,
    content: impl FnOnce(&mut Sink<'_>, &T),
) {
    let mut sink = sink.named(OWN);
    sink.value(&value.is_some());
    if let Some(value) = value {
        content(&mut sink.at(CONTENT), value);
    }
}
