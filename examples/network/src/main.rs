//! Trains a small neural network that reads handwritten digits: a program to tune that can stop early and resume.
//!
//! It stands for *your* training loop and knows nothing of the tuner. What it needs to be stopped at a fraction of its
//! cost is the environment that each trial has:
//!
//! - **In**: `TUNE_PARAMS` is a JSON object of the hyper-parameters; arguments `--name value` override it. `TUNE_SEED_64`
//!   (42 if not given) draws the first weights and the order of the images. `TUNE_UNTIL` is the epoch to train until (27 if
//!   not given), and `TUNE_CHECKPOINT_DIR` a folder: the network is saved there after each epoch, and what is found there
//!   is continued.
//! - **Out**: a line of JSON for each epoch, with the error on the images that were kept for validation.
//! - **Errors** go to stderr: exit code 2 for settings that make no sense, 1 for a failed training.
//!
//! ```text
//! $ cargo run --release -p network -- --hidden 32
//! {"epoch":1,"error":0.1794}
//! {"epoch":2,"error":0.1146}
//! …
//! {"epoch":27,"error":0.0299}
//! ```
//!
//! The data are real, and the same as those of the example beside it: 1797 images of 8×8 pixels, which come with
//! `smartcore`. A third of them validate, always the same ones. Work that is done in pieces ends with the very network of
//! work that is done at once: each epoch draws from a seed of its own.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "stdout carries the result and stderr the errors: that is the whole interface"
)]

mod checkpoint;
mod data;
mod network;
mod settings;

use std::{error::Error, process::ExitCode};

use serde_json::json;

use crate::{checkpoint::Checkpoint, data::Digits, settings::Settings};

fn main() -> ExitCode {
    let settings = match Settings::read() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("network: {message}");
            eprintln!("usage: network [--NAME VALUE]...");
            return ExitCode::from(2);
        }
    };
    match train(&settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("network: training failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn train(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let (training, validation) = Digits::load();
    let mut checkpoint = match Checkpoint::find(settings)? {
        Some(checkpoint) => checkpoint,
        None => Checkpoint::begin(settings),
    };
    while checkpoint.epoch < settings.until {
        checkpoint.epoch += 1;
        let epoch = checkpoint.epoch;
        checkpoint.network.learn(&training, settings, epoch);
        let error = checkpoint.network.error(&validation);
        // First what the next piece of work needs, then the line: after it, this program may be ended.
        checkpoint.save(settings)?;
        println!(
            "{}",
            json!({"epoch": epoch, "error": (error * 1e4).round() / 1e4})
        );
    }
    Ok(())
}
