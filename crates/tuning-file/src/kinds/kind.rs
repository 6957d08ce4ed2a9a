//! [`Kind`]: a name in study files with its options and what reads them.

use std::{error::Error, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};
use tuning_core::ConfigOption;

use super::{config, options::Options, shapes::Shapes};
use crate::document::Keys;

/// A kind of pruner, journal, evaluator or observer: `M` says what its options become.
///
/// # Example
/// ```
/// use std::sync::Arc;
///
/// use serde::{Deserialize, Serialize};
/// use tuning_file::{JournalConfig, Kind};
///
/// # use tuning_core::{Journal, JournalError};
/// /// `journal: {archive: {bucket: studies}}`; the defaults of all options.
/// #[derive(Debug, Default, Serialize, Deserialize)]
/// struct Archive {
///     bucket: String,
/// }
///
/// impl JournalConfig for Archive {
///     // …
/// #   fn open(&self, _: &str) -> Result<Box<dyn Journal>, JournalError> { unimplemented!() }
/// #   fn place(&self) -> String { self.bucket.clone() }
/// #   fn marked(&self, _: &str) -> Arc<dyn JournalConfig> { unimplemented!() }
/// }
///
/// let kind = Kind::<dyn JournalConfig>::typed("archive", "Studies in a bucket.", |archive: Archive| {
///     Ok::<_, std::convert::Infallible>(Arc::new(archive) as Arc<dyn JournalConfig>)
/// });
/// assert_eq!(kind.name(), "archive");
/// ```
pub struct Kind<M: ?Sized> {
    name: String,
    about: String,
    synonyms: &'static [&'static str],
    shapes: Shapes,
    bare: bool,
    one_of: &'static [&'static str],
    described: Vec<ConfigOption>,
    alone: Arc<Alone>,
    read: Arc<Read<M>>,
}

/// Reads an option of this name and value alone; in words why it cannot be that.
type Alone = dyn Fn(&str, &Json) -> Result<(), String> + Send + Sync;

type Read<M> = dyn Fn(&Options<'_>) -> Option<Arc<M>> + Send + Sync;

impl<M: ?Sized> Kind<M> {
    /// A kind whose options are those of a table, read by `read`: none after it has noted what is wrong.
    pub fn new(
        name: impl Into<String>,
        about: impl Into<String>,
        keys: &'static Keys,
        read: impl Fn(&Options<'_>) -> Option<Arc<M>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            synonyms: &[],
            shapes: Shapes::Table { keys, short: None },
            bare: keys.keys.iter().all(|key| !key.required),
            one_of: &[],
            described: Vec::new(),
            alone: Arc::new(|_, _| Ok(())),
            read: Arc::new(read),
        }
    }

    /// A kind whose options are the fields of `C`. Options that are absent have the values of
    /// `C::default()`, so write all fields (no `skip_serializing_if`).
    pub fn typed<C, E>(
        name: impl Into<String>,
        about: impl Into<String>,
        make: impl Fn(C) -> Result<Arc<M>, E> + Send + Sync + 'static,
    ) -> Self
    where
        C: Default + Serialize + DeserializeOwned,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let defaults = match serde_json::to_value(C::default()) {
            Ok(Json::Object(defaults)) => Arc::new(defaults),
            // A unit struct: no options that a study file could set.
            _ => Arc::default(),
        };
        let shapes = Shapes::Defaults(Arc::clone(&defaults));
        let alone = Arc::clone(&defaults);
        Self {
            name: name.into(),
            about: about.into(),
            synonyms: &[],
            shapes,
            bare: true,
            one_of: &[],
            described: Vec::new(),
            alone: Arc::new(move |name, value| config::alone::<C>(name, value, &alone)),
            read: Arc::new(move |options| {
                let config = config::read::<C>(options, &defaults)?;
                match make(config) {
                    Ok(made) => Some(made),
                    Err(error) => options
                        .item()
                        .wrong(format_args!("cannot be used: {}", error.into())),
                }
            }),
        }
    }

    /// The same where a value that is not a map stands for the option of this name: `jsonl: events.jsonl`.
    ///
    /// # Panics
    /// If the table has no such key.
    #[must_use]
    pub fn short(mut self, key: &'static str) -> Self {
        match &mut self.shapes {
            Shapes::Table { keys, short } if keys.has(key) => *short = Some(key),
            _ => panic!("kind `{}` has no table with the key `{key}`", self.name),
        }
        self
    }

    /// The same where one of these options at least has to have a value, as what it makes says when it is built.
    #[must_use]
    pub(crate) fn needs_one_of(mut self, options: &'static [&'static str]) -> Self {
        self.one_of = options;
        self
    }

    /// The same with what people write who mean it.
    #[must_use]
    pub fn synonyms(mut self, synonyms: &'static [&'static str]) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// The same with what its options do and how far they may go.
    ///
    /// # Panics
    /// If it has no option of such a name.
    #[must_use]
    pub(crate) fn with_described(mut self, options: Vec<ConfigOption>) -> Self {
        let known = self.options();
        for option in &options {
            let (name, option) = (&self.name, option.name());
            assert!(
                known.contains_key(option),
                "`{name}` describes an option `{option}`, which it does not have"
            );
        }
        self.described = options;
        self
    }

    /// How study files call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Its options with their defaults: nothing (`null`) for one that has none.
    #[must_use]
    pub fn options(&self) -> Map<String, Json> {
        match &self.shapes {
            Shapes::Defaults(defaults) => Map::clone(defaults),
            Shapes::Table { keys, .. } => {
                let default = |json: Option<&str>| serde_json::from_str(json?).ok();
                let keys = keys.keys.iter();
                keys.map(|key| {
                    (
                        key.name.to_owned(),
                        default(key.default).unwrap_or_default(),
                    )
                })
                .collect()
            }
        }
    }

    /// What an option does and how far it may go, if its configuration says so.
    #[must_use]
    pub fn described(&self, option: &str) -> Option<&ConfigOption> {
        let mut described = self.described.iter();
        described.find(|described| described.name() == option)
    }

    /// Tries a value for an option while the others have their defaults, whatever its range is.
    ///
    /// # Errors
    /// In words, if it cannot be this value.
    pub(crate) fn try_option(&self, name: &str, value: &Json) -> Result<(), String> {
        (self.alone)(name, value)
    }

    /// What people write who mean it.
    pub(crate) fn meant_by(&self) -> &'static [&'static str] {
        self.synonyms
    }

    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// Whether its name alone is enough.
    pub(crate) fn is_bare(&self) -> bool {
        self.bare
    }

    /// The options of which one at least has to have a value; empty if none has to.
    pub(crate) fn needed(&self) -> &'static [&'static str] {
        self.one_of
    }

    /// The option that a value which is not a map stands for.
    pub(crate) fn stands_for(&self) -> Option<&'static str> {
        match self.shapes {
            Shapes::Table { short, .. } => short,
            Shapes::Defaults(_) => None,
        }
    }

    pub(crate) fn read(&self, options: &Options<'_>) -> Option<Arc<M>> {
        (self.read)(options)
    }
}

impl<M: ?Sized> Clone for Kind<M> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            about: self.about.clone(),
            synonyms: self.synonyms,
            shapes: self.shapes.clone(),
            bare: self.bare,
            one_of: self.one_of,
            described: self.described.clone(),
            alone: Arc::clone(&self.alone),
            read: Arc::clone(&self.read),
        }
    }
}

impl<M: ?Sized> fmt::Debug for Kind<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kind")
            .field("name", &self.name)
            .field("shapes", &self.shapes)
            .finish_non_exhaustive()
    }
}
