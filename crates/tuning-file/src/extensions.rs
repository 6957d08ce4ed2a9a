//! [`Extensions`]: what study files can name: strategies, pruners, journals, evaluators and observers.

use std::{convert::Infallible, error::Error, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use tuning_core::{Observer, PrunerConfig};
use tuning_runtime::{Delivery, Study};
use tuning_strategies::Registry;

use crate::{
    evaluators::{self, EvaluatorConfig},
    journals::{self, JournalConfig},
    kinds::{Kind, Kinds},
    observers::{self, ObserverConfig, Watching},
    pruners::{self, AnyPruner},
    registry,
};

/// What study files can name. Those that come with this crate are in [`Extensions::default`], registered as yours
/// are; a name that is taken is given to the new one.
///
/// # Example
/// ```
/// use serde::{Deserialize, Serialize};
/// use tuning_file::Extensions;
/// use tuning_observers::JsonLines;
/// use tuning_runtime::Delivery;
///
/// /// What `observers: [{archive: {folder: /data}}]` may say; the defaults of all options.
/// #[derive(Serialize, Deserialize)]
/// struct Archive {
///     folder: String,
/// }
///
/// impl Default for Archive {
///     fn default() -> Self {
///         Self { folder: ".".to_owned() }
///     }
/// }
///
/// let extensions = Extensions::default().observer("archive", Delivery::durable(), |options: &Archive| {
///     JsonLines::append(format!("{}/archive.jsonl", options.folder))
/// });
/// # let _ = extensions;
/// ```
#[derive(Clone, Debug)]
pub struct Extensions {
    pub(crate) strategies: Registry,
    pub(crate) pruners: Kinds<AnyPruner>,
    pub(crate) journals: Kinds<dyn JournalConfig>,
    pub(crate) evaluators: Kinds<dyn EvaluatorConfig>,
    pub(crate) observers: Kinds<dyn ObserverConfig>,
}

impl Default for Extensions {
    /// The strategies of [`registry`], the pruners of `tuning-multifidelity`, the journals `sqlite` and `memory`, the evaluator `command`, and the observers
    /// `jsonl`, `csv`, `prometheus` and `webhook`.
    fn default() -> Self {
        registry().into()
    }
}

impl From<Registry> for Extensions {
    /// The default ones with these strategies.
    fn from(strategies: Registry) -> Self {
        let mut this = Self::none();
        this.strategies = strategies;
        this = pruners::ours().into_iter().fold(this, Self::pruner_kind);
        this = journals::ours().into_iter().fold(this, Self::journal_kind);
        this = evaluators::ours()
            .into_iter()
            .fold(this, Self::evaluator_kind);
        observers::ours()
            .into_iter()
            .fold(this, Self::observer_kind)
    }
}

impl Extensions {
    /// Nothing at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            strategies: Registry::new(),
            pruners: Kinds::default(),
            journals: Kinds::default(),
            evaluators: Kinds::default(),
            observers: Kinds::default(),
        }
    }

    /// The strategies that study files can name.
    #[must_use]
    pub fn strategies(&self) -> &Registry {
        &self.strategies
    }

    /// The same, to register more.
    pub fn strategies_mut(&mut self) -> &mut Registry {
        &mut self.strategies
    }

    /// The kinds of pruners that study files can name.
    pub fn pruners(&self) -> impl Iterator<Item = &Kind<AnyPruner>> {
        self.pruners.iter()
    }

    /// The kinds of journals that study files can name.
    pub fn journals(&self) -> impl Iterator<Item = &Kind<dyn JournalConfig>> {
        self.journals.iter()
    }

    /// The kinds of evaluators that study files can name.
    pub fn evaluators(&self) -> impl Iterator<Item = &Kind<dyn EvaluatorConfig>> {
        self.evaluators.iter()
    }

    /// The kinds of observers that study files can name.
    pub fn observers(&self) -> impl Iterator<Item = &Kind<dyn ObserverConfig>> {
        self.observers.iter()
    }

    /// Adds a kind of pruner: `pruner: KIND`, or `pruner: {name: KIND, …}` with its options.
    #[must_use]
    pub fn pruner_kind(mut self, kind: Kind<AnyPruner>) -> Self {
        self.pruners.add(kind);
        self
    }

    /// Adds a kind of pruner whose options are the fields of `C`. Options that are absent have the values
    /// of `C::default()`, so write all fields (no `skip_serializing_if`).
    #[must_use]
    pub fn pruner<C>(self, kind: &str, about: &str) -> Self
    where
        C: PrunerConfig + Default + Serialize + DeserializeOwned + 'static,
    {
        self.pruner_kind(pruners::kind::<C>(kind, about))
    }

    /// Adds a kind of journal: `journal: {KIND: {…}}`, or `journal: KIND:…`.
    #[must_use]
    pub fn journal_kind(mut self, kind: Kind<dyn JournalConfig>) -> Self {
        self.journals.add(kind);
        self
    }

    /// Adds a kind of evaluator: `evaluator: {KIND: {…}}`.
    #[must_use]
    pub fn evaluator_kind(mut self, kind: Kind<dyn EvaluatorConfig>) -> Self {
        self.evaluators.add(kind);
        self
    }

    /// Adds a kind of observer: `observers: [{KIND: {…}}]`. Beside its options, or among them, there may
    /// be `name` and `delivery`, as for all kinds.
    #[must_use]
    pub fn observer_kind(mut self, kind: Kind<dyn ObserverConfig>) -> Self {
        self.observers.add(kind);
        self
    }

    /// Adds a kind of observer that is made of its options alone, which are the fields of `C`. Options
    /// that are absent have the values of `C::default()`, so write all fields (no `skip_serializing_if`).
    /// `make` is called when a run begins.
    #[must_use]
    pub fn observer<C, O, E>(
        self,
        kind: &str,
        delivery: Delivery,
        make: impl Fn(&C) -> Result<O, E> + Send + Sync + 'static,
    ) -> Self
    where
        C: Default + Serialize + DeserializeOwned + Send + Sync + 'static,
        O: Observer + 'static,
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let make: Arc<Make<C>> =
            Arc::new(move |options| Ok(Watching::by(make(options).map_err(Into::into)?)));
        self.observer_kind(Kind::typed(kind, "", move |options: C| {
            let made = Made {
                options,
                delivery,
                make: Arc::clone(&make),
            };
            Ok::<_, Infallible>(Arc::new(made) as Arc<dyn ObserverConfig>)
        }))
    }
}

type Make<C> = dyn Fn(&C) -> Result<Watching, Box<dyn Error + Send + Sync>> + Send + Sync;

/// An observer that a function makes of its options.
struct Made<C> {
    options: C,
    delivery: Delivery,
    make: Arc<Make<C>>,
}

impl<C> fmt::Debug for Made<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Options may be secrets.
        f.debug_struct("Made")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> ObserverConfig for Made<C> {
    fn watch(&self, _study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        (self.make)(&self.options)
    }

    fn delivery(&self) -> Delivery {
        self.delivery
    }
}
