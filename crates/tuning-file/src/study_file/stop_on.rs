//! `stop_on`: what ends a study before its budget is used up.

use tuning_core::FailureLimit;

use crate::document::{Item, Key, Keys, Shape};

pub(super) static KEYS: Keys = Keys::new(
    "a mapping such as `{failures: 5 in a row}`",
    &[Key::new(
        "failures",
        Shape::Any(&[
            Shape::Word(&["never"]),
            Shape::Pattern("^0*[1-9][0-9]* in a row$"),
            Shape::Pattern("^first 0*[1-9][0-9]* alike$"),
            Shape::Pattern(
                "^(1|1\\.0+|0?\\.[0-9]*[1-9][0-9]*) of the first 0*[1-9][0-9]*$",
            ),
        ]),
        "How many failed trials are a sign that something is broken: `5 in a row`, `0.5 of the first 20`, \
         `first 5 alike`, or `never`. The study can be resumed once it is fixed.",
    ).synonyms(&["max_failures", "failed", "errors"])
    .default("\"first 5 alike\"")],
);

const EXPECTED: &str = "`5 in a row`, `0.5 of the first 20`, `first 5 alike`, or `never`";

pub(super) fn read(item: &Item<'_>) -> Option<FailureLimit> {
    match item.fields(&KEYS)?.get("failures") {
        Some(item) => item.parsed(EXPECTED),
        None => Some(FailureLimit::default()),
    }
}
