//! [`Network`]: learning curves of any configuration, from a network that was fitted to real trainings (LCBench by YAHPO,
//! Pfisterer et al. 2022), so that no proposed point has to be moved to a row of a table.

use std::{error::Error, fs, path::Path};

use tuning_core::{Parameter, Params, Space, SpaceError};

const NUMBERS: usize = 8;
const WIDTH: usize = 128;
const GATED: usize = 455;
const BLOCKS: usize = 3;

/// A layer: rows of weights, and a summand for each.
#[derive(Debug)]
struct Linear {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    fn of(&self, input: &[f32], out: &mut [f32]) {
        let rows = self.weights.chunks_exact(input.len());
        for ((out, row), bias) in out.iter_mut().zip(rows).zip(&self.bias) {
            // Eight sums side by side, so that they become vector instructions.
            let mut sums = [0.0_f32; 8];
            let (row, _) = row.as_chunks::<8>();
            let (numbers, rest) = input.as_chunks::<8>();
            debug_assert!(rest.is_empty(), "widths are padded to eighths");
            for (row, numbers) in row.iter().zip(numbers) {
                for lane in 0..8 {
                    sums[lane] += row[lane] * numbers[lane];
                }
            }
            *out = bias + sums.iter().sum::<f32>();
        }
    }
}

/// The learning curves of one data set.
#[derive(Debug)]
pub(crate) struct Network {
    /// Of each number: whether its logarithm is taken, what is subtracted, what divides.
    inputs: Vec<[f32; 3]>,
    first: Linear,
    blocks: Vec<(Linear, Linear)>,
    last: Vec<[f32; 2]>,
    head: Vec<f32>,
    /// The bias of the head; then the output is `exp(sigmoid · factor + summand)`.
    output: [f32; 3],
}

impl Network {
    /// What `peers/networks.py` writes.
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let bytes = fs::read(path)?;
        let (words, _) = bytes.as_chunks::<4>();
        let numbers: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        let mut rest = &*numbers;
        let mut take = |count: usize| {
            let (taken, after) = rest
                .split_at_checked(count)
                .ok_or_else(|| format!("{} is cut", path.display()))?;
            rest = after;
            Ok::<_, String>(taken.to_vec())
        };
        let inputs = take(3 * NUMBERS)?;
        let mut linear = |from: usize, to: usize| {
            let weights = take(from * to)?;
            let padded = from.next_multiple_of(8);
            let mut lines = Vec::with_capacity(padded * to);
            for line in weights.chunks_exact(from) {
                lines.extend_from_slice(line);
                lines.resize(lines.len().next_multiple_of(padded), 0.0);
            }
            Ok::<_, String>(Linear {
                weights: lines,
                bias: take(to)?,
            })
        };
        let first = linear(NUMBERS, WIDTH)?;
        let blocks: Result<Vec<_>, String> = (0..BLOCKS)
            .map(|_| Ok((linear(WIDTH, 2 * GATED)?, linear(GATED, WIDTH)?)))
            .collect();
        let blocks = blocks?;
        let (scales, shifts) = (take(WIDTH)?, take(WIDTH)?);
        let network = Self {
            inputs: inputs.as_chunks::<3>().0.to_vec(),
            first,
            blocks,
            last: scales
                .into_iter()
                .zip(shifts)
                .map(|(scale, shift)| [scale, shift])
                .collect(),
            head: take(WIDTH)?,
            output: [take(1)?[0], take(1)?[0], take(1)?[0]],
        };
        if !rest.is_empty() {
            return Err(format!("{} is too long", path.display()).into());
        }
        Ok(network)
    }

    /// The space of its configurations.
    pub(crate) fn space() -> Result<Space, SpaceError> {
        Space::new([
            Parameter::int("batch_size", 16, 512).log(),
            Parameter::float("learning_rate", 1e-4, 1e-1).log(),
            Parameter::float("momentum", 0.1, 0.99),
            Parameter::float("weight_decay", 1e-5, 0.1),
            Parameter::int("num_layers", 1, 5),
            Parameter::int("max_units", 64, 1024).log(),
            Parameter::float("max_dropout", 0.0, 1.0),
        ])
    }

    /// The numbers of a configuration.
    pub(crate) fn numbers(params: &Params) -> Vec<f64> {
        params
            .iter()
            .filter_map(|(_, value)| value.as_f64())
            .collect()
    }

    /// The validation error after an epoch, in per cent.
    pub(crate) fn error(&self, epoch: u64, numbers: &[f64]) -> f64 {
        let all = std::iter::once(epoch as f64).chain(numbers.iter().copied());
        let inputs: Vec<f32> = all
            .zip(&self.inputs)
            .map(|(number, [log, minus, divisor])| {
                let number = number as f32;
                let number = if *log > 0.0 { number.ln() } else { number };
                (number - minus) / divisor
            })
            .collect();
        let (mut hidden, mut gates) = ([0.0; WIDTH], [0.0; 2 * GATED]);
        self.first.of(&inputs, &mut hidden);
        let mut gated = [0.0; GATED.next_multiple_of(8)];
        for (open, close) in &self.blocks {
            open.of(&hidden, &mut gates);
            let (values, doors) = gates.split_at(GATED);
            for ((gated, value), door) in gated.iter_mut().zip(values).zip(doors) {
                *gated = value * door.max(0.0);
            }
            let mut step = [0.0; WIDTH];
            close.of(&gated, &mut step);
            for (hidden, step) in hidden.iter_mut().zip(step) {
                *hidden += step;
            }
        }
        let [bias, factor, summand] = self.output;
        let ends = hidden.iter().zip(&self.last).zip(&self.head);
        let sum: f32 = ends
            .map(|((hidden, [scale, shift]), weight)| (hidden * scale + shift).max(0.0) * weight)
            .sum();
        let squashed = 1.0 / (1.0 + (-(sum + bias)).exp());
        100.0 - f64::from((squashed * factor + summand).exp())
    }
}
