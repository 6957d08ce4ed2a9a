//! [`GridConfig`]: the options of [`Grid`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Domain, Parameter, Problem, Spec, StrategyConfig, Unsupported, Value, nearest,
};

use super::{Axis, Grid, Lattice, NAME};

/// The options of [`Grid`]: how many values of each parameter it combines.
///
/// | parameter | values |
/// |---|---|
/// | a list of choices, ordered or not | all |
/// | numbers with a step | all, unless `resolution_of` says how many |
/// | integers | all if there are at most `resolution`, otherwise this many of them |
/// | floats | `resolution` |
///
/// Those chosen from many are distinct and evenly spread on the parameter's scale, both ends included;
/// a single one is the middle.
///
/// # Example
/// ```
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
/// use tuning_strategies::GridConfig;
///
/// let space = Space::new([
///     Parameter::float("lr", 1e-5, 1e-1).log(),
///     Parameter::float("dropout", 0.0, 0.5),
///     Parameter::ordered("batch", [32, 64, 128]),
/// ])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let grid = GridConfig::default().resolution(3).resolution_of("lr", 5).build(&problem)?;
/// assert_eq!(grid.points(), 5 * 3 * 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GridConfig {
    /// How many values of a parameter without natural ones are taken; at least 1.
    pub resolution: u32,
    /// The same for single parameters, by name.
    pub resolution_of: BTreeMap<String, u32>,
    /// Whether the points come in a random order, made from the study's seed, rather than with the
    /// first parameter changing slowest.
    pub shuffle: bool,
}

impl Default for GridConfig {
    fn default() -> Self {
        Self {
            resolution: 11,
            resolution_of: BTreeMap::new(),
            shuffle: false,
        }
    }
}

impl GridConfig {
    /// Sets how many values each parameter has.
    #[must_use]
    pub fn resolution(mut self, resolution: u32) -> Self {
        self.resolution = resolution;
        self
    }

    /// Sets how many values the parameter of this name has.
    #[must_use]
    pub fn resolution_of(mut self, parameter: impl Into<String>, resolution: u32) -> Self {
        self.resolution_of.insert(parameter.into(), resolution);
        self
    }

    /// Sets whether the order is random.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    fn axis(&self, parameter: &Parameter) -> Result<Axis, Unsupported> {
        let name = parameter.name();
        let domain = parameter.domain();
        let resolution = self.resolution_of.get(name);
        if resolution.is_some() && domain.choices().is_some() {
            return Err(Unsupported::new(
                NAME,
                format!("takes all choices of parameter `{name}`: remove it from `resolution_of`"),
            ));
        }
        let stepped = match domain {
            Domain::Float(float) => float.step().is_some(),
            Domain::Int(int) => int.step() != 1,
            _ => false,
        };
        let resolution = match resolution {
            None if stepped => u64::MAX,
            resolution => resolution.copied().unwrap_or(self.resolution).into(),
        };
        if resolution == 0 {
            return Err(Unsupported::new(
                NAME,
                format!("takes no value of parameter `{name}`: its resolution must be at least 1"),
            ));
        }
        let axis = Axis::new(domain, resolution);
        if repeats(&axis, domain) {
            return Err(Unsupported::new(
                NAME,
                format!(
                    "finds fewer than {resolution} numbers in parameter `{name}` ({domain}): lower its resolution, \
                     or widen its range"
                ),
            ));
        }
        Ok(axis)
    }
}

/// Whether the range of floats is so narrow that neighbouring points are the same number.
fn repeats(axis: &Axis, domain: &Domain) -> bool {
    let rises = |k: u64| match (axis.value(domain, k), axis.value(domain, k + 1)) {
        (Value::Float(a), Value::Float(b)) => a < b,
        (a, b) => a != b,
    };
    // Floats are coarsest where they are largest: at one of the ends.
    axis.points() > 1 && !(rises(0) && rises(axis.points() - 2))
}

impl StrategyConfig for GridConfig {
    type Strategy = Grid;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "resolution",
                self.resolution,
                "how many values of a parameter without natural ones",
            )
            .at_least(1.0)
            .at_most(1e9),
            ConfigOption::new(
                "resolution_of",
                self.resolution_of.clone(),
                "the same for single parameters, by name",
            ),
            ConfigOption::new(
                "shuffle",
                self.shuffle,
                "whether the points come in a random order",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<Grid, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let space = &problem.space;
        if let Some(name) = self
            .resolution_of
            .keys()
            .find(|name| space.index_of(name).is_none())
        {
            let hint = nearest(name, space.parameters().iter().map(Parameter::name)).map_or_else(
                || "remove it".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            return Err(Unsupported::new(
                NAME,
                format!(
                    "has a `resolution_of` for `{name}`, which is not a parameter of the space: {hint}"
                ),
            ));
        }
        let axes: Vec<Axis> = space
            .parameters()
            .iter()
            .map(|parameter| self.axis(parameter))
            .collect::<Result<_, _>>()?;
        let lattice = Lattice::new(space, axes).ok_or_else(|| {
            Unsupported::new(
                NAME,
                "cannot count the points of this space, which are 2^128 or more, or depend on too many conditions: \
                 lower `resolution`, fix some parameters, or use `random` or `sobol`",
            )
        })?;
        Ok(Grid::new(space.clone(), lattice, self.shuffle))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Objectives, Space};

    use super::*;

    fn problem() -> Problem {
        let space = Space::new([
            Parameter::float("lr", 1e-4, 1e-1).log(),
            Parameter::float("dropout", 0.0, 1.0).step(0.05),
            Parameter::int("layers", 1, 4),
            Parameter::int("units", 1, 1000),
            Parameter::int("even", 2, 200).step(2),
            Parameter::categorical("opt", 0..30_i64),
        ])
        .unwrap();
        Problem::new(space, Objectives::minimize("loss").unwrap())
    }

    #[test]
    fn steps_and_choices_are_taken_whole_and_the_rest_by_resolution() {
        let check = |config: GridConfig, expect: &[u128]| {
            let grid = config.build(&problem()).unwrap();
            assert_eq!(grid.points(), expect.iter().product::<u128>());
        };
        check(GridConfig::default(), &[11, 21, 4, 11, 100, 30]);
        check(GridConfig::default().resolution(3), &[3, 21, 3, 3, 100, 30]);
        check(
            GridConfig::default().resolution_of("lr", 7),
            &[7, 21, 4, 11, 100, 30],
        );
        check(
            GridConfig::default().resolution_of("even", 10),
            &[11, 21, 4, 11, 10, 30],
        );
        check(
            GridConfig::default().resolution_of("units", 5000),
            &[11, 21, 4, 1000, 100, 30],
        );
    }

    #[test]
    fn senseless_options_are_refused_with_a_remedy() {
        let check = |config: GridConfig, expect: &str| {
            assert_eq!(config.build(&problem()).unwrap_err().to_string(), expect);
        };
        check(
            GridConfig::default().resolution(0),
            "strategy `grid` cannot use `resolution: 0`: it must be from 1 to 1000000000",
        );
        check(
            GridConfig::default().resolution_of("lr", 0),
            "strategy `grid` takes no value of parameter `lr`: its resolution must be at least 1",
        );
        check(
            GridConfig::default().resolution_of("unit", 3),
            "strategy `grid` has a `resolution_of` for `unit`, which is not a parameter of the space: did you mean `units`?",
        );
        check(
            GridConfig::default().resolution_of("opt", 3),
            "strategy `grid` takes all choices of parameter `opt`: remove it from `resolution_of`",
        );
    }

    #[test]
    fn a_range_with_too_few_floats_is_refused() {
        let space = Space::new([Parameter::float("x", 1.0, 1.0 + 3.0 * f64::EPSILON)]).unwrap();
        let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
        let error = GridConfig::default()
            .build(&problem)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("fewer than 11 numbers in parameter `x`"),
            "{error}"
        );
        assert!(GridConfig::default().resolution(2).build(&problem).is_ok());
    }

    #[test]
    fn the_spec_lists_every_option() {
        let spec = GridConfig::default().resolution_of("lr", 5).spec();
        assert_eq!(
            spec.to_string(),
            "grid (resolution: 11, resolution_of.lr: 5, shuffle: false)"
        );
    }
}
