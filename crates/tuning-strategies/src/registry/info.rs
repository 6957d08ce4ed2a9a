//! [`OptionInfo`]: what there is to know of a strategy's option beyond its name and its default.

/// What there is to know of a strategy's option beyond its name and its default: for lists, editors and
/// schemas. What an option may be is judged where it is read and where the strategy is built.
///
/// # Example
/// ```
/// use tuning_strategies::{Bound, OptionInfo, Registry};
///
/// let mut registry = Registry::standard();
/// registry.describe("grid", [("resolution", OptionInfo::new("values per parameter").at_least(1.0))]);
/// let grid = registry.entries().find(|entry| entry.name() == "grid").expect("it is a standard one");
/// let resolution = grid.info("resolution").expect("it has just been described");
/// assert_eq!(resolution.about(), "values per parameter");
/// assert_eq!(resolution.lower(), Some(Bound { at: 1.0, included: true }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OptionInfo {
    about: String,
    lower: Option<Bound>,
    upper: Option<Bound>,
}

/// Where the numbers end that an option may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The number at the end.
    pub at: f64,
    /// Whether the option may be that number itself.
    pub included: bool,
}

impl OptionInfo {
    /// With what it does, in a sentence.
    #[must_use]
    pub fn new(about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            lower: None,
            upper: None,
        }
    }

    /// The same for a number that is not below this one.
    #[must_use]
    pub fn at_least(mut self, least: f64) -> Self {
        self.lower = Some(Bound {
            at: least,
            included: true,
        });
        self
    }

    /// The same for a number that is above this one.
    #[must_use]
    pub fn above(mut self, end: f64) -> Self {
        self.lower = Some(Bound {
            at: end,
            included: false,
        });
        self
    }

    /// The same for a number that is not above this one.
    #[must_use]
    pub fn at_most(mut self, most: f64) -> Self {
        self.upper = Some(Bound {
            at: most,
            included: true,
        });
        self
    }

    /// The same for a number that is below this one.
    #[must_use]
    pub fn below(mut self, end: f64) -> Self {
        self.upper = Some(Bound {
            at: end,
            included: false,
        });
        self
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Where the numbers begin that make sense, if it is a number and they begin somewhere.
    #[must_use]
    pub fn lower(&self) -> Option<Bound> {
        self.lower
    }

    /// Where the numbers end that make sense, if it is a number and they end somewhere.
    #[must_use]
    pub fn upper(&self) -> Option<Bound> {
        self.upper
    }
}
