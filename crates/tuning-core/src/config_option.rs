//! [`ConfigOption`]: one option of a configuration, with all that there is to know of it.

use std::ops::Bound;

use crate::{Literal, Unsupported};

/// One option of a configuration: its name, its value, what it does and how far it may go.
///
/// This is the only place that says so: the reader of study files, their schema, `tune strategies`, the
/// [spec](crate::Spec::options) in a journal and the refusal of `build` all come from it.
///
/// # Example
/// ```
/// use tuning_core::ConfigOption;
///
/// let step = ConfigOption::new("step", 2.0, "how far from the best point to look").above(0.0).at_most(1.0);
/// assert_eq!(step.range().as_deref(), Some("above 0 and at most 1"));
/// assert_eq!(
///     step.check("hill-climb").unwrap_err().to_string(),
///     "strategy `hill-climb` cannot use `step: 2`: it must be above 0 and at most 1",
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigOption {
    name: &'static str,
    value: Literal,
    about: &'static str,
    lower: Bound<f64>,
    upper: Bound<f64>,
}

impl ConfigOption {
    /// The option of this name, set to `value`; `about` says what it does, as in "how many trials are random".
    ///
    /// The value is the field as serde writes it: `Option::None` is null, an enum its word, a strategy its
    /// [spec](crate::StrategyConfig::spec).
    #[must_use]
    pub fn new(name: &'static str, value: impl Into<Literal>, about: &'static str) -> Self {
        Self {
            name,
            value: value.into(),
            about,
            lower: Bound::Unbounded,
            upper: Bound::Unbounded,
        }
    }

    /// Requires a number that is `least` or more.
    #[must_use]
    pub fn at_least(mut self, least: f64) -> Self {
        self.lower = Bound::Included(least);
        self
    }

    /// Requires a number that is more than `end`.
    #[must_use]
    pub fn above(mut self, end: f64) -> Self {
        self.lower = Bound::Excluded(end);
        self
    }

    /// Requires a number that is `most` or less.
    #[must_use]
    pub fn at_most(mut self, most: f64) -> Self {
        self.upper = Bound::Included(most);
        self
    }

    /// Requires a number that is less than `end`.
    #[must_use]
    pub fn below(mut self, end: f64) -> Self {
        self.upper = Bound::Excluded(end);
        self
    }

    /// Its name: that of the field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is set to.
    #[must_use]
    pub fn value(&self) -> &Literal {
        &self.value
    }

    /// What it does, in part of a sentence.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The ends of its range, if it is a number and has any.
    #[must_use]
    pub fn bounds(&self) -> (Bound<f64>, Bound<f64>) {
        (self.lower, self.upper)
    }

    /// Its range in words, as in "above 0 and at most 1"; none if it has no end.
    #[must_use]
    pub fn range(&self) -> Option<String> {
        let lower = match self.lower {
            Bound::Included(least) => Some(format!("at least {least}")),
            Bound::Excluded(end) => Some(format!("above {end}")),
            Bound::Unbounded => None,
        };
        let upper = match self.upper {
            Bound::Included(most) => Some(format!("at most {most}")),
            Bound::Excluded(end) => Some(format!("below {end}")),
            Bound::Unbounded => None,
        };
        match (lower, upper, self.bounds()) {
            (_, _, (Bound::Included(least), Bound::Included(most))) => {
                Some(format!("from {least} to {most}"))
            }
            (Some(lower), Some(upper), _) => Some(format!("{lower} and {upper}")),
            (lower, upper, _) => lower.or(upper),
        }
    }

    /// The first number that is outside of the range, with its path; none if there is no such.
    ///
    /// In a list or a mapping each number is looked at, as `resolution_of.lr`. Null, which stands for an option that
    /// is left out, is in every range; a number that is not finite is in none, unless the option has no range.
    #[must_use]
    pub fn outside(&self) -> Option<(String, &Literal)> {
        match self.bounds() {
            (Bound::Unbounded, Bound::Unbounded) => None,
            _ => self.outside_in(self.name.to_owned(), &self.value),
        }
    }

    fn outside_in<'a>(&self, path: String, value: &'a Literal) -> Option<(String, &'a Literal)> {
        let number = match value {
            Literal::Int(number) => *number as f64,
            Literal::Float(number) => *number,
            Literal::List(items) => {
                let mut items = items.iter().enumerate();
                return items
                    .find_map(|(place, item)| self.outside_in(format!("{path}.{place}"), item));
            }
            Literal::Map(entries) => {
                let mut entries = entries.iter();
                return entries
                    .find_map(|(key, item)| self.outside_in(format!("{path}.{key}"), item));
            }
            _ => return None,
        };
        let above = match self.lower {
            Bound::Included(least) => number >= least,
            Bound::Excluded(end) => number > end,
            Bound::Unbounded => true,
        };
        let below = match self.upper {
            Bound::Included(most) => number <= most,
            Bound::Excluded(end) => number < end,
            Bound::Unbounded => true,
        };
        let inside = number.is_finite() && above && below;
        (!inside).then_some((path, value))
    }

    /// Checks that the value is in its range: what `build` of a strategy begins with, for each option.
    ///
    /// # Errors
    /// If [it is not](Self::outside). The error says so in the name of `strategy`, with the value and the range.
    pub fn check(&self, strategy: &str) -> Result<(), Unsupported> {
        self.refusal()
            .map_or(Ok(()), |message| Err(Unsupported::new(strategy, message)))
    }

    /// The same for `build` of a pruner.
    ///
    /// # Errors
    /// If [it is not](Self::outside). The error says so in the name of `pruner`, with the value and the range.
    pub fn check_pruner(&self, pruner: &str) -> Result<(), Unsupported> {
        self.refusal()
            .map_or(Ok(()), |message| Err(Unsupported::pruner(pruner, message)))
    }

    fn refusal(&self) -> Option<String> {
        let (path, value) = self.outside()?;
        let range = self.range().unwrap_or_default();
        Some(format!("cannot use `{path}: {value}`: it must be {range}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(value: impl Into<Literal>) -> ConfigOption {
        ConfigOption::new("step", value, "how far to look")
    }

    #[test]
    fn a_range_reads_as_one_would_say_it() {
        let check = |option: ConfigOption, expect: Option<&str>| {
            assert_eq!(option.range().as_deref(), expect);
        };
        check(option(1), None);
        check(option(1).at_least(2.0), Some("at least 2"));
        check(option(1).below(0.5), Some("below 0.5"));
        check(option(1).at_least(0.0).at_most(1.0), Some("from 0 to 1"));
        check(option(1).above(0.0).below(1.0), Some("above 0 and below 1"));
        check(
            option(1).at_least(0.0).below(1e6),
            Some("at least 0 and below 1000000"),
        );
    }

    #[test]
    fn the_ends_belong_to_the_range_as_they_are_said_to() {
        let closed = |value: f64| option(value).at_least(0.0).at_most(1.0).check("s");
        let open = |value: f64| option(value).above(0.0).below(1.0).check("s");
        for end in [0.0, 1.0] {
            assert!(closed(end).is_ok() && open(end).is_err(), "{end}");
        }
        for outside in [-1e-9, 1.0 + 1e-9, f64::NAN, f64::INFINITY] {
            assert!(
                closed(outside).is_err() && open(outside).is_err(),
                "{outside}"
            );
        }
        assert!(open(0.5).is_ok());
        let counts = |value: u32| option(value).at_least(1.0).check("s");
        assert!(counts(0).is_err() && counts(1).is_ok() && counts(u32::MAX).is_ok());
    }

    #[test]
    fn a_number_that_is_not_finite_is_in_no_range() {
        assert!(option(f64::INFINITY).at_least(0.0).check("s").is_err());
        assert!(option(f64::NAN).at_most(0.0).check("s").is_err());
        assert!(option(f64::NAN).check("s").is_ok());
    }

    #[test]
    fn each_number_in_a_list_or_a_mapping_is_in_the_range() {
        let check = |value: Literal, expect: Option<&str>| {
            let option = option(value).at_least(1.0).at_most(9.0);
            let refusal = option.check("s").err().map(|error| error.message);
            assert_eq!(refusal.as_deref(), expect);
        };
        let map = |entries: &[(&str, i64)]| {
            let entries = entries.iter();
            Literal::Map(
                entries
                    .map(|(key, value)| ((*key).into(), (*value).into()))
                    .collect(),
            )
        };
        check(map(&[]), None);
        check(map(&[("lr", 1), ("units", 9)]), None);
        check(
            map(&[("lr", 1), ("units", 10)]),
            Some("cannot use `step.units: 10`: it must be from 1 to 9"),
        );
        check(
            Literal::List([1.into(), map(&[("lr", 0)])].into_iter().collect()),
            Some("cannot use `step.1.lr: 0`: it must be from 1 to 9"),
        );
    }

    #[test]
    fn a_pruner_refuses_in_its_own_name() {
        let refusal = option(3).at_most(2.0).check_pruner("median").unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "pruner `median` cannot use `step: 3`: it must be at most 2",
        );
    }

    #[test]
    fn what_is_left_out_or_no_number_is_not_compared() {
        assert!(option(None::<u32>).at_least(4.0).check("s").is_ok());
        assert!(option("auto").at_least(4.0).check("s").is_ok());
    }
}
