//! [`AutoConfig`]: the options.

use serde::{Deserialize, Serialize};
use tuning_cmaes::CmaEsConfig;
use tuning_core::{
    ConfigOption, Domain, Parameter, Problem, Spec, Strategy, StrategyConfig, Unsupported,
};
use tuning_evolution::{DeConfig, Nsga2Config, RegularisedEvolutionConfig};
use tuning_gp::GpConfig;
use tuning_tpe::TpeConfig;

use crate::{
    NAME,
    expert::Expert,
    gradual::Gradual,
    plan::Plan,
    strategy::{Auto, Members},
};

/// The options of [`Auto`]. None of them needs to be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AutoConfig {
    /// How many results the Gaussian process leads for: 300. Its asks cost milliseconds, which is nothing for so few trials; 0
    /// leaves it out, and freeze-thaw, too.
    pub gp_until: u32,
    /// How many seconds a trial takes, roughly; 0 where that is not known. The durations of finished trials tell, too,
    /// unless results are told as proposed. Where trials are slow, the Gaussian process keeps a share for longer.
    pub trial_seconds: f64,
}

impl Default for AutoConfig {
    fn default() -> Self {
        Self {
            gp_until: 300,
            trial_seconds: 0.0,
        }
    }
}

impl AutoConfig {
    /// Sets how many results the Gaussian process leads for; 0 leaves it out.
    #[must_use]
    pub fn gp_until(mut self, results: u32) -> Self {
        self.gp_until = results;
        self
    }

    /// Sets how many seconds a trial takes, roughly; 0 if that is not known.
    #[must_use]
    pub fn trial_seconds(mut self, seconds: f64) -> Self {
        self.trial_seconds = seconds;
        self
    }
}

impl StrategyConfig for AutoConfig {
    type Strategy = Auto;

    fn spec(&self) -> Spec {
        Spec::new(NAME).options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        vec![
            ConfigOption::new(
                "gp_until",
                self.gp_until,
                "how many results the Gaussian process leads for; 0 leaves it out",
            )
            .at_least(0.0)
            .at_most(1e9),
            ConfigOption::new(
                "trial_seconds",
                self.trial_seconds,
                "how long a trial takes, roughly; 0 where it is not known",
            )
            .at_least(0.0),
        ]
    }

    /// # Errors
    /// If an option makes no sense, or TPE, which handles every space, refuses this one. Members that cannot handle the
    /// problem are left out.
    fn build(&self, problem: &Problem) -> Result<Auto, Unsupported> {
        for option in self.options() {
            option.check(NAME)?;
        }
        let gradual = Gradual::new(problem, self.gp_until > 0);
        if let Some(gradual) = gradual.map_err(|error| error.within("tpe"))? {
            return Ok(Auto::gradual(gradual));
        }
        let mut members = Members::default();
        if self.gp_until > 0 {
            members.gp = GpConfig::default().build(problem).ok();
        }
        let tpe = TpeConfig::default()
            .build(problem)
            .map_err(|error| error.within("tpe"))?;
        members.others.push((Expert::Tpe, Box::new(tpe)));
        if let Ok(cmaes) = CmaEsConfig::default().build(problem) {
            members.others.push((Expert::Cmaes, Box::new(cmaes)));
        }
        if let Some(evolution) = evolution(problem) {
            members.others.push((Expert::Evolution, evolution));
        }
        let names = members.names();
        let plan = Plan::new(self.gp_until.into(), self.trial_seconds, problem, names);
        Ok(Auto::whole(plan, members))
    }
}

/// The population that suits the problem: of a front, of choices, or of points.
fn evolution(problem: &Problem) -> Option<Box<dyn Strategy>> {
    let parameters = problem.space.parameters();
    let choices = |parameter: &&Parameter| matches!(parameter.domain(), Domain::Categorical(_));
    let built = if problem.objectives.len() > 1 {
        Nsga2Config::default().boxed().build(problem)
    } else if 2 * parameters.iter().filter(choices).count() > parameters.len() {
        RegularisedEvolutionConfig::default().boxed().build(problem)
    } else {
        DeConfig::default().boxed().build(problem)
    };
    built.ok()
}
