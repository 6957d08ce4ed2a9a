//! Advice is true: what an error tells to write in place of another tool's spelling is accepted, and has the
//! same values.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tuning_core::{Domain, Space};
use tuning_file::{Extensions, FileError, Format, StudyReader};

/// The values of a parameter, as the other tool documents them.
#[derive(Clone, Debug)]
enum Values {
    /// All numbers of a range, with bounds as exact as this part of its width.
    Range { min: f64, max: f64, log: bool },
    /// These numbers.
    Numbers(Vec<f64>),
    /// These values.
    Choice(Vec<Json>),
}

/// The space of a study with this parameter.
fn read(parameter: &str) -> Result<Space, String> {
    let study = format!(
        "command: [sh, train]\nobjective: {{name: loss, direction: minimize}}\nbudget: {{trials: 1}}\njournal: none\n\
         strategy: random\nparameters:\n  x: {parameter}\n"
    );
    let extensions = Extensions::default();
    match StudyReader::new(&extensions).text(Format::Yaml, &study) {
        Ok(file) => Ok(file.problem().space),
        Err(FileError::Invalid(problems)) => Err(problems.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The first mapping that an error tells to write.
fn advised(error: &str) -> Option<&str> {
    let (_, rest) = error.split_once("`{")?;
    let end = rest.find("}`")?;
    let start = error.len() - rest.len() - 1;
    Some(&error[start..start + end + 2])
}

#[track_caller]
fn check(theirs: &str, values: &Values) -> Result<(), TestCaseError> {
    let error = match read(theirs) {
        // It means here what it means there.
        Ok(space) => return same(theirs, &space, values),
        Err(error) => error,
    };
    let Some(advice) = advised(&error) else {
        return Err(TestCaseError::fail(format!("{theirs}: no advice: {error}")));
    };
    match read(advice) {
        Ok(space) => same(&format!("{theirs} -> {advice}"), &space, values),
        Err(refused) => Err(TestCaseError::fail(format!(
            "{theirs} -> {advice}: {refused}"
        ))),
    }
}

fn same(what: &str, space: &Space, values: &Values) -> Result<(), TestCaseError> {
    let domain = space.parameters()[0].domain();
    let all = || -> Vec<Json> {
        let count = domain.cardinality().unwrap_or(0);
        let values = (0..count).filter_map(|k| domain.value_at(k));
        let literals = values.map(|value| domain.literal(value));
        literals
            .map(|literal| serde_json::to_value(literal).unwrap())
            .collect()
    };
    match values {
        Values::Range { min, max, log } => {
            let Domain::Float(_) = domain else {
                return Err(TestCaseError::fail(format!(
                    "{what}: no range of numbers: {domain:?}"
                )));
            };
            let at = |u: f64| domain.literal(domain.decode(u)).as_f64().unwrap();
            let (low, middle, high) = (at(0.0), at(0.5), at(1.0 - f64::EPSILON));
            let (near, expect) = if *log {
                let width = (max / min).ln();
                let near = |a: f64, b: f64| (a / b).ln().abs() <= 0.02 * width;
                (
                    near(low, *min) && near(high, *max) && near(middle, (min * max).sqrt()),
                    width,
                )
            } else {
                let width = max - min;
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * width;
                (near(low, *min) && near(high, *max), width)
            };
            prop_assert!(
                near,
                "{what}: from {low} over {middle} to {high}, expected {min} to {max} ({expect})"
            );
        }
        Values::Numbers(numbers) => {
            let found: Vec<f64> = all().iter().filter_map(Json::as_f64).collect();
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            let equal = found.len() == numbers.len() && found.iter().zip(numbers).all(near);
            prop_assert!(equal, "{what}: {found:?}, expected {numbers:?}");
        }
        Values::Choice(choice) => prop_assert_eq!(&all(), choice, "{}", what),
    }
    Ok(())
}

/// The multiples of a step that a range is rounded to, computed as the other tools do: value by value.
fn multiples(min: i64, max: i64, step: i64) -> Vec<i64> {
    let round = |x: i64| (x as f64 / step as f64).round_ties_even() as i64 * step;
    let mut values: Vec<i64> = (min * 4..=max * 4)
        .map(|quarter| ((quarter as f64 / 4.0) / step as f64).round_ties_even() as i64 * step)
        .collect();
    values.push(round(max));
    values.dedup();
    values
}

fn floats(values: &[i64], scale: f64) -> Vec<f64> {
    values.iter().map(|value| *value as f64 * scale).collect()
}

/// An integer range and its width.
fn range() -> impl Strategy<Value = (i64, i64)> {
    (-20_i64..100, 1_i64..200).prop_map(|(low, width)| (low, low + width))
}

/// A value of a choice, in the flow style of YAML.
fn value() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i32>().prop_map(Json::from),
        proptest::sample::select(vec![
            json!(null),
            json!(true),
            json!(0.5),
            json!("adam"),
            json!("yes"),
            json!("1e3"),
            json!("a, b"),
            json!("it's"),
            json!(""),
            json!("#"),
            json!([64, 64]),
            json!([]),
            json!({"step": 3, "gamma": null}),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers_are_advised_with_the_same_values((low, high) in range()) {
        let exclusive = Values::Numbers(floats(&(low..high).collect::<Vec<_>>(), 1.0));
        for theirs in [
            format!("{{randint: [{low}, {high}]}}"),
            format!("{{_type: randint, _value: [{low}, {high}]}}"),
            format!("randint({low}, {high})"),
            format!("randint(high={high}, low={low})"),
        ] {
            check(&theirs, &exclusive)?;
        }
        let inclusive = Values::Numbers(floats(&(low..=high).collect::<Vec<_>>(), 1.0));
        for theirs in [
            format!("{{qrandint: [{low}, {high}]}}"),
            format!("{{distribution: int_uniform, min: {low}, max: {high}}}"),
            format!("{{type: int, low: {low}, high: {high}}}"),
            format!("{{type: int, minval: {low}, maxval: {high}}}"),
        ] {
            check(&theirs, &inclusive)?;
        }
    }

    #[test]
    fn steps_are_advised_with_the_same_values((low, high) in range(), step in 1_i64..40) {
        let rounded = multiples(low, high, step);
        let expect = Values::Numbers(floats(&rounded, 1.0));
        for theirs in [
            format!("{{qrandint: [{low}, {high}, {step}]}}"),
            format!("{{quniform: [{low}, {high}, {step}]}}"),
            format!("quniform({low}, {high}, q={step})"),
            format!("{{distribution: q_uniform, min: {low}, max: {high}, q: {step}}}"),
        ] {
            check(&theirs, &expect)?;
        }
        let tenths = |n: i64| n as f64 / 10.0;
        let theirs = format!(
            "{{distribution: q_uniform, min: {:?}, max: {:?}, q: {:?}}}", tenths(low), tenths(high), tenths(step)
        );
        // Halves are rounded by what floats make of them, so bounds that are halves of a step are left out.
        if (2 * low) % step != 0 && (2 * high) % step != 0 {
            check(&theirs, &Values::Numbers(floats(&rounded, 0.1)))?;
        }
        if (high - low) / step < 60 {
            // NNI: clip(round(uniform(low, high) / q) * q, low, high).
            let mut clipped: Vec<i64> = rounded.iter().map(|value| (*value).clamp(low, high)).collect();
            clipped.dedup();
            let theirs = format!("{{_type: quniform, _value: [{low}, {high}, {step}]}}");
            check(&theirs, &Values::Numbers(floats(&clipped, 1.0)))?;
        }
    }

    #[test]
    fn ranges_are_advised_with_the_same_bounds(low in -1e3..1e3_f64, width in 1e-6..1e4_f64) {
        let (min, max) = (low, low + width);
        let even = Values::Range { min, max, log: false };
        for theirs in [
            format!("{{uniform: [{min:?}, {max:?}]}}"),
            format!("{{_type: uniform, _value: [{min:?}, {max:?}]}}"),
            format!("uniform({min:?}, {max:?})"),
            format!("{{distribution: uniform, min: {min:?}, max: {max:?}}}"),
            format!("{{bounds: [{min:?}, {max:?}]}}"),
        ] {
            check(&theirs, &even)?;
        }
    }

    #[test]
    fn ranges_on_a_log_scale_are_advised_with_the_same_bounds(
        exponent in -8.0..2.0_f64, width in 0.01..6.0_f64
    ) {
        let (min, max) = (10_f64.powf(exponent), 10_f64.powf(exponent + width));
        let values = Values::Range { min, max, log: true };
        for theirs in [
            format!("{{loguniform: [{min:?}, {max:?}]}}"),
            format!("{{_type: loguniform, _value: [{min:?}, {max:?}]}}"),
            format!("tune.loguniform({min:?}, {max:?})"),
            format!("{{type: loguniform, low: {min:?}, high: {max:?}}}"),
            format!("{{distribution: log_uniform_values, min: {min:?}, max: {max:?}}}"),
            format!("{{distribution: inv_log_uniform_values, min: {min:?}, max: {max:?}}}"),
            format!("{{distribution: log_uniform, min: {:?}, max: {:?}}}", min.ln(), max.ln()),
            format!("{{distribution: inv_log_uniform, min: {:?}, max: {:?}}}", -max.ln(), -min.ln()),
            format!("{{type: log, base: 10, minval: {:?}, maxval: {:?}}}", exponent, exponent + width),
        ] {
            check(&theirs, &values)?;
        }
    }

    #[test]
    fn choices_are_advised_with_all_their_values(values in proptest::collection::vec(value(), 1..6)) {
        let mut distinct: Vec<Json> = Vec::new();
        for value in &values {
            if !distinct.contains(value) {
                distinct.push(value.clone());
            }
        }
        let expect = Values::Choice(distinct);
        let list = Json::from(values);
        for theirs in [
            format!("{{choice: {list}}}"),
            format!("{{grid_search: {list}}}"),
            format!("{{_type: choice, _value: {list}}}"),
            format!("{{distribution: categorical_w_probabilities, values: {list}, probabilities: [1.0]}}"),
            format!("{list}"),
        ] {
            check(&theirs, &expect)?;
        }
    }
}

#[test]
fn the_advice_that_was_wrong_is_right() {
    for (theirs, advice) in [
        ("{qrandint: [8, 128, 8]}", "{min: 8, max: 128, step: 8}"),
        (
            "{type: loguniform, low: 1e-5, high: 1e-4}",
            "{min: 1e-5, max: 0.0001, log: true}",
        ),
        ("{choice: [null, [1, 2], a]}", "{values: [null, [1, 2], a]}"),
        ("{randint: [3, 4]}", "{value: 3}"),
        (
            "{_type: quniform, _value: [1, 10, 4]}",
            "{values: [1.0, 4.0, 8.0], ordered: true}",
        ),
    ] {
        let error = read(theirs).unwrap_err();
        assert_eq!(advised(&error), Some(advice), "{theirs}: {error}");
        read(advice).unwrap();
    }
}
