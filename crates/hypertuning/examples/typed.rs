//! Tunes a choice between models, each with parameters of its own, as a Rust type from end to end.
//!
//! Two ways to fit a curve through noisy points compete: the mean of the nearest neighbours, weighted or
//! not, and a polynomial, with a penalty or without. What is tuned is a value of [`Model`]; what comes
//! out is the best one. It takes about a second.
//!
//! ```text
//! cargo run --release -p hypertuning --example typed
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what came out")]

use std::error::Error;

use hypertuning::prelude::*;

/// How to fit a curve: a choice between two models.
#[derive(Clone, Debug, PartialEq, Tunable)]
pub(crate) enum Model {
    Neighbours {
        #[tune(range = 1..=40, log)]
        k: usize,
        weights: Weights,
    },
    Polynomial {
        #[tune(range = 1..=12)]
        degree: usize,
        /// How much large coefficients cost, if they do.
        #[tune(range = 1e-8..=10.0, log)]
        penalty: Option<f64>,
    },
}

/// How much a neighbour counts.
#[derive(Clone, Debug, PartialEq, Tunable)]
pub(crate) enum Weights {
    Equal,
    Gaussian {
        #[tune(range = 0.01..=1.0, log)]
        width: f64,
    },
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let (model, error) = tune(200).await?;
    match &model {
        Model::Neighbours { k, weights } => println!("the mean of {k} neighbours, {weights:?}"),
        Model::Polynomial { degree, .. } => println!("a polynomial of degree {degree}"),
    }
    println!("best of all: {model:?} with a mean squared error of {error:.4}");
    Ok(())
}

/// Returns the best model of this many trials, with its error.
pub(crate) async fn tune(trials: u64) -> Result<(Model, f64), Box<dyn Error>> {
    let points = points();
    let space = Space::of::<Model>()?;
    // What a handbook would recommend is tried first.
    let handbook = Model::Neighbours {
        k: 5,
        weights: Weights::Equal,
    };
    let strategy =
        EnqueueConfig::over(SobolConfig::default()).point(handbook.to_params(&space)?.iter());
    let mut study = Study::builder("curve", space)
        .minimize("error")
        .strategy(strategy)
        .trials(trials)
        .open()
        .await?;
    let summary = study
        .run(blocking_typed(move |model: Model, _| {
            validate(&model, &points)
        }))
        .await?;
    println!("{summary}");
    let model = summary.best_typed()?.ok_or("no trial has completed")?;
    let best = summary.best.ok_or("no trial has completed")?;
    Ok((model, best.values.first()))
}

/// A place and the height that was measured there.
type Point = (f64, f64);

/// 120 points of a wave with noise, the same in every run.
fn points() -> Vec<Point> {
    let noise = Seed::new(7);
    let point = |n: u64| {
        let x = n as f64 / 60.0 - 1.0;
        let (a, b) = (noise.derive(2 * n).unit(), noise.derive(2 * n + 1).unit());
        (x, (4.0 * x).sin() + 0.5 * x + 0.4 * (a + b - 1.0))
    };
    (0..120).map(point).collect()
}

/// The mean squared error over points that the model has not seen, five times over (cross-validation).
fn validate(model: &Model, points: &[Point]) -> f64 {
    const FOLDS: usize = 5;
    let mut sum = 0.0;
    for fold in 0..FOLDS {
        let part = |seen: bool| {
            let points = points.iter().enumerate();
            points.filter_map(move |(n, point)| ((n % FOLDS != fold) == seen).then_some(*point))
        };
        let seen: Vec<Point> = part(true).collect();
        let predict = fit(model, &seen);
        sum += part(false)
            .map(|(x, y)| (predict(x) - y).powi(2))
            .sum::<f64>();
    }
    sum / points.len() as f64
}

/// Fits a model to points; returns what it predicts.
fn fit<'a>(model: &'a Model, points: &'a [Point]) -> Box<dyn Fn(f64) -> f64 + 'a> {
    match model {
        Model::Neighbours { k, weights } => Box::new(move |at| {
            let mut nearest: Vec<Point> =
                points.iter().map(|(x, y)| ((x - at).abs(), *y)).collect();
            nearest.sort_by(|a, b| a.0.total_cmp(&b.0));
            let weight = |distance: f64| match weights {
                Weights::Equal => 1.0,
                // Never nothing, however far away: some class has to be right.
                Weights::Gaussian { width } => (-(distance / width).powi(2)).exp() + 1e-9,
            };
            let near = &nearest[..*k];
            let total: f64 = near.iter().map(|(distance, _)| weight(*distance)).sum();
            near.iter().map(|(d, y)| weight(*d) * y).sum::<f64>() / total
        }),
        Model::Polynomial { degree, penalty } => {
            let coefficients = polynomial(*degree, penalty.unwrap_or(0.0), points);
            Box::new(move |at| coefficients.iter().rev().fold(0.0, |sum, c| sum * at + c))
        }
    }
}

/// The coefficients, from the constant on, with the least squared error plus `penalty` times their squares.
fn polynomial(degree: usize, penalty: f64, points: &[Point]) -> Vec<f64> {
    let size = degree + 1;
    // The normal equations: a row for each coefficient, with what they come to at its end.
    let mut rows = vec![vec![0.0; size + 1]; size];
    for (x, y) in points {
        for (i, row) in rows.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                let factor = if j < size { x.powi(j as i32) } else { *y };
                *cell += x.powi(i as i32) * factor;
            }
        }
    }
    for (i, row) in rows.iter_mut().enumerate() {
        row[i] += penalty;
    }
    // Gauss and Jordan, with the largest pivot of each column.
    for column in 0..size {
        let size_of = |row: &usize| rows[*row][column].abs();
        let pivot = (column..size).max_by(|a, b| size_of(a).total_cmp(&size_of(b)));
        rows.swap(column, pivot.unwrap_or(column));
        let pivot = rows[column].clone();
        for (place, row) in rows.iter_mut().enumerate() {
            if place != column {
                let factor = row[column] / pivot[column];
                row.iter_mut()
                    .zip(&pivot)
                    .for_each(|(cell, p)| *cell -= factor * p);
            }
        }
    }
    let solved = rows.iter().enumerate();
    solved.map(|(i, row)| row[size] / row[i]).collect()
}
