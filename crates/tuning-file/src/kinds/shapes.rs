//! [`Shapes`]: what the options of a kind may be, by a table or by a type.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::document::Keys;

/// What the options of a kind may be.
#[derive(Clone, Debug)]
pub(crate) enum Shapes {
    /// Those of a table; a value that is not a map is the one of the key `short`.
    Table {
        keys: &'static Keys,
        short: Option<&'static str>,
    },
    /// The fields of a type, with its defaults.
    Defaults(Arc<Map<String, Json>>),
}
