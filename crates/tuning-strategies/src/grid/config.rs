//! [`GridConfig`]: the options of [`Grid`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tuning_core::{
    ConfigOption, Domain, Literal, Parameter, Problem, Spec, StrategyConfig, Unsupported, Value,
    nearest,
};

use super::{Axis, Grid, Lattice, NAME, axis::in_order};

/// The options of [`Grid`]: how many values of each parameter it combines.
///
/// | parameter | values |
/// |---|---|
/// | a list of choices, ordered or not | all |
/// | numbers with a step | all, unless `resolution_of` says how many |
/// | integers | all if there are at most `resolution`, otherwise this many of them |
/// | floats | `resolution` |
/// | any that `points` names | those listed there |
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GridConfig {
    /// How many values of a parameter without natural ones are taken; at least 1.
    pub resolution: u32,
    /// The same for single parameters, by name; each at least 1.
    pub resolution_of: BTreeMap<String, u32>,
    /// The values of single parameters, by name: all that are taken of them. They come in the order of the parameter's domain.
    pub points: BTreeMap<String, Vec<Literal>>,
    /// Whether the points come in a random order, made from the study's seed, rather than with the
    /// first parameter changing slowest.
    pub shuffle: bool,
}

impl Default for GridConfig {
    fn default() -> Self {
        Self {
            resolution: 11,
            resolution_of: BTreeMap::new(),
            points: BTreeMap::new(),
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

    /// Sets which values the parameter of this name takes, in whatever order.
    ///
    /// # Example
    /// ```
    /// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
    /// use tuning_strategies::GridConfig;
    ///
    /// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::bool("bias")])?;
    /// let problem = Problem::new(space, Objectives::minimize("loss")?);
    /// let grid = GridConfig::default().points("lr", [1e-4, 1e-3, 3e-3]).build(&problem)?;
    /// assert_eq!(grid.points(), 3 * 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn points(
        mut self,
        parameter: impl Into<String>,
        values: impl IntoIterator<Item = impl Into<Literal>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.points.insert(parameter.into(), values);
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
        if let Some(points) = self.points.get(name) {
            return match resolution {
                None => listed(name, domain, points),
                Some(_) => Err(Unsupported::new(
                    NAME,
                    format!(
                        "has both `points` and a `resolution_of` for parameter `{name}`: remove one"
                    ),
                )),
            };
        }
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

/// The axis of these values.
fn listed(name: &str, domain: &Domain, points: &[Literal]) -> Result<Axis, Unsupported> {
    let refused = |message: String| Unsupported::new(NAME, message);
    if points.is_empty() {
        return Err(refused(format!(
            "has no value in `points` of parameter `{name}`: give it at least one, or remove it"
        )));
    }
    let mut values: Vec<Value> = Vec::with_capacity(points.len());
    for point in points {
        let value = domain.value_of(point).ok_or_else(|| {
            refused(format!(
                "has {point} in `points` of parameter `{name}`, which is not in its domain ({domain}): give it a value of that"
            ))
        })?;
        values.push(value);
    }
    values.sort_by(|a, b| in_order(*a, *b));
    let mut neighbours = values.windows(2);
    if let Some(twice) = neighbours.find(|pair| in_order(pair[0], pair[1]).is_eq()) {
        let value = domain.literal(twice[0]);
        return Err(refused(format!(
            "has {value} twice in `points` of parameter `{name}`: remove one"
        )));
    }
    Ok(Axis::listed(domain, values))
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
            )
            .at_least(1.0)
            .at_most(1e9),
            ConfigOption::new(
                "points",
                Literal::map(
                    self.points
                        .iter()
                        .map(|(name, values)| (name.as_str(), Literal::from(values.clone()))),
                ),
                "which values single parameters take, by name",
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
        let of_resolution = self
            .resolution_of
            .keys()
            .map(|name| ("a `resolution_of`", name));
        let of_points = self.points.keys().map(|name| ("`points`", name));
        let mut named = of_resolution.chain(of_points);
        if let Some((what, name)) = named.find(|(_, name)| space.index_of(name).is_none()) {
            let hint = nearest(name, space.parameters().iter().map(Parameter::name)).map_or_else(
                || "remove it".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            return Err(Unsupported::new(
                NAME,
                format!("has {what} for `{name}`, which is not a parameter of the space: {hint}"),
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
    use tuning_core::{Objectives, Space, Strategy as _};

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
            "strategy `grid` cannot use `resolution_of.lr: 0`: it must be from 1 to 1000000000",
        );
        check(
            GridConfig::default()
                .resolution_of("lr", 9)
                .resolution_of("units", u32::MAX),
            "strategy `grid` cannot use `resolution_of.units: 4294967295`: it must be from 1 to 1000000000",
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
    fn points_of_a_parameter_are_those_that_are_listed() {
        let config = GridConfig::default()
            .resolution(2)
            .points("lr", [1e-2, 1e-4, 3e-3])
            .points("units", [Literal::from(7), 64.0.into()])
            .points("opt", [3, 1])
            .points("even", [100])
            .points("dropout", [0.15000000000000002]);
        let problem = problem();
        let grid = config.build(&problem).unwrap();
        assert_eq!(grid.points(), 3 * 2 * 2 * 2); // two of the layers
        let asked = grid.ask(&tuning_core::Ask::new(
            std::num::NonZeroUsize::new(48).unwrap(),
            tuning_core::TrialId::new(0),
            tuning_core::Seed::new(0),
        ));
        let tuning_core::Asked::Propose(proposals) = asked.unwrap() else {
            panic!("it is at its end");
        };
        let shown = |k: usize| proposals[k].params().unwrap().to_string();
        assert_eq!(
            shown(0),
            "lr=0.0001 dropout=0.15 layers=1 units=7 even=100 opt=1"
        );
        assert_eq!(
            shown(1),
            "lr=0.0001 dropout=0.15 layers=1 units=7 even=100 opt=3"
        );
        assert_eq!(
            shown(23),
            "lr=0.01 dropout=0.15 layers=4 units=64 even=100 opt=3"
        );
        assert_eq!(proposals.len(), 24);
    }

    #[test]
    fn points_that_are_no_values_of_their_parameter_are_refused() {
        let check = |config: GridConfig, expect: &str| {
            let error = config.build(&problem()).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        let with = |name: &str, value: Literal| GridConfig::default().points(name, [value]);
        check(
            with("lr", 0.5.into()),
            "strategy `grid` has 0.5 in `points` of parameter `lr`, which is not in its domain (float 0.0001 to 0.1, log): give it a value of that",
        );
        check(
            with("lr", "fast".into()),
            "has fast in `points` of parameter `lr`",
        );
        check(
            with("lr", true.into()),
            "has true in `points` of parameter `lr`",
        );
        check(
            with("units", 1.5.into()),
            "has 1.5 in `points` of parameter `units`",
        );
        check(
            with("opt", 30.into()),
            "has 30 in `points` of parameter `opt`",
        );
        check(
            with("even", 3.into()),
            "has 3 in `points` of parameter `even`",
        );
        check(
            with("unit", 3.into()),
            "has `points` for `unit`, which is not a parameter of the space: did you mean `units`?",
        );
        check(
            GridConfig::default().points("lr", [1e-3, 1e-2, 1e-3]),
            "has 0.001 twice in `points` of parameter `lr`: remove one",
        );
        check(
            GridConfig::default().points("layers", [1, 1, 2, 3]),
            "has 1 twice in `points` of parameter `layers`: remove one",
        );
        check(
            GridConfig::default().points("lr", Vec::<f64>::new()),
            "has no value in `points` of parameter `lr`",
        );
        check(
            with("lr", 1e-3.into()).resolution_of("lr", 3),
            "has both `points` and a `resolution_of` for parameter `lr`: remove one",
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
