//! [`Settings`]: what to do, from the environment and the arguments.

use std::{env, path::PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// The hyper-parameters, and what else the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) learning_rate: f64,
    pub(crate) momentum: f64,
    pub(crate) weight_decay: f64,
    pub(crate) batch: usize,
    pub(crate) hidden: usize,
    pub(crate) seed: u64,
    /// The epoch to train until.
    pub(crate) until: u32,
    /// Where checkpoints are.
    pub(crate) checkpoints: Option<PathBuf>,
}

/// The hyper-parameters, with their defaults: the search space of `study.yaml` as a type.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    batch: usize,
    hidden: usize,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            learning_rate: 0.03,
            momentum: 0.9,
            weight_decay: 1e-4,
            batch: 32,
            hidden: 32,
        }
    }
}

/// How many epochs a whole training has.
const EPOCHS: u32 = 27;

impl Settings {
    /// Reads and checks them.
    pub(crate) fn read() -> Result<Self, String> {
        let parameters = Parameters::read()?;
        let is_sound = parameters.learning_rate > 0.0
            && (0.0..1.0).contains(&parameters.momentum)
            && parameters.weight_decay >= 0.0
            && parameters.batch > 0
            && (1..=1_000).contains(&parameters.hidden);
        if !is_sound {
            return Err(format!("these make no sense: {parameters:?}"));
        }
        Ok(Self {
            learning_rate: parameters.learning_rate,
            momentum: parameters.momentum,
            weight_decay: parameters.weight_decay,
            batch: parameters.batch,
            hidden: parameters.hidden,
            seed: number("TUNE_SEED_64", 42)?,
            until: number("TUNE_UNTIL", EPOCHS)?,
            checkpoints: env::var_os("TUNE_CHECKPOINT_DIR").map(PathBuf::from),
        })
    }
}

impl Parameters {
    fn read() -> Result<Self, String> {
        let object = env::var("TUNE_PARAMS").unwrap_or("{}".to_owned());
        let mut given: Map<String, Value> = serde_json::from_str(&object)
            .map_err(|error| format!("TUNE_PARAMS must be a JSON object: {error}"))?;
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let (Some(name), Some(value)) = (argument.strip_prefix("--"), arguments.next()) else {
                return Err(format!("expected `--NAME VALUE` at `{argument}`"));
            };
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            given.insert(name.to_owned(), value);
        }
        serde_json::from_value(Value::Object(given)).map_err(|error| error.to_string())
    }
}

/// A variable of the environment that is a whole number.
fn number<N: std::str::FromStr>(name: &str, default: N) -> Result<N, String> {
    match env::var(name) {
        Ok(text) => {
            let number = text.parse();
            number.map_err(|_| format!("{name} must be a whole number, not `{text}`"))
        }
        Err(_) => Ok(default),
    }
}
