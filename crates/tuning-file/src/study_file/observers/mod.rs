//! `observers`: who watches besides the progress bar.

mod custom;
mod keys;
mod kinds;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use tuning_core::nearest;
use tuning_observers::{PrometheusConfig, Topic};
use tuning_runtime::Delivery;

use crate::{
    document::Item,
    extensions::{ObserverConfig, ObserverKinds},
};

use keys::EXPECTED;
pub(super) use keys::KEYS;

/// An observer, as a study file describes it.
#[derive(Clone, Debug)]
pub struct ObserverSpec {
    /// What it is.
    pub kind: Kind,
    /// Its name, if it has one of its own.
    pub name: Option<String>,
    /// What it is promised.
    pub delivery: Delivery,
}

/// What kind of observer it is, with its options.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Whether there is a progress bar.
    Progress {
        /// Whether it is.
        shown: bool,
    },
    /// Log records of one level and above.
    Log {
        /// Where to.
        target: Target,
        /// The least important records, such as `info`.
        level: String,
    },
    /// All events, each as a line of JSON.
    JsonLines(PathBuf),
    /// A row for each trial that ended.
    Csv(PathBuf),
    /// Metrics at an endpoint.
    Prometheus(PrometheusSpec),
    /// Events as requests.
    Webhook(WebhookSpec),
    /// One that the program has brought.
    Custom(ObserverConfig),
}

/// Where a log goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The standard error.
    Stderr,
    /// The end of a file.
    File(PathBuf),
}

/// Metrics, and where they are served.
#[derive(Clone, Debug)]
pub struct PrometheusSpec {
    /// `HOST:PORT`.
    pub listen: String,
    /// Names and buckets.
    pub config: PrometheusConfig,
    /// How long the end of a run waits for one more scrape.
    pub linger: Option<Duration>,
}

/// What is posted where.
#[derive(Clone, Debug)]
pub struct WebhookSpec {
    /// Where to post to.
    pub url: String,
    /// What to post about.
    pub topics: Vec<Topic>,
    /// The environment variable that holds the secret.
    pub secret_env: Option<String>,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// How long one request may take.
    pub timeout: Option<Duration>,
    /// How often a request is repeated.
    pub retries: Option<u32>,
}

impl ObserverSpec {
    fn new(kind: Kind, delivery: Delivery) -> Self {
        Self {
            kind,
            name: None,
            delivery,
        }
    }

    /// Whether it is promised every event, also those of earlier sessions.
    pub fn is_durable(&self) -> bool {
        self.delivery == Delivery::Durable
    }
}

impl Kind {
    /// As a study file calls it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Progress { .. } => "progress",
            Self::Log { .. } => "log",
            Self::JsonLines(_) => "jsonl",
            Self::Csv(_) => "csv",
            Self::Prometheus(_) => "prometheus",
            Self::Webhook(_) => "webhook",
            Self::Custom(config) => config.kind(),
        }
    }
}

pub(super) fn read(
    item: &Item<'_>,
    folder: &Path,
    custom: &ObserverKinds,
) -> Option<Vec<ObserverSpec>> {
    let items = item.list("a list of observers, such as `[{jsonl: events.jsonl}]`")?;
    let read: Vec<_> = items
        .iter()
        .map(|item| observer(item, folder, custom))
        .collect();
    let observers: Vec<_> = read.into_iter().collect::<Option<_>>()?;
    let fit = items
        .iter()
        .zip(&observers)
        .enumerate()
        .map(|(index, (item, spec))| fits(item, spec, &observers[..index]));
    // All of them, so that all errors are told.
    let fit: Vec<_> = fit.collect();
    fit.into_iter().collect::<Option<()>>()?;
    Some(observers)
}

/// Whether an observer can watch beside those before it.
fn fits(item: &Item<'_>, spec: &ObserverSpec, before: &[ObserverSpec]) -> Option<()> {
    let kind = spec.kind.as_str();
    let mut same = before.iter().filter(|other| other.kind.as_str() == kind);
    if matches!(spec.kind, Kind::Log { .. } | Kind::Progress { .. }) && same.next().is_some() {
        return item.wrong(format_args!("is a second `{kind}`: keep one of them"));
    }
    if let Some(name) = &spec.name
        && before.iter().any(|other| other.name.as_ref() == Some(name))
    {
        return item.wrong(format_args!(
            "is called `{name}`, as another one is: give it a name of its own"
        ));
    }
    // Which of the two has which place in the journal must not hang on their order here.
    let unnamed = |spec: &ObserverSpec| spec.is_durable() && spec.name.is_none();
    if unnamed(spec) && same.any(unnamed) {
        return item.wrong(format_args!(
            "is a second `{kind}` without a name: give it one (`name: …`), by which the journal keeps how far it is"
        ));
    }
    Some(())
}

fn observer(item: &Item<'_>, folder: &Path, custom: &ObserverKinds) -> Option<ObserverSpec> {
    if item.is_text() {
        return by_name(item, custom);
    }
    if let Some(spec) = custom::read(item, custom) {
        return spec;
    }
    let fields = item.fields(&KEYS)?;
    let kinds = KEYS.names().filter(|key| *key != "level");
    let mut there = kinds.filter_map(|key| Some((key, fields.get(key)?)));
    let (Some((kind, options)), None) = (there.next(), there.next()) else {
        if fields.has_unknown() {
            return None;
        }
        return item.wrong(format_args!("is not one observer: expected {EXPECTED}"));
    };
    let level = fields.get("level");
    if let (Some(level), true) = (&level, kind != "log") {
        level.wrong::<()>(format_args!("does not apply to `{kind}`: remove it"));
    }
    let lossless = |kind| ObserverSpec::new(kind, Delivery::lossless());
    match kind {
        "progress" => {
            let shown = options.flag()?;
            Some(ObserverSpec::new(
                Kind::Progress { shown },
                Delivery::lossy(),
            ))
        }
        "log" => kinds::log(&options, level.as_ref(), folder).map(lossless),
        "jsonl" => kinds::file(&options, folder, Kind::JsonLines),
        "csv" => kinds::file(&options, folder, Kind::Csv),
        "prometheus" => kinds::prometheus(&options)
            .map(Kind::Prometheus)
            .map(lossless),
        _ => kinds::webhook(&options),
    }
}

/// An observer without options.
fn by_name(item: &Item<'_>, custom: &ObserverKinds) -> Option<ObserverSpec> {
    let name = item.text(EXPECTED)?;
    if name == "progress" {
        let kind = Kind::Progress { shown: true };
        return Some(ObserverSpec::new(kind, Delivery::lossy()));
    }
    if let Some(spec) = custom::without_options(item, &name, custom) {
        return spec;
    }
    let known = KEYS.names().filter(|key| *key != "level");
    if known.clone().any(|kind| kind == name) {
        return item.wrong(format_args!(
            "is `{name}` without its options: expected {EXPECTED}"
        ));
    }
    let mut known: Vec<&str> = known.collect();
    known.extend(custom.names());
    match nearest(&name, known.iter().copied()) {
        Some(meant) => item.wrong(format_args!(
            "is `{name}`, which is no observer: did you mean `{meant}`?"
        )),
        None => item.wrong(format_args!(
            "is `{name}`, which is no observer: there are `{}`",
            known.join("`, `")
        )),
    }
}
