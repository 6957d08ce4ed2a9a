//! `observers`: who watches besides the progress bar.

use std::path::{Path, PathBuf};

use crate::document::{Item, Key, Keys, Shape};

use super::paths;

/// An observer, as a study file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ObserverSpec {
    /// All events, each as a line of JSON.
    JsonLines { path: PathBuf },
    /// Log records of one level and above.
    Log { target: Target, level: String },
}

impl ObserverSpec {
    /// Whether it is promised every event, also those of earlier sessions.
    pub(crate) fn is_durable(&self) -> bool {
        matches!(self, Self::JsonLines { .. })
    }
}

/// Where a log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Stderr,
    File(PathBuf),
}

const EXPECTED: &str = "`jsonl: PATH`, `log: PATH` or `log: stderr`";
const LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];

pub(super) static KEYS: Keys = Keys::new(
    EXPECTED,
    &[
        Key::new(
            "jsonl",
            Shape::Text,
            "All events, each as a line of JSON: the path of the file.",
        ),
        Key::new(
            "log",
            Shape::Text,
            "Log records of what happens: `stderr`, or the path of a file.",
        ),
        Key::new(
            "level",
            Shape::Word(LEVELS),
            "The least important records to log.",
        )
        .default("\"info\""),
    ],
)
.one_of(&[&["jsonl"], &["log"]]);

pub(super) fn read(item: &Item<'_>, folder: &Path) -> Option<Vec<ObserverSpec>> {
    let items = item.list("a list of observers, such as `[{jsonl: events.jsonl}]`")?;
    let read: Vec<_> = items.iter().map(|item| observer(item, folder)).collect();
    let observers: Vec<_> = read.into_iter().collect::<Option<_>>()?;
    let logs = observers
        .iter()
        .filter(|observer| matches!(observer, ObserverSpec::Log { .. }));
    if logs.count() > 1 {
        return item.wrong("has more than one `log`: keep one of them");
    }
    Some(observers)
}

fn observer(item: &Item<'_>, folder: &Path) -> Option<ObserverSpec> {
    let fields = item.fields(&KEYS)?;
    match (fields.get("jsonl"), fields.get("log")) {
        (Some(jsonl), None) => {
            if let Some(level) = fields.get("level") {
                level.wrong::<()>("does not apply to `jsonl`: remove it");
            }
            Some(ObserverSpec::JsonLines {
                path: paths::path(&jsonl, folder)?,
            })
        }
        (None, Some(log)) => {
            let target = match log.text("a path, or `stderr`")?.as_str() {
                "stderr" => Target::Stderr,
                _ => Target::File(paths::path(&log, folder)?),
            };
            let level = match fields.get("level") {
                None => "info".to_owned(),
                Some(level) => {
                    let expected = format!("one of `{}`", LEVELS.join("`, `"));
                    let text = level.text(&expected)?;
                    if !LEVELS.contains(&text.as_str()) {
                        return level.expected(expected);
                    }
                    text
                }
            };
            Some(ObserverSpec::Log { target, level })
        }
        _ => item.wrong(format_args!("is not one observer: expected {EXPECTED}")),
    }
}
