//! [`CmaEsConfig`]: the options of [`CmaEs`].

use serde::{Deserialize, Serialize};
use tuning_core::{ConfigOption, Direction, Problem, Spec, StrategyConfig, TrialId, Unsupported};

use crate::{
    CmaEs, Earlier, NAME, Restart,
    axes::Axes,
    descent::Settings,
    earlier::Pool,
    fitness::Fitness,
    restart::Schedule,
    search::weights::{first_lambda, later_lambda},
};

/// More dimensions than this, and `auto` learns variances alone.
const FULL: usize = 100;

/// What is learned of how parameters go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Covariance {
    /// All of it up to 100 numeric parameters, variances alone beyond.
    #[default]
    Auto,
    /// Which parameters matter together, and how: n²/2 numbers.
    Full,
    /// How much each parameter matters: n numbers, learned n/3 times as fast (sep-CMA-ES).
    Diagonal,
}

impl Covariance {
    /// The name in a study file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Full => "full",
            Self::Diagonal => "diagonal",
        }
    }
}

/// The options of [`CmaEs`].
///
/// # Example
/// ```
/// use tuning_cmaes::CmaEsConfig;
/// use tuning_core::{Objectives, Parameter, Problem, Space, StrategyConfig};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log(), Parameter::int("layers", 1, 8)])?;
/// let problem = Problem::new(space, Objectives::minimize("loss")?);
/// let cmaes = CmaEsConfig::default().sigma0(0.2).build(&problem)?;
/// # let _ = cmaes;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CmaEsConfig {
    /// The standard deviation to begin with, as a part of each parameter's range (of its logarithm where
    /// it is logarithmic): above 0, at most 1.
    pub sigma0: f64,
    /// How many results make a generation (λ), 4 to 10,000; if absent, 4 + ⌊1.5 ln n⌋ for n parameters in the
    /// first 200 trials of a descent and 4 + ⌊2 ln n⌋ after. More make it more global and more robust
    /// against noise, and slower.
    pub popsize: Option<u32>,
    /// What follows when a descent has come to its end.
    pub restart: Restart,
    /// What is learned of how parameters go together.
    pub covariance: Covariance,
    /// Which part of earlier trials (those of others, told before its own first one, and
    /// [`earlier`](Self::earlier)) says where to begin, from 0 (none: begin in the middle) to 1.
    pub warm_start: f64,
    /// Results of another study, to begin where they were best.
    pub earlier: Vec<Earlier>,
    /// Whether a point may be tried again, as it often would be where it has few cells or the best lies on the
    /// border. Without, a known result is taken for
    /// granted; set it if the objective is noisy.
    pub repeat: bool,
}

impl Default for CmaEsConfig {
    fn default() -> Self {
        Self {
            sigma0: 1.0 / 6.0,
            popsize: None,
            restart: Restart::default(),
            covariance: Covariance::default(),
            warm_start: 0.1,
            earlier: Vec::new(),
            repeat: false,
        }
    }
}

impl CmaEsConfig {
    /// Sets the first standard deviation.
    #[must_use]
    pub fn sigma0(mut self, sigma0: f64) -> Self {
        self.sigma0 = sigma0;
        self
    }

    /// Sets how many results make a generation.
    #[must_use]
    pub fn popsize(mut self, popsize: impl Into<Option<u32>>) -> Self {
        self.popsize = popsize.into();
        self
    }

    /// Sets the kind of restarts.
    #[must_use]
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Sets how much is learned of how parameters go together.
    #[must_use]
    pub fn covariance(mut self, covariance: Covariance) -> Self {
        self.covariance = covariance;
        self
    }

    /// Sets the fraction of earlier trials to begin with.
    #[must_use]
    pub fn warm_start(mut self, share: f64) -> Self {
        self.warm_start = share;
        self
    }

    /// Adds the results of another study.
    #[must_use]
    pub fn earlier(mut self, earlier: impl IntoIterator<Item = Earlier>) -> Self {
        self.earlier.extend(earlier);
        self
    }

    /// Sets whether points may be tried again.
    #[must_use]
    pub fn repeat(mut self, repeat: bool) -> Self {
        self.repeat = repeat;
        self
    }

    /// The earlier trials that lie in the space.
    fn pool(&self, problem: &Problem, axes: &Axes) -> Result<Pool, Unsupported> {
        let mut pool = Pool::default();
        let middle = axes.middle();
        let maximise =
            problem.objectives.iter().next().map(|o| o.direction) == Some(Direction::Maximize);
        for (index, earlier) in self.earlier.iter().enumerate() {
            let refuse = |message: String| {
                Unsupported::new(NAME, format!("cannot use `earlier.{index}`: {message}"))
            };
            let params = earlier
                .params
                .iter()
                .map(|(name, value)| (name, value.clone()));
            let params = problem
                .space
                .params(params)
                .map_err(|error| refuse(error.to_string()))?;
            if !earlier.value.is_finite() {
                return Err(refuse(format!(
                    "its value is {}: leave failed trials out",
                    earlier.value
                )));
            }
            let loss = if maximise {
                -earlier.value
            } else {
                earlier.value
            };
            // Behind all trials that the study can have.
            let number = TrialId::new(u64::MAX - index as u64);
            pool.add(
                number,
                axes.encode(&params, &middle),
                Fitness::Measured(loss),
            );
        }
        Ok(pool)
    }
}

impl StrategyConfig for CmaEsConfig {
    type Strategy = CmaEs;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "sigma0",
                self.sigma0,
                "the first standard deviation, as a part of each range",
            )
            .above(0.0)
            .at_most(1.0),
            // Two for the mean and two against, and what memory allows after restarts have grown it.
            ConfigOption::new(
                "popsize",
                self.popsize,
                "how many results make a generation",
            )
            .at_least(4.0)
            .at_most(10_000.0),
            ConfigOption::new(
                "restart",
                self.restart.as_str(),
                "what follows at the end of a descent",
            ),
            ConfigOption::new(
                "covariance",
                self.covariance.as_str(),
                "what is learned of how parameters go together: `auto`, `full`, `diagonal`",
            ),
            ConfigOption::new(
                "warm_start",
                self.warm_start,
                "which part of earlier trials says where to begin",
            )
            .at_least(0.0)
            .at_most(1.0),
            ConfigOption::new(
                "earlier",
                self.earlier.clone(),
                "results of another study to begin with",
            ),
            ConfigOption::new(
                "repeat",
                self.repeat,
                "whether a point may be tried again, for noisy objectives",
            ),
        ]
    }

    fn build(&self, problem: &Problem) -> Result<CmaEs, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let objectives = problem.objectives.len();
        if objectives != 1 {
            return Err(Unsupported::new(
                NAME,
                format!(
                    "optimises one objective, and the problem has {objectives}: use `nsga2`, or let the evaluator weigh \
                     them into one"
                ),
            ));
        }
        let axes = Axes::new(&problem.space);
        let (numbers, all) = (axes.numbers(), axes.numbers() + axes.choices());
        let popsize = self.popsize.map(|popsize| popsize as usize);
        let lambda = popsize.unwrap_or_else(|| first_lambda(all));
        let settings = Settings {
            lambda,
            later: popsize.unwrap_or_else(|| later_lambda(all)),
            sigma: self.sigma0,
            separable: match self.covariance {
                Covariance::Auto => numbers > FULL,
                Covariance::Full => false,
                Covariance::Diagonal => true,
            },
        };
        let schedule = Schedule::new(self.restart, lambda, self.sigma0);
        let pool = self.pool(problem, &axes)?;
        Ok(CmaEs::new(
            axes,
            settings,
            schedule,
            self.warm_start,
            pool,
            self.repeat,
        ))
    }
}
