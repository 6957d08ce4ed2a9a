//! `strategy` and `enqueue`: what proposes.

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tuning_core::{
    BoxedConfig, ConfigOption, Literal, Problem, Space, Spec, Strategy, StrategyConfig, Unsupported,
};
use tuning_process::NAME as PROCESS;
use tuning_strategies::{EnqueueConfig, Registry, RegistryError};

use crate::{
    document::{Item, Node, Place, Value},
    paths,
};

/// A strategy that was chosen at run time, to be built more than once.
#[derive(Clone)]
pub struct SharedConfig {
    config: Arc<dyn StrategyConfig<Strategy = Box<dyn Strategy>>>,
    prepared: Arc<Mutex<Option<Prepared>>>,
}

/// One that was built to see whether it can be, and for what: a program is not started twice for that.
type Prepared = (Problem, Box<dyn Strategy>);

impl SharedConfig {
    /// Builds it, and keeps what was built for the next build for the same problem.
    pub(super) fn prepare(&self, problem: &Problem) -> Result<(), Unsupported> {
        let built = self.config.build(problem)?;
        *self.prepared() = Some((problem.clone(), built));
        Ok(())
    }

    fn prepared(&self) -> std::sync::MutexGuard<'_, Option<Prepared>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedConfig").field(&self.config).finish()
    }
}

impl From<BoxedConfig> for SharedConfig {
    fn from(config: BoxedConfig) -> Self {
        Self {
            config: config.into(),
            prepared: Arc::default(),
        }
    }
}

impl StrategyConfig for SharedConfig {
    type Strategy = Box<dyn Strategy>;

    fn spec(&self) -> Spec {
        self.config.spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        self.config.options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        // What was prepared for another problem is dropped: a program ends then.
        match self.prepared().take() {
            Some((prepared, strategy)) if prepared == *problem => Ok(strategy),
            _ => self.config.build(problem),
        }
    }
}

/// Reads the strategy; if nothing is said `auto`, or `random` in a program that has no `auto`.
pub(super) fn strategy(
    item: Option<&Item<'_>>,
    folder: &Path,
    registry: &Registry,
) -> Option<BoxedConfig> {
    let Some(item) = item else {
        let automatic = registry.entries().any(|entry| entry.name() == "auto");
        let name = if automatic { "auto" } else { "random" };
        return registry.read(&name.into()).ok();
    };
    match registry.read(&in_folder(item, folder, true)?) {
        Ok(config) => Some(config),
        Err(error) => {
            let place = place_of(&error, item.node());
            item.problem(place, message(&error))
        }
    }
}

/// The item as JSON, in which `command` stands for the strategy `process`, and that has its folder. Within
/// another strategy, an option of which is at times a map of whatever names, `command` has to be a list.
fn in_folder(item: &Item<'_>, folder: &Path, outermost: bool) -> Option<serde_json::Value> {
    if !item.is_map() {
        return item.json();
    }
    let entries = item.names("a strategy")?;
    let get = |key: &str| entries.iter().find(|(name, _)| *name == key);
    let is_process = match get("name") {
        Some((_, name)) => name.node().as_text() == Some(PROCESS),
        None => get("command").is_some_and(|(_, command)| outermost || command.is_list()),
    };
    let mut read = serde_json::Map::new();
    for (key, item) in &entries {
        let value = match (*key, is_process) {
            ("workdir", true) => paths::path(item, folder)?.to_string_lossy().into(),
            // A program's own options, and its arguments.
            (_, true) => item.json()?,
            // A combinator's, which may be a strategy.
            (_, false) => in_folder(item, folder, false)?,
        };
        read.insert((*key).to_owned(), value);
    }
    if is_process {
        read.entry("name").or_insert_with(|| PROCESS.into());
        let own = match item.folder() {
            Some(own) if own.as_os_str().is_empty() => folder.to_owned(),
            Some(own) => own,
            None => ".".into(),
        };
        let own = || paths::tidy(&own).to_string_lossy().into();
        read.entry("workdir").or_insert_with(own);
    }
    Some(serde_json::Value::Object(read))
}

/// Where in the file the error is: at an option, in a strategy inside another one.
fn place_of<'a>(error: &RegistryError, node: &'a Node) -> &'a Place {
    let key = match error {
        RegistryError::UnknownStrategy { .. } => "name",
        RegistryError::UnknownOption { option, .. }
        | RegistryError::WrongValue { option, .. }
        | RegistryError::OutOfRange { option, .. } => option,
        RegistryError::Part { option, source, .. } => {
            return node
                .get(option)
                .map_or(&node.place, |part| place_of(source, part));
        }
        _ => return &node.place,
    };
    if let (RegistryError::UnknownOption { .. }, Value::Map(entries)) = (error, &node.value) {
        // The key itself is wrong.
        let entry = entries.iter().find(|entry| entry.key == key);
        return entry.map_or(&node.place, |entry| &entry.place);
    }
    node.option(key).map_or(&node.place, |node| &node.place)
}

fn message(error: &RegistryError) -> String {
    match error {
        RegistryError::UnknownStrategy { .. } => format!("{error} (see `tune strategies`)"),
        _ => error.to_string(),
    }
}

/// Puts the points of `enqueue` before a strategy.
pub(super) fn enqueue(item: &Item<'_>, space: &Space, inner: BoxedConfig) -> Option<BoxedConfig> {
    let items = item.list("a list of points, such as `[{lr: 0.01, layers: 2}]`")?;
    let read: Vec<_> = items.iter().map(|item| point(item, space)).collect();
    let mut config = EnqueueConfig::over(inner);
    config.points = read.into_iter().collect::<Option<_>>()?;
    Some(if config.points.is_empty() {
        config.inner
    } else {
        config.boxed()
    })
}

fn point(item: &Item<'_>, space: &Space) -> Option<BTreeMap<String, Literal>> {
    let entries =
        item.names("a value for each active parameter, such as `{lr: 0.01, layers: 2}`")?;
    let read: Vec<_> = entries
        .iter()
        .map(|(name, item)| Some(((*name).to_owned(), item.scalar()?)))
        .collect();
    let point: BTreeMap<_, _> = read.into_iter().collect::<Option<_>>()?;
    match space.params(point.iter().map(|(name, value)| (name, value.clone()))) {
        Ok(_) => Some(point),
        Err(error) => item.wrong(format_args!("is not a point of the space: {error}")),
    }
}
