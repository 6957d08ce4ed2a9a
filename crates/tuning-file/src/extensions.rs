//! [`Extensions`]: what a program of one's own adds to study files, by name.

use std::{collections::BTreeMap, error::Error, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use thiserror::Error;
use tuning_core::{Observer, nearest};
use tuning_runtime::Delivery;
use tuning_strategies::Registry;

use crate::process;

/// Strategies and observers that study files can name.
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
/// let extensions = Extensions::default().observer("archive", Delivery::durable(), |options: Archive| {
///     JsonLines::append(format!("{}/archive.jsonl", options.folder))
/// });
/// # let _ = extensions;
/// ```
#[derive(Clone, Debug)]
pub struct Extensions {
    pub(crate) strategies: Registry,
    pub(crate) observers: ObserverKinds,
}

impl Default for Extensions {
    /// The strategies that come with the program.
    fn default() -> Self {
        tuning_auto::registry().into()
    }
}

impl From<Registry> for Extensions {
    fn from(mut strategies: Registry) -> Self {
        process::register(&mut strategies);
        Self {
            strategies,
            observers: ObserverKinds::default(),
        }
    }
}

impl Extensions {
    /// The strategies that study files can name.
    #[must_use]
    pub fn strategies(&self) -> &Registry {
        &self.strategies
    }

    /// The same with observers of this kind: `observers: [{KIND: {…}}]` makes one of its options, which are
    /// the fields of `C`. Options that are not said have the values of `C::default()`, so write all fields
    /// (no `skip_serializing_if`). `make` is called when a run begins; a name that is taken is given to
    /// the new one.
    #[must_use]
    pub fn observer<C, O, E>(
        mut self,
        kind: &str,
        delivery: Delivery,
        make: impl Fn(C) -> Result<O, E> + Send + Sync + 'static,
    ) -> Self
    where
        C: Default + Serialize + DeserializeOwned + 'static,
        O: Observer + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let defaults = match serde_json::to_value(C::default()) {
            Ok(Value::Object(defaults)) => defaults,
            // A unit struct: no options that a study file could set.
            _ => Map::new(),
        };
        let empty = defaults.is_empty();
        let read = move |options: Map<String, Value>| match (empty, options) {
            (true, _) => Ok(C::default()),
            (false, options) => serde_json::from_value::<C>(Value::Object(options)),
        };
        let check = Arc::new(move |options| read(options).map(drop));
        let make = Arc::new(move |options: Map<String, Value>| {
            let observer = make(read(options)?).map_err(Into::into)?;
            Ok(Box::new(observer) as Box<dyn Observer>)
        });
        let registered = Registered {
            delivery,
            defaults,
            check,
            make,
        };
        self.observers.kinds.insert(kind.to_owned(), registered);
        self
    }
}

type Check = dyn Fn(Map<String, Value>) -> serde_json::Result<()> + Send + Sync;
type Made = Result<Box<dyn Observer>, Box<dyn Error + Send + Sync>>;
type Make = dyn Fn(Map<String, Value>) -> Made + Send + Sync;

/// The kinds of observers that a program has brought.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObserverKinds {
    kinds: BTreeMap<String, Registered>,
}

#[derive(Clone)]
struct Registered {
    delivery: Delivery,
    defaults: Map<String, Value>,
    check: Arc<Check>,
    make: Arc<Make>,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").finish_non_exhaustive()
    }
}

impl ObserverKinds {
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.kinds.keys().map(String::as_str)
    }

    /// The observer of this kind with these options; none if there is no such kind.
    pub(crate) fn read(
        &self,
        kind: &str,
        given: &Map<String, Value>,
    ) -> Option<Result<ObserverConfig, OptionsError>> {
        let registered = self.kinds.get(kind)?;
        Some(registered.options(given).map(|options| ObserverConfig {
            kind: kind.to_owned(),
            options,
            registered: registered.clone(),
        }))
    }
}

impl Registered {
    fn options(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, OptionsError> {
        let defaults = &self.defaults;
        if let Some(unknown) = given.keys().find(|name| !defaults.contains_key(*name)) {
            let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
            let advice = match nearest(unknown, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if known.is_empty() => "it has no options".to_owned(),
                None => format!("there are `{}`", known.join("`, `")),
            };
            return Err(OptionsError::Unknown {
                option: unknown.clone(),
                advice,
            });
        }
        let with = |given: &mut dyn Iterator<Item = (&String, &Value)>| {
            let mut options = defaults.clone();
            options.extend(given.map(|(name, value)| (name.clone(), value.clone())));
            options
        };
        let options = with(&mut given.iter());
        let Err(error) = (self.check)(options.clone()) else {
            return Ok(options);
        };
        // serde does not say which one it was: try them one by one.
        let wrong = given.iter().find_map(|(name, value)| {
            let alone = with(&mut std::iter::once((name, value)));
            let error = (self.check)(alone).err()?;
            Some(OptionsError::Wrong {
                option: name.clone(),
                value: value.clone(),
                problem: error.to_string(),
            })
        });
        Err(wrong.unwrap_or_else(|| OptionsError::Inconsistent {
            problem: error.to_string(),
        }))
    }
}

/// An observer that a program has brought, with all its options.
#[derive(Clone, Debug)]
pub struct ObserverConfig {
    kind: String,
    options: Map<String, Value>,
    registered: Registered,
}

impl ObserverConfig {
    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn delivery(&self) -> Delivery {
        self.registered.delivery
    }

    pub fn make(&self) -> Made {
        (self.registered.make)(self.options.clone())
    }
}

/// Options that make no sense. The messages continue "`observers.0.mail` …".
#[derive(Clone, Debug, PartialEq, Error)]
pub(crate) enum OptionsError {
    #[error("has no option `{option}`: {advice}")]
    Unknown { option: String, advice: String },
    #[error("has an option `{option}` that cannot be `{value}`: {problem}")]
    Wrong {
        option: String,
        value: Value,
        problem: String,
    },
    #[error("has options that do not fit together: {problem}")]
    Inconsistent { problem: String },
}
