//! `strategy` and `enqueue`: what proposes.

use std::{collections::BTreeMap, sync::Arc};

use tuning_core::{
    BoxedConfig, Problem, Scalar, Space, Strategy, StrategyConfig, StrategySpec, Unsupported,
};
use tuning_strategies::{EnqueueConfig, Registry, RegistryError};

use crate::document::{Item, Node, Place, Value};

/// A strategy that was chosen at run time, to be built more than once.
#[derive(Clone, Debug)]
pub(crate) struct SharedConfig(Arc<dyn StrategyConfig<Strategy = Box<dyn Strategy>>>);

impl From<BoxedConfig> for SharedConfig {
    fn from(config: BoxedConfig) -> Self {
        Self(config.into())
    }
}

impl StrategyConfig for SharedConfig {
    type Strategy = Box<dyn Strategy>;

    fn spec(&self) -> StrategySpec {
        self.0.spec()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        self.0.build(problem)
    }
}

/// Reads the strategy; `random` if nothing is said.
pub(super) fn strategy(item: Option<&Item<'_>>, registry: &Registry) -> Option<BoxedConfig> {
    let Some(item) = item else {
        return registry.read(&"random".into()).ok();
    };
    match registry.read(&item.json()?) {
        Ok(config) => Some(config),
        Err(error) => {
            let place = place_of(&error, item.node());
            item.problem(place, message(&error))
        }
    }
}

/// Where in the file the error is: at an option, in a strategy inside another one.
fn place_of<'a>(error: &RegistryError, node: &'a Node) -> &'a Place {
    let key = match error {
        RegistryError::UnknownStrategy { .. } => "name",
        RegistryError::UnknownOption { option, .. } | RegistryError::WrongValue { option, .. } => {
            option
        }
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
    node.get(key).map_or(&node.place, |node| &node.place)
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

fn point(item: &Item<'_>, space: &Space) -> Option<BTreeMap<String, Scalar>> {
    let entries =
        item.names("a value for each active parameter, such as `{lr: 0.01, layers: 2}`")?;
    let read: Vec<_> = entries
        .iter()
        .map(|(name, item)| Some(((*name).to_owned(), item.scalar()?)))
        .collect();
    let point: BTreeMap<_, _> = read.into_iter().collect::<Option<_>>()?;
    match space.params(point.iter().map(|(name, value)| (name, value.clone()))) {
        Ok(_) => Some(point),
        Err(error) => item.wrong(format_args!("is no point of the space: {error}")),
    }
}
