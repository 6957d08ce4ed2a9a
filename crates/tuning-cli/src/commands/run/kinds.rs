//! `progress` and `log`: the kinds of observers that need a terminal, registered as any program's own.

use std::{any::Any, error::Error, path::PathBuf, sync::Arc};

use tuning_file::{
    Kind, ObserverConfig, ObserverSpec, Options, Watching,
    document::{Item, Key, Keys, Shape},
    word,
};
use tuning_observers::{Log, ProgressBar};
use tuning_runtime::{Delivery, Study};

use super::log;

const LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];

static PROGRESS: Keys = Keys::new(
    "true or false",
    &[Key::new(
        "shown",
        Shape::Flag,
        "Whether there is a progress bar. `--no-progress` overrides it.",
    )
    .default("true")],
);

static LOG: Keys = Keys::new(
    "`stderr`, a path, or a mapping such as `{to: stderr, level: info}`",
    &[
        Key::new("to", Shape::Text, "`stderr`, or the path of a file.")
            .required()
            .synonyms(&["path", "file", "target"]),
        Key::new(
            "level",
            Shape::Word(LEVELS),
            "The lowest level of records to log.",
        )
        .default("\"info\""),
    ],
);

/// Both of them.
pub(crate) fn kinds() -> Vec<Kind<dyn ObserverConfig>> {
    let progress = Kind::new(
        "progress",
        "Whether there is a progress bar. `--no-progress` overrides it.",
        &PROGRESS,
        |options| {
            let shown = options.read_if_said("shown", Item::flag)?.unwrap_or(true);
            Some(Arc::new(Progress { shown }) as Arc<dyn ObserverConfig>)
        },
    );
    let log = Kind::new(
        "log",
        "Log records of what happens: `stderr`, or the path of a file.",
        &LOG,
        |options| Some(Arc::new(Logging::read(options)?) as Arc<dyn ObserverConfig>),
    );
    vec![
        progress.short("shown"),
        log.short("to").synonyms(&["tracing", "logging"]),
    ]
}

/// What an observer says of the progress bar; none if it is another one.
pub(super) fn progress(spec: &ObserverSpec) -> Option<&Progress> {
    let config: &dyn Any = &**spec.config();
    config.downcast_ref()
}

/// Whether there is a progress bar.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) shown: bool,
}

impl ObserverConfig for Progress {
    fn watch(&self, study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        let objectives = study.spec().objectives.clone();
        Ok(Watching::by(ProgressBar::new().objectives(objectives)))
    }

    fn delivery(&self) -> Delivery {
        Delivery::lossy()
    }

    fn is_alone(&self) -> bool {
        true
    }
}

/// Log records of one level and above; to standard error if there is no file.
#[derive(Debug)]
struct Logging {
    file: Option<PathBuf>,
    level: String,
}

impl Logging {
    fn read(options: &Options<'_>) -> Option<Self> {
        let to = options.need("to", "write `to: stderr`, or the path of a file");
        let level = options.read_if_said("level", |item| word(item, LEVELS));
        let to = to?;
        let file = match to.text("`stderr`, or a path")?.as_str() {
            "stderr" => None,
            _ => Some(options.path(&to)?),
        };
        Some(Self {
            file,
            level: level?.unwrap_or("info").to_owned(),
        })
    }
}

impl ObserverConfig for Logging {
    fn watch(&self, _study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        log::start(self.file.as_deref(), &self.level)?;
        Ok(Watching::by(Log::new()))
    }

    fn delivery(&self) -> Delivery {
        Delivery::lossless()
    }

    fn is_alone(&self) -> bool {
        true
    }
}
