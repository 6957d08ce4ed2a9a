//! The options that all kinds of observers have, and the words for them.

use tuning_runtime::Delivery;

use crate::{
    document::{Key, Keys, Shape},
    kinds::{Options, Words},
    words::word,
};

const DELIVERIES: &[&str] = &["durable", "lossless", "lossy"];

/// What stands beside the options of a kind, or among them.
static COMMON: Keys = Keys::new(
    "",
    &[
        Key::new(
            "name",
            Shape::Text,
            "Its name in summaries, and in the journal, which keeps its position.",
        ),
        Key::new(
            "delivery",
            Shape::Word(DELIVERIES),
            "What it is promised: every event of the study (`durable`), every event of this run, for which the study \
             waits if it must (`lossless`), or what it can take (`lossy`).",
        ),
    ],
);

pub(crate) const WORDS: Words = Words {
    one: "observer",
    expected: "an observer, such as `{jsonl: events.jsonl}` or `{webhook: {url: \"https://…\"}}`",
    common: &COMMON,
};

/// `name`, of those that the journal keeps a place for.
pub(super) fn name(options: &Options<'_>) -> Option<Option<String>> {
    options.read_if_said("name", |item| item.text("a name"))
}

pub(super) fn delivery(options: &Options<'_>) -> Option<Option<Delivery>> {
    options.read_if_said("delivery", |item| {
        Some(match word(item, DELIVERIES)? {
            "lossless" => Delivery::lossless(),
            "lossy" => Delivery::lossy(),
            _ => Delivery::durable(),
        })
    })
}
