//! [`Network`]: one hidden layer, trained by gradient descent with momentum.

use rand::{RngExt as _, SeedableRng as _, seq::SliceRandom as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{
    data::{CLASSES, Digits, PIXELS},
    settings::Settings,
};

/// A network with one hidden layer of rectified units.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Network {
    hidden: Layer,
    output: Layer,
}

/// Each row is what one unit makes of its inputs; the last of its weights is its bias.
#[derive(Debug, Serialize, Deserialize)]
struct Layer {
    inputs: usize,
    weights: Vec<f64>,
    /// How the weights changed last.
    momentum: Vec<f64>,
}

impl Layer {
    fn draw(inputs: usize, units: usize, rng: &mut ChaCha8Rng) -> Self {
        let width = (6.0 / (inputs + units) as f64).sqrt();
        let weights: Vec<f64> = (0..units * (inputs + 1))
            .map(|_| rng.random_range(-width..width))
            .collect();
        Self {
            inputs,
            momentum: vec![0.0; weights.len()],
            weights,
        }
    }

    fn rows(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.weights
            .chunks_exact(self.inputs + 1)
            .map(|row| (&row[..self.inputs], row[self.inputs]))
    }

    fn outputs(&self, inputs: &[f64], outputs: &mut Vec<f64>) {
        outputs.clear();
        outputs.extend(self.rows().map(|(weights, bias)| {
            let products = weights
                .iter()
                .zip(inputs)
                .map(|(weight, input)| weight * input);
            bias + products.sum::<f64>()
        }));
    }

    /// Adds to `gradient` what a wish to lower each unit's output by `errors` makes of its weights.
    fn add_gradient(&self, gradient: &mut [f64], inputs: &[f64], errors: &[f64]) {
        for (row, error) in gradient.chunks_exact_mut(self.inputs + 1).zip(errors) {
            let (weights, bias) = row.split_at_mut(self.inputs);
            for (weight, input) in weights.iter_mut().zip(inputs) {
                *weight += error * input;
            }
            bias[0] += error;
        }
    }

    fn step(&mut self, gradient: &mut [f64], rate: f64, settings: &Settings) {
        for ((weight, momentum), slope) in self
            .weights
            .iter_mut()
            .zip(&mut self.momentum)
            .zip(gradient)
        {
            let pull = *slope + settings.weight_decay * *weight;
            *momentum = settings.momentum * *momentum - rate * pull;
            *weight += *momentum;
            *slope = 0.0;
        }
    }
}

/// What is computed on the way.
struct Scratch {
    hidden: Vec<f64>,
    output: Vec<f64>,
    hidden_error: Vec<f64>,
}

impl Network {
    /// Weights that follow from the seed.
    pub(crate) fn draw(settings: &Settings) -> Self {
        let mut rng = generator(settings, 0);
        Self {
            hidden: Layer::draw(PIXELS, settings.hidden, &mut rng),
            output: Layer::draw(settings.hidden, CLASSES, &mut rng),
        }
    }

    /// One epoch: each image once, in an order that follows from the seed and the epoch.
    pub(crate) fn learn(&mut self, digits: &Digits, settings: &Settings, epoch: u32) {
        let mut order: Vec<usize> = (0..digits.images.len()).collect();
        order.shuffle(&mut generator(settings, epoch));
        let mut gradients = [
            vec![0.0; self.hidden.weights.len()],
            vec![0.0; self.output.weights.len()],
        ];
        let mut scratch = Scratch::new();
        for batch in order.chunks(settings.batch) {
            for place in batch {
                self.compute(&digits.images[*place], &mut scratch);
                softmax(&mut scratch.output);
                scratch.output[digits.labels[*place]] -= 1.0;
                self.propagate_back(&mut scratch);
                let [hidden, output] = &mut gradients;
                self.output
                    .add_gradient(output, &scratch.hidden, &scratch.output);
                self.hidden
                    .add_gradient(hidden, &digits.images[*place], &scratch.hidden_error);
            }
            let rate = settings.learning_rate / batch.len() as f64;
            let [hidden, output] = &mut gradients;
            self.hidden.step(hidden, rate, settings);
            self.output.step(output, rate, settings);
        }
    }

    /// The share of images that it reads wrongly.
    pub(crate) fn error(&self, digits: &Digits) -> f64 {
        let mut scratch = Scratch::new();
        let mut is_wrong = |(image, label): (&[f64; PIXELS], &usize)| {
            self.compute(image, &mut scratch);
            let most = scratch
                .output
                .iter()
                .enumerate()
                .max_by(|(_, a), (_, b)| a.total_cmp(b));
            most.is_none_or(|(digit, _)| digit != *label)
        };
        let read = digits.images.iter().zip(&digits.labels);
        let wrong = read.filter(|one| is_wrong(*one)).count();
        wrong as f64 / digits.images.len() as f64
    }

    fn compute(&self, image: &[f64; PIXELS], scratch: &mut Scratch) {
        self.hidden.outputs(image, &mut scratch.hidden);
        scratch
            .hidden
            .iter_mut()
            .for_each(|unit| *unit = unit.max(0.0));
        self.output.outputs(&scratch.hidden, &mut scratch.output);
    }

    /// From the errors of the outputs to those of the hidden units.
    fn propagate_back(&self, scratch: &mut Scratch) {
        scratch.hidden_error.clear();
        scratch.hidden_error.resize(scratch.hidden.len(), 0.0);
        for ((weights, _), error) in self.output.rows().zip(&scratch.output) {
            for (sum, weight) in scratch.hidden_error.iter_mut().zip(weights) {
                *sum += error * weight;
            }
        }
        for (error, unit) in scratch.hidden_error.iter_mut().zip(&scratch.hidden) {
            if *unit <= 0.0 {
                *error = 0.0;
            }
        }
    }
}

impl Scratch {
    fn new() -> Self {
        Self {
            hidden: Vec::new(),
            output: Vec::new(),
            hidden_error: Vec::new(),
        }
    }
}

fn softmax(outputs: &mut [f64]) {
    let most = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    outputs
        .iter_mut()
        .for_each(|output| *output = (*output - most).exp());
    let sum: f64 = outputs.iter().sum();
    outputs.iter_mut().for_each(|output| *output /= sum);
}

/// The random numbers of an epoch, or of the beginning.
fn generator(settings: &Settings, epoch: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
    rng.set_stream(epoch.into());
    rng
}
