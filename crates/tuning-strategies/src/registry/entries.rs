//! [`Registry`]: which strategies there are, by name. It is a value: there is no life before main.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tuning_core::{BoxedConfig, ConfigOption, StrategyConfig, nearest};

use super::{Options, RegistryError, options};
use crate::{
    DedupConfig, EnqueueConfig, GridConfig, RandomConfig, SobolConfig,
    combinators::{dedup, enqueue},
    grid, random, sobol,
};

type Make = dyn Fn(&Options, &Registry) -> Result<BoxedConfig, RegistryError> + Send + Sync;

/// The strategies that a study file can name.
///
/// # Example
/// ```
/// use tuning_strategies::Registry;
///
/// let registry = Registry::standard();
/// let config = registry.read(&serde_json::json!({"name": "grid", "resolution": 5}))?;
/// assert_eq!(config.spec().name, "grid");
/// # use tuning_core::StrategyConfig;
///
/// let error = registry.read(&serde_json::json!({"name": "gird"})).unwrap_err();
/// assert!(error.to_string().contains("did you mean `grid`?"));
/// # Ok::<(), tuning_strategies::RegistryError>(())
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    entries: BTreeMap<String, Registered>,
}

#[derive(Clone)]
struct Registered {
    about: String,
    options: Map<String, Value>,
    described: Vec<ConfigOption>,
    make: Arc<Make>,
}

/// One strategy of a [`Registry`].
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    name: &'a str,
    about: &'a str,
    options: &'a Map<String, Value>,
    described: &'a [ConfigOption],
}

impl<'a> Entry<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// What it is, in one line.
    #[must_use]
    pub fn about(&self) -> &'a str {
        self.about
    }

    /// Its options with their defaults.
    #[must_use]
    pub fn options(&self) -> &'a Map<String, Value> {
        self.options
    }

    /// What an option does and how far it may go, if the configuration [says so](StrategyConfig::options).
    #[must_use]
    pub fn described(&self, option: &str) -> Option<&'a ConfigOption> {
        let mut described = self.described.iter();
        described.find(|described| described.name() == option)
    }
}

impl Registry {
    /// Without any strategy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With all strategies of this crate.
    #[must_use]
    pub fn standard() -> Self {
        let mut registry = Self::new();
        registry
            .register::<GridConfig>(
                grid::NAME,
                "every combination of evenly spaced values, once",
            )
            .register::<RandomConfig>(random::NAME, "independent random points")
            .register::<SobolConfig>(
                sobol::NAME,
                "quasi-random points that fill the space evenly",
            )
            .register_with(
                enqueue::NAME,
                "given points first, then another strategy",
                EnqueueConfig::over(RandomConfig::default()).options(),
                |options, registry| {
                    let mut config = EnqueueConfig::over(options.strategy("inner", registry)?);
                    config.points = options.get("points")?;
                    Ok(config.boxed())
                },
            )
            .register_with(
                dedup::NAME,
                "another strategy without repeated points",
                DedupConfig::over(RandomConfig::default()).options(),
                |options, registry| {
                    let config = DedupConfig::over(options.strategy("inner", registry)?);
                    Ok(config.attempts(options.get("attempts")?).boxed())
                },
            );
        registry
    }

    /// Adds a strategy whose options are the fields of `C`. A name that is taken is given to the new one.
    ///
    /// Options and defaults are what `C::default()` serialises to, so write all fields
    /// (no `skip_serializing_if`). What they do and how far they may go is what its
    /// [`options`](StrategyConfig::options) say.
    ///
    /// # Panics
    /// If `C` describes an option that it does not have.
    pub fn register<C>(&mut self, name: &str, about: &str) -> &mut Self
    where
        C: StrategyConfig + Default + Serialize + DeserializeOwned + 'static,
    {
        let config = C::default();
        let (defaults, described) = (options::of(&config), config.options());
        for option in &described {
            let option = option.name();
            assert!(
                defaults.contains_key(option),
                "strategy `{name}` describes an option `{option}`, which it does not have"
            );
        }
        self.insert(name, about, (defaults, described), |options, _| {
            Ok(options.all::<C>()?.boxed())
        })
    }

    /// Adds a strategy that is made by a function: a combinator, which finds the strategies inside it
    /// in the registry ([`Options::strategy`]). `options` are all its options with their defaults.
    pub fn register_with(
        &mut self,
        name: &str,
        about: &str,
        options: impl IntoIterator<Item = ConfigOption>,
        make: impl Fn(&Options, &Registry) -> Result<BoxedConfig, RegistryError> + Send + Sync + 'static,
    ) -> &mut Self {
        let described: Vec<ConfigOption> = options.into_iter().collect();
        let defaults = described
            .iter()
            .map(|option| (option.name().to_owned(), options::json(option.value())))
            .collect();
        self.insert(name, about, (defaults, described), make)
    }

    fn insert(
        &mut self,
        name: &str,
        about: &str,
        (options, described): (Map<String, Value>, Vec<ConfigOption>),
        make: impl Fn(&Options, &Registry) -> Result<BoxedConfig, RegistryError> + Send + Sync + 'static,
    ) -> &mut Self {
        let registered = Registered {
            about: about.to_owned(),
            options,
            described,
            make: Arc::new(make),
        };
        self.entries.insert(name.to_owned(), registered);
        self
    }

    /// Makes the strategy of this name with these options; the others have their defaults.
    ///
    /// # Errors
    /// If there is no such strategy, it has no such option, or an option's value makes no sense or is out of its
    /// range.
    pub fn config(
        &self,
        name: &str,
        options: &Map<String, Value>,
    ) -> Result<BoxedConfig, RegistryError> {
        let registered = self
            .entries
            .get(name)
            .ok_or_else(|| RegistryError::UnknownStrategy {
                name: name.to_owned(),
                nearest: nearest(name, self.entries.keys().map(String::as_str)).map(str::to_owned),
                known: self.entries.keys().cloned().collect(),
            })?;
        let options = Options::new(name, &registered.options, options)?;
        let config = (registered.make)(&options, self)?;
        match config
            .options()
            .iter()
            .find_map(|option| options.outside(option))
        {
            Some(error) => Err(error),
            None => Ok(config),
        }
    }

    /// Makes the strategy that a study file describes: a name, or a map of `name` and options.
    ///
    /// # Errors
    /// As [`config`](Self::config), and if it is neither.
    pub fn read(&self, value: &Value) -> Result<BoxedConfig, RegistryError> {
        let refuse = || RegistryError::NotAStrategy {
            value: Box::new(value.clone()),
        };
        match value {
            Value::String(name) => self.config(name, &Map::new()),
            Value::Object(options) => {
                let mut options = options.clone();
                match options.shift_remove("name") {
                    Some(Value::String(name)) => self.config(&name, &options),
                    _ => Err(refuse()),
                }
            }
            _ => Err(refuse()),
        }
    }

    /// All strategies, by name.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries.iter().map(|(name, registered)| Entry {
            name,
            about: &registered.about,
            options: &registered.options,
            described: &registered.described,
        })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tuning_core::{Objectives, Parameter, Problem, Space};

    use super::*;

    fn read(value: Value) -> Result<String, String> {
        let config = Registry::standard()
            .read(&value)
            .map_err(|error| error.to_string())?;
        Ok(config.spec().to_string())
    }

    #[test]
    fn names_and_options_become_configurations() {
        let check = |value: Value, expect: &str| {
            assert_eq!(read(value.clone()).as_deref(), Ok(expect), "{value}");
        };
        check(json!("random"), "random");
        check(
            json!({"name": "grid"}),
            "grid (resolution: 11, shuffle: false)",
        );
        check(
            json!({"name": "grid", "resolution_of": {"lr": 5}, "shuffle": true}),
            "grid (resolution: 11, resolution_of.lr: 5, shuffle: true)",
        );
        check(
            json!({"name": "sobol", "scramble": false}),
            "sobol (scramble: false)",
        );
        check(json!("dedup"), "dedup (attempts: 16, inner.name: random)");
        check(
            json!({"name": "dedup", "inner": {"name": "enqueue", "points": [{"lr": 0.1}], "inner": "sobol"}}),
            "dedup (attempts: 16, inner.inner.name: sobol, inner.inner.scramble: true, inner.name: enqueue, \
             inner.points.0.lr: 0.1)",
        );
    }

    #[test]
    fn what_means_nothing_is_named_with_what_was_meant() {
        let check = |value: Value, expect: &str| {
            assert_eq!(read(value.clone()).unwrap_err(), expect, "{value}");
        };
        check(
            json!("sobel"),
            "there is no strategy `sobel` (there are `dedup`, `enqueue`, `grid`, `random`, `sobol`): did you mean `sobol`?",
        );
        check(
            json!("bayesian"),
            "there is no strategy `bayesian` (there are `dedup`, `enqueue`, `grid`, `random`, `sobol`)",
        );
        check(
            json!({"name": "grid", "resolutoin": 5}),
            "strategy `grid` has no option `resolutoin` (its options and their defaults are `resolution: 11`, \
             `resolution_of: {}`, `points: {}`, `shuffle: false`): did you mean `resolution`?",
        );
        check(
            json!({"name": "random", "seed": 5}),
            "strategy `random` has no option `seed` (it has no options)",
        );
        check(
            json!({"name": "grid", "shuffle": true, "resolution": "many"}),
            "option `resolution` of strategy `grid` cannot be `\"many\"`: expected a whole number, not negative (the \
             default is `11`)",
        );
        check(
            json!({"name": "grid", "resolution": -3}),
            "option `resolution` of strategy `grid` cannot be `-3`: expected a whole number, not negative (the default \
             is `11`)",
        );
        check(
            json!({"name": "dedup", "inner": {"name": "grid", "resolution": 0}}),
            "option `inner` of strategy `dedup`: option `resolution` of strategy `grid` cannot be `0`: it must be from 1 to 1000000000 (the default is `11`)",
        );
        check(
            json!({"name": "grid", "resolution_of": {"lr": 5, "opt.units": 4000000000_u32}}),
            "option `resolution_of.opt.units` of strategy `grid` cannot be `4000000000`: it must be from 1 to 1000000000",
        );
        check(
            json!({"name": "grid", "resolution_of": {"lr": true}}),
            "option `resolution_of` of strategy `grid` cannot be `{\"lr\":true}`: expected a whole number, not negative \
             (the default is `{}`)",
        );
        check(
            json!({"name": "dedup", "inner": {"name": "sobol", "scramble": "yes"}}),
            "option `inner` of strategy `dedup`: option `scramble` of strategy `sobol` cannot be `\"yes\"`: expected \
             true or false (the default is `true`)",
        );
        check(
            json!({"name": "enqueue", "points": [{"lr": 18446744073709551615_u64}]}),
            "option `points` of strategy `enqueue` cannot be `[{\"lr\":18446744073709551615}]`: 18446744073709551615 is \
             larger than 2^63 - 1, the largest integer: write it as a string, or as a number with a point, as in \
             18446744073709551615.0 (the default is `[]`)",
        );
        check(
            json!({"name": "dedup", "inner": 3}),
            "option `inner` of strategy `dedup`: `3` is not a strategy: write its name, as in `random`, or its name and \
             options, as in `{name: grid, resolution: 5}`",
        );
        check(
            json!({"resolution": 3}),
            "`{\"resolution\":3}` is not a strategy: write its name, as in `random`, or its name and options, as in \
             `{name: grid, resolution: 5}`",
        );
    }

    #[test]
    fn entries_come_by_name_with_their_defaults_and_build() {
        let registry = Registry::standard();
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
        let names: Vec<_> = registry.entries().map(|entry| entry.name()).collect();
        assert_eq!(names, ["dedup", "enqueue", "grid", "random", "sobol"]);
        for entry in registry.entries() {
            // The defaults, given as options, are the defaults.
            let config = registry.config(entry.name(), entry.options()).unwrap();
            assert_eq!(
                config.spec(),
                registry.read(&json!(entry.name())).unwrap().spec()
            );
            assert_eq!(config.spec().name, entry.name());
            assert!(config.build(&problem).is_ok());
            assert!(!entry.about().is_empty());
            let undescribed = entry
                .options()
                .keys()
                .find(|name| entry.described(name).is_none());
            assert_eq!(undescribed, None, "{}", entry.name());
        }
    }

    #[test]
    fn the_last_one_of_a_name_counts() {
        let mut registry = Registry::standard();
        registry.register::<SobolConfig>("random", "better than random");
        assert_eq!(
            registry.read(&json!("random")).unwrap().spec().name,
            "sobol"
        );
    }
}
