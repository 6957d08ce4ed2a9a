//! [`Rows`]: what the model learns from, one point of a learning curve each.

use super::kernel::{Hyper, matern};

/// Points of learning curves: the numbers of each trial's parameters by columns, the trial, and the fidelity.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    columns: Vec<Vec<f64>>,
    labels: Vec<bool>,
    pub(super) trials: Vec<usize>,
    pub(super) at: Vec<f64>,
    /// The different fidelities, and which of them each row has.
    fidelities: Vec<f64>,
    places: Vec<usize>,
}

impl Rows {
    /// None yet, with these columns.
    pub(super) fn new(labels: Vec<bool>) -> Self {
        Self {
            columns: vec![Vec::new(); labels.len()],
            labels,
            ..Self::default()
        }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, numbers: &[f64], trial: usize, at: f64) {
        for (column, number) in self.columns.iter_mut().zip(numbers) {
            column.push(*number);
        }
        self.trials.push(trial);
        self.at.push(at);
        let known = self.fidelities.iter().position(|other| *other == at);
        self.places.push(known.unwrap_or(self.fidelities.len()));
        if known.is_none() {
            self.fidelities.push(at);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// The numbers of a row.
    pub(super) fn numbers(&self, row: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[row]).collect()
    }

    /// Squared differences in one column between `number` and the rows from `from` on.
    #[inline(always)]
    pub(super) fn differences(&self, column: usize, number: f64, from: usize, out: &mut [f64]) {
        let others = &self.columns[column][from..];
        if self.labels[column] {
            for (out, other) in out.iter_mut().zip(others) {
                *out = f64::from(u8::from(*other != number));
            }
        } else {
            for (out, other) in out.iter_mut().zip(others) {
                *out = (other - number) * (other - number);
            }
        }
    }

    /// Weighted squared distances between a point and the rows from `from` on.
    #[inline(always)]
    pub(super) fn squares(&self, weights: &[f64], numbers: &[f64], from: usize, out: &mut [f64]) {
        out.fill(0.0);
        for (column, weight) in weights.iter().enumerate() {
            let others = &self.columns[column][from..];
            let number = numbers[column];
            if self.labels[column] {
                for (out, other) in out.iter_mut().zip(others) {
                    *out += if *other == number { 0.0 } else { *weight };
                }
            } else {
                for (out, other) in out.iter_mut().zip(others) {
                    *out += weight * (other - number) * (other - number);
                }
            }
        }
    }

    /// The decay of every pair of different fidelities, with its two derivatives; see [`Self::pair`].
    pub(super) fn decays(&self, hyper: &Hyper) -> Vec<[f64; 3]> {
        let mut decays = Vec::with_capacity(self.fidelities.len().pow(2));
        for one in &self.fidelities {
            decays.extend(self.fidelities.iter().map(|other| hyper.decay(one + other)));
        }
        decays
    }

    /// The place of two rows' fidelities among the decays.
    pub(super) fn pair(&self, one: usize, other: usize) -> usize {
        self.places[one] * self.fidelities.len() + self.places[other]
    }

    /// The decay between each row and one fidelity.
    pub(super) fn decays_to(&self, hyper: &Hyper, at: f64) -> Vec<f64> {
        let decay = |other: &f64| hyper.decay(other + at)[0];
        let each: Vec<f64> = self.fidelities.iter().map(decay).collect();
        self.places.iter().map(|place| each[*place]).collect()
    }

    /// Covariances between the rows and a point at a fidelity, of which `decays` are those to the rows; `trial` is
    /// the trial that the point belongs to, if it has begun.
    #[inline(always)]
    pub(super) fn covariances(
        &self,
        hyper: &Hyper,
        decays: &[f64],
        numbers: &[f64],
        trial: Option<usize>,
        out: &mut [f64],
    ) {
        self.squares(&hyper.weights, numbers, 0, out);
        for (out, decay) in out.iter_mut().zip(decays) {
            *out = matern(*out).0 * (hyper.a + hyper.b * decay);
        }
        if let Some(trial) = trial {
            for (row, other) in self.trials.iter().enumerate() {
                if *other == trial {
                    out[row] += hyper.c * decays[row];
                }
            }
        }
    }
}
