//! [`Results`]: what a program has measured so far, and the outcome that makes.

use std::collections::BTreeMap;

use tuning_core::{Failure, FailureKind, Fidelity, Metrics, Objectives, Values};

use crate::line::Line;

/// What a program has measured so far.
#[derive(Debug)]
pub(crate) struct Results {
    objectives: Objectives,
    step_keys: Vec<String>,
    zero_based: bool,
    /// The last line that had all objectives.
    whole: Option<Vec<f64>>,
    /// The last value of each objective.
    latest: Vec<Option<f64>>,
    infeasible: Option<String>,
}

/// What one line says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Measured {
    /// Its step, if it has one.
    pub(crate) at: Option<Fidelity>,
    /// The value of each objective that it has.
    pub(crate) values: Vec<Option<f64>>,
    /// Its other numbers.
    pub(crate) metrics: Vec<(String, f64)>,
    /// The reason, if it says that the parameters are not allowed together.
    pub(crate) infeasible: Option<String>,
}

impl Measured {
    /// The step and the values, if it has a step and the values of all objectives.
    pub(crate) fn report(&self) -> Option<(Fidelity, Vec<f64>)> {
        Some((self.at?, self.whole()?))
    }

    fn whole(&self) -> Option<Vec<f64>> {
        let whole: Option<Vec<f64>> = self.values.iter().copied().collect();
        whole.filter(|values| !values.is_empty())
    }
}

impl Results {
    pub(crate) fn new(objectives: Objectives, step_keys: Vec<String>, zero_based: bool) -> Self {
        Self {
            latest: vec![None; objectives.len()],
            objectives,
            step_keys,
            zero_based,
            whole: None,
            infeasible: None,
        }
    }

    /// Sorts out what a line says.
    pub(crate) fn read(&self, line: Line) -> Measured {
        let (mut numbers, doubtful) = match line {
            Line::Numbers { numbers, doubtful } => (numbers, doubtful),
            Line::Infeasible(reason) => {
                return Measured {
                    infeasible: Some(reason),
                    ..Measured::default()
                };
            }
        };
        let mut values = vec![None; self.objectives.len()];
        numbers.retain(|(name, value)| {
            let place = self
                .objectives
                .iter()
                .position(|objective| objective.name == *name);
            if let Some(place) = place {
                values[place] = Some(*value);
            }
            place.is_none()
        });
        let found = values.iter().any(Option::is_some);
        let key = self
            .step_keys
            .iter()
            .find_map(|key| numbers.iter().rposition(|(name, _)| name == key));
        if doubtful && !found && key.is_none() {
            return Measured::default();
        }
        Measured {
            at: key.and_then(|key| self.step(numbers.remove(key).1)),
            values,
            metrics: numbers,
            infeasible: None,
        }
    }

    /// Keeps what a line says: it comes after what was kept before.
    pub(crate) fn keep(&mut self, measured: &Measured) {
        for (latest, value) in self.latest.iter_mut().zip(&measured.values) {
            *latest = value.or(*latest);
        }
        if let Some(whole) = measured.whole() {
            self.whole = Some(whole);
        }
        if let Some(reason) = &measured.infeasible {
            self.infeasible = Some(reason.clone());
        }
    }

    fn step(&self, step: f64) -> Option<Fidelity> {
        // Up to 2^53 every whole number is a float.
        let whole = step.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&step);
        whole.then(|| Fidelity::new(step as u64 + u64::from(self.zero_based)))
    }

    /// The reason if the program said that the parameters are not allowed together.
    pub(crate) fn infeasible(&self) -> Option<Failure> {
        self.infeasible.as_deref().map(infeasible)
    }

    /// The last measurement: none if there is none.
    pub(crate) fn last(&self) -> Option<Result<Values, Failure>> {
        let apart = || self.latest.iter().copied().collect();
        let values: Vec<f64> = self.whole.clone().or_else(apart)?;
        Some(self.objectives.check(values))
    }

    /// What was expected of the program, and how much of that came.
    pub(crate) fn expected(&self) -> String {
        let objects = self
            .objectives
            .iter()
            .map(|o| format!("\"{}\": 0.5", o.name));
        let object = objects.collect::<Vec<_>>().join(", ");
        let missing: Vec<_> = self
            .objectives
            .iter()
            .zip(&self.latest)
            .filter(|(_, latest)| latest.is_none())
            .map(|(objective, _)| format!("`{}`", objective.name))
            .collect();
        format!(
            "it ended without a result: no value of {}; print a line such as {{{object}}}, or write it to the \
             file named by TUNE_RESULT",
            missing.join(", ")
        )
    }

    /// Reads the text of a result file.
    pub(crate) fn file(&self, text: &str) -> Result<(Values, Metrics), Failure> {
        let text = text.trim();
        let broken = |what: String| {
            Failure::new(
                FailureKind::Error,
                format!(
                    "the result file (TUNE_RESULT) {what}; it says: {}",
                    head(text)
                ),
            )
        };
        let mut measured = BTreeMap::new();
        if text.starts_with('{') {
            match Line::object(text)
                .map_err(|error| broken(format!("is not a JSON object: {error}")))?
            {
                Line::Infeasible(reason) => return Err(infeasible(&reason)),
                Line::Numbers { numbers, .. } => measured.extend(numbers),
            }
        } else if let Ok(number) = text.parse() {
            if let [objective] = &self.objectives[..] {
                measured.insert(objective.name.clone(), number);
            } else {
                let n = self.objectives.len();
                return Err(broken(format!(
                    "has one bare number for {n} objectives: name them"
                )));
            }
        } else {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                match Line::parse(line.as_bytes()) {
                    Some(Line::Numbers { numbers, .. }) => measured.extend(numbers),
                    Some(Line::Infeasible(reason)) => return Err(infeasible(&reason)),
                    None => return Err(broken("has a line that is not `name=value`".to_owned())),
                }
            }
        }
        for key in &self.step_keys {
            if !self
                .objectives
                .iter()
                .any(|objective| objective.name == *key)
            {
                measured.remove(key);
            }
        }
        self.objectives.pick(measured).map_err(|failure| {
            let reason = format!("in the result file (TUNE_RESULT): {}", failure.reason);
            Failure::new(failure.kind, reason)
        })
    }
}

fn infeasible(reason: &str) -> Failure {
    Failure::new(FailureKind::Infeasible, reason)
}

fn head(text: &str) -> String {
    let mut head: String = text.chars().take(200).collect();
    if head.len() < text.len() {
        head.push('…');
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuning_core::Objective;

    fn results(names: &[&str]) -> Results {
        let objectives = names.iter().map(|name| Objective::minimize(*name));
        let keys = vec!["epoch".to_owned(), "step".to_owned()];
        Results::new(Objectives::new(objectives).unwrap(), keys, false)
    }

    fn take(results: &mut Results, line: &str) -> Measured {
        let measured = results.read(Line::parse(line.as_bytes()).unwrap());
        results.keep(&measured);
        measured
    }

    #[test]
    fn the_first_step_key_counts_and_the_rest_is_metrics() {
        let mut one = results(&["loss"]);
        let measured = take(
            &mut one,
            r#"{"step": 900, "epoch": 3.0, "loss": 0.5, "acc": 0.9}"#,
        );
        assert_eq!(measured.at, Some(Fidelity::new(3)));
        assert_eq!(measured.values, [Some(0.5)]);
        assert_eq!(
            measured.metrics,
            [("step".to_owned(), 900.0), ("acc".to_owned(), 0.9)]
        );
        for (line, at) in [
            ("epoch=0.5 loss=1", None),
            ("epoch=-1 loss=1", None),
            ("step=7 loss=1", Some(7)),
        ] {
            assert_eq!(take(&mut one, line).at, at.map(Fidelity::new), "{line}");
        }
        one.zero_based = true;
        assert_eq!(take(&mut one, "epoch=0 loss=1").at, Some(Fidelity::new(1)));
    }

    #[test]
    fn the_last_whole_measurement_is_the_result_and_else_the_last_of_each() {
        let mut two = results(&["loss", "size"]);
        assert!(two.last().is_none());
        take(&mut two, "loss=1");
        assert!(two.last().is_none() && two.expected().contains("no value of `size`"));
        take(&mut two, "size=2");
        assert_eq!(two.last().unwrap().unwrap().as_slice(), [1.0, 2.0]);
        take(&mut two, "loss=3 size=4");
        take(&mut two, "loss=9");
        assert_eq!(two.last().unwrap().unwrap().as_slice(), [3.0, 4.0]);
        take(&mut two, "loss=nan size=4");
        let failure = two.last().unwrap().unwrap_err();
        assert_eq!(
            (failure.kind, &*failure.reason),
            (FailureKind::NonFinite, "`loss` is NaN")
        );
    }

    #[test]
    fn a_colon_alone_makes_no_metric() {
        let mut one = results(&["loss"]);
        assert_eq!(take(&mut one, "warnings: 3"), Measured::default());
        assert_eq!(take(&mut one, "cost=3").metrics, [("cost".to_owned(), 3.0)]);
        assert_eq!(
            take(&mut one, "loss: 3 cost: 4").metrics,
            [("cost".to_owned(), 4.0)]
        );
    }

    #[test]
    fn result_files_come_in_three_forms() {
        let (one, two) = (results(&["loss"]), results(&["loss", "size"]));
        let check = |results: &Results, text: &str, expect: &[f64]| {
            assert_eq!(results.file(text).unwrap().0.as_slice(), expect, "{text}");
        };
        check(&one, "{\n  \"loss\": 0.5,\n  \"epoch\": 3\n}\n", &[0.5]);
        check(&one, "0.25\n", &[0.25]);
        check(&two, "loss=1\n\nsize: 2\n", &[1.0, 2.0]);
        let (_, metrics) = one.file("loss=1 epoch=3 cost=7").unwrap();
        assert_eq!(metrics.iter().collect::<Vec<_>>(), [("cost", 7.0)]);
    }

    #[test]
    fn a_broken_result_file_says_what_is_wrong() {
        let check = |names: &[&str], text: &str, kind: FailureKind, expect: &str| {
            let failure = results(names).file(text).unwrap_err();
            assert!(
                failure.kind == kind && failure.reason.contains(expect),
                "{failure}"
            );
        };
        check(
            &["loss"],
            "{\"loss\": 1",
            FailureKind::Error,
            "not a JSON object",
        );
        check(&["loss"], "done", FailureKind::Error, "it says: done");
        check(&["loss", "size"], "1", FailureKind::Error, "2 objectives");
        check(&["loss"], "los=1", FailureKind::Error, "`loss`");
        check(
            &["loss"],
            "{\"loss\": NaN}",
            FailureKind::NonFinite,
            "`loss` is NaN",
        );
        check(
            &["loss"],
            "{\"infeasible\": \"too big\"}",
            FailureKind::Infeasible,
            "too big",
        );
    }
}
