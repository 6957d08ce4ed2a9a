//! [`ObserverSpec`]: an observer as a study file asks for it.

use std::sync::Arc;

use tuning_observers::named;
use tuning_runtime::{Delivery, Study, Subscription};

use super::{
    common::{WORDS, delivery, name},
    config::{Linger, ObserverConfig, Watching},
};
use crate::{
    document::Item,
    error::FileError,
    kinds::{Context, Kinds},
};

/// An observer, as a study file asks for it.
#[derive(Clone, Debug)]
pub struct ObserverSpec {
    kind: String,
    name: Option<String>,
    delivery: Delivery,
    config: Arc<dyn ObserverConfig>,
}

/// An observer that watches. Dropping it ends that.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct Watched {
    /// Its place on the bus.
    pub subscription: Subscription,
    /// What people want to know now, if anything.
    pub notice: Option<String>,
    /// What to wait for when the run has ended, if anything.
    pub linger: Option<Linger>,
}

impl ObserverSpec {
    /// Its kind, as study files call it.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What it is promised.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// Whether it is promised every event, also those of earlier sessions.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.delivery == Delivery::Durable
    }

    /// What its options became.
    #[must_use]
    pub fn config(&self) -> &Arc<dyn ObserverConfig> {
        &self.config
    }

    /// Lets it watch a study that is open.
    ///
    /// # Errors
    /// If it cannot.
    pub fn watch(&self, study: &Study) -> Result<Watched, FileError> {
        let Watching {
            observer,
            notice,
            linger,
        } = self
            .config
            .watch(study)
            .map_err(|source| FileError::Observer {
                kind: self.kind.clone(),
                source,
            })?;
        let handle = study.handle();
        let subscription = match &self.name {
            Some(name) => handle.subscribe(named(name.clone(), observer), self.delivery),
            None => handle.subscribe(observer, self.delivery),
        };
        Ok(Watched {
            subscription,
            notice,
            linger,
        })
    }

    /// The same for another study that is made of this one.
    pub(crate) fn marked(&self, mark: &str) -> Self {
        let mut spec = self.clone();
        if let Some(config) = self.config.marked(mark) {
            spec.config = config;
        }
        spec
    }
}

/// Reads a list of observers.
pub(crate) fn read(
    item: &Item<'_>,
    kinds: &Kinds<dyn ObserverConfig>,
    context: Context<'_>,
) -> Option<Vec<ObserverSpec>> {
    let items = item.list("a list of observers, such as `[{jsonl: events.jsonl}]`")?;
    let read: Vec<_> = items.iter().map(|item| one(item, kinds, context)).collect();
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

fn one(
    item: &Item<'_>,
    kinds: &Kinds<dyn ObserverConfig>,
    context: Context<'_>,
) -> Option<ObserverSpec> {
    let chosen = kinds.read(item, WORDS, context)?;
    let (name, delivery) = (name(&chosen.options), delivery(&chosen.options));
    Some(ObserverSpec {
        kind: chosen.kind,
        name: name?,
        delivery: delivery?.unwrap_or_else(|| chosen.config.delivery()),
        config: chosen.config,
    })
}

/// Whether an observer can watch beside those before it.
fn fits(item: &Item<'_>, spec: &ObserverSpec, before: &[ObserverSpec]) -> Option<()> {
    let kind = &spec.kind;
    let mut same = before.iter().filter(|other| other.kind == *kind);
    if spec.config.is_alone() && same.next().is_some() {
        return item.wrong(format_args!("is a second `{kind}`: keep one of them"));
    }
    if let Some(name) = &spec.name
        && before.iter().any(|other| other.name.as_ref() == Some(name))
    {
        return item.wrong(format_args!(
            "has the name `{name}`, which another one has, too: give it a different one"
        ));
    }
    // Which of the two has which place in the journal must not hang on their order here.
    let unnamed = |spec: &ObserverSpec| spec.is_durable() && spec.name.is_none();
    if unnamed(spec) && same.any(unnamed) {
        return item.wrong(format_args!(
            "is a second `{kind}` without a name: give it one (`name: …`), under which the journal keeps its position"
        ));
    }
    Some(())
}
