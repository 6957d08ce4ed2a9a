//! [`Results`]: what a program has measured so far, and the outcome that makes.

use std::collections::BTreeSet;

use tuning_core::{Failure, FailureKind, Fidelity, Objective, Objectives, Values};

use crate::{
    line::Line,
    near::{Near, near_miss},
    output::LONGEST_LINE,
    quantity::{Quantity, short},
};

/// What a program has measured so far: of each objective the last value counts.
#[derive(Debug)]
pub(crate) struct Results {
    objectives: Objectives,
    step_keys: Vec<String>,
    zero_based: bool,
    latest: Vec<Option<Value>>,
    infeasible: Option<String>,
    /// The names of its metrics, and how long they are together.
    metrics: BTreeSet<String>,
    letters: usize,
    near: Option<Near>,
    /// How many lines were looked at for that.
    looked: usize,
}

/// How many lines are looked at for what they may have been meant to say, besides the last ones.
const LOOKED: usize = 10_000;

/// The value of an objective: a finite number, or what came instead of one.
type Value = Result<f64, Failure>;

/// How many metrics a trial may have, and how long their names may be together.
const MOST_METRICS: usize = 10_000;
const MOST_LETTERS: usize = 1 << 20;

/// How much of a line is shown.
pub(crate) const SHOWN: usize = 200;

/// What one line says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Measured {
    /// Its step, if it has one.
    pub(crate) at: Option<Fidelity>,
    /// The value of each objective that it names.
    pub(crate) values: Vec<Option<Value>>,
    /// Its other numbers; NaN if it says that there is none.
    pub(crate) metrics: Vec<(String, f64)>,
    /// The reason, if it says that the parameters are not allowed together.
    pub(crate) infeasible: Option<String>,
}

impl Measured {
    /// The step and the values, if it has a step and the values of all objectives.
    pub(crate) fn report(&self) -> Option<(Fidelity, Vec<f64>)> {
        let value = |value: &Option<Value>| value.as_ref()?.as_ref().ok().copied();
        let whole: Option<Vec<f64>> = self.values.iter().map(value).collect();
        Some((self.at?, whole.filter(|values| !values.is_empty())?))
    }

    /// What is wrong with it, if it is the report of an objective without a number.
    pub(crate) fn refused(&self) -> Option<&Failure> {
        self.at?;
        self.values
            .iter()
            .flatten()
            .find_map(|value| value.as_ref().err())
    }
}

impl Results {
    /// Nothing yet, of the same objectives.
    pub(crate) fn anew(&self) -> Self {
        let keys = self.step_keys.clone();
        Self::new(self.objectives.clone(), keys, self.zero_based)
    }

    pub(crate) fn objectives(&self) -> &Objectives {
        &self.objectives
    }

    pub(crate) fn new(objectives: Objectives, step_keys: Vec<String>, zero_based: bool) -> Self {
        Self {
            latest: vec![None; objectives.len()],
            objectives,
            step_keys,
            zero_based,
            infeasible: None,
            metrics: BTreeSet::new(),
            letters: 0,
            near: None,
            looked: 0,
        }
    }

    /// What a line of output says; none if it is just output.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Option<Measured> {
        if bytes.len() >= LONGEST_LINE {
            self.near = Near::better(self.near.take(), Some(Near::too_long(LONGEST_LINE)));
        }
        let line = Line::parse(bytes, &self.objectives);
        let measured = line.map(|line| self.read(line, bytes));
        let named = |measured: &Measured| measured.values.iter().any(Option::is_some);
        // Once there is a result, nothing needs to be explained.
        if self.looked < LOOKED
            && self.latest.contains(&None)
            && !measured.as_ref().is_some_and(named)
        {
            self.looked += 1;
            self.note(bytes);
        }
        measured
    }

    /// Remembers a line that may have been meant as a result.
    fn note(&mut self, bytes: &[u8]) {
        let near = near_miss(bytes, &self.objectives);
        self.near = Near::better(self.near.take(), near);
    }

    /// Sorts out what a line says.
    pub(crate) fn read(&self, line: Line, bytes: &[u8]) -> Measured {
        if line.infeasible.is_some() {
            return Measured {
                infeasible: line.infeasible,
                ..Measured::default()
            };
        }
        let mut values = vec![None; self.objectives.len()];
        let mut others = Vec::new();
        for (name, quantity) in line.members {
            let known = |objective: &Objective| objective.name == name;
            match self.objectives.iter().position(known) {
                Some(place) => values[place] = Some(value(&name, quantity, bytes)),
                None => others.push((name, quantity)),
            }
        }
        let found = values.iter().any(Option::is_some);
        let key = self
            .step_keys
            .iter()
            .find_map(|key| others.iter().rposition(|(name, _)| name == key));
        if line.doubtful && (!line.whole || !found && key.is_none()) {
            return Measured::default();
        }
        let at = match key.map(|key| others.remove(key).1) {
            Some(Quantity::Finite(step)) => self.step(step),
            _ => None,
        };
        if !line.whole {
            // Of a line with other words, only what is wrong with it counts.
            others.clear();
            for value in &mut values {
                *value = value.take().filter(Result::is_err);
            }
        }
        let number = |(name, quantity)| match quantity {
            Quantity::Finite(number) => Some((name, number)),
            Quantity::Missing(_) => Some((name, f64::NAN)),
            Quantity::Other(_) => None,
        };
        Measured {
            at,
            values,
            metrics: others.into_iter().filter_map(number).collect(),
            infeasible: None,
        }
    }

    /// Keeps what a line says: it comes after what was kept before.
    ///
    /// # Errors
    /// If the trial has too many metrics.
    pub(crate) fn keep(&mut self, measured: &Measured) -> Result<(), Failure> {
        for (latest, value) in self.latest.iter_mut().zip(&measured.values) {
            if value.is_some() {
                latest.clone_from(value);
            }
        }
        if let Some(reason) = &measured.infeasible {
            self.infeasible = Some(reason.clone());
        }
        for (name, _) in &measured.metrics {
            if self.metrics.contains(name) {
                continue;
            }
            self.letters += name.len();
            if self.metrics.len() == MOST_METRICS || self.letters > MOST_LETTERS {
                return Err(Failure::new(
                    FailureKind::Error,
                    format!(
                        "it reported more than {MOST_METRICS} metrics, or {MOST_LETTERS} bytes of their names \
                         (`{}` is one too many): give a metric the same name in each step",
                        short(name, SHOWN)
                    ),
                ));
            }
            self.metrics.insert(name.clone());
        }
        Ok(())
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

    /// The last value of each objective; none if one of them was never named.
    pub(crate) fn last(&self) -> Option<Result<Values, Failure>> {
        let failure = |value: &Option<Value>| value.as_ref()?.as_ref().err().cloned();
        if let Some(failure) = self.latest.iter().find_map(failure) {
            return Some(Err(failure));
        }
        let number = |value: &Option<Value>| value.as_ref()?.as_ref().ok().copied();
        let values: Option<Vec<f64>> = self.latest.iter().map(number).collect();
        values.map(|values| self.objectives.check(values))
    }

    /// What was expected of the program, and how much of that came; `tail` is the end of its output.
    pub(crate) fn expected(&self, tail: &str) -> String {
        let objects = self
            .objectives
            .iter()
            .map(|o| format!("\"{}\": 0.5", o.name));
        let object = objects.collect::<Vec<_>>().join(", ");
        format!(
            "it ended without a result: {}; print a line such as {{{object}}}, or write it to the file named by \
             TUNE_RESULT",
            self.absent(tail)
        )
    }

    /// The objectives that have no value, and the line that may have been meant for one.
    pub(crate) fn absent(&self, tail: &str) -> String {
        let missing: Vec<_> = self
            .objectives
            .iter()
            .zip(&self.latest)
            .filter(|(_, latest)| latest.is_none())
            .map(|(objective, _)| format!("`{}`", objective.name))
            .collect();
        let lines = tail.lines();
        let near = lines
            .map(|line| near_miss(line.as_bytes(), &self.objectives))
            .fold(self.near.clone(), Near::better);
        let near = near.map_or(String::new(), |near| format!("; {}", near.advice));
        format!("no value of {}{near}", missing.join(", "))
    }
}

/// The value of an objective, or a failure that shows the line.
fn value(name: &str, quantity: Quantity, line: &[u8]) -> Value {
    let (kind, what) = match quantity {
        Quantity::Finite(number) => return Ok(number),
        Quantity::Missing(what) => (FailureKind::NonFinite, what),
        Quantity::Other(what) => (FailureKind::Error, what),
    };
    let line = String::from_utf8_lossy(line);
    let line = short(line.trim(), SHOWN);
    Err(Failure::new(
        kind,
        format!("`{name}` {what}; the line was: {line}"),
    ))
}

fn infeasible(reason: &str) -> Failure {
    Failure::new(FailureKind::Infeasible, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(names: &[&str]) -> Results {
        let objectives = names.iter().map(|name| Objective::minimize(*name));
        let keys = vec!["epoch".to_owned(), "step".to_owned()];
        Results::new(Objectives::new(objectives).unwrap(), keys, false)
    }

    fn take(results: &mut Results, line: &str) -> Measured {
        let measured = results.hear(line.as_bytes()).unwrap();
        results.keep(&measured).unwrap();
        measured
    }

    #[test]
    fn the_first_step_key_counts_and_the_rest_is_metrics() {
        let mut one = results(&["loss"]);
        let measured = take(
            &mut one,
            r#"{"step": 900, "epoch": 3.0, "loss": 0.5, "acc": 0.9}"#,
        );
        assert_eq!(measured.report(), Some((Fidelity::new(3), vec![0.5])));
        assert_eq!(
            measured.metrics,
            [("step".to_owned(), 900.0), ("acc".to_owned(), 0.9)]
        );
        for (line, at) in [
            ("epoch=0.5 loss=1", None),
            ("epoch=-1 loss=1", None),
            ("epoch=2/9 loss=1", None),
            ("step=7 loss=1", Some(7)),
        ] {
            assert_eq!(take(&mut one, line).at, at.map(Fidelity::new), "{line}");
        }
        one.zero_based = true;
        assert_eq!(take(&mut one, "epoch=0 loss=1").at, Some(Fidelity::new(1)));
    }

    #[test]
    fn of_several_objectives_the_last_value_of_each_counts() {
        let mut two = results(&["loss", "size"]);
        assert!(two.last().is_none());
        take(&mut two, "loss=1");
        assert!(two.last().is_none() && two.expected("").contains("no value of `size`"));
        take(&mut two, "size=2");
        assert_eq!(two.last().unwrap().unwrap().as_slice(), [1.0, 2.0]);
        take(&mut two, "loss=3 size=4");
        take(&mut two, "loss=9");
        assert_eq!(two.last().unwrap().unwrap().as_slice(), [9.0, 4.0]);
        take(&mut two, "size=nan");
        let failure = two.last().unwrap().unwrap_err();
        assert_eq!(
            (failure.kind, &*failure.reason),
            (
                FailureKind::NonFinite,
                "`size` is NaN; the line was: size=nan"
            )
        );
        take(&mut two, "size=7");
        assert_eq!(two.last().unwrap().unwrap().as_slice(), [9.0, 7.0]);
    }

    #[test]
    fn a_report_without_a_number_is_refused_at_once() {
        let two = || results(&["loss", "size"]);
        for (line, refused) in [
            ("epoch=2 loss=None", true),
            (r#"{"epoch": 2, "loss": 1, "size": null}"#, true),
            ("epoch=2 loss=nan (diverged)", true),
            ("epoch=2 acc=nan", false),
            ("loss=None", false),
        ] {
            let measured = two().hear(line.as_bytes()).unwrap();
            assert_eq!(measured.refused().is_some(), refused, "{line}");
        }
    }

    #[test]
    fn of_a_line_with_other_words_only_a_wrong_value_counts() {
        let mut one = results(&["loss"]);
        take(&mut one, "loss=0.5");
        take(&mut one, "loss=0.7 best so far");
        assert_eq!(one.last().unwrap().unwrap().as_slice(), [0.5]);
        take(&mut one, "loss=nan at last");
        assert!(one.last().unwrap().is_err());
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
    fn the_number_of_metrics_is_bounded() {
        let mut one = results(&["loss"]);
        let mut refused = None;
        for n in 0..=MOST_METRICS {
            let measured = one.hear(format!("m{n}=1").as_bytes()).unwrap();
            one.keep(&measured)
                .unwrap_or_else(|failure| refused = Some((n, failure)));
        }
        let (n, failure) = refused.unwrap();
        assert_eq!(n, MOST_METRICS);
        assert!(
            failure.reason.contains("more than 10000 metrics"),
            "{failure}"
        );
        let mut two = results(&["loss"]);
        let measured = two
            .hear(format!("{}=1", "x".repeat(MOST_LETTERS - 3)).as_bytes())
            .unwrap();
        two.keep(&measured).unwrap();
        let measured = two.hear(b"another=1").unwrap();
        assert!(two.keep(&measured).is_err());
    }
}
