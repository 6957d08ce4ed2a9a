//! What to write instead of a range that has no equal here, with the numbers of the one who wrote it.

use super::meaning::Meaning;
use crate::{
    document::{Format, Node, Value},
    limits,
};

/// A count as it is written; none of anything that counts nothing.
pub(super) fn count(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Scalar(scalar) => u64::try_from(scalar.as_i64()?)
            .ok()
            .filter(|count| (1..=limits::TRIALS).contains(count)),
        _ => None,
    }
}

/// What a word such as `loguniform` was called with.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    word: String,
    arguments: Vec<Node>,
    /// NNI cuts what it has rounded off at its bounds.
    clips: bool,
}

/// The names of arguments, by their places.
const NAMES: [&[&str]; 3] = [
    &["low", "lower", "min", "minval", "mu", "mean"],
    &["high", "upper", "max", "maxval", "sigma", "sd"],
    &["q", "step"],
];

impl Call {
    pub(crate) fn new(word: &str, arguments: Vec<Node>) -> Self {
        Self {
            word: word.to_lowercase().replace(['_', '-'], ""),
            arguments,
            clips: false,
        }
    }

    pub(crate) fn clips(mut self) -> Self {
        self.clips = true;
        self
    }

    /// `loguniform(1e-5, 0.1)` and `loguniform(low=1e-5, high=0.1)`, as command lines and Python have them.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once('(')?;
        let word = word.trim().rsplit('.').next()?;
        let inner = rest.trim_end().strip_suffix(')')?;
        let Value::List(nodes) = Format::Yaml.parse(&format!("[{inner}]")).ok()?.value else {
            return None;
        };
        let mut places: [Option<Node>; 3] = Default::default();
        let mut others = Vec::new();
        for node in nodes {
            let named = node.as_text().and_then(|text| text.split_once('='));
            let place = named.and_then(|(name, value)| {
                let place = NAMES
                    .iter()
                    .position(|names| names.contains(&name.trim()))?;
                Some((place, Format::Yaml.parse(value.trim()).ok()?))
            });
            match place {
                Some((place, node)) => places[place] = Some(node),
                None => others.push(node),
            }
        }
        let named = places.into_iter().flatten();
        Some(Self::new(word, others.into_iter().chain(named).collect()))
    }

    fn number(&self, index: usize) -> Option<f64> {
        self.arguments.get(index)?.as_number()
    }

    fn int(&self, index: usize) -> Option<i64> {
        match &self.arguments.get(index)?.value {
            Value::Scalar(scalar) => scalar.as_i64(),
            _ => None,
        }
    }

    fn steps(&self, meaning: Option<Meaning>) -> Option<Meaning> {
        let whole = (0..3).all(|n| self.int(n).is_some());
        meaning.map(|meaning| if whole { meaning.whole() } else { meaning })
    }

    /// What it is here, if that is exactly the same.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        let (a, b, q) = (self.number(0), self.number(1), self.number(2));
        match self.word.as_str() {
            "uniform" | "interval" => Meaning::floats(a?, b?, false),
            "loguniform" | "loginterval" | "reverseloguniform" => Meaning::floats(a?, b?, true),
            "quniform" if self.clips => self.steps(Meaning::clipped(a?, b?, q?)),
            "quniform" => self.steps(Meaning::rounded(a?, b?, q?)),
            "randint" => self.below(false),
            "lograndint" => self.below(true),
            "qrandint" => Meaning::rounded(a?, b?, q.unwrap_or(1.0)).map(Meaning::whole),
            "choice" | "gridsearch" | "categorical" => {
                Meaning::values(self.arguments.iter().map(Node::to_json))
            }
            _ => None,
        }
    }

    /// What it is here; none if the word is none of these.
    pub(super) fn remedy(&self) -> Option<String> {
        let (a, b, q) = (self.number(0), self.number(1), self.number(2));
        Some(match self.word.as_str() {
            "uniform" | "interval" => range(a, b, false),
            "loguniform" | "loginterval" | "reverseloguniform" => log_range(a, b),
            "quniform" => stepped(a, b, q, self.clips),
            "qloguniform" => no_steps_on_a_log_scale(a, b, q),
            "randint" | "lograndint" => self.integers(self.word == "lograndint"),
            "qrandint" | "qlograndint" => {
                let meaning = Meaning::rounded(a?, b?, q.unwrap_or(1.0));
                let meaning = meaning.map(Meaning::whole);
                let note = match self.word.as_str() {
                    "qrandint" => "",
                    _ => ", which has the same values, all of them equally likely",
                };
                write(meaning, note)
            }
            "normal" | "randn" | "qnormal" | "qrandn" => normal(a, b, q),
            "lognormal" | "qlognormal" => log_normal(a, b),
            "choice" | "gridsearch" | "categorical" => choice(&self.arguments),
            _ => return None,
        })
    }

    /// Without its upper end.
    fn below(&self, log: bool) -> Option<Meaning> {
        let (low, high) = match (self.int(0), self.int(1)) {
            (Some(low), Some(high)) => (low, high),
            // NumPy: one argument is the upper end.
            (Some(high), None) if self.arguments.len() == 1 && !log => (0, high),
            _ => return None,
        };
        Meaning::ints(low, high.checked_sub(1)?, log)
    }

    fn integers(&self, log: bool) -> String {
        write(self.below(log), ": both ends are included here")
    }
}

/// The advice to write this.
fn write(meaning: Option<Meaning>, more: &str) -> String {
    match meaning {
        Some(meaning) => format!("write `{meaning}`{more}"),
        None => "its arguments make no range: write `min` and `max`, as in `{min: 0.0, max: 1.0}`"
            .to_owned(),
    }
}

pub(super) fn range(min: Option<f64>, max: Option<f64>, log: bool) -> String {
    write(
        Meaning::floats(min.unwrap_or(0.001), max.unwrap_or(1.0), log),
        "",
    )
}

/// A range on a logarithmic scale; one that begins at zero or below can only be meant as one of exponents.
pub(super) fn log_range(min: Option<f64>, max: Option<f64>) -> String {
    match min {
        Some(min) if min <= 0.0 => exponents(Some(min), max, std::f64::consts::E),
        _ => range(min, max, true),
    }
}

pub(super) fn stepped(
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    clips: bool,
) -> String {
    let (min, max, step) = (min.unwrap_or(0.0), max.unwrap_or(1.0), step.unwrap_or(1.0));
    write(
        match clips {
            true => Meaning::clipped(min, max, step),
            false => Meaning::rounded(min, max, step),
        },
        "",
    )
}

/// Bounds that are exponents, as they are values.
pub(super) fn exponents(min: Option<f64>, max: Option<f64>, base: f64) -> String {
    let (min, max) = (min.unwrap_or(-7.0), max.unwrap_or(0.0));
    let write = write(powers(min, max, base), "");
    format!("its `min` and `max` are exponents, and here they are values: {write}")
}

/// The range from `base^min` to `base^max`.
pub(crate) fn powers(min: f64, max: f64, base: f64) -> Option<Meaning> {
    let (low, high) = (base.powf(min), base.powf(max));
    let (short_low, short_high) = (digits(low), digits(high));
    // A narrow range needs all digits of its bounds.
    let width = (high / low).ln();
    let close = ((short_high / short_low).ln() - width).abs() <= 0.01 * width.abs();
    match close {
        true => Meaning::floats(short_low, short_high, true),
        false => Meaning::floats(low, high, true),
    }
}

pub(super) fn no_steps_on_a_log_scale(
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
) -> String {
    let stepped = stepped(min, max, step, false);
    format!(
        "there are no steps on a logarithmic scale: {stepped}, which has the same values, all of them equally likely"
    )
}

/// A range that holds all but three in a thousand of a normal distribution.
pub(super) fn normal(mean: Option<f64>, deviation: Option<f64>, step: Option<f64>) -> String {
    let (mean, deviation) = (mean.unwrap_or(0.0), deviation.unwrap_or(1.0).abs());
    // As many digits as a bound needs: 1 + 3 * 0.1 is 1.3.
    let short = |bound: f64| format!("{bound:.12e}").parse().unwrap_or(bound);
    let (low, high) = (short(mean - 3.0 * deviation), short(mean + 3.0 * deviation));
    evenly(match step {
        Some(step) => Meaning::rounded(low, high, step),
        None => Meaning::floats(low, high, false),
    })
}

pub(super) fn log_normal(mean: Option<f64>, deviation: Option<f64>) -> String {
    let (mean, deviation) = (mean.unwrap_or(0.0), deviation.unwrap_or(1.0).abs());
    let (low, high) = (mean - 3.0 * deviation, mean + 3.0 * deviation);
    evenly(powers(low, high, std::f64::consts::E))
}

fn evenly(meaning: Option<Meaning>) -> String {
    let write = match meaning {
        Some(meaning) => format!("such as `{meaning}`"),
        None => "such as `{min: 0.0, max: 1.0}`".to_owned(),
    };
    format!(
        "values are spread evenly over a range, never normally: write the range that matters, {write}"
    )
}

/// A choice among these.
pub(super) fn choice(values: &[Node]) -> String {
    match Meaning::values(values.iter().map(Node::to_json)) {
        Some(meaning) => format!("write `{meaning}`"),
        None => "write `{values: [a, b]}`".to_owned(),
    }
}

/// A computed number, with as many digits as a bound needs.
fn digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_numbers_are_short() {
        for (value, expect) in [
            (1.0, 1.0),
            (1e-5, 1e-5),
            ((-9.21_f64).exp(), 0.0001),
            ((-2.3_f64).exp(), 0.1003),
            (3.0_f64.exp(), 20.09),
            (22026.47, 22030.0),
        ] {
            assert_eq!(digits(value), expect);
        }
    }
}
