//! [`Judge`]: the value of trying a point, from what the processes say about it.

use super::{Feasibility, Rule, feasibility::log_probability};
use crate::{
    cube::{Columns, Cube, Table},
    model::{Posterior, Scratch},
};

/// Values points: by a rule, and by the logarithm of the probability that the trial does not fail.
#[derive(Debug)]
pub(crate) struct Judge<'a> {
    pub(crate) cube: &'a Cube,
    pub(crate) columns: &'a Columns,
    pub(crate) process: &'a mut Posterior,
    pub(crate) feasibility: Option<&'a mut Feasibility>,
    pub(crate) rule: Rule,
    pub(crate) scratch: Scratch,
}

impl Judge<'_> {
    /// The value and its slope by each coordinate.
    pub(crate) fn slopes(&mut self, point: &[f64], slopes: &mut [f64]) -> f64 {
        slopes.fill(0.0);
        let (mean, variance) = self.process.predict_with_slopes(point, &mut self.scratch);
        let (mut value, by_mean, by_variance) = self.rule.judge(mean, variance);
        add_slopes(
            self.columns,
            &self.scratch,
            point,
            (by_mean, by_variance),
            slopes,
        );
        if let Some(Feasibility { process, threshold }) = self.feasibility.as_deref() {
            let (mean, variance) = process.predict_with_slopes(point, &mut self.scratch);
            let (log, by_mean, by_variance) = log_probability(mean, variance, *threshold);
            value += log;
            add_slopes(
                self.columns,
                &self.scratch,
                point,
                (by_mean, by_variance),
                slopes,
            );
        }
        value
    }

    /// The value of a point.
    pub(crate) fn value(&mut self, point: &[f64]) -> f64 {
        let (mean, variance) = self.process.predict(point, &mut self.scratch);
        let mut value = self.rule.judge(mean, variance).0;
        if let Some(Feasibility { process, threshold }) = self.feasibility.as_deref() {
            let (mean, variance) = process.predict(point, &mut self.scratch);
            value += log_probability(mean, variance, *threshold).0;
        }
        value
    }

    /// The values of many points.
    pub(crate) fn values(&mut self, points: &[Vec<f64>]) -> Vec<f64> {
        let table = Table::of(self.columns, points.iter().map(Vec::as_slice));
        let batch = self.process.predict_all(&table);
        let predicted = batch.means.iter().zip(&batch.variances);
        let mut values: Vec<f64> = predicted
            .map(|(mean, variance)| self.rule.judge(*mean, *variance).0)
            .collect();
        if let Some(Feasibility { process, threshold }) = self.feasibility.as_deref_mut() {
            let batch = process.predict_all(&table);
            let predicted = batch.means.iter().zip(&batch.variances);
            for (value, (mean, variance)) in values.iter_mut().zip(predicted) {
                *value += log_probability(*mean, *variance, *threshold).0;
            }
        }
        values
    }
}

/// Carries slopes by mean and variance on to the coordinates that the last prediction's columns come from.
fn add_slopes(
    columns: &Columns,
    scratch: &Scratch,
    point: &[f64],
    (by_mean, by_variance): (f64, f64),
    slopes: &mut [f64],
) {
    for (c, column) in columns.iter().enumerate() {
        let coordinate = point[column.axis];
        if !column.is_label() && coordinate >= 0.0 {
            let slope = by_mean * scratch.by_mean[c] + by_variance * scratch.by_variance[c];
            slopes[column.axis] += slope * column.slope(coordinate);
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Seed, Space};

    use super::*;
    use crate::model::{Prior, fit};
    use crate::stream::Stream;

    #[test]
    fn slopes_are_those_of_differences_and_many_points_are_judged_as_one() {
        let space = Space::new([
            Parameter::float("x", 0.0, 1.0),
            Parameter::categorical("c", ["a", "b"]),
            Parameter::float("y", 0.0, 1.0).when("c", ["a"]),
            Parameter::int("n", 1, 90),
        ]);
        let cube = Cube::new(&space.unwrap());
        let columns = Columns::new(&cube);
        let mut stream = Stream::counted(Seed::new(3));
        let points: Vec<_> = (0..41).map(|_| cube.random(&mut stream)).collect();
        let table = Table::of(&columns, points.iter().map(Vec::as_slice));
        let targets: Vec<f64> = points
            .iter()
            .map(|p| (5.0 * p[0]).sin() + p[1] - p[3])
            .collect();
        let labels: Vec<f64> = points
            .iter()
            .map(|p| if p[0] < 0.3 { -1.0 } else { 0.6 })
            .collect();
        let process = |targets: &[f64]| {
            let hyper = fit(
                &columns,
                &table,
                targets,
                &[Prior::new(columns.weights()).mode()],
                40,
            );
            Posterior::new(&columns, table.clone(), targets.to_vec(), &hyper).unwrap()
        };
        let mut failing = Feasibility {
            process: process(&labels),
            threshold: 0.0,
        };
        for rule in [
            Rule::Improvement { best: -2.0 },
            Rule::Bound { deviations: 1.8 },
        ] {
            let mut judge = Judge {
                cube: &cube,
                columns: &columns,
                process: &mut process(&targets),
                feasibility: Some(&mut failing),
                rule,
                scratch: Scratch::default(),
            };
            let tried: Vec<_> = (0..70).map(|_| cube.random(&mut stream)).collect();
            for (point, together) in tried.iter().zip(judge.values(&tried)) {
                let mut slopes = vec![0.0; 4];
                let value = judge.slopes(point, &mut slopes);
                assert!((value - judge.value(point)).abs() < 1e-9 * value.abs().max(1.0));
                assert!(
                    (value - together).abs() < 1e-6 * value.abs().max(1.0),
                    "{value} {together}"
                );
                for axis in (0..4).filter(|axis| *axis != 1 && point[*axis] >= 0.0) {
                    let mut moved = |step: f64| {
                        let mut moved = point.clone();
                        moved[axis] += step;
                        judge.value(&moved)
                    };
                    let coarse = (moved(2e-5) - moved(-2e-5)) / 4e-5;
                    let fine = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    let expected = (4.0 * fine - coarse) / 3.0;
                    let error = (slopes[axis] - expected).abs() / expected.abs().max(1.0);
                    assert!(error < 1e-3, "{rule:?} {axis}: {} {expected}", slopes[axis]);
                }
            }
        }
    }
}
