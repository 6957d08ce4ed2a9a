//! The keys of `observers`, and of the options of each kind.

use tuning_observers::Topic;

use crate::document::{Key, Keys, Shape};

/// What stands where an observer is expected.
pub(super) const EXPECTED: &str =
    "an observer, such as `{jsonl: events.jsonl}` or `{webhook: {url: \"https://…\"}}`";

pub(super) const LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];
pub(super) const DELIVERIES: &[&str] = &["durable", "lossless", "lossy"];

/// All topics of a webhook.
pub(super) const TOPICS: &[&str] = &{
    let mut names = [""; Topic::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Topic::ALL[index].as_str();
        index += 1;
    }
    names
};

/// An item of `observers`.
pub(crate) static KEYS: Keys = Keys::new(
    EXPECTED,
    &[
        Key::new(
            "progress",
            Shape::Flag,
            "Whether there is a progress bar. `--no-progress` goes before it.",
        )
        .default("true"),
        Key::new(
            "log",
            Shape::Any(&[Shape::Text, Shape::Map(&LOG)]),
            "Log records of what happens: `stderr`, or the path of a file.",
        )
        .synonyms(&["tracing", "logging"]),
        Key::new(
            "level",
            Shape::Word(LEVELS),
            "The least important records of `log`.",
        )
        .default("\"info\""),
        Key::new(
            "jsonl",
            Shape::Any(&[Shape::Text, Shape::Map(&FILE)]),
            "All events, each as a line of JSON: the path of the file.",
        )
        .synonyms(&["json", "json_lines"]),
        Key::new(
            "csv",
            Shape::Any(&[Shape::Text, Shape::Map(&FILE)]),
            "The trials that ended, a row for each: the path of the file.",
        ),
        Key::new(
            "prometheus",
            Shape::Any(&[Shape::Text, Shape::Map(&PROMETHEUS)]),
            "How the study stands, as metrics at an HTTP endpoint: the address to listen at.",
        )
        .synonyms(&["metrics", "openmetrics"]),
        Key::new(
            "webhook",
            Shape::Any(&[Shape::Text, Shape::Map(&WEBHOOK)]),
            "What happens as HTTP requests: the URL to post to.",
        )
        .synonyms(&["http", "slack"]),
    ],
)
.one_of(&[
    &["progress"],
    &["log"],
    &["jsonl"],
    &["csv"],
    &["prometheus"],
    &["webhook"],
]);

pub(super) static LOG: Keys = Keys::new(
    "`stderr`, a path, or a mapping such as `{to: stderr, level: info}`",
    &[
        Key::new("to", Shape::Text, "`stderr`, or the path of a file.")
            .required()
            .synonyms(&["path", "file", "target"]),
        Key::new(
            "level",
            Shape::Word(LEVELS),
            "The least important records to log.",
        )
        .default("\"info\""),
    ],
);

const NAME: Key = Key::new(
    "name",
    Shape::Text,
    "Its name in summaries, and the one under which the journal keeps how far it is.",
);

const DELIVERY: Key = Key::new(
    "delivery",
    Shape::Word(DELIVERIES),
    "What it is promised: every event of the study (`durable`), every event of this run, for which the study \
     waits if it must (`lossless`), or what it can take (`lossy`).",
)
.default("\"durable\"");

pub(super) static FILE: Keys = Keys::new(
    "a path, or a mapping such as `{path: events.jsonl}`",
    &[
        Key::new("path", Shape::Text, "The file, which is appended to.")
            .required()
            .synonyms(&["file", "to"]),
        NAME,
        DELIVERY,
    ],
);

pub(super) static PROMETHEUS: Keys = Keys::new(
    "an address, or a mapping such as `{listen: \"127.0.0.1:9464\"}`",
    &[
        Key::new(
            "listen",
            Shape::Text,
            "The address and the port to listen at; with port 0 the system chooses one.",
        )
        .required()
        .synonyms(&["address", "addr", "port", "bind"]),
        Key::new(
            "prefix",
            Shape::Text,
            "What stands before the name of every metric, with an underscore between.",
        )
        .default("\"tuning\""),
        Key::new(
            "buckets",
            Shape::Filled(&Shape::Number),
            "The upper bounds of durations that are counted together, in seconds, ascending.",
        ),
        Key::new(
            "linger",
            Shape::Duration,
            "How long the end of a run waits for one more scrape; not at all if this is not said.",
        ),
    ],
);

pub(super) static WEBHOOK: Keys = Keys::new(
    "a URL, or a mapping such as `{url: \"https://…\", events: [new_best]}`",
    &[
        Key::new("url", Shape::Text, "The URL to post to.").required(),
        Key::new(
            "events",
            Shape::Filled(&Shape::Word(TOPICS)),
            "What to post about.",
        )
        .default("[\"new_best\", \"study_ended\"]")
        .synonyms(&["on", "topics", "event"]),
        Key::new(
            "secret_env",
            Shape::Text,
            "The environment variable that holds the secret to sign requests with.",
        )
        .synonyms(&["secret", "token", "key"]),
        Key::new(
            "headers",
            Shape::Names(&Shape::Text),
            "Further headers; for one that is a secret, write `${env:NAME}`.",
        ),
        Key::new("timeout", Shape::Duration, "How long one request may take.").default("\"10s\""),
        Key::new(
            "retries",
            Shape::Count(0),
            "How often a request that fails is repeated at once.",
        )
        .default("2"),
        NAME,
        DELIVERY,
    ],
);
