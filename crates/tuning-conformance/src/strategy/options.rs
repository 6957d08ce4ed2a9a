//! Law 16: a journal can tell two configurations apart.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use tuning_core::StrategyConfig;

use crate::report::Breach;

/// Looks at each field of the default configuration: whether `spec()` holds it, and changes with it.
pub(super) fn options<C>() -> Result<(), Breach>
where
    C: StrategyConfig + Default + Serialize + DeserializeOwned,
{
    let config = C::default();
    let spec = config.spec();
    for (option, value) in fields(&config)? {
        let prefix = format!("{option}.");
        let held = |name: &String| *name == option || name.starts_with(&prefix);
        if !is_empty(&value) && !spec.options.keys().any(held) {
            let message = format!("the option `{option}: {value}` is not in `spec()`: {spec}");
            return Err(Breach::new(message));
        }
        for changed in changes::<C>(&option, &value) {
            let other = fields(&changed)?.remove(&option).unwrap_or_default();
            if other != value && changed.spec() == spec {
                return Err(Breach::new(format!(
                    "with `{option}: {other}` instead of `{option}: {value}`, `spec()` is the same: {spec}"
                )));
            }
        }
    }
    Ok(())
}

fn fields(config: &impl Serialize) -> Result<Map<String, Value>, Breach> {
    match serde_json::to_value(config) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(other) => Err(Breach::new(format!(
            "the configuration is written as `{other}`: options are the fields of a struct"
        ))),
        Err(error) => Err(Breach::new(format!(
            "the configuration cannot be written: {error}"
        ))),
    }
}

/// Lists and mappings that are empty leave no trace in a spec.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Configurations with another value of this option: those of some guesses that it takes.
fn changes<C: DeserializeOwned>(option: &str, value: &Value) -> Vec<C> {
    let with = |guess: Value| serde_json::from_value::<C>(json!({option: guess}));
    let mut guesses = match value {
        Value::Bool(value) => vec![json!(!value)],
        Value::Array(_) => vec![json!([1]), json!(["x"]), json!([{"x": 1}])],
        Value::Object(_) => vec![json!({"x": 1}), json!({"x": 0.5})],
        _ => [1, 2, 5, 40].map(Value::from).into(),
    };
    if let Value::Number(_) | Value::Null = value {
        guesses.extend([0.125, 0.75, 1.5].map(Value::from));
        guesses.push(json!(true));
    }
    // What a choice can be stands in the error about one that there is not: expected one of `a`, `b`.
    if let Some(error) = with(json!("\u{1}")).err() {
        let error = error.to_string();
        let choices = error.split('`').skip(1).step_by(2);
        guesses.extend(choices.map(Value::from));
    }
    guesses
        .into_iter()
        .filter_map(|guess| with(guess).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tuning_core::{Ask, Asked, Fact, Problem, Spec, Strategy, StrategyError, Unsupported};

    use super::*;

    #[derive(Default, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        size: Option<u32>,
        share: f64,
        kind: Kind,
        weights: std::collections::BTreeMap<String, f64>,
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        #[default]
        Full,
        Half,
    }

    #[test]
    fn every_kind_of_option_is_changed() {
        let changed = |option: &str| {
            let fields = fields(&Config::default()).unwrap_or_default();
            let configs = changes::<Config>(option, &fields[option]);
            configs
                .iter()
                .filter(|c| written(c, option) != fields[option])
                .count()
        };
        for option in ["size", "share", "kind", "weights"] {
            assert!(changed(option) > 0, "{option}");
        }
    }

    fn written(config: &Config, option: &str) -> Value {
        fields(config)
            .unwrap_or_default()
            .remove(option)
            .unwrap_or_default()
    }

    impl StrategyConfig for Config {
        type Strategy = Nothing;

        fn spec(&self) -> Spec {
            let spec = Spec::new("all")
                .option("size", self.size)
                .option("share", self.share);
            let spec = spec.option("kind", format!("{:?}", self.kind));
            let weight = |spec: Spec, (name, weight): (&String, &f64)| {
                spec.option(format!("weights.{name}"), *weight)
            };
            self.weights.iter().fold(spec, weight)
        }

        fn build(&self, _: &Problem) -> Result<Nothing, Unsupported> {
            Ok(Nothing)
        }
    }

    struct Nothing;

    impl Strategy for Nothing {
        fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
            Ok(Asked::Done)
        }

        fn tell(&mut self, _: &Fact) {}
    }

    #[test]
    fn optional_and_empty_options_are_in_a_spec_that_holds_all() {
        assert!(options::<Config>().is_ok());
    }
}
