//! Measures how well a classifier reads handwritten digits: a program to tune.
//!
//! It stands for *your* training program and knows nothing of the tuner. Any program that takes its
//! hyper-parameters from outside and prints its score as JSON can be tuned.
//!
//! - **In**: the environment variable `TUNE_PARAMS` is a JSON object with one entry per
//!   hyper-parameter, such as `{"model": "svm", "c": 10, "gamma": 0.1}`. Arguments `--name value`
//!   override it, for running by hand. What is not given has a default. `TUNE_SEED_64` (42 if not
//!   given) drives the randomness of a model that has any.
//! - **Out**: a line of JSON per fold, with the error over the folds so far, then the result.
//! - **Errors** go to stderr: exit code 2 for settings that make no sense, 1 for failed training.
//!
//! ```text
//! $ cargo run --release -p digits -- --model knn --k 5
//! {"fold":1,"error":0.0199}
//! {"fold":2,"error":0.0175}
//! {"fold":3,"error":0.0189}
//! {"error":0.0189,"accuracy":0.9811}
//! ```
//!
//! The data are real: the 1797 images of 8×8 pixels of the UCI "Optical Recognition of Handwritten
//! Digits" test set, which come with `smartcore`. The folds are always the same, so that equal
//! settings have equal scores. Nothing is read from the network or written to disk.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "stdout carries the result and stderr the errors: that is the whole interface"
)]

mod svm;

use std::any::type_name;
use std::env;
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use smartcore::algorithm::neighbour::KNNAlgorithmName;
use smartcore::dataset::digits;
use smartcore::ensemble::random_forest_classifier::{
    RandomForestClassifier, RandomForestClassifierParameters,
};
use smartcore::error::Failed;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::metrics::distance::Distances;
use smartcore::neighbors::KNNWeightFunction;
use smartcore::neighbors::knn_classifier::{KNNClassifier, KNNClassifierParameters};

const FOLDS: usize = 3;

fn main() -> ExitCode {
    let (model, seed) = match read_settings() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("digits: {message}");
            eprintln!("usage: digits [--model knn|svm|forest] [--NAME VALUE]...");
            return ExitCode::from(2);
        }
    };
    match cross_validate(&model, seed) {
        Ok(error) => {
            let (error, accuracy) = (rounded(error), rounded(1.0 - error));
            println!("{}", json!({"error": error, "accuracy": accuracy}));
            ExitCode::SUCCESS
        }
        Err(failed) => {
            eprintln!("digits: training failed: {failed}");
            ExitCode::FAILURE
        }
    }
}

// ---- What to do: from the environment and the arguments to a checked `Model`

/// A classifier with its hyper-parameters: the search space of `study.yaml` as a type.
enum Model {
    Knn {
        k: usize,
        manhattan: bool,
        weights: KNNWeightFunction,
    },
    Svm {
        c: f64,
        gamma: f64,
    },
    Forest {
        trees: u16,
        depth: u16,
        features: usize,
    },
}

fn read_settings() -> Result<(Model, u64), String> {
    let mut given = Given::read()?;
    let model = match given.choice("model", &["knn", "svm", "forest"])? {
        "knn" => Model::Knn {
            k: given.number("k", 5, 1..=100)?,
            manhattan: given.choice("metric", &["euclidean", "manhattan"])? == "manhattan",
            weights: match given.choice("weights", &["uniform", "distance"])? {
                "uniform" => KNNWeightFunction::Uniform,
                _ => KNNWeightFunction::Distance,
            },
        },
        "svm" => Model::Svm {
            c: given.number("c", 1.0, 1e-3..=1e4)?,
            gamma: given.number("gamma", 0.1, 1e-5..=1e2)?,
        },
        _ => Model::Forest {
            trees: given.number("trees", 50, 1..=500)?,
            depth: given.number("depth", 10, 1..=50)?,
            features: given.number("features", 8, 1..=64)?,
        },
    };
    if let Some(name) = given.0.keys().next() {
        return Err(format!("this model has no hyper-parameter `{name}`"));
    }
    let seed = env::var("TUNE_SEED_64").unwrap_or("42".to_owned());
    let seed = seed
        .parse()
        .map_err(|_| format!("TUNE_SEED_64 must be a whole number, not `{seed}`"))?;
    Ok((model, seed))
}

/// The hyper-parameters that are given and not yet taken.
struct Given(Map<String, Value>);

impl Given {
    fn read() -> Result<Self, String> {
        let object = env::var("TUNE_PARAMS").unwrap_or("{}".to_owned());
        let mut given: Map<String, Value> = serde_json::from_str(&object)
            .map_err(|error| format!("TUNE_PARAMS must be a JSON object: {error}"))?;
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let (Some(name), Some(value)) = (argument.strip_prefix("--"), arguments.next()) else {
                return Err(format!("expected `--NAME VALUE` at `{argument}`"));
            };
            // `5` is a number; `knn` is not JSON, and so a word.
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            given.insert(name.to_owned(), value);
        }
        Ok(Self(given))
    }

    fn number<N>(&mut self, name: &str, default: N, range: RangeInclusive<N>) -> Result<N, String>
    where
        N: FromStr + PartialOrd + Debug,
    {
        let Some(value) = self.0.remove(name) else {
            return Ok(default);
        };
        match value.to_string().parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => {
                let kind = type_name::<N>();
                Err(format!(
                    "`{name}` must be a number ({kind}) in {range:?}, not {value}"
                ))
            }
        }
    }

    /// The first choice is the default.
    fn choice(&mut self, name: &str, choices: &[&'static str]) -> Result<&'static str, String> {
        let Some(value) = self.0.remove(name) else {
            return Ok(choices[0]);
        };
        match choices.iter().find(|choice| value == **choice) {
            Some(choice) => Ok(choice),
            None => Err(format!("`{name}` must be one of {choices:?}, not {value}")),
        }
    }
}

// ---- Doing it

/// Images, each of 64 shades from 0 (paper) to 1 (ink), and the digit each of them shows.
#[derive(Default)]
struct Digits {
    images: Vec<Vec<f64>>,
    labels: Vec<u32>,
}

/// The share of digits that are read wrongly by a model trained on the other folds.
fn cross_validate(model: &Model, seed: u64) -> Result<f64, Failed> {
    let (mut wrong, mut seen, mut error) = (0, 0, 1.0);
    for fold in 0..FOLDS {
        let (train, test) = split(fold);
        let guesses = fit_and_predict(model, seed, &train, &test.images)?;
        let read = guesses.iter().zip(&test.labels);
        wrong += read.filter(|(guess, label)| guess != label).count();
        seen += test.labels.len();
        error = wrong as f64 / seen as f64;
        println!("{}", json!({"fold": fold + 1, "error": rounded(error)}));
    }
    Ok(error)
}

/// The digits to train with, and the `fold`th part to test with: the same share of each digit.
fn split(fold: usize) -> (Digits, Digits) {
    let data = digits::load_dataset();
    let (mut train, mut test) = (Digits::default(), Digits::default());
    let mut met = [0; 10];
    for (image, label) in data.data.chunks(data.num_features).zip(data.target) {
        let label = label as u32;
        let met = &mut met[label as usize];
        let is_test = *met % FOLDS == fold;
        *met += 1;
        let part = if is_test { &mut test } else { &mut train };
        let shades = image.iter().map(|shade| f64::from(*shade) / 16.0);
        part.images.push(shades.collect());
        part.labels.push(label);
    }
    (train, test)
}

fn fit_and_predict(
    model: &Model,
    seed: u64,
    train: &Digits,
    test: &Vec<Vec<f64>>,
) -> Result<Vec<u32>, Failed> {
    let (x, y) = (DenseMatrix::from_2d_vec(&train.images)?, &train.labels);
    let test_x = DenseMatrix::from_2d_vec(test)?;
    match model {
        Model::Knn {
            k,
            manhattan,
            weights,
        } => {
            let settings = KNNClassifierParameters::default()
                .with_algorithm(KNNAlgorithmName::LinearSearch)
                .with_k(*k)
                .with_weight(weights.clone());
            if *manhattan {
                let settings = settings.with_distance(Distances::manhattan());
                KNNClassifier::fit(&x, y, settings)?.predict(&test_x)
            } else {
                KNNClassifier::fit(&x, y, settings)?.predict(&test_x)
            }
        }
        Model::Svm { c, gamma } => Ok(svm::classify(*c, *gamma, &train.images, y, test)),
        Model::Forest {
            trees,
            depth,
            features,
        } => {
            let settings = RandomForestClassifierParameters::default()
                .with_n_trees(*trees)
                .with_max_depth(*depth)
                .with_m(*features)
                .with_seed(seed);
            RandomForestClassifier::fit(&x, y, settings)?.predict(&test_x)
        }
    }
}

/// Four digits say all there is to say: one image more or less is 0.0006.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}
