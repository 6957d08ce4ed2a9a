//! The result file (`TUNE_RESULT`): read as if its lines were all that the program printed.

use tuning_core::{Failure, FailureKind, Metrics, Values};

use crate::{
    line::Line,
    near::near_miss,
    quantity::{Quantity, short},
    results::{Results, SHOWN},
};

/// How much of its end is looked at for what it may have been meant to say.
const LOOKED: usize = 4096;

/// Reads a result file: a JSON object on one line or many, lines as on standard output, or a bare number.
pub(crate) fn read(so_far: &Results, bytes: &[u8]) -> Result<(Values, Metrics), Failure> {
    let text = String::from_utf8_lossy(bytes);
    let mut file = ResultFile {
        text: text.trim(),
        results: so_far.anew(),
        metrics: Metrics::default(),
    };
    file.take_all()?;
    file.outcome()
}

struct ResultFile<'a> {
    text: &'a str,
    results: Results,
    metrics: Metrics,
}

impl ResultFile<'_> {
    fn take_all(&mut self) -> Result<(), Failure> {
        let objectives = self.results.objectives().clone();
        let mut error = None;
        if self.text.starts_with('{') {
            match Line::object(self.text, &objectives) {
                Ok(line) => return self.take(line, self.text),
                Err(found) => error = Some(found),
            }
        }
        for line in self.text.lines().map(str::trim) {
            if line.is_empty() {
                continue;
            }
            match (Line::parse(line.as_bytes(), &objectives), &error) {
                (Some(read), _) => self.take(read, line)?,
                (None, Some(error)) => {
                    let what = format!("is not a JSON object: {error}");
                    return Err(self.unreadable(line, what));
                }
                (None, None) => self.take(self.bare(line)?, line)?,
            }
        }
        Ok(())
    }

    fn take(&mut self, line: Line, text: &str) -> Result<(), Failure> {
        let (whole, infeasible) = (line.whole, line.infeasible.is_some());
        // In this file a colon is as good as an `=`.
        let sure = Line {
            doubtful: false,
            ..line
        };
        let measured = self.results.read(sure, text.as_bytes());
        if !whole && !infeasible && measured.values.iter().all(Option::is_none) {
            let line = short(text, SHOWN);
            return Err(self.broken(&format!("has words after the last pair of a line: {line}")));
        }
        for (name, value) in &measured.metrics {
            self.metrics.set(name.as_str(), *value);
        }
        self.results.keep(&measured).map_err(inside)
    }

    /// A line that is a number and nothing else.
    fn bare(&self, line: &str) -> Result<Line, Failure> {
        let objectives = self.results.objectives();
        let quantity = Quantity::of_word(line);
        match (&objectives[..], quantity) {
            ([objective], quantity @ (Quantity::Finite(_) | Quantity::Missing(_))) => {
                Ok(Line::numbers(vec![(objective.name.clone(), quantity)]))
            }
            (many, Quantity::Finite(_) | Quantity::Missing(_)) => {
                let n = many.len();
                Err(self.broken(&format!(
                    "has one bare number for {n} objectives: name them"
                )))
            }
            (_, Quantity::Other(what)) => {
                let what = format!("has a line that {what}, and no `name=value`");
                Err(self.unreadable(line, what))
            }
        }
    }

    fn unreadable(&self, line: &str, otherwise: String) -> Failure {
        match near_miss(line.as_bytes(), self.results.objectives()) {
            Some(near) => self.broken(&format!("cannot be read: {}", near.advice)),
            None => self.broken(&otherwise),
        }
    }

    fn outcome(self) -> Result<(Values, Metrics), Failure> {
        if let Some(failure) = self.results.infeasible() {
            return Err(failure);
        }
        match self.results.last() {
            Some(values) => values.map(|values| (values, self.metrics)).map_err(inside),
            None => {
                let start = self.text.len().saturating_sub(LOOKED);
                let start = (start..).find(|at| self.text.is_char_boundary(*at));
                let absent = self.results.absent(&self.text[start.unwrap_or(0)..]);
                Err(self.broken(&format!("has {absent}")))
            }
        }
    }

    fn broken(&self, what: &str) -> Failure {
        let says = short(self.text, SHOWN);
        let reason = format!("the result file (TUNE_RESULT) {what}; it says: {says}");
        Failure::new(FailureKind::Error, reason)
    }
}

fn inside(failure: Failure) -> Failure {
    let reason = format!("in the result file (TUNE_RESULT): {}", failure.reason);
    Failure::new(failure.kind, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tuning_core::{Objective, Objectives};

    fn results(names: &[&str]) -> Results {
        let objectives = names.iter().map(|name| Objective::minimize(*name));
        let keys = vec!["epoch".to_owned(), "step".to_owned()];
        Results::new(Objectives::new(objectives).unwrap(), keys, false)
    }

    fn file(names: &[&str], text: &str) -> Result<(Values, Metrics), Failure> {
        read(&results(names), text.as_bytes())
    }

    #[test]
    fn result_files_come_in_many_forms() {
        let check = |names: &[&str], text: &str, expect: &[f64]| {
            let (values, _) =
                file(names, text).unwrap_or_else(|failure| panic!("{text}: {failure}"));
            assert_eq!(values.as_slice(), expect, "{text}");
        };
        let (one, two) = (&["loss"][..], &["loss", "size"][..]);
        check(one, "{\n  \"loss\": 0.5,\n  \"epoch\": 3\n}\n", &[0.5]);
        check(one, "0.25\n", &[0.25]);
        check(two, "loss=1\n\nsize: 2\n", &[1.0, 2.0]);
        check(
            one,
            "{\"epoch\": 1, \"loss\": 0.9}\n{\"epoch\": 2, \"loss\": 0.1}",
            &[0.1],
        );
        let (_, metrics) = file(one, "loss=1 epoch=3 cost=7\nn: 3").unwrap();
        assert_eq!(
            metrics.iter().collect::<Vec<_>>(),
            [("cost", 7.0), ("n", 3.0)]
        );
    }

    #[test]
    fn a_broken_result_file_says_what_is_wrong() {
        let check = |names: &[&str], text: &str, kind: FailureKind, expect: &str| {
            let failure = file(names, text).unwrap_err();
            assert!(
                failure.kind == kind && failure.reason.contains(expect),
                "{text}: {failure}"
            );
        };
        let (error, none) = (FailureKind::Error, FailureKind::NonFinite);
        let one = &["loss"][..];
        check(one, "{\"loss\": 1", error, "not a JSON object");
        check(one, "{\n\"acc\": 1", error, "not a JSON object");
        check(one, "done", error, "it says: done");
        check(&["loss", "size"], "1", error, "2 objectives");
        check(
            one,
            "los=1",
            error,
            "no value of `loss`; the line `los=1` says `los`: did you mean `loss`?",
        );
        check(one, "Loss: 0.5", error, "did you mean `loss`?");
        check(one, "{'loss': 0.5}", error, "json.dumps");
        check(one, "\u{feff}{\"loss\": 0.5}", error, "byte order mark");
        check(one, "0,5", error, "decimal point");
        check(one, "loss=0.5 or so", error, "words after the last pair");
        check(
            one,
            "{\"loss\": \"0.5\"}",
            error,
            "write the number without quotes",
        );
        check(
            one,
            "{\"loss\": NaN}",
            none,
            "`loss` is NaN; the line was: {\"loss\": NaN}",
        );
        check(one, "0.5\nnan", none, "`loss` is NaN");
        check(one, "{\"loss\": null}", none, "is null");
        check(
            one,
            "infeasible=too big",
            FailureKind::Infeasible,
            "too big",
        );
    }

    /// A value, as JSON and after `name=`.
    fn value() -> impl Strategy<Value = (String, String)> {
        let same = |text: &str| (text.to_owned(), text.to_owned());
        let both = |json: &str, word: &str| (json.to_owned(), word.to_owned());
        prop_oneof![
            8 => any::<f64>()
                .prop_filter("finite", |number| number.is_finite())
                .prop_map(move |number| same(&format!("{number:?}"))),
            2 => any::<i64>().prop_map(move |number| same(&number.to_string())),
            4 => proptest::sample::select(vec![
                same("NaN"),
                same("-Infinity"),
                same("1e999"),
                same(&"7".repeat(300)),
                same(&"7".repeat(400)),
                both("null", "None"),
                both("null", ""),
                both("\"nan\"", "nan"),
                both("\"0.5\"", "'0.5'"),
                same("true"),
                both("[1]", "[1]"),
                both("\"adam\"", "adam"),
            ]),
        ]
    }

    /// What some lines come to, without the words of a failure.
    type Outcome = Result<(Vec<f64>, Vec<(String, f64)>), Option<FailureKind>>;

    fn printed(names: &[&str], lines: &[String]) -> Outcome {
        let mut results = results(names);
        let mut metrics = Metrics::default();
        for line in lines {
            let measured = results.hear(line.as_bytes()).ok_or(None)?;
            for (name, value) in &measured.metrics {
                metrics.set(name.as_str(), *value);
            }
            results
                .keep(&measured)
                .map_err(|failure| Some(failure.kind))?;
        }
        outcome(
            results
                .last()
                .map(|last| last.map(|values| (values, metrics))),
        )
    }

    fn outcome(found: Option<Result<(Values, Metrics), Failure>>) -> Outcome {
        let (values, metrics) = found.ok_or(None)?.map_err(|failure| Some(failure.kind))?;
        let metrics = metrics.iter().map(|(name, value)| (name.to_owned(), value));
        Ok((values.as_slice().to_vec(), metrics.collect()))
    }

    proptest! {
        #[test]
        fn the_same_result_means_the_same_as_json_as_pairs_and_in_the_result_file(
            lines in proptest::collection::vec(
                proptest::collection::vec((proptest::sample::select(vec!["loss", "size", "acc", "epoch"]), value()), 1..5),
                1..4,
            )
        ) {
            let names = &["loss", "size"][..];
            let as_json = |members: &Vec<(&str, (String, String))>| {
                let members: Vec<_> = members.iter().map(|(name, (json, _))| format!("\"{name}\": {json}")).collect();
                format!("{{{}}}", members.join(", "))
            };
            let as_pairs = |members: &Vec<(&str, (String, String))>| {
                let pairs: Vec<_> = members.iter().map(|(name, (_, word))| format!("{name}={word}")).collect();
                pairs.join(" ")
            };
            let json: Vec<String> = lines.iter().map(as_json).collect();
            let pairs: Vec<String> = lines.iter().map(as_pairs).collect();
            let expect = printed(names, &json);
            prop_assert_eq!(&printed(names, &pairs), &expect);
            // In the file, a missing objective is a failure with other words, and of no other kind.
            let file = |lines: &[String]| outcome(Some(read(&results(names), lines.join("\n").as_bytes())));
            let expect = expect.map_err(|kind| Some(kind.unwrap_or(FailureKind::Error)));
            prop_assert_eq!(&file(&json), &expect);
            prop_assert_eq!(&file(&pairs), &expect);
        }
    }
}
