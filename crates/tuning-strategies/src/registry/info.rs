//! [`OptionInfo`]: what there is to know of a strategy's option beyond its name and its default.

/// What there is to know of a strategy's option beyond its name and its default: for lists, editors and
/// schemas. What an option may be is judged where it is read and where the strategy is built.
///
/// # Example
/// ```
/// use tuning_strategies::{OptionInfo, Registry};
///
/// let mut registry = Registry::standard();
/// registry.describe("grid", [("resolution", OptionInfo::new("values per parameter").at_least(1.0))]);
/// let grid = registry.entries().find(|entry| entry.name() == "grid").expect("it is a standard one");
/// let resolution = grid.info("resolution").expect("it has just been described");
/// assert_eq!((resolution.about(), resolution.least()), ("values per parameter", Some(1.0)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OptionInfo {
    about: String,
    least: Option<f64>,
    most: Option<f64>,
}

impl OptionInfo {
    /// With what it does, in a sentence.
    #[must_use]
    pub fn new(about: impl Into<String>) -> Self {
        Self {
            about: about.into(),
            least: None,
            most: None,
        }
    }

    /// The same for a number that is not below this one.
    #[must_use]
    pub fn at_least(mut self, least: f64) -> Self {
        self.least = Some(least);
        self
    }

    /// The same for a number that is not above this one.
    #[must_use]
    pub fn at_most(mut self, most: f64) -> Self {
        self.most = Some(most);
        self
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The least number that makes sense, if it is a number and there is a least one.
    #[must_use]
    pub fn least(&self) -> Option<f64> {
        self.least
    }

    /// The greatest number that makes sense, if it is a number and there is a greatest one.
    #[must_use]
    pub fn most(&self) -> Option<f64> {
        self.most
    }
}
