//! What to write instead of a range that has no equal here, with the numbers of the one who wrote it.

use crate::document::{Node, Value};

/// A scalar as it is written; none of anything else.
pub(super) fn shown(node: &Node) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar.to_string()),
        _ => None,
    }
}

/// What a word such as `loguniform` with these arguments is here; the numbers that are missing are
/// examples.
pub(super) fn of_call(word: &str, arguments: &[&Node]) -> Option<String> {
    let number = |index: usize| arguments.get(index).and_then(|node| node.as_number());
    let (a, b) = (number(0), number(1));
    let simple = word.to_lowercase().replace(['_', '-'], "");
    Some(match simple.as_str() {
        "uniform" | "interval" => range(a, b, ""),
        "loguniform" | "loginterval" if a.is_some_and(|a| a <= 0.0) => {
            exponents(a, b, std::f64::consts::E)
        }
        "loguniform" | "loginterval" | "reverseloguniform" => range(a, b, ", log: true"),
        "quniform" => stepped(a, b, number(2)),
        "qloguniform" => no_steps_on_a_log_scale(a, b),
        "randint" | "qrandint" => {
            let high = b.or(a).map_or(10.0, |b| b - 1.0);
            let low = b.and(a).unwrap_or(0.0);
            let step = number(2).filter(|_| simple == "qrandint");
            let step = step.map_or_else(String::new, |step| format!(", step: {step}"));
            format!("write `{{min: {low}, max: {high}{step}}}`: both ends are included here")
        }
        "lograndint" | "qlograndint" => {
            let (low, high) = (a.unwrap_or(1.0), b.map_or(10.0, |b| b - 1.0));
            format!("write `{{min: {low}, max: {high}, log: true}}`: both ends are included here")
        }
        "normal" | "randn" | "qnormal" | "qrandn" => normal(a, b),
        "lognormal" | "qlognormal" => log_normal(a, b),
        "choice" | "gridsearch" | "categorical" => {
            let values: Vec<String> = arguments.iter().filter_map(|node| shown(node)).collect();
            match values.is_empty() {
                true => "write `{values: [a, b]}`".to_owned(),
                false => format!("write `{{values: [{}]}}`", values.join(", ")),
            }
        }
        _ => return None,
    })
}

pub(super) fn range(min: Option<f64>, max: Option<f64>, more: &str) -> String {
    let (min, max) = (min.unwrap_or(0.001), max.unwrap_or(1.0));
    format!("write `{{min: {}, max: {}{more}}}`", float(min), float(max))
}

pub(super) fn stepped(min: Option<f64>, max: Option<f64>, step: Option<f64>) -> String {
    let step = step.unwrap_or(1.0);
    range(
        Some(min.unwrap_or(0.0)),
        max,
        &format!(", step: {}", float(step)),
    )
}

/// Bounds that are exponents, as they are values.
pub(super) fn exponents(min: Option<f64>, max: Option<f64>, base: f64) -> String {
    let value = |exponent: f64| digits(base.powf(exponent));
    let (low, high) = (value(min.unwrap_or(-7.0)), value(max.unwrap_or(0.0)));
    format!(
        "its bounds are exponents; bounds are values here: write `{{min: {low}, max: {high}, log: true}}`"
    )
}

pub(super) fn no_steps_on_a_log_scale(min: Option<f64>, max: Option<f64>) -> String {
    format!(
        "there are no steps on a logarithmic scale: {}, or `{{values: […], ordered: true}}`",
        range(min, max, ", log: true")
    )
}

/// A range that holds all but three in a thousand of a normal distribution.
pub(super) fn normal(mean: Option<f64>, deviation: Option<f64>) -> String {
    let (mean, deviation) = (mean.unwrap_or(0.0), deviation.unwrap_or(1.0));
    let (low, high) = (mean - 3.0 * deviation, mean + 3.0 * deviation);
    format!(
        "values are spread evenly over a range, never normally: write the range that matters, such as \
         `{{min: {}, max: {}}}`",
        float(low),
        float(high)
    )
}

pub(super) fn log_normal(mean: Option<f64>, deviation: Option<f64>) -> String {
    let (mean, deviation) = (mean.unwrap_or(0.0), deviation.unwrap_or(1.0));
    let (low, high) = (
        (mean - 3.0 * deviation).exp(),
        (mean + 3.0 * deviation).exp(),
    );
    format!(
        "values are spread evenly over a range, never normally: write the range that matters, such as \
         `{{min: {}, max: {}, log: true}}`",
        digits(low),
        digits(high)
    )
}

/// A number that stays a float when it is read: `1.0`.
fn float(value: f64) -> String {
    format!("{value:?}")
}

/// A computed number, with as many digits as a bound needs.
fn digits(value: f64) -> String {
    float(format!("{value:.3e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_numbers_are_short_and_stay_floats() {
        for (value, expect) in [
            (1.0, "1.0"),
            (1e-5, "1e-5"),
            ((-9.21_f64).exp(), "0.0001"),
            ((-2.3_f64).exp(), "0.1003"),
            (1.0_f64.exp(), "2.718"),
            (22026.47, "22030.0"),
        ] {
            assert_eq!(digits(value), expect);
        }
    }
}
