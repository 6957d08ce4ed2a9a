//! The keys at the top of a study file. Those of its parts stand with their readers.

use super::{budget, command, parameters, settings, stop_on};
use crate::{
    document::{INCLUDE, Key, Keys, Shape},
    limits,
};

/// Whether trials can resume.
pub(super) const RESUMES: &str = "resumes";

/// What a study file may say.
pub(super) static ROOT: Keys = Keys::new(
    "a mapping with at least `command`, `parameters` and `objective`",
    &[
        Key::new(
            "$schema",
            Shape::Text,
            "Where editors find the schema of this file: see `tune schema`.",
        ),
        Key::new(
            INCLUDE,
            Shape::Any(&[Shape::Text, Shape::List(&Shape::Text)]),
            "Other files that this one is merged over, relative to this one: a path or several. Maps merge, \
             everything else is replaced, what comes later wins, and a key with nothing (`null`) removes \
             what was included.",
        ),
        Key::new(
            "name",
            Shape::Text,
            "The name of the study; by default the file's name.",
        )
        .synonyms(&["study"]),
        command::COMMAND.optional(),
        Key::new(
            "evaluator",
            Shape::Defined("evaluator"),
            "Who runs the trials, if it is not a command: a kind with its options.",
        ),
        command::WORKDIR,
        command::ENV,
        command::REPORT,
        Key::new(
            RESUMES,
            Shape::Flag,
            "Whether a trial can continue from a checkpoint. `false` for a program that always begins anew: no strategy pauses \
             its trials then. With a `fidelity` and no strategy or pruner of your choice, `pruner: asha` stops what is behind.",
        )
        .default("true"),
        Key::new(
            "parameters",
            Shape::Parameters(&parameters::KEYS),
            "What to tune, by name; a parameter comes after those that it depends on. `configspace: space.json` reads them from a \
             file that ConfigSpace wrote.",
        )
        .required()
        .synonyms(&["hyperparameters", "params", "space"]),
        Key::new(
            "objective",
            Shape::Map(&settings::OBJECTIVE),
            "What to optimise.",
        ),
        Key::new(
            "objectives",
            Shape::List(&Shape::Map(&settings::OBJECTIVE)),
            "Several of them: the result is the trials that no other one dominates.",
        )
        .synonyms(&["metrics"]),
        Key::new(
            "strategy",
            Shape::Defined("strategy"),
            "What proposes trials: a name, or `name` with options (`tune strategies` lists them), or `command` with \
             `options`: a program of your own.",
        )
        .default("\"auto\"")
        .synonyms(&["algorithm", "search_alg", "tuner"]),
        Key::new(
            "grid",
            Shape::Names(&Shape::List(&Shape::Json)),
            "The values that a grid takes of single parameters, by name, such as `{lr: [1e-4, 1e-3]}`: the `points` of the strategy `grid`, \
             which this chooses.",
        ),
        Key::new(
            "pruner",
            Shape::Defined("pruner"),
            "What stops bad trials early, by what they report: a name, or `name` with options (`tune pruners` lists \
             them). Without one, trials run to their end.",
        )
        .synonyms(&["pruning"]),
        Key::new(
            "enqueue",
            Shape::List(&Shape::Names(&Shape::Scalar)),
            "Points to try first, each with a value for every active parameter.",
        )
        .synonyms(&["points_to_evaluate"]),
        Key::new(
            "budget",
            Shape::Map(&budget::KEYS),
            "When to stop: at whichever limit comes first. Without a budget the strategy decides.",
        ),
        Key::new(
            "stop_on",
            Shape::Map(&stop_on::KEYS),
            "What ends the study before that: trials that fail.",
        ),
        Key::new(
            "fidelity",
            Shape::Map(&settings::FIDELITY),
            "How far trials are run, for strategies that stop and resume them.",
        ),
        Key::new(
            "workers",
            Shape::Count(1, limits::WORKERS),
            "How many trials run at the same time; by default one per core.",
        )
        .synonyms(&["concurrency", "parallelism"]),
        Key::new(
            "order",
            Shape::Any(&[
                Shape::Word(&["as-finished", "as-proposed"]),
                Shape::Pattern("^as-proposed:0*[1-9][0-9]*$"),
            ]),
            "In which order the strategy learns results: as they come in, or `as-proposed` for the same \
             trials with any number of workers.",
        )
        .default("\"as-finished\""),
        Key::new("seed", Shape::Seed, "The seed of all randomness.")
            .default("0")
            .synonyms(&["random_seed", "random_state"]),
        Key::new(
            "trial_timeout",
            Shape::Duration,
            "How long one attempt at a trial may take, such as `60s`. For the whole study: `budget.time`.",
        )
        .synonyms(&["max_trial_time", "trial_time"]),
        Key::new(
            "grace",
            Shape::Duration,
            "How long a trial that is stopped may take to end, between SIGTERM and SIGKILL.",
        )
        .default("\"10s\""),
        Key::new(
            "retry",
            Shape::Map(&settings::RETRY),
            "Which failures are tried again, and how often.",
        )
        .synonyms(&["retries"]),
        Key::new(
            "journal",
            Shape::Any(&[Shape::Text, Shape::Defined("journal")]),
            "Where the study is kept: the path of a file, or a kind of journal with its options; by default this file's name \
             with `.db`.",
        )
        .synonyms(&["database", "db", "output"]),
        Key::new(
            "observers",
            Shape::List(&Shape::Defined("observer")),
            "Who watches besides the progress bar.",
        )
        .synonyms(&["callbacks", "loggers"]),
    ],
)
.one_of(&[
    &["command", "objective"],
    &["command", "objectives"],
    &["evaluator", "objective"],
    &["evaluator", "objectives"],
]);
